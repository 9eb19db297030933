"""A saved page of a dataset viewer: a table's cells, each on lines of its own, with a line `|` after each.

The page begins with the names of the columns, each followed by statistics (`stringlengths 9`, `12`), then a
line `---|---|`; what follows the last whole row is the page's own and no record.
"""

import re
from collections.abc import Iterator
from typing import NamedTuple

from begat.graph import ids
from begat.graph.model import Document
from begat.loaders.sources import fields
from begat.loaders.sources.fields import Record
from begat.loaders.sources.input import LIMIT, TOO_LONG, Input, Line
from begat.loaders.sources.source import Source

_RULE = re.compile(r"-{3,}(\|-{3,})*\|?")
_STATISTICS = re.compile(
    r"(string|list|int\d*|float\d*|bool|class|sequence|timestamp|image|dict)(lengths|classes|s)?(\s+\d.*)?"
)
_HEADER_LINES = 500


class _Cell(NamedTuple):
    """A cell's text, and the line at which it begins."""

    line: int
    text: str


def _is_viewer(input: Input) -> bool:
    lines = [line.strip() for line in input.opening.split("\n")[:_HEADER_LINES]]
    rule = next((i for i, line in enumerate(lines) if _RULE.fullmatch(line)), None)
    return bool(rule) and any(_STATISTICS.fullmatch(line) for line in lines[:rule]) and "|" in lines[rule:]


def _viewer(input: Input) -> Iterator[Document]:
    return fields.documents(input, _records(input))


def _records(input: Input) -> Iterator[Record]:
    lines = input.lines()
    columns = _columns(lines)
    if not columns:
        input.report.error(
            "", "no header of a dataset viewer (names of columns, then a line ---|---|); try --format page"
        )
        return
    row: list[_Cell] = []
    number = 0
    identified = fields.field_of(columns[0]) in ("arxiv", "id")
    for cell in _cells(lines, input):
        if identified and row and len(row) < len(columns) and ids.arxiv_id(cell.text):
            number += 1
            input.report.error(f"line {row[0].line}", "{n} of {m} cells before the next row: passed over",
                               n=len(row), m=len(columns))  # fmt: skip
            row = []
        row.append(cell)
        if len(row) == len(columns):
            number += 1
            yield Record(number, f"line {row[0].line}", {c: v.text for c, v in zip(columns, row, strict=True)})
            row = []


def _columns(lines: Iterator[Line]) -> list[str]:
    """The names of the columns: the first line of each part of the header."""
    header: list[str] = []
    for line in lines:
        if _RULE.fullmatch(line.text.strip()):
            parts = "\n".join(header).split("|")
            return [part.strip().split("\n")[0].strip() for part in parts if part.strip()]
        header.append(line.text)
        if len(header) > _HEADER_LINES:
            break
    return []


def _cells(lines: Iterator[Line], input: Input) -> Iterator[_Cell]:
    """The cells below the header; what no line `|` follows is no cell."""
    taken: list[Line] = []
    length = 0
    for line in lines:
        if line.text.strip() == "|":
            start = taken[0].number if taken else line.number
            if length > LIMIT:
                input.report.error(f"line {start}", TOO_LONG, what="a cell")
            yield _Cell(start, "\n".join(taken_line.text for taken_line in taken).strip())
            taken, length = [], 0
            continue
        length += len(line.text) + 1
        taken.append(line)
        if length > LIMIT:
            taken.clear()


VIEWER = Source("viewer", "a saved page of a dataset viewer", _is_viewer, _viewer)
