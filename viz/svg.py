"""A layout drawn as SVG: for pages, and as a picture that stands alone.

Every text comes from strangers. It enters the SVG through `text` alone, which escapes it and leaves out what XML does
not allow; all else is numbers, words of the vocabulary, and our own style sheet.
"""

import re
from collections.abc import Callable, Mapping, Sequence
from functools import cache
from html import escape
from importlib.resources import files
from itertools import pairwise

from begat.graph.model import Node
from begat.graph.vocabulary import FACTS, LINEAGE, NodeType, Relation
from begat.queries.scenes import Scene
from begat.viz.layout import BOX, Box, Layout, Line, layout
from begat.viz.timeline import Band

HEADER = 26
"""Height of the strip with the years."""
_RADIUS = 8.0
_AGAIN = 280
LARGE = 150
"""Above so many works, dashes are painted as slanting stripes: a browser pans over ten thousand real dashes at 5 frames
a second, over stripes at 50."""
_DASHED = {
    Relation.DISTILLED_FROM: (7, 4),
    Relation.USES: (2, 4),
    Relation.CITES: (1, 3),
    Relation.COMPARED_WITH: (1, 3),
}
_PALE = (*LINEAGE, Relation.CITES)
"""Relations that have pale arrow heads. An opacity on whole lines would do without, and would make a browser blend each
line by itself: of a thousand works it panned over 2 frames a second, over pale paint at 58."""
_NOT_XML = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
_BIDI = re.compile("[\u200e\u200f\u202a-\u202e\u2066-\u2069]")


def text(value: str) -> str:
    """A stranger's text as it may stand in XML and HTML, as content or in a quoted attribute."""
    return escape(clean(value))


def clean(value: str) -> str:
    """A text without what XML forbids, and without marks that turn the direction of what stands around it."""
    return _BIDI.sub("", _NOT_XML.sub("\ufffd", value))


def slug(relation: Relation) -> str:
    """A relation as a class name: `fine-tuned-from`."""
    return relation.value.lower().replace("_", "-")


@cache
def asset(name: str) -> str:
    """One of the files beside the templates."""
    return files("begat.viz.static").joinpath(name).read_text(encoding="utf-8")


# -- parts of the picture ------------------------------------------------------------------------------------------


def bands(laid: Layout) -> str:
    """The shaded years behind the picture."""
    shaded = (band for band in laid.bands if band.shaded)
    body = "".join(f'<rect x="{_n(b.x)}" y="0" width="{_n(b.width)}" height="{_n(laid.height)}"/>' for b in shaded)
    return f'<g class="bands">{body}</g>'


def years(laid: Layout) -> str:
    """The headings of the years."""
    return "".join(_year(band) for band in laid.bands)


def _year(band: Band) -> str:
    """A year's heading; in a wide year again and again, fainter, so that one is in view wherever a reader scrolls."""
    again = range(_AGAIN, int(band.width) - 60, _AGAIN)
    label = text(band.label)
    return f'<text class="year" x="{_n(band.x + 6)}" y="17.5">{label}</text>' + "".join(
        f'<text class="year again" x="{_n(band.x + 6 + x)}" y="17.5">{label}</text>' for x in again
    )


def lines(laid: Layout, marked: Sequence[str]) -> str:
    """The edges, those of further parents undermost."""
    number = {box.node.id: i for i, box in enumerate(laid.boxes)}
    at = {box.node.id: box for box in laid.boxes}
    ordered = sorted(laid.lines, key=lambda line: (line.primary, not line.unsure))
    return "".join(_line(line, number, at, marked) for line in ordered)


def _line(line: Line, number: Mapping[str, int], at: Mapping[str, Box], marked: Sequence[str]) -> str:
    edge = line.edge
    classes = ["e", slug(edge.relation)]
    if line.unsure:
        classes.append("unsure")
    if not line.primary:
        classes.append("own" if edge.subject in marked or edge.object in marked else "further")
    trunk = ""
    points = line.points
    if line.trunk:
        (x, top), (_, bottom), (end, _) = points
        radius = min(_RADIUS, bottom - top, end - x)
        trunk = f'<path class="t" d="M{_n(x)} {_n(top)}V{_n(bottom - radius)}"/>'
        points = ((x, bottom - radius), (x, bottom), (end, bottom))
    badge = _badge(at[edge.subject]) if line.primary and line.unsure else ""
    where = f'data-s="{number[edge.subject]}" data-o="{number[edge.object]}"'
    return f'<g class="{" ".join(classes)}" {where}>{trunk}<path class="l" d="{_path(points)}"/>{badge}</g>'


def _badge(box: Box) -> str:
    x, y = box.x + 2, box.y - BOX / 2 - 1
    return f'<g class="q"><circle cx="{_n(x)}" cy="{_n(y)}" r="6.5"/><text x="{_n(x)}" y="{_n(y + 3.6)}">?</text></g>'


