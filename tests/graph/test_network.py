import json
from collections.abc import Callable
from io import BytesIO
from typing import Any

import networkx as nx
import pytest

from begat.graph.markup import xml_text
from begat.graph.network import networkx, write_gexf, write_graphml
from begat.graph.store import Store

FILES = [
    pytest.param(write_graphml, nx.read_graphml, id="graphml"),
    pytest.param(write_gexf, nx.read_gexf, id="gexf"),
]


def reloaded(write: Callable[..., None], read: Callable[[BytesIO], Any], store: Store, **options: Any) -> Any:
    out = BytesIO()
    write(store, out, **options)
    return read(BytesIO(out.getvalue()))


def test_nodes_have_their_type_and_properties(store: Store) -> None:
    graph = networkx(store)
    assert graph.nodes["model-orca"] == {
        "type": "Model", "name": "Orca", "aliases": ["Orca 1"], "year": 2023, "family": "Orca",
    }  # fmt: skip
    assert graph.nodes["arxiv-2311.11045"]["arxiv"] == "2311.11045"


def test_edges_are_keyed_by_relation_and_point_to_what_they_came_from(store: Store) -> None:
    graph = networkx(store)
    assert graph.edges["model-orca-2", "model-orca", "EXTENDS"] == {
        "confidence": 0.93, "support": 1, "origin": "mined", "year": 2023, "evidence": ["With Orca 2 we extend Orca."],
    }  # fmt: skip


def test_two_relations_of_the_same_ends_are_two_edges(store: Store) -> None:
    graph = networkx(store)
    assert set(graph["model-distilbert"]["model-bert"]) == {"COMPARED_WITH", "DISTILLED_FROM"}


def test_descendants_are_what_networkx_calls_ancestors(store: Store) -> None:
    assert {"model-orca-2", "arxiv-2401.00001"} <= nx.ancestors(networkx(store), "model-orca")


def test_evidence_and_weak_edges_can_be_left_out(store: Store) -> None:
    graph = networkx(store, evidence=False, min_confidence=0.5)
    assert "evidence" not in graph.edges["model-orca-2", "model-orca", "EXTENDS"]
    assert not graph.has_edge("model-orca-2", "model-tulu-2")
    assert "model-tulu-2" in graph


@pytest.mark.parametrize(("write", "read"), FILES)
def test_files_reload_with_the_same_nodes_and_edges(
    any_store: Store, write: Callable[..., None], read: Callable[[BytesIO], Any]
) -> None:
    graph = networkx(any_store)
    again = reloaded(write, read, any_store)
    assert again.number_of_nodes() == graph.number_of_nodes()
    stated = sorted((xml_text(a), xml_text(b), relation) for a, b, relation in graph.edges(keys=True))
    assert sorted((a, b, edge["relation"]) for a, b, edge in again.edges(data=True)) == stated


@pytest.mark.parametrize(("write", "read"), FILES)
def test_files_keep_the_attributes(
    hostile_store: Store, write: Callable[..., None], read: Callable[[BytesIO], Any]
) -> None:
    graph = networkx(hostile_store)
    again = reloaded(write, read, hostile_store)
    for node, attributes in graph.nodes(data=True):
        # XML itself takes every white space in a GEXF attribute for a blank.
        name, aliases = again.nodes[xml_text(node)]["name"], again.nodes[xml_text(node)]["aliases"]
        assert name.split() == xml_text(attributes["name"]).split()
        assert json.loads(aliases) == json.loads(xml_text(json.dumps(attributes["aliases"], ensure_ascii=False)))


@pytest.mark.parametrize(("write", "read"), FILES)
def test_edges_have_ids_of_their_own_and_a_label(
    store: Store, write: Callable[..., None], read: Callable[[BytesIO], Any]
) -> None:
    edges = list(reloaded(write, read, store).edges(data=True, keys=True))
    assert len({key for *_, key, _ in edges}) == len(edges)
    assert all(edge["label"] == edge["relation"] for *_, edge in edges)
