"""Cypher: what can be asked, what is refused, and how."""

import time
from pathlib import Path

import pytest

from begat.graph.errors import GraphError, QueryError
from begat.graph.store import Store
from begat.queries.cypher import cypher
from tests import generated


def test_answers_a_pattern_with_its_evidence(store: Store) -> None:
    answer = cypher(store, "MATCH (a {name: 'Orca 2'})-[r:EXTENDS]->(b) RETURN b.name, r.evidence")
    assert answer.columns == ("b.name", "r.evidence")
    assert answer.rows == [("Orca", ["With Orca 2 we extend Orca."])]


def test_a_path_is_enough_to_ask(miniature_path: Path) -> None:
    assert cypher(miniature_path, "MATCH (d:Dataset) RETURN d.name ORDER BY d.name").rows == [("AGIEval",), ("GLUE",)]


def test_nodes_have_the_properties_of_the_design(store: Store) -> None:
    query = "MATCH (n {id: $id}) RETURN n"
    assert cypher(store, query, {"id": "arxiv-2311.11045"}).rows == [
        (
            {
                "label": "Paper", "id": "arxiv-2311.11045", "name": "Orca 2: Teaching Small Models", "aliases": [],
                "arxiv": "2311.11045", "date": "2023-11-18", "year": 2023, "url": "https://arxiv.org/abs/2311.11045",
            },
        )
    ]  # fmt: skip
    ((orca,),) = cypher(store, query, {"id": "model-orca-2"}).rows
    assert orca == {
        "label": "Model", "id": "model-orca-2", "name": "Orca 2", "aliases": [], "year": 2023, "family": "Orca", "version": "2",
    }  # fmt: skip


def test_edges_have_the_properties_of_the_design(store: Store) -> None:
    ((edge,),) = cypher(store, "MATCH ({name: 'BERT'})-[r:EXTENDS]->() RETURN r").rows
    assert edge == {
        "type": "EXTENDS", "confidence": 0.95, "support": 1, "origin": "mined", "year": 2018,
        "evidence": ["BERT builds on the Transformer."],
    }  # fmt: skip


def test_a_path_is_its_nodes_and_relationships_in_turn(store: Store) -> None:
    ((path,),) = cypher(store, "MATCH p = ({name: 'Orca 2'})-[:EXTENDS*1..2]->() RETURN p").rows
    assert [item.get("name") or item["type"] for item in path] == ["Orca 2", "EXTENDS", "Orca"]


def test_aliases_are_a_list(store: Store) -> None:
    assert cypher(store, "MATCH (n) WHERE 'Tulu-2' IN n.aliases RETURN n.name").rows == [("Tülu 2",)]


def test_parameters_are_values_and_never_query_text(store: Store) -> None:
    name = "x'}) MATCH (n) RETURN n //"
    assert cypher(store, "RETURN $name AS name, $list AS list", {"name": name, "list": [1, None, "a"]}).rows == [
        (name, [1, None, "a"])
    ]


@pytest.mark.parametrize("engine_mistake", ["MATCH (a)-[:EXTEND]->(b) RETURN b.name", "MATCH (a:Modle) RETURN a.name"])
def test_a_typo_in_a_name_is_noted_with_the_nearest(store: Store, engine_mistake: str) -> None:
    answer = cypher(store, engine_mistake)
    assert not answer.rows
    assert "Did you mean" in answer.notes[0]


@pytest.mark.parametrize(
    ("query", "property", "nearest"),
    [
        ("MATCH (a) RETURN a.nmae", "nmae", "'name'"),
        ("MATCH (a:Model) RETURN a.nmae", "nmae", "'name'"),
        ("MATCH (a)-[r]->(b) WHERE r.confdence > 0.5 RETURN b.name", "confdence", "'confidence'"),
        ("MATCH (a) WHERE NOT (a)-->() AND a.colour = 'red' RETURN a", "colour", "there are id, name"),
        ("MATCH (a)-[r]->(b) RETURN `r`.`confdence`", "confdence", "'confidence'"),
    ],
)
def test_a_property_that_nothing_has_is_noted(store: Store, query: str, property: str, nearest: str) -> None:
    (note,) = cypher(store, query).notes
    assert property in note
    assert nearest in note


