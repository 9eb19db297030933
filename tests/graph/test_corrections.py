"""What a reader says is stronger than what was mined, and survives every build."""

import io
import json
import re
import warnings
from dataclasses import replace
from importlib.resources import files
from pathlib import Path

import pyoxigraph as ox
import pytest
import rdflib

from begat.graph import rdf
from begat.graph.build import build, part
from begat.graph.build import withdraw as take_back
from begat.graph.check import check
from begat.graph.corrections import Verdict, applies, corrections, mark, merge, split, withdraw
from begat.graph.errors import NotFoundError, UsageError
from begat.graph.export import export
from begat.graph.model import Document, Edge
from begat.graph.resolve import resolve
from begat.graph.search import find
from begat.graph.store import Store
from begat.graph.vocabulary import FACTS, NAMESPACE, Origin, Relation
from tests.graph.simple_miner import SimpleMiner

TEXTS = {
    "2301.00001": "We introduce the model Lynx. Lynx extends Puma.",
    "2301.00002": "We introduce the model Ocelot. Ocelot extends Lynx. Ocelot uses Puma.",
    "2301.00003": "We introduce the method DPO (Direct Preference Order). Lynx uses DPO.",
    "2301.00004": "We introduce the model Lynx. It is another animal.",
}


def documents() -> list[Document]:
    return [Document(id=i, text=text, arxiv=i, date="2023-01-01", source="cats") for i, text in TEXTS.items()]


@pytest.fixture
def path(tmp_path: Path) -> Path:
    with Store.create(tmp_path / "cats.begat") as store:
        build(store, documents(), SimpleMiner())
    return tmp_path / "cats.begat"


def edge_of(store: Store, subject: str, relation: Relation, object_: str) -> Edge:
    ends = (find(store, subject).id, relation, find(store, object_).id)
    return next(store.edges("subject = ? AND relation = ? AND object = ?", ends))


def rebuilt(path: Path) -> Store:
    """The graph after a build that resolves everything anew."""
    with Store.open(path, write=True) as store:
        build(store, [*documents(), Document(id="new", text="Nothing here.", source="cats")], SimpleMiner())
    return Store.open(path)


def triples(store: Store) -> set[tuple[str, str, str]]:
    return {(e.subject, e.relation.value, e.object) for e in store.edges()}


def test_an_edge_that_a_reader_says_is_wrong_is_gone_and_stays_gone(path: Path) -> None:
    with Store.open(path, write=True) as store:
        edge = edge_of(store, "Ocelot", Relation.EXTENDS, "Lynx")
        before = store.stamp
        mark(store, edge, right=False, reason="they mean the other Lynx")
        assert store.stamp != before, "views must not serve the old graph"
        assert (edge.subject, "EXTENDS", edge.object) not in triples(store)
        assert list(check(store)) == []
    with rebuilt(path) as store:
        assert (edge.subject, "EXTENDS", edge.object) not in triples(store)


def test_an_edge_that_a_reader_says_is_right_is_certain(path: Path) -> None:
    with Store.open(path, write=True) as store:
        edge = edge_of(store, "Ocelot", Relation.USES, "Puma")
        assert edge.confidence < 1
        mark(store, edge, right=True, reason="read it myself")
        assert edge_of(store, "Ocelot", Relation.USES, "Puma").confidence == 1
    with rebuilt(path) as store:
        assert edge_of(store, "Ocelot", Relation.USES, "Puma").confidence == 1


def test_another_mark_replaces_the_first_and_withdrawing_restores_what_was_mined(path: Path) -> None:
    with Store.open(path, write=True) as store:
        edge = edge_of(store, "Ocelot", Relation.USES, "Puma")
        mark(store, edge, right=True, reason="yes")
        mark(store, edge, right=False, reason="no, after all")
        (said,) = corrections(store)
        assert (said.verdict, said.reason) == (Verdict.WRONG, "no, after all")
        withdraw(store, said.number)
        assert corrections(store) == []
        assert edge_of(store, "Ocelot", Relation.USES, "Puma") == edge


def test_two_things_become_one_with_both_names_and_say_why(path: Path) -> None:
    with Store.open(path, write=True) as store:
        merge(store, find(store, "Ocelot"), find(store, "Puma"), "one cat, two names")
        assert find(store, "Ocelot") == find(store, "Puma")
        node = find(store, "Puma")
        assert {"Ocelot", "Puma"} <= {node.name, *node.aliases}
        assert any("one cat, two names" in why for _, why in store.names_of(node.id))
        assert list(check(store)) == []
    with rebuilt(path) as store:
        assert find(store, "Ocelot") == find(store, "Puma")


def test_two_things_of_one_name_can_be_made_one(path: Path) -> None:
    with Store.open(path, write=True) as store:
        first, second = store.nodes("type = 'Model' AND name = 'Lynx'")
        merge(store, first, second, "one paper in two versions")
        (lynx,) = store.nodes("type = 'Model' AND name = 'Lynx'")
        introducing = {e.subject for e in store.edges("object = ? AND relation = 'INTRODUCES'", (lynx.id,))}
        assert len(introducing) == 2


