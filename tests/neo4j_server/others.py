"""What listens and is no Neo4j."""

import socketserver
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer


@contextmanager
def answering(said: bytes) -> Iterator[str]:
    """Where whatever is said to it is answered so, and the connection closed: its host and port."""

    class Answer(socketserver.BaseRequestHandler):
        def handle(self) -> None:
            self.request.recv(65536)
            self.request.sendall(said)

    with _serving(socketserver.ThreadingTCPServer(("127.0.0.1", 0), Answer)) as place:
        yield place


@contextmanager
def web_server() -> Iterator[str]:
    """A web server: its host and port. It waits for a line, which Bolt never sends."""

    class Patient(BaseHTTPRequestHandler):
        timeout = 5

        def log_message(self, *_: object) -> None:
            pass

    with _serving(ThreadingHTTPServer(("127.0.0.1", 0), Patient)) as place:
        yield place


@contextmanager
def _serving(server: socketserver.ThreadingTCPServer | ThreadingHTTPServer) -> Iterator[str]:
    server.daemon_threads = True
    with server:
        threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True).start()
        host, port = server.server_address[:2]
        yield f"{host!s}:{port}"
        server.shutdown()
