"""The explorer of a graph that a team shares in a Neo4j: the same pages, and what there cannot be said plainly."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from starlette.testclient import TestClient

from begat.graph import neo4j
from begat.graph.errors import UsageError
from begat.graph.neo4j_store import Neo4jStore
from begat.graph.store import Store
from begat.graph.vocabulary import NodeType, Relation
from begat.queries import overview
from begat.viz.explorer.app import serve
from tests.neo4j_server.cleared import cleared
from tests.viz.explored import client

pytestmark = pytest.mark.neo4j


@pytest.fixture(scope="module")
def shared(neo4j_uri: str, miniature_path: Path) -> Iterator[str]:
    """The address of a Neo4j that holds the miniature graph, and other people's models of the same names."""
    cleared(neo4j_uri)
    with Store.open(miniature_path) as store:
        neo4j.push(store, neo4j_uri)
    theirs = "MATCH (t:Model {id: 'model-bert', theirs: true}) DETACH DELETE t"
    with neo4j.connected(neo4j.Address.of(neo4j_uri)) as there, there.session() as session:
        session.run(
            "MATCH (a:Begat {id: 'model-orca-2'}) CREATE (a)-[:EXTENDS]->(:Model {id: 'model-bert', name: 'BERT of theirs',"
            " family: 'BERT', _date: '2099-01', year: 2099, theirs: true})"
        ).consume()
        yield neo4j_uri
        session.run(theirs).consume()


@pytest.fixture(scope="module")
def both(shared: str, miniature_path: Path) -> Iterator[tuple[TestClient, TestClient]]:
    """The explorers of the shared graph and of the file."""
    with client(shared) as of_shared, client(miniature_path) as of_file:
        yield of_shared, of_file


SAME = [
    "/", "/works?type=model&year=2023", "/works?type=model", "/works?family=orca", "/works?year=unknown", "/map", "/node/model-orca-2",
    "/node/arxiv-2311.11045", "/edges/model-bert?relation=distilled-from&direction=backward", "/lineage/model-orca-2",
    "/lineage/model-orca-2?format=svg", "/path", "/family/Orca", "/compare?a=Orca+2&b=BERT", "/query",
    "/query?question=ancestors&name=Orca+2", "/complete?q=tul", "/api/node?name=Orca+2", "/api/lineage?name=orca2",
    "/api/path?a=Orca+2&b=Transformer", "/api/works?type=Paper", "/api/map", "/api/compare?a=Orca+2&b=BERT",
    "/api/edge?subject=Orca+2&relation=EXTENDS&object=Orca",
]  # fmt: skip


@pytest.mark.parametrize("address", SAME)
def test_the_same_page_as_of_the_file(both: tuple[TestClient, TestClient], address: str) -> None:
    of_shared, of_file = (web.get(address) for web in both)
    assert of_shared.status_code == of_file.status_code == 200
    assert of_shared.text == of_file.text


def test_search_finds_names_and_sentences(both: tuple[TestClient, TestClient]) -> None:
    page = both[0].get("/search?q=orca").text
    assert "/node/model-orca-2" in page
    assert "<mark>" in page
    hits = both[0].get("/api/search?q=distilled").json()["hits"]
    assert {"evidence"} <= {hit["kind"] for hit in hits}
    assert both[0].get("/search?q=nothinglikethis").status_code == 200


def test_an_edge_opens_to_its_sentences_without_the_texts_around(both: tuple[TestClient, TestClient]) -> None:
    address = "/edge?from=model-orca-2&relation=extends&to=model-orca"
    of_shared, of_file = (web.get(address).text for web in both)
    quote = of_file.partition("<mark>")[2].partition("</mark>")[0]
    assert quote
    assert f"<mark>{quote}</mark>" in of_shared
    assert "in the text" in of_file
    assert "in the text" not in of_shared
    assert both[0].get("/edge?from=model-orca-2&relation=extends&to=model-bert").status_code == 404, "that is theirs"


def test_a_document_has_no_text_there(both: tuple[TestClient, TestClient]) -> None:
    answer = both[0].get("/document?id=2311.11045&source=miniature.jsonl")
    assert answer.status_code == 400
    assert "texts are not in a Neo4j" in answer.text


