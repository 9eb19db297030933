"""The graph in Neo4j: how a database is reached, and what begat writes into it.

Every node has the label of its type and, to tell it from other people's nodes with the same label, `:Begat`; every
edge of begat has the property `_ours`, which a pattern of any length can ask for: `-[:EXTENDS*1..9 {_ours: true}]->`.
Labels, relation types and properties are those of `graph/properties.py`, so a question reads the same as in the embedded
engine. Properties that begin with `_` are begat's own: `_begat`, the digest by which a push knows what changed, and what
a reader needs beyond the properties (names with their reasons, statements).
Evidence is a property of its edge, not nodes of its own: a query shows it without a further hop, an edge and its
evidence are written and removed together, and a graph of five million edges does not become one of fifteen.

One database holds one graph of begat, beside anything else: its `:BegatGraph` node says which.
"""

import hashlib
import json
import os
import ssl
import zlib
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from functools import partial
from itertools import islice
from queue import SimpleQueue
from secrets import token_hex
from typing import Any, LiteralString, TypeVar
from urllib.parse import SplitResult, unquote, urlsplit, urlunsplit

import neo4j
from neo4j.exceptions import (
    ConfigurationError,
    DriverError,
    Neo4jError,
    ServiceUnavailable,
    UnsupportedServerProduct,
)

from begat.graph.errors import GraphError, UsageError
from begat.graph.model import Edge, Node, Statement
from begat.graph.properties import EDGE_PROPERTIES, LABEL, NODE_PROPERTIES, edge_properties, node_properties
from begat.graph.reader import SCHEMES, shown
from begat.graph.store import Store
from begat.graph.vocabulary import NodeType, Relation

FORMAT = 3
"""Of what is written; a push of another format writes everything anew."""
BATCH = 1000
"""Rows that one statement carries."""
WORKERS = 4
_NODES = 1024
_SUBJECTS = 256
"""Of that many nodes (of nodes with edges) one, on average, begins a new range."""
_END = "\U0010ffff"
"""Sorts after every id."""
_PAGE = 5000
"""Nodes that are removed at a time."""
_TURN = "turn"
"""The kind of those ranges that are none, but places that a writer holds."""
MOST_WORKERS = 64
PATIENCE = 15
"""Seconds in which a server must have answered a new connection; what is no Neo4j may listen and say nothing."""
RETRYING = 60
"""Seconds for which a transaction that lost its connection, or was in another's way, is tried again."""

Progress = Callable[[str, int, int | None], None]
T = TypeVar("T")


# -- reaching a database -------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Address:
    """Where a database is, and as whom to ask it; `database` None: the user's own default."""

    uri: str
    database: str | None = None
    user: str | None = None
    password: str | None = field(default=None, repr=False)

    @classmethod
    def of(
        cls, url: str, user: str | None = None, password: str | None = None, database: str | None = None
    ) -> "Address":
        """The address that a graph URL (`neo4j://host:port/database`) and the environment give.

        `NEO4J_USER`, `NEO4J_PASSWORD` and `NEO4J_DATABASE` hold for what is not given. Raises UsageError for
        what is no such URL.
        """
        if shown(url) != url:
            raise UsageError(
                f"{shown(url)}: a password in an address ends up in logs; set NEO4J_USER and NEO4J_PASSWORD instead"
            )
        parts = _parts(url)
        named = unquote(parts.path.strip("/"))
        return cls(
            urlunsplit((parts.scheme, parts.netloc, "", parts.query, "")),
            database or named or os.environ.get("NEO4J_DATABASE"),
            user or os.environ.get("NEO4J_USER"),
            password or os.environ.get("NEO4J_PASSWORD") or None,
        )

    @property
    def auth(self) -> tuple[str, str] | None:
        """For the driver; None: a server that asks nobody who they are."""
        return (self.user or "neo4j", self.password) if self.password is not None else None


def _parts(url: str) -> SplitResult:
    """Those of a graph URL. Raises UsageError for what is none of a Neo4j."""
    with suppress(ValueError):  # of brackets that are never closed, and of a port that is none
        parts = urlsplit(url)
        if parts.scheme in SCHEMES and parts.netloc and parts.port != 0:
            return parts
    raise UsageError(f"{url}: no address of a Neo4j; write it as neo4j://HOST:7687 or neo4j://HOST:7687/DATABASE")


def connect(address: Address, *, connections: int = 10) -> neo4j.Driver:
    """A driver that has reached the server; the caller closes it. Raises GraphError where no Neo4j answers."""
    with explained(address):
        driver = neo4j.GraphDatabase.driver(
            address.uri,
            auth=address.auth,
            max_connection_pool_size=connections,
            connection_timeout=10,
            connection_acquisition_timeout=PATIENCE,
            max_transaction_retry_time=RETRYING,
            notifications_min_severity=neo4j.NotificationMinimumSeverity.OFF,
        )
        try:
            driver.verify_connectivity()
        except BaseException:
            driver.close()
            raise
        return driver


