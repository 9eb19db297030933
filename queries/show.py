"""Everything about one node: its names and why they are its, who introduced it, its relations with their evidence."""

import json
import shutil
import textwrap
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from begat.graph.errors import NotFoundError
from begat.graph.model import Edge, Node, Statement
from begat.graph.reader import Reader
from begat.graph.vocabulary import FACTS, Relation
from begat.queries.records import edge_record, node_record
from begat.queries.text import printable

MOST_EDGES = 20
"""Edges shown of each relation and direction, the best supported first; all are counted."""
MOST_EVIDENCE = 3
"""Sentences shown of each edge; of one that several sources of a paper have, each is named."""
_COPIES = 4


@dataclass(frozen=True, slots=True)
class Group:
    """The edges of one relation in one direction; `forward`: the node shown is their subject (or the relation is symmetric).

    `count` is how many there are; `edges` the first MOST_EDGES of them, with the node at the other end.
    """

    relation: Relation
    forward: bool
    count: int
    edges: tuple[tuple[Edge, Node, tuple[Statement, ...]], ...]

    @property
    def words(self) -> str:
        """The heading: "extends", "extended by"."""
        facts = FACTS[self.relation]
        return facts.forward if self.forward else facts.backward


@dataclass(frozen=True, slots=True)
class Portrait:
    """A node with all that is known of it. `names` are (name, why it is one), its own first.

    `records` are those read of a paper: (document id, source, why it is taken for this paper, where more than its own id
    says it); none in a Neo4j, which has the graph without what was read.
    """

    node: Node
    names: tuple[tuple[str, str], ...]
    groups: tuple[Group, ...]
    records: tuple[tuple[str, str, str | None], ...] = ()

    @property
    def introduced_by(self) -> tuple[tuple[Edge, Node, tuple[Statement, ...]], ...]:
        """The papers that introduce it, earliest first."""
        found = (g.edges for g in self.groups if g.relation is Relation.INTRODUCES and not g.forward)
        return tuple(sorted((e for edges in found for e in edges), key=lambda e: (e[1].date or "9999", e[1].id)))

    def text(self, width: int | None = None) -> str:
        """For a terminal, `width` columns wide (None: the terminal's)."""
        return "\n".join(_lines(self, width or min(shutil.get_terminal_size((100, 24)).columns, 120)))

    def json(self) -> str:
        """JSON, a stable interface: `record` written down."""
        return json.dumps(self.record(), ensure_ascii=False, indent=1)

    def record(self) -> dict[str, Any]:
        """The node's record with `names` (name, why), `records` (document, source, why) and `relations`.

        Each of `relations` has `relation`, `forward` (the node is the subject), `count`, `edges`: as in
        `queries/records.py`, with `other`, the record of the node at the other end.
        """
        return node_record(self.node) | {
            "names": [{"name": name, "why": why} for name, why in self.names],
            "records": [{"document": id_, "source": source, "why": why} for id_, source, why in self.records],
            "relations": [
                {
                    "relation": group.relation.value,
                    "forward": group.forward,
                    "count": group.count,
                    "edges": [
                        edge_record(e, quotes) | {"other": node_record(other)} for e, other, quotes in group.edges
                    ],
                }
                for group in self.groups
            ],
        }


def show(store: Reader, node_id: str) -> Portrait:
    """All about a node. Raises NotFoundError for an id that is nowhere."""
    node = store.node(node_id)
    if node is None:
        raise NotFoundError(node_id)
    names = store.names_of(node_id)
    groups = (
        group
        for relation in Relation
        for forward in ((True,) if FACTS[relation].symmetric else (True, False))
        for group in _group(store, node_id, relation, forward)
    )
    records = tuple(store.records_of(node_id))
    return Portrait(node, tuple((name, why) for name, why in names), tuple(groups), records)


