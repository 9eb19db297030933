"""The Cypher script, run in the embedded engine: what Neo4j would hold after `cypher-shell -f`."""

from io import BytesIO
from typing import Any

import kglite
import pytest

from begat.graph.cypher import literal, write_cypher
from begat.graph.network import networkx
from begat.graph.store import Store


def statements(store: Store) -> list[str]:
    out = BytesIO()
    write_cypher(store, out)
    return [statement for statement in out.getvalue().decode().split(";\n") if statement]


def loaded(store: Store, times: int = 1) -> Any:
    graph = kglite.KnowledgeGraph()
    for statement in statements(store) * times:
        graph.cypher(statement)
    return graph


def test_the_script_writes_the_graph(store: Store) -> None:
    query = "MATCH (a:Model {name: 'Orca 2'})-[r:EXTENDS]->(b) RETURN b.id AS id, r.confidence AS confidence, r.evidence AS evidence"
    assert list(loaded(store).cypher(query)) == [
        {"id": "model-orca", "confidence": 0.93, "evidence": ["With Orca 2 we extend Orca."]}
    ]


@pytest.mark.parametrize("times", [1, 2])
def test_running_it_again_changes_nothing(any_store: Store, times: int) -> None:
    graph, expected = loaded(any_store, times), networkx(any_store)
    (nodes,) = graph.cypher("MATCH (n) RETURN count(n) AS count")
    (edges,) = graph.cypher("MATCH ()-[r]->() RETURN count(r) AS count")
    assert (nodes["count"], edges["count"]) == (expected.number_of_nodes(), expected.number_of_edges())


def test_hostile_texts_arrive_as_they_are(hostile_store: Store) -> None:
    rows = loaded(hostile_store).cypher("MATCH (n) RETURN n.id AS id, n.name AS name")
    assert {row["id"]: row["name"] for row in rows} == {node.id: node.name for node in hostile_store.nodes()}


def test_each_statement_ends_where_its_line_does(hostile_store: Store) -> None:
    for statement in statements(hostile_store):
        assert statement.startswith(("CREATE CONSTRAINT", "UNWIND ["))


def test_literals() -> None:
    assert literal({"a": ["it's", 1, 0.5], "b": "\\\n"}) == "{a: ['it\\'s',\n 1,\n 0.5], b: '\\\\\\u000a'}"
