"""Semantic Scholar's Graph API (https://api.semanticscholar.org/api-docs/graph): papers, and who cites whom in which words.

A key is S2_API_KEY; without one the service answers too, when it is not busy. Papers are asked for 500 at once, the
citations of one in pages of 1,000 and at most 9,999. A paper is named by its hash, or as `ARXIV:…`, `DOI:…`,
`CorpusId:…`, `ACL:…`.
"""

import json
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from io import BytesIO
from typing import Any, Literal
from urllib.parse import quote

from begat.graph import ids
from begat.graph.errors import RefusedError, ServiceError
from begat.graph.model import IN_PART, Document
from begat.loaders.apis.client import Client, Found, is_json
from begat.loaders.apis.scheme import CITATIONS, Scheme
from begat.loaders.apis.service import Service
from begat.loaders.sources import semantic_scholar
from begat.loaders.sources.fields import Record
from begat.loaders.sources.input import Input
from begat.loaders.sources.problem import Report

S2 = Service(
    name="s2",
    title="Semantic Scholar",
    base="https://api.semanticscholar.org/graph/v1",
    interval=1.0,
    key_variable="S2_API_KEY",
    key_header="x-api-key",
)
Direction = Literal["references", "citations"]

BATCH = 500
BATCH_WITH_REFERENCES = 100
"""Papers with their lists of references in one answer, which may be 10 MB."""
PAGE = 1000
LAST = 9_999
"""The service lists no more citations of one paper."""
MOST_CITING = 1000
"""Papers that cite one paper, which are read of an address."""
_FIELDS = "externalIds,corpusId,title,abstract,authors,venue,journal,year,publicationDate"
_COUNTS = "referenceCount,citationCount"
_CITED = "references.externalIds,references.title"
_CITATION = "contexts,contextsWithIntent,intents,isInfluential"
_NONE_KNOWN = b"No valid paper ids"
"""What a batch is refused with, of which no id is known."""
_SHA = re.compile(r"[0-9a-f]{40}")
_SHAPES: dict[str, type] = {
    "paperId": str, "externalIds": dict, "title": str, "abstract": str, "authors": list, "venue": str, "journal": dict,
    "year": int, "publicationDate": str, "referenceCount": int, "citationCount": int, "references": list,
}  # fmt: skip
_LINK = re.compile(r"https?://(?:www\.)?semanticscholar\.org/(?:paper|p)/(?:[^/]+/)?([0-9a-f]{40})(?:[/?#].*)?", re.I)
_CORPUS = re.compile(r"(?:https?://(?:api|www)\.semanticscholar\.org/)?CorpusI[dD]:(\d{1,12})", re.I)
_ACL = re.compile(r"ACL:[\w.-]{3,60}", re.I)


def key(written: str) -> str | None:
    """The name by which the service knows a paper; None where `written` is none.

    >>> key("2311.11045v2")
    'ARXIV:2311.11045'
    """
    written = written.strip()
    if link := _LINK.fullmatch(written):
        return link[1].lower()
    if corpus := _CORPUS.fullmatch(written):
        return f"CorpusId:{corpus[1]}"
    if _SHA.fullmatch(written.lower()):
        return written.lower()
    if _ACL.fullmatch(written):
        return f"ACL:{written[4:]}"
    if "://" in written:
        return None  # arXiv's and DOI's links are theirs
    if arxiv := ids.arxiv_id(written):
        return f"ARXIV:{arxiv}"
    found = ids.doi(written)
    return f"DOI:{found}" if found else None


def paper_key(named: str) -> str | None:
    """The name by which the service knows the paper of a paper key (`arxiv:…`, `doi:…`, `url:…`), where it can."""
    kind, _, rest = named.partition(":")
    return key(rest) if kind in ("arxiv", "doi", "url") else None


