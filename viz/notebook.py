"""What a notebook shows of a graph, a lineage, an answer: tables, and the picture as an image.

The picture goes in as an image of its own (a data address): its style sheet cannot touch the notebook's, and no script
in it could run. All texts are escaped.
"""

import base64
from collections.abc import Iterable, Sequence
from typing import Any, Protocol

from begat.queries.results import Result
from begat.queries.scenes import Scene
from begat.viz.svg import svg, text

ROWS = 50
"""Rows of an answer that a notebook shows; the answer itself has all."""


class Counted(Protocol):
    """Counts of a graph, wherever it is kept."""

    @property
    def nodes(self) -> dict[str, int]:
        """By type."""

    @property
    def edges(self) -> dict[str, int]:
        """By relation."""


def scene_html(scene: Scene) -> str:
    """The picture of a lineage, a family, a comparison."""
    data = base64.b64encode(svg(scene).encode()).decode()
    note = f"<p>{text(scene.truncated)}</p>" if scene.truncated else ""
    label = text(f"{scene.title}: {len(scene.nodes)} works")
    return f'<img alt="{label}" style="max-width: 100%" src="data:image/svg+xml;base64,{data}">{note}'


def result_html(result: Result) -> str:
    """The first rows of an answer."""
    rest = len(result.rows) - ROWS
    notes = [*result.notes, *([f"… and {rest:,} more rows"] if rest > 0 else [])]
    return _table(result.columns, result.rows[:ROWS]) + "".join(f"<p>{text(note)}</p>" for note in notes)


def graph_html(place: str, revision: int, stats: Counted) -> str:
    """What is in a graph, counted."""
    edges = [(relation.lower().replace("_", " "), count) for relation, count in stats.edges.items()]
    heading = f"<p><b>begat graph</b> {text(place)}, revision {revision}</p>"
    return heading + _table(("works", "count"), stats.nodes.items()) + _table(("relations", "count"), edges)


def _table(columns: Sequence[str], rows: Iterable[Sequence[Any]]) -> str:
    head = "".join(f"<th>{text(column)}</th>" for column in columns)
    body = "".join("<tr>" + "".join(f"<td>{_cell(value)}</td>" for value in row) + "</tr>" for row in rows)
    return f"<table><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table>"


def _cell(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, float):
        return f"{value:.4g}"
    if isinstance(value, list):
        return "<br>".join(_cell(item) for item in value)
    if isinstance(value, dict):
        return _cell(value.get("name") or value.get("type") or str(value))
    return text(str(value))
