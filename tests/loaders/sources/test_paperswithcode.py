"""The Papers with Code archive: methods and their sources, papers and their methods, tables of results."""

import json
from pathlib import Path
from typing import Any

import pytest

from begat.graph.declared import complete
from begat.graph.model import Document, Mined
from begat.graph.names import fold
from begat.graph.store import check_evidence
from begat.graph.vocabulary import NodeType, Relation
from tests.loaders.sources.samples import Told, documents

METHOD: dict[str, Any] = {
    "url": "https://paperswithcode.com/method/slow-wading",
    "name": "SlowWading",
    "full_name": "Slow Wading",
    "description": "**Slow Wading** is a way to stand in water.",
    "paper": {"title": "On Wading Slowly in Marshes", "url": "https://paperswithcode.com/paper/on-wading"},
    "introduced_year": 2023,
    "source_url": "http://arxiv.org/abs/2301.00001v2",
    "source_title": "On Wading Slowly in Marshes",
    "code_snippet_url": "",
    "num_papers": 3,
    "collections": [{"collection": "Wading", "area": "Birds"}],
}

PAPER: dict[str, Any] = {
    "paper_url": "https://paperswithcode.com/paper/heron",
    "arxiv_id": "2401.00011",
    "title": "Heron",
    "abstract": "Heron wades.",
    "url_abs": "https://arxiv.org/abs/2401.00011v1",
    "url_pdf": "https://arxiv.org/pdf/2401.00011v1.pdf",
    "proceeding": "BIRDS 2024",
    "authors": ["Ana Ré", "Kim Li"],
    "tasks": ["Wading"],
    "date": "2024-01-02",
    "methods": [
        {"name": "SlowWading", "full_name": "Slow Wading", "source_url": "http://arxiv.org/abs/2301.00001v2"},
        {"name": "HeronStep", "full_name": "Heron Step", "source_url": "https://arxiv.org/abs/2401.00011"},
    ],
}

ROW: dict[str, Any] = {
    "model_name": "Heron-7B (single model)",
    "metrics": {"Accuracy": "71.2"},
    "paper_url": "https://arxiv.org/abs/2401.00011v1",
    "paper_title": "Heron",
    "paper_date": "2024-01-02",
}

TASK: dict[str, Any] = {
    "task": "Wading",
    "categories": ["Birds"],
    "description": "To stand in water.",
    "datasets": [{"dataset": "Marsh QA", "description": "Questions on marshes.", "sota": {"metrics": ["Accuracy"], "rows": [ROW]}}],
    "subtasks": [
        {"task": "Deep Wading", "datasets": [{"dataset": "Lake QA", "sota": {"rows": [ROW, {**ROW, "model_name": "Stork"}]}}], "subtasks": []}
    ],
}  # fmt: skip


def archive(tmp_path: Path, *records: dict[str, Any]) -> tuple[list[Document], Told]:
    path = tmp_path / "archive"
    path.write_text(json.dumps(records, indent=1))
    return documents(path)


def proven(document: Document) -> list[tuple[str, Relation, str]]:
    """What a document's fields declare, each with evidence that holds."""
    for assertion in complete(document, Mined()).assertions:
        check_evidence(document, assertion)
    return [((d.subject or document.thing).name, d.relation, d.object.name) for d in document.declared]


def test_a_method_is_introduced_by_its_source(tmp_path: Path) -> None:
    (page,), told = archive(tmp_path, METHOD)
    assert told == []
    assert (page.id, page.title, page.text, page.paper) == ("slow-wading", "Slow Wading", METHOD["description"], False)
    assert proven(page) == [("arxiv:2301.00001", Relation.INTRODUCES, "SlowWading")]


def test_a_source_without_an_id_is_known_by_its_title(tmp_path: Path) -> None:
    (page,), _ = archive(tmp_path, {**METHOD, "source_url": None})
    assert proven(page) == [(f"title:{fold('On Wading Slowly in Marshes')}", Relation.INTRODUCES, "SlowWading")]
    (page,), _ = archive(tmp_path, {**METHOD, "source_url": "https://example.org", "paper": None, "source_title": None})
    assert proven(page) == []


def test_a_paper_uses_its_methods_and_introduces_its_own(tmp_path: Path) -> None:
    (paper,), told = archive(tmp_path, PAPER)
    assert told == []
    assert (paper.id, paper.text, paper.venue, paper.date) == ("2401.00011", "Heron wades.", "BIRDS 2024", "2024-01-02")
    assert proven(paper) == [
        ("arxiv:2401.00011", Relation.USES, "SlowWading"),
        ("arxiv:2401.00011", Relation.INTRODUCES, "HeronStep"),
    ]


def test_rows_of_results_are_models_evaluated_on_a_dataset(tmp_path: Path) -> None:
    (marsh, lake), told = archive(tmp_path, TASK)
    assert told == []
    assert (marsh.title, marsh.text, marsh.paper) == ("Wading on Marsh QA", "Questions on marshes.", False)
    assert proven(marsh) == [("Heron-7B", Relation.EVALUATED_ON, "Marsh QA")]
    assert proven(lake) == [("Heron-7B", Relation.EVALUATED_ON, "Lake QA"), ("Stork", Relation.EVALUATED_ON, "Lake QA")]
    assert marsh.declared[0].value == "Heron-7B (single model)"
    assert marsh.declared[0].object.type is NodeType.DATASET
    assert [(r.arxiv, r.title) for r in lake.references] == [("2401.00011", "Heron")]


@pytest.mark.parametrize(
    "broken",
    [
        {**TASK, "datasets": [7]},
        {**TASK, "subtasks": ["x"]},
        {**METHOD, "name": None, "paper": 7},
        {**PAPER, "methods": [1]},
    ],
)
def test_records_of_another_shape_are_told_or_left_out(tmp_path: Path, broken: dict[str, Any]) -> None:
    good = next(r for r in (TASK, METHOD, PAPER) if r.keys() == broken.keys())
    found, told = archive(tmp_path, good, broken)
    assert found
    assert told == [] or any("record 2: not of the shape" in line for line in told.lines)
