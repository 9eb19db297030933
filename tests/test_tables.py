"""The tables of what is missed, invented and believed rightly: on one small record."""

from pathlib import Path
from typing import Any

import pytest

from benchmarks import marks, tables

RECORD: dict[str, Any] = {
    "id": "d",
    "title": "LoomNet",
    "entities": [
        {"name": "LoomNet", "type": "Model", "introduced": True},
        {"name": "Weave", "type": "Method"},
        {"name": "Adam", "type": "Method"},
        {"name": "Yarn", "type": "Dataset"},
        {"name": "Felt", "type": "Dataset"},
        {"name": "weaving", "type": "Method", "generic": True},
    ],
    "relations": [
        {"subject": "LoomNet", "type": "EXTENDS", "object": "Weave", "evidence": "goes on from Weave"},
        {"subject": "LoomNet", "type": "USES", "object": "Adam"},
        {"subject": "LoomNet", "type": "EVALUATED_ON", "object": "Yarn"},
        {"subject": "LoomNet", "type": "EVALUATED_ON", "object": "Felt"},
    ],
}


def line(subject: str, relation: str, object_: str, confidence: float = 0.9) -> dict[str, Any]:
    kind = "Paper" if subject == "paper" else "Model"
    return {
        "document": "d", "subject": subject, "subject_type": kind, "relation": relation, "object": object_,
        "object_type": "Method", "evidence": "LoomNet goes on from Weave.", "confidence": confidence, "origin": "mined",
    }  # fmt: skip


NAMED = [line("paper", "MENTIONS", name) for name in ("LoomNet", "Weave", "Adam", "Yarn")]


def of(*lines: dict[str, Any]) -> tables.Set:
    return tables.Set("ours", [RECORD], [*NAMED, *lines])


def rows(table: list[str]) -> dict[str, str]:
    return {name.strip(): count.strip() for name, count in (row.strip("|").split("|") for row in table[2:])}


def test_why_a_relation_was_missed() -> None:
    found = of(
        line("Weave", "EXTENDS", "LoomNet"), line("LoomNet", "EXTENDS", "Adam"), line("Weave", "EVALUATED_ON", "Yarn")
    )
    assert {name: count for name, count in rows(list(tables.missed([found]))).items() if count != "0"} == {
        "the direction is reversed": "1",
        "the pair is right, the relation is another": "1",
        "another subject was taken or meant": "1",
        "the object was not found as a name": "1",
    }  # fmt: skip


def test_what_is_found_or_stated_of_the_paper_itself_is_not_missed() -> None:
    found = of(
        line("LoomNet", "EXTENDS", "Weave"), line("paper", "USES", "Adam"), line("LoomNet", "EVALUATED_ON", "Yarn")
    )
    assert {name: count for name, count in rows(list(tables.missed([found]))).items() if count != "0"} == {
        "the object was not found as a name": "1",
    }  # fmt: skip


def test_why_a_relation_was_invented() -> None:
    found = of(
        line("Weave", "EXTENDS", "LoomNet"),
        line("LoomNet", "EXTENDS", "Adam"),
        line("LoomNet", "USES", "Warp"),
        line("Weave", "USES", "Adam"),
        line("Weave", "USES", "Yarn"),
        line("LoomNet", "USES", "weaving"),  # generic: left open
        line("LoomNet", "USES", "Felt", 0.4),  # not believed
    )
    assert rows(list(tables.invented([found]))) == {
        "one of its names is none": "1",
        "nothing of the kind is stated": "1",
        "the pair is right, the relation is another": "1",
        "another subject was taken or meant": "1",
        "the direction is reversed": "1",
    }


def test_confidence_is_held_against_what_is_right() -> None:
    found = of(
        line("LoomNet", "EXTENDS", "Weave", 0.95),
        line("LoomNet", "USES", "Yarn", 0.91),
        line("LoomNet", "USES", "Adam", 0.41),
    )
    assert rows(list(tables.calibration([found]))) == {"0.4–0.5": "1.00 of 1", "0.9–1.0": "0.50 of 2"}


def test_right_statements_that_quote_the_annotator() -> None:
    assert list(tables.quoted([of(line("LoomNet", "EXTENDS", "Weave"), line("LoomNet", "USES", "Adam"))])) == [
        "ours: 1 of 1 right statements quote the annotator's words."
    ]


def test_a_table_is_put_between_the_marks_of_its_name(tmp_path: Path) -> None:
    page = tmp_path / "page.md"
    page.write_text(
        "One\n<!-- a: made by x -->\nold\n<!-- end of a -->\nTwo\n<!-- b: made by y -->\n<!-- end of b -->\n"
    )
    marks.write(page, "a", [r"| \1 |"])
    marks.write(page, "b", ["new"])
    assert page.read_text() == (
        "One\n<!-- a: made by x -->\n\n| \\1 |\n\n<!-- end of a -->\nTwo\n<!-- b: made by y -->\n\nnew\n\n<!-- end of b -->\n"
    )
    with pytest.raises(SystemExit, match="has no <!-- c"):
        marks.write(page, "c", [])
    with pytest.raises(SystemExit, match=r"nowhere\.md: cannot be read"):
        marks.require(tmp_path / "nowhere.md", "a")
