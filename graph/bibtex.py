"""The graph's papers as BibTeX (http://www.bibtex.org/Format/), UTF-8, for biber and reference managers."""

import re
from collections.abc import Iterable
from typing import BinaryIO

from begat.graph.ids import paper_node_id
from begat.graph.model import Node
from begat.graph.store import Store
from begat.graph.vocabulary import NodeType

_SPECIAL = {
    "\\": r"\textbackslash{}", "{": r"\textbraceleft{}", "}": r"\textbraceright{}", "~": r"\textasciitilde{}",
    "^": r"\textasciicircum{}", "&": r"\&", "%": r"\%", "$": r"\$", "#": r"\#", "_": r"\_",
}  # fmt: skip
_ESCAPED = re.compile("[" + re.escape("".join(_SPECIAL)) + "]")
_NOT_IN_KEY = re.compile(r"[^A-Za-z0-9._:-]")


def write_bibtex(store: Store, out: BinaryIO, *, evidence: bool = True, min_confidence: float = 0.0) -> None:
    """One entry for each paper that has a title, in order of id, keyed by its node id.

    Authors and venue are those of the paper's document, else of its metadata. A paper that is only cited, its
    title unknown, has nothing that a bibliography could print.
    """
    told = _told(store)
    for node in store.nodes("type = ? AND name <> id", (NodeType.PAPER,)):
        authors, venue = told.get(node.id) or _of_metadata(store, node)
        out.write(_entry(node, authors, venue).encode())


_Told = tuple[tuple[str, ...], str | None]


def _told(store: Store) -> dict[str, _Told]:
    """Authors and venue by node id, of the papers that documents are."""
    found: dict[str, _Told] = {}
    for _, document in store.documents():
        for key in document.keys:
            authors, venue = found.get(paper_node_id(key), ((), None))
            found[paper_node_id(key)] = authors or document.authors, venue or document.venue
    return found


def _of_metadata(store: Store, node: Node) -> _Told:
    keys = [f"arxiv:{node.arxiv}", f"doi:{node.doi}"]
    known = [facts for facts in map(store.facts, keys) if facts]
    return (known[0].authors, known[0].venue) if known else ((), None)


def _entry(node: Node, authors: Iterable[str], venue: str | None) -> str:
    fields = {
        "title": f"{{{_escaped(node.name)}}}",
        "author": " and ".join(map(_person, authors)),
        "year": str(node.year or ""),
        "month": node.date[5:7] if node.date else "",
        "howpublished": _escaped(venue or ""),
        "eprint": node.arxiv or "",
        "archiveprefix": "arXiv" if node.arxiv else "",
        "doi": _braced(node.doi or ""),
        "url": _braced(node.url or ""),
    }
    lines = [f"  {name} = {{{value}}},\n" for name, value in fields.items() if value]
    key = _NOT_IN_KEY.sub(lambda found: f"+{ord(found[0]):x}", node.id)
    return f"@misc{{{key},\n{''.join(lines)}}}\n\n"


def _escaped(text: str) -> str:
    return _ESCAPED.sub(lambda found: _SPECIAL[found[0]], " ".join(text.split()))


def _braced(text: str) -> str:
    """A DOI or URL, which are read verbatim: only what would end the field is percent-encoded."""
    return re.sub(r"[{}\\\s\x00-\x1f]", lambda found: f"%{ord(found[0]):02X}", text)


def _person(name: str) -> str:
    """A name; in braces where BibTeX would take it for two."""
    escaped = _escaped(name)
    return f"{{{escaped}}}" if re.search(r"\sand\s", escaped, re.IGNORECASE) else escaped
