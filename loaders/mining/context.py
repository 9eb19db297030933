"""Two names of a reading and every place where the reading sets them side by side: what the judge looks at.

A candidate is an ordered pair of things. Its places are the sentences that name the object while the subject is
named there too (`explicit`), is meant by a "we" or "it" (`meant`), or is what the whole text is about (`about`).
What a place looks like is told in features: short strings, each true or not.
"""

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from itertools import chain, pairwise
from typing import Any

from begat.graph import names as naming
from begat.graph.model import Thing
from begat.graph.vocabulary import NodeType
from begat.loaders.mining import coreference, glossary, lists, stance
from begat.loaders.mining.cues import PREPOSITIONS, ideas, stem
from begat.loaders.mining.lists import Item
from begat.loaders.mining.reading import Name, Reading

INTRODUCED = 0.5
"""How probable it must be that the paper introduces a thing, to say so."""
PERHAPS = 0.15
"""How probable, to consider it as what "we" stands for."""
SURELY = 0.85
"""How probable the surest must be, so that "we" cannot stand for a contribution without a name."""
MOST = 24
"""How many things "we" may stand for: the surest. A dozen is the most that we met in an annotated text, but a glossary may
define a thousand, each of which would be asked what it is to each other thing."""
_SHORT = {NodeType.MODEL: "M", NodeType.METHOD: "T", NodeType.DATASET: "D", NodeType.PAPER: "P"}
_WINDOW = 10


@dataclass(slots=True)
class Line:
    """One sentence as items, and where in it things are named or meant."""

    sequence: list[Item]
    start: int
    end: int
    title: bool
    position: float
    stances: frozenset[str]
    named: dict[int, list[int]] = field(default_factory=dict)
    meant: dict[int, list[int]] = field(default_factory=dict)
    shown: list[str] = field(default_factory=list)
    cues: list[tuple[str, ...]] = field(default_factory=list)


@dataclass(slots=True)
class Scene:
    """A reading's things, numbered, and its lines; thing 0 is the paper itself."""

    reading: Reading
    things: list[Thing]
    names: list[Name]
    types: list[NodeType]
    introduced: list[int]
    """What "we" may stand for, thing 0 among them where that may have no name."""
    chance: list[float]
    sure: list[float]
    """How sure it is that each is a named thing of its type."""
    lines: list[Line]
    count: list[int]
    alike: dict[tuple[int, int], str]
    """How the name of one thing resembles that of another (`graph.names.akin`), where it does."""


def scene(reading: Reading, names: list[Name]) -> Scene:
    """The reading as relation mining sees it: its things and its sentences with lists joined and "we" resolved."""
    things: list[Thing] = [reading.about]
    numbers: dict[object, int] = {}
    chance, sure, count = [0.0], [1.0], [0]
    for name in names:
        if name.thing not in numbers:
            numbers[name.thing] = len(things)
            things.append(name.thing)
            chance.append(0.0)
            sure.append(0.0)
            count.append(0)
        chance[numbers[name.thing]] = max(chance[numbers[name.thing]], name.introduced)
        sure[numbers[name.thing]] = max(sure[numbers[name.thing]], name.confidence)
        count[numbers[name.thing]] += 1
    types = [t.type for t in things]
    surest = sorted(range(1, len(things)), key=lambda n: -chance[n])[:MOST]
    introduced = sorted(n for n in surest if chance[n] >= PERHAPS)
    if max(chance) < SURELY:
        introduced.append(0)
    sequences = []
    at = 0
    for sentence in reading.sentences:
        inside = []
        while at < len(names) and names[at].start < sentence.end:
            if names[at].start >= sentence.start:
                inside.append(names[at])
            at += 1
        sequences.append(lists.coordinated(lists.without_asides(lists.items(sentence, inside, numbers))))
    coreference.resolve(sequences, introduced, types)
    lines = []
    total = max(1, len(sequences) - 1)
    for index, (sentence, sequence) in enumerate(zip(reading.sentences, sequences, strict=True)):
        position = index / total
        line = Line(
            sequence, sentence.start, sentence.end, sentence.title, position, stance.of_sentence(sequence, position)
        )
        _locate(line, types, {n for n, c in enumerate(chance) if c >= INTRODUCED})
        lines.append(line)
    alike = naming.resemblances([thing.name for thing in things])
    return Scene(reading, things, names, types, introduced, chance, sure, lines, count, alike)


