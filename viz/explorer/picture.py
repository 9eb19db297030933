"""A scene as a picture in a page of the explorer: boxes that lead to the works' pages."""

from dataclasses import dataclass, replace

from markupsafe import Markup

from begat.graph.vocabulary import Relation
from begat.queries.lineage import Lineage
from begat.queries.scenes import Scene, Tone
from begat.viz import svg as draw
from begat.viz.explorer.asking import Choice, node_address
from begat.viz.layout import UNSURE, layout


@dataclass(frozen=True, slots=True)
class Picture:
    """The parts of the picture as markup, and its size in pixels."""

    width: int
    height: int
    header: int
    large: bool
    years: Markup
    works: Markup
    relations: tuple[Relation, ...]
    """Those that occur, as a legend needs them."""
    unsure: int
    tones: frozenset[Tone]


def picture(scene: Scene) -> Picture:
    """Draw a scene; each box is a link to its work's page.

    The lines refer to definitions that each page of the explorer has once.
    """
    laid = layout(scene)
    boxes = draw.boxes(laid, scene, lambda _, node: node_address(node.id))
    lines = f'<g class="lines" aria-hidden="true">{draw.lines(laid, scene.marked)}</g>'
    return Picture(
        width=round(laid.width),
        height=round(laid.height),
        header=draw.HEADER,
        large=len(laid.boxes) > draw.LARGE,
        years=Markup(draw.years(laid)),
        works=Markup(f'{draw.bands(laid)}{lines}<g class="boxes">{boxes}</g>'),
        relations=tuple(r for r in Relation if any(line.edge.relation is r for line in laid.lines)),
        unsure=sum(line.edge.confidence < UNSURE for line in laid.lines),
        tones=frozenset(scene.tones.values()),
    )


def narrowed(lineage: Lineage, choice: Choice) -> Lineage:
    """The lineage without works of other types or years than asked for; the subject stays."""

    def wanted(node_type: object, year: int | None) -> bool:
        if choice.first is not None and (year is None or year < choice.first):
            return False
        if choice.last is not None and (year is None or year > choice.last):
            return False
        return node_type in choice.types

    nodes = tuple(n for n in lineage.nodes if n == lineage.subject or wanted(n.type, n.year))
    kept = {node.id for node in nodes}
    edges = tuple(edge for edge in lineage.edges if edge.subject in kept and edge.object in kept)
    return replace(lineage, nodes=nodes, edges=edges, steps={n: s for n, s in lineage.steps.items() if n in kept})
