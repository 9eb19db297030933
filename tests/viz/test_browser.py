"""The pages as people use them, in Chromium: mouse, keys, phone, dark, no script; and strangers' texts do nothing."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from begat.graph.store import Store
from begat.queries.comparison import compare
from begat.queries.family import family
from begat.viz import comparison_page, family_page
from begat.viz.lineage_page import page
from begat.viz.network import network_page
from begat.viz.svg import svg
from tests.queries import graphs
from tests.viz import hostile, works
from tests.viz.conftest import Open, Recorder

pytestmark = pytest.mark.browser
Keep = Callable[[Any, str], None]


@pytest.fixture(scope="module")
def known() -> str:
    return page(works.known_works())


@pytest.fixture(scope="module")
def few() -> str:
    return page(works.known_works(only=works.FEW))


def node(page: Any, name: str) -> Any:
    return page.locator(f'.n[aria-label^="{name}, "]')


def lit(page: Any) -> set[str]:
    labels: list[str] = page.eval_on_selector_all(".n.lit", "all => all.map(n => n.getAttribute('aria-label'))")
    return {label.split(", ")[0] for label in labels}


def seen(page: Any, selector: str) -> int:
    """How many are not hidden (a level line has no height, which Playwright takes for hidden)."""
    return int(
        page.eval_on_selector_all(selector, "all => all.filter(e => getComputedStyle(e).display !== 'none').length")
    )


# -- strangers' texts ----------------------------------------------------------------------------------------------


def assert_nothing_happened(opened: Any, recorder: Recorder, title: str) -> None:
    opened.page.wait_for_timeout(300)
    assert opened.page.evaluate("window.ran") is None
    assert opened.dialogs == []
    assert opened.page.title().startswith(title)
    assert opened.page.url.startswith("file:")
    assert recorder.asked == []


def test_the_recorder_would_notice_a_request_and_the_page_a_script(open_page: Open, recorder: Recorder) -> None:
    opened = open_page("<title>x</title><img src='http://evil.example/img' onerror='window.ran = 1; alert(1)'>")
    opened.page.wait_for_timeout(300)
    assert recorder.asked == ["GET http://evil.example/img HTTP/1.1"]
    assert opened.page.evaluate("window.ran") == 1
    assert opened.dialogs == ["1"]


def test_payloads_in_every_field_of_a_lineage_do_nothing(open_page: Open, recorder: Recorder, keep: Keep) -> None:
    opened = open_page(page(hostile.lineage()))
    for number in range(0, 28, 5):  # open cards, so that all of it is rendered
        opened.page.locator(f"#n{number}").focus()
        opened.page.keyboard.press("Enter")
        opened.page.keyboard.press("Escape")
    opened.page.fill("#find", "script")
    keep(opened.page, "hostile")
    assert_nothing_happened(opened, recorder, "Lineage of ")
    assert opened.errors == []


@pytest.mark.parametrize("html", [family_page.page(hostile.family()), comparison_page.page(hostile.comparison())])
def test_payloads_in_every_field_of_the_other_pages_do_nothing(open_page: Open, recorder: Recorder, html: str) -> None:
    opened = open_page(html)
    for number in range(0, 27, 5):
        opened.page.locator(f"#n{number}").focus()
        opened.page.keyboard.press("Enter")
        opened.page.keyboard.press("Escape")
    assert_nothing_happened(opened, recorder, "")
    assert opened.errors == []


def test_payloads_in_every_field_of_the_network_do_nothing(
    open_page: Open, recorder: Recorder, tmp_path: Path, keep: Keep
) -> None:
    nodes = hostile.nodes()
    storable = [n for n in nodes if all("\ud800" not in text for text in (n.id, n.name, n.date or "", n.seen or ""))]
    kept = {n.id for n in storable}
    edges = {(e.subject, e.relation, e.object): e for e in hostile.edges(nodes) if {e.subject, e.object} <= kept}
    with Store.create(tmp_path / "hostile.begat") as store:
        with store.transaction():
            store.replace_resolved(
                [type(n)(n.id, n.type, n.name, (), n.date, n.seen) for n in storable], [], edges.values(), [], []
            )
        html = network_page(store, [storable[0].id, storable[1].id])
    opened = open_page(html)
    opened.page.mouse.move(800, 500)
    opened.page.wait_for_timeout(800)
    opened.page.evaluate("network.selectNodes([0]); network.body.emitter.emit('showPopup', 0)")
    keep(opened.page, "network-hostile")
    assert_nothing_happened(opened, recorder, "")
    assert opened.errors == []


def test_a_payload_as_a_picture_opened_by_itself_does_nothing(open_page: Open, recorder: Recorder) -> None:
    opened = open_page(svg(hostile.lineage()), "picture.svg")
    assert opened.page.locator("svg > style").count() == 1
    assert opened.page.evaluate("window.ran") is None
    assert recorder.asked == []


def test_a_picture_opened_by_itself_is_coloured(open_page: Open, keep: Keep) -> None:
    tab = open_page(svg(works.known_works(only=works.FEW)), "picture.svg").page
    fill = "n => getComputedStyle(n.firstElementChild).fill"
    assert tab.locator(".n.subject").evaluate(fill) == "rgb(255, 224, 130)"
    assert tab.locator(".n.dataset").evaluate(fill) == "rgb(251, 240, 207)"
    keep(tab, "picture")


# -- reading -------------------------------------------------------------------------------------------------------


def test_it_opens_without_a_request_or_a_complaint(open_page: Open, recorder: Recorder, known: str, keep: Keep) -> None:
    opened = open_page(known)
    keep(opened.page, "lineage-full")
    assert opened.errors == []
    assert recorder.asked == []


def test_hovering_lights_ancestors_and_descendants_alone(open_page: Open, known: str, keep: Keep) -> None:
    tab = open_page(known).page
    node(tab, "RoBERTa").hover()
    assert lit(tab) == {
        "Transformer", "BERT", "RoBERTa", "XLM-R", "DeBERTa", "DeBERTaV3", "MiniLMv2", "all-MiniLM-L6-v2", "Sentence-BERT",
    }  # fmt: skip
    assert tab.locator(".card.open h2").inner_text() == "RoBERTa"
    tab.wait_for_timeout(200)
    keep(tab, "lineage-hover")
    assert node(tab, "ELECTRA").evaluate("n => getComputedStyle(n.firstElementChild).fillOpacity") == "0.18"
    tab.mouse.move(700, 5)
    assert lit(tab) == set()
    assert tab.locator(".card.open").count() == 0


def test_light_follows_only_relations_that_are_to_be_seen(open_page: Open, known: str) -> None:
    tab = open_page(known).page
    tab.uncheck("#r-uses")
    tab.uncheck("#r-distilled-from")
    node(tab, "RoBERTa").hover()
    assert lit(tab) == {"Transformer", "BERT", "RoBERTa", "XLM-R", "DeBERTa", "DeBERTaV3"}


def test_a_box_in_the_toolbar_hides_its_relation(open_page: Open, known: str) -> None:
    tab = open_page(known).page
    assert seen(tab, ".works .e.distilled-from") == 8
    tab.uncheck("#r-distilled-from")
    assert seen(tab, ".works .e.distilled-from") == 0
    assert seen(tab, ".works .e.cites") == 0
    tab.check("#r-cites")
    assert seen(tab, ".works .e.cites") == 5
    tab.uncheck("#unsure")
    assert seen(tab, ".works .e.unsure") == 0


def test_a_type_can_be_left_out_with_its_edges(open_page: Open, few: str) -> None:
    tab = open_page(few).page
    tab.uncheck('[data-type="method"]')
    assert seen(tab, ".works .n.method") == 0
    assert seen(tab, ".works .e.extends") == 8


def test_an_edge_shows_its_own_evidence(open_page: Open, few: str) -> None:
    tab = open_page(few).page
    tab.locator(".e.fine-tuned-from:not(.own):not(.further) .hit").first.hover(force=True)
    card = tab.locator(".card.open")
    assert card.locator("q").filter(visible=True).count() == 1
    assert "fine-tune all of its parameters" in card.locator("q").filter(visible=True).inner_text()


def test_finding_a_work_lights_it_and_enter_goes_there(open_page: Open, known: str, keep: Keep) -> None:
    tab = open_page(known).page
    tab.fill("#find", "splade")
    assert lit(tab) == {"SPLADE", "SPLADE v2", "SPLADE++", "SPLADE-v3"}
    keep(tab, "lineage-find")
    tab.keyboard.press("Enter")
    assert tab.evaluate("document.activeElement.getAttribute('aria-label')").startswith("SPLADE, ")


def test_only_the_subjects_line_is_left_on_demand(open_page: Open, known: str, keep: Keep) -> None:
    tab = open_page(known).page
    assert seen(tab, ".works .n") == 63
    tab.click("#only")
    assert seen(tab, '.n[aria-label^="BERT,"]') == 0
    assert seen(tab, '.n[aria-label^="Llama 2,"]') == 1
    keep(tab, "lineage-only")
    tab.click("#only")
    assert seen(tab, ".works .n") == 63


def test_steps_leave_what_is_further_away_out(open_page: Open, known: str) -> None:
    tab = open_page(known).page
    tab.select_option("#steps", "1")
    assert seen(tab, '.n[aria-label^="Orca, "]') == 1
    assert seen(tab, '.n[aria-label^="Alpaca, "]') == 0


def test_fit_shows_all_of_it_and_one_to_one_its_own_size(open_page: Open, known: str, keep: Keep) -> None:
    tab = open_page(known).page
    tab.click("#fit")
    keep(tab, "lineage-fit")
    assert tab.evaluate(
        "picture.scrollWidth <= picture.clientWidth && picture.scrollHeight <= picture.clientHeight + 1"
    )
    tab.click("#full")
    size = tab.evaluate(
        "(s => [s.getBoundingClientRect().width, s.viewBox.baseVal.width])(document.querySelector('.works'))"
    )
    assert size[0] == pytest.approx(size[1], abs=1)


def test_dragging_pans(open_page: Open, known: str) -> None:
    tab = open_page(known).page
    tab.click("#full")
    tab.evaluate("picture.scrollTo(300, 100)")
    x, y = tab.evaluate(
        "(() => { for (let x = 700; x < 900; x += 7) for (let y = 500; y < 700; y += 7)"
        " if (!document.elementFromPoint(x, y).closest('.n, .e')) return [x, y]; })()"
    )
    tab.mouse.move(x, y)
    tab.mouse.down()
    tab.mouse.move(x - 100, y - 50, steps=3)
    tab.mouse.up()
    assert tab.evaluate("[picture.scrollLeft, picture.scrollTop]") == [400, 150]


# -- by keyboard, without script, small, dark, printed -------------------------------------------------------------


def test_by_keyboard_alone_from_work_to_evidence_and_back(open_page: Open, few: str) -> None:
    tab = open_page(few).page
    node(tab, "Transformer").focus()
    for _ in range(4):
        tab.keyboard.press("Tab")
    assert tab.evaluate("document.activeElement.getAttribute('aria-label')").startswith("FLAN, ")
    tab.keyboard.press("Enter")
    assert tab.locator(".card.open h2").inner_text() == "FLAN"
    assert tab.evaluate("document.activeElement.tagName") == "H2"
    tab.keyboard.press("Escape")
    assert tab.locator(".card.open:not(.glance)").count() == 0
    assert tab.evaluate("document.activeElement.getAttribute('aria-label')").startswith("FLAN, ")


def test_tab_passes_the_works_in_order_of_date(open_page: Open, few: str) -> None:
    tab = open_page(few).page
    node(tab, "Transformer").focus()
    names = []
    for _ in range(6):
        names.append(tab.evaluate("document.activeElement.getAttribute('aria-label')").split(", ")[0])
        tab.keyboard.press("Tab")
    assert names == ["Transformer", "GPT", "GPT-2", "GPT-3", "FLAN", "Chain-of-Thought"]


def test_a_click_keeps_the_card_until_it_is_closed(open_page: Open, few: str) -> None:
    tab = open_page(few).page
    node(tab, "Orca 2").click()
    tab.mouse.move(300, 880)
    assert tab.locator(".card.open h2").inner_text() == "Orca 2"
    tab.locator(".card.open a", has_text="GPT-4").click()
    assert tab.locator(".card.open h2").inner_text() == "GPT-4"
    tab.locator(".card.open .close").click()
    assert tab.locator(".card.open:not(.glance)").count() == 0


def test_without_script_cards_open_and_relations_hide_all_the_same(open_page: Open, few: str, keep: Keep) -> None:
    tab = open_page(few, java_script_enabled=False).page
    node(tab, "Orca 2").click()
    assert tab.locator("article:target h2").inner_text() == "Orca 2"
    assert tab.locator("article:target").is_visible()
    tab.uncheck("#r-uses")
    assert seen(tab, ".works .e.uses") == 0
    assert not tab.locator("#find").is_visible()
    keep(tab, "lineage-without-script")


def test_on_a_phone_nothing_sticks_out_and_the_subject_is_in_view(open_page: Open, known: str, keep: Keep) -> None:
    tab = open_page(known, viewport={"width": 390, "height": 844}, has_touch=True, is_mobile=True).page
    assert tab.evaluate("document.documentElement.scrollWidth") == 390
    box = node(tab, "Orca 2").bounding_box()
    assert 0 < box["x"] < 390 - box["width"]
    node(tab, "Orca 2").tap()
    assert tab.locator(".card.open h2").inner_text() == "Orca 2"
    keep(tab, "lineage-phone")


def test_in_the_dark_the_ground_is_dark_and_text_is_bright(open_page: Open, known: str, keep: Keep) -> None:
    tab = open_page(known, color_scheme="dark").page
    assert tab.evaluate("getComputedStyle(document.documentElement).backgroundColor") == "rgb(18, 22, 28)"
    assert tab.evaluate("getComputedStyle(document.querySelector('.n text')).fill") == "rgb(238, 243, 249)"
    keep(tab, "lineage-dark")


def test_those_who_want_less_motion_get_none(open_page: Open, few: str) -> None:
    tab = open_page(few, reduced_motion="reduce").page
    assert tab.evaluate("getComputedStyle(document.querySelector('.n > *')).transitionDuration") == "0s"


def test_printed_it_keeps_picture_and_tables_and_drops_the_controls(open_page: Open, few: str, keep: Keep) -> None:
    tab = open_page(few).page
    tab.emulate_media(media="print")
    assert not tab.locator(".tools").is_visible()
    assert tab.locator("#older").is_visible()
    assert tab.evaluate("picture.scrollWidth <= picture.clientWidth")
    keep(tab, "lineage-print")


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_axe_finds_nothing_serious(open_page: Open, scheme: str) -> None:
    axe = pytest.importorskip("axe_playwright_python.sync_playwright", reason="needs axe-playwright-python")
    for lineage in (works.odd_works(), works.known_works()):
        tab = open_page(page(lineage), color_scheme=scheme).page
        node(tab, lineage.subject.name).click()
        violations = axe.Axe().run(tab).response["violations"]
        assert [(v["id"], v["nodes"][0]["html"]) for v in violations if v["impact"] in ("serious", "critical")] == []


# -- families and comparisons --------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def others(tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    """The pages of a family and of a comparison of the known works."""
    known = works.known_works()
    path = tmp_path_factory.mktemp("others") / "known.begat"
    graphs.build(path, list(known.nodes), [(e.subject, e.relation, e.object) for e in known.edges], 0.6)
    with Store.open(path) as store:
        return {
            "family": family_page.page(family(store, "GPT")),
            "comparison": comparison_page.page(compare(store, "model-orca-2", "model-zephyr")),
        }


def test_a_family_and_a_comparison_open_without_a_request_and_light_a_line(
    open_page: Open, recorder: Recorder, others: dict[str, str], keep: Keep
) -> None:
    for name, html in others.items():
        opened = open_page(html)
        keep(opened.page, name)
        node(opened.page, "GPT-4").hover()
        assert "GPT-4" in lit(opened.page)
        assert opened.page.locator(".card.open h2").inner_text() == "GPT-4"
        assert opened.errors == []
        assert recorder.asked == []


def test_a_comparison_leads_from_its_tables_to_the_cards(open_page: Open, others: dict[str, str]) -> None:
    tab = open_page(others["comparison"]).page
    link = tab.locator("#part ~ ul a").first
    name = link.inner_text()
    link.click()
    assert tab.locator(".card.open h2").inner_text() == name


def test_a_family_and_a_comparison_fit_a_phone_and_need_no_script(
    open_page: Open, others: dict[str, str], keep: Keep
) -> None:
    for name, html in others.items():
        options = {"viewport": {"width": 390, "height": 844}, "is_mobile": True, "color_scheme": "dark"}
        tab = open_page(html, java_script_enabled=False, **options).page
        assert tab.evaluate("document.documentElement.scrollWidth") == 390
        node(tab, "GPT-4").focus()
        tab.keyboard.press("Enter")
        assert tab.locator("article:target h2").inner_text() == "GPT-4"
        keep(tab, f"{name}-phone")


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_axe_finds_nothing_serious_in_them(open_page: Open, others: dict[str, str], scheme: str) -> None:
    axe = pytest.importorskip("axe_playwright_python.sync_playwright", reason="needs axe-playwright-python")
    for html in others.values():
        tab = open_page(html, color_scheme=scheme).page
        violations = axe.Axe().run(tab).response["violations"]
        assert [(v["id"], v["nodes"][0]["html"]) for v in violations if v["impact"] in ("serious", "critical")] == []


# -- the network ---------------------------------------------------------------------------------------------------


def test_the_network_is_drawn_without_a_request(open_page: Open, recorder: Recorder, store: Store, keep: Keep) -> None:
    opened = open_page(network_page(store))
    opened.page.wait_for_timeout(500)
    keep(opened.page, "network")
    assert ink(opened.page) > 1000
    assert opened.errors == []
    assert recorder.asked == []


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_the_network_has_the_colours_of_the_readers_scheme(
    open_page: Open, store: Store, scheme: str, keep: Keep
) -> None:
    opened = open_page(network_page(store, ["model-orca"]), color_scheme=scheme)
    tab = opened.page
    tab.wait_for_timeout(500)
    keep(tab, f"network-{scheme}")
    assert painted(tab) == shared_colours(tab)
    tab.emulate_media(color_scheme="light" if scheme == "dark" else "dark")
    tab.wait_for_timeout(200)
    assert painted(tab) == shared_colours(tab)
    assert opened.errors == []


def painted(page: Any) -> list[str]:
    """The page's ground, the subject's box and label, a model's, and an edge, as they are on the canvas."""
    colours: list[str] = page.evaluate(
        """() => {
          const body = network.body, of = (test) => body.nodes[nodes.get({ filter: test })[0].id].options;
          const subject = of((n) => n.tone === "subject"), model = of((n) => n.tone === "model");
          const edge = body.edges[edges.get({ filter: (e) => e.tone === "extends" })[0].id].options;
          return [getComputedStyle(document.body).backgroundColor, subject.color.background, subject.font.color,
                  model.color.background, model.font.color, edge.color.color];
        }"""
    )
    return colours


