"""The one polite client: every request that begat makes goes through it.

It waits its turn at each host, says who asks, tries again where that may help (as long as Retry-After says, else longer
each time), keeps what came on disk, and never asks twice for what it has. `offline` asks nobody. A service that fails again
and again is not asked any more by the same client: a build of a thousand addresses need not wait for it a thousand times.

    client = Client(offline=False, note=print)
    answer = client.get(CROSSREF, "works/10.1000/x", check=is_json)      # one answer, one file of the cache
    for key, found in client.items(S2, "paper", keys, 500, ask): ...     # many of a kind, asked for together
"""

import json
import os
import re
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from email.utils import parsedate_to_datetime
from http import HTTPStatus
from importlib.metadata import version
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import quote, urlencode, urlsplit

from begat.graph.errors import NotCachedError, RefusedError, ServiceError, UsageError
from begat.loaders.apis.cache import Cache, Kept
from begat.loaders.apis.service import Service
from begat.loaders.apis.transport import CLOCK, Call, Clock, Reply, Unanswered, send

if TYPE_CHECKING:
    import requests  # heavy: only when something is asked

Progress = Callable[[str, int, int | None], None]
"""Called with (stage, done, of how many or None), as builds do."""
Parameters = Mapping[str, str | int | None]
"""What is asked, by name; None is left out."""
Check = Callable[[bytes], str | None]
"""Looks at a body: None where it is what was asked for, else what it is instead. What fails is not kept."""
Found = bytes | ServiceError | None
"""What a service has of one thing: its record; None, nothing; or why it could not be asked."""

TRIES = 5
"""How often one request is sent before its service is given up."""
PATIENCE = 2
"""How many requests in a row may come to nothing before a service is given up for this run."""
LONGEST_WAIT = 300.0
"""Seconds that a Retry-After may ask for; a service that wants more is given up for this run."""
FRESH = 7 * 86400.0
"""Seconds for which what came is not asked for again."""
FRESH_MISSING = 86400.0
"""Seconds for which what a service did not know is not asked for again."""
_RATE_LIMIT = re.compile(r"\br=0\b.*?\bt=(\d{1,6})")
"""Nothing remains until so many seconds from now (https://datatracker.ietf.org/doc/draft-ietf-httpapi-ratelimit-headers/)."""
_PASSING = frozenset({408, 425, 429, 500, 502, 503, 504})
_MISSING = frozenset({404, 410})


@dataclass(frozen=True, slots=True)
class Answer:
    """What a service said. `found` is False where it knows no such thing (404, 410)."""

    service: Service
    url: str
    """What was asked, without keys: for messages."""
    status: int
    body: bytes
    cached: bool = False
    next: str | None = None
    """The address of the next page, where a `Link` header names one."""

    @property
    def found(self) -> bool:
        """Whether there is such a thing."""
        return self.status not in _MISSING

    def json(self) -> Any:
        """The body as JSON. Raises ServiceError where it is none."""
        try:
            return json.loads(self.body)
        except (ValueError, RecursionError):
            raise ServiceError(f"{self.service.title}: {self.url}: not JSON; try again later") from None


def is_json(body: bytes) -> str | None:
    """A Check: the body is JSON, whole and not nested beyond reason."""
    try:
        json.loads(body)
    except RecursionError:
        return "JSON that is nested too deeply"
    except ValueError:
        return looks_like(body)
    return None


def looks_like(body: bytes) -> str:
    """What a body is that is not what was asked for."""
    start = body[:500].decode("utf-8", "replace").lstrip("\ufeff \t\r\n")
    if not start:
        return "an empty answer"
    if start.lower().startswith(("<!doctype html", "<html")):
        return "a web page instead of data"
    if len(body) < 500 and start[0] not in "<[{":
        return f"words instead of data ({' '.join(start.split())[:80]!r})"
    return "an answer that is cut short or damaged"


