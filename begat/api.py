"""The public API: `begat.build`, `begat.open` and the Graph that both give.

The rooms are imported where they are used, so that `import begat` and `begat --help` are quick: a query engine
or numpy is loaded by the call that needs it.
"""

from __future__ import annotations

import os
import signal
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from concurrent.futures import Executor, ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from contextlib import contextmanager
from multiprocessing import get_context
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any, Self, TextIO

from begat.graph.errors import BegatError, SourceError, UsageError, meant
from begat.graph.reader import is_neo4j
from begat.graph.store import Store
from begat.graph.vocabulary import LINEAGE, Relation

if TYPE_CHECKING:
    import networkx

    from begat.graph.build import BuildReport
    from begat.graph.check import Stats
    from begat.graph.model import Document, Facts, Node
    from begat.graph.neo4j import PushReport
    from begat.graph.neo4j_store import Neo4jStore, PushedStats
    from begat.graph.search import Hit
    from begat.loaders.enrich import Enriched
    from begat.loaders.grow import Estimate, Grown
    from begat.loaders.sources import Problem
    from begat.queries.comparison import Comparison
    from begat.queries.difference import Difference
    from begat.queries.family import FamilyTree
    from begat.queries.lineage import Lineage
    from begat.queries.paths import Path as Connection
    from begat.queries.results import Result
    from begat.queries.show import Portrait

Progress = Callable[[str, int, int | None], None]
"""Told of (stage, done, total); total is None where it is not known."""

DEFAULT_GRAPH = "graph.begat"
ARXIV = "arxiv"
"""In the place of a file of metadata: what arXiv's API says."""


