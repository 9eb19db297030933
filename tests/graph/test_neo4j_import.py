"""The CSV that Neo4j's own bulk import reads: imported by it for real, then taken up by a push."""

import csv
import io
import os
import subprocess
from pathlib import Path

import pytest

from begat.graph import neo4j
from begat.graph.export import export
from begat.graph.neo4j_import import COMMAND
from begat.graph.store import Store
from tests import generated
from tests.graph.test_neo4j import kept, written
from tests.neo4j_server.server import BRIEF, server, why_not


def test_every_row_has_every_column(miniature_path: Path, tmp_path: Path) -> None:
    with Store.open(miniature_path) as store:
        export(store, "neo4j-import", tmp_path / "out")
        counts = {"nodes.csv": len(list(store.nodes())), "edges.csv": len(list(store.edges()))}
    for name, count in counts.items():
        header, *rows = csv.reader(io.StringIO((tmp_path / "out" / name).read_text(encoding="utf-8")))
        assert len(rows) == count
        assert {len(row) for row in rows} == {len(header)}


@pytest.mark.neo4j
def test_imported_by_neo4j_and_taken_up_by_a_push(miniature_path: Path, tmp_path: Path) -> None:
    """Two graphs in one file, one of them hostile: Java starts twice for each file."""
    if reason := why_not():
        pytest.skip(reason)
    path = tmp_path / "both.begat"
    path.write_bytes(miniature_path.read_bytes())
    generated.hostile(path)
    with Store.open(path) as store:
        export(store, "neo4j-import", tmp_path / "out")
    home = tmp_path / "home"
    (home / "conf").mkdir(parents=True)
    (home / "data").mkdir()
    tool = [
        "java",
        *BRIEF,
        "-cp",
        f"{os.environ['BEGAT_NEO4J_LIB']}/*",
        "org.neo4j.cli.AdminTool",
        *COMMAND.split()[1:],
    ]
    run = subprocess.run(
        tool,
        cwd=tmp_path / "out",
        env={**os.environ, "NEO4J_HOME": str(home)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert run.returncode == 0, run.stdout + run.stderr
    with server(home) as running, Store.open(path) as store:
        report = neo4j.push(store, running.uri)
        assert "nothing changed" in report.summary()
        assert written(running.uri) == kept(path)
