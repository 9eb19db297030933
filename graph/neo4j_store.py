"""A graph that `begat push` has put into a Neo4j, read like a graph file; and copied into one.

What a push wrote is read back whole: nodes, names, edges, statements. Only the documents' own texts are not there.
"""

import json
import re
import unicodedata
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import Any, Self, TypeVar

import neo4j

from begat.graph.errors import GraphError
from begat.graph.model import Assertion, Document, Edge, Evidence, Node, Statement, Thing
from begat.graph.neo4j import Address, connect, explained
from begat.graph.properties import LABEL
from begat.graph.store import Store
from begat.graph.vocabulary import NodeType, Origin, Relation

T = TypeVar("T")
_MANY = 2000
"""Ids that one statement asks about."""
_NODE = "n.id, labels(n), n.name, n.aliases, n._date, n._seen, n.family, n.version, n.arxiv, n.doi, n.url"
_EDGE = "a.id, type(r), b.id, r.confidence, r.support, r.origin, r._date"
_OURS = "r._begat IS NOT NULL"
_RELATIONS = "|".join(Relation)


@dataclass(frozen=True, slots=True)
class PushedStats:
    """Counts of a graph in Neo4j, by kind."""

    nodes: dict[str, int]
    edges: dict[str, int]
    origins: dict[str, int]
    revision: int
    """0 while a push is at work, or was broken off."""
    file: str | None
    """The name of the graph file that was pushed."""
    pushed: str | None
    """When it was last changed by a push."""