class Graph:
    """A graph file, or a graph that was pushed into a Neo4j, open for questions. Also a context manager: `with begat.open("my.begat") as graph: …`.

    Names are what people call things: a canonical name, an alias, an arXiv id, a node id. A name that is
    nowhere raises NotFoundError with the nearest ones.
    """

    def __init__(self, store: Store | Neo4jStore, report: BuildReport | None = None) -> None:
        self.store = store
        self.report = report
        """What the build did that this Graph comes from; None for one that was opened."""

    def close(self) -> None:
        """Close the file."""
        self.store.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def __repr__(self) -> str:
        return f"<begat.Graph {self.store.place}, revision {self.store.revision}>"

    def _repr_html_(self) -> str:
        """For notebooks: what is in it."""
        from begat.viz.notebook import graph_html

        return graph_html(self.store.place, self.store.revision, self.stats())

    # -- one thing, and how it hangs together ------------------------------------------------------------

    def find(self, name: str) -> Node:
        """The node that `name` means."""
        from begat.graph.search import find

        return find(self.store, name)

    def lineage(
        self,
        name: str,
        *,
        direction: str = "both",
        depth: int | None = None,
        relations: Sequence[str | Relation] = LINEAGE,
        min_confidence: float = 0.0,
    ) -> Lineage:
        """What `name` descends from and what descends from it.

        `direction` is "ancestors", "descendants" or "both"; `depth` the most steps away (None: all);
        `relations` those to follow; `min_confidence` leaves weaker edges out.
        """
        from begat.queries.lineage import lineage

        return lineage(
            self.store,
            self.find(name).id,
            direction=direction,
            depth=depth,
            relations=tuple(relation_named(r) for r in relations),
            min_confidence=min_confidence,
        )

    def reach(
        self,
        name: str,
        *,
        direction: str = "both",
        relations: Sequence[str | Relation] = LINEAGE,
        min_confidence: float = 0.0,
    ) -> dict[int, int]:
        """How many works there are at each number of steps from `name`; `lineage` holds only the nearest of many."""
        from begat.queries.lineage import reach

        return reach(
            self.store,
            self.find(name).id,
            direction=direction,
            relations=tuple(relation_named(r) for r in relations),
            min_confidence=min_confidence,
        )

    def family(self, name: str, *, min_confidence: float = 0.0) -> FamilyTree:
        """The family of this name, or of the thing of this name, over the years."""
        from begat.queries.family import family

        return family(self.store, name, min_confidence=min_confidence)

    def compare(
        self, a: str, b: str, *, relations: Sequence[str | Relation] = LINEAGE, min_confidence: float = 0.0
    ) -> Comparison:
        """Two things side by side: their common ancestors, where their ways part, what is said of the two."""
        from begat.queries.comparison import compare

        return compare(
            self.store,
            self.find(a).id,
            self.find(b).id,
            relations=tuple(relation_named(r) for r in relations),
            min_confidence=min_confidence,
        )

    def show(self, name: str) -> Portrait:
        """All that the graph knows of `name`: aliases, introduction, relations with their evidence."""
        from begat.queries.show import show

        return show(self.store, self.find(name).id)

    def path(self, a: str, b: str, *, max_length: int = 6) -> Connection | None:
        """The shortest connection of two things, or None within `max_length` steps."""
        from begat.queries.paths import path

        return path(self.store, self.find(a).id, self.find(b).id, max_length=max_length)

    def search(self, text: str, limit: int = 20) -> list[Hit]:
        """Full-text search over names, titles and evidence, best first."""
        from begat.graph.search import search

        return search(self.store, text, limit)

    # -- queries -----------------------------------------------------------------------------------------

    def cypher(self, query: str, *, timeout: float = 30.0, **parameters: Any) -> Result:
        """Ask in Cypher (read-only). Parameters are named as in the query: `cypher("… $name …", name="Orca")`."""
        from begat.queries.cypher import cypher

        return cypher(self.store, query, parameters, timeout=timeout)

    def sparql(self, query: str, *, timeout: float = 30.0, **parameters: Any) -> Result:
        """Ask in SPARQL 1.1 (read-only); the usual prefixes are declared, parameters bind variables."""
        from begat.queries.sparql import sparql

        with self.file() as store:
            return sparql(store, query, parameters, timeout=timeout)

    def ask(self, question: str, *, engine: str = "cypher", **parameters: Any) -> Result:
        """Ask a question of the library by its name (`begat ask --list`)."""
        from begat.queries.library import ask

        if engine == "sparql":  # which is asked of files
            with self.file() as store:
                return ask(store, question, engine=engine, **parameters)
        return ask(self.store, question, engine=engine, **parameters)

    # -- out ---------------------------------------------------------------------------------------------

    def networkx(self, *, min_confidence: float = 0.0) -> networkx.MultiDiGraph[str]:
        """The graph as a networkx MultiDiGraph: node and edge attributes as in Cypher, keys are relations."""
        from begat.graph.network import networkx

        with self.file() as store:
            return networkx(store, min_confidence=min_confidence)

    def export(self, format: str, target: str | Path | TextIO | None = None, **options: Any) -> None:
        """Write the graph as `format` ("turtle", "csv", "assertions", …; see docs/formats.md) to a file."""
        from begat.graph.export import export

        with self.file() as store:
            export(store, format, Path(target) if isinstance(target, str) else target, **options)

    def push(self, url: str, **options: Any) -> PushReport:
        """Make the graph of begat in the Neo4j at `url` what this graph file is; see `begat.graph.neo4j.push`."""
        from begat.graph.neo4j import push

        if not isinstance(self.store, Store):
            raise UsageError(f"{self.store.place}: only a graph file can be pushed; name one with -g")
        return push(self.store, url, **options)

    @contextmanager
    def file(self) -> Iterator[Store]:
        """The graph as a file: its own; of one in Neo4j a copy, which lasts as long as the block."""
        if isinstance(self.store, Store):
            yield self.store
            return
        with TemporaryDirectory(prefix="begat-") as folder, Store.open(self.store.copy(Path(folder) / "copy")) as store:
            yield store

    def stats(self) -> Stats | PushedStats:
        """Counts of documents, nodes by type, edges by relation and origin."""
        from begat.graph.check import stats

        return stats(self.store) if isinstance(self.store, Store) else self.store.counts()

    def check(self) -> Iterator[str]:
        """Findings about the file's integrity, one line each; none where all is well."""
        from begat.graph.check import check

        if not isinstance(self.store, Store):
            pushed = self.store.marker.get("file") or "FILE"
            raise UsageError(
                f"{self.store.place}: texts are not in Neo4j; check the graph file that was pushed ('begat check -g"
                f" {pushed}'), then push it again, which mends what differs"
            )
        return check(self.store)


