"""Damaged spacing repaired for reading, with the way back to the original.

Texts copied out of HTML lose spaces around links and emphasis (`inMiniLMby`), and run footnote marks into words
(`community111https://`). A word is parted only on good evidence: the parts are known and the whole is not.
"""

import re
from collections.abc import Iterator, Set
from dataclasses import dataclass
from functools import lru_cache
from itertools import pairwise

from begat.loaders.mining import words

URL = re.compile(
    r"(?:https?://|www\.)[^\s|<>]+|\b(?:github\.com|huggingface\.co|arxiv\.org|doi\.org|aka\.ms)/[^\s|<>]+"
)
_URL_SIGNS = ("http", "www.", "github.com/", "huggingface.co/", "arxiv.org/", "doi.org/", "aka.ms/")
_RUN = re.compile(r"[^\W_]+")
_ALONE = re.compile(r"(?<=\()[^\W_]+(?=\))")
"""What a text writes alone in brackets is how it spells it: "Quick Tensor Reader (QuTeRand)"."""
_LOWER = "".join(chr(i) for i in range(0x250) if chr(i).islower())
_FOOTNOTE = re.compile(r"(?<=[\w.,;:)”\"])(\d{1,2})\1\1(?=https?:|www\.|[A-Z][a-z])")
_THRICE = re.compile(r"(\d)\d?\1\d?\1")
"""Without this there is no footnote mark: cheaper to look for."""
_URL_GLUED = re.compile(r"(?<=[A-Za-z])(?=https?://)")
_MARK = re.compile(r"[,;!?.)](?=\w)|\((?=\w)")
"""The marks beside which something may be glued; `_MARK_GLUED` says at which of them it is."""
_MARK_GLUED = re.compile(
    r"(?<=[A-Za-z]{3})(?=\([A-Za-z\d]{2,})(?!\((?:s|es|ed|un|non|self)\))"  # Module(ACM)
    r"|(?<=[\w.)”\"][,;!?])(?=[A-Za-z])"  # e.g.,LLMs
    r"|(?<=e\.g\.)(?=[A-Za-z])|(?<=i\.e\.)(?=[A-Za-z])"
    r"|(?<=[a-z)]{2}\.)(?=[A-Z][a-z]+(?:\b(?!\.)|[A-Z]))"  # values.Our, papers.NewName
    r"|(?<=vs\.)(?=[A-Z\d])"
    r"|(?<=[A-Z\d]\))(?=[a-z]{2,})"
)


def has_url(text: str) -> bool:
    """Whether a text can hold what `URL` matches; cheaper than to look for it."""
    return any(sign in text for sign in _URL_SIGNS)


@dataclass(frozen=True, slots=True)
class Repaired:
    """Repaired text; `origins[i]` is where character i stands in the original, one entry more for the end."""

    text: str
    origins: tuple[int, ...]


_MARKUP = re.compile(
    r"\\(?:text(?:sc|bf|it|tt|rm|sf|normal)?|emph|math(?:rm|bf|sf|tt|cal|it|bb)|underline|operatorname|mbox|ensuremath)\s*(?=\{)"
    r"|\\(?:sc|bf|it|tt|em|rm)\b ?|\\xspace\b"
)
_BRACES = re.compile(r"(?<!\\)[{}]")
_SMALL_MATH = re.compile(r"\$([^$\n]{1,28}?)\$")
_PLAIN_MATH = re.compile(r"[\w^+*{}-]*")


def _markup(text: str) -> list[tuple[int, int]]:
    """TeX that only says how a word looks: `\\textsc{Name}`, `$Q$-learning`; to be left out in reading."""
    if "\\" not in text and "$" not in text:
        return []
    gone = [found.span() for found in _MARKUP.finditer(text)]
    if gone:
        gone += [found.span() for found in _BRACES.finditer(text)]
    for found in _SMALL_MATH.finditer(text):
        start, end = found.span()
        bare = _MARKUP.sub("", found[1])
        beside = text[end : end + 1] == "-" or (start > 0 and text[start - 1].isalpha()) or "\\text" in found[1]
        if beside and _PLAIN_MATH.fullmatch(bare):
            gone += [(start, start + 1), (end - 1, end)]
            gone += [(start + 1 + m.start(), start + 1 + m.end()) for m in re.finditer(r"[\^{}]", found[1])]
    return gone


def repair(text: str, beside: str = "") -> Repaired:
    """Part what is glued and drop footnote marks. Only spaces are put in; only footnote digits are left out.

    `beside`: a text, such as the title, that may write alone what this one glues.
    """
    changes = sorted({(*cut, " ") for cut in _cuts(text, beside)} | {(*gone, "") for gone in _markup(text)})
    if not changes:
        return Repaired(text, tuple(range(len(text) + 1)))
    pieces, origins, at = [], [], 0
    for start, end, instead in changes:
        if start < at:
            continue
        pieces += [text[at:start], instead]
        origins += [*range(at, start), *([end] * len(instead))]
        at = end
    pieces.append(text[at:])
    origins += range(at, len(text) + 1)
    return Repaired("".join(pieces), tuple(origins))


