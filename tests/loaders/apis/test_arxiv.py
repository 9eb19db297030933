"""arXiv: papers by id and lists by OAI-PMH, and every way in which either says that it cannot or will not."""

from collections.abc import Callable, Iterator
from itertools import count
from pathlib import Path

import pytest

from begat.graph.model import Document
from begat.loaders.apis import Client, arxiv
from begat.loaders.apis.arxiv import LISTS, PAPERS, list_key
from tests.loaders.apis import feeds
from tests.loaders.apis.asking import documents
from tests.loaders.apis.birds import BIRDS
from tests.loaders.apis.loopback import PAGE_OF_WORDS, Asked, Loopback, PatientClock, Said, serving
from tests.loaders.sources.samples import Told

HERON, EGRET, KINGFISHER = (BIRDS[name] for name in ("Heron", "Egret", "Kingfisher"))


@pytest.fixture
def server() -> Iterator[Loopback]:
    with serving(feeds.everything) as loopback:
        yield loopback


@pytest.fixture
def client(server: Loopback, clock: PatientClock, tmp_path: Path) -> Iterator[Client]:
    with Client(cache=tmp_path / "cache", environment=feeds.environment(server.base), clock=clock) as asking:
        yield asking


def papers(client: Client, *keys: str) -> tuple[list[Document], Told]:
    return documents(PAPERS, client, *keys)


# -- papers ------------------------------------------------------------------------------------------------


def test_a_paper_by_its_id(client: Client) -> None:
    (heron,), told = papers(client, "2401.00011")
    assert told == []
    assert (heron.id, heron.arxiv, heron.doi, heron.date) == ("2401.00011", "2401.00011", HERON.doi, HERON.date)
    assert (heron.title, heron.text, heron.authors) == (HERON.title, HERON.abstract, ("Heron Feather",))
    assert (heron.source, heron.place, heron.paper) == ("arxiv:2401.00011", "", True)


def test_two_hundred_are_asked_for_at_once(client: Client, server: Loopback, clock: PatientClock) -> None:
    keys = [f"2405.{number:05}" for number in range(450)]
    found, told = papers(client, "2401.00011", *keys)
    batches = [len(asked.query["id_list"].split(",")) for asked in server.asked]
    assert batches[0] == 200 and all(asked.query["max_results"] == str(n) for asked, n in zip(server.asked, batches, strict=True))  # fmt: skip
    assert [d.title for d in found] == [HERON.title] and len(told) == 450
    assert clock.slept == [3.0] * (len(batches) - 1)


def test_an_id_that_there_is_not(client: Client) -> None:
    found, told = papers(client, "2401.00011", "9912.00001")
    assert [d.id for d in found] == ["2401.00011"]
    assert told.lines == ["arxiv:9912.00001: the service knows of no such thing; check the id"]


def test_a_feed_that_is_empty_by_mistake_is_asked_for_again(client: Client, server: Loopback) -> None:
    server.script.append(feeds.atom("", 2))
    found, told = papers(client, "2401.00011", "2301.00001")
    assert {d.title for d in found} == {HERON.title, EGRET.title} and told == []


def test_a_feed_that_is_empty_is_believed_the_second_time(client: Client, server: Loopback) -> None:
    server.script.extend([feeds.atom("", 0)] * 2)
    found, told = papers(client, "2401.00011", "2301.00001")
    assert found == [] and len(told) == 2 and len(server.asked) == 2


def test_a_withdrawn_paper_is_told_and_kept(client: Client) -> None:
    (auk,), told = papers(client, feeds.WITHDRAWN)
    assert auk.title == "Auk: Flying by Swimming"
    assert told.lines == [f"arxiv:{auk.id}, line 1: {auk.id} is withdrawn: read as far as it says something"]


def test_an_id_that_arxiv_cannot_read_costs_itself_only(client: Client, server: Loopback) -> None:
    found, told = papers(client, "2401.00011", "quack", "2301.00001")
    assert {d.id for d in found} == {"2401.00011", "2301.00001"}
    assert len(told) == 1
    assert told.lines[0].startswith("arxiv:quack: arXiv: ") and "incorrect id format for quack" in told.lines[0]


@pytest.mark.parametrize(
    ("said", "words"),
    [
        (PAGE_OF_WORDS, "a web page instead of data"),
        (Said(200, b"Rate exceeded."), "words instead of data ('Rate exceeded.')"),
        (Said(200, b""), "an empty answer"),
        (Said(200, feeds.arxiv(Asked("GET", "", {"id_list": "2401.00011"}, {}, b"")).body[:-90]), "cut short or damaged"),
        (Said(200, b"<html><body>Oops</body></html>"), "a web page instead of data"),
        (Said(200, b"<error/>"), "cut short or damaged"),
        (Said(503, b""), "503 Service Unavailable"),
    ],
)  # fmt: skip
def test_what_is_no_feed_is_asked_for_again_and_then_told(
    client: Client, server: Loopback, said: Said, words: str
) -> None:
    server.script.append(said)
    assert [d.title for d in papers(client, "2401.00011")[0]] == [HERON.title]
    server.script.extend([said] * 5)
    found, told = papers(client, "2401.00011", "2301.00001")
    assert [d.title for d in found] == [HERON.title]  # which was kept
    assert len(told) == 1 and words in told.lines[0] and "try again later" in told.lines[0]