class Neo4jStore:
    """A graph in Neo4j, open for reading. Use `Neo4jStore.open(url)`, as a context manager."""

    def __init__(self, driver: neo4j.Driver, address: Address, marker: dict[str, Any]) -> None:
        self.driver = driver
        self.address = address
        self.marker = marker

    @classmethod
    def open(cls, url: str) -> Self:
        """Reach the graph at a graph URL. Raises GraphError where no Neo4j answers or none was pushed there."""
        address = Address.of(url)
        store = cls(connect(address), address, {})
        try:
            return store.now()
        except BaseException:
            store.close()
            raise

    def now(self) -> Self:
        """The graph as it is at this moment, over the same connections; they are closed with the first."""
        marker = next(self.rows("MATCH (g:BegatGraph {key: 'graph'}) RETURN properties(g)"), None)
        if marker is None:
            raise GraphError(f"{self.place}: no graph here; put one there with 'begat push {self.place}'")
        return type(self)(self.driver, self.address, marker[0])

    def close(self) -> None:
        """Let go of the server."""
        self.driver.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    @property
    def place(self) -> str:
        """Its graph URL."""
        return self.address.uri + (f"/{self.address.database}" if self.address.database else "")

    @property
    def revision(self) -> int:
        """That of the graph when it was pushed; 0 while a push is at work or was broken off."""
        return int(self.marker.get("revision") or 0) if self.marker.get("stamp") else 0

    @property
    def stamp(self) -> str:
        """That of the graph when it was pushed; while a push is at work, that push's own."""
        return str(self.marker.get("stamp") or f"unfinished {self.marker.get('pusher')}")

    @contextmanager
    def snapshot(self) -> Iterator[None]:
        """Nothing is held: what a push writes meanwhile is seen."""
        yield

    @contextmanager
    def reading(self) -> Iterator[neo4j.Session]:
        """A session in which nothing can be written."""
        with (
            explained(self.address),
            self.driver.session(database=self.address.database, default_access_mode=neo4j.READ_ACCESS) as session,
        ):
            yield session

    def rows(self, query: str, **parameters: Any) -> Iterator[tuple[Any, ...]]:
        """The rows of a Cypher query that only reads."""
        with self.reading() as session:
            for record in session.run(query, parameters):
                yield tuple(record.values())

    # -- nodes and edges -------------------------------------------------------------------------------

    def node(self, node_id: str) -> Node | None:
        """The node with this id."""
        return self.nodes_of([node_id]).get(node_id)

    def nodes_of(self, ids: Iterable[str]) -> dict[str, Node]:
        """The nodes with these ids; ids that are nowhere are left out."""
        found: dict[str, Node] = {}
        for batch in _batches(sorted(set(ids)), _MANY):
            rows = self.rows(f"MATCH (n:{LABEL}) WHERE n.id IN $ids RETURN {_NODE} ORDER BY n.id", ids=batch)
            found |= {row[0]: _node(row) for row in rows}
        return found

    def edges_from(
        self, ids: Iterable[str], relations: Sequence[Relation], min_confidence: float = 0.0
    ) -> Iterator[Edge]:
        """The edges whose subject is one of these nodes."""
        return self._edges("a", ids, relations, min_confidence)

    def edges_to(
        self, ids: Iterable[str], relations: Sequence[Relation], min_confidence: float = 0.0
    ) -> Iterator[Edge]:
        """The edges whose object is one of these nodes."""
        return self._edges("b", ids, relations, min_confidence)

    def _edges(
        self, end: str, ids: Iterable[str], relations: Sequence[Relation], min_confidence: float
    ) -> Iterator[Edge]:
        if not relations:
            return
        query = (
            f"MATCH ({end}:{LABEL}) WHERE {end}.id IN $ids MATCH (a:{LABEL})-[r:{'|'.join(relations)}]->(b:{LABEL})"
            f" WHERE {_OURS} AND r.confidence >= $least RETURN {_EDGE} ORDER BY a.id, type(r), b.id"
        )
        for batch in _batches(sorted(set(ids)), _MANY):
            yield from map(_edge, self.rows(query, ids=batch, least=min_confidence))

    def edge(self, subject: str, relation: Relation, object_: str) -> Edge | None:
        """The edge of these node ids, or None."""
        query = (
            f"MATCH (a:{LABEL} {{id: $a}}) MATCH (b:{LABEL} {{id: $b}}) MATCH (a)-[r:{relation}]->(b) WHERE {_OURS}"
            f" RETURN {_EDGE}"
        )
        return next(map(_edge, self.rows(query, a=subject, b=object_)), None)

    def edges_at(
        self, node_id: str, relation: Relation, ends: Sequence[str], most: int, skip: int = 0
    ) -> tuple[int, list[Edge]]:
        """How many edges of a relation have the node as one of these ends, and the best-attested but `skip` of them."""
        wanted = [{"subject": "a.id = $id", "object": "b.id = $id"}[end] for end in ends]
        match = (
            f"MATCH (n:{LABEL} {{id: $id}}) MATCH (n)-[r:{relation}]-(:{LABEL})"
            f" WITH DISTINCT r, startNode(r) AS a, endNode(r) AS b WHERE {_OURS} AND ({' OR '.join(wanted)})"
        )
        ((count,),) = self.rows(f"{match} RETURN count(r)", id=node_id)
        best = f"{match} RETURN {_EDGE} ORDER BY r.support DESC, r.confidence DESC, a.id, b.id SKIP $skip LIMIT $most"
        return count, list(map(_edge, self.rows(best, id=node_id, most=most, skip=skip)))

    def evidence_of(self, edges: Iterable[Edge], most: int) -> dict[Edge, tuple[Statement, ...]]:
        """The statements behind each edge, the most confident first, at most `most` of each."""
        wanted = list(edges)
        found: dict[Edge, tuple[Statement, ...]] = {}
        query = (
            f"UNWIND $rows AS row MATCH (a:{LABEL} {{id: row[0]}}) MATCH (b:{LABEL} {{id: row[2]}})"
            f" MATCH (a)-[r]->(b) WHERE type(r) = row[1] AND {_OURS}"
            " RETURN row[3], r.evidence, r._statements[..$most]"
        )
        for batch in _batches(list(enumerate(wanted)), _MANY):
            rows = [[e.subject, e.relation.value, e.object, place] for place, e in batch]
            for place, quotes, statements in self.rows(query, rows=rows, most=most):
                edge = wanted[place]
                found[edge] = tuple(_statement(edge, quotes, text) for text in statements)
        return {edge: found.get(edge, ()) for edge in wanted}

    def evidence(self, edge: Edge) -> list[Statement]:
        """All statements behind an edge, the most confident first."""
        return list(self.evidence_of([edge], _MANY)[edge])

    # -- names -----------------------------------------------------------------------------------------

    def names_of(self, node_id: str) -> list[tuple[str, str]]:
        """The names of a node with why each is one; its own first."""
        rows = self.rows(f"MATCH (n:{LABEL} {{id: $id}}) RETURN n._names, n._reasons", id=node_id)
        return [pair for names, reasons in rows for pair in zip(names, reasons, strict=True)]

    def records_of(self, node_id: str) -> list[tuple[str, str, str | None]]:
        """None: what was read stays in the graph file."""
        return []

    def named(self, name: str, *, folded: bool = False) -> list[Node]:
        """The nodes that have this name, or this folded name."""
        return self._looked_up("_folded" if folded else "_names", name)

    def of_family(self, name: str) -> list[Node]:
        """The nodes of the family of exactly this name."""
        return list(
            map(_node, self.rows(f"MATCH (n:{LABEL} {{family: $name}}) RETURN {_NODE} ORDER BY n.id", name=name))
        )

    def papers_by_key(self, key: str) -> list[Node]:
        """The papers that a paper key means."""
        return self._looked_up("_keys", key)

    def _looked_up(self, field: str, value: str) -> list[Node]:
        if not value:
            return []
        query = (
            "CALL db.index.fulltext.queryNodes('begat_lookup', $text) YIELD node AS n"
            f" WITH n WHERE $value IN n.{field} RETURN {_NODE} ORDER BY n.id"
        )
        return list(map(_node, self.rows(query, text=f"{field}:{_quoted(value)}", value=value)))

    def names_from(self, folded: str, most: int) -> list[tuple[str, str]]:
        """(node id, name) of some names whose folded form begins so, the shortest first, authors' last."""
        if not folded:
            return []
        rows = self.rows(
            "CALL db.index.fulltext.queryNodes('begat_lookup', $text, {limit: 500}) YIELD node AS n"
            " UNWIND range(0, size(n._folded) - 1) AS i WITH n, i WHERE n._folded[i] STARTS WITH $folded"
            " RETURN n.id, n._names[i] AS name ORDER BY n:Author, size(name), name, n.id LIMIT $most",
            text=f"_folded:{_SPECIAL.sub(_ESCAPED, folded)}*", folded=folded, most=most,
        )  # fmt: skip
        return [(node, name) for node, name in rows]

    def names_like(self, folded: str) -> list[tuple[str, str]]:
        """(folded name, name of its node) of nodes whose names differ from `folded` in few letters or begin with it."""
        if not folded:
            return []
        escaped = _SPECIAL.sub(_ESCAPED, folded)
        rows = self.rows(
            "CALL db.index.fulltext.queryNodes('begat_lookup', $text, {limit: 200}) YIELD node AS n"
            " UNWIND n._folded AS folded RETURN folded, n.name ORDER BY size(n.name), n.name, n.id",
            text=f"_folded:{escaped}~2 OR _folded:{escaped}*",
        )
        return [(folded, name) for folded, name in rows]

    # -- full text -------------------------------------------------------------------------------------

    def matches(
        self, words: Sequence[str], every: bool, limit: int, marks: tuple[str, str]
    ) -> list[tuple[str, str, str]]:
        """Where words stand, the best first: ("name", "title" or "evidence", node id, snippet)."""
        plain = [_plain(word) for word in words]
        query = " AND ".join([*map(_quoted, words[:-1]), f"({_quoted(words[-1])} OR {plain[-1]}*)"])
        if not every:
            query = " OR ".join(map(_quoted, words))
        found = [
            ("title" if NodeType.PAPER.value in labels else "name", id_, _snippet([name, *aliases], plain, marks))
            for id_, labels, name, aliases in self.rows(
                "CALL db.index.fulltext.queryNodes('begat_names', $text, {limit: $limit}) YIELD node AS n, score"
                " RETURN n.id, labels(n), n.name, n.aliases ORDER BY score DESC, n.id",
                text=query, limit=limit,
            )
        ]  # fmt: skip
        found.sort(key=lambda hit: hit[0] == "title")
        for quotes, statements in self.rows(
            "CALL db.index.fulltext.queryRelationships('begat_evidence', $text, {limit: $limit})"
            f" YIELD relationship AS r, score WITH r, score WHERE {_OURS}"
            " RETURN r.evidence, r._statements ORDER BY score DESC, elementId(r)",
            text=query, limit=limit,
        ):  # fmt: skip
            best = max(range(len(quotes)), key=lambda i: (_hits(quotes[i], plain), -i))
            told = (json.loads(text) for text in statements)
            paper = next(record[3] for record in told if record[11] == best)
            found.append(("evidence", paper, _snippet([quotes[best]], plain, marks)))
        return found

    # -- counts ----------------------------------------------------------------------------------------

    def counts(self) -> "PushedStats":
        """What is in the graph, counted."""
        nodes: dict[str, int] = {}
        for kind in NodeType:
            ((count,),) = self.rows(f"MATCH (n:{LABEL}) WHERE n:{kind} RETURN count(n)")
            nodes |= {kind.value: count} if count else {}
        edges = self.rows(
            f"MATCH (:{LABEL})-[r:{_RELATIONS}]->(:{LABEL}) WHERE {_OURS} RETURN type(r), r.origin, count(r)"
        )
        by_relation: dict[str, int] = {}
        by_origin: dict[str, int] = {}
        for relation, origin, count in edges:
            by_relation[relation] = by_relation.get(relation, 0) + count
            by_origin[origin] = by_origin.get(origin, 0) + count
        pushed = self.marker.get("pushed")
        return PushedStats(
            _ranked(nodes), _ranked(by_relation), _ranked(by_origin), self.revision,
            self.marker.get("file"), pushed.iso_format() if pushed else None,
        )  # fmt: skip

    # -- whole -----------------------------------------------------------------------------------------

    def copy(self, path: Path) -> Path:
        """Write the graph as a new graph file, without its documents' texts: what every view and export reads."""
        with Store.create(path) as store, store.transaction():
            numbers: dict[tuple[str, str], int] = {}
            edges: list[Edge] = []
            query = f"MATCH (a:{LABEL})-[r:{_RELATIONS}]->(b:{LABEL}) WHERE {_OURS} RETURN {_EDGE}, r.evidence, r._statements"
            for row in self.rows(query):
                edges.append(_edge(row))
                _keep(store, numbers, [_statement(edges[-1], row[7], text) for text in row[8]])
            nodes, names, keys = [], [], []
            for row in self.rows(f"MATCH (n:{LABEL}) RETURN {_NODE}, n._names, n._folded, n._reasons, n._keys"):
                nodes.append(_node(row))
                names += [(row[0], *name) for name in zip(*row[11:14], strict=True)]
                keys += [(key, row[0]) for key in row[14] or ()]
            store.connection.executemany("INSERT INTO paper_keys VALUES (?, ?)", keys)
            store.replace_resolved(nodes, names, edges, (), ())
            store.set_meta("stamp", str(self.marker.get("stamp")))
        return path


