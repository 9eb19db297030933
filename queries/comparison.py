"""Two things side by side: what they have in common, where their ways part, what is said of the two together."""

import json
import shutil
import textwrap
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pkgutil import resolve_name
from typing import Any

from rich.cells import set_cell_size

from begat.graph.errors import NotFoundError, UsageError
from begat.graph.model import Edge, Node, Statement
from begat.graph.reader import Reader
from begat.graph.vocabulary import FACTS, LINEAGE, NodeType, Relation
from begat.queries import drawing
from begat.queries.introductions import introductions
from begat.queries.lineage import Ancestry, ancestry
from begat.queries.records import edge_record, node_record
from begat.queries.scenes import Tone
from begat.queries.text import cut, printable

MOST_ANCESTORS = 400
"""Ancestors read of each, the nearest."""
DRAWN = 60
"""Works in the picture: the two, the ways to where they part, then the nearest of their ancestors."""
MOST_EVIDENCE = 3
MOST_LISTED = 40
SHARED = (Relation.TRAINED_ON, Relation.EVALUATED_ON, Relation.OUTPERFORMS, Relation.COMPARED_WITH)
"""Relations of which a comparison tells what they have in common."""


@dataclass(frozen=True, slots=True)
class Side:
    """One of the two: its ancestors with their distance (itself 0), and how many works descend from it directly."""

    node: Node
    steps: Mapping[str, int]
    built_upon_by: int
    facts: Mapping[Relation, tuple[Node, ...]]
    """What it was trained on, evaluated on, what it outperforms or is compared with."""


@dataclass(frozen=True, slots=True)
class Comparison:
    """Two things with their ancestors; a Scene, so that it can be drawn.

    `common` are the ancestors of both, nearest first (one of the two is among them where the other descends from
    it); `parting` those of them after which the ways part: no other common ancestor descends from them. `between` are
    the edges from one of the two to the other, of any relation. `nodes` and `edges` are what is drawn.
    """

    sides: tuple[Side, Side]
    common: tuple[Node, ...]
    parting: tuple[Node, ...]
    between: tuple[Edge, ...]
    nodes: tuple[Node, ...]
    edges: tuple[Edge, ...]
    evidence: Mapping[Edge, tuple[Statement, ...]]
    introduced_by: Mapping[str, Node]
    papers: Mapping[str, Node]
    truncated: str | None = None

    @property
    def title(self) -> str:
        """Its heading."""
        return f"{self.sides[0].node.name} and {self.sides[1].node.name}"

    @property
    def marked(self) -> tuple[str, ...]:
        """The two."""
        return tuple(side.node.id for side in self.sides)

    @property
    def steps(self) -> Mapping[str, int]:
        """There are two to count from."""
        return {}

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
        """Common ancestors stand out, those where the ways part most."""
        common = {node.id: Tone.COMMON for node in self.common if node.id not in self.marked}
        return common | {node.id: Tone.PARTING for node in self.parting if node.id not in self.marked}

    def parents(self, side: Side) -> list[tuple[Edge, Node]]:
        """What one of the two directly builds on, the strongest first."""
        nodes = {node.id: node for node in self.nodes}
        edges = [e for e in self.edges if e.subject == side.node.id and e.relation in LINEAGE and e.object in nodes]
        edges.sort(key=lambda e: (-_strength(e), e.object))
        return [(edge, nodes[edge.object]) for edge in edges]

    def shared(self, relation: Relation) -> tuple[Node, ...]:
        """What both were trained on, evaluated on, compared with."""
        other = {node.id for node in self.sides[1].facts.get(relation, ())}
        return tuple(node for node in self.sides[0].facts.get(relation, ()) if node.id in other)

    def way(self, side: Side, ancestor: str) -> list[Edge]:
        """The edges from one of the two up to an ancestor, along the shortest way that is drawn; [] if none is."""
        ups: dict[str, list[Edge]] = {}
        for edge in sorted(self.edges, key=lambda e: (-_strength(e), e.object)):
            ups.setdefault(edge.subject, []).append(edge)
        back: dict[str, Edge | None] = {side.node.id: None}
        frontier = [side.node.id]
        while frontier and ancestor not in back:
            found = {edge.object: edge for node in frontier for edge in reversed(ups.get(node, ()))}
            frontier = [node for node in found if node not in back]
            back |= {node: found[node] for node in frontier}
        way: list[Edge] = []
        while (last := back.get(ancestor)) is not None:
            way.append(last)
            ancestor = last.subject
        return way[::-1]

    def text(self, width: int | None = None) -> str:
        """For a terminal, `width` columns wide (None: the terminal's)."""
        return "\n".join(_Told(self, width or min(shutil.get_terminal_size((100, 24)).columns, 120)).lines()) + "\n"

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
        """`one` and `other`, `common` and `parting` ancestors, `between`, `nodes`, `edges`.

        `one` and `other` are nodes with `built_upon_by` (a count) and their facts by relation; a common ancestor is a
        node with `steps`, how far it is above either. Nodes and edges are as in `queries/records.py`.
        """
        one, other = self.sides

        def told(side: Side) -> dict[str, object]:
            facts = {r.value: [node_record(n) for n in nodes] for r, nodes in side.facts.items()}
            return node_record(side.node) | {"built_upon_by": side.built_upon_by, "facts": facts}

        return {
            "one": told(one),
            "other": told(other),
            "common": [node_record(n) | {"steps": [one.steps[n.id], other.steps[n.id]]} for n in self.common],
            "parting": [node.id for node in self.parting],
            "between": [edge_record(edge, self.evidence[edge]) for edge in self.between],
            "nodes": [node_record(node) for node in self.nodes],
            "edges": [edge_record(edge, self.evidence[edge]) for edge in self.edges],
            "truncated": self.truncated,
        }

    def _repr_html_(self) -> str:
        """For notebooks: the picture."""
        return str(resolve_name("begat.viz.notebook:scene_html")(self))  # by name: viz stands over queries


