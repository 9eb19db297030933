"""The hub: cards with what they declare, the hub's own tags, and the models that descend from one."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from begat.graph.build import build
from begat.graph.declared import complete
from begat.graph.model import Document, Mined
from begat.graph.store import Store, check_evidence
from begat.graph.vocabulary import NodeType, Origin, Relation
from begat.loaders.apis import Client, hub
from begat.loaders.apis.hub import MODELS, model_key
from tests.graph.simple_miner import SimpleMiner
from tests.loaders.apis import feeds
from tests.loaders.apis.asking import cited, documents
from tests.loaders.apis.loopback import PAGE_OF_WORDS, Asked, Loopback, PatientClock, Said, serving
from tests.loaders.sources.samples import Told
from tests.loaders.sources.samples import documents as read_files


@pytest.fixture
def server() -> Iterator[Loopback]:
    with serving(feeds.everything) as loopback:
        yield loopback


@pytest.fixture
def client(server: Loopback, clock: PatientClock, tmp_path: Path) -> Iterator[Client]:
    with Client(cache=tmp_path / "cache", environment=feeds.environment(server.base), clock=clock) as asking:
        yield asking


def models(client: Client, *keys: str) -> tuple[list[Document], Told]:
    return documents(MODELS, client, *keys)


def edges(document: Document) -> set[tuple[str, str, str, str]]:
    """(subject, relation, object, field) of what a document declares of its model."""
    return {(d.subject.name, d.relation, d.object.name, d.field) for d in document.declared if d.subject}


def test_a_card_and_a_place_in_a_list_are_one_witness(tmp_path: Path) -> None:
    path = tmp_path / "models--birds--heron-7b" / "README.md"
    path.parent.mkdir()
    path.write_text("---\nbase_model: birds/egret-7b\n---\nHeron wades.\n")
    (card,), _ = read_files(path)
    place = replace(card, text="", title="heron-7b", source="hf:birds/egret-7b/descendants")
    with Store.create(tmp_path / "graph") as store:
        build(store, [card, place], SimpleMiner(), complete=())
        (edge,) = store.edges("relation = 'FINE_TUNED_FROM'")
        assert (edge.support, edge.origin) == (1, Origin.DECLARED)
        assert [node.id for node in store.nodes() if node.type == NodeType.PAPER] == ["document-birds%2Fheron-7b"]


@pytest.mark.parametrize(
    ("written", "key"),
    [
        ("birds/heron-7b", "birds/heron-7b"),
        ("heron-7b", "heron-7b"),
        ("https://huggingface.co/birds/heron-7b", "birds/heron-7b"),
        ("https://huggingface.co/birds/heron-7b/tree/main?x=1#y", "birds/heron-7b"),
        ("https://hf.co/birds/heron-7b/", "birds/heron-7b"),
        ("birds/heron-7b/descendants", "birds/heron-7b/descendants"),
        ("https://huggingface.co/datasets/marsh/pond-notes", None),
        ("https://huggingface.co/spaces/birds/x", None),
        ("https://huggingface.co/docs", None),
        ("https://example.org/birds/heron-7b", None),
        ("../../api/whoami", None),
        ("birds/..", None),
        ("birds/heron?x=1/../y", "birds/heron"),
        ("birds/heron 7b", None),
        ("", None),
    ],
)
def test_the_names_of_a_model(written: str, key: str | None) -> None:
    assert model_key(written) == key


def test_a_card_and_what_it_declares(client: Client, server: Loopback) -> None:
    (heron,), told = models(client, "birds/heron-7b")
    assert told == []
    assert (heron.id, heron.source, heron.date, heron.paper) == (
        "birds/heron-7b", "hf:birds/heron-7b", "2024-01-02", False,
    )  # fmt: skip
    assert heron.url == "https://huggingface.co/birds/heron-7b"
    assert heron.text.strip().endswith("Heron wades.")
    assert cited(heron) == ["2401.00011"]
    assert edges(heron) == {
        ("heron-7b", Relation.FINE_TUNED_FROM, "egret-7b", "tags"),
        ("heron-7b", Relation.TRAINED_ON, "pond-notes", "datasets"),
    }
    assert server.paths == ["/hub/api/models/birds/heron-7b", "/hub/birds/heron-7b/resolve/main/README.md"]


def test_the_hub_knows_what_kind_of_descent_a_card_means(client: Client) -> None:
    (small,), _ = models(client, "birds/heron-7b-gguf")
    assert edges(small) == {("heron-7b-gguf", Relation.VARIANT_OF, "heron-7b", "tags")}
    (edge,) = (a for a in complete(small, Mined()).assertions if a.relation is Relation.VARIANT_OF)
    check_evidence(small, edge)
    assert (edge.evidence.part, edge.evidence.quote) == ("field:tags", "base_model:quantized:birds/heron-7b")


def test_what_a_card_says_itself_goes_before_the_tags(client: Client, server: Loopback) -> None:
    server.script.extend(
        [
            Said.of({"id": "birds/heron-7b", "tags": ["base_model:finetune:birds/egret-7b"]}),
            Said(200, b"---\nbase_model: birds/egret-7b\nbase_model_relation: adapter\n---\nHeron.\n"),
        ]
    )
    (heron,), _ = models(client, "birds/heron-7b")
    assert [d.field for d in heron.declared if d.relation is Relation.FINE_TUNED_FROM] == ["base_model"]


def test_a_model_without_a_card(client: Client) -> None:
    (lora,), told = models(client, "pond/heron-lora")
    assert edges(lora) == {("heron-lora", Relation.FINE_TUNED_FROM, "heron-7b", "tags")}
    assert told.lines == ["hf:pond/heron-lora: has no card: only the hub's tags were read"]


def test_a_card_that_is_closed(client: Client, server: Loopback) -> None:
    server.script.extend(
        [
            Said.of({"id": "birds/heron-7b", "gated": "manual", "tags": ["base_model:finetune:birds/egret-7b"]}),
            Said(403, b"Access is restricted"),
        ]
    )
    (heron,), told = models(client, "birds/heron-7b")
    assert edges(heron) == {("heron-7b", Relation.FINE_TUNED_FROM, "egret-7b", "tags")}
    assert "accept its terms on its page, and set HF_TOKEN; only the hub's tags were read" in told.lines[0]


def test_a_model_that_moved_has_its_new_name(client: Client) -> None:
    (heron,), told = models(client, "heron-7b")
    assert (heron.id, heron.source) == ("birds/heron-7b", "hf:heron-7b") and told == []


def test_a_date_from_before_dates_is_none(client: Client, server: Loopback) -> None:
    server.script.append(Said.of({"id": "birds/egret-7b", "createdAt": "2022-03-02T23:29:04.000Z"}))
    (egret,), _ = models(client, "birds/egret-7b")
    assert egret.date is None


def test_a_model_that_there_is_not(client: Client) -> None:
    found, told = models(client, "birds/dodo")
    assert found == [] and "no such model, or a private one: check its name, or set HF_TOKEN" in told.lines[0]


@pytest.mark.parametrize("body", [b"[1]", b"null", b'"x"'])
def test_an_answer_that_is_no_model(client: Client, server: Loopback, body: bytes) -> None:
    server.script.append(Said(200, body))
    found, told = models(client, "birds/heron-7b")
    assert found == [] and "not what it says of a model" in told.lines[0]


def test_tags_of_any_shape(client: Client, server: Loopback) -> None:
    server.script.append(Said.of({"id": "birds/heron-7b", "tags": [1, None, "base_model:finetune:", "base_model:x:y"]}))
    (heron,), told = models(client, "birds/heron-7b")
    assert told == [] and ("heron-7b", Relation.FINE_TUNED_FROM, "egret-7b", "base_model") in edges(heron)


@pytest.mark.parametrize("name", ["../../api/whoami", "\ud800", "a/b/descendants", 7, None])
def test_a_name_that_is_none_leads_nowhere(client: Client, server: Loopback, name: object) -> None:
    server.script.append(Said.of({"id": name, "tags": []}))
    (heron,), _ = models(client, "birds/heron-7b")
    assert heron.id == "birds/heron-7b" and server.paths[-1] == "/hub/birds/heron-7b/resolve/main/README.md"
    server.script.append(Said.of([{"id": name}, {"id": "pond/heron-lora", "tags": ["base_model:adapter:\ud800"]}]))
    (lora,), told = models(client, "birds/heron-7b/descendants")
    assert lora.id == "pond/heron-lora"
    assert told.lines == ["hf:birds/heron-7b/descendants: names no model in 1 of its entries: passed over"]


def test_a_page_instead_of_a_card(client: Client, server: Loopback) -> None:
    server.script.append(Said.of({"id": "birds/heron-7b", "tags": []}))
    server.script.extend([PAGE_OF_WORDS] * 5)
    found, told = models(client, "birds/heron-7b")
    assert found == [] and "a web page instead of data" in told.lines[0]


# -- descendants -------------------------------------------------------------------------------------------


def test_what_descends_from_a_model(client: Client, server: Loopback) -> None:
    found, told = models(client, "birds/heron-7b/descendants")
    assert told == []
    assert {d.source for d in found} == {"hf:birds/heron-7b/descendants"}
    assert {d.id: {edge[1:3] for edge in edges(d)} for d in found} == {
        "birds/heron-7b-gguf": {(Relation.VARIANT_OF, "heron-7b")},
        "pond/heron-lora": {(Relation.FINE_TUNED_FROM, "heron-7b")},
        "pond/heron-and-egret": {(Relation.USES, "heron-7b")},  # its other base has a list of its own
    }
    assert [asked.query["filter"] for asked in server.asked] == ["base_model:birds/heron-7b"] * 2
    assert found[0].date == "2024-02-02"
    for document in found:
        for assertion in complete(document, Mined()).assertions:
            check_evidence(document, assertion)


def test_a_model_that_nothing_descends_from(client: Client) -> None:
    found, told = models(client, "pond/heron-lora/descendants")
    assert found == [] and "no model that descends from it" in told.lines[0]


def test_only_the_best_known_descendants_are_read(
    client: Client, server: Loopback, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(hub, "MOST_DESCENDANTS", 2)
    found, told = models(client, "birds/heron-7b/descendants")
    assert len(found) == 2 and "the 2 most downloaded were read" in told.lines[0]


def test_pages_that_repeat_end(client: Client, server: Loopback) -> None:
    def same(asked: Asked) -> Said:
        cursor = int(asked.query.get("cursor", 0)) + 1
        link = f'<{server.base}/hub/api/models?filter=x&cursor={cursor}>; rel="next"'
        return Said(200, Said.of([{"id": "pond/heron-lora"}]).body, {"Link": link})

    server.answer = same
    found, told = models(client, "birds/heron-7b/descendants")
    assert [d.id for d in found] == ["pond/heron-lora"] and len(server.asked) == 2
    assert "hands out the same page again; the rest is missing" in told.lines[0]


def test_a_list_that_is_none(client: Client, server: Loopback) -> None:
    server.answer = lambda asked: Said.of({"error": "x"})
    found, told = models(client, "birds/heron-7b/descendants")
    assert found == [] and "not a list of models" in told.lines[0]
