"""PDF: what its text layer honestly gives, and what it cannot."""

from pathlib import Path

from begat.graph.model import Document, Reference
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


def test_a_stream_that_expands_without_end_is_told(tmp_path: Path) -> None:
    import zlib

    bomb = zlib.compress(bytes(200_000_000), 9)
    whole = pdf_of(FIRST)
    start = whole.index(b"<< /Length")
    end = whole.index(b"endstream") + len(b"endstream")
    stream = b"<< /Filter /FlateDecode /Length %d >>\nstream\n%s\nendstream" % (len(bomb), bomb)
    found, told = read(tmp_path, whole[:start] + stream + whole[end:])
    assert found == [] and told