def relation_named(name: str | Relation) -> Relation:
    """The relation of this name, whatever its case and dashes ("fine-tuned-from"). Raises UsageError."""
    written = str(name).upper().replace("-", "_").replace(" ", "_")
    try:
        return Relation(written)
    except ValueError:
        raise UsageError(f"no relation {name!r}; {meant(written.lower(), [r.lower() for r in Relation])}") from None


def open(path: str | Path = DEFAULT_GRAPH) -> Graph:
    """Open an existing graph for questions: a file's path, or the `neo4j://…` of one that was pushed.

    Raises GraphError where it is missing or not one.
    """
    if is_neo4j(str(path)):
        from begat.graph.neo4j_store import Neo4jStore

        return Graph(Neo4jStore.open(str(path)))
    return Graph(Store.open(path))


def build(
    sources: Sequence[str | Path],
    graph: str | Path = DEFAULT_GRAPH,
    *,
    metadata: Sequence[str | Path] = (),
    format: str | None = None,
    columns: Mapping[str, str] | None = None,
    workers: int = 1,
    dask: str | None = None,
    min_confidence: float | None = None,
    offline: bool = False,
    cache: str | Path | None = None,
    contact: str | None = None,
    on_problem: Callable[[Problem], None] | None = None,
    progress: Progress | None = None,
    note: Callable[[str], None] | None = None,
) -> Graph:
    """Read `sources`, mine them, and add what they state to the graph file `graph`, which is made if needed.

    `sources` are files, folders, "-" or addresses (`arxiv:2311.11045`, `hf:org/model`; see docs/sources.md); each
    file's format is known by its content (`format` overrides that, and `columns` says which column holds what:
    `{"title": "paper_name"}`). What services answer is kept in the folder `cache` (None: the user's own) and asked
    for once; `offline` asks nobody. `contact` is an address that services may write to, `note` is told what is
    waited for. `metadata` are files of bibliographic
    facts, joined by id to papers that lack them; "arxiv" asks arXiv's API for them. `workers` > 1 mines in that many processes, `dask` (a scheduler's
    address, `tcp://scheduler:8786`) on the workers of a cluster. `min_confidence` keeps weaker assertions out of the graph's edges. What cannot be read goes to `on_problem`, the rest goes on.

    Building the same sources again changes nothing; a document that changed or went from its source takes its
    assertions with it. The returned Graph's `report` says what was done. Raises SourceError, and makes no file, where
    there was none and nothing could be read; and, before anything, where there are only folders without files, or a file
    of metadata is not there.
    """
    from begat import loaders
    from begat.graph.build import build as build_graph
    from begat.loaders.apis import Client
    from begat.loaders.mining import pipeline

    names = [str(source) for source in sources]
    if names and all(map(loaders.is_empty, names)):
        raise SourceError(f"{', '.join(names)}: {loaders.NO_FILES}")
    files = [str(file) for file in metadata if str(file) != ARXIV]
    loaders.expect(files)
    base = Path(graph).resolve().parent
    complete: set[str] = set()
    failed: set[str] = set()

    def problems(problem: Problem) -> None:
        if problem.severity is loaders.Severity.ERROR:
            failed.add(problem.source)
        if on_problem:
            on_problem(problem)

    def documents(store: Store) -> Iterator[Document]:
        for document in loaders.read(
            names, format=format, columns=columns or {}, on_problem=problems, base=base, client=client
        ):
            complete.add(document.source)
            yield document
        complete.difference_update(failed)
        complete.discard("-")  # another time, standard input is another text
        complete.update(_vanished(store, names, base))

    asked = Client(cache=cache, offline=offline, contact=contact, progress=progress, note=note)
    with (
        asked as client,
        _cluster(dask) if dask else _executor(workers) as executor,
        _making(graph) as store,
    ):

        def facts() -> Iterator[Facts]:
            for file in files:
                yield from loaders.metadata(file, on_problem=problems, client=client)
            if len(files) < len(metadata):
                yield from loaders.asked_metadata(client, store, problems)

        report = build_graph(
            store,
            documents(store),
            pipeline,
            facts=facts(),
            complete=complete,
            executor=executor,
            progress=progress,
            min_confidence=min_confidence,
        )
    _check_made(graph)
    return Graph(Store.open(graph), report)


