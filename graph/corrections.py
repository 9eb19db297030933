"""Corrections: what a reader says about the graph, kept in it apart from what documents say, and stronger.

A reader may say that an edge is right or wrong, that two names are one thing or two, and that two records which were
taken for one paper are two. Corrections are never computed
and never replaced: `graph/resolve.py` and `graph/update.py` apply them each time they make nodes and edges, so they
survive every build; a correction itself has made anew only what it touches. An edge is remembered by the ids of its ends, names by their text; a correction about what is no longer there
waits, and `applies` says so.

The table is made with the first correction, so that graphs of an older begat can have some too.
"""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum
from typing import Any, BinaryIO

from begat.graph.declared import SECTION
from begat.graph.errors import NotFoundError, UsageError
from begat.graph.model import Edge, Node
from begat.graph.names import parse
from begat.graph.store import Store
from begat.graph.touched import Touched
from begat.graph.vocabulary import THINGS, Origin, Relation

LONGEST_REASON = 1000
_RECORD = "document:"

_TABLE = """
CREATE TABLE IF NOT EXISTS corrections (
    number INTEGER PRIMARY KEY AUTOINCREMENT, verdict TEXT NOT NULL,
    subject TEXT NOT NULL, relation TEXT, object TEXT NOT NULL,  -- node ids of an edge, or two names
    reason TEXT NOT NULL, made TEXT NOT NULL
)
"""


class Verdict(StrEnum):
    """What a reader says."""

    RIGHT = "right"
    """An edge is right: it is certain from now on."""
    WRONG = "wrong"
    """An edge is wrong: it is not in the graph."""
    SAME = "same"
    """Two names are one thing."""
    APART = "apart"
    """Two names are two things, or two records (`document:ID`) two papers."""


@dataclass(frozen=True, slots=True)
class Correction:
    """One correction. `relation` None: `subject` and `object` are names or records, else node ids; `made` is ISO, UTC."""

    number: int
    verdict: Verdict
    subject: str
    relation: Relation | None
    object: str
    reason: str
    made: str

    @property
    def of_records(self) -> tuple[str, str] | None:
        """The ids of the two records that it is about; None where it is about something else."""
        if self.relation is None and self.subject.startswith(_RECORD) and self.object.startswith(_RECORD):
            return self.subject.removeprefix(_RECORD), self.object.removeprefix(_RECORD)
        return None


def corrections(store: Store) -> list[Correction]:
    """All corrections, in the order in which they were made."""
    if not _has_table(store):
        return []
    rows = store.connection.execute(
        "SELECT number, verdict, subject, relation, object, reason, made FROM corrections ORDER BY number"
    )
    return [
        Correction(number, Verdict(verdict), subject, Relation(relation) if relation else None, object_, reason, made)
        for number, verdict, subject, relation, object_, reason, made in rows
    ]


def _has_table(store: Store) -> bool:
    query = "SELECT 1 FROM sqlite_master WHERE type = 'table' AND name = 'corrections'"
    return store.connection.execute(query).fetchone() is not None


def applies(store: Store, correction: Correction) -> bool:
    """Whether what a correction is about is in the graph as it is now."""
    if correction.relation is not None:
        return store.node(correction.subject) is not None and store.node(correction.object) is not None
    if records := correction.of_records:
        one, other = ({row["paper"] for row in _records(store, "id = ?", id_)} for id_ in records)
        return bool(one and other) and not one & other
    return all(store.named(parse(name).key, folded=True) for name in (correction.subject, correction.object))


def write_corrections(store: Store, out: BinaryIO, *, evidence: bool = True, min_confidence: float = 0.0) -> None:
    """JSON Lines, a correction a line, as `record` gives it; a format of `graph/export.py`."""
    for correction in corrections(store):
        line = json.dumps(record(store, correction), ensure_ascii=False)
        out.write(line.encode() + b"\n")


def record(store: Store, correction: Correction) -> dict[str, Any]:
    """A correction as JSON: number, verdict, subject, relation, object, names, reason, made, origin, applies.

    `names` are what its subject and object are called; of an edge, these are node ids. `applies`: whether what it is
    about is in the graph now.
    """
    names = [correction.subject, correction.object]
    if correction.relation is not None:
        found = store.nodes_of(names)
        names = [found[node].name if node in found else node for node in names]
    elif records := correction.of_records:
        names = [*records]
    return {
        "number": correction.number, "verdict": correction.verdict.value, "subject": correction.subject,
        "relation": correction.relation.value if correction.relation else None, "object": correction.object,
        "names": names, "reason": correction.reason, "made": correction.made, "origin": Origin.USER.value,
        "applies": applies(store, correction),
    }  # fmt: skip


