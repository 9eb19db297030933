"""Large files: memory that does not grow with them."""

import tracemalloc
from pathlib import Path

import pytest

from begat.loaders import read
from benchmarks import snapshot
from tests.loaders.sources.samples import never


@pytest.mark.parametrize("suffix", ["", ".gz", ".zst"])
def test_a_snapshot_is_read_in_memory_that_its_length_does_not_change(tmp_path: Path, suffix: str) -> None:
    path = tmp_path / f"snapshot.jsonl{suffix}"
    snapshot.write(path, 1500, None)
    tracemalloc.start()
    documents = read([str(path)], on_problem=never)
    for _ in range(500):
        next(documents)
    early = tracemalloc.get_traced_memory()[0]
    tracemalloc.reset_peak()
    assert sum(1 for _ in documents) == 1000
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < early + 4_000_000
