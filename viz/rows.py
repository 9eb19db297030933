"""Rows, as in a git graph: a line of descent goes on in its row, what branches off goes below.

Subtrees are packed bottom-up, each in the first row where the whole of it fits; whole families (trees of primary
parents) then find their rows by skyline, those of marked nodes first, then the biggest.
"""

from bisect import bisect_left, bisect_right
from collections.abc import Mapping, Sequence

from begat.graph.model import Edge
from begat.queries.text import natural

TRUNK = 14
"""From a box's left edge to the trunk that its children branch off."""
GAP = 14
"""Room kept free beside a box."""

Span = tuple[float, float]


class Skyline:
    """What is taken, row by row: sorted, disjoint spans of x."""

    def __init__(self) -> None:
        self.rows: list[list[Span]] = []

    def fits(self, other: "Skyline", offset: int) -> bool:
        """Whether all of `other`, moved down by `offset` rows, is free here."""
        for row, spans in enumerate(other.rows, offset):
            if row >= len(self.rows):
                return True
            mine = self.rows[row]
            if mine and any(self._taken(mine, *span) for span in spans):
                return False
        return True

    @staticmethod
    def _taken(mine: list[Span], start: float, end: float) -> bool:
        at = bisect_left(mine, (end, end))
        return at > 0 and mine[at - 1][1] > start

    def add(self, row: int, span: Span) -> None:
        """Take a span, joined with what it touches."""
        while row >= len(self.rows):
            self.rows.append([])
        mine = self.rows[row]
        start, end = span
        low = bisect_right(mine, (start, start))
        if low and mine[low - 1][1] >= start:
            low -= 1
        high = low
        while high < len(mine) and mine[high][0] <= end:
            start, end = min(start, mine[high][0]), max(end, mine[high][1])
            high += 1
        mine[low:high] = [(start, end)]

    def merge(self, other: "Skyline", offset: int) -> None:
        """Take all of `other`, moved down by `offset` rows."""
        for row, spans in enumerate(other.rows, offset):
            for span in spans:
                self.add(row, span)


def assign_rows(
    order: Sequence[str],
    spans: Mapping[str, Span],
    parents: Mapping[str, str],
    heirs: set[str],
    marked: Sequence[str],
    edges: Sequence[Edge],
) -> dict[str, int]:
    """The row of each node (0: the top one, with a marked node's line). `order`: parents before children."""
    offsets, shapes = _subtrees(order, spans, parents, heirs)
    root: dict[str, str] = {}
    for node in order:
        root[node] = root[parents[node]] if node in parents else node
        offsets[node] = offsets[node] + offsets[parents[node]] if node in parents else 0
    tops = _pack(shapes, offsets, root, marked, edges)
    return {node: tops[root[node]] + offsets[node] for node in order}


def _subtrees(
    order: Sequence[str], spans: Mapping[str, Span], parents: Mapping[str, str], heirs: set[str]
) -> tuple[dict[str, int], dict[str, Skyline]]:
    """Each node's row below its parent's, and of each root the shape of its whole family."""
    children: dict[str, list[str]] = {}
    for node in order:
        if node in parents:
            children.setdefault(parents[node], []).append(node)
    offsets: dict[str, int] = {}
    shapes: dict[str, Skyline] = {}
    for node in reversed(order):
        left, right = spans[node]
        below = sorted(children.get(node, ()), key=lambda n: (n not in heirs, -spans[n][0], natural(n)))
        if below and below[0] in heirs:
            heir = below.pop(0)
            offsets[heir] = 0
            shape = shapes.pop(heir)
            shape.add(0, (left - GAP, spans[heir][0]))
        else:
            shape = Skyline()
            shape.add(0, (left - GAP, right + GAP))
        trunk, last = left + TRUNK, 0
        branches: set[int] = set()
        for child in below:
            branch = shapes.pop(child)
            branch.add(0, (trunk, spans[child][0]))
            row = next(r for r in range(1, len(shape.rows) + 2) if r not in branches and shape.fits(branch, r))
            shape.merge(branch, row)
            branches.add(row)
            offsets[child] = row
            last = max(last, row)
        for row in range(1, last + 1):
            shape.add(row, (trunk - GAP / 2, trunk + GAP / 2))
        shapes[node] = shape
        offsets.setdefault(node, 0)
    return offsets, shapes


def _pack(
    shapes: Mapping[str, Skyline],
    offsets: Mapping[str, int],
    root: Mapping[str, str],
    marked: Sequence[str],
    edges: Sequence[Edge],
) -> dict[str, int]:
    """The top row of each family: where it fits, as near as may be to the families it is connected with."""
    size: dict[str, int] = {}
    for node in root:
        size[root[node]] = size.get(root[node], 0) + 1
    links: dict[str, list[tuple[str, str]]] = {}
    for edge in edges:
        if root[edge.subject] != root[edge.object]:
            links.setdefault(root[edge.subject], []).append((edge.subject, edge.object))
            links.setdefault(root[edge.object], []).append((edge.object, edge.subject))
    tops: dict[str, int] = {}
    taken = Skyline()
    first = {root[node] for node in marked}
    for family in sorted(shapes, key=lambda f: (f not in first, -size[f], f)):
        wishes = sorted(
            tops[root[there]] + offsets[there] - offsets[here]
            for here, there in links.get(family, ())
            if root[there] in tops
        )
        wish = wishes[len(wishes) // 2] if wishes else 0
        rows = sorted(range(len(taken.rows) + 1), key=lambda row: (abs(row - wish), row))
        tops[family] = next(row for row in rows if taken.fits(shapes[family], row))
        taken.merge(shapes[family], tops[family])
    return tops