@contextmanager
def connected(address: Address, *, connections: int = 10) -> Iterator[neo4j.Driver]:
    """The same for the length of a block, in which the driver's errors become GraphErrors too."""
    with connect(address, connections=connections) as driver, explained(address):
        yield driver


@contextmanager
def explained(address: Address) -> Iterator[None]:
    """The driver's errors within the block as GraphErrors."""
    try:
        yield
    except Neo4jError as error:
        raise GraphError(f"{address.uri}: {_refusal(error, address)}") from None
    except (ServiceUnavailable, UnsupportedServerProduct, OSError) as error:
        raise GraphError(f"{address.uri}: {_absence(error)}") from None
    except ConfigurationError as error:
        raise UsageError(f"{address.uri}: {_first_line(error)}") from None
    except DriverError as error:
        raise GraphError(f"{address.uri}: the connection failed: {_first_line(error)}") from None


def _refusal(error: Neo4jError, address: Address) -> str:
    """Why a server did not do what it was asked, and what helps."""
    kind = (error.code or "").removeprefix("Neo.ClientError.Security.")
    user = (address.auth or ("neo4j",))[0]
    if kind == "Unauthorized" and address.auth is None:
        return "this Neo4j asks who you are; set NEO4J_USER and NEO4J_PASSWORD"
    if kind == "Unauthorized":
        return f"no user {user!r} with this password there; set NEO4J_USER and NEO4J_PASSWORD to what this Neo4j knows"
    if kind == "AuthenticationRateLimit":
        return (
            "too many wrong passwords, so none is taken for some seconds; set the right NEO4J_PASSWORD, then try again"
        )
    if kind == "CredentialsExpired":
        return (
            f"user {user!r} must choose a new password first: ALTER CURRENT USER SET PASSWORD FROM 'OLD' TO 'NEW' in"
            " Neo4j's own shell or browser; then set NEO4J_PASSWORD to it"
        )
    return f"Neo4j says: {_first_line(error)}"


def _absence(error: BaseException) -> str:
    """Why nothing that can be talked to answers, and what helps."""
    root = error
    while inner := next(iter(getattr(root, "exceptions", ())), root.__cause__):
        root = inner
    if isinstance(root, ssl.SSLError):
        return (
            f"no encrypted connection ({root.reason or _first_line(root)}); without +s if the server has no encryption, with +ssc"
            " if it has a certificate of its own making"
        )
    if isinstance(root, UnsupportedServerProduct):
        reason = "what answers is something else, or a Neo4j older than 5"
    elif "looks like HTTP" in str(root):
        reason = "what answers is a web server"
    elif "No data" in str(root):
        reason = "it broke off the connection"
    else:
        reason = root.strerror if isinstance(root, OSError) and root.strerror else _first_line(root)
    return f"no Neo4j answers ({reason}); is it running, and is that its Bolt port, 7687 by default?"


def _first_line(error: BaseException) -> str:
    said = error.message if isinstance(error, Neo4jError) else str(error)
    return (said or type(error).__name__).strip().splitlines()[0]


def _cypher(text: str) -> LiteralString:
    """A statement made of this module's own words and the vocabulary's; all data goes in as parameters."""
    return text


# -- what is written -----------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Item:
    """A node or an edge as it is to stand in Neo4j: `kind` is its label or type, `key` its id or ends."""

    kind: str
    key: tuple[str, ...]
    properties: dict[str, Any]
    digest: bytes


_OWN_OF_NODES = ("_date", "_seen", "_names", "_reasons", "_folded", "_keys")
_OF_NODES = (*NODE_PROPERTIES, *_OWN_OF_NODES)
_OF_EDGES = ("_ours", *EDGE_PROPERTIES, "_date", "_statements")
_UNKNOWN_NODE = dict.fromkeys(_OF_NODES)
_UNKNOWN_EDGE = dict.fromkeys(_OF_EDGES)
_JSON = json.JSONEncoder(ensure_ascii=False, separators=(",", ":"))


def node_item(node: Node, names: Sequence[tuple[str, str, str]], keys: Sequence[str]) -> Item:
    """A node with its names (name, folded, reason) and a paper's keys; what is unknown is None, which removes it."""
    own = {
        "_date": node.date,
        "_seen": node.seen,
        "_names": [name for name, _, _ in names],
        "_folded": [folded for _, folded, _ in names],
        "_reasons": [reason for _, _, reason in names],
        "_keys": list(keys) or None,
    }
    return _item(node.type.value, (node.id,), _UNKNOWN_NODE | node_properties(node) | own)


