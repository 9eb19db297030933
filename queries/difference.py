"""What tells two graphs apart: nodes, edges with the sentence that states them, and ancestors that a thing has only now.

Both files are read side by side in the order of their keys, so that memory holds what differs and not the graphs; only
for ancestors the edges of descent are held, and only where one of them came.
"""

import json
from collections import Counter, defaultdict
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, TypeVar

from begat.graph.model import Edge, Node, Statement
from begat.graph.store import Store
from begat.graph.vocabulary import FACTS, LINEAGE, THINGS, NodeType, Relation
from begat.queries.records import edge_record, node_record
from begat.queries.text import printable

T = TypeVar("T")
SHOWN = 40
"""Lines of each kind that the text for people has at most."""
COUNTED = (Relation.MENTIONS, Relation.AUTHORED_BY, Relation.CITES)
"""Relations of which people want the number; their edges are in the JSON."""


@dataclass(frozen=True, slots=True)
class Change:
    """An edge that was gained or lost, its ends, and the sentences that state it, best first."""

    edge: Edge
    subject: Node
    object: Node
    evidence: tuple[Statement, ...]

    def text(self) -> str:
        """How it reads, with its best sentence on a line of its own."""
        words = FACTS[self.edge.relation].forward
        line = f"{printable(self.subject.name)} {words} {printable(self.object.name)}  {self.edge.confidence:.2f}"
        quotes = [
            f"      “{printable(s.assertion.evidence.quote)}” [{printable(s.document)}]" for s in self.evidence[:1]
        ]
        return "\n".join([line, *quotes])

    def record(self) -> dict[str, Any]:
        """As JSON: an edge with its evidence and the names of its ends."""
        names = {"subject_name": self.subject.name, "object_name": self.object.name}
        return edge_record(self.edge, self.evidence) | names


@dataclass(frozen=True, slots=True)
class Difference:
    """What `new` has otherwise than `old`; truth value: whether anything at all."""

    old: str
    new: str
    came: tuple[Node, ...]
    gone: tuple[Node, ...]
    merged: tuple[tuple[Node, Node], ...]
    """(a node of the old graph, the other node of the old graph whose name it now is)"""
    renamed: tuple[tuple[Node, Node], ...]
    """(before, after): one thing with another name or id."""
    gained: tuple[Change, ...]
    lost: tuple[Change, ...]
    weighed: tuple[tuple[Edge, Edge], ...]
    """(before, after) of edges that are stated more or less surely, by more or fewer."""
    ancestors: tuple[tuple[Node, tuple[Node, ...]], ...]
    """(a thing that a paper introduces, what it descends from now and did not before)"""

    def __bool__(self) -> bool:
        return any(
            (self.came, self.gone, self.merged, self.renamed, self.gained, self.lost, self.weighed, self.ancestors)
        )

    def text(self) -> str:
        """For a terminal."""
        if not self:
            return "the graphs say the same"
        lines = [self._counts()]
        lines += _shown("new", [_title(node) for node in self.came], "+")
        lines += _shown("gone", [_title(node) for node in self.gone], "-")
        lines += _shown("merged", [f"{_title(one)} into {_title(other)}" for one, other in self.merged], "=")
        lines += _shown("renamed", [f"{_title(old)} is now {_title(new)}" for old, new in self.renamed], "~")
        lines += _edges("edges gained", self.gained, "+")
        lines += _edges("edges lost", self.lost, "-")
        found = [f"{_title(thing)}: {', '.join(printable(a.name) for a in above)}" for thing, above in self.ancestors]
        lines += _shown("new ancestors", found, "+")
        return "\n".join(lines)

    def _counts(self) -> str:
        counts = {
            "new": self.came, "gone": self.gone, "merged": self.merged, "renamed": self.renamed,
            "edges gained": self.gained, "edges lost": self.lost, "edges weighed anew": self.weighed,
        }  # fmt: skip
        return ", ".join(f"{len(items)} {what}" for what, items in counts.items() if items)

    def json(self) -> str:
        """JSON, a stable interface: `old`, `new`, `differ`, `nodes`, `edges`, `ancestors`."""
        record = {
            "old": self.old,
            "new": self.new,
            "differ": bool(self),
            "nodes": {
                "new": [node_record(node) for node in self.came],
                "gone": [node_record(node) for node in self.gone],
                "merged": [{"node": node_record(one), "into": node_record(other)} for one, other in self.merged],
                "renamed": [{"before": node_record(old), "after": node_record(new)} for old, new in self.renamed],
            },
            "edges": {
                "gained": [change.record() for change in self.gained],
                "lost": [change.record() for change in self.lost],
                "weighed": [
                    {"before": edge_record(old, ()), "after": edge_record(new, ())} for old, new in self.weighed
                ],
            },
            "ancestors": [
                {"node": node_record(thing), "new": [node_record(a) for a in above]} for thing, above in self.ancestors
            ],
        }
        return json.dumps(record, ensure_ascii=False, indent=1)


