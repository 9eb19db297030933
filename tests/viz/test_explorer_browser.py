"""The explorer as people use it: a real browser, a keyboard, many at once, and texts of strangers who mean harm."""

import re
import sqlite3
import threading
import time
from collections.abc import Callable, Iterator
from itertools import cycle, pairwise
from pathlib import Path
from typing import Any
from urllib.parse import quote

import httpx2
import pytest

from begat.graph.build import build
from begat.graph.model import Assertion, Document, Edge, Evidence, Mined, Node, Thing
from begat.graph.store import Store
from begat.graph.vocabulary import NodeType, Origin, Relation
from begat.viz.explorer.asking import node_address
from tests import miniature
from tests.graph.simple_miner import SimpleMiner
from tests.viz.explored import served
from tests.viz.hostile import ADDRESSES, PAYLOADS

pytestmark = pytest.mark.browser
Keep = Callable[[Any, str], None]


class Visitor:
    """A page in the browser at an explorer, and what went wrong in it."""

    def __init__(self, browser: Any, address: str, **options: Any) -> None:
        options.setdefault("viewport", {"width": 1360, "height": 900})
        # Loopback goes straight there; all else ends at a port where nobody listens.
        self.context = browser.new_context(proxy={"server": "http://127.0.0.1:9", "bypass": "127.0.0.1"}, **options)
        self.page = self.context.new_page()
        self.address = address
        self.errors: list[str] = []
        self.foreign: list[str] = []
        self.page.on("console", self._said)
        self.page.on("pageerror", lambda error: self.errors.append(str(error)))
        self.page.on("dialog", self._dismiss)
        self.page.on("request", self._asked)

    def _said(self, message: Any) -> None:
        if message.type == "error":
            self.errors.append(message.text)

    def _dismiss(self, dialog: Any) -> None:
        self.errors.append(f"dialog {dialog.message}")
        dialog.dismiss()

    def _asked(self, request: Any) -> None:
        if not request.url.startswith(self.address):
            self.foreign.append(request.url)

    def go(self, path: str) -> Any:
        """Open a page of the explorer."""
        self.page.goto(self.address + path)
        return self.page


Visit = Callable[..., Visitor]


def expect(locator: Any) -> Any:
    """Wait for what is to come, without a string to evaluate: the policy of the pages forbids that."""
    from playwright.sync_api import expect

    return expect(locator)


@pytest.fixture(scope="module")
def address(miniature_path: Path) -> Iterator[str]:
    with served(miniature_path) as found:
        yield found


@pytest.fixture
def visit(chromium: Any, address: str) -> Iterator[Visit]:
    """Opens a browser at the explorer of the miniature graph; nothing may have gone wrong in it at the end."""
    visitors: list[Visitor] = []

    def visit(at: str = address, **options: Any) -> Visitor:
        visitors.append(Visitor(chromium, at, **options))
        return visitors[-1]

    yield visit
    for visitor in visitors:
        visitor.context.close()
        assert visitor.errors == []
        assert visitor.foreign == []


# -- the ten main paths --------------------------------------------------------------------------------------------


def test_from_search_to_the_source(visit: Visit, keep: Keep) -> None:
    """Search → node → lineage → filter → share the link → evidence → source."""
    visitor = visit()
    tab = visitor.go("/")
    keep(tab, "explorer-start")
    tab.get_by_role("combobox", name="Find a work").fill("orca")
    tab.locator("[role=option][data-name='Orca 2']").click()
    tab.wait_for_url("**/node/model-orca-2")
    keep(tab, "explorer-node")
    tab.get_by_role("link", name="Whole lineage").click()
    expect(tab.locator("svg.works .n")).to_have_count(7)
    keep(tab, "explorer-lineage")
    tab.get_by_role("checkbox", name="uses").uncheck()
    tab.wait_for_url("**relation=extends**")
    expect(tab.locator("svg.works .n")).to_have_count(5)
    shared = tab.url
    other = visit()
    other.page.goto(shared)
    assert not other.page.get_by_role("checkbox", name="uses").is_checked()
    assert other.page.locator("svg.works .n").count() == 5
    tab.go_back()
    expect(tab.locator("svg.works .n")).to_have_count(7)
    assert tab.get_by_role("checkbox", name="uses").is_checked()
    tab.locator("a.evidence").first.click()
    quote = tab.locator(".quotes mark").first
    quote.wait_for()
    assert quote.inner_text() == "With Orca 2 we extend Orca."
    keep(tab, "explorer-evidence")
    assert tab.get_by_role("link", name="source").first.get_attribute("href") == "https://arxiv.org/abs/2311.11045"
    tab.get_by_role("link", name="in the text").first.click()
    tab.wait_for_url("**/document?**")
    expect(tab.locator("#quote")).to_be_visible()
    keep(tab, "explorer-document")


