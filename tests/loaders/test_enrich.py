"""Enriching: what is filled, what is left alone, what is kept when services fail, and that the second time is for nothing."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from pathlib import Path

import pytest

from begat.graph.build import build
from begat.graph.errors import UsageError
from begat.graph.missing import Gap, missing
from begat.graph.model import Document, Facts, Reference
from begat.graph.store import Store
from begat.graph.vocabulary import Relation
from begat.loaders.apis import Client
from begat.loaders.enrich import Enriched, enrich
from tests.graph.simple_miner import SimpleMiner
from tests.loaders.apis import birds
from tests.loaders.apis.birds import BIRDS
from tests.loaders.apis.loopback import Loopback, PatientClock, Said, serving
from tests.loaders.sources.samples import Told

HERON, EGRET, STORK = (BIRDS[name] for name in ("Heron", "Egret", "Stork"))
MINER = SimpleMiner()


def record(**fields: object) -> Document:
    """A record of the user's own."""
    return Document(**{"text": "", "source": "mine.bib", **fields})  # type: ignore[arg-type]


class World:
    """A graph, services, and what they were asked."""

    def __init__(self, store: Store, server: Loopback, client: Client) -> None:
        self.store, self.server, self.client = store, server, client
        self.told = Told()

    def have(self, *documents: Document, facts: Sequence[Facts] = ()) -> None:
        build(self.store, documents, MINER, facts=facts)

    def enrich(self, *services: str, **options: bool) -> Enriched:
        found = enrich(self.store, self.client, services or ("s2",), on_problem=self.told.append, **options)
        build(self.store, found.documents, MINER, facts=found.facts, complete=())
        return found

    def node(self, name: str) -> Mapping[str, object]:
        node = next(iter(self.store.papers_by_key(name)), None) or self.store.node(name)
        assert node
        return {"name": node.name, "date": node.date, "arxiv": node.arxiv, "doi": node.doi, "id": node.id}

    def objects(self, node: object, relation: Relation) -> list[str]:
        return [edge.object for edge in self.store.edges("subject = ? AND relation = ?", (node, relation))]

    def quotes(self, node: object) -> list[str]:
        found = self.store.statements("a.relation = 'CITES' AND a.subject_node = ?", (node,))
        return sorted(statement.assertion.evidence.quote for statement in found)


@pytest.fixture
def world(tmp_path: Path) -> Iterator[World]:
    with (
        serving(birds.everything) as server,
        Client(cache=tmp_path / "cache", environment=birds.environment(server.base), clock=PatientClock()) as client,
        Store.create(tmp_path / "my.begat") as store,
    ):
        yield World(store, server, client)


def test_a_paper_known_by_its_id_alone_is_filled(world: World) -> None:
    world.have(record(id="2401.00011", arxiv="2401.00011"))
    found = world.enrich()
    node = world.node("arxiv:2401.00011")
    assert (node["name"], node["date"], node["doi"]) == (HERON.title, HERON.date, HERON.doi)
    assert world.objects(node["id"], Relation.AUTHORED_BY) == ["author-heron-feather"]
    assert set(world.objects(node["id"], Relation.CITES)) >= {"arxiv-2301.00001", "doi-10.9999%2Fstork"}
    assert found.filled == {("s2", gap): 1 for gap in (Gap.TITLE, Gap.AUTHORS, Gap.TEXT, Gap.CITATIONS)}


def test_what_a_source_states_stands(world: World) -> None:
    own = record(
        id="x", arxiv="2401.00011", title="Heron, as I call it", date="2024-01-09", authors=("Ana Bird",), text="Mine."
    )
    world.have(own)
    world.enrich()
    node = world.node("arxiv:2401.00011")
    assert (node["name"], node["date"]) == ("Heron, as I call it", "2024-01-09")
    assert world.objects(node["id"], Relation.AUTHORED_BY) == ["author-ana-bird"]
    (kept,) = (document for _, document in world.store.documents("source = 'mine.bib'"))
    assert kept == replace(own, doi=HERON.doi)