# -- making them ---------------------------------------------------------------------------------------------------


def mark(store: Store, edge: Edge, *, right: bool, reason: str) -> None:
    """Say that an edge is right or wrong; what was said of it before is replaced. Raises UsageError."""
    verdict = Verdict.RIGHT if right else Verdict.WRONG
    ends = (edge.subject, edge.relation.value, edge.object)
    touched = _touched(store, Correction(0, verdict, edge.subject, edge.relation, edge.object, reason, ""))
    with store.transaction():
        _record(store, verdict, *ends, reason)
        where = "subject = ? AND relation = ? AND object = ?"
        if right:
            store.connection.execute(
                f"UPDATE edges SET confidence = 1.0, origin = ? WHERE {where}", (Origin.USER, *ends)
            )
        else:
            gone = store.connection.execute(f"DELETE FROM edges WHERE {where}", ends)
            store.add_counts({"edges": -gone.rowcount})
        store.raise_revision()
    if edge.relation is Relation.CITES and _with_sections(store, edge.subject):
        _update(store, touched)


def merge(store: Store, one: Node, other: Node, reason: str) -> None:
    """Say that two things are one. Raises UsageError where they cannot be."""
    for node in (one, other):
        if node.type not in THINGS:
            raise UsageError(f"{node.name!r} is a {node.type.lower()}: only models, methods and datasets can be merged")
    if one.id == other.id:
        raise UsageError(f"{one.name!r} and {other.name!r} are one thing already")
    _say(store, Verdict.SAME, one.name, other.name, reason)


def split(store: Store, node: Node, name: str, reason: str) -> None:
    """Say that a name of a thing is that of another. Raises UsageError, NotFoundError."""
    if node.type not in THINGS:
        raise UsageError(
            f"{node.name!r} is a {node.type.lower()}: 'begat split' parts the records of a paper, nothing else its names"
        )
    names = [known for known in (node.name, *node.aliases) if known == name] or [
        known for known in (node.name, *node.aliases) if parse(known).key == parse(name).key
    ]
    if not names:
        raise NotFoundError(name, [*node.aliases])
    if parse(names[0]).key == parse(node.name).key and not _said(store, Verdict.SAME, node.name, names[0]):
        raise UsageError(f"{name!r} is {node.name!r} in another spelling: spellings of one name cannot be split")
    _say(store, Verdict.APART, node.name, names[0], reason)


def withdraw(store: Store, number: int) -> None:
    """Take a correction back. Raises NotFoundError, and UsageError for one of records, which `build.withdraw` takes back."""
    correction = numbered(store, number)
    if correction.of_records:
        raise UsageError(
            f"correction {number} is of two records, whose texts are mined anew without it: take it back with"
            f" 'begat corrections --withdraw {number}'"
        )
    touched = _touched(store, correction)
    with store.transaction():
        forget(store, number)
    _update(store, touched)


def numbered(store: Store, number: int) -> Correction:
    """The correction of this number. Raises NotFoundError."""
    found = next((c for c in corrections(store) if c.number == number), None)
    if found is None:
        raise NotFoundError(f"correction {number}", remedy="'begat corrections' lists those that are")
    return found


def forget(store: Store, number: int) -> None:
    """Delete a correction; inside the caller's transaction, who then has what it touched made anew."""
    store.connection.execute("DELETE FROM corrections WHERE number = ?", (number,))


# -- records of one paper ------------------------------------------------------------------------------------------


def to_part(store: Store, paper: Node, record: str) -> str:
    """The record of a paper from which another record of it, by its id, can be told apart.

    That is the one which bears the paper's id, else the first; records with an arXiv id or DOI in common are never
    told apart. Raises NotFoundError, UsageError.
    """
    rows = _records(store, "paper = ?", paper.id)
    ids = sorted({row["id"] for row in rows})
    if record not in ids:
        raise NotFoundError(record, ids)
    if len(ids) == 1:
        raise UsageError(f"{record!r} is the only record of {paper.name!r}: there is nothing to split it from")
    tied = _tied(rows, record)
    others = [id_ for id_ in ids if id_ not in tied]
    if not others:
        raise UsageError(f"{record!r} has the same arXiv id or DOI as {paper.name!r}: correct that in its source")
    head = {row["id"] for row in rows if row["arxiv"] == paper.arxiv and paper.arxiv}
    return next((id_ for id_ in others if id_ in head), others[0])