def edge_item(edge: Edge, statements: Sequence[Statement]) -> Item:
    """An edge with its evidence, and the statements whole (`read_statement` reads them), best first."""
    known = edge_properties(edge, statements)
    places = {quote: place for place, quote in enumerate(known["evidence"])}
    own = {"_ours": True, "_date": edge.date, "_statements": [_statement(s, places) for s in statements]}
    relation = edge.relation.value
    return _item(relation, (edge.subject, relation, edge.object), _UNKNOWN_EDGE | known | own)


def _item(kind: str, key: tuple[str, ...], properties: dict[str, Any]) -> Item:
    # Of Python's own way to write it, many times faster than any other. Were it to change: all would be written anew.
    said = repr((FORMAT, kind, key, properties))
    digest = hashlib.blake2b(said.encode("utf-8", "surrogatepass"), digest_size=12).digest()
    properties["_begat"] = digest.hex()
    return Item(kind, key, properties, digest)


def _statement(statement: Statement, places: Mapping[str, int]) -> str:
    """All of a statement but its ends, which the edge has, and its quote, which is one of the edge's evidence."""
    assertion, evidence = statement.assertion, statement.assertion.evidence
    return _JSON.encode(
        [
            statement.claim, statement.document, statement.source, statement.paper,
            assertion.subject.type, assertion.subject.name, assertion.object.type, assertion.object.name,
            evidence.part, evidence.start, evidence.end, places[evidence.quote],
            assertion.rule, assertion.confidence, assertion.origin,
        ]
    )  # fmt: skip


def node_items(store: Store) -> Iterator[Item]:
    """All nodes in order of id."""
    names = _grouped(store, "SELECT node, name, folded, reason FROM aliases ORDER BY node, name")
    keys = _grouped(store, "SELECT paper, key FROM paper_keys ORDER BY paper, key")
    for node in store.nodes():
        own = sorted(names(node.id), key=lambda row: (row[0] != node.name, row[0]))
        yield node_item(node, own, [key for (key,) in keys(node.id)])


def _grouped(store: Store, query: str) -> Callable[[str], list[tuple[Any, ...]]]:
    """The rows of an ordered query by their first column, asked for in that order."""
    rows = store.connection.execute(query)
    row = rows.fetchone()

    def group(key: str) -> list[tuple[Any, ...]]:
        nonlocal row
        found = []
        while row and row[0] <= key:
            if row[0] == key:
                found.append(row[1:])
            row = rows.fetchone()
        return found

    return group


def edge_items(store: Store) -> Iterator[Item]:
    """All edges in order of (subject, relation, object)."""
    for edge, statements in store.edges_with_evidence():
        yield edge_item(edge, statements)


# -- ranges: what one transaction writes -----------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Range:
    """All nodes with start <= id < end, or all edges of such subjects: what is compared, and written, at once.

    Where a range begins is decided by the ids alone (`_begins`), so a node that comes or goes changes its own range
    and no other. Neo4j keeps the digest of each range that was written, in the same transaction: what a push
    that was killed has done is known exactly, and is not done again.
    """

    start: str
    end: str
    items: list[Item]

    @property
    def digest(self) -> str:
        """Of all its items."""
        return hashlib.blake2b(b"".join(item.digest for item in self.items), digest_size=16).hexdigest()


def ranges(items: Iterable[Item], size: int) -> Iterator[Range]:
    """The items, ordered by their first key, as ranges that leave no gap from the first possible id to the last."""
    start, last = "", ""
    held: list[Item] = []
    for item in items:
        key = item.key[0]
        if key != last and _begins(key, size):
            yield Range(start, key, held)
            start, held = key, []
        last = key
        held.append(item)
    yield Range(start, _END, held)


def _begins(key: str, size: int) -> bool:
    return zlib.crc32(key.encode("utf-8", "surrogatepass")) % size == 0


# -- pushing -------------------------------------------------------------------------------------------------


@dataclass(slots=True)
class Changes:
    """How many were written new, changed, and removed."""

    new: int = 0
    changed: int = 0
    removed: int = 0

    def __bool__(self) -> bool:
        return bool(self.new or self.changed or self.removed)

    def add(self, other: "Changes") -> None:
        """Count another's too."""
        self.new += other.new
        self.changed += other.changed
        self.removed += other.removed


