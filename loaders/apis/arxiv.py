"""arXiv: papers by id from its API, and whole sets by OAI-PMH.

Both ask for one request in three seconds, by one caller at a time (https://info.arxiv.org/help/api/tou.html). The API
(https://info.arxiv.org/help/api/user-manual.html) answers an id that it does not know with nothing, and one that it cannot
read with an entry called "Error". OAI-PMH (https://info.arxiv.org/help/oa/index.html) hands out lists a page at a time, and may take a minute for one.
"""

import re
from collections.abc import Iterator, Mapping
from datetime import date

from begat.graph import ids
from begat.graph.errors import RefusedError, ServiceError
from begat.graph.model import Document
from begat.loaders.apis import xml
from begat.loaders.apis.client import FRESH, Answer, Client, Found
from begat.loaders.apis.scheme import Scheme, read, read_each
from begat.loaders.apis.service import Service
from begat.loaders.sources import markup
from begat.loaders.sources.atom import ATOM
from begat.loaders.sources.oai import OAI
from begat.loaders.sources.problem import Report

ARXIV = Service(
    name="arxiv", title="arXiv", base="https://export.arxiv.org/api", interval=3.0, hosts=("arxiv.org",)
)  # fmt: skip
ARXIV_OAI = Service(
    name="arxiv_oai", title="arXiv's OAI-PMH", base="https://oaipmh.arxiv.org", interval=3.0,
    hosts=("export.arxiv.org", "arxiv.org"), deadline=240.0,
)  # fmt: skip
AT_ONCE = 200
"""How many ids one request may name."""
_DAY = 86400.0

# -- papers by id ------------------------------------------------------------------------------------------


def papers(client: Client, keys: list[str]) -> Iterator[tuple[str, Found]]:
    """Each paper's Atom entry, by arXiv id."""

    def ask(keys: list[str]) -> Mapping[str, bytes]:
        found = entries(client, keys)
        missing = [key for key in keys if key not in found]
        if missing and len(keys) > 1:  # at times it leaves out what it knows well, or everything
            found |= entries(client, missing)
        return found

    return client.items(ARXIV, "entry", keys, AT_ONCE, ask)


def _papers(client: Client, reports: Mapping[str, Report]) -> Iterator[Document]:
    yield from read_each(ATOM, papers(client, list(reports)), reports)


def entries(client: Client, keys: list[str]) -> dict[str, bytes]:
    """The Atom entries of papers, by arXiv id, of those that there are. Raises ServiceError."""
    from lxml import etree

    answer = client.get(
        ARXIV, "query", {"id_list": ",".join(keys), "max_results": len(keys)}, check=xml.is_xml("feed"), keep=False
    )
    found = {}
    for entry in markup.every(xml.parsed(answer.body), "entry"):
        own = next((child.text or "" for child in entry if markup.tag(child) == "id"), "")
        if "/api/errors" in own:
            why = markup.line(markup.find(entry, "summary"))
            raise RefusedError(f"{ARXIV.title}: {answer.url}: {why}")
        if (key := ids.arxiv_id(own)) and markup.line(markup.find(entry, "title")):
            found[key] = bytes(etree.tostring(entry, encoding="utf-8", with_tail=False))
    return found


# -- lists -------------------------------------------------------------------------------------------------

_DATE = r"\d{4}-\d\d-\d\d"
_LIST = re.compile(rf"([\w.-]+(?::[\w.-]+){{0,2}})?(?:@({_DATE})?(?:\.\.({_DATE})?)?)?")


def list_key(written: str) -> str | None:
    """The key of a list: a set, a span of days in which records changed, or both; None where it is none.

    >>> list_key("cs:cs:CL@2025-01-01..2025-01-31")
    'cs:cs:CL@2025-01-01..2025-01-31'
    """
    found = _LIST.fullmatch(written.strip())
    if not found or not any(found.groups()):
        return None
    name, first, last = found.groups()
    try:
        days = [date.fromisoformat(day) for day in (first, last) if day]
    except ValueError:
        return None
    if days != sorted(days):
        return None
    span = f"{first or ''}..{last}" if last else first
    return f"{name or ''}@{span}" if span else name


def _lists(client: Client, reports: Mapping[str, Report]) -> Iterator[Document]:
    for key, report in reports.items():
        try:
            yield from _list(client, key, report)
        except ServiceError as error:
            report.error("", "{why}", why=error)


def _list(client: Client, key: str, report: Report) -> Iterator[Document]:
    """The papers of a list. One whose pages are no longer handed out is asked for from its beginning, once."""
    try:
        yield from _pages(client, key, report, FRESH if ".." in key else _DAY)  # a list without an end grows
    except _ExpiredError:
        yield from _pages(client, key, report, 0.0)


class _ExpiredError(ServiceError):
    """A page's token is no longer known."""


def _pages(client: Client, key: str, report: Report, fresh_for: float) -> Iterator[Document]:
    parameters: dict[str, str | None] = _asked(key)
    met: set[str | None] = set()
    tokens: set[str] = set()
    stem = re.sub(r"\W+", "-", key)
    while True:
        answer = client.get(ARXIV_OAI, "oai", parameters, check=xml.is_xml("OAI-PMH"), fresh_for=fresh_for)
        page = xml.parsed(answer.body)
        if (error := markup.find(page, "error")) is not None:
            _tell(error.get("code"), markup.line(error) or "", answer.url, report)
            return
        headers = markup.every(page, "header")
        named = {markup.line(markup.find(header, "identifier")) for header in headers}
        if named and named <= met:
            raise _same_page(answer)
        if any(header.get("status") != "deleted" for header in headers):
            yield from read(OAI, answer.body, report, stem)
        met |= named
        resumed = markup.find(page, "resumptionToken")
        total = (resumed.get("completeListSize") or "") if resumed is not None else ""
        client.progress(ARXIV_OAI.title, len(met), int(total) if total.isdecimal() else None)
        token = markup.line(resumed)
        if not token:
            return
        if token in tokens:
            raise _same_page(answer)
        tokens.add(token)
        parameters = {"verb": "ListRecords", "resumptionToken": token}


def _same_page(answer: Answer) -> ServiceError:
    return ServiceError(f"{ARXIV_OAI.title}: {answer.url}: hands out the same page again; the rest is missing")


def _asked(key: str) -> dict[str, str | None]:
    name, _, span = key.partition("@")
    first, _, last = span.partition("..")
    return {
        "verb": "ListRecords", "metadataPrefix": "arXiv", "set": name or None, "from": first or None, "until": last or None,
    }  # fmt: skip


def _tell(code: str | None, words: str, url: str, report: Report) -> None:
    if code == "noRecordsMatch":
        report.warning("", "no record in this set and these days")
        return
    why = f"{ARXIV_OAI.title}: {url}: {words or code or 'an error without words'}"
    raise _ExpiredError(why) if code == "badResumptionToken" else RefusedError(why)


PAPERS = Scheme("arxiv", "a paper of arXiv", "arxiv:2311.11045", ids.arxiv_id, _papers)
LISTS = Scheme(
    "oai", "a set of arXiv's papers, changed in a span of days", "oai:cs:cs:CL@2025-01-01..2025-01-31", list_key, _lists
)