def test_a_merge_is_undone_by_a_split(path: Path) -> None:
    with Store.open(path, write=True) as store:
        before = triples(store)
        merge(store, find(store, "Ocelot"), find(store, "Puma"), "one")
        node = find(store, "Puma")
        split(store, node, next(n for n in ("Ocelot", "Puma") if n != node.name), "no, two")
        assert triples(store) == before


def test_an_acronym_can_be_split_from_its_long_form(path: Path) -> None:
    with Store.open(path, write=True) as store:
        node = find(store, "DPO")
        assert find(store, "Direct Preference Order") == node
        other = next(name for name in ("DPO", "Direct Preference Order") if name != node.name)
        split(store, node, other, "another thing of these initials")
        assert find(store, node.name).aliases == ()
    with rebuilt(path) as store:
        assert other not in find(store, node.name).aliases


TALK = (
    "We introduce the model Lynx on a stage, with slides, before an audience that has come for something else. Lynx"
    " extends Puma. What it does to parrots, large and small, is shown by three recordings and a drawing by hand. "
)
PARROTS = [
    Document(id="2301.00009", text="", title="On Parrots, Large and Small", authors=("A. Bird",), date="2023",
             arxiv="2301.00009", source="cats"),
    Document(id="talks#7", text=TALK, title="On Parrots, Large and Small", authors=("Ann Bird",), date="2023", source="talks"),
    Document(id="notes#1", text=TALK, source="notes"),
]  # fmt: skip


def papers_of(store: Store) -> dict[str, str]:
    return dict(store.connection.execute("SELECT id, paper FROM documents WHERE id NOT LIKE '2301.0000_'")) | dict(
        store.connection.execute("SELECT id, paper FROM documents WHERE id = '2301.00009'")
    )


def test_a_record_is_split_from_the_paper_that_it_was_taken_for(path: Path) -> None:
    with Store.open(path, write=True) as store:
        build(store, PARROTS, SimpleMiner(), complete=())
        before = papers_of(store)
        assert set(before.values()) == {"arxiv-2301.00009"}
        assert store.records_of("arxiv-2301.00009") == [
            ("2301.00009", "cats", None),
            ("notes#1", "notes", "near-identical text"),
            ("talks#7", "talks", "same title, first author and year"),
        ]
        paper = find(store, "On Parrots, Large and Small")
        assert part(store, paper, "talks#7", "the talk, not the paper", SimpleMiner())[0] == "2301.00009"
        parted = papers_of(store)
        assert parted["talks#7"] == parted["notes#1"] != parted["2301.00009"]
        assert list(check(store)) == []
        (correction,) = corrections(store)
        assert applies(store, correction) and correction.of_records == ("talks#7", "2301.00009")
        with pytest.raises(UsageError, match="begat corrections --withdraw 1"):
            withdraw(store, 1)
        build(store, [Document(id="new", text="Nothing here.", source="new")], SimpleMiner(), complete=())
        resolve(store)
        assert {id_: paper for id_, paper in papers_of(store).items() if id_ in parted} == parted, "kept through builds"
        take_back(store, 1, SimpleMiner())
        assert {id_: paper for id_, paper in papers_of(store).items() if id_ in before} == before


def test_records_with_an_id_in_common_are_not_split(path: Path) -> None:
    twice = [replace(PARROTS[0], id="copy", source="copies"), PARROTS[0]]
    with Store.open(path, write=True) as store:
        build(store, twice, SimpleMiner(), complete=())
        paper = find(store, "2301.00009")
        with pytest.raises(UsageError, match="correct that in its source"):
            part(store, paper, "copy", "no", SimpleMiner())
        with pytest.raises(NotFoundError, match="nobody"):
            part(store, paper, "nobody", "no", SimpleMiner())
        with pytest.raises(UsageError, match="the only record"):
            part(store, find(store, "2301.00001"), "2301.00001", "no", SimpleMiner())
        with pytest.raises(UsageError, match="parts the records"):
            split(store, paper, "copy", "no")
        assert corrections(store) == [] and store.meta("pending") == "no"


def test_what_cannot_be_is_refused(path: Path) -> None:
    with Store.open(path, write=True) as store:
        puma, lynx = find(store, "Puma"), find(store, "Lynx")
        edge = edge_of(store, "Ocelot", Relation.USES, "Puma")
        with pytest.raises(UsageError, match="reason"):
            mark(store, edge, right=True, reason="  ")
        with pytest.raises(UsageError, match="one thing already"):
            merge(store, puma, puma, "same")
        with pytest.raises(UsageError, match="paper"):
            merge(store, puma, find(store, "2301.00001"), "same")
        with pytest.raises(NotFoundError):
            split(store, lynx, "Tiger", "other")
        with pytest.raises(UsageError, match="spelling"):
            split(store, lynx, "Lynx", "other")
        with pytest.raises(NotFoundError):
            withdraw(store, 99)
        assert corrections(store) == []


