"""The explorer put together, and served."""

import ipaddress
import socket
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path

from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.middleware.trustedhost import TrustedHostMiddleware
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route
from starlette.types import ASGIApp

from begat.graph.errors import BegatError, UsageError
from begat.graph.reader import is_neo4j, shown
from begat.graph.store import Store
from begat.viz.explorer import api, console, edits, pages
from begat.viz.explorer.guard import Guard
from begat.viz.explorer.state import ASSETS, Explorer, asset

LOOPBACK = ("127.0.0.1", "localhost", "::1")


def application(
    graph: str | Path, *, allow_edits: bool = False, hosts: tuple[str, ...] = LOOPBACK, timeout: float = 10.0
) -> ASGIApp:
    """The explorer of a graph file, or of one in a Neo4j, as an ASGI application.

    Requests to other `hosts` than these are refused; a query is stopped after `timeout` seconds.
    """
    app = Starlette(
        routes=[Route("/static/{name}", static), *api.ROUTES, *console.ROUTES, *edits.ROUTES, *pages.ROUTES],
        exception_handlers={BegatError: failed, HTTPException: not_here, Exception: failed},
        lifespan=warmed,
    )
    app.state.explorer = Explorer(graph, allow_edits, timeout)
    # Around all of it, so that the page for a failure is guarded too.
    return Guard(TrustedHostMiddleware(app, allowed_hosts=list(hosts), www_redirect=False))


@asynccontextmanager
async def warmed(app: Starlette) -> AsyncIterator[None]:
    """Compute beforehand what the first visitor would wait for."""
    explorer: Explorer = app.state.explorer
    try:
        with explorer.reading() as store:
            pages.warm(explorer, store)
        yield
    finally:
        explorer.close()


def static(request: Request) -> Response:
    """An asset: one of a fixed list, none of which is read from a path that a request names."""
    name = request.path_params["name"]
    if name not in ASSETS:
        raise HTTPException(404)
    headers = {"Cache-Control": "public, max-age=31536000, immutable"} if request.url.query else {}
    return Response(asset(name), media_type=ASSETS[name], headers=headers)


def failed(request: Request, error: Exception) -> Response:
    """What went wrong, in the manner of what was asked for."""
    return api.error(request, error) if request.url.path.startswith("/api") else pages.error_page(request, error)


def not_here(request: Request, error: Exception) -> Response:
    """No such address, or no such method there."""
    assert isinstance(error, HTTPException)
    if request.url.path.startswith("/api"):
        return api.no_such(error)
    return pages.nothing_here(request, error)


def serve(
    graph: str | Path,
    *,
    host: str = "127.0.0.1",
    port: int = 8365,
    allow_edits: bool = False,
    ready: Callable[[str], None] = lambda address: None,
) -> None:
    """Serve the explorer of a graph file, or of one in a Neo4j, until interrupted; `ready` is told its address.

    Corrections are for who sits at this machine: `allow_edits` with another host than loopback is a UsageError, and so
    it is with a Neo4j, which has a copy of the graph only.
    """
    import uvicorn

    if allow_edits and not _loopback(host):
        raise UsageError(f"--allow-edits goes with a loopback host only, not {host}: whoever reaches it could edit")
    if allow_edits and is_neo4j(str(graph)):
        raise UsageError(f"--allow-edits goes with a graph file, not with {shown(str(graph))}: {edits.ELSEWHERE}")
    if not is_neo4j(str(graph)):
        Store.open(graph).close()  # what is wrong with the file is said now
    app = application(graph, allow_edits=allow_edits, hosts=tuple(dict.fromkeys((*LOOPBACK, host))))
    config = uvicorn.Config(
        app, host=host, port=port, log_level="warning", access_log=False, server_header=False, proxy_headers=False,
        h11_max_incomplete_event_size=32 * 1024, limit_concurrency=200, timeout_keep_alive=15,
    )  # fmt: skip
    try:
        listening = config.bind_socket()
    except SystemExit:  # uvicorn has said why, in its own words
        raise BegatError(
            f"{host}:{port} cannot be listened on: no address of this machine, or another program has the port;"
            " --host and --port name others"
        ) from None
    name = f"[{host}]" if ":" in host else host
    address = f"http://{name}:{listening.getsockname()[1]}/"

    class Announced(uvicorn.Server):
        """Says its address when it answers there, and not before."""

        async def startup(self, sockets: list[socket.socket] | None = None) -> None:
            await super().startup(sockets)
            ready(address)

    Announced(config).run(sockets=[listening])


def _loopback(host: str) -> bool:
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"
