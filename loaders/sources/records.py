"""Records of text formats: JSON Lines, JSON, and tables (CSV, TSV); each is streamed."""

import csv
import json
import re
from collections import Counter, deque
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import NamedTuple

from begat.graph.model import Document
from begat.loaders.sources import fields
from begat.loaders.sources.fields import Record
from begat.loaders.sources.input import CHUNK, HEAD, LIMIT, Input, Line
from begat.loaders.sources.source import Source

_LOOKED_AT = 50
"""How many lines or rows of an opening are tried to recognise a format."""
_SNIFFED_DEPTH = 20
_NO_JSON = re.compile(r"\{\s*[\\{%#]")
"""How TeX and templates of wikis and blogs begin: `{\\bf`, `{{`, `{%`."""
_DEEPEST = 2_000
"""How many brackets more than it has closed a record may have opened: the deeper, the more each level costs."""
_WORD = re.compile(r"[\w.+'/-]+")

# -- JSON Lines --------------------------------------------------------------------------------------------


def _is_json_lines(input: Input) -> bool:
    if _begins_with_a_long_object(input):
        return _json_prefix(input) == ""  # anything else is an object that holds an array of records
    lines = [line for line in _whole_lines(input) if line.strip()]
    objects = sum(isinstance(_parsed(line), dict) for line in lines)
    if len(lines) == 1 and objects and _json_prefix(input):
        return False  # one object that holds an array of records
    return objects > 0 and objects * 2 >= len(lines)


def _begins_with_a_long_object(input: Input) -> bool:
    """Whether the opening is nothing but the beginning of one object in one line."""
    begun = input.opening.lstrip()
    return len(input.head) == HEAD and begun.startswith("{") and "\n" not in begun


def _json_lines(input: Input) -> Iterator[Document]:
    return fields.documents(input, json_line_records(input))


def json_line_records(input: Input) -> Iterator[Record]:
    """The records of JSON Lines, streamed."""
    number = 0
    for line in input.lines():
        if not line.text.strip():
            continue
        number += 1
        try:
            values = json.loads(line.text, parse_constant=_nothing)
        except json.JSONDecodeError as error:
            input.report.error(line.place, "not JSON ({why}): passed over; mend the line",
                               why=f"{error.msg}, column {error.colno}")  # fmt: skip
        except (ValueError, RecursionError) as error:
            why = "nested too deeply" if isinstance(error, RecursionError) else str(error).split(";")[0]
            input.report.error(line.place, "not a record ({why}): passed over", why=why)
        else:
            if isinstance(values, dict):
                yield Record(number, line.place, values)
            else:
                input.report.error(line.place, "{what}, not a JSON object: passed over", what=_json_type(values))


def _nothing(number: str) -> None:
    """What the NaN and Infinity mean that Python writes and JSON does not have."""


def _parsed(text: str) -> object:
    try:
        return json.loads(text, parse_constant=_nothing)
    except (ValueError, RecursionError):
        return None


def _json_type(value: object) -> str:
    return {list: "an array", str: "a string", type(None): "null", bool: "a truth value"}.get(type(value), "a number")


# -- JSON --------------------------------------------------------------------------------------------------


def _is_json(input: Input) -> bool:
    begun = input.opening.lstrip()
    return begun[:1] in ("[", "{") and not _NO_JSON.match(begun) and _json_prefix(input) is not None


def _json_prefix(input: Input) -> str | None:
    """Where the records are, as ijson writes it: "item" of an array, "papers.item", "" for the value itself.

    None where the opening is not JSON that could hold records.
    """
    columns = _json_columns(input.opening)
    if "item" in columns:
        return "item"
    if any(column in ("abstract", "authors") for column in columns.get("", ())):
        return ""
    for prefix, names in columns.items():
        holder = prefix.removesuffix(".item").rpartition(".")[2]
        if prefix.endswith(".item") and not fields.field_of(holder) and _of_papers(names, input.columns):
            return prefix
    return "" if "" in columns else None


def _of_papers(names: set[str], columns: Mapping[str, str]) -> bool:
    return any(fields.field_of(name) in ("title", "text") or name in columns.values() for name in names)


