"""Semantic Scholar: batches with unknown ids, lists page by page, and what it says when it does not want to answer."""

import json

import pytest

from begat.graph.errors import RefusedError, ServiceError
from begat.loaders.apis import Client, semantic_scholar
from begat.loaders.apis.semantic_scholar import SCHEME, listed, papers
from tests.loaders.apis import birds
from tests.loaders.apis.asking import cited, documents
from tests.loaders.apis.birds import BIRDS
from tests.loaders.apis.loopback import PAGE_OF_WORDS, TOO_MANY, Asked, Loopback, PatientClock, Said, too_many

HERON, EGRET, BITTERN = (BIRDS[name] for name in ("Heron", "Egret", "Bittern"))


def names_of(client: Client, *asked: str) -> list[str | None]:
    """The titles of the papers asked for, None for what is not known."""
    found = [record for _, record in papers(client, list(asked))]
    return [json.loads(record)["title"].split(":")[0] if isinstance(record, bytes) else None for record in found]


@pytest.mark.parametrize(
    ("written", "key"),
    [
        ("2311.11045v2", "ARXIV:2311.11045"),
        ("arXiv:cs/0301003", "ARXIV:cs/0301003"),
        ("10.18653/V1/N19-1423", "DOI:10.18653/v1/n19-1423"),
        ("A" * 40, "a" * 40),
        ("CorpusID:215416146", "CorpusId:215416146"),
        ("https://api.semanticscholar.org/CorpusID:215416146", "CorpusId:215416146"),
        (f"https://www.semanticscholar.org/paper/Some-Title/{'b' * 40}?utm=1", "b" * 40),
        ("ACL:2023.acl-long.1", "ACL:2023.acl-long.1"),
        ("https://arxiv.org/abs/2311.11045", None),
        ("../../etc", None),
        ("", None),
    ],
)
def test_the_names_of_a_paper(written: str, key: str | None) -> None:
    assert semantic_scholar.key(written) == key


def test_a_paper_comes_with_what_it_cites_and_in_which_words(client: Client) -> None:
    (heron,), told = documents(SCHEME, client, f"ARXIV:{HERON.arxiv}")
    assert told == []
    assert (heron.source, heron.id, heron.doi, heron.date) == (
        "s2:ARXIV:2401.00011",
        "2401.00011",
        HERON.doi,
        HERON.date,
    )
    assert heron.text.split("\n\n") == [HERON.abstract, HERON.cites[0][1], HERON.cites[1][1]]
    assert cited(heron) == ["2301.00001", "10.9999/stork", f"https://www.semanticscholar.org/paper/{BITTERN.sha}"]
    assert [r.intent for r in heron.references] == ["uses", "compares", "background"]
    assert heron.url is None


def test_a_batch_with_ids_that_nobody_knows(client: Client, server: Loopback) -> None:
    assert names_of(client, f"ARXIV:{HERON.arxiv}", "ARXIV:9901.00001", EGRET.sha) == ["Heron", None, "Egret"]
    assert server.paths == ["/graph/v1/paper/batch"]


def test_a_batch_of_unknown_ids_only_is_refused_and_yet_tells(client: Client) -> None:
    assert names_of(client, "ARXIV:9901.00001", "ARXIV:9901.00002") == [None, None]
    (_, told) = documents(SCHEME, client, "ARXIV:9901.00001")
    assert told.lines == ["s2:ARXIV:9901.00001: Semantic Scholar knows of no such paper; check the id"]


def test_five_hundred_are_asked_for_at_once(client: Client, server: Loopback) -> None:
    list(papers(client, [f"ARXIV:9901.{n:05}" for n in range(501)] + [HERON.sha]))
    assert [len(dict(asked.json())["ids"]) for asked in server.asked] == [500, 2]  # type: ignore[call-overload]


def test_the_key_of_the_environment_is_sent(server: Loopback, tmp_path: object, clock: PatientClock) -> None:
    environment = {**birds.environment(server.base), "S2_API_KEY": "mine"}
    with Client(cache=f"{tmp_path}/c", environment=environment, clock=clock) as client:
        names_of(client, HERON.sha)
    assert server.asked[0].headers["x-api-key"] == "mine"


