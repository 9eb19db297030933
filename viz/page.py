"""Pages of pictures: one HTML file with the picture, a card for each work, and tables. No library, no request.

What a reader sees is in the HTML itself: cards open by `:target`, relations hide by `:has`, so that all of it works
without JavaScript; the script adds light on lines of descent, find, fit and keys. All text enters through templates
that escape it; links are built from ids, or from a URL field that is plain http(s); a content security policy allows
our own style and script by their hashes and nothing else.
"""

import base64
import hashlib
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup

from begat.graph.ids import arxiv_id
from begat.graph.model import Edge, Node, Statement
from begat.graph.vocabulary import FACTS, NodeType, Origin
from begat.queries.scenes import Scene
from begat.viz import svg as draw
from begat.viz.layout import OFF_AT_FIRST, UNSURE, Layout, layout
from begat.viz.links import link

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


Works = Mapping[str, Work]
"""The works of a page by node id."""


def page(scene: Scene, template: str, **context: Any) -> str:
    """A scene as one self-contained HTML file (text; write it as UTF-8).

    `template` extends `page.html` with what is told of this kind of scene, from `context`: values, or functions of
    the works by node id that give values.
    """
    laid = layout(scene)
    works = _works(scene, laid)
    by_id = {box.node.id: work for box, work in zip(laid.boxes, works, strict=True)}
    choices = _choices(laid)
    style, script = _style(laid, choices), draw.asset("page.js")
    steps = [abs(scene.steps.get(box.node.id, 0)) for box in laid.boxes]
    return (
        templates()
        .get_template(template)
        .render(
            title=draw.clean(scene.title),
            works=works,
            relations=len(laid.lines),
            unsure=sum(line.unsure for line in laid.lines),
            least=f"{UNSURE:.2f}",
            choices=choices,
            types=_types(scene.nodes),
            tones=set(scene.tones.values()),
            large=len(works) > draw.LARGE,
            sentences=3 if len(works) <= 200 else 1,
            truncated=scene.truncated,
            undated=any(box.open for box in laid.boxes),
            deepest=max(steps, default=0),
            steps=steps,
            marked=[by_id[node].number for node in scene.marked],
            width=f"{laid.width:.0f}",
            height=f"{laid.height:.0f}",
            header=draw.HEADER,
            definitions=Markup(draw.definitions()),
            bands=Markup(draw.bands(laid)),
            years=Markup(draw.years(laid)),
            lines=Markup(draw.lines(laid, scene.marked)),
            boxes=Markup(draw.boxes(laid, scene, lambda number, _: f"#w{number}")),
            style=Markup(style),
            script=Markup(script),
            policy=_policy(style, script),
            **{name: value(by_id) if callable(value) else value for name, value in context.items()},
        )
    )


# -- what the page tells -------------------------------------------------------------------------------------------


def _numbers(laid: Layout) -> dict[str, int]:
    """The number of each node on the page, by date: cards and boxes are known by it, never by a stranger's text."""
    return {box.node.id: i for i, box in enumerate(laid.boxes)}


def _works(scene: Scene, laid: Layout) -> list[Work]:
    """All works by number; those that stand for several are told all that is said of any of them."""
    numbers = _numbers(laid)
    nodes = {node.id: node for node in scene.nodes}
    other = {node.id: (drawn, node) for drawn, several in scene.variants.items() for node in several[1:]}
    numbers |= {node: numbers[drawn] for node, (drawn, _) in other.items()}
    papers = _papers(scene)
    edges = [e for e in scene.edges if e.subject in numbers and e.object in nodes]
    edges.sort(key=lambda e: (-FACTS[e.relation].lineage, -e.confidence, numbers[e.subject], numbers[e.object]))
    older: dict[int, list[Tie]] = {}
    newer: dict[int, list[Tie]] = {}
    for edge in edges:
        quotes = _quotes(scene, edge, papers)
        facts, here, there = FACTS[edge.relation], numbers[edge.subject], numbers[edge.object]
        subject = nodes[edge.subject] if edge.subject in nodes else other[edge.subject][1]
        several = other[edge.subject][0] if edge.subject in other else edge.subject
        words = f"{_short(subject.name, LONG_NAME)} {facts.forward}" if several in scene.variants else facts.forward
        older.setdefault(here, []).append(_tie(edge, nodes[edge.object], there, words, quotes))
        newer.setdefault(there, []).append(_tie(edge, subject, here, facts.backward, quotes))
    return [
        _work(box.node, number, scene, older.get(number, ()), newer.get(number, ()))
        for number, box in enumerate(laid.boxes)
    ]  # fmt: skip


def _work(node: Node, number: int, scene: Scene, older: Iterable[Tie], newer: Iterable[Tie]) -> Work:
    paper = scene.introduced_by.get(node.id)
    return Work(
        number=number,
        name=draw.clean(scene.labels.get(node.id, node.name)),
        type=node.type.lower(),
        date=draw.clean(draw.dated(node)),
        aliases=() if node.id in scene.variants else tuple(draw.clean(alias) for alias in node.aliases),
        url=link(node),
        paper=draw.clean(paper.name) if paper else None,
        paper_url=link(paper) if paper else None,
        builds_on=tuple(older),
        built_on_by=tuple(newer),
    )


def tie(scene: Scene, edge: Edge, works: Works) -> Tie:
    """An edge as told of its subject, where both ends have cards."""
    nodes = {node.id: node for node in scene.nodes}
    quotes = _quotes(scene, edge, _papers(scene))
    return _tie(edge, nodes[edge.object], works[edge.object].number, FACTS[edge.relation].forward, quotes)


def _papers(scene: Scene) -> dict[str, Node]:
    known = (*scene.nodes, *scene.papers.values(), *scene.introduced_by.values())
    return {node.id: node for node in known}


def _quotes(scene: Scene, edge: Edge, papers: Mapping[str, Node]) -> tuple[Quote, ...]:
    return tuple(_quote(s, papers, edge, scene.introduced_by) for s in scene.evidence.get(edge, ()))


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
    return f"{draw.asset('picture.css')}{draw.asset('page.css')}{size}{hide}{{display:none}}"


def _policy(style: str, script: str) -> str:
    """Nothing may load, and nothing may run but this style and this script."""

    def digest(source: str) -> str:
        return "'sha256-" + base64.b64encode(hashlib.sha256(source.encode()).digest()).decode() + "'"

    return (
        f"default-src 'none'; style-src {digest(style)}; script-src {digest(script)}; img-src data:;"
        " base-uri 'none'; form-action 'none'"
    )


def together(ties: Iterable[Tie]) -> list[tuple[str, list[Tie]]]:
    """Ties of the same words as one, in the order of the first of each."""
    found: dict[str, list[Tie]] = {}
    for tie in ties:
        found.setdefault(tie.words, []).append(tie)
    return list(found.items())


@cache
def templates() -> Environment:
    """The templates of pages that stand alone; every text is escaped."""
    environment = Environment(
        loader=PackageLoader("begat.viz", "static"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters["together"] = together
    return environment
