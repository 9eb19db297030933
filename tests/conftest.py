"""What every test may ask for."""

import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from begat.graph.store import Store
from tests import miniature
from tests.neo4j_server.server import PASSWORD, server, why_not

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
    """The address of a running Neo4j: the one that NEO4J_URI names, or one started for all tests of this run.

    That one asks who is there; NEO4J_USER and NEO4J_PASSWORD say it, as they do for one's own.
    """
    if own := os.environ.get("NEO4J_URI"):
        yield own
        _cleared(own)
        return
    if reason := why_not():
        pytest.skip(reason)
    with (
        server(tmp_path_factory.mktemp("neo4j"), password=PASSWORD) as running,
        pytest.MonkeyPatch.context() as environment,
    ):
        environment.setenv("NEO4J_USER", "neo4j")
        environment.setenv("NEO4J_PASSWORD", PASSWORD)
        yield running.uri


@pytest.fixture
def neo4j_guarded(neo4j_uri: str) -> Iterator[str]:
    """A running Neo4j that asks for a password, and can be given wrong ones."""
    if os.environ.get("NEO4J_URI"):
        pytest.skip("gives wrong passwords, which a server of one's own is spared")
    yield neo4j_uri
    from begat.graph import neo4j

    neo4j.connect(neo4j.Address.of(neo4j_uri)).close()  # a right one, after which wrong ones are counted anew


@pytest.fixture
def neo4j_empty(neo4j_uri: str) -> str:
    """A running Neo4j without anything of begat in it but, for the sake of speed, constraints and indexes.

    What a test leaves there, the next one that needs it empty takes away.
    """
    _cleared(neo4j_uri)
    return neo4j_uri


def _cleared(uri: str) -> None:
    from tests.neo4j_server.cleared import cleared  # the driver takes a while to load

    cleared(uri)
