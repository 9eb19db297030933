"""The documents that we annotated: records that a judge may learn from, and, of what we wrote ourselves, the texts."""

import json
from pathlib import Path
from typing import Any

import pytest

from begat.graph.vocabulary import THINGS
from begat.loaders.mining.gold import PAPER, fold
from begat.loaders.mining.judge import JUDGED

GOLD = Path(__file__).resolve().parents[1] / "benchmarks" / "gold"
FIELDS = {"id", "title", "entities", "relations"}

Record = dict[str, Any]


def records(name: str) -> list[Record]:
    return [json.loads(line) for line in (GOLD / name).read_text(encoding="utf-8").splitlines()]


WRITTEN = [record for name in ("written", "unseen") for record in records(f"{name}.jsonl")]
TEXTS = {
    text["id"]: f"{text['title'] or ''}\n{text['abstract']}"
    for name in ("written", "unseen")
    for text in records(f"{name}_texts.jsonl")
}

each_file = pytest.mark.parametrize("name", ["conferences.jsonl", "written.jsonl", "unseen.jsonl"])


@each_file
def test_no_document_stands_there_twice(name: str) -> None:
    ids = [record["id"] for record in records(name)]
    assert ids and len(ids) == len(set(ids))


@each_file
def test_a_record_holds_names_types_and_relations_and_no_text(name: str) -> None:
    for record in records(name):
        assert set(record) == FIELDS, record["id"]
        assert not any("evidence" in relation for relation in record["relations"]), record["id"]


@each_file
def test_relations_are_between_what_the_record_names(name: str) -> None:
    for record in records(name):
        named = {fold(form) for entity in record["entities"] for form in (entity["name"], *entity.get("aliases", []))}
        for relation in record["relations"]:
            assert relation["type"] in JUDGED, record["id"]
            for end in ("subject", "object"):
                assert relation[end] == PAPER or fold(relation[end]) in named, (record["id"], relation)
        assert all(entity["type"] in THINGS for entity in record["entities"]), record["id"]


def test_every_text_that_we_wrote_is_annotated_once() -> None:
    assert sorted(record["id"] for record in WRITTEN) == sorted(TEXTS)


@pytest.mark.parametrize("record", WRITTEN, ids=lambda record: record["id"])
def test_what_is_named_stands_in_the_text(record: Record) -> None:
    """Word by word, for lists share words: "small and large" names both sizes."""
    text = fold(TEXTS[record["id"]])
    for entity in record["entities"]:
        forms = (entity["name"], *entity.get("aliases", []))
        assert any(all(fold(word) in text for word in form.split()) for form in forms), forms
