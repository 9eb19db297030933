"""The command line: a thin layer over `begat.api`. Data goes to stdout, words to stderr.

Exit codes: 0 done, 1 a failure (`BegatError`), 2 wrong use, 130 interrupted. An error is one line that says what was
wrong, where, and what to do.
"""

from __future__ import annotations

import difflib
import json
import logging
import os
import shutil
import sqlite3
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict
from functools import partial, wraps
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from begat import __version__, api
from begat.graph.errors import BegatError, UsageError, meant
from begat.graph.reader import is_neo4j, shown
from begat.graph.store import trouble
from begat.graph.vocabulary import LINEAGE

if TYPE_CHECKING:
    from begat.graph.build import BuildReport
    from begat.loaders.enrich import Enriched
    from begat.loaders.grow import Estimate, Grown
    from begat.loaders.sources import Problem
    from begat.queries.results import Result

# -- how the commands behave -----------------------------------------------------------------------------


class Commands(click.Group):
    """The group of commands, in the order of their use, with a did-you-mean for misspelt ones."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        """In the order in which they are defined."""
        return list(self.commands)

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        """Find the command, or say which ones are near."""
        if args and not args[0].startswith("-") and args[0] not in self.commands:
            near = difflib.get_close_matches(args[0], self.commands, n=2, cutoff=0.5)
            hint = f"; did you mean {' or '.join(near)}?" if near else "; 'begat --help' lists them"
            raise click.UsageError(f"there is no command {args[0]!r}{hint}")
        return super().resolve_command(ctx, args)


def say(text: str) -> None:
    """Words for the person: to stderr."""
    click.echo(text, err=True)


def main() -> None:
    """Run the command line and exit with its code."""
    # What went wrong is told once, by begat. Without any handler Python would print the driver's own words above it.
    logging.getLogger("neo4j").addHandler(logging.NullHandler())
    try:
        sys.exit(cli.main(standalone_mode=False))
    except click.ClickException as error:
        context = getattr(error, "ctx", None)
        hint = f" (see '{context.command_path} --help')" if context else ""
        said = _one_line(error.format_message())
        if "unexpected extra argument" in said:
            said += "; a name of several words goes in quotes"
        say(f"begat: {said}{hint}")
        sys.exit(2)
    except BegatError as error:
        say(f"begat: {_one_line(str(error))}")
        sys.exit(error.exit_code)
    except sqlite3.Error as error:
        # Whatever met it knows the file best; what gets here is a file that broke while it was read.
        explained = trouble(Path("the graph file"), error)
        if explained is None:
            raise
        say(f"begat: {_one_line(str(explained))}")
        sys.exit(explained.exit_code)
    except (KeyboardInterrupt, click.Abort):
        say("begat: interrupted; what was finished is kept, the same command goes on from there")
        sys.exit(130)
    except BrokenPipeError:  # the reader of the pipe has enough (`| head`): not an error
        _leave_stdout()
        sys.exit(0)
    except OSError as error:  # the world's doing: a full disk behind stdout, a folder on the way that nobody may enter
        _leave_stdout()
        where = error.filename if isinstance(error.filename, str) else "what is written"
        say(f"begat: {_one_line(where)}: {error.strerror or error}; check permissions, and the room on the disk")
        sys.exit(1)


def _leave_stdout() -> None:
    """What is left to be written goes nowhere: Python would complain at exit otherwise."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def _one_line(text: str) -> str:
    return " ".join(text.split())


def examples(*lines: str) -> str:
    """The epilog of a command's help: its examples, as typed."""
    return "\b\nExamples:\n" + "\n".join(f"  {line}" for line in lines)


graph_option = click.option(
    "-g",
    "--graph",
    envvar="BEGAT_GRAPH",
    default=api.DEFAULT_GRAPH,
    show_default=True,
    metavar="FILE",
    help="The graph file, or the neo4j://… of one that was pushed; BEGAT_GRAPH names another default.",
)


def _writable(
    ctx: click.Context, param: click.Parameter, target: Path | None, *, folder: bool = False, always: str = ""
) -> Path | None:
    """Refuses what cannot be written before any work is done for it; `folder`: it may be one that is there already.

    `-` is standard output, as if nothing were given; refused where there is `always` a file, of this name if no other is given.
    """
    from begat.graph.export import reachable

    if target == Path("-"):
        if always:
            raise UsageError(f"-o -: the page goes to a file of its own; name one, as {always}")
        return None
    if target is not None:
        reachable(target, folder=folder)
    return target


DEMO_PAGE = "orca-2.html"
output_option = click.option(
    "-o", "--output", type=click.Path(path_type=Path), callback=_writable, metavar="FILE",
    help="Write to FILE (- is standard output).",
    is_eager=True,  # a format may follow from its ending
)  # fmt: skip
confidence_option = click.option(
    "--min-confidence",
    type=click.FloatRange(0, 1),
    default=0.0,
    metavar="X",
    help="Leave out edges weaker than X (0 to 1).",
)
rows_option = click.option(
    "--format",
    "format_",
    type=click.Choice(["table", "json", "csv"]),
    default="table",
    show_default=True,
    help="How rows are written.",
)
timeout_option = click.option(
    "--timeout",
    type=click.FloatRange(min=0.1),
    default=30.0,
    show_default=True,
    metavar="SECONDS",
    help="Stop a query that takes longer.",
)
param_option = click.option(
    "--param", "params", multiple=True, metavar="KEY=VALUE", help="A parameter of the query; may be repeated."
)


