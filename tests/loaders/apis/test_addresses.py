"""Addresses among the sources of a build: read beside files, asked for together, told one by one."""

import json
import os
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator, Mapping
from pathlib import Path

import pytest

import begat
from begat.loaders import metadata, read
from begat.loaders.apis import SCHEMES, Client, Scheme, address
from tests.loaders.apis import feeds
from tests.loaders.apis.birds import BIRDS
from tests.loaders.apis.loopback import Asked, Loopback, PatientClock, Said, serving
from tests.loaders.sources.samples import Told

RECORD = {
    "id": "2402.00012",
    "title": "Egret 2 | Second Steps",
    "abstract": "Egret 2 is a model. Egret 2 extends Egret.",
}


@pytest.fixture
def server() -> Iterator[Loopback]:
    with serving(feeds.everything) as loopback:
        yield loopback


@pytest.fixture
def client(server: Loopback, clock: PatientClock, tmp_path: Path) -> Iterator[Client]:
    with Client(cache=tmp_path / "cache", environment=feeds.environment(server.base), clock=clock) as asking:
        yield asking


@pytest.mark.parametrize("scheme", SCHEMES, ids=lambda scheme: scheme.name)
def test_the_example_of_a_scheme_is_an_address(scheme: Scheme) -> None:
    found = address(scheme.example)
    assert not isinstance(found, str) and found is not None
    assert found.scheme is scheme
    assert address(str(found)) == found


@pytest.mark.parametrize(
    ("given", "meant"),
    [
        ("arxiv:2311.11045v2", "arxiv:2311.11045"),
        ("ARXIV:2311.11045", "arxiv:2311.11045"),
        ("https://arxiv.org/abs/2311.11045v2", "arxiv:2311.11045"),
        ("http://arxiv.org/pdf/2311.11045.pdf", "arxiv:2311.11045"),
        ("https://huggingface.co/papers/2311.11045", "arxiv:2311.11045"),
        ("https://huggingface.co/birds/heron-7b", "hf:birds/heron-7b"),
        ("papers.jsonl", "None"),
        ("./arxiv:2311.11045", "None"),
        ("C:\\papers", "None"),
        ("-", "None"),
        ("arxiv:herons", "does not name a paper of arXiv; write it as arxiv:2311.11045"),
        ("https://example.org/x.pdf", "a link that begat does not read: save the page, and name the file"),
    ],
)
def test_what_is_an_address(given: str, meant: str) -> None:
    assert str(address(given)) == meant


def test_files_and_addresses_are_read_together(client: Client, server: Loopback, tmp_path: Path) -> None:
    (tmp_path / "egret.jsonl").write_text(json.dumps(RECORD))
    told = Told()
    sources = ["hf:birds/heron-7b", "arxiv:2401.00011", str(tmp_path / "egret.jsonl"), "arxiv:quack", "arxiv:2301.00001",
               "https://arxiv.org/abs/2401.00011v1", "hf:birds/dodo"]  # fmt: skip
    found = list(read(sources, on_problem=told.append, base=tmp_path, client=client))
    assert [d.source for d in found] == [
        "egret.jsonl", "hf:birds/heron-7b", "arxiv:2401.00011", "arxiv:2301.00001",
    ]  # fmt: skip
    assert told.lines[0] == "arxiv:quack: does not name a paper of arXiv; write it as arxiv:2311.11045"
    assert told.lines[1].startswith("hf:birds/dodo: ") and len(told) == 2
    assert sum(path == "/arxiv/query" for path in server.paths) == 1


def test_offline_tells_what_is_missing(server: Loopback, tmp_path: Path) -> None:
    for offline, lines in ((False, []), (True, ["arxiv:2301.00001: arXiv: 2301.00001: not in the cache"])):
        told = Told()
        sources = ["arxiv:2401.00011", *(["arxiv:2301.00001"] if offline else [])]
        environment = feeds.environment(server.base)
        with Client(cache=tmp_path, offline=offline, environment=environment) as client:
            assert [d.id for d in read(sources, on_problem=told.append, client=client)] == ["2401.00011"]
        assert [line.split(";")[0] for line in told.lines] == lines
    assert len(server.asked) == 1


