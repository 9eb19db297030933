"""CSL-JSON, as Zotero and other libraries export it (https://citeproc-js.readthedocs.io/en/latest/csl-json/markup.html).

`issued` is {"date-parts": [[2024, 1, 2]]}; `note` holds Zotero's "Extra" (lines of `field: value`) and words of the
reader's own, which follow the abstract.
"""

import re
from collections.abc import Iterator, Mapping
from typing import Any

from begat.graph import ids
from begat.graph.model import Document
from begat.loaders.sources import fields, records
from begat.loaders.sources.input import Input
from begat.loaders.sources.notes import with_notes
from begat.loaders.sources.source import Source

_NAMES = {"author", "issued", "container-title", "citation-key", "accessed", "title-short", "URL", "DOI"}
_ZOTERO = re.compile(r"https?://zotero\.org/.*/items/")


def _is_csl(input: Input) -> bool:
    columns = records.json_columns(input)
    return {"type", "title"} <= columns and len(_NAMES & columns) >= 2 and bool({"issued", "author"} & columns)


def _library(input: Input) -> Iterator[Document]:
    return fields.documents_of(input, records.any_json_records(input), _known)


def _known(values: Mapping[str, Any]) -> dict[str, object]:
    note = values.get("note") or ""
    stated = (values.get("number"), values.get("DOI"), values.get("URL"), *re.findall(r"(?m)^arxiv:\s*\S+", note, re.I))
    arxiv = next(filter(None, (ids.arxiv_id(str(one)) for one in stated if one)), None)
    own = values.get("citation-key") or _ZOTERO.sub("", str(values.get("id") or ""))
    return {
        "id": arxiv or values.get("DOI") or own,
        "title": values.get("title"),
        "text": with_notes(values.get("abstract") or "", [note, *(values.get("notes") or ())]),
        "authors": values.get("author"),
        "date": _date(values.get("issued") or {}),
        "venue": values.get("container-title") or values.get("event-title"),
        "url": values.get("URL"),
        "doi": values.get("DOI"),
        "arxiv": arxiv,
    }


def _date(issued: Mapping[str, Any]) -> str | None:
    """The first of `date-parts` ([year, month, day], as numbers or strings), or the date in words."""
    if parts := (issued.get("date-parts") or [[]])[0]:
        year, *rest = [int(part) for part in parts if str(part).strip()]
        return "-".join([f"{year:04}", *(f"{part:02}" for part in rest)])
    return issued.get("raw") or issued.get("literal")


CSL = Source("csl", "CSL-JSON: a library as Zotero exports it", _is_csl, _library)
