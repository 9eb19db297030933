"""The JSON API under `/api/`: the same questions as the pages, described truly at `/api/openapi.json`."""

import json
from collections.abc import Callable, Mapping
from dataclasses import asdict
from http import HTTPStatus
from importlib.metadata import version
from typing import Any

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from begat.graph.corrections import LONGEST_REASON, Verdict, corrections, record
from begat.graph.errors import BegatError, NotFoundError, UsageError
from begat.graph.reader import Reader
from begat.graph.search import find, search
from begat.graph.store import Store
from begat.graph.vocabulary import FACTS, LINEAGE, NodeType, Origin, Relation
from begat.queries import overview
from begat.queries.comparison import SHARED, compare
from begat.queries.family import family
from begat.queries.library import questions
from begat.queries.lineage import lineage
from begat.queries.paths import path
from begat.queries.records import edge_record, node_record
from begat.queries.results import Result
from begat.queries.show import show
from begat.viz.explorer import asking, console, edits
from begat.viz.explorer.openapi import Operation, Parameter, Schema, checked, document
from begat.viz.explorer.pages import facts_of, overview_of, status_of
from begat.viz.explorer.picture import narrowed
from begat.viz.explorer.state import Explorer, explorer

MOST_ROWS = 10_000
MOST_STATEMENTS = 200


# -- schemas -------------------------------------------------------------------------------------------------------


def _object(**properties: Schema) -> Schema:
    return {"type": "object", "properties": properties, "required": list(properties), "additionalProperties": False}


def _list(items: Schema) -> Schema:
    return {"type": "array", "items": items}


def _ref(name: str) -> Schema:
    return {"$ref": f"#/components/schemas/{name}"}


TEXT: Schema = {"type": "string"}
MAYBE: Schema = {"type": ["string", "null"]}
COUNT: Schema = {"type": "integer", "minimum": 0}
SHARE: Schema = {"type": "number", "minimum": 0, "maximum": 1}
YEAR: Schema = {"type": ["integer", "null"]}
NAME: Schema = {"type": "string", "minLength": 1, "maxLength": 300}
RELATION: Schema = {"type": "string", "enum": [r.value for r in Relation]}
TYPE: Schema = {"type": "string", "enum": [t.value for t in NodeType]}
LANGUAGE: Schema = {"type": "string", "enum": list(console.LANGUAGES)}

