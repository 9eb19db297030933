"""docs/formats.md: every format has its section, and the code that reads the files runs as printed."""

import re
from pathlib import Path

import pytest

from begat.graph.export import FORMATS, export
from begat.graph.store import Store

PAGE = (Path(__file__).resolve().parents[1] / "docs" / "formats.md").read_text("utf-8")
COMMANDS = re.findall(r"^begat export (\w+) -o (\S+)$", PAGE, re.MULTILINE)

CODE = dict(re.findall(r"^## (\w+)$(?:(?!^## ).)*?^```python\n(.*?)^```$", PAGE, re.MULTILINE | re.DOTALL))
"""The Python of each section that has some."""


@pytest.fixture
def exported(store: Store, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The files that the page's commands write, in the working directory."""
    monkeypatch.chdir(tmp_path)
    for format, target in COMMANDS:
        export(store, format, Path(target))


@pytest.mark.parametrize("format", FORMATS)
def test_every_format_has_its_section(format: str) -> None:
    assert f"\n## {format}\n" in PAGE
    assert f"[{format}](#{format})" in PAGE


@pytest.mark.parametrize("section", CODE)
@pytest.mark.usefixtures("exported")
def test_the_code_of_a_section_runs(section: str, capsys: pytest.CaptureFixture[str]) -> None:
    if "import pandas" in CODE[section]:
        pytest.importorskip("pandas")
    exec(compile(CODE[section], f"docs/formats.md, {section}", "exec"), {})
    assert capsys.readouterr().out.strip()


def test_the_lines_shown_are_those_of_the_miniature_graph(store: Store, tmp_path: Path) -> None:
    for format in ("jsonl", "assertions"):
        export(store, format, tmp_path / format)
    lines = {line for format in ("jsonl", "assertions") for line in (tmp_path / format).read_text("utf-8").splitlines()}
    shown = re.findall(r"^```json\n(.*?)\n```$", PAGE, re.MULTILINE | re.DOTALL)
    assert len(shown) == 2
    assert set(shown) <= lines
