"""A sentence where it stands: the quote, the text around it, and where the whole can be read."""

from collections.abc import Iterable
from dataclasses import dataclass

from begat.graph.model import Document, Node, Statement
from begat.graph.reader import Reader
from begat.graph.store import Store
from begat.graph.vocabulary import Origin
from begat.viz.explorer.asking import address, node_address
from begat.viz.links import link

ROOM = 260
"""Characters of the text shown on either side of a quote."""
PAGE = 20_000
"""Characters of a document shown at once."""


@dataclass(frozen=True, slots=True)
class Quoted:
    """A statement's quote in its text. `note` says why there is no sentence; `outside` is the source on the web."""

    before: str
    quote: str
    after: str
    note: str
    source: str
    """The title of the paper or page that says it."""
    paper: str | None
    """The address of that paper's page."""
    date: str | None
    document: str | None
    """The address of the document's page, at the quote; none where the graph has no texts."""
    outside: str | None
    confidence: float
    rule: str
    origin: str
    claim: str


def quoted(store: Reader, statements: Iterable[Statement]) -> list[Quoted]:
    """Each statement's quote in its text."""
    statements = list(statements)
    papers = store.nodes_of(s.paper for s in statements)
    documents: dict[tuple[str, str], Document | None] = {}
    found = []
    for statement in statements:
        key = (statement.source, statement.document)
        if key not in documents:
            documents[key] = document_named(store, *key)
        found.append(_quoted(statement, documents[key], papers.get(statement.paper)))
    return found


def document_named(store: Reader, source: str, id_: str) -> Document | None:
    """The document of a source with this id; none of a graph in a Neo4j, where there are no texts."""
    if not isinstance(store, Store):
        return None
    return next((d for _, d in store.documents("source = ? AND id = ?", (source, id_))), None)


def _quoted(statement: Statement, document: Document | None, paper: Node | None) -> Quoted:
    evidence, assertion = statement.assertion.evidence, statement.assertion
    before, after, note = "", "", ""
    if evidence.part.startswith("field:"):
        note = f"declared in the field {evidence.part.removeprefix('field:')}"
    elif document:
        whole = document.text if evidence.part == "text" else document.title or ""
        before, after = around(whole, evidence.start, evidence.end)
    if assertion.origin is Origin.NAME:
        note = "as the name itself says"
    elif evidence.part == "title":
        note = "in the title"
    return Quoted(
        before=before,
        quote=evidence.quote,
        after=after,
        note=note,
        source=(paper.name if paper else None) or (document.title if document else None) or statement.document,
        paper=node_address(paper.id) if paper else None,
        date=(paper.date if paper else None) or (document.date if document else None),
        document=document_address(statement) if document else None,
        outside=link(paper) if paper else None,
        confidence=assertion.confidence,
        rule=assertion.rule,
        origin=assertion.origin.value,
        claim=statement.claim,
    )


def document_address(statement: Statement) -> str:
    """The page of a statement's document, at its quote."""
    evidence = statement.assertion.evidence
    at: list[tuple[str, object]] = [("id", statement.document), ("source", statement.source)]
    if not evidence.part.startswith("field:"):
        at += [("part", evidence.part), ("start", evidence.start), ("end", evidence.end)]
    return address("/document", at) + "#quote"


def around(whole: str, start: int, end: int, room: int = ROOM) -> tuple[str, str]:
    """The text before and after a place, cut between words; an ellipsis where it goes on."""
    before, after = whole[max(0, start - room) : start], whole[end : end + room]
    if start > room:
        before = "…" + before[before.find(" ") + 1 :]
    if end + room < len(whole):
        after = after[: after.rfind(" ")] + " …" if " " in after else after + "…"
    return before, after
