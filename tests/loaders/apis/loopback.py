"""A server on this machine's loopback, told by each test what to answer, and a clock on which no one waits."""

import json
import sys
import threading
from collections import deque
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qsl, unquote, urlsplit


@dataclass(frozen=True)
class Asked:
    """A request as it came: `path` decoded and without the query; header names in lower case."""

    method: str
    path: str
    query: Mapping[str, str]
    headers: Mapping[str, str]
    body: bytes

    def json(self) -> object:
        return json.loads(self.body)


@dataclass(frozen=True)
class Said:
    """An answer. `cut`: so many bytes of the body are sent, though its length is told."""

    status: int = 200
    body: bytes = b"{}"
    headers: Mapping[str, str] = field(default_factory=dict)
    cut: int | None = None

    @classmethod
    def of(cls, value: object, status: int = 200) -> "Said":
        return cls(status, json.dumps(value).encode(), {"Content-Type": "application/json"})


PAGE_OF_WORDS = Said(
    200, b"<!DOCTYPE html><html><body>Down for maintenance</body></html>", {"Content-Type": "text/html"}
)
TOO_MANY = Said.of({"message": "Too Many Requests.", "code": "429"}, 429)


def too_many(seconds: int) -> Said:
    return Said(429, TOO_MANY.body, {"Retry-After": str(seconds)})


class Loopback:
    """What the server answers: first what `script` holds, in order, then what `answer` says."""

    def __init__(self, base: str, answer: Callable[[Asked], Said]) -> None:
        self.base = base
        self.answer = answer
        self.script: deque[Said] = deque()
        self.asked: list[Asked] = []

    def respond(self, asked: Asked) -> Said:
        self.asked.append(asked)
        return self.script.popleft() if self.script else self.answer(asked)

    @property
    def paths(self) -> list[str]:
        return [asked.path for asked in self.asked]


@contextmanager
def serving(answer: Callable[[Asked], Said]) -> Iterator[Loopback]:
    """A server for as long as the block lasts."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            parts = urlsplit(self.path)
            length = int(self.headers.get("Content-Length") or 0)
            said = loopback.respond(
                Asked(
                    self.command, unquote(parts.path), dict(parse_qsl(parts.query)),
                    {name.lower(): value for name, value in self.headers.items()}, self.rfile.read(length),
                )
            )  # fmt: skip
            self.send_response(said.status)
            for name, value in said.headers.items():
                self.send_header(name, value)
            self.send_header("Content-Length", str(len(said.body)))
            self.end_headers()
            self.wfile.write(said.body[: said.cut])
            self.close_connection = said.cut is not None

        do_POST = do_GET

        def log_message(self, *_: object) -> None:
            pass

    class Server(ThreadingHTTPServer):
        daemon_threads = True

        def handle_error(self, request: object, client_address: object) -> None:
            if not isinstance(sys.exception(), ConnectionError):  # who asked may have heard enough
                super().handle_error(request, client_address)  # type: ignore[arg-type]

    server = Server(("127.0.0.1", 0), Handler)
    loopback = Loopback(f"http://127.0.0.1:{server.server_address[1]}", answer)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True)
    thread.start()
    try:
        yield loopback
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


class PatientClock:
    """A clock that moves only when someone sleeps."""

    def __init__(self) -> None:
        self.now = 1_750_000_000.0
        self.slept: list[float] = []

    def time(self) -> float:
        return self.now

    def monotonic(self) -> float:
        return self.now

    def sleep(self, seconds: float) -> None:
        self.slept.append(seconds)
        self.now += seconds
