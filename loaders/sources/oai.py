"""Records of arXiv as OAI-PMH gives them in its format `arXiv` (https://info.arxiv.org/help/oa/index.html).

A record's `metadata` holds the paper; one whose header is `deleted` has none, and is passed over. The protocol's own
words (`error`, `resumptionToken`) are for who asks: https://www.openarchives.org/OAI/openarchivesprotocol.html.
"""

from collections.abc import Iterator
from typing import Any

from begat.graph.model import Document
from begat.loaders.sources import fields, markup
from begat.loaders.sources.atom import tell_withdrawn
from begat.loaders.sources.fields import Record
from begat.loaders.sources.input import Input
from begat.loaders.sources.source import Source


def _is_oai(input: Input) -> bool:
    return markup.root(input)[0].rpartition(":")[2] == "OAI-PMH"


def _answer(input: Input) -> Iterator[Document]:
    return fields.documents_of(input, _records(input), lambda values: values)


def _records(input: Input) -> Iterator[Record]:
    for number, element in enumerate(markup.elements(input, "record"), 1):
        place = f"line {element.sourceline}"
        header = markup.find(element, "header")
        if header is not None and header.get("status") == "deleted":
            input.report.warning(
                place, "{id} was deleted: passed over", id=markup.line(markup.find(header, "identifier"))
            )
            continue
        record = Record(number, place, _values(element))
        tell_withdrawn(input, record)
        yield record


def _values(record: Any) -> dict[str, object]:
    paper = markup.find(record, "metadata", "arXiv")

    def said(name: str) -> str | None:
        return markup.line(markup.find(paper, name))

    return {
        "id": said("id"),
        "title": said("title"),
        "text": said("abstract"),
        "authors": [_name(author) for author in markup.every(markup.find(paper, "authors"), "author")],
        "date": said("created"),
        "updated": said("updated"),
        "venue": said("journal-ref"),
        "doi": (said("doi") or "").split(" ")[0],
        "comment": said("comments"),
    }


def _name(author: Any) -> str:
    parts = (markup.line(markup.find(author, part)) for part in ("forenames", "keyname", "suffix"))
    return " ".join(filter(None, parts))


OAI = Source("oai", "records of arXiv in an answer of OAI-PMH (XML)", _is_oai, _answer)
