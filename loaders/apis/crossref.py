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
from begat.graph.model import Document
from begat.loaders.apis import opencitations, semantic_scholar
from begat.loaders.apis.client import Client, Found, Parameters, is_json, quoted
from begat.loaders.apis.scheme import Scheme
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
_FIELDS = "DOI,title,subtitle,author,issued,published,container-title,abstract,reference,relation,URL"


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


def documents(client: Client, reports: Mapping[str, Report]) -> Iterator[Document]:
    """The works of these DOIs; one that Crossref does not know as Semantic Scholar has it.

    References that the publisher keeps to itself are those of OpenCitations.
    """
    unknown: dict[str, Report] = {}
    for doi, found in works(client, list(reports)):
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


def _cited_elsewhere(client: Client, document: Document, report: Report) -> Document:
    try:
        references = tuple(opencitations.references(client, document.doi or ""))
    except ServiceError as error:
        report.warning("", "without references: Crossref has none, and {why}", why=error)
        return document
    return replace(document, references=references)


SCHEME = Scheme("doi", "a work with a DOI", "doi:10.18653/v1/N19-1423", key, documents)
