"""Pushing a graph into a real Neo4j: what is written, again, after changes, after a kill, beside others' data."""

import logging
import os
import signal
import socket
import subprocess
import sys
import threading
import traceback
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor, wait
from pathlib import Path
from typing import Any

import pytest

from begat.graph import neo4j
from begat.graph.errors import GraphError, UsageError
from begat.graph.neo4j_store import Neo4jStore
from begat.graph.properties import edge_properties, node_properties
from begat.graph.store import Store
from tests import generated, miniature
from tests.neo4j_server.others import answering, web_server
from tests.neo4j_server.server import PASSWORD
from tests.neo4j_server.wire import Wire

pytestmark = pytest.mark.neo4j


@pytest.fixture
def empty(neo4j_empty: str, monkeypatch: pytest.MonkeyPatch) -> str:
    """An empty database, and ranges so small that few nodes make many."""
    monkeypatch.setattr(neo4j, "_NODES", 100)
    monkeypatch.setattr(neo4j, "_SUBJECTS", 50)
    return neo4j_empty


@pytest.fixture(scope="module")
def larger(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Some ten ranges of nodes and twenty of edges."""
    return generated.large(tmp_path_factory.mktemp("larger") / "larger.begat", 1_000, 2_000)


def run(uri: str, query: str, **parameters: Any) -> list[dict[str, Any]]:
    with neo4j.connected(neo4j.Address.of(uri)) as there, there.session() as session:
        return [dict(row) for row in session.run(query, parameters)]


def written(uri: str) -> tuple[dict[str, Any], dict[tuple[str, str, str], Any]]:
    """All nodes and edges of begat in a database, without its own bookkeeping."""
    nodes, edges = {}, {}
    for row in run(uri, "MATCH (n:Begat) RETURN [l IN labels(n) WHERE l <> 'Begat'] AS labels, properties(n) AS p"):
        assert row["p"]["id"] not in nodes, "doubled"
        nodes[row["p"]["id"]] = (row["labels"], _public(row["p"]))
    for row in run(uri, "MATCH (a:Begat)-[r]->(b:Begat) RETURN a.id AS a, type(r) AS t, b.id AS b, properties(r) AS p"):
        assert (row["a"], row["t"], row["b"]) not in edges, "doubled"
        edges[row["a"], row["t"], row["b"]] = _public(row["p"])
    return nodes, edges


def _public(properties: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in properties.items() if not name.startswith("_")}


def kept(path: Path) -> tuple[dict[str, Any], dict[tuple[str, str, str], Any]]:
    """The same of a graph file."""
    with Store.open(path) as store:
        nodes = {node.id: ([node.type.value], node_properties(node)) for node in store.nodes()}
        edges = {(e.subject, e.relation.value, e.object): edge_properties(e, s) for e, s in store.edges_with_evidence()}
        return nodes, edges


def push(path: Path, uri: str, **options: Any) -> neo4j.PushReport:
    with Store.open(path) as store:
        return neo4j.push(store, uri, **options)


# -- what is written ------------------------------------------------------------------------------------------


def test_all_nodes_and_edges_with_their_properties(empty: str, miniature_path: Path) -> None:
    report = push(miniature_path, empty)
    assert written(empty) == kept(miniature_path)
    assert (report.nodes.new, report.edges.new) == tuple(len(part) for part in kept(miniature_path))


def test_hostile_texts_are_data(empty: str, tmp_path: Path) -> None:
    path = generated.hostile(tmp_path / "hostile.begat")
    push(path, empty)
    assert written(empty) == kept(path)


def test_an_empty_graph(empty: str, tmp_path: Path) -> None:
    Store.create(tmp_path / "empty.begat").close()
    assert "nothing changed" in push(tmp_path / "empty.begat", empty).summary()


def test_twice_changes_nothing(empty: str, miniature_path: Path) -> None:
    push(miniature_path, empty)
    elements = "MATCH (n:Begat)-[r]->() RETURN elementId(n) AS n, elementId(r) AS r ORDER BY n, r"
    before = run(empty, elements)
    report = push(miniature_path, empty)
    assert "nothing changed" in report.summary()
    assert run(empty, elements) == before


@pytest.mark.parametrize("workers", [1, 4])
def test_many_ranges_by_any_number_of_workers(empty: str, larger: Path, workers: int) -> None:
    told: list[tuple[str, int, int | None]] = []
    push(larger, empty, workers=workers, batch=30, progress=lambda *said: told.append(said))
    assert written(empty) == kept(larger)
    for stage, total in zip(("nodes", "edges"), [len(part) for part in kept(larger)], strict=True):
        assert told.count((stage, 0, total)) == 1
        assert (stage, total, total) in told


# -- again, after changes --------------------------------------------------------------------------------------


@pytest.fixture
def changed(larger: Path, tmp_path: Path) -> Path:
    """A later state of the larger graph: an edge gone, one new, one changed; a node renamed, one new, one gone."""
    path = tmp_path / "changed.begat"
    path.write_bytes(larger.read_bytes())
    with Store.open(path, write=True) as store, store.transaction():
        sql = store.connection
        subject, relation, object_ = sql.execute(
            "SELECT subject, relation, object FROM edges LIMIT 1 OFFSET 77"
        ).fetchone()
        sql.execute("DELETE FROM edges WHERE (subject, relation, object) = (?, ?, ?)", (subject, relation, object_))
        one = "(SELECT subject, relation, object FROM edges LIMIT 1 OFFSET 900)"
        sql.execute(f"UPDATE edges SET confidence = 0.125 WHERE (subject, relation, object) = {one}")
        sql.execute("UPDATE nodes SET name = 'Renamed', family = 'New' WHERE id = 'model-x17'")
        sql.execute("INSERT INTO nodes (id, type, name) VALUES ('model-new', 'Model', 'New')")
        sql.execute("INSERT INTO edges VALUES ('model-new', 'USES', 'model-x17', 0.5, 1, 'mined', '2024')")
        sql.execute("DELETE FROM edges WHERE 'model-x99' IN (subject, object)")
        sql.execute("DELETE FROM nodes WHERE id = 'model-x99'")
        store.set_meta("stamp", "later")
    return path


def test_only_what_changed_is_written(empty: str, larger: Path, changed: Path) -> None:
    push(larger, empty)
    elements = dict(run(empty, "MATCH (n:Begat {id: 'model-x18'}) RETURN n.id AS id, elementId(n) AS e")[0])
    report = push(changed, empty)
    before, after = kept(larger)[1], kept(changed)[1]
    assert (report.nodes.new, report.nodes.changed, report.nodes.removed) == (1, 1, 1)
    assert (report.edges.new, report.edges.changed) == (1, 1)
    assert report.edges.removed == len(before.keys() - after.keys())
    assert written(empty) == kept(changed)
    assert run(empty, "MATCH (n:Begat {id: 'model-x18'}) RETURN n.id AS id, elementId(n) AS e") == [elements]


def test_back_to_an_earlier_state(empty: str, larger: Path, changed: Path) -> None:
    for path in (larger, changed, larger):
        push(path, empty)
        assert written(empty) == kept(path)


# -- killed, cut off ---------------------------------------------------------------------------------------------


def test_killed_in_the_middle_and_taken_up(empty: str, larger: Path) -> None:
    code = (
        "import sys; from begat.graph import neo4j; from begat.graph.store import Store\n"
        "neo4j._NODES, neo4j._SUBJECTS = 100, 50\n"
        "def told(stage, done, total):\n    print(stage, done, flush=True)\n"
        "neo4j.push(Store.open(sys.argv[1]), sys.argv[2], workers=2, progress=told)"
    )
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)}
    process = subprocess.Popen(
        [sys.executable, "-c", code, str(larger), empty], stdout=subprocess.PIPE, text=True, env=environment
    )
    assert process.stdout
    for line in process.stdout:
        stage, done = line.split()
        if stage == "edges" and int(done) > 200:
            process.send_signal(signal.SIGKILL)
            break
    process.stdout.close()
    assert process.wait() == -signal.SIGKILL
    (row,) = run(empty, "MATCH (:Begat)-[r]->() RETURN count(r) AS edges")
    assert 200 < row["edges"] < len(kept(larger)[1]), "killed in the middle"
    report = push(larger, empty)
    assert report.nodes.new == 0
    assert 0 < report.edges.new < len(kept(larger)[1]) - 200, "only the rest"
    assert written(empty) == kept(larger)


def test_a_lost_connection_is_taken_up_by_the_driver_or_the_next_push(empty: str, larger: Path) -> None:
    with Wire(empty) as wire:

        def told(stage: str, done: int, total: int | None) -> None:
            if stage == "edges" and done > 200:
                wire.cut_once()

        report = push(larger, wire.uri, workers=2, progress=told)
        assert wire.cuts == 1
    assert 200 < report.edges.new <= len(kept(larger)[1]), "a commit whose receipt was lost is found done"
    assert written(empty) == kept(larger)


def test_a_connection_that_is_lost_for_good_is_one_clear_error(
    empty: str, larger: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(neo4j, "RETRYING", 0.5)
    with Wire(empty) as wire:

        def told(stage: str, done: int, total: int | None) -> None:
            if stage == "edges" and done > 200:
                wire.close()

        with pytest.raises(GraphError, match=rf"^{wire.uri}: no Neo4j answers \(Connection refused\); [^\n]*$"):
            push(larger, wire.uri, workers=2, progress=told)


# -- beside other people's data -------------------------------------------------------------------------------------


@pytest.fixture
def shared_database(empty: str) -> Iterator[str]:
    """A database that holds other people's papers: with begat's labels, ids and relation types, but not begat's."""
    run(
        empty,
        "CREATE (a:Paper:Theirs {id: 'arxiv-2311.11045', name: 'Ours'})-[:EXTENDS {confidence: 1.0}]->"
        "(b:Model:Theirs {id: 'model-orca', name: 'Orca'})",
    )
    yield empty
    run(empty, "MATCH (n) WHERE n:Theirs OR n.id IN ['model-x17', 'model-x99'] DETACH DELETE n")


THEIRS = (
    "MATCH (n:Theirs) OPTIONAL MATCH (n)-[r]->(m) RETURN labels(n) AS l, properties(n) AS p, type(r) AS t,"
    " properties(r) AS q, m.id AS m, elementId(n) AS e ORDER BY e"
)


def test_others_nodes_are_never_touched(shared_database: str, miniature_path: Path) -> None:
    before = run(shared_database, THEIRS)
    push(miniature_path, shared_database)
    assert run(shared_database, THEIRS) == before
    assert written(shared_database) == kept(miniature_path)
    neo4j.wipe(shared_database)
    assert run(shared_database, THEIRS) == before
    assert written(shared_database) == ({}, {})


def test_what_others_add_to_nodes_of_begat_stays(shared_database: str, larger: Path, changed: Path) -> None:
    push(larger, shared_database)
    run(
        shared_database,
        "MATCH (t:Theirs {id: 'model-orca'}), (a:Begat {id: 'model-x17'}), (gone:Begat {id: 'model-x99'})"
        " SET a.note = 'read this' CREATE (t)-[:ABOUT]->(a), (t)-[:ABOUT]->(gone), (a)-[:EXTENDS {mine: true}]->(a)",
    )
    report = push(changed, shared_database)
    assert report.kept == 1
    (row,) = run(
        shared_database,
        "MATCH (:Theirs)-[:ABOUT]->(a:Begat) MATCH (a)-[r:EXTENDS]->(a) RETURN a.note AS note, a.name AS name, r.mine AS mine",
    )
    assert row == {"note": "read this", "name": "Renamed", "mine": True}
    (row,) = run(shared_database, "MATCH (:Theirs)-[:ABOUT]->(gone {id: 'model-x99'}) RETURN labels(gone) AS labels")
    assert row == {"labels": []}


def test_another_graph_is_not_overwritten_unasked(empty: str, miniature_path: Path, tmp_path: Path) -> None:
    push(miniature_path, empty)
    other = miniature.build(tmp_path / "other.begat")
    with pytest.raises(
        GraphError, match=r"another graph is in this database \(pushed from miniature.begat\).*--replace"
    ):
        push(other, empty)
    assert "nothing changed" in push(other, empty, replace=True).summary()


def test_a_push_that_is_overtaken_stops(empty: str, larger: Path, changed: Path) -> None:
    overtaken: list[neo4j.PushReport] = []

    def told(stage: str, done: int, total: int | None) -> None:
        if stage == "edges" and not overtaken:
            overtaken.append(push(changed, empty))

    with pytest.raises(GraphError, match="another push or wipe has taken over"):
        push(larger, empty, workers=1, progress=told)
    assert written(empty) == kept(changed)


def test_who_takes_over_waits_for_what_is_being_written(
    empty: str, larger: Path, changed: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The earlier push is held inside a transaction, in its turn; what it writes then is seen by the later."""
    inside, go_on, write = threading.Event(), threading.Event(), neo4j._write_edges

    def held(*given: Any) -> neo4j.Changes:
        if not inside.is_set():
            inside.set()
            assert go_on.wait(60)
        return write(*given)

    monkeypatch.setattr(neo4j, "_write_edges", held)
    with ThreadPoolExecutor(2) as pool:
        earlier = pool.submit(push, larger, empty, workers=2)
        assert inside.wait(60)
        later = pool.submit(push, changed, empty)
        assert not wait([later], timeout=1).done, "it waits"
        go_on.set()
        with pytest.raises(GraphError, match="another push or wipe has taken over"):
            earlier.result()
        later.result()
    assert written(empty) == kept(changed)


def test_two_graphs_at_once_into_an_empty_database(empty: str, miniature_path: Path, tmp_path: Path) -> None:
    other = miniature.build(tmp_path / "other.begat")
    start = threading.Barrier(2)

    def pushed(path: Path) -> str:
        start.wait()
        try:
            return push(path, empty).summary()
        except GraphError as refused:
            return str(refused)

    with ThreadPoolExecutor(2) as pool:
        told = list(pool.map(pushed, (miniature_path, other)))
    assert sum("another graph is in this database" in words for words in told) == 1
    assert written(empty) == kept(other)


def test_a_wipe_ends_a_push(empty: str, larger: Path) -> None:
    wiped: list[neo4j.PushReport] = []

    def told(stage: str, done: int, total: int | None) -> None:
        if stage == "edges" and done and not wiped:
            wiped.append(neo4j.wipe(empty))

    with pytest.raises(GraphError, match="another push or wipe has taken over"):
        push(larger, empty, workers=2, progress=told)
    assert wiped[0].nodes.removed == len(kept(larger)[0])
    assert run(empty, "MATCH (n) WHERE n:Begat OR n:BegatGraph OR n:BegatRange RETURN count(n) AS n") == [{"n": 0}]


def test_constraints_hold(empty: str, miniature_path: Path) -> None:
    push(miniature_path, empty)
    with pytest.raises(GraphError, match="already exists"):
        run(empty, "CREATE (n:Begat {id: 'model-orca'})")


# -- who asks ------------------------------------------------------------------------------------------------------------


def test_the_right_password_opens_by_any_scheme(neo4j_guarded: str) -> None:
    for scheme in ("bolt", "neo4j"):
        uri = neo4j_guarded.replace("bolt", scheme)
        assert run(uri, "SHOW CURRENT USER YIELD user") == [{"user": "neo4j"}]
    address = neo4j.Address.of(neo4j_guarded, "neo4j", PASSWORD)
    neo4j.connect(address).close()


@pytest.mark.parametrize("scheme", ["bolt", "neo4j"])
@pytest.mark.parametrize(
    ("said", "told"),
    [
        ({"NEO4J_PASSWORD": "wrong"}, "no user 'neo4j' with this password there; set NEO4J_USER and NEO4J_PASSWORD"),
        ({"NEO4J_USER": "nobody"}, "no user 'nobody' with this password there; set NEO4J_USER and NEO4J_PASSWORD"),
        ({"NEO4J_PASSWORD": ""}, "this Neo4j asks who you are; set NEO4J_USER and NEO4J_PASSWORD"),
        ({"NEO4J_PASSWORD": "", "NEO4J_USER": ""}, "this Neo4j asks who you are; set NEO4J_USER and NEO4J_PASSWORD"),
    ],
    ids=["wrong password", "unknown user", "no password", "nothing"],
)
def test_a_refusal_says_what_to_set(
    neo4j_guarded: str, scheme: str, said: dict[str, str], told: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as environment:
        for name, value in said.items():
            environment.setenv(name, value)
        with pytest.raises(GraphError) as refused:
            Neo4jStore.open(neo4j_guarded.replace("bolt", scheme))
    assert str(refused.value).startswith(f"{neo4j_guarded.replace('bolt', scheme)}: {told}")
    assert "\n" not in str(refused.value)


@pytest.fixture
def newcomer(neo4j_guarded: str) -> Iterator[str]:
    """The name of a user who has not changed a first password yet, which is "first-one"."""
    with neo4j.connected(neo4j.Address.of(neo4j_guarded)) as there, there.session(database="system") as session:
        session.run("CREATE USER newcomer SET PASSWORD 'first-one' CHANGE REQUIRED").consume()
        yield "newcomer"
        session.run("DROP USER newcomer").consume()


@pytest.mark.parametrize("scheme", ["bolt", "neo4j"])
def test_a_first_password_must_be_changed(neo4j_guarded: str, newcomer: str, scheme: str, larger: Path) -> None:
    with pytest.raises(GraphError, match="user 'newcomer' must choose a new password first: ALTER CURRENT USER "):
        push(larger, neo4j_guarded.replace("bolt", scheme), user=newcomer, password="first-one")


def test_after_many_wrong_passwords_even_the_right_one_has_to_wait(neo4j_guarded: str, newcomer: str) -> None:
    for _ in range(3):
        with pytest.raises(GraphError, match="no user 'newcomer' with this password there"):
            neo4j.connect(neo4j.Address.of(neo4j_guarded, newcomer, "wrong"))
    with pytest.raises(GraphError, match="too many wrong passwords, so none is taken for some seconds"):
        neo4j.connect(neo4j.Address.of(neo4j_guarded, newcomer, "first-one"))


def test_no_password_is_in_any_log_or_error(neo4j_guarded: str, caplog: pytest.LogCaptureFixture) -> None:
    """Even where someone who uses begat as a library lets the driver tell all that it does."""
    caplog.set_level(logging.DEBUG)
    right, wrong = (neo4j.Address.of(neo4j_guarded, "neo4j", password) for password in (PASSWORD, "mistyped-one"))
    neo4j.connect(right).close()
    with pytest.raises(GraphError) as refused:
        neo4j.connect(wrong)
    told = [caplog.text, repr(right), repr(wrong), *traceback.format_exception(refused.value)]
    assert "HELLO" in caplog.text, "it does tell"
    for password in (PASSWORD, "mistyped-one"):
        assert password not in "".join(told)


# -- who answers ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("scheme", ["bolt", "neo4j"])
@pytest.mark.parametrize(
    ("said", "why"),
    [
        (b"HTTP/1.1 400 Bad Request\r\n\r\n", "what answers is a web server"),
        (b"SSH-2.0-Server\r\n", "what answers is something else, or a Neo4j older than 5"),
        (b"", "Connection to {place} closed with incomplete handshake response"),
    ],
)
def test_what_answers_and_is_no_neo4j(scheme: str, said: bytes, why: str) -> None:
    with answering(said) as place, pytest.raises(GraphError) as refused:
        neo4j.connect(neo4j.Address.of(f"{scheme}://{place}"))
    remedy = "is it running, and is that its Bolt port, 7687 by default?"
    assert str(refused.value) == f"{scheme}://{place}: no Neo4j answers ({why.format(place=place)}); {remedy}"


def test_a_web_server_that_waits_for_more_is_not_waited_for_long(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(neo4j, "PATIENCE", 0.3)
    with web_server() as place, pytest.raises(GraphError, match=rf"^bolt://{place}: no Neo4j answers \(timed out\); "):
        neo4j.connect(neo4j.Address.of(f"bolt://{place}"))


@pytest.mark.parametrize("scheme", ["bolt", "neo4j"])
def test_where_nobody_listens(scheme: str) -> None:
    with socket.socket() as unused:
        unused.bind(("127.0.0.1", 0))
        uri = f"{scheme}://127.0.0.1:{unused.getsockname()[1]}"
        with pytest.raises(GraphError, match=rf"^{uri}: no Neo4j answers \(Connection refused\); [^\n]*$"):
            neo4j.connect(neo4j.Address.of(uri))


@pytest.mark.parametrize("scheme", ["bolt+s", "neo4j+ssc"])
def test_encryption_that_is_not_there(scheme: str, neo4j_uri: str) -> None:
    with pytest.raises(
        GraphError, match=r"no encrypted connection \([^)\n]*\); without \+s if the server has no encr[^\n]*$"
    ):
        neo4j.connect(neo4j.Address.of(neo4j_uri.replace("bolt", scheme)))


def test_what_the_driver_logs_is_there_for_who_uses_begat_as_a_library(caplog: pytest.LogCaptureFixture) -> None:
    with pytest.raises(GraphError):
        neo4j.connect(neo4j.Address.of("neo4j://127.0.0.1:9"))
    assert "Unable to retrieve routing information" in caplog.text


# -- addresses -------------------------------------------------------------------------------------------------------


def test_passwords_come_from_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NEO4J_USER", "reader")
    monkeypatch.setenv("NEO4J_PASSWORD", "secret")
    address = neo4j.Address.of("neo4j+s://example.org:7687/papers")
    assert (address.uri, address.database, address.auth) == (
        "neo4j+s://example.org:7687", "papers", ("reader", "secret"),
    )  # fmt: skip
    assert "secret" not in repr(address)


@pytest.mark.parametrize(
    "url",
    [
        "neo4j://me:hidden@example.org",
        "http://me:hidden@example.org",
        "neo4j://me:/hidden@example.org",
        "neo4j://me:?hidden#@example.org",
        "neo4j://hidden@me:hidden@example.org",
    ],
)
def test_an_address_with_a_password_is_refused_and_not_repeated(url: str) -> None:
    refusing: list[Callable[[str], object]] = [neo4j.Address.of, neo4j.wipe]
    for refuse in [*refusing, Store.open] if url.startswith("neo4j") else refusing:
        with pytest.raises(UsageError, match=r"://…@example\.org: ") as refused:
            refuse(url)
        assert "hidden" not in str(refused.value)


@pytest.mark.parametrize(
    "url",
    ["neo4j://", "http://localhost:7474", "graph.begat", "neo4j:localhost", "neo4j://[::1", "bolt://a:b", "bolt://a:0"],
)
def test_what_is_no_address(url: str) -> None:
    with pytest.raises(UsageError, match="no address of a Neo4j"):
        neo4j.Address.of(url)


def test_a_database_without_a_graph_says_how_to_put_one_there(empty: str) -> None:
    with pytest.raises(GraphError, match="no graph here; put one there with 'begat push"):
        Neo4jStore.open(empty)
