"""SPARQL 1.1, answered by pyoxigraph over the triples of `graph/rdf.py`.

SELECT, ASK, CONSTRUCT and DESCRIBE over one graph. SERVICE would ask other machines and is refused here, word by
word; were one to slip through, the worker that runs the engine could not open a connection.
"""

import difflib
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from functools import cache
from importlib.resources import files
from itertools import islice
from pathlib import Path
from typing import Any

import pyoxigraph as ox

from begat.graph.errors import QueryError
from begat.graph.rdf import PREFIXES, triples
from begat.graph.store import Store
from begat.queries import views, worker
from begat.queries.results import Result

MOST_ROWS = 100_000
SMALL = 500
"""Nodes and assertions up to which making the triples takes no longer than people notice (measured: 0.3 s)."""


def sparql(
    graph: Store | str | Path,
    query: str,
    parameters: Mapping[str, Any] | None = None,
    *,
    limit: int = MOST_ROWS,
    timeout: float = 30.0,
) -> Result:
    """Ask in SPARQL: at most `limit` rows (a note says where there were more), within `timeout` seconds.

    The prefixes of `graph/rdf.py` are declared. `parameters` give variables their values: a str is a plain literal,
    or an IRI if it is one in angle brackets (`<https://…>`); int, float and bool are typed literals. The columns are the variables
    of a SELECT; `answer` of an ASK; `subject`, `predicate`, `object` of a CONSTRUCT or DESCRIBE.
    Raises QueryError for what is no SPARQL, not allowed, or takes too long.
    """
    parameters = parameters or {}
    check(query, parameters)
    path = graph.path if isinstance(graph, Store) else Path(graph)
    result = worker.run(__name__, path, query, parameters, limit=limit, timeout=timeout)
    return replace(result, notes=(*_doubts(query), *result.notes))


# -- what may be asked ---------------------------------------------------------------------------------------

_FORMS = ("SELECT", "ASK", "CONSTRUCT", "DESCRIBE")
_UPDATES = frozenset("INSERT DELETE LOAD CLEAR DROP ADD MOVE COPY CREATE WITH".split())
_STRING = (
    r'"""(?:"{0,2}(?:[^"\\]|\\.))*"""'
    + r"|'''(?:'{0,2}(?:[^'\\]|\\.))*'''"
    + r"""|"(?:[^"\\\n\r]|\\.)*"|'(?:[^'\\\n\r]|\\.)*'"""
)
_TOKENS = re.compile(
    rf"""
    (?P<space> \s+ | \#[^\n\r]* )
  | (?P<iri> <[^<>"{{}}|^`\\\x00-\x20]*> )
  | (?P<string> {_STRING} )
  | (?P<variable> [?$]\w+ )
  | (?P<name> (?:_|[^\W\d_][\w-]*)? : [\w:%-]* )
  | (?P<word> [^\W\d_]+ )
  | (?P<symbol> . )
    """,
    re.VERBOSE | re.DOTALL,
)


_Token = tuple[str, str, int]
"""Kind, text, where it starts."""


def check(query: str, parameters: Mapping[str, Any]) -> None:
    """Raise QueryError unless the query only reads this graph, and has a variable for each parameter."""
    if re.search(r"\\[uU]", query):
        raise QueryError(r"SPARQL: write characters themselves, not as \u escapes")
    tokens = list(_tokens(query))
    for kind, text, start in tokens:
        _check_token(query, kind, text, start)
    form = next((t for t in _without_prologue(tokens) if t[0] == "word"), None)
    if form is None:
        raise QueryError("SPARQL: the query is empty; begin with SELECT … WHERE { … }")
    if form[1].upper() not in _FORMS:
        if form[1].upper() in _UPDATES:
            raise _error(query, form[2], f"{form[1].upper()} is not allowed: queries only read; {_begin()}")
        near = difflib.get_close_matches(form[1].upper(), _FORMS, n=1)
        raise _error(query, form[2], _begin() + (f"; did you mean {near[0]}?" if near else ""))
    _check_prefixes(query, tokens)
    variables = {text[1:] for kind, text, _ in tokens if kind == "variable"}
    for name in parameters:
        if name not in variables:
            known = ", ".join(f"?{v}" for v in sorted(variables)) or "none"
            raise QueryError(f"the query has no variable ?{name} for the parameter {name}; it has {known}")


