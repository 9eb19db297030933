"""What is read: files, folders and standard input, each opened once and read by the source that knows its content.

And addresses of what services have (`arxiv:2311.11045`), for which a client asks.
"""

import os
import re
import sys
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, nullcontext
from dataclasses import replace
from hashlib import blake2b
from io import BufferedReader
from itertools import chain
from pathlib import Path
from stat import S_ISREG
from typing import cast

from begat.graph.errors import ServiceError, SourceError
from begat.graph.missing import completed
from begat.graph.model import Document, Facts
from begat.graph.store import Store
from begat.loaders.apis import SCHEMES, Address, Client, address, arxiv
from begat.loaders.apis.scheme import read as read_answer
from begat.loaders.sources import Input, OnProblem, Problem, Source, named, recognised
from begat.loaders.sources.atom import ATOM
from begat.loaders.sources.fields import checked
from begat.loaders.sources.input import HEAD, storable
from begat.loaders.sources.packed import SUFFIXES
from begat.loaders.sources.problem import Report
from begat.loaders.sources.seen import Seen

STDIN = "-"
NO_FILES = (
    "no file in it to read (hidden ones are left out); begat looks for papers (PDF, LaTeX, XML), libraries (BibTeX, RIS,"
    " CSL), records (JSON Lines, JSON, CSV, TSV, Parquet) and pages (HTML, Markdown, text)"
)
"""What is said of a folder without files."""
_SUFFIX = re.compile(r"\.[A-Za-z][A-Za-z0-9]{0,7}$")
_LIKE_AN_ADDRESS = re.compile(r"[A-Za-z][A-Za-z0-9]+:")
_COLUMNS: Mapping[str, str] = {}


def read(
    sources: Sequence[str],
    *,
    format: str | None = None,
    columns: Mapping[str, str] = _COLUMNS,
    on_problem: OnProblem,
    base: Path | None = None,
    client: Client | None = None,
) -> Iterator[Document]:
    """The Documents of files, folders (all files in them, in order of name) and "-" (standard input), as they are met.

    Then those of addresses (`arxiv:2311.11045`, or a link), all of a scheme together, which `client` asks for; their
    source is the address. A file whose name looks like an address is meant by its path (`./arxiv:2311.11045`).

    Each file's format is known by its content; `format` overrides that. `columns` say which column of records
    holds a field ({"title": "paper_name"}), where its name does not tell. Documents name their source relative to
    `base` where it is given. What cannot be read is told to `on_problem` and the rest goes on. The same bytes give
    the same Documents. Raises UsageError at once for a format or field that there is not.
    """
    source = named(format) if format else None
    checked(columns)
    addresses = {given: found for given in sources if (found := address(given))}
    files = [given for given in sources if given not in addresses]
    return chain(_read(files, source, columns, on_problem, base), _fetched(addresses, client or Client(), on_problem))


def is_address(source: str) -> bool:
    """Whether a source is no file, but the address of what a service has."""
    return address(source) is not None


def expect(sources: Iterable[str]) -> None:
    """Say at once, before hours of work, what is there to be read in none of these.

    Raises:
        SourceError: neither a file or folder nor standard input nor an address.
    """
    for source in sources:
        found = address(source)
        if isinstance(found, str):
            raise SourceError(f"{source}: {found}")
        if found is None and source != STDIN and not os.path.lexists(source):
            raise SourceError(f"{source}: {_reason(FileNotFoundError(), source)}; check the path")


def asked_metadata(client: Client, store: Store, on_problem: OnProblem) -> Iterator[Facts]:
    """What arXiv's API has of those papers in a graph that have an arXiv id and lack title, authors or the day.

    What records and facts that are there say stands; what cannot be had is told.
    """
    lacking = dict(_lacking(store))
    report = Report("arxiv", on_problem)
    for arxiv_id, found in arxiv.papers(client, list(lacking)):
        if isinstance(found, ServiceError):
            report.error(arxiv_id, "{why}", why=found)
        elif found is None:
            report.warning(arxiv_id, "arXiv knows of no such paper: no metadata of it")
        else:
            for said in read_answer(ATOM, found, report, arxiv_id):
                facts = Facts(f"arxiv:{arxiv_id}", said.title, said.authors, said.date, said.venue, doi=said.doi)
                yield completed(lacking[arxiv_id], facts, arxiv.ARXIV.name)
    report.close()