def _group(store: Reader, node_id: str, relation: Relation, forward: bool) -> Iterator[Group]:
    ends = ("subject", "object") if FACTS[relation].symmetric else ("subject" if forward else "object",)
    count, edges = store.edges_at(node_id, relation, ends, MOST_EDGES)
    if not count:
        return
    others = store.nodes_of(_other(edge, node_id) for edge in edges)
    evidence = store.evidence_of(edges, MOST_EVIDENCE * _COPIES)
    shown = ((edge, others[_other(edge, node_id)], _first_sentences(evidence[edge])) for edge in edges)
    yield Group(relation, forward, count, tuple(shown))


def _first_sentences(statements: Sequence[Statement]) -> tuple[Statement, ...]:
    """The statements of the first MOST_EVIDENCE sentences."""
    return tuple(statement for said in list(sentences(statements).values())[:MOST_EVIDENCE] for statement in said)


def sentences(statements: Iterable[Statement]) -> dict[tuple[str, str], list[Statement]]:
    """Statements by the paper that says them and its sentence: several sources may have a paper, each the sentence."""
    found: dict[tuple[str, str], list[Statement]] = {}
    for statement in statements:
        found.setdefault((statement.paper, statement.assertion.evidence.quote), []).append(statement)
    return found


def _told_by(statements: Sequence[Statement]) -> str:
    """The documents that state something; those of one id with their sources."""
    by_id: dict[str, list[str]] = {}
    for statement in statements:
        by_id.setdefault(statement.document, []).append(statement.source)
    told = []
    for id_, sources in by_id.items():
        several = sorted(set(sources))
        told.append(f"{id_} in {' and '.join(several)}" if len(several) > 1 else id_)
    return "; ".join(told)


def _other(edge: Edge, node_id: str) -> str:
    return edge.object if edge.subject == node_id else edge.subject


# -- as text -----------------------------------------------------------------------------------------------


def _lines(portrait: Portrait, width: int) -> Iterator[str]:
    node = portrait.node
    yield printable(node.name)
    yield from _facts(portrait)
    for group in portrait.groups:
        yield ""
        more = (
            f" ({group.count}, the first {len(group.edges)} shown)"
            if group.count > len(group.edges)
            else f" ({group.count})"
        )
        yield group.words + (more if group.count > 1 else "")
        for edge, other, statements in group.edges:
            papers = f"{edge.support} papers" if edge.support > 1 else ""
            origin = "" if edge.origin == "mined" else edge.origin.value
            notes = [f"{edge.confidence:.2f}", *(note for note in (papers, origin) if note)]
            yield f"  {printable(other.name)}{f' ({other.year})' if other.year else ''}  {', '.join(notes)}"
            most = 1 if group.relation is Relation.MENTIONS else MOST_EVIDENCE
            for (_, sentence), said in list(sentences(statements).items())[:most]:
                quote = f"“{printable(sentence)}” [{printable(_told_by(said))}]"
                yield from textwrap.wrap(quote, max(30, width), initial_indent="      ", subsequent_indent="      ")


def _facts(portrait: Portrait) -> Iterator[str]:
    node = portrait.node
    version = f", version {printable(node.version)}" if node.version else ""
    family = f" of the family {printable(node.family)}" if node.family else ""
    yield f"{node.type.value.lower()}{family}{version}, {printable(node.id)}"
    if node.date:
        yield f"date: {printable(node.date)}"
    elif node.seen:
        yield f"date: unknown; first spoken of {printable(node.seen)}"
    for label, value in (("arXiv", node.arxiv), ("DOI", node.doi), ("URL", node.url)):
        if value:
            yield f"{label}: {printable(value)}"
    if len(portrait.records) > 1:
        yield f"read from {len(portrait.records)} records:"
        for id_, source, why in portrait.records:
            yield f"  {printable(id_)} in {printable(source)}{f': {printable(why)}' if why else ''}"
    aliases = [f"{printable(name)} ({printable(why)})" for name, why in portrait.names if name != node.name]
    if aliases:
        yield f"also called: {', '.join(aliases)}"
    for _, paper, _ in portrait.introduced_by[:3]:
        yield f"introduced by: {printable(paper.name)}{f', {printable(paper.date)}' if paper.date else ''}"
