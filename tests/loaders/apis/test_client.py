"""The polite client, against a server on loopback that answers as services do on good days and on bad ones."""

import gzip
import json
import socket
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace
from email.utils import formatdate
from pathlib import Path

import pytest

from begat.graph.errors import BegatError, NotCachedError, RefusedError, ServiceError, UsageError
from begat.loaders.apis import client as polite
from begat.loaders.apis.client import Client, is_json
from begat.loaders.apis.service import Service
from tests.loaders.apis.loopback import (
    PAGE_OF_WORDS,
    TOO_MANY,
    Asked,
    Loopback,
    PatientClock,
    Said,
    serving,
    too_many,
)

MARSH = Service(name="marsh", title="Marsh", base="https://marsh.example", interval=3.0)
HERON = Said.of({"name": "Heron"})
BROKEN = Said(503, b"")


@pytest.fixture
def marsh() -> Iterator[Loopback]:
    with serving(lambda asked: HERON) as loopback:
        yield loopback


@pytest.fixture
def clock() -> PatientClock:
    return PatientClock()


@pytest.fixture
def ask(marsh: Loopback, clock: PatientClock, tmp_path: Path) -> Callable[..., Client]:
    """A client of the marsh that keeps what comes in one folder; options as of Client, variables as `environment`."""

    def client(environment: Mapping[str, str] | None = None, **options: object) -> Client:
        known = {"BEGAT_MARSH_URL": marsh.base, **(environment or {})}
        return Client(cache=tmp_path / "cache", environment=known, clock=clock, **options)  # type: ignore[arg-type]

    return client


def failure(asking: Callable[[], object]) -> str:
    """What the error says that this raises."""
    with pytest.raises(BegatError) as error:
        asking()
    return str(error.value)


# -- asking ------------------------------------------------------------------------------------------------


def test_an_answer_comes_once_and_is_kept(ask: Callable[..., Client], marsh: Loopback) -> None:
    with ask() as client:
        first = client.get(MARSH, "birds", {"name": "Heron", "page": 1, "unsaid": None})
    with ask() as another:
        again = another.get(MARSH, "birds", {"page": 1, "name": "Heron"})
    assert first.json() == again.json() == {"name": "Heron"}
    assert (first.cached, again.cached) == (False, True)
    assert [dict(asked.query) for asked in marsh.asked] == [{"name": "Heron", "page": "1"}]


def test_two_requests_keep_their_distance(ask: Callable[..., Client], clock: PatientClock) -> None:
    with ask() as client:
        client.get(MARSH, "a")
        clock.now += 1
        client.get(MARSH, "b")
        clock.now += 10
        client.get(MARSH, "c")
    assert clock.slept == [2.0]


def test_services_of_one_host_share_their_turn(
    ask: Callable[..., Client], marsh: Loopback, clock: PatientClock
) -> None:
    pond = replace(MARSH, name="pond")
    with ask({"BEGAT_POND_URL": f"{marsh.base}/pond"}) as client:
        client.get(MARSH, "a")
        client.get(pond, "a")
    assert clock.slept == [3.0]


def test_who_asks_is_said(ask: Callable[..., Client], marsh: Loopback) -> None:
    with ask(contact="birds@example.org") as client:
        client.get(MARSH, "a")
    with ask({"BEGAT_CONTACT": "ada@example.org"}) as client:
        client.get(replace(MARSH, contact_parameter="mailto"), "b")
    first, second = marsh.asked
    assert first.headers["user-agent"].startswith("begat/")
    assert first.headers["user-agent"].endswith("(mailto:birds@example.org)")
    assert second.query["mailto"] == "ada@example.org"


def test_a_contact_that_would_break_the_header_is_refused(ask: Callable[..., Client]) -> None:
    with pytest.raises(UsageError, match="BEGAT_CONTACT"):
        ask(contact="a@example.org\r\nX: y")


def test_json_is_posted_and_kept_by_what_was_asked(ask: Callable[..., Client], marsh: Loopback) -> None:
    with ask() as client:
        for ids in (["a"], ["b"], ["a"]):
            client.post(MARSH, "batch", json={"ids": ids}, check=is_json)
    assert [asked.json() for asked in marsh.asked] == [{"ids": ["a"]}, {"ids": ["b"]}]
    assert {asked.method for asked in marsh.asked} == {"POST"}


