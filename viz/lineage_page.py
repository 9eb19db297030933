"""The lineage page: one HTML file with the picture, a card for each work, and two tables. No library, no request.

What a reader sees is in the HTML itself: cards open by `:target`, relations hide by `:has`, so that all of it works
without JavaScript; the script adds light on lines of descent, find, fit and keys. All text enters through templates
that escape it; links are built from ids, or from a URL field that is plain http(s); a content security policy allows
our own style and script by their hashes and nothing else.
"""

import base64
import hashlib
import re
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from urllib.parse import quote, urlsplit

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup

from begat.graph.ids import arxiv_id
from begat.graph.model import Edge, Node, Statement
from begat.graph.vocabulary import FACTS, NodeType, Origin
from begat.queries.lineage import Lineage
from begat.viz import svg as draw
from begat.viz.layout import OFF_AT_FIRST, UNSURE, Layout, layout

MANY = 800
"""Past so many works a picture is no longer read at a glance: the page says so."""


LONG_NAME, LONG_QUOTE = 72, 420
"""Where a name or a sentence is cut; the whole name stands on the work's own card."""


@dataclass(frozen=True, slots=True)
class Quote:
    """An evidence sentence and where it stands."""

    text: str
    note: str
    """Why there is no sentence: what a field or a name declares; else empty."""
    source: str
    url: str | None
    own: bool
    """Whether the paper that introduces the work says it itself."""


@dataclass(frozen=True, slots=True)
class Tie:
    """One edge as told on a card or in a table: `words` and the work at its other end."""

    words: str
    relation: str
    number: int
    name: str
    date: str
    confidence: str
    unsure: bool
    support: int
    quotes: tuple[Quote, ...]


@dataclass(frozen=True, slots=True)
class Work:
    """A node as told on its card."""

    number: int
    name: str
    type: str
    date: str
    aliases: tuple[str, ...]
    url: str | None
    paper: str | None
    """The title of the paper that introduces it."""
    paper_url: str | None
    builds_on: tuple[Tie, ...]
    built_on_by: tuple[Tie, ...]


@dataclass(frozen=True, slots=True)
class Choice:
    """A relation in the toolbar, with how often it stands in the picture."""

    slug: str
    words: str
    count: int
    on: bool
    sample: Markup


def page(lineage: Lineage) -> str:
    """The lineage as one self-contained HTML file (text; write it as UTF-8)."""
    laid = layout(lineage)
    works = _works(lineage, laid)
    subject = next(work for work in works if work.number == _numbers(laid)[lineage.subject.id])
    choices = _choices(laid)
    style, script = _style(laid, choices), draw.asset("lineage.js")
    html = _templates().get_template("lineage.html")
    return html.render(
        subject=subject,
        works=works,
        relations=len(laid.lines),
        unsure=sum(line.unsure for line in laid.lines),
        least=f"{UNSURE:.2f}",
        choices=choices,
        types=_types(lineage.nodes),
        large=len(works) > draw.LARGE,
        many=len(works) > MANY,
        sentences=3 if len(works) <= 200 else 1,
        truncated=lineage.truncated,
        undated=any(box.open for box in laid.boxes),
        deepest=max((abs(step) for step in lineage.steps.values()), default=0),
        steps=[abs(lineage.steps.get(box.node.id, 0)) for box in laid.boxes],
        width=f"{laid.width:.0f}",
        height=f"{laid.height:.0f}",
        header=draw.HEADER,
        definitions=Markup(draw.definitions()),
        bands=Markup(draw.bands(laid)),
        years=Markup(draw.years(laid)),
        lines=Markup(draw.lines(laid, lineage.marked)),
        boxes=Markup(draw.boxes(laid, lineage, lambda number, _: f"#w{number}")),
        style=Markup(style),
        script=Markup(script),
        policy=_policy(style, script),
    )


# -- what the page tells -------------------------------------------------------------------------------------------


def _numbers(laid: Layout) -> dict[str, int]:
    """The number of each node on the page, by date: cards and boxes are known by it, never by a stranger's text."""
    return {box.node.id: i for i, box in enumerate(laid.boxes)}


def _works(lineage: Lineage, laid: Layout) -> list[Work]:
    numbers = _numbers(laid)
    nodes = {node.id: node for node in lineage.nodes}
    papers = {**nodes, **lineage.papers, **{paper.id: paper for paper in lineage.introduced_by.values()}}
    edges = [e for e in lineage.edges if e.subject in nodes and e.object in nodes]
    edges.sort(key=lambda e: (-FACTS[e.relation].lineage, -e.confidence, numbers[e.subject], numbers[e.object]))
    older: dict[str, list[Tie]] = {}
    newer: dict[str, list[Tie]] = {}
    for edge in edges:
        quotes = tuple(
            _quote(statement, papers, edge, lineage.introduced_by) for statement in lineage.evidence.get(edge, ())
        )
        facts = FACTS[edge.relation]
        older.setdefault(edge.subject, []).append(
            _tie(edge, nodes[edge.object], numbers[edge.object], facts.forward, quotes)
        )
        newer.setdefault(edge.object, []).append(
            _tie(edge, nodes[edge.subject], numbers[edge.subject], facts.backward, quotes)
        )
    return [
        _work(node, numbers[node.id], lineage.introduced_by.get(node.id), older.get(node.id, ()), newer.get(node.id, ()))
        for node in (box.node for box in laid.boxes)
    ]  # fmt: skip