def compare(
    store: Reader, a: str, b: str, *, relations: Sequence[Relation] = LINEAGE, min_confidence: float = 0.0
) -> Comparison:
    """Compare two nodes (ids) by their ancestors along `relations`. Raises NotFoundError, UsageError for one twice."""
    for node in (a, b):
        if store.node(node) is None:
            raise NotFoundError(node)
    if a == b:
        raise UsageError("these are one and the same; name two that differ")
    found = [ancestry(store, node, relations, min_confidence, MOST_ANCESTORS) for node in (a, b)]
    edges = tuple(dict.fromkeys(edge for each in found for edge in each.edges))
    shared = found[0].steps.keys() & found[1].steps.keys()
    ranked = sorted(shared, key=lambda n: (found[0].steps[n] + found[1].steps[n], n))
    parting = _parting(shared, edges)
    drawn = _drawn((a, b), found, ranked, parting, edges)
    kept = tuple(edge for edge in edges if edge.subject in drawn and edge.object in drawn)
    between = tuple(_between(store, a, b, min_confidence))
    nodes = store.nodes_of({*drawn, *shared, a, b})
    evidence = store.evidence_of(dict.fromkeys((*kept, *between)), MOST_EVIDENCE)
    sides = tuple(_side(store, nodes[n], each, relations) for n, each in zip((a, b), found, strict=True))
    return Comparison(
        sides=(sides[0], sides[1]),
        common=tuple(nodes[node] for node in ranked if node in nodes),
        parting=tuple(nodes[node] for node in ranked if node in parting and node in nodes),
        between=between,
        nodes=tuple(nodes[node] for node in drawn if node in nodes),
        edges=kept,
        evidence=evidence,
        introduced_by=introductions(store, (n.id for n in nodes.values() if n.type is not NodeType.PAPER)),
        papers=store.nodes_of(s.paper for statements in evidence.values() for s in statements),
        truncated=_cut_short(found, len(drawn)),
    )


