"""Semantic Scholar's papers: dumps as JSON Lines, and answers of its API (https://api.semanticscholar.org/api-docs/).

The `papers` and `abstracts` datasets (corpusid, externalids), the older open corpus (paperAbstract, outCitations) and
the Graph API (paperId, externalIds, references). A paper's own link is made from its id, so that references meet.
"""

from collections.abc import Iterator, Mapping
from typing import Any

from begat.graph import ids
from begat.graph.model import Document, Reference
from begat.loaders.sources import fields, records
from begat.loaders.sources.input import Input
from begat.loaders.sources.source import Source

_CORPUS = "https://api.semanticscholar.org/CorpusID:"
_PAPER = "https://www.semanticscholar.org/paper/"


def _is_semantic_scholar(input: Input) -> bool:
    columns = records.json_columns(input)
    return bool(
        {"corpusid", "paperAbstract", "outCitations"} & columns
        or {"paperId", "externalIds"} <= columns
        or {"paperId", "references"} <= columns
        or {"paperId", "corpusId"} <= columns
    )


def _papers(input: Input) -> Iterator[Document]:
    return fields.documents_of(input, records.any_json_records(input), _known)


def _known(values: Mapping[str, Any]) -> dict[str, object]:
    arxiv, doi = _ids(values)
    sha, corpus = values.get("paperId") or values.get("id"), values.get("corpusid") or values.get("corpusId")
    return {
        "id": arxiv or doi or sha or f"CorpusID:{corpus}",
        "title": values.get("title"),
        "text": values.get("abstract") or values.get("paperAbstract"),
        "authors": values.get("authors"),
        "date": values.get("publicationdate") or values.get("publicationDate") or values.get("year"),
        "venue": values.get("venue") or values.get("journalName") or (values.get("journal") or {}).get("name"),
        "url": _link(values),
        "doi": doi,
        "arxiv": arxiv,
        "references": [*map(_cited, values.get("references") or ()), *map(_of_sha, values.get("outCitations") or ())],
    }


def _ids(values: Mapping[str, Any]) -> tuple[str | None, str | None]:
    outer = values.get("externalids") or values.get("externalIds") or {}
    outer = outer or (values.get("openaccessinfo") or {}).get("externalids") or {}
    return ids.arxiv_id(str(outer.get("ArXiv") or "")), ids.doi(str(outer.get("DOI") or values.get("doi") or ""))


def _link(values: Mapping[str, Any]) -> str | None:
    """The link by which other records of the same dump can mean this paper."""
    if corpus := values.get("corpusid"):
        return f"{_CORPUS}{corpus}"
    sha = values.get("paperId") or values.get("id")
    return f"{_PAPER}{sha}" if sha else None


def _cited(cited: Mapping[str, Any] | str | None) -> Reference | None:
    if isinstance(cited, str):
        return _of_sha(cited)
    if not cited:
        return None
    cited = cited.get("citedPaper") or cited
    arxiv, doi = _ids(cited)
    title, link = cited.get("title"), _link(cited)
    known = arxiv or doi or link or title
    return (
        Reference(arxiv=arxiv, doi=doi, url=link, title=" ".join(title.split()) if title else None) if known else None
    )


def _of_sha(sha: object) -> Reference:
    return Reference(url=f"{_PAPER}{sha}")


SEMANTIC_SCHOLAR = Source("s2", "papers of Semantic Scholar", _is_semantic_scholar, _papers)
