"""The query console: Cypher and SPARQL, asked through the address, answered as a table, a picture, CSV or JSON."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any
from urllib.parse import unquote

from starlette.requests import Request
from starlette.responses import Response, StreamingResponse
from starlette.routing import Route

from begat.graph.errors import BegatError, NotFoundError, UsageError
from begat.graph.rdf import node_iri
from begat.graph.reader import Reader
from begat.graph.search import find
from begat.graph.vocabulary import BASE, FACTS, LINEAGE, NodeType, Relation
from begat.queries import library
from begat.queries.cypher import cypher
from begat.queries.library import Question, questions
from begat.queries.results import Result
from begat.queries.sparql import sparql
from begat.viz.explorer.asking import address, node_address
from begat.viz.explorer.pages import among, reading, render, status_of
from begat.viz.explorer.picture import Picture, picture
from begat.viz.explorer.state import Busy, Explorer, explorer

ROWS_SHOWN = 200
ROWS_GIVEN = 10_000
"""The most rows that any form of an answer has."""
DRAWN = 120
LONGEST_QUERY = 10_000
WAIT = 15.0
"""Seconds that a query waits for others to end."""
FORMS = ("table", "graph", "csv", "json")
LANGUAGES = ("cypher", "sparql")


@dataclass(frozen=True, slots=True)
class Cell:
    """A value of an answer as shown; `address` where it names a work of the graph."""

    text: str
    address: str | None = None
    number: bool = False


@contextmanager
def slot(app: Explorer) -> Iterator[None]:
    """A place among the queries that may run at once. Raises Busy where none becomes free."""
    if not app.slots.acquire(timeout=WAIT):
        raise Busy("other queries are running; ask again in a moment")
    try:
        yield
    finally:
        app.slots.release()


def run(app: Explorer, store: Reader, language: str, text: str, parameters: dict[str, Any], limit: int) -> Result:
    """The answer to a query. Raises QueryError, Busy."""
    if language not in LANGUAGES:
        raise UsageError(f"no language {language[:40]!r}; there are {', '.join(LANGUAGES)}")
    if len(text) > LONGEST_QUERY:
        raise UsageError(f"the query is longer than {LONGEST_QUERY} characters")
    with slot(app):
        if language == "cypher":
            return cypher(store, text, parameters, limit=limit, timeout=app.timeout)
        return sparql(library.file_of(store), text, parameters, limit=limit, timeout=app.timeout)


def ask(app: Explorer, store: Reader, question: str, language: str, values: dict[str, Any], limit: int) -> Result:
    """The answer to a question of the library. Raises UsageError, NotFoundError, QueryError, Busy."""
    with slot(app):
        result = library.ask(store, question, engine=language, timeout=app.timeout, **values)
    return Result(result.columns, result.rows[:limit], result.notes)


# -- the page ------------------------------------------------------------------------------------------------------


def console(request: Request, store: Reader) -> Response:
    """The console, with the answer where something is asked."""
    query, app = request.query_params, explorer(request)
    language, form = query.get("language") or "cypher", query.get("as") or "table"
    if form not in FORMS:
        raise UsageError(f"no form {form[:40]!r}; there are {', '.join(FORMS)}")
    question = questions().get(query.get("question", ""))
    if query.get("question") and question is None:
        raise UsageError(f"no question {query['question'][:40]!r}; there are {', '.join(questions())}")
    text = query.get("q", "").replace("\r\n", "\n").strip()
    given = _given(query.get("parameters", ""))
    values = {p.name: query.get(p.name, "").strip() for p in question.parameters} if question else {}
    # A link on another site must not make this machine work: such a query is shown, and runs when asked for here.
    elsewhere = request.headers.get("sec-fetch-site") == "cross-site"
    asked = not elsewhere and (any(values.values()) or "run" in query if question else bool(text))
    result, problem, status = None, None, 200
    try:
        if asked and question:
            result = ask(app, store, question.name, language, _typed(question, values), ROWS_GIVEN)
        elif asked:
            result = run(app, store, language, text, given, ROWS_GIVEN)
    except BegatError as error:
        problem, status = error, status_of(error)
    if result and form in ("csv", "json"):
        return _file(result, form, question.name if question else "answer")
    return render(
        request, "query.html", status, language=language, form=form, text=text, question=question,
        parameters=query.get("parameters", ""), values=values or _examples(store, question), questions=questions(),
        result=result, problem=problem, near=problem.suggestions if isinstance(problem, NotFoundError) else (),
        elsewhere=elsewhere and bool(text or question), forms=_forms(request), shown=ROWS_SHOWN, given=ROWS_GIVEN,
        cells=_cells(store, result) if result and form == "table" else [],
        drawn=_drawn(store, result, _text(question, language) if question else text) if result and form == "graph" else None,
        editable=_editable(store, question, values, language) if question and asked else None,
    )  # fmt: skip


def _given(text: str) -> dict[str, Any]:
    """Parameters written as lines of KEY=VALUE; numbers and truth values become such."""
    found: dict[str, Any] = {}
    for line in text.splitlines():
        if line.strip():
            name, equals, value = line.partition("=")
            if not equals:
                raise UsageError(f"write each parameter on a line of its own as NAME=VALUE, not {line[:60]!r}")
            found[name.strip().lstrip("$")] = _value(value.strip())
    return found


def _value(text: str) -> Any:
    if text in ("true", "false"):
        return text == "true"
    for kind in (int, float):
        try:
            return kind(text)
        except ValueError:
            pass
    return text


def _typed(question: Question, values: dict[str, str]) -> dict[str, Any]:
    """What the form gave, in the types that the question wants; what was left empty is left out."""
    found: dict[str, Any] = {}
    for parameter in question.parameters:
        text = values[parameter.name]
        if text:
            found[parameter.name] = _value(text) if parameter.type == "integer" else text
    return found


def _examples(store: Reader, question: Question | None) -> dict[str, str]:
    """What the form of a question holds at first."""
    if question is None:
        return {}
    return {p.name: str(p.example if p.default is None else p.default) for p in question.parameters}


def _editable(store: Reader, question: Question, values: dict[str, str], language: str) -> str | None:
    """The console with a question's query and parameters in it, to be changed."""
    lines = []
    for parameter in question.parameters:
        value = values[parameter.name] or parameter.default
        if parameter.type == "node":
            try:
                node = find(store, str(value)).id
            except NotFoundError:
                return None
            value = f"<{node_iri(node).value}>" if language == "sparql" else node
        lines.append(f"{parameter.name}={value}")
    return address(
        "/query", [("language", language), ("q", _text(question, language)), ("parameters", "\n".join(lines))]
    )


