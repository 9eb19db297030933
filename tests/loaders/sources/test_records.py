"""Records: which columns mean what, and what becomes of lines, rows and values that are broken."""

import json
from pathlib import Path
from typing import Any

import pytest

from begat.graph.errors import UsageError
from begat.graph.model import Document, Reference
from begat.loaders import read
from begat.loaders.sources.records import _nulled, _with_null
from tests.loaders.sources.samples import Told, documents, never


def one(tmp_path: Path, record: dict[str, Any], **options: Any) -> Document:
    """The document that one JSON record gives."""
    path = tmp_path / "one.jsonl"
    path.write_text(json.dumps(record))
    (document,), _ = documents(path, **options)
    return document


def several(tmp_path: Path, *lines: str) -> tuple[list[Document], Told]:
    path = tmp_path / "file"
    path.write_text("\n".join(lines) + "\n")
    return documents(path)


@pytest.mark.parametrize("column", ["abstract", "Abstract", "summary", "paper_abstract", "text"])
def test_the_text_goes_by_many_names(tmp_path: Path, column: str) -> None:
    assert one(tmp_path, {"title": "A", column: "Its text."}).text == "Its text."


def test_the_abstract_is_preferred_to_other_text(tmp_path: Path) -> None:
    assert one(tmp_path, {"text": "All of it.", "abstract": "The gist."}).text == "The gist."


def test_an_empty_column_gives_way_to_the_next(tmp_path: Path) -> None:
    assert one(tmp_path, {"abstract": "", "summary": "The gist."}).text == "The gist."


def test_the_text_is_kept_unrepaired(tmp_path: Path) -> None:
    damaged = "  inHeronby  the\nbirds111https://example.org "
    assert one(tmp_path, {"abstract": damaged}).text == damaged


def test_a_title_is_folded_into_one_line(tmp_path: Path) -> None:
    assert one(tmp_path, {"title": " Birds\n  of a feather ", "abstract": "."}).title == "Birds of a feather"


@pytest.mark.parametrize(
    "authors",
    [
        ["Ada Lovelace", "Alan Turing"],
        [{"name": "Ada Lovelace"}, {"name": "Alan Turing", "affiliation": "King's"}],
        [{"first": "Ada", "last": "Lovelace"}, {"given": "Alan", "family": "Turing"}],
        [{"author": {"display_name": "Ada Lovelace"}}, {"author": {"display_name": "Alan Turing"}}],
        [["Lovelace", "Ada", ""], ["Turing", "Alan"]],
        "Ada Lovelace, Alan Turing",
        "Ada Lovelace and Alan Turing",
        "Ada Lovelace; Alan Turing",
        "Lovelace, Ada; Turing, Alan",
        "Lovelace, Ada and Turing, Alan",
        "['Ada Lovelace', 'Alan Turing']",
        '["Ada Lovelace", "Alan Turing"]',
        "Ada Lovelace\nAlan Turing",
    ],
)
def test_authors_are_written_in_many_ways(tmp_path: Path, authors: object) -> None:
    assert one(tmp_path, {"title": "A", "authors": authors}).authors == ("Ada Lovelace", "Alan Turing")


def test_three_authors_in_a_sentence(tmp_path: Path) -> None:
    written = "Ada Lovelace, Alan Turing, and Grace Hopper"
    assert one(tmp_path, {"title": "A", "authors": written}).authors == ("Ada Lovelace", "Alan Turing", "Grace Hopper")


@pytest.mark.parametrize("authors", [None, "", [], [None, ""], 7, {"name": ""}])
def test_no_authors(tmp_path: Path, authors: object) -> None:
    assert one(tmp_path, {"title": "A", "authors": authors}).authors == ()


@pytest.mark.parametrize(
    ("record", "date"),
    [
        ({"year": 2023}, "2023"),
        ({"year": "2023.0"}, None),
        ({"year": 2023.0}, "2023"),
        ({"date": "2023-11"}, "2023-11"),
        ({"published": "2023-11-18T09:00:00Z", "year": 2024}, "2023-11-18"),
        ({"date": "2023/11/18"}, "2023-11-18"),
        ({"date": "20231118"}, "2023-11-18"),
        ({"date": "Mon, 2 Apr 2007 19:18:42 GMT"}, "2007-04-02"),
        ({"date": "April 2nd, 2007"}, "2007-04-02"),
        ({"date": "Apr. 2007"}, "2007-04"),
        ({"date": "2023-02-30"}, None),
        ({"date": "soon"}, None),
        ({"arxiv": "2311.11045"}, "2023-11"),
        ({"arxiv": "2311.11045", "year": 2023}, "2023-11"),
        ({"arxiv": "2311.11045", "year": 2024}, "2024"),
        ({"arxiv": "2311.11045", "update_date": "2024-05-01"}, "2023-11"),
        ({"update_date": "2024-05-01"}, "2024-05-01"),
    ],
)
def test_dates_are_as_precise_as_known(tmp_path: Path, record: dict[str, Any], date: str | None) -> None:
    assert one(tmp_path, {"title": "A", **record}).date == date