@pytest.mark.parametrize(
    "query",
    [
        "MATCH (a:Model) RETURN a.name, a.family",
        "MATCH (a:Model) WITH {nmae: a.name} AS row RETURN row.nmae",
        "UNWIND [{nmae: 1}] AS row RETURN count(row), max(row.nmae)",
        "MATCH (a:Paper) RETURN date('2020-02-03').month",
        "RETURN 'a.nmae (a)'",
        "UNWIND [{nmae: 1}] AS row WITH row WHERE (row) IS NOT NULL RETURN row.nmae",
        "MATCH (a:Model) RETURN a.name AS n UNION UNWIND [{nmae: 1}] AS a RETURN a.nmae AS n",
        "MATCH (a:Model) WITH a UNWIND [{a: {nmae: 2}}] AS row RETURN row.a.nmae",
        "MATCH (db:Model) CALL db.labels() YIELD label RETURN db.name, label",
        "MATCH (date:Model) RETURN date.name, date('2020-02-03').month",
        "MATCH (a)-[r]->(b) RETURN a.title, r.type",
    ],
)
def test_keys_of_other_things_are_no_properties(store: Store, query: str) -> None:
    assert cypher(store, query).notes == ()


@pytest.mark.parametrize(
    ("query", "complaint"),
    [
        ("MATCH (a:Model RETURN a", "line 1, column 23"),
        ("MATCH (a) RETURN b", "Undefined variable 'b'"),
        ("MTCH (a) RETURN a", "line 1, column 1: .* did you mean MATCH"),
        ("MATCH (a)\nWHERE a.name = 'x RETURN a", "line 2, column 16: the ' here is never closed"),
        ("MATCH (a) RETURN a.name AS `x", "the ` here is never closed"),
        ("", "empty"),
        ("  // only a comment", "empty"),
        ("MATCH (n {name: $name}) RETURN n", r"\$name has no value"),
        ("RETURN 1 /* one */", "comments are written //"),
    ],
)
def test_a_mistake_is_one_line_that_says_where(store: Store, query: str, complaint: str) -> None:
    with pytest.raises(QueryError, match=complaint) as error:
        cypher(store, query)
    assert "\n" not in str(error.value)


def test_a_parameter_that_the_query_does_not_have_is_a_mistake(store: Store) -> None:
    with pytest.raises(QueryError, match=r"no parameter \$nmae; it has \$name"):
        cypher(store, "MATCH (n {name: $name}) RETURN n", {"nmae": "Orca"})


@pytest.mark.parametrize(
    "query",
    [
        "CREATE (n:Model {name: 'x'}) RETURN n",
        "MATCH (n) SET n.name = 'x' RETURN n",
        "MATCH (n) REMOVE n.name",
        "MATCH (n) DETACH DELETE n",
        "MERGE (n:Model {id: 'x'}) RETURN n",
        "MATCH (n) FOREACH (x IN [1] | SET n.a = x)",
        "LOAD CSV FROM 'file:///etc/passwd' AS row RETURN row",
        "MATCH (n) WITH n LOAD CSV FROM 'file:///etc/passwd' AS row RETURN row",
        "EXPLAIN LOAD CSV FROM 'file:///etc/passwd' AS row RETURN row",
        "// \n LOAD\n CSV FROM 'file:///etc/passwd' AS row RETURN row",
        "RETURN 1; LOAD CSV FROM 'file:///etc/passwd' AS row RETURN row",
        "RETURN 1; RETURN 2",
        "CALL pagerank() YIELD node RETURN node",
        "CALL db.cdc.enable()",
        "CALL `db`.cdc.enable()",
        "MATCH (n) CALL apoc.load.json('http://example.org') YIELD value RETURN value",
        "CALL { MATCH (n) DELETE n }",
        "CREATE INDEX FOR (n:Model) ON (n.name)",
        "DROP INDEX x",
        "SHOW INDEXES",
        "USE other MATCH (n) RETURN n",
        "MATCH (n) RETURN n.name FORMAT CSV",
        "MATCH (n) RETURN 'it''s' AS a UNION LOAD CSV FROM 'x' AS a RETURN a",
        r"RETURN '\' AS a LOAD CSV FROM \'x' AS row, SET",
        "RETURN 1 // \r LOAD CSV FROM 'file:///etc/passwd' AS row RETURN row",
        "RETURN 1 // \u2028 ' \n LOAD CSV FROM 'x' AS row RETURN row //'",
        "RETURN '\x00'",
    ],
)
def test_only_one_reading_statement_is_allowed(store: Store, query: str) -> None:
    with pytest.raises(QueryError):
        cypher(store, query)


