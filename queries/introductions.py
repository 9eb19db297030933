"""Which papers introduce some things: a small read, of a graph file or one in Neo4j alike."""

from collections.abc import Iterable

from begat.graph.model import Edge, Node
from begat.graph.reader import Reader
from begat.graph.vocabulary import NodeType, Relation


def introductions(store: Reader, ids: Iterable[str]) -> dict[str, Node]:
    """The paper that introduces each of these things: of several the earliest, then the most confident."""
    edges = list(store.edges_to(ids, [Relation.INTRODUCES]))
    papers = {k: n for k, n in store.nodes_of(e.subject for e in edges).items() if n.type is NodeType.PAPER}
    found: dict[str, Edge] = {}

    def rank(edge: Edge) -> tuple[str, float, str]:
        return papers[edge.subject].date or "9999", -edge.confidence, edge.subject

    for edge in edges:
        if edge.subject in papers and (edge.object not in found or rank(edge) < rank(found[edge.object])):
            found[edge.object] = edge
    return {thing: papers[edge.subject] for thing, edge in found.items()}