def _locate(line: Line, types: list[NodeType], introduced: set[int]) -> None:
    for at, item in enumerate(line.sequence):
        if item.things:
            for thing in item.things:
                line.named.setdefault(thing, []).append(at)
            own = "I" if introduced & set(item.things) else ""
            line.shown.append(f"<{own}{_SHORT[types[item.things[0]]]}>")
            line.cues.append(())
            continue
        for thing in item.own:
            line.meant.setdefault(thing, []).append(at)
        line.shown.append(item.text if item.text[:1] == "@" else stem(item.text))
        line.cues.append(ideas(item.text))


@dataclass(slots=True)
class Candidate:
    """An ordered pair of things (numbers in the scene), and the lines that speak of the object with the subject."""

    subject: int
    object: int
    places: list[tuple[int, str, int, int]]
    """(line, kind, item of the subject or -1, item of the object)."""


def candidates(scene: Scene) -> Iterator[Candidate]:
    """Every pair that some sentence could relate."""
    own = set(scene.introduced)
    places: dict[tuple[int, int], list[tuple[int, str, int, int]]] = {pair: [] for pair in scene.alike}
    for object_ in range(1, len(scene.things)):
        for number, at in _spots(scene, object_):
            line = scene.lines[number]
            for subject in {*line.named, *line.meant, *own}:
                if place := _place(number, line, subject, at, own):
                    places.setdefault((subject, object_), []).append(place)
    for (subject, object_), found in sorted(places.items()):
        if subject != object_ and object_ and (subject or 0 in own):
            yield Candidate(subject, object_, found)


def _spots(scene: Scene, thing: int) -> Iterator[tuple[int, int]]:
    """Where a thing is named and something may be said of it: (line, item), at most three in a line."""
    for number, line in enumerate(scene.lines):
        for at in line.named.get(thing, ())[:3]:
            if not stance.before(line.sequence, at) & stance.UNSAID:
                yield number, at


def _place(number: int, line: Line, subject: int, at: int, own: set[int]) -> tuple[int, str, int, int] | None:
    """How a line that names an object at an item speaks of a subject, if it does."""
    if subject in line.named:
        return number, "explicit", min(line.named[subject], key=lambda s: abs(s - at)), at
    if subject in line.meant:
        return number, "meant", min(line.meant[subject], key=lambda s: (s > at, abs(s - at))), at
    return (number, "about", -1, at) if subject in own else None


def _bucket(number: int) -> str:
    return str(number) if number < 4 else "4-6" if number < 7 else "7-11" if number < 12 else "12+"


Features = set[str] | set[int]
"""Features told as they are, or as the numbers by which a judge knows them."""
Knowing = Callable[[Iterable[str]], Features]


