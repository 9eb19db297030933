"""One graph, one answer: Cypher embedded, Cypher in Neo4j and SPARQL return the same rows in the same order.

One of the graphs stands in its Neo4j among other people's nodes and relationships, which look like its own.
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import pytest

import begat
from begat.graph import neo4j
from begat.graph.neo4j_store import Neo4jStore
from begat.graph.search import find
from begat.graph.store import Store
from begat.queries.library import Question, ask, questions
from begat.queries.lineage import lineage
from begat.queries.paths import path
from begat.queries.show import show
from tests import miniature
from tests.neo4j_server.cleared import cleared
from tests.queries.graphs import mixed

pytestmark = pytest.mark.neo4j
QUESTIONS = list(questions().values())
EXAMPLES = Path(__file__).parents[2] / "examples"
GENERATED = 20_000


@dataclass
class Both:
    """A graph file and the same graph in Neo4j."""

    corpus: str
    store: Store
    pushed: Neo4jStore


def _file(corpus: str, folder: Path) -> Path:
    file = folder / f"{corpus}.begat"
    if corpus == "miniature":
        return miniature.build(file)
    if corpus == "generated":
        return mixed(file, seed=11, things=GENERATED * 3 // 4, papers=GENERATED // 4, edges=15_000)
    begat.build([EXAMPLES / "papers.jsonl", EXAMPLES / "posts"], file).close()
    return file


def beside_others(uri: str) -> None:
    """Let other people have the same as begat: a node like each, related alike to one another and to begat's."""
    with neo4j.connected(neo4j.Address.of(uri)) as there, there.session() as session:
        session.run(
            "MATCH (n:Begat) WITH n, [l IN labels(n) WHERE l <> 'Begat'][0] AS label CREATE (t:Theirs) SET t = n {.*, _of: n.id}"
            " SET t:$(label)"
        ).consume()
        session.run("CREATE INDEX theirs IF NOT EXISTS FOR (t:Theirs) ON (t._of)").consume()
        session.run("CALL db.awaitIndexes(60)").consume()
        session.run(
            "MATCH (a:Begat)-[r {_ours: true}]->(b:Begat) MATCH (x:Theirs {_of: a.id}) MATCH (y:Theirs {_of: b.id})"
            " CREATE (x)-[:$(type(r)) {support: 9}]->(y) CREATE (a)-[:$(type(r)) {support: 9}]->(y)"
            " CREATE (x)-[:$(type(r)) {support: 9}]->(b) CREATE (b)-[:$(type(r)) {support: 9}]->(a)"
        ).consume()


def without_others(uri: str) -> None:
    with neo4j.connected(neo4j.Address.of(uri)) as there, there.session() as session:
        session.run("MATCH (t:Theirs) CALL (t) { DETACH DELETE t } IN TRANSACTIONS OF 5000 ROWS").consume()
        session.run("DROP INDEX theirs IF EXISTS").consume()


@pytest.fixture(scope="module", params=["miniature", "examples", "generated"])
def both(request: pytest.FixtureRequest, neo4j_uri: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Both]:
    file = _file(request.param, tmp_path_factory.mktemp("engines"))
    cleared(neo4j_uri)
    with Store.open(file) as store:
        neo4j.push(store, neo4j_uri)
        if request.param != "generated":
            beside_others(neo4j_uri)
        with Neo4jStore.open(neo4j_uri) as pushed:
            yield Both(request.param, store, pushed)
    without_others(neo4j_uri)


def values(question: Question, corpus: str) -> list[dict[str, Any]]:
    """What a question is asked about: its example; in the generated graph many things, some of which tell nothing."""
    if corpus != "generated":
        return [{p.name: p.example for p in question.parameters}]
    numbers = range(0, 3000, 100) if any(p.type == "node" for p in question.parameters) else [60]
    return [
        {
            p.name: f"thing-{number * (7 * place + 1) % (GENERATED * 3 // 4)}" if p.type == "node" else number
            for place, p in enumerate(question.parameters)
        }
        for number in numbers
    ]


@pytest.mark.parametrize("question", QUESTIONS, ids=lambda q: q.name)
def test_a_question_of_the_library_has_one_answer(both: Both, question: Question) -> None:
    told = 0
    for given in values(question, both.corpus):
        embedded = ask(both.store, question.name, **given)
        shared = ask(both.pushed, question.name, **given)
        sparql = ask(both.store, question.name, engine="sparql", **given)
        assert embedded.columns == shared.columns == sparql.columns
        assert list(embedded.rows) == list(shared.rows) == list(sparql.rows)
        told += len(embedded)
    assert told or both.corpus == "examples" or question.name in _NEEDS_TWO, "nothing was compared"


_NEEDS_TWO = ("common-ancestors", "path-between")
"""Of two things picked at random few have anything to do with one another."""


# -- what else is asked of a shared graph ------------------------------------------------------------------------------


def test_lineage_show_and_path_are_the_same(both: Both) -> None:
    if both.corpus == "generated":
        names = ["thing-1", "thing-77", "arxiv-5"]
        pairs = [("thing-1", "thing-2"), ("thing-5", "arxiv-9")]
    else:
        names, pairs = ["Orca 2", "2311.11045", "bert"], [("Orca 2", "Transformer"), ("DistilBERT", "GLUE")]
    for name in names:
        node = find(both.store, name)
        assert find(both.pushed, name) == node
        assert lineage(both.pushed, node.id).json() == lineage(both.store, node.id).json()
        there, here = show(both.pushed, node.id), show(both.store, node.id)
        assert there == replace(here, records=()), "from which records a paper was read, only the file knows"
    for a, b in pairs:
        ends = find(both.store, a).id, find(both.store, b).id
        assert path(both.pushed, *ends) == path(both.store, *ends)
