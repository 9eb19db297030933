"""The rules of `rules.toml`: turns of phrase that state a relation, tried on the sentences of a scene."""

import re
import tomllib
from collections.abc import Iterator
from dataclasses import dataclass
from importlib.resources import files

from begat.graph.vocabulary import NodeType, Relation
from begat.loaders.mining import stance
from begat.loaders.mining.context import Line, Scene
from begat.loaders.mining.cues import ideas

_DATA = frozenset({NodeType.DATASET})
_MADE = frozenset({NodeType.MODEL, NodeType.METHOD, NodeType.PAPER})
_TYPES = {"data": _DATA, "made": _MADE, "any": _DATA | _MADE}
_WORD_SET = re.compile(r"\{([a-z]+)\}")


@dataclass(frozen=True, slots=True)
class Rule:
    """A turn of phrase, compiled; the fields are those of `rules.toml`."""

    id: str
    relation: Relation
    takes: str
    pattern: re.Pattern[str]
    needs: frozenset[str]
    words: tuple[frozenset[str], ...]
    """Of each of these sets, a sentence must hold a word: cheaper to ask than the pattern."""
    every: bool
    """Whether every object behind the same beginning is meant, not only the nearest."""
    subjects: frozenset[NodeType]
    objects: frozenset[NodeType]
    sure: float
    """How sure what it says is, whatever the judge says; 0 where only the judge can tell."""
    examples: tuple[str, ...]
    refusals: tuple[str, ...]


_WORDS = r"(?: [^\s§¤;:]+){0,7}?"
_FAR = r"(?: [^\s;]+){0,14}?"
_SUBJECT = r"(?P<s>[§¤]\d+)"
_AGENT = r"(?P<s>[§¶¤]\d+)"
_OBJECT = r"(?P<o>[§¶]\d+)"


def _compiled(pattern: str) -> re.Pattern[str]:
    marked = pattern[:2] in ("S ", "O ")
    pattern = pattern.replace(" ~~", _FAR).replace(" ~", _WORDS)
    pattern = re.sub(r"\bS\b", lambda _: _SUBJECT, pattern)
    pattern = re.sub(r"\bA\b", lambda _: _AGENT, pattern)
    pattern = re.sub(r"\bO\b", lambda _: _OBJECT, pattern)
    if marked:  # the engine runs from mark to mark if what must stand before one is asked behind it
        return re.compile(pattern.replace("]", "](?<![^ ].)", 1) + "(?= |$)")
    return re.compile(rf"(?:^|(?<= )){pattern}(?= |$)")


_PLAIN = re.compile(r"(?:\(\?:)?([a-z,|-]+)\)?")


def _words(pattern: str) -> tuple[frozenset[str], ...]:
    """The words that a pattern as written asks for, one of each set: what stands between its gaps, where that is plain words."""
    pieces = re.split(r" ~~? ", pattern)
    if any(piece.count("(") != piece.count(")") for piece in pieces):
        return ()  # a gap within a choice: nothing in it is asked for in any case
    plain = (_PLAIN.fullmatch(piece) for piece in pieces)
    return tuple(frozenset(piece[1].split("|")) for piece in plain if piece)


def _read() -> tuple[Rule, ...]:
    """The rules of `rules.toml`, whose head explains how they are written."""
    table = tomllib.loads(files(__package__).joinpath("rules.toml").read_text(encoding="utf-8"))
    words = table["words"]
    return tuple(
        Rule(
            id=entry["id"],
            relation=Relation(entry["relation"]),
            takes=entry["takes"],
            pattern=_compiled(_WORD_SET.sub(lambda name: str(words[name[1]]), entry["pattern"])),
            needs=frozenset(entry.get("needs", "").split()),
            words=_words(entry["pattern"]),
            every=entry["pattern"].endswith("~~ O"),
            subjects=_TYPES[entry.get("subjects", "made")],
            objects=_TYPES[entry["objects"]],
            sure=float(entry.get("sure", 0)),
            examples=tuple(entry["examples"]),
            refusals=tuple(entry["refusals"]),
        )
        for entry in table["rule"]
    )


RULES = _read()
BY_ID = {rule.id: rule for rule in RULES}


_GOVERN = frozenset(
    "on with of for to in by than from over using via as at like into upon against between through without under across toward towards "
    "beyond within among behind such including unlike except besides".split()
)
_STEP_OVER = frozenset(
    {
        "the",
        "a",
        "an",
        "both",
        "our",
        "their",
        "its",
        "this",
        "original",
        "standard",
        "recent",
        "popular",
        "-",
        "“",
        '"',
        "(",
        "``",
    }
)


def rendered(line: Line) -> str:
    """A sentence as the patterns see it: `§4` a possible subject at item 4, `¶4` a governed name, `¤4` we or it."""
    words = []
    for at, item in enumerate(line.sequence):
        if item.things:
            words.append(f"{'¶' if _governed(line, at) else '§'}{at}")
        elif item.own and not _governed(line, at):
            words.append(f"¤{at}")
        else:
            words.append(item.text.casefold().replace(" ", "_").lstrip("@") or "_")
    return " ".join(words)


def _governed(line: Line, at: int) -> bool:
    for item in reversed(line.sequence[max(0, at - 4) : at]):
        word = item.text.casefold()
        if word in _GOVERN:
            return True
        if (
            item.things
            or item.own
            or (
                word not in _STEP_OVER
                and not (word.islower() and not ideas(word) and len(word) > 3 and word not in _ENDS)
            )
        ):
            return False
    return False


_ENDS = frozenset("that which where when while whereas thus hence then also with this these here".split())


@dataclass(frozen=True, slots=True)
class Match:
    """A rule that holds between two things in a line; `named`: whether the subject stands there by name."""

    rule: Rule
    line: int
    subject: int
    object: int
    named: bool


def matches(scene: Scene) -> Iterator[Match]:
    """Every rule that holds in a scene, once for each pair, line and way of naming the subject."""
    for number, line in enumerate(scene.lines):
        if line.named:
            yield from dict.fromkeys(_in_line(scene, number, line))


def _in_line(scene: Scene, number: int, line: Line) -> Iterator[Match]:
    said = {idea for cues in line.cues for idea in cues}
    text = rendered(line)
    written = set(text.split(" "))
    for rule in RULES:
        if (rule.needs and rule.needs.isdisjoint(said)) or any(map(written.isdisjoint, rule.words)):
            continue
        at = 0
        while found := rule.pattern.search(text, at):
            at = found.start() + 1
            yield from _stated(scene, number, line, rule, found)
            rest = text
            while rule.every and found:
                rest = f"{rest[: found.start('o')]}×{rest[found.start('o') + 1 :]}"
                found = rule.pattern.match(rest, found.start())
                if found:
                    yield from _stated(scene, number, line, rule, found)


def _stated(scene: Scene, number: int, line: Line, rule: Rule, found: re.Match[str]) -> Iterator[Match]:
    place = int(found["o"][1:])
    later, named, subjects = place, False, tuple(scene.introduced)
    if "s" in found.re.groupindex:
        at = int(found["s"][1:])
        item = line.sequence[at]
        later, named, subjects = max(place, at), bool(item.things), item.things or item.own
    if stance.before(line.sequence, later) & stance.UNSAID:
        return
    for subject in subjects:
        for object_ in line.sequence[place].things:
            if subject != object_ and scene.types[subject] in rule.subjects and scene.types[object_] in rule.objects:
                yield Match(rule, number, subject, object_, named)