@dataclass(slots=True)
class PushReport:
    """What a push did; `kept` nodes are gone from the graph but have relationships of other people."""

    nodes: Changes = field(default_factory=Changes)
    edges: Changes = field(default_factory=Changes)
    kept: int = 0
    revision: int = 0

    def summary(self) -> str:
        """What was done, in words."""
        if not self.nodes and not self.edges:
            return f"nothing changed (revision {self.revision})"
        said = [
            f"{name} {changes.new:,} new, {changes.changed:,} changed, {changes.removed:,} removed"
            for name, changes in (("nodes:", self.nodes), ("edges:", self.edges))
        ]
        if self.kept:
            said.append(
                f"{self.kept:,} nodes that are gone were left, unlabelled, to relationships that are not begat's"
            )
        return "; ".join([*said, f"revision {self.revision}"])


def push(
    store: Store,
    url: str,
    *,
    user: str | None = None,
    password: str | None = None,
    database: str | None = None,
    workers: int = WORKERS,
    batch: int = BATCH,
    replace: bool = False,
    progress: Progress | None = None,
) -> PushReport:
    """Make the graph of begat in a Neo4j what the store holds: only what differs is written.

    `workers` transactions are written at a time, in statements of at most `batch` rows. A push that was killed, or
    lost its connection for longer than the driver retries (a minute), is taken up by the next; until then the
    database holds a part of each. Raises GraphError where Neo4j fails, another graph is there (`replace` makes it
    this one), or another push takes over.
    """
    address = Address.of(url, user, password, database)
    with connected(address, connections=workers + 1) as driver:
        return _Push(store, driver, address, workers, batch, progress or _silent).run(replace)


def wipe(url: str, *, user: str | None = None, password: str | None = None, database: str | None = None) -> PushReport:
    """Remove all that begat has written into a Neo4j, and nothing else.

    A node that has relationships of other people stays, without begat's labels and properties but `id` and `name`.
    A push that is at work there stops. Raises GraphError where Neo4j fails, or a push takes over.
    """
    address = Address.of(url, user, password, database)
    report = PushReport()
    with connected(address) as driver, driver.session(database=address.database) as session:
        _check_version(session, address)
        for name in ("begat_graph", "begat_range"):
            session.run(_cypher(SCHEMA[name])).consume()
        turn = _Turn(driver, address, 1)
        turn.take()
        # Digests first: a wipe that is killed leaves no word that what is gone were still there.
        turn.write(lambda tx: _count(tx, f"MATCH (r:BegatRange) WHERE r.kind <> '{_TURN}' DELETE r"))
        while page := turn.write(_first_nodes):
            while removed := turn.write(partial(_remove_edges, nodes=page)):
                report.edges.removed += removed
            gone, kept = turn.write(partial(_remove_nodes, nodes=page))
            report.nodes.removed, report.kept = report.nodes.removed + gone, report.kept + kept
        turn.write(lambda tx: _count(tx, "MATCH (n:BegatGraph|BegatRange) DELETE n"))
        drop_indexes(session)
    return report


def drop_indexes(session: neo4j.Session) -> None:
    """Remove begat's constraints and indexes."""
    for name, statement in SCHEMA.items():
        kind = "CONSTRAINT" if statement.startswith("CREATE CONSTRAINT") else "INDEX"
        session.run(_cypher(f"DROP {kind} {name} IF EXISTS")).consume()


def _first_nodes(tx: neo4j.ManagedTransaction) -> list[str]:
    """Ids of some nodes of begat."""
    return [row["id"] for row in tx.run(_cypher(f"MATCH (n:{LABEL}) RETURN elementId(n) AS id LIMIT {_PAGE}"))]


def _has_nodes(tx: neo4j.ManagedTransaction) -> bool:
    """Whether anything of begat is there; what is gone from the graph and not removed yet is there too."""
    return bool(tx.run(_cypher(f"RETURN EXISTS {{ MATCH (:{LABEL}) }} AS found")).single(strict=True)["found"])


def _gone_nodes(tx: neo4j.ManagedTransaction) -> list[str]:
    """Ids of some nodes that a push has marked as gone."""
    return [row["id"] for row in tx.run(f"MATCH (n:BegatGone) RETURN elementId(n) AS id LIMIT {_PAGE}")]


def _remove_edges(tx: neo4j.ManagedTransaction, nodes: Sequence[str]) -> int:
    """Delete some edges of begat at these nodes; how many."""
    statement = (
        f"MATCH (n)-[r]-(:{LABEL}) WHERE elementId(n) IN $nodes AND r._begat IS NOT NULL"
        " WITH DISTINCT r LIMIT 10000 DELETE r"
    )
    return tx.run(_cypher(statement), nodes=nodes).consume().counters.relationships_deleted


