"""From names to stated relations: one direction, one subject, evidence that stands in the text."""

import numpy as np
import pytest

from begat.graph.vocabulary import Relation
from begat.loaders.mining import relations
from begat.loaders.mining.context import Candidate
from begat.loaders.mining.judge import JUDGED
from begat.loaders.mining.judges import Floats
from tests.loaders.mining.test_rules import staged

EXTENDS, USES, OUTPERFORMS = (JUDGED.index(r) for r in (Relation.EXTENDS, Relation.USES, Relation.OUTPERFORMS))


def stated(text: str, least: float = 0.5) -> set[tuple[str, str, str]]:
    """What the text states, as (subject, relation, object), at least so probable."""
    scene, *_ = staged(text)
    found = relations.find(scene.reading, scene.names)
    return {(s.subject.name, str(s.relation), s.object.name) for s in found if s.confidence >= least}


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("We present [*Zeta]. [Zeta] outperforms [-Omega] and [Kappa].", ("Zeta", "OUTPERFORMS", "Kappa")),
        ("We present [*Zeta], an extension of [-Omega].", ("Zeta", "EXTENDS", "Omega")),
        ("We present [*Zeta]. We evaluate it on [-Quux:D].", ("Zeta", "EVALUATED_ON", "Quux")),
        ("Here we build on [-Omega] and propose [*Zeta].", ("Zeta", "EXTENDS", "Omega")),
    ],
)
def test_plain_statements_are_found(text: str, expected: tuple[str, str, str]) -> None:
    assert expected in stated(text)


@pytest.mark.parametrize(
    "text",
    [
        "We present [*Zeta]. Long ago, [-Omega] was popular.",
        "We present [*Zeta]. In future work it might use [-Omega].",
    ],
)
def test_what_is_not_stated_is_not_found(text: str) -> None:
    assert not stated(text)


def test_every_relation_quotes_a_sentence_that_names_its_object() -> None:
    scene, *_ = staged("We present [*Zeta]. [Zeta] outperforms [-Omega] on [Quux:D].")
    for found in relations.find(scene.reading, scene.names):
        assert found.object.name in scene.reading.text[found.start : found.end]


def chances(*rows: dict[int, float]) -> Floats:
    table = np.zeros((len(rows), len(JUDGED)))
    for number, row in enumerate(rows):
        for relation, chance in row.items():
            table[number, relation] = chance
    return table


def test_only_the_surer_direction_is_stated() -> None:
    pairs = [Candidate(1, 2, []), Candidate(2, 1, [])]
    decided = relations.decide(pairs, chances({EXTENDS: 0.8}, {EXTENDS: 0.7}))
    assert [(c.subject, c.object) for (c, _), _ in decided] == [(1, 2)]


def test_only_the_surest_subject_of_an_object_is_stated() -> None:
    pairs = [Candidate(1, 3, []), Candidate(2, 3, [])]
    decided = relations.decide(pairs, chances({USES: 0.8}, {USES: 0.5}))
    assert [c.subject for (c, _), _ in decided] == [1]


def test_a_pair_may_be_compared_and_descend_but_not_descend_twice() -> None:
    decided = relations.decide([Candidate(1, 2, [])], chances({EXTENDS: 0.8, USES: 0.6, OUTPERFORMS: 0.7}))
    assert [relation for (_, relation), _ in decided] == [EXTENDS, OUTPERFORMS]


def test_a_named_subject_is_preferred_to_the_unnamed_contribution() -> None:
    pairs = [Candidate(0, 2, []), Candidate(1, 2, [])]
    decided = relations.decide(pairs, chances({USES: 0.8}, {USES: 0.75}))
    assert [c.subject for (c, _), _ in decided] == [1]