def papers(client: Client, names: list[str], *, references: bool = False) -> Iterator[tuple[str, Found]]:
    """Each paper's record, as JSON; `references`: with the ids and titles of what it cites."""
    asked = f"{_FIELDS},{_COUNTS}" + (f",{_CITED}" if references else "")

    def ask(batch: list[str]) -> dict[str, bytes]:
        try:
            answer = client.post(S2, "paper/batch", {"fields": asked}, json={"ids": batch}, check=is_json, keep=False)
        except RefusedError as error:
            if _NONE_KNOWN in error.answer:
                return {}
            raise
        found = answer.json() if answer.found else []
        if not isinstance(found, list) or len(found) not in (0, len(batch)):
            raise ServiceError(
                f"{S2.title}: {answer.url}: answers {len(batch)} ids with something else; try again later"
            )
        pairs = zip(batch, found, strict=False)
        return {name: json.dumps(_sound(record)).encode() for name, record in pairs if isinstance(record, dict)}

    size = BATCH_WITH_REFERENCES if references else BATCH
    return client.items(S2, "paper,references" if references else "paper", names, size, ask)


def titled(client: Client, title: str) -> dict[str, Any] | None:
    """The record of the paper whose title is most like this one; None where none is. Raises ServiceError.

    What comes may well be another paper: whoever asks has to compare.
    """
    answer = client.get(S2, "paper/search/match", {"query": title, "fields": f"{_FIELDS},{_COUNTS}"}, check=is_json)
    said = answer.json() if answer.found else {}
    found = said.get("data") if isinstance(said, dict) else None
    return _sound(found[0]) if isinstance(found, list) and found and isinstance(found[0], dict) else None


def listed(client: Client, paper: str, direction: Direction, most: int = LAST) -> Iterator[dict[str, Any]]:
    """The citations that a paper makes, or that are made of it: each with the other paper, contexts and intents.

    At most `most`, in the service's order. Raises ServiceError where a page cannot be had; what came before is given.
    """
    offset, count, met = 0, 0, set[str]()
    while offset < LAST and count < most:
        page = client.get(
            S2, f"paper/{_in_path(paper)}/{direction}",
            {"fields": f"{_CITATION},{_FIELDS}", "offset": offset, "limit": min(PAGE, LAST - offset)}, check=is_json,
        )  # fmt: skip
        if not page.found:
            return
        said = page.json()
        items = said.get("data") if isinstance(said, dict) else said
        if not isinstance(said, dict) or not isinstance(items or [], list):
            raise ServiceError(f"{S2.title}: {page.url}: not a list of citations; try again later")
        for item in items or ():  # null where a publisher keeps its references to itself
            other = _other(item, direction)
            name = str(other.get("paperId") or other.get("title") or len(met))
            if other and name not in met and count < most:
                met.add(name)
                count += 1
                yield item
        following = said.get("next")
        if following is None:
            return
        if not isinstance(following, int) or following <= offset:
            raise ServiceError(f"{S2.title}: {page.url}: its pages go round in circles; what came is kept")
        offset = following


def _other(item: object, direction: Direction) -> dict[str, Any]:
    other = item.get("citedPaper" if direction == "references" else "citingPaper") if isinstance(item, dict) else None
    return _sound(other) if isinstance(other, dict) else {}


def _sound(record: Mapping[str, Any]) -> dict[str, Any]:
    """A paper's record without fields of another shape than the service says they have; its hash is a hash."""
    right = {name: value for name, value in record.items() if isinstance(value, _SHAPES.get(name, object))}
    if not _SHA.fullmatch(str(right.get("paperId"))):
        right.pop("paperId", None)
    return right


def cited(item: Mapping[str, Any]) -> dict[str, Any]:
    """The paper that a citation of the list of references is of."""
    return _other(item, "references")


def citing(item: Mapping[str, Any]) -> dict[str, Any]:
    """The paper that makes a citation of the list of citations."""
    return _other(item, "citations")


def citing_documents(
    items: Iterable[Mapping[str, Any]], paper: Mapping[str, Any], report: Report
) -> Iterator[Document]:
    """The papers that make these citations of `paper`, each with this one, in its own words."""
    met: set[str] = set()
    for item in items:
        words = {name: value for name, value in item.items() if name != "citingPaper"}
        for document in of_record({**citing(item), "references": [{**words, "citedPaper": dict(paper)}]}, report):
            if document.id not in met:
                met.add(document.id)
                yield document


