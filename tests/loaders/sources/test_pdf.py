"""PDF: what its text layer honestly gives, and what it cannot."""

import shutil
import sys
import zlib
from pathlib import Path

import pytest

from begat.graph.model import Document, Reference
from begat.loaders.sources import pdf_pages
from tests.loaders.sources.samples import Told, documents, pdf_of

FIRST = [
    "Heron: Wading Slowly",
    "Ana R\xe9",
    "arXiv:2401.00011v2  [cs.CL]  2 Jan 2024",
    "Abstract",
    "Heron extends Egret, arXiv:2301.00001.",
]
SECOND = [
    "It wades.",
    "References",
    "[1] K. Li. Egret. arXiv:2301.00001",
    "[2] A. B. Stork. https://doi.org/10.1000/stork",
]


def read(tmp_path: Path, content: bytes, name: str = "heron.pdf") -> tuple[list[Document], Told]:
    path = tmp_path / name
    path.write_bytes(content)
    return documents(path)


def test_a_paper_is_read_as_far_as_it_goes(tmp_path: Path) -> None:
    (document,), told = read(tmp_path, pdf_of(FIRST, SECOND))
    assert told == []
    assert document.title == "Heron: Wading Slowly"
    assert document.text == "Heron extends Egret, arXiv:2301.00001.\n\nIt wades."
    assert (document.id, document.arxiv, document.date) == ("2401.00011", "2401.00011", "2024-01-02")


def test_references_that_say_an_id_are_known(tmp_path: Path) -> None:
    (document,), _ = read(tmp_path, pdf_of(FIRST, SECOND))
    assert document.references == (
        Reference(arxiv="2301.00001"),
        Reference(doi="10.1000/stork"),
        Reference(arxiv="2301.00001", start=21, end=37),
    )


def test_a_scan_is_told(tmp_path: Path) -> None:
    found, told = read(tmp_path, pdf_of([]))
    assert found == [] and "without a text layer" in told.lines[0]


def test_a_damaged_one_is_told(tmp_path: Path) -> None:
    found, told = read(tmp_path, b"%PDF-1.7\nnothing of the kind" * 50)
    assert found == [] and told


def drawing(content: bytes) -> bytes:
    """A PDF whose last page draws this, compressed."""
    whole, packed = pdf_of(FIRST, SECOND), zlib.compress(content, 9)
    start = whole.rindex(b"<< /Length")
    end = whole.rindex(b"endstream") + len(b"endstream")
    stream = b"<< /Filter /FlateDecode /Length %d >>\nstream\n%s\nendstream" % (len(packed), packed)
    return whole[:start] + stream + whole[end:]


def test_a_stream_that_expands_without_end_is_told(tmp_path: Path) -> None:
    (document,), told = read(tmp_path, drawing(bytes(200_000_000)))
    assert document.text == "Heron extends Egret, arXiv:2301.00001." and len(told) == 1


def test_a_page_that_takes_for_ever_is_stopped_and_the_batch_goes_on(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(pdf_pages, "EACH", 3.0)
    (tmp_path / "a.pdf").write_bytes(drawing(b"BT /F1 9 Tf (a) Tj ET\n" * 1_000_000))
    (tmp_path / "b.pdf").write_bytes(pdf_of(SECOND))
    found, told = documents(tmp_path)
    assert [document.text for document in found] == ["Heron extends Egret, arXiv:2301.00001.", "It wades."]
    assert told.lines == [
        f"{tmp_path}/a.pdf, after page 1: stopped reading the PDF (a page takes more than 3 s): the rest is lost;"
        " print it anew as a PDF, or take its text (pdftotext)"
    ]


def test_a_page_with_more_text_than_a_page_can_hold_is_cut(tmp_path: Path) -> None:
    words = b"(" + b"wade " * 300_000 + b")"
    (document,), told = read(tmp_path, drawing(b"BT /F1 9 Tf 1 0 0 1 50 700 Tm " + words + b" Tj ET"))
    assert 1_000_000 < len(document.text) < 1_100_000
    assert told.lines == [f"{tmp_path}/heron.pdf, page 2: more text than a page can hold: read up to there"]


def test_a_reader_that_dies_costs_its_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "executable", shutil.which("false"))
    found, told = read(tmp_path, pdf_of(FIRST))
    assert found == [] and "its reader died (exit 1)" in told.lines[0]
