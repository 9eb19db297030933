"""Time as x: a year is as wide as it is busy, and the axis stretches where a child needs room beside its parent.

The axis never goes back: of two boxes, the one further left is never the younger, as far as dates are known.
"""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import groupby

from begat.graph.model import Edge, Node

BESIDE = 34
"""From a parent's right edge to the child that goes on in its row."""
BELOW = 38
"""From a parent's left edge to a child below it: room for the trunk, its corner and an arrow head."""
_DATE = re.compile(r"(\d{4})(?:-(\d{2})(?:-(\d{2}))?)?")
_LEFT = 22
_LONG_EMPTY = 3
_LONGEST, _LONGEST_SMALL = 130, 200
"""More than this nothing happens for: the axis is cut short within a year."""


@dataclass(frozen=True, slots=True)
class Band:
    """A stretch of the axis: a year, several empty years, or what has no date. `shaded` alternates."""

    label: str
    x: float
    width: float
    shaded: bool


@dataclass(frozen=True, slots=True)
class Moment:
    """When a node came to be, as far as is known. `time` in years (2023.5); None: nothing is known.

    `open`: only an upper bound is known. `depth` orders nodes of one day by descent.
    """

    node: str
    date: float | None
    span: float = 0.0
    open: bool = False
    depth: int = 0

    @property
    def time(self) -> float:
        """Its place in time; what is unknown stands before everything."""
        return -1e9 if self.date is None else self.date

    @property
    def key(self) -> tuple[float, int, str]:
        """The order of the boxes: by date, within a day parents first, then by id."""
        return (self.time, self.depth, self.node)


def moment(node: Node) -> Moment:
    """When a node came to be: its date, else the date by which it was known."""
    for text, is_open in ((node.date, False), (node.seen, True)):
        found = _DATE.match(text or "")
        if found:
            year, month, day = (int(part) if part else None for part in found.groups())
            if month is None or not 1 <= month <= 12:
                return Moment(node.id, float(year or 0), 0.999, is_open)
            if day is None or not 1 <= day <= 31:
                return Moment(node.id, (year or 0) + (month - 1) / 12, 0.083, is_open)
            return Moment(node.id, (year or 0) + (month - 1) / 12 + (day - 1) / 372, 0.0, is_open)
    return Moment(node.id, None)


def moments(nodes: Iterable[Node], edges: Sequence[Edge]) -> dict[str, Moment]:
    """The moment of each node; where a date is a whole year or month, the edges say where within it."""
    known = {node.id: moment(node) for node in nodes}
    parents: dict[str, list[str]] = {}
    children: dict[str, list[str]] = {}
    for edge in edges:
        parents.setdefault(edge.subject, []).append(edge.object)
        children.setdefault(edge.object, []).append(edge.subject)
    exact = {n: _within(m, n, known, parents, children) for n, m in known.items()}
    return _with_depths(exact, parents)


def _within(
    m: Moment,
    node: str,
    known: Mapping[str, Moment],
    parents: Mapping[str, Sequence[str]],
    children: Mapping[str, Sequence[str]],
) -> Moment:
    """The middle of a date's span; earlier or later in it where an exactly dated child or parent asks for it."""
    if m.date is None or not m.span or m.open:
        return m
    first, last = m.date, m.date + m.span

    def exact(others: Sequence[str]) -> list[float]:
        dates = ((known[o].date, known[o].span) for o in others)
        return [d + span / 2 for d, span in dates if d is not None and span < m.span and first <= d <= last]

    date = (first + last) / 2
    for older in exact(parents.get(node, ())):
        date = max(date, older + 0.001)
    for newer in exact(children.get(node, ())):
        date = min(date, max(first, newer - 0.001))
    return replace(m, date=date)


