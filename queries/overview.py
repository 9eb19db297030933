"""The graph as a whole, a few rows at a time: what is most built upon, what is new, families, counts by type and year.

Every read is a count over an index or a page of rows; none holds the graph. Of a graph in a Neo4j the same is asked in
queries/neo4j_overview.py, by functions of the same names.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import wraps
from typing import TYPE_CHECKING, Concatenate, ParamSpec, TypeVar

from begat.graph.check import Stats, stats
from begat.graph.model import Edge, Node
from begat.graph.names import fold, parse
from begat.graph.reader import Reader
from begat.graph.store import Store
from begat.graph.vocabulary import FACTS, LINEAGE, THINGS, NodeType, Relation

if TYPE_CHECKING:
    from begat.graph.neo4j_store import PushedStats

_THINGS = ", ".join(f"'{kind}'" for kind in THINGS)
_LINEAGE = ", ".join(f"'{relation}'" for relation in LINEAGE)
_AFTER_ALL = "\U0010ffff"
P = ParamSpec("P")
T = TypeVar("T")


def anywhere(ask: Callable[Concatenate[Store, P], T]) -> Callable[Concatenate[Reader, P], T]:
    """The question, which is one of a graph file, of any graph."""

    @wraps(ask)
    def asked(store: Reader, /, *args: P.args, **options: P.kwargs) -> T:
        if isinstance(store, Store):
            return ask(store, *args, **options)
        from begat.queries import neo4j_overview  # its driver takes a while to load

        found: T = getattr(neo4j_overview, ask.__name__)(store, *args, **options)
        return found

    return asked


@dataclass(frozen=True, slots=True)
class Family:
    """All things of one stem (the versions, sizes and flavours of LLaMA), `first` the earliest of them."""

    name: str
    count: int
    first: Node


@dataclass(frozen=True, slots=True)
class Completion:
    """A node that an unfinished name may mean; `alias` is the name that fits, where it is not the node's own."""

    node: Node
    alias: str | None


@anywhere
def most_built_upon(store: Store, limit: int = 12) -> list[tuple[Node, int]]:
    """The works from which most others descend directly, with how many do."""
    rows = store.connection.execute(
        "SELECT object, count(DISTINCT subject) AS works FROM edges INDEXED BY edges_object"
        f" WHERE relation IN ({_LINEAGE}) GROUP BY object ORDER BY works DESC, object LIMIT ?",
        (limit,),
    ).fetchall()
    nodes = store.nodes_of(row[0] for row in rows)
    return [(nodes[node], count) for node, count in rows if node in nodes]


@anywhere
def newest(store: Store, limit: int = 12) -> list[Node]:
    """The models, methods and datasets that came last."""
    rows = store.connection.execute(
        f"SELECT id FROM nodes WHERE type IN ({_THINGS}) AND date IS NOT NULL ORDER BY date DESC, id LIMIT ?", (limit,)
    ).fetchall()
    nodes = store.nodes_of(row[0] for row in rows)
    return [nodes[row[0]] for row in rows]


@anywhere
def families(store: Store, limit: int = 12) -> list[Family]:
    """The families of most members; one that stands alone is none."""
    rows = store.connection.execute(
        f"SELECT family, count(*) AS members, min(coalesce(date, '9999') || ' ' || id) FROM nodes"
        f" WHERE type IN ({_THINGS}) AND family IS NOT NULL"
        " GROUP BY family HAVING members > 1 ORDER BY members DESC, family LIMIT ?",
        (limit,),
    ).fetchall()
    first = {family: text.split(" ", 1)[1] for family, _, text in rows}
    nodes = store.nodes_of(first.values())
    return [Family(family, count, nodes[first[family]]) for family, count, _ in rows]


