"""OpenAlex works: JSON Lines of a snapshot, or pages of its API (https://docs.openalex.org/api-entities/works/work-object).

An abstract is an inverted index, word → places; works cite works by OpenAlex id, which is a link and is each work's
own link too, so that references meet within one dump.
"""

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from begat.graph import ids
from begat.graph.model import Document, Reference
from begat.loaders.sources import fields, records
from begat.loaders.sources.input import Input
from begat.loaders.sources.source import Source

_WORK = "https://openalex.org/W"


def _is_openalex(input: Input) -> bool:
    columns = records.json_columns(input)
    return "id" in columns and bool({"abstract_inverted_index", "referenced_works"} & columns)


def _works(input: Input) -> Iterator[Document]:
    return works(input, records.any_json_records(input))


def works(input: Input, found: Iterable[fields.Record]) -> Iterator[Document]:
    """The Documents of records that are works; `input` is whose place and problems they have."""
    return fields.documents_of(input, found, _known)


def _known(values: Mapping[str, Any]) -> dict[str, object]:
    places = [place for place in (values.get("primary_location"), *(values.get("locations") or ())) if place]
    links = [str(place.get("landing_page_url") or "") for place in places]
    arxiv = next(filter(None, map(ids.arxiv_id, links)), None)
    doi = values.get("doi")
    own = str(values["id"])
    return {
        "id": arxiv or doi or own.rpartition("/")[2],
        "title": values.get("title") or values.get("display_name"),
        "text": text_of(values.get("abstract_inverted_index") or {}),
        "authors": values.get("authorships"),
        "date": values.get("publication_date") or values.get("publication_year"),
        "venue": ((places[0].get("source") or {}).get("display_name")) if places else None,
        "url": own if own.startswith(_WORK) else None,
        "doi": doi,
        "arxiv": arxiv,
        "references": [
            Reference(url=str(work)) for work in values.get("referenced_works") or () if str(work).startswith(_WORK)
        ],
    }


def text_of(inverted: Mapping[str, list[int]]) -> str:
    """The text that an inverted index holds.

    >>> text_of({"extends": [1], "Orca": [2, 0]})
    'Orca extends Orca'
    """
    placed = [(int(place), word) for word, places in inverted.items() for place in places]
    return " ".join(word for _, word in sorted(placed))


OPENALEX = Source("openalex", "works of OpenAlex", _is_openalex, _works)
