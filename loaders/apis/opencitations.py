"""OpenCitations' Index (https://api.opencitations.net/index/v2): which DOI cites which, and nothing else.

A token is free and optional: OPENCITATIONS_TOKEN. What it knows nothing of has an empty list.
"""

import json
from collections.abc import Iterator
from typing import Any, Literal
from urllib.parse import quote

from begat.graph import ids
from begat.graph.errors import ServiceError
from begat.graph.model import Document, Reference
from begat.loaders.apis.client import Client, Found, is_json
from begat.loaders.apis.service import Service
from begat.loaders.sources.problem import Report

OPENCITATIONS = Service(
    name="opencitations",
    title="OpenCitations",
    base="https://api.opencitations.net/index/v2",
    interval=0.5,
    hosts=("opencitations.net", "w3id.org"),
    key_variable="OPENCITATIONS_TOKEN",
    key_header="authorization",
)


def references(client: Client, doi: str) -> Iterator[Reference]:
    """What the work of a DOI cites. Raises ServiceError."""
    return _cited(_listed(client, "references", doi), "cited")


def citations(client: Client, doi: str) -> Iterator[Reference]:
    """What cites the work of a DOI. Raises ServiceError."""
    return _cited(_listed(client, "citations", doi), "citing")


def lists(client: Client, dois: list[str]) -> Iterator[tuple[str, Found]]:
    """What the work of each DOI cites, as the service's list in JSON; None where it knows of nothing."""
    for number, doi in enumerate(dois, 1):
        try:
            found = _listed(client, "references", doi)
            yield doi, json.dumps(found).encode() if found else None
        except ServiceError as error:
            yield doi, error
        client.progress(OPENCITATIONS.title, number, len(dois))


def of_list(body: bytes, report: Report) -> Iterator[Document]:
    """A list of what a work cites as its Document, which has nothing else."""
    items = json.loads(body)
    own = next(filter(None, (ids.doi(name) for name in _stated(items[0], "citing"))), None) if items else None
    references = tuple(_cited(items, "cited"))
    if own and references:
        yield Document(id=own, text="", doi=own, references=references, source=report.source)


def _listed(client: Client, what: str, doi: str) -> list[dict[str, Any]]:
    answer = client.get(OPENCITATIONS, f"{what}/doi:{quote(doi, safe='/:')}", check=is_json)
    found = answer.json() if answer.found else []
    if not isinstance(found, list):
        raise ServiceError(f"{OPENCITATIONS.title}: {answer.url}: not a list of citations; try again later")
    return [item for item in found if isinstance(item, dict)]


def _cited(items: list[dict[str, Any]], end: Literal["cited", "citing"]) -> Iterator[Reference]:
    """The other ends: ids one after another (`omid:br/06… doi:10.… pmid:…`), of which one that we know is enough."""
    met = set()
    for item in items:
        stated = _stated(item, end)
        arxiv = next(filter(None, (ids.arxiv_id(name) for name in stated)), None)
        doi = next(filter(None, map(ids.doi, stated)), None)
        reference = Reference(arxiv=arxiv, doi=None if arxiv else doi)
        if (arxiv or doi) and reference not in met:
            met.add(reference)
            yield reference


def _stated(item: dict[str, Any], end: str) -> list[str]:
    """The DOIs of one end of a citation."""
    written = str(item.get(end) or "").split()
    return [name.removeprefix("doi:") for name in written if name.startswith("doi:")]
