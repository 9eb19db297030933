import os
import sqlite3
from pathlib import Path

import pytest

from begat.graph.build import build
from begat.graph.errors import EvidenceError, GraphError, UsageError
from begat.graph.model import Assertion, Document, Evidence, Mined, Reference, Section, Thing
from begat.graph.store import SCHEMA_VERSION, Store
from begat.graph.vocabulary import NodeType, Relation
from tests import miniature
from tests.graph.corpus import DOCUMENTS, ORCA
from tests.graph.simple_miner import SimpleMiner


def test_evidence_of_an_edge_is_found(store: Store) -> None:
    (edge,) = store.edges("subject = 'model-orca-2' AND relation = 'EXTENDS'")
    (statement,) = store.evidence(edge)
    assert statement.document == "2311.11045"
    assert statement.assertion.evidence.quote == "With Orca 2 we extend Orca."


def test_a_document_comes_back_as_it_was_written(tmp_path: Path) -> None:
    whole = Document(
        "x/1", "Ünï\ncode 🐋 text", "A: title", ("Ada", "Grace"), "2023-11", "ICLR", "https://a.b/?c#d", "2311.11045",
        "10.1/x", (Reference(arxiv="2306.02707", start=0, end=3), Reference(title="T")), (), (Section(0, 3, "H"),),
        False, "s.jsonl", "line 7",
    )  # fmt: skip
    with Store.create(tmp_path / "graph.begat") as store:
        number = store.add_document(whole, "digest")
        assert list(store.documents()) == [(number, whole)]


def test_nothing_unproven_is_written(tmp_path: Path) -> None:
    orca = Thing(NodeType.MODEL, "Orca")
    false = Assertion(orca, Relation.USES, orca, Evidence(0, 4, "Nope"), "rule", 0.9)
    with Store.create(tmp_path / "graph.begat") as store:
        number = store.add_document(ORCA, "digest")
        with pytest.raises(
            EvidenceError, match=r"document 2306\.02707: 'Nope' is not at characters 0 to 4 of its text"
        ):
            store.add_mined(number, ORCA, Mined(assertions=(false,)), seen="1")


def test_a_transaction_is_written_whole_or_not_at_all(tmp_path: Path) -> None:
    with Store.create(tmp_path / "graph.begat") as store:
        with pytest.raises(KeyboardInterrupt), store.transaction():
            store.set_meta("half", "done")
            raise KeyboardInterrupt
        assert store.meta("half") is None


def test_a_finished_file_is_one_file_and_can_be_read_from_anywhere(tmp_path: Path) -> None:
    path = miniature.build(tmp_path / "graph.begat")
    assert list(tmp_path.iterdir()) == [path]
    assert path.read_bytes()[18:20] == b"\x01\x01", "no write-ahead log, which a read-only folder could not hold"


@pytest.mark.skipif(os.name == "nt" or os.geteuid() == 0, reason="permissions do not bind this user")
def test_a_file_left_with_a_log_is_read_in_a_read_only_folder(tmp_path: Path) -> None:
    folder = tmp_path / "ro"
    folder.mkdir()
    path = miniature.build(folder / "graph.begat")
    with sqlite3.connect(path) as connection:
        connection.execute("PRAGMA journal_mode = WAL")
    connection.close()
    folder.chmod(0o555)
    try:
        with Store.open(path) as store:
            assert store.node("model-orca") is not None
    finally:
        folder.chmod(0o755)


def test_reading_goes_on_while_another_writes(tmp_path: Path) -> None:
    path = tmp_path / "graph.begat"
    with Store.create(path) as writer:
        build(writer, DOCUMENTS, SimpleMiner())
        with writer.transaction():
            writer.set_meta("note", "not yet written")
            writer.connection.execute("DELETE FROM nodes")
            with Store.open(path) as reader:
                assert reader.node("model-orca") is not None
                assert reader.meta("note") is None


def test_a_second_writer_is_told_to_wait(tmp_path: Path) -> None:
    path = miniature.build(tmp_path / "graph.begat")
    with Store.open(path, write=True) as one, Store.open(path, write=True) as other:
        other.connection.execute("PRAGMA busy_timeout = 10")
        with (
            one.transaction(),
            pytest.raises(GraphError, match="another process is writing to it"),
            other.transaction(),
        ):
            pass


def test_a_graph_opened_for_reading_cannot_be_written(store: Store) -> None:
    with pytest.raises(GraphError, match="cannot be written"), store.transaction():
        store.set_meta("x", "y")


def refusal(path: Path) -> str:
    """What opening says, the same for reading and for adding to."""
    with pytest.raises(GraphError) as reading:
        Store.open(path).close()
    with pytest.raises(GraphError) as writing:
        Store.create(path).close()
    assert str(reading.value).split("(")[0] == str(writing.value).split("(")[0]
    return str(reading.value)


def test_what_is_no_graph_is_refused_and_left_alone(tmp_path: Path) -> None:
    text = tmp_path / "notes.txt"
    text.write_text("Orca begat Orca 2. " * 100)
    assert "notes.txt: not a begat graph; name another with -g" in refusal(text)
    assert text.read_text() == "Orca begat Orca 2. " * 100
    foreign = tmp_path / "foreign.db"
    with sqlite3.connect(foreign) as connection:
        connection.execute("CREATE TABLE t (x)")
    connection.close()
    assert "a SQLite file, but not a begat graph" in refusal(foreign)
    assert "a folder, not a graph file" in refusal(tmp_path)


def test_a_newer_file_is_refused(tmp_path: Path) -> None:
    path = miniature.build(tmp_path / "newer.begat")
    with sqlite3.connect(path) as connection:
        connection.execute(f"PRAGMA user_version = {SCHEMA_VERSION + 1}")
    connection.close()
    assert "written by a newer begat" in refusal(path)


def test_a_truncated_file_is_damaged(tmp_path: Path) -> None:
    path = miniature.build(tmp_path / "cut.begat")
    path.write_bytes(path.read_bytes()[:5000])
    with pytest.raises(GraphError, match="damaged"), Store.open(path) as store:
        list(store.nodes())


def test_a_missing_file_says_how_to_make_one(tmp_path: Path) -> None:
    with pytest.raises(GraphError, match="no graph here; build one with 'begat build SOURCE -g"):
        Store.open(tmp_path / "nowhere.begat")
    with pytest.raises(GraphError, match="does not exist; make it first"):
        Store.create(tmp_path / "no" / "where.begat")


def test_an_empty_file_becomes_a_graph(tmp_path: Path) -> None:
    (tmp_path / "empty.begat").touch()
    with Store.create(tmp_path / "empty.begat") as store:
        assert store.revision == 0


def test_what_changes_a_graph_needs_its_file() -> None:
    for opening in (Store.create, Store.open):
        with pytest.raises(UsageError, match=r"neo4j://db.example.org: this needs a graph file.*then 'begat push"):
            opening("neo4j://db.example.org")
