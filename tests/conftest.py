"""What every test may ask for."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from begat.graph.store import Store
from tests import miniature

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
