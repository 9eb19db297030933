"""A graph in Neo4j, asked as people ask: what they paste runs as in the embedded engine, and nothing can be written."""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

import begat
from begat.graph import neo4j
from begat.graph.errors import GraphError, NotFoundError, QueryError, UsageError
from begat.graph.neo4j_store import Neo4jStore
from begat.graph.search import find, search
from begat.graph.store import Store
from begat.queries.cypher import cypher
from tests.neo4j_server.cleared import cleared
from tests.queries.test_dialect import MISSING

pytestmark = pytest.mark.neo4j


@dataclass
class Both:
    """A graph file and the same graph in Neo4j."""

    store: Store
    pushed: Neo4jStore


@pytest.fixture(scope="module")
def small(neo4j_uri: str, miniature_path: Path) -> Iterator[Both]:
    cleared(neo4j_uri)
    with Store.open(miniature_path) as store:
        neo4j.push(store, neo4j_uri)
        with Neo4jStore.open(neo4j_uri) as pushed:
            yield Both(store, pushed)


# -- what people paste ------------------------------------------------------------------------------------------------

IDIOMS = {
    "variable length": "MATCH (a {id: $id})-[:EXTENDS|USES|FINE_TUNED_FROM*1..3]->(b) RETURN DISTINCT b.name AS name ORDER BY name",
    "shortest path": (
        "MATCH (a:Model {id: $id}), (b:Method {name: 'Transformer'})"
        " MATCH p = shortestPath((a)-[:EXTENDS|USES|FINE_TUNED_FROM*..6]->(b)) RETURN length(p) AS steps"
    ),
    "optional match": (
        "MATCH (a:Model) OPTIONAL MATCH (a)-[r:OUTPERFORMS]->(b) RETURN a.name AS a, b.name AS b ORDER BY a, b"
    ),
    "collect": "MATCH (a:Model)-[:USES]->(b) WITH a, b ORDER BY b.name RETURN a.name AS a, collect(b.name) AS uses ORDER BY a",
    "unwind": "UNWIND ['Orca', 'BERT', 'nowhere'] AS name MATCH (a {name: name}) RETURN a.name AS name, a.year AS year ORDER BY name",
    "exists": "MATCH (a:Model) WHERE EXISTS { (a)-[:EVALUATED_ON]->(:Dataset) } RETURN a.name AS name ORDER BY name",
    "count subquery": "MATCH (a:Model) RETURN a.name AS name, COUNT { (a)-[:COMPARED_WITH]-() } AS n ORDER BY n DESC, name",
    "list comprehension": "MATCH (a {id: $id}) RETURN [x IN range(1, 5) WHERE x % 2 = 1 | x * x] AS odd, size(a.aliases) AS n",
    "case": (
        "MATCH (a:Model) RETURN a.name AS name, CASE WHEN a.year >= 2023 THEN 'new' WHEN a.year IS NULL THEN 'unknown'"
        " ELSE 'old' END AS age ORDER BY name"
    ),
    "map projection": "MATCH (a {id: $id}) RETURN a {.id, .name, steps: 2} AS a",
    "strings": (
        "MATCH (a:Model) WHERE toLower(a.name) CONTAINS 'or' OR a.name STARTS WITH 'GPT' OR a.name =~ 'B.*T'"
        " RETURN replace(a.name, ' ', '_') AS name, size(split(a.name, ' ')) AS words, toUpper(left(a.name, 2)) AS two ORDER BY name"
    ),
    "dates": (
        "MATCH (p:Paper) WHERE p.date IS NOT NULL AND date(p.date) >= date('2019-01-01')"
        " RETURN p.id AS id, date(p.date).year AS year, date(p.date).month AS month ORDER BY id"
    ),
    "parameters": "MATCH (a) WHERE a.id IN $ids AND a.year >= $year RETURN a.id AS id ORDER BY id SKIP 0 LIMIT $limit",
    "aggregation": (
        "MATCH (a)-[r]->(b) RETURN type(r) AS relation, count(*) AS n, round(avg(r.confidence) * 100) AS sure,"
        " max(r.support) AS most, count(DISTINCT b) AS objects ORDER BY n DESC, relation"
    ),
    "evidence": "MATCH (a {name: 'Orca 2'})-[r:EXTENDS]->(b) WITH r, b UNWIND r.evidence AS quote RETURN b.name AS name, quote",
    "chained": (
        "MATCH (a)-[:EXTENDS]->(b) WITH b, count(a) AS heirs WHERE heirs >= 1 MATCH (p:Paper)-[:INTRODUCES]->(b)"
        " RETURN b.name AS name, heirs, p.date AS date ORDER BY heirs DESC, name UNION"
        " MATCH (b {id: $id}) RETURN b.name AS name, 0 AS heirs, null AS date"
    ),
}  # fmt: skip
PARAMETERS = {"id": "model-orca-2", "ids": ["model-orca", "model-bert", "model-x"], "year": 2019, "limit": 5}