def _path(points: Sequence[tuple[float, float]]) -> str:
    """A line through points, its corners rounded."""
    points = _corners(points)
    pen = _Pen(points[0])
    for before, corner, after in zip(points, points[1:], points[2:], strict=False):
        radius = min(_RADIUS, _length(before, corner) / 2, _length(corner, after) / 2)
        if before == points[0]:
            radius = min(_RADIUS, _length(before, corner), _length(corner, after) / 2)
        pen.line(_toward(corner, before, radius))
        pen.curve(corner, _toward(corner, after, radius))
    pen.line(points[-1])
    return pen.drawn


class _Pen:
    """Writes a path in steps, which take fewer letters than places; each from where the last one, rounded, ended."""

    def __init__(self, start: tuple[float, float]) -> None:
        self.x, self.y = round(start[0], 1), round(start[1], 1)
        self.drawn = f"M{_n(self.x)} {_n(self.y)}"

    def line(self, end: tuple[float, float]) -> None:
        """A stretch that is level or upright, as all are."""
        dx, dy = self._to(end)
        self.drawn += f"v{_n(dy)}" if abs(dx) < abs(dy) else f"h{_n(dx)}" if dx else ""

    def curve(self, corner: tuple[float, float], end: tuple[float, float]) -> None:
        """A rounded corner."""
        before = self.x, self.y
        dx, dy = self._to(end)
        self.drawn += f"q{_pair(corner[0] - before[0], corner[1] - before[1])}{_next(dx)}{_next(dy)}"

    def _to(self, end: tuple[float, float]) -> tuple[float, float]:
        x, y = round(end[0], 1), round(end[1], 1)
        step = round(x - self.x, 1), round(y - self.y, 1)
        self.x, self.y = x, y
        return step


def _pair(x: float, y: float) -> str:
    return _n(x) + _next(y)


def _next(value: float) -> str:
    """A number after another: a minus parts them as well as a space."""
    written = _n(value)
    return written if written.startswith("-") else f" {written}"


def _corners(points: Sequence[tuple[float, float]]) -> list[tuple[float, float]]:
    """The points without those that lie on one another or on the way."""
    kept = [points[0]]
    for i, point in enumerate(points[1:], 1):
        if _length(kept[-1], point) < 0.5 and i < len(points) - 1:
            continue
        if len(kept) > 1 and (kept[-2][0] == kept[-1][0] == point[0] or kept[-2][1] == kept[-1][1] == point[1]):
            kept.pop()
        kept.append(point)
    return kept


def _length(a: tuple[float, float], b: tuple[float, float]) -> float:
    return abs(a[0] - b[0]) + abs(a[1] - b[1])


def _toward(start: tuple[float, float], end: tuple[float, float], distance: float) -> tuple[float, float]:
    whole = _length(start, end) or 1.0
    return (start[0] + (end[0] - start[0]) * distance / whole, start[1] + (end[1] - start[1]) * distance / whole)


def _n(value: float) -> str:
    written = f"{value:.1f}".removesuffix(".0")
    return "0" if written == "-0" else written


Address = Callable[[int, Node], str]
"""Where the box of a node leads, by its number in the picture."""


def boxes(laid: Layout, scene: Scene, address: Address | None) -> str:
    """The nodes: as links to what `address` says, or with a title each where the picture stands alone."""
    return "".join(_box(i, box, scene, address) for i, box in enumerate(laid.boxes))


def _box(number: int, box: Box, scene: Scene, address: Address | None) -> str:
    node = box.node
    classes = f"n {node.type.lower()}"
    if node.id in scene.marked:
        classes += " subject"
    if node.id in scene.tones:
        classes += f" {scene.tones[node.id]}"
    if box.open:
        classes += " open"
    middle = f'<text x="{_n(box.x + box.width / 2)}" y="{_n(box.y + 5)}">{text(box.label)}</text>'
    body = f"{outline(node.type, box.x, box.y, box.width)}{middle}{_known_by(box)}"
    words = text(spoken(node, scene.labels.get(node.id)))
    if address:
        return (
            f'<a id="n{number}" class="{classes}" href="{text(address(number, node))}" aria-label="{words}">{body}</a>'
        )
    return f'<g class="{classes}">{body}<title>{words}</title></g>'


def _known_by(box: Box) -> str:
    """What marks a box whose date is not known: the date by which it was known, and a way open to the left."""
    if not box.open:
        return ""
    seen = (box.node.seen or "")[:4]
    tail = "" if box.beside else f'<path class="by" d="M{_n(box.x - 1)} {_n(box.y)}h-13m4 -4l-4 4l4 4"/>'
    return f'{tail}<text class="by" x="{_n(box.x + 11)}" y="{_n(box.y - BOX / 2 - 3)}">by {text(seen)}</text>'


def spoken(node: Node, label: str | None = None) -> str:
    """A node in a few words: its name (or `label`), type, date."""
    return f"{label or node.name}, {node.type.lower()}, {dated(node)}"