class Client:
    """Asks services; one for a whole run, since it remembers whose turn it is.

    `cache` is a folder (None: the user's own, see `Cache.of_user`), `contact` an address that services can write to
    (None: BEGAT_CONTACT). Keys and bases come from `environment`. `progress` and `note` (one line of words: what is
    waited for) are told of what happens. Raises UsageError for a contact that no header can hold.
    """

    def __init__(
        self,
        *,
        cache: str | Path | None = None,
        offline: bool = False,
        contact: str | None = None,
        environment: Mapping[str, str] = os.environ,
        clock: Clock = CLOCK,
        progress: Progress | None = None,
        note: Callable[[str], None] | None = None,
    ) -> None:
        self.offline = offline
        self.cache = Cache(Path(cache)) if cache else Cache.of_user(environment)
        self.contact = _checked_contact(contact or environment.get("BEGAT_CONTACT"))
        self.progress: Progress = progress or (lambda stage, done, total: None)
        self.requests = 0
        """How many were sent."""
        self._environment = environment
        self._clock = clock
        self._note = note or (lambda line: None)
        self._session: requests.Session | None = None
        self._turns: dict[str, float] = {}
        self._failures: Counter[str] = Counter()
        self._given_up: dict[str, ServiceError] = {}

    def close(self) -> None:
        """Close its connections."""
        if self._session:
            self._session.close()

    def __enter__(self) -> "Client":
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    # -- asking ----------------------------------------------------------------------------------------

    def get(
        self,
        service: Service,
        path: str = "",
        parameters: Parameters | None = None,
        *,
        check: Check | None = None,
        keep: bool = True,
        fresh_for: float = FRESH,
    ) -> Answer:
        """The answer to a GET of the service's base and `path`; kept on disk unless `keep` is False.

        `path` is added as it is (`quoted` makes a part of it), or is the `next` of an answer before. What is kept and
        older than `fresh_for` seconds is asked for anew. Raises RefusedError (the service will not answer this),
        NotCachedError (offline), ServiceError (it does not answer).
        """
        return self._asked(service, "GET", path, parameters or {}, None, check, keep, fresh_for)

    def post(
        self,
        service: Service,
        path: str,
        parameters: Parameters | None = None,
        *,
        json: object,
        check: Check | None = None,
        keep: bool = True,
        fresh_for: float = FRESH,
    ) -> Answer:
        """The answer to a POST of `json`; otherwise as `get`."""
        return self._asked(service, "POST", path, parameters or {}, json, check, keep, fresh_for)

    def items(
        self,
        service: Service,
        kind: str,
        keys: Sequence[str],
        size: int,
        ask: Callable[[list[str]], Mapping[str, bytes]],
    ) -> Iterator[tuple[str, Found]]:
        """Each of `keys` with what the service has of it: from the cache, or asked for, `size` at a time.

        `ask` asks for some keys (with `keep=False`) and gives the record of each that there is. Every record is kept
        by itself as soon as it came, so that a run that stops goes on where it was, however its batches fall then.
        `kind` tells records of one service apart ("paper", and with another list of fields "paper,citations").
        A batch that is refused, or whose answer `ask` trips over, is parted, so that one bad key costs itself only.
        """
        keys = list(dict.fromkeys(keys))
        waiting = [key for key in keys if not self._kept(service, _item(kind, key))]
        missing = frozenset(waiting)
        came: dict[str, Found] = {}
        for done, key in enumerate(keys, 1):
            if key in missing and key not in came:
                came = self._batch(service, kind, waiting[:size], ask)
                waiting = waiting[size:]
            found = came[key] if key in missing else self._record(service, kind, key)
            self.progress(service.title, done, len(keys))
            yield key, found

    def _record(self, service: Service, kind: str, key: str) -> Found:
        """What the cache has of one thing."""
        kept = self._kept(service, _item(kind, key))
        if kept is None:
            return _not_cached(service, key)
        return None if kept.status in _MISSING else kept.body

    def _batch(
        self, service: Service, kind: str, keys: list[str], ask: Callable[[list[str]], Mapping[str, bytes]]
    ) -> dict[str, Found]:
        if self.offline:
            return {key: _not_cached(service, key) for key in keys}
        try:
            came = _shaped(service, ask, keys)
        except RefusedError as error:
            if len(keys) == 1:
                return {keys[0]: error}
            half = len(keys) // 2
            first = self._batch(service, kind, keys[:half], ask)
            return first | self._batch(service, kind, keys[half:], ask)
        except ServiceError as error:
            return dict.fromkeys(keys, error)
        for key in keys:
            record = came.get(key)
            status = 404 if record is None else 200
            self.cache.put(service.name, _item(kind, key), Kept(status, record or b"", self._clock.time()))
        return {key: came.get(key) for key in keys}

    # -- one request -----------------------------------------------------------------------------------

    def _asked(
        self,
        service: Service,
        method: str,
        path: str,
        parameters: Parameters,
        body: object,
        check: Check | None,
        keep: bool,
        fresh_for: float,
    ) -> Answer:
        base = service.base_in(self._environment)
        path = path.removeprefix(base).lstrip("/")
        if "://" in path:
            raise RefusedError(f"{service.title}: names {path[:200]} as its next page, which is not its own: refused")
        given = {name: str(value) for name, value in parameters.items() if value is not None}
        written = f"{base}/{path}" if path else base
        url = f"{written}{'&' if '?' in written else '?'}{urlencode(given)}" if given else written
        question = {"method": method, "path": path, "parameters": given, "body": body}
        if keep and (kept := self._kept(service, question, fresh_for)):
            return Answer(service, url, kept.status, kept.body, cached=True, next=kept.next)
        if self.offline:
            raise _not_cached(service, url)
        reply = self._persisted(service, self._call(service, method, written, given, body), url, check)
        if keep:
            self.cache.put(
                service.name, question, Kept(reply.status, reply.body, self._clock.time(), _relative(reply.next, base))
            )
        return Answer(service, url, reply.status, reply.body, next=_relative(reply.next, base))

    def _kept(self, service: Service, question: Mapping[str, object], fresh_for: float = FRESH) -> Kept | None:
        """What the cache has, unless it is old and may be asked for anew."""
        kept = self.cache.get(service.name, question)
        if kept and not self.offline:
            age = self._clock.time() - kept.when
            if age >= (min(FRESH_MISSING, fresh_for) if kept.status in _MISSING else fresh_for):
                return None
        return kept

    def _call(self, service: Service, method: str, url: str, parameters: Mapping[str, str], body: object) -> Call:
        """The request with the user's key and contact, which no one else is told."""
        parameters, secrets = dict(parameters), {}
        key = service.key_in(self._environment)
        if key is None and service.key_needed:
            raise ServiceError(
                f"{service.title} answers only with a key: get one at {service.key_page}, and set {service.key_variable}"
            )
        if key and service.key_header:
            secrets[service.key_header] = f"Bearer {key}" if service.key_header == "Authorization" else key
        elif key and service.key_parameter:
            parameters[service.key_parameter] = key
        if self.contact and service.contact_parameter:
            parameters[service.contact_parameter] = self.contact
        headers = {"User-Agent": self._user_agent(), "Accept-Encoding": "gzip"}
        if body is not None:
            headers["Content-Type"] = "application/json"
        return Call(
            method, url, parameters, headers, secrets, None if body is None else json.dumps(body).encode(),
            frozenset(service.hosts), service.deadline, service.largest,
        )  # fmt: skip

    def _user_agent(self) -> str:
        return f"begat/{version('begat')}" + (f" (mailto:{self.contact})" if self.contact else "")

    def _persisted(self, service: Service, call: Call, url: str, check: Check | None) -> Reply:
        """The reply, after as many tries as it takes or is worth."""
        if error := self._given_up.get(service.name):
            raise error
        why, wait = "", 0.0
        for attempt in range(TRIES):
            if attempt:
                self._note(f"{service.title}: {why}; asking again in {wait:.0f} s ({attempt} of {TRIES - 1})")
                self._clock.sleep(wait)
            self._take_turn(service, call.url)
            try:
                reply = send(self._connections(), call)
            except Unanswered as failure:
                if not failure.passing:
                    raise ServiceError(f"{service.title}: {url}: {failure}") from None
                why, wait = str(failure), _backed_off(service, attempt)
                continue
            problem = check(reply.body) if check and reply.status == 200 else None
            if reply.status not in _PASSING and problem is None:
                self._failures[service.name] = 0
                return _accepted(service, reply, url)
            why = problem or _meaning(reply)
            wait = max(self._retry_after(reply) or 0.0, _backed_off(service, attempt))
            if wait > LONGEST_WAIT:
                self._failures[service.name] = PATIENCE
                why = f"{why}; it asks to be left alone for {wait:.0f} s"
                break
        raise self._failed(service, url, why)

    def _connections(self) -> "requests.Session":
        import requests

        self._session = self._session or requests.Session()
        return self._session

    def _failed(self, service: Service, url: str, why: str) -> ServiceError:
        """What to tell of a request that no try got through; after a few of these, the service is not asked again."""
        self._failures[service.name] += 1
        lacking = service.key_variable and not service.key_in(self._environment)
        remedy = (
            "try again later"
            + (f", or set {service.key_variable}" if lacking else "")
            + ": what came is kept, and the same command goes on from there"
        )
        if self._failures[service.name] >= PATIENCE:
            self._given_up[service.name] = ServiceError(
                f"{service.title}: not asked, since it did not answer before ({why}); {remedy}"
            )
        return ServiceError(f"{service.title}: {url}: {why}; {remedy}")

    def _take_turn(self, service: Service, url: str) -> None:
        """Wait until the host may be asked again."""
        host = urlsplit(url).netloc
        if (wait := self._turns.get(host, 0.0) - self._clock.monotonic()) > 0:
            self._clock.sleep(wait)
        self._turns[host] = self._clock.monotonic() + service.interval
        self.requests += 1

    def _retry_after(self, reply: Reply) -> float | None:
        """Seconds that the service asks to wait: a number or a date of Retry-After, or what RateLimit has left."""
        if limited := _RATE_LIMIT.search(reply.headers.get("ratelimit", "")):
            return float(limited[1])
        written = reply.headers.get("retry-after", "").strip()
        if written.isdecimal():
            return float(written[:9])
        try:
            return max(0.0, parsedate_to_datetime(written).timestamp() - self._clock.time())
        except (ValueError, TypeError, OverflowError):
            return None


