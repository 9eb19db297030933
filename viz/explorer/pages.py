"""The pages. Each reads what it shows, and no more, from the graph as it is at that moment."""

from collections.abc import Callable, Iterable, Mapping
from functools import cache
from http import HTTPStatus
from itertools import groupby
from typing import Any

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import HTMLResponse, RedirectResponse, Response
from starlette.routing import Route

from begat.graph import ids
from begat.graph.errors import BegatError, GraphError, NotFoundError, UsageError
from begat.graph.model import Edge, Node
from begat.graph.names import fold, parse
from begat.graph.reader import Reader
from begat.graph.search import find, search
from begat.graph.store import Store
from begat.graph.vocabulary import FACTS, LINEAGE, THINGS, NodeType, Relation
from begat.queries import overview
from begat.queries.comparison import SHARED, Comparison, compare, rows
from begat.queries.family import FamilyTree, family
from begat.queries.introductions import introductions
from begat.queries.lineage import Lineage, lineage
from begat.queries.paths import path
from begat.queries.scenes import Excerpt
from begat.queries.show import Group, Portrait, show
from begat.viz import svg as draw
from begat.viz.explorer import asking
from begat.viz.explorer.asking import Choice, address, family_address, named, node_address, number, share
from begat.viz.explorer.evidence import PAGE, document_address, document_named, quoted
from begat.viz.explorer.picture import narrowed, picture
from begat.viz.explorer.state import Busy, Explorer, Forbidden, explorer, static_address
from begat.viz.layout import UNSURE
from begat.viz.links import link

MOST_QUOTES = 40
"""Statements shown of one edge."""
SHOWN = 8
"""Edges of one relation on a node's page; a list has the others."""
GLANCE = 24
"""Works in the small picture on a node's page."""
PER_PAGE = 60
LONGEST_TEXT = 300
"""Characters of a search."""

Page = Callable[[Request, Reader], Response]


# -- templates -----------------------------------------------------------------------------------------------------