@anywhere
def census(store: Store) -> dict[tuple[NodeType, int | None], int]:
    """How many nodes of each type came in each year; None: of unknown date."""
    rows = store.connection.execute(
        "SELECT type, substr(date, 1, 4) AS year, count(*) FROM nodes WHERE type <> 'Author' GROUP BY type, year"
    )
    found: dict[tuple[NodeType, int | None], int] = {}
    for kind, year, count in rows:
        cell = NodeType(kind), int(year) if year and year.isdigit() else None
        found[cell] = found.get(cell, 0) + count
    return found


@anywhere
def certainty(store: Store) -> list[tuple[int, int]]:
    """How many mined edges there are of each tenth of confidence, counted from 0: (tenth, edges)."""
    return store.connection.execute(
        "SELECT min(cast(confidence * 10 AS INTEGER), 9) AS band, count(*) FROM edges WHERE origin = 'mined' GROUP BY band"
    ).fetchall()


@anywhere
def counted(store: Store) -> "Stats | PushedStats":
    """Counts of all that is in it."""
    return stats(store)


@anywhere
def works(
    store: Store,
    *,
    type: NodeType | None = None,
    year: int | None = None,
    undated: bool = False,
    family: str | None = None,
    limit: int = 50,
    offset: int = 0,
) -> list[Node]:
    """A page of the works of a type, year or family (its stem), the latest first; `undated`: those without a date."""
    where, values = ["type <> 'Author'"], list[object]()
    if type is not None:
        where, values = ["type = ?"], [type]
    if year is not None:
        where.append("date >= ? AND date < ?")
        values += [f"{year:04}", f"{year + 1:04}"]
    if undated:
        where.append("date IS NULL")
    if family is not None:
        where.append("family = ?")
        values.append(family)
    rows = store.connection.execute(
        f"SELECT id FROM nodes WHERE {' AND '.join(where)} ORDER BY date DESC, id LIMIT ? OFFSET ?",
        (*values, limit, offset),
    ).fetchall()
    nodes = store.nodes_of(row[0] for row in rows)
    return [nodes[row[0]] for row in rows]


@anywhere
def edges_of(
    store: Store, node: str, relation: Relation, forward: bool, *, limit: int = 50, offset: int = 0
) -> list[Edge]:
    """A page of a node's edges of one relation, the best attested first; `forward`: the node is their subject."""
    ends = ("subject", "object") if FACTS[relation].symmetric else ("subject",) if forward else ("object",)
    where = " OR ".join(f"(relation = ? AND {end} = ?)" for end in ends)
    rows = store.connection.execute(
        f"SELECT subject, relation, object FROM edges WHERE {where}"
        " ORDER BY support DESC, confidence DESC, subject, object LIMIT ? OFFSET ?",
        (*[relation, node] * len(ends), limit, offset),
    ).fetchall()
    found = {
        (e.subject, e.relation.value, e.object): e
        for row in rows
        for e in store.edges("subject = ? AND relation = ? AND object = ?", row)
    }
    return [found[row] for row in rows]


@anywhere
def complete(store: Store, text: str, limit: int = 10) -> list[Completion]:
    """The works whose name or alias begins with `text`, shortest names first; then those with its words within."""
    keys = dict.fromkeys(key for key in (fold(text), parse(text).key if text.strip() else "") if key)
    found: dict[str, str] = {}
    for key in keys:
        rows = store.connection.execute(
            "SELECT node, name FROM aliases WHERE folded >= ? AND folded < ?"
            " ORDER BY node LIKE 'author-%', length(name), name, node LIMIT ?",
            (key, key + _AFTER_ALL, limit * 2),
        )
        for node, name in rows:
            found.setdefault(node, name)
    if len(found) < limit:
        for node, name in _with_words(store, text, limit * 2):
            found.setdefault(node, name)
    nodes = store.nodes_of(list(found)[:limit])
    return [
        Completion(nodes[node], None if name == nodes[node].name else name)
        for node, name in found.items()
        if node in nodes
    ]


def _with_words(store: Store, text: str, limit: int) -> Sequence[tuple[str, str]]:
    from begat.graph.search import search

    return [(hit.node.id, hit.node.name) for hit in search(store, text, limit) if hit.kind != "evidence"]
