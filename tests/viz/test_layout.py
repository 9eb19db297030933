"""Where things stand: by date, in rows, and no line through a box."""

import time
from itertools import pairwise

import pytest

from begat.graph.model import Edge, Node
from begat.graph.vocabulary import NodeType, Origin, Relation
from begat.queries.lineage import Lineage
from begat.viz.layout import BOX, Layout, layout
from tests.viz import works

LINEAGES = {
    "few": works.known_works(only=works.FEW),
    "known": works.known_works(),
    "odd": works.odd_works(),
    "made up": works.made_up(150),
}


@pytest.fixture(params=LINEAGES, scope="module")
def laid(request: pytest.FixtureRequest) -> Layout:
    return layout(LINEAGES[request.param])


def line_of(laid: Layout, child: str, parent: str) -> list[tuple[float, float]]:
    return next(list(line.points) for line in laid.lines if (line.edge.subject, line.edge.object) == (child, parent))


def test_every_node_and_every_edge_is_in_the_picture() -> None:
    lineage = works.known_works()
    laid = layout(lineage)
    assert {box.node for box in laid.boxes} == set(lineage.nodes)
    assert {line.edge for line in laid.lines} == set(lineage.edges)


def test_no_box_covers_another(laid: Layout) -> None:
    rows: dict[int, list[tuple[float, float]]] = {}
    for box in laid.boxes:
        rows.setdefault(box.row, []).append((box.x, box.right))
    for spans in rows.values():
        for (_, right), (left, _) in pairwise(sorted(spans)):
            assert right < left
    centres = sorted({(box.row, box.y) for box in laid.boxes})
    assert all(below - above > BOX for (_, above), (_, below) in pairwise(centres))


def test_no_line_runs_through_a_box_that_it_does_not_join(laid: Layout) -> None:
    for line in laid.lines:
        ends = {line.edge.subject, line.edge.object}
        for (x0, y0), (x1, y1) in pairwise(line.points):
            for box in laid.boxes:
                crosses = (
                    min(x0, x1) < box.right and max(x0, x1) > box.x
                    and min(y0, y1) < box.y + BOX / 2 and max(y0, y1) > box.y - BOX / 2
                )  # fmt: skip
                assert not crosses or box.node.id in ends, f"{line.edge} through {box.node.name}"


def test_lines_are_level_or_upright(laid: Layout) -> None:
    for line in laid.lines:
        assert all(x0 == x1 or y0 == y1 for (x0, y0), (x1, y1) in pairwise(line.points)), line


def test_all_of_it_is_inside_the_picture(laid: Layout) -> None:
    assert all(box.x >= 0 and box.right <= laid.width for box in laid.boxes)
    assert all(0 <= x <= laid.width and 0 <= y <= laid.height for line in laid.lines for x, y in line.points)


def test_what_is_dated_later_never_stands_further_left(laid: Layout) -> None:
    dated = [box for box in laid.boxes if box.node.date and len(box.node.date) == 10]
    dated.sort(key=lambda box: box.node.date or "")
    assert all(before.x <= after.x for before, after in pairwise(dated) if before.node.date != after.node.date)


def test_each_box_begins_in_the_band_of_its_year(laid: Layout) -> None:
    bands = {band.label: band for band in laid.bands}
    for box in laid.boxes:
        label = str(box.node.year or (box.node.seen or "")[:4] or "date unknown")
        assert bands[label].x <= box.x < bands[label].x + bands[label].width, box.node


def test_bands_follow_one_another() -> None:
    for lineage in LINEAGES.values():
        assert all(a.x + a.width == pytest.approx(b.x) for a, b in pairwise(layout(lineage).bands))


def test_a_busy_year_is_wider_than_a_quiet_one() -> None:
    bands = {band.label: band.width for band in layout(works.known_works()).bands}
    assert bands["2023"] > bands["2019"] > bands["2015"] > bands["2016"]


def test_the_subject_goes_on_in_the_top_row_with_its_line_of_descent() -> None:
    laid = layout(works.known_works())
    assert {laid.box(f"{kind}-{name}").row for kind, name in
            [("method", "transformer"), ("model", "llama"), ("model", "orca"), ("model", "orca-2")]} == {0}  # fmt: skip