def bound(query: str, parameters: Mapping[str, Any]) -> str:
    """The query with each parameter's term, as the engine itself writes it, where its variable stood.

    The engine's own substitutions only know variables that a SELECT shows, and VALUES do not reach into filters.
    """
    terms = {name: _written(name, value) for name, value in parameters.items()}
    pieces, end, depth, clause, before = [], 0, 0, "", ""
    for kind, text, start in _tokens(query):
        depth += (text == "(") - (text == ")")
        if kind == "word" and text.upper() in _CLAUSES:
            clause = text.upper()
        elif text in "{}":
            clause = ""
        if kind == "variable" and text[1:] in terms:
            if before.upper() == "AS":
                raise _error(query, start, f"{text} is computed here, so it cannot be a parameter too")
            term = terms[text[1:]]
            if depth == 0 and clause == "SELECT":
                term = f"({term} AS {text})"
            elif depth == 0 and clause in ("GROUP", "ORDER"):
                term = f"({term})"
            pieces += [query[end:start], term]
            end = start + len(text)
        before = text
    return "".join([*pieces, query[end:]])


_CLAUSES = ("SELECT", "WHERE", "GROUP", "ORDER", "HAVING", "LIMIT", "OFFSET", "VALUES")


def _tokens(query: str) -> Iterator[_Token]:
    for found in _TOKENS.finditer(query):
        if found.lastgroup != "space":
            yield found.lastgroup or "", found[0], found.start()


def _begin() -> str:
    return f"a query begins with one of {', '.join(_FORMS)} (after its PREFIX lines)"


def _check_token(query: str, kind: str, text: str, start: int) -> None:
    # A < may begin an IRI or be "less than". Where the two readings would differ in what is quoted or a comment
    # after it, a SERVICE could hide; so such an IRI must be one beyond doubt.
    if kind == "iri" and re.search(r"[#'()]", text) and not re.match(r"<[A-Za-z][A-Za-z0-9+.-]*://", text):
        raise _error(
            query, start, f"put spaces round the < if {text} is no IRI; if it is one, write it in full (https://…)"
        )
    if text in ("'", '"'):
        raise _error(query, start, f"the {text} here is never closed")
    bare = text.rpartition(":")[0] if kind == "name" else text if kind == "word" else ""
    # Anywhere in the word: the engine also reads `1SERVICE` and `trueSERVICE` as two.
    if "SERVICE" in bare.upper():
        raise _error(query, start, "SERVICE is not allowed: queries ask this graph only")
    if kind == "word" and text.upper() in ("FROM", "GRAPH"):
        raise _error(
            query, start, f"{text.upper()} is not allowed: there is one graph, which is asked without naming it"
        )


def _check_prefixes(query: str, tokens: list[_Token]) -> None:
    """The engine's own complaint about a prefix is half a screen of what it expected instead."""
    known = {"_", *PREFIXES}
    for (_, before, _), (kind, text, start) in zip([("", "", 0), *tokens], tokens, strict=False):
        prefix = text.partition(":")[0]
        if kind == "name" and before.upper() == "PREFIX":
            known.add(prefix)
        elif kind == "name" and prefix not in known:
            near = difflib.get_close_matches(prefix, known, n=1)
            hint = f"did you mean {near[0]}:?" if near else f"declare it with PREFIX {prefix}: <…>"
            raise _error(query, start, f"the prefix {prefix}: is not declared; {hint}")


def _doubts(query: str) -> Iterator[str]:
    """Notes on terms of begat that there are not: SPARQL finds nothing by them, and says nothing."""
    terms = _terms()
    for name in dict.fromkeys(text for kind, text, _ in _tokens(query) if kind == "name" and text.startswith("begat:")):
        if name not in terms and name != "begat:":
            near = difflib.get_close_matches(name, sorted(terms), n=1)
            yield f"{name} is no term of begat, so nothing has it" + (f". Did you mean {near[0]}?" if near else "")


@cache
def _terms() -> frozenset[str]:
    """All terms of begat's own namespace, as its ontology declares them."""
    ontology = files("begat.graph").joinpath("ontology.ttl").read_text(encoding="utf-8")
    return frozenset(re.findall(r"^(begat:\w+)\s", ontology, re.MULTILINE))


def _without_prologue(tokens: list[_Token]) -> Iterator[_Token]:
    skip = 0
    for token in tokens:
        if token[0] == "word" and token[1].upper() in ("PREFIX", "BASE"):
            skip = 2 if token[1].upper() == "PREFIX" else 1
        elif skip:
            skip -= 1
        else:
            yield token