def test_the_console_asks_the_server(both: tuple[TestClient, TestClient]) -> None:
    query = {"query": "MATCH (a:Begat)-[:EXTENDS {_ours: true}]->(b) RETURN a.name AS a, b.name AS b ORDER BY a, b"}
    rows = both[0].post("/api/cypher", json=query).json()["rows"]
    assert {"a": "Orca 2", "b": "Orca"} in rows
    assert {"a": "Orca 2", "b": "BERT of theirs"} not in rows
    written = both[0].post("/api/cypher", json={"query": "CREATE (n) RETURN n"})
    assert (written.status_code, "not allowed" in written.text or "read-only" in written.text) == (400, True)
    page = both[0].get("/query?q=MATCH+(a:Begat:Dataset)+RETURN+a.name,+a.id&as=graph")
    assert page.status_code == 200
    assert "/node/dataset-" in page.text


def test_sparql_says_where_it_is_asked(both: tuple[TestClient, TestClient]) -> None:
    for address, body in (
        ("/api/sparql", {"query": "SELECT ?a WHERE { ?a ?b ?c }"}),
        ("/api/ask", {"question": "most-built-upon", "language": "sparql"}),
    ):
        answer = both[0].post(address, json=body)
        assert answer.status_code == 400
        assert "SPARQL is asked of a graph file" in answer.json()["error"]
    assert both[0].post("/api/ask", json={"question": "most-built-upon"}).json()["rows"]


def test_corrections_are_made_in_the_file(both: tuple[TestClient, TestClient], shared: str) -> None:
    assert both[0].get("/corrections").status_code == 403
    body = {"verdict": "right", "subject": "Orca 2", "relation": "EXTENDS", "object": "Orca", "reason": "it says so"}
    for answer in (
        both[0].get("/api/corrections"),
        both[0].post("/api/corrections", json=body),
        both[0].post("/mark", data={"from": "model-orca-2"}),
    ):
        assert answer.status_code == 403
        assert "begat push" in answer.text
    with pytest.raises(UsageError, match=r"--allow-edits goes with a graph file.*then 'begat push'"):
        serve(shared, port=0, allow_edits=True)


def test_what_is_in_the_graph(both: tuple[TestClient, TestClient], miniature_path: Path) -> None:
    page = both[0].get("/about").text
    assert f"filled from {miniature_path.name}" in page
    shared, local = (web.get("/api/stats").json() for web in both)
    for part in ("nodes", "edges", "origins"):
        assert shared[part] == local[part]


def test_what_a_push_changes_is_seen_at_once(
    shared: str, both: tuple[TestClient, TestClient], tmp_path: Path, miniature_path: Path
) -> None:
    path = tmp_path / miniature_path.name
    path.write_bytes(miniature_path.read_bytes())
    with Store.open(path, write=True) as store, store.transaction():
        store.connection.execute("UPDATE nodes SET name = 'Renamed' WHERE id = 'model-orca-2'")
        store.raise_revision()
    with Store.open(path) as store:
        neo4j.push(store, shared)
    assert "Renamed" in both[0].get("/").text
    with Store.open(miniature_path) as store:
        neo4j.push(store, shared)
    assert "Renamed" not in both[0].get("/").text


def test_the_overview_has_one_answer(shared: str, miniature_path: Path) -> None:
    with Store.open(miniature_path) as file, Neo4jStore.open(shared) as pushed:
        for ask in (overview.most_built_upon, overview.newest, overview.families, overview.census, overview.certainty):
            assert ask(pushed) == ask(file), ask
        for given in (
            {"type": NodeType.MODEL},
            {"year": 2023},
            {"undated": True},
            {"family": "Orca"},
            {"limit": 3, "offset": 2},
        ):
            assert overview.works(pushed, **given) == overview.works(file, **given), given
        for forward in (True, False):
            asked = ("model-bert", Relation.DISTILLED_FROM, forward)
            assert overview.edges_of(pushed, *asked) == overview.edges_of(file, *asked)
        for text in ("orca", "tul", "llama-1", "+*", ""):
            assert overview.complete(pushed, text)[:3] == overview.complete(file, text)[:3], text