def test_a_node_s_relation_opens_to_its_sentences(visit: Visit) -> None:
    tab = visit().go("/node/model-orca")
    expect(tab.locator("mark")).to_have_count(0)
    tab.get_by_role("button", name="evidence for LLaMA").click()
    tab.locator(".quotes mark").first.wait_for()
    assert "fine-tuned from LLaMA" in tab.locator(".quotes mark").first.inner_text()


def test_a_box_of_a_picture_leads_to_its_work_and_lights_its_line(visit: Visit) -> None:
    tab = visit().go("/lineage/model-orca-2")
    box = tab.locator("svg.works .n[href='/node/model-llama']")
    box.hover()
    assert tab.locator("svg.works.dim .n.lit").count() >= 4
    box.click()
    tab.wait_for_url("**/node/model-llama")


def test_a_search_by_words(visit: Visit, keep: Keep) -> None:
    tab = visit().go("/")
    tab.get_by_role("combobox", name="Find a work").fill("slightly")
    tab.get_by_role("button", name="Search").click()
    expect(tab.locator("mark").first).to_have_text("slightly")
    keep(tab, "explorer-search")


def test_a_path_between_two(visit: Visit, keep: Keep) -> None:
    tab = visit().go("/path")
    for label, text, name in (("From", "orca 2", "Orca 2"), ("to", "transf", "Transformer")):
        tab.get_by_role("combobox", name=label, exact=label == "to").fill(text)
        tab.get_by_role("option", name=name).first.click()
    tab.get_by_role("button", name="Find").click()
    expect(tab.locator(".path > li")).to_have_count(4)
    keep(tab, "explorer-path")


def test_a_question_of_the_library_and_one_of_one_s_own(visit: Visit, keep: Keep) -> None:
    tab = visit().go("/query")
    tab.get_by_role("link", name="from which most others descend directly").click()
    tab.get_by_role("button", name="Ask").click()
    expect(tab.get_by_role("cell", name="Transformer", exact=True)).to_be_visible()
    keep(tab, "explorer-question")
    tab.get_by_role("link", name="A question of your own").click()
    tab.get_by_label("Query", exact=True).fill("MATCH (a)-[r:EXTENDS]->(b) RETURN a, b")
    tab.get_by_role("button", name="Ask").click()
    tab.get_by_role("link", name="graph", exact=True).click()
    expect(tab.locator("svg.works .n")).to_have_count(5)
    keep(tab, "explorer-answer")
    with tab.expect_download() as download:
        tab.get_by_role("link", name="CSV").click()
    assert download.value.suggested_filename == "answer.csv"


def test_a_family_over_the_years(visit: Visit, keep: Keep) -> None:
    tab = visit().go("/")
    tab.locator("a.family", has_text="Orca").click()
    tab.wait_for_url("**/family/Orca")
    expect(tab.locator("svg.works .n:not(.outside)")).to_have_count(2)
    keep(tab, "explorer-family")
    tab.get_by_role("link", name="why: Orca 2 extends Orca").click()
    expect(tab.locator("mark").first).to_have_text("With Orca 2 we extend Orca.")


def test_two_works_side_by_side(visit: Visit, keep: Keep) -> None:
    tab = visit().go("/node/model-orca-2")
    tab.get_by_role("link", name="Compare", exact=True).last.click()
    tab.get_by_role("combobox", name="with").fill("bert")
    tab.get_by_role("option", name="BERT").first.click()
    tab.get_by_role("button", name="Compare").click()
    expect(tab.get_by_role("heading", name="Where they part")).to_be_visible()
    expect(tab.locator("svg.works .n.parting")).to_have_count(1)
    keep(tab, "explorer-compare")
    with tab.expect_download() as download:
        tab.get_by_role("link", name="HTML").click()
    assert download.value.suggested_filename.endswith(".html")


def test_the_map_leads_to_lists(visit: Visit, keep: Keep) -> None:
    tab = visit().go("/map")
    keep(tab, "explorer-map")
    tab.locator("a[href='/works?type=model&year=2023']").click()
    expect(tab.get_by_role("heading", name="Models of 2023")).to_be_visible()
    expect(tab.get_by_role("link", name="Orca 2")).to_be_visible()


