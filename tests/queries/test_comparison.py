"""Two things side by side: what they share, and where they part."""

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from begat.graph.errors import NotFoundError, UsageError
from begat.graph.model import Node
from begat.graph.store import Store
from begat.graph.vocabulary import NodeType, Relation
from begat.queries.comparison import DRAWN, Comparison, compare
from begat.queries.scenes import Tone
from tests.queries import graphs

E, U, F = Relation.EXTENDS, Relation.USES, Relation.FINE_TUNED_FROM
NODES = [
    *(
        graphs.model(name, year)
        for name, year in {
            "Root": "2015",
            "Old": "2016",
            "Fork": "2018",
            "Left": "2019",
            "Right": "2020",
            "Own": "2019",
            "Lone": "2020",
        }.items()
    ),
    Node("dataset-glue", NodeType.DATASET, "GLUE", date="2018"),
    Node("dataset-squad", NodeType.DATASET, "SQuAD", date="2016"),
]
TRIPLES = [
    ("model-old", E, "model-root"),
    ("model-fork", E, "model-old"),
    ("model-left", F, "model-fork"),
    ("model-left", U, "model-own"),
    ("model-right", E, "model-fork"),
    ("model-right", E, "model-root"),
    ("model-right", Relation.OUTPERFORMS, "model-left"),
    ("model-left", Relation.EVALUATED_ON, "dataset-glue"),
    ("model-right", Relation.EVALUATED_ON, "dataset-glue"),
    ("model-right", Relation.EVALUATED_ON, "dataset-squad"),
]


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Store]:
    with Store.open(graphs.build(tmp_path_factory.mktemp("two") / "two.begat", NODES, TRIPLES)) as store:
        yield store


@pytest.fixture(scope="module")
def both(store: Store) -> Comparison:
    return compare(store, "model-left", "model-right")


def names(nodes: tuple[Node, ...]) -> list[str]:
    return [node.name for node in nodes]


def test_common_ancestors_come_nearest_first_and_the_ways_part_at_the_youngest(both: Comparison) -> None:
    assert names(both.common) == ["Fork", "Old", "Root"]
    assert names(both.parting) == ["Fork"]
    assert both.tones == {"model-fork": Tone.PARTING, "model-old": Tone.COMMON, "model-root": Tone.COMMON}


def test_what_is_said_of_the_two_is_there_with_its_sentence(both: Comparison) -> None:
    (edge,) = both.between
    assert (edge.subject, edge.relation) == ("model-right", Relation.OUTPERFORMS)
    assert both.evidence[edge][0].assertion.evidence.quote == "Right OUTPERFORMS Left."


def test_what_both_were_evaluated_on_is_shared(both: Comparison) -> None:
    assert names(both.shared(Relation.EVALUATED_ON)) == ["GLUE"]
    assert both.shared(Relation.TRAINED_ON) == ()


def test_the_way_to_an_ancestor_is_the_shortest(both: Comparison) -> None:
    left, right = both.sides
    assert [e.object for e in both.way(left, "model-root")] == ["model-fork", "model-old", "model-root"]
    assert [e.object for e in both.way(right, "model-root")] == ["model-root"]
    assert both.way(right, "model-own") == []


def test_one_that_descends_from_the_other_parts_there(store: Store) -> None:
    both = compare(store, "model-left", "model-old")
    assert names(both.parting) == ["Old"]
    assert "Left descends from Old" in both.text(80)
    assert both.marked == ("model-left", "model-old")
    assert "model-old" not in both.tones


def test_two_without_a_common_ancestor_say_so(store: Store) -> None:
    both = compare(store, "model-left", "model-lone")
    assert both.common == ()
    assert "no common ancestor is known" in both.text(80)


def test_on_a_terminal_they_stand_side_by_side(both: Comparison) -> None:
    told = both.text(width=80)
    assert "type          model                            model" in told
    assert "date          2019                             2020" in told
    assert "builds on     Fork (fine-tuned from, both);    Fork (extends, both); Root" in told
    assert "where they part\n  Fork (2018)\n    Left > fine-tuned from Fork\n    Right > extends Fork\n" in told
    assert "further back, common to both: Old (2016), Root (2015)" in told
    assert "both evaluated on GLUE (2018)" in told
    assert max(map(len, told.splitlines())) <= 80


def test_as_json_each_common_ancestor_has_its_distance_from_both(both: Comparison) -> None:
    record = json.loads(both.json())
    assert {c["name"]: c["steps"] for c in record["common"]} == {"Fork": [1, 1], "Old": [2, 2], "Root": [3, 1]}
    assert record["parting"] == ["model-fork"]
    assert record["one"]["built_upon_by"] == 0


def test_a_picture_of_many_ancestors_keeps_the_ways_to_where_they_part(tmp_path: Path) -> None:
    line = [graphs.model(f"N{i}", f"{1900 + i}") for i in range(40)]
    crowd = [graphs.model(f"C{i}", "1950") for i in range(200)]
    ends = [graphs.model("A", "2000"), graphs.model("B", "2001")]
    triples = [(f"model-n{i}", E, f"model-n{i - 1}") for i in range(1, 40)]
    triples += [("model-a", E, "model-n39"), ("model-b", E, "model-n0")]
    triples += [("model-a", U, node.id) for node in crowd]
    with Store.open(graphs.build(tmp_path / "many.begat", [*line, *crowd, *ends], triples)) as store:
        both = compare(store, "model-a", "model-b")
    drawn = {node.id for node in both.nodes}
    assert len(drawn) == DRAWN
    assert {node.id for node in line} <= drawn
    assert both.truncated == "the picture shows 60 of 242 works: the ways to where they part, then the nearest"
    assert len(both.way(both.sides[0], "model-n0")) == 40


def test_a_ring_of_common_ancestors_ends(tmp_path: Path) -> None:
    nodes = [graphs.model(name, "2020") for name in ("A", "B", "X", "Y")]
    ring = [("model-a", E, "model-x"), ("model-b", E, "model-x"), ("model-x", E, "model-y"), ("model-y", E, "model-x")]
    with Store.open(graphs.build(tmp_path / "ring.begat", nodes, ring)) as store:
        assert {n.name for n in compare(store, "model-a", "model-b").parting} == {"X", "Y"}


def test_one_thing_is_no_two(store: Store) -> None:
    with pytest.raises(UsageError, match="one and the same"):
        compare(store, "model-left", "model-left")
    with pytest.raises(NotFoundError):
        compare(store, "model-left", "model-nowhere")
