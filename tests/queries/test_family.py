"""A family over the years: who is in it, what stands for several, what came from outside and what went out."""

import json
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from begat.graph.errors import NotFoundError, UsageError
from begat.graph.model import Node
from begat.graph.store import Store
from begat.graph.vocabulary import NodeType, Relation
from begat.queries.family import FamilyTree, family
from tests import generated
from tests.queries import graphs

FELIS = {"family": "Felis"}
NODES = [
    graphs.model("Felis", "2020-01-01", **FELIS),
    graphs.model("Felis 2", "2021-06-01", **FELIS),
    *(graphs.model(f"Felis {size}", "2020-01-01", **FELIS) for size in ("13B", "7B", "65B")),
    graphs.model("Felis 2 7B", "2021-06-01", **FELIS),
    graphs.model("Felis 9", **FELIS),
    graphs.model("Lynx", "2020-05-01"),
    graphs.model("Puma", "2022"),
    graphs.model("Panthera", "2019"),
]
TRIPLES = [
    ("model-felis 2", Relation.EXTENDS, "model-felis"),
    *((f"model-felis {size}", Relation.VARIANT_OF, "model-felis") for size in ("13b", "7b", "65b")),
    ("model-felis 2 7b", Relation.VARIANT_OF, "model-felis 2"),
    ("model-felis", Relation.USES, "model-panthera"),
    ("model-lynx", Relation.FINE_TUNED_FROM, "model-felis 2 7b"),
    ("model-puma", Relation.USES, "model-felis"),
    ("model-felis 9", Relation.EVALUATED_ON, "model-felis"),
]


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Store]:
    with Store.open(graphs.build(tmp_path_factory.mktemp("family") / "cats.begat", NODES, TRIPLES)) as store:
        yield store


@pytest.fixture(scope="module")
def felis(store: Store) -> FamilyTree:
    return family(store, "Felis")


def names(nodes: tuple[Node, ...]) -> list[str]:
    return [node.name for node in nodes]


def test_its_members_come_in_the_order_of_time_those_of_unknown_date_last(felis: FamilyTree) -> None:
    assert names(felis.members) == [
        "Felis", "Felis 13B", "Felis 65B", "Felis 7B", "Felis 2", "Felis 2 7B", "Felis 9",
    ]  # fmt: skip


def test_sizes_of_one_day_stand_as_one_and_those_that_others_build_on_alone(felis: FamilyTree) -> None:
    (several,) = felis.variants.values()
    assert names(several) == ["Felis 7B", "Felis 13B", "Felis 65B"]
    assert felis.labels == {"model-felis 7b": "Felis 7B, 13B, 65B"}
    drawn = names(felis.nodes)
    assert "Felis 7B" in drawn and "Felis 13B" not in drawn
    assert "Felis 2 7B" in drawn


def test_what_came_from_outside_and_what_came_of_it_is_told_apart_and_use_is_no_offshoot(felis: FamilyTree) -> None:
    assert names(felis.sources) == ["Panthera"]
    assert names(felis.offshoots) == ["Lynx"]
    assert felis.counts == (1, 1)
    assert set(felis.tones) == {"model-panthera", "model-lynx"}


def test_every_edge_has_its_sentences_those_of_the_variants_too(felis: FamilyTree) -> None:
    assert {(e.subject, e.object) for e in felis.edges} >= {("model-felis 13b", "model-felis")}
    assert all(felis.evidence[edge] for edge in felis.edges)


def test_a_family_is_found_by_any_of_its_members(store: Store, felis: FamilyTree) -> None:
    assert family(store, "Felis 2").members == felis.members


def test_what_belongs_to_no_family_says_so_and_what_is_nowhere_too(store: Store) -> None:
    with pytest.raises(UsageError, match="'Lynx' belongs to no family"):
        family(store, "Lynx")
    with pytest.raises(NotFoundError, match="Serval"):
        family(store, "Serval")


def test_on_a_terminal_it_is_told_year_by_year_variants_below_what_they_are_of(felis: FamilyTree) -> None:
    assert felis.text(width=80) == (
        "The Felis family · 7 works · 2020 to 2021\n"
        "\n"
        "2020\n"
        "  Felis (2020-01-01)\n"
        "      uses Panthera\n"
        "      Felis 7B, Felis 13B, Felis 65B\n"
        "\n"
        "2021\n"
        "  Felis 2 (2021-06-01)\n"
        "      extends Felis\n"
        "      Felis 2 7B (2021-06-01)\n"
        "          fine-tuned into Lynx\n"
        "\n"
        "date unknown\n"
        "  Felis 9\n"
        "\n"
        "came from outside: Panthera (2019)\n"
        "\n"
        "went out of it: Lynx (2020-05-01)\n"
    )


def test_as_json_it_holds_all_of_it(felis: FamilyTree) -> None:
    record = json.loads(felis.json())
    assert record["family"] == "Felis"
    assert record["variants"] == [["model-felis 7b", "model-felis 13b", "model-felis 65b"]]
    assert len(record["edges"]) == len(felis.edges)


def test_as_mermaid_and_dot_only_what_is_drawn_is_named(felis: FamilyTree) -> None:
    for text in (felis.mermaid(), felis.dot()):
        assert "Felis 7B, 13B, 65B" in text
        assert "Felis 13B" not in text


def test_variants_of_one_another_end(tmp_path: Path) -> None:
    nodes = [Node(f"model-{n}", NodeType.MODEL, f"Ouro {n}", date="2020", family="Ouro") for n in "abc"]
    ring = [(f"model-{a}", Relation.VARIANT_OF, f"model-{b}") for a, b in ("ab", "bc", "ca")]
    with Store.open(graphs.build(tmp_path / "ring.begat", nodes, ring)) as store:
        told = family(store, "Ouro").text(80)
    assert all(told.count(f"\n  Ouro {n}") + told.count(f"  Ouro {n} (2020)") for n in "abc")


def test_hostile_names_cannot_command_the_terminal(tmp_path: Path) -> None:
    nodes = [Node(f"x{i}", NodeType.MODEL, name, date="2020", family="F") for i, name in enumerate(generated.HOSTILE)]
    edges = [(f"x{i}", Relation.EXTENDS, f"x{i - 1}") for i in range(1, len(nodes))]
    with Store.open(graphs.build(tmp_path / "hostile.begat", nodes, edges)) as store:
        told = family(store, "F").text(80)
    assert not re.search(r"[\x00-\x09\x0b-\x1f\x7f-\x9f\u2028\u2029\u202a-\u202e\u2066-\u2069]", told)
