"""What the graph does not know of its papers: what to ask services for, and what of their answers is news.

A paper is called missing what none of its records, and no metadata, says of it. A record that a service handed out in
part only is one that has neither text nor citations: so they are asked for again.
"""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from enum import StrEnum
from typing import Any

from begat.graph.model import IN_PART, Facts, Node
from begat.graph.store import Store
from begat.graph.vocabulary import NodeType

_FIELDS = ("title", "authors", "date", "venue", "url", "doi")


class Gap(StrEnum):
    """What a paper may lack."""

    TITLE = "titles"
    DATE = "dates"
    AUTHORS = "authors"
    TEXT = "abstracts"
    CITATIONS = "references"
    IDS = "ids"


@dataclass(slots=True)
class Missing:
    """A paper with what is not known of it. `date` is what is known of its date, a year at most where one is a gap."""

    node: str
    keys: tuple[str, ...]
    """Its paper keys: arXiv id, DOI, links."""
    date: str | None
    gaps: set[Gap]
    read: bool
    """Whether a record of it was read; the rest are only cited, and have neither authors nor texts to be filled."""
    title: str | None = None
    authors: tuple[str, ...] = ()
    """As its records have them."""

    @property
    def arxiv(self) -> str | None:
        """Its arXiv id."""
        return self._rest("arxiv:")

    @property
    def doi(self) -> str | None:
        """Its DOI."""
        return self._rest("doi:")

    def _rest(self, kind: str) -> str | None:
        return next((key.removeprefix(kind) for key in self.keys if key.startswith(kind)), None)


@dataclass(slots=True)
class _Known:
    """What the records of one paper say."""

    title: str | None = None
    authors: tuple[str, ...] = ()
    text: bool = False
    citations: bool = False
    papers: bool = False
    urls: set[str] = field(default_factory=set)

    def add(self, row: Mapping[str, Any]) -> None:
        joined = json.loads(row["joined"])
        self.title = self.title or row["title"] or joined.get("title")
        self.authors = self.authors or tuple(json.loads(row["authors"]) or joined.get("authors", ()))
        if not row["in_part"]:
            self.text |= bool(row["has_text"])
            self.citations |= row["references"] != "[]"
        self.papers |= bool(row["is_paper"])
        self.urls |= {row["url"]} if row["url"] else set()


def missing(store: Store) -> Iterator[Missing]:
    """Every paper that lacks something, in order of node id; pages (posts, cards) are no papers."""
    known = _records(store)
    keys: dict[str, list[str]] = {}
    for key, node in store.connection.execute("SELECT key, paper FROM paper_keys ORDER BY key"):
        keys.setdefault(node, []).append(key)
    for node in store.nodes("type = ?", (NodeType.PAPER,)):
        records = known.get(node.id)
        if records and not records.papers:
            continue
        own = tuple(_keys(node, keys.get(node.id, ()), records))
        if gaps := set(_gaps(node, records, own)):
            said = (records.title, records.authors) if records else (None, ())
            yield Missing(node.id, own, node.date, gaps, records is not None, *said)


def _records(store: Store) -> dict[str, _Known]:
    cursor = store.connection.execute(
        "SELECT paper, title, authors, joined, place = ? AS in_part, trim(text) <> '' AS has_text, \"references\","
        " is_paper, url FROM documents WHERE paper IS NOT NULL ORDER BY id, source",
        (IN_PART,),
    )
    names = [column[0] for column in cursor.description]
    known: dict[str, _Known] = {}
    for values in cursor:
        row = dict(zip(names, values, strict=True))
        known.setdefault(row["paper"], _Known()).add(row)
    return known


def _keys(node: Node, known: list[str] | tuple[str, ...], records: _Known | None) -> list[str]:
    ids = [f"{kind}:{value}" for kind, value in (("arxiv", node.arxiv), ("doi", node.doi)) if value]
    links = sorted(records.urls if records else filter(None, [node.url]))
    return list(dict.fromkeys([*known, *ids, *(f"url:{link}" for link in links)]))


def _gaps(node: Node, records: _Known | None, keys: tuple[str, ...]) -> Iterator[Gap]:
    unnamed = node.name == node.id or node.name in {key.partition(":")[2] for key in keys}
    if not records.title if records else unnamed:
        yield Gap.TITLE
    if not node.date or len(node.date) == 4:
        yield Gap.DATE
    if not any(key.startswith(("arxiv:", "doi:")) for key in keys):
        yield Gap.IDS
    if records:
        if not records.authors:
            yield Gap.AUTHORS
        if not records.text:
            yield Gap.TEXT
        if not records.citations:
            yield Gap.CITATIONS


# -- filling -----------------------------------------------------------------------------------------------


def completed(known: Facts, said: Facts, by: str) -> Facts:
    """What is known, with what is said beside it: nothing is overwritten, a date only made more precise.

    `extra` notes of each field that is new by which service it was said.
    """
    new = {name: getattr(said, name) for name in _FIELDS if getattr(said, name) and not getattr(known, name)}
    if more_precise(said.date, known.date):
        new["date"] = said.date
    return replace(known, **new, extra={**known.extra, **dict.fromkeys(new, by)}) if new else known


def with_services(facts: Facts, known: Facts | None) -> Facts:
    """Facts of a file, with what services said by the same key before and the file does not say."""
    if known is None or not known.extra:
        return facts
    said = {name: getattr(known, name) for name in known.extra if name in _FIELDS}
    new = {name: value for name, value in said.items() if value and not getattr(facts, name)}
    if more_precise(said.get("date"), facts.date):
        new["date"] = said["date"]
    return replace(facts, **new, extra={**facts.extra, **{name: known.extra[name] for name in new}}) if new else facts


def more_precise(date: str | None, known: str | None) -> bool:
    """Whether a date says all that is known, and more."""
    return bool(date and date != known and date.startswith(known or ""))