def _json_columns(opening: str) -> dict[str, set[str]]:
    """The keys of the objects in an opening, by the objects' place as ijson writes it; {} where it is not JSON.

    Places are kept here, not by ijson, whose cost grows with the square of the depth.
    """
    import ijson  # heavy: only when needed

    columns: dict[str, set[str]] = {}
    path: list[str] = []
    try:
        for event, value in ijson.basic_parse(_nulled(opening, False).encode("utf-8", "replace"), multiple_values=True):
            if event == "map_key":
                columns[".".join(path[:-1])].add(value)
                path[-1] = value
            elif event == "start_array":
                path.append("item")
            elif event == "start_map":
                columns.setdefault(".".join(path), set())
                path.append("")
            elif event in ("end_array", "end_map"):
                path.pop()
                if event == "end_array" and not path:
                    columns.setdefault("item", set())
            if len(path) > _SNIFFED_DEPTH:
                break
    except (ijson.JSONError, ValueError):
        pass  # an opening may be cut anywhere
    return columns


def _json(input: Input) -> Iterator[Document]:
    return fields.documents(input, json_records(input))


def json_records(input: Input) -> Iterator[Record]:
    """The records of a JSON input, streamed."""
    import ijson  # heavy: only when needed

    prefix = _json_prefix(input)
    number = 0
    stream = _Guarded(input)
    try:
        for number, values in enumerate(ijson.items(stream, prefix or "", multiple_values=True, use_float=True), 1):
            stream.passed()
            if isinstance(values, dict):
                yield Record(number, f"record {number}", values)
            else:
                input.report.error(
                    f"record {number}", "{what}, not a JSON object: passed over", what=_json_type(values)
                )
    except _TooMuch as error:
        input.report.error(f"after record {number}", "{why}: the rest is lost; write JSON Lines", why=error)
    except (ijson.JSONError, ValueError) as error:
        why = _why_no_json(str(error))
        input.report.error(
            f"after record {number}", "not JSON ({why}): the rest is lost; mend the file, or write JSON Lines", why=why
        )


def _why_no_json(told: str) -> str:
    """What the parser says, with what stands at the place: it draws the text around, and below it an arrow."""
    said, *drawn = told.split("\n")
    why = " ".join(said.split(";")[0].split()).rstrip(".")
    if len(drawn) < 2 or "^" not in drawn[1]:
        return why
    at = drawn[1].index("^")
    word = next((found[0] for found in _WORD.finditer(drawn[0]) if found.start() <= at <= found.end()), "")
    return f"{why}: {word[:20]}" if word else why


def json_columns(input: Input) -> frozenset[str]:
    """The columns that the first records of JSON or JSON Lines have; none where it is neither."""
    if input.opening.lstrip()[:1] not in ("{", "["):
        return frozenset()
    if _is_json_lines(input) and not _begins_with_a_long_object(input):
        objects = (_parsed(line) for line in _whole_lines(input))
        return frozenset(column for values in objects if isinstance(values, dict) for column in values)
    prefix = _json_prefix(input)
    return frozenset(_json_columns(input.opening).get(prefix, ())) if prefix is not None else frozenset()


def any_json_records(input: Input) -> Iterator[Record]:
    """The records of JSON or JSON Lines, whichever it is."""
    return json_line_records(input) if _is_json_lines(input) else json_records(input)


class _TooMuch(Exception):
    """One record is too long or too deep to be kept in memory."""


