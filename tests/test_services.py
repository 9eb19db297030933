"""The commands that ask services, as a user types them: what they print, what they ask first, how they end."""

from collections.abc import Callable, Iterator
from pathlib import Path

import click
import pytest

import begat
from begat.cli import cli
from begat.graph.errors import BegatError, UsageError
from begat.graph.vocabulary import Relation
from begat.loaders.apis import Client
from tests.loaders.apis import birds, feeds
from tests.loaders.apis.birds import BIRDS
from tests.loaders.apis.loopback import Asked, Loopback, PatientClock, Said, serving

Command = Callable[..., str]


@pytest.fixture
def server(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Loopback]:
    """The services of `birds`, as those that begat asks, at once."""
    monkeypatch.chdir(tmp_path)
    with serving(birds.everything) as loopback:
        for name, value in {**birds.environment(loopback.base), "BEGAT_CACHE": str(tmp_path / "cache")}.items():
            monkeypatch.setenv(name, value)
        assert Client.__init__.__kwdefaults__ is not None
        monkeypatch.setitem(Client.__init__.__kwdefaults__, "clock", PatientClock())
        yield loopback


@pytest.fixture
def command(server: Loopback, capsys: pytest.CaptureFixture[str]) -> Command:
    """Runs begat with these arguments; what it said to the user."""

    def run(*arguments: str) -> str:
        cli.main([*arguments, "--workers", "1", "-g", "my.begat"], standalone_mode=False)
        return capsys.readouterr().err

    return run


def test_a_library_of_ids_is_filled(command: Command) -> None:
    Path("ids.jsonl").write_text(
        '{"id": "2401.00011", "title": "Heron, my words"}\n{"id": "10.9999/ibis", "abstract": "Of Ibis."}\n'
    )
    command("build", "ids.jsonl")
    said = command("enrich", "--from", "s2,crossref")
    assert "s2: asked for 2 papers; filled titles (1), dates (1), authors (2), abstracts (1), references (2)" in said
    with begat.open("my.begat") as graph:
        assert {"Heron, my words", "Ibis: A Long Bill for Long Bills"} <= {
            row[0] for row in graph.cypher("MATCH (p:Paper) RETURN p.name")
        }
        assert list(graph.check()) == []
    assert "nothing changed" in command("enrich", "--from", "s2,crossref", "--offline")


def test_addresses_of_every_service_are_one_graph(command: Command, server: Loopback) -> None:
    addresses = ("s2:2401.00011", "doi:10.9999/ibis", "openalex:W2", "s2:2401.00011/citations", "hf:birds/heron-7b")
    command("build", *addresses)
    with begat.open("my.begat") as graph:
        cited = graph.cypher(
            "MATCH (a:Paper)-[:CITES]->(b:Paper) RETURN DISTINCT a.arxiv, b.arxiv ORDER BY a.arxiv, b.arxiv"
        )
        assert ["2503.00004", "2401.00011"] in [list(row) for row in cited]
        assert list(graph.check()) == []
    asked = len(server.asked)
    assert "read 5 documents (5 unchanged)" in command("build", *addresses, "--offline")
    assert len(server.asked) == asked


def test_a_graph_grows_from_an_address(command: Command) -> None:
    said = command("grow", "arxiv:2401.00011", "--yes")
    assert (
        "arxiv:2401.00011: from 1 paper (citing 3, cited by 1), 1 step, at most 200 more: at most 2 requests, 2 s"
        in said
    )
    assert "took 4 papers and 0 models in 1 step" in said
    with begat.open("my.begat") as graph:
        edges = {(e.subject, e.relation.value, e.object) for e in graph.lineage("Heron").edges}
        assert ("model-kingfisher", "FINE_TUNED_FROM", "model-heron") in edges, "the sentence of a citation says so"
        assert list(graph.check()) == []


def test_nobody_is_asked_for_lists_before_a_yes(command: Command, server: Loopback) -> None:
    with pytest.raises(UsageError, match="say --yes"):
        command("grow", "arxiv:2401.00011")
    assert server.paths == ["/graph/v1/paper/batch"] and not Path("my.begat").exists()


@pytest.mark.parametrize("asks", ["enrich", "grow"])
def test_ctrl_c_builds_what_came(asks: str, command: Command, monkeypatch: pytest.MonkeyPatch) -> None:
    Path("ids.jsonl").write_text('{"id": "2401.00011", "title": "Heron, my words"}\n')
    command("build", "ids.jsonl")

    def listed(*_: object) -> Iterator[object]:
        raise KeyboardInterrupt
        yield

    monkeypatch.setattr("begat.loaders.apis.semantic_scholar.listed", listed)
    with pytest.raises(click.Abort):
        command(
            *(["enrich", "--from", "s2", "--sentences"] if asks == "enrich" else ["grow", "arxiv:2401.00011", "--yes"])
        )
    with begat.open("my.begat") as graph:
        assert list(graph.check()) == []


