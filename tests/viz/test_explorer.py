"""The explorer's pages, asked as a browser asks them."""

import re
from pathlib import Path
from urllib.parse import quote

import httpx2
import pytest
from starlette.testclient import TestClient

from begat.graph.corrections import corrections
from begat.graph.errors import UsageError
from begat.graph.store import Store
from begat.graph.vocabulary import LINEAGE, NodeType, Relation
from begat.queries import overview
from begat.viz.explorer.app import serve
from begat.viz.explorer.asking import FEW, TYPES, Choice, node_address
from begat.viz.explorer.guard import LONGEST_ADDRESS, LONGEST_BODY
from begat.viz.explorer.state import ASSETS
from tests import generated, miniature
from tests.viz.explored import HERE, client, served

PAGES = [
    "/", "/search?q=orca", "/search?q=nothinglikethis", "/complete?q=tul", "/works?type=model&year=2023",
    "/works?family=orca", "/works?year=unknown", "/map", "/about", "/node/model-orca-2", "/node/arxiv-2311.11045",
    "/edges/model-bert?relation=distilled-from&direction=backward", "/lineage/model-orca-2",
    "/edge?from=model-orca-2&relation=extends&to=model-orca", "/document?id=2311.11045&source=miniature.jsonl",
    "/path?a=Orca+2&b=Transformer", "/path", "/family/Orca", "/compare", "/compare?a=Orca+2&b=BERT", "/query", "/query?question=ancestors", "/corrections",
]  # fmt: skip


@pytest.fixture(scope="module")
def web(miniature_path: Path) -> TestClient:
    return client(miniature_path)


def text_of(html: str) -> str:
    """What a reader sees of a page, roughly."""
    return " ".join(re.sub(r"<[^>]+>", " ", html).split())


# -- what the pages tell -------------------------------------------------------------------------------------------


@pytest.mark.parametrize("path", PAGES)
def test_every_page_answers_and_names_no_other_site_to_load_from(web: TestClient, path: str) -> None:
    answer = web.get(path)
    assert answer.status_code == 200
    assert not re.search(r"""(?:src|srcset|action)=["']?(?:https?:)?//""", answer.text)
    assert not re.search(r"<(?:script|link)[^>]+(?:src|href)=.https?:", answer.text)


def test_the_start_invites(web: TestClient) -> None:
    seen = text_of(web.get("/").text)
    for words in ("Most built upon", "Transformer", "2 works", "Newest", "Orca 2", "Families"):
        assert words in seen


def test_a_node_tells_what_it_is_and_opens_to_its_evidence(web: TestClient) -> None:
    page = web.get("/node/model-orca").text
    seen = text_of(page)
    for words in ("Orca 1", "introduced by", "Orca: Progressive Learning", "fine-tuned from", "distilled from",
                  "extended by", "compared with", "evaluated on", "AGIEval"):  # fmt: skip
        assert words in seen
    assert 'class="evidence" href="/edge?from=model-orca&amp;relation=fine-tuned-from&amp;to=model-llama"' in page
    sentences = web.get("/edge?from=model-orca&relation=fine-tuned-from&to=model-llama", headers={"HX-Request": "true"})
    assert "<html" not in sentences.text
    assert "<mark>Orca is fine-tuned from LLaMA</mark> and learns from GPT-4." in sentences.text
    assert 'href="https://arxiv.org/abs/2306.02707"' in sentences.text


def test_a_document_shows_the_quote_in_its_place(web: TestClient) -> None:
    edge = web.get("/edge?from=model-bert&relation=evaluated-on&to=dataset-glue").text
    (address,) = set(re.findall(r'href="(/document[^"]+)"', edge))
    page = web.get(address.replace("&amp;", "&").removesuffix("#quote")).text
    assert 'BERT builds on the Transformer. <mark id="quote">BERT is evaluated on GLUE.</mark>' in page


def test_search_finds_by_name_alias_and_words(web: TestClient) -> None:
    assert "Best match" in web.get("/search?q=tulu-2").text
    assert node_address("model-tulu-2") in web.get("/search?q=Tulu-2").text
    assert "<mark>slightly</mark>" in web.get("/search?q=slightly").text
    assert "Nothing in this graph" in web.get("/search?q=qqqq").text


def test_completion_goes_by_names_and_aliases(web: TestClient) -> None:
    assert re.findall(r'data-name="([^"]+)"', web.get("/complete?q=orc").text)[:2] == ["Orca", "Orca 2"]
    assert "also <bdi>GPT4</bdi>" in web.get("/complete?q=gpt4").text
    assert web.get("/complete?q=").text.strip() == ""


