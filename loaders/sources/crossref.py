"""Crossref's works: JSON Lines or the files of its public dump, and answers of its REST API.

https://www.crossref.org/documentation/retrieve-metadata/rest-api/. `reference` are the works cited, as the publisher
deposited them; `relation` says of which publication a preprint is one (`is-preprint-of`, `has-preprint`).
"""

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from begat.graph import ids
from begat.graph.model import Document, Reference
from begat.loaders.sources import fields, markup, records
from begat.loaders.sources.input import Input, storable
from begat.loaders.sources.source import Source

_COUNTS = {"reference-count", "references-count", "is-referenced-by-count"}
_SAME = ("is-preprint-of", "has-preprint")
_BLOCKS = frozenset("p sec title list-item".split())
_SKIPPED = frozenset("tex-math math label".split())


def _is_crossref(input: Input) -> bool:
    columns = records.json_columns(input)
    return "DOI" in columns and bool(_COUNTS & columns)


def _works(input: Input) -> Iterator[Document]:
    return works(input, records.any_json_records(input))


def works(input: Input, found: Iterable[fields.Record]) -> Iterator[Document]:
    """The Documents of records that are works; `input` is whose place and problems they have."""
    return fields.documents_of(input, found, _known)


def same(values: Mapping[str, Any]) -> list[str]:
    """The paper keys of what a work says to be the preprint, or the publication, of itself."""
    stated = (one for kind in _SAME for one in (values.get("relation") or {}).get(kind) or ())
    said = [str(one.get("id") or "") for one in stated]
    found = [f"arxiv:{a}" if (a := ids.arxiv_id(one)) else f"doi:{d}" if (d := ids.doi(one)) else "" for one in said]
    return list(dict.fromkeys(filter(None, found)))


def _known(values: Mapping[str, Any]) -> dict[str, object]:
    preprint = next((key[6:] for key in same(values) if key.startswith("arxiv:")), None)
    title = " ".join(filter(None, (values.get("title") or [])[:1]))
    subtitle = next(iter(values.get("subtitle") or ()), None)
    return {
        "id": preprint or values["DOI"],
        "title": f"{title}: {subtitle}" if title and subtitle and subtitle not in title else title,
        "text": text_of(values.get("abstract") or ""),
        "authors": values.get("author"),
        "date": _date(values.get("issued") or values.get("published") or {}),
        "venue": next(iter(values.get("container-title") or ()), None),
        "url": values.get("URL"),
        "doi": values["DOI"],
        "arxiv": preprint,
        "references": [reference for item in values.get("reference") or () if (reference := _cited(item))],
    }


def text_of(abstract: str) -> str:
    """An abstract, which is a fragment of JATS, as text: a paragraph each, without its heading "Abstract".

    >>> text_of("<jats:title>Abstract</jats:title><jats:p>Heron extends <i>Egret</i>.</jats:p>")
    'Heron extends Egret.'
    """
    if "<" not in abstract:
        return abstract
    written = markup.Written(_BLOCKS, _SKIPPED, lambda element: None)
    written.write(markup.fragment(abstract))
    text = written.text.strip()
    first, _, rest = text.partition("\n\n")
    return rest.strip() if first.lower() in ("abstract", "summary") else text


def _date(issued: Mapping[str, Any]) -> str | None:
    """The first of `date-parts` ([year, month, day]), as far as it is known ([null])."""
    parts = (issued.get("date-parts") or [[]])[0]
    year, *rest = [int(part) for part in parts if part] or [0]
    return "-".join([f"{year:04}", *(f"{part:02}" for part in rest)]) if year else None


def _cited(item: Mapping[str, Any]) -> Reference | None:
    """A work cited: by its DOI, by the first link in its words, by its title."""
    words = storable(str(item.get("unstructured") or ""))
    stated = str(item.get("DOI") or "")
    arxiv, doi = ids.arxiv_id(stated), ids.doi(stated)
    if not arxiv and not doi:
        _, _, arxiv, doi = next(ids.cited(words), (0, 0, None, None))
    written = item.get("article-title") or item.get("volume-title")
    title = " ".join(storable(written).split()) if isinstance(written, str) else None
    return Reference(arxiv=arxiv, doi=None if arxiv else doi, title=title or None) if arxiv or doi or title else None


CROSSREF = Source("crossref", "works of Crossref", _is_crossref, _works)