def test_metadata_known_before_stands(world: World) -> None:
    world.have(
        record(id="2401.00011", arxiv="2401.00011"), facts=[Facts("arxiv:2401.00011", title="Heron, from a file")]
    )
    world.enrich()
    assert world.node("arxiv:2401.00011")["name"] == "Heron, from a file"
    kept = world.store.facts("arxiv:2401.00011")
    assert kept and kept.title == "Heron, from a file" and kept.authors == ("Heron Feather",)
    assert kept.extra == {"date": "s2", "authors": "s2", "doi": "s2"}


def test_a_year_gets_its_day_but_no_other_year(world: World) -> None:
    world.have(
        record(id="h", doi="10.9999/heron", title="H", date="2024"),
        record(id="i", doi="10.9999/ibis", title="I", date="2023"),
    )
    world.enrich()
    assert world.node("doi:10.9999/heron")["date"] == "2024-01-02"
    assert world.node("doi:10.9999/ibis")["date"] == "2023"


def test_papers_that_are_only_cited_get_titles(world: World) -> None:
    cites = (Reference(arxiv="2301.00001"), Reference(doi="10.9999/stork"))
    world.have(
        record(
            id="m",
            title="Mine",
            text="My own.",
            authors=("Me",),
            date="2026-01-01",
            doi="10.9999/mine",
            references=cites,
        )
    )
    world.enrich()
    assert world.node("arxiv-2301.00001")["name"] == EGRET.title
    stork = world.node("doi-10.9999%2Fstork")
    assert (stork["name"], stork["date"]) == (STORK.title, "2022")
    assert not world.objects("arxiv-2301.00001", Relation.CITES), "a paper that nobody read is not followed further"


def test_a_link_of_openalex_becomes_the_paper_that_it_is(world: World) -> None:
    world.have(record(id="m", doi="10.9999/mine", title="Mine", references=(Reference(url="https://openalex.org/W2"),)))
    world.enrich("openalex")
    node = world.node("arxiv:2301.00001")
    assert node["name"] == EGRET.title
    assert world.objects("doi-10.9999%2Fmine", Relation.CITES) == [node["id"]]


def test_a_preprint_and_its_publication_become_one(world: World) -> None:
    world.have(record(id="a", arxiv="2401.00011", title="Heron"), record(id="b", doi="10.9999/heron"))
    world.enrich()
    assert world.node("doi:10.9999/heron")["id"] == world.node("arxiv:2401.00011")["id"] == "arxiv-2401.00011"


def test_each_service_is_asked_for_what_the_ones_before_left_open(world: World) -> None:
    world.have(record(id="h", doi="10.9999/heron"), record(id="n", doi="10.9999/nobody"))
    found = world.enrich("s2", "crossref", "opencitations")
    assert found.asked == {"s2": 2, "crossref": 1, "opencitations": 1}
    assert found.unknown == {"s2": 1, "crossref": 1, "opencitations": 1}


def test_sentences_are_the_evidence_of_citations(world: World) -> None:
    world.have(record(id="h", arxiv="2401.00011", title="Heron", text="Heron is mine."))
    world.enrich("s2", sentences=True)
    assert world.quotes("arxiv-2401.00011")[:2] == sorted(sentence for _, sentence, *_ in HERON.cites if sentence)
    (said,) = (d for _, d in world.store.documents("source <> 'mine.bib'"))
    assert HERON.abstract not in said.text, "the paper has a text of its own"


def test_without_sentences_the_ids_are_the_evidence(world: World) -> None:
    world.have(record(id="h", arxiv="2401.00011", title="Heron", text="Heron is mine."))
    world.enrich("s2")
    assert world.quotes("arxiv-2401.00011")[:2] == ["10.9999/stork", "2301.00001"]
    assert len(world.server.asked) == 1


def test_papers_cited_have_the_titles_that_their_citations_say(world: World) -> None:
    world.have(record(id="h", arxiv="2401.00011"))
    world.enrich()
    assert world.node("arxiv-2301.00001")["name"] == EGRET.title
    cited = world.objects("arxiv-2401.00011", Relation.CITES)
    assert BIRDS["Bittern"].title in [world.node(node)["name"] for node in cited], "known by a link only"


