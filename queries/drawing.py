"""A lineage written down as a tree for the terminal; any scene as Mermaid, as DOT.

Names are the text of others: each format gets them so escaped that they can be nothing but a label.
"""

import re
import shutil
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

from rich.cells import cell_len, set_cell_size

from begat.graph.model import Edge, Node
from begat.graph.vocabulary import FACTS, NodeType, Relation
from begat.queries.scenes import Scene
from begat.queries.text import cut, printable

if TYPE_CHECKING:
    from begat.queries.lineage import Lineage

UNSURE = 0.65
"""A confidence below this is marked."""


# -- the tree ----------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class _Strokes:
    branch: str
    last: str
    trunk: str
    at_most: str
    dot: str
    more: str


_UNICODE = _Strokes("├─ ", "└─ ", "│  ", "≤", "·", "…")
_ASCII = _Strokes("|- ", "`- ", "|  ", "<=", "-", "...")


def tree(lineage: "Lineage", width: int | None = None, ascii_only: bool | None = None) -> str:
    """Text for a terminal: what it builds on, what came of it; relation, name, year, confidence on each line.

    A node is unfolded once, where it is nearest to the subject, and referred to elsewhere. `width` None: the
    terminal's, or 100; `ascii_only` None: where standard output cannot write the strokes.
    """
    if ascii_only is None:
        ascii_only = not _writes(_UNICODE.branch + _UNICODE.at_most)
    strokes = _ASCII if ascii_only else _UNICODE
    return _Tree(lineage, width or shutil.get_terminal_size((100, 24)).columns, strokes).text()


def _writes(text: str) -> bool:
    try:
        text.encode(getattr(sys.stdout, "encoding", None) or "utf-8")
    except UnicodeEncodeError:
        return False
    return True


class _Tree:
    def __init__(self, lineage: "Lineage", width: int, strokes: _Strokes) -> None:
        self.lineage = lineage
        self.width = width
        self.strokes = strokes
        self.nodes = {node.id: node for node in lineage.nodes}

    def text(self) -> str:
        """The whole of it, ending in a line end."""
        found = self.lineage
        lines = list(self._heading())
        for sign, title in ((-1, "builds on"), (1, "led to")):
            if any(step * sign > 0 for step in found.steps.values()):
                lines += ["", title, *self._section(sign)]
        if len(found.nodes) == 1:
            asked = {"ancestors": "builds on", "descendants": "led to"}.get(found.direction, "builds on or led to")
            lines += ["", f"nothing is known that it {asked}"]
        if found.truncated:
            lines += ["", found.truncated]
        return "\n".join(line.rstrip() for line in lines) + "\n"

    def _heading(self) -> Iterator[str]:
        subject = self.lineage.subject
        parts = [printable(subject.name), subject.type.value.lower(), self._year(subject)]
        yield self._cut(f" {self.strokes.dot} ".join(part for part in parts if part), self.width)
        paper = self.lineage.introduced_by.get(subject.id)
        if paper:
            yield self._cut(f"introduced by {printable(paper.name)}", self.width)
        url = (paper or subject).url
        if url:
            yield printable(url)

    def _section(self, sign: int) -> Iterator[str]:
        rows = list(self._rows(sign))
        years = max(len(year) for _, year, _ in rows)
        left = min(max(cell_len(text) for text, _, _ in rows), self.width - 14)
        for text, year, confidence in rows:
            yield f"{set_cell_size(self._cut(text, left), left)}  {year:>{years}}  {confidence}"

    def _cut(self, text: str, width: int) -> str:
        return cut(text, width, self.strokes.more)

    def _rows(self, sign: int) -> Iterator[tuple[str, str, str]]:
        """(text, year, confidence) of each line, depth first; with a stack, for chains may be long."""
        kin = {node: self._kin(node, sign) for node in self.nodes}
        unfolded = {self.lineage.subject.id}
        stack = [(self.lineage.subject.id, "", iter(enumerate(kin[self.lineage.subject.id], start=1)))]
        while stack:
            parent, indent, rest = stack[-1]
            number, (other, edges) = next(rest, (0, ("", [])))
            if not number:
                stack.pop()
                continue
            last = number == len(kin[parent])
            known = other in unfolded
            step = self.lineage.steps[other] * sign
            here = not known and step in (0, self.lineage.steps[parent] * sign + 1)
            relations = ", ".join(dict.fromkeys(_words(edge, sign) for edge in edges))
            confidence = max(edge.confidence for edge in edges)
            elsewhere = " (above)" if known or (step < 0 < sign) else " (below)"
            more = "" if here or not kin[other] else elsewhere
            yield (
                f"{indent}{self.strokes.last if last else self.strokes.branch}{relations} {printable(self.nodes[other].name)}{more}",
                self._year(self.nodes[other]),
                f"{confidence:.2f}{' ?' if confidence < UNSURE else ''}",
            )
            if here:
                unfolded.add(other)
                deeper = indent + ("   " if last else self.strokes.trunk)
                stack.append((other, deeper, iter(enumerate(kin[other], start=1))))

    def _kin(self, node: str, sign: int) -> list[tuple[str, list[Edge]]]:
        """The neighbours of a node in one direction with the edges to each, the strongest first."""
        found: dict[str, list[Edge]] = {}
        for edge in self.lineage.edges:
            if edge.relation is Relation.INTRODUCES:
                if edge.subject == node:
                    found.setdefault(edge.object, []).append(edge)
            elif (edge.subject if sign < 0 else edge.object) == node:
                found.setdefault(edge.object if sign < 0 else edge.subject, []).append(edge)
        for edges in found.values():
            edges.sort(key=_strength, reverse=True)
        return sorted(found.items(), key=lambda item: (-_strength(item[1][0]), self.nodes[item[0]].name, item[0]))

    def _year(self, node: Node) -> str:
        if node.year is not None:
            return str(node.year)
        return f"{self.strokes.at_most}{node.seen[:4]}" if node.seen else ""


