"""Which files are read: files, folders, standard input; what is passed over, and in which words."""

import os
from pathlib import Path

import pytest

from begat.graph.errors import UsageError
from begat.graph.model import Facts
from begat.loaders import NO_FILES, Problem, Severity, is_empty, metadata, read
from tests.loaders.sources.samples import Told, documents, never

RECORD = '{"title": "%s", "abstract": "Of %s."}\n'


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A folder with files in it and below it, one hidden, one that is no text."""
    root = tmp_path / "birds"
    (root / "old").mkdir(parents=True)
    (root / "b.txt").write_text(RECORD % ("B", "b"))
    (root / "a.txt").write_text(RECORD % ("A", "a"))
    (root / "old" / "c").write_text(RECORD % ("C", "c"))
    (root / ".hidden").write_text(RECORD % ("H", "h"))
    (root / "logo.png").write_bytes(b"\x89PNG\r\n\x1a\n" + bytes(100))
    return root


def test_a_folder_is_read_in_order_of_name(folder: Path) -> None:
    found, told = documents(folder)
    assert [d.title for d in found] == ["A", "B", "C"]
    assert [d.source for d in found] == [f"{folder}/a.txt", f"{folder}/b.txt", f"{folder}/old/c"]
    assert told.lines == [
        f"{folder}/logo.png: not a text (if it is UTF-16 without a byte order mark, save it as UTF-8): passed over"
    ]


def test_links_that_lead_round_in_circles(folder: Path) -> None:
    (folder / "old" / "up").symlink_to(folder)
    (folder / "z").symlink_to(folder / "old")
    (folder / "self").symlink_to(folder / "self")
    found, told = documents(folder)
    assert [d.title for d in found] == ["A", "B", "C"]
    assert any("self: too many levels of symbolic links" in line for line in told.lines)


def test_a_pipe_in_a_folder_does_not_hang(folder: Path) -> None:
    os.mkfifo(folder / "pipe")
    (folder / "link").symlink_to(folder / "pipe")
    found, told = documents(folder)
    assert len(found) == 3
    assert any("link: not a file (a pipe, socket or device): passed over" in line for line in told.lines)
    assert any("pipe: not a file (a pipe, socket or device): passed over" in line for line in told.lines)


def test_an_empty_folder_is_told(tmp_path: Path) -> None:
    (tmp_path / "in").mkdir()
    (tmp_path / "in" / ".hidden").touch()
    assert documents(tmp_path)[1].lines == [f"{tmp_path}: {NO_FILES}"]
    assert is_empty(str(tmp_path))
    (tmp_path / "in" / "file").touch()
    assert not is_empty(str(tmp_path)) and not is_empty(str(tmp_path / "in" / "file")) and not is_empty("-")


def test_a_folder_that_cannot_be_looked_into_is_not_called_empty(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refused(path: str) -> None:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(os, "scandir", refused)
    assert not is_empty(str(tmp_path))
    assert documents(tmp_path)[1].lines == [f"{tmp_path}: permission denied: passed over"]


def test_a_missing_file_is_told_and_the_rest_read(folder: Path) -> None:
    told = Told()
    sources = [
        str(folder / "nowhere"),
        str(folder / ("long" * 100)),
        str(folder / "a.txt"),
        str(folder / "a.txt" / "in"),
    ]
    assert [d.title for d in read(sources, on_problem=told.append)] == ["A"]
    assert told.lines[0] == f"{folder}/nowhere: no such file or folder; check the path"
    assert len(told) == 3 and all(problem.severity is Severity.ERROR for problem in told)


def test_what_looks_like_an_address_and_is_none_is_told() -> None:
    told = Told()
    assert list(read(["pubmed:123", "arXiv:herons"], on_problem=told.append)) == []
    assert told.lines[0].startswith("pubmed:123: no such file or folder, and no address (arxiv:, oai:, ")
    assert told.lines[1] == "arXiv:herons: does not name a paper of arXiv; write it as arxiv:2311.11045"


def test_sources_are_named_relative_to_a_base(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(folder / "old")
    for given in ("c", "./c", str(folder / "old" / "c")):
        assert [d.source for d in documents(given, base=folder)[0]] == ["old/c"]
    assert [d.source for d in documents("c")[0]] == ["c"]


def test_a_file_given_twice_is_read_once(folder: Path) -> None:
    told = Told()
    sources = [str(folder / "a.txt"), str(folder), str(folder / "b.txt")]
    assert [d.title for d in read(sources, on_problem=told.append)] == ["A", "B", "C"]
    assert sum("given more than once" in line for line in told.lines) == 2


def test_paths_within_documents_are_never_opened(folder: Path, tmp_path: Path) -> None:
    page = tmp_path / "page.md"
    page.write_text(
        f"# Birds\n\n[All]({folder}/a.txt) ![B]({folder}/b.txt)\n\n!include {folder}/old/c\n\nThe end of it.\n"
    )
    assert [d.id for d in documents(page)[0]] == ["page"]


def test_an_unknown_format_is_refused_at_once() -> None:
    with pytest.raises(UsageError, match="no such format; there are parquet, pdf"):
        read(["x"], format="docx", on_problem=never)
    with pytest.raises(UsageError, match=r"no such format; did you mean 'bibtex'\?"):
        read(["x"], format="bibtext", on_problem=never)


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"%PDF-1.7\n\x00\x01", "the PDF is damaged"),
        (b"PK\x03\x04" + bytes(50), "a zip archive or office document"),
        (b"\x28\xb5\x2f\xfd" + bytes(50), "zstd data cut short or damaged"),
        ("Of birds.".encode("utf-16-le"), "UTF-16 without a byte order mark"),
        (b'<?xml version="1.0"?><feed><entry><title>A</title></entry></feed>', "of no format that begat knows"),
    ],
)
def test_what_cannot_be_read_is_named(tmp_path: Path, content: bytes, words: str) -> None:
    (tmp_path / "file").write_bytes(content)
    found, told = documents(tmp_path / "file")
    assert found == [] and len(told) == 1 and words in told.lines[0]


def test_stems_are_names_without_suffixes(tmp_path: Path) -> None:
    for name, stem in [("a.b.jsonl", "a.b"), ("2311.11045", "2311.11045"), ("x.csv.gz", "x"), ("plain", "plain")]:
        (tmp_path / name).write_text(RECORD % ("A", "a"))
        assert documents(tmp_path / name)[0][0].id == f"{stem}#1"


def test_a_problem_is_one_line_that_commands_no_terminal() -> None:
    assert str(Problem("a\x1b[2J", "line 1", "two\nlines")) == "a\ufffd[2J, line 1: two lines"


def test_metadata_gives_facts_by_the_papers_best_key(tmp_path: Path) -> None:
    (tmp_path / "facts").write_text(
        '{"id": "2401.00011", "title": "Heron", "authors": ["Ada Lovelace"], "published": "2024-01-02", "doi": null}\n'
        '{"doi": "10.1000/X", "title": "Egret", "year": 2020, "venue": "Birds"}\n'
        '{"id": "page-7", "title": "Stork"}\n'
    )
    assert list(metadata(str(tmp_path / "facts"), on_problem=never)) == [
        Facts("arxiv:2401.00011", "Heron", ("Ada Lovelace",), "2024-01-02"),
        Facts("doi:10.1000/x", "Egret", date="2020", venue="Birds", doi="10.1000/x"),
        Facts("document:page-7", "Stork"),
    ]


def test_a_page_is_no_metadata(tmp_path: Path) -> None:
    (tmp_path / "page").write_text("Herons stand still, and wait for fish.\n")
    told = Told()
    assert list(metadata(str(tmp_path / "page"), on_problem=told.append)) == []
    assert "no metadata in it" in told.lines[0]