def test_about_the_graph(visit: Visit, keep: Keep) -> None:
    tab = visit().go("/about")
    expect(tab.get_by_role("row", name="EXTENDS")).to_be_visible()
    keep(tab, "explorer-about")


def test_a_wrong_edge_is_marked_and_gone(visit: Visit, keep: Keep, tmp_path: Path) -> None:
    with Store.create(tmp_path / "cats.begat") as store:
        build(store, [Document(id="2301.00001", text="We introduce the model Lynx. Lynx extends Puma.")], SimpleMiner())
    with served(tmp_path / "cats.begat", allow_edits=True) as editable:
        visitor = visit(editable)
        tab = visitor.go("/node/model-lynx")
        tab.locator("a.evidence", has_text="paper").first.click()
        tab.get_by_role("link", name="link to these sentences").click()
        tab.get_by_label("Reason").fill("a lynx is no puma")
        keep(tab, "explorer-edit")
        tab.get_by_role("button", name="It is wrong").click()
        tab.wait_for_url("**/corrections")
        expect(tab.get_by_text("a lynx is no puma")).to_be_visible()
        assert visitor.go("/lineage/model-lynx").locator("svg.works .n").count() == 0
        tab = visitor.go("/corrections")
        tab.get_by_role("button", name="Take it back").click()
        tab.get_by_text("Nothing yet").wait_for()
        assert visitor.go("/lineage/model-lynx").locator("svg.works .n").count() == 2


def test_a_lineage_saved_opens_by_itself(visit: Visit, tmp_path: Path) -> None:
    visitor = visit()
    tab = visitor.go("/lineage/model-orca-2")
    with tab.expect_download() as download:
        tab.get_by_role("link", name="HTML").click()
    download.value.save_as(tmp_path / "saved.html")
    assert "Lineage of" in (tmp_path / "saved.html").read_text(encoding="utf-8")


# -- by keyboard, on a phone, in the dark, for a screen reader -------------------------------------------------------


def test_by_keyboard_alone(visit: Visit) -> None:
    tab = visit().go("/")
    tab.keyboard.type("tulu", delay=20)
    tab.get_by_role("option").first.wait_for()
    tab.keyboard.press("ArrowDown")
    assert tab.get_by_role("combobox").first.get_attribute("aria-activedescendant") == "names-1"
    tab.keyboard.press("Enter")
    tab.wait_for_url("**/node/model-tulu-2")
    tab.keyboard.press("Tab")
    assert tab.evaluate("document.activeElement.textContent") == "Past the navigation"
    tab.keyboard.press("Enter")
    seen = set()
    for _ in range(30):
        tab.keyboard.press("Tab")
        seen.add(tab.evaluate("document.activeElement.tagName"))
        if tab.evaluate("document.activeElement.className") == "evidence":
            break
    assert {"a", "A"} <= seen, "boxes of the picture and relations can be reached"
    tab.keyboard.press("Space")
    tab.locator(".quotes mark").first.wait_for()
    tab.goto(tab.url.replace("/node/", "/lineage/"))
    box = tab.get_by_role("checkbox", name="uses")
    box.focus()
    tab.keyboard.press("Space")
    tab.wait_for_url("**relation=**")
    expect(tab.locator("#f-uses")).to_be_focused()


EVERY_PAGE = [
    "/", "/search?q=orca", "/node/model-orca", "/edge?from=model-orca-2&relation=extends&to=model-orca",
    "/lineage/model-orca-2", "/path?a=Orca+2&b=Transformer", "/query?question=most-built-upon&run=1", "/query", "/map",
    "/about", "/works?family=orca", "/family/Orca", "/compare?a=Orca+2&b=BERT", "/compare", "/document?id=2311.11045&source=miniature.jsonl", "/node/none",
]  # fmt: skip


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_axe_finds_nothing_serious(visit: Visit, scheme: str) -> None:
    axe = pytest.importorskip("axe_playwright_python.sync_playwright", reason="needs axe-playwright-python")
    visitor = visit(color_scheme=scheme, bypass_csp=True)
    for path in EVERY_PAGE:
        tab = visitor.go(path)
        found = axe.Axe().run(tab).response["violations"]
        serious = [(v["id"], v["nodes"][0]["html"]) for v in found if v["impact"] in ("serious", "critical")]
        assert serious == [], path
    visitor.errors = [error for error in visitor.errors if "404" not in error]