def client_options(command: Callable[..., Any]) -> Callable[..., Any]:
    """The options of every command that asks services; they arrive as `offline`, `cache`, `contact`."""
    options = (
        click.option("--offline", is_flag=True, help="Ask no service: use what came before."),
        click.option(
            "--cache", metavar="DIR", help="Where answers of services are kept; BEGAT_CACHE names another default."
        ),
        click.option(
            "--contact", metavar="ADDRESS", help="Where services can reach you; BEGAT_CONTACT names a default."
        ),
    )
    for option in reversed(options):
        command = option(command)
    return command


_SCENES = ("json", "mermaid", "dot", "html", "svg", "png", "pdf")
_ENDINGS = {"htm": "html", "mmd": "mermaid", "gv": "dot"}


def scene_format(plain: str) -> Callable[[Any], Any]:
    """How a picture is written; `plain` is its form on a terminal, and in a file whose ending says nothing else."""

    def by_ending(context: click.Context, _: click.Parameter, given: str | None) -> str:
        output: Path | None = context.params.get("output")
        ending = output.suffix.lower().lstrip(".") if output else ""
        named = _ENDINGS.get(ending, ending)
        return given or (named if named in _SCENES else plain)

    return click.option(
        "--format", "format_", type=click.Choice([plain, *_SCENES]), callback=by_ending,
        help=f"How it is written; png and pdf need Chromium or Chrome.  [default: as the ending of -o says, else {plain}]",
    )  # fmt: skip


@contextmanager
def opened(path: str) -> Iterator[api.Graph]:
    """The graph at `path`, a file's or `neo4j://…`, open for questions."""
    if "://" in path and not is_neo4j(path):
        raise UsageError(f"{shown(path)}: neither a graph file's path nor neo4j://HOST:PORT; give one of them with -g")
    with api.open(path) as graph:
        yield graph


def emit(text: str, output: Path | None) -> None:
    """Text to stdout, or to a file (written whole or not at all)."""
    text = text if text.endswith("\n") else text + "\n"
    if output is None:
        click.echo(text, nl=False)
        return
    from begat.graph.export import written

    with written(output) as handle:
        handle.write(text)
    say(f"wrote {output}")


def emit_scene(scene: Any, format_: str, output: Path | None, page: Callable[[], str]) -> None:
    """A lineage, a family, a comparison in any of its formats."""
    if format_ in ("png", "pdf"):
        from begat.viz import render

        if output is None and sys.stdout.isatty():
            raise UsageError(f"{format_} is not for a terminal; name a file with -o")
        _emit_bytes(getattr(render, format_)(scene), output)
    elif format_ == "html":
        emit(page(), output)
    elif format_ == "svg":
        from begat.viz.svg import svg

        emit(svg(scene), output)
    else:
        emit(getattr(scene, format_)(), output)


def _emit_bytes(data: bytes, output: Path | None) -> None:
    if output is None:
        sys.stdout.buffer.write(data)
        return
    from begat.graph.export import whole

    with whole(output) as handle:
        handle.write(data)
    say(f"wrote {output}")


def emit_json(value: Any) -> None:
    """A JSON value to stdout."""
    click.echo(json.dumps(value, ensure_ascii=False, indent=2))


def parameters(pairs: Sequence[str]) -> dict[str, Any]:
    """`k=v` pairs as parameters: a value that is JSON (a number, a list, "quoted") is that, anything else text."""
    found: dict[str, Any] = {}
    for pair in pairs:
        key, equals, value = pair.partition("=")
        if not equals or not key.isidentifier():
            raise UsageError(f"{pair!r}: write a parameter as KEY=VALUE, e.g. name='Orca 2'")
        try:
            found[key] = json.loads(value)
        except ValueError:
            found[key] = value
    return found


# -- the commands ----------------------------------------------------------------------------------------


@click.group(
    cls=Commands,
    invoke_without_command=True,
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100},
)
@click.version_option(__version__, prog_name="begat")
@click.pass_context
def cli(ctx: click.Context) -> None:
    """Who descends from whom in research, every relation with the sentence that states it.

    \b
    begat demo                        see it work
    begat build papers/ -g my.begat   read your own
    begat lineage "Orca 2"            what it is built on, and what came of it
    """
    if ctx.invoked_subcommand is None:
        click.echo(ctx.get_help())


@cli.command(
    short_help="Build the example corpus and show the lineage of Orca 2.",
    epilog=examples("begat demo", "begat demo -o /tmp/orca.html"),
)
@click.option(
    "-g", "--graph", default="demo.begat", show_default=True, metavar="FILE", help="Where the demo's graph goes."
)
@click.option(
    "-o",
    "--output",
    default=DEMO_PAGE,
    show_default=True,
    type=click.Path(path_type=Path),
    callback=partial(_writable, always=DEMO_PAGE),
    metavar="FILE",
    help="Where the page goes.",
)
def demo(graph: str, output: Path) -> None:
    """Build the example corpus, print the lineage of Orca 2, write its page."""
    corpus = Path(__file__).parent / "examples"
    report = _build([str(corpus / "papers.jsonl"), str(corpus / "posts")], graph, workers=1)
    with api.open(graph) as opened_graph:
        lineage = opened_graph.lineage("Orca 2", min_confidence=0.3)
        say("")
        click.echo(lineage.tree(), nl=False)
        from begat.viz.lineage_page import page

        say("")
        emit(page(lineage), output)
    called = "begat" if shutil.which("begat") else os.path.relpath(sys.argv[0])
    say(
        f"\nThe graph is {graph}, built from {report.read} texts of the example corpus. Try next:\n"
        f"  open {output} in a browser\n"
        f"  {called} show BERT -g {graph}\n"
        f"  {called} path 'Orca 2' Transformer -g {graph}\n"
        f"  {called} ask most-built-upon -g {graph}\n"
        f"  {called} serve -g {graph}\n"
        f"  {called} build YOUR-PAPERS.jsonl -g my.begat"
    )


