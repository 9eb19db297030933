"""What every researcher knows: terms of the field, and of what kind each is.

`glossary.tsv` has a term a line: its kind (KINDS), a tab, and its forms, parted by `|`. It was written from general
knowledge, not taken from annotated texts, and speaks to the judges, who weigh it: a text may well give a known name to
a new thing, or use a word of the field in another sense. It decides by itself only that words which it knows as one
name are not taken apart (`names.bare`). Decision 0017 says how it was made, and why it is a file.
"""

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache, lru_cache
from importlib.resources import files
from itertools import pairwise

from begat.graph.names import fold
from begat.loaders.mining.gazetteer import TYPES
from begat.loaders.mining.judges import Part

NAMED = tuple(kind.value for kind in TYPES)
"""The kinds of things that have names."""
KINDS = (*NAMED, "paradigm", "task", "measure", "concept", "other")
"""All kinds; what is of the last five only is spoken of in general, or is none of the things that descend."""

MEASURES = len(KINDS) + 8
"""Measures of a term: is it of each kind; named or not, and how many words long, what it ends with, what it begins with; and itself."""

_MOST_TOKENS = 6
"""How many tokens of a term are looked for at most."""
_TOKEN = re.compile(r"[^\W_]+|\S")


@dataclass(frozen=True, slots=True)
class Term:
    """What is known of some words, as the judges are told it: signs, and MEASURES measures."""

    signs: Part
    measures: tuple[float, ...]


def parsed(lines: Iterable[str]) -> dict[str, tuple[str, ...]]:
    """The kinds of every folded form of a glossary's lines.

    Raises:
        ValueError: a line is no kind, tab and forms.
    """
    known: dict[str, set[str]] = defaultdict(set)
    for number, line in enumerate(lines, 1):
        kind, tab, forms = line.rstrip("\n").partition("\t")
        if kind not in KINDS or not tab or not all(forms.split("|")):
            raise ValueError(f"line {number}: not `kind<tab>form|form`, with one of the kinds {', '.join(KINDS)}")
        for form in forms.split("|"):
            known[fold(form)].add(kind)
    return {form: tuple(k for k in KINDS if k in of) for form, of in known.items()}


@cache
def _lines() -> list[str]:
    return files(__package__).joinpath("glossary.tsv").read_text(encoding="utf-8").splitlines()


@cache
def _shipped() -> Mapping[str, tuple[str, ...]]:
    return parsed(_lines())


@cache
def _openings() -> tuple[frozenset[str], frozenset[tuple[str, str]]]:
    """What the tokens that terms begin with may be, and with which second ones (folded) longer terms go on."""
    forms = [_TOKEN.findall(form) for line in _lines() for form in line.lower().split("\t")[1].split("|")]
    return frozenset(form[0] for form in forms), frozenset((form[0], fold(form[1])) for form in forms if len(form) > 1)


def kinds(folded: str) -> tuple[str, ...]:
    """Of what kinds a folded term is; none if it is not known."""
    return _shipped().get(folded, ())


def named(of: tuple[str, ...]) -> bool:
    """Whether what is of these kinds is the name of something."""
    return any(kind in NAMED for kind in of)


@lru_cache(maxsize=50_000)
def told(folded: str, words: tuple[str, ...]) -> Term:
    """What is known of a candidate: of the whole, and of the longest known terms that it ends and begins with."""
    own = kinds(folded)
    end, after = _longest(words[at:] for at in range(1, len(words)))
    start, before = _longest(words[:-at] for at in range(1, len(words)))
    return Term(
        (*_signs("is", own), *_signs("ends", end), *_signs("starts", start)),
        (*(float(kind in own) for kind in KINDS), *rough(end), after, *rough(start), before, *rough(own)),
    )


def cover(lower: Sequence[str], first: Sequence[int]) -> list[str]:
    """Of what kinds the known term is that each token begins or goes on; empty where it is part of none.

    `lower`: tokens in lower case; `first`: where each sentence begins, and the end. Terms are read from the left, the
    longest first.
    """
    found = [""] * len(lower)
    beginning, with_second = _openings()
    past = 0
    for start, end in pairwise(first):
        for i in range(start, end):
            if i < past or lower[i] not in beginning:
                continue
            longer = i + 1 < end and (lower[i], fold(lower[i + 1])) in with_second
            for j in range(min(end, i + _MOST_TOKENS) if longer else i + 1, i, -1):
                if of := kinds(fold(" ".join(lower[i:j]))):
                    kinds_ = "+".join(of)
                    found[i:j] = ["begins " + kinds_, *["inside " + kinds_] * (j - i - 1)]
                    past = j
                    break
    return found


def _longest(parts: Iterable[tuple[str, ...]]) -> tuple[tuple[str, ...], float]:
    """The kinds of the first part that is a known term, and how many words it has."""
    for part in parts:
        if of := kinds(fold(" ".join(part))):
            return of, float(len(part))
    return (), 0.0


def _signs(where: str, of: tuple[str, ...]) -> Iterator[str]:
    yield from (f"{where} {kind}" for kind in of)
    if len(of) != 1:
        yield f"{where} " + ("+".join(of) or "unknown")


def rough(of: tuple[str, ...]) -> tuple[float, float]:
    """Whether it is the name of something, and whether it is something else."""
    return float(named(of)), float(any(kind not in NAMED for kind in of))
