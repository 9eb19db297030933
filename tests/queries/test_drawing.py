"""A lineage as a tree, as Mermaid, as DOT."""

import re
import shutil
import subprocess
from pathlib import Path

import pytest

from begat.graph.store import Store
from begat.graph.vocabulary import Relation
from begat.queries.lineage import lineage
from tests import generated
from tests.queries.graphs import build, chain, model

EXTENDS, USES = Relation.EXTENDS, Relation.USES


def test_a_tree_reads_aloud(store: Store) -> None:
    assert lineage(store, "model-orca-2").tree(width=70) == (
        "Orca 2 · model · 2023\n"
        "introduced by Orca 2: Teaching Small Models\n"
        "https://arxiv.org/abs/2311.11045\n"
        "\n"
        "builds on\n"
        "├─ extends Orca               2023  0.93\n"
        "│  ├─ fine-tuned from LLaMA   2023  0.94\n"
        "│  │  └─ uses Transformer     2017  0.90\n"
        "│  └─ distilled from GPT-4   ≤2023  0.85\n"
        "└─ uses Tülu 2               ≤2023  0.40 ?\n"
        "\n"
        "led to\n"
        "└─ extended by A study without a name of its own  2024  0.90\n"
    )


def test_a_tree_without_strokes_for_terminals_that_lack_them(store: Store) -> None:
    drawn = lineage(store, "method-transformer").tree(width=70, ascii_only=True)
    assert "|- extended by BERT" in drawn
    assert drawn.isascii()


def test_a_tree_keeps_to_its_width(store: Store) -> None:
    drawn = lineage(store, "method-transformer").tree(width=40)
    assert max(len(line) for line in drawn.splitlines() if "http" not in line) <= 42
    assert "…" in drawn


def test_a_node_is_unfolded_once_where_it_is_nearest(tmp_path: Path) -> None:
    """C is what B extends and what A uses; its own ancestor D is told once."""
    nodes = [model(name, "2020") for name in "ABCD"]
    steps = [
        ("model-a", EXTENDS, "model-b"), ("model-b", EXTENDS, "model-c"), ("model-a", USES, "model-c"),
        ("model-c", EXTENDS, "model-d"),
    ]  # fmt: skip
    with Store.open(build(tmp_path / "g.begat", nodes, steps)) as store:
        lines = lineage(store, "model-a").tree().splitlines()
    assert [line.split("  20")[0].rstrip() for line in lines[3:]] == [
        "├─ extends B",
        "│  └─ extends C (below)",
        "└─ uses C",
        "   └─ extends D",
    ]


def test_several_relations_of_two_things_share_a_line(tmp_path: Path) -> None:
    steps = [("model-a", EXTENDS, "model-b"), ("model-a", USES, "model-b")]
    with Store.open(build(tmp_path / "g.begat", [model("A"), model("B")], steps)) as store:
        assert "└─ extends, uses B" in lineage(store, "model-a").tree()


def test_a_long_chain_is_drawn(tmp_path: Path) -> None:
    """Deeper than Python's stack of calls."""
    with Store.open(chain(tmp_path / "g.begat", *(f"M{n}" for n in range(1500)))) as store:
        drawn = lineage(store, "model-m0", limit=2000).tree(width=80)
    assert len(drawn.splitlines()) == 3 + 1499


def test_nothing_known_is_said(store: Store) -> None:
    assert "nothing is known that it builds on or led to" in lineage(store, "model-chatgpt").tree()
    assert "nothing is known that it led to" in lineage(store, "model-chatgpt", direction="descendants").tree()


def test_of_a_paper_the_things_that_it_introduces_are_the_branches(store: Store) -> None:
    drawn = lineage(store, "arxiv-2302.13971").tree(width=80)
    assert "├─ introduces LLaMA " in drawn
    assert "│  └─ uses Transformer" in drawn


def test_mermaid_draws_from_old_to_new(store: Store) -> None:
    lines = lineage(store, "model-orca", depth=1).mermaid().splitlines()
    assert lines[0] == "flowchart LR"
    assert '  n0(["Orca (2023)"])' in lines
    old = next(line for line in lines if "LLaMA" in line).split("(")[0].strip()
    assert f'  {old} -->|"fine-tuned into"| n0' in lines


def test_dot_draws_from_old_to_new(store: Store) -> None:
    drawn = lineage(store, "model-orca", depth=1).dot()
    old = re.search(r"(n\d+) \[label=\"LLaMA", drawn)
    assert old and f'  {old[1]} -> n0 [label="fine-tuned into 0.94"];' in drawn


def test_unsure_edges_are_drawn_so(store: Store) -> None:
    found = lineage(store, "model-orca-2", depth=1)
    assert '-.->|"used by"|' in found.mermaid()
    assert 'label="used by 0.40", style=dashed' in found.dot()


@pytest.fixture(scope="module")
def hostile(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return generated.hostile(tmp_path_factory.mktemp("drawing") / "hostile.begat")


def test_hostile_names_cannot_leave_their_place_in_mermaid(hostile: Path) -> None:
    node = r'n\d+\(\["[\w .,:()+/#;-]*"\]\)'
    edge = r'n\d+ -?-?\.?->\|"extended by"\| n\d+'
    with Store.open(hostile) as store:
        lines = lineage(store, generated.HOSTILE_IDS[0]).mermaid().splitlines()
    assert len(lines) == 2 + 2 * len(generated.HOSTILE)
    for line in lines[1:-1]:
        assert re.fullmatch(rf"  (?:{node}|{edge})", line), line


def test_hostile_names_cannot_leave_their_place_in_dot(hostile: Path) -> None:
    quoted = r'"(?:[^"\\]|\\["\\])*"'
    with Store.open(hostile) as store:
        lines = lineage(store, generated.HOSTILE_IDS[0]).dot().splitlines()
    assert len(lines) == 4 + 2 * len(generated.HOSTILE)
    for line in lines[3:-1]:
        assert re.fullmatch(rf"  n\d+(?: -> n\d+)? \[label={quoted}(?:, \w+=(?:\w+|{quoted}))*\];", line), line


@pytest.mark.skipif(shutil.which("dot") is None, reason="needs Graphviz (dot) on the PATH")
def test_graphviz_reads_the_dot(hostile: Path) -> None:
    with Store.open(hostile) as store:
        drawn = lineage(store, generated.HOSTILE_IDS[0]).dot()
    subprocess.run(["dot", "-Tplain"], input=drawn.encode(), check=True, capture_output=True)


def test_hostile_names_cannot_command_the_terminal(hostile: Path) -> None:
    with Store.open(hostile) as store:
        drawn = lineage(store, generated.HOSTILE_IDS[0]).tree(width=100)
    assert not re.search(r"[\x00-\x09\x0b-\x1f\x7f-\x9f\u2028\u2029\u202a-\u202e\u2066-\u2069]", drawn)
    assert len(drawn.splitlines()) == len(drawn.split("\n")) - 1