def test_what_is_packed_or_comes_in_pieces_is_read(ask: Callable[..., Client], marsh: Loopback) -> None:
    marsh.script.append(Said(200, gzip.compress(b'{"packed": 1}'), {"Content-Encoding": "gzip"}))
    with ask() as client:
        assert client.get(MARSH, "a").json() == {"packed": 1}


def test_a_base_that_is_no_address_is_wrong_use(ask: Callable[..., Client]) -> None:
    with ask({"BEGAT_MARSH_URL": "file:///etc"}) as client, pytest.raises(UsageError, match="BEGAT_MARSH_URL=file"):
        client.get(MARSH, "a")


# -- keys --------------------------------------------------------------------------------------------------

KEYED = replace(MARSH, key_variable="MARSH_KEY")


@pytest.mark.parametrize(
    ("service", "where", "name", "value"),
    [
        (replace(KEYED, key_header="x-api-key"), "headers", "x-api-key", "s3cret"),
        (replace(KEYED, key_header="Authorization"), "headers", "authorization", "Bearer s3cret"),
        (replace(KEYED, key_parameter="api_key"), "query", "api_key", "s3cret"),
    ],
)
def test_the_key_goes_to_the_service_and_nowhere_else(
    ask: Callable[..., Client], marsh: Loopback, tmp_path: Path, service: Service, where: str, name: str, value: str
) -> None:
    marsh.script.extend([HERON, Said(400, b"no"), *[BROKEN] * 5])
    with ask({"MARSH_KEY": "s3cret"}) as client:
        answer = client.get(service, "a")
        with pytest.raises(RefusedError) as refused:
            client.get(service, "b")
        with pytest.raises(ServiceError) as broken:
            client.get(service, "c")
    assert getattr(marsh.asked[0], where)[name] == value
    kept = b"".join(path.read_bytes() for path in (tmp_path / "cache").rglob("*") if path.is_file())
    assert b"Heron" in kept and b"s3cret" not in kept
    assert "s3cret" not in f"{answer.url} {refused.value} {broken.value}"


def test_a_service_that_wants_a_key_is_not_asked_without(ask: Callable[..., Client], marsh: Loopback) -> None:
    with ask() as client, pytest.raises(ServiceError, match="set MARSH_KEY"):
        client.get(replace(KEYED, key_header="x-api-key", key_needed=True), "a")
    assert marsh.asked == []


def test_a_key_that_would_break_the_header_is_refused(ask: Callable[..., Client], marsh: Loopback) -> None:
    with ask({"MARSH_KEY": "a\r\nX: y"}) as client, pytest.raises(UsageError, match="MARSH_KEY: not a key"):
        client.get(replace(KEYED, key_header="x-api-key"), "a")
    assert marsh.asked == []


def test_the_key_does_not_follow_a_redirect_to_another_host(ask: Callable[..., Client], marsh: Loopback) -> None:
    with serving(lambda asked: HERON) as other:
        marsh.script.append(Said(302, b"", {"Location": f"{other.base}/x"}))
        with ask({"MARSH_KEY": "s3cret"}) as client, pytest.raises(ServiceError, match="not its own"):
            client.get(replace(KEYED, key_header="x-api-key"), "a")
        assert other.asked == []


