"""Explorers to test: one in this process behind a client, and one served on loopback for a browser."""

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import uvicorn
from starlette.testclient import TestClient

from begat.viz.explorer.app import application

HERE = "http://127.0.0.1"


def client(graph: Path | str, **options: Any) -> TestClient:
    """A client whose requests look like those of a page of the explorer's own."""
    raises = options.pop("raises", True)
    return TestClient(application(graph, **options), base_url=HERE, raise_server_exceptions=raises)


@contextmanager
def served(graph: Path, **options: Any) -> Iterator[str]:
    """The address of an explorer on a free port of loopback."""
    config = uvicorn.Config(
        application(graph, **options), host="127.0.0.1", port=0, log_level="error", access_log=False
    )
    listening = config.bind_socket()
    server = uvicorn.Server(config)
    thread = threading.Thread(target=server.run, kwargs={"sockets": [listening]}, daemon=True)
    thread.start()
    while not server.started:
        time.sleep(0.01)
    try:
        yield f"{HERE}:{listening.getsockname()[1]}"
    finally:
        server.should_exit = True
        thread.join(10)
        listening.close()
