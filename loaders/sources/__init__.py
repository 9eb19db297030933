"""Sources: each format is one file here, with a way to recognise it by its content and a way to read it."""

from begat.graph.errors import UsageError, meant
from begat.loaders.sources.abstracts import ABSTRACTS
from begat.loaders.sources.anthology import ANTHOLOGY
from begat.loaders.sources.arxiv import ARXIV
from begat.loaders.sources.atom import ATOM
from begat.loaders.sources.bibtex import BIBTEX
from begat.loaders.sources.crossref import CROSSREF
from begat.loaders.sources.csl import CSL
from begat.loaders.sources.html import HTML
from begat.loaders.sources.input import Input
from begat.loaders.sources.jats import JATS
from begat.loaders.sources.latex import LATEX
from begat.loaders.sources.modelcard import MODEL_CARD
from begat.loaders.sources.oai import OAI
from begat.loaders.sources.openalex import OPENALEX
from begat.loaders.sources.page import PAGE
from begat.loaders.sources.paperswithcode import METHODS, PAPERS, TABLES
from begat.loaders.sources.parquet import PARQUET
from begat.loaders.sources.pdf import PDF
from begat.loaders.sources.problem import OnProblem, Problem, Severity
from begat.loaders.sources.records import CSV, JSON, JSON_LINES, TSV
from begat.loaders.sources.ris import RIS
from begat.loaders.sources.semantic_scholar import SEMANTIC_SCHOLAR
from begat.loaders.sources.source import Source
from begat.loaders.sources.tei import TEI
from begat.loaders.sources.viewer import VIEWER

SOURCES: tuple[Source, ...] = (
    PARQUET, PDF,
    ARXIV, OPENALEX, SEMANTIC_SCHOLAR, METHODS, PAPERS, TABLES, CROSSREF, CSL, JSON_LINES, JSON,
    VIEWER, ABSTRACTS, BIBTEX, RIS, MODEL_CARD, ANTHOLOGY, ATOM, OAI, JATS, TEI, LATEX, HTML, TSV, CSV, PAGE,
)  # fmt: skip
"""Every format, in the order in which they are tried: the first that knows an input's content reads it."""

FORMATS: dict[str, Source] = {source.name: source for source in SOURCES}
"""The formats by the names that `--format` takes."""

__all__ = ["FORMATS", "SOURCES", "Input", "OnProblem", "Problem", "Severity", "Source", "named", "recognised"]


def named(name: str) -> Source:
    """The source of a format. Raises UsageError where there is none of that name."""
    if name not in FORMATS:
        raise UsageError(f"--format {name}: no such format; {meant(name, FORMATS)}")
    return FORMATS[name]


def recognised(input: Input) -> Source | None:
    """The source that an input's content is known by; None, and told, where it is of no known kind."""
    for source in SOURCES:
        if source.binary and source.sniff(input):
            return source
    if input.why_not_text:
        input.report.error("", "{what}: passed over", what=input.why_not_text)
        return None
    for source in SOURCES:
        if not source.binary and source.sniff(input):
            return source
    input.report.error("", "of no format that begat knows: passed over; name one with --format")
    return None
