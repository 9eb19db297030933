"""The views that engines keep beside a graph: kept when it pays, rebuilt when stale, never half written."""

import os
from pathlib import Path
from typing import Any

import pytest

from begat.graph.store import Store
from begat.queries import cypher as cypher_room
from begat.queries import sparql as sparql_room
from begat.queries import views
from tests import miniature

MODULES = ("begat.graph.model",)


@pytest.fixture
def graph(tmp_path: Path) -> Path:
    return miniature.build(tmp_path / "g.begat")


def keep(graph: Path, text: str = "view", kind: str = "cypher") -> Path | None:
    def build(new: Path) -> None:
        new.write_text(text)

    with Store.open(graph) as store:
        return views.kept(store, kind, "kglite", MODULES, build)


def touch(graph: Path) -> None:
    """Write the graph anew with what it has."""
    with Store.open(graph, write=True) as store, store.transaction():
        store.replace_resolved(list(store.nodes()), [], list(store.edges()), [], [])


def test_a_view_is_built_once(graph: Path) -> None:
    first = keep(graph, "first")
    assert first and first.parent == graph.with_name("g.begat.views")
    assert keep(graph, "second") == first
    assert first.read_text() == "first"


def test_a_view_of_older_content_is_never_served_and_not_kept(graph: Path) -> None:
    first, other = keep(graph), keep(graph, kind="sparql")
    touch(graph)
    second = keep(graph, "second")
    assert first and second and other
    assert second.read_text() == "second"
    assert sorted(second.parent.iterdir()) == sorted([second, other])


def test_a_view_made_by_other_code_is_not_served(graph: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    first = keep(graph)
    monkeypatch.setattr(views, "_source", lambda module: "other code")
    assert keep(graph) != first


def test_a_build_that_fails_leaves_nothing(graph: Path) -> None:
    def half(new: Path) -> None:
        new.mkdir()
        (new / "part").write_text("half")
        raise KeyboardInterrupt

    with Store.open(graph) as store, pytest.raises(KeyboardInterrupt):
        views.kept(store, "cypher", "kglite", MODULES, half)
    assert list(graph.with_name("g.begat.views").iterdir()) == []


def test_what_a_killed_build_left_is_cleared_away_in_time(graph: Path) -> None:
    folder = graph.with_name("g.begat.views")
    folder.mkdir()
    old, young = folder / ".cypher-1-1", folder / ".cypher-2-2"
    for left in (old, young):
        left.write_text("half")
    os.utime(old, (0, 0))
    view = keep(graph)
    assert sorted(folder.iterdir()) == sorted([young, view or folder])


def test_where_nothing_can_be_written_there_is_no_view(graph: Path) -> None:
    graph.with_name("g.begat.views").write_text("a file where the folder would be")
    assert keep(graph) is None


@pytest.mark.parametrize(
    ("room", "query"),
    [
        (cypher_room, "MATCH (a)-[r]->(b) RETURN a.id, type(r), b.id, r.evidence ORDER BY a.id, b.id, type(r)"),
        (sparql_room, "SELECT * WHERE { ?s ?p ?o } ORDER BY ?s ?p ?o"),
    ],
)
@pytest.mark.parametrize("writable", [True, False])
def test_answers_are_the_same_from_memory_and_from_a_view(
    graph: Path, room: Any, query: str, writable: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    with Store.open(graph) as store:
        small = room.View(store).answer(query, {}, 10_000, 60)
        assert not graph.with_name("g.begat.views").exists()
        monkeypatch.setattr(room, "SMALL", 0)
        if not writable:
            graph.with_name("g.begat.views").write_text("a file where the folder would be")
        for _ in range(2):  # built, then found
            large = room.View(store).answer(query, {}, 10_000, 60)
            assert large == small
    assert len(small.rows) > 20


def test_a_view_on_disk_answers_in_a_confined_worker(tmp_path: Path) -> None:
    """Which can open no more files once it answers: all that it needs has to be open by then."""
    from tests import generated

    graph = generated.large(tmp_path / "large.begat", 300, 600)
    query = "SELECT (COUNT(*) AS ?n) WHERE { ?a begat:extends+ ?b . ?e rdf:subject ?a ; rdf:object ?b }"
    (found,) = sparql_room.sparql(graph, query).rows
    assert found[0] > 50
    assert list(graph.with_name("large.begat.views").glob("sparql-*"))