def _error(query: str, start: int, what: str) -> QueryError:
    line = query.count("\n", 0, start) + 1
    column = start - (query.rfind("\n", 0, start) + 1) + 1
    return QueryError(f"SPARQL, line {line}, column {column}: {what}")


# -- inside the worker ---------------------------------------------------------------------------------------


class View:
    """A graph's triples in pyoxigraph: in memory where it is small, else read from the views beside the file."""

    def __init__(self, store: Store) -> None:
        path = None
        if _size(store) > SMALL:
            path = views.kept(store, "sparql", "pyoxigraph", _MODULES, lambda new: _write(store, new))
        self.store = ox.Store.read_only(str(path)) if path else _filled(ox.Store(), store)

    def answer(self, query: str, parameters: Mapping[str, Any], limit: int, timeout: float) -> Result:
        """At most `limit` rows. Raises QueryError."""
        try:
            found = self.store.query(bound(query, parameters), prefixes=PREFIXES)
            if isinstance(found, ox.QueryBoolean):
                return Result(("answer",), [(bool(found),)])
            if isinstance(found, ox.QueryTriples):
                columns: tuple[str, ...] = ("subject", "predicate", "object")
                answers: Iterable[Iterable[Any]] = ((t.subject, t.predicate, t.object) for t in found)
            else:
                columns = tuple(variable.value for variable in found.variables)
                answers = found
            rows = [tuple(_value(term) for term in answer) for answer in islice(answers, limit + 1)]
        except (SyntaxError, ValueError, OSError) as error:
            raise QueryError(_complaint(str(error))) from None
        if len(rows) > limit:
            return Result(
                columns,
                rows[:limit],
                (f"only the first {limit:,} rows are given; a LIMIT or a narrower question gives all",),
            )
        return Result(columns, rows)


def _complaint(message: str) -> str:
    """A message of the engine on one line, without all that it would have liked better."""
    line = " ".join(re.sub(r"^error at (\d+):(\d+):", r"SPARQL, line \1, column \2:", message).split())
    return line if len(line) <= 200 else line[:200] + "…"


_MODULES = ("begat.graph.rdf", "begat.graph.model", "begat.graph.vocabulary")
"""What says what the view shows."""


def _size(store: Store) -> int:
    (size,) = store.connection.execute(
        "SELECT (SELECT count(*) FROM nodes) + (SELECT count(*) FROM assertions)"
    ).fetchone()
    return int(size)


def _filled(view: ox.Store, store: Store) -> ox.Store:
    """By way of N-Triples, which the engine reads twice as fast as it takes triples one by one."""
    everything = triples(store)
    while piece := list(islice(everything, 200_000)):
        text = ox.serialize(piece, format=ox.RdfFormat.N_TRIPLES)
        view.bulk_load(text, format=ox.RdfFormat.N_TRIPLES)
    return view


def _write(store: Store, path: Path) -> None:
    view = _filled(ox.Store(str(path)), store)
    view.optimize()
    view.flush()


def _written(name: str, value: Any) -> str:
    """A whole number is written as digits, which LIMIT and OFFSET want too."""
    return str(value) if isinstance(value, int) and not isinstance(value, bool) else str(_term(name, value))


_IRI = re.compile(r"""<[A-Za-z][A-Za-z0-9+.-]*:[^<>"{}|^`\\\x00-\x20]*>""")


def _term(name: str, value: Any) -> "ox.NamedNode | ox.Literal":
    """A parameter as a term; it never becomes part of the query's text."""
    if isinstance(value, str) and _IRI.fullmatch(value):
        return ox.NamedNode(value[1:-1])
    if isinstance(value, str | bool | int | float):
        return ox.Literal(value)
    raise QueryError(f"the parameter {name} must be text, a number or a truth value, not {type(value).__name__}")


_XSD = "http://www.w3.org/2001/XMLSchema#"
_NUMBERS = {_XSD + "integer": int, _XSD + "decimal": float, _XSD + "double": float, _XSD + "float": float}


def _value(term: Any) -> Any:
    """A term as Result promises it."""
    if term is None:
        return None
    if isinstance(term, ox.Literal):
        datatype = term.datatype.value
        if datatype == _XSD + "boolean":
            return term.value in ("true", "1")
        try:
            return _NUMBERS.get(datatype, str)(term.value)
        except ValueError:
            return term.value
    if isinstance(term, ox.NamedNode | ox.BlankNode):
        return term.value
    return str(term)
