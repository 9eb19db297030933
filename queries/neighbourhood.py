"""Small reads of the truth around some nodes: by SQL and its indexes, never the whole graph."""

from collections.abc import Iterable, Iterator, Sequence
from typing import TypeVar

from begat.graph.model import Edge, Node, Statement
from begat.graph.store import Store
from begat.graph.vocabulary import NodeType, Relation

T = TypeVar("T")
BATCH = 500
"""How many nodes or edges one statement asks about, well below SQLite's limit on parameters."""


def nodes_of(store: Store, ids: Iterable[str]) -> dict[str, Node]:
    """The nodes with these ids; ids that are nowhere are left out."""
    found: dict[str, Node] = {}
    for batch in _batches(sorted(set(ids))):
        found |= {node.id: node for node in store.nodes(f"id IN ({_marks(batch)})", batch)}
    return found


def edges_from(
    store: Store, ids: Iterable[str], relations: Sequence[Relation], min_confidence: float = 0.0
) -> Iterator[Edge]:
    """The edges whose subject is one of these nodes."""
    return _edges(store, "subject", ids, relations, min_confidence)


def edges_to(
    store: Store, ids: Iterable[str], relations: Sequence[Relation], min_confidence: float = 0.0
) -> Iterator[Edge]:
    """The edges whose object is one of these nodes."""
    return _edges(store, "object", ids, relations, min_confidence)


def _edges(
    store: Store, end: str, ids: Iterable[str], relations: Sequence[Relation], min_confidence: float
) -> Iterator[Edge]:
    for batch in _batches(sorted(set(ids))):
        yield from store.edges(
            f"{end} IN ({_marks(batch)}) AND relation IN ({_marks(relations)}) AND confidence >= ?",
            [*batch, *relations, min_confidence],
        )


def evidence_of(store: Store, edges: Iterable[Edge], most: int) -> dict[Edge, tuple[Statement, ...]]:
    """The statements behind each edge, the most confident first, at most `most` of each."""
    by_ends = {(edge.subject, edge.relation, edge.object): edge for edge in edges}
    found: dict[Edge, list[Statement]] = {edge: [] for edge in by_ends.values()}
    for batch in _batches(sorted(by_ends)):
        wanted = ", ".join(["(?, ?, ?)"] * len(batch))
        best = (
            f"WITH wanted (s, r, o) AS (VALUES {wanted}), ranked AS (SELECT number, row_number() OVER ("
            "PARTITION BY s, r, o ORDER BY confidence DESC, document, start, claim) AS place"
            " FROM wanted CROSS JOIN assertions ON subject_node = s AND relation = r AND object_node = o)"
            " SELECT number FROM ranked WHERE place <= ?"
        )
        parameters = [*(part for ends in batch for part in ends), most]
        for statement in store.statements(f"a.number IN ({best})", parameters):
            found[by_ends[statement.subject, statement.assertion.relation, statement.object]].append(statement)
    return {edge: tuple(statements) for edge, statements in found.items()}


def introductions(store: Store, ids: Iterable[str]) -> dict[str, Node]:
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


def _marks(values: Sequence[object]) -> str:
    return ", ".join("?" * len(values))


def _batches(values: Sequence[T]) -> Iterator[Sequence[T]]:
    for start in range(0, len(values), BATCH):
        yield values[start : start + BATCH]