def _remove_nodes(tx: neo4j.ManagedTransaction, nodes: Sequence[str]) -> tuple[int, int]:
    """Delete these nodes; how many, and how many stayed for the sake of others' relationships."""
    ours = "MATCH (n) WHERE elementId(n) IN $nodes"
    deleted = tx.run(_cypher(f"{ours} AND NOT EXISTS {{ (n)--() }} DELETE n"), nodes=nodes).consume().counters
    labels = ":".join([LABEL, "BegatGone", *NodeType])
    nothing = ", ".join(
        f"n.{name} = null" for name in (*NODE_PROPERTIES, *_OWN_OF_NODES, "_begat") if name not in ("id", "name")
    )
    return deleted.nodes_deleted, _count(tx, f"{ours} REMOVE n:{labels} SET {nothing}", nodes=nodes)


def _count(tx: neo4j.ManagedTransaction, statement: str, **parameters: Any) -> int:
    """Run a statement that changes something in each of its rows; how many rows."""
    return int(tx.run(_cypher(f"{statement} RETURN count(*) AS n"), parameters).single(strict=True)["n"])


_RELATIONS = "|".join(Relation)
SCHEMA: dict[str, str] = {
    "begat_graph": "CREATE CONSTRAINT begat_graph IF NOT EXISTS FOR (n:BegatGraph) REQUIRE n.key IS UNIQUE",
    "begat_range": "CREATE CONSTRAINT begat_range IF NOT EXISTS FOR (n:BegatRange) REQUIRE (n.kind, n.start) IS UNIQUE",
    "begat_id": f"CREATE CONSTRAINT begat_id IF NOT EXISTS FOR (n:{LABEL}) REQUIRE n.id IS UNIQUE",
    "begat_family": f"CREATE INDEX begat_family IF NOT EXISTS FOR (n:{LABEL}) ON (n.family)",
    "begat_name": f"CREATE INDEX begat_name IF NOT EXISTS FOR (n:{LABEL}) ON (n.name)",
    **{
        f"begat_{kind.lower()}_{name}": f"CREATE INDEX begat_{kind.lower()}_{name} IF NOT EXISTS FOR (n:{kind}) ON (n.{name})"
        for kind in NodeType
        for name in ("id", "name")
    },
    "begat_lookup": (
        f"CREATE FULLTEXT INDEX begat_lookup IF NOT EXISTS FOR (n:{LABEL}) ON EACH [n._names, n._folded, n._keys]"
        " OPTIONS {indexConfig: {`fulltext.analyzer`: 'keyword', `fulltext.eventually_consistent`: true}}"
    ),
    "begat_names": (
        f"CREATE FULLTEXT INDEX begat_names IF NOT EXISTS FOR (n:{LABEL}) ON EACH [n.name, n.aliases]"
        " OPTIONS {indexConfig: {`fulltext.analyzer`: 'standard-folding', `fulltext.eventually_consistent`: true}}"
    ),
    "begat_evidence": (
        f"CREATE FULLTEXT INDEX begat_evidence IF NOT EXISTS FOR ()-[r:{_RELATIONS}]-() ON EACH [r.evidence]"
        " OPTIONS {indexConfig: {`fulltext.analyzer`: 'standard-folding', `fulltext.eventually_consistent`: true}}"
    ),
}
"""Constraints and indexes by name. The text indexes catch up behind the writing, which a push waits for at its end."""


def _silent(stage: str, done: int, total: int | None) -> None:
    pass


def _check_version(session: neo4j.Session, address: Address) -> None:
    agent = session.run(
        "CALL dbms.components() YIELD name, versions WHERE name = 'Neo4j Kernel' RETURN versions[0] AS v"
    ).single()
    version = str(agent["v"]) if agent else "0"
    major, minor = (int(part) for part in (*version.replace("-", ".").split("."), "0")[:2])
    if (major, minor) < (5, 23):
        raise GraphError(f"{address.uri}: this is Neo4j {version}; begat needs 5.26 or newer")