def _keep(store: Store, numbers: dict[tuple[str, str], int], statements: Iterable[Statement]) -> None:
    """Write statements with documents that have no text."""
    for s in statements:
        document = (s.source, s.document)
        if document not in numbers:
            numbers[document] = store.add_document(Document(id=s.document, text="", source=s.source), digest="")
        store.add_assertions([(s.claim, numbers[document], s.assertion)])
        store.set_ends([(s.subject, s.object, s.paper, s.claim, numbers[document])])


# -- from rows ---------------------------------------------------------------------------------------------------


_TYPES = {kind.value: kind for kind in NodeType}


def _node(row: Sequence[Any]) -> Node:
    kind = next(_TYPES[label] for label in row[1] if label in _TYPES)
    return Node(row[0], kind, row[2], tuple(row[3]), *row[4:11])


def _edge(row: Sequence[Any]) -> Edge:
    return Edge(row[0], Relation(row[1]), row[2], row[3], row[4], Origin(row[5]), row[6])


def _statement(edge: Edge, quotes: Sequence[str], text: str) -> Statement:
    """A statement as `graph/neo4j.py` wrote it."""
    claim, document, source, paper, subject_type, subject, object_type, object_, *rest = json.loads(text)
    part, start, end, place, rule, confidence, origin = rest
    assertion = Assertion(
        Thing(NodeType(subject_type), subject), edge.relation, Thing(NodeType(object_type), object_),
        Evidence(start, end, quotes[place], part), rule, confidence, Origin(origin),
    )  # fmt: skip
    return Statement(claim, document, source, paper, edge.subject, edge.object, assertion)