@pytest.mark.parametrize("query", IDIOMS.values(), ids=IDIOMS)
def test_what_people_paste_runs_unchanged_on_both(small: Both, query: str) -> None:
    given = {
        name: value
        for name, value in PARAMETERS.items()
        if f"${name} " in f"{query} ".replace("}", " ").replace(",", " ")
    }
    embedded, shared = cypher(small.store, query, given), cypher(small.pushed, query, given)
    assert embedded.columns == shared.columns
    assert sorted(map(repr, embedded.rows)) == sorted(map(repr, shared.rows))
    assert embedded.rows


@pytest.mark.parametrize("query", MISSING)
def test_what_the_embedded_engine_has_not_is_here_indeed(small: Both, query: str) -> None:
    assert cypher(small.pushed, query).columns == ("n",)


def test_nodes_relationships_and_paths_come_alike(small: Both) -> None:
    for query in (
        "MATCH (a)-[r:EXTENDS]->(b) RETURN a, r, b ORDER BY a.id, b.id",
        "MATCH p = (a {name: 'Orca 2'})-[:EXTENDS]->(b) RETURN p",
    ):
        assert json.loads("".join(cypher(small.store, query).json())) == json.loads(
            "".join(cypher(small.pushed, query).json())
        )


# -- names, search, exports --------------------------------------------------------------------------------


def test_names_as_people_write_them(small: Both) -> None:
    for name in (
        "orca2",
        "Tulu-2",
        "GPT4",
        "arXiv:2311.11045",
        "https://arxiv.org/abs/1810.04805v2",
        "LLAMA",
        "llama 13b",
    ):
        assert find(small.pushed, name) == find(small.store, name)
    for name in ("DistillBERT", "Orka"):
        with pytest.raises(NotFoundError) as here, small.store.transaction():
            find(small.store, name)
        with pytest.raises(NotFoundError) as there:
            find(small.pushed, name)
        assert there.value.suggestions[0] == here.value.suggestions[0]
    for name in ('"', "a AND (b", "*", "\\", "", "NOT x:y~"):
        with pytest.raises(NotFoundError):
            find(small.pushed, name)


def test_search_finds_names_and_sentences(small: Both) -> None:
    kinds = {(hit.kind, hit.node.name) for hit in search(small.pushed, "tulu")}
    assert ("name", "Tülu 2") in kinds
    assert any(kind == "evidence" for kind, _ in kinds)
    (hit, *_) = search(small.pushed, "distilled bert", marks=("[", "]"))
    assert "[" in hit.snippet
    assert search(small.pushed, '" AND ( ~') == []
    assert search(small.pushed, "nothinglikethis") == []


def test_counts_and_exports(small: Both, tmp_path: Path) -> None:
    with begat.open(small.pushed.place) as graph:
        counts = graph.stats()
        assert sum(counts.nodes.values()) == sum(1 for _ in small.store.nodes())
        assert sum(counts.edges.values()) == sum(1 for _ in small.store.edges())
        with begat.open(small.store.path) as local:
            for format_ in ("turtle", "graphml", "jsonl", "cypher"):
                graph.export(format_, tmp_path / "shared")
                local.export(format_, tmp_path / "local")
                assert (tmp_path / "shared").read_bytes() == (tmp_path / "local").read_bytes(), format_
        assert sorted(graph.networkx()) == sorted(node.id for node in small.store.nodes())
        with pytest.raises(UsageError, match="texts are not in Neo4j; check the graph file that was pushed"):
            list(graph.check())
        with begat.open(small.store.path) as local:
            asked = ("most-built-upon",)
            assert list(graph.ask(*asked, engine="sparql").rows) == list(local.ask(*asked, engine="sparql").rows)


# -- read-only, and bounded ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "query", ["CREATE (n) RETURN n", "MATCH (n) DETACH DELETE n", "MATCH (n) SET n.x = 1 RETURN n"]
)
def test_nothing_can_be_written(small: Both, query: str) -> None:
    with pytest.raises(QueryError, match=r"not allowed|read-only"):
        cypher(small.pushed, query)
    with pytest.raises(GraphError, match=r"(?i)read access mode"), small.pushed.reading() as session:
        session.run(query).consume()


def test_a_query_that_does_not_end_is_stopped_on_the_server(small: Both) -> None:
    with pytest.raises(QueryError, match="stopped after 1 s"):
        cypher(
            small.pushed, "UNWIND range(1, 100000) AS a UNWIND range(1, 100000) AS b RETURN sum(a * b) AS s", timeout=1
        )


def test_long_answers_are_cut_and_say_so(small: Both) -> None:
    found = cypher(small.pushed, "UNWIND range(1, 1000) AS n RETURN n", limit=10)
    assert len(found) == 10
    assert "only the first 10 rows" in found.notes[0]


def test_a_typo_is_one_clear_line(small: Both) -> None:
    with pytest.raises(QueryError, match=r"^Cypher: Invalid input [^\n]*$"):
        cypher(small.pushed, "MATCH (a RETURN a")
