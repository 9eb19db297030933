import sqlite3
from collections.abc import Sequence
from pathlib import Path
from types import SimpleNamespace
from unittest.mock import patch

import pytest

from begat.graph.build import build
from begat.graph.errors import NotFoundError
from begat.graph.search import find, search, suggest
from begat.graph.store import Store
from tests.graph.corpus import DOCUMENTS
from tests.graph.simple_miner import SimpleMiner


@pytest.mark.parametrize(
    "name", ["model-orca-2", "Orca 2", "orca 2", "ORCA-2", "Orca v2", " Orca2 ", "Orca 2.0"]
)  # fmt: skip
def test_a_node_is_found_by_its_id_and_however_its_name_is_written(store: Store, name: str) -> None:
    assert find(store, name).id == "model-orca-2"


@pytest.mark.parametrize("name", ["Tülu 2", "Tulu-2", "tulu 2", "TÜLU v2"])
def test_an_alias_finds_its_node(store: Store, name: str) -> None:
    assert find(store, name).id == "model-tulu-2"


@pytest.mark.parametrize(
    "name",
    ["2311.11045", "arXiv:2311.11045v1", "https://arxiv.org/abs/2311.11045", "arxiv-2311.11045",
     "Orca 2: Teaching Small Models", "orca 2 teaching small models"],
)  # fmt: skip
def test_a_paper_is_found_by_id_link_and_title(store: Store, name: str) -> None:
    assert find(store, name).id == "arxiv-2311.11045"


def test_a_name_is_looked_for_by_an_index(store: Store) -> None:
    plans: list[str] = []
    asked = store.connection.execute

    def explained(query: str, parameters: Sequence[object] = ()) -> sqlite3.Cursor:
        plans.extend(row[3] for row in asked(f"EXPLAIN QUERY PLAN {query}", parameters))
        return asked(query, parameters)

    with patch.object(store, "connection", SimpleNamespace(execute=explained)):
        assert [node.id for node in store.named("Orca 1")] == ["model-orca"]
        assert [node.id for node in store.named("Orca: Progressive Learning")] == ["arxiv-2306.02707"]
    assert plans and not [plan for plan in plans if plan.startswith("SCAN") and "(subquery" not in plan]


def test_a_name_that_is_not_there_gets_the_nearest_ones(store: Store) -> None:
    with pytest.raises(NotFoundError) as caught:
        find(store, "Orka 2")
    assert str(caught.value).startswith("'Orka 2' is not in the graph; did you mean 'Orca 2'")
    assert suggest(store, "Transfromer")[0] == "Transformer"
    assert suggest(store, "Distil")[0] == "DistilBERT"
    assert suggest(store, "zzzzzz") == []


@pytest.mark.parametrize("name", ["", " ", "\0", "'", '"', "%", "a" * 10_000, "中文"])
def test_no_name_is_too_odd_to_be_looked_for(store: Store, name: str) -> None:
    with pytest.raises(NotFoundError):
        find(store, name)


def test_of_two_things_of_one_name_the_earliest_is_found(tmp_path: Path) -> None:
    with Store.create(tmp_path / "graph.begat") as built:
        build(built, DOCUMENTS, SimpleMiner())
        assert find(built, "Orca").id == "model-orca"
        assert find(built, "dataset-orca").name == "Orca"
        assert find(built, "whales/7").name == "Songs of whales"


def test_words_are_found_in_names_titles_and_sentences(store: Store) -> None:
    hits = search(store, "orca")
    assert {hit.kind for hit in hits} == {"name", "title", "evidence"}
    assert hits[0].kind == "name"
    (hit,) = search(store, "builds transformer", marks=("[", "]"))
    assert (hit.kind, hit.id, hit.snippet) == ("evidence", "arxiv-1810.04805", "BERT [builds] on the [Transformer].")


def test_the_last_word_may_be_unfinished_and_accents_do_not_count(store: Store) -> None:
    assert search(store, "distil")[0].name == "DistilBERT"
    assert search(store, "tülu")[0].id == search(store, "tulu")[0].id == "model-tulu-2"


def test_any_of_the_words_will_do_where_no_place_has_all(store: Store) -> None:
    assert search(store, "orca zebra")
    assert not search(store, "zebra giraffe")


@pytest.mark.parametrize(
    "text",
    ['"', "'", "*", "a*b", "NEAR(a b)", "orca AND", "OR", "NOT orca", "name:orca", "^orca", "-", "(", "orca)",
     "\0", "{x}", "a\tb\nc", "", "+", "kind : x", "\ud800", "é" * 5000],
)  # fmt: skip
def test_any_text_is_a_valid_search(store: Store, text: str) -> None:
    assert isinstance(search(store, text), list)


def test_the_limit_holds(store: Store) -> None:
    assert len(search(store, "orca", limit=2)) == 2