def test_a_path_is_told_step_by_step_with_its_sentences(web: TestClient) -> None:
    seen = text_of(web.get("/path?a=Orca+2&b=Transformer").text)
    assert seen.index("With Orca 2 we extend Orca.") < seen.index("LLaMA uses the Transformer.")
    assert "No connection" in text_of(web.get("/path?a=Orca+2&b=GPT-3&length=2").text)


def test_a_name_that_is_nowhere_gets_a_did_you_mean(web: TestClient) -> None:
    answer = web.get("/path?a=Orka+2&b=BERT")
    assert answer.status_code == 404
    assert "/search?q=Orca+2" in answer.text


@pytest.mark.parametrize(
    ("path", "status"),
    [
        ("/nowhere", 404), ("/node/model-nowhere", 404), ("/lineage/model-nowhere", 404), ("/document?id=x&source=y", 404),
        ("/edge?from=model-orca&relation=cites&to=model-bert", 404), ("/edge?relation=begets", 400),
        ("/lineage/model-orca?depth=many", 400), ("/lineage/model-orca?depth=0", 400), ("/lineage/model-orca?confidence=2", 400),
        ("/lineage/model-orca?confidence=nan", 400), ("/lineage/model-orca?relation=begets", 400),
        ("/lineage/model-orca?from=²", 400), ("/lineage/model-orca?format=exe", 400), ("/works", 400), ("/works?year=-1", 400),
        ("/query?question=why", 400), ("/query?q=RETURN+1&as=picture", 400), ("/query?q=RETURN+1&language=sql", 400),
        ("/static/../../pyproject.toml", 404), ("/static/lineage.html", 404), ("/static/%2e%2e%2fapp.py", 404),
    ],
)  # fmt: skip
def test_wrong_addresses_are_told_in_words(web: TestClient, path: str, status: int) -> None:
    answer = web.get(path)
    assert answer.status_code == status
    assert "Traceback" not in answer.text
    assert "To the start" in answer.text or "alert" in answer.text


# -- lineage under filters -----------------------------------------------------------------------------------------


def test_filters_live_in_the_address() -> None:
    from starlette.datastructures import QueryParams

    choice = Choice(
        "model-a/b c", "ancestors", (Relation.EXTENDS, Relation.USES), 0.65, 3, 2018, 2023, (NodeType.MODEL,), 200
    )
    query = choice.address().partition("?")[2]
    assert Choice.of("model-a/b c", QueryParams(query)) == choice
    assert Choice.of("x", QueryParams("")) == Choice("x", relations=LINEAGE, types=TYPES, most=FEW)
    assert Choice("x").address() == "/lineage/x"


def boxes(html: str) -> set[str]:
    return set(re.findall(r'<a id="n\d+" class="n [^"]*" href="/node/([^"]+)"', html))


@pytest.mark.parametrize(
    ("query", "there", "gone"),
    [
        ("", {"model-llama", "model-tulu-2", "method-transformer", "arxiv-2401.00001"}, set()),
        ("relation=extends", {"model-orca"}, {"model-llama", "model-tulu-2"}),
        ("confidence=0.65", {"model-llama"}, {"model-tulu-2"}),
        ("depth=1", {"model-orca"}, {"model-llama"}),
        ("direction=descendants", {"arxiv-2401.00001"}, {"model-orca"}),
        ("from=2023&to=2023", {"model-orca", "model-llama"}, {"method-transformer", "arxiv-2401.00001"}),
        ("type=model", {"model-llama"}, {"method-transformer", "arxiv-2401.00001"}),
    ],
)
def test_each_filter_leaves_out_what_it_says(web: TestClient, query: str, there: set[str], gone: set[str]) -> None:
    found = boxes(web.get(f"/lineage/model-orca-2?{query}").text)
    assert "model-orca-2" in found
    assert there <= found
    assert not gone & found


def test_a_lineage_can_be_saved_in_every_format_and_is_never_shown_under_our_address(web: TestClient) -> None:
    page = web.get("/lineage/model-orca-2?depth=2").text
    saved = re.findall(r'href="(/lineage/[^"]+format=[a-z]+)"', page)
    assert len(saved) == 5
    for address in saved:
        answer = web.get(address.replace("&amp;", "&"))
        assert answer.status_code == 200
        assert answer.headers["content-disposition"].startswith('attachment; filename="Orca-2.')
        assert "Orca 2" in answer.text


def test_a_long_lineage_says_what_is_left_out(tmp_path: Path) -> None:
    web = client(generated.large(tmp_path / "large.begat", 300, 900))
    page = web.get("/lineage/model-x5?most=20").text
    assert len(boxes(page)) == 20
    assert "Only the nearest 20 works" in page


