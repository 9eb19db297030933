"""Checking a graph file: is it sound, does every quote stand where it is said to stand; and counting what is in it."""

import sqlite3
from collections.abc import Iterator
from dataclasses import dataclass

from begat.graph.errors import EvidenceError, GraphError
from begat.graph.model import Assertion, Evidence, Mention, Thing
from begat.graph.store import SCHEMA_VERSION, Store, check_evidence, check_mention
from begat.graph.vocabulary import NodeType, Origin, Relation


@dataclass(frozen=True, slots=True)
class Stats:
    """Counts of a graph file, by kind where they have kinds."""

    nodes: dict[str, int]
    edges: dict[str, int]
    origins: dict[str, int]
    documents: int
    waiting: int
    """Documents that were read and not mined yet."""
    mentions: int
    assertions: int
    sources: dict[str, int]
    revision: int
    schema: int
    miner: str | None
    min_confidence: float | None
    finished: bool
    """Whether the last build came to its end."""


def stats(store: Store) -> Stats:
    """What is in the graph file, counted."""
    threshold = store.meta("min_confidence")
    return Stats(
        nodes=_counts(store, "type", "nodes"),
        edges=_counts(store, "relation", "edges"),
        origins=_counts(store, "origin", "edges"),
        documents=_count(store, "documents"),
        waiting=_count(store, "documents WHERE mined IS NULL"),
        mentions=_count(store, "mentions"),
        assertions=_count(store, "assertions"),
        sources=_counts(store, "source", "documents"),
        revision=store.revision,
        schema=SCHEMA_VERSION,
        miner=store.meta("miner"),
        min_confidence=float(threshold) if threshold is not None else None,
        finished=store.meta("pending") != "yes",
    )


def _count(store: Store, what: str) -> int:
    (count,) = store.connection.execute(f"SELECT count(*) FROM {what}").fetchone()
    return int(count)


def _counts(store: Store, column: str, table: str) -> dict[str, int]:
    rows = store.connection.execute(f"SELECT {column}, count(*) FROM {table} GROUP BY 1 ORDER BY 2 DESC, 1")
    return dict(rows.fetchall())


def check(store: Store) -> Iterator[str]:
    """Everything that is wrong with a graph file, a line each; nothing where all is well. Streams: any size."""
    try:
        for finding in _file(store):
            yield f"the file is damaged: {finding}"
        yield from _evidence(store)
        if store.meta("pending") == "yes":
            yield "the last build did not come to its end: build again to bring the graph up to date"
        else:
            yield from _graph(store)
    except (sqlite3.DatabaseError, GraphError) as error:
        yield f"the file is damaged: {error}"


def _file(store: Store) -> Iterator[str]:
    for (finding,) in store.connection.execute("PRAGMA integrity_check"):
        if finding != "ok":
            yield str(finding)
    for table, row, parent, _ in store.connection.execute("PRAGMA foreign_key_check"):
        yield f"{table} row {row} belongs to no row of {parent}"


def _evidence(store: Store) -> Iterator[str]:
    """Every quote and every mention against the document that it is of."""
    for number, document in store.documents():
        assertions = store.connection.execute(
            'SELECT subject_type, subject, relation, object_type, object, start, "end", quote, part, rule, confidence,'
            " origin FROM assertions WHERE document = ? ORDER BY number",
            (number,),
        )
        for row in assertions:
            subject, object_ = Thing(NodeType(row[0]), row[1]), Thing(NodeType(row[3]), row[4])
            evidence = Evidence(*row[5:9])
            try:
                check_evidence(
                    document, Assertion(subject, Relation(row[2]), object_, evidence, row[9], row[10], Origin(row[11]))
                )
            except EvidenceError as error:
                yield f"{document.source}: ({subject.name}) {row[2]} ({object_.name}): {error}"
        mentions = store.connection.execute(
            'SELECT type, name, start, "end", written, part FROM mentions WHERE document = ?', (number,)
        )
        for kind, name, *place in mentions:
            try:
                check_mention(document, Mention(Thing(NodeType(kind), name), *place))
            except EvidenceError as error:
                yield f"{document.source}: mention of {name}: {error}"


_FINDINGS = (
    (
        "the edge {} {} {} has an end that is no node",
        "SELECT subject, relation, object FROM edges WHERE subject NOT IN (SELECT id FROM nodes)"
        " OR object NOT IN (SELECT id FROM nodes)",
    ),
    (
        "the edge {} {} {} has no statement",
        "SELECT subject, relation, object FROM edges e WHERE NOT EXISTS (SELECT 1 FROM assertions a WHERE"
        " a.subject_node = e.subject AND a.relation = e.relation AND a.object_node = e.object)",
    ),
    (
        "claim {} of document {} is not resolved to nodes",
        "SELECT claim, d.id FROM assertions a JOIN documents d ON d.number = a.document WHERE subject_node IS NULL"
        " OR object_node IS NULL OR paper_node IS NULL OR subject_node NOT IN (SELECT id FROM nodes)"
        " OR object_node NOT IN (SELECT id FROM nodes) OR paper_node NOT IN (SELECT id FROM nodes)",
    ),
    (
        "the alias {!r} belongs to {}, which is no node",
        "SELECT name, node FROM aliases WHERE node NOT IN (SELECT id FROM nodes)",
    ),
    (
        "the node {} has no name in the list of names",
        "SELECT id FROM nodes n WHERE NOT EXISTS (SELECT 1 FROM aliases a WHERE a.node = n.id AND a.name = n.name)",
    ),
    (
        "the search index speaks of {}, which is no node",
        "SELECT DISTINCT ref FROM search WHERE ref NOT IN (SELECT id FROM nodes)",
    ),
    (
        "the search index has {} names and titles, the list of names {}",
        "SELECT s, a FROM (SELECT (SELECT count(*) FROM search WHERE kind <> 'evidence') AS s,"
        " (SELECT count(*) FROM aliases) AS a) WHERE s <> a",
    ),
)


def _graph(store: Store) -> Iterator[str]:
    """The resolved layer: do edges, statements, names and the search index speak of one graph."""
    for sentence, query in _FINDINGS:
        for row in store.connection.execute(query):
            yield sentence.format(*row)
