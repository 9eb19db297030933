"""What the property-graph views say of a node and an edge: Cypher, Neo4j, NetworkX, CSV, Parquet alike.

Every view that has labels and properties takes them from here, so that a question gives one answer in all.
Unknown values are left out, never null.
"""

from collections.abc import Iterable
from typing import Any

from begat.graph.model import Edge, Node, Statement
from begat.graph.vocabulary import NodeType

NODE_PROPERTIES = ("id", "name", "aliases", "arxiv", "doi", "year", "date", "url", "family", "version")
LABEL = "Begat"
"""In a Neo4j, of every node of begat, beside its type."""
EDGE_PROPERTIES = ("confidence", "support", "origin", "year", "evidence")


def node_properties(node: Node) -> dict[str, Any]:
    """The properties of a node, `aliases` a list of names; which others there are depends on its type."""
    found: dict[str, Any] = {"id": node.id, "name": node.name, "aliases": list(node.aliases)}
    if node.type is NodeType.PAPER:
        found |= {"arxiv": node.arxiv, "doi": node.doi, "year": node.year, "date": node.date, "url": node.url}
    elif node.type is not NodeType.AUTHOR:
        found |= {"year": node.year, "family": node.family, "version": node.version}
    return {name: value for name, value in found.items() if value is not None}


def edge_properties(edge: Edge, evidence: Iterable[Statement] | None = None) -> dict[str, Any]:
    """The properties of an edge; `evidence` (None: left out) becomes the list of its distinct quotes, best first."""
    found: dict[str, Any] = {"confidence": edge.confidence, "support": edge.support, "origin": edge.origin.value}
    if (year := edge.year) is not None:
        found["year"] = year
    if evidence is not None:
        found["evidence"] = list(dict.fromkeys([statement.assertion.evidence.quote for statement in evidence]))
    return found
