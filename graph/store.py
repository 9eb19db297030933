"""The truth: one SQLite file with what was read, what was found in it, and who is who.

Two layers. *Read and mined*: documents, facts, mentions, assertions — written a batch a transaction, so that a
killed build loses at most the batch in flight. *Resolved*: nodes, aliases, merges, edges, the search index —
computed from the first layer by `graph/resolve.py`, or brought up to date with it by `graph/update.py`, in one
transaction, which raises `revision`. The caches of the views carry it. What resolution has to know of its own result to
find what a change touches (signs, uses, introducers, …) stands in tables beside it. Between two batches of a build, or after a killed one, the second layer is that of
the last build that came to its end, and the note `pending` says so.
"""

import hashlib
import json
import secrets
import sqlite3
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import asdict
from pathlib import Path
from types import TracebackType
from typing import Any, Self, TypeVar

from begat.graph.errors import EvidenceError, GraphError, UsageError
from begat.graph.model import (
    Assertion,
    Declared,
    Document,
    Edge,
    Evidence,
    Facts,
    Mention,
    Mined,
    Node,
    Reference,
    Section,
    Statement,
    Thing,
)  # fmt: skip
from begat.graph.names import fold, parse
from begat.graph.reader import is_neo4j, shown
from begat.graph.vocabulary import NodeType, Origin, Relation

_T = TypeVar("_T")
SCHEMA_VERSION = 4
RANKED = 1000
"""How many places where words stand are ranked against each other."""
_CACHE = 128 << 20
"""Bytes of the file that a writer may keep in memory: with SQLite's own 2 MB, whatever is changed in no order is written
and read again and again (10,000 papers are resolved in 54 s, with 256 MB in 32)."""
APPLICATION_ID = 0x62656761  # "bega", in the file's header: how a begat file is known from any other SQLite file

_SCHEMA = """
CREATE TABLE meta (key TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;
CREATE TABLE documents (
    number INTEGER PRIMARY KEY,
    source TEXT NOT NULL, id TEXT NOT NULL, place TEXT NOT NULL,
    digest TEXT NOT NULL,               -- of the record as read: unchanged documents are skipped by it
    mined TEXT,                         -- version of the miner that mined it; NULL: to be mined
    is_paper INTEGER NOT NULL, title TEXT, text TEXT NOT NULL,
    authors TEXT NOT NULL, date TEXT, venue TEXT, url TEXT, arxiv TEXT, doi TEXT,
    "references" TEXT NOT NULL, declared TEXT NOT NULL, sections TEXT NOT NULL,   -- JSON
    sketch TEXT NOT NULL DEFAULT '',    -- few numbers that near-identical texts share (graph/papers.py)
    joined TEXT NOT NULL DEFAULT '{}',  -- JSON: facts that the record lacks and its paper's other records know
    paper TEXT,                         -- the node of the paper (or page) that it is; NULL: to be found
    introduced TEXT,                    -- version of the miner that looked for what it introduces; NULL: to be done
    UNIQUE (source, id)
);
CREATE INDEX documents_id ON documents (id);
CREATE INDEX documents_to_mine ON documents (number) WHERE mined IS NULL;
CREATE INDEX documents_to_ask ON documents (number) WHERE introduced IS NULL;
CREATE TABLE facts (
    key TEXT PRIMARY KEY, title TEXT, authors TEXT NOT NULL, date TEXT, venue TEXT, url TEXT, doi TEXT,
    extra TEXT NOT NULL, folded TEXT    -- the title's, to find it by
) WITHOUT ROWID;
CREATE INDEX facts_folded ON facts (folded) WHERE folded IS NOT NULL;
CREATE TABLE paper_keys (               -- which paper an id means
    key TEXT PRIMARY KEY, paper TEXT NOT NULL
) WITHOUT ROWID;
CREATE TABLE merges (                   -- why a document or id is taken for this paper
    paper TEXT NOT NULL, member TEXT NOT NULL, reason TEXT NOT NULL, PRIMARY KEY (paper, member)
) WITHOUT ROWID;
CREATE TABLE gazetteer (                -- what the corpus introduces, as mining last knew it
    folded TEXT PRIMARY KEY, type TEXT NOT NULL
) WITHOUT ROWID;
CREATE TABLE introductions (            -- what a document introduces on its own evidence: the gazetteer
    document INTEGER NOT NULL REFERENCES documents (number) ON DELETE CASCADE,
    type TEXT NOT NULL, name TEXT NOT NULL, PRIMARY KEY (document, type, name)
) WITHOUT ROWID;
CREATE TABLE mentions (
    document INTEGER NOT NULL REFERENCES documents (number) ON DELETE CASCADE,
    part TEXT NOT NULL, start INTEGER NOT NULL, "end" INTEGER NOT NULL, written TEXT NOT NULL,
    type TEXT NOT NULL, name TEXT NOT NULL, confidence REAL NOT NULL, introduced INTEGER NOT NULL
);
CREATE INDEX mentions_document ON mentions (document);
CREATE TABLE synonyms (                 -- two names that a document says are one thing
    document INTEGER NOT NULL REFERENCES documents (number) ON DELETE CASCADE,
    name TEXT NOT NULL, alias TEXT NOT NULL
);
CREATE INDEX synonyms_document ON synonyms (document);
CREATE TABLE assertions (
    number INTEGER PRIMARY KEY, claim TEXT NOT NULL,
    document INTEGER NOT NULL REFERENCES documents (number) ON DELETE CASCADE,
    subject_type TEXT NOT NULL, subject TEXT NOT NULL, relation TEXT NOT NULL,
    object_type TEXT NOT NULL, object TEXT NOT NULL,
    part TEXT NOT NULL, start INTEGER NOT NULL, "end" INTEGER NOT NULL, quote TEXT NOT NULL,
    rule TEXT NOT NULL, confidence REAL NOT NULL, origin TEXT NOT NULL,
    subject_node TEXT, object_node TEXT, paper_node TEXT    -- set by resolution
);
CREATE INDEX assertions_claim ON assertions (claim);
CREATE INDEX assertions_document ON assertions (document);
CREATE INDEX assertions_edge ON assertions (subject_node, relation, object_node);
CREATE TABLE nodes (
    id TEXT PRIMARY KEY, type TEXT NOT NULL, name TEXT NOT NULL, date TEXT, seen TEXT,
    family TEXT, version TEXT, arxiv TEXT, doi TEXT, url TEXT
) WITHOUT ROWID;
CREATE TABLE aliases (                  -- every name of a node, its own included, with why it is one
    node TEXT NOT NULL, name TEXT NOT NULL, folded TEXT NOT NULL, reason TEXT NOT NULL,
    PRIMARY KEY (node, name)
) WITHOUT ROWID;
CREATE INDEX aliases_folded ON aliases (folded);
CREATE TABLE edges (
    subject TEXT NOT NULL, relation TEXT NOT NULL, object TEXT NOT NULL,
    confidence REAL NOT NULL, support INTEGER NOT NULL, origin TEXT NOT NULL, date TEXT,
    PRIMARY KEY (subject, relation, object)
) WITHOUT ROWID;
CREATE INDEX edges_object ON edges (object, relation);
CREATE VIRTUAL TABLE search USING fts5 (kind UNINDEXED, ref UNINDEXED, text, tokenize = "unicode61 remove_diacritics 2");
"""