# -- queries -------------------------------------------------------------------------------------------------------

CYPHER = quote("MATCH (a {name: 'Orca 2'})-[r:EXTENDS]->(b) RETURN a, b.name AS older, r.confidence AS sure")


def test_both_languages_answer_as_table_picture_csv_and_json(web: TestClient) -> None:
    sparql = quote("SELECT ?a ?b WHERE { ?a begat:extends ?b }")
    for query in (f"q={CYPHER}", f"q={sparql}&language=sparql"):
        table = web.get(f"/query?{query}")
        assert '<a href="/node/model-orca-2">' in table.text
        assert "model-orca-2" in boxes(web.get(f"/query?{query}&as=graph").text)
        assert web.get(f"/query?{query}&as=csv").headers["content-type"].startswith("text/csv")
        assert isinstance(web.get(f"/query?{query}&as=json").json(), list)


def test_a_question_of_the_library_is_asked_by_its_form_and_can_be_changed(web: TestClient) -> None:
    for language in ("cypher", "sparql"):
        page = web.get(f"/query?question=ancestors&name=Orca+2&language={language}").text
        assert "Transformer" in page
        (change,) = re.findall(r'href="([^"]+)">Change it', page)
        changed = web.get(change.replace("&amp;", "&")).text
        assert "Transformer" in changed
        assert "alert" not in changed


@pytest.mark.parametrize(
    "query", ["MATCH (n) DELETE n", "CREATE (n:Model)", "LOAD CSV FROM 'file:///etc/passwd' AS x RETURN x", "MATCH (", "x" * 10_001]
)  # fmt: skip
def test_queries_only_read(web: TestClient, query: str) -> None:
    answer = web.get("/query", params={"q": query})
    assert answer.status_code == 400
    assert 'role="alert"' in answer.text or "longer than" in answer.text


def test_a_query_past_its_time_is_stopped(miniature_path: Path) -> None:
    web = client(miniature_path, timeout=0.5)
    endless = "UNWIND range(1, 100000) AS a UNWIND range(1, 100000) AS b RETURN count(a + b)"
    answer = web.get("/query", params={"q": endless})
    assert answer.status_code == 400
    assert "stopped after 0.5 s" in answer.text


def test_a_query_that_another_site_links_to_waits_for_its_reader(web: TestClient) -> None:
    page = web.get(f"/query?q={CYPHER}", headers={"Sec-Fetch-Site": "cross-site"}).text
    assert "has not been run" in page
    assert "<table" not in page
    assert "<table" in web.get(f"/query?q={CYPHER}", headers={"Sec-Fetch-Site": "same-origin"}).text


# -- safe ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "path", ["/", "/nowhere", "/static/explorer.css", "/api/stats", "/lineage/model-orca?format=svg"]
)
def test_every_answer_has_the_headers(web: TestClient, path: str) -> None:
    headers = web.get(path).headers
    policy = headers["content-security-policy"]
    assert policy.startswith("default-src 'none';")
    assert "unsafe" not in policy
    assert "*" not in policy
    assert headers["x-content-type-options"] == "nosniff"
    assert "frame-ancestors 'none'" in policy


def test_nothing_inline_in_any_page(web: TestClient) -> None:
    for path in PAGES:
        html = web.get(path).text
        assert not re.search(r"<style|\sstyle=|\son\w+=|<script(?! src=)", html), path


def test_other_hosts_are_refused(web: TestClient) -> None:
    assert web.get("/", headers={"Host": "evil.example"}).status_code == 400
    assert web.get("/", headers={"Host": "127.0.0.1:9999"}).status_code == 200
    assert web.get("/", headers={"Host": "localhost:8365"}).status_code == 200


def test_what_is_too_large_is_refused(web: TestClient) -> None:
    assert web.get("/search?q=" + "x" * LONGEST_ADDRESS).status_code == 414
    assert web.post("/api/cypher", content=b"x" * (LONGEST_BODY + 1)).status_code == 413

    pieces = (b"x" * 10_000 for _ in range(10))  # sent without saying how long it is
    assert web.post("/api/cypher", content=pieces).status_code == 413


def test_what_fails_unforeseen_tells_nothing_of_the_inside(
    miniature_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*_: object) -> None:
        raise RuntimeError("a secret of the inside")

    web = client(miniature_path, raises=False)
    monkeypatch.setattr(overview, "complete", broken)
    for path in ("/complete?q=x", "/api/complete?q=x"):
        answer = web.get(path)
        assert answer.status_code == 500
        assert "secret" not in answer.text
        assert "content-security-policy" in answer.headers


