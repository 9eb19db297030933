"""The example corpus: facts that are facts, summaries that are ours, and a gold standard that stands in them."""

import json
import re
from collections.abc import Iterator
from itertools import chain
from pathlib import Path
from typing import Any

import pytest

from begat.graph.ids import arxiv_date, arxiv_id
from begat.graph.vocabulary import THINGS, Relation
from begat.loaders import Problem, read

EXAMPLES = Path(__file__).resolve().parents[1] / "examples"
RUN = 8
"""So many words in a row would be a copy."""

Record = dict[str, Any]


def records(path: Path) -> list[Record]:
    return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]


PAPERS = records(EXAMPLES / "papers.jsonl")
EXPECTED = records(EXAMPLES / "expected.jsonl")
PAGES = {page.stem: page.read_text(encoding="utf-8") for page in sorted((EXAMPLES / "posts").iterdir())}
TEXTS = {paper["id"]: f"{paper['title']}\n{paper['abstract']}" for paper in PAPERS} | PAGES

a_paper = pytest.mark.parametrize("paper", PAPERS, ids=lambda paper: paper["id"])
an_expectation = pytest.mark.parametrize("expected", EXPECTED, ids=lambda expected: expected["id"])


def words(text: str) -> list[str]:
    return re.findall(r"\w+", text.casefold())


def runs(text: str) -> Iterator[tuple[str, ...]]:
    of = words(text)
    return (tuple(of[at : at + RUN]) for at in range(len(of) - RUN + 1))


def prose(page: str) -> str:
    """What a page says itself: its headings are titles of papers, which are facts."""
    return "\n".join(line for line in page.splitlines() if not line.startswith("#"))


def months(date: str) -> int:
    return int(date[:4]) * 12 + int(date[5:7])


def test_there_are_papers_enough_for_every_year() -> None:
    assert len(PAPERS) >= 80
    assert {paper["date"][:4] for paper in PAPERS} == {str(year) for year in range(2017, 2025)}


def test_no_paper_is_there_twice() -> None:
    for field in ("id", "title", "abstract"):
        assert len({paper[field] for paper in PAPERS}) == len(PAPERS)


@a_paper
def test_a_paper_is_told_by_its_arxiv_id(paper: Record) -> None:
    assert arxiv_id(paper["id"]) == paper["id"]
    assert paper["url"] == f"https://arxiv.org/abs/{paper['id']}"
    assert paper["title"] and paper["authors"]


@a_paper
def test_its_date_agrees_with_its_id(paper: Record) -> None:
    assert re.fullmatch(r"\d{4}-\d{2}(-\d{2})?", paper["date"])
    given = arxiv_date(paper["id"])
    assert given is not None
    assert abs(months(given) - months(paper["date"])) <= 1, "an id is given within a month of the submission"


@a_paper
def test_its_summary_has_two_to_five_sentences(paper: Record) -> None:
    ends = re.findall(r"[.!?](?=\s|$)", paper["abstract"])
    assert 2 <= len(ends) <= 5
    assert paper["abstract"].isprintable(), "one line, no leftovers of a layout"


def test_begat_reads_every_text_without_a_word() -> None:
    problems: list[Problem] = []
    sources = [str(EXAMPLES / "papers.jsonl"), str(EXAMPLES / "posts")]
    documents = {document.id: document for document in read(sources, on_problem=problems.append)}
    assert not problems
    assert sorted(documents) == sorted(TEXTS)
    for paper in PAPERS:
        document = documents[paper["id"]]
        assert document.paper
        assert (document.arxiv, document.title, document.date) == (paper["id"], paper["title"], paper["date"])
        assert document.text == paper["abstract"]
    page = documents["tuning-on-a-budget"]
    assert not page.paper
    assert "2106.09685" in {section.arxiv for section in page.sections}
    assert "2106.09685" in {reference.arxiv for reference in page.references}


def test_every_text_has_its_expected_relations() -> None:
    assert sorted(expected["id"] for expected in EXPECTED) == sorted(TEXTS)


@an_expectation
def test_expected_entities_stand_in_the_text(expected: Record) -> None:
    text = TEXTS[expected["id"]]
    for entity in expected["entities"]:
        assert entity["type"] in set(THINGS)
        assert any(form in text for form in [entity["name"], *entity["aliases"]]), entity


@an_expectation
def test_expected_relations_are_stated_word_for_word(expected: Record) -> None:
    text, names = TEXTS[expected["id"]], {"@paper"} | {entity["name"] for entity in expected["entities"]}
    for relation in expected["relations"]:
        assert set(Relation) >= {relation["type"], *relation["also"]}
        assert names >= {relation["subject"], relation["object"], *relation.get("alt_subjects", [])}, relation
        assert relation["subject"] != relation["object"]
        assert relation["evidence"] in text


def test_the_lineages_that_the_demo_shows_are_stated() -> None:
    stated = {(r["subject"], r["type"], r["object"]) for expected in EXPECTED for r in expected["relations"]}
    assert stated >= {
        ("Orca 2", "EXTENDS", "Orca"),
        ("Orca", "FINE_TUNED_FROM", "LLaMA-13B"),
        ("SPLADE v2", "EXTENDS", "SPLADE"),
        ("MiniLMv2", "EXTENDS", "MiniLM"),
        ("DistilBERT", "DISTILLED_FROM", "BERT"),
        ("BERT", "USES", "Transformer"),
        ("QLoRA", "USES", "LoRA"),
    }
    assert {kind for _, kind, _ in stated} == set(Relation) - {"INTRODUCES", "MENTIONS", "CITES", "AUTHORED_BY"}


def test_some_papers_are_named_by_their_title_alone() -> None:
    abstracts = {paper["id"]: paper["abstract"] for paper in PAPERS}
    unnamed = [
        expected["id"]
        for expected in EXPECTED
        if expected["id"] in abstracts
        for entity in expected["entities"]
        if entity.get("introduced")
        and not any(form in abstracts[expected["id"]] for form in [entity["name"], *entity["aliases"]])
    ]
    assert len(unnamed) >= 3


def test_the_summaries_are_our_own(shared: Path) -> None:
    ours = {run: name for name, page in PAGES.items() for run in runs(prose(page))}
    ours |= {run: paper["id"] for paper in PAPERS for run in runs(paper["abstract"])}
    seeds = (seed.read_text(encoding="utf-8", errors="replace") for seed in (shared / "seeds").iterdir())
    abstracts = (
        record["abstract"] or ""
        for collection in (shared / "gold" / "texts.jsonl", shared / "corpora" / "conferences.jsonl")
        for record in records(collection)
    )
    copied = {(ours[run], " ".join(run)) for text in chain(seeds, abstracts) for run in runs(text) if run in ours}
    assert not copied
