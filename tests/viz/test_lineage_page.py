"""The lineage page as text: what it says, what it links to, what it lets in."""

import re
from html.parser import HTMLParser

import pytest

from begat.graph.model import Edge, Node
from begat.graph.store import Store
from begat.graph.vocabulary import LINEAGE, NodeType, Origin, Relation
from begat.queries.lineage import Lineage, lineage
from begat.viz.lineage_page import BEST, narrowed, page
from begat.viz.links import link, web_address
from tests.viz import hostile, works


class Parsed(HTMLParser):
    """The elements of a page, each a (tag, attributes)."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.elements: list[tuple[str, dict[str, str | None]]] = []
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, dict(attrs)))

    def all(self, tag: str) -> list[dict[str, str | None]]:
        return [attributes for name, attributes in self.elements if name == tag]


@pytest.fixture(scope="module")
def orca() -> str:
    return page(works.known_works(only=works.FEW))


def plain(html: str) -> str:
    return " ".join(re.sub(r"<[^>]+>", " ", html).split())


def card(html: str, name: str) -> str:
    return next(plain(c) for c in re.findall(r"<article.*?</article>", html, re.S) if f">{name}</h2>" in c)


def test_it_counts_works_and_relations(orca: str) -> None:
    assert "16 works · 24 relations" in plain(orca)


def test_its_tables_tell_each_direct_relation_with_date_confidence_and_sentence(orca: str) -> None:
    table = plain(orca.split('id="older"')[1].split("</section>")[0])
    assert "fine-tuned from Llama 2 2023-07-18 0.97" in table
    assert "We start from Llama 2 and fine-tune all of its parameters to obtain Orca 2." in table
    newer = plain(orca.split('id="newer"')[1].split("</section>")[0])
    assert "extended by Orca-2.5 2024-05-06 0.64 ?" in newer


def test_a_card_tells_both_directions_and_where_it_stands(orca: str) -> None:
    llama = card(orca, "LLaMA")
    assert "model · 2023-02-27 introduced in LLaMA: the paper that introduces it" in llama
    assert "extends Transformer · 0.97 LLaMA builds on Transformer and changes how it is trained." in llama
    assert "fine-tuned into Orca" in llama


def test_relations_that_are_not_descent_are_off_at_first() -> None:
    boxes = {
        a["data-relation"]: "checked" in a
        for a in Parsed(page(works.known_works())).all("input")
        if "data-relation" in a
    }
    assert boxes == {
        "extends": True, "fine-tuned-from": True, "distilled-from": True, "uses": True, "cites": False,
    }  # fmt: skip


def test_boxes_come_in_order_of_date_so_that_tab_follows_time(orca: str) -> None:
    labels = [a["aria-label"] or "" for a in Parsed(orca).all("a") if (a.get("class") or "").startswith("n ")]
    dates = [label.rsplit(", ", 1)[1] for label in labels]
    assert dates == sorted(dates)
    assert labels[0] == "Transformer, method, 2017-06-12"


def test_a_work_alone_still_gives_a_friendly_page() -> None:
    html = plain(page(works.known_works("DPO", only=["DPO"])))
    assert "1 work · 0 relations" in html
    assert "Nothing in this graph says what DPO builds on" in html


def test_what_the_lineage_left_out_is_said() -> None:
    assert "Only the nearest 20 are shown." in plain(page(works.odd_works()))


def test_more_than_eight_hundred_works_are_narrowed_to_whole_steps_and_the_others_offered_first() -> None:
    lineage = fan(30, 500, 600)
    html = page(lineage)
    assert len(re.findall(r'<a id="n\d+"', html)) == 1 + 30 + 500
    shown = plain(html)
    assert "1,131 works are too many for one picture. Choose how far to look." in shown
    assert "1 step 31 works, in the picture 2 steps 531 works, in the picture 3 steps 1,131 works The" in shown
    assert "too many" not in plain(page(works.made_up(800)))


def fan(*widths: int) -> Lineage:
    """So many works at each step from the first."""
    first = Node("model-first", NodeType.MODEL, "First", date="2010-01-01")
    nodes, edges, above = [], [], [first]
    for step, width in enumerate(widths, 1):
        level = [
            Node(f"model-{step}-{i}", NodeType.MODEL, f"Heir {step}.{i}", date=f"{2010 + step}") for i in range(width)
        ]
        edges += [
            Edge(node.id, Relation.EXTENDS, above[i % len(above)].id, 0.5 + i / width / 2, 1, Origin.MINED)
            for i, node in enumerate(level)
        ]
        nodes += level
        above = level
    return works.lineage_of(first, nodes, edges)


def test_of_a_first_step_that_is_too_wide_the_best_attested_are_drawn() -> None:
    kept = {node.id for node in narrowed(fan(1000), 300).nodes}
    assert kept == {"model-first", *(f"model-1-{i}" for i in range(701, 1000))}
    html = page(fan(1000))
    assert len(re.findall(r'<a id="n\d+"', html)) == BEST
    assert f"The picture shows {BEST} of them, the best attested of the nearest" in plain(html)


def test_the_reach_beyond_what_was_read_is_told() -> None:
    lineage = works.lineage_of(Node("model-a", NodeType.MODEL, "A", date="2020"), [], [])
    html = plain(page(lineage, reach={0: 1, 1: 900, 2: 4000}))
    assert "4,901 works are too many for one picture" in html
    assert "1 step 901 works 2 steps 4,901 works" in html
    assert "more than a picture shows" not in plain(page(works.known_works()))


def test_a_thousand_works_stay_below_a_megabyte_and_a_half() -> None:
    assert len(page(works.made_up(1000), most=1000).encode()) < 1_200_000


def test_a_page_from_the_store(store: Store) -> None:
    html = page(lineage(store, "model-orca-2"))
    assert "With Orca 2 we extend Orca." in html
    assert "https://arxiv.org/abs/2311.11045" in html
    assert "date unknown, known by 2023-06-05" in plain(html)


def test_a_paper_stands_beside_what_it_introduces(store: Store) -> None:
    html = page(lineage(store, "arxiv-2302.13971", relations=[*LINEAGE, Relation.INTRODUCES]))
    assert "introduces LLaMA-13B" in plain(html)


def test_nothing_in_it_loads_anything(orca: str) -> None:
    parsed = Parsed(orca)
    assert [a for a in parsed.all("link") if a["href"] != "data:,"] == []
    assert not any("src" in a for _, a in parsed.elements)
    assert "url(" not in re.sub(r"url\(#[\w-]+\)", "", orca)
    assert "@import" not in orca


def test_it_asks_for_a_policy_that_allows_its_own_style_and_script_alone(orca: str) -> None:
    policy = next(a["content"] or "" for a in Parsed(orca).all("meta") if a.get("http-equiv"))
    assert policy.startswith("default-src 'none'; style-src 'sha256-")
    assert "unsafe" not in policy


def test_a_strangers_text_stays_text() -> None:
    html = page(hostile.lineage())
    parsed = Parsed(html)
    assert len(parsed.all("script")) == 1
    assert {tag for tag, _ in parsed.elements} <= {
        "html", "head", "meta", "title", "link", "style", "body", "header", "div", "h1", "h2", "b", "bdi", "p", "input",
        "button", "span", "svg", "g", "path", "rect", "small", "label", "circle", "text", "main", "a", "defs", "marker",
        "section", "table", "thead", "tbody", "tr", "th", "td", "abbr", "br", "q", "cite", "article", "ul", "li",
        "script", "select", "option", "lineargradient", "stop",
    }  # fmt: skip
    assert not any(name.startswith("on") for _, attributes in parsed.elements for name in attributes)
    for attributes in parsed.all("a"):
        assert re.match(r"#(w\d+|picture|tables)$|https://(arxiv|doi)\.org/|https?://[\w.]+/", attributes["href"] or "")
    html.encode("utf-8")  # no lone surrogate came through
    assert not re.search("[\x00\x07\x1b\u202a-\u202e\ufffe]", html)


@pytest.mark.parametrize("address", hostile.ADDRESSES)
def test_an_address_that_hides_something_is_no_link(address: str) -> None:
    if web_address(address) is not None:  # then it is an ordinary one, and the template escapes it
        assert address.startswith("https://ok.example/")


def test_a_link_is_built_from_an_id_where_there_is_one() -> None:
    assert link(Node("x", NodeType.PAPER, "X", arxiv="cs/0112017")) == "https://arxiv.org/abs/cs/0112017"
    assert link(Node("x", NodeType.PAPER, "X", arxiv='1" onclick="x')) == "https://arxiv.org/abs/1%22%20onclick%3D%22x"
    assert link(Node("x", NodeType.PAPER, "X", doi="10.1000/a(b)<c>")) == "https://doi.org/10.1000/a(b)%3Cc%3E"
    assert link(Node("x", NodeType.MODEL, "X", url="https://example.org/x")) == "https://example.org/x"
    assert link(Node("x", NodeType.MODEL, "X")) is None
