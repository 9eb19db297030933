"""Corrections made in the explorer: off unless it was started with them, from its own pages only, each with a reason.

A form carries the token that this run of the explorer gave out, which no other site can read; `guard.py` has refused
requests that another site's page sent. After an edit the reader is sent on to a page (303), so that reloading it does
not edit again.
"""

import hmac
from collections.abc import Callable, Mapping
from typing import Any
from urllib.parse import parse_qsl

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from begat.graph import corrections
from begat.graph.corrections import Verdict
from begat.graph.errors import NotFoundError, UsageError
from begat.graph.model import Edge, Node
from begat.graph.reader import Reader
from begat.graph.search import find
from begat.graph.store import Store
from begat.graph.vocabulary import Relation
from begat.viz.explorer.asking import named, node_address
from begat.viz.explorer.pages import edge_address, reading, render
from begat.viz.explorer.state import Explorer, Forbidden, explorer

Form = Mapping[str, str]


ELSEWHERE = "correct the graph file that was pushed ('begat serve -g FILE --allow-edits'), then 'begat push' it again"
"""What to do about a graph in a Neo4j."""


def corrections_page(request: Request, reader: Reader) -> Response:
    """What readers have said, and whether it applies."""
    store = with_corrections(reader)
    said = [(c, corrections.record(store, c)) for c in corrections.corrections(store)]
    return render(request, "corrections.html", said=said[::-1])


def edge_between(store: Store, subject: str, relation: Relation, object_: str) -> Edge:
    """The edge of these node ids. Raises NotFoundError."""
    edge = next(store.edges("subject = ? AND relation = ? AND object = ?", (subject, relation, object_)), None)
    if edge is None:
        raise NotFoundError(f"{subject} {relation.value} {object_}")
    return edge


def correct(store: Store, verdict: Verdict, subject: str, relation: Relation | None, object_: str, reason: str) -> None:
    """Make one correction. Without a `relation`, of names; an edge's ends are named as people call them."""
    if verdict in (Verdict.RIGHT, Verdict.WRONG):
        if relation is None:
            raise UsageError("say which relation is right or wrong")
        edge = edge_between(store, find(store, subject).id, relation, find(store, object_).id)
        corrections.mark(store, edge, right=verdict is Verdict.RIGHT, reason=reason)
    elif relation is not None:
        raise UsageError("names are one or two things whatever their relations: leave the relation out")
    elif verdict is Verdict.SAME:
        corrections.merge(store, find(store, subject), find(store, object_), reason)
    else:
        corrections.split(store, find(store, subject), object_, reason)


def with_corrections(store: Reader) -> Store:
    """The graph, if it is one that corrections are kept in; else Forbidden."""
    if not isinstance(store, Store):
        raise Forbidden(f"corrections are not kept in a Neo4j; {ELSEWHERE}")
    return store


def editable(app: Explorer) -> None:
    """Raise Forbidden unless this explorer may edit."""
    if app.shared:
        raise Forbidden(f"a graph in a Neo4j is only read here; {ELSEWHERE}")
    if not app.allow_edits:
        raise Forbidden("this explorer only reads; 'begat serve --allow-edits' lets you correct the graph")


# -- forms ---------------------------------------------------------------------------------------------------------


def _mark(store: Store, form: Form) -> str:
    relation, verdict = named(Relation, form["relation"]), named(Verdict, form["verdict"])
    edge = edge_between(store, form["from"], relation, form["to"])
    if verdict not in (Verdict.RIGHT, Verdict.WRONG):
        raise UsageError("an edge is right or wrong")
    corrections.mark(store, edge, right=verdict is Verdict.RIGHT, reason=form["reason"])
    return edge_address(edge) if verdict is Verdict.RIGHT else "/corrections"


def _merge(store: Store, form: Form) -> str:
    corrections.merge(store, _node(store, form), find(store, form["other"]), form["reason"])
    return node_address(find(store, form["other"]).id)


def _split(store: Store, form: Form) -> str:
    node = _node(store, form)
    corrections.split(store, node, form["name"], form["reason"])
    return node_address(find(store, node.name).id)


def _node(store: Store, form: Form) -> Node:
    node = store.node(form["node"])
    if node is None:
        raise NotFoundError(form["node"])
    return node


def _withdraw(store: Store, form: Form) -> str:
    number = form["number"]
    if not (number.isascii() and number.isdecimal()) or len(number) > 9:
        raise UsageError("a correction has a number")
    corrections.withdraw(store, int(number))
    return "/corrections"


def _posting(edit: Callable[[Store, Form], str], *fields: str) -> Callable[[Request], Any]:
    async def endpoint(request: Request) -> Response:
        app = explorer(request)
        editable(app)
        form = _form(await request.body(), request.headers.get("content-type", ""))
        if not hmac.compare_digest(form.get("token", "").encode(), app.token.encode()):
            raise Forbidden("this form is of an earlier run; load its page again, then send it")
        missing = [name for name in fields if not form.get(name, "").strip()]
        if missing:
            raise UsageError(f"the form lacks: {', '.join(missing)}")
        return RedirectResponse(await run_in_threadpool(write, app, lambda store: edit(store, form)), 303)

    return endpoint


def write(app: Explorer, edit: Callable[[Store], Any]) -> Any:
    """Do one edit after another, never two at once."""
    with app.writing, Store.open(app.graph, write=True) as store:
        return edit(store)


def _form(body: bytes, kind: str) -> Form:
    if kind.partition(";")[0].strip().lower() != "application/x-www-form-urlencoded":
        raise UsageError("send a form")
    try:
        pairs = parse_qsl(body.decode(), keep_blank_values=True, max_num_fields=20)
    except ValueError as problem:
        raise UsageError(f"the form is not to be read: {problem}") from None
    return dict(pairs)


ROUTES = [
    Route("/corrections", reading(corrections_page)),
    Route("/mark", _posting(_mark, "from", "relation", "to", "verdict", "reason"), methods=["POST"]),
    Route("/merge", _posting(_merge, "node", "other", "reason"), methods=["POST"]),
    Route("/split", _posting(_split, "node", "name", "reason"), methods=["POST"]),
    Route("/withdraw", _posting(_withdraw, "number"), methods=["POST"]),
]