class _Turn:
    """Whose turn it is to write: of two pushes at once, or a push and a wipe, the later takes over and the earlier stops.

    The `:BegatGraph` node names who writes. Every transaction first locks a place (a `:BegatRange` of kind "turn"), then
    looks whether it is still its writer's turn. Who takes over writes its own name, then locks every place once: after
    that, each transaction of the earlier writer is either done, and is seen, or will find that it has lost its turn.
    """

    def __init__(self, driver: neo4j.Driver, address: Address, workers: int) -> None:
        self.driver = driver
        self.address = address
        self.token = token_hex(8)
        self.places: SimpleQueue[int] = SimpleQueue()
        for place in range(min(workers, MOST_WORKERS)):
            self.places.put(place)

    def take(self, claim: Callable[[neo4j.ManagedTransaction], None] = lambda tx: None) -> None:
        """Take the turn; `claim` runs in the same transaction, after anyone else's, and may raise to leave it be."""

        def name(tx: neo4j.ManagedTransaction) -> None:
            tx.run(
                "MERGE (g:BegatGraph {key: 'graph'}) SET g.pusher = $token, g.stamp = null", token=self.token
            ).consume()
            claim(tx)

        def pass_every_place(tx: neo4j.ManagedTransaction) -> None:
            tx.run(
                "UNWIND range(0, $last) AS place MERGE (r:BegatRange {kind: $kind, start: toString(place)})"
                " SET r.digest = $token",
                last=MOST_WORKERS - 1, kind=_TURN, token=self.token,
            ).consume()  # fmt: skip

        with self.driver.session(database=self.address.database) as session:
            session.execute_write(name)
            session.execute_write(pass_every_place)

    def write(self, work: Callable[[neo4j.ManagedTransaction], T]) -> T:
        """Do one transaction. Raises GraphError where it is another's turn by now."""
        place = self.places.get()

        def in_turn(tx: neo4j.ManagedTransaction) -> T:
            tx.run(
                "MATCH (r:BegatRange {kind: $kind, start: $place}) SET r.digest = $token",
                kind=_TURN, place=str(place), token=self.token,
            ).consume()  # fmt: skip
            owner = tx.run("MATCH (g:BegatGraph {key: 'graph'}) RETURN g.pusher AS token").single()
            if owner is None or owner["token"] != self.token:
                raise GraphError(f"{self.address.uri}: another push or wipe has taken over; this one stopped")
            return work(tx)

        try:
            with self.driver.session(database=self.address.database) as session:
                return session.execute_write(in_turn)
        finally:
            self.places.put(place)


