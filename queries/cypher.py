"""Cypher, answered by the embedded engine kglite over a view of the truth, or by a Neo4j (queries/neo4j.py).

The view has the labels, relation types and properties of `graph/properties.py`. Queries are read-only: one
statement of reading clauses, checked here token by token, and once more by the engine. Opening files is impossible
by construction: the worker that runs the engine cannot open any.
"""

import datetime
import difflib
import json
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import kglite

from begat.graph.errors import QueryError, meant
from begat.graph.model import Edge
from begat.graph.properties import EDGE_PROPERTIES, NODE_PROPERTIES, edge_properties, node_properties
from begat.graph.reader import Reader
from begat.graph.store import Store
from begat.queries import views, worker
from begat.queries.dialect import SHARED, differences
from begat.queries.results import Result

MOST_ROWS = 100_000
SMALL = 5_000
"""Nodes and edges up to which building the view takes no longer than people notice (measured: 0.3 s)."""


def cypher(
    graph: Reader | str | Path,
    query: str,
    parameters: Mapping[str, Any] | None = None,
    *,
    limit: int = MOST_ROWS,
    timeout: float = 30.0,
) -> Result:
    """Ask in Cypher: at most `limit` rows (a note says where there were more), within `timeout` seconds.

    `parameters` are the values of `$name` in the query: None, bool, int, float, str, lists and dicts of these.
    Raises QueryError for what is no Cypher, not allowed, or takes too long.
    """
    parameters = parameters or {}
    check(query, parameters)
    if isinstance(graph, Store | str | Path):
        _check_embedded(query)
        path = graph.path if isinstance(graph, Store) else Path(graph)
        result = worker.run(__name__, path, query, parameters, limit=limit, timeout=timeout)
        return _noted(result, query)
    from begat.graph.neo4j_store import Neo4jStore  # its driver takes a while to load
    from begat.queries import neo4j

    assert isinstance(graph, Neo4jStore)
    return _noted(neo4j.answer(graph, query, parameters, limit=limit, timeout=timeout), query)


def _noted(result: Result, query: str) -> Result:
    return replace(result, notes=(*result.notes, *_unknown_properties(query, " ".join(result.notes))))


# -- what may be asked ---------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class _Token:
    kind: str
    """word, quoted (`backticks`), string, parameter, number, symbol"""
    text: str
    start: int


_TOKENS = re.compile(
    r"""
    (?P<space> \s+ | //[^\n]* )
  | (?P<string> '(?:[^'\\]|\\.)*' | "(?:[^"\\]|\\.)*" )
  | (?P<quoted> `(?:[^`]|``)*` )
  | (?P<parameter> \$ \s* (?: [^\W\d]\w* | \d+ | `(?:[^`]|``)*` ) )
  | (?P<number> \d[\w.]* )
  | (?P<word> [^\W\d]\w* )
  | (?P<symbol> . )
    """,
    re.VERBOSE | re.DOTALL,
)
_OPENING = ("MATCH", "OPTIONAL", "WITH", "UNWIND", "RETURN", "CALL")
"""With what a statement may begin."""
_FORBIDDEN = frozenset(
    "ALTER CREATE CSV DELETE DENY DETACH DROP FINISH FOREACH FORMAT GRANT INSERT LOAD MERGE NODETACH REMOVE REVOKE"
    " SET SHOW TERMINATE USE".split()
)
"""Words of clauses that write, read files or administer. As a name any of them can be written in backticks."""
_PROCEDURES = frozenset({"db.labels", "db.relationshiptypes", "db.propertykeys"})


def check(query: str, parameters: Mapping[str, Any]) -> None:
    """Raise QueryError unless the query is one statement that only reads, and uses all parameters."""
    # What ends a line, and so a comment, is where two lexers most easily disagree about what is text.
    odd = re.search(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u2028\u2029]", query.replace("\r\n", "\n"))
    if odd:
        raise QueryError(f"the query holds the control character {odd[0]!r}; give such text as a parameter ($name)")
    tokens = list(_tokens(query))
    while tokens and tokens[-1].text == ";":
        tokens.pop()
    if not tokens:
        raise QueryError("the query is empty; begin with MATCH … RETURN …")
    if tokens[0].kind != "word" or tokens[0].text.upper() not in _OPENING:
        allowed = f"a query begins with one of {', '.join(_OPENING)}"
        near = difflib.get_close_matches(tokens[0].text.upper(), _OPENING, n=1)
        raise _error(query, tokens[0], f"{allowed}; did you mean {near[0]}?" if near else f"read-only: {allowed}")
    for before, token, after in zip([None, *tokens], tokens, [*tokens[1:], None], strict=False):
        _check_token(query, before, token, after)
    for place, token in enumerate(tokens):
        if _is_word(token, "CALL") and not _names(tokens[place - 1] if place else None):
            _check_call(query, token, tokens[place + 1 :])
    used = {re.sub(r"^\$\s*`?|`$", "", token.text) for token in tokens if token.kind == "parameter"}
    for name in parameters:
        if name not in used:
            raise QueryError(f"the query has no parameter ${name}; it has {_listed('$' + n for n in sorted(used))}")
    for name in sorted(used - set(parameters)):
        raise QueryError(f"the query's parameter ${name} has no value; give it with --param {name}=…")