def _with_depths(known: Mapping[str, Moment], parents: Mapping[str, Sequence[str]]) -> dict[str, Moment]:
    """Within one day, a child one deeper than its parents; an edge that closes a cycle is passed over."""
    depth: dict[str, int] = {}
    for first in sorted(known):
        path, stack = {first}, [(first, iter(_same_day(first, known, parents)))]
        while stack:
            node, others = stack[-1]
            other = next((o for o in others if o not in path), None)
            if other is None:
                stack.pop()
                path.discard(node)
                deepest = max((depth[p] for p in _same_day(node, known, parents) if p in depth), default=-1)
                depth[node] = max(depth.get(node, 0), deepest + 1)
            elif other not in depth:
                path.add(other)
                stack.append((other, iter(_same_day(other, known, parents))))
    return {n: replace(m, depth=depth[n]) for n, m in known.items()}


def _same_day(node: str, known: Mapping[str, Moment], parents: Mapping[str, Sequence[str]]) -> list[str]:
    return [p for p in parents.get(node, ()) if known[p].time == known[node].time]


# -- from time to x ------------------------------------------------------------------------------------------------


def place_in_time(
    order: Sequence[str],
    when: Mapping[str, Moment],
    widths: Mapping[str, float],
    parents: Mapping[str, Edge],
    heirs: set[str],
    small: bool,
) -> tuple[dict[str, float], tuple[Band, ...], float]:
    """The x of each node's left edge, the bands of the axis, and the width of all."""
    x: dict[str, float] = {}

    def least(node: str) -> float:
        if node not in parents:
            return 0.0
        parent = parents[node].object
        return x[parent] + (widths[parent] + BESIDE if node in heirs else BELOW)

    def place(nodes: Iterable[str], start: float, wide: float, year: int) -> tuple[float, float]:
        """Place the nodes of one band from `start` on; the x that the last of them begins at, and what was cut."""
        last, cut = start, 0.0
        for (time, depth), group in groupby(nodes, key=lambda n: when[n].key[:2]):
            day = list(group)
            base = start + (time - year) * wide - cut if year else start
            if base - last > longest:
                cut += base - last - longest
                base = last + longest
            last = max(round(base), last + BELOW if depth else last, *(least(n) for n in day))
            x.update(dict.fromkeys(day, last))
        return last, cut

    longest = _LONGEST_SMALL if small else _LONGEST
    bands: list[Band] = []
    cursor = float(_LEFT)
    undated = [n for n in order if when[n].date is None]
    if undated:
        last, _ = place(undated, cursor + 10, 0, 0)
        end = max(last + 60, max(x[n] + widths[n] for n in undated) + 24, cursor + text_room("date unknown"))
        bands.append(Band("date unknown", cursor, end - cursor, False))
        cursor = end
    years: dict[int, list[str]] = {}
    for node in order[len(undated) :]:
        years.setdefault(int(when[node].time), []).append(node)
    shaded = True
    for first, final in _stretches(years):
        start = cursor
        nodes = years.get(first, [])
        wide = band_width(len(nodes), small) if first == final else 64.0
        last, cut = place(nodes, start + 8, wide - 8, first)
        cursor = max(min(start + wide - cut, last + longest), last + 30)
        label = str(first) if first == final else f"{first}–{final % 100:02d}"
        bands.append(Band(label, start, cursor - start, shaded))
        shaded = not shaded
    width = max([cursor, *(x[n] + widths[n] + 20 for n in order)]) + 2
    return x, tuple(bands), width


def band_width(nodes: int, small: bool) -> float:
    """How wide a year with so many nodes is."""
    if small:
        return 120 + 48 * nodes**0.9 if nodes else 64
    return 52 + 25 * nodes**0.9 if nodes else 44


def text_room(label: str) -> float:
    """Room for a band's heading."""
    return 12 + 8.2 * len(label)


def _stretches(years: Mapping[int, Sequence[str]]) -> list[tuple[int, int]]:
    """The years from first to last, a long run of empty ones taken as one."""
    found: list[tuple[int, int]] = []
    previous: int | None = None
    for year in sorted(years):
        if previous is not None and year - previous > _LONG_EMPTY:
            found.append((previous + 1, year - 1))
        elif previous is not None:
            found += [(empty, empty) for empty in range(previous + 1, year)]
        found.append((year, year))
        previous = year
    return found