class _Push:
    """One push in progress."""

    def __init__(
        self, store: Store, driver: neo4j.Driver, address: Address, workers: int, batch: int, progress: Progress
    ) -> None:
        self.store = store
        self.driver = driver
        self.address = address
        self.workers = workers
        self.batch = batch
        self.progress = progress
        self.turn = _Turn(driver, address, workers)
        self.report = PushReport(revision=store.revision)
        self.into_nothing = False
        """Whether nothing of begat was there when it began, so that nothing has to be read back."""

    def run(self, replace: bool) -> PushReport:
        """All of it, in an order in which no edge lacks an end: nodes, edges, then what nodes are gone."""
        with self.driver.session(database=self.address.database) as session:
            _check_version(session, self.address)
            session.execute_read(lambda tx: self._check_graph(tx, replace))
            if self._is_current(session):
                return self.report
            for statement in SCHEMA.values():
                session.run(_cypher(statement)).consume()
            # As long as it takes: in a database that was imported whole, the indexes are made of all that is there.
            session.run("CALL db.awaitIndexes(86400)").consume()
            self._complete_import(session)
            self.turn.take(lambda tx: self._claim(tx, replace))
            # Looked at in its turn: who was before has stopped, and nobody else writes what is begat's.
            self.into_nothing = not self.turn.write(_has_nodes)
            nodes, edges = self._totals()
            self._pass("nodes", ranges(node_items(self.store), _NODES), nodes, _write_nodes, self.report.nodes)
            self._pass("edges", ranges(edge_items(self.store), _SUBJECTS), edges, _write_edges, self.report.edges)
            while page := self.turn.write(_gone_nodes):
                gone, kept = self.turn.write(partial(_remove_nodes, nodes=page))
                self.report.nodes.removed, self.report.kept = (
                    self.report.nodes.removed + gone + kept, self.report.kept + kept,
                )  # fmt: skip
            self.turn.write(self._finish)
            session.run("CALL db.index.fulltext.awaitEventuallyConsistentIndexRefresh()").consume()
        return self.report

    # -- the marker ------------------------------------------------------------------------------------

    def _check_graph(self, tx: neo4j.ManagedTransaction, replace: bool) -> None:
        there = tx.run("MATCH (g:BegatGraph {key: 'graph'}) RETURN g.graph AS graph, g.file AS file").single()
        if there and there["graph"] not in (None, self.store.identity) and not replace:
            raise GraphError(
                f"{self.address.uri}: another graph is in this database (pushed from {there['file']}); push to another"
                " database, make it this graph with --replace, or remove it with --wipe"
            )

    def _complete_import(self, session: neo4j.Session) -> None:
        """Nodes that neo4j-admin imported (graph/neo4j_import.py) lack one thing that CSV cannot say: an empty list."""
        if session.run("MATCH (g:BegatGraph {key: 'graph'}) RETURN count(g) AS n").single(strict=True)["n"] == 0:
            session.run(
                _cypher(
                    f"MATCH (n:{LABEL}) WHERE n.aliases IS NULL"
                    " CALL (n) { SET n.aliases = [] } IN TRANSACTIONS OF 5000 ROWS"
                )
            ).consume()

    def _is_current(self, session: neo4j.Session) -> bool:
        found = session.run("MATCH (g:BegatGraph {key: 'graph'}) RETURN g.stamp AS stamp, g.format AS format").single()
        return bool(found and (found["stamp"], found["format"]) == (self.store.stamp, FORMAT))

    def _claim(self, tx: neo4j.ManagedTransaction, replace: bool) -> None:
        """Make the database that of this graph. Looked at again, for another may just have pushed into an empty one."""
        self._check_graph(tx, replace)
        tx.run(
            "MATCH (g:BegatGraph {key: 'graph'}) SET g.graph = $graph, g.file = $file, g.format = $format",
            graph=self.store.identity, file=self.store.path.name, format=FORMAT,
        ).consume()  # fmt: skip

    def _finish(self, tx: neo4j.ManagedTransaction) -> None:
        tx.run(
            "MATCH (g:BegatGraph {key: 'graph'}) REMOVE g.pusher"
            " SET g.stamp = $stamp, g.revision = $revision, g.pushed = datetime()",
            stamp=self.store.stamp,
            revision=self.store.revision,
        ).consume()

    def _totals(self) -> tuple[int, int]:
        row = self.store.connection.execute(
            "SELECT (SELECT count(*) FROM nodes), (SELECT count(*) FROM edges)"
        ).fetchone()
        return int(row[0]), int(row[1])

    # -- ranges ----------------------------------------------------------------------------------------

    def _pass(self, kind: str, local: Iterable[Range], total: int, write: "_Writer", changes: Changes) -> None:
        """Write each range that differs from what Neo4j has, a few transactions at a time."""
        known = self._known(kind)
        done = 0
        self.progress(kind, 0, total)
        with ThreadPoolExecutor(self.workers) as pool:
            flying: dict[Future[Changes], int] = {}
            try:
                for one in local:
                    if known.get(one.start) == (one.end, one.digest):
                        done += len(one.items)
                        continue
                    overlapping = [s for s, (end, _) in known.items() if s < one.end and end > one.start]
                    flying[pool.submit(self._range, kind, one, overlapping, write)] = len(one.items)
                    if len(flying) >= self.workers * 2:
                        done += self._landed(flying, changes)
                        self.progress(kind, done, total)
                while flying:
                    done += self._landed(flying, changes)
                    self.progress(kind, done, total)
            except BaseException:
                pool.shutdown(wait=True, cancel_futures=True)
                raise

    @staticmethod
    def _landed(flying: dict[Future[Changes], int], changes: Changes) -> int:
        finished, _ = wait(flying, return_when=FIRST_COMPLETED)
        done = 0
        for future in finished:
            done += flying.pop(future)
            changes.add(future.result())
        return done

    def _known(self, kind: str) -> dict[str, tuple[str, str]]:
        """What ranges Neo4j has, and the digest of each, by where they begin."""
        with self.driver.session(database=self.address.database) as session:
            found = session.run(
                "MATCH (r:BegatRange {kind: $kind}) RETURN r.start AS start, r.end AS end, r.digest AS digest",
                kind=kind,
            )
            return {row["start"]: (row["end"], row["digest"]) for row in found}

    def _range(self, kind: str, one: Range, overlapping: Sequence[str], write: "_Writer") -> Changes:
        """One range in one transaction, with its digest, in place of the digests of the ranges that it overlaps."""

        def work(tx: neo4j.ManagedTransaction) -> Changes:
            # Written first: two transactions on one range wait for each other here.
            tx.run(
                "UNWIND $starts AS start MATCH (r:BegatRange {kind: $kind, start: start}) DELETE r",
                kind=kind, starts=[start for start in overlapping if start != one.start],
            ).consume()  # fmt: skip
            before = tx.run(
                "MERGE (r:BegatRange {kind: $kind, start: $start}) WITH r, r.digest AS before"
                " SET r.end = $end, r.digest = $digest RETURN before",
                kind=kind, start=one.start, end=one.end, digest=one.digest,
            ).single(strict=True)["before"]  # fmt: skip
            # Known before, though nothing was there: the driver tries again what had been done, its receipt was lost.
            return write(tx, one, self.batch, self.into_nothing and before is None)

        return self.turn.write(work)


_Writer = Callable[[neo4j.ManagedTransaction, Range, int, bool], Changes]
"""Writes a range in statements of so many rows; the last says that nothing of it is there."""