def shared_colours(page: Any) -> list[str]:
    """What the style sheet of all pages says these are."""
    names = ["subject", "subject-text", "model", "node-text", "extends"]
    ground, *others = page.evaluate(
        """(names) => {
          const page = getComputedStyle(document.documentElement), colour = (name) => page.getPropertyValue("--" + name).trim();
          const sample = document.createElement("i");
          sample.style.color = colour("ground");
          document.body.append(sample);
          const ground = getComputedStyle(sample).color;
          sample.remove();
          return [ground, ...names.map(colour)];
        }""",
        names,
    )
    return [ground, *others]


def test_a_large_network_stands_still_where_we_placed_it(open_page: Open, tmp_path: Path, keep: Keep) -> None:
    lineage = works.made_up(200)
    with Store.create(tmp_path / "large.begat") as store:
        with store.transaction():
            store.replace_resolved(
                lineage.nodes, [], {(e.subject, e.relation, e.object): e for e in lineage.edges}.values(), [], []
            )
        tab = open_page(network_page(store)).page
    keep(tab, "network-large")
    before = tab.evaluate("network.getPositions()")
    tab.wait_for_timeout(500)
    assert tab.evaluate("network.getPositions()") == before
    assert len({(p["x"], p["y"]) for p in before.values()}) == 200
    assert ink(tab) > 5000


def ink(page: Any) -> int:
    """How many pixels of the network's canvas are drawn on."""
    return int(
        page.evaluate(
            "(c => c.getContext('2d').getImageData(0, 0, c.width, c.height).data.filter((v, i) => i % 4 === 3 && v).length)"
            "(document.querySelector('canvas'))"
        )
    )