# -- bad days ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("said", "waits"),
    [
        (too_many(17), [17.0]),
        (TOO_MANY, [3.0]),
        (BROKEN, [3.0]),
        (Said(503, b"", {"Retry-After": "0"}), [3.0]),
        (Said(429, b"", {"Retry-After": formatdate(1_750_000_000.0 + 40, usegmt=True)}), [40.0]),
        (Said(429, b"", {"RateLimit": '"api";r=0;t=55', "Retry-After": "soon"}), [55.0]),
        (PAGE_OF_WORDS, [3.0]),
        (Said(200, b""), [3.0]),
        (Said(200, b'{"name": "Her'), [3.0]),
        (Said(200, b'{"name": "Heron"}', cut=7), [3.0]),
        (Said(200, b"Rate exceeded."), [3.0]),
    ],
    ids=lambda value: str(getattr(value, "status", "")),
)
def test_what_passes_is_asked_again(
    ask: Callable[..., Client], marsh: Loopback, clock: PatientClock, said: Said, waits: list[float]
) -> None:
    marsh.script.append(said)
    told: list[str] = []
    with ask(note=told.append) as client:
        assert client.get(MARSH, "a", check=is_json).json() == {"name": "Heron"}
    assert len(marsh.asked) == 2
    assert clock.slept == waits
    assert len(told) == 1 and told[0].startswith("Marsh: ") and "asking again in" in told[0]


def test_waits_grow_until_it_is_enough(ask: Callable[..., Client], marsh: Loopback, clock: PatientClock) -> None:
    marsh.script.extend([BROKEN] * 5)
    with ask() as client:
        with pytest.raises(ServiceError, match=r"Marsh: http://.*/a: 503 Service Unavailable; try again later"):
            client.get(MARSH, "a")
        assert clock.slept == [3.0, 6.0, 12.0, 24.0]
        assert client.get(MARSH, "a").found  # nothing of it was kept


def test_a_service_that_fails_again_is_not_asked_a_thousand_times(ask: Callable[..., Client], marsh: Loopback) -> None:
    marsh.answer = lambda asked: BROKEN
    with ask() as client:
        for path in "abcdef":
            with pytest.raises(ServiceError):
                client.get(MARSH, path)
    assert marsh.paths == ["/a"] * 5 + ["/b"] * 5


def test_one_bad_record_does_not_condemn_a_service(ask: Callable[..., Client], marsh: Loopback) -> None:
    marsh.answer = lambda asked: BROKEN if "bad" in asked.path else HERON
    with ask() as client:
        for number in range(3):
            with pytest.raises(ServiceError):
                client.get(MARSH, f"bad{number}")
            assert client.get(MARSH, f"good{number}").found


def test_a_service_that_asks_for_an_hour_is_left_alone(
    ask: Callable[..., Client], marsh: Loopback, clock: PatientClock
) -> None:
    marsh.script.append(too_many(3600))
    with ask() as client:
        with pytest.raises(ServiceError, match="asks to be left alone for 3600 s"):
            client.get(MARSH, "a")
        with pytest.raises(ServiceError, match="not asked, since it did not answer before"):
            client.get(MARSH, "b")
    assert len(marsh.asked) == 1 and clock.slept == []


@pytest.mark.parametrize(("status", "words"), [(400, "400 Bad Request"), (401, "MARSH_KEY"), (403, "MARSH_KEY")])
def test_a_refusal_is_final(ask: Callable[..., Client], marsh: Loopback, status: int, words: str) -> None:
    marsh.script.append(Said(status, b"no"))
    with ask() as client, pytest.raises(RefusedError, match=words):
        client.get(KEYED, "a")
    assert len(marsh.asked) == 1


@pytest.mark.parametrize("status", [404, 410])
def test_what_is_not_there_is_an_answer(
    ask: Callable[..., Client], marsh: Loopback, clock: PatientClock, status: int
) -> None:
    marsh.script.append(Said(status, b"no"))
    with ask() as client:
        assert not client.get(MARSH, "a").found
        assert not client.get(MARSH, "a").found
        assert len(marsh.asked) == 1
        clock.now += polite.FRESH_MISSING  # by then it may be there
        assert client.get(MARSH, "a").found


def test_nobody_listens(ask: Callable[..., Client], clock: PatientClock) -> None:
    with socket.socket() as nobody:
        nobody.bind(("127.0.0.1", 0))
        address = f"http://127.0.0.1:{nobody.getsockname()[1]}"
        with ask({"BEGAT_MARSH_URL": address}) as client, pytest.raises(ServiceError, match="no connection"):
            client.get(MARSH, "a")
    assert len(clock.slept) == 4


