"""The command as people type it: a real process, real files, real exit codes."""

import json
import os
import shutil
import sqlite3
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

import click
import pytest

from begat import api
from begat.cli import cli
from begat.graph.errors import BegatError, GraphError, SourceError, UsageError
from begat.loaders.mining import pipeline

ORCA = {
    "id": "2311.11045",
    "title": "Orca 2: Small Models That Reason",
    "abstract": "We present Orca 2, which extends Orca with better training signals. Orca 2 outperforms Vicuna on AGIEval.",
    "date": "2023-11-18",
}
BERT = {
    "id": "1810.04805",
    "title": "BERT: Bidirectional Pre-training",
    "abstract": "We introduce BERT, a language model that builds on the Transformer. BERT is evaluated on GLUE.",
    "date": "2018-10-11",
}


def begat(*arguments: str | Path, cwd: Path, stdin: bytes = b"") -> subprocess.CompletedProcess[bytes]:
    command = [sys.executable, "-m", "begat", *map(str, arguments)]
    environment = {**os.environ, "PYTHONWARNINGS": "error", "COLUMNS": "120"}
    environment.pop("BEGAT_GRAPH", None)
    return subprocess.run(command, cwd=cwd, input=stdin, capture_output=True, timeout=120, env=environment, check=False)


def words(run: subprocess.CompletedProcess[bytes]) -> str:
    text = run.stderr.decode()
    assert "Traceback" not in text, text
    return text


def write_lines(path: Path, records: Sequence[object]) -> Path:
    path.write_text("\n".join(r if isinstance(r, str) else json.dumps(r) for r in records), encoding="utf-8")
    return path


