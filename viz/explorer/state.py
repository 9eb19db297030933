"""What one running explorer knows: its graph, whether it may be corrected, and what it keeps of a revision."""

import hashlib
import secrets
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import cache
from importlib.resources import files
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast

from starlette.requests import Request

from begat.graph.errors import BegatError
from begat.graph.reader import Reader, is_neo4j
from begat.graph.store import Store

if TYPE_CHECKING:
    from begat.graph.neo4j_store import Neo4jStore

QUERIES_AT_ONCE = 2
"""A query may take a core and gigabytes; more of them wait."""
ASSETS = {
    "picture.css": "text/css",
    "explorer.css": "text/css",
    "explorer.js": "text/javascript",
    "htmx.min.js": "text/javascript",
    "icon.svg": "image/svg+xml",
}


class Busy(BegatError):
    """All that may run at once is running."""


class Forbidden(BegatError):
    """Something that this explorer does not do, or not for whoever asks."""


@dataclass
class Explorer:
    """One running explorer. `token` proves that a form is ours; `slots` bounds how many queries run at once.

    `graph` is a file's path, or the `neo4j://…` of a graph that a team shares, which is reached as long as it runs.
    """

    graph: str | Path
    allow_edits: bool = False
    timeout: float = 10.0
    token: str = field(default_factory=lambda: secrets.token_urlsafe(24))
    slots: threading.Semaphore = field(default_factory=lambda: threading.BoundedSemaphore(QUERIES_AT_ONCE))
    kept: dict[str, tuple[str, dict[str, Any]]] = field(default_factory=dict)
    lock: threading.Lock = field(default_factory=threading.Lock)
    writing: threading.Lock = field(default_factory=threading.Lock)
    shared: "Neo4jStore | None" = None

    def __post_init__(self) -> None:
        if is_neo4j(str(self.graph)):
            from begat.graph.neo4j_store import Neo4jStore  # its driver takes a while to load

            self.shared = Neo4jStore.open(str(self.graph))

    def close(self) -> None:
        """Let go of a shared graph."""
        if self.shared:
            self.shared.close()

    @contextmanager
    def reading(self) -> Iterator[Reader]:
        """The graph as it is at this moment."""
        if self.shared:
            yield self.shared.now()
        else:
            with Store.open(self.graph) as store, store.snapshot():
                yield store

    def once(self, store: Reader, name: str, compute: Callable[[Reader], dict[str, Any]]) -> dict[str, Any]:
        """What `compute` gives of the graph as it is now, computed once for each revision."""
        stamp = store.stamp
        stamped, found = self.kept.get(name, ("", {}))
        if stamped != stamp:
            with self.lock:
                stamped, found = self.kept.get(name, ("", {}))
                if stamped != stamp:
                    found = compute(store)
                    self.kept[name] = (stamp, found)
        return found


def explorer(request: Request) -> Explorer:
    """The explorer that a request is to."""
    return cast(Explorer, request.app.state.explorer)


@cache
def asset(name: str) -> bytes:
    """A file that pages load: one of ASSETS, read from the package once."""
    return files("begat.viz.static").joinpath(name).read_bytes()


@cache
def static_address(name: str) -> str:
    """Where pages load an asset from; another address when its content is another, so that browsers may keep it."""
    return f"/static/{name}?{hashlib.sha256(asset(name)).hexdigest()[:12]}"