def test_there_is_no_network(ask: Callable[..., Client], monkeypatch: pytest.MonkeyPatch) -> None:
    def unknown(*_: object, **__: object) -> None:
        raise socket.gaierror(socket.EAI_NONAME, "Name or service not known")

    monkeypatch.setattr(socket, "getaddrinfo", unknown)
    with ask({"BEGAT_MARSH_URL": "https://marsh.example"}) as client:
        assert "its name is not known here (is there a network?)" in failure(lambda: client.get(MARSH, "a"))


@contextmanager
def dripping(head: bytes, drip: bytes) -> Iterator[str]:
    """The address of a server that answers `head` at once, then `drip` again and again, a little at a time, for ever."""
    over = threading.Event()

    def drop(connection: socket.socket) -> None:
        with connection:
            try:
                connection.recv(65536)
                connection.sendall(head)
                while not over.wait(0.02):
                    connection.sendall(drip)
            except OSError:
                pass

    def listen() -> None:
        while True:
            try:
                connection, _ = server.accept()
            except OSError:
                return
            threading.Thread(target=drop, args=(connection,), daemon=True).start()

    with socket.create_server(("127.0.0.1", 0)) as server:
        thread = threading.Thread(target=listen, daemon=True)
        thread.start()
        try:
            yield f"http://127.0.0.1:{server.getsockname()[1]}"
        finally:
            over.set()
            server.shutdown(socket.SHUT_RDWR)
            thread.join()


