"""The network page as text: whom it shows, and that it keeps to itself."""

import json
import re
from typing import Any

import pytest

from begat.graph.errors import NotFoundError
from begat.graph.store import Store
from begat.graph.vocabulary import LINEAGE, NodeType, Relation
from begat.viz.network import network_page, tone
from begat.viz.svg import tokens


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


# -- by day and by night -------------------------------------------------------------------------------------------


def schemes() -> list[dict[str, str]]:
    """The colours that all pages share, by day and by night."""
    return [dict(re.findall(r"--([\w-]+):\s*([^;]+);", part)) for part in tokens().split("@media")]


def contrast(one: str, other: str) -> float:
    """How well one colour is seen on the other (https://www.w3.org/TR/WCAG22/#dfn-contrast-ratio)."""
    lighter, darker = sorted((luminance(one), luminance(other)), reverse=True)
    return (lighter + 0.05) / (darker + 0.05)


def luminance(colour: str) -> float:
    digits = colour[1:] if len(colour) == 7 else "".join(2 * digit for digit in colour[1:])
    parts = (int(digits[i : i + 2], 16) / 255 for i in (0, 2, 4))
    linear = [part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def test_nodes_and_edges_name_colours_that_the_style_sheet_has(store: Store) -> None:
    html = network_page(store, ["model-orca"])
    light, dark = schemes()
    assert light.keys() == dark.keys()
    assert {f"{node['tone']}{part}" for node in drawn(html, "nodes") for part in ("", "-line")} <= light.keys()
    assert {edge["tone"] for edge in drawn(html, "edges")} <= light.keys()


@pytest.mark.parametrize("colours", schemes(), ids=["light", "dark"])
def test_labels_and_lineage_can_be_read_in_both_schemes(colours: dict[str, str]) -> None:
    for kind in NodeType:
        assert contrast(colours["node-text"], colours[kind.lower()]) >= 4.5
    assert contrast(colours["subject-text"], colours["subject"]) >= 4.5
    for relation in LINEAGE:
        assert contrast(colours[tone(relation)], colours["ground"]) >= 3
    assert contrast(colours[tone(Relation.CITES)], colours["ground"]) >= 2.5
