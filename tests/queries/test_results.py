"""Rows as a table, as CSV, as JSON."""

import csv
import io
import json

from begat.queries.results import TABLE_ROWS, Result

ROWS = Result(("name", "year", "evidence"), [("Orca 2", 2023, ["one", "two"]), ("Orca, the first", None, [])])


def test_records_are_dicts_by_column() -> None:
    assert ROWS.records()[0] == {"name": "Orca 2", "year": 2023, "evidence": ["one", "two"]}
    assert len(ROWS) == 2
    assert next(iter(ROWS)) == ("Orca 2", 2023, ["one", "two"])


def test_json_is_an_array_of_objects_a_row_a_line() -> None:
    text = "".join(ROWS.json())
    assert json.loads(text) == ROWS.records()
    assert len(text.splitlines()) == 4
    assert json.loads("".join(Result(("a",), []).json())) == []


def test_json_has_no_words_for_infinity() -> None:
    assert json.loads("".join(Result(("a",), [([float("inf"), {"x": float("nan")}],)]).json())) == [
        {"a": [None, {"x": None}]}
    ]


def test_csv_can_be_read_back() -> None:
    rows = list(csv.reader(io.StringIO("".join(ROWS.csv()))))
    assert rows == [["name", "year", "evidence"], ["Orca 2", "2023", '["one", "two"]'], ["Orca, the first", "", "[]"]]


def test_csv_keeps_what_is_hard_to_keep() -> None:
    hard = ['a "quote"', "line\nbreak", "semi;colon", " space ", "\t"]
    rows = list(csv.reader(io.StringIO("".join(Result(("x",), [(text,) for text in hard]).csv()))))
    assert rows == [["x"], *([text] for text in hard)]


def test_a_table_has_columns_for_people() -> None:
    assert "".join(ROWS.table(width=60)).splitlines() == [
        "name             year  evidence",
        "Orca 2           2023  one, two",
        "Orca, the first",
    ]


def test_a_table_has_no_colours_where_nobody_sees_them() -> None:
    assert "\x1b" not in "".join(ROWS.table())


def test_a_table_cannot_command_the_terminal_nor_use_markup() -> None:
    shown = "".join(Result(("a",), [("\x1b[31mred [bold]x[/bold] \x07\r\u202ehidden",)]).table(width=60))
    assert shown.splitlines()[1] == " [31mred [bold]x[/bold]   hidden"


def test_a_node_is_shown_by_its_name_and_a_relationship_by_its_type() -> None:
    row = ({"label": "Model", "name": "Orca"}, {"type": "USES", "confidence": 1.0}, {"other": 1}, True)
    assert "".join(Result(("n", "r", "m", "t"), [row]).table(width=60)).splitlines()[1].split("  ") == [
        "Orca", "USES", '{"other": 1}', "yes",
    ]  # fmt: skip


def test_long_texts_get_lines_of_their_own() -> None:
    long = Result(("evidence",), [(["a sentence that is longer than the others", "and one more"],)])
    assert "".join(long.table(width=60)).splitlines()[1:] == [
        "a sentence that is longer than the others",
        "and one more",
    ]


def test_a_table_of_very_many_rows_says_how_many_more_there_are() -> None:
    shown = list(Result(("n",), [(n,) for n in range(TABLE_ROWS + 1234)]).table())
    assert shown[-1] == "… and 1,234 more rows; --format csv or json gives them all\n"


def test_no_rows_are_said_to_be_none() -> None:
    assert "".join(Result(("name",), []).table(width=20)).splitlines() == ["name", "(no rows)"]