def test_no_page_is_wider_than_a_phone(visit: Visit, keep: Keep) -> None:
    visitor = visit(viewport={"width": 390, "height": 844}, is_mobile=True, has_touch=True, color_scheme="dark")
    for path in EVERY_PAGE[:-1]:
        tab = visitor.go(path)
        assert tab.evaluate("document.documentElement.scrollWidth <= innerWidth"), path
        keep(tab, "explorer-phone" + re.sub(r"\W+", "-", path.partition("?")[0]).rstrip("-"))


def test_without_javascript_everything_can_be_read(visit: Visit) -> None:
    tab = visit(java_script_enabled=False).go("/")
    tab.get_by_label("Find a work").fill("Orca 2")
    tab.get_by_role("button", name="Search").click()
    tab.get_by_role("link", name="Lineage").click()
    tab.get_by_role("checkbox", name="uses").uncheck()
    tab.get_by_role("button", name="Apply").click()
    expect(tab.locator("svg.works .n")).to_have_count(5)
    tab.locator("a.evidence").first.click()
    expect(tab.locator("mark").first).to_be_visible()


# -- texts of strangers, in every field ------------------------------------------------------------------------------


def hostile_graph(path: Path) -> list[str]:
    """A graph with a payload in every field of every table; the ids of its nodes."""
    texts, addresses = cycle(_storable(PAYLOADS)), cycle(_storable(ADDRESSES))
    kinds = cycle([NodeType.MODEL, NodeType.METHOD, NodeType.DATASET, NodeType.AUTHOR])
    nodes = [
        Node(f"x{i}{next(texts)}", next(kinds), next(texts), (f"{next(texts)} {i}",), f"20{i:02}-01-01",
             "2001" + next(texts), next(texts), next(texts), url=next(addresses))
        for i in range(15)
    ]  # fmt: skip
    papers = [
        Node(f"p{i}{next(texts)}", NodeType.PAPER, next(texts), (), "2020" + next(texts), None, arxiv=next(texts), doi=next(texts), url=next(addresses))
        for i in range(15)
    ]  # fmt: skip
    relations, edges, ends, entries = cycle(r for r in Relation), [], [], []
    with Store.create(path) as store, store.transaction():
        for i, payload in enumerate(_storable(PAYLOADS)):
            text = f"Before {payload} between {next(texts)} after."
            document = Document(
                id=f"{i}{payload}", text=text, title=next(texts), authors=(next(texts),), date="2020" + next(texts),
                venue=next(texts), url=next(addresses), source=next(texts), place=next(texts),
            )  # fmt: skip
            one, other = nodes[i], nodes[(i + 1) % len(nodes)]
            relation = next(relations)
            assertion = Assertion(
                Thing(one.type, next(texts)), relation, Thing(other.type, next(texts)),
                Evidence.of(document, 7, 7 + len(payload)), next(texts), 0.6,
            )  # fmt: skip
            number = store.add_document(document, digest="")
            store.add_mined(number, document, Mined((), (assertion,)), seen=next(texts))
            edges.append(Edge(one.id, relation, other.id, 0.6, 1, Origin.MINED, "2020" + next(texts)))
            ends.append((one.id, other.id, papers[i].id, assertion.claim(document.id), number))
            entries += [("evidence", papers[i].id, payload), ("name", one.id, f"orca {payload}")]
        aliases = [
            (n.id, name, f"orca{name.casefold()}", next(texts))
            for n in (*nodes, *papers)
            for name in (n.name, *n.aliases)
        ]
        store.replace_resolved([*nodes, *papers], aliases, edges, ends, entries)
        store.set_meta("miner", PAYLOADS[0])
        store.set_meta("built", PAYLOADS[1])
    return [node.id for node in (*nodes, *papers)]


def _storable(texts: tuple[str, ...]) -> list[str]:
    return [text.replace("\ud800", "\ufffd").replace("\x00", "\x01") for text in texts]