def quoted(part: str) -> str:
    """`part` (an id, a DOI) as it can stand in a path; its slashes too."""
    return quote(part, safe="")


def _item(kind: str, key: str) -> dict[str, object]:
    return {"kind": kind, "key": key}


def _backed_off(service: Service, attempt: int) -> float:
    return float(max(service.interval, 1.0) * 2**attempt)


def _relative(url: str | None, base: str) -> str | None:
    """A page's address without the base where it is of it: the same wherever the service answers."""
    return url.removeprefix(f"{base}/") if url else None


def _accepted(service: Service, reply: Reply, url: str) -> Reply:
    """The reply, where it is an answer. Raises RefusedError where it says that there will be none."""
    if reply.status == 200 or reply.status in _MISSING:
        return reply
    why = service.refusals.get(reply.status)
    if not why and reply.status in (401, 403):
        why = (
            f"check {service.key_variable}"
            if service.key_variable
            else "set BEGAT_CONTACT: it may want to know who asks"
        )
    told = f"{service.title}: {url}: refused ({_meaning(reply)})" + (f"; {why}" if why else "")
    raise RefusedError(told, reply.body)


def _meaning(reply: Reply) -> str:
    try:
        return f"{reply.status} {HTTPStatus(reply.status).phrase}"
    except ValueError:
        return str(reply.status)


def _shaped(service: Service, ask: Callable[[list[str]], Mapping[str, bytes]], keys: list[str]) -> Mapping[str, bytes]:
    """What `ask` finds. An answer that is data, but of no shape that it knows, is as good as none."""
    try:
        return ask(keys)
    except (AttributeError, KeyError, TypeError, ValueError, IndexError) as error:
        why = f"{type(error).__name__}: {error}"
        raise RefusedError(f"{service.title}: its answer is not of the shape that it should be ({why})") from error


def _not_cached(service: Service, what: str) -> NotCachedError:
    return NotCachedError(f"{service.title}: {what}: not in the cache; ask for it once without --offline")


def _checked_contact(contact: str | None) -> str | None:
    contact = (contact or "").strip()
    if not all(c.isascii() and c.isprintable() for c in contact):
        raise UsageError(f"the contact {contact!r} can stand in no header; set BEGAT_CONTACT to an address")
    return contact or None