def _tied(rows: list[dict[str, str]], record: str) -> set[str]:
    """The ids of the records that arXiv ids and DOIs tie to one, itself included."""
    tied, keys = {record}, set[str]()
    while True:
        found = {row["id"] for row in rows if row["id"] in tied or {row["arxiv"], row["doi"]} & keys}
        more = {key for row in rows if row["id"] in found for key in (row["arxiv"], row["doi"]) if key}
        if (found, more) == (tied, keys):
            return tied
        tied, keys = found, more


def _records(store: Store, where: str, value: str) -> list[dict[str, str]]:
    cursor = store.connection.execute(
        f"SELECT id, paper, arxiv, doi FROM documents WHERE {where} ORDER BY id", (value,)
    )
    return [dict(zip(("id", "paper", "arxiv", "doi"), row, strict=True)) for row in cursor]


def part(store: Store, one: str, other: str, reason: str) -> None:
    """Write down that two records are two papers; inside the caller's transaction, who then has them joined anew."""
    _record(store, Verdict.APART, f"{_RECORD}{one}", None, f"{_RECORD}{other}", reason)


def said_of_records(store: Store) -> list[tuple[str, str]]:
    """The ids of records of which a reader says that they are two papers, pair by pair."""
    return [pair for c in corrections(store) if c.verdict is Verdict.APART and (pair := c.of_records)]


def _say(store: Store, verdict: Verdict, one: str, other: str, reason: str) -> None:
    touched = _touched(store, Correction(0, verdict, one, None, other, reason, ""))
    with store.transaction():
        _record(store, verdict, one, None, other, reason)
    _update(store, touched)


def _touched(store: Store, correction: Correction) -> Touched:
    """What a correction that is about to be made or withdrawn concerns."""
    touched = Touched.of(store)
    if correction.relation is not None:
        touched.edges.add((correction.subject, correction.relation.value, correction.object))
        if correction.relation is Relation.CITES:  # what sections of a page are about hangs on whether it cites that
            touched.note(store, _with_sections(store, correction.subject))
        return touched
    said = (list(said_of_names(store, Verdict.SAME)), list(said_of_names(store, Verdict.APART)))
    touched.said = said
    touched.names |= {parse(name).key for name in (correction.subject, correction.object)}
    return touched


def _with_sections(store: Store, page: str) -> list[int]:
    """The documents of a page that have sections which may be about a paper of their title."""
    rows = store.connection.execute(
        "SELECT DISTINCT r.document FROM referred r JOIN documents d ON d.number = r.document"
        " WHERE d.paper = ? AND r.key LIKE ?",
        (page, f"{SECTION}%"),
    )
    return [number for (number,) in rows]


def _update(store: Store, touched: Touched) -> None:
    from begat.graph.update import update  # which applies what this module keeps

    update(store, touched)


def _record(store: Store, verdict: Verdict, subject: str, relation: str | None, object_: str, reason: str) -> None:
    reason = reason.strip()
    if not reason:
        raise UsageError("a correction needs a reason: say in a few words why")
    if len(reason) > LONGEST_REASON:
        raise UsageError(f"a reason has at most {LONGEST_REASON} characters, this one {len(reason)}")
    store.connection.execute(_TABLE)
    pairs = [(subject, object_)] if relation else [(subject, object_), (object_, subject)]
    for pair in pairs:
        store.connection.execute(
            "DELETE FROM corrections WHERE relation IS ? AND subject = ? AND object = ?", (relation, *pair)
        )
    store.connection.execute(
        "INSERT INTO corrections (verdict, subject, relation, object, reason, made) VALUES (?, ?, ?, ?, ?, ?)",
        (verdict, subject, relation, object_, reason, datetime.now(UTC).isoformat(timespec="seconds")),
    )


def _said(store: Store, verdict: Verdict, one: str, other: str) -> bool:
    return any(c.verdict is verdict and {c.subject, c.object} == {one, other} for c in corrections(store))


# -- what resolution asks ------------------------------------------------------------------------------------------


def verdicts(store: Store) -> dict[tuple[str, str, str], bool]:
    """(subject, relation, object) → whether a reader says that the edge is right."""
    return {
        (c.subject, c.relation.value, c.object): c.verdict is Verdict.RIGHT
        for c in corrections(store)
        if c.relation is not None
    }


def said_of_names(store: Store, verdict: Verdict) -> Iterator[tuple[str, str, str]]:
    """(name, name, reason) of the names that a reader says are one thing, or two."""
    for c in corrections(store):
        if c.verdict is verdict and not c.of_records:
            yield c.subject, c.object, c.reason