_NODE: dict[str, Schema] = {
    "id": TEXT, "type": TYPE, "name": TEXT, "aliases": _list(TEXT), "date": MAYBE, "year": YEAR, "seen": MAYBE,
    "family": MAYBE, "version": MAYBE, "arxiv": MAYBE, "doi": MAYBE, "url": MAYBE,
}  # fmt: skip
_EDGE: dict[str, Schema] = {
    "subject": TEXT, "relation": RELATION, "object": TEXT, "confidence": SHARE, "support": COUNT,
    "origin": {"type": "string", "enum": [o.value for o in Origin]}, "date": MAYBE, "year": YEAR,
    "evidence": _list(_ref("Statement")),
}  # fmt: skip
_COUNTS: Schema = {"type": "object", "additionalProperties": COUNT}
SCHEMAS: Mapping[str, Schema] = {
    "Error": _object(error=TEXT, suggestions=_list(TEXT)),
    "Node": _object(**_NODE),
    "Statement": _object(
        quote=TEXT, document=TEXT, source=TEXT, paper=TEXT, part=TEXT, start=COUNT, end=COUNT, rule=TEXT,
        confidence=SHARE, origin=_EDGE["origin"], claim=TEXT,
    ),
    "Edge": _object(**_EDGE),
    "Portrait": _object(
        **_NODE,
        names=_list(_object(name=TEXT, why=TEXT)),
        records=_list(_object(document=TEXT, source=TEXT, why=MAYBE)),
        relations=_list(
            _object(
                relation=RELATION, forward={"type": "boolean"}, count=COUNT,
                edges=_list(_object(**_EDGE, other=_ref("Node"))),
            )
        ),
    ),
    "Lineage": _object(
        subject=TEXT, direction={"type": "string", "enum": list(asking.DIRECTIONS)}, depth=YEAR,
        relations=_list(RELATION), min_confidence=SHARE,
        nodes=_list(
            _object(
                **_NODE, steps={"type": "integer"},
                introduced_by={"oneOf": [{"type": "null"}, _object(id=TEXT, title=TEXT, date=MAYBE, url=MAYBE)]},
            )
        ),
        edges=_list(_ref("Edge")), truncated=MAYBE,
    ),
    "Family": _object(
        family=TEXT, members=_list(_ref("Node")), variants=_list(_list(TEXT)), sources=_list(_ref("Node")),
        offshoots=_list(_ref("Node")), edges=_list(_ref("Edge")), truncated=MAYBE,
    ),
    "Side": _object(
        **_NODE, built_upon_by=COUNT,
        facts={
            "type": "object", "properties": {r.value: _list(_ref("Node")) for r in SHARED}, "additionalProperties": False,
        },
    ),
    "Comparison": _object(
        one=_ref("Side"), other=_ref("Side"), common=_list(_object(**_NODE, steps=_list(COUNT))), parting=_list(TEXT),
        between=_list(_ref("Edge")), nodes=_list(_ref("Node")), edges=_list(_ref("Edge")), truncated=MAYBE,
    ),
    "Path": _object(
        length=COUNT, nodes=_list(_ref("Node")), steps=_list(_object(**_EDGE, forward={"type": "boolean"})),
    ),
    "Correction": _object(
        number=COUNT, verdict={"type": "string", "enum": [v.value for v in Verdict]}, subject=TEXT,
        relation={"type": ["string", "null"]}, object=TEXT, names=_list(TEXT), reason=TEXT, made=TEXT,
        origin={"type": "string", "enum": [Origin.USER.value]}, applies={"type": "boolean"},
    ),
    "Rows": _object(columns=_list(TEXT), notes=_list(TEXT), rows=_list({"type": "object"})),
    "Question": _object(
        name=TEXT, doc=TEXT, columns=_list(TEXT), cypher=TEXT, sparql=TEXT,
        parameters=_list(_object(name=TEXT, type=TEXT, doc=TEXT, example={}, default={})),
    ),
    "SharedStats": _object(
        nodes=_COUNTS, edges=_COUNTS, origins=_COUNTS, revision=COUNT, file=MAYBE, pushed=MAYBE,
    ),
    "Stats": _object(
        documents=COUNT, waiting=COUNT, mentions=COUNT, assertions=COUNT, nodes=_COUNTS, edges=_COUNTS,
        origins=_COUNTS, sources=_COUNTS, revision=COUNT, schema=COUNT, miner=MAYBE,
        min_confidence={"type": ["number", "null"]}, finished={"type": "boolean"},
    ),
}  # fmt: skip


# -- what can be asked ---------------------------------------------------------------------------------------------


def get_search(app: Explorer, store: Reader, q: str, limit: int = 20) -> Any:
    """Full-text search."""
    hits = search(store, q, limit)
    return {"hits": [{"kind": h.kind, "snippet": h.snippet, "node": node_record(h.node)} for h in hits]}


def get_completions(app: Explorer, store: Reader, q: str, limit: int = 10) -> Any:
    """Completion of names."""
    found = overview.complete(store, q, limit)
    return {"completions": [{"alias": c.alias, "node": node_record(c.node)} for c in found]}


def get_node(app: Explorer, store: Reader, name: str) -> Any:
    """One node."""
    return show(store, find(store, name).id).record()


def get_lineage(app: Explorer, store: Reader, name: str, **given: Any) -> Any:
    """A lineage."""
    relations = [Relation(value) for value in given.get("relation", ())]
    kinds = [NodeType(value) for value in given.get("type", ())]
    choice = asking.Choice(
        find(store, name).id, first=given.get("from"), last=given.get("to"), types=tuple(kinds) or asking.TYPES
    )
    found = lineage(
        store, choice.node, direction=given.get("direction", "both"), depth=given.get("depth"),
        relations=relations or LINEAGE, min_confidence=given.get("min_confidence", 0.0),
        limit=given.get("limit", asking.FEW),
    )  # fmt: skip
    return narrowed(found, choice).record()


def get_family(app: Explorer, store: Reader, name: str, min_confidence: float = 0.0) -> Any:
    """A family."""
    return family(store, name, min_confidence=min_confidence).record()


def get_compare(app: Explorer, store: Reader, a: str, b: str, min_confidence: float = 0.0) -> Any:
    """Two works side by side."""
    return compare(store, find(store, a).id, find(store, b).id, min_confidence=min_confidence).record()


