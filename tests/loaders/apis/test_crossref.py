"""DOIs: Crossref, and for what it does not know or does not have, Semantic Scholar and OpenCitations."""

from dataclasses import replace

from begat.loaders.apis import Client, opencitations
from begat.loaders.apis.crossref import SCHEME, works
from tests.loaders.apis import birds
from tests.loaders.apis.asking import cited, documents
from tests.loaders.apis.birds import BIRDS
from tests.loaders.apis.loopback import Asked, Loopback, Said

HERON, EGRET = BIRDS["Heron"], BIRDS["Egret"]


def test_a_work_comes_with_what_it_cites_and_its_preprint(client: Client) -> None:
    (heron,), told = documents(SCHEME, client, "10.9999/heron")
    assert told == []
    assert (heron.source, heron.doi, heron.arxiv, heron.date) == (
        "doi:10.9999/heron",
        HERON.doi,
        HERON.arxiv,
        HERON.date,
    )
    assert cited(heron) == [EGRET.title, "10.9999/stork", "Bittern in the Reeds of Memory"]


def test_many_are_asked_for_at_once(client: Client, server: Loopback) -> None:
    found, told = documents(SCHEME, client, "10.9999/heron", "10.9999/ibis")
    assert [document.doi for document in found] == ["10.9999/heron", "10.9999/ibis"] and told == []
    assert server.asked[0].query["filter"] == "doi:10.9999/heron,doi:10.9999/ibis"


def test_a_doi_with_a_comma_is_asked_for_by_itself(client: Client, server: Loopback) -> None:
    assert dict(works(client, ["10.9999/a,b", "10.9999/heron"]))["10.9999/a,b"] is None
    assert server.paths == ["/crossref/works/10.9999/a,b", "/crossref/works/10.9999/heron"]


def test_the_contact_is_told(server: Loopback, tmp_path: object) -> None:
    with Client(cache=f"{tmp_path}/c", environment=birds.environment(server.base), contact="ana@example.org") as client:
        dict(works(client, ["10.9999/heron"]))
    assert (
        server.asked[0].query["mailto"] == "ana@example.org"
        and "ana@example.org" in server.asked[0].headers["user-agent"]
    )


def test_a_doi_of_another_agency_is_semantic_scholars(client: Client, server: Loopback) -> None:
    def answer(asked: Asked) -> Said:
        return Said(404, b"Resource not found.") if "crossref" in asked.path else birds.everything(asked)

    server.answer = answer
    (heron,), told = documents(SCHEME, client, "10.9999/heron")
    assert heron.source == "doi:10.9999/heron" and HERON.cites[0][1] in heron.text and told == []


def test_a_doi_that_nobody_knows_is_told(client: Client) -> None:
    found, told = documents(SCHEME, client, "10.9999/nobody")
    assert found == []
    assert told.lines == ["doi:10.9999/nobody: Semantic Scholar knows of no such paper; check the id"]


def test_references_that_a_publisher_keeps_are_opencitations(client: Client, server: Loopback) -> None:
    def answer(asked: Asked) -> Said:
        if "crossref" not in asked.path:
            return birds.everything(asked)
        return Said.of({"message": {**birds.crossref_record(HERON), "reference": None}})

    server.answer = answer
    (heron,), told = documents(SCHEME, client, "10.9999/heron")
    assert cited(heron) == ["2301.00001", "10.9999/stork"] and told == []


def test_without_opencitations_a_work_has_no_references_and_that_is_told(client: Client, server: Loopback) -> None:
    def answer(asked: Asked) -> Said:
        return (
            Said(503, b"")
            if "index" in asked.path
            else Said.of({"message": birds.crossref_record(replace(HERON, cites=()))})
        )

    server.answer = answer
    (heron,), told = documents(SCHEME, client, "10.9999/heron")
    assert heron.references == () and "without references" in told.lines[0] and "503" in told.lines[0]


def test_what_opencitations_knows_nothing_of_has_an_empty_list(client: Client) -> None:
    assert list(opencitations.references(client, "10.9999/nobody")) == []


def test_a_doi_is_asked_for_whatever_it_holds(client: Client, server: Loopback) -> None:
    list(opencitations.references(client, "10.9999/<a#b?c>"))
    documents(SCHEME, client, "10.9999/<a#b?c>")
    assert server.paths[:2] == ["/index/v2/references/doi:10.9999/<a#b?c>", "/crossref/works/10.9999/<a#b?c>"]


def test_who_cites_a_doi_is_an_address(client: Client) -> None:
    found, told = documents(SCHEME, client, "10.9999/stork/citations")
    assert told == []
    assert [(d.source, d.id) for d in found] == [
        ("doi:10.9999/stork/citations", "2401.00011"),  # Crossref's, with the preprint that it names
        ("doi:10.9999/stork/citations", "2301.00001"),  # arXiv's, which Crossref does not know
    ]
    assert found[0].references == documents(SCHEME, client, "10.9999/heron")[0][0].references
    assert cited(found[1]) == ["10.9999/stork"] and found[1].title == EGRET.title


def test_one_that_nobody_else_knows_cites_all_the_same(client: Client, server: Loopback) -> None:
    listed = [{"citing": "omid:br/1 doi:10.9999/dodo"}, {"citing": "omid:br/2"}, {"citing": None}, "x"]
    server.answer = lambda asked: Said.of(listed) if "index" in asked.path else birds.everything(asked)
    (dodo,), told = documents(SCHEME, client, "10.9999/stork/citations")
    assert (dodo.id, dodo.doi, cited(dodo), told) == ("10.9999/dodo", "10.9999/dodo", ["10.9999/stork"], [])
