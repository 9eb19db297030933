"""How two nodes are connected: the shortest way between them, each step with the sentence that states it."""

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any

from begat.graph.errors import NotFoundError
from begat.graph.model import Edge, Node, Statement
from begat.graph.reader import Reader
from begat.graph.vocabulary import FACTS, LINEAGE, Relation
from begat.queries.records import edge_record, node_record
from begat.queries.text import printable

CONNECTING = tuple(r for r in Relation if r not in (Relation.MENTIONS, Relation.AUTHORED_BY))
"""Two papers that mention one word, or share an author, are not connected in the sense of begat."""
MOST_EVIDENCE = 3


@dataclass(frozen=True, slots=True)
class Step:
    """One edge of a path; `forward`: it is walked from its subject to its object."""

    edge: Edge
    forward: bool
    evidence: tuple[Statement, ...]

    @property
    def words(self) -> str:
        """How the step reads in the direction of the path."""
        facts = FACTS[self.edge.relation]
        return facts.forward if self.forward else facts.backward


@dataclass(frozen=True, slots=True)
class Path:
    """A way from `nodes[0]` to `nodes[-1]`; `steps[i]` leads from `nodes[i]` to `nodes[i + 1]`."""

    nodes: tuple[Node, ...]
    steps: tuple[Step, ...]

    @property
    def length(self) -> int:
        """How many steps it has; 0 from a node to itself."""
        return len(self.steps)

    def text(self) -> str:
        """For a terminal: a node a line, between them how one leads to the next, and the best quote."""
        lines = [_title(self.nodes[0])]
        for step, node in zip(self.steps, self.nodes[1:], strict=True):
            lines.append(f"  {step.words} {_title(node)}  {step.edge.confidence:.2f}")
            lines += [
                f"      “{printable(s.assertion.evidence.quote)}” [{printable(s.document)}]" for s in step.evidence[:1]
            ]
        return "\n".join(lines)

    def json(self) -> str:
        """JSON, a stable interface: `record` written down."""
        return json.dumps(self.record(), ensure_ascii=False, indent=1)

    def record(self) -> dict[str, Any]:
        """`length`, `nodes`, `steps` (an edge with its evidence, and `forward`)."""
        return {
            "length": self.length,
            "nodes": [node_record(node) for node in self.nodes],
            "steps": [edge_record(step.edge, step.evidence) | {"forward": step.forward} for step in self.steps],
        }


def _title(node: Node) -> str:
    return printable(node.name) + (f" ({node.year})" if node.year is not None else "")


def path(
    store: Reader, a: str, b: str, *, max_length: int = 6, relations: Sequence[Relation] | None = None
) -> Path | None:
    """The shortest way from node `a` to node `b` (ids) along edges in either direction, or None.

    Without `relations`, the shortest along lineage, and only where there is none, the shortest along any relation
    but MENTIONS and AUTHORED_BY: that both were evaluated on one dataset is true of half the field. Of several
    shortest ways the one of the strongest edges is given, always the same. Raises NotFoundError.
    """
    for node in (a, b):
        if store.node(node) is None:
            raise NotFoundError(node)
    if relations is not None:
        return _shortest(store, a, b, max_length, tuple(relations))
    along_lineage = _shortest(store, a, b, max_length, LINEAGE)
    return along_lineage if along_lineage is not None else _shortest(store, a, b, max_length, CONNECTING)


@dataclass
class _Side:
    """What is reached from one end: each node with its best way back, by the sum of its edges' strengths."""

    start: str
    best: dict[str, tuple[float, Edge | None]] = field(init=False)
    frontier: list[str] = field(init=False)

    def __post_init__(self) -> None:
        self.best = {self.start: (0.0, None)}
        self.frontier = [self.start]

    def widen(self, store: Reader, relations: tuple[Relation, ...]) -> None:
        """One step further."""
        new: dict[str, tuple[float, Edge]] = {}
        for edge, here, there in _touching(store, self.frontier, relations):
            if there in self.best:
                continue
            way = (self.best[here][0] + _strength(edge), edge)
            if there not in new or _rank(way) < _rank(new[there]):
                new[there] = way
        self.best |= new
        self.frontier = sorted(new)

    def way(self, node: str) -> list[Edge]:
        """The edges from the start to `node`."""
        found = []
        while (edge := self.best[node][1]) is not None:
            found.append(edge)
            node = edge.object if edge.subject == node else edge.subject
        return found[::-1]


def _touching(store: Reader, nodes: Sequence[str], relations: tuple[Relation, ...]) -> Iterable[tuple[Edge, str, str]]:
    for edge in store.edges_from(nodes, relations):
        yield edge, edge.subject, edge.object
    for edge in store.edges_to(nodes, relations):
        yield edge, edge.object, edge.subject


def _strength(edge: Edge) -> float:
    return edge.confidence * (FACTS[edge.relation].lineage or 0.3)


def _rank(way: tuple[float, Edge]) -> tuple[float, str, str, str]:
    strength, edge = way
    return -strength, edge.subject, edge.relation, edge.object


def _shortest(store: Reader, a: str, b: str, max_length: int, relations: tuple[Relation, ...]) -> Path | None:
    """From both ends at once, always the side with less to widen: a node known to all is reached last."""
    left, right = _Side(a), _Side(b)
    for _ in range(max_length + 1):
        meeting = [node for node in left.frontier if node in right.best] or [
            n for n in right.frontier if n in left.best
        ]
        if meeting:
            middle = min(meeting, key=lambda node: (-left.best[node][0] - right.best[node][0], node))
            return _path(store, a, left.way(middle) + right.way(middle)[::-1])
        if not left.frontier or not right.frontier:
            return None
        min(left, right, key=lambda side: len(side.frontier)).widen(store, relations)
    return None


def _path(store: Reader, start: str, edges: Sequence[Edge]) -> Path:
    ids = [start]
    for edge in edges:
        ids.append(edge.object if edge.subject == ids[-1] else edge.subject)
    nodes = store.nodes_of(ids)
    evidence = store.evidence_of(edges, MOST_EVIDENCE)
    steps = (Step(edge, edge.subject == ids[place], evidence[edge]) for place, edge in enumerate(edges))
    return Path(tuple(nodes[node] for node in ids), tuple(steps))
