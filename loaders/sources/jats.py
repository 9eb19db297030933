"""JATS, the XML of PubMed Central and many publishers: an article with its text and its reference list.

https://jats.nlm.nih.gov/archiving/tag-library/1.3/. A citation in the text is an `xref` of type `bibr`.
"""

from collections.abc import Iterator
from typing import Any

from begat.graph import ids
from begat.graph.model import Document, Reference
from begat.loaders.sources import article, markup
from begat.loaders.sources.fields import Record
from begat.loaders.sources.input import Input
from begat.loaders.sources.source import Source

_BLOCKS = frozenset("abstract sec p title list-item disp-quote caption trans-abstract disp-formula".split())
_SKIPPED = frozenset("table-wrap table fig graphic fn-group ref-list xref-group tex-math math object-id label".split())


def _is_jats(input: Input) -> bool:
    name, _ = markup.root(input)
    return name.rpartition(":")[2] in ("article", "pmc-articleset") and (
        "<front>" in input.opening or "<article-meta" in input.opening or "JATS" in input.opening[:2000]
    )


def _articles(input: Input) -> Iterator[Document]:
    return article.articles(input, "article", _article, "no <article> in it: nothing read")


def _article(input: Input, record: Record, element: Any) -> Document | None:
    meta = markup.find(element, "article-meta")
    stated = {
        e.get("pub-id-type"): markup.line(e)
        for e in (meta if meta is not None else ())
        if markup.tag(e) == "article-id"
    }
    listed = {ref.get("id") or f"#{n}": r for n, ref in enumerate(markup.every(element, "ref")) if (r := _listed(ref))}
    written = markup.Written(
        _BLOCKS, _SKIPPED, lambda e: listed.get((e.get("rid") or "").split(" ")[0]) if markup.tag(e) == "xref" else None
    )
    doi = stated.get("doi")
    values = {
        "id": stated.get("arxiv") or doi or stated.get("pmcid") or stated.get("pmc") or stated.get("pmid"),
        "title": markup.line(markup.find(meta, "article-title")),
        "authors": [
            _name(contributor)
            for contributor in markup.every(meta, "contrib")
            if contributor.get("contrib-type", "author") == "author"
        ],
        "date": _date(markup.every(meta, "pub-date")),
        "venue": markup.line(markup.find(element, "journal-title")),
        "doi": doi,
        "arxiv": stated.get("arxiv"),
    }
    parts = (*markup.every(meta, "abstract")[:1], markup.find(element, "body"))
    return article.article(input, record, values, parts, written, listed)


def _name(contributor: Any) -> str:
    given, last = (markup.line(markup.find(contributor, part)) for part in ("given-names", "surname"))
    return " ".join(filter(None, (given, last))) or markup.line(markup.find(contributor, "collab")) or ""


def _date(stated: list[Any]) -> str | None:
    """The earliest of an article's dates, as precise as it is given."""
    found = []
    for date in stated:
        parts = [markup.line(markup.find(date, part)) for part in ("year", "month", "day")]
        known = [part for part in parts[: parts.index(None) if None in parts else 3] if part and part.isdigit()]
        found.append("-".join(part.zfill(2) for part in known))
    return min(filter(None, found), default=None)


def _listed(ref: Any) -> Reference | None:
    """An entry of the reference list: its ids, and its title."""
    stated = [markup.line(e) or "" for e in markup.every(ref, "pub-id")]
    stated += [v for e in markup.every(ref, "ext-link") for k, v in e.attrib.items() if k.endswith("href")]
    pointed = [(arxiv, doi) for _, _, arxiv, doi in ids.cited(markup.line(ref) or "")]
    arxiv = next(filter(None, [*map(ids.arxiv_id, stated), *(a for a, _ in pointed)]), None)
    doi = next(filter(None, [*map(ids.doi, stated), *(d for _, d in pointed)]), None)
    title = markup.line(markup.find(ref, "article-title"))
    return Reference(arxiv=arxiv, doi=doi, title=title) if arxiv or doi or title else None


JATS = Source("jats", "an article in JATS XML", _is_jats, _articles)
