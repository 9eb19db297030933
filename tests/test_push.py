"""`begat push` and `-g neo4j://…` as people type them."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from begat.cli import cli
from begat.graph.errors import UsageError
from tests import generated
from tests.neo4j_server.wire import Wire
from tests.test_cli import words

pytestmark = pytest.mark.neo4j


def begat(*arguments: str | Path, cwd: Path, stdin: str = "", **environment: str) -> subprocess.CompletedProcess[bytes]:
    command = [sys.executable, "-m", "begat", *map(str, arguments)]
    return subprocess.run(
        command, cwd=cwd, input=stdin.encode(), capture_output=True, timeout=300, check=False,
        env={**os.environ, "COLUMNS": "120", **environment},
    )  # fmt: skip


def test_a_team_shares_a_graph(
    neo4j_empty: str, miniature_path: Path, tmp_path: Path, capsysbinary: pytest.CaptureFixture[bytes]
) -> None:
    """Push it, ask it as if it were a file, push it again, take it away; what is asked first is answered no."""

    def printed(*arguments: str | Path) -> bytes:
        cli.main([*map(str, arguments)], standalone_mode=False)  # a process for each would take many times as long
        return capsysbinary.readouterr().out

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
        shared, local = (printed(*command, "-g", graph) for graph in (neo4j_empty, miniature_path))
        assert shared == local, command
    assert json.loads(printed("stats", "--format", "json", "-g", neo4j_empty))["file"] == miniature_path.name

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
    """That of begat alone: the driver's own words are for those who ask for its log."""
    for arguments in (["push", "bolt://127.0.0.1:9", "-g", miniature_path], ["stats", "-g", "neo4j://127.0.0.1:9"]):
        run = begat(*arguments, cwd=tmp_path)
        assert run.returncode == 1
        assert len(words(run).splitlines()) == 1
        assert "no Neo4j answers (Connection refused)" in words(run)


def test_who_may_not_enter_is_told_so_in_one_line(neo4j_guarded: str, miniature_path: Path, tmp_path: Path) -> None:
    shared = neo4j_guarded.replace("bolt", "neo4j")
    for command, said, told in (
        (
            ["push", shared, "-g", miniature_path],
            {"NEO4J_PASSWORD": "mistyped"},
            "no user 'neo4j' with this password there",
        ),
        (["stats", "-g", shared], {"NEO4J_USER": "nobody"}, "no user 'nobody' with this password there"),
        (["push", shared, "--wipe", "--yes"], {"NEO4J_PASSWORD": ""}, "this Neo4j asks who you are"),
    ):
        run = begat(*command, cwd=tmp_path, **said)
        assert (run.returncode, run.stdout) == (1, b"")
        assert words(run).startswith(f"begat: {shared}: {told}; set NEO4J_USER and NEO4J_PASSWORD")
        assert words(run).count("\n") == 1


def test_a_password_in_an_address_is_not_shown(capsys: pytest.CaptureFixture[str], miniature_path: Path) -> None:
    address = "neo4j://me:hidden@127.0.0.1:9"
    for command in (
        ["push", address, "-g", str(miniature_path)], ["push", address, "--wipe"], ["stats", "-g", address],
        ["remove", "2311.11045", "-g", address], ["serve", "--allow-edits", "-g", address],
        ["show", "Orca", "-g", "http://me:hidden@127.0.0.1:9"],
    ):  # fmt: skip
        with pytest.raises(UsageError, match=r"://…@127\.0\.0\.1:9") as refused:
            cli.main(command, standalone_mode=False)
        assert "hidden" not in str(refused.value)
    assert capsys.readouterr() == ("", "")


def test_a_lost_connection_is_no_news_once_it_is_found_again(neo4j_empty: str, tmp_path: Path) -> None:
    path = generated.large(tmp_path / "graph.begat", 200, 400)
    with Wire(neo4j_empty, cut_after=100_000) as wire:
        run = begat("push", wire.uri, "-g", path, "--quiet", cwd=tmp_path)
        assert wire.cuts == 1
    assert (run.returncode, words(run)) == (0, "")