def _parting(shared: Iterable[str], edges: Iterable[Edge]) -> set[str]:
    """The common ancestors that no other common one descends from; in a ring of them, all of it."""
    shared = set(shared)
    descended = {edge.object: edge.subject for edge in edges if edge.subject in shared and edge.object in shared}
    return (shared - descended.keys()) or shared


def _drawn(
    ends: tuple[str, str], found: Sequence[Ancestry], ranked: Sequence[str], parting: set[str], edges: Iterable[Edge]
) -> list[str]:
    """The ids that the picture has room for."""
    heirs: dict[str, set[str]] = {}
    for edge in edges:
        heirs.setdefault(edge.object, set()).add(edge.subject)
    on_the_way, left = set(parting), list(parting)
    while left:
        for heir in heirs.get(left.pop(), ()):
            if heir not in on_the_way:
                on_the_way.add(heir)
                left.append(heir)
    steps: dict[str, int] = {}
    for each in found:
        for node, step in each.steps.items():
            steps[node] = min(step, steps.get(node, step))
    common = set(ranked)

    def rank(node: str) -> tuple[bool, bool, int, bool, str]:
        return node not in ends, node not in on_the_way, steps[node], node not in common, node

    return sorted(steps, key=rank)[:DRAWN]


def _between(store: Reader, a: str, b: str, min_confidence: float) -> Iterator[Edge]:
    for edge in store.edges_from((a, b), tuple(Relation), min_confidence):
        if {edge.subject, edge.object} == {a, b}:
            yield edge


def _side(store: Reader, node: Node, found: Ancestry, relations: Sequence[Relation]) -> Side:
    facts: dict[Relation, list[str]] = {}
    for edge in sorted(store.edges_from([node.id], SHARED), key=lambda e: (-e.support, -e.confidence, e.object)):
        facts.setdefault(edge.relation, []).append(edge.object)
    others = store.nodes_of({other for each in facts.values() for other in each[:MOST_LISTED]})
    heirs = {edge.subject for edge in store.edges_to([node.id], relations)} - {node.id}
    return Side(
        node,
        found.steps,
        len(heirs),
        {r: tuple(others[n] for n in each[:MOST_LISTED] if n in others) for r, each in facts.items()},
    )


def _cut_short(found: Sequence[Ancestry], drawn: int) -> str | None:
    if any(each.truncated for each in found):
        return f"only the nearest {MOST_ANCESTORS} ancestors of each are compared; fewer relations show a part in full"
    everything = len(found[0].steps.keys() | found[1].steps.keys())
    if everything > drawn:
        return f"the picture shows {drawn} of {everything} works: the ways to where they part, then the nearest"
    return None


def _strength(edge: Edge) -> float:
    return FACTS[edge.relation].lineage * edge.confidence


# -- as text -------------------------------------------------------------------------------------------------------


