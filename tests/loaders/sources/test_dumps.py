"""Dumps of OpenAlex and Semantic Scholar: abstracts, ids, and references that meet within a dump."""

import json
from pathlib import Path
from typing import Any

import pytest

from begat.graph.declared import complete, reference_key, url_key
from begat.graph.model import Document, Mined, Reference
from begat.graph.store import check_evidence
from begat.graph.vocabulary import Origin, Relation
from tests.loaders.sources.samples import documents

WORK: dict[str, Any] = {
    "id": "https://openalex.org/W11",
    "doi": "https://doi.org/10.1000/HERON",
    "title": "Heron",
    "display_name": "Heron",
    "publication_date": "2024-01-02",
    "publication_year": 2024,
    "authorships": [{"author": {"id": "https://openalex.org/A1", "display_name": "Ana Ré"}}],
    "primary_location": {"landing_page_url": "https://doi.org/10.1000/heron", "source": {"display_name": "Wading"}},
    "locations": [{"landing_page_url": "http://arxiv.org/abs/2401.00011v2", "source": None}],
    "abstract_inverted_index": {"Heron": [0], "extends": [1], "Egret.": [2]},
    "referenced_works": ["https://openalex.org/W12"],
}


def read(tmp_path: Path, *records: dict[str, Any]) -> list[Document]:
    path = tmp_path / "dump"
    path.write_text("".join(json.dumps(record) + "\n" for record in records))
    found, told = documents(path)
    assert told == []
    return found


def test_a_work_is_read_whole(tmp_path: Path) -> None:
    (work,) = read(tmp_path, WORK)
    assert (work.id, work.arxiv, work.doi) == ("2401.00011", "2401.00011", "10.1000/heron")
    assert (work.text, work.authors, work.date, work.venue) == (
        "Heron extends Egret.",
        ("Ana Ré",),
        "2024-01-02",
        "Wading",
    )


def test_works_cite_works_of_the_same_dump(tmp_path: Path) -> None:
    heron, egret = read(tmp_path, WORK, {**WORK, "id": "https://openalex.org/W12", "doi": None, "locations": []})
    assert egret.id == "W12"
    assert reference_key(heron.references[0]) == url_key(egret.url or "")


def test_a_work_without_an_abstract_keeps_its_title(tmp_path: Path) -> None:
    (work,) = read(tmp_path, {**WORK, "abstract_inverted_index": None, "authorships": None, "primary_location": None})
    assert (work.title, work.text, work.authors) == ("Heron", "", ())


def test_a_page_of_the_api_is_read_as_well(tmp_path: Path) -> None:
    path = tmp_path / "page.json"
    path.write_text(json.dumps({"meta": {"count": 1}, "results": [WORK]}, indent=1))
    assert [document.text for document in documents(path)[0]] == ["Heron extends Egret."]


@pytest.mark.parametrize("index", [[1], {"Heron": "x"}, {"Heron": [None, 1]}, "Heron"])
def test_an_index_of_another_shape_is_told(tmp_path: Path, index: object) -> None:
    path = tmp_path / "dump"
    path.write_text(json.dumps(WORK) + "\n" + json.dumps({**WORK, "abstract_inverted_index": index}))
    found, told = documents(path)
    assert len(found) == 1 and "not of the shape" in told.lines[0]


PAPER: dict[str, Any] = {
    "corpusid": 5,
    "externalids": {"ArXiv": "2401.00011", "DOI": "10.1000/Heron", "CorpusId": "5"},
    "url": "https://www.semanticscholar.org/paper/0a",
    "title": "Heron",
    "authors": [{"authorId": "1", "name": "Ana Ré"}],
    "venue": "",
    "journal": {"name": "Wading"},
    "year": 2024,
    "publicationdate": "2024-01-02",
}


def test_a_paper_of_the_datasets_is_read_whole(tmp_path: Path) -> None:
    (paper,) = read(tmp_path, PAPER)
    assert (paper.id, paper.arxiv, paper.doi) == ("2401.00011", "2401.00011", "10.1000/heron")
    assert (paper.authors, paper.date, paper.venue) == (("Ana Ré",), "2024-01-02", "Wading")


def test_a_paper_without_ids_has_that_of_the_corpus(tmp_path: Path) -> None:
    (paper,) = read(tmp_path, {**PAPER, "externalids": None})
    assert (paper.id, paper.url) == ("CorpusID:5", "https://api.semanticscholar.org/CorpusID:5")


