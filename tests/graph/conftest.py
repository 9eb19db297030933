"""The graphs that exports are tried on."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from begat.graph.store import Store
from tests import generated, miniature


@pytest.fixture(scope="session")
def export_paths(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    folder = tmp_path_factory.mktemp("exports")
    with Store.create(folder / "empty.begat"):
        pass
    return {
        "miniature": miniature.build(folder / "miniature.begat"),
        "hostile": generated.hostile(folder / "hostile.begat"),
        "large": generated.large(folder / "large.begat", 100, 300),
        "empty": folder / "empty.begat",
    }


@pytest.fixture(params=["miniature", "hostile", "large", "empty"])
def any_store(request: pytest.FixtureRequest, export_paths: dict[str, Path]) -> Iterator[Store]:
    """Each of a tidy, a hostile, a larger and an empty graph."""
    with Store.open(export_paths[request.param]) as opened:
        yield opened


@pytest.fixture
def hostile_store(export_paths: dict[str, Path]) -> Iterator[Store]:
    """A graph whose every name, id and quote is hostile."""
    with Store.open(export_paths["hostile"]) as opened:
        yield opened