@pytest.mark.parametrize(
    ("head", "drip", "words"),
    [
        (b"HTTP/1.1 200 OK\r\nContent-Length: 1000000\r\n\r\n", b" ", "no whole answer within 0.6 s"),
        (b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n", b"1\r\n \r\n", "no whole answer within 0.6 s"),
        (b"HTTP/1.1 200 OK\r\nX-Slow: ", b"o", "no whole answer within 0.6 s"),
        (b"", b"", "silent for 0.3 s"),
    ],
    ids=["body", "chunks", "head", "silence"],
)
def test_a_drip_ends_at_the_deadline(
    ask: Callable[..., Client], monkeypatch: pytest.MonkeyPatch, head: bytes, drip: bytes, words: str
) -> None:
    monkeypatch.setattr(polite, "TRIES", 1)
    with dripping(head, drip) as base, ask({"BEGAT_MARSH_URL": base}) as client:
        assert words in failure(lambda: client.get(replace(MARSH, deadline=0.6), "a"))


@pytest.mark.parametrize("packed", [False, True])
def test_an_answer_without_an_end_is_given_up(ask: Callable[..., Client], marsh: Loopback, packed: bool) -> None:
    body = bytes(3 << 20)
    marsh.script.append(Said(200, gzip.compress(body), {"Content-Encoding": "gzip"}) if packed else Said(200, body))
    with ask() as client, pytest.raises(ServiceError, match="longer than 1 MiB"):
        client.get(replace(MARSH, largest=1 << 20), "a")
    assert len(marsh.asked) == 1


def test_what_is_not_http_is_no_answer(ask: Callable[..., Client], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(polite, "TRIES", 1)
    for head in (b"quack\r\n\r\n", b"HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nContent-Length: 5\r\n\r\nquack"):
        with dripping(head, b"") as base, ask({"BEGAT_MARSH_URL": base}) as client:
            assert "broke off" in (told := failure(lambda: client.get(MARSH, "a"))) or "damaged" in told


def test_json_that_is_nested_beyond_reason(ask: Callable[..., Client], marsh: Loopback) -> None:
    marsh.answer = lambda asked: Said(200, b"[" * 200_000 + b"]" * 200_000)
    with ask() as client, pytest.raises(ServiceError, match="nested too deeply"):
        client.get(MARSH, "a", check=is_json)


# -- redirects ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "target",
    [
        "file:///etc/passwd", "http://169.254.169.254/latest", "http://127.0.0.1:1/x", "http://localhost/x",
        "http://[::1]/x", "//10.0.0.1/x", "ftp://marsh.example/x", "https://elsewhere.example/x", "http://pond.example/x",
        "https://pond.example:22/x", "http://[broken/x", "data:,x",
    ],
)  # fmt: skip
def test_a_redirect_away_is_refused(ask: Callable[..., Client], marsh: Loopback, target: str) -> None:
    marsh.script.append(Said(302, b"", {"Location": target}))
    with ask() as client:
        told = failure(lambda: client.get(replace(MARSH, hosts=("pond.example",)), "a"))
    assert told.endswith(f"/a: redirects to {target}, which is not its own: refused")
    assert len(marsh.asked) == 1


def test_a_redirect_at_home_is_followed(ask: Callable[..., Client], marsh: Loopback) -> None:
    marsh.script.append(Said(307, b"", {"Location": "/moved?to=here"}))
    with ask({"MARSH_KEY": "s3cret"}) as client:
        assert client.get(replace(KEYED, key_header="x-api-key"), "a", {"q": "x"}).found
    assert marsh.paths == ["/a", "/moved"]
    assert dict(marsh.asked[1].query) == {"to": "here"}
    assert marsh.asked[1].headers["x-api-key"] == "s3cret"


def test_redirects_round_in_circles_end(ask: Callable[..., Client], marsh: Loopback) -> None:
    marsh.answer = lambda asked: Said(302, b"", {"Location": asked.path})
    with ask() as client, pytest.raises(ServiceError, match="redirected more than 5 times"):
        client.get(MARSH, "a")


def test_the_next_page_may_be_named_from_here(ask: Callable[..., Client], marsh: Loopback) -> None:
    marsh.script.append(Said(200, b"[]", {"Link": '</birds?page=2>; rel="next", </birds>; rel="first"'}))
    with ask() as client:
        assert client.get(MARSH, "birds").next == "birds?page=2"


def test_the_next_page_must_be_at_home(ask: Callable[..., Client], marsh: Loopback) -> None:
    def pages(asked: Asked) -> Said:
        next_ = "http://10.0.0.1/x" if asked.query else f"{marsh.base}/birds?page=2"
        return Said(200, b"[]", {"Link": f'<{next_}>; rel="next"'})

    marsh.answer = pages
    with ask() as client:
        first = client.get(MARSH, "birds")
        assert first.next == "birds?page=2"
        second = client.get(MARSH, first.next)
        assert second.next is not None
        with pytest.raises(RefusedError, match="not its own"):
            client.get(MARSH, second.next)


# -- what is kept ------------------------------------------------------------------------------------------


def test_offline_asks_nobody(ask: Callable[..., Client], marsh: Loopback, clock: PatientClock) -> None:
    with ask() as client:
        client.get(MARSH, "a")
    clock.now += 10 * polite.FRESH
    with ask(offline=True) as client:
        assert client.get(MARSH, "a").json() == {"name": "Heron"}
        with pytest.raises(NotCachedError, match=r"Marsh: http://.*/b\?q=1: not in the cache; .*without --offline"):
            client.get(MARSH, "b", {"q": 1})
    assert len(marsh.asked) == 1


def test_what_is_old_is_asked_for_again(ask: Callable[..., Client], marsh: Loopback, clock: PatientClock) -> None:
    with ask() as client:
        client.get(MARSH, "a")
        clock.now += polite.FRESH / 2
        assert client.get(MARSH, "a").cached
        assert not client.get(MARSH, "a", fresh_for=60.0).cached
        clock.now += polite.FRESH
        assert not client.get(MARSH, "a").cached


@pytest.mark.parametrize("harm", [b"", b"{", b'{"question": 1}\nx', b"\xff\xfe"])
def test_a_damaged_file_of_the_cache_is_missing(
    ask: Callable[..., Client], marsh: Loopback, tmp_path: Path, harm: bytes
) -> None:
    with ask() as client:
        client.get(MARSH, "a")
        (kept,) = (path for path in (tmp_path / "cache").rglob("*") if path.is_file())
        for damaged in (harm, kept.read_bytes()[:-3]):
            kept.write_bytes(damaged)
            assert not client.get(MARSH, "a").cached
            assert client.get(MARSH, "a").cached


def test_a_cache_that_cannot_be_written_is_told(marsh: Loopback, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with Client(cache=tmp_path / "file" / "x", environment={"BEGAT_MARSH_URL": marsh.base}) as client:
        assert "cannot be written (Not a directory); name another folder with --cache" in failure(
            lambda: client.get(MARSH, "a")
        )


def test_the_cache_is_where_the_user_says(tmp_path: Path) -> None:
    for environment, folder in [
        ({"BEGAT_CACHE": str(tmp_path / "own")}, tmp_path / "own"),
        ({"XDG_CACHE_HOME": str(tmp_path)}, tmp_path / "begat"),
        ({}, Path.home() / ".cache" / "begat"),
    ]:
        assert Client(environment=environment).cache.folder == folder


# -- many of a kind ----------------------------------------------------------------------------------------


class Marsh:
    """Asks for birds by name, as a service that takes many at once; counts what it was asked."""

    def __init__(self, client: Client, *, unknown: str = "", bad: str = "", stop_at: str = "") -> None:
        self.client = client
        self.unknown, self.bad, self.stop_at = unknown, bad, stop_at
        self.batches: list[str] = []

    def ask(self, keys: list[str]) -> Mapping[str, bytes]:
        self.batches.append("".join(keys))
        if self.stop_at and self.stop_at in keys:
            raise KeyboardInterrupt
        if self.bad and self.bad in keys:
            raise RefusedError("Marsh: a key that it cannot read")
        return {key: json.dumps(key).encode() for key in keys if key not in self.unknown}

    def items(self, keys: str) -> list[tuple[str, object]]:
        return list(self.client.items(MARSH, "bird", list(keys), 3, self.ask))


def record(key: str) -> tuple[str, bytes]:
    return key, json.dumps(key).encode()


def test_many_are_asked_for_together_and_kept_one_by_one(ask: Callable[..., Client]) -> None:
    told: list[tuple[str, int, int | None]] = []
    with ask(progress=lambda *said: told.append(said)) as client:
        marsh = Marsh(client, unknown="c")
        assert marsh.items("abcdaef") == [record("a"), record("b"), ("c", None), *map(record, "def")]
        assert marsh.batches == ["abc", "def"]
        assert told[-1] == ("Marsh", 6, 6)
        assert [key for key, _ in marsh.items("xfcay")] == list("xfcay")
        assert marsh.batches == ["abc", "def", "xy"]


def test_one_bad_key_costs_itself_only(ask: Callable[..., Client]) -> None:
    with ask() as client:
        found = dict(Marsh(client, bad="e").items("abcdef"))
    assert isinstance(found.pop("e"), RefusedError)
    assert found == dict(map(record, "abcdf"))


def test_one_record_of_another_shape_costs_itself_only(ask: Callable[..., Client]) -> None:
    shapes: dict[str, object] = {"a": {"name": "Heron"}, "b": ["Heron"], "c": {"name": "Egret"}}

    def named(keys: list[str]) -> Mapping[str, bytes]:
        return {key: shapes[key]["name"].encode() for key in keys}  # type: ignore[index]

    with ask() as client:
        found = dict(client.items(MARSH, "bird", "abc", 3, named))
    assert (found["a"], found["c"]) == (b"Heron", b"Egret")
    assert isinstance(found["b"], ServiceError) and "Marsh: its answer is not of the shape" in str(found["b"])


def test_a_run_that_is_interrupted_goes_on_where_it_stopped(ask: Callable[..., Client]) -> None:
    with ask() as client, pytest.raises(KeyboardInterrupt):
        Marsh(client, stop_at="e").items("abcdefgh")
    with ask() as client:
        marsh = Marsh(client)
        assert marsh.items("abcdefgh") == list(map(record, "abcdefgh"))
        assert marsh.batches == ["def", "gh"]


def test_offline_gives_what_there_is(ask: Callable[..., Client]) -> None:
    with ask() as client:
        Marsh(client, unknown="b").items("ab")
    with ask(offline=True) as client:
        marsh = Marsh(client)
        found = dict(marsh.items("abc"))
        assert found["a"] == b'"a"' and found["b"] is None
        assert isinstance(found["c"], NotCachedError) and "Marsh: c: not in the cache" in str(found["c"])
        assert marsh.batches == []
