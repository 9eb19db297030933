import os
import random
import signal
import subprocess
import sys
import textwrap
import time
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from dataclasses import replace
from multiprocessing import get_context
from pathlib import Path

import pytest

from begat.graph.build import BuildReport, build, remove
from begat.graph.check import check
from begat.graph.errors import BegatError
from begat.graph.model import Declared, Document, Facts, Reference, Thing
from begat.graph.store import Store
from begat.graph.vocabulary import NodeType, Origin, Relation
from tests.graph.corpus import COPY, DOCUMENTS, LLAMA, LONG, ORCA, ORCA_2, OTHER_ORCA, POST, exported
from tests.graph.simple_miner import SimpleMiner

MINER = SimpleMiner()


@pytest.fixture
def graph(tmp_path: Path) -> Iterator[Store]:
    with Store.create(tmp_path / "graph.begat") as store:
        yield store


@pytest.fixture(scope="module")
def at_once(tmp_path_factory: pytest.TempPathFactory) -> dict[str, list[object]]:
    """The corpus's graph, built at once."""
    with Store.create(tmp_path_factory.mktemp("once") / "graph.begat") as store:
        build(store, DOCUMENTS, MINER)
        return exported(store)


def relation(store: Store, subject: str, object_: str) -> list[Relation]:
    return [e.relation for e in store.edges("subject = ? AND object = ?", (subject, object_))]


def test_a_build_makes_nodes_and_edges_with_their_evidence(graph: Store) -> None:
    report = build(graph, DOCUMENTS, MINER)
    assert (report.read, report.new, report.problems) == (9, 9, [])
    (edge,) = graph.edges("subject = 'model-orca-2' AND relation = 'EXTENDS'")
    assert (edge.object, edge.confidence, edge.support, edge.date) == ("model-orca", 0.8, 1, "2023-11-18")
    (statement,) = graph.evidence(edge)
    assert statement.assertion.evidence.quote.endswith("Orca 2 extends Orca 1.")
    assert list(check(graph)) == []


def test_a_family_has_one_name_however_its_members_write_it(graph: Store) -> None:
    build(graph, [*DOCUMENTS, Document(id="shouting", text="TULU 4 extends Tulu 3.", source="more.jsonl")], MINER)
    assert {n.name: n.family for n in graph.nodes("name LIKE 'tulu%'")} == {
        "Tulu 2": "Tulu",
        "Tulu 3": "Tulu",
        "TULU 4": "Tulu",
    }


def test_building_twice_changes_nothing_and_says_so(graph: Store) -> None:
    build(graph, DOCUMENTS, MINER)
    before, size = exported(graph), graph.connection.total_changes
    report = build(graph, DOCUMENTS, MINER)
    assert (report.new, report.changed, report.removed, report.mined) == (0, 0, 0, 0)
    assert report.unchanged == len(DOCUMENTS) and not report.resolved
    assert exported(graph) == before and graph.revision == 1
    assert graph.connection.total_changes == size


@pytest.mark.parametrize("seed", range(5))
def test_the_order_of_documents_does_not_matter(tmp_path: Path, at_once: dict[str, list[object]], seed: int) -> None:
    shuffled = random.Random(seed).sample(DOCUMENTS, len(DOCUMENTS))
    with Store.create(tmp_path / "shuffled.begat") as store:
        build(store, shuffled, MINER)
        assert exported(store) == at_once


@pytest.mark.parametrize("seed", range(3))
def test_adding_one_by_one_gives_the_same_graph(tmp_path: Path, at_once: dict[str, list[object]], seed: int) -> None:
    with Store.create(tmp_path / "slowly.begat") as store:
        for document in random.Random(seed).sample(DOCUMENTS, len(DOCUMENTS)):
            build(store, [document], MINER, complete=())
        assert exported(store) == at_once


def test_what_is_added_and_taken_away_again_leaves_no_trace(graph: Store, at_once: dict[str, list[object]]) -> None:
    extra = Document("x", "We introduce the model Deep. RoPE extends Deep Listener.", source="extra.txt")
    build(graph, [*DOCUMENTS, extra], MINER)
    assert exported(graph) != at_once
    report = remove(graph, "extra.txt", MINER)
    assert report.removed == 1
    assert exported(graph) == at_once


def test_other_processes_mine_the_same(graph: Store, at_once: dict[str, list[object]]) -> None:
    with ProcessPoolExecutor(2, mp_context=get_context("spawn")) as pool:
        build(graph, DOCUMENTS, MINER, executor=pool)
    assert exported(graph) == at_once


# -- reading ---------------------------------------------------------------------------------------------


