"""Everything about one node."""

import json
import re
from dataclasses import replace
from pathlib import Path

import pytest

from begat.graph.build import build as build_documents
from begat.graph.errors import NotFoundError
from begat.graph.store import Store
from begat.graph.vocabulary import Relation
from begat.queries.show import MOST_EDGES, show
from tests import generated
from tests.graph.corpus import LLAMA, ORCA, ORCA_2
from tests.graph.simple_miner import SimpleMiner
from tests.queries.graphs import build, model


def test_a_portrait_reads_aloud(store: Store) -> None:
    text = show(store, "model-orca").text(width=100)
    assert text.startswith("Orca\nmodel of the family Orca, model-orca\ndate: 2023-06-05\n")
    assert "also called: Orca 1 (" in text
    assert "introduced by: Orca: Progressive Learning, 2023-06-05" in text
    assert "extended by\n  Orca 2 (2023)  0.93\n      “With Orca 2 we extend Orca.” [2311.11045]" in text
    assert "compared with\n  ChatGPT  0.90" in text


def test_a_paper_has_its_ids(store: Store) -> None:
    text = show(store, "arxiv-2302.13971").text()
    assert "arXiv: 2302.13971\nURL: https://arxiv.org/abs/2302.13971" in text
    assert "introduces (2)\n  LLaMA (2023)  0.95" in text


def test_names_have_their_reasons(store: Store) -> None:
    names = show(store, "model-gpt-4").names
    assert names[0][0] == "GPT-4"
    assert all(reason for _, reason in names)


def test_relations_are_grouped_by_direction(store: Store) -> None:
    groups = {
        (g.relation, g.forward): [other.name for _, other, _ in g.edges] for g in show(store, "model-bert").groups
    }
    assert groups == {
        (Relation.INTRODUCES, False): ["BERT: Deep Bidirectional Transformers"],
        (Relation.EXTENDS, True): ["Transformer"],
        (Relation.DISTILLED_FROM, False): ["DistilBERT"],
        (Relation.EVALUATED_ON, True): ["GLUE"],
        (Relation.COMPARED_WITH, True): ["DistilBERT"],
    }


def test_where_the_date_is_unknown_the_first_mention_bounds_it(store: Store) -> None:
    assert "date: unknown; first spoken of 2023-06-05" in show(store, "model-gpt-4").text()


def test_of_very_many_edges_the_first_are_shown_and_all_counted(tmp_path: Path) -> None:
    nodes = [model("Hub"), *(model(f"M{n:03}") for n in range(50))]
    edges = [(node.id, Relation.USES, "model-hub") for node in nodes[1:]]
    with Store.open(build(tmp_path / "g.begat", nodes, edges)) as store:
        portrait = show(store, "model-hub")
        (group,) = portrait.groups
        assert (group.count, len(group.edges)) == (50, MOST_EDGES)
        assert "used by (50, the first 20 shown)" in portrait.text()


def test_json(store: Store) -> None:
    record = json.loads(show(store, "model-orca").json())
    assert (record["id"], record["type"], record["family"]) == ("model-orca", "Model", "Orca")
    assert {name["name"] for name in record["names"]} == {"Orca", "Orca 1"}
    extended = next(r for r in record["relations"] if (r["relation"], r["forward"]) == ("EXTENDS", False))
    assert extended["count"] == 1
    assert extended["edges"][0]["other"]["name"] == "Orca 2"
    assert extended["edges"][0]["evidence"][0]["document"] == "2311.11045"


def test_a_sentence_that_two_sources_of_a_paper_have_is_said_once(tmp_path: Path) -> None:
    copies = [replace(ORCA_2, source="b.bib"), replace(ORCA_2, id="dump#1", source="dump.txt")]
    with Store.create(tmp_path / "g.begat") as store:
        build_documents(store, [LLAMA, ORCA, ORCA_2, *copies], SimpleMiner())
        portrait = show(store, "model-orca-2")
        assert portrait.text(width=200).count("“Orca 2 extends Orca 1.” [2311.11045 in a.jsonl and b.bib; dump#1]") == 1
        (extends,) = (g for g in portrait.groups if g.relation is Relation.EXTENDS)
        assert len(extends.edges[0][2]) == 3, "as JSON each statement has its own place"
        text = show(store, "arxiv-2311.11045").text(width=200)
    assert "read from 3 records:\n  2311.11045 in a.jsonl" in text
    assert "  dump#1 in dump.txt: same arXiv id 2311.11045" in text


def test_a_name_that_is_nowhere(store: Store) -> None:
    with pytest.raises(NotFoundError):
        show(store, "model-nobody")


def test_hostile_names_cannot_command_the_terminal(tmp_path: Path) -> None:
    with Store.open(generated.hostile(tmp_path / "hostile.begat")) as store:
        for node in store.nodes():
            portrait = show(store, node.id)
            assert not re.search(r"[\x00-\x09\x0b-\x1f\x7f-\x9f\u2028\u202a-\u202e\u2066-\u2069]", portrait.text())
            assert json.loads(portrait.json())["name"] == node.name
