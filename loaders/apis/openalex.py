"""OpenAlex's API (https://developers.openalex.org): works, what they cite and what cites them.

Its key, OPENALEX_API_KEY, is free and needed since February 2026. Works are asked for 50 at once by a filter; lists go by
a cursor. A work is named `W…` or `doi:…`.
"""

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import replace
from io import BytesIO
from typing import Any
from urllib.parse import quote

from begat.graph import ids
from begat.graph.errors import ServiceError
from begat.graph.model import IN_PART, Document, Reference
from begat.loaders.apis.client import Client, Found, Parameters, is_json
from begat.loaders.apis.scheme import CITATIONS, Scheme
from begat.loaders.apis.service import Service
from begat.loaders.sources import openalex
from begat.loaders.sources.fields import Record
from begat.loaders.sources.input import Input
from begat.loaders.sources.problem import Report

OPENALEX = Service(
    name="openalex",
    title="OpenAlex",
    base="https://api.openalex.org",
    interval=0.2,
    key_variable="OPENALEX_API_KEY",
    key_parameter="api_key",
    key_needed=True,
    key_page="https://openalex.org/settings/api (free)",
    contact_parameter="mailto",
)

BATCH = 50
PAGE = 100
MOST_CITING = 1000
"""Works that cite one work, which are read of an address."""
_WORK = "https://openalex.org/"
_IDS = "id,doi,title,locations"
_FIELDS = (
    f"{_IDS},publication_date,publication_year,authorships,primary_location,abstract_inverted_index,referenced_works"
)
_NAMED = re.compile(r"(?:https?://(?:api\.|explore\.)?openalex\.org/(?:works/)?)?(W\d{1,12})", re.I)
_ARXIV_DOI = "10.48550/arxiv."


def key(written: str) -> str | None:
    """The name by which the service knows a work; None where `written` is none.

    >>> key("https://openalex.org/w4388787543")
    'W4388787543'
    """
    written = written.strip()
    if named := _NAMED.fullmatch(written):
        return named[1].upper()
    if "://" in written:
        return None  # arXiv's and DOI's links are theirs
    if arxiv := ids.arxiv_id(written):
        return f"doi:{_ARXIV_DOI}{arxiv}"
    found = ids.doi(written)
    return f"doi:{found}" if found else None


def paper_key(named: str) -> str | None:
    """The name by which the service knows the paper of a paper key (`arxiv:…`, `doi:…`, `url:…`), where it can."""
    kind, _, rest = named.partition(":")
    return key(rest) if kind in ("arxiv", "doi", "url") else None


def works(client: Client, names: list[str], *, only_ids: bool = False) -> Iterator[tuple[str, Found]]:
    """Each work's record, as JSON; `only_ids`: its ids and title only."""
    select = _IDS if only_ids else _FIELDS

    def ask(batch: list[str]) -> dict[str, bytes]:
        found: dict[str, bytes] = {}
        by_kind = {
            "openalex": [name for name in batch if name.startswith("W")],
            "doi": [name.removeprefix("doi:") for name in batch if name.startswith("doi:") and not _awkward(name)],
        }
        for kind, values in by_kind.items():
            if values:
                parameters: Parameters = {"filter": f"{kind}:{'|'.join(values)}", "select": select, "per_page": PAGE}
                for work in _results(client.get(OPENALEX, "works", parameters, check=is_json, keep=False).json()):
                    found.update(dict.fromkeys(_names(work), json.dumps(work).encode()))
        for name in filter(_awkward, batch):
            answer = client.get(
                OPENALEX, f"works/{quote(name, safe=':/')}", {"select": select}, check=is_json, keep=False
            )
            found |= {name: answer.body} if answer.found else {}
        return found

    return client.items(OPENALEX, "work-ids" if only_ids else "work", names, BATCH, ask)


def _awkward(name: str) -> bool:
    """Whether a name cannot stand in a filter, which parts its values at these."""
    return any(mark in name for mark in ",|!&#?")


def _names(work: Mapping[str, Any]) -> Iterator[str]:
    yield str(work.get("id") or "").rpartition("/")[2]
    if doi := ids.doi(str(work.get("doi") or "")):
        yield f"doi:{doi}"
    if arxiv := _arxiv(work):
        yield f"doi:{_ARXIV_DOI}{arxiv}"


def _arxiv(work: Mapping[str, Any]) -> str | None:
    places = work.get("locations")
    places = [place for place in places if isinstance(place, dict)] if isinstance(places, list) else []
    links = [str(place.get("landing_page_url") or "") for place in places]
    return next(filter(None, map(ids.arxiv_id, [str(work.get("doi") or ""), *links])), None)