def test_children_branch_off_below_their_parent_latest_nearest() -> None:
    laid = layout(works.known_works())
    bert = laid.box("model-bert")
    children = [laid.box(f"model-{name}") for name in ("dpr", "electra", "distilbert", "albert", "tinybert")]
    assert all(child.row > bert.row for child in children)
    assert [c.row for c in sorted(children, key=lambda c: -c.x)] == sorted(c.row for c in children)


def test_of_two_parents_the_weightier_is_the_primary_one_and_a_citation_never_is() -> None:
    lines = {(line.edge.relation, line.edge.object): line.primary for line in layout(works.known_works()).lines
             if line.edge.subject == "model-orca-2"}  # fmt: skip
    assert [key for key, primary in lines.items() if primary] == [(Relation.EXTENDS, "model-orca")]
    assert not any(line.primary for line in layout(works.known_works()).lines if line.edge.relation is Relation.CITES)


def test_a_paper_stands_before_what_it_introduces() -> None:
    paper = Node("paper", NodeType.PAPER, "The paper", date="2024-01-01")
    model = Node("model", NodeType.MODEL, "The model", date="2024-01-01")
    laid = layout(works.lineage_of(paper, [model], [Edge("paper", Relation.INTRODUCES, "model", 0.9, 1, Origin.MINED)]))
    assert laid.box("paper").x < laid.box("model").x
    assert laid.lines[0].primary


def test_what_is_known_only_to_exist_by_a_date_is_marked_open() -> None:
    laid = layout(works.odd_works())
    assert {box.node.id for box in laid.boxes if box.open} == {"seen", "seen-too"}


def test_what_has_no_date_at_all_stands_in_a_band_of_its_own() -> None:
    laid = layout(works.odd_works())
    assert laid.bands[0].label == "date unknown"
    assert laid.box("undated").right < laid.bands[1].x


def test_many_empty_years_become_one_band() -> None:
    labels = [band.label for band in layout(works.odd_works()).bands]
    assert labels[1:6] == ["1986", "1987–96", "1997", "1998–18", "2019"]


def test_a_year_without_month_stands_after_its_parent_of_that_year_and_before_its_child() -> None:
    laid = layout(works.odd_works())
    assert laid.box("subject").x < laid.box("year").x < laid.box("paper").x


def test_a_cycle_is_drawn_with_one_line_back() -> None:
    laid = layout(works.odd_works())
    forth, back = line_of(laid, "ring-b", "ring-a"), line_of(laid, "ring-a", "ring-b")
    assert forth[0][0] < forth[-1][0]
    assert back[0][0] > back[-1][0]


def test_a_crowded_day_is_stacked_not_overprinted() -> None:
    day = "2024-05-05"
    nodes = [Node(f"n{i}", NodeType.MODEL, f"Model {i}", date=day) for i in range(60)]
    edges = [Edge(f"n{i}", Relation.VARIANT_OF, "n0", 0.9, 1, Origin.NAME) for i in range(1, 60)]
    laid = layout(works.lineage_of(nodes[0], nodes, edges))
    assert len({box.row for box in laid.boxes}) == 60
    assert len({box.x for box in laid.boxes if box.node.id != "n0"}) == 1


def test_the_same_lineage_gives_the_same_picture_whatever_the_order_of_its_parts() -> None:
    lineage = works.made_up(80)
    turned = Lineage(
        lineage.subject, lineage.direction, None, lineage.relations, 0.0, (lineage.subject, *lineage.nodes[:0:-1]),
        lineage.steps, lineage.edges[::-1], lineage.evidence, lineage.introduced_by,
    )  # fmt: skip
    one, two = layout(lineage), layout(turned)
    assert one.boxes == two.boxes
    assert set(one.lines) == set(two.lines)


def test_a_small_picture_is_no_higher_than_its_boxes() -> None:
    lone = works.known_works("DPO", only=["DPO"])
    assert layout(lone).height < 60
    assert layout(works.known_works(only=works.FEW)).height < 320


def test_a_thousand_works_are_laid_out_in_a_fifth_of_a_second() -> None:
    lineage = works.made_up(1000)
    fastest = min(_seconds(lineage) for _ in range(3))
    assert fastest < 0.2


def _seconds(lineage: Lineage) -> float:
    start = time.process_time()
    layout(lineage)
    return time.process_time() - start
