"""Every rule takes its examples and refuses its near misses."""

import re

import pytest

from begat.graph.model import Document, Thing
from begat.graph.vocabulary import NodeType
from begat.loaders.mining import context, rules
from begat.loaders.mining.reading import Name
from begat.loaders.mining.readings import readings

MARK = re.compile(r"\[(?P<marks>[*+-]*)(?P<name>[^\]:]+)(?::(?P<type>[DT]))?\]")
TYPES = {None: NodeType.MODEL, "D": NodeType.DATASET, "T": NodeType.METHOD}


def staged(text: str) -> tuple[context.Scene, Thing, Thing]:
    """The scene of a text whose names are marked as rules.toml says, with the subject and object marked in it."""
    plain = MARK.sub(lambda m: m["name"], text)
    document = Document(id="example", text=plain)
    reading = readings(document)[0]
    assert reading.text.strip() == plain, "an example must need no repair"
    names: list[Name] = []
    ends: dict[str, Thing] = {}
    at = 0
    for mark in MARK.finditer(text):
        thing = Thing(TYPES[mark["type"]], mark["name"])
        at = reading.text.index(mark["name"], at)
        introduced = 1.0 if "*" in mark["marks"] else 0.0
        names.append(Name(at, at + len(mark["name"]), thing, 1.0, introduced))
        at += len(mark["name"])
        ends.update({sign: thing for sign in "+-*" if sign in mark["marks"]})
    return context.scene(reading, names), ends.get("+", ends.get("*", reading.about)), ends["-"]


def holds(rule: rules.Rule, text: str) -> bool:
    scene, subject, object_ = staged(text)
    return any(
        m.rule is rule and scene.things[m.subject] == subject and scene.things[m.object] == object_
        for m in rules.matches(scene)
    )


@pytest.mark.parametrize(
    ("rule", "text"),
    [(r, text) for r in rules.RULES for text in r.examples],
    ids=lambda value: getattr(value, "id", value),
)
def test_a_rule_takes_its_examples(rule: rules.Rule, text: str) -> None:
    assert holds(rule, text)


@pytest.mark.parametrize(
    ("rule", "text"),
    [(r, text) for r in rules.RULES for text in r.refusals],
    ids=lambda value: getattr(value, "id", value),
)
def test_a_rule_refuses_its_near_misses(rule: rules.Rule, text: str) -> None:
    assert not holds(rule, text)


@pytest.mark.parametrize("rule", rules.RULES, ids=lambda rule: rule.id)
def test_a_rule_is_shown_by_enough_examples(rule: rules.Rule) -> None:
    assert len(rule.examples) >= 3
    assert len(rule.refusals) >= 3
    assert rule.takes
