"""Sections of a page that give only a title: about the one paper of the graph that has it, else about nothing but the page."""

from dataclasses import replace
from pathlib import Path

from begat.graph import corrections
from begat.graph.build import build
from begat.graph.model import Document, Section
from begat.graph.store import Store
from tests.graph.simple_miner import SimpleMiner

BLOG = (
    "Herons and how they wade\nWe introduce the model Heron.\n\nA short look back at them\nWe introduce the model Ibis."
)
ABOUT_HERON = Document(
    "heron", "It wades.", "Herons and how they wade", ("Ana",), "2020", arxiv="2001.00001", source="p"
)
READ = Document(
    "blog", BLOG, "A blog", date="2024", paper=False, source="b",
    sections=(
        Section(0, BLOG.index("A short"), "Herons and how they wade"),
        Section(BLOG.index("A short"), len(BLOG), "A short look back at them"),
    ),
)  # fmt: skip


def introduced(store: Store) -> dict[str, str]:
    """Who introduces each thing, by name."""
    names = {node.id: node.name for node in store.nodes()}
    return {names[e.object]: e.subject for e in store.edges("relation = 'INTRODUCES'")}


def test_a_section_with_a_papers_title_is_about_that_paper(tmp_path: Path) -> None:
    with Store.create(tmp_path / "graph") as store:
        build(store, [READ], SimpleMiner(), complete=())
        assert introduced(store) == {"Heron": "document-blog", "Ibis": "document-blog"}
        build(store, [ABOUT_HERON], SimpleMiner(), complete=())
        assert introduced(store) == {"Heron": "arxiv-2001.00001", "Ibis": "document-blog"}
        (said,) = store.statements("relation = 'CITES' AND object_node = 'arxiv-2001.00001'")
        assert said.assertion.rule == "section-title"
        assert said.assertion.evidence.quote == "Herons and how they wade"


def test_two_papers_of_one_title_leave_a_section_to_its_page(tmp_path: Path) -> None:
    other = replace(ABOUT_HERON, id="2", arxiv="2002.00002", authors=("Kim",), date="2023")
    with Store.create(tmp_path / "graph") as store:
        build(store, [READ, ABOUT_HERON, other], SimpleMiner(), complete=())
        assert introduced(store) == {"Heron": "document-blog", "Ibis": "document-blog"}
        assert list(store.edges("relation = 'CITES'")) == []


def test_what_a_section_is_about_can_be_undone(tmp_path: Path) -> None:
    with Store.create(tmp_path / "graph") as store:
        build(store, [READ, ABOUT_HERON], SimpleMiner(), complete=())
        (edge,) = store.edges("relation = 'CITES'")
        corrections.mark(store, edge, right=False, reason="a namesake")
        assert introduced(store)["Heron"] == "document-blog"
        corrections.withdraw(store, corrections.corrections(store)[0].number)
        assert introduced(store)["Heron"] == "arxiv-2001.00001"
        assert [e.object for e in store.edges("relation = 'CITES'")] == ["arxiv-2001.00001"]