@pytest.mark.parametrize(
    "query",
    [
        "MATCH (n) RETURN n.set, n.load AS `create`",
        "MATCH (n) WHERE n.name CONTAINS 'DELETE' RETURN n.name // SET x",
        'MATCH (n) WHERE n.name = "LOAD CSV; CREATE" RETURN n.name;',
        "MATCH (n:Set|Model) RETURN n.name",
        r"RETURN 'it\'s; CREATE' AS a, '\\' AS b",
        "CALL db.labels() YIELD label RETURN label",
        "MATCH (n:Model) CALL (n) { MATCH (n)-[:USES]->(m) RETURN count(m) AS used } RETURN n.name, used",
        "MATCH (n:Model) WHERE EXISTS { (n)-[:USES]->() } RETURN n.name, COUNT { (n)--() } AS degree",
        "UNWIND [1, 2] AS x WITH x WHERE x > 1 RETURN x UNION ALL RETURN 3 AS x",
        "OPTIONAL MATCH (n {name: 'nobody'}) RETURN n",
        "MATCH p = shortestPath(({name: 'Orca 2'})-[*..6]-({name: 'BERT'})) RETURN length(p)",
    ],
)
def test_what_only_reads_is_allowed_whatever_its_words(store: Store, query: str) -> None:
    cypher(store, query)


def test_the_worker_could_not_open_a_file_if_the_check_were_fooled(
    miniature_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("begat.queries.cypher.check", lambda query, parameters: None)
    with pytest.raises(QueryError, match="Too many open files"):
        cypher(miniature_path, "LOAD CSV FROM 'file:///etc/passwd' AS row RETURN row")
    with pytest.raises(QueryError, match="read-only"):
        cypher(miniature_path, "CREATE (n:Model {id: 'x'}) RETURN n")


@pytest.mark.parametrize(
    "runaway",
    [
        "MATCH (a), (b), (c), (d), (e), (f), (g) RETURN count(*)",
        # kglite's own time limit does not reach into a list comprehension: this one has to be killed.
        "WITH range(1, 200000) AS many RETURN [a IN many WHERE size([b IN many WHERE b = a]) > 1] AS x",
    ],
)
def test_a_runaway_query_is_stopped_at_its_time_limit(store: Store, runaway: str) -> None:
    start = time.monotonic()
    with pytest.raises(QueryError, match=r"stopped after 0\.5 s"):
        cypher(store, runaway, timeout=0.5)
    assert time.monotonic() - start < 5
    assert cypher(store, "RETURN 1 AS one").rows == [(1,)]


def test_more_rows_than_wanted_are_noted(store: Store) -> None:
    answer = cypher(store, "MATCH (n) RETURN n.name", limit=3)
    assert len(answer.rows) == 3
    assert any("3" in note for note in answer.notes)


def test_a_path_of_no_bound_is_noted_to_end_somewhere(store: Store) -> None:
    assert any("10" in note for note in cypher(store, "MATCH ({name: 'Orca 2'})-[:EXTENDS*]->(b) RETURN b.name").notes)


def test_values_of_every_kind_come_as_plain_python(store: Store) -> None:
    query = (
        "RETURN null AS a, true AS b, 1 AS c, 1.5 AS d, 'x' AS e, [1, [2]] AS f, {g: [1]} AS g, date('2023-11-18') AS h"
    )
    assert cypher(store, query).rows == [(None, True, 1, 1.5, "x", [1, [2]], {"g": [1]}, "2023-11-18")]


def test_hostile_names_are_only_names(tmp_path: Path) -> None:
    graph = generated.hostile(tmp_path / "hostile.begat")
    answer = cypher(graph, "MATCH (n:Model)-[r:EXTENDS]->() RETURN n.id, n.name, n.aliases, r.evidence")
    assert sorted(answer.rows) == sorted(
        (i, name, [name + "'s alias"], [name]) for i, name in zip(generated.HOSTILE_IDS, generated.HOSTILE, strict=True)
    )
    for name in generated.HOSTILE:
        assert cypher(graph, "MATCH (n:Model {name: $name}) RETURN n.name", {"name": name}).rows == [(name,)]


def test_a_graph_that_is_none_is_said_to_be_none(tmp_path: Path) -> None:
    with pytest.raises(GraphError, match="no graph here"):
        cypher(tmp_path / "nowhere.begat", "RETURN 1")
    (tmp_path / "text.begat").write_text("a text")
    with pytest.raises(GraphError, match="not a begat graph"):
        cypher(tmp_path / "text.begat", "RETURN 1")


@pytest.mark.parametrize("text", ["'" * 9, "`" * 9, "$" * 9, "MATCH " + "(" * 5000, "MATCH 1 " * 2000, "\ud800"])
def test_nonsense_of_any_length_is_refused_in_time(store: Store, text: str) -> None:
    start = time.monotonic()
    with pytest.raises(QueryError):
        cypher(store, text)
    assert time.monotonic() - start < 3