def _check_embedded(query: str) -> None:
    """Raise QueryError for what Neo4j can do and the embedded engine cannot."""
    tokens = list(_tokens(query))
    for place, difference in sorted(differences(tokens), key=lambda found: found[0])[:1]:
        raise _error(query, tokens[place], str(difference))


_BEFORE_PATTERNS = frozenset("MATCH WHERE AND OR XOR NOT IN".split())
"""Words after which a parenthesis opens a pattern, not what a function takes."""
_OF_THE_ENGINE = ("title", "type", "label", "node_type", "connection_type", "start", "end")
"""What the embedded engine has besides: its own words for a name, a label, a relation and its ends."""
_PROPERTIES = tuple(dict.fromkeys(NODE_PROPERTIES + EDGE_PROPERTIES))


def _unknown_properties(query: str, told: str) -> Iterator[str]:
    """A note for each `x.property` that nothing has, of an x that a pattern names and nothing else does.

    No engine minds: they answer null. `told`: what the embedded one says all the same, where the pattern gives a label.
    """
    tokens = [None, None, *_tokens(query), None]
    bound: set[str] = set()
    other: set[str] = set()
    asked: dict[tuple[str, str], None] = {}
    for earlier, before, mark, name, after in zip(*(tokens[n:] for n in range(5)), strict=False):
        if mark is None or name is None or name.kind not in ("word", "quoted"):
            continue
        if _is_word(mark, "AS") or _is_word(mark, "YIELD") or (after and _is_word(after, "IN")):
            other.add(_bare(name))
        elif mark.text == "." and before and before.kind in ("word", "quoted"):
            if not (earlier and earlier.text == ".") and not (after and after.text == "("):
                asked[_bare(before), _bare(name)] = None
        elif after and after.text in (":", ")", "]", "{", "*") and _opens_pattern(before, mark):
            bound.add(_bare(name))
    for owner, property in asked:
        known = property in _PROPERTIES or property in _OF_THE_ENGINE or f"'{property}'" in told
        if owner in bound - other and not known:
            yield f"nothing in a graph of begat has the property {property}; {meant(property, _PROPERTIES)}"


def _bare(name: _Token) -> str:
    return name.text.strip("`")


def _opens_pattern(before: _Token | None, opening: _Token) -> bool:
    if opening.text == "[":
        return before is not None and before.text == "-"
    word = before is not None and before.kind in ("word", "quoted")
    return opening.text == "(" and not (word and before and before.text.upper() not in _BEFORE_PATTERNS)


def _tokens(query: str) -> Iterator[_Token]:
    for found in _TOKENS.finditer(query):
        kind = found.lastgroup or ""
        if kind != "space":
            yield _Token(kind, found[0], found.start())


def _check_token(query: str, before: _Token | None, token: _Token, after: _Token | None) -> None:
    if token.text in ("'", '"', "`"):
        raise _error(query, token, f"the {token.text} here is never closed")
    if token.text == ";":
        raise _error(query, token, "one statement at a time: nothing may follow the ;")
    if token.text == "/" and after and after.text == "*" and after.start == token.start + 1:
        raise _error(query, token, "comments are written // to the end of the line here, not /* … */")
    if token.kind == "word" and token.text.upper() in _FORBIDDEN and not _names(before):
        raise _error(
            query, token, f"{token.text.upper()} is not allowed: queries only read (as a name, write it `{token.text}`)"
        )


def _names(before: _Token | None) -> bool:
    """Whether a word after this token can only be a name: of a property, a label, a relation."""
    return before is not None and before.text in (".", ":", "|", "&", "!")


def _is_word(token: _Token, word: str) -> bool:
    return token.kind == "word" and token.text.upper() == word


def _check_call(query: str, call: _Token, rest: list[_Token]) -> None:
    """A subquery (`CALL { … }`, `CALL (x) { … }`), or a procedure that only tells what there is."""
    if rest and rest[0].text in ("{", "("):
        return
    name = "".join(token.text for token in rest[:3]).lower()
    if name not in _PROCEDURES:
        raise _error(
            query, call, f"CALL {name} is not allowed; CALL takes a subquery, {', '.join(sorted(_PROCEDURES))}"
        )


def _listed(names: Iterable[str]) -> str:
    return ", ".join(names) or "none"


def _error(query: str, token: _Token, what: str) -> QueryError:
    line = query.count("\n", 0, token.start) + 1
    column = token.start - (query.rfind("\n", 0, token.start) + 1) + 1
    return QueryError(f"Cypher, line {line}, column {column}: {what}")


# -- inside the worker ---------------------------------------------------------------------------------------


