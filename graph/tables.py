"""The graph as tables and lines: CSV, Parquet, JSON Lines, and the assertions one by one.

CSV is for looking and for spreadsheets; Parquet and JSON Lines hold every value exactly. Nodes come in order of
id, edges in order of (subject, relation, object), assertions in order of document: equal graphs, equal files.
"""

import csv
import io
import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import asdict
from typing import Any, BinaryIO

from begat.graph.model import Edge, Statement, Thing
from begat.graph.properties import EDGE_PROPERTIES, NODE_PROPERTIES, edge_properties, node_properties
from begat.graph.resolve import believed
from begat.graph.store import Store
from begat.graph.vocabulary import NodeType, Origin

NODE_COLUMNS = ("id", "type", *NODE_PROPERTIES[1:])
EDGE_COLUMNS = ("subject", "relation", "object", *EDGE_PROPERTIES)


def nodes(store: Store) -> Iterator[dict[str, Any]]:
    """Nodes as rows with (some of) NODE_COLUMNS; `aliases` is a list."""
    for node in store.nodes():
        yield {"type": node.type.value, **node_properties(node)}


def edges(store: Store, *, evidence: bool = True, min_confidence: float = 0.0) -> Iterator[dict[str, Any]]:
    """Edges as rows with (some of) EDGE_COLUMNS; `evidence` is a list of quotes."""
    for edge in store.edges("confidence >= ?", (min_confidence,)):
        yield {**_ends(edge), **edge_properties(edge, store.evidence(edge) if evidence else None)}


def _ends(edge: Edge) -> dict[str, str]:
    return {"subject": edge.subject, "relation": edge.relation.value, "object": edge.object}


# -- CSV -------------------------------------------------------------------------------------------------


def write_nodes_csv(store: Store, out: BinaryIO, *, evidence: bool = True, min_confidence: float = 0.0) -> None:
    """`nodes.csv`: UTF-8, RFC 4180; lists are JSON arrays, unknown values empty."""
    _write_csv(nodes(store), NODE_COLUMNS, out)


def write_edges_csv(store: Store, out: BinaryIO, *, evidence: bool = True, min_confidence: float = 0.0) -> None:
    """`edges.csv`, as `nodes.csv`."""
    columns = EDGE_COLUMNS if evidence else EDGE_COLUMNS[:-1]
    _write_csv(edges(store, evidence=evidence, min_confidence=min_confidence), columns, out)


def _write_csv(rows: Iterable[Mapping[str, Any]], columns: tuple[str, ...], out: BinaryIO) -> None:
    text = io.TextIOWrapper(out, encoding="utf-8", newline="", write_through=True)
    writer = csv.DictWriter(text, columns)
    writer.writeheader()
    writer.writerows({name: _cell(value) for name, value in row.items()} for row in rows)
    text.detach()


def _cell(value: Any) -> Any:
    if isinstance(value, list):
        return json.dumps(value, ensure_ascii=False)
    return _unformulated(value) if isinstance(value, str) else value


def _unformulated(text: str) -> str:
    """Text that no spreadsheet runs as a formula: an apostrophe before what begins like one.

    The texts are other people's, and a spreadsheet would compute `=HYPERLINK(…)` in a title without asking.
    """
    return "'" + text if text[:1] in _FORMULA else text


_FORMULA = ("=", "+", "-", "@", "\t", "\r")

# -- Parquet ---------------------------------------------------------------------------------------------


def write_nodes_parquet(store: Store, out: BinaryIO, *, evidence: bool = True, min_confidence: float = 0.0) -> None:
    """`nodes.parquet`: strings, `year` an integer, `aliases` a list of strings; unknown values null."""
    _write_parquet(nodes(store), NODE_COLUMNS, out)


def write_edges_parquet(store: Store, out: BinaryIO, *, evidence: bool = True, min_confidence: float = 0.0) -> None:
    """`edges.parquet`, as `nodes.parquet`; `evidence` a list of strings."""
    columns = EDGE_COLUMNS if evidence else EDGE_COLUMNS[:-1]
    _write_parquet(edges(store, evidence=evidence, min_confidence=min_confidence), columns, out)


