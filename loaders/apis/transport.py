"""One request over HTTP, and nothing that it could be led to: bounded in time and size, redirected only at home."""

import threading
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from queue import Empty, SimpleQueue
from typing import TYPE_CHECKING, Protocol
from urllib.parse import SplitResult, urljoin, urlsplit

if TYPE_CHECKING:
    import requests  # heavy: only when something is asked

CONNECT = 10.0
"""Seconds to wait for a connection."""
_PIECE = 1 << 16
_REDIRECTS = frozenset({301, 302, 303, 307, 308})
_MOST_REDIRECTS = 5


class Clock(Protocol):
    """Time, so that tests need not wait."""

    def time(self) -> float:
        """Seconds since 1970."""

    def monotonic(self) -> float:
        """Seconds that never go back."""

    def sleep(self, seconds: float) -> None:
        """Wait."""


CLOCK: Clock = time


class Unanswered(Exception):
    """No answer came, or none that can be used; `passing` where another try may go better."""

    def __init__(self, why: str, *, passing: bool = True) -> None:
        super().__init__(why)
        self.passing = passing


@dataclass(frozen=True, slots=True)
class Call:
    """A request as it is sent: secrets and all."""

    method: str
    url: str
    parameters: Mapping[str, str]
    headers: Mapping[str, str]
    secrets: Mapping[str, str]
    """Headers that no other host may see."""
    body: bytes | None = None
    homes: frozenset[str] = frozenset()
    """Hosts beside the url's own to which it may be redirected."""
    deadline: float = 120.0
    largest: int = 64 << 20

    @property
    def silence(self) -> float:
        """Seconds to wait for the next bytes."""
        return self.deadline / 2


@dataclass(frozen=True, slots=True)
class Reply:
    """What came back."""

    status: int
    body: bytes
    headers: Mapping[str, str] = field(default_factory=dict)
    """By names in lower case."""
    next: str | None = None
    """The address of the next page, as a `Link` header has it."""


def send(session: "requests.Session", call: Call) -> Reply:
    """Send a call and read its reply. Raises Unanswered.

    It is sent from a thread: a reply that drips, in its head or its body, or a name that no one resolves, must not
    hold up the caller past the deadline, and Ctrl-C must be heard meanwhile.
    """
    done: SimpleQueue[Reply | Exception] = SimpleQueue()
    until = time.monotonic() + call.deadline

    def work() -> None:
        try:
            done.put(_followed(session, call, until))
        except Exception as error:
            done.put(error)

    threading.Thread(target=work, name=f"begat asks {urlsplit(call.url).hostname}", daemon=True).start()
    try:
        reply = done.get(timeout=call.deadline)
    except Empty:
        raise _too_slow(call) from None
    if isinstance(reply, Exception):
        raise reply
    return reply


def _too_slow(call: Call) -> Unanswered:
    return Unanswered(f"no whole answer within {call.deadline:g} s")


def _followed(session: "requests.Session", call: Call, until: float) -> Reply:
    url, parameters, headers = call.url, call.parameters, {**call.headers, **call.secrets}
    for _ in range(_MOST_REDIRECTS + 1):
        reply = _sent(session, call, url, parameters, headers, until)
        if reply.status not in _REDIRECTS:
            return reply
        target = _redirected(call, url, reply.headers.get("location", ""))
        if _origin(urlsplit(target)) != _origin(urlsplit(call.url)):
            headers = dict(call.headers)
        url, parameters = target, {}
    raise Unanswered(f"redirected more than {_MOST_REDIRECTS} times")


def _redirected(call: Call, url: str, location: str) -> str:
    """Where a redirect leads, if that is with those who were asked: no file, private address, downgrade or stranger."""
    try:
        target = urljoin(url, location)
        asked, to = urlsplit(call.url), urlsplit(target)
        at_home = _origin(to) == _origin(asked) or (
            to.scheme == "https" and to.port in (None, 443) and to.hostname in {asked.hostname, *call.homes}
        )
    except ValueError:
        at_home = False
    if not at_home:
        raise Unanswered(f"redirects to {location[:200]}, which is not its own: refused", passing=False)
    return target