class View:
    """A graph in kglite: built in memory where it is small, else read from the views beside the graph file."""

    def __init__(self, store: Store) -> None:
        kglite.set_query_warning_policy("silent")  # they become notes
        path = None
        if _size(store) > SMALL:
            path = views.kept(store, "cypher", "kglite", _MODULES, lambda new: build(store).save(str(new)))
        self.graph = kglite.load(str(path)) if path else build(store)
        self.graph.read_only(True)

    def answer(self, query: str, parameters: Mapping[str, Any], limit: int, timeout: float) -> Result:
        """At most `limit` rows. Raises QueryError."""
        try:
            found: Any = self.graph.cypher(
                query,
                params=dict(parameters),
                # A little less than the worker has to live, so that the engine can say so in its own words.
                timeout_ms=max(1, int(timeout * 950)),
                row_limit=limit,
                hide_structural_keys=True,
            )
            rows = [tuple(_value(value) for value in row.values()) for row in found.to_list()]
        except kglite.CypherTimeoutError:
            raise QueryError(
                f"the query was stopped after {timeout:g} s; ask for less (a LIMIT, a shorter path), or give it more"
                " time with --timeout"
            ) from None
        except (kglite.KgError, ValueError, TypeError, OverflowError, RecursionError) as error:
            raise QueryError(_first_line(str(error))) from None
        return Result(tuple(found.columns), rows, tuple(found.warnings))


_MODULES = ("begat.graph.properties", "begat.graph.model", "begat.graph.vocabulary", "begat.queries.cypher")
"""What says what the view shows."""


def _size(store: Store) -> int:
    (size,) = store.connection.execute("SELECT (SELECT count(*) FROM nodes) + (SELECT count(*) FROM edges)").fetchone()
    return int(size)


def build(store: Store) -> "kglite.KnowledgeGraph":
    """The truth as kglite's graph."""
    types: dict[str, str] = {}
    nodes: dict[str, list[dict[str, Any]]] = {}
    for node in store.nodes():
        types[node.id] = node.type.value
        nodes.setdefault(node.type.value, []).append(node_properties(node))
    edges: dict[tuple[str, str, str], list[dict[str, Any]]] = {}
    for edge, quotes in _with_quotes(store):
        record = {"from": edge.subject, "to": edge.object, **edge_properties(edge), "evidence": quotes}
        edges.setdefault((types[edge.subject], edge.relation.value, types[edge.object]), []).append(record)
    # As JSON text: kglite reads that twice as fast as it reads Python's dicts.
    spec = {
        "nodes": [
            {"type": label, "id_field": "id", "title_field": "name", "records": records}
            for label, records in nodes.items()
        ],
        "connections": [
            {
                "type": relation, "source_type": source, "source_id_field": "from",
                "target_type": target, "target_id_field": "to", "records": records,
            }
            for (source, relation, target), records in edges.items()
        ],
    }  # fmt: skip
    graph = kglite.from_records(json.dumps(spec), on_missing_endpoint="error")
    for label in nodes:
        graph.create_index(label, "name")
    return graph


def _with_quotes(store: Store) -> Iterator[tuple[Edge, list[str]]]:
    """Each edge with its distinct quotes, best first: two ordered reads side by side, one query each."""
    quotes = store.connection.execute(
        "SELECT a.subject_node, a.relation, a.object_node, a.quote FROM assertions a JOIN documents d ON d.number = a.document"
        " WHERE a.subject_node IS NOT NULL"
        " ORDER BY a.subject_node, a.relation, a.object_node, a.confidence DESC, d.id, a.start, a.claim"
    )
    row = quotes.fetchone()
    for edge in store.edges():
        ends = (edge.subject, edge.relation, edge.object)
        found: dict[str, None] = {}
        while row and tuple(row[:3]) <= ends:
            if tuple(row[:3]) == ends:
                found[row[3]] = None
            row = quotes.fetchone()
        yield edge, list(found)


def _value(value: Any) -> Any:
    """A value of kglite as Result promises it."""
    if isinstance(value, dict):
        keys = value.keys()
        if keys == {"id", "labels", "properties"}:
            virtual = ("title", "type")
            properties = {k: _value(v) for k, v in value["properties"].items() if k not in virtual}
            return {"label": value["labels"][0], **properties}
        if keys == {"id", "start", "end", "type", "properties"}:
            return {"type": value["type"], **{k: _value(v) for k, v in value["properties"].items()}}
        if keys == {"nodes", "relationships"}:
            pairs = zip(value["nodes"], [*value["relationships"], None], strict=True)
            return [_value(item) for pair in pairs for item in pair if item is not None]
        return {str(k): _value(v) for k, v in value.items()}
    if isinstance(value, list | tuple):
        return [_value(item) for item in value]
    if isinstance(value, datetime.date | datetime.datetime | datetime.time):
        return value.isoformat()
    if value is None or isinstance(value, bool | int | float | str):
        return value
    return str(value)


def _first_line(message: str) -> str:
    """Of a message of kglite, which goes on with the query and a mark under it; the place as check() writes it."""
    first = message.split("\n", 1)[0].strip()
    if "Unknown function" in first:
        first += f"; the embedded engine has not all functions of Neo4j: {SHARED}"
    return re.sub(r"^Cypher (?:\w+ )?error at line (\d+), col (\d+)", r"Cypher, line \1, column \2", first)
