"""The words of the design as types: Document, Mention, Assertion, Evidence, Node, Edge.

All are immutable values. "The name as written here" (a Thing, in a document) and "the thing meant" (a Node,
in the graph) are different types on purpose: only `graph/identity.py` turns one into the other.
"""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field

from begat.graph.errors import EvidenceError
from begat.graph.vocabulary import NodeType, Origin, Relation


@dataclass(frozen=True, slots=True)
class Thing:
    """A name of a type, as a document uses it.

    The name of a Paper is a *paper key*: `arxiv:2311.11045`, `doi:10.18653/v1/…` (lower case),
    `url:https://…` or, where nothing better is known, `document:ID`.
    """

    type: NodeType
    name: str


@dataclass(frozen=True, slots=True)
class Reference:
    """A paper that a document cites, with the place in its text where it does (None: a field says it).

    At least one of `arxiv`, `doi`, `url`, `title` is given. `intent` is what the citation is for ("extends", "uses",
    "compares", "background"), as its source or its own sentence says: a word about the citation, and no relation.
    """

    arxiv: str | None = None
    doi: str | None = None
    url: str | None = None
    title: str | None = None
    start: int | None = None
    end: int | None = None
    intent: str | None = None


@dataclass(frozen=True, slots=True)
class Section:
    """A part of a page that is about one paper or thing: `text[start:end]`, heading included.

    `arxiv`/`doi` name the paper it is about, where a link says so; `title` is its heading.
    """

    start: int
    end: int
    title: str | None = None
    arxiv: str | None = None
    doi: str | None = None


@dataclass(frozen=True, slots=True)
class Declared:
    """A relation that a field of a record declares: `field` (`base_model`) had `value` (`org/model`)."""

    relation: Relation
    object: Thing
    field: str
    value: str
    subject: Thing | None = None
    """None: the document's own paper."""


IN_PART = "in part"
"""The `place` of a document of which a service handed out a part only: it never takes the place of more than that."""


@dataclass(frozen=True, slots=True)
class Document:
    """One text with its facts, from one source.

    `text` is what was read, unrepaired: every offset points into it (characters). `date` is ISO, as precise
    as known ("2023", "2023-11", "2023-11-18"). `source` is the file or URL, `place` where in it ("line 12"), or IN_PART.
    `paper` says whether the document is itself a paper's record; a blog post or course page is not.
    """

    id: str
    text: str
    title: str | None = None
    authors: tuple[str, ...] = ()
    date: str | None = None
    venue: str | None = None
    url: str | None = None
    arxiv: str | None = None
    doi: str | None = None
    references: tuple[Reference, ...] = ()
    declared: tuple[Declared, ...] = ()
    sections: tuple[Section, ...] = ()
    paper: bool = True
    source: str = ""
    place: str = ""

    @property
    def keys(self) -> tuple[str, ...]:
        """Its paper's keys, best first; the last, `document:ID`, is always there."""
        keys = []
        if self.arxiv:
            keys.append(f"arxiv:{self.arxiv}")
        if self.doi:
            keys.append(f"doi:{self.doi}")
        return (*keys, f"document:{self.id}")

    @property
    def thing(self) -> Thing:
        """The paper (or page) that this document is, as the subject of its assertions."""
        return Thing(NodeType.PAPER, self.keys[0])


@dataclass(frozen=True, slots=True)
class Facts:
    """Bibliographic facts about a paper from a metadata file or service, joined by `key` (a paper key)."""

    key: str
    title: str | None = None
    authors: tuple[str, ...] = ()
    date: str | None = None
    venue: str | None = None
    url: str | None = None
    doi: str | None = None
    extra: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Evidence:
    """Where a document states something: `quote` is `document.<part>[start:end]`, exactly.

    `part` is "text" or "title"; for a declared fact it is `field:NAME` and the quote is the field's value.
    """

    start: int
    end: int
    quote: str
    part: str = "text"

    @classmethod
    def of(cls, document: Document, start: int, end: int, part: str = "text") -> "Evidence":
        """The evidence at a place of a document's text or title. Raises EvidenceError outside of it."""
        whole = document.text if part == "text" else document.title or ""
        if not 0 <= start < end <= len(whole):
            raise EvidenceError(
                f"document {document.id}: no {part} at characters {start} to {end} (it has {len(whole)})"
            )
        return cls(start, end, whole[start:end], part)


@dataclass(frozen=True, slots=True)
class Mention:
    """A name at a place in a document: `written` stands at `part[start:end]`, `thing` is what it is read as.

    `thing.name` is the canonical form within the document (glued words parted, acronym and long form one);
    `introduced` where the document's paper proposes, presents or releases it; `confidence` that it is a
    named thing of that type.
    """

    thing: Thing
    start: int
    end: int
    written: str
    part: str = "text"
    confidence: float = 1.0
    introduced: bool = False


@dataclass(frozen=True, slots=True)
class Assertion:
    """One relation stated by one document, with the evidence that states it."""

    subject: Thing
    relation: Relation
    object: Thing
    evidence: Evidence
    rule: str
    confidence: float
    origin: Origin = Origin.MINED

    def claim(self, document: str) -> str:
        """A stable id for the claim that `document` makes here: a hash of what and where (16 hex digits)."""
        parts = (
            self.subject.type, self.subject.name, self.relation, self.object.type, self.object.name,
            document, self.evidence.part, str(self.evidence.start), str(self.evidence.end), self.rule,
        )  # fmt: skip
        return hashlib.sha256("\x1f".join(parts).encode()).hexdigest()[:16]


@dataclass(frozen=True, slots=True)
class Mined:
    """What mining found in one document.

    `aliases` are pairs of names that the text itself says are one thing (acronym and long form): canonical
    name first.
    """

    mentions: tuple[Mention, ...] = ()
    assertions: tuple[Assertion, ...] = ()
    aliases: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True)
class Node:
    """One thing of the graph: who is meant, whatever the name.

    `id` is the last part of its IRI (`model-orca-2`, `arxiv-2311.11045`). `date` is ISO: of a paper its own,
    of a thing that of the paper introducing it; None where unknown. `seen` is the date of the earliest
    document that speaks of it: an upper bound where `date` is unknown.
    """

    id: str
    type: NodeType
    name: str
    aliases: tuple[str, ...] = ()
    date: str | None = None
    seen: str | None = None
    family: str | None = None
    version: str | None = None
    arxiv: str | None = None
    doi: str | None = None
    url: str | None = None

    @property
    def year(self) -> int | None:
        """The year of `date`."""
        return int(self.date[:4]) if self.date else None


@dataclass(frozen=True, slots=True)
class Edge:
    """All assertions of one (subject, relation, object); the ends are node ids.

    `support` counts the distinct papers (or pages) that state it; `confidence` is that at least one of them
    does; `origin` is the strongest (mined, then declared, then name); `date` the earliest statement's.
    """

    subject: str
    relation: Relation
    object: str
    confidence: float
    support: int
    origin: Origin
    date: str | None = None

    @property
    def year(self) -> int | None:
        """The year of `date`."""
        return int(self.date[:4]) if self.date else None


@dataclass(frozen=True, slots=True)
class Statement:
    """A stored assertion, with the document that makes it and the edge that it supports."""

    claim: str
    document: str
    """The document's own id, as in exports."""
    source: str
    paper: str
    """The node id of the document's paper or page."""
    subject: str
    object: str
    """Node ids of the ends."""
    assertion: Assertion