def get_path(app: Explorer, store: Reader, a: str, b: str, max_length: int = 6) -> Any:
    """A path."""
    one, other = find(store, a), find(store, b)
    found = path(store, one.id, other.id, max_length=max_length)
    if found is None:
        raise Unconnected(f"no connection of {a!r} and {b!r} within {max_length} steps")
    return found.record()


class Unconnected(NotFoundError):
    """Two works that nothing connects."""

    def __init__(self, words: str) -> None:
        super().__init__(words)
        self.args = (words,)


def get_edge(app: Explorer, store: Reader, subject: str, relation: str, object: str) -> Any:
    """An edge with all that states it."""
    edge = store.edge(find(store, subject).id, Relation(relation), find(store, object).id)
    if edge is None:
        raise Unconnected(f"nothing states that {subject!r} {FACTS[Relation(relation)].forward} {object!r}")
    return edge_record(edge, store.evidence(edge)[:MOST_STATEMENTS])


def get_works(app: Explorer, store: Reader, **given: Any) -> Any:
    """Works of a type, year, family."""
    page = given.pop("page", 1)
    kind = NodeType(given.pop("type")) if "type" in given else None
    found = overview.works(store, type=kind, limit=100, offset=(page - 1) * 100, **given)
    return {"works": [node_record(node) for node in found]}


def get_map(app: Explorer, store: Reader) -> Any:
    """Counts by type and year."""
    counts = app.once(store, "overview", overview_of)["counts"]
    cells = sorted(counts.items(), key=lambda cell: (cell[0][0], cell[0][1] or 0))
    return {"cells": [{"type": kind.value, "year": year, "count": count} for (kind, year), count in cells]}


def get_stats(app: Explorer, store: Reader) -> Any:
    """Counts."""
    return asdict(app.once(store, "facts", facts_of)["stats"])


def get_questions(app: Explorer, store: Reader) -> Any:
    """The library."""
    return {
        "questions": [
            {
                "name": q.name, "doc": q.doc, "columns": list(q.columns), "cypher": q.cypher, "sparql": q.sparql,
                "parameters": [
                    {"name": p.name, "type": p.type, "doc": p.doc, "example": p.example, "default": p.default}
                    for p in q.parameters
                ],
            }
            for q in questions().values()
        ]
    }  # fmt: skip


def get_corrections(app: Explorer, store: Reader) -> Any:
    """What readers have said."""
    file = edits.with_corrections(store)
    return {"corrections": [record(file, c) for c in corrections(file)]}


def post_correction(app: Explorer, **said: Any) -> Any:
    """Make a correction; the list of all."""
    edits.editable(app)
    relation = Relation(said["relation"]) if said.get("relation") else None
    verdict = Verdict(said["verdict"])

    def correct(writable: Store) -> Any:
        edits.correct(writable, verdict, said["subject"], relation, said["object"], said["reason"])
        return get_corrections(app, writable)

    return edits.write(app, correct)


def _asking(language: str) -> Callable[..., Any]:
    def ask(
        app: Explorer, store: Reader, query: str, parameters: Mapping[str, Any] | None = None, limit: int = 1000
    ) -> Any:
        return _rows(console.run(app, store, language, query, dict(parameters or {}), limit))

    return ask


def post_ask(
    app: Explorer,
    store: Reader,
    question: str,
    language: str = "cypher",
    parameters: Mapping[str, Any] | None = None,
    limit: int = 1000,
) -> Any:
    """A question of the library."""
    return _rows(console.ask(app, store, question, language, dict(parameters or {}), limit))


def _rows(result: Result) -> str:
    head = json.dumps({"columns": result.columns, "notes": result.notes}, ensure_ascii=False)
    return f'{head[:-1]}, "rows": {"".join(result.json())}}}'


_NAME = Parameter("name", "a name, an alias, an arXiv id, a DOI or a node's id", NAME, True, "Orca 2")
_FAMILY = Parameter("name", "a family's name, or that of one of its members", NAME, True, "Orca")
_LEAST = Parameter("min_confidence", "leave weaker edges out", {**SHARE, "default": 0})
_TEXT = Parameter("q", "words, the last of which may be unfinished", NAME, True, "distil")


def _limit(most: int, default: int) -> Parameter:
    schema = {"type": "integer", "minimum": 1, "maximum": most, "default": default}
    return Parameter("limit", "at most so many", schema)


