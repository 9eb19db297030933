"""RIS, a record at a time, each parsed by rispy (https://en.wikipedia.org/wiki/RIS_(file_format))."""

import re
from collections.abc import Iterator, Mapping
from typing import Any

from begat.graph import ids
from begat.graph.model import Document
from begat.loaders.sources import fields
from begat.loaders.sources.fields import Record
from begat.loaders.sources.input import LIMIT, TOO_LONG, Input
from begat.loaders.sources.notes import with_notes
from begat.loaders.sources.source import Source

_BEGIN = re.compile(r"\s*TY  ?-\s")
_END = re.compile(r"\s*ER  ?-")
_TAG = re.compile(r"[A-Z][A-Z0-9]  -")


def _is_ris(input: Input) -> bool:
    return bool(_BEGIN.match(input.opening)) and len(_TAG.findall(input.opening[:50_000])) >= 2


def _ris(input: Input) -> Iterator[Document]:
    return fields.documents_of(input, _records(input), _known)


def _records(input: Input) -> Iterator[Record]:
    import rispy

    for number, (line, text) in enumerate(_entries(input), 1):
        try:
            found = rispy.loads(text, skip_unknown_tags=True)
        except (ValueError, KeyError, IndexError, TypeError, OSError) as error:
            why = " ".join(str(error).split())[:100]
            input.report.error(f"line {line}", "not RIS ({why}): the record is passed over; mend it", why=why)
            continue
        yield from (Record(number, f"line {line}", values) for values in found)


def _entries(input: Input) -> Iterator[tuple[int, str]]:
    """The records, each with the line of its TY; one without its ER ends where another begins."""
    lines: list[str] = []
    first, length = 0, 0
    for line in input.lines():
        if _BEGIN.match(line.text):
            if lines:
                yield first, "\n".join([*lines, "ER  - "])
            lines, first, length = [], line.number, 0
        elif not first:
            continue
        length += len(line.text)
        if length > LIMIT:
            input.report.error(f"line {first}", TOO_LONG, what="a record")
            lines, first = [], 0
        elif _END.match(line.text):
            yield first, "\n".join([*lines, "ER  - "])
            lines, first = [], 0
        else:
            lines.append(line.text.strip())
    if lines:
        yield first, "\n".join([*lines, "ER  - "])


def _known(values: Mapping[str, Any]) -> dict[str, object]:
    links = [str(link) for link in values.get("urls") or ()]
    stated = (values.get("number"), values.get("accession_number"), values.get("doi"), *links)
    arxiv = next(filter(None, (ids.arxiv_id(str(one)) for one in stated if one)), None)
    date = str(values.get("date") or values.get("publication_year") or values.get("year") or "")
    return {
        "id": arxiv or values.get("doi") or values.get("id"),
        "title": values.get("title") or values.get("primary_title"),
        "text": with_notes(values.get("abstract") or values.get("notes_abstract") or "", values.get("notes") or ()),
        "authors": values.get("authors") or values.get("first_authors"),
        "date": "/".join(part for part in date.split("/")[:3] if part.strip()) or None,  # "2024/01/02/", "2024///"
        "venue": values.get("journal_name") or values.get("secondary_title") or values.get("alternate_title3"),
        "url": links[0] if links else None,
        "doi": values.get("doi"),
        "arxiv": arxiv,
    }


RIS = Source("ris", "RIS", _is_ris, _ris)