def test_a_changed_document_takes_its_assertions_with_it(graph: Store) -> None:
    build(graph, [ORCA, LLAMA], MINER)
    report = build(graph, [replace(ORCA, text="We introduce the model Orca. Orca uses Llama."), LLAMA], MINER)
    assert (report.changed, report.unchanged, report.mined) == (1, 1, 1)
    assert relation(graph, "model-orca", "model-llama") == [Relation.USES]
    assert list(check(graph)) == []


def test_a_document_that_left_its_source_is_removed(graph: Store) -> None:
    build(graph, DOCUMENTS, MINER)
    report = build(graph, [ORCA, LLAMA], MINER)  # both of a.jsonl: ORCA_2 is gone from it
    assert report.removed == 1
    assert graph.node("model-orca-2") is not None, "others still speak of it"
    assert graph.connection.execute("SELECT count(*) FROM documents").fetchone() == (8,)


def test_a_source_not_read_to_its_end_loses_nothing(graph: Store) -> None:
    build(graph, DOCUMENTS, MINER)
    assert build(graph, [ORCA], MINER, complete=()).removed == 0


def test_an_emptied_source_is_emptied(graph: Store) -> None:
    build(graph, DOCUMENTS, MINER)
    assert build(graph, [], MINER, complete={"dump.txt"}).removed == 1


def test_standard_input_only_adds(graph: Store) -> None:
    build(graph, [replace(ORCA, source="-")], MINER)
    assert build(graph, [replace(LLAMA, source="-")], MINER).removed == 0


def test_the_same_record_twice_counts_once_and_another_of_its_id_is_a_problem(graph: Store) -> None:
    report = build(graph, [ORCA, ORCA, replace(ORCA, title="Other")], MINER)
    assert (report.new, report.repeated) == (1, 2)
    (problem,) = report.problems
    assert problem == "a.jsonl: line 1: another document with the id 2306.02707; the first was kept"


def test_a_record_that_moved_within_its_file_is_unchanged(graph: Store) -> None:
    build(graph, [ORCA], MINER)
    report = build(graph, [replace(ORCA, place="line 9")], MINER)
    assert report.unchanged == 1 and not report.resolved
    ((_, document),) = graph.documents()
    assert document.place == "line 9"


def test_half_a_surrogate_pair_is_replaced_letter_for_letter(graph: Store) -> None:
    build(graph, [replace(LLAMA, text="\ud83d " + LLAMA.text)], MINER)
    ((_, document),) = graph.documents()
    assert document.text == "\ufffd " + LLAMA.text
    assert list(check(graph)) == []


# -- facts -----------------------------------------------------------------------------------------------


def test_facts_give_a_document_its_title_and_mining_reads_it(graph: Store) -> None:
    untitled = replace(ORCA_2, title=None, text="It goes further than Orca did.")
    facts = [Facts("arxiv:2311.11045", "Orca 2: more of it", ("Ada Lovelace",), "2023-11-18")]
    build(graph, [ORCA, untitled], MINER, facts=facts)
    assert relation(graph, "arxiv-2311.11045", "model-orca-2") == [Relation.INTRODUCES]
    (edge,) = graph.edges("object = 'model-orca-2' AND relation = 'INTRODUCES'")
    (statement,) = graph.evidence(edge)
    assert (statement.assertion.evidence.part, statement.assertion.evidence.quote) == ("title", "Orca 2")
    assert list(check(graph)) == []


def test_facts_that_come_later_change_what_they_concern_and_nothing_else(graph: Store) -> None:
    untitled = replace(ORCA_2, title=None, text="It goes further than Orca did.")
    build(graph, [ORCA, untitled, LLAMA], MINER)
    report = build(graph, [], MINER, facts=[Facts("arxiv:2311.11045", "Orca 2: more of it")], complete=())
    assert report.mined == 1
    assert build(graph, [], MINER, facts=[Facts("arxiv:2311.11045", "Orca 2: more of it")], complete=()).mined == 0


def test_a_copy_without_id_is_known_by_its_text_and_gets_its_papers_facts(graph: Store) -> None:
    build(graph, [ORCA, COPY], MINER)
    (paper,) = graph.nodes("type = 'Paper'")
    assert (paper.id, paper.name) == ("arxiv-2306.02707", "Orca: learning from steps")
    assert graph.connection.execute("SELECT * FROM merges").fetchall() == [
        ("arxiv-2306.02707", "000#1", "near-identical text")
    ]
    assert graph.node("author-ada-lovelace") is not None
    (edge,) = graph.edges("subject = 'model-orca' AND relation = 'EXTENDS'")
    assert edge.support == 1, "two copies of one paper are one voice"
    assert {s.document for s in graph.evidence(edge)} == {"000#1", "2306.02707"}