def content(graph: Path) -> list[str]:
    """All that is in a graph file, as SQL."""
    connection = sqlite3.connect(graph)
    try:
        return list(connection.iterdump())
    finally:
        connection.close()


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with `graph.begat`, built by the command from two records."""
    folder = tmp_path_factory.mktemp("cli")
    write_lines(folder / "papers.jsonl", [ORCA, BERT])
    run = begat("build", "papers.jsonl", cwd=folder)
    assert run.returncode == 0, words(run)
    return folder


# -- the main job -----------------------------------------------------------------------------------------


def test_what_a_sentence_states_is_found_with_its_sentence(built: Path) -> None:
    run = begat(
        "query", "MATCH (a {name: 'Orca 2'})-[r:EXTENDS]->(b) RETURN b.name, r.evidence", "--format", "json", cwd=built
    )
    (row,) = json.loads(run.stdout)
    assert row["b.name"] == "Orca"
    assert "extends Orca" in row["r.evidence"][0]


def test_building_again_changes_nothing_and_says_so(built: Path) -> None:
    before = content(built / "graph.begat")
    run = begat("build", "papers.jsonl", cwd=built)
    assert "nothing changed" in words(run)
    assert content(built / "graph.begat") == before


def test_what_a_graph_believes_is_changed_without_reading_anything_again(built: Path, tmp_path: Path) -> None:
    def edges() -> list[float]:
        run = begat("query", "MATCH ()-[r]->() RETURN r.confidence", "-g", graph, "--format", "json", cwd=built)
        return [row["r.confidence"] for row in json.loads(run.stdout)]

    graph = tmp_path / "copy.begat"
    shutil.copy(built / "graph.begat", graph)
    before = edges()
    stricter = begat("build", "--min-confidence", "1", "-g", graph, cwd=built)
    assert stricter.returncode == 0, words(stricter)
    assert len(edges()) < len(before)
    begat("build", "--min-confidence", str(pipeline.min_confidence), "-g", graph, cwd=built)
    assert edges() == before


def test_a_build_of_nothing_is_wrong_use(built: Path) -> None:
    for arguments in ((), ("--min-confidence", "0.5", "-g", "none.begat")):
        run = begat("build", *arguments, cwd=built)
        assert run.returncode == 2 and "Missing argument 'SOURCE...'" in words(run)
    assert not (built / "none.begat").exists()


def test_a_graph_can_be_piped_in_and_data_out(tmp_path: Path) -> None:
    run = begat("build", "-", "-q", cwd=tmp_path, stdin=json.dumps(ORCA).encode())
    assert run.returncode == 0, words(run)
    assert run.stdout == b""
    lineage = begat("lineage", "Orca 2", "--format", "json", cwd=tmp_path)
    assert "Orca" in [node["name"] for node in json.loads(lineage.stdout)["nodes"]]


def test_a_reader_that_stops_reading_is_not_an_error(built: Path) -> None:
    command = f"{sys.executable} -m begat export ntriples | head -n 1"
    run = subprocess.run(["bash", "-o", "pipefail", "-c", command], cwd=built, capture_output=True, check=False)
    assert (run.returncode, words(run)) == (0, "")
    assert run.stdout.count(b"\n") == 1


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="needs /dev/full, a disk without room")
def test_a_full_disk_behind_stdout_is_one_line(built: Path) -> None:
    command = f"{sys.executable} -m begat export ntriples > /dev/full"
    run = subprocess.run(["bash", "-c", command], cwd=built, capture_output=True, check=False)
    assert run.returncode == 1
    assert (
        words(run).startswith("begat: what is written: No space left on device; check") and words(run).count("\n") == 1
    )


def test_a_name_too_long_for_a_file_is_one_line(tmp_path: Path) -> None:
    run = begat("stats", "-g", "x" * 300, cwd=tmp_path)
    assert run.returncode == 1
    assert words(run).startswith(f"begat: {'x' * 300}: ") and words(run).count("\n") == 1


@pytest.mark.parametrize("format_", ["tree", "json", "mermaid", "dot", "html", "svg"])
def test_lineage_in_every_format(built: Path, format_: str) -> None:
    run = begat("lineage", "Orca 2", "--format", format_, cwd=built)
    assert run.returncode == 0, words(run)
    assert "Orca 2" in run.stdout.decode()


@pytest.mark.parametrize(
    "command", [["stats"], ["check"], ["show", "Orca 2"], ["search", "signals"], ["path", "Orca 2", "Orca"]]
)
def test_other_commands_answer(built: Path, command: list[str]) -> None:
    run = begat(*command, cwd=built)
    assert run.returncode == 0, words(run)


def test_no_colour_where_nobody_looks(built: Path) -> None:
    for command in (["lineage", "Orca 2"], ["show", "Orca 2"], ["search", "Orca"], ["stats"]):
        assert b"\x1b" not in begat(*command, cwd=built).stdout


# -- bad input: one clear line each, the right exit code, the rest carried on -------------------------------

GOOD = json.dumps(BERT)


@pytest.mark.parametrize(
    ("name", "content", "said"),
    [
        ("empty.jsonl", b"", "empty"),
        ("picture.jsonl", b"\x89PNG\r\n\x1a\n" + bytes(range(256)) * 8, "not a text"),
        ("broken.jsonl", f'{json.dumps(ORCA)}\n{{"id": "x", "abstract": "cut\n{GOOD}\n'.encode(), "line 2"),
        ("latin.jsonl", json.dumps({**ORCA, "title": "Tülu und Orca"}, ensure_ascii=False).encode("cp1252"), "UTF-8"),
    ],
)
def test_a_bad_file_is_one_line_and_the_rest_goes_on(tmp_path: Path, name: str, content: bytes, said: str) -> None:
    (tmp_path / name).write_bytes(content)
    write_lines(tmp_path / "good.jsonl", [BERT])
    run = begat("build", name, "good.jsonl", cwd=tmp_path)
    complaints = [line for line in words(run).splitlines() if line.startswith("begat: ")]
    assert len(complaints) == 1
    assert name in complaints[0]
    assert said in complaints[0]
    assert run.returncode == 0
    assert b"BERT" in begat("show", "BERT", cwd=tmp_path).stdout


def test_nothing_readable_is_a_failure(tmp_path: Path) -> None:
    run = begat("build", "nowhere.jsonl", cwd=tmp_path)
    assert run.returncode == 1
    assert "nowhere.jsonl" in words(run)
    assert "nothing could be read; graph.begat was not made" in words(run)
    assert list(tmp_path.iterdir()) == []
    write_lines(tmp_path / "good.jsonl", [BERT])
    begat("build", "good.jsonl", cwd=tmp_path)
    assert "nothing could be read; graph.begat is as it was" in words(begat("build", "nowhere.jsonl", cwd=tmp_path))


def test_a_folder_without_files_is_one_line_and_changes_nothing(tmp_path: Path) -> None:
    notes = tmp_path / "notes"
    (notes / "old").mkdir(parents=True)
    (notes / ".hidden").write_text("a note that is left out")
    run = begat("build", "notes", cwd=tmp_path)
    assert run.returncode == 1
    assert words(run).startswith(
        "begat: notes: no file in it to read (hidden ones are left out); begat looks for papers ("
    )
    assert words(run).count("\n") == 1
    assert list(tmp_path.iterdir()) == [notes]

    write_lines(notes / "papers.jsonl", [BERT])
    begat("build", "notes", cwd=tmp_path)
    before = content(tmp_path / "graph.begat")
    (notes / "papers.jsonl").unlink()  # or notes is a disk that is not mounted
    assert begat("build", "notes", cwd=tmp_path).returncode == 1
    assert content(tmp_path / "graph.begat") == before


def test_a_folder_without_files_beside_others_takes_nothing_away(tmp_path: Path) -> None:
    for name, record in (("a", ORCA), ("b", BERT)):
        (tmp_path / name).mkdir()
        write_lines(tmp_path / name / "papers.jsonl", [record])
    sources, graph = [tmp_path / "a", tmp_path / "b"], tmp_path / "graph.begat"
    api.build(sources, graph).close()
    (tmp_path / "a" / "papers.jsonl").unlink()
    told: list[str] = []
    with api.build(sources, graph, on_problem=lambda problem: told.append(str(problem))) as again:
        assert again.find("Orca 2")
    assert len(told) == 1 and told[0].startswith("a: no file in it to read")


def test_a_call_that_is_wrong_makes_no_file(tmp_path: Path) -> None:
    write_lines(tmp_path / "papers.jsonl", [ORCA])
    with pytest.raises(UsageError, match="no such format"):
        api.build([tmp_path / "papers.jsonl"], tmp_path / "graph.begat", format="docx")
    with pytest.raises(SourceError, match="was not made"):
        api.build([tmp_path / "paper.jsonl"], tmp_path / "graph.begat")
    assert [path.name for path in tmp_path.iterdir()] == ["papers.jsonl"]


@pytest.mark.skipif(not Path("/proc/self/status").exists(), reason="the peak of memory is read from /proc")
def test_a_line_of_200_mb_does_not_fill_the_memory(tmp_path: Path) -> None:
    with (tmp_path / "huge.jsonl").open("wb") as handle:
        handle.write(GOOD.encode() + b'\n{"id": "huge", "abstract": "')
        for _ in range(200):
            handle.write(b"x" * 1_000_000)
        handle.write(b'"}\n' + json.dumps(ORCA).encode() + b"\n")
    # VmHWM, not ru_maxrss: the latter begins with what the parent used when it started this process.
    code = (
        "import pathlib, sys; from begat.cli import main; sys.argv = ['begat', 'build', 'huge.jsonl', '--workers', '1']\n"
        "try: main()\n"
        "finally: print(pathlib.Path('/proc/self/status').read_text().partition('VmHWM:')[2].split()[0])"
    )
    run = subprocess.run([sys.executable, "-c", code], cwd=tmp_path, capture_output=True, check=False)
    assert "line 2" in words(run)
    assert int(run.stdout.split()[-1]) < 400_000, "kilobytes"
    assert begat("show", "Orca 2", cwd=tmp_path).returncode == 0


def test_a_name_that_is_nowhere_gets_a_did_you_mean(built: Path) -> None:
    run = begat("lineage", "Orka 2", cwd=built)
    assert run.returncode == 1
    assert "did you mean 'Orca 2'" in words(run)


def test_a_query_with_a_typo(built: Path) -> None:
    for command in (["query", "MATCH (a RETURN a"], ["sparql", "SELEC ?a WHERE { ?a ?b ?c }"]):
        run = begat(*command, cwd=built)
        assert run.returncode == 1
        assert len(words(run).splitlines()) == 1


def test_a_query_that_would_write_is_refused(built: Path) -> None:
    for command in (["query", "CREATE (n:Model {name: 'x'}) RETURN n"], ["sparql", "DELETE WHERE { ?s ?p ?o }"]):
        assert begat(*command, cwd=built).returncode == 1


def test_files_that_are_no_graphs(tmp_path: Path) -> None:
    (tmp_path / "text.begat").write_text("this is no database, just a text that is long enough to be read as one " * 20)
    with sqlite3.connect(tmp_path / "other.begat") as other:
        other.execute("CREATE TABLE t (a)")
    other.close()
    for name, said in (
        ("text.begat", "not a begat graph"),
        ("other.begat", "not a begat graph"),
        ("none.begat", "no graph here"),
    ):
        run = begat("stats", "-g", name, cwd=tmp_path)
        assert run.returncode == 1
        assert said in words(run)
        assert len(words(run).splitlines()) == 1


def test_a_graph_of_a_newer_begat(built: Path, tmp_path: Path) -> None:
    newer = tmp_path / "newer.begat"
    newer.write_bytes((built / "graph.begat").read_bytes())
    with sqlite3.connect(newer) as connection:
        connection.execute("PRAGMA user_version = 99")
    connection.close()
    run = begat("stats", "-g", newer, cwd=tmp_path)
    assert run.returncode == 1
    assert "newer begat" in words(run)


@pytest.mark.parametrize(
    "arguments",
    [
        ["lineeage", "x"],
        ["lineage"],
        ["lineage", "x", "--depth", "many"],
        ["query"],
        ["build", "x", "--column", "title"],
    ],
)
def test_wrong_use_exits_with_2(tmp_path: Path, arguments: list[str]) -> None:
    run = begat(*arguments, cwd=tmp_path)
    assert run.returncode == 2
    assert len(words(run).splitlines()) == 1


WRITING = [
    ["lineage", "Orca 2"],
    ["lineage", "Orca 2", "--format", "png"],
    ["family", "Orca"],
    ["compare", "Orca", "Orca 2"],
    ["export", "turtle"],
    ["export", "csv"],
    ["export", "network"],
    ["demo"],
]


@pytest.mark.parametrize("command", WRITING, ids=" ".join)
def test_what_cannot_be_written_is_said_before_the_work(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, command: list[str]
) -> None:
    """Before, for there is no graph here: the work could not even begin."""
    monkeypatch.chdir(tmp_path)
    with pytest.raises(UsageError, match="out/x: the folder out does not exist; make it first, or give another -o"):
        cli.main([*command, "-o", "out/x"], standalone_mode=False)
    (tmp_path / "out").mkdir()
    monkeypatch.setattr(os, "access", lambda path, mode: False)
    with pytest.raises(UsageError, match=r"out/x: the folder .*out cannot be written; change its permissions"):
        cli.main([*command, "-o", "out/x"], standalone_mode=False)
    assert list((tmp_path / "out").iterdir()) == []


def test_a_folder_is_no_file_to_write_to(tmp_path: Path, built: Path) -> None:
    graph = str(built / "graph.begat")
    for command in (["lineage", "Orca 2"], ["export", "turtle", "-g", graph], ["export", "network", "-g", graph]):
        with pytest.raises(UsageError, match="a folder; name a file with -o"):
            cli.main([*command, "-o", str(tmp_path)], standalone_mode=False)


def test_a_dash_is_standard_output(
    tmp_path: Path, built: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    cli.main(["export", "assertions", "-g", str(built / "graph.begat"), "-o", "-"], standalone_mode=False)
    assert '"relation"' in capsys.readouterr().out
    with pytest.raises(UsageError, match=r"-o -: the page goes to a file of its own; name one, as orca-2\.html"):
        cli.main(["demo", "-o", "-"], standalone_mode=False)
    assert list(tmp_path.iterdir()) == []


def test_a_file_of_metadata_that_is_not_there_is_said_before_the_work(tmp_path: Path) -> None:
    (tmp_path / "notes.txt").write_text("Kestrel extends Merlin.", encoding="utf-8")
    with pytest.raises(SourceError, match=r"facts\.jsonl: no such file or folder; check the path"):
        cli.main(
            ["build", str(tmp_path / "notes.txt"), "--metadata", "facts.jsonl", "-g", str(tmp_path / "x.begat")],
            standalone_mode=False,
        )
    assert not (tmp_path / "x.begat").exists()


def test_what_only_looks_like_an_address_of_metadata_is_said_too(tmp_path: Path) -> None:
    with pytest.raises(SourceError, match="arxiv:nonsense"):
        cli.main(["build", "-", "--metadata", "arxiv:nonsense", "-g", str(tmp_path / "x.begat")], standalone_mode=False)


@pytest.mark.parametrize(
    ("ending", "form", "beginning"),
    [
        ("html", [], "<!doctype html>"),
        ("svg", [], "<svg "),
        ("mmd", [], "flowchart "),
        ("json", [], "{"),
        ("txt", [], "Orca 2 "),
        ("html", ["--format", "json"], "{"),
    ],
)
def test_the_ending_of_a_file_says_how_a_picture_is_written_unless_the_format_does(
    tmp_path: Path, built: Path, ending: str, form: list[str], beginning: str
) -> None:
    file = tmp_path / f"orca.{ending}"
    cli.main(["lineage", "Orca 2", "-g", str(built / "graph.begat"), *form, "-o", str(file)], standalone_mode=False)
    assert file.read_text().startswith(beginning)


def test_where_a_graph_cannot_be_made_no_service_is_asked(tmp_path: Path) -> None:
    with pytest.raises(GraphError, match="missing does not exist; make it first, or give another -g"):
        api.grow("arxiv:2311.11045", tmp_path / "missing" / "graph.begat", offline=True, cache=tmp_path)
    with pytest.raises(BegatError, match="not in the cache"):
        api.grow("arxiv:2311.11045", tmp_path / "graph.begat", offline=True, cache=tmp_path)
    assert list(tmp_path.iterdir()) == []


def test_a_process_that_dies_while_it_mines_is_an_error_of_one_line() -> None:
    with pytest.raises(BegatError, match="with fewer --workers than 2"), api._executor(2) as pool:
        assert pool
        pool.submit(os._exit, 1).result()


def test_a_misspelt_relation_gets_a_did_you_mean(built: Path) -> None:
    run = begat("lineage", "Orca 2", "--relation", "extend", cwd=built)
    assert run.returncode == 2
    assert "did you mean 'extends'?" in words(run)


@pytest.mark.parametrize(
    ("command", "near"),
    [
        (["export", "netwrok"], "network"),
        (["ask", "most-build-upon"], "most-built-upon"),
        (["build", "papers.jsonl", "--format", "jsonlines"], "jsonl"),
        (["build", "papers.jsonl", "--column", "titel=name"], "title"),
        (["enrich", "--from", "crosref"], "crossref"),
    ],
)
def test_other_misspelt_words_get_one_too(
    built: Path, monkeypatch: pytest.MonkeyPatch, command: list[str], near: str
) -> None:
    monkeypatch.chdir(built)
    with pytest.raises(UsageError, match=f"did you mean '{near}'?"):
        cli.main(command, standalone_mode=False)


def test_a_name_of_several_words_without_quotes(tmp_path: Path) -> None:
    assert "goes in quotes" in words(begat("lineage", "Orca", "2", cwd=tmp_path))


# -- help ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", list(cli.commands))
def test_every_command_helps_with_examples(name: str) -> None:
    command = cli.commands[name]
    assert command.help
    assert command.epilog
    assert f"begat {name}" in command.epilog
    for parameter in command.params:
        if isinstance(parameter, click.Option) and not parameter.flag_value:
            assert parameter.help or parameter.name in ("format_", "limit"), f"{name} --{parameter.name} has no help"


def test_without_a_command_it_says_what_there_is(tmp_path: Path) -> None:
    run = begat(cwd=tmp_path)
    assert run.returncode == 0
    assert run.stdout == begat("--help", cwd=tmp_path).stdout


def test_a_search_that_finds_nothing_does_not_advise_to_search(built: Path) -> None:
    run = begat("search", "zeppelin", cwd=built)
    assert run.returncode == 1
    assert words(run) == "begat: nothing speaks of 'zeppelin'; try one word of it, or build from more\n"


def test_what_is_not_there_is_told_with_where_to_look(built: Path) -> None:
    assert "'begat stats' lists the sources" in words(begat("remove", "nowhere.xml", cwd=built))
    assert "'begat corrections' lists those" in words(begat("corrections", "--withdraw", "9", cwd=built))


def test_the_list_of_commands_fits_a_terminal_of_80_columns() -> None:
    listed = cli.get_help(click.Context(cli, info_name="begat", terminal_width=80))
    assert all(f"\n  {name} " in listed for name in cli.commands)
    assert "..." not in listed.partition("Commands:")[2]


def test_diff_says_what_a_build_changed_and_exits_as_diff_does(built: Path, tmp_path: Path) -> None:
    before, after = built / "graph.begat", tmp_path / "after.begat"
    after.write_bytes(before.read_bytes())
    same = begat("diff", before, after, cwd=tmp_path)
    assert (same.returncode, same.stdout) == (0, b"the graphs say the same\n")
    more = {"id": "1", "title": "Puffin: A Tutor", "abstract": "We present Puffin, which is fine-tuned from BERT."}
    begat("build", write_lines(tmp_path / "more.jsonl", [more]), "-g", after, cwd=tmp_path)
    run = begat("diff", before, after, "--json", cwd=tmp_path)
    assert run.returncode == 1, words(run)
    record = json.loads(run.stdout)
    assert "Puffin" in {node["name"] for node in record["nodes"]["new"]}
    assert begat("diff", before, after, cwd=tmp_path).returncode == 1
    trouble = begat("diff", before, tmp_path / "nowhere.begat", cwd=tmp_path)
    assert trouble.returncode == 2 and "no graph here" in words(trouble)
