"""The lineage page: the picture of a lineage, and two tables of what its subject builds on and what builds on it.

A lineage of more works than a picture can show narrows itself: the page draws as many whole steps as it can, and
offers the other depths first.
"""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, replace

from begat.queries.lineage import MOST_COUNTED, Lineage, whole_steps
from begat.viz import page as pages

MANY = 800
"""Past so many works a picture is not read at a glance, and a browser no longer pans over it at ease."""
BEST = 150
"""Works drawn of a first step that is too wide by itself: the best attested."""


@dataclass(frozen=True, slots=True)
class Depth:
    """How many works there are within so many steps; `shown`: this page shows them all."""

    steps: int
    works: int
    shown: bool


def page(lineage: Lineage, reach: Mapping[int, int] | None = None, most: int = MANY) -> str:
    """The lineage as one self-contained HTML file (text; write it as UTF-8).

    `reach` says how many works there are at each distance, where that is more than the lineage holds (as
    `queries.lineage.reach` counts them). Past `most` works, only whole steps that fit are drawn.
    """
    counts = Counter(abs(step) for step in lineage.steps.values()) | Counter(reach or {})
    too_wide = len(lineage.nodes) > BEST and not whole_steps(counts, most)
    shown = narrowed(lineage, BEST if too_wide else most)
    depths = []
    if sum(counts.values()) > len(shown.nodes):
        depths = _depths(counts, shown)
        shown = replace(shown, truncated=None)  # the offer says it, and better
    return pages.page(
        shown,
        "lineage.html",
        subject=lambda works: works[lineage.subject.id],
        depths=depths,
        total=sum(counts.values()),
        counted=MOST_COUNTED,
    )


def narrowed(lineage: Lineage, most: int) -> Lineage:
    """A lineage of at most so many works: all within the most steps that fit; of a first step too wide, the best."""
    if len(lineage.nodes) <= most:
        return lineage
    counts = Counter(abs(step) for step in lineage.steps.values())
    depth = whole_steps(counts, most)
    nodes = tuple(node for node in lineage.nodes if abs(lineage.steps[node.id]) <= depth)
    if not depth:
        best: dict[str, float] = {}
        for edge in lineage.edges:
            for end in (edge.subject, edge.object):
                best[end] = max(best.get(end, 0.0), edge.confidence)
        first = [node for node in lineage.nodes if abs(lineage.steps[node.id]) == 1]
        nodes += tuple(sorted(first, key=lambda node: -best.get(node.id, 0.0))[: max(0, most - len(nodes))])
    kept = {node.id for node in nodes}
    return replace(
        lineage,
        nodes=nodes,
        steps={node: step for node, step in lineage.steps.items() if node in kept},
        edges=tuple(edge for edge in lineage.edges if edge.subject in kept and edge.object in kept),
        truncated=None,
    )


def _depths(counts: Mapping[int, int], shown: Lineage) -> list[Depth]:
    here = Counter(abs(step) for step in shown.steps.values())
    depths, works, whole = [], 0, True
    for steps in range(max(counts) + 1):
        works += counts[steps]
        whole = whole and here[steps] >= counts[steps]
        if steps and counts[steps]:
            depths.append(Depth(steps, works, whole))
    return depths