def test_a_record_without_id_finds_its_facts_by_its_title(graph: Store) -> None:
    whales = Facts("arxiv:2402.00001", "The long songs of whales, recorded", ("Jacques Cousteau",), "2024-01-05")
    mine = replace(OTHER_ORCA, title="The Long Songs of Whales Recorded")
    other = replace(OTHER_ORCA, id="whales/8", title="The long songs of whales, recorded", authors=("Roger Payne",))
    build(graph, [mine, other], MINER, facts=[whales])
    papers = {p.id: p.arxiv for p in graph.nodes("type = 'Paper'")}
    assert papers == {"arxiv-2402.00001": "2402.00001", "document-whales%2F8": None}


# -- what records declare --------------------------------------------------------------------------------


def test_records_declare_authors_references_and_fields(graph: Store) -> None:
    base = Declared(Relation.FINE_TUNED_FROM, Thing(NodeType.MODEL, "meta-llama/Llama-2-7b"), "base_model",
                    "meta-llama/Llama-2-7b", Thing(NodeType.MODEL, "Orca 2"))  # fmt: skip
    build(graph, [replace(ORCA_2, declared=(base,)), ORCA], MINER)
    assert relation(graph, "arxiv-2311.11045", "author-ada-lovelace") == [Relation.AUTHORED_BY]
    assert relation(graph, "arxiv-2311.11045", "arxiv-2306.02707") == [Relation.CITES]
    (edge,) = graph.edges("relation = 'FINE_TUNED_FROM'")
    assert (edge.subject, edge.confidence, edge.origin) == ("model-orca-2", 1.0, Origin.DECLARED)
    (statement,) = graph.evidence(edge)
    assert statement.assertion.evidence.part == "field:base_model"
    assert list(check(graph)) == []


def test_a_link_in_a_page_becomes_a_paper_with_the_links_place(graph: Store) -> None:
    build(graph, [POST], MINER, facts=[Facts("arxiv:2311.11045", "Orca 2: more of it", date="2023-11-18")])
    (edge,) = graph.edges("relation = 'CITES'")
    paper = graph.node(edge.object)
    assert paper and (paper.name, paper.date, paper.url) == (
        "Orca 2: more of it", "2023-11-18", "https://arxiv.org/abs/2311.11045",
    )  # fmt: skip
    (statement,) = graph.evidence(edge)
    assert statement.assertion.evidence.quote == "https://arxiv.org/abs/2311.11045"


def test_evidence_outside_of_the_text_is_left_out_and_reported(graph: Store) -> None:
    report = build(graph, [replace(POST, references=(Reference(arxiv="2311.11045", start=400, end=432),))], MINER)
    (problem,) = report.problems
    assert problem.startswith("left out: document post:")
    assert list(graph.edges("relation = 'CITES'")) == []


# -- names -----------------------------------------------------------------------------------------------


def test_a_size_is_a_variant_of_its_family_by_its_name(graph: Store) -> None:
    build(graph, [LLAMA], MINER)
    (edge,) = graph.edges("subject = 'model-llama-13b' AND object = 'model-llama'")
    assert (edge.relation, edge.origin) == (Relation.VARIANT_OF, Origin.NAME)
    (statement,) = graph.evidence(edge)
    assert statement.assertion.evidence.quote == "Llama-13B"


def test_a_dataset_is_no_variant_of_a_model(graph: Store) -> None:
    data = Document("1", "We introduce the dataset Llama-1M. We introduce the model Llama.", source="t")
    build(graph, [data], MINER)
    assert relation(graph, "dataset-llama-1m", "model-llama") == []


def test_a_version_extends_the_one_before_until_a_text_says_so(graph: Store) -> None:
    second = Document("2", "We introduce the model Tulu 2.", source="t")
    third = Document("3", "We introduce the model Tulu 3.", source="t")
    build(graph, [second, third], MINER)
    (edge,) = graph.edges("relation = 'EXTENDS'")
    assert (edge.subject, edge.object, edge.origin) == ("model-tulu-3", "model-tulu-2", Origin.NAME)
    assert edge.confidence < MINER.min_confidence, "what names say is kept however unsure; it is marked as theirs"
    build(graph, [second, replace(third, text=third.text + " Tulu 3 extends Tulu 2.")], MINER)
    (edge,) = graph.edges("relation = 'EXTENDS'")
    assert edge.origin == Origin.MINED