def test_hostile_names_and_ids_stay_text(tmp_path: Path) -> None:
    """By a real server: the test client decodes addresses twice."""
    path = generated.hostile(tmp_path / "hostile.begat")
    with Store.open(path) as store:
        nodes = list(store.nodes())
    assert len(nodes) > 20
    with served(path) as address, httpx2.Client(base_url=address) as web:
        for node in nodes:
            for page in (node_address(node.id), Choice(node.id).address()):
                answer = web.get(page)
                assert answer.status_code == 200, page
                assert "<script>alert" not in answer.text
                assert 'href="javascript:' not in answer.text
        for name in generated.HOSTILE:
            assert web.get("/search", params={"q": name}).status_code in (200, 303)
            assert web.get("/query", params={"q": name}).status_code in (200, 400)


def test_assets_are_a_fixed_list_and_may_be_kept(web: TestClient) -> None:
    page = web.get("/").text
    for address in re.findall(r'"(/static/[^"]+)"', page):
        answer = web.get(address)
        assert answer.status_code == 200
        assert "immutable" in answer.headers["cache-control"]
    assert web.get("/static/picture.css").headers["content-type"].startswith("text/css")
    assert len(ASSETS) == 5


# -- corrections ---------------------------------------------------------------------------------------------------

MARK = {"from": "model-orca-2", "relation": "extends", "to": "model-orca", "verdict": "wrong", "reason": "it does not"}


@pytest.fixture
def editable(tmp_path: Path) -> tuple[TestClient, Path]:
    path = miniature.build(tmp_path / "mine.begat")
    return client(path, allow_edits=True), path


def token(web: TestClient) -> str:
    found = re.search(r'name="token" value="([^"]+)"', web.get("/node/model-orca").text)
    assert found
    return found[1]


def test_corrections_are_off_unless_allowed(web: TestClient, miniature_path: Path) -> None:
    assert "token" not in web.get("/node/model-orca").text
    assert web.post("/mark", data=MARK).status_code == 403
    said = {"verdict": "wrong", "subject": "Orca 2", "relation": "EXTENDS", "object": "Orca", "reason": "no"}
    assert web.post("/api/corrections", json=said).status_code == 403
    with Store.open(miniature_path) as store:
        assert corrections(store) == []


def test_an_edge_is_marked_wrong_and_that_is_taken_back(editable: tuple[TestClient, Path]) -> None:
    web, path = editable
    answer = web.post("/mark", data=MARK | {"token": token(web)}, follow_redirects=False)
    assert (answer.status_code, answer.headers["location"]) == (303, "/corrections")
    assert web.get("/edge?from=model-orca-2&relation=extends&to=model-orca").status_code == 404
    assert "it does not" in web.get("/corrections").text
    (said,) = web.get("/api/corrections").json()["corrections"]
    assert said["verdict"] == "wrong"
    with Store.open(path) as store:
        assert len(corrections(store)) == 1


def test_no_edit_without_the_token_from_elsewhere_or_by_get(editable: tuple[TestClient, Path]) -> None:
    web, path = editable
    good = MARK | {"token": token(web)}
    assert web.post("/mark", data=MARK).status_code == 403
    assert web.post("/mark", data=good | {"token": "ü"}).status_code == 403
    assert web.post("/mark", data=good, headers={"Origin": "http://evil.example"}).status_code == 403
    assert web.post("/mark", data=good, headers={"Origin": "null"}).status_code == 403
    assert web.post("/mark", data=good, headers={"Sec-Fetch-Site": "cross-site"}).status_code == 403
    assert web.post("/mark", data=good, headers={"Sec-Fetch-Site": "same-site"}).status_code == 403
    assert web.post("/mark", json=good).status_code == 400
    assert web.post("/mark", data=good | {"reason": " "}).status_code == 400
    assert web.post("/mark", data=good | {"verdict": "same"}).status_code == 400
    assert web.get("/mark", params=good).status_code == 405
    with Store.open(path) as store:
        assert corrections(store) == []
    assert web.post("/mark", data=good, headers={"Origin": HERE}, follow_redirects=False).status_code == 303


def test_editing_goes_with_loopback_only(miniature_path: Path) -> None:
    with pytest.raises(UsageError, match="loopback"):
        serve(miniature_path, host="0.0.0.0", allow_edits=True)


def test_a_graph_that_changes_is_shown_as_it_is_now(tmp_path: Path) -> None:
    path = miniature.build(tmp_path / "mine.begat")
    web = client(path)
    assert "Transformer" in web.get("/").text
    generated_path = generated.large(tmp_path / "other.begat", 40, 200)
    generated_path.replace(path)
    assert "Transformer" not in web.get("/").text
    assert "X " in web.get("/").text
