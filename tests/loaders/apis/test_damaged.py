"""Answers damaged at random: each is read or told, for every scheme; none ends a build."""

import json
import random
from pathlib import Path
from urllib.parse import parse_qsl, urlsplit

import pytest

from begat.loaders.apis import SCHEMES, Client
from begat.loaders.apis import client as polite
from begat.loaders.apis.transport import Call, Reply
from tests.loaders.apis import birds, feeds
from tests.loaders.apis.asking import documents
from tests.loaders.apis.birds import BIRDS
from tests.loaders.apis.loopback import Asked, PatientClock

TIMES = 40
KEYS = [
    ("arxiv", "2401.00011"), ("arxiv", feeds.WITHDRAWN), ("oai", "cs:cs:CL"), ("hf", "birds/heron-7b"),
    ("hf", "birds/heron-7b/descendants"), ("doi", "10.9999/heron"), ("s2", "ARXIV:2401.00011"),
    ("s2", BIRDS["Bittern"].sha), ("openalex", "W1"),
]  # fmt: skip
SHARDS = [
    b"<",
    b">",
    b"&x;",
    b"]]>",
    b"\x00",
    b"\xff",
    b'"',
    b"<entry>",
    b"</entry>",
    b"<record/>",
    b"<id/>",
    b"[[[",
    b"1e999",
]
ODDITIES: list[object] = [None, 1, "x", [], {}, [None], True, 1.5, "\ud800", ["a", 3]]


def damaged(body: bytes, chance: random.Random) -> bytes:
    """A body with some pieces gone, doubled, or other bytes among them."""
    broken = bytearray(body)
    for _ in range(chance.randrange(1, 6)):
        at = chance.randrange(len(broken) + 1)
        kind = chance.randrange(4)
        if kind == 0:
            del broken[at : at + chance.randrange(30)]
        elif kind == 1:
            broken[at:at] = chance.choice(SHARDS)
        elif kind == 2:
            start = chance.randrange(len(broken) + 1)
            broken[at:at] = broken[start : start + 60]
        elif chance.random() < 0.2:
            del broken[at:]
    return bytes(broken)


def misshapen(value: object, chance: random.Random) -> object:
    """A JSON value with some members gone, and others that are something else."""
    if chance.random() < 0.08:
        return chance.choice(ODDITIES)
    if isinstance(value, dict):
        return {name: misshapen(inner, chance) for name, inner in value.items() if chance.random() > 0.05}
    if isinstance(value, list):
        return [misshapen(inner, chance) for inner in value]
    return value


def answered(call: Call) -> Reply:
    """What the services on loopback would say, without a server between."""
    parts = urlsplit(call.url)
    asked = Asked(
        call.method, parts.path, {**dict(parse_qsl(parts.query)), **call.parameters}, {"host": "marsh.example"}, call.body or b""
    )  # fmt: skip
    said = feeds.everything(asked)
    said = said if said.status != 404 else birds.everything(asked)
    link = said.headers.get("Link")
    return Reply(said.status, said.body, {}, link.split(">")[0].removeprefix("<") if link else None)


@pytest.mark.parametrize(("name", "key"), KEYS)
def test_a_damaged_answer_is_read_or_told(name: str, key: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    chance = random.Random(f"{name}:{key}")

    def send(session: object, call: Call) -> Reply:
        reply = answered(call)
        try:
            body = json.dumps(misshapen(json.loads(reply.body), chance)).encode()
        except ValueError:
            body = damaged(reply.body, chance)
        return Reply(reply.status, body, reply.headers, reply.next)

    monkeypatch.setattr(polite, "send", send)
    scheme = next(scheme for scheme in SCHEMES if scheme.name == name)
    environment = {**feeds.environment("http://marsh.example"), **birds.environment("http://marsh.example")}
    outcomes = set()
    for number in range(TIMES):
        with Client(cache=tmp_path / str(number), environment=environment, clock=PatientClock()) as client:
            found, told = documents(scheme, client, key)
        assert found or told
        outcomes.add((bool(found), bool(told)))
        for document in found:
            assert all(part.encode() is not None for part in (document.id, document.text, document.title or ""))
    assert len(outcomes) > 1  # some came through, some did not