@cache
def templates() -> Environment:
    """The templates; every text is escaped, and freed of marks that turn the direction of what stands around it."""
    environment = Environment(
        loader=PackageLoader("begat.viz.explorer", "templates"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        finalize=lambda value: draw.clean(value) if isinstance(value, str) and not isinstance(value, Markup) else value,
    )
    environment.globals |= {
        "facts": FACTS, "LINEAGE": LINEAGE, "Relation": Relation, "types": asking.TYPES, "unsure": UNSURE,
        "slug": asking.slug, "node_address": node_address, "family_address": family_address, "address": address, "static": static_address,
        "shape": _shape, "sample": _sample, "dated": draw.dated, "outside": link, "plural": _plural,
        "edge_address": edge_address, "definitions": Markup(draw.definitions()),
    }  # fmt: skip
    environment.filters["thousands"] = lambda value: f"{value:,}"
    return environment


@cache
def _shape(kind: NodeType) -> Markup:
    """The small shape that tells a node's type."""
    body = draw.outline(kind, 2, 14.5, 36)
    return Markup(
        '<svg class="picture shape" viewBox="0 0 40 29" width="24" height="17" aria-hidden="true">'
        f'<g class="n {kind.lower()}">{body}</g></svg>'
    )


@cache
def _sample(relation: Relation) -> Markup:
    """A sample of a relation's line."""
    return Markup(f'<svg class="picture" width="36" height="12" aria-hidden="true">{draw.key_of(relation)}</svg>')


def _plural(count: int, one: str, many: str | None = None) -> str:
    return f"{count:,} {one if count == 1 else many or one + 's'}"


def edge_address(edge: Edge) -> str:
    """The page of an edge, with all that states it."""
    return address("/edge", [("from", edge.subject), ("relation", asking.slug(edge.relation)), ("to", edge.object)])


def render(request: Request, template: str, status_code: int = 200, /, **context: Any) -> HTMLResponse:
    """A template as an answer."""
    app = explorer(request)
    html = templates().get_template(template).render(explorer=app, path=request.url.path, **context)
    return HTMLResponse(html, status_code)


def error_page(request: Request, error: Exception) -> Response:
    """What is wrong, in words, with what may be meant instead."""
    status = status_of(error)
    words = str(error) if isinstance(error, BegatError) else "Something went wrong here, not with you."
    near = error.suggestions if isinstance(error, NotFoundError) else ()
    return render(request, "error.html", status, status=HTTPStatus(status), words=words, near=near)


def status_of(error: Exception) -> int:
    """The HTTP status that tells what kind of error it was."""
    if isinstance(error, NotFoundError):
        return 404
    if isinstance(error, Forbidden):
        return 403
    if isinstance(error, Busy | GraphError):
        return 503
    return 400 if isinstance(error, BegatError) else 500


def reading(page: Page) -> Callable[[Request], Response]:
    """A page that reads the graph at one moment; what it raises becomes a page too."""

    def endpoint(request: Request) -> Response:
        with explorer(request).reading() as store:
            return page(request, store)

    return endpoint


# -- start, search, lists ------------------------------------------------------------------------------------------


def start(request: Request, store: Reader) -> Response:
    """What invites: search, the most built upon, the newest, the families."""
    view = explorer(request).once(store, "overview", overview_of)
    return render(request, "start.html", **view)


def search_page(request: Request, store: Reader) -> Response:
    """What a search finds: the work of that name, then names, titles and sentences with its words."""
    text = request.query_params.get("q", "").strip()[:LONGEST_TEXT]
    if not text:
        return RedirectResponse("/", 303)
    exact = _found(store, text)
    hits = search(store, text, 40, ("\ue000", "\ue001"))
    marked = [(hit, _marked(hit.snippet)) for hit in hits if hit.kind == "evidence" or not exact or hit.node != exact]
    names = [hit for hit, _ in marked if hit.kind != "evidence"]
    sentences = [(hit, snippet) for hit, snippet in marked if hit.kind == "evidence"]
    return render(request, "search.html", text=text, exact=exact, names=names, sentences=sentences)


def _found(store: Reader, text: str) -> Node | None:
    """The work of exactly this name or id; `find` alone would go on to look for names like it, which takes long."""
    known = store.named(parse(text).key, folded=True) or store.named(fold(text), folded=True) or store.node(text)
    if not (known or ids.arxiv_id(text) or ids.doi(text)):
        return None
    try:
        return find(store, text)
    except NotFoundError:
        return None


def _marked(snippet: str) -> list[tuple[str, bool]]:
    """A snippet in pieces, each with whether it is to be marked."""
    pieces: list[tuple[str, bool]] = []
    for piece in snippet.split("\ue000"):
        hit, end, rest = piece.rpartition("\ue001")
        pieces += [(hit, True), (rest, False)] if end else [(piece, False)]
    return [(text, mark) for text, mark in pieces if text]


def completions(request: Request, store: Reader) -> Response:
    """Works that an unfinished name may mean, as options of a list."""
    text = request.query_params.get("q", "").strip()[:LONGEST_TEXT]
    found = overview.complete(store, text, 10) if text else []
    id_ = "".join(c for c in request.query_params.get("list", "") if c.isalnum() or c == "-")[:40] or "names"
    return render(request, "completions.html", found=found, list=id_)


def works(request: Request, store: Reader) -> Response:
    """A list of works of a type, a year, a family."""
    query = request.query_params
    kind = named(NodeType, query["type"]) if query.get("type") else None
    undated = query.get("year") == "unknown"
    year = None if undated else number(query, "year", 0, 9999)
    family, page = query.get("family") or None, number(query, "page", 1, 10_000) or 1
    if kind is None and year is None and family is None and not undated:
        raise UsageError("name a type, a year or a family, as in /works?type=model&year=2023")
    found = overview.works(
        store, type=kind, year=year, undated=undated, family=family, limit=PER_PAGE + 1,
        offset=(page - 1) * PER_PAGE,
    )  # fmt: skip
    pairs: list[tuple[str, object]] = [("type", query.get("type")), ("year", query.get("year")), ("family", family)]
    by_year = [(y, list(group)) for y, group in groupby(found[:PER_PAGE], key=lambda node: node.year)]
    return render(
        request, "works.html", kind=kind, year=year, undated=undated, family=family, page=page, by_year=by_year,
        before=address("/works", [*pairs, ("page", page - 1 if page > 2 else None)]) if page > 1 else None,
        after=address("/works", [*pairs, ("page", page + 1)]) if len(found) > PER_PAGE else None,
    )  # fmt: skip


def among(store: Reader, nodes: list[Node], relations: tuple[Relation, ...]) -> Excerpt:
    """Some works with the edges between them."""
    kept = {node.id for node in nodes}
    edges = tuple(e for e in store.edges_from(kept, relations) if e.object in kept and e.object != e.subject)
    return Excerpt(tuple(nodes), edges)


def map_page(request: Request, store: Reader) -> Response:
    """All works by type and year, counted."""
    view = explorer(request).once(store, "overview", overview_of)
    return render(request, "map.html", **view)


def about(request: Request, store: Reader) -> Response:
    """The graph itself: what is in it, from where, how good, since when."""
    return render(request, "about.html", **explorer(request).once(store, "facts", facts_of))


# -- one work ------------------------------------------------------------------------------------------------------

_FIRST = (
    *LINEAGE, Relation.SUBCLASS_OF, Relation.TRAINED_ON, Relation.EVALUATED_ON, Relation.OUTPERFORMS,
    Relation.COMPARED_WITH, Relation.INTRODUCES, Relation.CITES, Relation.AUTHORED_BY, Relation.MENTIONS,
)  # fmt: skip
_STANDING = (Relation.EVALUATED_ON, Relation.OUTPERFORMS, Relation.COMPARED_WITH)


def node_page(request: Request, store: Reader) -> Response:
    """One work: what it is, who introduced it, its relations, each opening to its sentences."""
    node_id = request.path_params["node"]
    portrait = show(store, node_id)
    node = portrait.node
    groups = sorted(portrait.groups, key=lambda g: _FIRST.index(g.relation))
    builds_on = [g for g in groups if g.forward and g.relation in LINEAGE]
    built_on_by = [g for g in groups if not g.forward and g.relation in LINEAGE]
    standing = [g for g in groups if g.relation in _STANDING]
    others = [g for g in groups if g.relation not in (*LINEAGE, *_STANDING) and not _is_introduction(g, node)]
    near, whole = _kin(portrait)
    return render(
        request, "node.html", node=node, names=portrait.names, introduced_by=portrait.introduced_by[:3],
        builds_on=builds_on, built_on_by=built_on_by, standing=standing, others=others, choice=Choice(node_id),
        kin_of_family=node.family is not None and len(overview.works(store, family=node.family, limit=2)) > 1,
        picture=picture(near) if near.edges else None, whole=whole, most=SHOWN,
    )  # fmt: skip


def _kin(portrait: Portrait) -> tuple[Excerpt, bool]:
    """The best attested of what it directly builds on and what directly builds on it; whether that is all."""
    groups = [g for g in portrait.groups if g.relation in LINEAGE]
    room = max(2, GLANCE // max(1, len(groups)))
    kin = [(edge, other) for g in groups for edge, other, _ in g.edges[:room]]
    nodes = {portrait.node.id: portrait.node} | {other.id: other for _, other in kin}
    edges = tuple(dict.fromkeys(edge for edge, other in kin if other != portrait.node))
    near = Excerpt(tuple(nodes.values()), edges, marked=(portrait.node.id,))
    return near, sum(g.count for g in groups) == len(kin)


def _is_introduction(group: Group, node: Node) -> bool:
    return group.relation is Relation.INTRODUCES and not group.forward


def edges_page(request: Request, store: Reader) -> Response:
    """All edges of one relation of a work in one direction, the best attested first."""
    query, node = request.query_params, store.node(request.path_params["node"])
    if node is None:
        raise NotFoundError(request.path_params["node"])
    relation, forward = named(Relation, query.get("relation", "")), query.get("direction") != "backward"
    page = number(query, "page", 1, 10_000) or 1
    found = overview.edges_of(store, node.id, relation, forward, limit=PER_PAGE + 1, offset=(page - 1) * PER_PAGE)
    others = store.nodes_of(e.object if e.subject == node.id else e.subject for e in found)
    rows = [(e, others[e.object if e.subject == node.id else e.subject]) for e in found[:PER_PAGE]]
    words = FACTS[relation].forward if forward else FACTS[relation].backward

    def at(number: int) -> str:
        pairs = [("relation", asking.slug(relation)), ("direction", "" if forward else "backward"), ("page", number)]
        return address(request.url.path, pairs)

    return render(
        request, "edges.html", node=node, words=words, rows=rows, relation=relation,
        before=at(page - 1) if page > 1 else None, after=at(page + 1) if len(found) > PER_PAGE else None,
    )  # fmt: skip


def edge_page(request: Request, store: Reader) -> Response:
    """An edge with every sentence that states it, in its text; asked for by htmx, the sentences alone."""
    query = request.query_params
    relation = named(Relation, query.get("relation", ""))
    ends = (query.get("from", ""), relation, query.get("to", ""))
    edge = store.edge(*ends)
    if edge is None:
        raise NotFoundError(f"{ends[0]} {FACTS[relation].forward} {ends[2]}")
    statements = store.evidence(edge)
    nodes = store.nodes_of((edge.subject, edge.object))
    fragment = request.headers.get("hx-request") == "true"
    return render(
        request, "quotes.html" if fragment else "edge.html", edge=edge, subject=nodes[edge.subject],
        object=nodes[edge.object], words=FACTS[relation].forward, total=len(statements),
        quotes=quoted(store, statements[:MOST_QUOTES]),
    )  # fmt: skip


def document_page(request: Request, reader: Reader) -> Response:
    """A document's text, at a place in it, with all that it states."""
    query, store = request.query_params, with_texts(reader)
    id_, source = query.get("id", ""), query.get("source", "")
    document = document_named(store, source, id_)
    if document is None:
        raise NotFoundError(id_)
    part = "title" if query.get("part") == "title" else "text"
    whole = document.text if part == "text" else document.title or ""
    start, end = number(query, "start", 0, 999_999_999) or 0, number(query, "end", 0, 999_999_999) or 0
    start, end = min(start, len(whole)), min(max(start, end), len(whole))
    text_start, text_end = (start, end) if part == "text" else (0, 0)
    first = max(0, text_start - PAGE // 2)
    last = min(len(document.text), max(text_end, first) + PAGE)
    statements = sorted(
        store.statements("d.source = ? AND d.id = ?", (source, id_)),
        key=lambda s: (s.assertion.evidence.start, s.claim),
    )
    told = [s for s in statements if s.assertion.relation is not Relation.MENTIONS][:PER_PAGE]
    nodes = store.nodes_of(end_ for s in told for end_ in (s.subject, s.object, s.paper))
    paper = nodes.get(told[0].paper) if told else None
    return render(
        request, "document.html", document=document, part=part,
        title=(whole[:start], whole[start:end], whole[end:]) if part == "title" else None,
        before=document.text[first:text_start], quote=document.text[text_start:text_end],
        after=document.text[text_end:last], first=first, last=last, length=len(document.text), paper=paper,
        told=[(s, nodes[s.subject], nodes[s.object], document_address(s)) for s in told],
    )  # fmt: skip


def with_texts(store: Reader) -> Store:
    """The graph, if it is one that has its documents' texts; else UsageError."""
    if not isinstance(store, Store):
        raise UsageError("texts are not in a Neo4j; explore the graph file that was pushed ('begat serve -g FILE')")
    return store


def lineage_page(request: Request, store: Reader) -> Response:
    """The lineage of a work under the filters of the address."""
    choice = Choice.of(request.path_params["node"], request.query_params)
    fragment = request.headers.get("hx-request") == "true"
    if not fragment and "" in request.query_params.values():
        return RedirectResponse(choice.address(), 303)  # of a form that says nothing in some of its fields
    format_ = request.query_params.get("format")
    if format_:
        found = narrowed(chosen(store, choice.to_keep(), evidence=True), choice)
        return _download(found, format_, found.subject.name)
    found = narrowed(chosen(store, choice, evidence=False), choice)
    answer = render(
        request, "lineage_view.html" if fragment else "lineage.html", lineage=found, choice=choice, picture=picture(found),
        rows=list(_rows(found)), most=asking.MANY, few=asking.FEW, kept=asking.KEPT, formats=_FORMATS,
    )  # fmt: skip
    if fragment:
        answer.headers["HX-Push-Url"] = choice.address()
    return answer


def chosen(store: Reader, choice: Choice, *, evidence: bool) -> Lineage:
    """The lineage that is asked for; its sentences are read where they are to be kept, a page asks for them one by one."""
    return lineage(
        store, choice.node, direction=choice.direction, depth=choice.depth, relations=choice.relations,
        min_confidence=choice.confidence, limit=choice.most, evidence=evidence,
    )  # fmt: skip


def _rows(found: Lineage) -> Iterable[tuple[str, list[tuple[Edge, Node, str]]]]:
    """What the tables below the picture tell: edges of the subject in either direction."""
    nodes = {node.id: node for node in found.nodes}
    subject = found.subject.id
    for heading, forward in ((f"{found.subject.name} builds on", True), (f"Builds on {found.subject.name}", False)):
        edges = [e for e in found.edges if (e.subject if forward else e.object) == subject]
        edges.sort(key=lambda e: (-FACTS[e.relation].lineage, -e.confidence, e.subject, e.object))
        yield heading, [
            (e, nodes[e.object if forward else e.subject], FACTS[e.relation].forward if forward else FACTS[e.relation].backward)
            for e in edges
        ]  # fmt: skip


_FORMATS = ("html", "svg", "json", "mermaid", "dot")


def _download(found: Lineage | FamilyTree | Comparison, format_: str, name: str) -> Response:
    """What is shown as a file."""
    makers: Mapping[str, tuple[str, Callable[[], str]]] = {
        "html": ("text/html", lambda: _whole_page(found)),
        "svg": ("image/svg+xml", lambda: draw.svg(found)),
        "json": ("application/json", found.json),
        "mermaid": ("text/plain", found.mermaid),
        "dot": ("text/plain", found.dot),
    }
    if format_ not in makers:
        raise UsageError(f"no format {format_[:40]!r}; there are {', '.join(makers)}")
    kind, make = makers[format_]
    ending = {"mermaid": "mmd"}.get(format_, format_)
    name = "".join(c if c.isascii() and c.isalnum() else "-" for c in name).strip("-")[:60] or "picture"
    # As a download and never shown: the page has its own policy, and must not run under our address.
    headers = {"Content-Disposition": f'attachment; filename="{name}.{ending}"'}
    return Response(make(), media_type=kind, headers=headers)


def _whole_page(found: Lineage | FamilyTree | Comparison) -> str:
    from begat.viz import comparison_page, family_page, lineage_page

    if isinstance(found, Lineage):
        return lineage_page.page(found)
    return family_page.page(found) if isinstance(found, FamilyTree) else comparison_page.page(found)


def family_page(request: Request, store: Reader) -> Response:
    """A family over the years."""
    name, least = request.path_params["name"], share(request.query_params, "confidence") or 0.0
    found = family(store, name, min_confidence=least)
    format_ = request.query_params.get("format")
    if format_:
        return _download(found, format_, found.name)
    hidden = {node.id for several in found.variants.values() for node in several[1:]}
    shown = [node for node in found.members if node.id not in hidden]
    ups: dict[str, list[tuple[Edge, Node]]] = {}
    known = {node.id: node for node in found.nodes}
    for edge in sorted(found.edges, key=lambda e: (-FACTS[e.relation].lineage, -e.confidence, e.object)):
        ups.setdefault(edge.subject, []).append((edge, known[edge.object]))
    return render(
        request, "family.html", family=found, picture=picture(found), ups=ups, formats=_FORMATS,
        years=[(year, list(group)) for year, group in groupby(shown, key=lambda node: node.year)],
    )  # fmt: skip


def compare_page(request: Request, store: Reader) -> Response:
    """Two works side by side."""
    query = request.query_params
    a, b = (query.get(name, "").strip()[:LONGEST_TEXT] for name in ("a", "b"))
    if not (a and b):
        return render(request, "compare.html", a=a, b=b, found=None)
    found = compare(store, find(store, a).id, find(store, b).id)
    format_ = query.get("format")
    if format_:
        return _download(found, format_, found.title)
    known = {node.id: node for node in found.nodes}
    ways = [
        (node, [(s.node, [(e, known[e.object]) for e in found.way(s, node.id)]) for s in found.sides if s.node != node])
        for node in found.parting
    ]
    return render(
        request, "compare.html", a=a, b=b, found=found, picture=picture(found), ways=ways, rows=rows(found)[1:],
        shared=[(FACTS[r].forward, found.shared(r)) for r in SHARED if found.shared(r)], known=known, formats=_FORMATS,
        between=[(e, known[e.subject], known[e.object], quoted(store, found.evidence[e])) for e in found.between],
    )  # fmt: skip


def path_page(request: Request, store: Reader) -> Response:
    """How two works are connected."""
    query = request.query_params
    a, b = (query.get(name, "").strip()[:LONGEST_TEXT] for name in ("a", "b"))
    length = number(query, "length", 1, 10) or 6
    found, ends, steps = None, None, []
    if a and b:
        ends = find(store, a), find(store, b)
        found = path(store, ends[0].id, ends[1].id, max_length=length)
        if found:
            steps = [
                (step, node, quoted(store, step.evidence[:1]))
                for step, node in zip(found.steps, found.nodes[1:], strict=True)
            ]
    return render(request, "path.html", a=a, b=b, length=length, ends=ends, found=found, steps=steps)


def introduced(store: Reader, nodes: Iterable[Node]) -> dict[str, Node]:
    """The papers that introduce these works, by the works' ids."""
    return introductions(store, (node.id for node in nodes if node.type in THINGS))


def overview_of(store: Reader) -> dict[str, Any]:
    """What the start page and the map show; computed once for each revision of the graph."""
    upon, newest = overview.most_built_upon(store, 12), overview.newest(store, 12)
    counts = overview.census(store)
    years = sorted({year for _, year in counts if year is not None})
    return {
        "upon": upon, "newest": newest, "families": overview.families(store, 16),
        "introduced": introduced(store, [*(node for node, _ in upon), *newest]), "counts": counts, "years": years,
        "undated": any(year is None for _, year in counts),
        "totals": {kind: sum(n for (k, _), n in counts.items() if k is kind) for kind in asking.TYPES},
        "busiest": max(counts.values(), default=1),
    }  # fmt: skip


def facts_of(store: Reader) -> dict[str, Any]:
    """What the page on the graph shows."""
    bands = overview.certainty(store)
    total = sum(count for _, count in bands) or 1
    return {
        "stats": overview.counted(store), "built": store.meta("built") if isinstance(store, Store) else None,
        "stamp": store.stamp, "bands": [(band, count, round(100 * count / total, 1)) for band, count in bands],
    }  # fmt: skip


ROUTES = [
    Route("/", reading(start)),
    Route("/search", reading(search_page)),
    Route("/complete", reading(completions)),
    Route("/works", reading(works)),
    Route("/map", reading(map_page)),
    Route("/about", reading(about)),
    Route("/node/{node:any}", reading(node_page)),
    Route("/edges/{node:any}", reading(edges_page)),
    Route("/edge", reading(edge_page)),
    Route("/document", reading(document_page)),
    Route("/lineage/{node:any}", reading(lineage_page)),
    Route("/path", reading(path_page)),
    Route("/family/{name:any}", reading(family_page)),
    Route("/compare", reading(compare_page)),
]


def nothing_here(request: Request, error: HTTPException) -> Response:
    """An address that is none of ours, or a method that it does not have."""
    status = HTTPStatus(error.status_code)
    words = "No page has this address." if status is HTTPStatus.NOT_FOUND else status.description or status.phrase
    return render(request, "error.html", status, status=status, words=words, near=())


def warm(app: Explorer, store: Reader) -> None:
    """Compute beforehand what the first visitor would wait for."""
    app.once(store, "overview", overview_of)
    app.once(store, "facts", facts_of)