_PAPERS = "CREATE INDEX paper_keys_paper ON paper_keys (paper);"
"""What schema 4 has beyond schema 3: a paper's keys are found without reading those of all."""
_DECLARED = "ALTER TABLE uses ADD COLUMN declared INTEGER NOT NULL DEFAULT 0;"
"""What schema 3 has beyond schema 2."""
_DEPENDENCIES = """
CREATE INDEX documents_paper ON documents (paper);
CREATE INDEX facts_doi ON facts (doi) WHERE doi IS NOT NULL;
ALTER TABLE introductions ADD COLUMN folded TEXT;
CREATE INDEX introductions_folded ON introductions (folded);
CREATE INDEX assertions_author ON assertions (object_node) WHERE object_type = 'Author';
CREATE TABLE asked (                    -- whether a name is in the gazetteer: who asked while it was mined
    name INTEGER NOT NULL, document INTEGER NOT NULL, PRIMARY KEY (name, document)     -- name: a short hash of it
) WITHOUT ROWID;
CREATE TABLE signs (                    -- by what a document may be taken for another's paper, or is meant by a key
    sign TEXT NOT NULL, document INTEGER NOT NULL, PRIMARY KEY (sign, document)
) WITHOUT ROWID;
CREATE INDEX signs_document ON signs (document);
CREATE TABLE referred (                 -- papers that a document speaks of by keys not its own, and who they are
    key TEXT NOT NULL, document INTEGER NOT NULL, node TEXT NOT NULL, written TEXT, PRIMARY KEY (key, document)
) WITHOUT ROWID;
CREATE INDEX referred_node ON referred (node);
CREATE INDEX referred_document ON referred (document);
CREATE TABLE linked (                   -- synonyms by the key of either name; own: its paper introduces one of them
    key TEXT NOT NULL, document INTEGER NOT NULL, name TEXT NOT NULL, alias TEXT NOT NULL, other TEXT NOT NULL,
    own INTEGER NOT NULL, PRIMARY KEY (key, document, name, alias)
) WITHOUT ROWID;
CREATE INDEX linked_document ON linked (document);
CREATE TABLE introducing (              -- who a document says introduces a name
    concept TEXT NOT NULL, document INTEGER NOT NULL, name TEXT NOT NULL, paper TEXT NOT NULL, subject TEXT NOT NULL,
    confidence REAL NOT NULL, is_paper INTEGER NOT NULL, PRIMARY KEY (concept, document, name, subject)
) WITHOUT ROWID;
CREATE INDEX introducing_paper ON introducing (paper);
CREATE INDEX introducing_document ON introducing (document);
CREATE TABLE introducers (              -- who introduces a concept, earliest first
    concept TEXT NOT NULL, place INTEGER NOT NULL, paper TEXT NOT NULL, date TEXT, PRIMARY KEY (concept, place)
) WITHOUT ROWID;
CREATE INDEX introducers_paper ON introducers (paper);
CREATE TABLE uses (                     -- which thing a document means by a name: a concept as its introducer's
    concept TEXT NOT NULL, document INTEGER NOT NULL, name TEXT NOT NULL, type TEXT NOT NULL,
    weight REAL NOT NULL, times INTEGER NOT NULL, mentioned INTEGER NOT NULL, date TEXT,
    introducer TEXT NOT NULL,           -- '' where nobody introduces it
    family TEXT,                        -- of the name, where the document is the introducer's
    declared INTEGER NOT NULL DEFAULT 0,    -- whether a field says its type
    PRIMARY KEY (concept, document, name, type)
) WITHOUT ROWID;
CREATE INDEX uses_document ON uses (document);
CREATE INDEX uses_family ON uses (family) WHERE family IS NOT NULL;
CREATE TABLE things (                   -- of which concept a node is, and what its name says
    node TEXT PRIMARY KEY, concept TEXT NOT NULL, introducer TEXT NOT NULL, plain TEXT NOT NULL,
    family TEXT NOT NULL, stem TEXT NOT NULL, numbered TEXT
) WITHOUT ROWID;
CREATE INDEX things_concept ON things (concept);
CREATE INDEX things_plain ON things (plain);
CREATE INDEX things_family ON things (family);
CREATE INDEX things_numbered ON things (numbered) WHERE numbered IS NOT NULL;
CREATE TABLE families (                 -- how a family is called, and of which types most of it is
    family TEXT PRIMARY KEY, name TEXT NOT NULL, leaning TEXT NOT NULL
) WITHOUT ROWID;
"""
"""What schema 3 has beyond schema 1."""
_UPGRADES = {1: _DEPENDENCIES + _PAPERS, 2: _DECLARED + _PAPERS, 3: _PAPERS}
"""What makes a file of an older schema one of this; what it then lacks it learns with the next build."""
COUNTED = ("documents", "mentions", "assertions", "nodes", "edges")
DEPENDENT = ("referred", "linked", "introducing", "introducers", "uses", "things", "families")
"""The tables that resolution writes for itself."""


