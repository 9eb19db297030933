"""The graph as CSV for `neo4j-admin database import full`, which fills a new database many times faster than any client.

https://neo4j.com/docs/operations-manual/5/import/ says what the headers mean. Lists are parted by the unit separator
(U+001F), which no text of a paper holds; where one does, a space stands for it. What is imported is what a push
writes, digests included: `begat push` takes it up from there.
"""

from collections.abc import Iterable, Iterator
from typing import Any, BinaryIO

from begat.graph.neo4j import Item, edge_items, node_items
from begat.graph.properties import LABEL
from begat.graph.store import Store

COMMAND = (
    "neo4j-admin database import full neo4j --nodes=nodes.csv --relationships=edges.csv --array-delimiter=U+001F"
    " --multiline-fields=true --ignore-empty-strings=false"
)
_PART = "\x1f"
_NODE_COLUMNS = {
    "id": "id:ID", "name": "name", "aliases": "aliases:string[]", "arxiv": "arxiv", "doi": "doi", "year": "year:long",
    "date": "date", "url": "url", "family": "family", "version": "version", "_date": "_date", "_seen": "_seen",
    "_names": "_names:string[]", "_reasons": "_reasons:string[]", "_folded": "_folded:string[]",
    "_keys": "_keys:string[]", "_begat": "_begat",
}  # fmt: skip
_EDGE_COLUMNS = {
    "confidence": "confidence:double", "support": "support:long", "origin": "origin", "year": "year:long",
    "evidence": "evidence:string[]", "_ours": "_ours:boolean", "_date": "_date", "_statements": "_statements:string[]", "_begat": "_begat",
}  # fmt: skip


def write_nodes(store: Store, out: BinaryIO, *, evidence: bool = True, min_confidence: float = 0.0) -> None:
    """The nodes, with a header; `evidence` and `min_confidence` are for edges."""
    _write(out, [*_NODE_COLUMNS.values(), ":LABEL"], _node_rows(node_items(store)))


def write_edges(store: Store, out: BinaryIO, *, evidence: bool = True, min_confidence: float = 0.0) -> None:
    """The edges, with a header; those below `min_confidence` are left out, and without `evidence` all quotes."""
    items = (item for item in edge_items(store) if item.properties["confidence"] >= min_confidence)
    _write(out, [":START_ID", ":END_ID", *_EDGE_COLUMNS.values(), ":TYPE"], _edge_rows(items, evidence))


def _node_rows(items: Iterable[Item]) -> Iterator[list[Any]]:
    for item in items:
        yield [*(item.properties[name] for name in _NODE_COLUMNS), [LABEL, item.kind]]


def _edge_rows(items: Iterable[Item], evidence: bool) -> Iterator[list[Any]]:
    for item in items:
        # Without its digest, so that a later push sees what is missing.
        known = item.properties if evidence else item.properties | dict.fromkeys(("evidence", "_statements", "_begat"))
        yield [item.key[0], item.key[2], *(known[name] for name in _EDGE_COLUMNS), item.kind]


def _write(out: BinaryIO, header: list[str], rows: Iterable[list[Any]]) -> None:
    out.write((",".join(header) + "\n").encode())
    for row in rows:
        out.write((",".join(map(_field, row)) + "\n").encode())


def _field(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, list):
        value = _PART.join(str(part).replace(_PART, " ") for part in value)
    if isinstance(value, bool):
        return str(value).lower()
    return '"' + str(value).replace('"', '""') + '"'