def test_without_a_key_none_is_sent(client: Client, server: Loopback) -> None:
    names_of(client, HERON.sha)
    assert "x-api-key" not in server.asked[0].headers


def test_a_wrong_key_is_told_with_its_variable(client: Client, server: Loopback) -> None:
    server.answer = lambda asked: Said.of({"message": "Forbidden"}, 403)
    _, told = documents(SCHEME, client, HERON.sha)
    assert len(told) == 1 and "403" in told.lines[0] and "S2_API_KEY" in told.lines[0]


@pytest.mark.parametrize(
    ("trouble", "waited"),
    [
        (TOO_MANY, 1.0),
        (too_many(17), 17.0),
        (Said(503, b""), 1.0),
        (PAGE_OF_WORDS, 1.0),
        (Said(200, b'[{"paperId":'), 1.0),
    ],
    ids=["429", "429 with Retry-After", "503", "a page of words", "truncated JSON"],
)
def test_what_passes_is_asked_again(
    client: Client, server: Loopback, clock: PatientClock, trouble: Said, waited: float
) -> None:
    server.script.append(trouble)
    assert names_of(client, HERON.sha) == ["Heron"]
    assert clock.slept[0] == waited and len(server.asked) == 2


def test_what_does_not_pass_is_told_and_nothing_of_it_kept(client: Client, server: Loopback) -> None:
    server.answer = lambda asked: TOO_MANY
    _, told = documents(SCHEME, client, HERON.sha)
    assert len(told) == 1 and "429" in told.lines[0] and "S2_API_KEY" in told.lines[0]
    assert not [path for path in client.cache.folder.rglob("*") if path.is_file()]


def test_an_answer_for_other_ids_is_not_believed(client: Client, server: Loopback) -> None:
    server.answer = lambda asked: Said.of([None, None, None])
    found = dict(papers(client, [HERON.sha]))
    assert isinstance(found[HERON.sha], ServiceError)


# -- lists -------------------------------------------------------------------------------------------------


def many(count: int) -> list[dict[str, object]]:
    return [
        {"contexts": [], "intents": [], "citingPaper": {"paperId": f"{n:040x}", "title": f"Bird {n}"}}
        for n in range(count)
    ]


def paged(items: list[dict[str, object]], size: int, *, stuck: bool = False) -> Loopback:
    def answer(asked: Asked) -> Said:
        offset = int(asked.query["offset"])
        page = {"offset": offset, "data": items[offset : offset + size]}
        return Said.of(page | ({"next": 0 if stuck else offset + size} if offset + size < len(items) else {}))

    return answer  # type: ignore[return-value]


def test_a_list_is_read_page_by_page(client: Client, server: Loopback) -> None:
    server.answer = paged(many(5), 2)  # type: ignore[assignment]
    assert len(list(listed(client, HERON.sha, "citations"))) == 5
    assert [asked.query["offset"] for asked in server.asked] == ["0", "2", "4"]


def test_no_more_pages_than_needed(client: Client, server: Loopback) -> None:
    server.answer = paged(many(5), 2)  # type: ignore[assignment]
    assert len(list(listed(client, HERON.sha, "citations", most=3))) == 3
    assert len(server.asked) == 2


def test_no_page_past_what_the_service_lists(client: Client, server: Loopback) -> None:
    server.answer = lambda asked: Said.of({"data": [], "next": int(asked.query["offset"]) + 1000})
    assert list(listed(client, HERON.sha, "citations")) == []
    last = server.asked[-1].query
    assert int(last["offset"]) + int(last["limit"]) == 9999


def test_pages_that_go_round_in_circles_end(client: Client, server: Loopback) -> None:
    server.answer = paged(many(5), 2, stuck=True)  # type: ignore[assignment]
    came: list[object] = []
    with pytest.raises(ServiceError, match="round in circles"):
        came.extend(listed(client, HERON.sha, "citations"))
    assert len(server.asked) == 1


