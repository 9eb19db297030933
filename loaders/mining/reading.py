"""What mining reads: a document's title and text, repaired for reading, with the way back to the original.

The contract between the parts of mining. `readings(document)` yields one Reading for a paper, one for each
section of a page. `names.find(reading, known)` yields its Names; `relations.find(reading, names)` the relations
that it states; `pipeline.py` turns both into Mentions and Assertions with offsets in the original.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from begat.graph.model import Document, Thing
from begat.graph.vocabulary import NodeType, Origin, Relation


@dataclass(frozen=True, slots=True)
class Token:
    """A word, number or mark: `reading.text[start:end]`."""

    start: int
    end: int
    text: str


@dataclass(frozen=True, slots=True)
class Sentence:
    """A sentence (or title, heading, bullet): `reading.text[start:end]` and its tokens in order."""

    start: int
    end: int
    tokens: tuple[Token, ...]
    title: bool = False


@dataclass(frozen=True, slots=True)
class Reading:
    """One text as mining reads it.

    `text` is the title (where there is one), a line break, and the repaired body. `about` is the paper that the
    text belongs to, the subject of INTRODUCES. `origins[i]` is where character i of `text` stands in the original:
    its offset in `document.text`, or `-1 - offset` for an offset in `document.title`; inserted characters carry
    the offset of the next original one. It has one entry more than `text`, for the end.
    """

    document: Document
    about: Thing
    text: str
    sentences: tuple[Sentence, ...]
    origins: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Name:
    """A named thing where the reading names it: `reading.text[start:end]`.

    Names with the same `thing` are the same thing (`thing.name` is the canonical form in this document).
    `confidence`: that this is a named thing with this type and these borders. `introduced`: probability that
    the reading's paper introduces it. `short_for`: the long form that the text gives for it here, where that is no name.
    """

    start: int
    end: int
    thing: Thing
    confidence: float = 1.0
    introduced: float = 0.0
    short_for: str | None = None


@dataclass(frozen=True, slots=True)
class Stated:
    """A relation that the reading states, its evidence at `reading.text[start:end]`.

    An end that is `reading.about` is the paper's own, unnamed contribution.
    """

    subject: Thing
    relation: Relation
    object: Thing
    start: int
    end: int
    rule: str
    confidence: float
    origin: Origin = Origin.MINED


Known = Mapping[str, NodeType]
"""The gazetteer: folded name → type, of what the documents of the corpus introduce. It is asked for names and never read
through: what is asked for is kept, and tells which documents a new name concerns (`graph/gazetteer.py`)."""
