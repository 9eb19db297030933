"""The graph as a Cypher script: `cypher-shell -f graph.cypher` writes it into a Neo4j 5 or later.

Run again it changes nothing: nodes are merged by id, edges by their ends and relation.
https://neo4j.com/docs/cypher-manual/current/syntax/parsing/ tells what string literals can hold.
"""

import re
from collections.abc import Iterable, Iterator
from itertools import groupby
from typing import Any, BinaryIO

from begat.graph.properties import edge_properties, node_properties
from begat.graph.store import Store
from begat.graph.vocabulary import NodeType, Relation

_BATCH = 500
_UNSAFE = re.compile(r"[\\'\"\x00-\x1f\x7f-\x9f\u2028\u2029\ufeff]")


def write_cypher(store: Store, out: BinaryIO, *, evidence: bool = True, min_confidence: float = 0.0) -> None:
    """A constraint for each label, the nodes by label, the edges by relation and labels; in batches."""
    for statement in _statements(store, evidence, min_confidence):
        out.write(statement.encode() + b";\n")


def _statements(store: Store, evidence: bool, min_confidence: float) -> Iterator[str]:
    types: dict[str, NodeType] = {}
    for kind in NodeType:
        name = f"{kind.lower()}_id"
        yield f"CREATE CONSTRAINT {name} IF NOT EXISTS FOR (n:{kind}) REQUIRE n.id IS UNIQUE"
    for kind in NodeType:
        for batch in _batches(store.nodes("type = ?", (kind,))):
            types |= {node.id: node.type for node in batch}
            rows = _list(_map(node_properties(node)) for node in batch)
            yield f"UNWIND {rows} AS row\nMERGE (n:{kind} {{id: row.id}}) SET n = row"
    for relation in Relation:
        edges = store.edges("relation = ? AND confidence >= ?", (relation, min_confidence))
        by_labels = sorted(edges, key=lambda edge: (types[edge.subject], types[edge.object]))
        for (subject, object_), group in groupby(by_labels, key=lambda e: (types[e.subject], types[e.object])):
            for batch in _batches(group):
                rows = _list(
                    _map(
                        {
                            "subject": edge.subject,
                            "object": edge.object,
                            "properties": edge_properties(edge, store.evidence(edge) if evidence else None),
                        }
                    )
                    for edge in batch
                )
                yield (
                    f"UNWIND {rows} AS row\n"
                    f"MATCH (a:{subject} {{id: row.subject}}) MATCH (b:{object_} {{id: row.object}})\n"
                    f"MERGE (a)-[r:{relation}]->(b) SET r = row.properties"
                )


def _batches(items: Iterable[Any]) -> Iterator[list[Any]]:
    batch = []
    for item in items:
        batch.append(item)
        if len(batch) == _BATCH:
            yield batch
            batch = []
    if batch:
        yield batch


def literal(value: Any) -> str:
    """A string, number, list or map as a Cypher literal; control characters and quotes are escaped."""
    if isinstance(value, str):
        return "'" + _UNSAFE.sub(lambda found: _escape(found[0]), value) + "'"
    if isinstance(value, list):
        return _list(map(literal, value))
    return _map(value) if isinstance(value, dict) else repr(value)


def _escape(character: str) -> str:
    return "\\" + character if character in "\\'\"" else f"\\u{ord(character):04x}"


def _list(items: Iterable[str]) -> str:
    return "[" + ",\n ".join(items) + "]"


def _map(properties: dict[str, Any]) -> str:
    return "{" + ", ".join(f"{name}: {literal(value)}" for name, value in properties.items()) + "}"
