"""What a change touches is brought up to date, and the graph is then the one that a build of everything at once makes."""

import json
import random
import re
from collections.abc import Callable, Sequence
from concurrent.futures import ProcessPoolExecutor
from contextlib import suppress
from dataclasses import replace
from multiprocessing import get_context
from pathlib import Path
from typing import Any

import pytest

from begat import loaders
from begat.graph import corrections, touched, update
from begat.graph.build import Miner, build, part, remove, withdraw
from begat.graph.check import check
from begat.graph.errors import UsageError
from begat.graph.export import export
from begat.graph.model import Document, Facts
from begat.graph.resolve import resolve
from begat.graph.search import find, search
from begat.graph.store import _DEPENDENCIES, _PAPERS, DEPENDENT, Store
from begat.graph.vocabulary import Origin
from begat.loaders.mining import pipeline
from tests.graph import made_up
from tests.graph.corpus import DOCUMENTS, LLAMA, ORCA, ORCA_2, exported
from tests.graph.simple_miner import SimpleMiner

MINER = SimpleMiner()
EXAMPLES = Path(__file__).resolve().parents[2] / "examples" / "papers.jsonl"


@pytest.fixture(autouse=True)
def wholes(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """Of small corpora nothing is ever too much; gives how often all was resolved."""
    monkeypatch.setattr(touched, "FEW", 1_000_000)
    calls: list[int] = []

    def counted(store: Store) -> None:
        calls.append(1)
        resolve(store)

    monkeypatch.setattr("begat.graph.update.resolve", counted)
    return calls


def dependencies(store: Store) -> dict[str, list[str]]:
    """What is kept of what hangs on what, by documents' names instead of their numbers."""
    sql = store.connection
    names = dict(sql.execute("SELECT number, source || ' ' || id FROM documents"))
    found = {}
    for table in (*DEPENDENT, "signs", "paper_keys"):
        cursor = sql.execute(f"SELECT * FROM {table}")
        columns = [column[0] for column in cursor.description]
        rows = [dict(zip(columns, row, strict=True)) for row in cursor]
        for row in rows:
            if "document" in row:
                row["document"] = names[row["document"]]
        found[table] = sorted(map(repr, rows))
    return found


def assert_same_as_at_once(
    store: Store, folder: Path, documents: Sequence[Document], facts: Sequence[Facts] = (), miner: Miner = MINER
) -> None:
    path = folder / f"at-once-{len(list(folder.iterdir()))}"
    with Store.create(path) as whole:
        whole.connection.execute(corrections._TABLE)
        kept = [] if not corrections.corrections(store) else store.connection.execute("SELECT * FROM corrections")
        whole.connection.executemany("INSERT INTO corrections VALUES (?, ?, ?, ?, ?, ?, ?)", kept)
        build(whole, documents, miner, facts=facts, complete=())
        assert exported(store) == exported(whole)
        assert dependencies(store) == dependencies(whole)
        assert store.counts() == store._counted() == whole.counts()
    assert list(check(store)) == []


def correct(store: Store, dice: random.Random) -> None:
    """Whatever a reader may do."""
    things = list(store.nodes("type IN ('Model', 'Method', 'Dataset')"))
    made = corrections.corrections(store)
    papers = [paper for paper in store.nodes("type = 'Paper'") if len(store.records_of(paper.id)) > 1]
    if made and dice.random() < 0.3:
        withdraw(store, dice.choice(made).number, MINER)
    elif papers and dice.random() < 0.4:
        paper = dice.choice(papers)
        part(store, paper, dice.choice(store.records_of(paper.id))[0], "for a test", MINER)
    elif len(things) > 1 and dice.random() < 0.5:
        one, other = dice.sample(things, 2)
        corrections.merge(store, one, other, "for a test")
    elif any(thing.aliases for thing in things):
        thing = dice.choice([thing for thing in things if thing.aliases])
        corrections.split(store, thing, dice.choice(thing.aliases), "for a test")
    elif edges := list(store.edges()):
        corrections.mark(store, dice.choice(edges), right=dice.random() < 0.5, reason="for a test")


@pytest.mark.parametrize("seed", [*range(8), 42, 75])
def test_whatever_comes_goes_and_changes_in_any_order_the_graph_is_that_of_all_at_once(
    tmp_path: Path, seed: int, wholes: list[int]
) -> None:
    dice = random.Random(seed)
    size = dice.choice([6, 9, 14])
    waiting = made_up.documents(dice, size)
    dice.shuffle(waiting)
    kept, known = waiting[: size // 2], list[Facts]()
    del waiting[: size // 2]
    with Store.create(tmp_path / "graph") as store:
        build(store, kept, MINER, complete=())
        before = len(wholes)
        for _ in range(5):
            what = dice.random()
            if what < 0.35 and waiting:
                batch = [waiting.pop() for _ in range(min(len(waiting), dice.randint(1, 3)))]
                build(store, batch, MINER, complete=())
                kept += batch
            elif what < 0.5 and len(kept) > 1:
                gone = dice.choice(kept).id
                remove(store, gone, MINER)
                waiting += [document for document in kept if document.id == gone]
                kept = [document for document in kept if document.id != gone]
            elif what < 0.65:
                place, other = dice.randrange(len(kept)), dice.choice(made_up.documents(dice, size))
                kept[place] = replace(kept[place], text=other.text, title=other.title, date=other.date, sections=())
                build(store, [kept[place]], MINER, complete=())
            elif what < 0.75:
                more = made_up.facts(dice, size)
                known = [*(one for one in known if one.key not in {new.key for new in more}), *more]
                build(store, [], MINER, facts=more, complete=())
            else:
                with suppress(UsageError):  # of what a reader may not do
                    correct(store, dice)
            if dice.random() < 0.6:
                done = len(wholes)
                assert_same_as_at_once(store, tmp_path, dice.sample(kept, len(kept)), known)
                del wholes[done:]
        assert_same_as_at_once(store, tmp_path, kept, known)
        assert len(wholes) == before + 1, "only the build at once was one of everything"


@pytest.fixture
def grown(tmp_path: Path) -> Callable[..., Store]:
    """A graph of all but the last of some documents, to which that is then added."""

    def grow(*documents: Document) -> Store:
        store = Store.create(tmp_path / "graph")
        build(store, documents[:-1], MINER, complete=())
        build(store, documents[-1:], MINER, complete=())
        return store

    return grow


def test_what_is_added_is_found_at_once(grown: Callable[..., Store]) -> None:
    with grown(LLAMA, ORCA, ORCA_2) as store:
        assert find(store, "Orca 2").id == "model-orca-2"
        assert [hit.kind for hit in search(store, "extends Orca 1")] == ["evidence"]
        assert store.meta("pending") == "no" and store.revision == 2


def test_a_paper_keeps_its_ids_while_one_record_of_it_is_left(tmp_path: Path) -> None:
    with Store.create(tmp_path / "graph") as store:
        build(
            store, [ORCA, replace(ORCA, id="again", source="b.jsonl", text="Nothing is said here.")], MINER, complete=()
        )
        (paper,) = [node for node in store.nodes("type = 'Paper'") if len(store.records_of(node.id)) == 2]
        remove(store, "again", MINER)
        kept = store.node(paper.id)
        assert kept is not None and (kept.arxiv, kept.url) == (ORCA.arxiv, f"https://arxiv.org/abs/{ORCA.arxiv}")
        assert_same_as_at_once(store, tmp_path, [ORCA])


def test_only_what_asked_for_a_name_is_mined_again(tmp_path: Path) -> None:
    with Store.create(tmp_path / "graph") as store:
        build(store, [LLAMA, ORCA, *(Document(f"n{i}", "Nothing is said here.", source="n") for i in range(20))], MINER)
        speaks = Document("speaks", "Later on Heron is all they speak of.", source="s")
        assert build(store, [speaks], MINER, complete=()).mined == 1
        report = build(store, [Document("h", "We introduce the model Heron.", source="h")], MINER, complete=())
        assert report.mined == 2, "the new one, and the one that had asked for its name in vain"
        assert {e.subject for e in store.edges("object = 'model-heron'")} >= {"document-speaks", "document-h"}


def test_a_name_asked_for_in_other_processes_is_remembered_too(tmp_path: Path) -> None:
    speaks = Document("speaks", "Later on Heron is all they speak of.", source="s")
    with (
        Store.create(tmp_path / "graph") as store,
        ProcessPoolExecutor(1, mp_context=get_context("spawn")) as pool,
    ):
        build(store, [speaks, LLAMA], MINER, executor=pool)
        heron = Document("h", "We introduce the model Heron.", source="h")
        assert build(store, [heron], MINER, complete=()).mined == 2


def test_a_correction_resolves_only_what_it_touches(tmp_path: Path, wholes: list[int]) -> None:
    with Store.create(tmp_path / "graph") as store:
        build(store, DOCUMENTS, MINER)
        before, done = exported(store), len(wholes)
        corrections.merge(store, find(store, "RoPE"), find(store, "GPT-3"), "for a test")
        assert find(store, "RoPE").id == find(store, "GPT-3").id
        (correction,) = corrections.corrections(store)
        corrections.withdraw(store, correction.number)
        assert exported(store) == before
        edge = next(store.edges("relation = 'EXTENDS'"))
        corrections.mark(store, edge, right=False, reason="for a test")
        assert store.counts() == store._counted()
        corrections.withdraw(store, corrections.corrections(store)[0].number)
        assert exported(store) == before and len(wholes) == done


def test_exports_are_the_same_to_the_byte(tmp_path: Path) -> None:
    documents = made_up.documents(random.Random(5), 12)
    with Store.create(tmp_path / "slowly") as slowly, Store.create(tmp_path / "at-once") as at_once:
        for document in documents:
            build(slowly, [document], MINER, complete=())
        build(at_once, documents[::-1], MINER, complete=())
        for format_ in ("turtle", "trig", "jsonld", "jsonl", "csv", "graphml", "assertions"):
            written = []
            for store in (slowly, at_once):
                target = tmp_path / f"{store.path.name}.{format_}"
                export(store, format_, target)
                files = sorted(target.rglob("*")) if target.is_dir() else [target]
                written.append([file.read_bytes() for file in files])
            assert written[0] == written[1], format_


def test_begats_own_miner_asks_for_all_that_it_depends_on(tmp_path: Path) -> None:
    documents = [d for d, _ in zip(loaders.read([str(EXAMPLES)], on_problem=print), range(12), strict=False)]
    random.Random(3).shuffle(documents)
    with Store.create(tmp_path / "graph") as store:
        for start in range(0, 12, 4):
            build(store, documents[start : start + 4], pipeline, complete=())
        assert_same_as_at_once(store, tmp_path, documents, miner=pipeline)


def test_an_update_that_fails_leaves_the_graph_as_it_was(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, wholes: list[int]
) -> None:
    with Store.create(tmp_path / "graph") as store:
        build(store, [LLAMA, ORCA], MINER)
        before = exported(store)["nodes"]

        def fail(*_: Any) -> None:
            raise KeyboardInterrupt

        with monkeypatch.context() as patched:
            patched.setattr(update._Update, "write_evidence", fail)
            with pytest.raises(KeyboardInterrupt):
                build(store, [ORCA_2], MINER, complete=())
        assert exported(store)["nodes"] == before and store.meta("pending") == "yes"
        build(store, [], MINER, complete=())
        assert_same_as_at_once(store, tmp_path, [LLAMA, ORCA, ORCA_2])
        assert len(wholes) == 3, "what was interrupted is resolved as a whole"


def test_a_change_of_much_is_resolved_as_a_whole(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, wholes: list[int]
) -> None:
    monkeypatch.setattr(touched, "FEW", 3)
    with Store.create(tmp_path / "graph") as store:
        build(store, DOCUMENTS[:2], MINER, complete=())
        build(store, DOCUMENTS[2:], MINER, complete=())
        assert len(wholes) == 2
        assert_same_as_at_once(store, tmp_path, DOCUMENTS)


def test_a_graph_of_an_older_begat_learns_what_hangs_on_what(tmp_path: Path, wholes: list[int]) -> None:
    path = tmp_path / "graph"
    with Store.create(path) as store:
        build(store, DOCUMENTS[:-1], MINER, complete=())
        sql = store.connection
        for kind in ("INDEX", "TABLE"):  # as schema 1 had it
            for (name,) in sql.execute(
                "SELECT name FROM sqlite_master WHERE type = ? AND sql IS NOT NULL AND name IN (SELECT value FROM json_each(?))",
                (kind.lower(), _new_since_schema_1()),
            ).fetchall():
                sql.execute(f"DROP {kind} {name}")
        sql.execute("ALTER TABLE introductions DROP COLUMN folded")
        sql.execute("DELETE FROM meta WHERE key IN ('dependencies', 'asked', 'counts')")
        sql.execute("PRAGMA user_version = 1")
    with Store.open(path) as store:
        assert find(store, "Orca 2").id == "model-orca-2", "it can be read as it is"
    with Store.create(path) as store:
        report = build(store, DOCUMENTS[-1:], MINER, complete=())
        assert report.mined == len(DOCUMENTS) and report.remined_because
        assert_same_as_at_once(store, tmp_path, DOCUMENTS)
        done = len(wholes)
        remove(store, DOCUMENTS[0].id, MINER)
        assert len(wholes) == done


def test_a_graph_of_schema_2_learns_which_types_fields_say(tmp_path: Path) -> None:
    path = tmp_path / "graph"
    with Store.create(path) as store:
        build(store, DOCUMENTS[:-1], MINER, complete=())
        _as_schema_3_had_it(store)
        store.connection.execute("ALTER TABLE uses DROP COLUMN declared")
        store.set_meta("dependencies", "1")
        store.connection.execute("PRAGMA user_version = 2")
    with Store.create(path) as store:
        build(store, DOCUMENTS[-1:], MINER, complete=())
        assert_same_as_at_once(store, tmp_path, DOCUMENTS)


def test_a_graph_of_schema_3_learns_to_find_a_papers_keys_without_reading_all(tmp_path: Path) -> None:
    path = tmp_path / "graph"
    with Store.create(path) as store:
        build(store, DOCUMENTS[:-1], MINER, complete=())
        _as_schema_3_had_it(store)
    with Store.create(path) as store:
        plan = "EXPLAIN QUERY PLAN SELECT key FROM paper_keys WHERE paper = 'x'"
        assert "SEARCH" in store.connection.execute(plan).fetchone()[3]
        assert build(store, DOCUMENTS[-1:], MINER, complete=()).mined == 1
        assert_same_as_at_once(store, tmp_path, DOCUMENTS)


def _as_schema_3_had_it(store: Store) -> None:
    store.connection.execute("DROP INDEX paper_keys_paper")
    store.connection.execute("PRAGMA user_version = 3")


def _new_since_schema_1() -> str:
    return json.dumps(re.findall(r"CREATE (?:TABLE|INDEX) (\w+)", _DEPENDENCIES + _PAPERS))


def test_what_names_say_goes_when_a_text_says_it_and_comes_again(tmp_path: Path) -> None:
    second = Document("2", "We introduce the model Tulu 2.", source="t")
    third = Document("3", "We introduce the model Tulu 3.", source="t")
    said = Document("said", "Tulu 3 extends Tulu 2.", source="u")
    with Store.create(tmp_path / "graph") as store:
        build(store, [second, third], MINER, complete=())
        build(store, [said], MINER, complete=())
        assert [e.origin for e in store.edges("relation = 'EXTENDS'")] == [Origin.MINED]
        remove(store, "said", MINER)
        assert [e.origin for e in store.edges("relation = 'EXTENDS'")] == [Origin.NAME]