@cli.command(
    short_help="Read files, folders, addresses; add what they state.",
    epilog=examples(
        "begat build papers.jsonl",
        "begat build notes/ --metadata arxiv.jsonl -g my.begat",
        "begat build ids.csv --metadata arxiv -g my.begat",
        "begat build table.csv --column title=paper_name --column abstract=summary",
        "zcat dump.jsonl.gz | begat build -",
        "begat build arxiv:2311.11045 arxiv:2306.02707 notes/",
        "begat build oai:cs:cs:CL@2025-01-01..2025-01-07 --contact me@example.org",
        "begat build hf:org/model hf:org/model/descendants --offline",
        "begat build --min-confidence 0.5 -g my.begat",
    ),
)
@click.argument("sources", nargs=-1, metavar="[SOURCE]...")
@graph_option
@click.option(
    "--metadata",
    multiple=True,
    metavar="FILE",
    help="Titles, authors, dates to join by id; may be repeated. 'arxiv' asks arXiv for those that papers lack.",
)
@click.option(
    "--format", "format_", metavar="NAME", help="Read every source as this format (jsonl, csv, bibtex, page, ...)."
)
@click.option(
    "--column", "columns", multiple=True, metavar="FIELD=COLUMN", help="Which column holds a field; may be repeated."
)
@click.option(
    "--workers", type=click.IntRange(1), default=None, metavar="N", help="Processes to mine in (default: one a core)."
)
@click.option(
    "--dask", metavar="ADDRESS", help="Mine on the workers of this Dask scheduler, e.g. tcp://scheduler:8786."
)
@click.option(
    "--min-confidence",
    type=click.FloatRange(0, 1),
    default=None,
    metavar="X",
    help="Keep weaker statements out of the graph; without SOURCE, out of one that there is.",
)
@client_options
@click.option("-q", "--quiet", is_flag=True, help="No progress and no summary; problems are still told.")
def build(
    sources: tuple[str, ...],
    graph: str,
    metadata: tuple[str, ...],
    format_: str | None,
    columns: tuple[str, ...],
    workers: int | None,
    dask: str | None,
    min_confidence: float | None,
    quiet: bool,
    **asking: Any,
) -> None:
    """Read SOURCEs (files, folders, "-", addresses such as arxiv:ID), mine them, add to the graph.

    Formats are known by their content: records (JSON Lines, JSON, CSV, TSV, Parquet), libraries (CSL JSON, BibTeX,
    RIS), dumps (arXiv, OpenAlex, Semantic Scholar, Crossref, the ACL Anthology), papers (PDF, LaTeX, JATS, TEI),
    model cards, pages (HTML, Markdown, text). Documents that have not changed are skipped, so building again is
    cheap and changes nothing.

    What addresses name, services are asked for, politely: arxiv:ID, oai:SET@FROM..UNTIL (arXiv's lists),
    doi:DOI, s2:ID, openalex:ID, hf:ORG/MODEL, and links to these; docs/sources.md lists them all. What came is kept, and asked for once.
    """
    if not sources and (min_confidence is None or not Path(graph).exists()):
        raise click.MissingParameter(param_type="argument", param_hint="'SOURCE...'")
    pairs = dict(_column(pair) for pair in columns)
    workers = workers or os.cpu_count() or 1
    _build(
        sources,
        graph,
        metadata=metadata,
        format=format_,
        columns=pairs,
        workers=workers,
        dask=dask,
        min_confidence=min_confidence,
        quiet=quiet,
        **asking,
    )


def _column(pair: str) -> tuple[str, str]:
    field, equals, column = pair.partition("=")
    if not equals or not field or not column:
        raise UsageError(f"--column {pair!r}: write it as FIELD=COLUMN, e.g. --column title=paper_name")
    return field, column


def _build(sources: Sequence[str], graph: str, *, quiet: bool = False, **options: Any) -> BuildReport:
    """Build with a progress bar and a summary; exits with 1 if nothing at all could be read."""
    problems: list[Problem] = []
    with _progress(quiet) as (progress, note):

        def told(problem: Problem) -> None:
            problems.append(problem)
            note(f"begat: {_one_line(str(problem))}")

        waits = None if quiet else lambda line: note(f"begat: {line}")
        with api.build(sources, graph, on_problem=told, progress=progress, note=waits, **options) as built:
            report = built.report
    assert report is not None
    for problem in report.problems[:_MOST_PROBLEMS]:
        say(f"begat: {_one_line(problem)}")
    if len(report.problems) > _MOST_PROBLEMS:
        say(f"begat: {len(report.problems) - _MOST_PROBLEMS} more of these")
    if report.read == 0 and problems:
        raise BegatError(f"nothing could be read; {graph} {_became(report)}")
    if not quiet:
        say(_summary(report, graph))
    return report


_MOST_PROBLEMS = 10


def _summary(report: BuildReport, graph: str) -> str:
    """What a build did, for a person."""
    counts = (
        ("new", report.new),
        ("changed", report.changed),
        ("unchanged", report.unchanged),
        ("removed", report.removed),
        ("met again", report.repeated),
    )
    told = ", ".join(f"{count} {what}" for what, count in counts if count)
    read = f"read {_count(report.read, 'document')}" + (f" ({told})" if told else "")
    if not report.resolved:
        return f"{read}; nothing changed, {graph} {_became(report)}"
    lines = [f"{read} in {sum(report.seconds.values()):.1f} s"]
    if report.remined_because:
        lines.append(f"mined all {report.mined} again: {report.remined_because}")
    lines.append(f"{graph} {_became(report)}")
    return "\n".join(lines)


def _became(report: BuildReport) -> str:
    """What a graph is after a build."""
    if not report.resolved:
        return "is as it was"
    return f"now has {_size(report)}" if report.nodes else "is empty"


