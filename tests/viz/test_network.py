"""The network page as text: whom it shows, and that it keeps to itself."""

import json
import re
from typing import Any

import pytest

from begat.graph.errors import NotFoundError
from begat.graph.store import Store
from begat.viz.network import network_page


def drawn(html: str, what: str) -> list[dict[str, Any]]:
    """The nodes or edges that the page hands to vis-network."""
    found = re.search(rf"^ *{what} = new vis\.DataSet\((\[.*\])\);$", html, re.M)
    assert found
    items: list[dict[str, Any]] = json.loads(found[1])
    return items


def labels(html: str) -> set[str]:
    return {node["label"] for node in drawn(html, "nodes")}


def test_a_node_with_its_neighbours(store: Store) -> None:
    html = network_page(store, ["model-orca"])
    assert labels(html) == {"Orca", "Orca 2", "LLaMA", "GPT-4", "ChatGPT", "AGIEval", "Orca: Progressive Learn…"}
    assert "<h1>Orca and its neighbours</h1>" in html


def test_the_whole_graph_without_what_nothing_is_said_of(store: Store) -> None:
    assert labels(network_page(store)) >= {"BERT", "DistilBERT", "GLUE", "Tülu 2"}


def test_no_more_nodes_than_the_limit_the_most_connected_first(store: Store) -> None:
    assert labels(network_page(store, limit=2)) == {"Orca", "BERT"}
    assert len(labels(network_page(store, ["model-orca"], limit=3))) == 3


def test_edges_that_are_less_sure_stay_out_where_that_is_asked(store: Store) -> None:
    def least(html: str) -> float:
        return min(float(edge["title"].rpartition("(")[2].rstrip(")")) for edge in drawn(html, "edges"))

    assert least(network_page(store)) < 0.9 <= least(network_page(store, min_confidence=0.9))


def test_edges_run_as_they_are_stated_with_their_words(store: Store) -> None:
    html = network_page(store, ["model-orca-2"])
    name = {node["id"]: node["label"] for node in drawn(html, "nodes")}
    assert ("Orca 2", "extends (0.93)", "Orca") in {
        (name[edge["from"]], edge["title"], name[edge["to"]]) for edge in drawn(html, "edges")
    }


def test_nodes_are_known_by_numbers_alone(store: Store) -> None:
    assert all(isinstance(node["id"], int) for node in drawn(network_page(store), "nodes"))


def test_nothing_in_it_points_to_another_host(store: Store) -> None:
    html = network_page(store)
    assert not re.search(r"<(?:script|link|img|iframe)[^>]*(?:src|href)=[\"']?(?:https?:)?//", html)
    assert "bootstrap@" not in html
    assert html.startswith("<!doctype html>")


def test_an_id_that_is_nowhere(store: Store) -> None:
    with pytest.raises(NotFoundError, match="'model-nobody' is not in the graph"):
        network_page(store, ["model-nobody"])