def cited_by_heron() -> set[str]:
    with begat.open("my.begat") as graph:
        assert list(graph.check()) == []
        return {edge.object for edge in graph.store.edges_from(["arxiv-2401.00011"], [Relation.CITES])}


DROPS, FAILS, HALF = Said(200, b'{"data": []}', cut=4), Said(500, b""), Said(200, b'{"offset": 1, "data": [{"con')
COMMANDS = {
    "build": ("build", "s2:2401.00011"),
    "grow": ("grow", "arxiv:2401.00011", "--yes", "--ancestors"),
    "enrich": ("enrich", "--from", "s2", "--sentences"),
}


@pytest.mark.parametrize(("asks", "broken"), list(zip(COMMANDS.values(), [DROPS, FAILS, HALF], strict=True)))
def test_a_list_that_breaks_off_is_gone_on_with(
    asks: tuple[str, ...], broken: Said, command: Command, server: Loopback
) -> None:
    def paged(asked: Asked, *, whole: bool) -> Said:
        return birds.semantic_scholar(asked, page=1) if whole or asked.query.get("offset") != "1" else broken

    if asks[0] == "enrich":
        Path("ids.jsonl").write_text('{"id": "2401.00011", "title": "Heron, my words"}\n')
        command("build", "ids.jsonl")
    server.answer = lambda asked: paged(asked, whole=False)
    said = command(*asks)
    assert "only 1 of its 3 references came" in said and "the same command goes on from there" in said
    assert "arxiv-2301.00001" in cited_by_heron(), "what came is in the graph"
    server.answer = lambda asked: paged(asked, whole=True)
    server.asked.clear()
    assert "came (" not in command(*asks)
    assert len(cited_by_heron()) == len(BIRDS["Heron"].cites)
    asked = [asked.query["offset"] for asked in server.asked if asked.path.endswith("001/references")]
    assert asked == ["1", "2"], "what came before is not asked for again"
    assert "nothing changed" in command(*asks, "--offline")


@pytest.mark.parametrize("asks", ["build", "grow"])
def test_a_part_never_takes_the_place_of_the_whole(asks: str, command: Command, server: Loopback) -> None:
    command(*COMMANDS[asks])
    before = cited_by_heron()
    server.answer = lambda asked: FAILS if asked.path.endswith("/references") else birds.everything(asked)
    assert "only 0 of its 3 references came" in command(*COMMANDS[asks], "--cache", "another")
    assert cited_by_heron() == before


def test_metadata_of_arxiv_is_asked_for_where_papers_lack_it(
    command: Command, server: Loopback, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name, value in feeds.environment(server.base).items():
        monkeypatch.setenv(name, value)
    server.answer = feeds.everything
    Path("ids.jsonl").write_text('{"id": "2401.00011", "abstract": "It wades."}\n{"id": "x", "title": "No id"}\n')
    command("build", "ids.jsonl", "--metadata", "arxiv")
    with begat.open("my.begat") as graph:
        heron = graph.find("2401.00011")
        assert (heron.name, heron.date) == (BIRDS["Heron"].title, BIRDS["Heron"].date)
        assert list(graph.check()) == []
    assert server.asked[-1].query["id_list"] == "2401.00011" and len(server.asked) == 1
    assert "nothing changed" in command("build", "ids.jsonl", "--metadata", "arxiv")
    assert len(server.asked) == 1, "what is known is not asked for"


def test_from_python(server: Loopback) -> None:
    refused = begat.grow("arxiv:2401.00011", confirm=lambda estimate: estimate.requests < 1)
    assert refused.report is None
    grown = begat.grow("arxiv:2401.00011", direction="descendants")
    assert grown.papers == 1 and grown.report is not None and grown.report.new == 2
    found = begat.enrich(services=["s2"])
    assert found.report is not None and found.unanswered == {}


def test_a_name_that_is_nowhere_makes_no_graph(command: Command) -> None:
    with pytest.raises(BegatError, match="no graph here"):
        command("grow", "Heron", "--yes")
    assert not Path("my.begat").exists()


def test_of_many_sources_the_first_are_counted(command: Command, capsys: pytest.CaptureFixture[str]) -> None:
    Path("notes").mkdir()
    for number in range(27):
        Path(f"notes/{number}.txt").write_text(f"Note {number} on birds.\n")
    command("build", "notes")
    cli.main(["stats", "-g", "my.begat"], standalone_mode=False)
    assert "  and 2 more ('--format json' has all)" in capsys.readouterr().out
