"""How two nodes are connected."""

import json
from itertools import pairwise
from pathlib import Path

import pytest

from begat.graph.errors import NotFoundError
from begat.graph.store import Store
from begat.graph.vocabulary import Relation
from begat.queries.paths import path
from tests.queries.graphs import build, chain, mixed, model

EXTENDS, USES = Relation.EXTENDS, Relation.USES


def test_a_path_reads_aloud_with_its_evidence(store: Store) -> None:
    found = path(store, "model-orca-2", "model-llama")
    assert found and found.text() == (
        "Orca 2 (2023)\n"
        "  extends Orca (2023)  0.93\n"
        "      “With Orca 2 we extend Orca.” [2311.11045]\n"
        "  fine-tuned from LLaMA (2023)  0.94\n"
        "      “Orca is fine-tuned from LLaMA” [2306.02707]"
    )


def test_edges_are_walked_either_way(store: Store) -> None:
    found = path(store, "model-bert", "model-llama")
    assert found and [step.words for step in found.steps] == ["extends", "used by"]
    assert [step.forward for step in found.steps] == [True, False]


def test_there_and_back_is_the_same_way(store: Store) -> None:
    there, back = path(store, "model-orca-2", "model-bert"), path(store, "model-bert", "model-orca-2")
    assert there and back and there.nodes == back.nodes[::-1]


def test_lineage_goes_before_a_shorter_way_over_something_else(tmp_path: Path) -> None:
    """That both were evaluated on one dataset is true of half the field."""
    nodes = [model(name) for name in "ABCDE"]
    steps = [
        ("model-a", Relation.EVALUATED_ON, "model-e"), ("model-b", Relation.EVALUATED_ON, "model-e"),
        ("model-a", EXTENDS, "model-c"), ("model-c", EXTENDS, "model-d"), ("model-d", EXTENDS, "model-b"),
    ]  # fmt: skip
    with Store.open(build(tmp_path / "g.begat", nodes, steps)) as store:
        along_lineage = path(store, "model-a", "model-b")
        shortest = path(store, "model-a", "model-b", relations=tuple(Relation))
        assert along_lineage and along_lineage.length == 3
        assert shortest and shortest.length == 2


def test_where_there_is_no_lineage_other_relations_connect(store: Store) -> None:
    found = path(store, "model-gpt-3", "model-llama-13b")
    assert found and [step.edge.relation for step in found.steps] == [Relation.OUTPERFORMS]


def test_of_several_shortest_ways_the_strongest(tmp_path: Path) -> None:
    nodes = [model(name) for name in "ABCD"]
    steps = [
        ("model-a", USES, "model-b"), ("model-b", USES, "model-d"), ("model-a", EXTENDS, "model-c"), ("model-c", EXTENDS, "model-d"),
    ]  # fmt: skip
    with Store.open(build(tmp_path / "g.begat", nodes, steps)) as store:
        found = path(store, "model-a", "model-d")
        assert found and [node.name for node in found.nodes] == ["A", "C", "D"]


def test_a_path_may_not_be_longer_than_asked(tmp_path: Path) -> None:
    with Store.open(chain(tmp_path / "g.begat", *(f"M{n}" for n in range(10)))) as store:
        assert (within := path(store, "model-m0", "model-m5", max_length=5)) and within.length == 5
        assert path(store, "model-m0", "model-m5", max_length=4) is None


def test_what_is_not_connected(tmp_path: Path) -> None:
    with Store.open(build(tmp_path / "g.begat", [model("A"), model("B")], [])) as store:
        assert path(store, "model-a", "model-b") is None


def test_a_node_is_connected_with_itself_by_nothing(store: Store) -> None:
    found = path(store, "model-orca", "model-orca")
    assert found and found.length == 0 and found.text() == "Orca (2023)"


def test_a_name_that_is_nowhere(store: Store) -> None:
    with pytest.raises(NotFoundError):
        path(store, "model-orca", "model-nobody")


def test_json(store: Store) -> None:
    found = path(store, "model-orca-2", "model-llama")
    assert found
    record = json.loads(found.json())
    assert (record["length"], [n["name"] for n in record["nodes"]]) == (2, ["Orca 2", "Orca", "LLaMA"])
    step = record["steps"][0]
    assert (step["relation"], step["forward"], step["evidence"][0]["quote"]) == (
        "EXTENDS", True, "With Orca 2 we extend Orca.",
    )  # fmt: skip


def test_it_is_the_shortest_on_any_graph(tmp_path: Path) -> None:
    """Against NetworkX, which looks at the whole graph."""
    import networkx as nx

    with Store.open(mixed(tmp_path / "g.begat", seed=3, edges=300)) as store:
        whole: nx.Graph[str] = nx.Graph()
        whole.add_nodes_from(node.id for node in store.nodes())
        whole.add_edges_from((e.subject, e.object) for e in store.edges())
        for number in range(0, 200, 11):
            a, b = f"thing-{number}", f"thing-{(number * 7 + 3) % 200}"
            found = path(store, a, b, max_length=20, relations=tuple(Relation))
            wanted = nx.shortest_path_length(whole, a, b) if nx.has_path(whole, a, b) else None
            assert (found.length if found else None) == wanted
            for step, ends in zip(found.steps, pairwise(found.nodes), strict=True) if found else ():
                assert {step.edge.subject, step.edge.object} == {node.id for node in ends}
