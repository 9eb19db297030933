"""Coordination: "A, B and the C datasets" is one phrase, and what a sentence says of it, it says of each member.

A sentence becomes a sequence of items: words, and phrases of names. Every member of a list then stands in the
same place, so that a rule or the judge that understands "outperforms A" also understands "outperforms A, B and C".
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from begat.loaders.mining.reading import Name, Sentence

_SEPARATORS = frozenset({",", "and", "or", "&", "/", ";", "as", "well", "nor", "also", "then", "e.g", "to", "+"})
_CONJUNCTIONS = frozenset({"and", "or", "&", "/", "nor", "+"})
_ADJECTIVES = frozenset("the both even other popular recent standard classic challenging large-scale more".split())
_DETERMINERS = _ADJECTIVES | {"a", "an", "either", "its", "our"}
_HEADS = re.compile(
    r"data|dataset\w*|benchmark\w*|corpus|corpora|tasks?|models?|methods?|algorithms?|loss|losses|networks?|image|object|semantic|"
    r"classification|detection|segmentation|recognition|translation|environment\w*|games?|suites?|domains?|baselines?|"
    r"backbones?|architecture\w*|layers?|families|family|family|variants?|series|framework\w*|optimi[sz]ers?|\d+(?:\.\d+)?%?|"
    r"action|instance|question|answering|video|language|modeling|modelling|continuous|control|locomotion|embeddings?",
    re.IGNORECASE,
)
_MOST_HEADS = 3
_BRACKETS = {"(": ")", "[": "]"}


@dataclass(slots=True)
class Item:
    """A word (no things) or a phrase of names (the numbers of its things, each member once, in order).

    `first` and `last` are the characters of the reading where it begins and ends. `own` holds the things that an
    "our model" or "it" stands for (coreference.py).
    """

    text: str
    first: int
    last: int
    things: tuple[int, ...] = ()
    own: tuple[int, ...] = ()


def items(sentence: Sentence, names: Sequence[Name], numbers: dict[object, int]) -> list[Item]:
    """The words and names of a sentence in order; `numbers` gives each thing its number."""
    found: list[Item] = []
    waiting = iter(names)
    name = next(waiting, None)
    for token in sentence.tokens:
        while name is not None and token.start >= name.start:
            if not found or found[-1].last <= name.start:
                found.append(Item("", name.start, name.end, (numbers[name.thing],)))
            name = next(waiting, None)
        if not found or token.start >= found[-1].last:
            found.append(Item(token.text, token.start, token.end))
    return found


def without_asides(sequence: list[Item]) -> list[Item]:
    """Drops the bracket behind a name that only repeats it, as "(ABC)" behind its long form."""
    kept: list[Item] = []
    at = 0
    while at < len(sequence):
        item = sequence[at]
        if kept and kept[-1].things and item.text in _BRACKETS:
            close = next((k for k in range(at + 1, min(at + 6, len(sequence))) if sequence[k].text == _BRACKETS[item.text]), None)  # fmt: skip
            inside = sequence[at + 1 : close] if close else []
            if inside and all(i.things == kept[-1].things or (not i.things and not i.text.isalpha()) for i in inside):
                at = (close or at) + 1
                continue
        kept.append(item)
        at += 1
    return kept


def _next_member(sequence: Sequence[Item], at: int) -> tuple[int, bool] | None:
    """Where the next member of a list stands that has a member just before `at`, and whether an "and" joins it."""
    heads = 0
    while (
        at < len(sequence) and heads < _MOST_HEADS and not sequence[at].things and _HEADS.fullmatch(sequence[at].text)
    ):
        at, heads = at + 1, heads + 1
    said: list[str] = []
    while at < len(sequence) and not sequence[at].things and sequence[at].text.casefold() in _SEPARATORS:
        said.append(sequence[at].text.casefold())
        at += 1
    firmly = any(word in _CONJUNCTIONS for word in said)
    if not firmly and "," not in said:
        return None
    if at < len(sequence) and sequence[at].text.casefold() in (_DETERMINERS if firmly else _ADJECTIVES):
        at += 1
    return (at, firmly) if at < len(sequence) and sequence[at].things else None


def coordinated(sequence: list[Item]) -> list[Item]:
    """The sequence with each list of names as one item, which bears the words behind its last member.

    Two names with only a comma between are no list: the second may explain the first, or begin the main clause.
    """
    whole: list[Item] = []
    at = 0
    while at < len(sequence):
        item = sequence[at]
        at += 1
        if item.things:
            members, firm = [item], False
            end = at
            while (following := _next_member(sequence, end)) is not None:
                members.append(sequence[following[0]])
                firm = firm or following[1]
                end = following[0] + 1
            if len(members) > 2 or firm:
                things = dict.fromkeys(thing for member in members for thing in member.things)
                item, at = Item("", item.first, members[-1].last, tuple(things)), end
        whole.append(item)
    return whole
