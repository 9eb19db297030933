"""Ways for the edges of further parents: through the gaps between rows, and down where no box stands.

A route leaves its parent's box, runs level in the gap next to it, passes the rows between at one x where all of them
are free, runs level in the gap next to the child, and ends there from above or below. What is taken in a row is a
whole number whose bits are cells of x; over a stretch of rows it is read from a table of powers of two, so that a
free column is found in a few operations. Runs that share a gap get lanes; a gap grows with its lanes.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

from begat.graph.model import Edge
from begat.graph.vocabulary import Relation
from begat.viz.rows import TRUNK, Span

CELL = 6
"""Width of a cell in pixels."""
CLEAR = 5
"""Room kept between a line and a box."""
LANE = 6
EDGE_OF_GAP = 9
"""From a box to the nearest lane: an arrow head fits."""
_TRIES = 24
_BEYOND = 64
"""How far beyond its ends a route may go rather than jog."""

Run = tuple[int, float, float]
"""Gap, from x, to x. Gap g is the one above row g."""
Key = tuple[str, Relation]
"""Lines of one parent and relation may share their way."""


@dataclass(frozen=True, slots=True)
class Route:
    """The way of one edge: from `start` (x on the parent's box) over `runs` to `end` (x on the child's box)."""

    edge: Edge
    start: float
    end: float
    leaves_down: bool
    arrives_up: bool
    runs: tuple[Run, ...]

    @property
    def key(self) -> Key:
        """What may share a lane with it."""
        return (self.edge.object, self.edge.relation)


class Gaps:
    """The gaps between rows, with the lanes of the runs in them."""

    def __init__(self, routes: Sequence[Route], no_room_for: Collection[Relation]) -> None:
        runs: dict[int, dict[tuple[bool, Key], list[Span]]] = {}
        for route in routes:
            for gap, x0, x1 in route.runs:
                side = (_falls(route), route.key)
                runs.setdefault(gap, {}).setdefault(side, []).append((min(x0, x1), max(x0, x1)))
        self._lanes: dict[tuple[int, bool, Key], int] = {}
        self._count: dict[int, int] = {}
        for gap, spans in runs.items():
            self._assign(gap, spans, no_room_for)

    def _assign(
        self, gap: int, spans: Mapping[tuple[bool, Key], list[Span]], no_room_for: Collection[Relation]
    ) -> None:
        """Lanes from above for lines that fall, from below for those that rise: they cross least so."""
        counts = {True: 0, False: 0}
        for falls in (True, False):
            ends: list[list[Span]] = []
            mine = [(key, parts) for (f, key), parts in spans.items() if f is falls]
            mine.sort(key=lambda item: (item[0][1] in no_room_for, -min(item[1])[0], item[0]))
            for key, parts in mine:
                whole = (min(parts)[0] - CELL, max(end for _, end in parts) + CELL)
                lane = next((i for i, taken in enumerate(ends) if all(_apart(whole, t) for t in taken)), len(ends))
                if key[1] in no_room_for and lane == len(ends) and ends:
                    lane = 0
                if lane == len(ends):
                    ends.append([])
                ends[lane].append(whole)
                self._lanes[gap, falls, key] = lane
            counts[falls] = len(ends)
        self._count[gap] = counts[True] + counts[False]

    def height(self, gap: int, least: float) -> float:
        """The height that the lanes of a gap ask for; `least` where there are none."""
        lanes = self._count.get(gap, 0)
        return 2 * EDGE_OF_GAP + LANE * (lanes - 1) if lanes else least

    def lane(self, route: Route, gap: int, top: float, bottom: float) -> float:
        """The y of a route's run in a gap that reaches from `top` to `bottom`."""
        count = self._count[gap]
        falls = _falls(route)
        number = self._lanes[gap, falls, route.key]
        if not falls:
            number = count - 1 - number
        middle = (top + bottom) / 2
        return round(middle + (number - (count - 1) / 2) * LANE)


def _falls(route: Route) -> bool:
    return route.leaves_down and not route.arrives_up


def _apart(one: Span, other: Span) -> bool:
    return one[1] < other[0] or other[1] < one[0]


