"""arXiv's metadata snapshot: JSON Lines, a paper each (https://www.kaggle.com/datasets/Cornell-University/arxiv).

`versions` lists the submissions ({"version": "v1", "created": "Mon, 2 Apr 2007 19:18:42 GMT"}); the first tells the
date, where `update_date` is only that of the last.
"""

from collections.abc import Iterator, Mapping
from typing import Any

from begat.graph.model import Document
from begat.loaders.sources import fields, records
from begat.loaders.sources.input import Input
from begat.loaders.sources.source import Source

_TELLING = ({"versions"}, {"authors_parsed"}, {"update_date", "categories"})


def _is_snapshot(input: Input) -> bool:
    columns = records.json_columns(input)
    return {"id", "abstract"} <= columns and any(telling <= columns for telling in _TELLING)


def _snapshot(input: Input) -> Iterator[Document]:
    return fields.documents_of(input, records.any_json_records(input), _known)


def _known(values: Mapping[str, Any]) -> dict[str, object]:
    doi = values.get("doi")
    versions = values.get("versions")
    return {
        "id": values.get("id"),
        "title": values.get("title"),
        "text": values.get("abstract"),
        "authors": values.get("authors_parsed") or values.get("authors"),
        "date": versions[0].get("created") if versions else values.get("published"),
        "updated": values.get("update_date"),
        "venue": values.get("journal-ref"),
        "doi": doi.split()[0] if isinstance(doi, str) and doi.strip() else None,  # some papers have two
    }


ARXIV = Source("arxiv", "arXiv's metadata snapshot", _is_snapshot, _snapshot)
