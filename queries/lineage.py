"""The lineage of one node: what it descends from, what descends from it, and the sentences that say so.

Only the neighbourhood is read, level by level; cycles end by themselves because a node is met once.
"""

import json
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pkgutil import resolve_name
from typing import Any, Literal

from begat.graph.errors import NotFoundError, UsageError
from begat.graph.model import Edge, Node, Statement
from begat.graph.reader import Reader
from begat.graph.vocabulary import FACTS, LINEAGE, NodeType, Relation
from begat.queries import drawing
from begat.queries.introductions import introductions
from begat.queries.records import edge_record, node_record, paper_record
from begat.queries.scenes import Tone

Direction = Literal["both", "ancestors", "descendants"]

MOST_NODES = 800
"""More than this no picture can show and nobody reads."""
MOST_EVIDENCE = 5
"""Statements kept of each edge, best first."""


@dataclass(frozen=True, slots=True)
class Lineage:
    """A node with its ancestors and descendants.

    `nodes` holds the subject first, then all others by their distance; `steps` how far each is from the subject:
    0 itself, -2 an ancestor two edges away, +1 what descends from it directly. `edges` are all edges of
    `relations` between these nodes (Edge points from the newer to what it came from), `evidence` the statements
    behind each, the most confident first, at most MOST_EVIDENCE. `introduced_by` maps a thing's node id to the
    paper that introduces it (its title, url, date). Where the subject is itself a paper, the things that it
    introduces stand beside it at step 0, with their INTRODUCES edges in `edges`.
    `truncated` is None, or a sentence that says what was left out and what to do about it. `papers` holds the papers
    and pages whose statements are shown, by node id.
    """

    subject: Node
    direction: Direction
    depth: int | None
    relations: tuple[Relation, ...]
    min_confidence: float
    nodes: tuple[Node, ...]
    steps: Mapping[str, int]
    edges: tuple[Edge, ...]
    evidence: Mapping[Edge, tuple[Statement, ...]]
    introduced_by: Mapping[str, Node]
    truncated: str | None = None
    papers: Mapping[str, Node] = field(default_factory=dict)

    @property
    def title(self) -> str:
        """Its heading."""
        return f"Lineage of {self.subject.name}"

    @property
    def marked(self) -> tuple[str, ...]:
        """The subject's id."""
        return (self.subject.id,)

    @property
    def labels(self) -> Mapping[str, str]:
        """Every node bears its own name."""
        return {}

    @property
    def variants(self) -> Mapping[str, tuple[Node, ...]]:
        """Every node stands for itself."""
        return {}

    @property
    def tones(self) -> Mapping[str, Tone]:
        """No node stands out but the subject."""
        return {}

    @property
    def ancestors(self) -> tuple[Node, ...]:
        """What the subject descends from, nearest first."""
        return tuple(node for node in self.nodes if self.steps[node.id] < 0)

    @property
    def descendants(self) -> tuple[Node, ...]:
        """What descends from the subject, nearest first."""
        return tuple(node for node in self.nodes if self.steps[node.id] > 0)

    def tree(self, width: int | None = None, ascii_only: bool | None = None) -> str:
        """Text for a terminal, `width` columns wide; see `queries/drawing.py`."""
        return drawing.tree(self, width, ascii_only)

    def mermaid(self) -> str:
        """A Mermaid flowchart, arrows from old to new."""
        return drawing.mermaid(self)

    def dot(self) -> str:
        """A DOT digraph, arrows from old to new."""
        return drawing.dot(self)

    def json(self) -> str:
        """JSON, a stable interface: `record` written down."""
        return json.dumps(self.record(), ensure_ascii=False, indent=1) + "\n"

    def record(self) -> dict[str, Any]:
        """What was asked (`subject` is a node id), `nodes`, `edges`, `truncated`.

        A node is as in `queries/records.py` with `steps` and `introduced_by` (id, title, date, url, or null);
        an edge as there, with its evidence, best first.
        """
        return {
            "subject": self.subject.id,
            "direction": self.direction,
            "depth": self.depth,
            "relations": [relation.value for relation in self.relations],
            "min_confidence": self.min_confidence,
            "nodes": [self._node_record(node) for node in self.nodes],
            "edges": [edge_record(edge, self.evidence[edge]) for edge in self.edges],
            "truncated": self.truncated,
        }

    def _repr_html_(self) -> str:
        """For notebooks: the picture."""
        return str(resolve_name("begat.viz.notebook:scene_html")(self))  # by name: viz stands over queries

    def _node_record(self, node: Node) -> dict[str, Any]:
        paper = self.introduced_by.get(node.id)
        own = {"steps": self.steps[node.id], "introduced_by": paper_record(paper) if paper else None}
        return node_record(node) | own