def _work(node: Node, number: int, paper: Node | None, older: Iterable[Tie], newer: Iterable[Tie]) -> Work:
    return Work(
        number=number,
        name=draw.clean(node.name),
        type=node.type.lower(),
        date=draw.clean(draw.dated(node)),
        aliases=tuple(draw.clean(alias) for alias in node.aliases),
        url=link(node),
        paper=draw.clean(paper.name) if paper else None,
        paper_url=link(paper) if paper else None,
        builds_on=tuple(older),
        built_on_by=tuple(newer),
    )


def _tie(edge: Edge, other: Node, number: int, words: str, quotes: tuple[Quote, ...]) -> Tie:
    unsure = edge.confidence < UNSURE
    date = draw.clean(other.date or (f"by {other.seen}" if other.seen else "unknown"))
    name = _short(other.name, LONG_NAME)
    return Tie(
        words, draw.slug(edge.relation), number, name, date, f"{edge.confidence:.2f}", unsure, edge.support, quotes
    )


def _quote(statement: Statement, papers: Mapping[str, Node], edge: Edge, introduced: Mapping[str, Node]) -> Quote:
    evidence, origin = statement.assertion.evidence, statement.assertion.origin
    note = ""
    if evidence.part.startswith("field:"):
        note = f"declared in the field {evidence.part.removeprefix('field:')}"
    elif origin is Origin.NAME:
        note = "as the name says"
    elif evidence.part == "title":
        note = "in the title"
    paper = papers.get(statement.paper)
    source = paper.name if paper else statement.document
    arxiv = arxiv_id(statement.document)
    url = link(paper) if paper else f"https://arxiv.org/abs/{arxiv}" if arxiv else None
    own = statement.paper in (edge.subject, introduced[edge.subject].id if edge.subject in introduced else None)
    return Quote(_short(evidence.quote, LONG_QUOTE), draw.clean(note), _short(source, LONG_NAME), url, own)


def _short(value: str, most: int) -> str:
    value = " ".join(draw.clean(value).split())
    return value if len(value) <= most else value[: most - 1].rstrip() + "…"


def link(node: Node) -> str | None:
    """Where a node can be read about: by its arXiv id or DOI, else by its URL where that is plain http(s)."""
    if node.arxiv:
        return "https://arxiv.org/abs/" + quote(node.arxiv, safe="/.")
    if node.doi:
        return "https://doi.org/" + quote(node.doi, safe="/.:;()_-")
    return web_address(node.url)


def web_address(url: str | None) -> str | None:
    """A stranger's URL, if it is one that a browser may follow: http or https, a host, nothing hidden in it."""
    if not url or re.search(r"[\x00-\x20\x7f\\]", url):
        return None
    try:
        parts = urlsplit(url)
    except ValueError:
        return None
    return url if parts.scheme.lower() in ("http", "https") and parts.hostname else None


# -- toolbar, style, policy ----------------------------------------------------------------------------------------


def _choices(laid: Layout) -> list[Choice]:
    counts = Counter(line.edge.relation for line in laid.lines)
    return [
        Choice(draw.slug(r), FACTS[r].forward, counts[r], r not in OFF_AT_FIRST, Markup(draw.key_of(r)))
        for r in sorted(counts, key=lambda r: (-FACTS[r].lineage, r))
    ]


def _types(nodes: Iterable[Node]) -> list[tuple[str, Markup, int]]:
    """The types that occur, each with its shape."""
    counts = Counter(node.type for node in nodes)
    return [(t.lower(), Markup(draw.outline(t, 2, 14.5, 36)), counts[t]) for t in NodeType if counts[t]]


def _style(laid: Layout, choices: Sequence[Choice]) -> str:
    """The style sheet of this page: ours, the picture's size, and a rule for each relation that can be hidden."""
    off = [f"body:has(#r-{c.slug}:not(:checked)) .works .e.{c.slug}" for c in choices]
    hide = ",".join([*off, "body:has(#unsure:not(:checked)) .works .e.unsure"])
    size = f":root{{--width:{laid.width:.0f}px}}"
    return f"{draw.asset('picture.css')}{draw.asset('lineage.css')}{size}{hide}{{display:none}}"


def _policy(style: str, script: str) -> str:
    """Nothing may load, and nothing may run but this style and this script."""

    def digest(source: str) -> str:
        return "'sha256-" + base64.b64encode(hashlib.sha256(source.encode()).digest()).decode() + "'"

    return (
        f"default-src 'none'; style-src {digest(style)}; script-src {digest(script)}; img-src data:;"
        " base-uri 'none'; form-action 'none'"
    )


@cache
def _templates() -> Environment:
    return Environment(
        loader=PackageLoader("begat.viz", "static"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
