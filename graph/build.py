"""Building: documents, and what a miner finds in them, become the graph.

Stages, each of which takes up what an interrupted build left undone:
*read* documents into the store; *join* the records of one paper and the facts known of it; *introduce*: ask the miner
what each document introduces, the gazetteer of the corpus; *mine* what is new, changed, or speaks of a name that came
to the gazetteer or went from it; *resolve* it all into nodes and edges (`graph/resolve.py`). What is resolved is a
function of the documents alone, so adding them one by one gives the same graph as building at once.
"""

import hashlib
import json
import re
import time
from collections import defaultdict, deque
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from concurrent.futures import Executor, Future
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field, replace
from difflib import get_close_matches
from itertools import islice
from typing import Any, Generic, Protocol, TypeVar

from begat.graph import corrections, declared, gazetteer, joining, missing, papers, update
from begat.graph.errors import BegatError, EvidenceError, NotFoundError
from begat.graph.model import IN_PART, Document, Facts, Mined, Node, Thing
from begat.graph.names import fold
from begat.graph.store import Store, check_evidence, check_mention, record
from begat.graph.touched import FEW, Touched
from begat.graph.vocabulary import THINGS, NodeType

BATCH = 200
"""Documents that are read in one transaction."""
MINED_BATCH = 50
"""Documents that are mined, and then written, at once: what a killed build loses at most."""
_IN_FLIGHT = 8
_TELLING = 10
"""Documents that do not all fail by chance: where a whole batch of so many does, the miner is at fault."""
STDIN = "-"

Progress = Callable[[str, int, int | None], None]
"""Called with (stage, done, of how many or None)."""
T = TypeVar("T")
R = TypeVar("R")


class Miner(Protocol):
    """What finds names and relations in documents; its functions must be picklable to run in other processes."""

    @property
    def version(self) -> str:
        """Changes with everything that may change what it finds."""

    @property
    def min_confidence(self) -> float:
        """Below which it advises to believe no edge."""

    @property
    def introductions(self) -> Callable[[Document], Sequence[Thing]]:
        """What a document introduces, on its own evidence."""

    @property
    def mine(self) -> Callable[[Document, Mapping[str, NodeType]], Mined]:
        """What is found in a document, given the corpus's gazetteer: folded name → type.

        It must ask the gazetteer for names, and cannot read it through: from what it asks for, and from nothing else,
        it is known which documents a name that comes or goes concerns.
        """


@dataclass(slots=True)
class BuildReport:
    """What a build did. Of documents: read, new, changed, unchanged, removed, mined; of the graph: the totals."""

    read: int = 0
    new: int = 0
    changed: int = 0
    unchanged: int = 0
    repeated: int = 0
    """Documents met again in the same source, and passed over."""
    removed: int = 0
    mined: int = 0
    remined_because: str | None = None
    problems: list[str] = field(default_factory=list)
    documents: int = 0
    mentions: int = 0
    assertions: int = 0
    nodes: int = 0
    edges: int = 0
    revision: int = 0
    resolved: bool = False
    """Whether the graph was made anew; False: nothing had changed."""
    seconds: dict[str, float] = field(default_factory=dict)

    @contextmanager
    def timing(self, stage: str) -> Iterator[None]:
        """Adds the block's duration to the stage's seconds."""
        started = time.perf_counter()
        try:
            yield
        finally:
            self.seconds[stage] = self.seconds.get(stage, 0.0) + time.perf_counter() - started


def build(
    store: Store,
    documents: Iterable[Document],
    miner: Miner,
    *,
    facts: Iterable[Facts] = (),
    complete: Collection[str] | None = None,
    executor: Executor | None = None,
    progress: Progress | None = None,
    min_confidence: float | None = None,
) -> BuildReport:
    """Read documents, mine what needs it, and bring the graph up to date.

    `complete` names the sources that were read to their end: what the store has of them and this build did not meet
    is removed. It is looked at after the last document, so that a reader can fill it in as it goes; None: every
    source met, standard input ("-") apart. `facts` are taken after the documents, so that who gives them can look which
    these lack. `min_confidence`, kept in the file, is the confidence below which a
    mined edge is left out of the graph (its assertions stay).
    """
    work = _Build(store, miner, executor, progress or _silent)
    with work.report.timing("read"):
        met = work.read(documents)
        work.add_facts(facts)
        sources = {source for source in met if source != STDIN} if complete is None else set(complete)
        work.remove_missing(met, sources)
    return work.finish(min_confidence)