def test_entities_are_not_expanded(client: Client, server: Loopback, tmp_path: Path) -> None:
    (tmp_path / "secret").write_text("SECRET")
    bombs = "".join(f'<!ENTITY b{n} "{f"&b{n - 1};" * 10}">' for n in range(1, 10))
    entities = f'<!DOCTYPE feed [<!ENTITY b0 "quack">{bombs}<!ENTITY file SYSTEM "file://{tmp_path}/secret">]>'
    feed = feeds.atom(feeds.entry("2401.00011").replace("We present", "&b9;&file; We present"), 1).body.decode()
    server.script.append(Said(200, feed.replace("?>\n", f"?>\n{entities}").encode()))
    (heron,), _ = papers(client, "2401.00011")
    assert heron.text == HERON.abstract


# -- lists -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("written", "key"),
    [
        ("cs", "cs"),
        ("cs:cs:CL", "cs:cs:CL"),
        ("cs@2025-01-01", "cs@2025-01-01"),
        ("cs@2025-01-01..", "cs@2025-01-01"),
        ("@2025-01-01..2025-01-31", "@2025-01-01..2025-01-31"),
        ("@..2025-01-31", "@..2025-01-31"),
        ("", None),
        ("@", None),
        ("cs@2025-13-01", None),
        ("cs@2025-02-01..2025-01-01", None),
        ("cs/../x", None),
        ("cs@yesterday", None),
    ],
)
def test_the_names_of_a_list(written: str, key: str | None) -> None:
    assert list_key(written) == key


def test_a_list_comes_page_by_page(client: Client, server: Loopback, clock: PatientClock) -> None:
    found, told = documents(LISTS, client, "cs:cs:CL@2023-01-01..2025-12-31")
    assert [d.id for d in found] == list(feeds.PAPERS)
    assert {d.source for d in found} == {"oai:cs:cs:CL@2023-01-01..2025-12-31"}
    assert found[0].authors == ("Heron Feather",) and found[0].date == HERON.date
    assert dict(server.asked[0].query) == {
        "verb": "ListRecords", "metadataPrefix": "arXiv", "set": "cs:cs:CL", "from": "2023-01-01", "until": "2025-12-31",
    }  # fmt: skip
    assert dict(server.asked[1].query) == {"verb": "ListRecords", "resumptionToken": "2"}
    assert clock.slept == [3.0]
    assert told.lines == [
        "oai:cs:cs:CL@2023-01-01..2025-12-31, line 1: oai:arXiv.org:2401.99999 was deleted: passed over"
    ]


def test_a_list_of_nothing(client: Client) -> None:
    found, told = documents(LISTS, client, "math")
    assert found == [] and told.lines == ["oai:math: no record in this set and these days"]


def test_a_list_that_stops_goes_on_where_it_was(client: Client, server: Loopback) -> None:
    server.answer = lambda asked: Said(503, b"") if "resumptionToken" in asked.query else feeds.everything(asked)
    found, told = documents(LISTS, client, "cs:cs:CL@..2025-12-31")
    assert len(found) == 2 and any("503" in line for line in told.lines)
    server.answer, asked = feeds.everything, len(server.asked)
    found, _ = documents(LISTS, client, "cs:cs:CL@..2025-12-31")
    assert len(found) == 3 and len(server.asked) == asked + 1


def test_a_token_that_expired_begins_the_list_anew(client: Client, server: Loopback) -> None:
    server.answer = lambda asked: Said(503, b"") if "resumptionToken" in asked.query else feeds.everything(asked)
    documents(LISTS, client, "cs:cs:CL")
    forgotten = [feeds.oai(Asked("GET", "", {"resumptionToken": "2"}, {}, b""), known=False)]
    server.answer = lambda asked: (
        forgotten.pop() if forgotten and "resumptionToken" in asked.query else feeds.everything(asked)
    )
    found, told = documents(LISTS, client, "cs:cs:CL")
    assert {d.id for d in found} == set(feeds.PAPERS)
    assert not any("expired" in line for line in told.lines)


def expired(asked: Asked) -> Said:
    return feeds.oai(asked, known=False)


def the_same_token(asked: Asked) -> Said:
    body = feeds.record(HERON if "resumptionToken" in asked.query else EGRET)
    return feeds.answer(f"<ListRecords>{body}<resumptionToken>again</resumptionToken></ListRecords>")


def ever_new_tokens() -> Callable[[Asked], Said]:
    tokens = count()
    return lambda asked: feeds.answer(
        f"<ListRecords>{feeds.record(HERON)}<resumptionToken>{next(tokens)}</resumptionToken></ListRecords>"
    )


@pytest.mark.parametrize(
    ("answer", "words", "most"),
    [
        (expired, "expired", 4),
        (the_same_token, "hands out the same page again", 3),
        (ever_new_tokens(), "hands out the same page again", 2),
        (lambda asked: feeds.answer('<error code="badArgument">no such set</error>'), "no such set", 1),
        (lambda asked: feeds.answer("<error/>"), "an error without words", 1),
    ],
)
def test_a_list_that_goes_wrong_ends(
    client: Client, server: Loopback, answer: Callable[[Asked], Said], words: str, most: int
) -> None:
    server.answer = answer
    _, told = documents(LISTS, client, "cs:cs:CL")
    assert words in told.lines[-1] and len(server.asked) <= most


def test_a_list_without_an_end_is_asked_for_anew_the_next_day(
    client: Client, server: Loopback, clock: PatientClock
) -> None:
    for key, anew in (("cs:cs:CL@2025-01-01", True), ("cs:cs:CL@..2025-01-01", False)):
        documents(LISTS, client, key)
        clock.now += arxiv._DAY
        asked = len(server.asked)
        documents(LISTS, client, key)
        assert (len(server.asked) > asked) is anew