class Teller:
    """Tells the features of a scene's candidates in parts; what several candidates share is told, and known, once."""

    def __init__(self, scene: Scene, knowing: Knowing = set) -> None:
        self.scene, self.knowing = scene, knowing
        self._told: dict[tuple[Any, ...], Features] = {}
        self._objects: dict[tuple[int, int, int], list[str]] = {}
        title = next((line for line in scene.lines if line.title), None)
        self.title = set(title.named) if title else set()
        self.surest = int(max(scene.chance) * 5)
        self.first: dict[int, int] = {}
        self.lines: dict[int, set[int]] = defaultdict(set)
        for number, line in enumerate(scene.lines):
            for thing in line.named:
                self.first.setdefault(thing, number)
                self.lines[thing].add(number)

    def kind(self, thing: int) -> str:
        """What a thing is, in a letter: P the paper, M a model, T a method, D a dataset; I before it: introduced."""
        if thing == 0:
            return "P"
        chance = self.scene.chance[thing]
        return ("I" if chance >= INTRODUCED else "i" if chance >= PERHAPS else "") + _SHORT[self.scene.types[thing]]

    def features(self, c: Candidate, more: Iterable[str] = ()) -> tuple[list[Features], list[list[Features]]]:
        """What is true of a candidate, over all its places and of what `more` is said of it; and of each place alone.

        In parts, no two of which tell the same.
        """
        scene, once = self.scene, self._once
        s, o = self.kind(c.subject), self.kind(c.object)
        alike = scene.alike.get((c.subject, c.object), "") if c.subject else ""
        both = once(self._both, s, o, alike)
        places = [[both, *self._place(place, c, s, _SHORT[scene.types[c.object]])] for place in c.places]
        apart = [part for place in places for part in place[1:]]
        whole = [
            once(self._text),
            both,
            once(self._side, "s", c.subject, s, o),
            once(self._side, "o", c.object, s, o),
            self.knowing(chain(self._pair(c, s, o, alike), more)),
            *(apart if len(places) < 2 else [_union(apart)]),
        ]
        return whole, places

    def _once(self, telling: Callable[..., Iterable[str]], *about: Any) -> Features:
        """What is told about something, as it is known."""
        key = (telling, *about)
        if key not in self._told:
            self._told[key] = self.knowing(telling(*about))
        return self._told[key]

    def _text(self) -> Iterator[str]:
        """What is the same for all candidates."""
        yield "bias"
        named = sum(chance >= INTRODUCED for chance in self.scene.chance)
        yield f"introduced {min(named, 3)}"
        yield f"things {_bucket(len(self.scene.things))}"

    def _both(self, s: str, o: str, alike: str) -> Iterator[str]:
        """What the two things are, and how their names resemble one another."""
        yield f"types {s} {o}"
        yield f"akin {alike}"

    def _side(self, side: str, thing: int, s: str, o: str) -> Iterator[str]:
        """What is known of the subject or the object, whatever the other is but for its kind."""
        scene = self.scene
        if side == "s":
            yield f"surest introduced {self.surest} {s[:1]}"
            yield f"s introduced {int(scene.chance[thing] * 10)}"
        yield f"{side} sure {int(scene.sure[thing] * 10)}"
        if thing in self.title:
            yield f"{side} in title {s} {o}"
        yield f"{side} count {_bucket(scene.count[thing])} {s} {o}"
        if thing in self.first:
            yield f"{side} first {round(scene.lines[self.first[thing]].position * 4)} {s} {o}"
        if not thing:
            return
        if thing in scene.introduced and len(scene.introduced) > 1:
            yield f"{side} rank {min(scene.introduced.index(thing), 2)}"
            if thing == min(scene.introduced, key=lambda t: self.first.get(t, 99)):
                yield f"{side} is first introduced"
        name = scene.things[thing].name
        words = tuple(name.lower().split())
        for word in words[-1:]:
            yield f"{side} head {word}"
        for sign in glossary.told(naming.fold(name), words).signs:
            yield f"{side} {sign}"

    def _pair(self, c: Candidate, s: str, o: str, alike: str) -> Iterator[str]:
        yield f"akin {alike} {s} {o}"
        kinds = {p[1] for p in c.places}
        yield "kinds " + " ".join(sorted(kinds)) + f" {s} {o}"
        yield f"places {_bucket(len({p[0] for p in c.places}))} {s} {o}"
        together = len(self.lines[c.object] & self.lines[c.subject])
        yield f"together {min(together, 3)} {s} {o}"

    def _behind(self, kind: str, number: int, at: int, thing: int) -> Iterator[str]:
        """What stands around an object, whatever the subject; `kind` says of what kind both are."""
        key = (number, at, thing)
        if key not in self._objects:
            self._objects[key] = list(self._around(self.scene.lines[number], at, thing))
        return (f"{kind} {told}" for told in self._objects[key])

    def _around(self, line: Line, at: int, thing: int) -> Iterator[str]:
        shown, sequence = line.shown, line.sequence
        left = ["^", "^", "^", *shown[:at]][-3:]
        right = [*shown[at + 1 : at + 4], "$", "$", "$"][:3]
        yield f"l1 {left[2]}"
        yield f"l2 {left[1]} {left[2]}"
        yield f"l3 {left[0]} {left[1]} {left[2]}"
        yield f"r1 {right[0]}"
        yield f"r2 {right[0]} {right[1]}"
        yield f"lr {left[2]} {right[0]}"
        for word in set(shown[max(0, at - _WINDOW) : at]):
            yield f"L {word}"
        for word in set(shown[max(0, at - 4) : at]):
            yield f"l {word}"
        for word in set(shown[at + 1 : at + 5]):
            yield f"r {word}"
        for word in set(shown[at + 5 : at + 12]):
            yield f"R {word}"
        path = _path(line, max(0, at - 14), at)
        yield "path " + ">".join(path[-1:])
        yield "path2 " + ">".join(path[-2:])
        yield "path3 " + ">".join(path[-3:])
        ahead = _path(line, at + 1, min(len(shown), at + 9))
        yield "ahead " + ">".join(ahead[:1])
        yield "ahead2 " + ">".join(ahead[:2])
        for said in stance.before(sequence, at):
            yield f"stance {said}"
        for said in line.stances:
            yield f"line {said}"
        if line.title:
            yield "title"
            yield f"title l1 {left[2]}"
        yield f"list {min(len(sequence[at].things), 4)}"
        yield f"member {min(sequence[at].things.index(thing), 3)}"
        for idea in {i for cues in line.cues for i in cues}:
            yield f"idea {idea}"

    def _place(
        self, place: tuple[int, str, int, int], c: Candidate, s: str, o: str
    ) -> tuple[Features, Features, Features]:
        """What a place tells; the same for every subject of a kind that is named or meant by the same words."""
        number, kind, subject, at = place
        mode = kind
        if kind != "about":
            mode += "<" if subject < at else ">" if subject > at else "="
        return (
            self._once(self._behind, o, number, at, c.object),
            self._once(self._behind, f"{o} {mode[0]}{mode[-1]}{s[0]}", number, at, c.object),
            self._once(self._between, number, subject, at, mode, s, o),
        )

    def _between(self, number: int, subject: int, at: int, mode: str, s: str, o: str) -> Iterator[str]:
        yield f"mode {mode} {s} {o}"
        if mode == "about":
            return
        line = self.scene.lines[number]
        shown = line.shown
        low, high = min(subject, at), max(subject, at)
        inside = shown[low + 1 : high]
        if mode[:1] == "m":
            yield f"by {shown[subject]} {o}"
            yield f"by {shown[subject]} {shown[subject + 1] if subject + 1 < len(shown) else '$'} {o}"
        yield f"gap {mode} {_bucket(len(inside))}"
        if len(inside) < 5:
            yield f"whole {mode} " + " ".join(inside)
            yield f"whole {mode} {s} {o} " + " ".join(inside)
        for word in set(inside):
            yield f"in {mode} {word}"
            yield f"in {mode} {s[:1]} {o} {word}"
        for one, two in pairwise(inside):
            yield f"in {mode} {one} {two}"
        path = _path(line, low + 1, high)
        yield f"between {mode} " + ">".join(path[:4])
        yield f"between {mode} {s} {o} " + ">".join(path[:4])
        words = [p for p in path if p not in PREPOSITIONS and p[0] != "<"]
        yield f"cues {mode} {o} " + ">".join(words[:3])
        for cue in set(words):
            yield f"cue {mode} {o} {cue}"
        names = sum(1 for w in inside if w[0] == "<")
        yield f"names between {mode} {min(names, 3)}"
        outer_left = shown[max(0, low - 3) : low]
        outer_right = shown[high + 1 : high + 4]
        for word in outer_left:
            yield f"before {mode} {word}"
        for word in outer_right:
            yield f"after {mode} {word}"
        yield f"before1 {mode} {outer_left[-1] if outer_left else '^'}"
        yield f"after1 {mode} {outer_right[0] if outer_right else '$'}"
        for said in stance.before(line.sequence, at):
            yield f"stance {mode} {said}"
        if any(w in (";", ":", "but", "while", "whil", "whereas", "wherea", "which", "that", "and") for w in inside):
            yield f"clause {mode}"


def _union(parts: Sequence[Features]) -> Features:
    """What any of the parts tells."""
    told: set[Any] = set()
    told.update(*parts)
    return told


def _path(line: Line, start: int, end: int) -> list[str]:
    """The skeleton of a stretch: prepositions and names as they are, cue words as what they signal."""
    skeleton: list[str] = []
    for at in range(start, end):
        word = line.shown[at]
        if line.cues[at]:
            step = line.cues[at][0]
        elif word in PREPOSITIONS or word[0] in "<@":
            step = word
        else:
            continue
        if not skeleton or skeleton[-1] != step:
            skeleton.append(step)
    return skeleton