_INSERT_ASSERTION = (
    "INSERT INTO assertions (claim, document, subject_type, subject, relation, object_type, object, part, start,"
    f' "end", quote, rule, confidence, origin) VALUES ({", ".join("?" * 14)})'
)


def record(document: Document) -> tuple[str | bool | None, ...]:
    """A document's own fields as they are stored, its id, source and place apart."""
    return (
        document.paper, document.title, document.text, json.dumps(document.authors, ensure_ascii=False),
        document.date, document.venue, document.url, document.arxiv, document.doi,
        _json(document.references), _json(document.declared), _json(document.sections),
    )  # fmt: skip


def _json(items: Sequence[Any]) -> str:
    """Dataclass items as compact JSON without their empty fields."""
    if not items:
        return "[]"
    said = [
        {name: value for name in item.__dataclass_fields__ if (value := getattr(item, name)) is not None}
        for item in items
    ]
    return json.dumps(said, ensure_ascii=False, default=asdict)  # a dump has a hundred references to a paper: no copies


def _declared(record: dict[str, Any]) -> Declared:
    def thing(value: dict[str, str] | None) -> Thing | None:
        return Thing(NodeType(value["type"]), value["name"]) if value else None

    target = thing(record["object"])
    assert target is not None
    return Declared(
        Relation(record["relation"]), target, record["field"], record["value"], thing(record.get("subject"))
    )


_TROUBLES = {
    "SQLITE_BUSY": "another process is writing to it; wait until that is done",
    "SQLITE_LOCKED": "another process is writing to it; wait until that is done",
    "SQLITE_FULL": "the disk is full; make room, then build again: what is written so far is kept",
    "SQLITE_READONLY": "it cannot be written; check its permissions and its folder's",
    "SQLITE_CANTOPEN": "it cannot be opened; check its permissions and its folder's",
    "SQLITE_PERM": "it cannot be opened; check its permissions",
    "SQLITE_IOERR": "the disk fails",
    "SQLITE_CORRUPT": "the file is damaged; restore a copy, or move it away and build anew",
    "SQLITE_NOTADB": "not a begat graph; name another with -g, or move it away and build anew",
}
"""SQLite's result codes that are the world's doing, not ours (https://sqlite.org/rescode.html)."""


def trouble(path: Path, error: sqlite3.Error) -> GraphError | None:
    """What befell a graph file, as an error for the user; None where the mistake is in begat."""
    code = getattr(error, "sqlite_errorname", None) or ""
    known = next((words for name, words in _TROUBLES.items() if code == name or code.startswith(f"{name}_")), None)
    return GraphError(f"{path}: {known} ({error})") if known else None


@contextmanager
def _explaining(path: Path) -> Iterator[None]:
    """SQLite's errors within the block as GraphErrors."""
    try:
        yield
    except sqlite3.Error as error:
        if explained := trouble(path, error):
            raise explained from None
        raise


class _Connection(sqlite3.Connection):
    """A connection whose queries fail with a GraphError that names the file."""

    def __init__(self, path: str | Path, *args: Any, **options: Any) -> None:
        super().__init__(path, *args, **options)
        self.path = Path(str(path))

    def execute(self, *args: Any) -> sqlite3.Cursor:
        try:
            return super().execute(*args)
        except sqlite3.Error as error:
            raise trouble(self.path, error) or error from None


@contextmanager
def _closing_refused(connection: sqlite3.Connection) -> Iterator[None]:
    """Closes a connection to a file that turns out not to be what is needed."""
    try:
        yield
    except BaseException:
        connection.close()
        raise


def _connect(path: Path, mode: str) -> sqlite3.Connection:
    """Connect to an existing file. A file in a folder that cannot be written is opened as unchanging."""

    def connect(options: str) -> sqlite3.Connection:
        uri = f"{path.resolve().as_uri()}?{options}"
        connection = sqlite3.connect(uri, uri=True, isolation_level=None, factory=_Connection)
        with _closing_refused(connection):
            connection.path = path
            connection.execute("SELECT count(*) FROM sqlite_master").fetchone()
        return connection

    try:
        return connect(f"mode={mode}")
    except GraphError:
        log = Path(f"{path}-wal")
        if mode != "ro" or (log.exists() and log.stat().st_size):
            raise
        return connect("mode=ro&immutable=1")


def _here(path: str | Path) -> Path:
    """The path of a file; UsageError for the address of a Neo4j, which has no more than a copy."""
    if is_neo4j(str(path)):
        place = shown(str(path))
        raise UsageError(
            f"{place}: this needs a graph file, and that is a Neo4j; do it to the file that was pushed (-g FILE), then"
            f" 'begat push {place}'"
        )
    return Path(path)


def _check_is_file(path: Path) -> None:
    if not path.is_file():
        raise GraphError(f"{path}: a folder, not a graph file; name the file with -g")