def lineage(
    store: Reader,
    node_id: str,
    *,
    direction: str = "both",
    depth: int | None = None,
    relations: Sequence[Relation] = LINEAGE,
    min_confidence: float = 0.0,
    limit: int = MOST_NODES,
    evidence: bool = True,
) -> Lineage:
    """The lineage of a node.

    Ancestors are all that is reached by following edges of `relations` from subject to object, descendants the
    other way round; siblings are neither. `depth` is the most steps away (None: all), `min_confidence` leaves
    weaker edges out, `limit` is the most nodes: past it the nearest are kept, and `truncated` says so. Without
    `evidence`, no statements and no papers are read.
    Raises NotFoundError for an id that is nowhere, UsageError for a direction that is none.
    """
    if direction not in ("both", "ancestors", "descendants"):
        raise UsageError(f"no direction {direction!r}; there are both, ancestors, descendants")
    subject = store.node(node_id)
    if subject is None:
        raise NotFoundError(node_id)
    wanted = tuple(relation for relation in Relation if relation in relations)
    walk = _Walk(store, subject, wanted, min_confidence, limit)
    walk.go(direction, depth)
    nodes = store.nodes_of(walk.steps)
    # An edge may name a node that is gone only in a damaged file; then it is not shown rather than half shown.
    steps = {node: step for node, step in walk.steps.items() if node in nodes}
    edges = tuple(edge for edge in walk.edges_from(steps) if edge.object in steps and edge.object != edge.subject)
    edges += tuple(edge for edge in walk.introduced if edge not in edges)
    stated: dict[Edge, tuple[Statement, ...]] = dict.fromkeys(edges, ())
    papers: dict[str, Node] = {}
    if evidence:
        stated = store.evidence_of(edges, MOST_EVIDENCE)
        papers = store.nodes_of(s.paper for statements in stated.values() for s in statements)
    return Lineage(
        subject=subject,
        direction=direction,  # type: ignore[arg-type]  # checked above
        depth=depth,
        relations=wanted,
        min_confidence=min_confidence,
        nodes=tuple(nodes[node] for node in sorted(steps, key=lambda n: (n != subject.id, abs(steps[n]), steps[n], n))),
        steps=steps,
        edges=edges,
        evidence=stated,
        introduced_by=introductions(store, (n for n in steps if nodes[n].type is not NodeType.PAPER))
        if evidence
        else {},
        truncated=walk.truncated,
        papers=papers,
    )


MOST_COUNTED = 20_000
"""Works that are counted where more are found than shown."""


def reach(
    store: Reader,
    node_id: str,
    *,
    direction: str = "both",
    relations: Sequence[Relation] = LINEAGE,
    min_confidence: float = 0.0,
) -> dict[int, int]:
    """How many works there are at each number of steps from a node (itself: 0), as far as MOST_COUNTED of them."""
    subject = store.node(node_id)
    if subject is None:
        raise NotFoundError(node_id)
    walk = _Walk(store, subject, tuple(relations), min_confidence, MOST_COUNTED)
    walk.go(direction, None)
    return dict(Counter(abs(step) for step in walk.steps.values()))