def _lacking(store: Store) -> Iterator[tuple[str, Facts]]:
    """Of papers that lack something, the arXiv ids with what is known by them."""
    rows = store.connection.execute(
        "SELECT arxiv, max(title IS NOT NULL), max(authors <> '[]'), max(length(date) = 10) FROM documents"
        " WHERE is_paper AND arxiv IS NOT NULL GROUP BY arxiv ORDER BY arxiv"
    )
    for arxiv_id, *has in rows.fetchall():
        known = store.facts(f"arxiv:{arxiv_id}") or Facts(f"arxiv:{arxiv_id}")
        facts = (known.title, known.authors, known.date and len(known.date) == 10)
        if not all(one or other for one, other in zip(has, facts, strict=True)):
            yield arxiv_id, known


def metadata(
    source: str,
    *,
    format: str | None = None,
    columns: Mapping[str, str] = _COLUMNS,
    on_problem: OnProblem,
    client: Client | None = None,
) -> Iterator[Facts]:
    """The bibliographic facts in a file of records, each under its paper's best key (arXiv id, DOI, own id)."""
    for document in read([source], format=format, columns=columns, on_problem=on_problem, client=client):
        if not document.paper:
            on_problem(Problem(document.source, "", "a page, not records of papers: no metadata in it"))
            continue
        yield Facts(
            key=document.keys[0],
            title=document.title,
            authors=document.authors,
            date=document.date,
            venue=document.venue,
            url=document.url,
            doi=document.doi,
        )


def _read(
    sources: Sequence[str], source: Source | None, columns: Mapping[str, str], on_problem: OnProblem, base: Path | None
) -> Iterator[Document]:
    met: set[str] = set()
    for given in sources:
        for path in _files(given, base, on_problem):
            report = Report(_name(path, base), on_problem)
            if report.source in met:
                report.warning("", "given more than once: read once")
                continue
            met.add(report.source)
            try:
                with _opened(path) as stream:
                    input = Input(report.source, _stem(path), stream, report, columns=columns, path=_regular(path))
                    yield from _once_each(_documents(input, source), report)
            except OSError as error:
                report.error("", "{why}; check the path", why=_reason(error, path))
            report.close()


def _fetched(addresses: Mapping[str, Address | str], client: Client, on_problem: OnProblem) -> Iterator[Document]:
    """What services have of addresses; each address is a source of its own."""
    by_scheme: dict[str, dict[str, Report]] = {}
    schemes = {}
    for given, found in addresses.items():
        if isinstance(found, str):
            Report(given, on_problem).error("", "{why}", why=found)
        else:
            schemes[found.scheme.name] = found.scheme
            by_scheme.setdefault(found.scheme.name, {})[found.key] = Report(str(found), on_problem)
    for name, reports in by_scheme.items():
        yield from schemes[name].documents(client, reports)
        for report in reports.values():
            report.close()


def _documents(input: Input, source: Source | None) -> Iterator[Document]:
    if not input.opening.strip() and len(input.head) < HEAD:
        if not input.report.failed:
            input.report.error("", "empty: nothing to read")
        return
    if source and not source.binary and input.why_not_text:
        input.report.error("", "{what}: passed over", what=input.why_not_text)
        return
    source = source or recognised(input)
    if source:
        yield from source.documents(input)


def _once_each(documents: Iterator[Document], report: Report) -> Iterator[Document]:
    """Each document under an id of its own: a record met again is left out, another of the same id is `ID~2`."""
    met = Seen()
    others: dict[str, set[int]] = {}
    for document in documents:
        identifier, digest = document.id, _digest(document)
        key = _hash(identifier)
        if known := met.get(key):
            if digest == known or digest in others.get(identifier, ()):
                report.warning(document.place, "{id} again, word for word: left out", id=identifier)
                continue
            others.setdefault(identifier, set()).add(digest)
            kept = _free(identifier, len(others[identifier]) + 1, met)
            report.warning(document.place, "{id} again with other content: kept as {kept}", id=identifier, kept=kept)
            document, key = replace(document, id=kept), _hash(kept)
        met.put(key, digest)
        yield document


