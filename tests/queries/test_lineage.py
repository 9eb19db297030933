"""The lineage of a node: who is in it, how far away, with what evidence, and what it reads to find out."""

import json
from pathlib import Path
from typing import Any

import pytest

from begat.graph.errors import NotFoundError, UsageError
from begat.graph.model import Node
from begat.graph.store import Store
from begat.graph.vocabulary import LINEAGE, NodeType, Relation
from begat.queries.lineage import Lineage, lineage
from tests.queries.graphs import build, chain, model

EXTENDS, USES = Relation.EXTENDS, Relation.USES


def names(nodes: tuple[Node, ...]) -> list[str]:
    return [node.name for node in nodes]


def test_ancestors_are_what_it_descends_from_at_any_distance(store: Store) -> None:
    found = lineage(store, "model-orca-2")
    assert found.subject.name == "Orca 2"
    assert names(found.ancestors) == ["Orca", "Tülu 2", "GPT-4", "LLaMA", "Transformer"]
    assert [found.steps[node.id] for node in found.ancestors] == [-1, -1, -2, -2, -3]


def test_descendants_are_what_descends_from_it(store: Store) -> None:
    found = lineage(store, "model-llama")
    assert names(found.descendants) == ["LLaMA-13B", "Orca", "Orca 2", "A study without a name of its own"]


def test_siblings_are_neither(store: Store) -> None:
    """BERT and LLaMA both come from the Transformer."""
    assert "BERT" not in names(lineage(store, "model-llama").nodes)


def test_edges_have_their_statements(store: Store) -> None:
    found = lineage(store, "model-orca-2")
    edge = next(edge for edge in found.edges if edge.object == "model-orca")
    (statement,) = found.evidence[edge]
    assert statement.assertion.evidence.quote == "With Orca 2 we extend Orca."
    assert (statement.document, statement.paper) == ("2311.11045", "arxiv-2311.11045")
    assert set(found.evidence) == set(found.edges)


def test_things_come_with_the_paper_that_introduces_them(store: Store) -> None:
    found = lineage(store, "model-orca-2")
    assert found.introduced_by["model-orca"].url == "https://arxiv.org/abs/2306.02707"
    assert "model-gpt-4" not in found.introduced_by


def test_of_several_papers_that_introduce_a_thing_the_earliest_is_named(tmp_path: Path) -> None:
    papers = [Node(f"arxiv-{y}", NodeType.PAPER, f"P {y}", (), y) for y in ("2021", "2020", "2022")]
    path = build(tmp_path / "g.begat", [*papers, model("A")], [(p.id, Relation.INTRODUCES, "model-a") for p in papers])
    with Store.open(path) as store:
        assert lineage(store, "model-a").introduced_by["model-a"].name == "P 2020"


@pytest.mark.parametrize(
    ("direction", "there"),
    [
        ("ancestors", ["LLaMA", "Transformer"]),
        ("descendants", ["LLaMA", "LLaMA-13B", "Orca", "Orca 2", "A study without a name of its own"]),
    ],
)
def test_one_direction(store: Store, direction: str, there: list[str]) -> None:
    assert names(lineage(store, "model-llama", direction=direction).nodes) == there


def test_depth_is_the_most_steps_away(store: Store) -> None:
    assert names(lineage(store, "model-orca-2", direction="ancestors", depth=1).nodes) == ["Orca 2", "Orca", "Tülu 2"]


def test_relations_are_those_followed(store: Store) -> None:
    found = lineage(store, "model-orca-2", relations=[USES, EXTENDS])
    assert found.relations == (EXTENDS, USES)
    assert names(found.ancestors) == ["Orca", "Tülu 2"]


def test_weak_edges_can_be_left_out(store: Store) -> None:
    assert "Tülu 2" not in names(lineage(store, "model-orca-2", min_confidence=0.5).nodes)


def test_edges_between_ancestors_are_part_of_it(tmp_path: Path) -> None:
    nodes = [model(name) for name in "ABCD"]
    steps = [("model-a", EXTENDS, "model-b"), ("model-a", EXTENDS, "model-c"), ("model-b", USES, "model-c")]
    with Store.open(build(tmp_path / "g.begat", nodes, steps)) as store:
        assert {(e.subject, e.object) for e in lineage(store, "model-a").edges} == {
            ("model-a", "model-b"), ("model-a", "model-c"), ("model-b", "model-c"),
        }  # fmt: skip


def test_a_cycle_ends(tmp_path: Path) -> None:
    nodes = [model(name) for name in "ABC"]
    circle = [("model-a", EXTENDS, "model-b"), ("model-b", EXTENDS, "model-c"), ("model-c", EXTENDS, "model-a")]
    with Store.open(build(tmp_path / "g.begat", nodes, circle)) as store:
        found = lineage(store, "model-a")
        assert found.steps == {"model-a": 0, "model-b": -1, "model-c": 1}
        assert len(found.edges) == 3
        assert found.tree()


