"""Model cards: what the front matter declares, and front matter that must not be believed."""

from pathlib import Path

import pytest

from begat.graph.declared import complete
from begat.graph.model import Document, Mined
from begat.graph.store import check_evidence
from begat.graph.vocabulary import NodeType, Relation
from tests.loaders.sources.samples import Told, documents

BODY = "# Heron 7B\n\nHeron is a wading model. It was described in a paper.\n"


def card(tmp_path: Path, front: str, body: str = BODY, name: str = "README.md") -> tuple[Document, Told]:
    path = tmp_path / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(f"---\n{front}\n---\n{body}")
    (document,), told = documents(path, format="modelcard", base=tmp_path)
    return document, told


def edges(document: Document) -> set[tuple[str, Relation, str]]:
    """What a card declares of its model, but that it introduces it."""
    return {
        (item.subject.name, item.relation, item.object.name) for item in document.declared if item.subject is not None
    }


@pytest.mark.parametrize(
    ("front", "relation", "bases"),
    [
        ("base_model: birds/Egret-7b", Relation.FINE_TUNED_FROM, {"Egret-7b"}),
        ("base_model: [birds/Egret-7b]\nbase_model_relation: finetune", Relation.FINE_TUNED_FROM, {"Egret-7b"}),
        ("base_model: birds/Egret-7b\nbase_model_relation: adapter", Relation.FINE_TUNED_FROM, {"Egret-7b"}),
        ("base_model:\n- birds/Egret-7b\nbase_model_relation: quantized", Relation.VARIANT_OF, {"Egret-7b"}),
        ("base_model: [a/Egret, b/Stork]\nbase_model_relation: merge", Relation.USES, {"Egret", "Stork"}),
        ("base_model: [a/Egret, b/Stork]", Relation.USES, {"Egret", "Stork"}),
    ],
)
def test_a_base_model_is_an_edge(tmp_path: Path, front: str, relation: Relation, bases: set[str]) -> None:
    document, told = card(tmp_path, front)
    assert told == []
    assert edges(document) == {("Heron 7B", relation, base) for base in bases}


def test_datasets_and_results_are_edges(tmp_path: Path) -> None:
    document, _ = card(
        tmp_path,
        "base_model: birds/Egret\ndatasets:\n- marsh/pond-notes\nmodel-index:\n- name: Heron-7B\n  results:\n"
        "  - task: {type: text-generation}\n    dataset: {name: Marsh QA, type: marsh_qa}\n"
        "    metrics: [{type: acc, value: 71.2}]",
    )
    assert edges(document) == {
        ("Heron-7B", Relation.FINE_TUNED_FROM, "Egret"),
        ("Heron-7B", Relation.TRAINED_ON, "pond-notes"),
        ("Heron-7B", Relation.EVALUATED_ON, "Marsh QA"),
    }
    assert {item.object.type for item in document.declared if item.field == "datasets"} == {NodeType.DATASET}


def test_every_edge_has_its_field_as_evidence(tmp_path: Path) -> None:
    document, _ = card(tmp_path, "base_model: birds/Egret-7b\ndatasets: [marsh/pond-notes]")
    assertions = complete(document, Mined()).assertions
    for assertion in assertions:
        check_evidence(document, assertion)
    base = next(a for a in assertions if a.relation is Relation.FINE_TUNED_FROM)
    assert (base.evidence.part, base.evidence.quote, base.subject.name) == (
        "field:base_model",
        "birds/Egret-7b",
        "Heron 7B",
    )


def test_the_card_introduces_its_model(tmp_path: Path) -> None:
    document, _ = card(tmp_path, "pipeline_tag: text-generation")
    (item,) = document.declared
    assert (item.relation, item.object.name, item.subject) == (Relation.INTRODUCES, "Heron 7B", None)


