"""How fast a graph gets into Neo4j: `begat push` beside LOAD CSV and neo4j-admin's import, on the same machine.

    python -m benchmarks.neo4j --nodes 1000000 --edges 5000000 --heap 4g --pages 4096 [--folder F]
    python -m benchmarks.neo4j --graph large.begat --workers 4

Needs `make test-neo4j` to have fetched the jars (or BEGAT_NEO4J_LIB). Each way starts with an empty database of its
own. The peers write the same properties, from CSV files whose making is timed apart. A push makes all constraints and
indexes that begat reads by; LOAD CSV starts with the one that it needs itself, and is timed with the others, made after
it, apart; the import makes none. Neither of them can be interrupted, repeated or told only what changed. A server that
has just been started spends most of its first minutes on compiling itself: `--warm` empties it and measures a push and
LOAD CSV once more.
"""

import argparse
import os
import resource
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from begat.graph import neo4j
from begat.graph.export import export
from begat.graph.neo4j_import import COMMAND
from begat.graph.store import Store
from begat.graph.vocabulary import LINEAGE
from tests import generated
from tests.neo4j_server.cleared import cleared
from tests.neo4j_server.server import Server, server, why_not


@contextmanager
def timed(what: str, rows: int, server: Server | None = None) -> Iterator[None]:
    """Seconds on the clock, and of processors: begat's, those of programs that ended meanwhile, the server's."""
    started, before = time.perf_counter(), _processor(server)
    yield
    seconds, used = time.perf_counter() - started, _processor(server) - before
    print(
        f"{what:<44} {seconds:9.1f} s {rows / seconds:12,.0f} nodes and edges/s {used:9.1f} s of processors", flush=True
    )


def _processor(server: Server | None) -> float:
    ours, ended = (resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN))
    used = ours.ru_utime + ours.ru_stime + ended.ru_utime + ended.ru_stime
    if server and (stat := Path(f"/proc/{server.process.pid}/stat")).exists():
        # https://man7.org/linux/man-pages/man5/proc_pid_stat.5.html: the 14th and 15th, counted after the name.
        user, system = stat.read_text().rpartition(")")[2].split()[11:13]
        used += (int(user) + int(system)) / os.sysconf("SC_CLK_TCK")
    return used