def test_what_is_no_date_is_told(tmp_path: Path) -> None:
    _, told = several(tmp_path, '{"title": "A", "date": "soon"}')
    assert "line 1: not a date: 'soon'" in told.lines[0]


@pytest.mark.parametrize(
    ("record", "id", "arxiv", "doi"),
    [
        ({"id": "2311.11045v2"}, "2311.11045", "2311.11045", None),
        ({"id": "http://arxiv.org/abs/2311.11045v1"}, "2311.11045", "2311.11045", None),
        ({"id": "arXiv:cs/0301003"}, "cs/0301003", "cs/0301003", None),
        ({"id": "venue2021/a1b2c3"}, "venue2021/a1b2c3", None, None),
        ({"id": "acl/0401123"}, "acl/0401123", None, None),
        ({"id": 17, "arxiv_id": "2311.11045"}, "17", "2311.11045", None),
        ({"id": 2311.1}, "2311.10000", "2311.10000", None),
        ({"arxiv_id": "2311.11045"}, "2311.11045", "2311.11045", None),
        ({"url": "https://arxiv.org/pdf/2311.11045.pdf"}, "2311.11045", "2311.11045", None),
        ({"doi": "https://doi.org/10.1000/ABC"}, "10.1000/abc", None, "10.1000/abc"),
        ({"doi": "10.48550/arXiv.2311.11045"}, "2311.11045", "2311.11045", "10.48550/arxiv.2311.11045"),
        ({"id": "f00", "externalIds": {"ArXiv": "2311.11045", "DOI": "10.1/x"}}, "f00", "2311.11045", None),
        ({"doi": "nan", "arxiv": None}, "one#1", None, None),
        ({"url": "https://example.org/a"}, "one#1", None, None),
    ],
)
def test_ids(tmp_path: Path, record: dict[str, Any], id: str, arxiv: str | None, doi: str | None) -> None:
    document = one(tmp_path, {"title": "A", **record})
    assert (document.id, document.arxiv, document.doi) == (id, arxiv, doi)


def test_a_link_in_the_abstract_is_a_reference_and_no_id_of_its_own(tmp_path: Path) -> None:
    document = one(tmp_path, {"abstract": "We follow https://arxiv.org/abs/2306.02707, and doi:10.1000/x (too)."})
    assert (document.arxiv, document.doi, document.id) == (None, None, "one#1")
    assert [(r.arxiv, r.doi, document.text[r.start : r.end]) for r in document.references] == [
        ("2306.02707", None, "https://arxiv.org/abs/2306.02707"),
        (None, "10.1000/x", "doi:10.1000/x"),
    ]


def test_a_paper_does_not_cite_itself(tmp_path: Path) -> None:
    assert one(tmp_path, {"id": "2306.02707", "abstract": "Read it at arxiv.org/abs/2306.02707v3."}).references == ()


def test_references_of_a_field_have_no_place(tmp_path: Path) -> None:
    listed = ["2306.02707", {"title": "Another", "externalIds": {"DOI": "10.1000/x"}}, "A. Writer, 1999", None]
    document = one(tmp_path, {"title": "A", "references": listed})
    assert document.references == (Reference(arxiv="2306.02707"), Reference(doi="10.1000/x", title="Another"))


def test_the_user_says_which_column_is_which(tmp_path: Path) -> None:
    record = {"paper_name": "Mine", "title": "Not mine", "blurb": "Words."}
    document = one(tmp_path, record, columns={"title": "paper_name", "abstract": "blurb"})
    assert (document.title, document.text) == ("Mine", "Words.")


def test_the_user_names_a_field_that_there_is_not() -> None:
    with pytest.raises(UsageError, match="no such field; there are id, title"):
        read([], columns={"colour": "red"}, on_problem=never)