def remove(
    store: Store,
    what: str,
    miner: Miner,
    *,
    executor: Executor | None = None,
    progress: Progress | None = None,
) -> BuildReport:
    """Take a source, or a document by its id, out of the graph with everything that only it said.

    Documents that speak of what it introduced are mined again, hence the miner. Raises NotFoundError.
    """
    work = _Build(store, miner, executor, progress or _silent)
    with work.report.timing("read"):
        work.remove(what)
    return work.finish(None)


def part(store: Store, paper: Node, record: str, reason: str, miner: Miner) -> tuple[str, BuildReport]:
    """Say that a record, by its id, is another paper than the one it was taken for; kept through builds.

    Both are joined anew, and mined again where they had learned from each other. Gives the record that it was told
    apart from, and the report. Raises NotFoundError, UsageError.
    """
    other = corrections.to_part(store, paper, record)
    work = _Build(store, miner, None, _silent)
    with work.changing():
        work.touch_papers_of(record, other)
        corrections.part(store, record, other, reason)
    return other, work.finish(None)


def withdraw(store: Store, number: int, miner: Miner) -> None:
    """Take a correction back, of whatever kind. Raises NotFoundError."""
    records = corrections.numbered(store, number).of_records
    if records is None:
        corrections.withdraw(store, number)
        return
    work = _Build(store, miner, None, _silent)
    with work.changing():
        work.touch_papers_of(*records)
        corrections.forget(store, number)
    work.finish(None)


def _silent(stage: str, done: int, total: int | None) -> None:
    pass


