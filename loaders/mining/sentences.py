"""Tokens and sentences of a repaired text."""

import re
from collections.abc import Iterator
from dataclasses import replace
from itertools import pairwise

from begat.loaders.mining import words
from begat.loaders.mining.reading import Sentence, Token
from begat.loaders.mining.repair import URL, has_url

_PLAIN_TOKEN = re.compile(
    r"\\[A-Za-z]+"  # a TeX command
    r"|(?:e\.g|i\.e|a\.k\.a|w\.r\.t|et\ al|vs|cf|resp|approx)\.(?=\W)"
    r"|\d+(?:[.,]\d+)+(?:[^\W\d_]{1,2}\b)?|[^\W_]+(?:\.\d+)*(?:[’'](?:\d\d|s|t|re|ve|ll|d|m)\b)?"
    r"|\.\.\.|[^\w\s]|_"
)
_TOKEN = re.compile(rf"{URL.pattern}|{_PLAIN_TOKEN.pattern}")
_HYPHENED = re.compile(r"[^\W\d_]+(?:-[^\W\d_]+){1,20}")
_SUFFIX = re.compile(
    r"-(?:based|like|style|inspired|type|driven|powered|guided|initiali[sz]ed|enhanced|augmented|equipped|generated|class|family|series)$"
)
_POSSESSIVE = re.compile(r"[’'](?:s|t|re|ve|ll|d|m)$")
_NOT_AN_END = re.compile(
    r"(?:\b(?:e\.g|i\.e|et al|vs|cf|resp|approx|Fig|Figs|Eq|Eqs|Sec|Tab|Ref|Refs|No|Dr|Prof|Mr|Ms|a\.k\.a|w\.r\.t|viz|Inc|Ltd|Co|St)"
    r"|\b[A-Z])\.$"
)
_END = re.compile(r"[.!?…]+(?:[)\]”’\"'»]+[.!?]*)*(?=\s|$)|(?<=[a-z]{3})[.!?](?=\d\.\s)")
_BULLET = re.compile(r"\s*(?:[-*•–·]|\(?(?:\d{1,2}|[ivx]{1,4}|[a-h])[.)])(?:\s+|$)")
_OPEN_END = re.compile(
    r"(?:[,;(–—-]|\b(?:a|an|and|as|at|by|for|from|in|is|of|on|or|our|such|than|that|the|to|we|with))$"
)


_NEXT = re.compile(r"\s*(\w+|\S)")
_PLAIN_BEGINNINGS = frozenset(("We", "The", "This", "In", "Our", "It"))
LONGEST = 200
"""How many tokens a sentence has at most; 174 is the most that we met in what somebody wrote as a sentence. What has no ends, as
a table or a page without marks, is read in pieces, for what is looked at between two names grows with the square."""


def tokens(text: str, start: int = 0, end: int | None = None) -> tuple[Token, ...]:
    """The tokens of `text[start:end]`, with offsets in `text`.

    A hyphened compound in lower case is one token (`fine-tuned`), one with a name in it is several
    (`BERT`, `-`, `based`), so that every name is made of whole tokens.
    """
    return tuple(_tokens(text, start, len(text) if end is None else end))


def _tokens(text: str, start: int, end: int) -> Iterator[Token]:
    at = start
    pattern = _TOKEN if has_url(text[start:end]) else _PLAIN_TOKEN
    while found := pattern.search(text, at, end):
        at = found.end()
        word = found[0]
        if (
            text[at : at + 1] == "-"
            and word[0].isalpha()
            and (whole := _HYPHENED.match(text, found.start(), end))
            and _one(whole[0])
        ):
            at = whole.end()
            yield Token(whole.start(), at, whole[0])
            continue
        if not word.isalnum() and (mark := _POSSESSIVE.search(word)) and mark.start() > 0:
            yield Token(found.start(), found.start() + mark.start(), word[: mark.start()])
            yield Token(found.start() + mark.start(), at, mark[0])
            continue
        yield Token(found.start(), at, word)


def _one(compound: str) -> bool:
    """Whether a hyphened compound is one word rather than a name with something hung onto it."""
    if _SUFFIX.search(compound):
        return False
    lowered = compound.lower()
    return compound == lowered or (compound[1:] == lowered[1:] and words.lower(lowered) > 1)


def spans(text: str) -> list[tuple[int, int]]:
    """The sentences of `text` as (start, end) without white space around them, in order.

    A line break ends a sentence where the next line begins a bullet or a new line of thought, not where the
    text is only wrapped.
    """
    found = []
    for start, end in _blocks(text):
        at = start
        for stop in _END.finditer(text, start, end):
            if _ends(text, at, stop.start(), stop.end(), end):
                found.append((at, stop.end()))
                at = stop.end()
        found.append((at, end))
    return [span for start, end in found if (span := _trim(text, start, end))]


def _ends(text: str, start: int, mark: int, stop: int, end: int) -> bool:
    before = text[max(start, mark - 12) : mark + 1]
    after = _NEXT.match(text, stop, end)
    if after is None:
        return True
    if text[mark] == "." and _NOT_AN_END.search(before):
        # "vitamin C. We": a lone capital ends a sentence only where a plain word follows
        return bool(re.search(r"\b[A-Z]\.$", before)) and after[1] in _PLAIN_BEGINNINGS
    if text[after.start(1)].islower():
        return bool(text[mark] in "!?") and stop - mark == 1 and words.lower(after[1]) > 1000
    return True


def _blocks(text: str) -> Iterator[tuple[int, int]]:
    """The parts of a text that line breaks keep apart."""
    lines = [(found.start(), found.end()) for found in re.finditer(r"[^\n]+", text)]
    if not lines:
        return
    width = max(end - start for start, end in lines)
    start = lines[0][0]
    for (a, b), (c, d) in pairwise(lines):
        if _parted(text[a:b], text[b:c], text[c:d], width):
            yield start, b
            start = c
    yield start, lines[-1][1]


def _parted(line: str, between: str, following: str, width: int) -> bool:
    if between.count("\n") > 1 or not line.strip() or not following.strip():
        return True
    if _BULLET.match(following):
        return True
    if not line.strip(" -*•"):
        return False  # a bullet alone on its line belongs to the next one
    word = following.split(maxsplit=1)[0]
    fits = len(line) + 1 + len(word) <= width
    return fits and not following.lstrip()[0].islower() and not _OPEN_END.search(line.rstrip())


def _trim(text: str, start: int, end: int) -> tuple[int, int] | None:
    while start < end and text[start].isspace():
        start += 1
    while start < end and text[end - 1].isspace():
        end -= 1
    return (start, end) if start < end else None


def sentences(text: str, title_end: int = 0) -> tuple[Sentence, ...]:
    """The sentences of `text`; what stands before `title_end` is one sentence, the title.

    None has more than LONGEST tokens: the rest makes further ones.
    """
    found = []
    if title_end:
        first, *others = _pieces(0, title_end, tokens(text, 0, title_end))
        found += [replace(first, title=True), *others]
    body = text[title_end:]
    for start, end in spans(body):
        start, end = start + title_end, end + title_end
        if inside := tokens(text, start, end):
            found += _pieces(start, end, inside)
    return tuple(found)


def _pieces(start: int, end: int, inside: tuple[Token, ...]) -> list[Sentence]:
    """A sentence, or as many as it takes for none to be too long."""
    if len(inside) <= LONGEST:
        return [Sentence(start, end, inside)]
    parts = [inside[at : at + LONGEST] for at in range(0, len(inside), LONGEST)]
    return [Sentence(part[0].start, part[-1].end, part) for part in parts]
