"""Crossref's REST API (https://www.crossref.org/documentation/retrieve-metadata/rest-api/): what publishers deposit.

No key; BEGAT_CONTACT gets quicker answers. Works are asked for 50 at once by a filter. DOIs of other agencies (DataCite's,
arXiv's among them) it does not know.
"""

import json
from collections.abc import Iterator, Mapping
from dataclasses import replace
from io import BytesIO
from typing import Any

from begat.graph import ids
from begat.graph.errors import ServiceError
from begat.graph.model import IN_PART, Document, Reference
from begat.loaders.apis import opencitations, semantic_scholar
from begat.loaders.apis.client import Client, Found, Parameters, is_json, quoted
from begat.loaders.apis.scheme import CITATIONS, Scheme
from begat.loaders.apis.service import Service
from begat.loaders.sources import crossref
from begat.loaders.sources.fields import Record
from begat.loaders.sources.input import Input
from begat.loaders.sources.problem import Report

CROSSREF = Service(
    name="crossref",
    title="Crossref",
    base="https://api.crossref.org",
    interval=1.0,
    contact_parameter="mailto",
)
BATCH = 50
MOST_CITING = 1000
"""Works that cite one work, which are read of an address."""
_FIELDS = "DOI,title,subtitle,author,issued,container-title,abstract,reference,relation,URL"


def key(written: str) -> str | None:
    """The DOI that `written` is (bare or as a link); None where it is none."""
    return ids.doi(written)


def paper_key(named: str) -> str | None:
    """The DOI of a paper key that is one; arXiv's are not Crossref's."""
    found = named.removeprefix("doi:") if named.startswith("doi:") else None
    return found if found and not ids.arxiv_id(found) else None


def works(client: Client, dois: list[str]) -> Iterator[tuple[str, Found]]:
    """Each work's record, as JSON."""

    def ask(batch: list[str]) -> dict[str, bytes]:
        if len(batch) == 1 or any("," in doi for doi in batch):  # a filter parts its values at commas
            return {doi: record for doi in batch if (record := _single(client, doi)) is not None}
        parameters: Parameters = {
            "filter": ",".join(f"doi:{doi}" for doi in batch),
            "rows": len(batch),
            "select": _FIELDS,
        }
        answer = client.get(CROSSREF, "works", parameters, check=is_json, keep=False)
        items = _message(answer.json()).get("items") or []
        return {str(item.get("DOI")).lower(): json.dumps(item).encode() for item in items if isinstance(item, dict)}

    return client.items(CROSSREF, "work", dois, BATCH, ask)


def _single(client: Client, doi: str) -> bytes | None:
    answer = client.get(CROSSREF, f"works/{quoted(doi)}", check=is_json, keep=False)
    return json.dumps(_message(answer.json())).encode() if answer.found else None


def _message(answer: object) -> dict[str, Any]:
    message = answer.get("message") if isinstance(answer, dict) else None
    if not isinstance(message, dict):
        raise ServiceError(f"{CROSSREF.title}: answers without a message; try again later")
    return message


def of_record(values: Mapping[str, Any], report: Report) -> Iterator[Document]:
    """The Document of a work's record."""
    input = Input(report.source, str(values.get("DOI")), BytesIO(), report)
    return crossref.works(input, [Record(1, "", values)])


def address_key(written: str) -> str | None:
    """The key of an address: a DOI, or of the works that cite it (`10.1000/x/citations`)."""
    written = written.strip()
    found = key(written.removesuffix(CITATIONS))
    return found + CITATIONS if found and written.endswith(CITATIONS) else found


def documents(client: Client, reports: Mapping[str, Report]) -> Iterator[Document]:
    """The works of these DOIs; one that Crossref does not know as Semantic Scholar has it. Or the works that cite them.

    References that the publisher keeps to itself are those of OpenCitations.
    """
    unknown: dict[str, Report] = {}
    for doi, found in works(client, [address for address in reports if not address.endswith(CITATIONS)]):
        report = reports[doi]
        if isinstance(found, ServiceError):
            report.error("", "{why}", why=found)
        elif found is None:
            unknown[f"DOI:{doi}"] = report
        else:
            for document in of_record(json.loads(found), report):
                yield document if document.references else _cited_elsewhere(client, document, report)
    if unknown:
        yield from semantic_scholar.documents(client, unknown)
    for address, report in reports.items():
        if address.endswith(CITATIONS):
            yield from _citing_documents(client, address.removesuffix(CITATIONS), report)


def _citing_documents(client: Client, doi: str, report: Report) -> Iterator[Document]:
    """The works that OpenCitations knows to cite a DOI: as Crossref has them, else Semantic Scholar, else by id alone."""
    try:
        citing = list(opencitations.citations(client, doi))
    except ServiceError as error:
        report.error("", "{why}", why=error)
        return
    if len(citing) > MOST_CITING:
        report.warning("", "{n} works cite it: the first {m} were read", n=len(citing), m=MOST_CITING)
    citing = citing[:MOST_CITING]
    arxiv = ids.arxiv_id(doi)
    cited = Reference(arxiv=arxiv, doi=None if arxiv else doi)
    waiting = {f"ARXIV:{one.arxiv}": one for one in citing if one.arxiv}
    unanswered: dict[str, ServiceError] = {}
    for found_doi, record in works(client, [one.doi for one in citing if one.doi]):
        if isinstance(record, bytes):
            yield from _also_citing(of_record(json.loads(record), report), cited)
        else:
            waiting[f"DOI:{found_doi}"] = Reference(doi=found_doi)
            unanswered |= {f"DOI:{found_doi}": record} if record else {}
    for name, record in semantic_scholar.papers(client, list(waiting)):
        if isinstance(record, bytes):
            unanswered.pop(name, None)
            yield from _also_citing(semantic_scholar.of_record(json.loads(record), report), cited)
            continue
        unanswered |= {name: record} if record else {}
        own, place = waiting[name], IN_PART if name in unanswered else ""
        bare = Document(own.arxiv or own.doi or "", "", arxiv=own.arxiv, doi=own.doi, source=report.source, place=place)
        yield from _also_citing(iter([bare]), cited)
    if unanswered:
        n, why = len(unanswered), next(iter(unanswered.values()))
        report.error(
            "", "{n} of {m} works that cite it are known by their ids only ({why})", n=n, m=len(citing), why=why
        )


def _also_citing(documents: Iterator[Document], cited: Reference) -> Iterator[Document]:
    """The documents with this citation among theirs."""
    for document in documents:
        known = any((r.arxiv, r.doi) == (cited.arxiv, cited.doi) for r in document.references)
        yield document if known else replace(document, references=(*document.references, cited))


def _cited_elsewhere(client: Client, document: Document, report: Report) -> Document:
    try:
        references = tuple(opencitations.references(client, document.doi or ""))
    except ServiceError as error:
        report.error("", "without references: Crossref has none, and {why}", why=error)
        return replace(document, place=IN_PART)
    return replace(document, references=references)


SCHEME = Scheme(
    "doi", "a work with a DOI, or with /citations what cites it", "doi:10.18653/v1/N19-1423", address_key, documents
)
