"""TEI as GROBID writes it from a PDF: a paper with its text and its reference list (https://grobid.readthedocs.io).

A citation in the text is a `ref` of type `bibr`.
"""

from collections.abc import Iterator
from typing import Any

from begat.graph import ids
from begat.graph.model import Document, Reference
from begat.loaders.sources import article, markup
from begat.loaders.sources.fields import Record
from begat.loaders.sources.input import Input
from begat.loaders.sources.source import Source

_BLOCKS = frozenset("abstract div p head item quote formula".split())
_SKIPPED = frozenset("figure table note listBibl formula".split())


def _is_tei(input: Input) -> bool:
    return markup.root(input)[0].rpartition(":")[2] in ("TEI", "teiCorpus")


def _papers(input: Input) -> Iterator[Document]:
    return article.articles(input, "TEI", _paper, "no whole <TEI> in it: nothing read")


def _paper(input: Input, record: Record, paper: Any) -> Document | None:
    header = markup.find(paper, "teiHeader")
    source = markup.find(header, "sourceDesc", "biblStruct")
    stated = {(e.get("type") or "").lower(): markup.line(e) or "" for e in markup.every(source, "idno")}
    listed = {
        _key(entry): r for entry in markup.every(markup.find(paper, "listBibl"), "biblStruct") if (r := _listed(entry))
    }
    written = markup.Written(
        _BLOCKS, _SKIPPED, lambda e: listed.get((e.get("target") or "").lstrip("#")) if markup.tag(e) == "ref" else None
    )
    values = {
        "id": stated.get("arxiv") or stated.get("doi"),
        "title": markup.line(markup.find(header, "titleStmt", "title")),
        "authors": [_name(author) for author in markup.every(source, "author")],
        "date": _date(source) or _date(markup.find(header, "publicationStmt")),
        "venue": markup.line(markup.find(source, "monogr", "title")),
        "doi": stated.get("doi"),
        "arxiv": stated.get("arxiv"),
    }
    parts = (markup.find(header, "abstract"), markup.find(paper, "text", "body"))
    return article.article(input, record, values, parts, written, listed)


def _key(entry: Any) -> str:
    return str(entry.get("{http://www.w3.org/XML/1998/namespace}id") or f"#{entry.sourceline}")


def _name(author: Any) -> str:
    person = markup.find(author, "persName")
    parts = [markup.line(e) for name in ("forename", "surname") for e in markup.every(person, name)]
    return " ".join(filter(None, parts)) or markup.line(person) or ""


def _date(element: Any) -> str | None:
    date = markup.find(element, "date")
    return (date.get("when") or markup.line(date)) if date is not None else None


def _listed(entry: Any) -> Reference | None:
    """An entry of the reference list: its ids, and the title of the article, else of the book."""
    stated = [markup.line(e) or "" for e in markup.every(entry, "idno")]
    stated += [e.get("target") or "" for e in markup.every(entry, "ptr")]
    arxiv = next(filter(None, (ids.arxiv_id(one.split("[")[0]) for one in stated)), None)
    doi = next(filter(None, map(ids.doi, stated)), None)
    article = markup.find(entry, "analytic", "title")
    title = markup.line(article if article is not None else markup.find(entry, "monogr", "title"))
    return Reference(arxiv=arxiv, doi=doi, title=title) if arxiv or doi or title else None


TEI = Source("tei", "TEI, as GROBID makes it of a PDF", _is_tei, _papers)
