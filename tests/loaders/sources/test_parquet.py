"""Parquet: typed columns, batches, damage."""

import datetime
import os
from pathlib import Path
from threading import Thread

import pyarrow as pa
import pyarrow.parquet as pq

from tests.loaders.sources.samples import documents

ROWS = [
    {
        "id": f"2401.{number:05}",
        "title": f"Bird number {number}",
        "abstract": f"Of bird {number}.",
        "authors": ["Ada Lovelace", "Alan Turing"],
        "published": datetime.datetime(2024, 1, 2, 3, 4),
        "year": 2024,
    }
    for number in range(1000)
]


def test_typed_columns(tmp_path: Path) -> None:
    pq.write_table(pa.Table.from_pylist(ROWS), tmp_path / "birds")
    found, told = documents(tmp_path / "birds")
    assert told == [] and len(found) == 1000
    assert (found[700].id, found[700].authors, found[700].date, found[700].place) == (
        "2401.00700", ("Ada Lovelace", "Alan Turing"), "2024-01-02", "row 701",
    )  # fmt: skip


def test_missing_values(tmp_path: Path) -> None:
    pq.write_table(
        pa.Table.from_pylist([{"title": "A", "year": None, "doi": None}, {"title": None, "year": 2001}]),
        tmp_path / "birds",
    )
    (document,), told = documents(tmp_path / "birds")
    assert (document.id, document.date) == ("birds#1", None)
    assert "row 2: neither title nor text" in told.lines[0]


def test_a_file_cut_short_is_told(tmp_path: Path) -> None:
    pq.write_table(pa.Table.from_pylist(ROWS), tmp_path / "birds")
    whole = (tmp_path / "birds").read_bytes()
    (tmp_path / "birds").write_bytes(whole[:-100])
    found, told = documents(tmp_path / "birds")
    assert found == []
    assert "the Parquet data is damaged or cut short" in told.lines[0]


def test_a_damaged_part_keeps_what_came_before(tmp_path: Path) -> None:
    pq.write_table(pa.Table.from_pylist(ROWS), tmp_path / "birds", row_group_size=250, compression="gzip")
    data = bytearray((tmp_path / "birds").read_bytes())
    middle = pq.ParquetFile(tmp_path / "birds").metadata.row_group(2).column(1).data_page_offset
    data[middle : middle + 200] = bytes(200)
    (tmp_path / "birds").write_bytes(data)
    found, told = documents(tmp_path / "birds")
    assert 250 <= len(found) < 1000 and found[0].title == "Bird number 0"
    assert len(told) == 1 and "the rest is lost" in told.lines[0]


def test_through_a_pipe(tmp_path: Path) -> None:
    pq.write_table(pa.Table.from_pylist(ROWS), tmp_path / "birds")
    whole = (tmp_path / "birds").read_bytes()
    os.mkfifo(tmp_path / "pipe")
    writer = Thread(target=lambda: (tmp_path / "pipe").write_bytes(whole))
    writer.start()
    found, told = documents(tmp_path / "pipe")
    writer.join()
    assert len(found) == 1000 and told == []