def test_again_nothing_is_asked_and_nothing_changes(world: World) -> None:
    world.have(record(id="h", arxiv="2401.00011"))
    world.enrich()
    world.enrich()
    asked, revision = len(world.server.asked), world.store.revision
    found = world.enrich()
    assert len(world.server.asked) == asked and world.store.revision == revision
    assert found.filled == {} and found.documents == []


def test_what_one_run_took_the_next_does_not_lose(world: World) -> None:
    world.have(record(id="h", arxiv="2401.00011"))
    world.enrich("s2")
    (before,) = (d for _, d in world.store.documents("source LIKE 'https:%'"))
    world.store.connection.execute("UPDATE documents SET text = '' WHERE source LIKE 'https:%'")
    world.enrich("s2")
    (after,) = (d for _, d in world.store.documents("source LIKE 'https:%'"))
    assert after.text == HERON.abstract and set(after.references) >= set(before.references)


def test_a_service_that_is_down_is_told_and_the_others_asked(world: World) -> None:
    world.have(record(id="h", doi="10.9999/heron"))
    world.server.answer = lambda asked: Said(503, b"") if "graph" in asked.path else birds.everything(asked)
    found = world.enrich("s2", "crossref")
    assert world.node("doi:10.9999/heron")["name"] == HERON.title
    assert found.unanswered == {"s2": 1} and len(world.told) == 1 and "503" in world.told.lines[0]


def test_ctrl_c_keeps_what_came(world: World) -> None:
    world.have(record(id="h", doi="10.9999/heron"), record(id="i", doi="10.9999/ibis"))

    def progress(stage: str, done: int, total: int | None) -> None:
        if done == 2:
            raise KeyboardInterrupt

    world.client.progress = progress
    found = world.enrich("s2", "crossref")
    assert found.interrupted and found.asked == {"s2": 1}
    assert world.node("doi:10.9999/heron")["name"] == HERON.title


def test_papers_without_ids_are_counted(world: World) -> None:
    world.have(record(id="t", title="A title and nothing else"))
    assert world.enrich("s2").nameless == 1 and world.server.asked == []


def test_a_paper_without_an_id_is_found_by_its_title(world: World) -> None:
    world.have(record(id="zot", title="Heron: wading through long contexts", authors=("H. Feather",), date="2023"))
    found = world.enrich("s2", by_title=True)
    node = world.node("arxiv:2401.00011")
    assert (node["name"], node["doi"]) == ("Heron: wading through long contexts", HERON.doi)
    assert "arxiv-2301.00001" in world.objects(node["id"], Relation.CITES)
    assert found.filled["s2", Gap.IDS] == 1 and found.nameless == 0
    assert len(list(world.store.documents("is_paper"))) == 2, "the record, and what the service adds to it"
    assert {node for (node,) in world.store.connection.execute("SELECT paper FROM documents")} == {"arxiv-2401.00011"}


@pytest.mark.parametrize(
    "fields",
    [
        {"title": HERON.title, "authors": ("Somebody Else",)},
        {"title": HERON.title, "authors": ("Heron Feather",), "date": "2019"},
        {"title": "Heron: Wading Through Short Contexts", "authors": ("Heron Feather",)},
        {"title": "Bittern in the Reeds of Memory"},
        {"title": "Dodo and Other Things of the Past"},
        {"title": "Editorial"},
    ],
    ids=[
        "another author",
        "another year",
        "another title",
        "no id there either",
        "not known",
        "a title that many have",
    ],
)
def test_what_is_found_by_title_must_agree(world: World, fields: dict[str, object]) -> None:
    world.have(record(id="zot", **fields))
    found = world.enrich("s2", by_title=True)
    assert found.facts == [] and found.documents == [] and found.nameless == 1


def test_pages_are_no_papers(world: World) -> None:
    world.have(record(id="post", text="On birds.", paper=False))
    assert list(missing(world.store)) == []


def test_a_service_that_there_is_not(world: World) -> None:
    with pytest.raises(UsageError, match="--from bing: no such service; there are arxiv, s2"):
        world.enrich("bing")
    with pytest.raises(UsageError, match="names no service"):
        enrich(world.store, world.client, (), on_problem=world.told.append)