def _size(report: BuildReport) -> str:
    return (
        f"{report.nodes} nodes and {report.edges} edges from {report.mentions} mentions"
        f" and {report.assertions} statements"
    )


def _count(count: int, noun: str) -> str:
    return f"{count} {noun}" if count == 1 else f"{count} {noun}s"


@contextmanager
def _progress(quiet: bool) -> Iterator[tuple[api.Progress | None, Callable[[str], None]]]:
    """A progress bar on a terminal's stderr, and how to print a line without breaking it."""
    if quiet or not sys.stderr.isatty():
        yield None, say
        return
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

    console = Console(stderr=True)
    columns = TextColumn("{task.description:<10}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn()
    with Progress(*columns, console=console, transient=True) as bar:
        tasks: dict[str, Any] = {}

        def advance(stage: str, done: int, total: int | None) -> None:
            if stage not in tasks:
                tasks[stage] = bar.add_task(stage, total=total)
            bar.update(tasks[stage], completed=done, total=total)

        yield advance, lambda line: console.print(line, markup=False, highlight=False)


workers_option = click.option(
    "--workers", type=click.IntRange(1), default=None, metavar="N", help="Processes to mine in (default: one a core)."
)
quiet_option = click.option("-q", "--quiet", is_flag=True, help="No progress and no summary; problems are still told.")


@contextmanager
def _asking(quiet: bool) -> Iterator[dict[str, Any]]:
    """How a call that asks services tells what happens: its progress, what it waits for, what goes wrong."""
    with _progress(quiet) as (progress, note):

        def told(problem: Problem) -> None:
            note(f"begat: {_one_line(str(problem))}")

        waits = None if quiet else lambda line: note(f"begat: {line}")
        yield {"on_problem": told, "progress": progress, "note": waits}


@cli.command(
    short_help="Ask services for what is missing of the graph's papers.",
    epilog=examples(
        "begat enrich -g my.begat",
        "begat enrich --from s2 --sentences -g my.begat",
        "begat enrich --by-title -g zotero.begat",
        "begat enrich --from arxiv,openalex --contact me@example.org",
    ),
)
@graph_option
@click.option(
    "--from", "services", metavar="NAME,...", default="arxiv,s2,crossref", show_default=True,
    help="Services to ask, in this order: arxiv, s2, openalex (needs OPENALEX_API_KEY), crossref, opencitations.",
)  # fmt: skip
@click.option(
    "--sentences", is_flag=True, help="Ask Semantic Scholar for the sentences that cite: a request for each paper."
)
@click.option(
    "--by-title", is_flag=True, help="Look for papers without an id by their title: a request for each of them."
)
@workers_option
@client_options
@quiet_option
def enrich(
    graph: str, services: str, sentences: bool, by_title: bool, workers: int | None, quiet: bool, **asking: Any
) -> None:
    """Ask services for what is missing of the papers in the graph: titles, dates, authors, ids, abstracts, citations.

    Nothing that a source states is overwritten. What came is kept, and asked for once; Ctrl-C ends the asking, and
    the graph gets what came.
    """
    with _asking(quiet) as telling:
        found = api.enrich(
            graph,
            services=[name.strip() for name in services.split(",") if name.strip()],
            sentences=sentences,
            by_title=by_title,
            workers=workers or os.cpu_count() or 1,
            **telling,
            **asking,
        )
    if not quiet:
        say(_enriched(found))
        assert found.report is not None
        say(_summary(found.report, graph))
    if found.interrupted:
        raise KeyboardInterrupt


@cli.command(
    short_help="Add what is near NAME by citations and declared bases.",
    epilog=examples(
        "begat grow 'Orca 2' --depth 2 -g my.begat",
        "begat grow arxiv:2311.11045 --descendants --limit 50 --yes -g new.begat",
        "begat grow hf:org/model --depth 2",
        "begat grow 'Orca 2' --depth 2 --offline",
    ),
)
@click.argument("name")
@graph_option
@click.option("--ancestors", "direction", flag_value="ancestors", help="Only what it cites, and its bases.")
@click.option("--descendants", "direction", flag_value="descendants", help="Only what cites it, and descends from it.")
@click.option("--depth", type=click.IntRange(1, 10), default=1, show_default=True, metavar="N", help="At most N steps.")
@click.option(
    "--limit", type=click.IntRange(1, 100_000), default=200, show_default=True, metavar="N",
    help="Take at most N papers and models, those most joined to the others first.",
)  # fmt: skip
@click.option("-y", "--yes", is_flag=True, help="Begin without asking.")
@workers_option
@client_options
@quiet_option
def grow(
    name: str,
    graph: str,
    direction: str | None,
    depth: int,
    limit: int,
    yes: bool,
    workers: int | None,
    quiet: bool,
    **asking: Any,
) -> None:
    """Follow citations and declared bases outward from NAME, and add what is there to the graph.

    NAME is a thing or paper of the graph, or an address (arxiv:, doi:, s2:, hf:). Semantic Scholar is asked who cites
    whom, and in which sentences; the Hugging Face Hub which models declare to descend from which. It says first how
    long that will take at most. What came is kept, and asked for once; Ctrl-C ends the asking, and the graph gets
    what came.
    """

    def confirmed(estimate: Estimate) -> bool:
        if not quiet:
            say(_estimated(estimate, name, depth, limit))
        if yes or not estimate.requests:
            return True
        if not sys.stdin.isatty():
            raise UsageError("nobody to ask whether to begin; say --yes to begin")
        return click.confirm("begin?", err=True)

    with _asking(quiet) as telling:
        found = api.grow(
            name, graph, depth=depth, limit=limit, direction=direction or "both", confirm=confirmed,
            workers=workers or os.cpu_count() or 1, **telling, **asking,
        )  # fmt: skip
    if found.report is None:
        raise BegatError("not begun; the graph is as it was")
    if not quiet:
        say(_grown(found))
        say(_summary(found.report, graph))
    if found.interrupted:
        raise KeyboardInterrupt


def _estimated(estimate: Estimate, name: str, depth: int, limit: int) -> str:
    """What growing will take, for a person."""
    begin = [_count(n, what) for n, what in ((estimate.papers, "paper"), (estimate.models, "model")) if n]
    known = f" (citing {estimate.cites}, cited by {estimate.cited_by})" if estimate.papers else ""
    return (
        f"{name}: from {' and '.join(begin)}{known}, {_count(depth, 'step')},"
        f" at most {limit} more: at most {_count(estimate.requests, 'request')}, {_duration(estimate.seconds)}"
    )


def _duration(seconds: float) -> str:
    return (
        f"{seconds:.0f} s"
        if seconds < 90
        else f"{seconds / 60:.0f} minutes"
        if seconds < 5400
        else f"{seconds / 3600:.1f} hours"
    )


def _grown(found: Grown) -> str:
    """What growing took, for a person."""
    line = f"took {_count(found.papers, 'paper')} and {_count(found.models, 'model')} in {_count(found.steps, 'step')}"
    return line + (f"; left out {found.left_out} past --limit" if found.left_out else "")


def _enriched(found: Enriched) -> str:
    """What an enrichment filled, for a person."""
    from collections import Counter

    from begat.graph.missing import Gap

    lines = []
    for service in found.asked | Counter(service for service, _ in found.filled):
        asked = found.asked[service]
        filled = ", ".join(f"{gap} ({count})" for gap in Gap if (count := found.filled[service, gap]))
        not_so = [(found.unknown[service], "not known there"), (found.unanswered[service], "not answered")]
        told = "".join(f"; {count} {what}" for count, what in not_so if count)
        lines.append(f"{service}: asked for {_count(asked, 'paper')}{told}; filled {filled or 'nothing'}")
    if found.nameless:
        lines.append(f"{_count(found.nameless, 'paper')} without an id that these services know; try --by-title")
    return "\n".join(lines) or "no paper lacks anything that these services could fill"


@cli.command(
    short_help="What NAME is built on, and what came of it.",
    epilog=examples(
        "begat lineage 'Orca 2'",
        "begat lineage BERT --descendants --depth 2",
        "begat lineage 'Orca 2' -o orca-2.html",
        "begat lineage LoRA -o lora.png",
    ),
)
@click.argument("name")
@graph_option
@click.option("--ancestors", "direction", flag_value="ancestors", help="Only what it descends from.")
@click.option("--descendants", "direction", flag_value="descendants", help="Only what descends from it.")
@click.option("--depth", type=click.IntRange(1), metavar="N", help="At most N steps away.")
@click.option(
    "--relation", "relations", multiple=True, metavar="R", help="Follow only R (extends, uses, ...); may be repeated."
)
@confidence_option
@scene_format("tree")
@output_option
def lineage(
    name: str,
    graph: str,
    direction: str | None,
    depth: int | None,
    relations: tuple[str, ...],
    min_confidence: float,
    format_: str,
    output: Path | None,
) -> None:
    """The lineage of NAME: what it is built on, and what came of it."""
    asked: dict[str, Any] = {
        "direction": direction or "both", "relations": relations or LINEAGE, "min_confidence": min_confidence,
    }  # fmt: skip
    with opened(graph) as source:
        found = source.lineage(name, depth=depth, **asked)
        reach: dict[int, int] = {}
        if format_ == "html" and found.truncated:
            from begat.queries.lineage import MOST_NODES, whole_steps

            reach = source.reach(name, **asked)
            found = source.lineage(name, depth=whole_steps(reach, MOST_NODES) or 1, **asked)

        def page() -> str:
            from begat.viz.lineage_page import page

            return page(found, reach)

        emit_scene(found, format_, output, page)


@cli.command(
    short_help="A family over the years, and what it builds on.",
    epilog=examples("begat family LLaMA", "begat family BERT -o bert-family.html"),
)
@click.argument("name")
@graph_option
@confidence_option
@scene_format("text")
@output_option
def family(name: str, graph: str, min_confidence: float, format_: str, output: Path | None) -> None:
    """The family NAME, or that of the thing NAME, over the years: its members, what came in, what went out."""
    with opened(graph) as source:
        found = source.family(name, min_confidence=min_confidence)

        def page() -> str:
            from begat.viz.family_page import page

            return page(found)

        emit_scene(found, format_, output, page)


@cli.command(
    short_help="Two things side by side, and where they part.",
    epilog=examples("begat compare 'Orca 2' WizardLM", "begat compare DistilBERT TinyBERT -o two.html"),
)
@click.argument("a")
@click.argument("b")
@graph_option
@click.option(
    "--relation", "relations", multiple=True, metavar="R", help="Follow only R (extends, uses, ...); may be repeated."
)
@confidence_option
@scene_format("text")
@output_option
def compare(
    a: str, b: str, graph: str, relations: tuple[str, ...], min_confidence: float, format_: str, output: Path | None
) -> None:
    """A and B side by side: their common ancestors, where they part, what is said of the two."""
    with opened(graph) as source:
        found = source.compare(a, b, relations=relations or LINEAGE, min_confidence=min_confidence)

        def page() -> str:
            from begat.viz.comparison_page import page

            return page(found)

        emit_scene(found, format_, output, page)


@cli.command(
    short_help="One thing: its names, relations, and their sentences.",
    epilog=examples("begat show 'Orca 2'", "begat show 2311.11045", "begat show LoRA --format json"),
)
@click.argument("name")
@graph_option
@click.option("--format", "format_", type=click.Choice(["text", "json"]), default="text", show_default=True)
def show(name: str, graph: str, format_: str) -> None:
    """One node: aliases, who introduced it, its relations with their evidence."""
    with opened(graph) as source:
        portrait = source.show(name)
        click.echo(portrait.json() if format_ == "json" else portrait.text())


@cli.command(epilog=examples("begat path 'Orca 2' Transformer", "begat path SPLADE BERT --format json"))
@click.argument("a")
@click.argument("b")
@graph_option
@click.option("--max-length", type=click.IntRange(1, 20), default=6, show_default=True, help="The most steps to look.")
@click.option("--format", "format_", type=click.Choice(["text", "json"]), default="text", show_default=True)
def path(a: str, b: str, graph: str, max_length: int, format_: str) -> None:
    """How A and B are connected, with the evidence of each step."""
    with opened(graph) as source:
        found = source.path(a, b, max_length=max_length)
        if found is None:
            raise BegatError(
                f"no connection of {a!r} and {b!r} within {_count(max_length, 'step')}; --max-length looks further"
            )
        click.echo(found.json() if format_ == "json" else found.text())


@cli.command(epilog=examples("begat search distillation", "begat search 'explanation traces' --limit 5"))
@click.argument("text")
@graph_option
@click.option("--limit", type=click.IntRange(1), default=20, show_default=True)
@rows_option
def search(text: str, graph: str, limit: int, format_: str) -> None:
    """Full-text search over names, titles and evidence."""
    from begat.queries.results import Result

    with opened(graph) as source:
        hits = source.search(text, limit)
    if not hits:
        raise BegatError(f"nothing speaks of {text!r}; try one word of it, or build from more")
    rows = [(hit.kind, hit.node.name, hit.snippet, hit.node.id) for hit in hits]
    _emit_rows(Result(("kind", "name", "text", "id"), rows), format_)


def asking(ask: Callable[..., Result]) -> Callable[..., None]:
    """The options of a command that asks the graph a query, whose rows `ask(graph, text, timeout, **parameters)` gives."""

    @click.argument("query", required=False)
    @graph_option
    @param_option
    @click.option("--file", "file", type=click.Path(path_type=Path), help="Read the query from a file.")
    @rows_option
    @timeout_option
    @wraps(ask)
    def command(
        query: str | None, graph: str, params: tuple[str, ...], file: Path | None, format_: str, timeout: float
    ) -> None:
        text = _query_text(query, file)
        with opened(graph) as source:
            _emit_rows(ask(source, text, timeout, **parameters(params)), format_)

    return command


@cli.command(
    epilog=examples(
        "begat query \"MATCH (a {name: 'Orca 2'})-[r:EXTENDS]->(b) RETURN b.name, r.evidence\"",
        "begat query 'MATCH (a)-[:USES]->({name: $name}) RETURN a.name' --param name=LoRA",
        "begat query --file question.cypher --format csv",
    )
)
@asking
def query(graph: api.Graph, text: str, timeout: float, **parameters: Any) -> Result:
    """Ask in Cypher (read-only)."""
    return graph.cypher(text, timeout=timeout, **parameters)


@cli.command(
    short_help="Ask in SPARQL 1.1 (read-only).",
    epilog=examples(
        "begat sparql 'SELECT ?a WHERE { ?a begat:extends b:model-orca }'",
        "begat sparql 'SELECT ?x WHERE { ?x skos:prefLabel ?name }' --param name=Orca",
    ),
)
@asking
def sparql(graph: api.Graph, text: str, timeout: float, **parameters: Any) -> Result:
    """Ask in SPARQL 1.1 (read-only); the usual prefixes are declared."""
    return graph.sparql(text, timeout=timeout, **parameters)


def _query_text(query: str | None, file: Path | None) -> str:
    if (query is None) == (file is None):
        raise UsageError("give the query itself, or --file FILE, not both or neither")
    if query is not None:
        return query
    assert file is not None
    try:
        return file.read_text(encoding="utf-8")
    except (OSError, UnicodeError) as error:
        why = getattr(error, "strerror", None) or error
        raise BegatError(f"{file}: cannot be read as a query ({why})") from None


def _emit_rows(result: Result, format_: str) -> None:
    for note in result.notes:
        say(f"begat: {note}")
    for piece in getattr(result, format_)():
        click.echo(piece, nl=False)


@cli.command(
    short_help="Ask a question of the library (--list shows them).",
    epilog=examples(
        "begat ask --list", "begat ask descendants name=BERT", "begat ask most-built-upon --engine sparql --format csv"
    ),
)
@click.argument("question", required=False)
@click.argument("values", nargs=-1, metavar="[KEY=VALUE]...")
@graph_option
@click.option("--list", "list_", is_flag=True, help="The questions of the library, with their parameters.")
@click.option("--engine", type=click.Choice(["cypher", "sparql"]), default="cypher", show_default=True)
@rows_option
def ask(question: str | None, values: tuple[str, ...], graph: str, list_: bool, engine: str, format_: str) -> None:
    """Ask a QUESTION of the library, with its parameters as KEY=VALUE."""
    from begat.queries.library import questions

    if list_ or question is None:
        widest = max(len(entry.usage) for entry in questions().values())
        for entry in questions().values():
            click.echo(f"{entry.usage:<{widest}}  {entry.doc}")
        return
    with opened(graph) as source:
        _emit_rows(source.ask(question, engine=engine, **parameters(values)), format_)


@cli.command(
    short_help="Write the graph in another format (--list shows them).",
    epilog=examples("begat export turtle -o graph.ttl", "begat export network -o graph.html", "begat export --list"),
)
@click.argument("format_", metavar="FORMAT", required=False)
@graph_option
@click.option(
    "-o", "--output", type=click.Path(path_type=Path), callback=partial(_writable, folder=True), metavar="FILE",
    help="Write to FILE; where these are several, a folder.",
)  # fmt: skip
@click.option("--list", "list_", is_flag=True, help="The formats.")
@click.option("--no-evidence", is_flag=True, help="Without the quotes.")
@confidence_option
def export(
    format_: str | None, graph: str, output: Path | None, list_: bool, no_evidence: bool, min_confidence: float
) -> None:
    """Write the graph as FORMAT (turtle, jsonld, graphml, csv, assertions, network, ...)."""
    from begat.graph.export import FORMATS, reachable

    if list_ or format_ is None:
        for name, entry in FORMATS.items():
            click.echo(f"{name:<12} {entry.description}")
        click.echo(
            f"{'network':<12} what is most connected, as a page to drag about in a browser (HTML, without quotes)"
        )
        return
    if format_ not in (formats := (*FORMATS, "network")):
        raise UsageError(f"no export format {format_!r}; {meant(format_, formats)}")
    with opened(graph) as source:
        if format_ == "network":
            from begat.viz.network import network_page

            if output is not None:
                reachable(output)
            with source.file() as store:
                emit(network_page(store, min_confidence=min_confidence), output)
            return
        source.export(format_, output, evidence=not no_evidence, min_confidence=min_confidence)
    if output is not None:
        say(f"wrote {output}")


@cli.command(
    short_help="Copy the graph into a Neo4j; again, only what changed.",
    epilog=examples(
        "begat push neo4j://localhost:7687",
        "begat push neo4j+s://db.example.org/papers -g my.begat --workers 8",
        "begat push neo4j://localhost:7687 --wipe",
    ),
)
@click.argument("url", envvar="NEO4J_URI", metavar="URL")
@graph_option
@click.option(
    "--workers",
    type=click.IntRange(1, 64),
    default=4,
    show_default=True,
    metavar="N",
    help="Transactions written at a time.",
)
@click.option(
    "--batch",
    type=click.IntRange(1),
    default=1000,
    show_default=True,
    metavar="ROWS",
    help="Rows that one statement carries.",
)
@click.option("--replace", is_flag=True, help="Make another graph that is there this one.")
@click.option("--wipe", is_flag=True, help="Remove what begat has written there, instead; asks first.")
@click.option("--yes", is_flag=True, help="Do not ask.")
@click.option("-q", "--quiet", is_flag=True, help="No progress and no summary.")
def push(url: str, graph: str, workers: int, batch: int, replace: bool, wipe: bool, yes: bool, quiet: bool) -> None:
    """Copy the graph into the Neo4j at URL (or NEO4J_URI); again, write only what changed.

    NEO4J_USER and NEO4J_PASSWORD say who asks. Nothing there is touched but what begat wrote itself. A push that
    was broken off is taken up by the next.
    """
    if wipe:
        _wipe(url, yes)
        return
    with opened(graph) as source, _progress(quiet) as (progress, _):
        report = source.push(url, workers=workers, batch=batch, replace=replace, progress=progress)
    if not quiet:
        say(report.summary())


def _wipe(url: str, yes: bool) -> None:
    from begat.graph.neo4j import Address, wipe

    Address.of(url)  # what is no address, or tells a password, is said before it is shown
    if not yes and not click.confirm(f"Remove everything that begat wrote into {url}?", err=True):
        raise click.Abort
    removed = wipe(url)
    say(f"removed {removed.nodes.removed:,} nodes and {removed.edges.removed:,} edges")


@cli.command(
    short_help="Take a source or a document out of the graph.",
    epilog=examples("begat remove notes/old.jsonl", "begat remove 2311.11045"),
)
@click.argument("what")
@graph_option
def remove(what: str, graph: str) -> None:
    """Take a source (as in 'begat stats') or a document, by its id, out of the graph."""
    report = api.remove(what, graph)
    say(f"removed {_count(report.removed, 'document')}; {graph} now has {_size(report)}")


@cli.command(
    short_help="Explore the graph in a browser.",
    epilog=examples(
        "begat serve", "begat serve --port 9000 -g my.begat", "begat serve --allow-edits  # mark and merge"
    ),
)
@graph_option
@click.option("--host", default="127.0.0.1", show_default=True, metavar="ADDRESS", help="The address to listen on.")
@click.option(
    "--port", type=click.IntRange(0, 65535), default=8365, show_default=True, metavar="N", help="The port (0: any)."
)
@click.option("--allow-edits", is_flag=True, help="Let readers of this machine mark edges and merge or split names.")
def serve(graph: str, host: str, port: int, allow_edits: bool) -> None:
    """Explore the graph in a browser: search, lineage, evidence, queries, and a JSON API under /api/."""
    from begat.viz.explorer.app import serve as serve_explorer

    serve_explorer(
        graph, host=host, port=port, allow_edits=allow_edits, ready=lambda address: say(f"{address} (Ctrl-C ends it)")
    )


reason_option = click.option("--reason", required=True, metavar="TEXT", help="Why; kept with the correction.")


@cli.command(
    short_help="Say that an edge is right or wrong.",
    epilog=examples("begat mark 'Orca 2' extends Orca right --reason 'section 1 says so'"),
)
@click.argument("subject")
@click.argument("relation")
@click.argument("object_", metavar="OBJECT")
@click.argument("verdict", type=click.Choice(["right", "wrong"]))
@graph_option
@reason_option
def mark(subject: str, relation: str, object_: str, verdict: str, graph: str, reason: str) -> None:
    """Say that an edge is right (certain) or wrong (gone); stronger than what was mined, kept through builds."""
    from begat.graph import corrections
    from begat.graph.search import find
    from begat.graph.store import Store

    with Store.open(graph, write=True) as store:
        ends = (find(store, subject).id, api.relation_named(relation), find(store, object_).id)
        edge = next(store.edges("subject = ? AND relation = ? AND object = ?", ends), None)
        if edge is None:
            raise BegatError(f"nothing in {graph} states that {subject!r} {relation} {object_!r}; see 'begat show'")
        corrections.mark(store, edge, right=verdict == "right", reason=reason)
    say(f"marked {verdict}")


@cli.command(epilog=examples("begat merge 'SPLADE v2' SPLADE-v2-max --reason 'one model, two names'"))
@click.argument("a")
@click.argument("b")
@graph_option
@reason_option
def merge(a: str, b: str, graph: str, reason: str) -> None:
    """Say that A and B are one thing; kept through builds."""
    from begat.graph import corrections
    from begat.graph.search import find
    from begat.graph.store import Store

    with Store.open(graph, write=True) as store:
        corrections.merge(store, find(store, a), find(store, b), reason)
        node = find(store, a)
    say(f"{a!r} and {b!r} are one now: {node.name} ({node.id})")


@cli.command(
    short_help="Say that a name of one thing is that of another.",
    epilog=examples(
        "begat split DPO 'Direct Preference Order' --reason 'other initials'",
        "begat split 'On Parrots' library#7 --reason 'the talk, not the paper'  # 'begat show' lists a paper's records",
    ),
)
@click.argument("name")
@click.argument("alias")
@graph_option
@reason_option
def split(name: str, alias: str, graph: str, reason: str) -> None:
    """Say that ALIAS, so far a name of NAME, is another thing; kept through builds.

    NAME may be a paper, and ALIAS a record that was taken for it: that is another paper then.
    """
    from begat.graph import corrections
    from begat.graph.build import part
    from begat.graph.search import find
    from begat.graph.store import Store
    from begat.graph.vocabulary import NodeType

    with Store.open(graph, write=True) as store:
        node = find(store, name)
        if node.type is NodeType.PAPER:
            from begat.loaders.mining import pipeline

            other, _ = part(store, node, alias, reason, pipeline)
            say(f"{alias!r} and {other!r} are two papers now")
            return
        corrections.split(store, node, alias, reason)
    say(f"{alias!r} is no longer a name of {name!r}")


@cli.command(
    epilog=examples("begat corrections", "begat corrections > corrections.jsonl", "begat corrections --withdraw 3")
)
@graph_option
@click.option("--withdraw", type=click.IntRange(1), metavar="N", help="Take correction N back.")
def corrections(graph: str, withdraw: int | None) -> None:
    """What readers have corrected, as JSON Lines."""
    from begat.graph import build
    from begat.graph import corrections as kept
    from begat.graph.store import Store

    with Store.open(graph, write=withdraw is not None) as store:
        if withdraw is not None:
            from begat.loaders.mining import pipeline

            build.withdraw(store, withdraw, pipeline)
            say(f"took correction {withdraw} back")
            return
        for correction in kept.corrections(store):
            click.echo(json.dumps(kept.record(store, correction), ensure_ascii=False))


@cli.command(
    short_help="What the graph NEW has otherwise than the graph OLD.",
    epilog=examples("begat diff before.begat after.begat", "begat diff old.begat new.begat --json | jq .ancestors"),
)
@click.argument("old", type=click.Path(path_type=Path))
@click.argument("new", type=click.Path(path_type=Path))
@click.option("--json", "json_", is_flag=True, help="As JSON, all of it.")
@click.pass_context
def diff(ctx: click.Context, old: Path, new: Path, json_: bool) -> None:
    """What the graph NEW has otherwise than the graph OLD: things, edges with their sentence, ancestors.

    Like diff: exits with 0 where they say the same, 1 where they do not, 2 where one cannot be read.
    """
    try:
        found = api.diff(old, new)
    except BegatError as error:
        say(f"begat: {_one_line(str(error))}")
        ctx.exit(2)
    click.echo(found.json() if json_ else found.text())
    ctx.exit(1 if found else 0)


_MOST_COUNTED = 25
"""Lines of one kind that `stats` prints: a graph that was grown has hundreds of sources."""


@cli.command(
    short_help="Counts: documents, nodes, edges, where they come from.",
    epilog=examples("begat stats", "begat stats --format json"),
)
@graph_option
@click.option("--format", "format_", type=click.Choice(["text", "json"]), default="text", show_default=True)
def stats(graph: str, format_: str) -> None:
    """Counts: documents, nodes by type, edges by relation, where they come from."""
    with opened(graph) as source:
        counts = source.stats()
    fields = asdict(counts)
    if format_ == "json":
        emit_json(fields)
        return
    for heading, value in fields.items():
        if isinstance(value, dict):
            click.echo(f"{heading}:")
            shown = list(value.items())[:_MOST_COUNTED]
            widest = max((22, *(len(name) for name, _ in shown)))
            for name, count in shown:
                click.echo(f"  {name:<{widest}} {count:>9}")
            if len(value) > _MOST_COUNTED:
                click.echo(f"  and {len(value) - _MOST_COUNTED} more ('--format json' has all)")
        else:
            click.echo(f"{heading + ':':<24} {value if value is not None else '-':>9}")


@cli.command(
    short_help="Check the file and every evidence quote in it.",
    epilog=examples("begat check", "begat check -g my.begat && echo sound"),
)
@graph_option
def check(graph: str) -> None:
    """Check the file and every evidence quote in it; exits with 1 where anything is wrong."""
    with opened(graph) as source:
        findings = 0
        for finding in source.check():
            click.echo(finding)
            findings += 1
        checked = asdict(source.stats())["assertions"]
    if findings:
        raise BegatError(f"{graph}: {findings} findings; build it anew from its sources")
    say(f"{graph}: sound; all {checked} assertions stand where they say")
