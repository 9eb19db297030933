"""Each query runs in a process of its own kind that can be killed: a time limit that really holds.

Neither engine can be stopped from outside while it computes (kglite's own limit does not reach into a list
comprehension, pyoxigraph has none). So a worker process holds the view of one graph file and answers one query
after another; at the time limit it is killed, and the next query starts a new one. While it answers it can open
nothing (no file, no connection) and use only so much more memory.
"""

import atexit
import contextlib
import importlib
import json
import os
import pickle
import signal
import subprocess
import sys
import tempfile
import threading
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO, Any, Protocol

from begat.graph.errors import BegatError, QueryError
from begat.graph.store import Store
from begat.queries.results import Result

try:
    import resource
except ImportError:  # no POSIX: the time limit holds, the bounds on memory and files do not
    resource = None  # type: ignore[assignment]

MOST_MEMORY = 4 << 30
"""Bytes that a query may use beyond what the view takes."""
IDLE_WORKERS = 4
"""Kept waiting for the next query, the latest used ones; each holds a view in memory."""


class View(Protocol):
    """A graph file as one engine sees it, inside the worker."""

    def __init__(self, store: Store) -> None: ...

    def answer(self, query: str, parameters: Mapping[str, Any], limit: int, timeout: float) -> Result:
        """At most `limit` rows. Raises QueryError."""
        ...


# -- the asking side ---------------------------------------------------------------------------------------


@dataclass(eq=False)
class Worker:
    """A process with the view of one graph file; `engine` is the module that has the View."""

    engine: str
    path: Path
    process: "subprocess.Popen[bytes]" = field(init=False)
    words: IO[bytes] = field(init=False)
    """What the process says on its standard error: nothing, but for an engine that dies."""

    def __post_init__(self) -> None:
        # Not multiprocessing: its spawn runs the caller's script again, which scripts without a main guard do not
        # survive; its fork copies open databases and threads. -I: nothing is imported from the current folder,
        # but from where this process imports.
        code = "import sys, json; sys.path[:] = json.loads(sys.argv[1]); from begat.queries.worker import serve; serve(*sys.argv[2:])"
        command = [sys.executable, "-I", "-c", code, json.dumps(sys.path), self.engine, str(self.path)]
        self.words = tempfile.TemporaryFile()  # noqa: SIM115  # closed by close()
        self.process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=self.words)

    def ask(self, query: str, parameters: Mapping[str, Any], limit: int, timeout: float) -> Result:
        """The answer. Raises QueryError at the time limit (seconds; building the view does not count)."""
        late = threading.Event()

        def kill() -> None:
            late.set()
            self.process.kill()

        timer = threading.Timer(timeout, kill)
        timer.daemon = True
        try:
            self._send((query, dict(parameters), limit, timeout, MOST_MEMORY))
            ready = self._receive()
            timer.start()
            answer = self._receive() if ready is None else ready
        except EOFError:
            code = self.process.wait()
            if late.is_set() or code == -14:  # its own alarm, should this process have been asleep
                raise QueryError(
                    f"the query was stopped after {timeout:g} s; ask for less (a LIMIT, a shorter path), or give it more"
                    " time with --timeout"
                ) from None
            raise QueryError(
                f"the query engine died (exit {code}{self._last_words()}); most likely the query needs more than"
                f" {_gib(MOST_MEMORY)} of memory: ask for less"
            ) from None
        finally:
            timer.cancel()
        if late.is_set():
            self.process.wait()
        if isinstance(answer, BegatError):
            raise answer
        assert isinstance(answer, Result)
        return answer

    def _send(self, message: object) -> None:
        assert self.process.stdin
        with contextlib.suppress(BrokenPipeError):  # it died: _receive finds out
            pickle.dump(message, self.process.stdin)
            self.process.stdin.flush()

    def _receive(self) -> object:
        assert self.process.stdout
        try:
            return pickle.load(self.process.stdout)
        except pickle.UnpicklingError:  # killed in the middle of its answer
            raise EOFError from None

    def _last_words(self) -> str:
        self.words.seek(0)
        lines = self.words.read().decode(errors="replace").split("\n")
        last = next((line.strip() for line in reversed(lines) if line.strip()), "")
        return f": {last}" if last else ""

    @property
    def alive(self) -> bool:
        """Whether it can be asked."""
        return self.process.poll() is None

    def close(self) -> None:
        """End the process."""
        self.process.kill()
        for stream in (self.process.stdin, self.process.stdout):
            assert stream
            with contextlib.suppress(BrokenPipeError):
                stream.close()
        self.process.wait()
        self.words.close()