def _check_is_graph(connection: sqlite3.Connection, path: Path) -> None:
    (application,) = connection.execute("PRAGMA application_id").fetchone()
    (version,) = connection.execute("PRAGMA user_version").fetchone()
    if application != APPLICATION_ID:
        raise GraphError(f"{path}: a SQLite file, but not a begat graph; name another with -g")
    if version > SCHEMA_VERSION:
        raise GraphError(
            f"{path}: written by a newer begat (schema {version}, this one knows {SCHEMA_VERSION}); upgrade begat to read it"
        )


def _set_journal(connection: sqlite3.Connection, mode: str) -> None:
    """Write-ahead log or none; left as it is while another process has the file open, which does no harm."""
    with suppress(GraphError):
        connection.execute(f"PRAGMA journal_mode = {mode}")


class Store:
    """A graph file, open. Use `Store.open(path)` or `Store.create(path)`, as a context manager."""

    def __init__(self, connection: sqlite3.Connection, path: Path, *, write: bool = False) -> None:
        self.connection = connection
        self.path = path
        self.write = write

    # -- opening ---------------------------------------------------------------------------------------

    @classmethod
    def create(cls, path: str | Path) -> Self:
        """Open the graph file at `path` for writing; a new one where there is none."""
        path = _here(path)
        if not path.parent.is_dir():
            raise GraphError(f"{path}: the folder {path.parent} does not exist; make it first, or give another -g")
        if path.exists():
            _check_is_file(path)
        with _explaining(path):
            connection = sqlite3.connect(path, isolation_level=None, factory=_Connection)
            with _closing_refused(connection):
                if connection.execute("SELECT count(*) FROM sqlite_master").fetchone() == (0,):
                    header = f"PRAGMA application_id = {APPLICATION_ID}; PRAGMA user_version = {SCHEMA_VERSION};"
                    identity = "INSERT INTO meta VALUES ('graph', lower(hex(randomblob(8))));"
                    connection.executescript(
                        f"BEGIN EXCLUSIVE; {_SCHEMA} {_DEPENDENCIES} {_PAPERS} {identity} {header} COMMIT;"
                    )
                return cls._ready(connection, path, write=True)

    @classmethod
    def open(cls, path: str | Path, *, write: bool = False) -> Self:
        """Open an existing graph file. Raises GraphError where it is missing, not one, damaged or newer.

        Opened for reading it may be read-only, in a read-only folder, or just being written by another process.
        """
        path = _here(path)
        if not path.exists():
            raise GraphError(
                f"{path}: no graph here; build one with 'begat build SOURCE -g {path}', or name another with -g"
            )
        _check_is_file(path)
        with _explaining(path):
            connection = _connect(path, "rw" if write else "ro")
            with _closing_refused(connection):
                return cls._ready(connection, path, write=write)

    @classmethod
    def _ready(cls, connection: sqlite3.Connection, path: Path, *, write: bool) -> Self:
        _check_is_graph(connection, path)
        connection.execute("PRAGMA foreign_keys = ON")
        connection.execute("PRAGMA busy_timeout = 5000")
        if write:  # so that others can read while this one writes
            connection.execute("PRAGMA synchronous = NORMAL")
            connection.execute(f"PRAGMA cache_size = -{_CACHE >> 10}")
            _set_journal(connection, "WAL")
            (version,) = connection.execute("PRAGMA user_version").fetchone()
            if upgrade := _UPGRADES.get(version):
                connection.executescript(f"BEGIN IMMEDIATE; {upgrade} PRAGMA user_version = {SCHEMA_VERSION}; COMMIT;")
        return cls(connection, path, write=write)

    def close(self) -> None:
        """Close the file; the Store cannot be used afterwards.

        Written, it is left a single file that can be read from anywhere, unless another process has it open.
        """
        if self.write:
            self.write = False
            if not self.connection.in_transaction:
                _set_journal(self.connection, "DELETE")
        self.connection.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    @contextmanager
    def transaction(self) -> Iterator[None]:
        """All of the block is written, or none of it."""
        with _explaining(self.path):
            self.connection.execute("BEGIN IMMEDIATE")
            try:
                yield
                self.connection.execute("COMMIT")
            except BaseException:
                if self.connection.in_transaction:  # a full disk has already rolled back
                    self.connection.execute("ROLLBACK")
                raise

    @contextmanager
    def snapshot(self) -> Iterator[None]:
        """All that the block reads is of one moment, though a build writes meanwhile; it must not write itself."""
        if self.connection.in_transaction:
            yield
            return
        self.connection.execute("BEGIN")
        try:
            yield
        finally:
            self.connection.execute("ROLLBACK")

    # -- meta ------------------------------------------------------------------------------------------

    def meta(self, key: str) -> str | None:
        """A value of the file's own notes (revision, when it was built, the miner's version)."""
        row = self.connection.execute("SELECT value FROM meta WHERE key = ?", (key,)).fetchone()
        return str(row[0]) if row else None

    def set_meta(self, key: str, value: str) -> None:
        """Write a note; inside the caller's transaction."""
        self.connection.execute("INSERT OR REPLACE INTO meta VALUES (?, ?)", (key, value))

    def raise_revision(self) -> None:
        """Note that what the views show has changed; inside the caller's transaction."""
        self.set_meta("revision", str(self.revision + 1))
        self.set_meta("stamp", secrets.token_hex(8))

    @property
    def revision(self) -> int:
        """Raised by every change to what the views show."""
        return int(self.meta("revision") or 0)

    @property
    def stamp(self) -> str:
        """Names this content alone: the revision, and a token that no other file of the same revision has."""
        return f"{self.revision}-{self.meta('stamp') or 0}"

    @property
    def identity(self) -> str:
        """Names the file whatever it holds: which graph a shared database was filled from."""
        return self.meta("graph") or "unnamed"

    # -- documents and what was mined from them --------------------------------------------------------

    def add_document(self, document: Document, digest: str, sketch: str = "") -> int:
        """Insert or replace a document (its mentions and assertions go with the old one); its number."""
        self.connection.execute("DELETE FROM documents WHERE source = ? AND id = ?", (document.source, document.id))
        cursor = self.connection.execute(
            "INSERT INTO documents (source, id, place, digest, is_paper, title, text, authors, date, venue, url, arxiv, doi,"
            f' "references", declared, sections, sketch) VALUES ({", ".join("?" * 17)})',
            (document.source, document.id, document.place, digest, *record(document), sketch),
        )
        number = cursor.lastrowid
        assert number is not None
        return number

    def add_mined(self, number: int, document: Document, mined: Mined, seen: str) -> None:
        """Replace what was mined from a document; `seen` is the version of the miner.

        Raises EvidenceError where a quote does not stand at its place: nothing unproven is ever written.
        """
        for assertion in mined.assertions:
            check_evidence(document, assertion)
        self.add_proven([(number, document, mined)], seen)

    def add_proven(self, batch: Sequence[tuple[int, Document, Mined]], seen: str) -> None:
        """Replace what was mined from documents, whose evidence the caller has checked."""
        numbers = [(number,) for number, _, _ in batch]
        for table in ("mentions", "synonyms", "assertions"):
            self.connection.executemany(f"DELETE FROM {table} WHERE document = ?", numbers)
        self.connection.executemany(
            "INSERT INTO mentions VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)",
            [
                (number, m.part, m.start, m.end, m.written, m.thing.type, m.thing.name, m.confidence, m.introduced)
                for number, _, mined in batch
                for m in mined.mentions
            ],
        )
        self.connection.executemany(
            "INSERT INTO synonyms VALUES (?, ?, ?)",
            [(number, *pair) for number, _, mined in batch for pair in mined.aliases],
        )
        claims = {(a.claim(document.id), number): a for number, document, mined in batch for a in mined.assertions}
        self.add_assertions([(claim, number, assertion) for (claim, number), assertion in claims.items()])
        self.connection.executemany(
            "UPDATE documents SET mined = ? WHERE number = ?", [(seen, number) for (number,) in numbers]
        )

    def add_assertions(self, assertions: Iterable[tuple[str, int, Assertion]]) -> None:
        """Write assertions whose evidence was checked: (claim, document number, assertion)."""
        self.connection.executemany(
            _INSERT_ASSERTION,
            [
                (
                    claim, number, a.subject.type, a.subject.name, a.relation, a.object.type, a.object.name,
                    a.evidence.part, a.evidence.start, a.evidence.end, a.evidence.quote, a.rule, a.confidence, a.origin,
                )
                for claim, number, a in assertions
            ],
        )  # fmt: skip

    def set_ends(self, ends: Iterable[tuple[str | None, str | None, str | None, str, int]]) -> None:
        """Say which nodes assertions are about: (subject node, object node, paper node, claim, document number)."""
        # The plus keeps SQLite from the index of documents: a claim has few assertions, a document may have thousands.
        self.connection.executemany(
            "UPDATE assertions SET subject_node = ?, object_node = ?, paper_node = ? WHERE claim = ? AND +document = ?",
            ends,
        )

    def documents(self, where: str = "1", parameters: Sequence[object] = ()) -> Iterator[tuple[int, Document]]:
        """(number, Document) in order of number; `where` is SQL over the table's columns.

        A document comes with the facts joined to it: as mining saw it, and as its evidence is checked.
        """
        cursor = self.connection.execute(f"SELECT * FROM documents WHERE {where} ORDER BY number", parameters)
        names = [column[0] for column in cursor.description]
        for row in cursor:
            yield self._document(dict(zip(names, row, strict=True)))

    @staticmethod
    def _document(row: dict[str, Any]) -> tuple[int, Document]:
        known = json.loads(row["joined"])
        authors = json.loads(row["authors"]) or known.get("authors", ())
        return row["number"], Document(
            id=row["id"], text=row["text"], title=row["title"] or known.get("title"), authors=tuple(authors),
            date=known.get("date") or row["date"], venue=row["venue"] or known.get("venue"),
            url=row["url"] or known.get("url"), arxiv=row["arxiv"] or known.get("arxiv"), doi=row["doi"] or known.get("doi"),
            references=tuple(Reference(**r) for r in json.loads(row["references"])),
            declared=tuple(_declared(r) for r in json.loads(row["declared"])),
            sections=tuple(Section(**r) for r in json.loads(row["sections"])),
            paper=bool(row["is_paper"]), source=row["source"], place=row["place"],
        )  # fmt: skip

    def add_facts(self, facts: Iterable[Facts]) -> None:
        """Insert or replace bibliographic facts, by key."""
        self.connection.executemany(
            "INSERT OR REPLACE INTO facts VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)",
            (
                (
                    f.key, f.title, json.dumps(f.authors, ensure_ascii=False), f.date, f.venue, f.url, f.doi,
                    json.dumps(dict(f.extra)), fold(f.title) if f.title else None,
                )
                for f in facts
            ),
        )  # fmt: skip

    def facts(self, key: str) -> Facts | None:
        """The facts known by a paper key."""
        return next(self.facts_where("key = ?", key), None)

    def facts_titled(self, title: str) -> list[Facts]:
        """The facts whose title is this one, folded; in order of key."""
        return list(self.facts_where("folded = ?", fold(title)))

    def facts_where(self, where: str, value: str) -> Iterator[Facts]:
        """Facts in order of key; `where` is SQL over the table's columns with one parameter."""
        for row in self.connection.execute(f"SELECT * FROM facts WHERE {where} ORDER BY key", (value,)):
            key, title, authors, date, venue, url, doi, extra, _ = row
            yield Facts(key, title, tuple(json.loads(authors)), date, venue, url, doi, json.loads(extra))

    def mentions(self) -> Iterator[tuple[int, Mention]]:
        """(document number, Mention) of every mention."""
        for row in self.connection.execute('SELECT * FROM mentions ORDER BY document, part DESC, start, "end"'):
            number, part, start, end, written, kind, name, confidence, introduced = row
            yield (
                number,
                Mention(Thing(NodeType(kind), name), start, end, written, part, confidence, bool(introduced)),
            )

    def statements(self, where: str = "1", parameters: Sequence[object] = ()) -> Iterator[Statement]:
        """Assertions as stored, with their documents and nodes; `where` is SQL over `a` and `d`.

        Those that an unfinished build has not resolved to nodes yet are left out.
        """
        query = f"{_STATEMENTS} WHERE a.paper_node IS NOT NULL AND ({where}) ORDER BY {_BEST_FIRST}"
        yield from map(_statement, self.connection.execute(query, parameters))

    # -- how many there are ----------------------------------------------------------------------------

    def counts(self) -> dict[str, int]:
        """The rows of documents, mentions, assertions, nodes and edges when the graph was last resolved."""
        kept = self.meta("counts")
        return {table: int(count) for table, count in json.loads(kept).items()} if kept else self._counted()

    def _counted(self) -> dict[str, int]:
        query = "SELECT count(*) FROM {}"
        return {table: self.connection.execute(query.format(table)).fetchone()[0] for table in COUNTED}

    def count_anew(self) -> None:
        """Count all rows; inside the caller's transaction."""
        self.set_meta("counts", json.dumps(self._counted()))

    def add_counts(self, more: Mapping[str, int]) -> None:
        """Note how many rows came, or went, without counting all; inside the caller's transaction."""
        known = self.counts()
        self.set_meta("counts", json.dumps({table: known[table] + more.get(table, 0) for table in COUNTED}))

    def rows_of(self, numbers: Iterable[int]) -> dict[str, int]:
        """How many rows these documents have, themselves included."""
        given = (json.dumps(sorted(numbers)),)
        query = "SELECT count(*) FROM {} WHERE {} IN (SELECT value FROM json_each(?))"
        columns = {"documents": "number", "mentions": "document", "assertions": "document"}
        return {t: self.connection.execute(query.format(t, c), given).fetchone()[0] for t, c in columns.items()}

    # -- the resolved graph ----------------------------------------------------------------------------

    def node(self, node_id: str) -> Node | None:
        """The node with this id."""
        return next(self.nodes("id = ?", (node_id,)), None)

    def nodes(self, where: str = "1", parameters: Sequence[object] = ()) -> Iterator[Node]:
        """Nodes in order of id; `where` is SQL over the table's columns."""
        query = (
            "SELECT id, type, name, date, seen, family, version, arxiv, doi, url,"
            " (SELECT json_group_array(name) FROM (SELECT a.name FROM aliases a WHERE a.node = nodes.id AND a.name <> nodes.name ORDER BY a.name))"
            f" FROM nodes WHERE {where} ORDER BY id"
        )
        for row in self.connection.execute(query, parameters):
            yield Node(row[0], _TYPES[row[1]], row[2], tuple(json.loads(row[10])), *row[3:10])

    def edges(self, where: str = "1", parameters: Sequence[object] = ()) -> Iterator[Edge]:
        """Edges in order of (subject, relation, object); `where` is SQL over the table's columns."""
        query = (
            "SELECT subject, relation, object, confidence, support, origin, date FROM edges"
            f" WHERE {where} ORDER BY subject, relation, object"
        )
        for row in self.connection.execute(query, parameters):
            yield Edge(row[0], _RELATIONS[row[1]], row[2], row[3], row[4], _ORIGINS[row[5]], row[6])

    # -- small reads around some nodes (graph/reader.py says what each gives) --------------------------

    @property
    def place(self) -> str:
        """Its graph URL: the path."""
        return str(self.path)

    def nodes_of(self, ids: Iterable[str]) -> dict[str, Node]:
        """The nodes with these ids; ids that are nowhere are left out."""
        found: dict[str, Node] = {}
        for batch in _batches(sorted(set(ids))):
            found |= {node.id: node for node in self.nodes(f"id IN ({_marks(batch)})", batch)}
        return found

    def edges_from(
        self, ids: Iterable[str], relations: Sequence[Relation], min_confidence: float = 0.0
    ) -> Iterator[Edge]:
        """The edges whose subject is one of these nodes."""
        return self._edges_of("subject", ids, relations, min_confidence)

    def edges_to(
        self, ids: Iterable[str], relations: Sequence[Relation], min_confidence: float = 0.0
    ) -> Iterator[Edge]:
        """The edges whose object is one of these nodes."""
        return self._edges_of("object", ids, relations, min_confidence)

    def _edges_of(
        self, end: str, ids: Iterable[str], relations: Sequence[Relation], min_confidence: float
    ) -> Iterator[Edge]:
        for batch in _batches(sorted(set(ids))):
            yield from self.edges(
                f"{end} IN ({_marks(batch)}) AND relation IN ({_marks(relations)}) AND confidence >= ?",
                [*batch, *relations, min_confidence],
            )

    def edge(self, subject: str, relation: Relation, object_: str) -> Edge | None:
        """The edge of these node ids, or None."""
        return next(self.edges("subject = ? AND relation = ? AND object = ?", (subject, relation, object_)), None)

    def edges_at(self, node_id: str, relation: Relation, ends: Sequence[str], most: int) -> tuple[int, list[Edge]]:
        """How many edges of a relation have the node as one of these `ends`, and the best `most` of them."""
        where = " OR ".join(f"(relation = ? AND {end} = ?)" for end in ends)
        given = (relation, node_id) * len(ends)
        (count,) = self.connection.execute(f"SELECT count(*) FROM edges WHERE {where}", given).fetchone()
        best = (
            f"SELECT subject, relation, object FROM edges WHERE {where}"
            f" ORDER BY support DESC, confidence DESC, subject, object LIMIT {int(most)}"
        )
        edges = self.edges(f"(subject, relation, object) IN ({best})", given)
        return count, sorted(edges, key=lambda edge: (-edge.support, -edge.confidence, edge.subject, edge.object))

    def evidence_of(self, edges: Iterable[Edge], most: int) -> dict[Edge, tuple[Statement, ...]]:
        """The statements behind each edge, the most confident first, at most `most` of each."""
        by_ends = {(edge.subject, edge.relation, edge.object): edge for edge in edges}
        found: dict[Edge, list[Statement]] = {edge: [] for edge in by_ends.values()}
        for batch in _batches(sorted(by_ends)):
            wanted = ", ".join(["(?, ?, ?)"] * len(batch))
            best = (
                f"WITH wanted (s, r, o) AS (VALUES {wanted}), ranked AS (SELECT number, row_number() OVER ("
                "PARTITION BY s, r, o ORDER BY confidence DESC, document, start, claim) AS place"
                " FROM wanted CROSS JOIN assertions ON subject_node = s AND relation = r AND object_node = o)"
                " SELECT number FROM ranked WHERE place <= ?"
            )
            parameters = [*(part for ends in batch for part in ends), most]
            for statement in self.statements(f"a.number IN ({best})", parameters):
                found[by_ends[statement.subject, statement.assertion.relation, statement.object]].append(statement)
        return {edge: tuple(statements) for edge, statements in found.items()}

    def names_of(self, node_id: str) -> list[tuple[str, str]]:
        """The names of a node with why each is one; its own first."""
        return self.connection.execute(
            "SELECT a.name, a.reason FROM aliases a JOIN nodes n ON n.id = a.node WHERE n.id = ?"
            " ORDER BY a.name <> n.name, a.name",
            (node_id,),
        ).fetchall()

    def records_of(self, node_id: str) -> list[tuple[str, str, str | None]]:
        """The records that are a paper: (id, source, why it is taken for this paper, where more than its own id says it)."""
        return self.connection.execute(
            "SELECT d.id, d.source, m.reason FROM documents d LEFT JOIN merges m ON m.paper = d.paper AND m.member = d.id"
            " WHERE d.paper = ? ORDER BY m.reason IS NOT NULL, d.id, d.source",
            (node_id,),
        ).fetchall()

    def named(self, name: str, *, folded: bool = False) -> list[Node]:
        """The nodes that have this name, or this folded name."""
        if folded:
            return list(self.nodes("id IN (SELECT node FROM aliases WHERE folded = ?)", (name,)))
        given = (fold(name), parse(name).key, name)  # names are indexed by what they fold to, which is one of these
        return list(self.nodes("id IN (SELECT node FROM aliases WHERE folded IN (?, ?) AND name = ?)", given))

    def of_family(self, name: str) -> list[Node]:
        """The nodes of the family of exactly this name."""
        return list(self.nodes("family = ?", (name,)))

    def papers_by_key(self, key: str) -> list[Node]:
        """The papers that a paper key means."""
        return list(self.nodes("id IN (SELECT paper FROM paper_keys WHERE key = ?)", (key,)))

    def names_like(self, folded: str) -> list[tuple[str, str]]:
        """(folded name, name of its node): of the nodes whose name is about as long, or begins so."""
        return self.connection.execute(
            "SELECT a.folded, n.name FROM aliases a JOIN nodes n ON n.id = a.node"
            " WHERE length(a.folded) BETWEEN ? AND ? OR substr(a.folded, 1, ?) = ?"
            " ORDER BY length(n.name), n.name, n.id",
            (len(folded) * 0.6, len(folded) * 1.7 + 1, len(folded), folded),
        ).fetchall()

    def matches(
        self, words: Sequence[str], every: bool, limit: int, marks: tuple[str, str]
    ) -> list[tuple[str, str, str]]:
        """Where words stand, the best first: ("name", "title" or "evidence", node id, snippet).

        Of a word that stands in more than RANKED places, the best of the first so many, names and titles first: to
        rank all would take seconds.
        """
        quoted = [f'"{word}"' for word in words]
        unfinished = "*" if len(words[-1]) > 1 else ""  # a single letter begins half of all words
        order = " ".join(f"WHEN '{kind}' THEN {place}" for place, kind in enumerate(_KINDS))
        return self.connection.execute(
            "SELECT kind, ref, snippet FROM (SELECT kind, ref, rank AS badness, snippet(search, 2, ?, ?, '…', 24) AS snippet"
            " FROM search WHERE search MATCH ? LIMIT ?)"
            f" ORDER BY CASE kind {order} END, badness, ref LIMIT ?",
            (*marks, " ".join(quoted) + unfinished if every else " OR ".join(quoted), max(RANKED, limit), limit),
        ).fetchall()

    # -- replacing it ----------------------------------------------------------------------------------

    def replace_resolved(
        self,
        nodes: Iterable[Node],
        aliases: Iterable[tuple[str, str, str, str]],
        edges: Iterable[Edge],
        ends: Iterable[tuple[str, str, str, str, int]],
        entries: Iterable[tuple[str, str, str]],
    ) -> None:
        """Write who is who anew, inside the caller's transaction, and raise the revision.

        `aliases`: (node id, name, folded name, reason); `ends`: (subject node, object node, paper node, claim,
        document number) of each assertion; `entries` of the search index: (kind, ref, text).
        """
        for table in ("nodes", "aliases", "edges", "search", *DEPENDENT):
            self.connection.execute(f"DELETE FROM {table}")
        self.set_meta("dependencies", "")
        self.connection.executemany(
            "INSERT INTO nodes VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
            ((n.id, n.type, n.name, n.date, n.seen, n.family, n.version, n.arxiv, n.doi, n.url) for n in nodes),
        )
        self.connection.executemany("INSERT INTO aliases VALUES (?, ?, ?, ?)", aliases)
        self.connection.executemany(
            "INSERT INTO edges VALUES (?, ?, ?, ?, ?, ?, ?)",
            ((e.subject, e.relation, e.object, e.confidence, e.support, e.origin, e.date) for e in edges),
        )
        self.set_ends(ends)
        self.add_entries(entries)
        self.raise_revision()

    def add_entries(self, entries: Iterable[tuple[str, str, str]]) -> None:
        """Put (kind, ref, text) into the search index; what is there already stays once."""
        numbered = sorted({entry_number(*entry): entry for entry in entries}.items())
        self.connection.executemany(
            "INSERT OR REPLACE INTO search (rowid, kind, ref, text) VALUES (?, ?, ?, ?)",
            ((number, *entry) for number, entry in numbered),
        )

    def remove_entries(self, entries: Iterable[tuple[str, str, str]]) -> None:
        """Take (kind, ref, text) out of the search index."""
        numbers = sorted({entry_number(*entry) for entry in entries})
        self.connection.executemany("DELETE FROM search WHERE rowid = ?", ((number,) for number in numbers))

    def evidence(self, edge: Edge) -> list[Statement]:
        """The statements behind an edge, the most confident first."""
        return list(
            self.statements(
                "a.subject_node = ? AND a.relation = ? AND a.object_node = ?",
                (edge.subject, edge.relation, edge.object),
            )
        )

    def edges_with_evidence(self) -> Iterator[tuple[Edge, list[Statement]]]:
        """Every edge with its statements, best first: two ordered reads side by side, for graphs of any size."""
        statements = self.connection.execute(
            f"{_STATEMENTS} WHERE a.paper_node IS NOT NULL"
            f" ORDER BY a.subject_node, a.relation, a.object_node, {_BEST_FIRST}"
        )
        row = statements.fetchone()
        for edge in self.edges():
            ends, found = (edge.subject, edge.relation.value, edge.object), []
            while row and (row[4], row[8], row[5]) <= ends:
                if (row[4], row[8], row[5]) == ends:
                    found.append(_statement(row))
                row = statements.fetchone()
            yield edge, found


