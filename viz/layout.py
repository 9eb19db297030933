"""Where everything of a lineage page stands: time from left to right, descent in rows as in a git graph.

Pure geometry in pixels, y downwards; nothing here knows of SVG. Three steps: `timeline` gives every node an x that
follows its date, `rows` packs the families (trees of primary parents) into rows, `routes` leads the edges of further
parents through the gaps between rows, so that no line ever crosses a box.

The primary parent of a node is a choice of the layout, never shown as a claim.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace

from begat.graph.model import Edge, Node
from begat.graph.vocabulary import FACTS, NodeType, Relation
from begat.queries.scenes import Scene
from begat.viz.routes import Gaps, Route, further_routes
from begat.viz.rows import TRUNK, assign_rows
from begat.viz.timeline import Band, Moment, moments, place_in_time

BOX = 27
"""Height of a box."""
PITCH, SMALL_PITCH = 39, 56
"""From row to row where nothing runs between them; for small graphs."""
SMALL = 24
"""Up to so many nodes a graph is small: wider years, wider rows."""
LABEL_CUT = 24
NOTE = 16
"""Room above a box for the date by which it was known."""
UNSURE = 0.65
"""Below this confidence an edge is pale."""
OFF_AT_FIRST = frozenset(relation for relation in Relation if not FACTS[relation].lineage) - {Relation.INTRODUCES}
"""Relations that a page hides until asked; no room is kept for their lines."""


@dataclass(frozen=True, slots=True)
class Box:
    """A node in the picture: left edge `x`, vertical centre `y`.

    `label` is the name, cut; `open` tells that the node's date is unknown: it came to be somewhere before;
    `beside` that a primary parent's line ends at its left.
    """

    node: Node
    label: str
    x: float
    y: float
    width: float
    row: int
    open: bool = False
    beside: bool = False

    @property
    def right(self) -> float:
        """The x of its right edge."""
        return self.x + self.width


@dataclass(frozen=True, slots=True)
class Line:
    """An edge in the picture, from the older box to the newer: corners from start to arrow head.

    `edge` is turned where its subject is the older: a paper comes before what it introduces.
    `trunk` counts the leading points that run along the parent's trunk (0: none of them).
    """

    edge: Edge
    points: tuple[tuple[float, float], ...]
    primary: bool
    trunk: int = 0

    @property
    def unsure(self) -> bool:
        """Whether its confidence is low enough to be pale."""
        return self.edge.confidence < UNSURE


@dataclass(frozen=True, slots=True)
class Layout:
    """A picture: boxes by date, lines, the bands of the years; `width` × `height` pixels."""

    boxes: tuple[Box, ...]
    lines: tuple[Line, ...]
    bands: tuple[Band, ...]
    width: float
    height: float

    def box(self, node_id: str) -> Box:
        """The box of a node."""
        return next(box for box in self.boxes if box.node.id == node_id)


def layout(scene: Scene) -> Layout:
    """Lay a scene out. The same scene always gives the same picture."""
    nodes = {node.id: node for node in scene.nodes}
    edges = [_turned(e) for e in scene.edges if e.subject in nodes and e.object in nodes and e.subject != e.object]
    when = moments(nodes.values(), [e for e in edges if e.relation not in OFF_AT_FIRST])
    order = sorted(nodes, key=lambda n: when[n].key)
    small = len(order) <= SMALL
    labels = {n: cut(scene.labels.get(n, nodes[n].name)) for n in order}
    widths = {n: box_width(labels[n], nodes[n].type) for n in order}
    parents = primary_parents(nodes, edges, when)
    heirs = _heirs(scene.marked, order, parents, when)
    x, bands, width = place_in_time(order, when, widths, parents, heirs, small)
    spans = {n: (x[n], x[n] + widths[n]) for n in order}
    rows = assign_rows(order, spans, {n: e.object for n, e in parents.items()}, heirs, scene.marked, edges)

    chosen = set(parents.values())
    further = [edge for edge in edges if edge not in chosen]
    routes, gaps = further_routes(further, spans, rows, parents, scene.marked, OFF_AT_FIRST)
    pitch = SMALL_PITCH if small else PITCH
    y, height = _heights(rows, gaps, pitch - BOX, {rows[n] for n in order if when[n].open})
    boxes = tuple(
        Box(nodes[n], labels[n], x[n], y[rows[n]], widths[n], rows[n], when[n].open, n in parents) for n in order
    )  # fmt: skip
    at = {box.node.id: box for box in boxes}
    lines = [_primary_line(edge, at, heirs) for edge in edges if edge in chosen]
    lines += [_further_line(route, at, gaps, y) for route in routes]
    return Layout(boxes, tuple(lines), bands, width, height)


def _turned(edge: Edge) -> Edge:
    """An edge with the newer end as its subject, as all of descent are stated."""
    if edge.relation is Relation.INTRODUCES:
        return replace(edge, subject=edge.object, object=edge.subject)
    return edge


# -- boxes ---------------------------------------------------------------------------------------------------------


def cut(name: str) -> str:
    """A name short enough for a box."""
    name = " ".join(name.split())
    return name if len(name) <= LABEL_CUT else name[: LABEL_CUT - 1].rstrip() + "…"


_EM = {
    0.27: " !',.:;Jijl|()`-", 0.37: "/I[\\]ft\"r{}", 0.5: "?_zFLcsvy", 0.57: "$*+0123456789<=>ESTYZ^aekx~",
    0.63: "KPRVXbdghnopqu#ABC", 0.76: "&DGHNUOQw", 0.94: "%@MWm",
}  # fmt: skip
_ADVANCE = {character: width for width, characters in _EM.items() for character in characters}
FONT = 14.5


def text_width(text: str) -> float:
    """About how wide a text is in the page's font, in pixels (Noto Sans, which is wider than most)."""
    return FONT * sum(_ADVANCE.get(c, 1.0 if ord(c) >= 0x1100 else 0.63) for c in text)


