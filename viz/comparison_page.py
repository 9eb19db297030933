"""The comparison page: the picture of two things with their ancestors, what they share, and both side by side."""

from begat.graph.vocabulary import FACTS
from begat.queries.comparison import SHARED, Comparison, rows
from begat.viz import page as pages
from begat.viz.page import Tie, Work, Works
from begat.viz.svg import clean


def page(comparison: Comparison) -> str:
    """The comparison as one self-contained HTML file (text; write it as UTF-8)."""

    def between(works: Works) -> list[tuple[Work, Tie]]:
        return [(works[edge.subject], pages.tie(comparison, edge, works)) for edge in comparison.between]

    def parting(works: Works) -> list[tuple[Work, list[tuple[Work, list[Tie]]]]]:
        return [
            (
                works[node.id],
                [
                    (
                        works[side.node.id],
                        [pages.tie(comparison, edge, works) for edge in comparison.way(side, node.id)],
                    )
                    for side in comparison.sides
                    if side.node.id != node.id
                ],
            )
            for node in comparison.parting
            if node.id in works
        ]

    return pages.page(
        comparison,
        "comparison.html",
        sides=lambda works: [works[side.node.id] for side in comparison.sides],
        rows=[tuple(map(clean, row)) for row in rows(comparison)[1:]],
        between=between,
        parting=parting,
        further=lambda works: [
            (clean(node.name), works.get(node.id)) for node in comparison.common if node not in comparison.parting
        ],
        descends=any(side.node in comparison.common for side in comparison.sides),
        shared=[
            (FACTS[relation].forward, [clean(node.name) for node in comparison.shared(relation)])
            for relation in SHARED
            if comparison.shared(relation)
        ],
    )