def test_numbers_are_no_versions_where_a_family_has_great_ones(graph: Store) -> None:
    nets = Document(
        "1",
        "Net-18 uses Batch. Net-50 uses Batch. Net9 uses Batch. Net uses Batch. Fly 2 uses Batch. Fly uses Batch.",
        source="t",
    )
    build(graph, [nets], MINER)
    assert [(e.subject, e.object) for e in graph.edges("origin = 'name'")] == [("method-fly-2", "method-fly")]


# -- confidence ------------------------------------------------------------------------------------------


def test_papers_that_agree_make_an_edge_surer_but_never_certain(graph: Store) -> None:
    said = [Document(str(i), "Alpha extends Beta.", f"Study {i} on something", source="s") for i in range(2)]
    build(graph, said, MINER)
    (edge,) = graph.edges("relation = 'EXTENDS'")
    assert edge.support == 2 and edge.confidence == pytest.approx(0.96)
    many = [Document(str(i), "Alpha extends Beta.", f"Study {i} on something", source="s") for i in range(9)]
    build(graph, many, MINER)
    (edge,) = graph.edges("relation = 'EXTENDS'")
    assert (edge.support, edge.confidence) == (9, 0.99)


def test_mined_edges_below_the_threshold_stay_out_and_their_assertions_stay_in(graph: Store) -> None:
    build(graph, DOCUMENTS, MINER, min_confidence=0.85)
    assert list(graph.edges("relation = 'EXTENDS' AND origin = 'mined'")) == []
    report = build(graph, DOCUMENTS, MINER)
    assert not report.resolved, "the threshold is kept in the file"
    build(graph, DOCUMENTS, MINER, min_confidence=0.5)
    assert list(graph.edges("relation = 'EXTENDS' AND origin = 'mined'")) != []


# -- when things go wrong --------------------------------------------------------------------------------


def test_a_document_that_the_miner_fails_on_is_reported_and_the_rest_is_built(graph: Store) -> None:
    bad = Document("bad", "This will explode.", source="bad.txt")
    report = build(graph, [bad, ORCA], MINER)
    (problem,) = report.problems
    assert problem.startswith("bad.txt: document bad: mining failed (ValueError: a text that")
    assert graph.node("model-orca") is not None
    assert not build(graph, [bad, ORCA], MINER).resolved


def test_a_miner_that_fails_on_everything_ends_the_build(graph: Store) -> None:
    bad = [Document(str(i), "This will explode.", source="bad.txt") for i in range(12)]
    with pytest.raises(BegatError, match="mining fails on every document: mining failed"):
        build(graph, bad, MINER)


def test_a_new_miner_mines_everything_again(graph: Store) -> None:
    build(graph, DOCUMENTS, MINER)
    report = build(graph, DOCUMENTS, SimpleMiner(version="simple 2"))
    assert report.mined == len(DOCUMENTS)
    assert report.remined_because == "the miner is now simple 2; it was simple 1"


def test_an_interrupted_build_keeps_what_was_done_and_the_next_one_ends_it(
    graph: Store, at_once: dict[str, list[object]]
) -> None:
    def interrupted() -> Iterator[Document]:
        yield from DOCUMENTS[:4]
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        build(graph, interrupted(), MINER)
    build(graph, DOCUMENTS, MINER)
    assert exported(graph) == at_once


CHILD = """
    import sys, time
    from begat.graph import build as building
    from begat.graph.store import Store
    from tests.graph.simple_miner import SimpleMiner
    from tests.graph.test_build import many

    building.BATCH = building.MINED_BATCH = 5
    stage, moment = sys.argv[2], int(sys.argv[3])

    def progress(now, done, total):
        if now == stage and done >= moment:
            print("now", flush=True)
            time.sleep(60)

    with Store.create(sys.argv[1]) as store:
        building.build(store, many(), SimpleMiner(), progress=progress)
"""


def many() -> list[Document]:
    """The corpus and forty more that build upon one another."""
    chain = [
        Document(str(i), f"We introduce the model Net{i}a. Net{i}a extends Net{i - 1}a. {LONG[i:]}", source="chain")
        for i in range(1, 41)
    ]
    return [*DOCUMENTS, *chain]


