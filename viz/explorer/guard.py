"""What keeps the explorer safe: headers that let nothing foreign load or run, limits on requests, no foreign edits.

Texts in the graph come from strangers and so may requests: any page that its user has open elsewhere can send some to
this machine. So hosts are checked (`TrustedHostMiddleware`, against DNS rebinding), requests are small, and what is
not a GET must come from our own pages.
"""

import time
from urllib.parse import urlsplit

from starlette.datastructures import Headers, MutableHeaders
from starlette.responses import PlainTextResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

POLICY = "; ".join(
    [
        "default-src 'none'", "script-src 'self'", "style-src 'self'", "img-src 'self'", "connect-src 'self'",
        "form-action 'self'", "base-uri 'none'", "frame-ancestors 'none'",
    ]
)  # fmt: skip
HEADERS = {
    "Content-Security-Policy": POLICY,
    "Vary": "HX-Request",  # a part of a page must not be kept for the whole
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=()",
}
LONGEST_BODY = 64 * 1024
"""Bytes; a query or a reason is far shorter."""
LONGEST_ADDRESS = 16 * 1024
"""Bytes of path and query together."""
READING = ("GET", "HEAD")


class Guard:
    """Outermost layer: refuses what is too large or comes from elsewhere, and adds the headers to every answer."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """As ASGI has it."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        start = time.perf_counter()

        async def guarded(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                for name, value in HEADERS.items():
                    headers[name] = value
                headers.setdefault("Cache-Control", "private, no-cache")
                headers["Server-Timing"] = f"app;dur={(time.perf_counter() - start) * 1000:.1f}"
            await send(message)

        refusal = _refusal(scope)
        if refusal is None:
            body = await _body(receive) if scope["method"] not in READING else b""
            if body is None:
                refusal = _too_large()
        if refusal is not None:
            await refusal(scope, receive, guarded)
            return
        await self.app(scope, _again(body or b"", receive), guarded)


def _refusal(scope: Scope) -> PlainTextResponse | None:
    if len(scope.get("raw_path") or scope["path"].encode()) + len(scope["query_string"]) > LONGEST_ADDRESS:
        return PlainTextResponse(f"the address is longer than {LONGEST_ADDRESS} bytes\n", 414)
    headers = Headers(scope=scope)
    if scope["method"] in READING:
        return None
    length = headers.get("content-length", "0")
    if not length.isdecimal() or int(length) > LONGEST_BODY:
        return _too_large()
    if not from_here(headers):
        return PlainTextResponse("this request comes from another site\n", 403)
    return None


def _too_large() -> PlainTextResponse:
    return PlainTextResponse(f"the request is larger than {LONGEST_BODY} bytes\n", 413)


def from_here(headers: Headers) -> bool:
    """Whether a request was not sent by a page of another site; a program sends neither header."""
    site, origin = headers.get("sec-fetch-site"), headers.get("origin")
    if site not in (None, "same-origin", "none"):
        return False
    return origin is None or urlsplit(origin).netloc == headers.get("host")


async def _body(receive: Receive) -> bytes | None:
    """The whole body; None where it is larger than allowed, whatever its length was said to be."""
    body = b""
    while True:
        message = await receive()
        body += bytes(message.get("body", b""))
        if len(body) > LONGEST_BODY:
            return None
        if not message.get("more_body"):
            return body


def _again(body: bytes, receive: Receive) -> Receive:
    """A `receive` that hands out a body that was read already."""
    given = False

    async def again() -> Message:
        nonlocal given
        if given:
            return await receive()
        given = True
        return {"type": "http.request", "body": body, "more_body": False}

    return again