def test_papers_of_the_open_corpus_cite_each_other(tmp_path: Path) -> None:
    old = {"authors": [{"name": "Kim Li", "ids": ["2"]}], "year": 2020, "journalName": "Wading", "inCitations": []}
    heron, egret = read(
        tmp_path,
        {**old, "id": "0a", "title": "Heron", "paperAbstract": "It extends Egret.", "outCitations": ["0b"]},
        {**old, "id": "0b", "title": "Egret", "paperAbstract": "", "outCitations": []},
    )
    assert heron.text == "It extends Egret." and heron.venue == "Wading"
    assert [reference_key(reference) for reference in heron.references] == [url_key(egret.url or "")]


def test_references_of_the_graph_api_are_known_by_their_ids(tmp_path: Path) -> None:
    cited = [
        {"paperId": "0b", "externalIds": {"ArXiv": "2301.00001"}, "title": "Egret", "intents": ["methodology"]},
        {"citedPaper": {"paperId": "0c", "title": "Stork"}},
        {"paperId": None, "title": None},
    ]
    (paper,) = read(tmp_path, {"paperId": "0a", "externalIds": {}, "title": "Heron", "references": cited})
    base = "https://www.semanticscholar.org/paper/"
    assert paper.references == (
        Reference(arxiv="2301.00001", url=base + "0b", title="Egret", intent="uses"),
        Reference(url=base + "0c", title="Stork"),
    )


EGRET = {"paperId": "0b", "externalIds": {"ArXiv": "2301.00001"}, "title": "Egret"}
STORK = {"paperId": "0c", "title": "Stork"}
BOTH = "Unlike Egret [2] and Stork [3], Heron wades."


def citing(tmp_path: Path, *references: dict[str, Any] | None) -> Document:
    values = {"paperId": "0a", "externalIds": {}, "title": "Heron", "abstract": "On wading."}
    return read(tmp_path, {**values, "references": [*references]})[0]


def quotes(paper: Document) -> list[tuple[str | None, str, str | None]]:
    return [(r.title, paper.text[r.start : r.end] if r.end else "", r.intent) for r in paper.references]


def test_the_sentences_of_a_citation_stand_below_the_abstract_once_each(tmp_path: Path) -> None:
    paper = citing(
        tmp_path,
        {"citedPaper": EGRET, "contexts": ["We start from Egret [2].", BOTH], "intents": ["methodology"]},
        {"citedPaper": STORK, "contexts": [BOTH], "intents": []},
    )
    assert paper.text == f"On wading.\n\nWe start from Egret [2].\n\n{BOTH}"
    assert quotes(paper) == [
        ("Egret", "We start from Egret [2].", "uses"),
        ("Egret", BOTH, "uses"),
        ("Stork", BOTH, None),
    ]


def test_each_sentence_may_say_what_it_is_for(tmp_path: Path) -> None:
    said = [
        {"context": "We start from Egret [2].", "intents": ["background", "methodology"]},
        {"context": BOTH, "intents": None},
    ]
    item = {"citedPaper": EGRET, "contexts": [BOTH], "contextsWithIntent": said, "intents": ["methodology", "result"]}
    assert quotes(citing(tmp_path, item)) == [("Egret", "We start from Egret [2].", "uses"), ("Egret", BOTH, None)]


def test_a_sentence_is_the_evidence_of_the_citation(tmp_path: Path) -> None:
    paper = citing(tmp_path, {"citedPaper": EGRET, "contexts": [BOTH], "intents": ["result"]})
    (cites,) = (a for a in complete(paper, Mined()).assertions if a.relation is Relation.CITES)
    check_evidence(paper, cites)
    assert (cites.evidence.quote, cites.rule, cites.origin) == (BOTH, "reference-compares", Origin.DECLARED)


@pytest.mark.parametrize("contexts", [None, [], [""], ["  "]])
def test_a_citation_without_a_sentence_has_no_place(tmp_path: Path, contexts: list[str] | None) -> None:
    paper = citing(tmp_path, {"citedPaper": EGRET, "contexts": contexts, "intents": None}, None)
    assert paper.text == "On wading." and quotes(paper) == [("Egret", "", None)]
