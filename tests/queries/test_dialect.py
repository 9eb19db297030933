"""What Neo4j can do and the embedded engine cannot is one clear line, which says what to write instead."""

import pytest

from begat.graph.errors import QueryError
from begat.graph.store import Store
from begat.queries.cypher import cypher

MISSING = {
    "MATCH (a {name: 'Orca 2'})((x)-[:EXTENDS|USES]->(y)){1,3}(b) RETURN b.name AS n": "quantified path patterns",
    "MATCH (a {name: 'Orca 2'})-[:EXTENDS|USES]->+(b) RETURN b.name AS n": "quantified relationships",
    "MATCH (a {name: 'Orca 2'})-[:EXTENDS]-{1,2}(b) RETURN b.name AS n": "quantified relationships",
    "MATCH p = SHORTEST 1 (a:Model)-[:EXTENDS]-(b:Model) RETURN length(p) AS n": "SHORTEST",
    "MATCH p = ANY SHORTEST (a:Model)-[:EXTENDS]-(b:Model) RETURN length(p) AS n": "SHORTEST",
    "MATCH (a:Model WHERE a.year > 2020) RETURN a.name AS n": "WHERE within a pattern",
    "MATCH (a:Model {name: 'Orca'} WHERE a.year > 2020) RETURN a.name AS n": "WHERE within a pattern",
    "MATCH (a)-[r:EXTENDS|USES WHERE r.confidence > 0.5]->(b) RETURN a.name AS n": "WHERE within a pattern",
    "MATCH (a:Model&!Method) RETURN a.name AS n": "! in labels and types",
    "MATCH (a)-[r:!MENTIONS]->(b) RETURN count(r) AS n": "! in labels and types",
    "MATCH (a:%) RETURN count(a) AS n": "% for any label",
    "MATCH (a:$('Model')) RETURN count(a) AS n": "computed labels",
    "MATCH (a:Model) RETURN COLLECT { MATCH (a)-[:USES]->(b) RETURN b.name } AS n": r"COLLECT \{ … \}",
    "MATCH (a:Model) USING SCAN a:Model RETURN count(a) AS n": "hints",
    "MATCH (a) CALL (a) { RETURN 1 AS x } IN TRANSACTIONS RETURN count(x) AS n": "CALL … IN TRANSACTIONS",
    "RETURN CASE 5 WHEN > 3 THEN 'big' ELSE 'small' END AS n": "comparison after WHEN",
    "RETURN CASE 2 WHEN 1, 2 THEN 'a' ELSE 'b' END AS n": "list of values after WHEN",
    "RETURN trim(BOTH 'x' FROM 'xax') AS n": "trim",
    "RETURN 1_000 AS n": "_ within numbers",
    "RETURN 1 < 2 < 3 AS n": "chained comparison",
    "MATCH (a {name: 'Orca 2'})-[r]->() RETURN reduce(s = 0, x IN collect(r.support) | s + x) AS n": "collect.* within reduce",
    "MATCH (a:Model) RETURN id(a) AS n": "function id.*write a.id",
    "RETURN duration.between(date('2020-01-01'), date('2021-03-01')).months AS n": "function duration.between",
    "RETURN timestamp() AS n": "function timestamp",
    "RETURN isEmpty([]) AS n": "function isempty.*write size",
    "RETURN char_length('abc') AS n": "function char_length",
    "RETURN nullIf(1, 1) AS n": "function nullif",
    "RETURN toIntegerOrNull('x') AS n": "function tointegerornull.*write toInteger",
    "RETURN toIntegerList(['1']) AS n": "function tointegerlist",
    "RETURN normalize('a') AS n": "function normalize",
    "UNWIND [1, 2] AS x RETURN percentileCont(x, 0.5) AS n": "function percentilecont",
    "RETURN point.distance(point({x: 0, y: 0}), point({x: 3, y: 4})) AS n": "function point.distance",
}


@pytest.mark.parametrize(("query", "what"), MISSING.items())
def test_what_the_embedded_engine_has_not_is_named(store: Store, query: str, what: str) -> None:
    with pytest.raises(
        QueryError, match=rf"^Cypher, line 1, column \d+: the embedded engine has no {what}[^\n]*-g neo4j://"
    ):
        cypher(store, query)


def test_apoc_and_functions_of_nobody(store: Store) -> None:
    with pytest.raises(QueryError, match="no APOC: write it in Cypher itself"):
        cypher(store, "RETURN apoc.text.join(['a', 'b'], ',') AS n")
    with pytest.raises(
        QueryError, match="Unknown function: nothinglikethis; the embedded engine has not all functions"
    ):
        cypher(store, "RETURN nothingLikeThis(1) AS n")


@pytest.mark.parametrize(
    "query",
    [
        "MATCH (id) WHERE id.id = 'model-orca' AND 'SHORTEST 1 (' <> 'USING INDEX' RETURN id.name AS `COLLECT {`",
        "MATCH (a)-[r]->(b) WHERE a.year <= b.year AND NOT a.year = b.year RETURN [x IN [1, 2] WHERE x > 1 | x * 2] AS n",
        "MATCH (a)<-[:EXTENDS]-(b)-[:USES]->(c) WHERE a.year >= 1 RETURN count(*) AS n",
        "RETURN any(x IN [1] WHERE x < 2) AS a, 1 < 2 AND 2 < 3 AS b, CASE WHEN 1 < 2 THEN 3 > 2 END AS c, 1 <> 2 AS d",
        "MATCH (a:Model|Method) WHERE exists((a)-[:EXTENDS]->()) RETURN (a.year) - (1) AS n, count(*) + 1 AS m",
    ],
)
def test_what_it_has_is_not_refused(store: Store, query: str) -> None:
    cypher(store, query)