# Looked up by the thousand for one picture: a dictionary is four times as quick as the enumeration itself.
_TYPES = {kind.value: kind for kind in NodeType}
_RELATIONS = {relation.value: relation for relation in Relation}
_ORIGINS = {origin.value: origin for origin in Origin}

_STATEMENTS = (
    "SELECT a.claim, d.id, d.source, a.paper_node, a.subject_node, a.object_node, a.subject_type, a.subject, a.relation,"
    ' a.object_type, a.object, a.start, a."end", a.quote, a.part, a.rule, a.confidence, a.origin'
    " FROM assertions a JOIN documents d ON d.number = a.document"
)
_BEST_FIRST = "a.confidence DESC, d.id, a.start, a.claim"


def _statement(row: Sequence[Any]) -> Statement:
    evidence = Evidence(row[11], row[12], row[13], row[14])
    subject, object_ = Thing(_TYPES[row[6]], row[7]), Thing(_TYPES[row[9]], row[10])
    assertion = Assertion(subject, _RELATIONS[row[8]], object_, evidence, row[15], row[16], _ORIGINS[row[17]])
    return Statement(row[0], row[1], row[2], row[3], row[4], row[5], assertion)


_KINDS = ("name", "title", "evidence")


def entry_number(kind: str, ref: str, text: str) -> int:
    """The row of an entry of the search index: told by what it says, so that it is found again, and names come first."""
    digest = hashlib.blake2b(f"{ref}\x1f{text}".encode("utf-8", "surrogatepass"), digest_size=8).digest()
    return _KINDS.index(kind) << 60 | int.from_bytes(digest) >> 4


