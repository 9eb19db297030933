"""Large files and long lines: memory that does not grow with them, and formats that are known all the same."""

import json
import tracemalloc
from pathlib import Path

import pytest

from begat.loaders import read
from begat.loaders.sources.input import HEAD, LIMIT
from benchmarks import snapshot
from tests.loaders.sources.samples import documents, never

HERON = {"title": "Heron", "abstract": "Heron extends Egret."}


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


@pytest.mark.parametrize(
    "first", [{"title": "Long", "abstract": "x" * HEAD}, {"abstract": "x" * HEAD, "title": "Long"}]
)
def test_json_lines_are_known_though_the_first_is_longer_than_what_is_looked_at(
    tmp_path: Path, first: dict[str, str]
) -> None:
    path = tmp_path / "long.jsonl"
    path.write_text(f"{json.dumps(first)}\nno JSON\n{json.dumps(HERON)}\n")
    found, told = documents(path)
    assert [(d.title, d.place) for d in found] == [("Long", "line 1"), ("Heron", "line 3")]
    assert len(told) == 1 and "line 2: not JSON" in told.lines[0]


def test_a_dump_is_known_by_the_fields_of_a_first_line_that_is_long(tmp_path: Path) -> None:
    works = [f"https://openalex.org/W{number}" for number in range(HEAD // 30)]
    path = tmp_path / "works.jsonl"
    path.write_text(json.dumps({"id": works[0], "title": "Heron", "referenced_works": works}) + "\n{}\n")
    found, _ = documents(path)
    assert (found[0].id, found[0].place, len(found[0].references)) == ("W0", "line 1", len(works))


def test_a_first_line_too_long_for_a_record_costs_itself_alone(tmp_path: Path) -> None:
    path = tmp_path / "long.jsonl"
    with path.open("w") as out:
        out.write('{"title": "Long", "abstract": "' + "x" * LIMIT)
        out.write(f'"}}\n{json.dumps(HERON)}\n')
    found, told = documents(path)
    assert [d.title for d in found] == ["Heron"]
    assert told.lines == [
        f"{path}, line 1: a line of more than 16 million characters is longer than begat reads: passed over; part it"
    ]


def test_a_long_line_may_be_json_that_holds_its_records(tmp_path: Path) -> None:
    path = tmp_path / "long.json"
    path.write_text(json.dumps({"total": 2, "papers": [{"title": "Long", "abstract": "x" * HEAD}, HERON]}))
    assert [d.title for d in documents(path)[0]] == ["Long", "Heron"]


def test_a_record_too_long_within_json_is_one_line(tmp_path: Path) -> None:
    path = tmp_path / "long.json"
    path.write_text('[{"title": "Long", "abstract": "' + "x" * (LIMIT + HEAD) + '"}]')
    found, told = documents(path)
    assert found == []
    assert told.lines == [
        f"{path}, after record 0: a record of more than 16 million bytes is longer than begat reads: the rest is lost;"
        " write JSON Lines"
    ]