def enrich(
    graph: str | Path = DEFAULT_GRAPH,
    *,
    services: Sequence[str] | None = None,
    sentences: bool = False,
    by_title: bool = False,
    workers: int = 1,
    offline: bool = False,
    cache: str | Path | None = None,
    contact: str | None = None,
    on_problem: Callable[[Problem], None] | None = None,
    progress: Progress | None = None,
    note: Callable[[str], None] | None = None,
) -> Enriched:
    """Ask `services` for what the graph file lacks of its papers: titles, dates, authors, ids, abstracts, citations.

    They are asked in this order ("arxiv", "s2", "crossref" where none are named; "openalex", "opencitations"), each for
    what the ones before it left open; nothing that a source states is overwritten. `sentences` asks Semantic Scholar for
    the sentences that make the citations, too, and `by_title` for papers that have no id: a request for each. Ctrl-C ends the asking; what came is built.
    `offline`, `cache`, `contact`, `note` are as in `build`. Raises UsageError for a service that there is not.
    """
    from begat.loaders.apis import Client
    from begat.loaders.enrich import DEFAULT, enrich, helpers

    chosen = DEFAULT if services is None else tuple(services)
    helpers(chosen)
    asked = Client(cache=cache, offline=offline, contact=contact, progress=progress, note=note)
    with asked as client, Store.open(graph, write=True) as store:
        found = enrich(
            store, client, chosen, sentences=sentences, by_title=by_title,
            on_problem=on_problem or (lambda problem: None),
        )  # fmt: skip
        found.report = _added(store, found.documents, found.facts, workers, progress)
    return found


def grow(
    name: str,
    graph: str | Path = DEFAULT_GRAPH,
    *,
    depth: int = 1,
    limit: int = 200,
    direction: str = "both",
    confirm: Callable[[Estimate], bool] | None = None,
    workers: int = 1,
    offline: bool = False,
    cache: str | Path | None = None,
    contact: str | None = None,
    on_problem: Callable[[Problem], None] | None = None,
    progress: Progress | None = None,
    note: Callable[[str], None] | None = None,
) -> Grown:
    """Follow citations and declared bases from `name` outward, and add what is there to the graph file.

    `name` is a thing or paper of the graph, or an address (`arxiv:…`, `doi:…`, `s2:…`, `hf:…`), from which a graph can
    begin. At most `depth` steps, and `limit` papers and models, those most joined to the others first; `direction` is
    "ancestors", "descendants" or "both". `confirm` is told what it will take, and says whether to begin. Ctrl-C ends
    the asking; what came is built. `offline`, `cache`, `contact`, `note` are as in `build`.
    """
    from begat.loaders.apis import Client
    from begat.loaders.grow import Grown, estimate, grow, seeds

    asked = Client(cache=cache, offline=offline, contact=contact, progress=progress, note=note)
    with asked as client:
        start = seeds(name, graph)
        with _making(graph):
            pass  # what is wrong with the file is said before services are asked
        plan = estimate(client, start, depth=depth, limit=limit, direction=direction)
        if confirm and not confirm(plan):
            return Grown()
        with _making(graph) as store:
            found = grow(
                store, client, start, depth=depth, limit=limit, direction=direction,
                on_problem=on_problem or (lambda problem: None),
            )  # fmt: skip
            found.report = _added(store, found.documents, found.facts, workers, progress)
    if not found.interrupted:
        _check_made(graph)
    return found