_FEW = 500
"""How many nodes or edges one statement asks about, well below SQLite's limit on parameters."""


def _batches(values: Sequence[_T]) -> Iterator[Sequence[_T]]:
    for start in range(0, len(values), _FEW):
        yield values[start : start + _FEW]


def _marks(values: Sequence[object]) -> str:
    return ", ".join("?" * len(values))


def check_evidence(document: Document, assertion: Assertion) -> None:
    """Raise EvidenceError unless the assertion's quote is exactly what stands at its place."""
    evidence = assertion.evidence
    if evidence.part.startswith("field:"):
        name = evidence.part.removeprefix("field:")
        if evidence.quote not in _field(document, name):
            raise EvidenceError(f"document {document.id}: no field {name} with {evidence.quote!r}")
        return
    _check_place(document, evidence.part, evidence.start, evidence.end, evidence.quote)


def check_mention(document: Document, mention: Mention) -> None:
    """Raise EvidenceError unless the name as written is exactly what stands at its place."""
    _check_place(document, mention.part, mention.start, mention.end, mention.written)


def _check_place(document: Document, part: str, start: int, end: int, quote: str) -> None:
    whole = document.text if part == "text" else document.title or ""
    if not quote or start < 0 or whole[start:end] != quote:
        raise EvidenceError(f"document {document.id}: {quote!r} is not at characters {start} to {end} of its {part}")


def _field(document: Document, name: str) -> Sequence[str]:
    """The values of a field of a document's record that can be evidence."""
    values = [d.value for d in document.declared if d.field == name]
    if name == "authors":
        values += document.authors
    if name == "references":
        values += [v for r in document.references for v in (r.arxiv, r.doi, r.url, r.title) if v]
    return values