def _gib(amount: int) -> str:
    return f"{amount / (1 << 30):g} GiB"


_idle: list[Worker] = []
_lock = threading.Lock()


def run(engine: str, path: Path, query: str, parameters: Mapping[str, Any], *, limit: int, timeout: float) -> Result:
    """Answer a query about the graph file at `path` in a worker that knows it already, or in a new one."""
    worker = _borrow(engine, path.resolve())
    try:
        answer = worker.ask(query, parameters, limit, timeout)
    except BegatError:
        _give_back(worker)
        raise
    except BaseException:  # interrupted while it answers: that answer must never be taken for another query's
        worker.close()
        raise
    _give_back(worker)
    return answer


def _borrow(engine: str, path: Path) -> Worker:
    with _lock:
        for worker in reversed(_idle):
            if (worker.engine, worker.path) == (engine, path):
                _idle.remove(worker)
                if worker.alive:
                    return worker
                worker.close()
                break
    return Worker(engine, path)


def _give_back(worker: Worker) -> None:
    if not worker.alive:
        worker.close()
        return
    with _lock:
        _idle.append(worker)
        surplus, _idle[:] = _idle[:-IDLE_WORKERS], _idle[-IDLE_WORKERS:]
    for old in surplus:
        old.close()


@atexit.register
def close_all() -> None:
    """End all idle workers."""
    with _lock:
        workers, _idle[:] = _idle[:], []
    for worker in workers:
        worker.close()


def _forget() -> None:
    """In a forked child: the workers are the parent's."""
    _idle.clear()


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_forget)


# -- inside the worker -------------------------------------------------------------------------------------


def serve(engine: str, path: str) -> None:
    """Answer queries from standard input on standard output until it ends."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is for the parent, which ends this process
    requests, answers = sys.stdin.buffer, sys.stdout.buffer
    sys.stdout = sys.stderr  # a library that prints must not speak into the answers
    known: tuple[View, str] | None = None
    while True:
        try:
            query, parameters, limit, timeout, memory = pickle.load(requests)
        except EOFError:
            return
        try:
            known = _current(engine, path, known)
        except BegatError as error:
            _reply(answers, error)
            continue
        _reply(answers, None)
        with _confined(timeout, memory):
            try:
                answer: Result | BegatError = known[0].answer(query, parameters, limit, timeout)
            except BegatError as error:
                answer = error
            except MemoryError:
                answer = QueryError(f"the query needs more than {_gib(memory)} of memory; ask for less")
            except Exception as error:  # whatever an engine does wrong, the asking side is to know what it was
                answer = QueryError(f"the query engine failed: {type(error).__name__}: {error}")
        _reply(answers, answer)


def _current(engine: str, path: str, known: tuple[View, str] | None) -> tuple[View, str]:
    """The view of what the file holds now, with its stamp: the known one, or a new one, all of which is of one moment."""
    with Store.open(path) as store, store.snapshot():
        if known is not None and known[1] == store.stamp:
            return known
        return importlib.import_module(engine).View(store), store.stamp


def _reply(answers: IO[bytes], message: object) -> None:
    pickle.dump(message, answers)
    answers.flush()


@contextlib.contextmanager
def _confined(timeout: float, memory: int) -> Iterator[None]:
    """Nothing can be opened, memory is bounded, and should the parent be gone, an alarm ends the process."""
    if resource is None:
        yield
        return
    limits = {resource.RLIMIT_NOFILE: 0, resource.RLIMIT_DATA: _data_in_use() + memory}
    before = {name: resource.getrlimit(name) for name in limits}
    for name, limit in limits.items():
        soft, hard = before[name]
        resource.setrlimit(name, (limit if soft == resource.RLIM_INFINITY else min(limit, soft), hard))
    signal.setitimer(signal.ITIMER_REAL, timeout + 1)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        for name, limits_before in before.items():
            resource.setrlimit(name, limits_before)


def _data_in_use() -> int:
    """Bytes of memory that RLIMIT_DATA counts; 0 where the system does not say, which then bounds the whole."""
    try:
        pages = Path("/proc/self/statm").read_text().split()[5]
    except OSError:
        return 0
    return int(pages) * resource.getpagesize()