def _cuts(text: str, beside: str = "") -> list[tuple[int, int]]:
    """Where a space belongs: `text[start:end]` is replaced by one (mostly empty)."""
    links = [found.span() for found in URL.finditer(text)] if has_url(text) else []
    cuts = {found.span() for found in _FOOTNOTE.finditer(text)} if _THRICE.search(text) else set()
    cuts |= {found.span() for found in _URL_GLUED.finditer(text)} if has_url(text) else set()
    for mark in _MARK.finditer(text):
        seam = mark.start() if mark[0] == "(" else mark.end()
        if _MARK_GLUED.match(text, seam):
            cuts.add((seam, seam))
    written = set(_RUN.findall(text))
    odd = {run for run in written if 3 < len(run) <= LONGEST and not words.known(run) and not run.isdigit()}
    odd -= set(_ALONE.findall(text))
    if odd:
        glued = [run for run in _RUN.finditer(text) if run[0] in odd]
        apart = written | set(_RUN.findall(beside))
        apart |= _names_within([run[0] for run in glued], apart)
        for run in glued:
            cuts |= {(run.start() + at, run.start() + at) for at in _seams(run[0], apart)}
    outside = sorted(cut for cut in cuts if not any(start < cut[0] < end for start, end in links))
    return [cut for before, cut in pairwise([(-1, -1), *outside]) if cut[0] >= before[1] and cut[0] > before[0]]


LONGEST = 200
"""How many letters a run has at most that may be words glued together: a language without spaces, or data, is none."""


def _names_within(glued: list[str], apart: Set[str]) -> Set[str]:
    """Names that the text never writes alone, but glued to two different words (`Nameshows`, `theName`)."""
    beside: dict[str, set[str]] = {}
    for word in glued:
        if word.islower():
            continue
        seams = _seams(word, apart)
        for start, end in pairwise([0, *seams, len(word)]):
            if seams and not word[start:end].islower():
                beside.setdefault(word[start:end], set()).add(word[:start] + "…" + word[end : end + 4])
        for cut in range(3, len(word) - 2):
            body, rest = word[:cut], word[cut:]
            if rest.islower() and body[-1].islower() and not body.islower() and _follows(rest):
                beside.setdefault(body, set()).add("…" + rest[:4])
    for word in glued:
        if word.islower() and any(letter.isdigit() for letter in word):
            for before, body, after in _between_words(word):
                beside.setdefault(body, set()).add(before + "…" + after[:4])
    return {name for name, words_beside in beside.items() if len(words_beside) > 1 and len(name) > 3}


def _follows(rest: str) -> bool:
    """Whether a lower-case word is common enough to be seen at the end of a name."""
    return (rest in words.FUNCTION and len(rest) > 1) or (len(rest) > 3 and words.lower(rest) >= 20)


def _seams(word: str, apart: Set[str]) -> list[int]:
    """Where a run of letters and digits is to be parted. `apart`: the runs that the text writes on their own."""
    if word.islower():
        return _around_name(word, apart) or list(_lower_seams(word))
    if (joined := _JOINED.fullmatch(word)) and _both(joined[1], joined[3], apart):
        return [joined.end(1), joined.start(3)]
    head = _head_seam(word, apart)
    return [*head, *_tail_seams(word, head[-1] if head else 0, apart)]


_JOINED = re.compile(r"(\w{3,}?)(and|with|for|from|of)([A-Z]\w{2,})")
"""Two names with a small word between (`NameandOther`)."""


def _both(one: str, other: str, apart: Set[str]) -> bool:
    """Whether two runs are names: the text writes both alone, or one, and both are written like names."""
    alone = (one in apart) + (other in apart)
    return alone == 2 or (alone == 1 and bool(_CAMEL.search(one) and _CAMEL.search(other)))


def _between_words(word: str) -> Iterator[tuple[str, str, str]]:
    """How a lower-case run with digits may fall into a small word, a name with a digit, and a common word or nothing."""
    for start in (0, *(cut for cut in range(2, min(8, len(word))) if word[:cut] in words.FUNCTION)):
        for end in range(start + 4, len(word) + 1):
            body = word[start:end]
            if (start or end < len(word)) and _DIGIT.search(body) and (end == len(word) or _follows(word[end:])):
                yield word[:start], body, word[end:]


_DIGIT = re.compile(r"\d")


def _around_name(word: str, apart: Set[str]) -> list[int]:
    """The seams of a lower-case run with digits that holds a name which the text writes alone, or beside other words."""
    if not _DIGIT.search(word):
        return []
    for before, body, after in _between_words(word):
        if body in apart:
            return [at for at in (len(before), len(word) - len(after)) if 0 < at < len(word)]
    return []


def _head_seam(word: str, apart: Set[str]) -> list[int]:
    """The seams of lower-case words and the name that follows them (`inMiniLM`, `theAdaptive`)."""
    length = next(i for i, letter in enumerate(word) if not letter.islower())
    head, rest = word[:length], word[length:]
    if word[0] == "a" and length == 1 and words.lower(_first_word(rest)) > 30:
        return [1]
    if opening := _OPENING.match(word):
        return [opening.end()]
    if length < 2 or len(rest) < 2:
        return []
    if head in words.FUNCTION or head in words.STATING or (length > 3 and words.lower(head) >= 20 and rest in apart):
        return [length]
    inner = _lower_seams(head)
    return [*inner, length] if inner and head[inner[-1] :] in words.FUNCTION else []


_OPENING = re.compile(r"(?:Our|The|This|We|Using|While|Both)(?=[A-Z][A-Za-z]*[A-Z])")


def _first_word(rest: str) -> str:
    return re.match(r"[A-Z]?[a-z]*", rest)[0].lower()  # type: ignore[index]


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
        if len(body) + cut > 2 and body + tail[:cut] in apart and _follows(rest):
            return [at + cut]
        if cut > 1 and rest in _ACTS and _CAMEL.search(body):
            return [at + cut]
    return []


_CAMEL = re.compile(r"[a-z][A-Z]")
_ACTS = frozenset(
    """achieves outperforms exhibits employs surpasses enables leverages consists generates performs obtains introduces
    requires aims""".split()
)
"""What names do and words do not end in: parted from a name that the text never writes alone."""


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