@pytest.mark.parametrize(("stage", "moment"), [("read", 10), ("introduce", 15), ("mine", 20), ("resolve", 0)])
def test_a_killed_build_is_ended_by_the_next_one(tmp_path: Path, stage: str, moment: int) -> None:
    killed, whole = tmp_path / "killed.begat", tmp_path / "whole.begat"
    command = [sys.executable, "-c", textwrap.dedent(CHILD), str(killed), stage, str(moment)]
    with subprocess.Popen(
        command, stdout=subprocess.PIPE, text=True, cwd=Path(__file__).parents[2], env={**os.environ}
    ) as child:
        assert child.stdout and child.stdout.readline() == "now\n"
        child.send_signal(signal.SIGKILL)
    with Store.create(killed) as store:
        assert list(check(store)) == [
            "the last build did not come to its end: build again to bring the graph up to date"
        ]
        report = build(store, many(), MINER)
        assert report.unchanged >= moment if stage == "read" else report.unchanged == len(many())
        with Store.create(whole) as other:
            build(other, many(), MINER)
            assert exported(store) == exported(other)
        assert list(check(store)) == []


def test_progress_is_told_by_stage(graph: Store) -> None:
    told = []
    build(graph, DOCUMENTS, MINER, progress=lambda *event: told.append(event))
    assert ("read", 9, None) in told and ("mine", 9, 9) in told
    assert [stage for stage, _, _ in told] == sorted(
        (stage for stage, _, _ in told), key=["read", "introduce", "mine", "resolve"].index
    )


def test_the_report_counts_what_the_graph_holds(graph: Store) -> None:
    started = time.perf_counter()
    report = build(graph, DOCUMENTS, MINER)
    assert isinstance(report, BuildReport)
    assert (report.nodes, report.edges) == (len(list(graph.nodes())), len(list(graph.edges())))
    assert report.mentions == len(list(graph.mentions()))
    assert set(report.seconds) == {"read", "join", "introduce", "mine", "resolve"}
    assert sum(report.seconds.values()) <= time.perf_counter() - started


def test_the_whole_corpus_is_removed_document_by_document(graph: Store) -> None:
    build(graph, DOCUMENTS, MINER)
    for document in DOCUMENTS:
        remove(graph, document.id, MINER)
    assert not any(rows for rows in exported(graph).values())
    assert OTHER_ORCA.id == "whales/7"


HERON = "Heron: Wading Through Long Contexts"
CITING = Document(
    "notes", f"It follows [[{HERON}]].", references=(Reference(title=HERON, start=11, end=50),), paper=False
)


def cited(store: Store) -> list[tuple[str, str]]:
    """The papers cited: node id and name."""
    nodes = {node.id: node.name for node in store.nodes()}
    return sorted((edge.object, nodes[edge.object]) for edge in store.edges("relation = 'CITES'"))


def test_a_title_that_metadata_knows_is_that_paper(graph: Store) -> None:
    build(graph, [CITING], MINER)
    assert [name for _, name in cited(graph)] == [HERON]
    build(graph, [], MINER, facts=[Facts("arxiv:2401.00011", title=HERON, date="2024-01-02")])
    assert cited(graph) == [("arxiv-2401.00011", HERON)]


def test_a_title_that_two_papers_have_is_neither(graph: Store) -> None:
    build(graph, [CITING], MINER, facts=[Facts("arxiv:2401.00011", title=HERON), Facts("doi:10.1/x", title=HERON)])
    assert [node.partition("-")[0] for node, _ in cited(graph)] == ["title"]


def test_a_short_title_is_not_looked_up(graph: Store) -> None:
    note = replace(CITING, text="See it.", references=(Reference(title="Editorial"),))
    build(graph, [note], MINER, facts=[Facts("arxiv:2401.00011", title="Editorial")])
    assert [node.partition("-")[0] for node, _ in cited(graph)] == ["title"]


def test_of_facts_with_one_key_the_first_count_and_the_others_fill(tmp_path: Path) -> None:
    key = "arxiv:2306.02707"
    first, second = (
        Facts(key, title="Of steps", date="2023"),
        Facts(key, title="Of stairs", authors=("Ada",), date="2023-06"),
    )
    with Store.create(tmp_path / "graph") as store:
        build(store, DOCUMENTS, SimpleMiner(), facts=[first, second])
        assert store.facts(key) == Facts(key, title="Of steps", authors=("Ada",), date="2023-06")
        assert not build(store, DOCUMENTS, SimpleMiner(), facts=[first, second]).resolved, "again nothing changes"


def test_what_a_service_said_stays_beside_what_a_file_says(tmp_path: Path) -> None:
    key = "arxiv:2306.02707"
    said = Facts(key, title="As they write it", doi="10.1/x", extra={"title": "s2", "doi": "s2"})
    with Store.create(tmp_path / "graph") as store:
        build(store, DOCUMENTS, SimpleMiner(), facts=[said])
        build(store, DOCUMENTS, SimpleMiner(), facts=[Facts(key, title="Of steps")])
        assert store.facts(key) == Facts(key, title="Of steps", doi="10.1/x", extra={"doi": "s2"})
