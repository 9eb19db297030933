"""The processes that queries run in: they are used again, they die when they must, and are never mistaken."""

import os
import signal
import subprocess
import sys
import threading
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from types import SimpleNamespace

import pytest

from begat.graph.errors import GraphError, QueryError
from begat.graph.store import Store
from begat.queries import worker
from begat.queries.cypher import cypher
from tests import miniature

CYPHER = "begat.queries.cypher"


def one(path: Path) -> object:
    return cypher(path, "RETURN 1 AS one").rows[0][0]


def test_a_worker_answers_one_query_after_another(miniature_path: Path) -> None:
    worker.close_all()
    asked = worker.Worker(CYPHER, miniature_path)
    for number in range(3):
        assert asked.ask("RETURN $n AS n", {"n": number}, 10, 5).rows == [(number,)]
    asked.close()
    assert not asked.alive


def test_a_worker_that_is_idle_is_used_again(miniature_path: Path) -> None:
    worker.close_all()
    one(miniature_path)
    (idle,) = worker._idle
    one(miniature_path)
    assert worker._idle == [idle]


def test_a_worker_sees_what_was_written_since_its_last_answer(tmp_path: Path) -> None:
    graph = miniature.build(tmp_path / "g.begat")
    count = "MATCH (n) RETURN count(n)"
    before = cypher(graph, count).rows[0][0]
    with Store.open(graph, write=True) as store, store.transaction():
        store.replace_resolved(list(store.nodes())[:3], [], [], [], [])
    assert (before, cypher(graph, count).rows[0][0]) == (20, 3)


def test_a_graph_put_in_the_place_of_another_is_seen(tmp_path: Path) -> None:
    """Both of the same revision: what tells them apart is the stamp."""
    graph = miniature.build(tmp_path / "g.begat")
    other = miniature.build(tmp_path / "other.begat")
    with Store.open(other, write=True) as store, store.transaction():
        store.replace_resolved([], [], [], [], [])
        store.set_meta("revision", "1")
    assert cypher(graph, "MATCH (n) RETURN count(n)").rows == [(20,)]
    for file in tmp_path.glob("g.begat*"):
        file.unlink()
    for file in tmp_path.glob("other.begat*"):
        file.rename(file.with_name(file.name.replace("other", "g")))
    assert cypher(graph, "MATCH (n) RETURN count(n)").rows == [(0,)]


def test_a_view_is_of_one_moment_though_a_build_writes_meanwhile(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    graph = miniature.build(tmp_path / "g.begat")

    with Store.open(graph, write=True) as build:

        class Interrupted:
            """Reads the nodes, and the edges once the build has written."""

            def __init__(self, store: Store) -> None:
                self.nodes = {node.id for node in store.nodes()}
                with build.transaction():
                    build.replace_resolved(list(build.nodes())[:3], [], [], [], [])
                    build.raise_revision()
                self.ends = {end for edge in store.edges() for end in (edge.subject, edge.object)}

        monkeypatch.setitem(sys.modules, "an_engine", SimpleNamespace(View=Interrupted))
        view, stamp = worker._current("an_engine", str(graph), None)
        assert isinstance(view, Interrupted)
        assert view.ends
        assert view.ends <= view.nodes
        assert stamp != build.stamp


def test_a_worker_that_died_is_replaced(miniature_path: Path) -> None:
    one(miniature_path)
    for idle in worker._idle:
        idle.process.kill()
        idle.process.wait()
    assert one(miniature_path) == 1


def test_a_worker_that_dies_while_it_answers_is_an_error_of_one_line(miniature_path: Path) -> None:
    asked = worker.Worker(CYPHER, miniature_path)
    asked.ask("RETURN 1 AS x", {}, 10, 5)
    threading.Timer(0.2, asked.process.kill).start()
    with pytest.raises(QueryError, match="engine died"):
        asked.ask("MATCH (a), (b), (c), (d), (e), (f), (g), (h) RETURN count(*)", {}, 10, 20)
    asked.close()


@pytest.mark.skipif(not Path("/proc/self/statm").exists(), reason="the memory of a process is bounded on Linux")
def test_memory_is_bounded(miniature_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A text that doubles forty times: a terabyte, without a bound."""
    monkeypatch.setattr(worker, "MOST_MEMORY", 1 << 26)
    with pytest.raises(QueryError, match=r"more than 0\.0625 GiB of memory"):
        cypher(miniature_path, "RETURN size(reduce(s = 'a', x IN range(1, 40) | s + s)) AS n", timeout=20)


def test_an_engine_that_cannot_start_says_why(miniature_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    asked = worker.Worker("begat.queries.no_such_engine", miniature_path)
    with pytest.raises(QueryError, match="No module named"):
        asked.ask("", {}, 1, 5)
    asked.close()
    assert capfd.readouterr().err == ""


def test_questions_can_be_asked_from_many_threads(miniature_path: Path) -> None:
    with ThreadPoolExecutor(4) as threads:
        asked = [threads.submit(cypher, miniature_path, "RETURN $n AS n", {"n": n}) for n in range(20)]
        assert [found.result().rows[0][0] for found in asked] == list(range(20))
    assert len(worker._idle) <= worker.IDLE_WORKERS


def test_an_error_of_the_file_is_an_error_of_the_query(tmp_path: Path) -> None:
    with pytest.raises(GraphError, match="no graph here"):
        one(tmp_path / "nowhere.begat")


def test_a_script_without_a_main_guard_can_ask(miniature_path: Path, tmp_path: Path) -> None:
    """And what lies in the current folder is not imported by the worker."""
    (tmp_path / "kglite.py").write_text("raise SystemExit('imported from the current folder')")
    script = tmp_path / "elsewhere" / "script.py"
    script.parent.mkdir()
    script.write_text(f"import begat; print(begat.open({str(miniature_path)!r}).cypher('RETURN 1 AS x').rows)")
    ran = subprocess.run(
        [sys.executable, script], cwd=tmp_path, capture_output=True, text=True, timeout=60, check=False
    )
    assert (ran.stdout, ran.stderr) == ("[(1,)]\n", "")


@pytest.mark.skipif(not hasattr(os, "fork"), reason="needs fork")
def test_ctrl_c_ends_the_query_and_leaves_no_process(miniature_path: Path) -> None:
    script = f"""
from begat.queries import worker
from begat.queries.cypher import cypher
import begat
cypher({str(miniature_path)!r}, "RETURN 1 AS x")
print(worker._idle[0].process.pid, flush=True)
try:
    cypher({str(miniature_path)!r}, "MATCH (a), (b), (c), (d), (e), (f), (g), (h) RETURN count(*)", timeout=60)
except KeyboardInterrupt:
    print("interrupted", len(worker._idle))
"""
    with subprocess.Popen([sys.executable, "-c", script], stdout=subprocess.PIPE, text=True) as asking:
        assert asking.stdout
        child = int(asking.stdout.readline())
        threading.Timer(0.5, asking.send_signal, [signal.SIGINT]).start()
        assert asking.stdout.read() == "interrupted 0\n"
        assert asking.wait() == 0
    with pytest.raises(ProcessLookupError):
        os.kill(child, 0)


def test_a_worker_whose_parent_is_gone_ends(miniature_path: Path) -> None:
    asked = worker.Worker(CYPHER, miniature_path)
    asked.ask("RETURN 1 AS x", {}, 10, 5)
    assert asked.process.stdin
    asked.process.stdin.close()
    assert asked.process.wait(5) == 0
    asked.close()