# -- words -------------------------------------------------------------------------------------------------------

_SPECIAL = re.compile(r'[-+&|!(){}\[\]^"~*?:\\/\s]')
"""What means something in a query of the text index, which is Lucene's."""
_ESCAPED = r"\\\g<0>"
_WORDS = re.compile(r"\w+")
_AROUND = 12
"""Words of a snippet to either side of the first that was found."""


def _quoted(text: str) -> str:
    return '"' + text.replace("\\", "\\\\").replace('"', '\\"') + '"'


def _plain(text: str) -> str:
    """Without case and accents, as the text index reads it."""
    parts = unicodedata.normalize("NFKD", text)
    return "".join(c for c in parts if not unicodedata.combining(c)).casefold()


def _hits(text: str, plain: Sequence[str]) -> int:
    folded = _plain(text)
    return sum(word in folded for word in plain)


def _snippet(texts: Sequence[str], plain: Sequence[str], marks: tuple[str, str]) -> str:
    """Of the text with most of the words, what stands around the first, each word between the marks."""
    text = max(texts, key=lambda t: _hits(t, plain))
    places = [found.span() for found in _WORDS.finditer(text)]
    found = [i for i, (start, end) in enumerate(places) if _plain(text[start:end]).startswith(tuple(plain))]
    if not found:
        return text
    first, last = max(0, found[0] - _AROUND), min(len(places) - 1, found[0] + _AROUND)
    start, end = (places[first][0] if first else 0), (places[last][1] if last < len(places) - 1 else len(text))
    pieces, at = ["…" if start else ""], start
    for i in found:
        if i <= last:
            pieces += [text[at : places[i][0]], marks[0], text[places[i][0] : places[i][1]], marks[1]]
            at = places[i][1]
    return "".join([*pieces, text[at:end], "…" if end < len(text) else ""])


def _ranked(counts: dict[str, int]) -> dict[str, int]:
    return dict(sorted(counts.items(), key=lambda pair: (-pair[1], pair[0])))


def _batches(items: Sequence[T], size: int) -> Iterator[list[T]]:
    iterator = iter(items)
    while batch := list(islice(iterator, size)):
        yield batch