class _Build:
    """One build in progress."""

    def __init__(self, store: Store, miner: Miner, executor: Executor | None, progress: Progress) -> None:
        self.store = store
        self.sql = store.connection
        self.miner = miner
        self.executor = executor
        self.progress = progress
        self.report = BuildReport()
        self.touched = Touched.of(store)

    @contextmanager
    def changing(self) -> Iterator[None]:
        """A transaction that leaves word, should this build not come to its end, that the graph is out of date."""
        with self.store.transaction():
            yield
            self.store.set_meta("pending", "yes")

    def pending(self) -> bool:
        """Whether the graph is out of date."""
        waiting = "SELECT 1 FROM documents WHERE mined IS NULL LIMIT 1"
        return self.store.meta("pending") == "yes" or self.sql.execute(waiting).fetchone() is not None

    # -- reading ---------------------------------------------------------------------------------------

    def add_facts(self, facts: Iterable[Facts]) -> None:
        """Keep bibliographic facts in the file; only what differs from what is there.

        Of two with one key the first counts, and the other fills what it lacks; so does what services said before.
        """
        for batch in _batches(self._gathered(facts), 1000):
            known = [(f, self.store.facts(f.key)) for f in batch]
            new = [f for f, old in ((missing.with_services(f, old), old) for f, old in known) if f != old]
            if new:
                with self.changing():
                    joining.touch(self.store, self.touched, new)
                    self.store.add_facts(new)

    def _gathered(self, facts: Iterable[Facts]) -> Iterator[Facts]:
        """The facts, one of a key, in order of key; on disk, since there may be millions."""
        self.sql.execute(
            "CREATE TEMP TABLE IF NOT EXISTS said (key TEXT PRIMARY KEY, facts TEXT NOT NULL) WITHOUT ROWID"
        )
        self.sql.execute("DELETE FROM temp.said")
        for one in facts:
            row = self.sql.execute("SELECT facts FROM temp.said WHERE key = ?", (one.key,)).fetchone()
            whole = one
            if row:
                first = _facts(row[0])
                whole = replace(missing.completed(first, one, ""), extra={**one.extra, **first.extra})
            self.sql.execute("INSERT OR REPLACE INTO temp.said VALUES (?, ?)", (one.key, json.dumps(asdict(whole))))
        last = ""
        query = "SELECT key, facts FROM temp.said WHERE key > ? ORDER BY key LIMIT 1000"
        while rows := self.sql.execute(query, (last,)).fetchall():
            yield from (_facts(said) for _, said in rows)
            last = rows[-1][0]

    def read(self, documents: Iterable[Document]) -> Mapping[str, Collection[str]]:
        """Write what is new or changed; the ids met, by source."""
        met: dict[str, dict[str, str]] = defaultdict(dict)
        for batch in _batches(documents, BATCH):
            self._read_batch(batch, met)
            self.progress("read", self.report.read, None)
        return met

    def _read_batch(self, batch: list[Document], met: dict[str, dict[str, str]]) -> None:
        fresh: list[tuple[Document, str]] = []
        moved: list[tuple[str, int]] = []
        for document in map(_sound, batch):
            self.report.read += 1
            digest = _digest(document)
            if before := met[document.source].get(document.id):
                self._met_again(document, same=before == digest)
                continue
            met[document.source][document.id] = digest
            stored = self.sql.execute(
                'SELECT number, digest, place, json_array_length("references") FROM documents WHERE source = ? AND id = ?',
                (document.source, document.id),
            ).fetchone()
            poorer = stored is not None and _poorer(document, *stored[2:])
            if stored and (stored[1] == digest or poorer):
                self.report.unchanged += 1
                if stored[2] != document.place and not poorer:
                    moved.append((document.place, stored[0]))
                continue
            self.report.changed += bool(stored)
            self.report.new += not stored
            fresh.append((document, digest))
        if moved:
            with self.store.transaction():
                self.sql.executemany("UPDATE documents SET place = ? WHERE number = ?", moved)
        if fresh:
            with self.changing():
                replaced = [number for document, _ in fresh if (number := self._number(document)) is not None]
                self.touched.note(self.store, replaced)
                numbers = [
                    self.store.add_document(document, digest, papers.sketch(document.text) if document.paper else "")
                    for document, digest in fresh
                ]
                self.touched.added(self.store, numbers)

    def touch_papers_of(self, *records: str) -> None:
        """Note all records of the papers of which these are records."""
        query = "SELECT number FROM documents WHERE paper IN (SELECT paper FROM documents WHERE id = ?)"
        self.touched.note(self.store, (n for id_ in records for (n,) in self.sql.execute(query, (id_,)).fetchall()))

    def _number(self, document: Document) -> int | None:
        row = self.sql.execute(
            "SELECT number FROM documents WHERE source = ? AND id = ?", (document.source, document.id)
        ).fetchone()
        return int(row[0]) if row else None

    def _met_again(self, document: Document, same: bool) -> None:
        self.report.repeated += 1
        if not same:
            self.report.problems.append(
                f"{document.source}: {document.place or document.id}: another document with the id {document.id};"
                " the first was kept"
            )

    def remove_missing(self, met: Mapping[str, Collection[str]], sources: Collection[str]) -> None:
        """Remove what is stored of completely read sources and was not met in them."""
        for source in sorted(sources):
            stored = self.sql.execute("SELECT id, number FROM documents WHERE source = ?", (source,))
            self._delete([number for id_, number in stored if id_ not in met.get(source, ())])

    def remove(self, what: str) -> None:
        """Remove a source's documents, or the documents with an id."""
        rows = self.sql.execute("SELECT number FROM documents WHERE source = ? OR id = ?", (what, what)).fetchall()
        if not rows:
            sources = self.sql.execute("SELECT DISTINCT source FROM documents UNION SELECT id FROM documents")
            near = get_close_matches(what, [name for (name,) in sources])
            raise NotFoundError(what, near, "'begat stats' lists the sources")
        self._delete([number for (number,) in rows])

    def _delete(self, numbers: list[int]) -> None:
        for batch in _batches(numbers, BATCH):
            with self.changing():
                self.touched.note(self.store, batch)
                self.sql.executemany("DELETE FROM documents WHERE number = ?", [(n,) for n in batch])
            self.report.removed += len(batch)

    # -- the rest --------------------------------------------------------------------------------------

    def finish(self, min_confidence: float | None) -> BuildReport:
        """All stages after reading, where anything is left to do."""
        self._check_versions(min_confidence)
        if self.pending():
            with self.report.timing("join"):
                self.join()
            with self.report.timing("introduce"):
                self.introduce()
                self.update_gazetteer()
            with self.report.timing("mine"):
                self.mine()
            with self.report.timing("resolve"):
                self.progress("resolve", 0, None)
                update.update(self.store, self.touched)
            self.report.resolved = True
        self._count()
        return self.report

    def _check_versions(self, min_confidence: float | None) -> None:
        """Have everything mined again by a new miner, and resolved again under a new threshold."""
        before = self.store.meta("miner")
        if before != self.miner.version:
            if before is not None:
                self.report.remined_because = f"the miner is now {self.miner.version}; it was {before}"
            self._mine_all()
        elif self.store.meta("asked") is None:
            self.report.remined_because = "an older begat did not keep what hangs on which names"
            self._mine_all()
        stored = self.store.meta("min_confidence")
        if min_confidence is None:
            min_confidence = float(stored) if stored is not None else self.miner.min_confidence
        if stored is None or float(stored) != min_confidence:
            with self.changing():
                self.store.set_meta("min_confidence", str(min_confidence))
            self.touched.all()

    def _mine_all(self) -> None:
        with self.changing():
            self.sql.execute("UPDATE documents SET mined = NULL, introduced = NULL")
            self.store.set_meta("miner", self.miner.version)
            self.store.set_meta("asked", "yes")
        self.touched.all()

    def _count(self) -> None:
        for table, count in self.store.counts().items():
            setattr(self.report, table, count)
        self.report.revision = self.store.revision

    # -- joining ---------------------------------------------------------------------------------------

    def join(self) -> None:
        """Find which documents are one paper, and give each what the others and the facts know of it."""
        with self.changing():
            joining.join(self.store, self.touched)

    # -- introducing -----------------------------------------------------------------------------------

    def introduce(self) -> None:
        """Ask of each document that was not asked before what it introduces."""

        def write(found: list[tuple[int, Document, Sequence[Thing]]]) -> None:
            self.sql.executemany("DELETE FROM introductions WHERE document = ?", [(number,) for number, _, _ in found])
            rows = [
                (number, t.type, t.name, fold(t.name))
                for number, _, things in found
                for t in things
                if t.type in THINGS
            ]
            self.sql.executemany("INSERT OR IGNORE INTO introductions VALUES (?, ?, ?, ?)", rows)
            self.touched.introduced.update(folded for *_, folded in rows)
            self.sql.executemany(
                "UPDATE documents SET introduced = ? WHERE number = ?",
                [(self.miner.version, number) for number, _, _ in found],
            )

        self._work("introduce", "introduced IS NULL", _Task(self.miner.introductions), write, ())

    def update_gazetteer(self) -> None:
        """Set down what the corpus introduces, and have mined again what asked for any name that came or went."""
        differing = gazetteer.changes(self.store, None if self.touched.whole else self.touched.introduced)
        if not differing:
            return
        concerned = gazetteer.askers(self.store, differing)
        with self.changing():
            gazetteer.write(self.store, differing)
            self.touched.note(self.store, concerned)
            self.sql.executemany("UPDATE documents SET mined = NULL WHERE number = ?", [(n,) for n in concerned])

    # -- mining ----------------------------------------------------------------------------------------

    def mine(self) -> None:
        """Mine each document that waits for it."""
        (waiting,) = self.sql.execute("SELECT count(*) FROM documents WHERE mined IS NULL").fetchone()
        few = self.executor is None and waiting <= FEW
        known = gazetteer.Stored(self.store) if few else gazetteer.read(self.store)

        def write(found: list[tuple[int, Document, tuple[Mined, Collection[str]]]]) -> None:
            whole = [
                (n, document, self._proven(document, declared.complete(document, mined)))
                for n, document, (mined, _) in found
            ]
            self.touched.note(self.store, [n for n, _, _ in found])
            self.store.add_proven(whole, seen=self.miner.version)
            gazetteer.remember(self.store, ((n, asked) for n, _, (_, asked) in found))
            self.report.mined += len(whole)

        self._work("mine", "mined IS NULL", _Task(_Asking(self.miner.mine), (known,)), write, (Mined(), frozenset()))

    def _proven(self, document: Document, mined: Mined) -> Mined:
        """What was mined without what its evidence does not bear out, which is reported."""
        mentions = tuple(m for m in mined.mentions if self._holds(check_mention, document, m))
        assertions = tuple(a for a in mined.assertions if self._holds(check_evidence, document, a))
        return replace(mined, mentions=mentions, assertions=assertions)

    def _holds(self, check: Callable[[Document, T], None], document: Document, item: T) -> bool:
        try:
            check(document, item)
        except EvidenceError as error:
            self.report.problems.append(f"left out: {error}")
            return False
        return True

    def _work(
        self,
        stage: str,
        where: str,
        task: "_Task[R]",
        write: Callable[[list[tuple[int, Document, R]]], None],
        nothing: R,
    ) -> None:
        """Give every document of the store that is to be worked on to the task, and write what it finds.

        A document that the miner fails on is a problem and has nothing; a new version of the miner tries it again.
        """
        (total,) = self.sql.execute(f"SELECT count(*) FROM documents WHERE {where}").fetchone()
        numbers = [n for (n,) in self.sql.execute(f"SELECT number FROM documents WHERE {where} ORDER BY number")]
        done = 0
        for batch, results in self._run(task, (self._load(part) for part in _batches(numbers, MINED_BATCH))):
            if len(batch) >= _TELLING and all(problem for _, problem in results):
                raise BegatError(f"mining fails on every document: {results[0][1]}")
            found = []
            for (number, document), (result, problem) in zip(batch, results, strict=True):
                if problem is not None:
                    self.report.problems.append(f"{document.source}: document {document.id}: {problem}")
                found.append((number, document, nothing if result is None else result))
            with self.changing():
                write(found)
            done += len(batch)
            self.progress(stage, done, total)

    def _load(self, numbers: Sequence[int]) -> list[tuple[int, Document]]:
        return list(
            self.store.documents(
                "number BETWEEN ? AND ? AND number IN (SELECT value FROM json_each(?))",
                (numbers[0], numbers[-1], json.dumps(numbers)),
            )
        )

    def _run(
        self, task: "_Task[R]", batches: Iterable[list[tuple[int, Document]]]
    ) -> Iterator[tuple[list[tuple[int, Document]], list[tuple[R | None, str | None]]]]:
        """Each batch with what the task made of it: here, or in the executor with a few batches in flight."""
        if self.executor is None:
            for batch in batches:
                yield batch, task([document for _, document in batch])
            return
        flying: deque[tuple[list[tuple[int, Document]], Future[list[tuple[R | None, str | None]]]]] = deque()
        try:
            for batch in batches:
                flying.append((batch, self.executor.submit(task, [document for _, document in batch])))
                if len(flying) >= _IN_FLIGHT:
                    first, future = flying.popleft()
                    yield first, future.result()
            while flying:
                first, future = flying.popleft()
                yield first, future.result()
        finally:
            for _, future in flying:
                future.cancel()


