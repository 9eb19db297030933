"""Mining from end to end: a document becomes mentions and assertions with their evidence in the original text."""

import re
from collections.abc import Sequence
from dataclasses import replace
from hashlib import blake2b
from importlib.resources import files

from begat.graph.model import Assertion, Document, Evidence, Mention, Mined, Thing
from begat.graph.names import akin, fold
from begat.graph.vocabulary import Relation
from begat.loaders.mining import names, relations
from begat.loaders.mining.candidates import FUNCTION, STRONG, kind
from begat.loaders.mining.judge import Judge
from begat.loaders.mining.reading import Known, Name, Reading, Stated
from begat.loaders.mining.readings import readings

RULES = "12"
"""Raised with every change of the code that may change what is found."""
WEIGHTS = ("names.npz", "relations.npz", "words.json", "glossary.tsv")


def _version() -> str:
    """RULES with a digest of what was learned: a graph made with other weights is mined again."""
    digest = blake2b(digest_size=4)
    for name in WEIGHTS:
        digest.update(files(__package__).joinpath(name).read_bytes())
    return f"{RULES}-{digest.hexdigest()}"


version = _version()
"""Changes with everything that may change what is found."""
min_confidence = 0.65
"""Below which no edge is believed unless the user says so: by cross-validation over documents, of those above it nine in
ten are right, on pages four in five (decision 0024). Pictures mark what is told though it is below."""
LIKELY = 0.5
"""How likely a name must be to be told, or what is stated of it."""
PRESENTED = 0.55
"""How probable it must be that a paper introduces a thing, to say so."""
ENTITLED = 0.95
"""How probable it is that a paper introduces what stands before the colon of its title, if that is a single word (on the
gold: 219 of 220), or several without a function word among them that the text names again (45 of 48)."""
PHRASED = 0.7
"""The same where the text does not name several words again, one of which is written like a name (26 of 37 on all that is
annotated). A plain phrase that never comes again tells nothing (43 of 119), nor one with a function word (32 of 280)."""
_COLON = re.compile(r"\s*:\s")


def introductions(document: Document) -> tuple[Thing, ...]:
    """What a document introduces, on its own evidence alone."""
    things = [
        name.thing
        for reading in readings(document)
        for name in entitled(reading, names.find(reading))
        if name.introduced >= PRESENTED
    ]
    return tuple(dict.fromkeys(things))


def mine(document: Document, known: Known) -> Mined:
    """What a document says, given what the corpus introduces (folded name → type)."""
    mentions: list[Mention] = []
    assertions: list[Assertion] = []
    aliases: dict[tuple[str, str], None] = {}
    for reading in readings(document):
        told, stated = judged(reading, entitled(reading, names.find(reading, known)))
        mentions += _mentions(reading, told)
        assertions += asserted(reading, told, stated)
        aliases.update(dict.fromkeys(_aliases(reading, told)))
    return Mined(tuple(mentions), tuple(assertions), tuple(aliases))


def judged(
    reading: Reading, found: Sequence[Name], judge: Judge | None = None
) -> tuple[tuple[Name, ...], list[Stated]]:
    """The names worth telling of those that were found, and what is stated; `judge` of relations: other than the shipped one.

    What is likely stated of a name speaks for the name, too: of two that are as doubtful, the one that a model
    is trained on is one, the other is not told, nor what is doubtfully stated of it.
    """
    stated = relations.find(reading, found, judge)
    sure = {name.thing for name in found if name.confidence >= LIKELY or name.introduced >= ENTITLED}
    sure.update(thing for s in stated if s.confidence >= LIKELY for thing in (s.subject, s.object))
    told = {*sure, reading.about}
    return tuple(name for name in found if name.thing in sure), [s for s in stated if {s.subject, s.object} <= told]


def asserted(reading: Reading, told: Sequence[Name], stated: Sequence[Stated]) -> list[Assertion]:
    """What a reading with these names and statements says, with the evidence in the original."""
    return [*_presented(reading, told), *(a for s in stated if (a := _assertion(reading, s)))]