def test_the_user_names_a_column_that_there_is_not(tmp_path: Path) -> None:
    path = tmp_path / "file"
    path.write_text('{"title": "A", "abstract": "B"}\n')
    (document,), told = documents(path, columns={"title": "name_of_paper"})
    assert document.title is None
    assert "no record has the column 'name_of_paper'" in told.lines[0] and "title, abstract" in told.lines[0]


def test_a_record_without_title_and_text_is_told(tmp_path: Path) -> None:
    found, told = several(tmp_path, '{"title": "A"}', '{"name_of_paper": "B"}')
    assert len(found) == 1
    assert told.lines == [
        f"{tmp_path}/file, line 2: neither title nor text (columns: name_of_paper): passed over; "
        "name them with --column title=NAME, --column text=NAME"
    ]


def test_a_broken_line_is_told_and_the_rest_goes_on(tmp_path: Path) -> None:
    found, told = several(tmp_path, '{"title": "A"}', '{"title": "B", oops}', "", '{"title": "C"}')
    assert [(d.id, d.title, d.place) for d in found] == [("file#1", "A", "line 1"), ("file#3", "C", "line 4")]
    assert told.lines == [
        f"{tmp_path}/file, line 2: not JSON (Expecting property name enclosed in double quotes, column 16): "
        "passed over; mend the line"
    ]


@pytest.mark.parametrize("line", ["[1, 2]", "7", "null", '"words"', "[" * 100_000, '{"n": ' + "9" * 9000 + "}"])
def test_what_is_no_record_is_told(tmp_path: Path, line: str) -> None:
    found, told = several(tmp_path, '{"title": "A"}', line, '{"title": "C"}')
    assert [d.title for d in found] == ["A", "C"]
    assert len(told) == 1 and "line 2" in told.lines[0]


def test_many_problems_of_one_kind_are_counted(tmp_path: Path) -> None:
    found, told = several(tmp_path, '{"title": "A"}', *['{"colour": "red"}'] * 500)
    assert len(found) == 1
    assert len(told) == 11 and "490 more of the same" in told.lines[-1]


def test_lone_surrogates_are_mended(tmp_path: Path) -> None:
    (document,), _ = several(
        tmp_path, '{"id": "a\\ud800", "title": "\\udfff", "abstract": "a\\ud800b", "authors": ["\\ud801"]}'
    )
    assert (document.id, document.title, document.text, document.authors) == (
        "a\ufffd",
        "\ufffd",
        "a\ufffdb",
        ("\ufffd",),
    )


@pytest.mark.parametrize(
    "whole",
    [
        [{"title": "A"}, {"title": "B"}],
        {"papers": [{"title": "A"}, {"title": "B"}]},
        {"name": "a list", "description": "of two", "data": {"rows": [{"title": "A"}, {"title": "B"}]}},
        {"items": [{"title": "A", "authors": [{"name": "X"}]}, {"title": "B"}], "title": "A list"},
    ],
)
@pytest.mark.parametrize("indent", [None, 2])
def test_json_holds_records_in_an_array(tmp_path: Path, whole: Any, indent: int | None) -> None:
    path = tmp_path / "file"
    path.write_text(json.dumps(whole, indent=indent))
    found, told = documents(path)
    assert [(d.title, d.place) for d in found] == [("A", "record 1"), ("B", "record 2")]
    assert told == []


@pytest.mark.parametrize("indent", [None, 2])
def test_json_may_be_one_record(tmp_path: Path, indent: int | None) -> None:
    path = tmp_path / "file"
    path.write_text(
        json.dumps(
            {"title": "A", "abstract": "Text.", "authors": [{"name": "X Y"}], "parts": [{"title": "Z"}]}, indent=indent
        )
    )
    assert [(d.title, d.authors) for d in documents(path)[0]] == [("A", ("X Y",))]


NOTHINGS = (float("nan"), float("inf"), float("-inf"))


@pytest.mark.parametrize("nothing", NOTHINGS)
@pytest.mark.parametrize("key", ["year", "a_score"])  # the latter is not read
@pytest.mark.parametrize("lines", [True, False])
def test_what_python_writes_for_no_number_is_nothing(tmp_path: Path, nothing: float, key: str, lines: bool) -> None:
    path = tmp_path / "file"
    records = [{key: nothing, "title": "NaN, Infinity"}, {"title": 'On "NaN": -Infinity', key: nothing}]
    path.write_text("\n".join(map(json.dumps, records)) if lines else json.dumps({"rate": nothing, "papers": records}))
    found, told = documents(path)
    assert [(d.title, d.date) for d in found] == [("NaN, Infinity", None), ('On "NaN": -Infinity', None)]
    assert told == []