def whole_steps(counts: Mapping[int, int], most: int) -> int:
    """The most steps away that at most so many works are; `counts` as of `reach`."""
    steps, works = 0, counts.get(0, 0)
    while steps < max(counts, default=0) and works + counts.get(steps + 1, 0) <= most:
        steps += 1
        works += counts.get(steps, 0)
    return steps


@dataclass(frozen=True, slots=True)
class Ancestry:
    """The ancestors of a node: `steps` tells how far above it each is (itself: 0), `edges` lead between them."""

    steps: Mapping[str, int]
    edges: tuple[Edge, ...]
    truncated: bool


def ancestry(store: Reader, node_id: str, relations: Sequence[Relation], min_confidence: float, limit: int) -> Ancestry:
    """The `limit` nearest ancestors of a node, without their evidence. Raises NotFoundError."""
    subject = store.node(node_id)
    if subject is None:
        raise NotFoundError(node_id)
    walk = _Walk(store, subject, tuple(relations), min_confidence, limit)
    walk.go("ancestors", None)
    edges = walk.edges_from(walk.steps)
    steps = {node: -step for node, step in walk.steps.items()}
    kept = tuple(e for e in edges if e.object in steps and e.object != e.subject)
    return Ancestry(steps, kept, walk.truncated is not None)


class _Walk:
    """Breadth first in both directions at once, so that neither uses up the room of the other."""

    def __init__(
        self, store: Reader, subject: Node, relations: tuple[Relation, ...], min_confidence: float, limit: int
    ) -> None:
        self.store = store
        self.relations = relations
        self.min_confidence = min_confidence
        self.limit = limit
        self.steps = {subject.id: 0}
        self.truncated: str | None = None
        self.introduced: tuple[Edge, ...] = ()
        self.read: dict[str, list[Edge]] = {}
        """The edges from each node that the walk has gone up from: they need not be read again."""
        if subject.type is NodeType.PAPER:
            self.introduced = tuple(store.edges_from([subject.id], [Relation.INTRODUCES], min_confidence))
            self.steps |= {edge.object: 0 for edge in self.introduced}

    def go(self, direction: str, depth: int | None) -> None:
        """Fill `steps`."""
        signs = {"ancestors": (-1,), "descendants": (1,), "both": (-1, 1)}[direction]
        frontiers = {sign: sorted(self.steps) for sign in signs}
        level = 0
        while any(frontiers.values()) and (depth is None or level < depth) and not self.truncated:
            level += 1
            frontiers = {sign: self._next(frontier, sign * level) for sign, frontier in frontiers.items()}

    def edges_from(self, nodes: Iterable[str]) -> list[Edge]:
        """The edges from these nodes, in order of their subjects."""
        nodes = sorted(nodes)
        unread = [node for node in nodes if node not in self.read]
        self.read |= {node: [] for node in unread}
        for edge in self.store.edges_from(unread, self.relations, self.min_confidence) if unread else ():
            self.read[edge.subject].append(edge)
        return [edge for node in nodes for edge in self.read[node]]

    def _next(self, frontier: Sequence[str], step: int) -> list[str]:
        """The nodes one edge further out, those best attested first where there is no room for all."""
        best: dict[str, float] = {}
        if step < 0:
            edges: Iterable[Edge] = self.edges_from(frontier)
        else:
            edges = self.store.edges_to(frontier, self.relations, self.min_confidence) if frontier else ()
        for edge in edges:
            other = edge.object if step < 0 else edge.subject
            if other not in self.steps:
                best[other] = max(best.get(other, 0.0), edge.confidence * FACTS[edge.relation].lineage)
        ranked = sorted(best, key=lambda node: (-best[node], node))
        room = max(0, self.limit - len(self.steps))
        if len(ranked) > room:
            self.truncated = (
                f"only the nearest {self.limit} are shown; a smaller --depth, fewer relations (--relation)"
                " or a higher --min-confidence shows a part in full"
            )
        self.steps |= dict.fromkeys(ranked[:room], step)
        return sorted(ranked[:room])
