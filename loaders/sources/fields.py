"""What the columns of a record mean: guessed by their names, or as the user says; the same for every record format."""

import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any, NamedTuple

from begat.graph import ids
from begat.graph.errors import UsageError, meant
from begat.graph.model import Document, Reference
from begat.loaders.sources import dates, people
from begat.loaders.sources.input import LIMIT, TOO_LONG, Input, storable
from begat.loaders.sources.links import references_in

GUESSES: dict[str, tuple[str, ...]] = {
    "id": ("id", "paperid", "documentid", "docid", "identifier", "key", "forum"),
    "title": ("title", "papertitle", "displayname", "name"),
    "text": ("abstract", "paperabstract", "abstracttext", "summary", "text", "content", "body", "description"),
    "authors": ("authors", "author", "authornames", "authorlist", "creators", "creator", "authorsparsed", "authorships"),
    "date": ("published", "publicationdate", "publisheddate", "date", "datepublished", "submitted", "created", "year",
             "publicationyear", "pubyear"),
    "venue": ("venue", "journal", "journalref", "booktitle", "conference", "publicationvenue", "containertitle"),
    "url": ("url", "link", "paperurl", "absurl", "pdfurl", "entryid", "pdf"),
    "doi": ("doi",),
    "arxiv": ("arxiv", "arxivid", "arxivurl", "eprint"),
    "references": ("references", "referenceids", "cites", "citedpapers", "bibliography"),
}  # fmt: skip
"""Field → names of columns that hold it, best first, in lower-case letters only (`Paper_Title` → `papertitle`)."""

_SYNONYMS = {"abstract": "text", "summary": "text", "year": "date", "author": "authors"}
_UNNAMED = {
    "updated": ("updatedate", "updated", "lastmodified"),
    "ids": ("externalids", "ids"),  # Semantic Scholar, OpenAlex: {"ArXiv": …, "DOI": …}
}
_MISSING = {"", "null", "none", "nan", "n/a", "na", "-"}


class Record(NamedTuple):
    """One record of a file: its number from 1 (unread ones count too), where it stands, its values by column."""

    number: int
    place: str
    values: Mapping[str, object]


def field_of(column: str) -> str | None:
    """The field that a column of this name holds, by guess."""
    return _FIELD_OF.get(_letters(column))


def checked(columns: Mapping[str, str]) -> dict[str, str]:
    """The user's columns by field. Raises UsageError for a field that there is not."""
    by_field = {}
    for name, column in columns.items():
        field = _SYNONYMS.get(name.lower(), name.lower())
        if field not in GUESSES:
            raise UsageError(f"--column {name}={column}: no such field; {meant(name, GUESSES)}")
        by_field[field] = column
    return by_field


def documents(input: Input, records: Iterable[Record]) -> Iterator[Document]:
    """The records of an input as Documents; what holds neither title nor text is told and left out."""
    columns = checked(input.columns)
    reader = _Reader(input, columns)
    unseen = dict(columns)
    last: Record | None = None
    for last in records:
        if unseen:
            unseen = {field: column for field, column in unseen.items() if column not in last.values}
        found = reader.document(last)
        if found:
            yield found
    if last is None:
        no_record(input)
        return
    for field, column in unseen.items():
        input.report.error("", "no record has the column {column!r} (--column {field}={column}); the last has {names}",
                           field=field, column=column, names=_some(last.values))  # fmt: skip


