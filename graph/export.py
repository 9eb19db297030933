"""Every format that the graph can be written in: the registry, and files that are whole or not there at all.

A new format is one function `write(store, out, *, evidence, min_confidence)` and one line in FORMATS.
"""

import codecs
import io
import os
import secrets
import sys
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from pkgutil import resolve_name
from typing import BinaryIO, Protocol, TextIO, cast

from begat.graph.errors import BegatError, UsageError, meant
from begat.graph.store import Store


class Writer(Protocol):
    """Writes one file of a format."""

    def __call__(self, store: Store, out: BinaryIO, *, evidence: bool, min_confidence: float) -> None:
        """Write the graph in `store` to `out`: without quotes, or without weak edges, where that is asked."""


@dataclass(frozen=True, slots=True)
class Format:
    """A format: what it is for, its files' extension, and its writers, by file name where it has several files.

    Writers are named (`module:function`) and imported when called, so that listing formats is quick.
    """

    description: str
    extension: str
    writers: Mapping[str, str]

    @property
    def folder(self) -> bool:
        """Whether it is a folder of files."""
        return len(self.writers) > 1


def _file(description: str, extension: str, writer: str) -> Format:
    return Format(description, extension, {"": writer})


FORMATS: dict[str, Format] = {
    "turtle": _file("RDF as Turtle, with the evidence of every edge", ".ttl", "begat.graph.rdf:write_turtle"),
    "ntriples": _file("RDF as sorted N-Triples, to compare or load in bulk", ".nt", "begat.graph.rdf:write_ntriples"),
    "jsonld": _file("RDF as JSON-LD with its context", ".jsonld", "begat.graph.rdf:write_jsonld"),
    "rdfxml": _file("RDF as RDF/XML, for older tools", ".rdf", "begat.graph.rdf:write_rdfxml"),
    "trig": _file("RDF as TriG: a named graph for what each paper states", ".trig", "begat.graph.rdf:write_trig"),
    "graphml": _file("the network for Cytoscape, yEd, igraph", ".graphml", "begat.graph.network:write_graphml"),
    "gexf": _file("the network for Gephi", ".gexf", "begat.graph.network:write_gexf"),
    "csv": Format(
        "tables: a folder with nodes.csv and edges.csv",
        "",
        {"nodes.csv": "begat.graph.tables:write_nodes_csv", "edges.csv": "begat.graph.tables:write_edges_csv"},
    ),
    "parquet": Format(
        "tables: a folder with nodes.parquet and edges.parquet",
        "",
        {
            "nodes.parquet": "begat.graph.tables:write_nodes_parquet",
            "edges.parquet": "begat.graph.tables:write_edges_parquet",
        },
    ),
    "jsonl": _file(
        "JSON Lines: every node, then every edge with its evidence", ".jsonl", "begat.graph.tables:write_jsonl"
    ),
    "assertions": _file(
        "JSON Lines: every assertion of every document", ".jsonl", "begat.graph.tables:write_assertions"
    ),
    "corrections": _file(
        "JSON Lines: what readers have said of edges and names", ".jsonl", "begat.graph.corrections:write_corrections"
    ),
    "bibtex": _file("the papers as BibTeX", ".bib", "begat.graph.bibtex:write_bibtex"),
    "neo4j-import": Format(
        "CSV for neo4j-admin database import: a folder with nodes.csv and edges.csv",
        "",
        {"nodes.csv": "begat.graph.neo4j_import:write_nodes", "edges.csv": "begat.graph.neo4j_import:write_edges"},
    ),
    "cypher": _file("a script that writes the graph into Neo4j", ".cypher", "begat.graph.cypher:write_cypher"),
}
"""The formats by name."""