class _Task(Generic[R]):
    """A miner's function over a batch, as another process can run it; a document it fails on becomes a problem."""

    def __init__(self, function: Callable[..., R], arguments: tuple[Any, ...] = ()) -> None:
        self.function = function
        self.arguments = arguments

    def __call__(self, documents: Sequence[Document]) -> list[tuple[R | None, str | None]]:
        return [self._one(document) for document in documents]

    def _one(self, document: Document) -> tuple[R | None, str | None]:
        try:
            return self.function(document, *self.arguments), None
        except Exception as error:  # one document must not end a build of a million
            return None, f"mining failed ({type(error).__name__}: {error}); please report it"


class _Asking:
    """A miner's function that also says which names it asked the gazetteer for."""

    def __init__(self, mine: Callable[[Document, Mapping[str, NodeType]], Mined]) -> None:
        self.mine = mine

    def __call__(self, document: Document, known: Mapping[str, NodeType]) -> tuple[Mined, Collection[str]]:
        asked = gazetteer.Asked(known)
        return self.mine(document, asked), asked.names


def _batches(items: Iterable[T], size: int) -> Iterator[list[T]]:
    iterator = iter(items)
    while batch := list(islice(iterator, size)):
        yield batch


def _facts(said: str) -> Facts:
    values = json.loads(said)
    return Facts(**{**values, "authors": tuple(values["authors"])})


def _poorer(document: Document, place: str, references: int) -> bool:
    """Whether a document came in part, and what is stored at this place, citing so many, is more of it."""
    return document.place == IN_PART and (place != IN_PART or len(document.references) < references)


def _digest(document: Document) -> str:
    """Of everything that a record says; not of where in its file it stands."""
    return hashlib.blake2b(json.dumps(record(document), ensure_ascii=False).encode(), digest_size=16).hexdigest()


_SURROGATE = re.compile("[\ud800-\udfff]")


def _sound(document: Document) -> Document:
    """The document with what no text can hold (half of a surrogate pair) replaced, letter for letter."""

    def mend(text: str) -> str:
        return _SURROGATE.sub("\ufffd", text)

    if not _SURROGATE.search(document.text + (document.title or "") + "".join(document.authors)):
        return document
    return replace(
        document,
        text=mend(document.text),
        title=mend(document.title) if document.title else None,
        authors=tuple(map(mend, document.authors)),
    )