def document(
    input: Input, record: Record, values: Mapping[str, object], more: Sequence[Reference] = (), **facts: Any
) -> Document | None:
    """The Document of a record whose `values` are by field; None, and told, where it has neither title nor text.

    The fields are those of GUESSES, and "updated", a last resort for the date. `more` are references beside those
    that `values` list; `facts` are fields of the Document that no column holds.
    """
    title = _line(values.get("title"))
    text = _text(values.get("text")) or ""
    if not title and not text.strip():
        input.report.error(
            record.place,
            "neither title nor text (columns: {names}): passed over; name them with --column title=NAME, --column text=NAME",
            names=_some(record.values),
        )  # fmt: skip
        return None
    if len(text) > LIMIT:
        input.report.error(record.place, TOO_LONG, what="a text")
        return None
    own, url = _number(values.get("id")), _line(values.get("url"))
    doi = _first(ids.doi, _line(values.get("doi")), own, url)
    arxiv = _first(ids.arxiv_id, _number(values.get("arxiv")), own, url, doi)
    identifier = _first(ids.arxiv_id, own) or _first(ids.doi, own) or own
    listed = (*_cited(values.get("references")), *more)
    found = {
        "authors": tuple(storable(name) for name in people.names(values.get("authors"))),
        "date": _date(input, record, values, arxiv),
        "venue": _line(values.get("venue")),
        "references": tuple(map(_storable, listed)) + references_in(text, own={arxiv, doi}),
        **facts,
    }
    return Document(
        id=identifier or arxiv or doi or f"{input.stem}#{record.number}",
        text=text,
        title=title,
        url=url,
        arxiv=arxiv,
        doi=doi,
        source=input.source,
        place=record.place,
        **found,
    )


def _date(input: Input, record: Record, values: Mapping[str, object], arxiv: str | None) -> str | None:
    """The record's date; an arXiv id knows the month, and the day of the last update is only better than nothing."""
    month = ids.arxiv_date(arxiv) if arxiv else None
    if "date" in values:
        known = dates.iso(values["date"])
        if known is None:
            input.report.warning(
                record.place, "not a date: {value!r}; write YYYY-MM-DD or YYYY", value=str(values["date"])[:40]
            )
        elif len(known) == 4 and month and month.startswith(known):
            return month
        if known:
            return known
    return month or dates.iso(values.get("updated"))


def documents_of(
    input: Input, records: Iterable[Record], known: Callable[[Mapping[str, Any]], Mapping[str, object] | None]
) -> Iterator[Document]:
    """The records of a format that begat knows: `known` gives a record's values by field, None where it is no paper.

    A record whose values are not of the shape that the format has is told and left out.
    """
    last: Record | None = None
    columns = checked(input.columns)
    for last in records:
        try:
            values = known(last.values)
        except (AttributeError, KeyError, TypeError, ValueError, IndexError):
            input.report.error(last.place, "not of the shape that this format has: passed over")
            continue
        if values is None:
            continue
        given = {field: last.values[column] for field, column in columns.items() if column in last.values}
        if found := document(input, last, present({**values, **given})):
            yield found
    if last is None:
        no_record(input)


def no_record(input: Input) -> None:
    """Tell that an input holds no record, unless it is told already what is wrong with it."""
    if not input.report.failed:
        input.report.error("", "holds no record")


def present(values: Mapping[str, object]) -> dict[str, object]:
    """Those of `values` that say something."""
    return {field: value for field, value in values.items() if not _missing(value)}


class _Reader:
    """Turns records into Documents; remembers which columns mean what for each set of columns met."""

    def __init__(self, input: Input, columns: Mapping[str, str]) -> None:
        self._input = input
        self._columns = columns
        self._plans: dict[tuple[str, ...], dict[str, list[str]]] = {}

    def document(self, record: Record) -> Document | None:
        return document(self._input, record, self._values(record))

    def _values(self, record: Record) -> dict[str, object]:
        """The value of each field: that of its best column that has one."""
        columns = tuple(record.values)
        plan = self._plans.get(columns)
        if plan is None:
            if len(self._plans) > 1000:  # records with ever new columns must not fill the memory
                self._plans.clear()
            plan = self._plans[columns] = self._plan(columns)
        values: dict[str, object] = {}
        for field, holders in plan.items():
            for column in holders:
                if not _missing(record.values[column]):
                    values[field] = record.values[column]
                    break
        outer = values.pop("ids", None)
        if isinstance(outer, Mapping):
            for name, value in outer.items():
                values.setdefault(field_of(str(name)) or "", value)
        return values

    def _plan(self, columns: tuple[str, ...]) -> dict[str, list[str]]:
        by_letters: dict[str, list[str]] = {}
        for column in columns:
            by_letters.setdefault(_letters(column), []).append(column)
        plan = {}
        for field, guesses in {**GUESSES, **_UNNAMED}.items():
            if field in self._columns:
                plan[field] = [column for column in columns if column == self._columns[field]]
            else:
                taken = set(self._columns.values())
                plan[field] = [c for guess in guesses for c in by_letters.get(guess, ()) if c not in taken]
        return plan


