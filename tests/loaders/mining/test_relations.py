"""From names to stated relations: one direction, one subject, evidence that stands in the text."""

import numpy as np
import pytest

from begat.graph.model import Document
from begat.graph.vocabulary import Relation
from begat.loaders.mining import pipeline, relations
from begat.loaders.mining.context import Candidate
from begat.loaders.mining.judge import JUDGED, Scores
from begat.loaders.mining.judges import Floats
from tests.loaders.mining.test_rules import staged

EXTENDS, USES, OUTPERFORMS, COMPARED = (
    JUDGED.index(r) for r in (Relation.EXTENDS, Relation.USES, Relation.OUTPERFORMS, Relation.COMPARED_WITH)
)


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


@pytest.mark.parametrize(
    ("idle", "telling"),
    [
        ("[Zeta] and [-Omega] are both named for rivers.", "[Zeta] keeps the encoder of [-Omega] and adds a new head."),
        ("People ask whether [Zeta] or [-Omega] came first.", "[Zeta] leaves [-Omega] far behind on every task."),
    ],
)
def test_of_several_sentences_the_one_that_states_it_is_quoted(idle: str, telling: str) -> None:
    scene, *_ = staged(f"We present [*Zeta]. {idle} {telling}")
    found = [s for s in relations.find(scene.reading, scene.names) if s.confidence >= 0.5]
    assert found
    for statement in found:
        quote = scene.reading.text[statement.start : statement.end]
        assert quote == telling.translate(str.maketrans("", "", "[]-"))


def test_how_likely_a_place_is_found_by_its_candidate_also_beside_one_without_places() -> None:
    at_places = np.arange(3.0 * len(JUDGED)).reshape(3, len(JUDGED))
    scores = Scores.of(np.zeros((3, len(JUDGED))), at_places, [2, 0, 1])
    assert scores.likely(0, 1, USES) == at_places[1, USES]
    assert scores.likely(2, 0, USES) == at_places[2, USES] == scores.best[2, USES]


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


@pytest.mark.parametrize(
    ("forth", "back", "kept"),
    [
        ({OUTPERFORMS: 0.8}, {COMPARED: 0.7}, [(1, OUTPERFORMS)]),
        ({COMPARED: 0.6}, {OUTPERFORMS: 0.7}, [(2, OUTPERFORMS)]),
        ({COMPARED: 0.8}, {COMPARED: 0.7}, [(1, COMPARED)]),
        ({EXTENDS: 0.8}, {USES: 0.7}, [(1, EXTENDS), (2, USES)]),
    ],
)
def test_what_is_compared_one_way_is_not_compared_the_other(
    forth: dict[int, float], back: dict[int, float], kept: list[tuple[int, int]]
) -> None:
    decided = relations.decide([Candidate(1, 2, []), Candidate(2, 1, [])], chances(forth, back))
    assert [(c.subject, relation) for (c, relation), _ in decided] == kept


def test_only_the_surest_subject_of_an_object_is_stated() -> None:
    pairs = [Candidate(1, 3, []), Candidate(2, 3, [])]
    decided = relations.decide(pairs, chances({USES: 0.8}, {USES: 0.5}))
    assert [c.subject for (c, _), _ in decided] == [1]


def test_a_pair_may_be_compared_and_descend_but_not_descend_twice() -> None:
    decided = relations.decide([Candidate(1, 2, [])], chances({EXTENDS: 0.8, USES: 0.6, OUTPERFORMS: 0.7}))
    assert [relation for (_, relation), _ in decided] == [EXTENDS, OUTPERFORMS]


def test_a_named_subject_is_preferred_to_the_unnamed_contribution() -> None:
    pairs = [Candidate(0, 2, []), Candidate(1, 2, [])]
    decided = relations.decide(pairs, chances({USES: 0.78}, {USES: 0.75}))
    assert [c.subject for (c, _), _ in decided] == [1]


def evidence_of(document: Document, relation: Relation, subject: str, object_: str) -> list[str]:
    return [
        a.evidence.quote
        for a in pipeline.mine(document, {}).assertions
        if (a.relation, a.subject.name) == (relation, subject) and a.object.name.startswith(object_)
    ]


GOING_ON = "[-Gizmo 1] learns from maps. In [*+Gizmo 2], we continue to ask what maps can teach."


def test_going_on_with_an_older_version_is_shown_by_both_sentences() -> None:
    scene, *_ = staged(GOING_ON)
    (found,) = [s for s in relations.find(scene.reading, scene.names) if s.relation is Relation.EXTENDS]
    assert (found.subject.name, found.object.name, found.rule) == ("Gizmo 2", "Gizmo 1", "continues")
    assert (found.start, found.end) == (scene.lines[0].start, scene.lines[1].end)


@pytest.mark.parametrize(
    "text",
    [
        "[-Gizmo 1] learns from maps. In [*+Gizmo 2], we ask what maps can teach.",
        "[-Gizmo 1] learns from maps. [*+Gizmo 2] may continue this.",
        "[-Gadget 1] learns from maps. In [*+Gizmo 2], we continue to ask what maps can teach.",
    ],
)
def test_without_going_on_the_rule_is_silent(text: str) -> None:
    scene, *_ = staged(text)
    assert not [s for s in relations.find(scene.reading, scene.names) if s.rule == "continues"]


def test_versions_are_no_variants_of_each_other() -> None:
    assert not [s for s in stated("[-Gizmo 1] and [*+Gizmo 2] are models of one family.", 0.0) if s[1] == "VARIANT_OF"]


def test_the_sentence_that_has_the_subject_is_shown_before_one_that_has_not() -> None:
    text = "Introduced last year, Gizmo reads maps well. In this paper, we build on Gizmo and improve its speed."
    quotes = evidence_of(
        Document(id="x", title="Gizmo v2: Faster Maps", text=text), Relation.EXTENDS, "Gizmo v2", "Gizmo"
    )
    assert quotes == ["In this paper, we build on Gizmo and improve its speed."]


@pytest.mark.parametrize(
    ("text", "variant"),
    [
        ("We run [-Gizmo] and [+Gizmo-7B] on maps.", ("Gizmo-7B", "VARIANT_OF", "Gizmo")),
        ("[-Gizmo] is large. Talking is left to [+Gizmo-Chat].", ("Gizmo-Chat", "VARIANT_OF", "Gizmo")),
        ("We count maps with [-Gizmo]. Most are seen by [+Gizmo-B/16].", ("Gizmo-B/16", "VARIANT_OF", "Gizmo")),
    ],
)
def test_a_size_or_chat_version_is_a_variant_of_its_family_where_both_are_named(
    text: str, variant: tuple[str, str, str]
) -> None:
    assert variant in stated(text)


@pytest.mark.parametrize(
    "text",
    [
        "We run [+Gizmo-7B] and [-Gadget] on maps.",
        "We run [+Gizmo-7B] and [-Gizmo-70B] on maps.",
        "We count maps in [-Gizmo:D] and [+Gizmo-7B:D].",
        "We run [+Gizmo-R] and [-Gizmo] on maps.",
        "We run [+Gadget-L] and [-Gizmo] on maps.",
        "We count maps in [-Gizmo:D] and [+Gizmo-L:D].",
    ],
)
def test_other_likenesses_make_no_variant(text: str) -> None:
    assert not [s for s in stated(text) if s[1] == "VARIANT_OF"]