def test_a_correction_about_what_is_gone_waits(path: Path) -> None:
    with Store.open(path, write=True) as store:
        mark(store, edge_of(store, "Ocelot", Relation.USES, "Puma"), right=True, reason="read it")
        build(store, documents()[:1], SimpleMiner(), complete={"cats"})
        (said,) = corrections(store)
        assert not applies(store, said)
        build(store, documents(), SimpleMiner())
        assert applies(store, said)
        assert edge_of(store, "Ocelot", Relation.USES, "Puma").confidence == 1


def test_a_graph_without_corrections_has_none(path: Path) -> None:
    with Store.open(path) as store:
        assert corrections(store) == []


# -- taken elsewhere -----------------------------------------------------------------------------------------------


@pytest.fixture
def corrected(path: Path) -> Path:
    with Store.open(path, write=True) as store:
        mark(store, edge_of(store, "Lynx", Relation.EXTENDS, "Puma"), right=True, reason="section 1 says so")
        mark(store, edge_of(store, "Ocelot", Relation.USES, "Puma"), right=False, reason="it only compares")
        split(store, find(store, "DPO"), "Direct Preference Order", "other initials")
    return path


def test_what_a_reader_says_is_right_is_the_readers_own(corrected: Path) -> None:
    for store in (Store.open(corrected), rebuilt(corrected)):
        with store:
            edge = edge_of(store, "Lynx", Relation.EXTENDS, "Puma")
            assert (edge.confidence, edge.origin) == (1.0, Origin.USER)
            assert edge_of(store, "Ocelot", Relation.EXTENDS, "Lynx").origin is Origin.MINED


def test_corrections_are_exported_line_by_line(corrected: Path) -> None:
    with Store.open(corrected) as store:
        out = io.StringIO()
        export(store, "corrections", out)
    right, wrong, apart = map(json.loads, out.getvalue().splitlines())
    assert right["names"] == ["Lynx", "Puma"]
    assert right["made"].startswith("20")
    assert {c["origin"] for c in (right, wrong, apart)} == {"user"}
    assert [c["verdict"] for c in (right, wrong, apart)] == ["right", "wrong", "apart"]
    assert (apart["relation"], apart["names"]) == (None, ["DPO", "Direct Preference Order"])
    assert wrong["reason"] == "it only compares"


@pytest.mark.parametrize("format", ["jsonl", "csv", "cypher", "graphml"])
def test_every_export_says_which_edges_are_a_readers(corrected: Path, tmp_path: Path, format: str) -> None:
    with Store.open(corrected) as store:
        export(store, format, tmp_path / "out")
    written = tmp_path / "out"
    text = (written / "edges.csv" if written.is_dir() else written).read_text(encoding="utf-8")
    assert len(re.findall(r"\buser\b", text)) == 1


def test_in_rdf_corrections_are_records_and_assert_nothing(corrected: Path) -> None:
    with Store.open(corrected) as store:
        said = list(rdf.triples(store))
        plain = list(rdf.triples(store, evidence=False))
    about = rdf.term("rdf:object"), rdf.term("begat:verdict"), rdf.term("begat:reason"), rdf.term("begat:origin")
    records = {t.subject for t in said if t.object == rdf.term("begat:Correction")}
    assert len(records) == 3
    told = {
        (t.predicate, getattr(t.object, "value", None)) for t in said if t.subject in records and t.predicate in about
    }
    assert (rdf.term("begat:verdict"), "wrong") in told
    assert (rdf.term("begat:reason"), "section 1 says so") in told
    assert {value for predicate, value in told if predicate == rdf.term("begat:origin")} == {"user"}
    uses = ox.NamedNode(FACTS[Relation.USES].iri)
    assert [t for t in plain if t.predicate == uses and str(t.object).endswith("puma>")] == []
    assert not any(t.subject in records for t in plain)


def test_corrections_in_rdf_have_the_shape_and_the_terms_of_the_ontology(corrected: Path) -> None:
    pyshacl = pytest.importorskip("pyshacl", reason="pyshacl is not installed")
    shapes, ontology = ((files("begat.graph") / name).read_text("utf-8") for name in ("shapes.ttl", "ontology.ttl"))
    with Store.open(corrected) as store:
        out = io.BytesIO()
        rdf.write_turtle(store, out)
        used = {end.value for t in rdf.triples(store) for end in (t.predicate, t.object) if hasattr(end, "value")}
    graph = rdflib.Graph().parse(data=out.getvalue(), format="turtle")
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)  # pyshacl's own use of rdflib
        conforms, _, text = pyshacl.validate(graph, shacl_graph=shapes, shacl_graph_format="turtle")
    assert conforms, text
    known = {str(s) for s in rdflib.Graph().parse(data=ontology, format="turtle").subjects()}
    assert {term for term in used if term.startswith(NAMESPACE)} <= known