def _words(edge: Edge, sign: int) -> str:
    facts = FACTS[edge.relation]
    return facts.forward if sign < 0 or edge.relation is Relation.INTRODUCES else facts.backward


def _strength(edge: Edge) -> float:
    return FACTS[edge.relation].lineage * edge.confidence


# -- Mermaid and DOT ---------------------------------------------------------------------------------------

_MERMAID_SHAPES = {
    NodeType.MODEL: ("([", "])"),
    NodeType.METHOD: ("{{", "}}"),
    NodeType.DATASET: ("[/", "/]"),
    NodeType.PAPER: ("[", "]"),
    NodeType.AUTHOR: ("(", ")"),
}


def mermaid(scene: Scene) -> str:
    """A Mermaid flowchart (https://mermaid.js.org/syntax/flowchart.html), arrows from old to new."""
    ids = {node.id: f"n{number}" for number, node in enumerate(scene.nodes)}
    lines = ["flowchart LR"]
    for node in scene.nodes:
        before, after = _MERMAID_SHAPES[node.type]
        lines.append(f'  {ids[node.id]}{before}"{_mermaid_text(_label(node, scene))}"{after}')
    for edge in _drawn(scene):
        arrow = "-.->" if edge.confidence < UNSURE else "-->"
        lines.append(f'  {ids[edge.object]} {arrow}|"{FACTS[edge.relation].backward}"| {ids[edge.subject]}')
    lines += [f"  style {ids[node]} fill:#ffe082,stroke:#000000,stroke-width:2px" for node in scene.marked]
    return "\n".join(lines) + "\n"


def _mermaid_text(text: str) -> str:
    """Anything but letters, digits and plain signs as an entity code, which is Mermaid's only way to escape."""
    return re.sub(r"[^\w .,:()+/-]", lambda found: f"#{ord(found[0])};", text)


_DOT_SHAPES = {
    NodeType.MODEL: "box, style=rounded",
    NodeType.METHOD: "hexagon",
    NodeType.DATASET: "parallelogram",
    NodeType.PAPER: "box",
    NodeType.AUTHOR: "ellipse",
}


def dot(scene: Scene) -> str:
    """A DOT digraph (https://graphviz.org/doc/info/lang.html), arrows from old to new."""
    ids = {node.id: f"n{number}" for number, node in enumerate(scene.nodes)}
    lines = ["digraph lineage {", "  rankdir=LR;", '  node [fontname="sans-serif"]; edge [fontname="sans-serif"];']
    for node in scene.nodes:
        bold = ', penwidth=3, color="black"' if node.id in scene.marked else ""
        lines.append(
            f'  {ids[node.id]} [label="{_dot_text(_label(node, scene))}", shape={_DOT_SHAPES[node.type]}{bold}];'
        )
    for edge in _drawn(scene):
        style = ", style=dashed" if edge.confidence < UNSURE else ""
        label = f"{FACTS[edge.relation].backward} {edge.confidence:.2f}"
        lines.append(f'  {ids[edge.object]} -> {ids[edge.subject]} [label="{label}"{style}];')
    return "\n".join([*lines, "}"]) + "\n"


def _dot_text(text: str) -> str:
    return text.replace("\\", "\\\\").replace('"', '\\"')


def _drawn(scene: Scene) -> Iterator[Edge]:
    nodes = {node.id for node in scene.nodes}
    return (edge for edge in scene.edges if edge.subject in nodes and edge.object in nodes)


def _label(node: Node, scene: Scene) -> str:
    return printable(scene.labels.get(node.id, node.name)) + (f" ({node.year})" if node.year is not None else "")
