"""Odd values anywhere in what services answer: something may be told, or be missing; nothing may break."""

import copy
import json
import random
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from begat.graph.build import build
from begat.graph.check import check
from begat.graph.errors import BegatError
from begat.graph.model import Document
from begat.graph.store import Store
from begat.loaders.apis import SCHEMES, Client
from begat.loaders.enrich import enrich
from begat.loaders.grow import Seeds, estimate, grow
from tests.graph.simple_miner import SimpleMiner
from tests.loaders.apis import birds
from tests.loaders.apis.asking import documents
from tests.loaders.apis.loopback import Asked, PatientClock, Said, serving
from tests.loaders.sources.samples import Told

ODD: tuple[Any, ...] = (None, 5, -1.5, "x", "", [], {}, [None], [5], {"x": 1}, True, [["x"]], "\ud800", "\x00")
Place = tuple[Any, ...]


def places(value: Any, here: Place = ()) -> Iterator[Place]:
    """Where in a JSON value something stands: the keys that lead there."""
    yield here
    for key in value if isinstance(value, dict) else range(len(value)) if isinstance(value, list) else ():
        yield from places(value[key], (*here, key))


def oddly(value: Any, chance: random.Random) -> Any:
    """The value with something else in one place."""
    whole = [copy.deepcopy(value)]
    *way, last = (0, *chance.choice(list(places(value))))
    holder: Any = whole
    for key in way:
        holder = holder[key]
    holder[last] = chance.choice(ODD)
    return whole[0]


def odd_services(seed: int) -> Any:
    """The services of `birds`, of whose answers every other has something odd."""
    chance = random.Random(seed)

    def answer(asked: Asked) -> Said:
        said = birds.everything(asked)
        if said.status != 200 or chance.random() < 0.5:
            return said
        return Said(200, json.dumps(oddly(json.loads(said.body), chance)).encode())

    return answer


@pytest.mark.parametrize("seed", range(5))
def test_odd_answers_break_nothing(seed: int, tmp_path: Path) -> None:
    told = Told()
    addresses = {
        "s2": ("ARXIV:2401.00011", "ARXIV:2401.00011/citations"), "openalex": ("W1", "doi:10.9999/heron"),
        "doi": ("10.9999/heron", "10.9999/ibis"), "hf": ("birds/heron-7b", "birds/heron-7b/descendants"),
    }  # fmt: skip
    mine = [Document("a", "", arxiv="2401.00011", source="m"), Document("b", "", doi="10.9999/ibis", source="m")]
    start = Seeds(["ARXIV:2401.00011"], ["birds/heron-7b"])
    with serving(odd_services(seed)) as server, Store.create(tmp_path / "odd.begat") as store:
        build(store, mine, SimpleMiner())

        def client(name: str) -> Client:
            return Client(cache=tmp_path / name, environment=birds.environment(server.base), clock=PatientClock())

        for scheme in SCHEMES:
            found, _ = documents(scheme, client("build"), *addresses.get(scheme.name, ()))
            build(store, found, SimpleMiner(), complete=())
        filled = enrich(
            store, client("enrich"), ("s2", "openalex", "crossref", "opencitations"), sentences=bool(seed % 2),
            by_title=True, on_problem=told.append,
        )  # fmt: skip
        build(store, filled.documents, SimpleMiner(), facts=filled.facts, complete=())
        try:
            estimate(client("grow"), start, depth=2)
        except BegatError as error:
            assert str(error)
        grown = grow(store, client("grow"), start, depth=2, on_problem=told.append)
        build(store, grown.documents, SimpleMiner(), complete=())
        assert list(check(store)) == []
    assert all("\n" not in line for line in told.lines)
