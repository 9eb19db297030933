"""Whether a push survives what befalls it: killed, cut off, its server killed; each at moments picked at random.

    python -m benchmarks.neo4j_trials [--kills 20] [--cuts 20] [--falls 3]

Needs the jars, as `benchmarks/neo4j.py` does. After each kill the database is looked through for anything doubled or
half; when the pushes are done, every node and edge, with all its properties, is compared with the graph file. Ends with
an error at the first difference.
"""

import argparse
import os
import random
import subprocess
import sys
import tempfile
import threading
import time
from pathlib import Path
from typing import Any

from begat.graph import neo4j
from begat.graph.store import Store
from tests import generated
from tests.graph.test_neo4j import kept, written
from tests.neo4j_server.cleared import cleared
from tests.neo4j_server.server import Server, server, why_not
from tests.neo4j_server.wire import Wire

Graph = tuple[dict[Any, Any], dict[Any, Any]]
NODES, EDGES = 4_000, 20_000
PUSH = (
    "import sys; from begat.graph import neo4j; from begat.graph.store import Store\n"
    "neo4j._NODES, neo4j._SUBJECTS = 100, 50\n"
    "neo4j.push(Store.open(sys.argv[1]), sys.argv[2], progress=lambda *said: print(*said, flush=True))"
)


def main() -> None:
    arguments = argparse.ArgumentParser(description="Break pushes in the middle")
    arguments.add_argument("--kills", type=int, default=20)
    arguments.add_argument("--cuts", type=int, default=20)
    arguments.add_argument("--falls", type=int, default=3, help="How often the server is killed.")
    given = arguments.parse_args()
    if reason := why_not():
        sys.exit(reason)
    neo4j._NODES, neo4j._SUBJECTS = 100, 50  # so small that few nodes make many transactions
    with tempfile.TemporaryDirectory() as name:
        path = generated.large(Path(name) / "large.begat", NODES - EDGES // 20, EDGES)
        home = Path(name) / "neo4j"
        with server(home) as running:
            print(f"{given.kills} kills: {kills(path, running.uri, given.kills)} pushes came to their end", flush=True)
            print(f"{given.cuts} cuts: {cuts(path, running.uri, given.cuts)} pushes came to their end", flush=True)
            cleared(running.uri)
        print(f"{given.falls} falls of the server: taken up {falls(path, home, given.falls)} times", flush=True)


def kills(path: Path, uri: str, wanted: int) -> int:
    """Kill so many pushes; a database that is complete is emptied, and filled again. How many pushes were not killed."""
    dice, done, finished = random.Random(1), 0, 0
    cleared(uri)
    while done < wanted:
        process = _begun(path, uri)
        try:
            process.wait(dice.uniform(0, 2))
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
            done += 1
        assert process.stdout
        process.stdout.close()
        there = written(uri)  # which finds what is doubled
        _assert_part(there, kept(path))
        if process.returncode == 0:
            assert there == kept(path)
            finished += 1
            cleared(uri)
    with Store.open(path) as store:
        neo4j.push(store, uri)
    assert written(uri) == kept(path)
    return finished + 1


def _begun(path: Path, uri: str) -> "subprocess.Popen[str]":
    """A push in a process of its own, which has begun to write or found that there is nothing to."""
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)}
    process = subprocess.Popen(
        [sys.executable, "-c", PUSH, str(path), uri], stdout=subprocess.PIPE, text=True, env=environment
    )
    assert process.stdout
    process.stdout.readline()
    return process


def _assert_part(there: Graph, whole: Graph) -> None:
    """All that is there is as in the file: nothing half, nothing of its own."""
    for found, all_of_it in zip(there, whole, strict=True):
        assert all(all_of_it[key] == found[key] for key in found)


def cuts(path: Path, uri: str, wanted: int) -> int:
    """Cut the wire so often while pushes run through it."""
    dice, finished = random.Random(2), 0
    with Wire(uri) as wire:
        over = threading.Event()

        def cut() -> None:
            while wire.cuts < wanted and not over.wait(dice.uniform(0.2, 2)):
                wire.cut()

        threading.Thread(target=cut, daemon=True).start()
        while wire.cuts < wanted:
            cleared(uri)
            with Store.open(path) as store:
                neo4j.push(store, wire.uri)
            finished += 1
            assert written(uri) == kept(path)
        over.set()
    return finished


def falls(path: Path, home: Path, wanted: int) -> int:
    """Kill the server so often while a push runs, and start it again on the same port: the push goes on."""
    dice, taken_up = random.Random(3), 0
    running = Server(home)
    port = int(running.uri.rpartition(":")[2])
    try:
        for _ in range(wanted):
            cleared(running.uri)
            pushed = _begun(path, running.uri)
            time.sleep(dice.uniform(0.2, 2))
            assert pushed.poll() is None, "it was done before the server fell"
            running.kill()
            running = Server(home, port=port)
            assert pushed.stdout
            for _line in pushed.stdout:
                pass
            taken_up += pushed.wait() == 0
            if pushed.returncode:
                with Store.open(path) as store:
                    neo4j.push(store, running.uri)
            assert written(running.uri) == kept(path)
    finally:
        running.stop()
    return taken_up


if __name__ == "__main__":
    main()