def _free(identifier: str, count: int, met: Seen) -> str:
    while met.get(_hash(f"{identifier}~{count}")):
        count += 1
    return f"{identifier}~{count}"


def _digest(document: Document) -> int:
    return _hash(
        repr((
            document.title, document.text, document.authors, document.date, document.venue, document.url, document.doi,
            document.declared, document.references if not document.text else (),
        ))
    )  # fmt: skip


def _hash(text: str) -> int:
    """64 bits that are never 0: among ten million records two agree by chance once in 400,000 files."""
    return int.from_bytes(blake2b(text.encode("utf-8", "replace"), digest_size=8).digest(), "little") or 1


# -- files -------------------------------------------------------------------------------------------------


def _files(given: str, base: Path | None, on_problem: OnProblem) -> Iterator[str]:
    """The files that a source stands for: itself, or all that a folder holds, hidden ones left out."""
    if given == STDIN or not _is_folder(given):
        yield given
    elif is_empty(given):
        _told(given, NO_FILES, base, on_problem)
    else:
        yield from _within(given, set(), lambda path, why: _told(path, why, base, on_problem))


def is_empty(source: str) -> bool:
    """Whether a source is a folder in which no file is, nor anything that cannot be looked into."""
    if source == STDIN or not _is_folder(source):
        return False
    unseen: list[str] = []
    return next(_within(source, set(), lambda path, why: unseen.append(path)), None) is None and not unseen


def _told(path: str, why: str, base: Path | None, on_problem: OnProblem) -> None:
    Report(_name(path, base), on_problem).error("", "{why}", why=why)


def _within(folder: str, met: set[tuple[int, int]], tell: Callable[[str, str], None]) -> Iterator[str]:
    """The files below a folder, in order of name; a folder that a link leads to again is not read again."""
    try:
        status = Path(folder).stat()
        entries = sorted(os.scandir(folder), key=lambda entry: entry.name)
    except OSError as error:
        tell(folder, f"{_reason(error, folder)}: passed over")
        return
    if (status.st_dev, status.st_ino) in met:
        return
    met.add((status.st_dev, status.st_ino))
    for entry in entries:
        if entry.name.startswith("."):
            continue
        if _is_folder(entry.path):
            yield from _within(entry.path, met, tell)
        elif _is_special(entry.path):
            tell(entry.path, "not a file (a pipe, socket or device): passed over")
        else:
            yield entry.path


def _is_folder(path: str) -> bool:
    try:
        return Path(path).is_dir()
    except OSError:  # opening it will tell
        return False


def _is_special(path: str) -> bool:
    """Whether it, or what a link leads to, is a pipe, a socket or a device, which might never end."""
    try:
        return not S_ISREG(Path(path).stat().st_mode)
    except OSError:  # opening it will tell
        return False


def _regular(path: str) -> Path | None:
    """The path of a file that a reader can jump about in: no standard input, no pipe."""
    return Path(path) if path != STDIN and Path(path).is_file() else None


def _opened(path: str) -> AbstractContextManager[BufferedReader]:
    return nullcontext(cast(BufferedReader, sys.stdin.buffer)) if path == STDIN else Path(path).open("rb")


def _reason(error: OSError, path: str) -> str:
    if isinstance(error, FileNotFoundError):
        schemes = ", ".join(f"{scheme.name}:" for scheme in SCHEMES)
        return "no such file or folder" + (f", and no address ({schemes})" if _LIKE_AN_ADDRESS.match(path) else "")
    return error.strerror[:1].lower() + error.strerror[1:] if error.strerror else str(error)


def _name(path: str, base: Path | None) -> str:
    """How documents name their file: relative to `base`, so that graph and files can move together."""
    if path == STDIN:
        return STDIN
    if base is None:
        return storable(Path(path).as_posix())
    place = Path(path).parent.resolve() / Path(path).name  # a link to a file keeps its own name
    return storable(Path(os.path.relpath(place, base.resolve())).as_posix())


def _stem(path: str) -> str:
    """A file's name without its suffixes, for the ids of its documents."""
    if path == STDIN:
        return "stdin"
    name = Path(path).name
    return storable(_SUFFIX.sub("", _SUFFIX.sub("", name) if name.endswith(SUFFIXES) else name) or name)