class _Guarded:
    """The bytes of a JSON input, as UTF-8; stops before one record can fill the memory."""

    def __init__(self, input: Input) -> None:
        self._texts = _with_null(input.texts())
        self._rest = b""
        self.passed()

    def passed(self) -> None:
        """A record has been read: count anew."""
        self._length = 0
        self._depth = 0

    def read(self, size: int = CHUNK) -> bytes:
        """At most `size` bytes. Raises _TooMuch once what was read before has no end in sight."""
        if self._length > LIMIT:
            raise _TooMuch("a record of more than 16 million bytes is longer than begat reads")
        if self._depth > _DEEPEST:
            raise _TooMuch("a record is nested too deeply")
        if not self._rest and size:
            self._rest = next((t.encode("utf-8", "replace") for t in self._texts if t), b"")
        data = self._rest[:size]
        while (deeper := _opened_brackets(data)) > _DEEPEST:
            data = data[: len(data) // 2]
        self._rest = self._rest[len(data) :]
        self._length += len(data)
        self._depth += deeper
        return data


_NO_NUMBER = re.compile(r'"(?:[^"\\]|\\.)*+(?:"|\\?\Z)|-?\b(?:NaN|Infinity)\b', re.DOTALL)
_ESCAPED = re.compile(r"\\.", re.DOTALL)
_WORD_BEGUN = re.compile(r"-?[A-Za-z]*\Z")
_LONGEST = len("-Infinity")


def _with_null(texts: Iterable[str]) -> Iterator[str]:
    """The pieces of a JSON text with null for the NaN and Infinity that Python writes and JSON does not have."""
    inside, held = False, ""
    for text in texts:
        text = held + text
        cut = _whole(text)
        text, held = text[:cut], text[cut:]
        yield _nulled(text, inside)
        inside ^= _ESCAPED.sub("", text).count('"') % 2 == 1
    yield _nulled(held, inside)


def _whole(text: str) -> int:
    """Where to part a text so that no NaN, no Infinity and no escape is parted."""
    begun = _WORD_BEGUN.search(text, max(0, len(text) - _LONGEST))
    cut = begun.start() if begun else len(text)
    return cut - (cut - len(text[:cut].rstrip("\\"))) % 2


def _nulled(text: str, inside: bool) -> str:
    """A piece of JSON, which may begin inside a string, with null for what is no number of JSON."""
    if "NaN" not in text and "Infinity" not in text:
        return text
    begin = '"' if inside else ""
    return _NO_NUMBER.sub(lambda found: found[0] if found[0][0] == '"' else "null", begin + text)[len(begin) :]


def _opened_brackets(data: bytes) -> int:
    """How many brackets more `data` opens than it closes; those within strings mostly come in pairs."""
    return sum(map(data.count, (b"[", b"{"))) - sum(map(data.count, (b"]", b"}")))


# -- tables ------------------------------------------------------------------------------------------------

_MOST_COLUMNS = 10_000
_SEPARATORS = ",\t;|"


def _is_table(input: Input) -> bool:
    return _separator(input) is not None


def _separator(input: Input, *, sure: bool = False) -> str | None:
    """What parts the cells: the header must name a title or a text, and the rows keep to its width.

    `sure`: that it is a table is known, and only the separator is asked.
    """
    lines = _carriages_returned(Line(0, text) for text in _whole_lines(input))
    texts = [line.text + "\n" for line in lines]
    for separator in _SEPARATORS:
        rows = _parsed_rows(texts, separator)
        if rows and len(rows[0]) > 1 and (sure or _like_a_table(rows, input.columns)):
            return separator
    return None


def _parsed_rows(lines: Sequence[str], separator: str) -> list[list[str]]:
    try:
        return [row for row in _csv_reader(lines, separator) if row]
    except csv.Error:
        return []


def _csv_reader(lines: Iterable[str], separator: str) -> Iterator[list[str]]:
    csv.field_size_limit(LIMIT)  # the module's own, 128 KiB, is less than a full text
    return csv.reader(lines, delimiter=separator)


def _carriages_returned(lines: Iterable[Line]) -> Iterator[Line]:
    """Lines parted at carriage returns too, as tables of some programs are."""
    return (Line(line.number, part) for line in lines for part in line.text.split("\r"))


def _like_a_table(rows: list[list[str]], columns: Mapping[str, str]) -> bool:
    header, *others = rows
    names = [name.strip() for name in header]
    meant = [fields.field_of(name) for name in names]
    named = any(name in columns.values() for name in names) or "title" in meant or "text" in meant
    a_sentence = names[-1].endswith((".", "!", "?")) or any(len(name) > 60 for name in names)
    fitting = sum(len(names) / 2 < len(_trimmed(row)) <= len(names) for row in others)
    return named and not a_sentence and fitting * 2 >= len(others)


def _trimmed(cells: list[str]) -> list[str]:
    """A row without the empty cells at its end."""
    filled = [position for position, cell in enumerate(cells, 1) if cell.strip()]
    return cells[: filled[-1]] if filled else []


def _table(input: Input) -> Iterator[Document]:
    return fields.documents(input, _rows(input, _separator(input, sure=True) or ","))


def _tsv(input: Input) -> Iterator[Document]:
    return fields.documents(input, _rows(input, "\t"))


def _rows(input: Input, separator: str) -> Iterator[Record]:
    """The rows below the header. A quote that is never closed costs its line, not the rest of the file."""
    rows = iter(_Rows(input, separator))
    header = next(rows, None)
    if header is None:
        return
    if len(header.cells) > _MOST_COLUMNS:
        input.report.error(
            header.place, "a header of {n} columns is none: the table is passed over", n=len(header.cells)
        )
        return
    names = _header_names(header.cells)
    for number, row in enumerate(rows, 1):
        cells = row.cells if len(row.cells) <= len(names) else _trimmed(row.cells)
        if len(cells) > len(names):
            input.report.error(
                row.place, "{n} cells where the header names {m}: passed over; quote cells that hold the separator",
                n=len(cells), m=len(names),
            )  # fmt: skip
            continue
        if len(cells) < len(names):
            input.report.warning(
                row.place, "{n} cells where the header names {m}: the last are taken as empty", n=len(cells), m=len(names)
            )  # fmt: skip
        yield Record(number, row.place, dict(zip(names, cells, strict=False)))


def _header_names(cells: list[str]) -> list[str]:
    """The header's names, told apart where one comes twice."""
    counts: Counter[str] = Counter()
    names = []
    for position, cell in enumerate(cells, 1):
        name = cell.strip() or f"column {position}"
        counts[name] += 1
        names.append(name if counts[name] == 1 else f"{name} {counts[name]}")
    return names


class _Row(NamedTuple):
    """A row, and the line at which it begins."""

    place: str
    cells: list[str]


class _Rows:
    """An input's rows, parsed by the csv module, together with the lines that the row at hand is made of."""

    def __init__(self, input: Input, separator: str) -> None:
        self._input = input
        self._separator = separator
        self._lines = _carriages_returned(input.lines())
        self._again: deque[Line] = deque()
        self._begin()

    def _begin(self) -> None:
        self._taken: list[Line] = []
        self._ended = False
        self._reader = _csv_reader(self._fed(), self._separator)

    def _fed(self) -> Iterator[str]:
        """The lines for the csv module; raises csv.Error where a row would fill the memory."""
        length = 0
        while line := (self._again.popleft() if self._again else next(self._lines, None)):
            length = len(line.text) + (length if self._taken else 0)
            if length > LIMIT:
                raise csv.Error
            self._taken.append(line)
            yield line.text + "\n"
        self._ended = True

    def __iter__(self) -> Iterator[_Row]:
        while True:
            self._taken.clear()
            try:
                cells = next(self._reader)
            except StopIteration:
                return
            except csv.Error:
                self._go_on_below()
                continue
            if self._ended:  # it asked for more lines than there are, so a quote is open
                self._go_on_below()
            elif any(map(str.strip, cells)):
                yield _Row(self._taken[0].place, cells)

    def _go_on_below(self) -> None:
        """Give up the line where the row at hand begins; read on at the next."""
        first, *others = self._taken
        self._input.report.error(first.place, "a quote is opened and never closed: the line is passed over; close it")
        self._again.extendleft(reversed(others))
        self._begin()


def _whole_lines(input: Input) -> list[str]:
    """The first lines of an input's opening, without one that the opening cuts."""
    lines = input.opening.split("\n")
    if len(input.head) == HEAD and len(lines) > 1:
        lines.pop()
    return lines[:_LOOKED_AT]


JSON_LINES = Source("jsonl", "JSON Lines: a record each line", _is_json_lines, _json_lines)
JSON = Source("json", "JSON: an array of records, or an object that holds one", _is_json, _json)
CSV = Source("csv", "a table with a header line: CSV, or with another separator", _is_table, _table)
TSV = Source("tsv", "a table with a header line and tabs", lambda input: _separator(input) == "\t", _tsv)