def _results(page: object) -> list[dict[str, Any]]:
    results = page.get("results") if isinstance(page, dict) else None
    if not isinstance(results, list):
        raise ServiceError(f"{OPENALEX.title}: answers without results; try again later")
    return [work for work in results if isinstance(work, dict)]


def citing(client: Client, work: str, most: int) -> Iterator[dict[str, Any]]:
    """The works that cite a work (`W…`), at most `most`. Raises ServiceError; what came before is given."""
    cursor: str | None = "*"
    met: set[str] = set()
    count = 0
    while cursor and cursor not in met and count < most:
        met.add(cursor)
        parameters: Parameters = {"filter": f"cites:{work}", "select": _FIELDS, "per_page": PAGE, "cursor": cursor}
        page = client.get(OPENALEX, "works", parameters, check=is_json).json()
        found = _results(page)
        yield from found[: most - count]
        count += len(found)
        meta = page.get("meta")
        following = meta.get("next_cursor") if found and isinstance(meta, dict) else None
        cursor = str(following) if following else None


def known(client: Client, links: list[str]) -> dict[str, Reference]:
    """What the works of these links (`https://openalex.org/W…`) are by ids and title, by link.

    Those that the service does not know, any more or at all, are left out. Raises ServiceError.
    """
    found = {}
    names = [named[1].upper() for link in links if (named := _NAMED.fullmatch(link))]
    for name, record in works(client, names, only_ids=True):
        if isinstance(record, ServiceError):
            raise record
        if record is not None:
            found[f"{_WORK}{name}"] = _reference(json.loads(record), f"{_WORK}{name}")
    return found


def _reference(work: Mapping[str, Any], link: str) -> Reference:
    """A work as others cite it."""
    arxiv, doi = _arxiv(work), ids.doi(str(work.get("doi") or ""))
    title = " ".join(str(work.get("title") or "").split()) or None
    return Reference(arxiv=arxiv, doi=None if arxiv else doi, url=link, title=title)


def of_record(values: Mapping[str, Any], report: Report) -> Iterator[Document]:
    """The Document of a work's record."""
    input = Input(report.source, str(values.get("id")), BytesIO(), report)
    return openalex.works(input, [Record(1, "", values)])


def resolved(client: Client, document: Document, report: Report) -> Document:
    """The Document with the ids of the works that it cites; without its link, where ids say who it is."""
    links = [reference.url for reference in document.references if reference.url]
    try:
        names = known(client, links)
    except ServiceError as error:
        report.error("", "what it cites is known by OpenAlex's links only ({why})", why=error)
        return replace(document, place=IN_PART)
    own = document.url if not (document.arxiv or document.doi) else None
    cited = tuple(names.get(reference.url or "", reference) for reference in document.references)
    return replace(document, references=cited, url=own)


def address_key(written: str) -> str | None:
    """The key of an address: a work's name, or of those that cite it (`W12/citations`)."""
    written = written.strip()
    found = key(written.removesuffix(CITATIONS))
    return found + CITATIONS if found and written.endswith(CITATIONS) else found


def documents(client: Client, reports: Mapping[str, Report]) -> Iterator[Document]:
    """The works of these keys, each with the ids of what it cites; or the works that cite them."""
    found = dict(works(client, [address.removesuffix(CITATIONS) for address in reports]))
    for address, report in reports.items():
        record = found[address.removesuffix(CITATIONS)]
        if isinstance(record, ServiceError):
            report.error("", "{why}", why=record)
        elif record is None:
            report.error("", "OpenAlex knows of no such work; check the id")
        elif address.endswith(CITATIONS):
            yield from _citing_documents(client, json.loads(record), report)
        else:
            for document in of_record(json.loads(record), report):
                yield resolved(client, document, report)


def _citing_documents(client: Client, work: Mapping[str, Any], report: Report) -> Iterator[Document]:
    """The works that cite a work, each with this one citation."""
    link = str(work.get("id") or "")
    cited = _reference(work, link)
    count = 0
    try:
        for record in citing(client, link.rpartition("/")[2], MOST_CITING):
            count += 1
            for document in of_record({**record, "referenced_works": []}, report):
                own = None if document.arxiv or document.doi else document.url
                yield replace(document, references=(*document.references, cited), url=own)
    except ServiceError as error:
        report.error("", "only {n} of its citations by others came ({why})", n=count, why=error)


SCHEME = Scheme(
    "openalex", "a work of OpenAlex, or with /citations what cites it", "openalex:W4388787543", address_key, documents
)