@contextmanager
def _making(graph: str | Path) -> Iterator[Store]:
    """The graph file, open for writing. A new one that nothing came into is taken away again, whatever the reason."""
    new, empty = not Path(graph).exists(), False
    try:
        with Store.create(graph) as store:
            try:
                yield store
            finally:
                empty = new and store.connection.execute("SELECT 1 FROM documents LIMIT 1").fetchone() is None
    finally:
        if empty:
            Path(graph).unlink(missing_ok=True)


def _check_made(graph: str | Path) -> None:
    if not Path(graph).exists():
        raise SourceError(f"nothing could be read; {graph} was not made")


def _added(
    store: Store, documents: Iterable[Document], facts: Iterable[Facts], workers: int, progress: Progress | None
) -> BuildReport:
    """Build these into an open graph, beside all that it has."""
    from begat.graph.build import build as build_graph
    from begat.loaders.mining import pipeline

    with _executor(workers) as executor:
        return build_graph(
            store, documents, pipeline, facts=facts, complete=(), executor=executor, progress=progress
        )  # fmt: skip


def remove(what: str, graph: str | Path = DEFAULT_GRAPH) -> BuildReport:
    """Take a source, or a document by its id, out of the graph with everything that only it said."""
    from begat.graph.build import remove as remove_from
    from begat.loaders.mining import pipeline

    with Store.open(graph, write=True) as store:
        return remove_from(store, what, pipeline)


def diff(old: str | Path, new: str | Path) -> Difference:
    """What the graph file `new` has otherwise than the graph file `old`; nothing differs where it is false."""
    from begat.queries.difference import difference

    with Store.open(old) as before, Store.open(new) as after:
        return difference(before, after)


def _vanished(store: Store, sources: Sequence[str], base: Path) -> Iterator[str]:
    """Sources in the graph that lay in a folder among `sources` and are no longer there.

    Of a folder without any file nothing has vanished: rather is it no longer mounted than are all gone.
    """
    from begat.loaders.inputs import is_address, is_empty

    given = [Path(source) for source in sources if source != "-" and not is_empty(source)]
    folders = [path.resolve() for path in given if path.is_dir()]
    for (name,) in store.connection.execute("SELECT DISTINCT source FROM documents"):
        if is_address(name):
            continue
        path = Path(os.path.normpath(base / name))
        if any(path.is_relative_to(folder) for folder in folders) and _is_gone(path):
            yield name


def _is_gone(path: Path) -> bool:
    """Whether there is surely no such file: in a folder that cannot be looked into it may still be."""
    try:
        path.stat()
    except OSError as error:
        return isinstance(error, FileNotFoundError | NotADirectoryError)
    return False


@contextmanager
def _cluster(address: str) -> Iterator[Executor]:
    """The workers of a Dask cluster: what one of them was mining when it died, another mines again."""
    try:
        import distributed
    except ImportError:
        raise UsageError("a cluster needs Dask; install it with: pip install 'distributed>=2025.1'") from None
    try:
        client = distributed.Client(address, timeout=10)
    except (OSError, ValueError) as error:
        raise BegatError(f"{address}: no Dask scheduler answers ({error}); start one with: dask scheduler") from None
    with client:
        try:
            yield client.get_executor(pure=False)
        except (distributed.KilledWorker, distributed.CancelledError) as error:
            raise BegatError(
                f"{address}: mining did not survive on the cluster ({error}); see its workers' logs"
            ) from None


@contextmanager
def _executor(workers: int) -> Iterator[Executor | None]:
    """Processes to mine in; None for one worker, which is this process itself.

    Spawned, not forked: a child must not inherit the open database. They leave Ctrl-C to their parent.
    """
    if workers <= 1:
        yield None
        return
    with ProcessPoolExecutor(workers, mp_context=get_context("spawn"), initializer=_leave_interrupts) as pool:
        try:
            yield pool
        except BrokenProcessPool:
            raise BegatError(
                "a process that mines was ended from outside, most likely for want of memory; what was finished is kept,"
                f" the same command goes on from there, with fewer --workers than {workers} in less memory"
            ) from None
        except BaseException:
            pool.shutdown(wait=True, cancel_futures=True)
            raise


def _leave_interrupts() -> None:
    signal.signal(signal.SIGINT, signal.SIG_IGN)
