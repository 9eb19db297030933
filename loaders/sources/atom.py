"""arXiv's Atom feeds, as its API answers (https://info.arxiv.org/help/api/user-manual.html), saved or asked for.

An entry's `id` is the link of the paper's latest version; `published` is the date of its first, and `arxiv:doi`,
`arxiv:journal_ref` and `arxiv:comment` are what its authors added.
"""

import re
from collections.abc import Iterator
from typing import Any

from begat.graph import ids
from begat.graph.model import Document
from begat.loaders.sources import fields, markup
from begat.loaders.sources.fields import Record
from begat.loaders.sources.input import Input
from begat.loaders.sources.source import Source

_ENTRY = re.compile(r"<(?:\w+:)?entry[\s>]")
_OF_ARXIV = re.compile(r"arxiv\.org/(abs|api|schemas)", re.I)
WITHDRAWN = re.compile(r"\b(?:has been|have been|is|was|been)\s+withdrawn\b|^\W*withdrawn\b", re.I)
"""What a notice says that stands in the place of an abstract, or beside it as a comment."""
_LONGEST_NOTICE = 600


def _is_feed(input: Input) -> bool:
    name = markup.root(input)[0].rpartition(":")[2]
    return name in ("feed", "entry") and bool(_OF_ARXIV.search(input.opening[:20_000]))


def _feed(input: Input) -> Iterator[Document]:
    return fields.documents_of(input, _records(input), lambda values: values)


def _records(input: Input) -> Iterator[Record]:
    for number, entry in enumerate(markup.elements(input, "entry"), 1):
        record = Record(number, f"line {entry.sourceline}", values(entry))
        tell_withdrawn(input, record)
        yield record


def values(entry: Any) -> dict[str, object]:
    """An entry's values by field, and "comment"."""
    own = _own(entry, "id")
    return {
        "id": ids.arxiv_id(own or "") or own,
        "title": _own(entry, "title"),
        "text": _own(entry, "summary"),
        "authors": [markup.line(markup.find(child, "name")) for child in entry if markup.tag(child) == "author"],
        "date": _own(entry, "published"),
        "updated": _own(entry, "updated"),
        "venue": _own(entry, "journal_ref"),
        "url": own,
        "doi": (_own(entry, "doi") or "").split(" ")[0],
        "comment": _own(entry, "comment"),
    }


def _own(entry: Any, name: str) -> str | None:
    return markup.line(next((child for child in entry if markup.tag(child) == name), None))


def tell_withdrawn(input: Input, record: Record) -> None:
    """Tell of a paper that its authors took back: it stays a paper, and its title and authors are still true."""
    comment, text = str(record.values.get("comment") or ""), str(record.values.get("text") or "")
    if WITHDRAWN.search(comment) or (len(text) < _LONGEST_NOTICE and WITHDRAWN.search(text)):
        input.report.warning(
            record.place, "{id} is withdrawn: read as far as it says something", id=record.values["id"]
        )


ATOM = Source("atom", "a feed of arXiv's API (Atom)", _is_feed, _feed)
