"""`begat push` and `-g neo4j://…` as people type them."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.test_cli import words

pytestmark = pytest.mark.neo4j


def begat(*arguments: str | Path, cwd: Path, stdin: str = "", **environment: str) -> subprocess.CompletedProcess[bytes]:
    command = [sys.executable, "-m", "begat", *map(str, arguments)]
    return subprocess.run(
        command, cwd=cwd, input=stdin.encode(), capture_output=True, timeout=300, check=False,
        env={**os.environ, "COLUMNS": "120", **environment},
    )  # fmt: skip


def test_a_team_shares_a_graph(neo4j_empty: str, miniature_path: Path, tmp_path: Path) -> None:
    """Push it, ask it as if it were a file, push it again, take it away; what is asked first is answered no."""
    run = begat("push", neo4j_empty, "-g", miniature_path, cwd=tmp_path)
    assert run.returncode == 0, words(run)
    assert "new" in words(run)
    for command in (
        ["lineage", "Orca 2", "--format", "json"],
        ["show", "Orca"],
        ["path", "Orca 2", "Transformer"],
        ["query", "MATCH (a)-[r:EXTENDS]->(b) RETURN a.name, r.evidence, b ORDER BY a.name", "--format", "json"],
        ["ask", "ancestors", "name=Orca 2", "--format", "csv"],
        ["export", "turtle"],
    ):
        shared, local = (begat(*command, "-g", graph, cwd=tmp_path) for graph in (neo4j_empty, miniature_path))
        assert shared.returncode == 0, words(shared)
        assert shared.stdout == local.stdout, command
    stats = begat("stats", "--format", "json", "-g", neo4j_empty, cwd=tmp_path)
    assert json.loads(stats.stdout)["file"] == miniature_path.name

    again = begat("push", "-g", miniature_path, cwd=tmp_path, NEO4J_URI=neo4j_empty)
    assert "nothing changed" in words(again)

    kept = begat("push", neo4j_empty, "--wipe", cwd=tmp_path, stdin="n\n")
    assert kept.returncode != 0
    assert begat("show", "Orca", "-g", neo4j_empty, cwd=tmp_path).returncode == 0
    gone = begat("push", neo4j_empty, "--wipe", cwd=tmp_path, stdin="y\n")
    assert gone.returncode == 0, words(gone)
    after = begat("show", "Orca", "-g", neo4j_empty, cwd=tmp_path)
    assert after.returncode == 1
    assert "no graph here" in words(after)


def test_where_nothing_answers_is_one_line(miniature_path: Path, tmp_path: Path) -> None:
    for arguments in (["push", "bolt://127.0.0.1:9", "-g", miniature_path], ["stats", "-g", "bolt://127.0.0.1:9"]):
        run = begat(*arguments, cwd=tmp_path)
        assert run.returncode == 1
        assert len(words(run).splitlines()) == 1
        assert "no Neo4j answers" in words(run)
