"""The ACL Anthology's XML: a collection of volumes of papers (https://github.com/acl-org/acl-anthology, data/xml/schema.rnc)."""

import re
from collections.abc import Iterator
from typing import Any

from begat.graph.model import Document
from begat.loaders.sources import fields, markup
from begat.loaders.sources.fields import Record
from begat.loaders.sources.input import Input
from begat.loaders.sources.source import Source

_VOLUME = re.compile(r"<volume[\s>]")
_SITE = "https://aclanthology.org/"


def _is_anthology(input: Input) -> bool:
    name, attributes = markup.root(input)
    return name == "collection" and "id=" in attributes and bool(_VOLUME.search(input.opening))


def _anthology(input: Input) -> Iterator[Document]:
    return fields.documents_of(input, _records(input), dict)


def _records(input: Input) -> Iterator[Record]:
    for number, paper in enumerate(markup.elements(input, "paper"), 1):
        yield Record(number, f"line {paper.sourceline}", _values(paper))


def _values(paper: Any) -> dict[str, object]:
    """A paper's values by field; what its volume says of all its papers (place, year) is found above it."""
    volume = paper.getparent()
    meta = markup.find(volume, "meta") if volume is not None else None
    year, month = markup.line(markup.find(meta, "year")), markup.line(markup.find(meta, "month"))
    identifier = _identifier(paper, volume)
    return {
        "id": identifier or markup.line(markup.find(paper, "doi")),
        "title": markup.line(markup.find(paper, "title")),
        "text": markup.line(markup.find(paper, "abstract")),
        "authors": [_name(author) for author in paper if markup.tag(author) == "author"],
        "date": _date(year, month),
        "venue": markup.line(markup.find(meta, "booktitle")),
        "url": f"{_SITE}{identifier}" if identifier else None,
        "doi": markup.line(markup.find(paper, "doi")),
    }


def _identifier(paper: Any, volume: Any) -> str | None:
    """The Anthology's id (2020.acl-main.1, P19-1001), which the paper's own `url` holds, or its place says."""
    stated = markup.line(next((child for child in paper if markup.tag(child) == "url"), None))
    if stated and "/" not in stated:
        return stated
    above = volume.getparent() if volume is not None else None
    parts = [element.get("id") if element is not None else None for element in (above, volume, paper)]
    collection, volume_id, paper_id = parts
    if not (collection and volume_id and paper_id):
        return None
    if re.fullmatch(r"[A-Z]\d\d", collection):  # until 2019: W19-0101, P19-1001
        digits = 2 if collection.startswith("W") or (collection in ("C69", "D19") and int(volume_id) >= 5) else 1
        return f"{collection}-{int(volume_id):0{digits}}{int(paper_id):0{4 - digits}}"
    return f"{collection}-{volume_id}.{paper_id}"


def _name(author: Any) -> str:
    parts = [markup.line(markup.find(author, part)) for part in ("first", "last")]
    return " ".join(filter(None, parts)) or markup.line(author) or ""


def _date(year: str | None, month: str | None) -> str | None:
    """Month and year; the month may be a span ("July–August") or a day ("July 5-10")."""
    first = re.match(r"[A-Za-z]{3,9}", month or "")
    return f"{first[0]} {year}" if first and year else year


ANTHOLOGY = Source("anthology", "a collection of the ACL Anthology (XML)", _is_anthology, _anthology)
