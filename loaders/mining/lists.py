"""Coordination: "A, B and the C datasets" is one phrase, and what a sentence says of it, it says of each member.

A sentence becomes a sequence of items: words, and phrases of names. Every member of a list then stands in the
same place, so that a rule or the judge that understands "outperforms A" also understands "outperforms A, B and C".
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from begat.loaders.mining.reading import Name, Sentence

_SEPARATORS = frozenset({",", "and", "or", "&", "/", ";", "as", "well", "nor", "also", "then", "e.g", "to", "+"})
_JOINING = frozenset({",", "and", "or", "&", "/", "nor", "+"})
_DETERMINERS = frozenset(
    "the a an both either even other popular recent standard classic challenging large-scale more its our".split()
)
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


def _next_member(sequence: Sequence[Item], at: int) -> int | None:
    """Where the next member of the list stands that has a member just before `at`, if there is one."""
    heads = 0
    while (
        at < len(sequence) and heads < _MOST_HEADS and not sequence[at].things and _HEADS.fullmatch(sequence[at].text)
    ):
        at, heads = at + 1, heads + 1
    joined = False
    while at < len(sequence) and not sequence[at].things and sequence[at].text.casefold() in _SEPARATORS:
        joined = joined or sequence[at].text.casefold() in _JOINING
        at += 1
    if not joined:
        return None
    if at < len(sequence) and sequence[at].text.casefold() in _DETERMINERS:
        at += 1
    return at if at < len(sequence) and sequence[at].things else None


def coordinated(sequence: list[Item]) -> list[Item]:
    """The sequence with each list of names as one item, which bears the words behind its last member."""
    whole: list[Item] = []
    at = 0
    while at < len(sequence):
        item = sequence[at]
        at += 1
        if item.things:
            while (member := _next_member(sequence, at)) is not None:
                item = Item(
                    "", item.first, sequence[member].last, tuple(dict.fromkeys(item.things + sequence[member].things))
                )
                at = member + 1
        whole.append(item)
    return whole