def dated(node: Node) -> str:
    """A node's date in words that do not claim more than is known."""
    if node.date:
        return node.date
    return f"date unknown, known by {node.seen}" if node.seen else "date unknown"


def outline(kind: NodeType, x: float, y: float, width: float) -> str:
    """The shape that tells a node's type, `BOX` high and centred on `y`."""
    top, bottom, right = y - BOX / 2, y + BOX / 2, x + width
    if kind is NodeType.METHOD:
        s = 8
        points = [(x, y), (x + s, top), (right - s, top), (right, y), (right - s, bottom), (x + s, bottom)]
    elif kind is NodeType.DATASET:
        s = 9
        points = [(x + s, top), (right, top), (right - s, bottom), (x, bottom)]
    else:
        round_ = ' rx="11"' if kind is NodeType.MODEL else ""
        return f'<rect x="{_n(x)}" y="{_n(top)}" width="{_n(width)}" height="{BOX}"{round_}/>'
    steps = (_pair(px - qx, py - qy) for (qx, qy), (px, py) in pairwise(points))
    return f'<path d="M{_pair(*points[0])}l{" ".join(steps)}z"/>'


def definitions() -> str:
    """What lines refer to: an arrow head for each relation, in its colour, and stripes for those that are dashed."""
    heads = (
        f'<marker id="{key}-{slug(r)}" class="{slug(r)}{tone}" viewBox="0 0 8 8" refX="7.5" refY="4" markerWidth="7.5"'
        ' markerHeight="7.5" markerUnits="userSpaceOnUse" orient="auto"><path d="M0 .8L8 4L0 7.2z"/></marker>'
        for r in Relation
        for key, tone in ((("a", ""), ("p", " pale")) if r in _PALE else (("a", ""),))
    )
    stripes = (
        f'<linearGradient id="s-{slug(r)}" class="{slug(r)}" gradientUnits="userSpaceOnUse" spreadMethod="repeat"'
        f' x1="0" y1="0" x2="{_n((on + off) / 2)}" y2="{_n((on + off) / 2)}"><stop offset="{on / (on + off):.2f}"/>'
        f'<stop offset="{on / (on + off):.2f}" stop-opacity="0"/></linearGradient>'
        for r, (on, off) in _DASHED.items()
    )
    return f"<defs>{''.join(heads)}{''.join(stripes)}</defs>"


def key_of(relation: Relation) -> str:
    """A sample of a relation's line."""
    return f'<g class="e {slug(relation)}"><path class="l" d="M1 6H33"/></g>'


# -- the picture that stands alone ---------------------------------------------------------------------------------

_TITLE = 34
_KEYS = 34


def svg(scene: Scene) -> str:
    """A scene as a complete SVG file: heading, years, picture and legend, styles embedded, no script."""
    laid = layout(scene)
    shown = [r for r in Relation if any(line.edge.relation is r for line in laid.lines)]
    keys, room = _legend(shown)
    heading = scene.title
    width = max(laid.width, room, 40 + 9.0 * min(len(heading), 80))
    height = _TITLE + HEADER + laid.height + (_KEYS if shown else 0)
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" class="picture alone{" large" if len(laid.boxes) > LARGE else ""}" viewBox="0 0 {_n(width)} {_n(height)}"'
        f' width="{_n(width)}" height="{_n(height)}" role="img" aria-label="{text(heading)}">'
        f"<title>{text(heading)}</title><style>{_plain_style()}</style>{definitions()}"
        f'<rect class="paper-white" width="{_n(width)}" height="{_n(height)}"/>'
        f'<text class="heading" x="22" y="24">{text(heading[:80])}</text>'
        f'<g transform="translate(0 {_TITLE})">{years(laid)}'
        f'<g transform="translate(0 {HEADER})">{bands(laid)}{lines(laid, scene.marked)}'
        f"{boxes(laid, scene, None)}</g></g>"
        f'<g transform="translate(22 {_n(height - _KEYS / 2 - 8)})">{keys}</g></svg>\n'
    )


def _legend(relations: Sequence[Relation]) -> tuple[str, float]:
    x, parts = 0.0, []
    for relation in relations:
        words = FACTS[relation].forward
        sample = key_of(relation)
        parts.append(f'<g transform="translate({_n(x)} 0)">{sample}<text class="word" x="40" y="10">{words}</text></g>')
        x += 62 + 7.2 * len(words)
    return "".join(parts), x + 44


def _plain_style() -> str:
    """The picture's style sheet with its variables filled in, as drawing programs want it."""
    values = palette()
    rules = asset("picture.css").removeprefix(tokens())
    return re.sub(r"var\(--([\w-]+)\)", lambda name: values[name[1]], rules)


def tokens() -> str:
    """The part of the picture's style sheet that names the colours of all pages, by day and by night."""
    return asset("picture.css").partition("/* rules */")[0]


@cache
def palette() -> dict[str, str]:
    """The colours of the picture by day, as its style sheet names them."""
    return dict(re.findall(r"--([\w-]+):\s*([^;]+);", tokens().partition("@media")[0]))