def test_no_payload_runs_in_any_field_of_any_page(chromium: Any, tmp_path: Path, keep: Keep) -> None:
    ids = hostile_graph(tmp_path / "hostile.begat")
    with served(tmp_path / "hostile.begat", allow_edits=True) as address:
        with httpx2.Client(base_url=address) as web:
            links = {
                href
                for node in ids
                for href in re.findall(
                    r'href="(/(?:edge|document|edges|works|lineage|family|compare)[^"]*)"',
                    web.get(node_address(node)).text,
                )
            }
            documents = {
                h
                for edge in links
                if edge.startswith("/edge?")
                for h in re.findall(r'href="(/document[^"]*)"', web.get(edge.replace("&amp;", "&")).text)
            }
        visitor = Visitor(chromium, address)
        pages = ["/", "/map", "/about", "/corrections", "/complete?q=orca", "/search?q=orca", "/search?q=before"]
        pages += [node_address(node) for node in ids]
        pages += [link.replace("&amp;", "&") for link in sorted(links | documents)]
        pages += [f"/search?{httpx2.QueryParams({'q': p})}" for p in _storable(PAYLOADS)]
        pages += [f"/query?{httpx2.QueryParams({'q': p, 'parameters': p})}" for p in _storable(PAYLOADS)]
        pages += [f"/path?{httpx2.QueryParams({'a': p, 'b': p})}" for p in _storable(PAYLOADS)]
        things = [node for node in ids if node.startswith("x")]
        pages += [f"/compare?{httpx2.QueryParams({'a': a, 'b': b})}" for a, b in pairwise(things)]
        pages += [f"/family/{quote(p, safe='')}" for p in _storable(PAYLOADS)]
        pages += [
            f"/query?{httpx2.QueryParams({'q': 'MATCH (n) RETURN n, n.name', 'as': form})}"
            for form in ("table", "graph")
        ]
        assert len(pages) > 100
        for path in pages:
            tab = visitor.go(path)
            assert tab.evaluate("window.ran") is None, path
            assert (
                tab.evaluate(
                    "document.querySelectorAll('iframe, base, meta[http-equiv], foreignObject, main script, main style').length"
                )
                == 0
            ), path
            assert tab.evaluate("[...document.links].filter(a => !/^(https?:)$/.test(a.protocol)).length") == 0, path
            assert tab.url.startswith(address), path
        tab = visitor.go("/")
        tab.get_by_role("combobox").first.fill("orca")
        tab.get_by_role("option").first.wait_for()
        keep(tab, "explorer-hostile")
        assert tab.evaluate("window.ran") is None
        assert [url for url in visitor.foreign if "evil" in url] == []
        assert [error for error in visitor.errors if "status of 4" not in error] == []
        visitor.context.close()


# -- many at once ----------------------------------------------------------------------------------------------------


def test_twenty_at_once_get_their_answers(address: str) -> None:
    paths = ["/", "/search?q=orca", "/node/model-orca", "/lineage/model-orca-2", "/path?a=Orca+2&b=Transformer", "/map", "/complete?q=or",
             "/about", "/edge?from=model-orca-2&relation=extends&to=model-orca", "/query?q=MATCH+(n)+RETURN+count(n)", "/api/lineage?name=Orca"]  # fmt: skip
    problems: list[str] = []
    took: list[float] = []

    def reader(start: int) -> None:
        with httpx2.Client(base_url=address, timeout=30) as web:
            for step in range(2 * len(paths)):
                path = paths[(start + step) % len(paths)]
                begun = time.perf_counter()
                answer = web.get(path)
                took.append(time.perf_counter() - begun)
                if answer.status_code != 200:
                    problems.append(f"{answer.status_code} {path}")

    readers = [threading.Thread(target=reader, args=(n,)) for n in range(20)]
    for thread in readers:
        thread.start()
    for thread in readers:
        thread.join(60)
    assert problems == []
    assert len(took) == 20 * 2 * len(paths)


def test_a_build_that_goes_on_meanwhile_disturbs_nobody(tmp_path: Path) -> None:
    path = miniature.build(tmp_path / "mine.begat")
    stop = threading.Event()

    def writer() -> None:
        while not stop.is_set():
            with Store.open(path, write=True) as store, store.transaction():
                store.raise_revision()
            time.sleep(0.005)

    with served(path) as at, httpx2.Client(base_url=at, timeout=30) as web:
        thread = threading.Thread(target=writer)
        thread.start()
        try:
            statuses = [web.get(p).status_code for p in ("/", "/node/model-orca", "/lineage/model-orca") * 15]
        finally:
            stop.set()
            thread.join(10)
    assert set(statuses) == {200}
    with sqlite3.connect(path) as connection:
        assert connection.execute("PRAGMA integrity_check").fetchone() == ("ok",)
    connection.close()