def best_name(values: Mapping[str, Any]) -> str:
    """The name of a record's paper by which users call it: by arXiv id, DOI, or hash."""
    outer = values.get("externalIds") or {}
    stated = (outer.get("ArXiv"), outer.get("DOI"), values.get("paperId"))
    return next((found for one in stated if one and (found := key(str(one)))), str(values.get("paperId")))


def of_record(values: Mapping[str, Any], report: Report) -> Iterator[Document]:
    """The Document of a paper's record. Its link is left out where ids say who it is."""
    input = Input(report.source, str(values.get("paperId")), BytesIO(), report)
    for document in semantic_scholar.papers(input, [Record(1, "", values)]):
        yield replace(document, url=None) if document.arxiv or document.doi else document


def address_key(written: str) -> str | None:
    """The key of an address: a paper's name, or of those that cite it.

    >>> address_key("2311.11045/citations")
    'ARXIV:2311.11045/citations'
    """
    written = written.strip()
    found = key(written.removesuffix(CITATIONS))
    return found + CITATIONS if found and written.endswith(CITATIONS) else found


def documents(client: Client, reports: Mapping[str, Report]) -> Iterator[Document]:
    """The papers of these keys, each with its references and the sentences that make them; or who cites them, and how."""
    named = list(dict.fromkeys(address.removesuffix(CITATIONS) for address in reports))
    found = dict(papers(client, named))
    for address, report in reports.items():
        record = found[address.removesuffix(CITATIONS)]
        if isinstance(record, ServiceError):
            report.error("", "{why}", why=record)
        elif record is None:
            report.error("", "Semantic Scholar knows of no such paper; check the id")
        elif address.endswith(CITATIONS):
            paper = json.loads(record)
            cites = influential_first(citations(client, paper, report))
            if len(cites) > MOST_CITING:
                report.warning(
                    "", "{n} papers cite it: {m} were read, the most influenced first", n=len(cites), m=MOST_CITING
                )
            yield from citing_documents(cites[:MOST_CITING], paper, report)
        else:
            yield from whole_or_in_part(with_references(client, json.loads(record), report), report)


def citations(client: Client, paper: Mapping[str, Any], report: Report, most: int = LAST) -> list[dict[str, Any]]:
    """The citations of a paper, at most `most`; those that cannot be had are told."""
    found: list[dict[str, Any]] = []
    try:
        found.extend(listed(client, str(paper.get("paperId")), "citations", most))
    except ServiceError as error:
        came = _of(len(found), paper.get("citationCount"))
        report.error("", "only {came} citations by others came ({why})", came=came, why=error)
    return found


def with_references(client: Client, values: Mapping[str, Any], report: Report, place: str = "") -> dict[str, Any]:
    """A paper's record with its references; that not all can be had is told, of `place` in the report's source."""
    references: list[dict[str, Any]] = []
    try:
        references.extend(listed(client, str(values.get("paperId")), "references"))
    except ServiceError as error:
        came = _of(len(references), values.get("referenceCount"))
        report.error(place, "only {came} references came ({why})", came=came, why=error)
    return {**values, "references": references}


def _of(count: int, whole: int | None) -> str:
    return f"{count} of its {whole}" if whole else f"{count} of its"


def whole_or_in_part(values: Mapping[str, Any], report: Report) -> Iterator[Document]:
    """The Document of a paper's record `with_references`; its place says so where that failed."""
    for document in of_record(values, report):
        yield replace(document, place=IN_PART) if report.failed else document


def _in_path(name: str) -> str:
    return quote(name, safe=":/", errors="replace")


def influential_first(items: Iterable[dict[str, Any]]) -> list[dict[str, Any]]:
    """Citations by how much they tell: those called influential, then those with sentences, then as they came."""
    return sorted(items, key=lambda item: (not item.get("isInfluential"), not item.get("contexts")))


SCHEME = Scheme(
    "s2", "a paper of Semantic Scholar, or with /citations what cites it", "s2:2311.11045", address_key, documents
)  # fmt: skip
