"""What tells two graphs apart."""

import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from begat.graph import corrections
from begat.graph.build import build
from begat.graph.model import Document
from begat.graph.search import find
from begat.graph.store import Store
from begat.graph.vocabulary import Relation
from begat.queries.difference import Difference, difference
from tests.graph.corpus import DOCUMENTS, LLAMA, ORCA, ORCA_2
from tests.graph.simple_miner import SimpleMiner

Built = Callable[..., Path]


@pytest.fixture
def built(tmp_path: Path) -> Built:
    def make(name: str, *documents: Document) -> Path:
        with Store.create(tmp_path / name) as store:
            build(store, documents, SimpleMiner())
        return tmp_path / name

    return make


def compared(old: Path, new: Path) -> Difference:
    with Store.open(old) as before, Store.open(new) as after:
        return difference(before, after)


def test_a_graph_says_the_same_as_itself_built_in_another_order(built: Built) -> None:
    found = compared(built("old", *DOCUMENTS), built("new", *reversed(DOCUMENTS)))
    assert not found and found.text() == "the graphs say the same"
    assert json.loads(found.json())["differ"] is False


def test_a_paper_brings_nodes_edges_with_their_sentence_and_ancestors(built: Built) -> None:
    found = compared(built("old", ORCA, LLAMA), built("new", ORCA, LLAMA, ORCA_2))
    assert {node.id for node in found.came} == {"arxiv-2311.11045", "model-orca-2"}
    assert not found.gone and not found.lost
    (change,) = [c for c in found.gained if c.edge.relation is Relation.EXTENDS]
    assert change.evidence[0].assertion.evidence.quote.endswith("Orca 2 extends Orca 1.")
    assert {(t.name, tuple(a.name for a in above)) for t, above in found.ancestors} == {
        ("Orca 2", ("Llama", "Orca", "RoPE"))
    }
    assert "Orca 2 extends Orca  0.80\n      “" in found.text()


def test_what_descends_from_something_with_new_ancestors_has_them_too(built: Built) -> None:
    without = replace(ORCA, text=ORCA.text.replace(" Orca extends Llama.", ""))
    found = compared(built("old", without, ORCA_2, LLAMA), built("new", ORCA, ORCA_2, LLAMA))
    assert [t.name for t, _ in found.ancestors] == ["Orca", "Orca 2"]
    back = compared(built("now", ORCA, ORCA_2, LLAMA), built("then", without, ORCA_2, LLAMA))
    assert [c.text().splitlines()[0] for c in back.lost if c.edge.relation is Relation.EXTENDS] == [
        "Orca extends Llama  0.80"
    ]
    assert not back.ancestors


def test_what_a_reader_merges_is_merged_and_its_edges_are_not_lost(built: Built) -> None:
    old, new = built("old", *DOCUMENTS), built("new", *DOCUMENTS)
    with Store.open(new, write=True) as store:
        corrections.merge(store, find(store, "RoPE"), find(store, "GPT-3"), "for a test")
    found = compared(old, new)
    ((one, other),) = found.merged
    assert {one.name, other.name} == {"RoPE", "GPT-3"}
    assert not found.lost and not found.gone
    assert " into " in found.text()


def test_a_paper_that_gets_its_arxiv_id_is_renamed(built: Built) -> None:
    by_doi = replace(ORCA, arxiv=None, doi="10.1/orca")
    found = compared(built("old", by_doi, LLAMA), built("new", replace(ORCA, doi="10.1/orca"), LLAMA))
    assert [(before.id, after.id) for before, after in found.renamed] == [
        ("doi-10.1%2Forca", "arxiv-2306.02707"),
    ]
    assert not found.gained and not found.lost and not found.came


def test_an_edge_that_more_papers_state_is_weighed_anew(built: Built) -> None:
    another = Document("again", "Orca extends Llama.", "Once more", source="b.jsonl")
    found = compared(built("old", ORCA, LLAMA), built("new", ORCA, LLAMA, another))
    assert ("EXTENDS", 1, 2) in [(b.relation, b.support, a.support) for b, a in found.weighed]


def test_the_json_has_what_the_text_has(built: Built) -> None:
    record = json.loads(compared(built("old", ORCA), built("new", ORCA, ORCA_2)).json())
    assert record["differ"] is True
    assert {"new", "gone", "merged", "renamed"} == set(record["nodes"])
    gained = next(edge for edge in record["edges"]["gained"] if edge["relation"] == "EXTENDS")
    assert (gained["subject_name"], gained["evidence"][0]["document"]) == ("Orca 2", "2311.11045")
    assert record["ancestors"][0]["node"]["id"] == "model-orca-2"
