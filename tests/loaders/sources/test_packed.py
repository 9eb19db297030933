"""Compressed files: what is cut short, what is damaged, and what would expand without end."""

import bz2
import gzip
import io
import lzma
import random
import tracemalloc
from collections.abc import Callable
from importlib import import_module
from pathlib import Path

import pytest

from begat.loaders.sources import packed
from begat.loaders.sources.packed import ZSTD, Unpacked
from begat.loaders.sources.problem import Report
from tests.loaders.sources.samples import PAPERS, Told, documents, json_lines

zstd = import_module(ZSTD)
PACKINGS: dict[str, Callable[[bytes], bytes]] = {
    "gzip": gzip.compress, "bzip2": bz2.compress, "xz": lzma.compress, "zstd": zstd.compress,
}  # fmt: skip
every = pytest.mark.parametrize("name", PACKINGS)


@every
def test_a_packing_is_known_by_its_first_bytes(name: str) -> None:
    assert packed.packing(PACKINGS[name](b"heron")) == name
    assert packed.packing(b'{"title": "Heron"}') is None


@every
def test_what_is_cut_short_is_told_and_what_came_before_is_kept(name: str, tmp_path: Path) -> None:
    noise = random.Random(3)
    lines = [{**PAPERS[0], "id": f"2401.{n:05}", "abstract": noise.randbytes(2000).hex()} for n in range(700)]
    whole = PACKINGS[name](json_lines(lines))
    path = tmp_path / "cut"
    path.write_bytes(whole[: len(whole) - len(whole) // 4])
    found, told = documents(path)
    assert 0 < len(found) < 700
    assert any(f"{name} data cut short or damaged" in line for line in told.lines)


@every
def test_a_bomb_is_stopped_and_its_memory_is_bounded(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    bomb = PACKINGS[name](bytes(1 << 25))
    monkeypatch.setattr(packed, "FREE", 1 << 20)
    told = Told()
    stream = Unpacked(io.BytesIO(bomb), name, Report("bomb", told.append))
    tracemalloc.start()
    length = sum(len(part) for part in iter(lambda: stream.read1(1 << 16), b""))
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert length < 1 << 24 and peak < 1 << 24
    assert told.lines == [
        f"bomb: {name} data that expands to more than 200 times its size: kept what came before; "
        "if that is no mistake, unpack it first"
    ]


def test_zstd_data_that_asks_for_a_huge_window_is_told(tmp_path: Path) -> None:
    path = tmp_path / "wide"
    options: dict[int, int] = {
        zstd.CompressionParameter.window_log: 30,
        zstd.CompressionParameter.enable_long_distance_matching: 1,
    }
    compressor = zstd.ZstdCompressor(options=options)
    path.write_bytes(compressor.compress(json_lines(PAPERS)) + compressor.flush())
    found, told = documents(path)
    assert found == [] and "zstd data cut short or damaged" in told.lines[0]


def test_what_is_packed_twice_is_told(tmp_path: Path) -> None:
    path = tmp_path / "twice"
    path.write_bytes(gzip.compress(zstd.compress(json_lines(PAPERS))))
    found, told = documents(path)
    assert found == [] and told.lines == [f"{path}: compressed twice (zstd within): unpack it first: passed over"]


def test_a_packed_file_is_named_without_both_of_its_suffixes(tmp_path: Path) -> None:
    path = tmp_path / "birds.jsonl.zst"
    path.write_bytes(zstd.compress(b'{"title": "A heron"}'))
    assert [document.id for document in documents(path)[0]] == ["birds#1"]