class Columns:
    """Which cells of x are free over a stretch of rows."""

    def __init__(self, spans: Mapping[str, Span], rows: Mapping[str, int], trunks: Mapping[str, Sequence[int]]) -> None:
        height = max(rows.values(), default=0) + 1
        taken = [0] * height
        for node, (left, right) in spans.items():
            taken[rows[node]] |= _bits(left - CLEAR, right + CLEAR)
            for row in trunks.get(node, ()):
                taken[row] |= _bits(left + TRUNK - CLEAR, left + TRUNK + CLEAR)
        self._table = [taken]
        while len(below := self._table[-1]) > (step := 1 << (len(self._table) - 1)):
            self._table.append([below[i] | below[i + step] for i in range(len(below) - step)])
        self._verticals: dict[int, list[tuple[int, int, Key]]] = {}

    def _taken(self, first: int, last: int) -> int:
        """The cells taken in any of the rows first to last."""
        if first > last:
            return 0
        power = (last - first + 1).bit_length() - 1
        level = self._table[power]
        return level[first] | level[last - (1 << power) + 1]

    def way(self, start: float, end: float, rows: range, key: Key) -> list[tuple[int, float]]:
        """Where to pass `rows` on the way from `start` to `end`: (first row of a stretch, x), each x then taken.

        One x for all rows, where one is free between start and end or not far beyond; else a jog where a column ends.
        """
        low, high = sorted((start, end))
        low, high = max(0.0, low - _BEYOND), high + _BEYOND
        window = _bits(low, high)
        steps: list[tuple[int, float]] = []
        x, step = start, 1 if rows.step > 0 else -1
        at, last = rows[0], rows[-1]
        while (last - at) * step >= 0:
            far = self._farthest(at, last, step, window)
            if far is None:  # a box as wide as the whole way: around it
                far, cell = at, self._pick(start, end, ~self._taken(at, at), (at, at), key)
            else:
                first, final = min(at, far), max(at, far)
                cell = self._pick(start, end, window & ~self._taken(first, final), (first, final), key)
            self._verticals.setdefault(cell, []).append((min(at, far), max(at, far), key))
            x = end if cell == int(end // CELL) else cell * CELL + CELL // 2
            if not steps or steps[-1][1] != x:
                steps.append((at, x))
            at = far + step
        return steps

    def _farthest(self, at: int, last: int, step: int, window: int) -> int | None:
        """The row up to which some cell of the window is free from row `at` on."""
        if not window & ~self._taken(at, at):
            return None
        near, far = at, last
        while near != far:
            middle = (near + far + (step > 0)) // 2 if step > 0 else (near + far) // 2
            if window & ~self._taken(min(at, middle), max(at, middle)):
                near = middle
            else:
                far = middle - step
        return near

    def _pick(self, start: float, wish: float, free: int, rows: tuple[int, int], key: Key) -> int:
        """The free cell nearest to `wish` that no other line runs in; shared where there is none."""
        at = max(0, int(wish // CELL))
        ahead = 4 if start <= wish else 0.25  # beyond the wish, a line would have to come back
        left, right = at, at
        nearest: int | None = None
        for _ in range(_TRIES):
            left = (free & ((1 << (left + 1)) - 1)).bit_length() - 1 if left >= 0 else -1
            over = free >> right
            beyond = right + (over & -over).bit_length() - 1 if over else None
            if left < 0 and beyond is None:
                break
            if beyond is None or (left >= 0 and at - left <= ahead * (beyond - at)):
                cell, left = left, left - 1
            else:
                cell = right = beyond
                right += 1
            nearest = cell if nearest is None else nearest
            if self._open(cell, rows, key):
                return cell
        assert nearest is not None  # the caller gives at least one free cell
        return nearest

    def _open(self, cell: int, rows: tuple[int, int], key: Key) -> bool:
        return all(
            key == other or last < rows[0] or rows[1] < first for first, last, other in self._verticals.get(cell, ())
        )


def _bits(left: float, right: float) -> int:
    first, last = max(0, int(left // CELL)), max(0, int(right // CELL))
    return ((1 << (last - first + 1)) - 1) << first


def further_routes(
    edges: Sequence[Edge],
    spans: Mapping[str, Span],
    rows: Mapping[str, int],
    parents: Mapping[str, Edge],
    marked: Sequence[str],
    no_room_for: Collection[Relation],
) -> tuple[list[Route], Gaps]:
    """The routes of these edges and the gaps that they run in. `parents`: the primary ones, for their trunks.

    The marked nodes' own edges choose their ways first, then the short ones.
    """
    trunks: dict[str, set[int]] = {}
    for child, edge in parents.items():
        trunks.setdefault(edge.object, set()).update(range(rows[edge.object] + 1, rows[child] + 1))
    columns = Columns(spans, rows, {n: sorted(r) for n, r in trunks.items()})
    ends = _ends(edges, spans, rows)
    ordered = sorted(
        edges,
        key=lambda e: (
            e.relation in no_room_for, e.subject not in marked and e.object not in marked,
            abs(rows[e.subject] - rows[e.object]), e.subject, e.object, e.relation,
        ),
    )  # fmt: skip
    routes = [_route(edge, spans, rows, ends[edge], columns) for edge in ordered]
    return routes, Gaps(routes, no_room_for)


def _ends(edges: Sequence[Edge], spans: Mapping[str, Span], rows: Mapping[str, int]) -> dict[Edge, float]:
    """Where each edge meets its child: beside one another, the nearest parent leftmost, so that lines do not cross."""
    sides: dict[tuple[str, bool], list[Edge]] = {}
    for edge in edges:
        sides.setdefault((edge.subject, rows[edge.object] > rows[edge.subject]), []).append(edge)
    ends: dict[Edge, float] = {}
    for (child, _), group in sides.items():
        left, right = spans[child]
        group.sort(key=lambda e: (abs(rows[e.object] - rows[child]), -spans[e.object][0], e.object, e.relation))
        room = right - left - 46
        step = min(9.0, room / max(1, len(group) - 1)) if room > 0 else 0.0
        first = max(left + 24, (left + right) / 2 - step * (len(group) - 1) / 2)
        ends |= {edge: round(first + i * step) for i, edge in enumerate(group)}
    return ends


def _route(
    edge: Edge, spans: Mapping[str, Span], rows: Mapping[str, int], end: float, columns: Columns
) -> Route:  # fmt: skip
    above, below = rows[edge.object], rows[edge.subject]
    left, right = spans[edge.object]
    start = right - 12
    if above == below:
        return Route(edge, start, end, False, False, ((above, start, end),))
    step = 1 if above < below else -1
    over = left + TRUNK + CLEAR < end < right - 8  # straight up or down, where the child is so near
    between = range(above + step, below, step)
    way = columns.way(end if over else start, end, between, (edge.object, edge.relation)) if between else []
    if over and all(x == end for _, x in way):
        return Route(edge, end, end, step > 0, step < 0, ())
    runs: list[Run] = []
    x = start
    for row, column in way:
        runs.append((row if step > 0 else row + 1, x, column))
        x = column
    if x != end:
        runs.append((below if step > 0 else below + 1, x, end))
    return Route(edge, start, end, step > 0, step < 0, tuple(runs))
