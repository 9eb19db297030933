"""arXiv's snapshot: dates of first submission, names, ids."""

import json
from pathlib import Path
from typing import Any

import pytest

from begat.graph.model import Document
from tests.loaders.sources.samples import documents

RECORD: dict[str, Any] = {
    "id": "0704.0001",
    "submitter": "Ana R\\'e",
    "authors": "Ana R\\'e, Kim Li (Marsh Lab)",
    "title": "How herons\n  stand still",
    "comments": "4 pages",
    "journal-ref": "Journal of Wading 3 (2008) 1-4",
    "doi": "10.1000/Heron.1 10.1000/heron.2",
    "report-no": None,
    "categories": "q-bio.PE cs.CL",
    "license": None,
    "abstract": "  Herons stand still.\nWe say why.\n",
    "versions": [
        {"version": "v1", "created": "Mon, 2 Apr 2007 19:18:42 GMT"},
        {"version": "v2", "created": "Tue, 24 Jul 2012 20:10:27 GMT"},
    ],
    "update_date": "2012-07-25",
    "authors_parsed": [["Ré", "Ana", ""], ["Li", "Kim", "Jr.", "Marsh Lab"]],
}


def read(tmp_path: Path, **changes: Any) -> Document:
    path = tmp_path / "snapshot.json"
    path.write_text(json.dumps({**RECORD, **changes}))
    (document,), _ = documents(path, format="arxiv")
    return document


def test_a_record_is_read_whole(tmp_path: Path) -> None:
    document = read(tmp_path)
    assert document.id == document.arxiv == "0704.0001"
    assert document.title == "How herons stand still"
    assert document.text == "  Herons stand still.\nWe say why.\n"
    assert document.authors == ("Ana Ré", "Kim Li Jr.")
    assert document.venue == "Journal of Wading 3 (2008) 1-4"
    assert document.doi == "10.1000/heron.1"


@pytest.mark.parametrize(
    ("changes", "date"),
    [
        ({}, "2007-04-02"),
        ({"versions": []}, "2007-04"),
        ({"versions": None}, "2007-04"),
        ({"versions": [{}]}, "2007-04"),
        ({"id": "not-an-arxiv-id", "versions": []}, "2012-07-25"),
    ],
)
def test_the_date_is_that_of_the_first_submission(tmp_path: Path, changes: dict[str, Any], date: str) -> None:
    assert read(tmp_path, **changes).date == date


def test_authors_are_read_from_words_where_they_are_not_parsed(tmp_path: Path) -> None:
    assert read(tmp_path, authors_parsed=[], authors="Ana Ré, Kim Li").authors == ("Ana Ré", "Kim Li")


@pytest.mark.parametrize("changes", [{"versions": "v1"}, {"versions": [7]}, {"versions": {"v1": "2007"}}])
def test_a_record_of_another_shape_is_told_and_the_rest_is_read(tmp_path: Path, changes: dict[str, Any]) -> None:
    path = tmp_path / "snapshot"
    path.write_text("\n".join(json.dumps(record) for record in (RECORD, {**RECORD, **changes}, {**RECORD, "id": "a"})))
    found, told = documents(path)
    assert [document.id for document in found] == ["0704.0001", "a"]
    assert "line 2: not of the shape" in told.lines[0]


def test_the_users_column_goes_before_the_formats_own(tmp_path: Path) -> None:
    path = tmp_path / "snapshot"
    path.write_text(json.dumps({**RECORD, "plain": "Herons, in short."}))
    (document,), _ = documents(path, columns={"abstract": "plain"})
    assert document.text == "Herons, in short."