def export(
    store: Store,
    format: str,
    target: Path | TextIO | None = None,
    *,
    evidence: bool = True,
    min_confidence: float = 0.0,
) -> None:
    """Write the graph as `format` (one of FORMATS) to a file, a folder, an open text file, or (None) to stdout.

    Edges below `min_confidence` are left out; without `evidence`, the quotes are. A file is replaced when the new
    one is whole. Raises UsageError for an unknown format or a target that cannot be, BegatError where writing fails.
    """
    chosen = _format(format)
    writers = {name: cast(Writer, resolve_name(writer)) for name, writer in chosen.writers.items()}
    if isinstance(target, Path):
        with _files(chosen, format, target) as files, store.snapshot():
            for name, writer in writers.items():
                writer(store, files[name], evidence=evidence, min_confidence=min_confidence)
        return
    if chosen.folder:
        raise UsageError(f"{format} is {len(writers)} files ({', '.join(writers)}); name a folder for them with -o")
    with _stream(sys.stdout if target is None else target) as out, store.snapshot():
        writers[""](store, out, evidence=evidence, min_confidence=min_confidence)


def _format(name: str) -> Format:
    if name in FORMATS:
        return FORMATS[name]
    raise UsageError(f"no export format {name!r}; {meant(name, FORMATS)}")


@contextmanager
def _files(format: Format, name: str, target: Path) -> Iterator[Mapping[str, BinaryIO]]:
    """The format's files, open for writing; all of them appear at the end, or none."""
    if format.folder and target.exists() and not target.is_dir():
        raise UsageError(f"{target}: a file; {name} is several files, name a folder for them with -o")
    made = format.folder and not target.exists()
    try:
        with ExitStack() as stack:
            if made:
                reachable(target, folder=True)
                target.mkdir()
            yield {part: stack.enter_context(whole(target / part)) for part in format.writers}
    except BaseException:
        if made and target.is_dir() and not any(target.iterdir()):
            target.rmdir()
        raise


def reachable(path: Path, *, folder: bool = False) -> None:
    """Raises UsageError where nothing could be written at `path`: to be called before the work, not only after it.

    `folder`: whether it may be a folder that is there already.
    """
    if not path.parent.is_dir():
        raise UsageError(f"{path}: the folder {path.parent} does not exist; make it first, or give another -o")
    if path.is_dir() and not folder:
        raise UsageError(f"{path}: a folder; name a file with -o")
    if path.exists() and not path.is_file() and not path.is_dir():  # a pipe or device is written to as it is
        return
    place = path.resolve() if path.is_dir() else path.resolve().parent
    if not os.access(place, os.W_OK | os.X_OK):
        raise UsageError(f"{path}: the folder {place} cannot be written; change its permissions, or give another -o")


@contextmanager
def whole(path: Path) -> Iterator[BinaryIO]:
    """A file open for writing bytes, which takes its place only once the block is through without an error.

    What is no regular file (a pipe, `/dev/stdout`) is written to as it is.
    """
    reachable(path)
    try:
        if path.exists() and not path.is_file():
            with path.open("wb") as out:
                yield out
            return
        path = path.resolve()
        part = path.with_name(f".begat-{secrets.token_hex(8)}.part")
        try:
            with part.open("xb") as out:
                yield out
            part.replace(path)
        finally:
            part.unlink(missing_ok=True)
    except OSError as error:
        raise BegatError(f"{path}: cannot be written ({error.strerror or error}); give another place with -o") from None


@contextmanager
def written(path: Path) -> Iterator[TextIO]:
    """A text file (UTF-8) open for writing, which takes its place only once the block is through."""
    with whole(path) as out:
        text = io.TextIOWrapper(out, encoding="utf-8", newline="\n")
        yield text
        text.flush()
        text.detach()


@contextmanager
def _stream(text: TextIO) -> Iterator[BinaryIO]:
    """The bytes beneath an open text file; of one that has none (StringIO), a way to write bytes to it."""
    text.flush()
    buffer = getattr(text, "buffer", None)
    out = cast(BinaryIO, buffer if buffer is not None else _Decoded(text))
    yield out
    out.flush()


class _Decoded:
    """Bytes in, text out."""

    def __init__(self, text: TextIO) -> None:
        self._text = text
        self._decoder = codecs.getincrementaldecoder("utf-8")()

    def write(self, data: bytes) -> int:
        self._text.write(self._decoder.decode(data))
        return len(data)

    def flush(self) -> None:
        self._text.flush()