def _title(node: Node) -> str:
    year = f", {node.year}" if node.year is not None else ""
    return f"{printable(node.name)} ({node.type.value}{year})"


def _shown(heading: str, lines: Sequence[str], mark: str) -> list[str]:
    if not lines:
        return []
    more = [f"  … and {len(lines) - SHOWN} more"] if len(lines) > SHOWN else []
    return [f"{heading}:", *(f"  {mark} {line}" for line in lines[:SHOWN]), *more]


def _edges(heading: str, changes: Sequence[Change], mark: str) -> list[str]:
    told = [change.text() for change in changes if change.edge.relation not in COUNTED]
    counts = Counter(change.edge.relation for change in changes if change.edge.relation in COUNTED)
    counted = [f"{count} × {FACTS[relation].forward}" for relation, count in sorted(counts.items())]
    return _shown(heading, [*told[:SHOWN], *counted, *told[SHOWN:]], mark)


# -- finding it --------------------------------------------------------------------------------------------------


def difference(old: Store, new: Store) -> Difference:
    """What `new` has otherwise than `old`."""
    with old.snapshot(), new.snapshot():
        return _Comparison(old, new).difference()


class _Comparison:
    """One comparison in progress; `now` leads from the id of a node that went to the id of what it is now."""

    def __init__(self, old: Store, new: Store) -> None:
        self.old = old
        self.new = new
        self.now: dict[str, str] = {}

    def difference(self) -> Difference:
        came, gone, both = self._nodes()
        merged, renamed, gone = self._whereabouts(came, gone)
        renamed += both
        gained, lost, weighed = self._edges()
        after = {node.id for _, node in renamed}
        return Difference(
            self.old.place, self.new.place,
            tuple(node for node in came if node.id not in after), tuple(gone), tuple(merged),
            tuple(sorted(renamed, key=lambda pair: pair[1].id)),
            self._changes(self.new, gained), self._changes(self.old, lost), tuple(weighed), self._ancestors(gained),
        )  # fmt: skip

    def _nodes(self) -> tuple[list[Node], list[Node], list[tuple[Node, Node]]]:
        came, gone, renamed = [], [], []
        for before, after in _side_by_side(self.old.nodes(), self.new.nodes(), lambda node: node.id):
            if before is None and after is not None:
                came.append(after)
            elif after is None and before is not None:
                gone.append(before)
            elif before and after and (before.name, before.type) != (after.name, after.type):
                renamed.append((before, after))
        return came, gone, renamed

    def _whereabouts(
        self, came: Sequence[Node], gone: Sequence[Node]
    ) -> tuple[list[tuple[Node, Node]], list[tuple[Node, Node]], list[Node]]:
        """Of the nodes that went: those that are part of another now, those that have another id, and the rest."""
        fresh = {node.id for node in came}
        found = {node.id: heir for node in gone if (heir := self._heir(node))}
        heirs = Counter(heir.id for heir in found.values())
        merged: list[tuple[Node, Node]] = []
        renamed: list[tuple[Node, Node]] = []
        lost = []
        for node in gone:
            heir = found.get(node.id)
            if heir is None:
                lost.append(node)
                continue
            self.now[node.id] = heir.id
            (renamed if heir.id in fresh and heirs[heir.id] == 1 else merged).append((node, heir))
        return merged, renamed, lost

    def _heir(self, node: Node) -> Node | None:
        """The node of the new graph that is what this one was: by a paper's ids, else by the name."""
        keys = [f"{kind}:{value}" for kind, value in (("arxiv", node.arxiv), ("doi", node.doi)) if value]
        by_key = [heir for key in keys for heir in self.new.papers_by_key(key)]
        found = [heir for heir in by_key or self.new.named(node.name) if _sort(heir) == _sort(node)]
        return min(found, key=lambda heir: (heir.type != node.type, heir.id), default=None)

    def _edges(self) -> tuple[list[Edge], list[Edge], list[tuple[Edge, Edge]]]:
        gained, lost, weighed = {}, [], []
        for before, after in _side_by_side(self.old.edges(), self.new.edges(), _ends):
            if before is None and after is not None:
                gained[_ends(after)] = after
            elif after is None and before is not None:
                lost.append(before)
            elif before and after and _weight(before) != _weight(after):
                weighed.append((before, after))
        gone = []
        for edge in lost:
            ends = self._today(edge.subject), edge.relation, self._today(edge.object)
            if gained.pop(ends, None) is None and not self._has(ends):
                gone.append(edge)
        return list(gained.values()), gone, weighed

    def _has(self, ends: tuple[str, Relation, str]) -> bool:
        return next(self.new.edges("subject = ? AND relation = ? AND object = ?", ends), None) is not None

    def _today(self, node: str) -> str:
        return self.now.get(node, node)

    @staticmethod
    def _changes(store: Store, edges: Sequence[Edge]) -> tuple[Change, ...]:
        nodes = store.nodes_of({end for edge in edges for end in (edge.subject, edge.object)})
        evidence = store.evidence_of(edges, 3)
        return tuple(Change(e, nodes[e.subject], nodes[e.object], evidence[e]) for e in edges)

    # -- ancestors -------------------------------------------------------------------------------------

    def _ancestors(self, gained: Iterable[Edge]) -> tuple[tuple[Node, tuple[Node, ...]], ...]:
        """Of each introduced thing that a new edge of descent lies above: the ancestors that it has only now."""
        origins = {edge.subject for edge in gained if edge.relation in LINEAGE}
        if not origins:
            return ()
        up_now = _descent(self.new, lambda edge: (edge.subject, edge.object))
        up_before = _descent(self.old, lambda edge: (self._today(edge.subject), self._today(edge.object)))
        down_now: dict[str, set[str]] = defaultdict(set)
        for subject, objects in up_now.items():
            for object_ in objects:
                down_now[object_].add(subject)
        below = origins | _reached(down_now, origins)
        found = {
            node: above
            for node in sorted(self._introduced(below))
            if (above := _reached(up_now, [node]) - _reached(up_before, [node]) - {node})
        }
        nodes = self.new.nodes_of({*found, *(a for above in found.values() for a in above)})
        return tuple(
            (nodes[node], tuple(sorted((nodes[a] for a in above), key=lambda a: (a.date or "9999", a.id))))
            for node, above in found.items()
        )

    def _introduced(self, nodes: Collection[str]) -> set[str]:
        things = {node.id for node in self.new.nodes_of(nodes).values() if node.type in THINGS}
        return {edge.object for edge in self.new.edges_to(things, [Relation.INTRODUCES])}


