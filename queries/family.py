"""A family over the years: its members in time, variants as one, what came from outside and what went out of it.

A family is what names say: the versions, sizes and flavours of one stem. What only descends from a member (DistilBERT
from BERT) is no member, but an offshoot of the family.
"""

import json
import shutil
import textwrap
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby
from pkgutil import resolve_name
from typing import Any

from begat.graph.errors import NotFoundError, UsageError
from begat.graph.model import Edge, Node, Statement
from begat.graph.reader import Reader
from begat.graph.search import find
from begat.graph.vocabulary import FACTS, LINEAGE, THINGS, NodeType, Relation
from begat.queries import drawing
from begat.queries.introductions import introductions
from begat.queries.records import edge_record, node_record
from begat.queries.scenes import Tone
from begat.queries.text import cut, natural, printable

MOST_MEMBERS = 400
MOST_OUTSIDE = 20
"""Works shown of those that a family builds on, and as many of those that build on it; the best attested."""
MOST_EVIDENCE = 3
_LABEL = 24


@dataclass(frozen=True, slots=True)
class FamilyTree:
    """A family with its nearest kin outside of it; a Scene, so that it can be drawn.

    `members` are all of it, oldest first, those of unknown date last. `variants` maps the id of a node that stands for
    several (sizes of one model, of one day, with nothing else said of them) to all of them, itself first; the others
    are not among `nodes`. `sources` are works outside that members build on,
    `offshoots` works outside that extend or derive from a member, best attested first; `counts` says how many there
    are of both in all.
    """

    name: str
    members: tuple[Node, ...]
    variants: Mapping[str, tuple[Node, ...]]
    sources: tuple[Node, ...]
    offshoots: tuple[Node, ...]
    counts: tuple[int, int]
    nodes: tuple[Node, ...]
    edges: tuple[Edge, ...]
    evidence: Mapping[Edge, tuple[Statement, ...]]
    introduced_by: Mapping[str, Node]
    papers: Mapping[str, Node]
    truncated: str | None = None

    @property
    def title(self) -> str:
        """Its heading."""
        return f"The {self.name} family"

    @property
    def marked(self) -> tuple[str, ...]:
        """None: it is about all of its members."""
        return ()

    @property
    def steps(self) -> Mapping[str, int]:
        """A family has no middle to count from."""
        return {}

    @property
    def tones(self) -> Mapping[str, Tone]:
        """What is not of the family stands back."""
        return {node.id: Tone.OUTSIDE for node in (*self.sources, *self.offshoots)}

    @property
    def labels(self) -> Mapping[str, str]:
        """A node that stands for several variants is named for all of them."""
        return {node: _label(several) for node, several in self.variants.items()}

    def text(self, width: int | None = None) -> str:
        """For a terminal, `width` columns wide (None: the terminal's): year by year."""
        return "\n".join(_lines(self, width or min(shutil.get_terminal_size((100, 24)).columns, 120))) + "\n"

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
        """`family`, `members`, `sources`, `offshoots` (nodes), `variants` (ids), `edges`.

        Nodes and edges are as in `queries/records.py`.
        """
        return {
            "family": self.name,
            "members": [node_record(node) for node in self.members],
            "variants": [[node.id for node in several] for several in self.variants.values()],
            "sources": [node_record(node) for node in self.sources],
            "offshoots": [node_record(node) for node in self.offshoots],
            "edges": [edge_record(edge, self.evidence[edge]) for edge in self.edges],
            "truncated": self.truncated,
        }

    def _repr_html_(self) -> str:
        """For notebooks: the picture."""
        return str(resolve_name("begat.viz.notebook:scene_html")(self))  # by name: viz stands over queries


