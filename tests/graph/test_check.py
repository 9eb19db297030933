from collections.abc import Iterator
from pathlib import Path

import pytest

from begat.graph.build import build
from begat.graph.check import check, stats
from begat.graph.store import Store
from tests.graph.corpus import DOCUMENTS
from tests.graph.simple_miner import SimpleMiner


@pytest.fixture
def graph(tmp_path: Path) -> Iterator[Store]:
    with Store.create(tmp_path / "graph.begat") as store:
        build(store, DOCUMENTS, SimpleMiner())
        yield store


def test_a_sound_graph_has_no_findings(graph: Store, store: Store) -> None:
    assert list(check(graph)) == []
    assert list(check(store)) == []


@pytest.mark.parametrize(
    ("tampering", "finding"),
    [
        ("UPDATE assertions SET quote = 'Orca 2 denies Orca 1.' WHERE rule = 'extends' AND subject = 'Orca 2'",
         "a.jsonl: (Orca 2) EXTENDS (Orca 1): document 2311.11045: 'Orca 2 denies Orca 1.' is not at characters"),
        ("UPDATE assertions SET start = start + 1 WHERE rule = 'uses'", "is not at characters"),
        ("UPDATE assertions SET quote = 'Somebody Else' WHERE relation = 'AUTHORED_BY' AND object = 'Grace Hopper'",
         "no field authors with 'Somebody Else'"),
        ("UPDATE mentions SET written = 'Whale' WHERE name = 'Llama'", "mention of Llama: document"),
        ("UPDATE documents SET text = replace(text, 'extends', 'refutes') WHERE id = '2311.11045'", "EXTENDS"),
        ("DELETE FROM nodes WHERE id = 'model-llama'", "has an end that is no node"),
        ("UPDATE edges SET object = 'model-orca-2' WHERE relation = 'CITES'", "has no statement"),
        ("UPDATE assertions SET subject_node = NULL WHERE rule = 'beats'", "is not resolved to nodes"),
        ("INSERT INTO aliases VALUES ('model-x', 'X', 'x', 'name')", "belongs to model-x, which is no node"),
        ("DELETE FROM aliases WHERE node = 'model-orca'", "the node model-orca has no name in the list of names"),
        ("INSERT INTO search VALUES ('name', 'model-x', 'X')", "the search index speaks of model-x"),
        ("DELETE FROM search WHERE ref = 'model-orca'", "the search index has"),
        ("UPDATE meta SET value = 'yes' WHERE key = 'pending'", "did not come to its end"),
        ("PRAGMA foreign_keys = OFF; DELETE FROM documents WHERE id = 'attack'", "belongs to no row of documents"),
    ],
)  # fmt: skip
def test_tampering_is_found(graph: Store, tampering: str, finding: str) -> None:
    graph.connection.executescript(tampering)
    assert any(finding in found for found in check(graph)), list(check(graph))


def test_a_damaged_page_is_found(graph: Store) -> None:
    path = graph.path
    (root,) = graph.connection.execute("SELECT rootpage FROM sqlite_master WHERE name = 'edges'").fetchone()
    (size,) = graph.connection.execute("PRAGMA page_size").fetchone()
    graph.close()
    with path.open("r+b") as file:
        file.seek((root - 1) * size)
        file.write(b"\x37" * size)
    with Store.open(path) as damaged:
        assert next(check(damaged)).startswith("the file is damaged")


def test_statistics_count_what_is_there(graph: Store) -> None:
    counts = stats(graph)
    assert counts.documents == len(DOCUMENTS) and counts.waiting == 0
    assert counts.sources["a.jsonl"] == 3
    assert sum(counts.nodes.values()) == len(list(graph.nodes()))
    assert sum(counts.edges.values()) == sum(counts.origins.values()) == len(list(graph.edges()))
    assert (counts.revision, counts.miner, counts.min_confidence) == (1, "simple 1", 0.5)