def test_what_extends_itself_is_not_its_own_ancestor(tmp_path: Path) -> None:
    with Store.open(build(tmp_path / "g.begat", [model("A")], [("model-a", EXTENDS, "model-a")])) as store:
        found = lineage(store, "model-a")
        assert (found.nodes, found.edges) == ((found.subject,), ())


def test_of_a_paper_it_is_that_of_what_it_introduces(store: Store) -> None:
    found = lineage(store, "arxiv-2302.13971")
    assert [node.name for node in found.nodes if found.steps[node.id] == 0] == [
        "LLaMA: Open Foundation Models", "LLaMA", "LLaMA-13B",
    ]  # fmt: skip
    assert names(found.ancestors) == ["Transformer"]
    assert {e.object for e in found.edges if e.relation is Relation.INTRODUCES} == {"model-llama", "model-llama-13b"}


def test_a_paper_whose_contribution_has_no_name_has_a_lineage(store: Store) -> None:
    assert names(lineage(store, "arxiv-2401.00001").ancestors)[0] == "Orca 2"


def test_past_the_limit_the_nearest_and_best_attested_are_kept_and_it_says_so(tmp_path: Path) -> None:
    nodes = [model("Hub"), *(model(f"M{n}") for n in range(30)), model("Far")]
    steps = [(f"model-m{n}", EXTENDS if n % 2 else USES, "model-hub") for n in range(30)]
    steps.append(("model-far", EXTENDS, "model-m1"))
    with Store.open(build(tmp_path / "g.begat", nodes, steps)) as store:
        found = lineage(store, "model-hub", limit=16)
        assert len(found.nodes) == 16
        assert {node.name for node in found.descendants} == {f"M{n}" for n in range(1, 30, 2)}
        assert found.truncated and "--depth" in found.truncated
        assert found.truncated in found.tree()
        assert lineage(store, "model-hub", limit=32).truncated is None


def test_only_the_neighbourhood_is_read(tmp_path: Path) -> None:
    """A chain of 2,000; three steps of it are asked for."""
    path = chain(tmp_path / "g.begat", *(f"M{n}" for n in range(2000)))
    with Store.open(path) as store:
        store.connection.set_trace_callback((statements := list[str]()).append)
        found = lineage(store, "model-m1000", depth=3)
        assert len(found.nodes) == 7
        assert len(statements) < 30
        plans = [
            " ".join(str(row[3]) for row in store.connection.execute(f"EXPLAIN QUERY PLAN {statement}"))
            for statement in list(statements)
            if statement.startswith("SELECT")
        ]
    assert not [plan for plan in plans if "SCAN nodes" in plan or "SCAN edges" in plan or "SCAN assertions" in plan]


def test_the_order_is_always_the_same(store: Store) -> None:
    first, second = lineage(store, "model-orca-2"), lineage(store, "model-orca-2")
    assert first == second
    assert first.json() == second.json()


def test_a_name_that_is_nowhere_and_a_direction_that_is_none(store: Store) -> None:
    with pytest.raises(NotFoundError):
        lineage(store, "model-nobody")
    with pytest.raises(UsageError, match="there are both, ancestors, descendants"):
        lineage(store, "model-orca", direction="up")


def test_json_is_the_whole_of_it(store: Store) -> None:
    found: dict[str, Any] = json.loads(lineage(store, "model-orca-2", depth=1).json())
    assert list(found) == [
        "subject", "direction", "depth", "relations", "min_confidence", "nodes", "edges", "truncated",
    ]  # fmt: skip
    assert (found["subject"], found["depth"], found["relations"]) == ("model-orca-2", 1, [r.value for r in LINEAGE])
    subject = found["nodes"][0]
    assert (subject["name"], subject["steps"], subject["year"]) == ("Orca 2", 0, 2023)
    assert subject["introduced_by"] == {
        "id": "arxiv-2311.11045", "title": "Orca 2: Teaching Small Models", "date": "2023-11-18",
        "url": "https://arxiv.org/abs/2311.11045",
    }  # fmt: skip
    (edge,) = (edge for edge in found["edges"] if edge["object"] == "model-orca")
    assert (edge["relation"], edge["confidence"], edge["origin"]) == ("EXTENDS", 0.93, "mined")
    (statement,) = edge["evidence"]
    assert statement.pop("claim")
    assert statement == {
        "quote": "With Orca 2 we extend Orca.", "document": "2311.11045", "source": "miniature.jsonl",
        "paper": "arxiv-2311.11045", "part": "text", "start": 0, "end": 27, "rule": "extends", "confidence": 0.93,
        "origin": "mined",
    }  # fmt: skip


def test_a_lineage_is_one_value(store: Store) -> None:
    assert isinstance(lineage(store, "model-orca"), Lineage)
    assert isinstance(hash(lineage(store, "model-orca").subject), int)