def family(store: Reader, name: str, *, min_confidence: float = 0.0) -> FamilyTree:
    """The family of this name, or of the thing of this name.

    Raises NotFoundError for a name that is nowhere, UsageError for a thing that belongs to no family.
    """
    name, found = _members(store, name)
    everything = {node.id for node in found}
    edges = [e for e in store.edges_from(everything, LINEAGE, min_confidence) if e.subject != e.object]
    members, truncated = _best(found, edges)
    ids = {node.id for node in members}
    inner = [edge for edge in edges if edge.subject in ids and edge.object in ids]
    came = _outside((e for e in edges if e.subject in ids and e.object not in everything), "object")
    went = _outside(
        (
            e
            for e in store.edges_to(ids, [r for r in LINEAGE if r is not Relation.USES], min_confidence)
            if e.subject not in everything and e.subject not in came
        ),
        "subject",
    )
    kin = store.nodes_of([*list(came)[:MOST_OUTSIDE], *list(went)[:MOST_OUTSIDE]])
    shown = [*inner, *(e for node in kin for e in (*came.get(node, ()), *went.get(node, ())))]
    variants = _variants(members, shown)
    hidden = {node.id for several in variants.values() for node in several[1:]}
    evidence = store.evidence_of(shown, MOST_EVIDENCE)
    return FamilyTree(
        name=name,
        members=tuple(members),
        variants=variants,
        sources=tuple(kin[node] for node in came if node in kin),
        offshoots=tuple(kin[node] for node in went if node in kin),
        counts=(len(came), len(went)),
        nodes=tuple(node for node in (*members, *kin.values()) if node.id not in hidden),
        edges=tuple(shown),
        evidence=evidence,
        introduced_by=introductions(store, [*ids, *(n.id for n in kin.values() if n.type is not NodeType.PAPER)]),
        papers=store.nodes_of(s.paper for statements in evidence.values() for s in statements),
        truncated=truncated,
    )


def _members(store: Reader, name: str) -> tuple[str, list[Node]]:
    found = store.of_family(name)
    if not found:
        node = find(store, name)
        if node.family is None:
            raise UsageError(f"{node.name!r} belongs to no family: no other name is a version, size or flavour of it")
        name, found = node.family, store.of_family(node.family)
    things = [node for node in found if node.type in THINGS]
    if not things:
        raise NotFoundError(name)
    return name, things


def _best(found: Sequence[Node], edges: Iterable[Edge]) -> tuple[list[Node], str | None]:
    """The members in order of time; of a family too large to be read, those that most is said of."""
    said: dict[str, int] = {}
    for edge in edges:
        for end in (edge.subject, edge.object):
            said[end] = said.get(end, 0) + edge.support
    kept = sorted(found, key=lambda node: (-said.get(node.id, 0), node.id))[:MOST_MEMBERS]
    kept.sort(key=lambda node: (node.date or "9999", node.name, node.id))
    if len(kept) == len(found):
        return kept, None
    return kept, f"only {len(kept)} of its {len(found)} members are shown, those that most is said of"


def _outside(edges: Iterable[Edge], end: str) -> dict[str, list[Edge]]:
    """The edges to each work outside, that with the most to say first."""
    found: dict[str, list[Edge]] = {}
    for edge in edges:
        found.setdefault(getattr(edge, end), []).append(edge)
    return dict(sorted(found.items(), key=lambda item: (-sum(map(_strength, item[1])), item[0])))


def _strength(edge: Edge) -> float:
    return FACTS[edge.relation].lineage * edge.confidence


def _variants(members: Sequence[Node], edges: Sequence[Edge]) -> dict[str, tuple[Node, ...]]:
    """Members that are nothing but variants of one thing, of one day: by the id of the first of them."""
    own: dict[str, list[Edge]] = {}
    built_upon = {edge.object for edge in edges}
    for edge in edges:
        own.setdefault(edge.subject, []).append(edge)
    alike: dict[tuple[str | None, tuple[str, ...]], list[Node]] = {}
    for node in members:
        ups = own.get(node.id, [])
        if ups and node.id not in built_upon and all(edge.relation is Relation.VARIANT_OF for edge in ups):
            alike.setdefault((node.date, tuple(sorted(edge.object for edge in ups))), []).append(node)
    groups = (_by_size(several) for several in alike.values() if len(several) > 1)
    return {several[0].id: tuple(several) for several in groups}


def _by_size(nodes: Iterable[Node]) -> list[Node]:
    return sorted(nodes, key=lambda node: (natural(node.name), node.id))


def _label(several: Sequence[Node]) -> str:
    """`LLaMA 7B, 13B, 65B`; where that is too long, how many there are."""
    shared = _shared(several)
    short = f"{shared.rstrip(' -')} {', '.join(node.name[len(shared) :] or '·' for node in several)}".strip()
    return (
        short if len(short) <= _LABEL else f"{cut(shared.rstrip(' -') or several[0].name, 12)}: {len(several)} variants"
    )


def _shared(several: Sequence[Node]) -> str:
    """What the names have in common at their beginning, whole words only."""
    names = sorted(node.name for node in several)
    pairs = enumerate(zip(names[0], names[-1], strict=False))
    prefix = names[0][: next((place for place, (a, b) in pairs if a != b), len(names[0]))]
    return prefix[: max(prefix.rfind(" "), prefix.rfind("-")) + 1]