def _origin(parts: SplitResult) -> tuple[str, str | None, int | None]:
    return parts.scheme, parts.hostname, parts.port


def _sent(
    session: "requests.Session",
    call: Call,
    url: str,
    parameters: Mapping[str, str],
    headers: Mapping[str, str],
    until: float,
) -> Reply:
    """One request and its reply. What fails is said without the address, which may hold a key."""
    import requests
    import urllib3

    try:
        with _opened(session, call, url, parameters, headers) as response:
            link = response.links.get("next", {}).get("url")
            following = urljoin(url, link) if link else None
            named = {name.lower(): value for name, value in response.headers.items()}
            body = b"" if response.status_code in _REDIRECTS else _body(response, call, until)
            return Reply(response.status_code, body, named, following)
    except requests.exceptions.SSLError as error:
        raise Unanswered(f"its certificate is not trusted ({type(error).__name__})", passing=False) from None
    except requests.exceptions.ConnectTimeout:
        raise Unanswered(f"no connection within {CONNECT:g} s") from None
    except requests.exceptions.Timeout:
        raise Unanswered(f"silent for {call.silence:g} s") from None
    except requests.exceptions.ConnectionError as error:
        raise Unanswered(_unreached(error)) from None
    except (requests.exceptions.RequestException, urllib3.exceptions.HTTPError, OSError, ValueError) as error:
        raise Unanswered(f"the answer is damaged ({type(error).__name__})") from None


def _opened(
    session: "requests.Session", call: Call, url: str, parameters: Mapping[str, str], headers: Mapping[str, str]
) -> "requests.Response":
    """The response with its body unread. By the adapter itself: the session would read the whole body of a redirect."""
    import requests

    asked = requests.Request(
        call.method, url, params=dict(parameters), data=call.body, headers=dict(headers), auth=_no_auth
    )
    prepared = session.prepare_request(asked)
    whole = str(prepared.url)
    settings = session.merge_environment_settings(whole, {}, True, None, None)
    verify = settings["verify"]
    return session.get_adapter(whole).send(
        prepared, stream=True, timeout=(CONNECT, call.silence), verify=True if verify is None else verify,
        cert=settings["cert"], proxies=settings["proxies"],
    )  # fmt: skip


def _unreached(error: Exception) -> str:
    import urllib3

    cause = getattr(error.args[0] if error.args else None, "reason", None)
    if isinstance(cause, urllib3.exceptions.NameResolutionError):
        return "its name is not known here (is there a network?)"
    return "no connection, or it broke off"


def _no_auth(request: "requests.PreparedRequest") -> "requests.PreparedRequest":
    """Keeps requests from taking a password out of a .netrc."""
    return request


def _body(response: "requests.Response", call: Call, until: float) -> bytes:
    """The body, unpacked. Each read gives what is there, so that one that drips cannot pass the deadline."""
    import urllib3

    pieces: list[bytes] = []
    length = 0
    try:
        while piece := response.raw.read1(_PIECE, decode_content=True):
            pieces.append(piece)
            length += len(piece)
            if length > call.largest:
                raise Unanswered(f"the answer is longer than {call.largest >> 20} MiB", passing=False)
            if time.monotonic() > until:
                raise _too_slow(call)
    except urllib3.exceptions.ReadTimeoutError:
        raise Unanswered(f"silent for {call.silence:g} s") from None
    except (urllib3.exceptions.HTTPError, OSError) as error:
        raise Unanswered(f"the answer broke off ({type(error).__name__})") from None
    expected = response.headers.get("content-length", "")
    if response.raw.length_remaining and expected:
        raise Unanswered("the answer broke off")
    return b"".join(pieces)