def test_a_page_that_repeats_adds_nothing(client: Client, server: Loopback) -> None:
    def answer(asked: Asked) -> Said:
        offset = int(asked.query["offset"])
        return Said.of({"data": many(2), **({"next": offset + 2} if offset < 4 else {})})

    server.answer = answer
    assert len(list(listed(client, HERON.sha, "citations"))) == 2


@pytest.mark.parametrize("page", [{"data": None, "citingPaperInfo": {}}, {"data": []}, {}])
def test_a_publisher_may_keep_its_references_to_itself(client: Client, server: Loopback, page: object) -> None:
    server.answer = lambda asked: Said.of(page)
    assert list(listed(client, HERON.sha, "references")) == []


def test_a_list_cut_short_keeps_what_came_and_tells(client: Client, server: Loopback) -> None:
    first = {"data": [{"contexts": ["We follow Egret."], "citedPaper": birds.s2_record(EGRET)}, None, {}], "next": 3}

    def answer(asked: Asked) -> Said:
        if asked.method == "POST":
            return Said.of([birds.s2_record(HERON)])
        return Said.of(first) if asked.query["offset"] == "0" else Said(500, b"")

    server.answer = answer
    (heron,), told = documents(SCHEME, client, HERON.sha)
    assert cited(heron) == ["2301.00001"]
    assert len(told) == 1 and "only 1 of its 3 references came" in told.lines[0]


def test_the_second_time_nobody_is_asked(client: Client, server: Loopback) -> None:
    first = documents(SCHEME, client, HERON.sha)
    asked = len(server.asked)
    client.offline = True
    assert documents(SCHEME, client, HERON.sha) == first
    assert len(server.asked) == asked


def test_offline_what_was_never_asked_is_told(client: Client, server: Loopback) -> None:
    client.offline = True
    _, told = documents(SCHEME, client, HERON.sha)
    assert len(told) == 1 and "not in the cache" in told.lines[0] and server.asked == []


def test_who_cites_a_paper_and_in_which_words(client: Client) -> None:
    (kingfisher,), told = documents(SCHEME, client, f"ARXIV:{HERON.arxiv}/citations")
    assert told == [] and kingfisher.source == "s2:ARXIV:2401.00011/citations"
    assert kingfisher.title == BIRDS["Kingfisher"].title and cited(kingfisher) == ["2401.00011"]
    (place,) = kingfisher.references
    assert kingfisher.text[place.start : place.end] == "Kingfisher is fine-tuned from Heron [7]."


def test_of_too_many_that_cite_the_most_influenced_are_read(
    client: Client, server: Loopback, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(semantic_scholar, "MOST_CITING", 1)
    items = [{**item, "isInfluential": n == 3} for n, item in enumerate(many(5))]
    server.answer = lambda asked: (
        Said.of([birds.s2_record(HERON)]) if asked.method == "POST" else Said.of({"data": items})
    )
    (found,), told = documents(SCHEME, client, f"{HERON.sha}/citations")
    assert found.title == "Bird 3" and "5 papers cite it: 1 were read" in told.lines[0]


def test_a_paper_that_is_listed_twice_is_read_once(client: Client, server: Loopback) -> None:
    twins = [{"contexts": [], "citingPaper": {**birds.s2_record(EGRET), "paperId": sha * 40}} for sha in "ab"]
    server.answer = lambda asked: (
        Said.of([birds.s2_record(HERON)]) if asked.method == "POST" else Said.of({"data": twins})
    )
    found, told = documents(SCHEME, client, f"{HERON.sha}/citations")
    assert [document.id for document in found] == [EGRET.arxiv] and told == []


def test_a_refusal_is_no_unknown_paper(client: Client, server: Loopback) -> None:
    server.answer = lambda asked: Said.of({"error": "Unrecognized field"}, 400)
    assert isinstance(dict(papers(client, [HERON.sha]))[HERON.sha], RefusedError)
