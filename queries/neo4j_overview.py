"""The overview (queries/overview.py) of a graph in a Neo4j: the same answers, counted there."""

from begat.graph.model import Edge, Node
from begat.graph.names import fold, parse
from begat.graph.neo4j_store import Neo4jStore, PushedStats
from begat.graph.properties import LABEL
from begat.graph.search import search
from begat.graph.vocabulary import FACTS, LINEAGE, THINGS, NodeType, Origin, Relation
from begat.queries.overview import Completion, Family

_THING = "|".join(THINGS)


def most_built_upon(store: Neo4jStore, limit: int = 12) -> list[tuple[Node, int]]:
    """The works from which most others descend directly, with how many do."""
    heirs = f"COUNT {{ MATCH (a:{LABEL})-[:{'|'.join(LINEAGE)} {{_ours: true}}]->(b) RETURN DISTINCT a }}"
    rows = store.rows(
        f"MATCH (b:{LABEL}) WITH b, {heirs} AS works WHERE works > 0"
        " RETURN b.id, works ORDER BY works DESC, b.id LIMIT $limit",
        limit=limit,
    )
    counts: dict[str, int] = dict(rows)
    nodes = store.nodes_of(counts)
    return [(nodes[node], count) for node, count in counts.items() if node in nodes]


def newest(store: Neo4jStore, limit: int = 12) -> list[Node]:
    """The models, methods and datasets that came last."""
    return _listed(
        store,
        f"MATCH (n:{LABEL}) WHERE n:{_THING} AND n._date IS NOT NULL RETURN n.id ORDER BY n._date DESC, n.id LIMIT $limit",
        limit=limit,
    )


def families(store: Neo4jStore, limit: int = 12) -> list[Family]:
    """The families of most members; one that stands alone is none."""
    rows = list(
        store.rows(
            f"MATCH (n:{LABEL}) WHERE n:{_THING} AND n.family IS NOT NULL"
            " WITH n.family AS family, count(*) AS members, min(coalesce(n._date, '9999') + ' ' + n.id) AS first"
            " WHERE members > 1 RETURN family, members, first ORDER BY members DESC, family LIMIT $limit",
            limit=limit,
        )
    )
    first = {family: text.split(" ", 1)[1] for family, _, text in rows}
    nodes = store.nodes_of(first.values())
    return [Family(family, count, nodes[first[family]]) for family, count, _ in rows if first[family] in nodes]


def census(store: Neo4jStore) -> dict[tuple[NodeType, int | None], int]:
    """How many nodes of each type came in each year; None: of unknown date."""
    found: dict[tuple[NodeType, int | None], int] = {}
    for kind in (kind for kind in NodeType if kind is not NodeType.AUTHOR):
        rows = store.rows(f"MATCH (n:{LABEL}) WHERE n:{kind} RETURN left(n._date, 4) AS year, count(*)")
        for year, count in rows:
            cell = kind, int(year) if year and year.isdigit() else None
            found[cell] = found.get(cell, 0) + count
    return found


def certainty(store: Neo4jStore) -> list[tuple[int, int]]:
    """How many mined edges there are of each tenth of confidence, counted from 0: (tenth, edges)."""
    rows = store.rows(
        f"MATCH (:{LABEL})-[r:{'|'.join(Relation)} {{_ours: true}}]->() WHERE r.origin = '{Origin.MINED}'"
        " WITH toInteger(r.confidence * 10) AS tenth RETURN CASE WHEN tenth > 9 THEN 9 ELSE tenth END AS band, count(*)"
        " ORDER BY band"
    )
    return [(band, count) for band, count in rows]


def counted(store: Neo4jStore) -> PushedStats:
    """Counts of all that is in it."""
    return store.counts()


def works(
    store: Neo4jStore,
    *,
    type: NodeType | None = None,
    year: int | None = None,
    undated: bool = False,
    family: str | None = None,
    limit: int = 50,
    offset: int = 0,
) -> list[Node]:
    """A page of the works of a type, year or family (its stem), the latest first."""
    where = ["NOT n:Author" if type is None else f"n:{type}"]
    where += ["n._date >= $first AND n._date < $after"] if year is not None else []
    where += ["n._date IS NULL"] if undated else []
    where += ["n.family = $family"] if family is not None else []
    return _listed(
        store,
        f"MATCH (n:{LABEL}) WHERE {' AND '.join(where)} RETURN n.id"
        " ORDER BY n._date IS NULL, n._date DESC, n.id SKIP $offset LIMIT $limit",
        first=f"{year or 0:04}", after=f"{(year or 0) + 1:04}", family=family, limit=limit, offset=offset,
    )  # fmt: skip


def _listed(store: Neo4jStore, query: str, **parameters: object) -> list[Node]:
    ids = [row[0] for row in store.rows(query, **parameters)]
    nodes = store.nodes_of(ids)
    return [nodes[node] for node in ids if node in nodes]


def edges_of(
    store: Neo4jStore, node: str, relation: Relation, forward: bool, *, limit: int = 50, offset: int = 0
) -> list[Edge]:
    """A page of a node's edges of one relation, the best attested first."""
    ends = ("subject", "object") if FACTS[relation].symmetric else ("subject",) if forward else ("object",)
    return store.edges_at(node, relation, ends, limit, skip=offset)[1]


def complete(store: Neo4jStore, text: str, limit: int = 10) -> list[Completion]:
    """The works whose name or alias begins with `text`; then those with its words within."""
    found: dict[str, str] = {}
    for key in dict.fromkeys(key for key in (fold(text), parse(text).key if text.strip() else "") if key):
        for node, name in store.names_from(key, limit * 2):
            found.setdefault(node, name)
    if len(found) < limit:
        for hit in search(store, text, limit * 2):
            if hit.kind != "evidence":
                found.setdefault(hit.node.id, hit.node.name)
    nodes = store.nodes_of(list(found)[:limit])
    return [
        Completion(nodes[node], None if name == nodes[node].name else name)
        for node, name in found.items()
        if node in nodes
    ]