def _write_parquet(rows: Iterable[Mapping[str, Any]], columns: tuple[str, ...], out: BinaryIO) -> None:
    import pyarrow as pa
    from pyarrow.parquet import ParquetWriter

    special = {
        "year": pa.int32(), "support": pa.int64(), "confidence": pa.float64(),
        "aliases": pa.list_(pa.string()), "evidence": pa.list_(pa.string()),
    }  # fmt: skip
    schema = pa.schema([(name, special.get(name, pa.string())) for name in columns])
    with ParquetWriter(out, schema, compression="zstd") as writer:
        for batch in _batched(rows, 50_000):
            writer.write_table(pa.Table.from_pylist(batch, schema=schema))


def _batched(rows: Iterable[Any], size: int) -> Iterator[list[Any]]:
    batch = []
    for row in rows:
        batch.append(row)
        if len(batch) == size:
            yield batch
            batch = []
    if batch:
        yield batch


# -- JSON Lines ------------------------------------------------------------------------------------------


def write_jsonl(store: Store, out: BinaryIO, *, evidence: bool = True, min_confidence: float = 0.0) -> None:
    """JSON Lines with all that is known: `{"kind": "node", …}` a node, then `{"kind": "edge", …}` an edge.

    An edge's `evidence` is a list of `{"quote", "document", "part", "start", "end", "rule", "confidence",
    "origin"}`, best first.
    """
    for node in store.nodes():
        known = {name: value for name, value in asdict(node).items() if value is not None}
        _write_line(out, {"kind": "node", **known})
    for edge in store.edges("confidence >= ?", (min_confidence,)):
        known = {name: value for name, value in asdict(edge).items() if value is not None}
        stated = {"evidence": [_stated(statement) for statement in store.evidence(edge)]} if evidence else {}
        _write_line(out, {"kind": "edge", **known, **stated})


def _stated(statement: Statement) -> dict[str, Any]:
    assertion, found = statement.assertion, statement.assertion.evidence
    return {
        "quote": found.quote, "document": statement.document, "part": found.part, "start": found.start,
        "end": found.end, "rule": assertion.rule, "confidence": assertion.confidence, "origin": assertion.origin.value,
    }  # fmt: skip


def _write_line(out: BinaryIO, value: Mapping[str, Any]) -> None:
    out.write(json.dumps(value, ensure_ascii=False).encode() + b"\n")


# -- assertions ------------------------------------------------------------------------------------------


def assertions(store: Store, *, evidence: bool = True, min_confidence: float = 0.0) -> Iterator[dict[str, Any]]:
    """What each document states, MENTIONS and INTRODUCES among it; by source and id, a document's best first.

    What is too unsure for the graph is left out, and so is what names say by themselves (origin `name`): it follows
    from all documents together, and none of them states it.

    A name is the canonical one *within its document*: the acronym for the long form, the glued word parted, but not
    the spelling of another paper, so that a line can be checked against the text that it comes from. A paper is named
    by its id (`2311.11045`, a DOI, or the document's own). `start` and `end` are characters of the document's
    `part`: its "text", its "title", or a "field:NAME".
    """
    threshold = float(store.meta("min_confidence") or 0.0)
    stated = "a.document = ? AND a.confidence >= ? AND a.origin <> ?"
    for (number,) in store.connection.execute("SELECT number FROM documents ORDER BY source, id"):
        for statement in store.statements(stated, (number, min_confidence, Origin.NAME)):
            a = statement.assertion
            if believed(a.relation, a.origin, a.confidence, threshold):
                yield _asserted(statement, evidence)


def _asserted(statement: Statement, evidence: bool) -> dict[str, Any]:
    assertion, found = statement.assertion, statement.assertion.evidence
    quoted = {"evidence": found.quote, "part": found.part, "start": found.start, "end": found.end} if evidence else {}
    return {
        "document": statement.document,
        "subject": _name(assertion.subject), "subject_type": assertion.subject.type.value,
        "relation": assertion.relation.value,
        "object": _name(assertion.object), "object_type": assertion.object.type.value,
        **quoted,
        "rule": assertion.rule, "confidence": assertion.confidence, "origin": assertion.origin.value,
    }  # fmt: skip


def _name(thing: Thing) -> str:
    """A thing's name; of a paper key (`arxiv:2311.11045`) its id."""
    return thing.name.partition(":")[2] or thing.name if thing.type is NodeType.PAPER else thing.name


def write_assertions(store: Store, out: BinaryIO, *, evidence: bool = True, min_confidence: float = 0.0) -> None:
    """JSON Lines, an assertion a line, as `assertions` gives them."""
    for row in assertions(store, evidence=evidence, min_confidence=min_confidence):
        _write_line(out, row)