# -- as text -------------------------------------------------------------------------------------------------------


def _lines(tree: FamilyTree, width: int) -> Iterator[str]:
    years = [node.year for node in tree.members if node.year is not None]
    span = (
        f" · {min(years)} to {max(years)}" if years and min(years) < max(years) else f" · {years[0]}" if years else ""
    )
    works = f"{len(tree.members)} {'work' if len(tree.members) == 1 else 'works'}"
    yield cut(f"{printable(tree.title)} · {works}{span}", width)
    told = _Told(tree, width)
    for year, nodes in groupby(told.heads(), key=lambda node: node.year):
        yield ""
        yield str(year or "date unknown")
        for node in nodes:
            yield from told.member(node, "  ")
    for works_, count, words in (
        (tree.sources, tree.counts[0], "came from outside"),
        (tree.offshoots, tree.counts[1], "went out of it"),
    ):
        if works_:
            more = f" and {count - len(works_)} more" if count > len(works_) else ""
            yield ""
            listed = f"{words}: {', '.join(_titled(node) for node in works_)}{more}"
            yield from textwrap.wrap(listed, max(30, width), subsequent_indent="  ")
    if tree.truncated:
        yield ""
        yield tree.truncated


class _Told:
    """The members of a family as lines, each once: a variant below what it is one of."""

    def __init__(self, tree: FamilyTree, width: int) -> None:
        self.tree = tree
        self.width = max(40, width)
        self.names = {node.id: node.name for node in (*tree.nodes, *tree.members)}
        self.hidden = {node.id for several in tree.variants.values() for node in several[1:]}
        self.below: dict[str, list[Node]] = {}
        self.above: dict[str, str] = {}
        members = {node.id: node for node in tree.members}
        for edge in sorted(tree.edges, key=lambda e: (-e.confidence, -len(self.names[e.object]), e.object)):
            variant = edge.relation is Relation.VARIANT_OF and edge.subject not in self.hidden
            if variant and edge.object in members and edge.subject not in self.above:
                self.above[edge.subject] = edge.object
                self.below.setdefault(edge.object, []).append(members[edge.subject])

    def heads(self) -> Iterator[Node]:
        """The members that are no variants, or only of one another."""
        for node in self.tree.members:
            if node.id not in self.hidden and (node.id not in self.above or self._in_a_ring(node.id)):
                yield node

    def _in_a_ring(self, node: str) -> bool:
        met = {node}
        while (above := self.above.get(node)) is not None:
            if above in met:
                return above == min(met)
            met.add(above)
            node = above
        return False

    def member(self, node: Node, indent: str) -> Iterator[str]:
        """A member and below it its variants."""
        stack, told = [(node, indent)], {node.id}
        while stack:
            node, indent = stack.pop()
            yield from self._lines(node, indent)
            below = [n for n in _by_size(self.below.get(node.id, ())) if n.id not in told]
            told |= {n.id for n in below}
            stack += [(n, indent + "    ") for n in reversed(below)]

    def _lines(self, node: Node, indent: str) -> Iterator[str]:
        several, tree = self.tree.variants.get(node.id), self.tree
        yield cut(indent + (", ".join(printable(n.name) for n in several) if several else _titled(node)), self.width)
        above = self.above.get(node.id)
        paper = tree.introduced_by.get(node.id)
        if paper and (above is None or tree.introduced_by.get(above) != paper):
            yield cut(f"{indent}    introduced by {printable(paper.name)}", self.width)
        up = [e for e in tree.edges if e.subject == node.id and (e.relation, e.object) != (Relation.VARIANT_OF, above)]
        down = [e for e in tree.edges if e.object == node.id and e.subject in tree.tones]
        for edges, end, forward in ((up, "object", True), (down, "subject", False)):
            edges.sort(key=lambda e: (-FACTS[e.relation].lineage, -e.confidence, getattr(e, end)))
            for relation, group in groupby(edges, key=lambda e: e.relation):
                words = FACTS[relation].forward if forward else FACTS[relation].backward
                others = ", ".join(printable(self.names[getattr(edge, end)]) + _sure(edge) for edge in group)
                yield from textwrap.wrap(
                    f"{words} {others}", self.width, initial_indent=f"{indent}    ", subsequent_indent=f"{indent}      "
                )


def _sure(edge: Edge) -> str:
    return " (?)" if edge.confidence < drawing.UNSURE else ""


def _titled(node: Node) -> str:
    return printable(node.name) + (f" ({node.date})" if node.date else "")
