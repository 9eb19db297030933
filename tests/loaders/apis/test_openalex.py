"""OpenAlex: a key that is needed, filters of many ids, references by link that get ids, lists by cursor."""

import pytest

from begat.loaders.apis import Client, openalex
from begat.loaders.apis.openalex import SCHEME, citing
from tests.loaders.apis import birds
from tests.loaders.apis.asking import cited, documents
from tests.loaders.apis.birds import BIRDS
from tests.loaders.apis.loopback import TOO_MANY, Asked, Loopback, PatientClock, Said

HERON, EGRET = BIRDS["Heron"], BIRDS["Egret"]


@pytest.mark.parametrize(
    ("written", "key"),
    [
        ("w4388787543", "W4388787543"),
        ("https://openalex.org/W12", "W12"),
        ("https://api.openalex.org/works/W12", "W12"),
        ("10.9999/Heron", "doi:10.9999/heron"),
        ("2311.11045", "doi:10.48550/arxiv.2311.11045"),
        ("https://doi.org/10.9999/heron", None),
        ("A5023888391", None),
        ("W12|W13", None),
    ],
)
def test_the_names_of_a_work(written: str, key: str | None) -> None:
    assert openalex.key(written) == key


def test_a_work_comes_with_the_ids_of_what_it_cites(client: Client, server: Loopback) -> None:
    (heron,), told = documents(SCHEME, client, HERON.work)
    assert told == []
    assert (heron.source, heron.id, heron.doi, heron.text) == ("openalex:W1", "2401.00011", HERON.doi, HERON.abstract)
    assert cited(heron) == ["2301.00001", "10.9999/stork", "https://openalex.org/W6"]
    assert [asked.query["filter"] for asked in server.asked] == ["openalex:W1", "openalex:W2|W3|W6"]


def test_a_work_is_found_by_its_doi_and_by_arxivs(client: Client) -> None:
    found, told = documents(SCHEME, client, f"doi:{HERON.doi}", f"doi:10.48550/arxiv.{EGRET.arxiv}", "doi:10.9999/none")
    assert [document.id for document in found] == ["2401.00011", "2301.00001"]
    assert told.lines == ["openalex:doi:10.9999/none: OpenAlex knows of no such work; check the id"]


def test_a_doi_that_would_break_a_filter_is_asked_for_by_itself(client: Client, server: Loopback) -> None:
    documents(SCHEME, client, "doi:10.9999/a,b|c", "doi:10.9999/a#b?c")
    assert server.paths == ["/openalex/works/doi:10.9999/a,b|c", "/openalex/works/doi:10.9999/a#b?c"]


def test_without_a_key_it_is_said_where_to_get_one_and_nobody_asked(
    server: Loopback, tmp_path: object, clock: PatientClock
) -> None:
    environment = {name: value for name, value in birds.environment(server.base).items() if name != "OPENALEX_API_KEY"}
    with Client(cache=f"{tmp_path}/c", environment=environment, clock=clock) as client:
        found, told = documents(SCHEME, client, "W1", "W2")
    assert found == [] and server.asked == []
    assert told.lines[0] == (
        "openalex:W1: OpenAlex answers only with a key: get one at https://openalex.org/settings/api (free),"
        " and set OPENALEX_API_KEY"
    )


@pytest.mark.parametrize("status", [401, 403])
def test_a_wrong_key_is_told_without_being_shown(
    status: int, server: Loopback, tmp_path: object, clock: PatientClock
) -> None:
    server.answer = lambda asked: Said.of({"error": "Unauthorized"}, status)
    environment = {**birds.environment(server.base), "OPENALEX_API_KEY": "wr0ng"}
    with Client(cache=f"{tmp_path}/c", environment=environment, clock=clock) as client:
        found, told = documents(SCHEME, client, "W1")
    assert found == [] and "OPENALEX_API_KEY" in told.lines[0] and "wr0ng" not in told.lines[0]


def test_the_key_is_not_written_down(client: Client) -> None:
    documents(SCHEME, client, "W1")
    kept = [path.read_bytes() for path in client.cache.folder.rglob("*") if path.is_file()]
    assert kept and not any(birds.OPENALEX_KEY.encode() in body for body in kept)


def test_references_that_cannot_be_resolved_keep_their_links(client: Client, server: Loopback) -> None:
    def answer(asked: Asked) -> Said:
        return birds.everything(asked) if asked.query.get("filter") == "openalex:W1" else TOO_MANY

    server.answer = answer
    (heron,), told = documents(SCHEME, client, "W1")
    assert cited(heron)[0] == "https://openalex.org/W2"
    assert len(told) == 1 and "by OpenAlex's links only" in told.lines[0]


def test_an_answer_without_results_is_told(client: Client, server: Loopback) -> None:
    server.answer = lambda asked: Said.of({"message": "moved"})
    found, told = documents(SCHEME, client, "W1")
    assert found == [] and "without results" in told.lines[0]


def test_who_cites_is_read_by_cursor(client: Client, server: Loopback) -> None:
    server.answer = lambda asked: birds.openalex(Asked("GET", asked.path[9:], asked.query, {}, b""), page=1)
    assert [work["title"].split(":")[0] for work in citing(client, "W2", most=9)] == ["Heron", "Kingfisher"]
    assert [asked.query["cursor"] for asked in server.asked] == ["*", "1", "2"]


def test_who_cites_a_work_is_an_address(client: Client) -> None:
    found, told = documents(SCHEME, client, "W2/citations", f"doi:{HERON.doi}/citations")
    assert [(d.source, d.id, cited(d)) for d in found] == [
        ("openalex:W2/citations", "2401.00011", ["2301.00001"]),
        ("openalex:W2/citations", "2503.00004", ["2301.00001"]),
        ("openalex:doi:10.9999/heron/citations", "2503.00004", ["2401.00011"]),
    ]
    assert told == [] and openalex.address_key("https://openalex.org/W2/citations") == "W2/citations"


def test_a_list_of_who_cites_that_is_cut_short_keeps_what_came(client: Client, server: Loopback) -> None:
    def answer(asked: Asked) -> Said:
        if asked.query.get("cursor", "*") != "*":
            return Said(500, b"")
        return birds.openalex(Asked("GET", asked.path[9:], asked.query, {}, b""), page=1)

    server.answer = answer
    found, told = documents(SCHEME, client, "W2/citations")
    assert [d.id for d in found] == ["2401.00011"] and "only 1 of its citations by others came" in told.lines[0]


def test_a_cursor_that_repeats_ends(client: Client, server: Loopback) -> None:
    server.answer = lambda asked: Said.of({"meta": {"next_cursor": "same"}, "results": [birds.openalex_record(EGRET)]})
    assert len(list(citing(client, "W2", most=99))) == 2
    assert len(server.asked) == 2