def _body(**properties: Schema) -> Schema:
    known = {
        **properties,
        "parameters": {"type": "object", "description": "values of `$name` in the query"},
        "limit": {"type": "integer", "minimum": 1, "maximum": MOST_ROWS, "default": 1000},
    }
    return {"type": "object", "properties": known, "required": [*properties][:1], "additionalProperties": False}


_CORRECTIONS = _object(corrections=_list(_ref("Correction")))
_QUERY = _body(query={"type": "string", "minLength": 1, "maxLength": console.LONGEST_QUERY})
_YEAR: Schema = {"type": "integer", "minimum": 0, "maximum": 9999}

OPERATIONS = (
    Operation(
        "search", "GET", "/api/search", "Full-text search over names, titles and evidence", get_search,
        _object(hits=_list(_object(kind={"type": "string", "enum": ["name", "title", "evidence"]}, snippet=TEXT, node=_ref("Node")))),
        (_TEXT, _limit(100, 20)),
    ),
    Operation(
        "complete", "GET", "/api/complete", "Works whose name or alias begins so", get_completions,
        _object(completions=_list(_object(alias=MAYBE, node=_ref("Node")))), (_TEXT, _limit(50, 10)),
    ),
    Operation(
        "node", "GET", "/api/node", "One node: names, relations in both directions, evidence", get_node, _ref("Portrait"),
        (_NAME,), finds=True,
    ),
    Operation(
        "lineage", "GET", "/api/lineage", "What a work descends from and what descends from it", get_lineage,
        _ref("Lineage"),
        (
            _NAME,
            Parameter("direction", "which way", {"type": "string", "enum": list(asking.DIRECTIONS), "default": "both"}),
            Parameter("depth", "at most so many steps away", {"type": "integer", "minimum": 1, "maximum": 100}),
            Parameter("relation", "follow only these", _list(RELATION)),
            _LEAST,
            Parameter("type", "show only these", _list({"type": "string", "enum": [t.value for t in asking.TYPES]})),
            Parameter("from", "only from this year on", _YEAR),
            Parameter("to", "only up to this year", _YEAR),
            Parameter("limit", "at most so many works, the nearest", {"type": "integer", "minimum": 2, "maximum": asking.KEPT, "default": asking.FEW}),
        ),
        finds=True,
    ),
    Operation(
        "family", "GET", "/api/family", "A family over the years, with what came from outside and went out", get_family,
        _ref("Family"), (_FAMILY, _LEAST), finds=True,
    ),
    Operation(
        "compare", "GET", "/api/compare", "Two works: their common ancestors, where they part", get_compare,
        _ref("Comparison"),
        (
            Parameter("a", "a name", NAME, True, "Orca 2"),
            Parameter("b", "a name", NAME, True, "BERT"),
            _LEAST,
        ),
        finds=True,
    ),
    Operation(
        "path", "GET", "/api/path", "The shortest connection of two works", get_path, _ref("Path"),
        (
            Parameter("a", "a name", NAME, True, "Orca 2"),
            Parameter("b", "a name", NAME, True, "Transformer"),
            Parameter("max_length", "the most steps to look", {"type": "integer", "minimum": 1, "maximum": 10, "default": 6}),
        ),
        finds=True,
    ),
    Operation(
        "edge", "GET", "/api/edge", "An edge with the sentences that state it", get_edge, _ref("Edge"),
        (
            Parameter("subject", "a name", NAME, True, "Orca 2"),
            Parameter("relation", "a relation", RELATION, True, "EXTENDS"),
            Parameter("object", "a name", NAME, True, "Orca"),
        ),
        finds=True,
    ),
    Operation(
        "works", "GET", "/api/works", "Works by type, year or family, the latest first, 100 a page", get_works,
        _object(works=_list(_ref("Node"))),
        (
            Parameter("type", "a type", TYPE),
            Parameter("year", "a year", _YEAR),
            Parameter("family", "a family's name", NAME),
            Parameter("page", "counted from 1", {"type": "integer", "minimum": 1, "maximum": 10_000, "default": 1}),
        ),
    ),
    Operation(
        "map", "GET", "/api/map", "Counts of works by type and year", get_map,
        _object(cells=_list(_object(type=TYPE, year=YEAR, count=COUNT))),
    ),
    Operation("stats", "GET", "/api/stats", "Counts of all that is in the graph: a file's, or those of one in a Neo4j", get_stats, {"oneOf": [_ref("SharedStats"), _ref("Stats")]}),
    Operation(
        "questions", "GET", "/api/questions", "The questions of the library, in both languages", get_questions,
        _object(questions=_list(_ref("Question"))),
    ),
    Operation(
        "cypher", "POST", "/api/cypher", "Ask in Cypher (read-only, limited in time and rows)", _asking("cypher"),
        _ref("Rows"), body=_QUERY, example={"query": "MATCH (a)-[:EXTENDS]->(b) RETURN a.name, b.name LIMIT 5"},
    ),
    Operation(
        "sparql", "POST", "/api/sparql", "Ask in SPARQL 1.1 (read-only, limited in time and rows)", _asking("sparql"),
        _ref("Rows"), body=_QUERY, example={"query": "SELECT ?a ?b WHERE { ?a begat:extends ?b } LIMIT 5"},
    ),
    Operation(
        "corrections", "GET", "/api/corrections", "What readers have said about edges and names", get_corrections,
        _CORRECTIONS,
    ),
    Operation(
        "correct", "POST", "/api/corrections",
        "Say that an edge is right or wrong, or that two names are one thing or two (where edits are allowed)",
        post_correction, _CORRECTIONS,
        body={
            "type": "object", "required": ["verdict", "subject", "object", "reason"], "additionalProperties": False,
            "properties": {
                "verdict": {"type": "string", "enum": [v.value for v in Verdict]}, "subject": NAME, "object": NAME,
                "relation": RELATION, "reason": {"type": "string", "minLength": 1, "maxLength": LONGEST_REASON},
            },
        },
        finds=True, writes=True,
    ),
    Operation(
        "ask", "POST", "/api/ask", "Ask a question of the library", post_ask, _ref("Rows"),
        body=_body(question={"type": "string", "maxLength": 100}, language=LANGUAGE),
        example={"question": "most-built-upon"}, finds=True,
    ),
)  # fmt: skip