def test_metadata_can_be_asked_for(client: Client) -> None:
    told = Told()
    (facts,) = metadata("arxiv:2401.00011", on_problem=told.append, client=client)
    assert (facts.key, facts.title, facts.date) == ("arxiv:2401.00011", BIRDS["Heron"].title, BIRDS["Heron"].date)


# -- builds ------------------------------------------------------------------------------------------------


@pytest.fixture
def asked_here(server: Loopback, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Mapping[str, str]:
    """The environment of a user whose services are the server here."""
    environment = {**feeds.environment(server.base), "BEGAT_CACHE": str(tmp_path / "cache")}
    for name, value in environment.items():
        monkeypatch.setenv(name, value)
    return environment


def test_a_graph_of_addresses(asked_here: Mapping[str, str], server: Loopback, tmp_path: Path) -> None:
    graph = tmp_path / "birds.begat"
    with begat.build(["arxiv:2401.00011", "hf:birds/heron-7b", "hf:birds/heron-7b/descendants"], graph) as built:
        lineage = {(e.subject, e.relation, e.object) for e in built.lineage("heron-7b").edges}
        assert {node.name for node in built.lineage("heron-7b").nodes} >= {"heron-7b", "egret-7b", "heron-lora"}
        assert len(lineage) >= 4
        assert list(built.check()) == []
    asked = len(server.asked)
    with begat.build(["arxiv:2401.00011"], graph, offline=True) as again:
        assert again.report is not None and again.report.unchanged == 1 and again.report.removed == 0
    (tmp_path / "notes.md").write_text("Herons stand still, and wait for fish.\n")
    (tmp_path / "cache").rename(tmp_path / ".cache")
    with begat.build([tmp_path], graph) as more:  # the folder that the graph is in: an address is no file that went
        assert more.report is not None and more.report.removed == 0
    assert len(server.asked) == asked
    assert begat.remove("arxiv:2401.00011", graph).removed == 1


def command(*arguments: str, cwd: Path) -> "subprocess.Popen[str]":
    return subprocess.Popen(
        [sys.executable, "-m", "begat", "build", *arguments, "-g", "birds.begat", "--workers", "1"], cwd=cwd,
        stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
        env={**os.environ, "PYTHONWARNINGS": "error", "COLUMNS": "120"},
    )  # fmt: skip


def test_ctrl_c_keeps_what_came(asked_here: Mapping[str, str], server: Loopback, tmp_path: Path) -> None:
    sources = ("hf:birds/egret-7b", "hf:birds/heron-7b")
    reached, over = threading.Event(), threading.Event()

    def hold_herons(asked: Asked) -> Said:
        if "heron" in asked.path:
            reached.set()
            over.wait(30)
        return feeds.everything(asked)

    server.answer = hold_herons
    with command(*sources, cwd=tmp_path) as interrupted:
        assert reached.wait(30)
        interrupted.send_signal(signal.SIGINT)
        _, words = interrupted.communicate(timeout=20)
    assert interrupted.returncode == 130, words
    assert words.strip() == "begat: interrupted; what was finished is kept, the same command goes on from there"
    over.set()
    server.answer = feeds.everything
    before = len(server.asked)
    with command(*sources, cwd=tmp_path) as finished:
        _, words = finished.communicate(timeout=60)
    assert finished.returncode == 0, words
    assert "read 2 documents" in words
    assert all("heron" in path for path in server.paths[before:])


def test_the_command_says_what_is_missing(asked_here: Mapping[str, str], tmp_path: Path) -> None:
    with command("arxiv:2401.00011", "--offline", "--cache", "elsewhere", cwd=tmp_path) as run:
        _, words = run.communicate(timeout=60)
    assert run.returncode == 1
    assert words.splitlines()[0] == (
        "begat: arxiv:2401.00011: arXiv: 2401.00011: not in the cache; ask for it once without --offline"
    )