def entitled(reading: Reading, found: Sequence[Name]) -> tuple[Name, ...]:
    """The names, sure that the paper introduces the one before the colon of its title, and not what that succeeds."""
    title = next((s for s in reading.sentences if s.title), None)
    head = next((n for n in found if title and n.start == title.start), None)
    if title is None or head is None or not _COLON.match(reading.text, head.end):
        return tuple(found)
    again = any(n.thing == head.thing and n.start >= title.end for n in found)
    sure = _entitling([kind(token.text) for token in title.tokens if token.start < head.end], again)
    return tuple(replace(n, introduced=_introduced(n, head.thing, sure)) for n in found)


def _entitling(kinds: Sequence[int], again: bool) -> float:
    """How surely words of these kinds before a title's colon are what the paper introduces; 0 where they tell nothing."""
    if len(kinds) == 1:
        return ENTITLED
    if FUNCTION in kinds:
        return 0.0
    return ENTITLED if again else PHRASED if STRONG in kinds else 0.0


def _introduced(name: Name, head: Thing, sure: float) -> float:
    if name.thing == head:
        return max(name.introduced, sure)
    newer = sure > 0 and akin(head.name, name.thing.name) == "newer"
    return min(name.introduced, 1 - ENTITLED) if newer else name.introduced


def _original(reading: Reading, start: int, end: int) -> tuple[int, int, str] | None:
    """Where a stretch of the reading stands in the original: (start, end, part); None where it is in two parts."""
    origins = reading.origins
    first, last = origins[start], origins[end - 1]
    if (first < 0) != (last < 0):
        return None
    if first < 0:
        return -1 - first, -1 - last + 1, "title"
    return first, last + 1, "text"


def _evidence(reading: Reading, start: int, end: int) -> Evidence | None:
    place = _original(reading, start, end)
    if place is None or place[0] >= place[1]:
        return None
    return Evidence.of(reading.document, *place)


def _mentions(reading: Reading, found: Sequence[Name]) -> list[Mention]:
    mentions = []
    for name in found:
        if place := _evidence(reading, name.start, name.end):
            introduced = name.introduced >= PRESENTED
            mentions.append(
                Mention(name.thing, place.start, place.end, place.quote, place.part, name.confidence, introduced)
            )
    return mentions


def _presented(reading: Reading, found: Sequence[Name]) -> list[Assertion]:
    """MENTIONS for every thing, by its surest name, and INTRODUCES for what the paper presents."""
    best: dict[Thing, Name] = {}
    for name in found:
        if name.thing not in best or name.confidence > best[name.thing].confidence:
            best[name.thing] = name
    assertions = []
    for thing, name in best.items():
        if evidence := _evidence(reading, name.start, name.end):
            assertions.append(Assertion(reading.about, Relation.MENTIONS, thing, evidence, "name", name.confidence))
        if name.introduced >= PRESENTED and (evidence := _where_introduced(reading, found, thing)):
            assertions.append(
                Assertion(reading.about, Relation.INTRODUCES, thing, evidence, "introduced", name.introduced)
            )
    return assertions


def _where_introduced(reading: Reading, found: Sequence[Name], thing: Thing) -> Evidence | None:
    """The sentence that first speaks of a thing after the title, or the title itself."""
    places = [name.start for name in found if name.thing == thing]
    sentences = [s for s in reading.sentences if any(s.start <= at < s.end for at in places)]
    chosen = next((s for s in sentences if not s.title), sentences[0] if sentences else None)
    return _evidence(reading, chosen.start, chosen.end) if chosen else None


def _assertion(reading: Reading, stated: Stated) -> Assertion | None:
    evidence = _evidence(reading, stated.start, stated.end)
    if evidence is None:
        return None
    return Assertion(
        stated.subject, stated.relation, stated.object, evidence, stated.rule, stated.confidence, stated.origin
    )  # fmt: skip


def _aliases(reading: Reading, found: Sequence[Name]) -> list[tuple[str, str]]:
    """The names that the text uses for one thing, the canonical one first."""
    pairs = []
    for name in found:
        written = " ".join(reading.text[name.start : name.end].split())
        if fold(written) != fold(name.thing.name):
            pairs.append((name.thing.name, written))
        if name.short_for:
            pairs.append((name.thing.name, name.short_for))
    return pairs