def _descent(store: Store, ends: Callable[[Edge], tuple[str, str]]) -> Mapping[str, set[str]]:
    """What each node descends from directly."""
    found: dict[str, set[str]] = defaultdict(set)
    marks = ", ".join("?" * len(LINEAGE))
    for edge in store.edges(f"relation IN ({marks})", LINEAGE):
        newer, older = ends(edge)
        found[newer].add(older)
    return found


def _reached(steps: Mapping[str, set[str]], start: Iterable[str]) -> set[str]:
    """All nodes that some steps lead to."""
    reached: set[str] = set()
    waiting = list(start)
    while waiting:
        fresh = steps.get(waiting.pop(), set()) - reached
        reached |= fresh
        waiting.extend(fresh)
    return reached


def _sort(node: Node) -> str:
    """What a node may change into: a model may prove to be a method, but no paper an author."""
    return "thing" if node.type in THINGS else NodeType(node.type).value


def _ends(edge: Edge) -> tuple[str, Relation, str]:
    return edge.subject, edge.relation, edge.object


def _weight(edge: Edge) -> tuple[float, int, str, str | None]:
    return edge.confidence, edge.support, edge.origin, edge.date


def _side_by_side(one: Iterator[T], other: Iterator[T], key: Callable[[T], Any]) -> Iterator[tuple[T | None, T | None]]:
    """Two ordered streams as pairs of equal key, None where one of them has none."""
    a, b = next(one, None), next(other, None)
    while a is not None or b is not None:
        if b is None or (a is not None and key(a) < key(b)):
            yield a, None
            a = next(one, None)
        elif a is None or key(b) < key(a):
            yield None, b
            b = next(other, None)
        else:
            yield a, b
            a, b = next(one, None), next(other, None)
