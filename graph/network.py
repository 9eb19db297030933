"""The graph in NetworkX, and as the GraphML and GEXF that NetworkX writes (for Gephi, Cytoscape, yEd, igraph)."""

import json
from collections.abc import Mapping
from typing import Any, BinaryIO

import networkx as nx

from begat.graph.markup import xml_text
from begat.graph.properties import edge_properties, node_properties
from begat.graph.store import Store


def networkx(store: Store, *, evidence: bool = True, min_confidence: float = 0.0) -> "nx.MultiDiGraph[str]":
    """The graph as a MultiDiGraph: nodes by id with `type` and their properties, edges keyed by relation.

    Edges point from the newer to what it came from, as in Cypher. `aliases` and `evidence` are lists of strings;
    edges below `min_confidence` are left out, every node is in.
    """
    graph: nx.MultiDiGraph[str] = nx.MultiDiGraph()
    with store.snapshot():
        for node in store.nodes():
            graph.add_node(node.id, type=node.type.value, **_without_id(node_properties(node)))
        for edge in store.edges("confidence >= ?", (min_confidence,)):
            properties = edge_properties(edge, store.evidence(edge) if evidence else None)
            graph.add_edge(edge.subject, edge.object, key=edge.relation.value, **properties)
    return graph


def _without_id(properties: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in properties.items() if name != "id"}


def _scalars(attributes: Mapping[str, Any]) -> dict[str, Any]:
    """Attributes as XML formats can hold them: a list as its JSON, text without what XML forbids."""
    return {
        name: xml_text(json.dumps(value, ensure_ascii=False) if isinstance(value, list) else value)
        if isinstance(value, list | str)
        else value
        for name, value in attributes.items()
    }


def _flat(graph: "nx.MultiDiGraph[str]") -> "nx.MultiDiGraph[str]":
    """The graph for file formats: scalar attributes, a `label` for people, edge keys that are unique in the file.

    Gephi takes two edges of one id for one edge, so the relation, which is the key in Python, is an attribute here.
    """
    flat: nx.MultiDiGraph[str] = nx.MultiDiGraph()
    for node, attributes in graph.nodes(data=True):
        flat.add_node(xml_text(node), label=xml_text(attributes["name"]), **_scalars(attributes))
    for number, (subject, object_, relation, attributes) in enumerate(graph.edges(keys=True, data=True), start=1):
        ends = xml_text(subject), xml_text(object_)
        flat.add_edge(*ends, key=f"e{number}", label=relation, relation=relation, **_scalars(attributes))
    return flat


def write_graphml(store: Store, out: BinaryIO, *, evidence: bool = True, min_confidence: float = 0.0) -> None:
    """GraphML (http://graphml.graphdrawing.org/); lists are JSON arrays in a string."""
    graph = _flat(networkx(store, evidence=evidence, min_confidence=min_confidence))
    nx.write_graphml_xml(graph, out)


def write_gexf(store: Store, out: BinaryIO, *, evidence: bool = True, min_confidence: float = 0.0) -> None:
    """GEXF 1.2 (https://gexf.net/); lists are JSON arrays in a string."""
    nx.write_gexf(_flat(networkx(store, evidence=evidence, min_confidence=min_confidence)), out)