def main() -> None:
    arguments = argparse.ArgumentParser(description="Measure getting a graph into Neo4j")
    arguments.add_argument("--nodes", type=int, default=50_000)
    arguments.add_argument("--edges", type=int, default=250_000)
    arguments.add_argument("--workers", type=int, nargs="+", default=[1, 4])
    arguments.add_argument("--folder", type=Path, help="Where the files go (default: a temporary folder).")
    arguments.add_argument("--graph", type=Path, help="Push this graph file, of `generated.large`, not a new one.")
    arguments.add_argument("--heap", default="2g", help="What Java may have.")
    arguments.add_argument("--pages", type=int, default=512, help="What the server may keep of its files, in MiB.")
    arguments.add_argument("--warm", action="store_true", help="Measure on a server that has done it before, too.")
    given = arguments.parse_args()
    if reason := why_not():
        sys.exit(reason)
    with tempfile.TemporaryDirectory(dir=given.folder) as name:
        folder = Path(name)
        path = given.graph or folder / "large.begat"
        if not given.graph:
            with timed("generate", given.nodes + given.edges):
                # Twenty statements a paper, as in generated.large: papers are nodes too.
                generated.large(path, given.nodes - given.edges // 20, given.edges)
        with Store.open(path) as store:
            measure(store, folder, given.workers, given.heap, given.pages, given.warm)


def measure(store: Store, folder: Path, workers: list[int], heap: str, pages: int, warm: bool) -> None:
    nodes, edges = (store.connection.execute(f"SELECT count(*) FROM {t}").fetchone()[0] for t in ("nodes", "edges"))
    size = nodes + edges
    print(f"{nodes:,} nodes, {edges:,} edges, {os.cpu_count()} cores, {heap} for Java", flush=True)
    for count in workers:
        with server(folder / f"push{count}", heap, java=_java(pages)) as running:
            pushed(store, running, size, count, folder)
            if warm:
                cleared(running.uri)
                with timed("begat push, warm", size, running):
                    neo4j.push(store, running.uri, workers=count)
    with timed("write the CSV", size):
        export(store, "neo4j-import", folder / "csv")
    admin(folder, size, heap)
    with server(folder / "load", heap, java=_java(pages)) as running:
        load_csv(folder, running, size)
        if warm:
            cleared(running.uri)
            _without_indexes(running)
            load_csv(folder, running, size)
    with server(folder / f"push{workers[-1]}", heap, java=_java(pages)) as running:
        compared(store, running, size, workers[-1])


def _without_indexes(running: Server) -> None:
    with neo4j.connected(neo4j.Address.of(running.uri)) as driver, driver.session() as session:
        neo4j.drop_indexes(session)


def _java(pages: int) -> list[str]:
    return [f"-Dpagecache.mib={pages}"]


def pushed(store: Store, running: Server, size: int, workers: int, folder: Path) -> None:
    Store.create(folder / "empty.begat").close()
    with timed("constraints and indexes of nothing", 0, running), Store.open(folder / "empty.begat") as empty:
        neo4j.push(empty, running.uri)
    with timed(f"begat push, {workers} workers", size, running):
        neo4j.push(store, running.uri, workers=workers, replace=True, progress=_Stages())
    with timed("  again, nothing changed", size, running):
        neo4j.push(store, running.uri, workers=workers)


def compared(store: Store, running: Server, size: int, workers: int) -> None:
    with neo4j.connected(neo4j.Address.of(running.uri)) as driver, driver.session() as session:
        session.run("MATCH (g:BegatGraph) REMOVE g.stamp").consume()
    with timed("begat push again, every range compared", size, running):
        neo4j.push(store, running.uri, workers=workers)


class _Stages:
    """Says when a stage of a push begins and is done, and every tenth of it."""

    def __init__(self) -> None:
        self.started = time.perf_counter()
        self.said = ("", -1)

    def __call__(self, stage: str, done: int, total: int | None) -> None:
        tenth = 10 * done // (total or 1)
        if (stage, tenth) != self.said:
            self.said = (stage, tenth)
            print(f"  {stage} {done:,} of {total:,} after {time.perf_counter() - self.started:,.0f} s", flush=True)


def admin(folder: Path, size: int, heap: str) -> None:
    home = folder / "admin"
    (home / "conf").mkdir(parents=True)
    (home / "data").mkdir()
    tool = ["java", f"-Xmx{heap}", "-cp", f"{os.environ['BEGAT_NEO4J_LIB']}/*", "org.neo4j.cli.AdminTool"]
    with timed("neo4j-admin database import full", size):
        subprocess.run(
            [*tool, *COMMAND.split()[1:]], cwd=folder / "csv", env={**os.environ, "NEO4J_HOME": str(home)},
            check=True, capture_output=True,
        )  # fmt: skip
    shutil.rmtree(home)


def load_csv(folder: Path, running: Server, size: int) -> None:
    """As its manual says: a constraint, then rows in transactions of a thousand, a pass for each label and type."""
    nodes, edges = ((folder / "csv" / name).resolve().as_uri() for name in ("nodes.csv", "edges.csv"))
    part = "split(row.`{0}`, '\\u001f')"
    with neo4j.connected(neo4j.Address.of(running.uri)) as driver:
        with driver.session() as session, timed("LOAD CSV", size, running):
            session.run(neo4j.SCHEMA["begat_id"]).consume()
            for label in ("Model", "Paper"):
                session.run(
                    f"LOAD CSV WITH HEADERS FROM '{nodes}' AS row"
                    f" WITH row WHERE row.`:LABEL` ENDS WITH '{label}' CALL (row) {{ CREATE (n:Begat:{label} {{id: row.`id:ID`, name: row.name,"
                    f" aliases: {part.format('aliases:string[]')}, arxiv: row.arxiv, year: toInteger(row.`year:long`), date: row.date,"
                    f" _date: row._date, _seen: row._seen, _names: {part.format('_names:string[]')},"
                    f" _reasons: {part.format('_reasons:string[]')}, _folded: {part.format('_folded:string[]')}, _begat: row._begat}})"
                    " } IN TRANSACTIONS OF 1000 ROWS"
                ).consume()
            for relation in LINEAGE:
                session.run(
                    f"LOAD CSV WITH HEADERS FROM '{edges}' AS row"
                    f" WITH row WHERE row.`:TYPE` = '{relation}' CALL (row) {{"
                    " MATCH (a:Begat {id: row.`:START_ID`}) MATCH (b:Begat {id: row.`:END_ID`})"
                    f" CREATE (a)-[:{relation} {{confidence: toFloat(row.`confidence:double`), support: toInteger(row.`support:long`),"
                    f" origin: row.origin, year: toInteger(row.`year:long`), _date: row._date, _begat: row._begat,"
                    f" _ours: true, evidence: {part.format('evidence:string[]')}, _statements: {part.format('_statements:string[]')}}}]->(b)"
                    " } IN TRANSACTIONS OF 1000 ROWS"
                ).consume()
            found = session.run("MATCH (n:Begat) RETURN count(n) + COUNT { ()-[]->() } AS n").single(strict=True)
        assert found["n"] == size, f"LOAD CSV wrote {found['n']} of {size}"
        with driver.session() as session, timed("  the other constraints and indexes", size, running):
            for statement in neo4j.SCHEMA.values():
                session.run(statement).consume()
            session.run("CALL db.awaitIndexes(3600)").consume()


if __name__ == "__main__":
    main()