class _Told:
    def __init__(self, comparison: Comparison, width: int) -> None:
        self.comparison = comparison
        self.width = max(50, width)
        self.names = {node.id: printable(node.name) for node in comparison.nodes}

    def lines(self) -> Iterator[str]:
        """All of it, line by line."""
        yield cut(printable(self.comparison.title), self.width)
        yield ""
        yield from self._side_by_side()
        yield from self._said_between()
        yield from self._where_they_part()
        for relation in SHARED:
            shared = self.comparison.shared(relation)
            if shared:
                yield ""
                yield from self._wrapped(f"both {FACTS[relation].forward} {', '.join(map(_titled, shared))}", "  ")
        if self.comparison.truncated:
            yield ""
            yield self.comparison.truncated

    def _side_by_side(self) -> Iterator[str]:
        room = (self.width - 14) // 2
        for label, *values in rows(self.comparison):
            wrapped = [textwrap.wrap(printable(value), room - 2) or [""] for value in values]
            for place in range(max(map(len, wrapped))):
                cells = [lines[place] if place < len(lines) else "" for lines in wrapped]
                yield (
                    f"{label if not place else '':<14}{set_cell_size(cut(cells[0], room - 2), room)}{cut(cells[1], room)}"
                ).rstrip()

    def _said_between(self) -> Iterator[str]:
        if not self.comparison.between:
            return
        yield ""
        yield "said of the two"
        for edge in self.comparison.between:
            one, other = self.names[edge.subject], self.names[edge.object]
            yield from self._wrapped(f"  {one} {FACTS[edge.relation].forward} {other}  {edge.confidence:.2f}", "    ")
            for statement in self.comparison.evidence[edge][:1]:
                quote = f"“{printable(statement.assertion.evidence.quote)}” [{printable(statement.document)}]"
                yield from textwrap.wrap(quote, self.width, initial_indent="      ", subsequent_indent="      ")

    def _where_they_part(self) -> Iterator[str]:
        comparison = self.comparison
        yield ""
        if not comparison.common:
            yield "no common ancestor is known"
            return
        inside = next((side for side in comparison.sides if side.node in comparison.common), None)
        if inside:
            heir = next(side for side in comparison.sides if side is not inside)
            yield f"{printable(heir.node.name)} descends from {printable(inside.node.name)}"
        else:
            yield "where they part"
        for node in comparison.parting[:MOST_LISTED]:
            yield cut(f"  {_titled(node)}", self.width)
            for side in comparison.sides:
                if side.node.id != node.id:
                    yield from self._wrapped(f"    {self._way(side, node)}", "      ")
        further = [node for node in comparison.common if node not in comparison.parting]
        if further:
            more = f" and {len(further) - MOST_LISTED} more" if len(further) > MOST_LISTED else ""
            yield ""
            listed = ", ".join(_titled(node) for node in further[:MOST_LISTED])
            yield from self._wrapped(f"further back, common to both: {listed}{more}", "  ")

    def _way(self, side: Side, ancestor: Node) -> str:
        way = self.comparison.way(side, ancestor.id)
        if not way:
            steps = side.steps[ancestor.id]
            return f"{printable(side.node.name)}, {steps} {'step' if steps == 1 else 'steps'} away"
        told = [printable(side.node.name)]
        for edge in way:
            unsure = " (?)" if edge.confidence < drawing.UNSURE else ""
            told.append(f"{FACTS[edge.relation].forward} {self.names[edge.object]}{unsure}")
        return " > ".join(told)

    def _wrapped(self, text: str, indent: str) -> list[str]:
        return textwrap.wrap(text, self.width, subsequent_indent=indent, initial_indent="", drop_whitespace=True)


def rows(comparison: Comparison) -> list[tuple[str, str, str]]:
    """The two side by side: (what, of the one, of the other)."""
    one, other = comparison.sides
    shared = {node.id for _, node in comparison.parents(one)} & {node.id for _, node in comparison.parents(other)}

    def facts(side: Side) -> list[str]:
        node, paper = side.node, comparison.introduced_by.get(side.node.id)
        parents = [
            f"{node.name} ({FACTS[edge.relation].forward}{', both' if node.id in shared else ''})"
            for edge, node in comparison.parents(side)
        ]
        return [
            node.name, node.type.value.lower(), node.date or (f"known by {node.seen}" if node.seen else "unknown"),
            node.family or "", paper.name if paper else "", "; ".join(parents[:MOST_LISTED]),
            f"{side.built_upon_by or 'no'} {'works' if side.built_upon_by > 1 else 'work'} directly",
        ]  # fmt: skip

    labels = ("", "type", "date", "family", "introduced by", "builds on", "built on by")
    told = zip(labels, facts(one), facts(other), strict=True)
    return [(label, a, b) for label, a, b in told if a or b]


def _titled(node: Node) -> str:
    return printable(node.name) + (f" ({node.year})" if node.year is not None else "")
