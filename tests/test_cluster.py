"""Building on a Dask cluster: a real scheduler, two real workers, one of which is killed in the middle."""

import os
import signal
import socket
import sqlite3
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

import begat
from begat.graph.errors import BegatError
from tests.test_cli import BERT, ORCA, write_lines

pytest.importorskip("distributed", reason="needs Dask: pip install '.[dask]'")
pytestmark = [
    pytest.mark.slow,
    # Of Dask itself, when a worker goes: its own business.
    pytest.mark.filterwarnings("ignore::ResourceWarning", "ignore::pytest.PytestUnraisableExceptionWarning"),
]


@contextmanager
def process(*arguments: str, folder: Path) -> Iterator["subprocess.Popen[bytes]"]:
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)}
    with (folder / f"{arguments[0].replace('.', '-')}.log").open("ab") as log:
        running = subprocess.Popen(
            [sys.executable, "-m", "distributed.cli." + arguments[0], *arguments[1:]],
            stdout=log, stderr=log, cwd=folder, env=environment,
        )  # fmt: skip
    try:
        yield running
    finally:
        running.kill()
        running.wait()


@contextmanager
def cluster(folder: Path) -> Iterator[tuple[str, list["subprocess.Popen[bytes]"]]]:
    """A scheduler on loopback and two workers, each one process with one thread."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        address = f"tcp://127.0.0.1:{free.getsockname()[1]}"
    port = address.rpartition(":")[2]
    worker = (
        "dask_worker",
        address,
        "--no-nanny",
        "--nthreads",
        "1",
        "--no-dashboard",
        "--local-directory",
        str(folder),
    )
    with (
        process("dask_scheduler", "--host", "127.0.0.1", "--port", port, "--no-dashboard", folder=folder),
        process(*worker, folder=folder) as first,
        process(*worker, folder=folder) as second,
    ):
        from distributed import Client

        with Client(address, timeout=60) as client:
            client.wait_for_workers(2, timeout=60)
        yield address, [first, second]


def content(path: Path) -> list[tuple[object, ...]]:
    """Everything in a graph file but the random tokens and the time that tell one build from another."""
    with sqlite3.connect(path) as sql:
        tables = [name for (name,) in sql.execute("SELECT name FROM sqlite_master WHERE type = 'table' ORDER BY name")]
        rows = [(table, *row) for table in tables for row in sql.execute(f'SELECT * FROM "{table}"')]
    sql.close()
    return [row for row in rows if row[:2] not in (("meta", "stamp"), ("meta", "graph"), ("meta", "built"))]


@pytest.fixture
def corpus(tmp_path: Path) -> Path:
    records = []
    for n in range(400):
        like = (ORCA, BERT)[n % 2]
        name = f"Narwhal {n}"
        text = f"We present {name}, which extends {like['title'].split(':')[0]}. " + like["abstract"] * 3
        records.append({"id": f"2401.{n:05}", "title": f"{name}: A Model", "abstract": text, "date": "2024-01-01"})
    return write_lines(tmp_path / "corpus.jsonl", records)


def test_a_worker_is_killed_in_the_middle_and_the_file_is_the_same(tmp_path: Path, corpus: Path) -> None:
    alone, together = tmp_path / "alone.begat", tmp_path / "together.begat"
    begat.build([corpus], alone).close()
    killed: list[int] = []
    with cluster(tmp_path) as (address, workers):

        def told(stage: str, done: int, total: int | None) -> None:
            if stage == "mine" and total and 0 < done < total and not killed:
                workers[0].send_signal(signal.SIGKILL)
                workers[0].wait()
                killed.append(done)

        begat.build([corpus], together, dask=address, progress=told).close()
        assert killed, "a worker died while there was work"
        assert workers[1].poll() is None
    assert content(together) == content(alone)


def test_no_scheduler_is_one_clear_error(tmp_path: Path, corpus: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with socket.socket() as unused:
        unused.bind(("127.0.0.1", 0))
        address = f"tcp://127.0.0.1:{unused.getsockname()[1]}"
    started = time.monotonic()
    with pytest.raises(BegatError, match=f"{address}: no Dask scheduler answers"):
        begat.build([corpus], tmp_path / "g.begat", dask=address)
    assert time.monotonic() - started < 60
