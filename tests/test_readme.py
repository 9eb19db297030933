"""The README's tour, run as printed: every `$ command` in its ```console blocks, in order, in one fresh folder.

What a block prints below a command is what must come out; a line that is only `…` stands for any lines.
"""

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]


def steps(markdown: str) -> list[tuple[str, list[str]]]:
    """(command, expected lines) of every console block."""
    found: list[tuple[str, list[str]]] = []
    for block in re.findall(r"^```console\n(.*?)^```", markdown, re.DOTALL | re.MULTILINE):
        for line in block.splitlines():
            if line.startswith("$ "):
                found.append((line[2:], []))
            elif line.startswith("> ") and found and not found[-1][1]:
                found[-1] = (f"{found[-1][0]}\n{line[2:]}", [])
            elif found:
                found[-1][1].append(line.rstrip())
    return found


def matches(expected: list[str], printed: list[str]) -> bool:
    pattern = "\n".join("(?:.*\n?)*?" if line == "…" else re.escape(line) for line in expected)
    return re.fullmatch(pattern.replace("?\n", "?"), "\n".join(printed)) is not None


@pytest.mark.slow
def test_every_command_of_the_tour_works_as_printed(tmp_path: Path) -> None:
    (tmp_path / "examples").symlink_to(ROOT / "examples")
    environment = {**os.environ, "PATH": f"{Path(sys.executable).parent}:{os.environ['PATH']}", "COLUMNS": "100"}
    environment.pop("BEGAT_GRAPH", None)
    tour = [
        step for step in steps((ROOT / "README.md").read_text()) if not step[0].startswith(("make ", "git ", "cd "))
    ]
    assert len(tour) >= 8
    for command, expected in tour:
        run = subprocess.run(
            ["bash", "-c", command], cwd=tmp_path, capture_output=True, text=True, env=environment, check=False
        )
        assert run.returncode == 0, f"$ {command}\n{run.stderr}"
        printed = [line.rstrip() for line in run.stdout.splitlines()]
        assert not expected or matches(expected, printed), f"$ {command}\nprinted:\n{run.stdout}"
