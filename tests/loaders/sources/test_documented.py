"""Every format and every kind of address has its row in the documentation; a format its place in the compliance suite."""

from pathlib import Path

import pytest

from begat.loaders import FORMATS
from begat.loaders.apis import SCHEMES, Scheme
from tests.loaders.sources import samples

DOCUMENTATION = Path(__file__).parents[3] / "docs" / "sources.md"


@pytest.mark.parametrize("name", FORMATS)
def test_a_format_is_documented(name: str) -> None:
    assert f"\n| `{name}` |" in DOCUMENTATION.read_text()


@pytest.mark.parametrize("scheme", SCHEMES, ids=lambda scheme: scheme.name)
def test_an_address_is_documented(scheme: Scheme) -> None:
    assert f"\n| `{scheme.example}` |" in DOCUMENTATION.read_text()


@pytest.mark.parametrize("name", FORMATS)
def test_a_format_passes_the_compliance_suite(name: str) -> None:
    assert name in {format.name for format in samples.FORMATS.values()}