def _text(question: Question, language: str) -> str:
    return (question.cypher if language == "cypher" else question.sparql).strip()


def _forms(request: Request) -> list[tuple[str, str]]:
    """Each form of the answer with its address."""
    pairs = [(name, value) for name, value in request.query_params.multi_items() if name != "as"]
    return [(form, address("/query", [*pairs, ("as", form)])) for form in FORMS]


def _file(result: Result, form: str, name: str) -> Response:
    kind, pieces = ("text/csv", result.csv()) if form == "csv" else ("application/json", result.json())
    headers = {"Content-Disposition": f'attachment; filename="{name}.{form}"'}
    return StreamingResponse(pieces, media_type=kind, headers=headers)


# -- the answer ----------------------------------------------------------------------------------------------------


def _cells(store: Reader, result: Result) -> list[list[list[Cell]]]:
    """The rows that are shown; each value as one cell or, a list, several."""
    rows = result.rows[:ROWS_SHOWN]
    ids = {found for row in rows for value in row for found in _ids(value)}
    known = set(store.nodes_of(ids))
    return [[_shown(value, known) for value in row] for row in rows]


def _shown(value: Any, known: set[str]) -> list[Cell]:
    if isinstance(value, list):
        return [cell for item in value[:20] for cell in _shown(item, known)]
    if isinstance(value, dict):
        node = value.get("id")
        words = value.get("name") or value.get("type") or ", ".join(f"{k}: {v}" for k, v in value.items())
        return [Cell(str(words), node_address(node) if isinstance(node, str) and node in known else None)]
    if value is None:
        return []
    if isinstance(value, bool):
        return [Cell("yes" if value else "no")]
    if isinstance(value, int | float):
        return [Cell(f"{value:.4g}" if isinstance(value, float) else str(value), number=True)]
    node = next((found for found in _ids(value) if found in known), None)
    text = str(value)
    return [Cell(node if node and text.startswith(BASE) else text, node_address(node) if node else None)]


def _ids(value: Any) -> Iterator[str]:
    """Ids of nodes that a value may name, whatever else it is."""
    if isinstance(value, str):
        if value.startswith(BASE):
            yield value.removeprefix(BASE)
            yield unquote(value.removeprefix(BASE))
        elif len(value) < 300:
            yield value
    elif isinstance(value, list):
        for item in value:
            yield from _ids(item)
    elif isinstance(value, dict):
        yield from _ids(value.get("id"))


def _drawn(store: Reader, result: Result, text: str) -> tuple[Picture | None, int]:
    """The works that an answer names, and how many; with the edges between them that the query speaks of."""
    spoken = tuple(r for r in Relation if r.value in text or FACTS[r].iri.rpartition("#")[2] in text)
    ids = dict.fromkeys(found for row in result.rows[: ROWS_SHOWN * 5] for value in row for found in _ids(value))
    nodes = [n for n in store.nodes_of(ids).values() if n.type is not NodeType.AUTHOR]
    order = {node: place for place, node in enumerate(ids)}
    nodes.sort(key=lambda node: order[node.id])
    if not nodes:
        return None, 0
    return picture(among(store, nodes[:DRAWN], spoken or LINEAGE)), len(nodes)


ROUTES = [Route("/query", reading(console))]
