"""Damaged spacing repaired for reading, with the way back to the original.

Texts copied out of HTML lose spaces around links and emphasis (`inMiniLMby`), and run footnote marks into words
(`community111https://`). A word is parted only on good evidence: the parts are known and the whole is not.
"""

import re
from collections.abc import Set
from dataclasses import dataclass
from functools import lru_cache
from itertools import pairwise

from begat.loaders.mining import words

URL = re.compile(
    r"(?:https?://|www\.)[^\s|<>]+|\b(?:github\.com|huggingface\.co|arxiv\.org|doi\.org|aka\.ms)/[^\s|<>]+"
)
_RUN = re.compile(r"[^\W_]+")
_LOWER = "".join(chr(i) for i in range(0x250) if chr(i).islower())
_FOOTNOTE = re.compile(r"(?<=[\w.,;:)”\"])(\d{1,2})\1\1(?=https?:|www\.|[A-Z][a-z])")
_URL_GLUED = re.compile(r"(?<=[A-Za-z])(?=https?://)")
_MARK_GLUED = re.compile(
    r"(?<=[A-Za-z]{3})(?=\([A-Za-z\d]{2,})(?!\((?:s|es|ed|un|non|self)\))"  # Module(ACM)
    r"|(?<=[\w)”\"][,;!?])(?=[A-Za-z])"  # e.g.,LLMs
    r"|(?<=e\.g\.)(?=[A-Za-z])|(?<=i\.e\.)(?=[A-Za-z])"
    r"|(?<=[a-z)]{2}\.)(?=[A-Z][a-z]+\b(?!\.))"  # values.Our
    r"|(?<=vs\.)(?=[A-Z\d])"
    r"|(?<=\))(?=[a-z]{3,})"
)


@dataclass(frozen=True, slots=True)
class Repaired:
    """Repaired text; `origins[i]` is where character i stands in the original, one entry more for the end."""

    text: str
    origins: tuple[int, ...]


def repair(text: str) -> Repaired:
    """Part what is glued and drop footnote marks. Only spaces are put in; only footnote digits are left out."""
    cuts = _cuts(text)
    if not cuts:
        return Repaired(text, tuple(range(len(text) + 1)))
    pieces, origins, at = [], [], 0
    for start, end in cuts:
        pieces += [text[at:start], " "]
        origins += [*range(at, start), end]
        at = end
    pieces.append(text[at:])
    origins += range(at, len(text) + 1)
    return Repaired("".join(pieces), tuple(origins))


def _cuts(text: str) -> list[tuple[int, int]]:
    """Where a space belongs: `text[start:end]` is replaced by one (mostly empty)."""
    links = [found.span() for found in URL.finditer(text)]
    cuts = {(found.start(), found.end()) for found in _FOOTNOTE.finditer(text)}
    cuts |= {(found.start(), found.end()) for found in _URL_GLUED.finditer(text)}
    cuts |= {(found.start(), found.end()) for found in _MARK_GLUED.finditer(text)}
    runs = list(_RUN.finditer(text))
    apart = {run[0] for run in runs}
    for run in runs:
        word = run[0]
        if len(word) < 4 or words.known(word) or word.isdigit():
            continue
        cuts |= {(run.start() + at, run.start() + at) for at in _seams(word, apart)}
    outside = sorted(cut for cut in cuts if not any(start < cut[0] < end for start, end in links))
    return [cut for before, cut in pairwise([(-1, -1), *outside]) if cut[0] >= before[1] and cut[0] > before[0]]


def _seams(word: str, apart: Set[str]) -> list[int]:
    """Where a run of letters and digits is to be parted. `apart`: the runs that the text writes on their own."""
    if word.islower():
        return list(_lower_seams(word))
    head = _head_seam(word, apart)
    return [*head, *_tail_seams(word, head[-1] if head else 0, apart)]


def _head_seam(word: str, apart: Set[str]) -> list[int]:
    """The seams of lower-case words and the name that follows them (`inMiniLM`, `theAdaptive`)."""
    length = next(i for i, letter in enumerate(word) if not letter.islower())
    head, rest = word[:length], word[length:]
    if length < 2 or len(rest) < 2:
        return []
    if head in words.FUNCTION or head in words.STATING or (length > 3 and words.lower(head) >= 20 and rest in apart):
        return [length]
    inner = _lower_seams(head)
    return [*inner, length] if inner and head[inner[-1] :] in words.FUNCTION else []


def _tail_seams(word: str, first: int, apart: Set[str]) -> list[int]:
    """The seams of a name and the lower-case words that follow it (`MiniLMby`, `TransNormerby`)."""
    length = len(word) - len(word.rstrip(_LOWER))
    at = len(word) - length
    tail, body = word[at:], word[first:at]
    if body.lower() in words.FUNCTION:
        return []
    if len(body) > 1 and length > 1 and (body[-1].isdigit() or body[-2:].isupper() or body in apart):
        if tail in words.FUNCTION or (length > 3 and words.lower(tail) >= 20 and (length > 7 or body in apart)):
            return [at]
        inner = _lower_seams(tail)
        if inner and tail[: inner[0]] in words.FUNCTION:
            return [at, *(at + i for i in inner)]
    for cut in range(1, length - 1):
        rest = tail[cut:]
        if (
            len(body) + cut > 2
            and body + tail[:cut] in apart
            and (rest in words.FUNCTION or (len(rest) > 4 and words.lower(rest) >= 20))
        ):
            return [at + cut]
    return []


@lru_cache(maxsize=20000)
def _lower_seams(word: str) -> tuple[int, ...]:
    """Where a lower-case word falls into known words, at least one of them a function word; or nowhere."""
    if words.known(word) or len(word) < 6 or not word.isascii():
        return ()
    for cut in range(2, len(word) - 1):
        left, right = word[:cut], word[cut:]
        if _word(left) and _word(right) and _convincing(left, right):
            return (cut,)
    for cut in range(2, len(word) - 3):
        left = word[:cut]
        if left in words.FUNCTION and len(left) > 1:
            for second in range(cut + 2, len(word) - 1):
                middle, right = word[cut:second], word[second:]
                if middle in words.FUNCTION and len(middle) > 2 and _word(right) and len(right) > 3:
                    return (cut, second)
    return ()


def _word(piece: str) -> bool:
    return piece in words.FUNCTION or words.lower(piece) >= (8 if len(piece) > 4 else 30)


def _convincing(left: str, right: str) -> bool:
    if left in words.FUNCTION or right in words.FUNCTION:
        return len(left) + len(right) > 7 and min(len(left), len(right)) > 2 and not _compound(left, right)
    return min(len(left), len(right)) > 4 and not _compound(left, right)


def _compound(left: str, right: str) -> bool:
    """Whether English writes the two as one word."""
    return left in _PREFIXES or right in _SUFFIXES


_PREFIXES = frozenset(
    """over under out up upper down inter intra super hyper micro macro multi semi quasi pseudo through counter after
    above inner heavy broad cross block space saddle auto for fore inside outside""".split()
)
_SUFFIXES = frozenset("able ability ably fully less like wise ness most off out over up down under point ware".split())
