"""A miner for tests: it reads plain made-up sentences, and its functions can run in other processes.

"We introduce the model X." introduces X; "X extends Y.", "X uses Y." are relations; "X (Long Form)" gives an
acronym its long form; "the X data" speaks of X as a dataset; a name of the gazetteer is found wherever it stands. Its
names are words with a capital.
"""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from begat.graph.model import Assertion, Document, Evidence, Mention, Mined, Thing
from begat.graph.names import fold
from begat.graph.vocabulary import NodeType, Relation

NAME = r"[A-ZÄÖÜ][\w+-]*(?: v?\d+(?:\.\d+)?)?(?: [A-Z0-9][\w+]*)*"
_INTRODUCES = re.compile(rf"We introduce the (model|method|dataset) ({NAME})")
_STATES = re.compile(rf"({NAME}) (extends|uses|beats) ({NAME})\.")
_LONG_FORM = re.compile(r"([A-Z]{2,6}) \(([A-Z][\w-]*(?: [A-Z][\w-]*)+)\)")
_DATA = re.compile(rf"the ({NAME}) data\b")
_KINDS = {"model": NodeType.MODEL, "method": NodeType.METHOD, "dataset": NodeType.DATASET}
_RELATIONS = {"extends": Relation.EXTENDS, "uses": Relation.USES, "beats": Relation.OUTPERFORMS}


def introductions(document: Document) -> Sequence[Thing]:
    """What the text says that it introduces; a title "X: …" introduces X too."""
    found = [Thing(_KINDS[m[1]], m[2]) for m in _INTRODUCES.finditer(document.text)]
    head, colon, _ = (document.title or "").partition(":")
    if colon and re.fullmatch(NAME, head):
        found.append(Thing(NodeType.MODEL, head))
    return found


def mine(document: Document, known: Mapping[str, NodeType]) -> Mined:
    """Names that are introduced, stand in relations, or are known; and what the sentences state."""
    if "explode" in document.text:
        raise ValueError("a text that this miner cannot bear")
    own = {fold(t.name): t.type for t in introductions(document)}
    data = {fold(m[1]): NodeType.DATASET for m in _DATA.finditer(document.text)}

    def type_of(name: str) -> NodeType | None:
        return own.get(fold(name)) or data.get(fold(name)) or known.get(fold(name))

    mentions: dict[tuple[str, int], Mention] = {}

    def mention(part: str, start: int, name: str) -> Thing:
        thing = Thing(type_of(name) or NodeType.METHOD, name)
        mentions[part, start] = Mention(thing, start, start + len(name), name, part, 0.9, fold(name) in own)
        return thing

    for part, text in (("title", document.title or ""), ("text", document.text)):
        for word in re.finditer(NAME, text):
            if type_of(word[0]):
                mention(part, word.start(), word[0])
    assertions = []
    for m in _STATES.finditer(document.text):
        subject, object_ = mention("text", m.start(1), m[1]), mention("text", m.start(3), m[3])
        evidence = Evidence.of(document, m.start(), m.end())
        assertions.append(Assertion(subject, _RELATIONS[m[2]], object_, evidence, m[2], 0.8))
    aliases = tuple((m[1], m[2]) for m in _LONG_FORM.finditer(document.text))
    for m in _LONG_FORM.finditer(document.text):
        mention("text", m.start(1), m[1])
    return Mined(tuple(mentions[at] for at in sorted(mentions)), tuple(assertions), aliases)


@dataclass(frozen=True)
class SimpleMiner:
    version: str = "simple 1"
    min_confidence: float = 0.5
    introductions: Callable[[Document], Sequence[Thing]] = introductions
    mine: Callable[[Document, Mapping[str, NodeType]], Mined] = mine