@pytest.mark.parametrize("size", range(1, 30))
def test_no_number_is_told_from_text_wherever_the_pieces_part(size: int) -> None:
    words = ["NaN", "a NaN,", '"NaN"', "\\", '\\"NaN\\', "\\\\NaN", "-Infinity", "é\n:NaN"]
    text = json.dumps({"NaN": [*NOTHINGS, *words, dict.fromkeys(words, NOTHINGS), -1, [NOTHINGS]], "x": NOTHINGS[0]})
    pieces = [text[at : at + size] for at in range(0, len(text), size)]
    assert json.loads("".join(_with_null(pieces)), parse_constant=pytest.fail) == json.loads(
        text, parse_constant=lambda _: None
    )


@pytest.mark.parametrize("many", [3, 60_000])
def test_an_opening_may_end_behind_a_backslash(tmp_path: Path, many: int) -> None:
    quoted = '\\"' * many
    path = tmp_path / "file"
    path.write_text('[{"score": NaN, "title": "A", "abstract": "on NaN ' + quoted + "\\" + 'n"}]')
    assert documents(path)[0][0].text.rstrip() == "on NaN " + '"' * many
    cut = '{"a": NaN, "t": "on NaN ' + quoted + "\\"
    assert _nulled(cut, inside=False) == cut.replace("NaN", "null", 1)


def test_json_that_breaks_off_keeps_what_was_read(tmp_path: Path) -> None:
    found, told = several(tmp_path, '[{"title": "A"}, {"title": "B"}, {"title": "C')
    assert [d.title for d in found] == ["A", "B"]
    assert "after record 2: not JSON" in told.lines[0]


@pytest.mark.parametrize(
    ("broken", "why"),
    [
        ('"year": None', "invalid char in json text: None"),
        ('"year": -inf', "malformed number, a digit is required after the minus sign: -inf"),
        ("year: 2020", "invalid char in json text: year"),
        ('"year": 2020,', "invalid object key (must be a string)"),
        ("// a note", "comments are not enabled: //"),
    ],
)
def test_what_json_does_not_know_is_named(tmp_path: Path, broken: str, why: str) -> None:
    found, told = several(tmp_path, '[{"title": "A"},', f' {{"title": "B", {broken} }}]')
    assert [d.title for d in found] == ["A"]
    assert len(told) == 1 and why in told.lines[0]


@pytest.mark.parametrize(
    "text", ["{\\huge Heron}\n\nHeron extends Egret.", "{{Infobox}}\nHeron extends Egret.", "{% raw %}\nX."]
)
def test_a_text_that_begins_with_a_brace_is_no_json(tmp_path: Path, text: str) -> None:
    (document,), told = several(tmp_path, text)
    assert (document.text.strip(), told) == (text, [])


def test_an_empty_array_is_told(tmp_path: Path) -> None:
    assert several(tmp_path, "[]")[1].lines == [f"{tmp_path}/file: holds no record"]


def test_cells_may_hold_separators_quotes_and_line_breaks(tmp_path: Path) -> None:
    (document,), told = several(tmp_path, "title,abstract", '"A, or ""B""","First line,', 'second line"')
    assert (document.title, document.text, document.place) == ('A, or "B"', "First line,\nsecond line", "line 2")
    assert told == []


def test_a_row_with_too_many_cells_is_told(tmp_path: Path) -> None:
    found, told = several(tmp_path, "title,abstract", "A,one, or two", "B,fine", "C,fine too,,")
    assert [d.title for d in found] == ["B", "C"]
    assert "line 2: 3 cells where the header names 2" in told.lines[0]


def test_a_quote_that_is_never_closed_costs_one_line(tmp_path: Path) -> None:
    found, told = several(tmp_path, "title,abstract", "A,fine", 'B,"never closed', "C,fine", "D,fine")
    assert [d.title for d in found] == ["A", "C", "D"]
    assert told.lines == [
        f"{tmp_path}/file, line 3: a quote is opened and never closed: the line is passed over; close it"
    ]


def test_tables_of_old_macs(tmp_path: Path) -> None:
    path = tmp_path / "file"
    path.write_bytes(b"title,abstract\rA,one\rB,two\r")
    assert [d.text for d in documents(path)[0]] == ["one", "two"]


def test_a_sentence_with_commas_is_no_table(tmp_path: Path) -> None:
    (document,), _ = several(tmp_path, "Title, abstract and text are what a paper has.", "More, of course, than that.")
    assert not document.paper
