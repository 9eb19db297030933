"""BibTeX, an entry at a time, each parsed by pybtex (https://www.bibtex.org/Format/)."""

import re
from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple

from begat.graph import ids
from begat.graph.model import Document
from begat.loaders.sources import fields
from begat.loaders.sources.fields import Record
from begat.loaders.sources.input import LIMIT, TOO_LONG, Input
from begat.loaders.sources.latex_text import plain
from begat.loaders.sources.notes import with_notes
from begat.loaders.sources.source import Source

_BEGIN = re.compile(r"\s*@\s*([a-zA-Z]+)\s*[{(]")
_ENTRY = re.compile(r"^\s*@\s*[a-zA-Z]+\s*[{(]\s*[^\s,={}]*\s*,?\s*$|^\s*@\s*[a-zA-Z]+\s*[{(][^=]*,\s*\w+\s*=", re.M)
_BRACE = re.compile(r"\\.|[{}]")
_NO_PAPER = {"comment", "preamble", "string"}
_ESCAPED_URL = re.compile(r"\\([_%&#~])")


class _Entry(NamedTuple):
    """An entry's source text, and the line at which it begins."""

    line: int
    kind: str
    text: str


def _is_bibtex(input: Input) -> bool:
    lines = [line for line in input.opening.split("\n")[:200] if line.strip() and not line.lstrip().startswith("%")]
    return bool(lines) and bool(_BEGIN.match(lines[0])) and bool(_ENTRY.search("\n".join(lines)))


def _bibtex(input: Input) -> Iterator[Document]:
    return fields.documents_of(input, _records(input), _known)


def _records(input: Input) -> Iterator[Record]:
    from pybtex.exceptions import PybtexError

    number = 0
    macros: dict[str, str] = {}
    for entry in _entries(input):
        number += entry.kind not in _NO_PAPER
        place = f"line {entry.line}"
        try:
            yield from (Record(number, place, values) for values in _parsed(entry, macros))
        except (PybtexError, RecursionError, ValueError) as error:
            # Each entry is parsed alone: the place that the parser names is none of the file's.
            why = re.sub(r"^syntax error in line \d+: ", "", str(error).split("\n")[0].rstrip("."))
            input.report.error(place, "not BibTeX ({why}): the entry is passed over; mend it", why=why)


def _entries(input: Input) -> Iterator[_Entry]:
    """The entries, each from its `@` to where its braces close; one that never closes ends where another begins."""
    lines: list[str] = []
    first, kind, depth, length = 0, "", 0, 0
    for line in input.lines():
        begun = _BEGIN.match(line.text)
        if begun:
            if lines:
                yield _Entry(first, kind, "\n".join(lines))
            lines, first, kind, depth, length = [], line.number, begun[1].lower(), 0, 0
        elif not first:
            continue  # words between entries are comments
        lines.append(line.text)
        length += len(line.text)
        depth += sum({"{": 1, "}": -1}.get(mark[0], 0) for mark in _BRACE.finditer(line.text))
        if length > LIMIT:
            input.report.error(f"line {first}", TOO_LONG, what="an entry")
            lines, first = [], 0
        elif depth <= 0 and "{" in lines[0]:
            yield _Entry(first, kind, "\n".join(lines))
            lines, first = [], 0
    if lines:
        yield _Entry(first, kind, "\n".join(lines))


def _parsed(entry: _Entry, macros: dict[str, str]) -> list[dict[str, str]]:
    """The fields of an entry by name, with its key. Raises PybtexError where it is broken."""
    from pybtex.database.input.bibtex import LowLevelParser

    if entry.kind in ("comment", "preamble"):
        return []
    parser = LowLevelParser(entry.text, macros=_Macros(macros), handle_error=_raise)
    found = []
    for command, content in parser:
        if command.lower() == "string":
            name, parts = content
            macros[name.lower()] = "".join(parts)
        else:
            key, parts = content
            values = {name.lower(): "".join(value) for name, value in parts}
            found.append({**values, "key": key or ""})
    return found


def _raise(error: Exception, *_: object) -> None:
    raise error


class _Macros(dict[str, str]):
    """Abbreviations: the months, those of the file, and any other as its own name."""

    def __init__(self, own: Mapping[str, str]) -> None:
        super().__init__(own)

    def __missing__(self, name: str) -> str:
        return name

    def __getitem__(self, name: str) -> str:
        return super().__getitem__(name.lower())


def _known(values: Mapping[str, Any]) -> dict[str, object]:
    url = _ESCAPED_URL.sub(r"\1", values.get("url") or "")
    doi = ids.doi(_ESCAPED_URL.sub(r"\1", values.get("doi") or ""))
    stated = (values.get("eprint"), values.get("number"), values.get("volume"), url, values.get("note"), doi)
    arxiv = next(filter(None, (ids.arxiv_id(one) for one in stated if one)), None)
    arxiv = arxiv or next((id_ for _, _, id_, _ in ids.cited(plain(values.get("journal") or "")) if id_), None)
    notes = [plain(values[name]) for name in ("note", "annote", "annotation") if values.get(name)]
    venue = values.get("journal") or values.get("journaltitle") or values.get("booktitle")
    return {
        "id": arxiv or doi or values.get("key"),
        "title": plain(values.get("title") or ""),
        "text": with_notes(plain(values.get("abstract") or ""), notes),
        "authors": _people(values.get("author") or values.get("editor") or ""),
        "date": _date(values),
        "venue": plain(venue) if venue else None,
        "url": url,
        "doi": doi,
        "arxiv": arxiv,
    }


def _people(written: str) -> list[str]:
    """The names of an author field, in reading order; `others` is nobody."""
    return [
        name
        for part in re.split(r"\s+and\s+", " ".join(written.split()))
        if (name := _in_reading_order(part)) and name.lower() != "others"
    ]


def _in_reading_order(name: str) -> str:
    """`van Dam, Jr, Ann` as `Ann van Dam Jr`; a name in braces stays as it is."""
    parts = [plain(part.strip()) for part in name.split(",")] if not name.startswith("{") else [plain(name)]
    last, *others = parts
    return " ".join([*others[-1:], last, *others[:-1]]).strip()


def _date(values: Mapping[str, str]) -> str | None:
    if values.get("date"):
        return values["date"].split("/")[0]
    year, month = plain(values.get("year") or "").strip(), plain(values.get("month") or "").strip(" .")
    if not month or not year:
        return year or None
    return f"{year}-{int(month):02}" if month.isdigit() else f"{month.split()[0][:3]} {year}"


BIBTEX = Source("bibtex", "BibTeX", _is_bibtex, _bibtex)
