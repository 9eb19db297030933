"""Rows, whichever engine they come from, and how they are written."""

import csv
import io
import json
import math
import shutil
import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pkgutil import resolve_name
from typing import Any

from begat.queries.text import printable

TABLE_ROWS = 1000
"""A table must be held whole to be laid out; longer answers are for CSV and JSON, which stream."""


@dataclass(frozen=True, slots=True)
class Result:
    """The answer to a query: `columns` by name, `rows` of Python values in their order.

    Values are None, bool, int, float, str, or lists and dicts of these. A Cypher node is a dict of `label` and its
    properties, a relationship one of `type` and its properties, a path the list of both in turn. An IRI of
    SPARQL is its full text. `notes` are words for the person asking (a label that the graph does not have, an
    answer that was cut); they are not part of the answer.
    """

    columns: tuple[str, ...]
    rows: Sequence[tuple[Any, ...]]
    notes: tuple[str, ...] = ()

    def __len__(self) -> int:
        return len(self.rows)

    def __iter__(self) -> Iterator[tuple[Any, ...]]:
        return iter(self.rows)

    def records(self) -> list[dict[str, Any]]:
        """The rows as dicts by column."""
        return [dict(zip(self.columns, row, strict=True)) for row in self.rows]

    def _repr_html_(self) -> str:
        """For notebooks: a table."""
        return str(resolve_name("begat.viz.notebook:result_html")(self))  # by name: viz stands over queries

    def json(self) -> Iterator[str]:
        """Pieces of a JSON array with an object by column for each row, one row a line."""
        yield "["
        for number, row in enumerate(self.rows):
            record = dict(zip(self.columns, row, strict=True))
            yield (",\n " if number else "\n ") + json.dumps(_finite(record), ensure_ascii=False)
        yield "\n]\n" if self.rows else "]\n"

    def csv(self) -> Iterator[str]:
        """Pieces of CSV (RFC 4180) with a header; a list or dict is its JSON, None is empty."""
        yield _csv_line(self.columns)
        for row in self.rows:
            yield _csv_line([_cell(value) for value in row])

    def table(self, width: int | None = None) -> Iterator[str]:
        """Pieces of a table for people, `width` columns wide (None: the terminal's), colour on a terminal only.

        Past TABLE_ROWS rows it ends with a line that says how many more there are.
        """
        # Imported where it is used: most questions are asked by programs, and rich takes a while to load.
        from rich.console import Console
        from rich.table import Table
        from rich.text import Text

        grid = Table(box=None, pad_edge=False, header_style="bold")
        for number, column in enumerate(self.columns):
            values = [row[number] for row in self.rows[:TABLE_ROWS]]
            right = any(_is_number(value) for value in values) and all(
                value is None or _is_number(value) for value in values
            )
            grid.add_column(Text(printable(column)), justify="right" if right else "left", overflow="fold")
        for row in self.rows[:TABLE_ROWS]:
            grid.add_row(*(Text(_shown(value)) for value in row))
        out = io.StringIO()
        terminal = sys.stdout.isatty()
        console = Console(
            file=out,
            width=width or shutil.get_terminal_size((160, 24)).columns,
            force_terminal=terminal,
            color_system="auto" if terminal else None,
        )
        console.print(grid)
        yield "\n".join(line.rstrip() for line in out.getvalue().split("\n"))
        rest = len(self.rows) - TABLE_ROWS
        if rest > 0:
            yield f"… and {rest:,} more rows; --format csv or json gives them all\n"
        elif not self.rows:
            yield "(no rows)\n"


def _is_number(value: object) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


def _finite(value: Any) -> Any:
    """JSON has no word for infinity or "not a number": they become null."""
    if isinstance(value, float) and not math.isfinite(value):
        return None
    if isinstance(value, list):
        return [_finite(item) for item in value]
    if isinstance(value, dict):
        return {key: _finite(item) for key, item in value.items()}
    return value


def _cell(value: Any) -> Any:
    return json.dumps(_finite(value), ensure_ascii=False) if isinstance(value, list | dict) else value


def _csv_line(values: Sequence[Any]) -> str:
    line = io.StringIO()
    csv.writer(line, lineterminator="\n").writerow(values)
    return line.getvalue()


def _shown(value: Any) -> str:
    """A value as a person wants to read it: long lists a line each, a node by its name."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, float):
        return f"{value:.4g}"
    if isinstance(value, list):
        items = [_shown(item) for item in value]
        return ("\n" if any(len(item) > 30 for item in items) else ", ").join(items)
    if isinstance(value, dict):
        if "label" in value and "name" in value:
            return _shown(value["name"])
        if isinstance(value.get("type"), str) and "confidence" in value:
            return _shown(value["type"])
        return printable(json.dumps(value, ensure_ascii=False))
    return printable(str(value))
