"""Services on loopback that know of a few birds, and a client that asks them without waiting."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from begat.loaders.apis import Client
from tests.loaders.apis import birds
from tests.loaders.apis.loopback import Loopback, PatientClock, serving


@pytest.fixture
def server() -> Iterator[Loopback]:
    """All services of `birds`; a test may script other answers before theirs."""
    with serving(birds.everything) as loopback:
        yield loopback


@pytest.fixture
def clock() -> PatientClock:
    return PatientClock()


@pytest.fixture
def client(server: Loopback, clock: PatientClock, tmp_path: Path) -> Iterator[Client]:
    """A client of these services with an empty cache."""
    with Client(cache=tmp_path / "cache", environment=birds.environment(server.base), clock=clock) as asking:
        yield asking
