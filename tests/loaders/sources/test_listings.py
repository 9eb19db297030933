"""Saved listings: the page of a dataset viewer, and abstracts a line each."""

from pathlib import Path

from tests.loaders.sources.samples import Told, documents

HEADER = "arxiv_id\nstringlengths 9\n12\n| title\nstringlengths 5\n80\n| year\nint64\n2k\n2k\n|\n---|---|---|\n"


def written(tmp_path: Path, text: str) -> tuple[list[tuple[str, str | None, str]], Told]:
    path = tmp_path / "saved"
    path.write_text(text)
    found, told = documents(path)
    return [(d.id, d.title, d.text) for d in found], told


def test_columns_are_named_by_the_header(tmp_path: Path) -> None:
    path = tmp_path / "saved"
    path.write_text(HEADER + "2401.00011v2\n|\nHeron\n|\n2024\n|\n2402.00012\n|\nEgret\n|\nnull\n|\nSome chrome")
    found, told = documents(path)
    assert [(d.id, d.arxiv, d.title, d.date, d.place) for d in found] == [
        ("2401.00011", "2401.00011", "Heron", "2024-01", "line 13"),
        ("2402.00012", "2402.00012", "Egret", "2024-02", "line 19"),
    ]
    assert told == []


def test_a_cell_may_have_many_lines_and_bars_within(tmp_path: Path) -> None:
    header = "arxiv_id\nstringlengths 9\n12\n| abstract\nstringlengths 5\n80\n|\n---|---|\n"
    found, told = written(tmp_path, header + "2401.00011\n|\nFirst | line,\n\nsecond line.\n|\n")
    assert found == [("2401.00011", None, "First | line,\n\nsecond line.")]
    assert told == []


def test_a_row_that_lost_a_cell_does_not_shift_the_others(tmp_path: Path) -> None:
    found, told = written(tmp_path, HEADER + "2401.00011\n|\nHeron\n|\n2402.00012\n|\nEgret\n|\n2024\n|\n")
    assert [id for id, _, _ in found] == ["2402.00012"]
    assert "line 13: 2 of 3 cells before the next row: passed over" in told.lines[0]


def test_a_table_in_markdown_is_no_viewer(tmp_path: Path) -> None:
    found, _ = written(tmp_path, "# Birds\n\nname | size\n---|---\nheron | 1 m\n\nThat is a large bird, as birds go.\n")
    assert [id for id, _, _ in found] == ["saved"]


def test_a_viewer_without_header_is_told(tmp_path: Path) -> None:
    path = tmp_path / "saved"
    path.write_text("2401.00011\n|\nOf herons.\n|\n")
    found, told = documents(path, format="viewer")
    assert found == [] and "no header of a dataset viewer" in told.lines[0]


def test_abstracts_are_counted(tmp_path: Path) -> None:
    found, told = written(
        tmp_path, "Abstract:Of herons, inHeronby us.\n\nAbstract: Of egrets.  \nmore\nABSTRACT: Of storks.\n"
    )
    assert found == [
        ("saved#1", None, "Of herons, inHeronby us."),
        ("saved#2", None, "Of egrets."),
        ("saved#3", None, "Of storks."),
    ]
    assert told.lines == [f"{tmp_path}/saved, line 4: does not begin with 'Abstract:': passed over"]


def test_a_paper_that_begins_with_its_abstract_is_a_page(tmp_path: Path) -> None:
    found, _ = written(tmp_path, "Abstract: Of herons.\n\n1 Introduction\n\nHerons are birds.\nThey are large.\n")
    assert [id for id, _, _ in found] == ["saved"]