# -- answering -----------------------------------------------------------------------------------------------------


class NoJson(BegatError):
    """A body that is no JSON by its content type: a page of another site may send such without being asked."""


def error(request: Request, error: Exception) -> Response:
    """What is wrong, as JSON."""
    words = str(error) if isinstance(error, BegatError) else "something went wrong here"
    near = list(error.suggestions) if isinstance(error, NotFoundError) else []
    return _answer({"error": words, "suggestions": near}, 415 if isinstance(error, NoJson) else status_of(error))


def no_such(error: HTTPException) -> Response:
    """No such address, or no such method there."""
    words = f"{HTTPStatus(error.status_code).phrase.lower()}; /api/openapi.json says what there is"
    answer = _answer({"error": words, "suggestions": []}, error.status_code)
    answer.headers.update(error.headers or {})
    return answer


def _answer(content: Any, status: int = 200) -> Response:
    text = content if isinstance(content, str) else json.dumps(content, ensure_ascii=False)
    return Response(text.encode("utf-8", "replace"), status, media_type="application/json")


def described(request: Request) -> Response:
    """The OpenAPI description."""
    return _answer(document(OPERATIONS, SCHEMAS, version("begat")))


def _endpoint(operation: Operation) -> Callable[[Request], Any]:
    def answer(app: Explorer, values: Mapping[str, Any]) -> Response:
        if operation.writes:
            return _answer(operation.handler(app, **values))
        with app.reading() as store:
            return _answer(operation.handler(app, store, **values))

    def reading(request: Request) -> Response:
        return answer(explorer(request), operation.values(request.query_params))

    async def posting(request: Request) -> Response:
        from starlette.concurrency import run_in_threadpool

        operation.values(request.query_params)
        body = _body_of(request, await request.body())
        assert operation.body is not None
        return await run_in_threadpool(answer, explorer(request), checked("body", body, operation.body))

    return reading if operation.method == "GET" else posting


def _body_of(request: Request, text: bytes) -> Any:
    if request.headers.get("content-type", "").partition(";")[0].strip().lower() != "application/json":
        raise NoJson("send the body as JSON, with Content-Type: application/json")
    try:
        return json.loads(text)
    except (ValueError, RecursionError) as problem:
        raise UsageError(f"the body is no JSON: {problem}") from None


ROUTES = [
    *(Route(o.path, _endpoint(o), methods=[o.method], name=o.name) for o in OPERATIONS),
    Route("/api/openapi.json", described),
]
