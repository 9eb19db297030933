"""The real seeds, read: how many documents, under which ids, and what their pages point to."""

import json
import re
from pathlib import Path

import pytest

from begat.graph.model import Document
from begat.loaders import metadata, read
from tests.loaders.sources.samples import documents, never


def seed(shared: Path, number: str) -> list[Document]:
    (path,) = (shared / "seeds").glob(f"{number}_*")
    found, told = documents(path)
    assert told == []
    return found


@pytest.mark.parametrize(("number", "count"), [("000", 4), ("001", 100), ("002", 5), ("003", 1), ("004", 1)])
def test_every_seed_is_recognised(shared: Path, number: str, count: int) -> None:
    assert len(seed(shared, number)) == count


def test_the_viewer_page_gives_papers_without_its_chrome(shared: Path) -> None:
    papers = seed(shared, "001")
    (path,) = (shared / "seeds").glob("001_*")
    written = re.findall(r"^(\d{4}\.\d{5})(?:v\d)?$", path.read_text(), re.MULTILINE)
    assert [paper.id for paper in papers] == [paper.arxiv for paper in papers] == written
    assert all(paper.text in path.read_text() and "\n|\n" not in paper.text for paper in papers)
    assert not any(re.search("stringlengths|Subsets and Splits|community queries", paper.text) for paper in papers)
    assert all(re.fullmatch(r"\d{4}-\d\d", paper.date or "") for paper in papers)


@pytest.mark.parametrize("number", ["000", "002"])
def test_abstracts_are_counted_under_the_stem(shared: Path, number: str) -> None:
    (path,) = (shared / "seeds").glob(f"{number}_*")
    papers = seed(shared, number)
    assert [paper.id for paper in papers] == [f"{path.stem}#{n}" for n in range(1, len(papers) + 1)]
    assert all(paper.paper and not paper.text.startswith("Abstract") for paper in papers)


def test_the_post_is_its_whole_text(shared: Path) -> None:
    (post,) = seed(shared, "003")
    (path,) = (shared / "seeds").glob("003_*")
    assert (post.id, post.paper, post.text) == (path.stem, False, path.read_text())


def test_the_course_page_has_its_readings(shared: Path) -> None:
    (page,) = seed(shared, "004")
    assert not page.paper
    assert "".join(page.text[section.start : section.end] for section in page.sections) == page.text
    linked = {reference.arxiv for reference in page.references}
    assert linked == {"2308.10792", "2203.06904", "2312.11805", "2106.09685", "2401.00788"}
    assert all((reference.arxiv or "-") in page.text[reference.start : reference.end] for reference in page.references)
    about = {section.arxiv: section.title or "" for section in reversed(page.sections) if section.arxiv}
    assert set(about) == linked
    assert about["2106.09685"].startswith("LoRA:") and about["2312.11805"].startswith("Gemini:")


def test_the_course_page_is_cut_as_an_annotator_cut_it(shared: Path) -> None:
    (page,) = seed(shared, "004")
    sections = {page.text[section.start : section.end].strip() for section in page.sections}
    for line in (shared / "gold" / "texts.jsonl").read_text().splitlines():
        record = json.loads(line)
        if record["id"].startswith("004/"):
            assert any(record["abstract"].strip() in section for section in sections), record["title"]


def test_metadata_is_read(shared: Path) -> None:
    facts = list(metadata(str(shared / "arxiv" / "metadata.jsonl"), on_problem=never))
    assert len(facts) == len((shared / "arxiv" / "metadata.jsonl").read_text().splitlines())
    assert all(fact.key.startswith("arxiv:") and fact.title and fact.date for fact in facts)


def test_the_corpus_is_read_whole(shared: Path) -> None:
    seen: list[str] = []
    problems: list[object] = []
    for document in read([str(shared / "corpora" / "conferences.jsonl")], on_problem=problems.append):
        assert document.title and document.text and document.date
        seen.append(document.id)
    assert len(set(seen)) == len(seen) > 4800
