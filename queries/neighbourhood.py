"""Small reads around some nodes, of a graph file or one in Neo4j alike: never the whole graph."""

from collections.abc import Iterable, Iterator, Sequence

from begat.graph.model import Edge, Node, Statement
from begat.graph.reader import Reader
from begat.graph.vocabulary import NodeType, Relation


def nodes_of(store: Reader, ids: Iterable[str]) -> dict[str, Node]:
    """The nodes with these ids; ids that are nowhere are left out."""
    return store.nodes_of(ids)


def edges_from(
    store: Reader, ids: Iterable[str], relations: Sequence[Relation], min_confidence: float = 0.0
) -> Iterator[Edge]:
    """The edges whose subject is one of these nodes."""
    return store.edges_from(ids, relations, min_confidence)


def edges_to(
    store: Reader, ids: Iterable[str], relations: Sequence[Relation], min_confidence: float = 0.0
) -> Iterator[Edge]:
    """The edges whose object is one of these nodes."""
    return store.edges_to(ids, relations, min_confidence)


def evidence_of(store: Reader, edges: Iterable[Edge], most: int) -> dict[Edge, tuple[Statement, ...]]:
    """The statements behind each edge, the most confident first, at most `most` of each."""
    return store.evidence_of(edges, most)


def introductions(store: Reader, ids: Iterable[str]) -> dict[str, Node]:
    """The paper that introduces each of these things: of several the earliest, then the most confident."""
    edges = list(edges_to(store, ids, [Relation.INTRODUCES]))
    papers = {k: n for k, n in nodes_of(store, (e.subject for e in edges)).items() if n.type is NodeType.PAPER}
    found: dict[str, Edge] = {}

    def rank(edge: Edge) -> tuple[str, float, str]:
        return papers[edge.subject].date or "9999", -edge.confidence, edge.subject

    for edge in edges:
        if edge.subject in papers and (edge.object not in found or rank(edge) < rank(found[edge.object])):
            found[edge.object] = edge
    return {thing: papers[edge.subject] for thing, edge in found.items()}
