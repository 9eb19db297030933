"""Cypher, answered by a Neo4j that `begat push` has filled: the same questions, the same rows as the embedded engine.

Read-only three times over: the statement is checked token by token as for the embedded engine, the session has access
mode READ, and Neo4j itself refuses to write in it. The time limit is the server's, so that nothing goes on there.
"""

from collections.abc import Mapping
from itertools import islice
from typing import Any

import neo4j
from neo4j.exceptions import ClientError, Neo4jError
from neo4j.graph import Node, Path, Relationship
from neo4j.time import Date, DateTime, Duration, Time

from begat.graph.errors import QueryError
from begat.graph.neo4j_store import Neo4jStore
from begat.graph.properties import LABEL
from begat.graph.vocabulary import NodeType
from begat.queries.results import Result

_TIMED_OUT = ("TransactionTimedOut", "TransactionTimedOutClientConfiguration", "Terminated")


def answer(store: Neo4jStore, query: str, parameters: Mapping[str, Any], *, limit: int, timeout: float) -> Result:
    """At most `limit` rows of a checked query, within `timeout` seconds. Raises QueryError."""
    asked = neo4j.Query(query, timeout=timeout)  # checked by the caller, run where nothing can be written
    with store.reading() as session:
        try:
            found = session.run(asked, dict(parameters))
            columns = tuple(found.keys())
            rows = [tuple(map(_value, record.values())) for record in islice(found, limit + 1)]
        except Neo4jError as error:
            raise _explained(error, timeout) from None
    if len(rows) > limit:
        note = f"only the first {limit:,} rows are given; a LIMIT or a narrower question gives all"
        return Result(columns, rows[:limit], (note,))
    return Result(columns, rows)


def _explained(error: Neo4jError, timeout: float) -> Neo4jError | QueryError:
    """A query's own fault as QueryError; the server's troubles as they are, for the connection to explain."""
    code = error.code or ""
    if code.rpartition(".")[2] in _TIMED_OUT:
        return QueryError(
            f"the query was stopped after {timeout:g} s; ask for less (a LIMIT, a shorter path), or give it more time"
            " with --timeout"
        )
    if isinstance(error, ClientError) and ".Security." not in code:
        return QueryError(f"Cypher: {(error.message or code).splitlines()[0]}")
    if "OutOfMemory" in code or "MemoryPool" in code:
        return QueryError("the query needs more memory than the server gives it; ask for less")
    return error


def _value(value: Any) -> Any:
    """A value of Neo4j as Result promises it."""
    if isinstance(value, Node):
        types = [label for label in value.labels if label in set(NodeType)]
        others = sorted(value.labels - {LABEL})
        return {"label": (types or others or [""])[0], **_properties(value)}
    if isinstance(value, Relationship):
        return {"type": value.type, **_properties(value)}
    if isinstance(value, Path):
        pairs = zip(value.nodes, [*value.relationships, None], strict=True)
        return [_value(item) for pair in pairs for item in pair if item is not None]
    if isinstance(value, Mapping):
        return {str(k): _value(v) for k, v in value.items()}
    if isinstance(value, list | tuple):
        return [_value(item) for item in value]
    if isinstance(value, Date | DateTime | Time):
        return value.iso_format()
    if isinstance(value, Duration):
        return value.iso_format()
    if value is None or isinstance(value, bool | int | float | str):
        return value
    return str(value)


def _properties(item: Node | Relationship) -> dict[str, Any]:
    """Those for everyone: what begins with _ is begat's bookkeeping."""
    return {name: _value(value) for name, value in sorted(item.items()) if not name.startswith("_")}