def _write_nodes(tx: neo4j.ManagedTransaction, one: Range, batch: int, nothing_there: bool) -> Changes:
    """Bring a range of nodes up to date. Those that are gone are labelled so: their edges must go first."""
    there = {} if nothing_there else _nodes_there(tx, one)
    new: dict[str, list[Item]] = defaultdict(list)
    changed: dict[str, list[Item]] = defaultdict(list)
    for item in one.items:
        digest, gone = there.pop(item.key[0], (None, None))
        if gone is None:
            new[item.kind].append(item)
        elif gone or digest != item.properties["_begat"]:
            changed[item.kind].append(item)
    labels = ":".join(["BegatGone", *NodeType])
    for label, items in new.items():
        rows = [list(item.properties.values()) for item in items]
        _run(tx, f"UNWIND $rows AS row CREATE (:{LABEL}:{label} {_from_row(_OF_NODES)})", rows, batch)
    for label, items in changed.items():
        statement = f"UNWIND $rows AS row MATCH (n:{LABEL} {{id: row.id}}) REMOVE n:{labels} SET n:{label}, n += row"
        _run(tx, statement, _properties(items), batch)
    gone_now = [key for key, (_, gone) in there.items() if not gone]
    _run(tx, f"UNWIND $rows AS row MATCH (n:{LABEL} {{id: row}}) SET n:BegatGone", gone_now, batch)
    return Changes(sum(map(len, new.values())), sum(map(len, changed.values())))


def _nodes_there(tx: neo4j.ManagedTransaction, one: Range) -> dict[str, tuple[str, bool]]:
    """The nodes of a range that Neo4j has: digest, and whether they are marked as gone, by id."""
    query = f"MATCH (n:{LABEL}) WHERE $start <= n.id < $end RETURN n.id AS id, n._begat AS digest, n:BegatGone AS gone"
    return {row["id"]: (row["digest"], row["gone"]) for row in tx.run(_cypher(query), start=one.start, end=one.end)}


def _write_edges(tx: neo4j.ManagedTransaction, one: Range, batch: int, nothing_there: bool) -> Changes:
    """Bring the edges of a range of subjects up to date."""
    there, gone = ({}, []) if nothing_there else _edges_there(tx, one)
    new: dict[str, list[Item]] = defaultdict(list)
    changed: list[dict[str, Any]] = []
    for item in one.items:
        digest, element = there.pop(item.key, (None, None))
        if element is None:
            new[item.kind].append(item)
        elif digest != item.properties["_begat"]:
            changed.append({"element": element, "properties": item.properties})
    gone += [element for _, element in there.values()]
    _run(tx, "UNWIND $rows AS row MATCH ()-[r]->() WHERE elementId(r) = row DELETE r", gone, batch)
    statement = "UNWIND $rows AS row MATCH ()-[r]->() WHERE elementId(r) = row.element SET r += row.properties"
    _run(tx, statement, changed, batch)
    for relation, items in new.items():
        rows = [[*item.properties.values(), item.key[0], item.key[2]] for item in items]
        written = _run(
            tx,
            f"UNWIND $rows AS row MATCH (a:{LABEL} {{id: row[-2]}}) MATCH (b:{LABEL} {{id: row[-1]}})"
            f" CREATE (a)-[:{relation} {_from_row(_OF_EDGES)}]->(b)",
            rows,
            batch,
        )
        if written != len(rows):
            raise GraphError(
                f"{len(rows) - written} edges have an end that is not in the graph; build it anew, then push"
            )
    return Changes(sum(map(len, new.values())), len(changed), len(gone))


def _edges_there(tx: neo4j.ManagedTransaction, one: Range) -> tuple[dict[tuple[str, ...], tuple[str, str]], list[str]]:
    """The edges of a range that Neo4j has: digest and own name, by what they are; and the names of those that are double."""
    there: dict[tuple[str, ...], tuple[str, str]] = {}
    double: list[str] = []
    query = (
        f"MATCH (a:{LABEL}) WHERE $start <= a.id < $end MATCH (a)-[r]->(b:{LABEL}) WHERE r._begat IS NOT NULL"
        " RETURN a.id AS subject, type(r) AS relation, b.id AS object, r._begat AS digest, elementId(r) AS element"
    )
    for row in tx.run(_cypher(query), start=one.start, end=one.end):
        key = (row["subject"], row["relation"], row["object"])
        if key in there:
            double.append(row["element"])
        else:
            there[key] = (row["digest"], row["element"])
    return there, double


def _from_row(names: Sequence[str]) -> str:
    """The properties of an item whose values a row lists: with its names said once, a row is a third as long."""
    return "{" + ", ".join(f"{name}: row[{place}]" for place, name in enumerate((*names, "_begat"))) + "}"


def _properties(items: Iterable[Item]) -> list[dict[str, Any]]:
    return [item.properties for item in items]


def _run(tx: neo4j.ManagedTransaction, statement: str, rows: Sequence[Any], batch: int) -> int:
    """Run a statement over the rows; how many relationships it made."""
    made = 0
    iterator = iter(rows)
    while part := list(islice(iterator, batch)):
        made += tx.run(_cypher(statement), rows=part).consume().counters.relationships_created
    return made
