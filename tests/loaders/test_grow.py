"""Growing: how far, what is taken first, what it says it will take, and that what is there already stands."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from begat.graph.build import build
from begat.graph.errors import BegatError, NotFoundError, UsageError
from begat.graph.model import Declared, Document, Thing
from begat.graph.store import Store
from begat.graph.vocabulary import NodeType, Relation
from begat.loaders.apis import Client, semantic_scholar
from begat.loaders.grow import Grown, Seeds, estimate, grow, seeds
from tests.graph.simple_miner import SimpleMiner
from tests.loaders.apis import birds
from tests.loaders.apis.birds import BIRDS
from tests.loaders.apis.loopback import Loopback, PatientClock, Said, serving
from tests.loaders.sources.samples import Told

MINER = SimpleMiner()
HERON = Seeds(["ARXIV:2401.00011"])


class World:
    """A graph, services, and what they were asked."""

    def __init__(self, path: Path, server: Loopback, client: Client) -> None:
        self.path, self.server, self.client = path, server, client
        self.told = Told()
        self.have()

    def have(self, *documents: Document) -> None:
        with Store.create(self.path) as store:
            build(store, documents, MINER, complete=())

    def grow(self, start: Seeds, depth: int = 1, **options: object) -> Grown:
        with Store.create(self.path) as store:
            found = grow(store, self.client, start, depth=depth, on_problem=self.told.append, **options)  # type: ignore[arg-type]
            build(store, found.documents, MINER, facts=found.facts, complete=())
        return found

    def sources(self) -> set[tuple[str, str]]:
        """What the graph has, by the short names of birds: ("Heron", "citations")."""
        names = {semantic_scholar.best_name(birds.s2_record(bird)): name for name, bird in BIRDS.items()}
        with Store.open(self.path) as store:
            found = {source.partition(":")[2] for (source,) in store.connection.execute("SELECT source FROM documents")}
        parts = ((source.removesuffix("/citations"), source.endswith("/citations")) for source in found)
        return {(names.get(name, name), "citations" * cites) for name, cites in parts}

    def papers(self) -> set[str]:
        """The birds whose text the graph has."""
        with Store.open(self.path) as store:
            return {(document.title or "?").split(":")[0].split(",")[0] for _, document in store.documents("is_paper")}


@pytest.fixture
def world(tmp_path: Path) -> Iterator[World]:
    with (
        serving(birds.everything) as server,
        Client(cache=tmp_path / "cache", environment=birds.environment(server.base), clock=PatientClock()) as client,
    ):
        yield World(tmp_path / "my.begat", server, client)


# -- papers ------------------------------------------------------------------------------------------------


def test_one_step_has_what_it_cites_and_what_cites_it(world: World) -> None:
    found = world.grow(HERON)
    assert world.papers() == {"Heron", "Egret", "Stork", "Bittern in the Reeds of Memory", "Kingfisher"}
    assert world.sources() == {("Heron", ""), ("Heron", "citations"), ("Egret", ""), ("Stork", ""), ("Bittern", "")}
    assert (found.papers, found.left_out, found.steps) == (4, 0, 1) and world.told == []


def test_two_steps_go_further(world: World) -> None:
    world.grow(HERON, depth=2)
    assert "Ibis" in world.papers()
    assert {("Kingfisher", "citations"), ("Kingfisher", ""), ("Egret", "citations")} <= world.sources()


def test_a_paper_that_is_gone_on_from_says_all_at_once(world: World) -> None:
    world.grow(HERON, depth=2)
    with Store.open(world.path) as store:
        (edge,) = store.edges("subject = 'arxiv-2503.00004' AND object = 'arxiv-2401.00011' AND relation = 'CITES'")
        assert [s.source for s in store.evidence(edge)] == ["s2:ARXIV:2503.00004"]


@pytest.mark.parametrize(
    ("direction", "found"),
    [("ancestors", {"Egret", "Stork", "Bittern in the Reeds of Memory"}), ("descendants", {"Kingfisher"})],
)
def test_one_direction_only(world: World, direction: str, found: set[str]) -> None:
    world.grow(HERON, direction=direction)
    assert world.papers() == found | {"Heron"}


def test_the_sentence_that_cites_is_the_evidence(world: World) -> None:
    world.grow(HERON)
    with Store.open(world.path) as store:
        (edge,) = store.edges("subject = 'arxiv-2503.00004' AND object = 'arxiv-2401.00011' AND relation = 'CITES'")
        assert [s.assertion.evidence.quote for s in store.evidence(edge)] == [
            "Kingfisher is fine-tuned from Heron [7]."
        ]


def test_within_the_limit_the_most_joined_are_taken_first(world: World) -> None:
    found = world.grow(Seeds(["ARXIV:2401.00011", "ARXIV:2301.00001"]), limit=1)
    assert world.papers() == {"Heron", "Egret", "Kingfisher"}
    assert (found.papers, found.left_out) == (1, 2)


def test_of_equally_joined_the_influential_are_taken_first(world: World) -> None:
    world.grow(HERON, limit=1, direction="ancestors")
    assert world.papers() == {"Heron", "Egret"}


def test_what_is_past_the_limit_is_still_cited_by_its_title(world: World) -> None:
    world.grow(HERON, limit=1, direction="ancestors")
    with Store.open(world.path) as store:
        cited = [edge.object for edge in store.edges("subject = 'arxiv-2401.00011' AND relation = 'CITES'")]
        assert {node.name for node in store.nodes_of(cited).values()} == {
            BIRDS[name].title for name in ("Egret", "Stork", "Bittern")
        }
        assert world.papers() == {"Heron", "Egret"}


def test_no_paper_is_asked_for_twice(world: World) -> None:
    world.grow(HERON, depth=4)
    lists = [path for path in world.server.paths if path.endswith(("/references", "/citations"))]
    assert len(lists) == len(set(lists)) == 2 * len(BIRDS)


def test_again_nobody_is_asked_and_nothing_changes(world: World) -> None:
    world.grow(HERON, depth=2)
    asked, papers, sources = len(world.server.asked), world.papers(), world.sources()
    with Store.open(world.path) as store:
        revision = store.revision
    world.client.offline = True
    world.grow(HERON, depth=2)
    assert len(world.server.asked) == asked and (world.papers(), world.sources()) == (papers, sources)
    with Store.open(world.path) as store:
        assert store.revision == revision


def test_a_smaller_growth_takes_nothing_away(world: World) -> None:
    world.grow(HERON, depth=2)
    before = world.sources(), world.papers()
    world.grow(HERON, limit=1)
    assert (world.sources(), world.papers()) == before


def test_what_the_users_own_sources_say_stands(world: World) -> None:
    own = Document(
        id="h", text="", title="Heron, my words", date="2024-01-20", authors=("Me",), arxiv="2401.00011", source="z.bib"
    )
    world.have(own)
    world.grow(HERON)
    with Store.open(world.path) as store:
        node = store.node("arxiv-2401.00011")
        assert node and (node.name, node.date) == ("Heron, my words", "2024-01-20")
        assert [e.object for e in store.edges("subject = ? AND relation = 'AUTHORED_BY'", (node.id,))] == ["author-me"]


def test_a_list_that_cannot_be_had_is_told_and_the_rest_goes_on(world: World) -> None:
    world.server.answer = lambda asked: (
        Said(503, b"") if asked.path.endswith("/references") else birds.everything(asked)
    )
    world.grow(HERON)
    assert "only 0 of its 3 references came" in world.told.lines[0] and "503" in world.told.lines[0]
    assert "Heron" in world.papers()


def test_a_list_that_is_not_whole_replaces_none_that_was(world: World) -> None:
    world.grow(HERON)
    world.client.cache.folder = world.client.cache.folder.with_name("empty")
    world.server.answer = lambda asked: (
        Said(503, b"") if asked.path.endswith("/references") else birds.everything(asked)
    )
    world.grow(HERON)
    with Store.open(world.path) as store:
        assert len(list(store.edges("subject = 'arxiv-2401.00011' AND relation = 'CITES'"))) == 3


def test_ctrl_c_keeps_what_came(world: World) -> None:
    def progress(stage: str, done: int, total: int | None) -> None:
        if stage == "papers" and done == 2:
            raise KeyboardInterrupt

    world.client.progress = progress
    found = world.grow(Seeds(["ARXIV:2401.00011", "ARXIV:2503.00004", "DOI:10.9999/ibis"]))
    assert found.interrupted and {"Heron", "Kingfisher", "Egret", "Stork"} <= world.papers()
    assert ("Ibis", "citations") not in world.sources()


# -- models ------------------------------------------------------------------------------------------------


def test_a_model_grows_to_its_bases_and_descendants(world: World) -> None:
    found = world.grow(Seeds(models=["birds/heron-7b"]), depth=2)
    with Store.open(world.path) as store:
        edges = {
            (e.subject, e.relation.value, e.object)
            for e in store.edges("relation NOT IN ('INTRODUCES', 'MENTIONS', 'CITES')")
        }
    assert ("model-heron-7b", "FINE_TUNED_FROM", "model-egret-7b") in edges
    assert ("model-heron-7b-chat", "FINE_TUNED_FROM", "model-heron-7b") in edges
    assert ("model-heron-7b-gguf", "VARIANT_OF", "model-heron-7b") in edges
    assert ("model-chat-merge", "USES", "model-heron-7b-chat") in edges
    assert found.models == len(birds.MODELS) - 1


# -- where to begin ----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("name", "start"),
    [
        ("arxiv:2401.00011", Seeds(["ARXIV:2401.00011"])),
        ("https://arxiv.org/abs/2401.00011v3", Seeds(["ARXIV:2401.00011"])),
        ("doi:10.9999/HERON", Seeds(["DOI:10.9999/heron"])),
        (f"s2:{'a' * 40}/citations", Seeds(["a" * 40])),
        ("hf:birds/heron-7b", Seeds(models=["birds/heron-7b"])),
    ],
)
def test_an_address_needs_no_graph(name: str, start: Seeds, tmp_path: Path) -> None:
    assert seeds(name, tmp_path / "none.begat") == start
    assert not (tmp_path / "none.begat").exists()


@pytest.mark.parametrize("name", ["openalex:W1", "oai:cs:cs:CL", "arxiv:heron"])
def test_an_address_that_is_not_to_be_grown_from(name: str, tmp_path: Path) -> None:
    with pytest.raises(UsageError):
        seeds(name, tmp_path / "none.begat")


def test_a_name_needs_a_graph(tmp_path: Path) -> None:
    with pytest.raises(BegatError, match="no graph here"):
        seeds("Heron", tmp_path / "none.begat")
    assert not (tmp_path / "none.begat").exists()


def test_a_thing_is_grown_from_the_papers_that_introduce_it_and_its_model(world: World) -> None:
    model = Thing(NodeType.MODEL, "Heron")
    card = Document(
        id="birds/Heron", text="", paper=False, source="hf:birds/Heron",
        declared=(Declared(Relation.INTRODUCES, model, "id", "birds/Heron"),),
    )  # fmt: skip
    world.have(
        Document(id="h", text="We introduce the model Heron.", title="On Wading", arxiv="2401.00011", source="my"), card
    )
    assert seeds("Heron", world.path) == Seeds(["ARXIV:2401.00011"], ["birds/Heron"])
    assert seeds("On Wading", world.path) == Seeds(["ARXIV:2401.00011"])


def test_a_base_that_a_card_names_is_known_on_the_hub(world: World) -> None:
    base = Declared(
        Relation.FINE_TUNED_FROM,
        Thing(NodeType.MODEL, "Egret-7b"),
        "base_model",
        "birds/Egret-7b",
        Thing(NodeType.MODEL, "Mine"),
    )
    world.have(Document(id="mine", text="", paper=False, source="README.md", declared=(base,)))
    assert seeds("Egret-7b", world.path) == Seeds([], ["birds/Egret-7b"])


def test_what_has_no_ids_cannot_be_grown_from(world: World) -> None:
    world.have(Document(id="h", text="We introduce the model Heron.", title="On Wading", source="my"))
    with pytest.raises(BegatError, match="nothing to grow 'Heron' from"):
        seeds("Heron", world.path)
    with pytest.raises(NotFoundError):
        seeds("Dodo", world.path)


# -- what it will take -------------------------------------------------------------------------------------


def test_the_estimate_is_never_too_small(world: World) -> None:
    for direction in ("both", "ancestors", "descendants"):
        for depth in (1, 2, 3):
            world.client.cache.folder = world.client.cache.folder.with_name(f"{direction}-{depth}")
            plan = estimate(world.client, HERON, depth=depth, limit=50, direction=direction)
            begun = len(world.server.asked)
            world.grow(HERON, depth=depth, limit=50, direction=direction)
            assert 0 < len(world.server.asked) - begun <= plan.requests


def test_an_estimate_says_how_much_there_is_and_how_long(world: World) -> None:
    plan = estimate(world.client, HERON, depth=1)
    assert (plan.papers, plan.cites, plan.cited_by, plan.requests, plan.seconds) == (1, 3, 1, 2, 2.0)
    assert estimate(world.client, HERON, depth=2, limit=100).requests == 2 + 4 * 2
    assert estimate(world.client, HERON, depth=2, limit=2).requests == 2 + 2 * 2


def test_offline_it_takes_nothing(world: World) -> None:
    estimate(world.client, HERON, depth=1)
    world.client.offline = True
    assert estimate(world.client, HERON, depth=2).requests == 0


def test_what_nobody_knows_is_told_before_it_begins(world: World) -> None:
    with pytest.raises(BegatError, match="Semantic Scholar knows nothing of ARXIV:9901"):
        estimate(world.client, Seeds(["ARXIV:9901.00001"]), depth=1)


def test_a_direction_that_is_none(world: World) -> None:
    with pytest.raises(UsageError, match="no direction 'up'"):
        estimate(world.client, HERON, depth=1, direction="up")