def test_papers_among_the_tags_are_references(tmp_path: Path) -> None:
    document, _ = card(
        tmp_path, "pipeline_tag: x\ntags: [wading, 'arxiv:2401.00011', 'arxiv:soon']", "See arXiv:2301.00001."
    )
    assert [reference.arxiv for reference in document.references] == ["2301.00001", "2401.00011"]


def test_the_text_is_what_stands_below_the_front_matter(tmp_path: Path) -> None:
    assert card(tmp_path, "library_name: x")[0].text == BODY


@pytest.mark.parametrize(
    ("front", "body", "path", "name"),
    [
        ("model_name: Heron", BODY, "README.md", "Heron"),
        ("library_name: x", "# Model Card for Heron\n", "README.md", "Heron"),
        ("library_name: x", "Only words.", "hub/models--birds--Heron-7b/snapshots/0a1b/README.md", "Heron-7b"),
        ("library_name: x", "Only words.", "Heron-7b/README.md", "Heron-7b"),
        ("library_name: x", "Only words.", "heron-card.md", "heron-card"),
    ],
)
def test_a_model_is_named_by_the_best_that_names_it(
    tmp_path: Path, front: str, body: str, path: str, name: str
) -> None:
    assert card(tmp_path, front, body, path)[0].declared[0].object.name == name


def test_a_card_in_a_hub_cache_has_the_address_of_its_page(tmp_path: Path) -> None:
    document, _ = card(tmp_path, "library_name: x", BODY, "hub/models--birds--Heron-7b/snapshots/0a1b/README.md")
    assert (document.id, document.url) == ("birds/Heron-7b", "https://huggingface.co/birds/Heron-7b")
    assert card(tmp_path, "library_name: x", BODY, "Heron-7b/README.md")[0].url is None


def test_a_dataset_card_and_a_note_are_pages(tmp_path: Path) -> None:
    for front in ("title: Notes\ndate: 2024-01-02", "license: mit\ntags: [x]\ndataset_info: {}\nlanguage: en"):
        path = tmp_path / "README.md"
        path.write_text(f"---\n{front}\n---\n{BODY}")
        (document,), _ = documents(path)
        assert document.declared == ()


BOMB = "a: &a [x, x]\n" + "".join(
    f"{chr(98 + n)}: &{chr(98 + n)} [*{chr(97 + n)}, *{chr(97 + n)}]\n" for n in range(20)
)


@pytest.mark.parametrize(
    ("front", "why"),
    [
        (BOMB + "base_model: birds/Egret", "aliases"),
        ("base_model: " + "[" * 500 + "]" * 500, "nested too deeply"),
        ("base_model: !!python/object/apply:os.system ['touch pwned']", "not YAML"),
        ("base_model: [unclosed", "not YAML"),
        ("base_model: 2024-99-99", "not YAML"),
        ("base_model: x\nfiller: '" + "x" * (1 << 20) + "'", "longer than"),
    ],
)
def test_front_matter_that_cannot_be_trusted_is_told_and_the_text_is_read(tmp_path: Path, front: str, why: str) -> None:
    document, told = card(tmp_path, front)
    assert document.text == BODY and edges(document) == set()
    assert len(told) == 1 and why in told.lines[0]
    assert sorted(path.name for path in tmp_path.iterdir()) == ["README.md"]


@pytest.mark.parametrize(
    "front", ["base_model: {a: 1}", "base_model: 7", "base_model:", "datasets: [1, null]", "model-index: [x]"]
)
def test_values_of_another_shape_declare_nothing(tmp_path: Path, front: str) -> None:
    assert edges(card(tmp_path, f"pipeline_tag: x\n{front}")[0]) == set()


def test_a_card_of_nothing_but_front_matter(tmp_path: Path) -> None:
    document, told = card(tmp_path, "base_model: birds/Egret-7b", body="", name="Heron/README.md")
    assert told == [] and document.text == ""
    assert edges(document) == {("Heron", Relation.FINE_TUNED_FROM, "Egret-7b")}
