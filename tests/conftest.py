"""What every test may ask for."""

import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from begat.graph.store import Store
from tests import miniature
from tests.neo4j_server.server import server, why_not

SHARED = Path(__file__).resolve().parents[2] / "shared"


@pytest.fixture(scope="session")
def miniature_path(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The miniature graph's file; tests only read it."""
    return miniature.build(tmp_path_factory.mktemp("miniature") / "miniature.begat")


@pytest.fixture
def store(miniature_path: Path) -> Iterator[Store]:
    """The miniature graph, open for reading."""
    with Store.open(miniature_path) as opened:
        yield opened


@pytest.fixture(scope="session")
def shared() -> Path:
    """The folder of real texts beside the repository; skips where it is absent."""
    if not SHARED.is_dir():
        pytest.skip("needs ../shared (real texts that are not part of the repository)")
    return SHARED


@pytest.fixture(scope="session")
def neo4j_uri(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of a running Neo4j: the one that NEO4J_URI names, or one started for all tests of this run."""
    if own := os.environ.get("NEO4J_URI"):
        yield own
        return
    if reason := why_not():
        pytest.skip(reason)
    with server(tmp_path_factory.mktemp("neo4j")) as running:
        yield running.uri


@pytest.fixture
def neo4j_empty(neo4j_uri: str) -> Iterator[str]:
    """A running Neo4j without anything of begat in it but, for the sake of speed, constraints and indexes."""
    from tests.neo4j_server.cleared import cleared  # the driver takes a while to load

    cleared(neo4j_uri)
    yield neo4j_uri
    cleared(neo4j_uri)
