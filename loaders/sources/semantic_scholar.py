"""Semantic Scholar's papers: dumps as JSON Lines, and answers of its API (https://api.semanticscholar.org/api-docs/).

The `papers` and `abstracts` datasets (corpusid, externalids), the older open corpus (paperAbstract, outCitations) and
the Graph API (paperId, externalIds, references). A paper's own link is made from its id, so that references meet.

Where a citation comes with its `contexts`, the sentences that make it, they stand below the abstract as they were
given, a paragraph each: they are words of the paper, read as all others, and the place of the reference to the paper
cited. Of one that makes several citations there is one paragraph.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from typing import Any

from begat.graph import ids
from begat.graph.model import Document, Reference
from begat.loaders.sources import fields, records
from begat.loaders.sources.input import Input
from begat.loaders.sources.source import Source

_CORPUS = "https://api.semanticscholar.org/CorpusID:"
_PAPER = "https://www.semanticscholar.org/paper/"
_INTENTS = {"methodology": "uses", "result": "compares", "background": "background"}
"""Their words for what a citation is for (https://doi.org/10.18653/v1/N19-1361), the most telling first, in ours."""


def _is_semantic_scholar(input: Input) -> bool:
    columns = records.json_columns(input)
    return bool(
        {"corpusid", "paperAbstract", "outCitations"} & columns
        or {"paperId", "externalIds"} <= columns
        or {"paperId", "references"} <= columns
        or {"paperId", "corpusId"} <= columns
    )


def _papers(input: Input) -> Iterator[Document]:
    return papers(input, records.any_json_records(input))


def papers(input: Input, found: Iterable[fields.Record]) -> Iterator[Document]:
    """The Documents of records that are papers of any of these shapes; `input` is whose place and problems they have."""
    return fields.documents_of(input, found, _known)


def _known(values: Mapping[str, Any]) -> dict[str, object]:
    arxiv, doi = _ids(values)
    sha, corpus = values.get("paperId") or values.get("id"), values.get("corpusid") or values.get("corpusId")
    text = _Paragraphs(values.get("abstract") or values.get("paperAbstract") or "")
    cited = [reference for item in values.get("references") or () for reference in _placed(item, text)]
    return {
        "id": arxiv or doi or sha or f"CorpusID:{corpus}",
        "title": values.get("title"),
        "text": text.whole,
        "authors": values.get("authors"),
        "date": values.get("publicationdate") or values.get("publicationDate") or values.get("year"),
        "venue": values.get("venue") or values.get("journalName") or (values.get("journal") or {}).get("name"),
        "url": _link(values),
        "doi": doi,
        "arxiv": arxiv,
        "references": [*cited, *map(_of_sha, values.get("outCitations") or ())],
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


class _Paragraphs:
    """A growing text, in which a sentence stands once."""

    def __init__(self, first: str) -> None:
        self.whole = first
        self._places: dict[str, int] = {}

    def place(self, sentence: str) -> tuple[int, int]:
        """Where the sentence stands, from start to end: below the rest, where it does not stand already."""
        if sentence not in self._places:
            self.whole += "\n\n" if self.whole else ""
            self._places[sentence] = len(self.whole)
            self.whole += sentence
        start = self._places[sentence]
        return start, start + len(sentence)


def _placed(item: Mapping[str, Any] | str | None, text: _Paragraphs) -> Iterator[Reference]:
    """A paper cited, at each sentence that cites it; without a place where none is given."""
    reference = _cited(item)
    if reference is None:
        return
    contexts = list(_contexts(item)) if isinstance(item, Mapping) else []
    for sentence, intent in contexts:
        start, end = text.place(sentence)
        yield replace(reference, start=start, end=end, intent=intent)
    if not contexts:
        yield replace(reference, intent=_intent(item.get("intents"))) if isinstance(item, Mapping) else reference


def _contexts(item: Mapping[str, Any]) -> Iterator[tuple[str, str | None]]:
    """The sentences of a citation, each with what it is for: by itself, or where all of them are for one thing."""
    said = item.get("intents") or ()
    common = _intent(said) if len(said) == 1 else None
    for one in item.get("contextsWithIntent") or [{"context": c} for c in item.get("contexts") or ()]:
        if sentence := (one.get("context") or "").strip():
            yield sentence, _intent(one.get("intents")) or common


def _intent(said: Iterable[str] | None) -> str | None:
    given = set(said or ())
    return next((ours for theirs, ours in _INTENTS.items() if theirs in given), None)


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