def box_width(label: str, kind: NodeType) -> float:
    """The width of a node's box; slanted shapes need more room beside the text."""
    slant = 34 if kind in (NodeType.METHOD, NodeType.DATASET) else 25
    return round(max(44, text_width(label) + slant))


# -- who goes on in whose row --------------------------------------------------------------------------------------


def primary_parents(nodes: Mapping[str, Node], edges: Sequence[Edge], when: Mapping[str, Moment]) -> dict[str, Edge]:
    """Of each node the edge to the parent beside which it is drawn: heaviest, alike, near in time, and older."""
    best: dict[str, tuple[float, str, Edge]] = {}
    for edge in edges:
        child, parent = nodes[edge.subject], nodes[edge.object]
        weight = FACTS[edge.relation].lineage
        if edge.relation is Relation.INTRODUCES:
            weight = 0.2
        if not weight or when[parent.id].key >= when[child.id].key:
            continue
        score = weight * edge.confidence - 0.03 * max(0.0, when[child.id].time - when[parent.id].time)
        score += 0.25 * (child.type is parent.type)
        score += 0.3 * (child.family is not None and child.family == parent.family)
        rank = (score, parent.id, edge)
        if child.id not in best or rank[:2] > best[child.id][:2]:
            best[child.id] = rank
    return {child: edge for child, (_, _, edge) in best.items()}


def _heirs(
    marked: Sequence[str], order: Sequence[str], parents: Mapping[str, Edge], when: Mapping[str, Moment]
) -> set[str]:
    """The nodes that go on in their parent's row: those of a marked node's own line, else the largest subtree.

    A child of its parent's very day stands below it instead: beside it, it would look younger.
    """
    size = dict.fromkeys(order, 1)
    for node in reversed(order):
        if node in parents:
            size[parents[node].object] += size[node]
    line = set(marked)
    for node in marked:
        while node in parents and parents[node].object not in line:
            node = parents[node].object
            line.add(node)
    best: dict[str, tuple[bool, int, str]] = {}
    for node, edge in parents.items():
        parent = edge.object
        if node in line or when[node].time > when[parent].time or when[parent].open:
            best[parent] = max(best.get(parent, (False, 0, "")), (node in line, size[node], node))
    return {node for _, _, node in best.values()}


# -- lines ---------------------------------------------------------------------------------------------------------


def _heights(
    rows: Mapping[str, int], gaps: Gaps, gap: float, notes: Collection[int]
) -> tuple[list[float], float]:  # fmt: skip
    """The y of each row's centre, and the height of all: a gap grows with its lanes, and above rows with `notes`."""
    y: list[float] = []
    top = 0.5
    for row in range(max(rows.values(), default=0) + 1):
        top += max(gap if row else 10, gaps.height(row, 0), NOTE if row in notes else 0)
        y.append(top + BOX / 2)
        top += BOX
    return y, top + max(14.0, gaps.height(len(y), 0))


def _primary_line(edge: Edge, at: Mapping[str, Box], heirs: set[str]) -> Line:
    parent, child = at[edge.object], at[edge.subject]
    if edge.subject in heirs:
        return Line(edge, ((parent.right, parent.y), (child.x, child.y)), True)
    trunk = parent.x + TRUNK
    points = ((trunk, parent.y + BOX / 2), (trunk, child.y), (child.x, child.y))
    return Line(edge, points, True, trunk=2)


def _further_line(route: Route, at: Mapping[str, Box], gaps: Gaps, y: Sequence[float]) -> Line:
    parent, child = at[route.edge.object], at[route.edge.subject]

    def lane(number: int) -> float:
        top = y[number - 1] + BOX / 2 if number else 0.0
        bottom = y[number] - BOX / 2 if number < len(y) else top + max(14.0, gaps.height(number, 0))
        return gaps.lane(route, number, top, bottom)

    down = BOX / 2 if route.leaves_down else -BOX / 2
    up = BOX / 2 if route.arrives_up else -BOX / 2
    points = [(route.start, parent.y + down)]
    for number, x0, x1 in route.runs:
        level = lane(number)
        points += [(x0, level), (x1, level)]
    points.append((route.end, child.y + up))
    return Line(route.edge, tuple(points), False)