def _letters(column: str) -> str:
    return re.sub(r"[^a-z]", "", column.lower())


_FIELD_OF = {guess: field for field, guesses in GUESSES.items() for guess in guesses}


def _missing(value: object) -> bool:
    if isinstance(value, str):
        return (len(value) <= 4 and value.strip().lower() in _MISSING) or not value.strip()
    return value is None or value != value or value in ([], {})


def _text(value: object) -> str | None:
    """A value as text, unrepaired."""
    if isinstance(value, str):
        return storable(value)
    if isinstance(value, (list, tuple)):
        return "\n\n".join(filter(None, map(_text, value)))
    if isinstance(value, Mapping):
        return next((_text(v) for k, v in value.items() if _letters(str(k)) in ("name", "value", "text")), None)
    if value is None or isinstance(value, (bytes, bool)):
        return None
    return str(value)


def _line(value: object) -> str | None:
    """A value as one line: a title may be folded, an id must not be."""
    return " ".join((_text(value) or "").split()) or None


def _number(value: object) -> str | None:
    """An id; one that is a number with a fraction is arXiv's, and lost the zeros at its end (2311.1)."""
    return f"{value:.5f}" if isinstance(value, float) and not value.is_integer() else _line(value)


def _first(reading: Callable[[str], str | None], *values: str | None) -> str | None:
    """The first of `values` that `reading` takes."""
    return next((read for value in values if value and (read := reading(value))), None)


def _cited(value: object) -> tuple[Reference, ...]:
    """The papers of a record's own list of references: ids, links, titles, or objects with these."""
    items: Iterable[object]
    items = value if isinstance(value, (list, tuple)) else re.split(r"[;\n]", value) if isinstance(value, str) else []
    return tuple(reference for item in items if (reference := _reference(item)))


def _reference(item: object) -> Reference | None:
    if isinstance(item, Reference):
        return item
    if isinstance(item, Mapping):
        values: dict[str, object] = {}
        for name, value in item.items():
            inner = value.items() if isinstance(value, Mapping) else [(name, value)]
            values.update({field_of(str(n)) or "": v for n, v in inner if not _missing(v)})
        written = [_line(values.get(field)) for field in ("arxiv", "doi", "id", "url")]
        title = _line(values.get("title"))
    else:
        written, title = [_line(item)], None
    arxiv, doi = _first(ids.arxiv_id, *written), _first(ids.doi, *written)
    return Reference(arxiv=arxiv, doi=doi, title=title) if arxiv or doi or title else None


def _storable(reference: Reference) -> Reference:
    """The reference, with nothing in its words that no database takes."""
    words = "".join(filter(None, (reference.arxiv, reference.doi, reference.url, reference.title)))
    if storable(words) == words:
        return reference
    arxiv, doi, url, title = (
        word and storable(word) for word in (reference.arxiv, reference.doi, reference.url, reference.title)
    )
    return replace(reference, arxiv=arxiv, doi=doi, url=url, title=title)


def _some(values: Mapping[str, object]) -> str:
    """The first names of columns, for a message."""
    names = [str(name)[:40] for name in values]
    return ", ".join(names[:12]) + (", …" if len(names) > 12 else "") or "none"
