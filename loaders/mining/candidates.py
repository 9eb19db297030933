"""What might be a name: spans of tokens that rules of language allow, gathered by folded form.

Broad on purpose: `names.py` judges. A candidate holds a capital, a digit among letters or a mark inside
(`LoRA`, `SQuAD 2.0`, `Granger causality`), stands before the colon of the title, is defined in the text ("called
X", "long form (LF)"), or is a lower-case phrase that something else speaks for.
"""

import re
from collections.abc import Callable, Collection, Iterator, Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from itertools import pairwise

from begat.graph.names import fold
from begat.loaders.mining import words
from begat.loaders.mining.reading import Reading

STRONG, CAP, NUMBER, LOW, FUNCTION, JOIN, BREAK = range(7)
"""Kinds of tokens: with a capital or digit inside; capitalised; a number; a plain word; a function word; a mark
that may stand inside a name; a mark that may not."""

_JOINS = frozenset("- – + & * ^ _ . 's ’s ! † ~".split())
_DASHES = frozenset("-–—")
_CONNECTORS = frozenset("of for and with in on the to by from via as a at through".split())
LONGEST = 9
_SUBTLE = frozenset("- – + & 's ’s *".split())


@lru_cache(maxsize=100_000)
def kind(token: str) -> int:
    """The kind of a token, wherever it stands."""
    if token[-1] == "." and len(token) > 2 and token[-2].isalpha():
        return BREAK  # an abbreviation: vs., e.g., et al.
    if not token[0].isalnum():
        return JOIN if token in _JOINS else BREAK
    if token.isdigit() or (token[0].isdigit() and not any(c.isalpha() for c in token.rstrip("xX"))):
        return NUMBER  # 14, 2.5, 14x
    if token.islower() and token.isalpha():
        return FUNCTION if token in words.FUNCTION else LOW
    if any(c.isupper() for c in token[1:]) or (any(c.isdigit() for c in token) and any(c.isalpha() for c in token)):
        return BREAK if "/" in token and ":" in token else STRONG
    if token[0].isupper():
        if token.lower() in words.FUNCTION:
            return FUNCTION
        return CAP
    return LOW


@dataclass(slots=True)
class Tokens:
    """The tokens of a reading side by side: texts, lower-cased texts, kinds, sentence numbers."""

    text: list[str]
    lower: list[str]
    kinds: list[int]
    sentence: list[int]
    starts: list[int]
    ends: list[int]
    first: list[int]
    """For each sentence, the index of its first token; one entry more for the end."""
    title: list[bool]
    """For each sentence, whether it is the title."""

    def colon(self, i: int) -> bool:
        """Whether the token i of a title is a colon, or a dash that stands for one."""
        return self.text[i] == ":" or (self.kinds[i] == BREAK and self.text[i] in _DASHES)

    @classmethod
    def of(cls, reading: Reading) -> "Tokens":
        """The tokens of a reading, sentence after sentence."""
        texts: list[str] = []
        sentence, starts, ends, first = [], [], [], []
        for number, s in enumerate(reading.sentences):
            first.append(len(texts))
            for token in s.tokens:
                texts.append(token.text)
                starts.append(token.start)
                ends.append(token.end)
                sentence.append(number)
        first.append(len(texts))
        kinds = [kind(t) for t in texts]
        titled = [s.title for s in reading.sentences]
        for i in range(2, len(texts)):
            before, after = starts[i - 1] - ends[i - 2], starts[i] - ends[i - 1]
            if texts[i - 1] in ("-", "/", "·") and not before and not after:
                _hang_together(texts, kinds, i)
            elif texts[i - 1] in _DASHES and before and after and titled[sentence[i]] and _capitalised(texts[i]):
                kinds[i - 1] = BREAK  # "Kestrel - Fast Search": what stands before is named
        return cls(
            texts,
            [t.lower() for t in texts],
            kinds,
            sentence,
            starts,
            ends,
            first,
            titled,
        )


def _capitalised(word: str) -> bool:
    """Whether a word begins like a subtitle: not `trained` in "Pre - trained", not the `7B` or `B` of a name set apart."""
    return len(word) > 1 and word[0].isupper()


def _hang_together(texts: list[str], kinds: list[int], i: int) -> None:
    """Let what a hyphen joins tell of a name together: `phi-2`, `ImageNet-A`, `Q-learning`.

    A slash does only in `B/16`, a dot in the middle anywhere.
    """
    if texts[i - 1] == "·":
        kinds[i - 1] = JOIN
        return
    if texts[i - 1] == "/":
        if len(texts[i - 2]) == 1 and texts[i - 2].isupper() and texts[i].isdigit():
            kinds[i - 1] = JOIN
        return
    if (kinds[i] == NUMBER and kinds[i - 2] in (LOW, CAP) and texts[i - 1] == "-") or (
        kinds[i] == FUNCTION and texts[i].isupper() and kinds[i - 2] in (STRONG, CAP)
    ):
        kinds[i] = STRONG
    elif kinds[i - 2] == FUNCTION and texts[i - 2].isupper() and len(texts[i - 2]) == 1:
        kinds[i - 2] = STRONG


@dataclass(slots=True)
class Candidate:
    """A possible name: `key` is its folded form; `places` are its occurrences as token spans [i, j)."""

    key: str
    places: list[tuple[int, int]] = field(default_factory=list)
    forms: dict[str, int] = field(default_factory=dict)
    """How it is written → how often."""
    reasons: set[str] = field(default_factory=set)
    """Which rules proposed it."""


@dataclass(slots=True)
class Definition:
    """A long form and its short form, as token spans."""

    long: tuple[int, int]
    short: tuple[int, int]


_SUFFIXES = frozenset(
    """based style like inspired type trained tuned specific equipped augmented driven guided agnostic free aware
    initialized initialised generated powered pretrained finetuned vs versus than""".split()
)
"""What hangs onto a name without being part of it."""


_ACTS = frozenset(
    """outperforms beats surpasses exceeds achieves improves extends uses requires provides enables consists generates
    performs obtains exhibits employs leverages introduces reduces yields outperform surpass beat achieve""".split()
)
"""What a name does; no name holds it between its words, or ends in it."""
_SETS = frozenset("data test training validation development evaluation".split())


def _ends_name(tokens: Tokens, i: int, at: int) -> bool:
    """Whether the token `at` of a span from i on ends what is itself a name, as in `UCF-101 data | sets`."""
    while tokens.kinds[at] == LOW and at > i and (tokens.lower[at] in _SETS or tokens.lower[at] in _COMPANIONS):
        at -= 1
    if tokens.kinds[at] in (STRONG, CAP, NUMBER):
        return True
    return at - 1 > i and tokens.text[at - 1] == "-" and tokens.kinds[at - 2] in (STRONG, CAP)


def _cut(tokens: Tokens, i: int, j: int) -> bool:
    """Whether the span [i, j) tears apart what hyphens hold together: `ImageNet` of `ImageNet-R`, `SNLI` of `e-SNLI`."""
    if j + 1 < len(tokens.text) and tokens.text[j] == "-" and _glued(tokens, j) and _glued(tokens, j + 1):
        after = tokens.text[j + 1]
        if tokens.kinds[j + 1] in (STRONG, NUMBER) or (len(after) == 1 and after.isalpha()):
            return True
    if i > 1 and tokens.text[i - 1] == "-" and _glued(tokens, i) and _glued(tokens, i - 1):
        return len(tokens.text[i - 2]) == 1 or (tokens.kinds[i - 2] == STRONG and tokens.kinds[i] in (STRONG, NUMBER))
    return False


_COMPANIONS = frozenset(
    """dataset datasets benchmark benchmarks task tasks variant variants framework frameworks backbone backbones
    baseline baselines architecture architectures approach approaches algorithm algorithms technique techniques
    leaderboard library codebase model models layer layers analysis posterior lookups accelerator inputs
    representation representations achieves outperforms demonstrates using performs exhibits remains obtains suffers
    uses requires reduces maintains generalizes provides learns consistently significantly can also has is set sets
    parameters functions outperform perform corresponds exploration""".split()
)
"""What stands after a name, in lower case, without being part of it."""


def gather(
    reading: Reading, tokens: Tokens, known: Collection[str] = frozenset()
) -> tuple[dict[str, Candidate], list[Definition]]:
    """All candidates of a reading by folded form, and the definitions of short forms found on the way.

    `known`: folded names that are candidates wherever they stand, whatever their shape.
    """
    found: dict[str, Candidate] = {}
    placed: set[tuple[int, int]] = set()

    def add(i: int, j: int, reason: str) -> None:
        written = reading.text[tokens.starts[i] : tokens.ends[j - 1]]
        key = fold(written)
        if len(key) < 2 or key.isdigit():
            return
        if _cut(tokens, i, j) or j in classed:
            return
        if (
            tokens.lower[j - 1] in _COMPANIONS
            and tokens.kinds[j - 1] == LOW
            and (i, j) not in long
            and j - i > 1
            and _ends_name(tokens, i, j - 2)
        ):
            return
        candidate = found.get(key)
        if candidate is None:
            candidate = found[key] = Candidate(key)
        if (i, j) not in placed:
            placed.add((i, j))
            candidate.places.append((i, j))
            candidate.forms[written] = candidate.forms.get(written, 0) + 1
        candidate.reasons.add(reason)

    defined = list(definitions(reading, tokens))
    long = {d.long for d in defined}
    # what ends where such a noun stands between long and short form would be the long form with the noun
    classed = {d.short[0] - 1 for d in defined if d.long[1] + 1 == d.short[0] - 1}
    for d in defined:
        add(*d.long, "long")
        add(*d.short, "short")
    for number in range(len(tokens.title)):
        start, end = tokens.first[number], tokens.first[number + 1]
        if tokens.title[number] or _people(tokens, start, end):
            continue
        for i, j in _shaped(tokens, start, end):
            add(i, j, "shape")
        for i, j in _defined(tokens, start, end):
            add(i, j, "defined")
    for number, title in enumerate(tokens.title):
        start, end = tokens.first[number], tokens.first[number + 1]
        if title:
            colon = _colon(tokens, start, end)
            if colon:
                add(start, colon, "title")
            titled = _title_case(tokens, start, end)
            for i, j in _segments(tokens, colon or start, end):
                add(i, j, "segment")
            for i, j in _shaped(tokens, start, end, only_strong=titled):
                add(i, j, "shape")
    _recur(tokens, found, known, add)
    return found, defined


def _recur(
    tokens: Tokens, found: Mapping[str, Candidate], gazetteer: Collection[str], add: Callable[[int, int, str], None]
) -> None:
    """Further occurrences, in any case, of what is a candidate or known: "Weight Selection" as "weight selection"."""
    kinds = tokens.kinds
    plain = [_alphanumeric(t) for t in tokens.lower]
    beginnings = {key[:4] for key in found}
    heads = _heads(frozenset(gazetteer))
    for start, end in pairwise(tokens.first):
        for i in range(start, end):
            if kinds[i] in _NO_BEGINNING:
                continue
            key = ""
            for j in range(i, min(end, i + 6)):
                if kinds[j] == BREAK:
                    break
                key += plain[j]
                head = key[:4]
                again, known = head in beginnings, head in heads or len(key) <= 4
                if not again and not known:
                    break
                if kinds[j] in _NO_BEGINNING:
                    continue
                singular = key[:-1] if key[-1:] == "s" else key
                if known and (key in gazetteer or singular in gazetteer):
                    add(i, j + 1, "known")
                elif again and (key in found or singular in found):
                    add(i, j + 1, "again")


_NO_BEGINNING = (FUNCTION, BREAK, JOIN)


@lru_cache(maxsize=16)
def _heads(names: frozenset[str]) -> frozenset[str]:
    """With what four letters folded names begin."""
    return frozenset(name[:4] for name in names)


@lru_cache(maxsize=100_000)
def _alphanumeric(token: str) -> str:
    return "".join(c for c in token if c.isalnum())


def _colon(tokens: Tokens, start: int, end: int) -> int | None:
    """Where the title's name before a colon ends, if there is one of at most ten tokens."""
    for at in range(start + 1, min(end, start + 11)):
        if tokens.colon(at):
            return at
    return None


def _segments(tokens: Tokens, start: int, end: int) -> Iterator[tuple[int, int]]:
    """What the title's function words and marks keep apart."""
    i = start
    for j in range(start, end + 1):
        if j == end or tokens.kinds[j] in (FUNCTION, BREAK):
            if i < j <= i + 6:
                yield i, j
                if j - i > 2:
                    yield i + 1, j
                    yield i, j - 1
            i = j + 1


def _title_case(tokens: Tokens, start: int, end: int) -> bool:
    """Whether capitals mean nothing in this sentence: most of its words have one."""
    capitals = sum(tokens.kinds[i] in (CAP, STRONG) for i in range(start, end))
    plain = sum(tokens.kinds[i] == LOW for i in range(start, end))
    return capitals >= 2 * plain


def _glued(tokens: Tokens, i: int) -> bool:
    """Whether token i stands right after the one before it."""
    return tokens.starts[i] == tokens.ends[i - 1]


def _shaped(tokens: Tokens, start: int, end: int, only_strong: bool = False) -> Iterator[tuple[int, int]]:
    """Spans around a token whose shape tells of a name."""
    for i in range(start, end):
        k = tokens.kinds[i]
        if k not in (STRONG, CAP, LOW, NUMBER):
            continue
        if i > start and tokens.text[i - 1] in _SUBTLE and _glued(tokens, i) and k in (LOW, NUMBER):
            continue
        anchored = leading = trailing = 0
        for j in range(i, min(end, i + LONGEST)):
            k = tokens.kinds[j]
            if k == BREAK or tokens.lower[j] in _SUFFIXES or (k == LOW and tokens.lower[j] in _ACTS and j > i):
                break
            if k == JOIN:
                if j == i:
                    break
                if tokens.text[j] == "." and not (j + 1 < end and _glued(tokens, j + 1)):
                    break
                if tokens.text[j] in ("*", "†", "+") and _glued(tokens, j) and anchored:
                    yield i, j + 1
                continue
            glued = j > i and tokens.kinds[j - 1] == JOIN and _glued(tokens, j)
            if k == FUNCTION:
                if tokens.text[j] not in _CONNECTORS and not glued:
                    break
                if not anchored or trailing:
                    break
                continue
            if k == STRONG or (k == CAP and not only_strong and (j > start or _rare(tokens, j))):
                anchored, trailing = 1, 0
            elif k == CAP and not only_strong:
                pass  # the first word of a sentence
            elif k in (LOW, CAP):
                if not anchored:
                    leading += 1
                elif not glued:
                    trailing += 1
                if leading > 2 or trailing > 2:
                    break
                if k == LOW and tokens.kinds[j - 1] == FUNCTION and j > i and not glued:
                    break
            if anchored:
                yield i, j + 1


def _people(tokens: Tokens, start: int, end: int) -> bool:
    """Whether a sentence begins as a list of authors: four or more people's names with commas between."""
    people, length = 0, 0
    for i in range(start, end + 1):
        if i == end or tokens.text[i] in (",", "•", "-"):
            if i < end and tokens.text[i] == "-" and _glued(tokens, i):
                continue
            if length in (2, 3):
                people += 1
            elif length:
                return people >= 4 and i == end
            length = 0
            if people >= 6:
                return True
        elif tokens.kinds[i] == CAP or (len(tokens.text[i]) == 1 and tokens.text[i].isupper()):
            length += 1
        elif tokens.text[i] != ".":
            return False
    return people >= 4


def _rare(tokens: Tokens, i: int) -> bool:
    """Whether the capitalised first word of a sentence is seldom written in lower case."""
    return words.lower(tokens.lower[i]) < 5


_CALLED = frozenset(
    "called termed named dubbed coined denoted titled nicknamed entitled as term call name dub propose introduce present presents introduces proposes develop develops".split()
)
_ARTICLES = frozenset("a an the our novel new simple so-called “ \" ‘ ' ` ``".split()) | {"efficient", "effective"}
_NOT_IN_A_NAME = frozenset("that which where using we it is are to by".split())


def _defined(tokens: Tokens, start: int, end: int) -> Iterator[tuple[int, int]]:
    """Lower-case phrases where a name is given: "called X", "we propose X", in quotes or emphasis."""
    for at in range(start, end):
        word = tokens.lower[at]
        if word in _CALLED:
            i = at + 1
            while i < end and (tokens.lower[i] in _ARTICLES or tokens.kinds[i] == JOIN):
                i += 1
            yield from _phrase(tokens, i, end)
        elif tokens.text[at] in ("“", '"', "``", "‘", "{", "`"):
            for close in range(at + 1, min(end, at + 8)):
                if tokens.text[close] in ("”", '"', "''", "’", "}"):
                    if close > at + 1 and all(tokens.kinds[t] != BREAK for t in range(at + 1, close)):
                        yield at + 1, close
                    break


def _phrase(tokens: Tokens, i: int, end: int) -> Iterator[tuple[int, int]]:
    """The words from i on as long as they may make up a lower-case name."""
    for j in range(i, min(end, i + 6)):
        if tokens.kinds[j] in (BREAK, FUNCTION) and tokens.lower[j] != "of":
            return
        if tokens.kinds[j] in (LOW, CAP, STRONG, NUMBER):
            for start in range(i, min(j + 1, i + 3)):
                if tokens.kinds[start] in (LOW, CAP, STRONG):
                    yield start, j + 1


_CLOSING = frozenset("\" ” ’ ' ''".split())


def definitions(reading: Reading, tokens: Tokens) -> Iterator[Definition]:
    """Long form and short form: "Long Form (LF)", "LF (Long Form)", their letters matching."""
    for at in range(len(tokens.text)):
        if tokens.text[at] not in ("(", "["):
            continue
        number = tokens.sentence[at]
        start, end = tokens.first[number], tokens.first[number + 1]
        close = next((c for c in range(at + 1, min(end, at + 14)) if tokens.text[c] in (")", "]", ",", ";", ":")), None)
        if close is None or close == at + 1:
            continue
        inside = reading.text[tokens.starts[at + 1] : tokens.ends[close - 1]]
        if close - at <= 7 and len(inside) <= 20 and " " not in inside.strip("$ ") and any(c.isupper() for c in inside):
            end_long = at - 1 if _classed(tokens, start, at, inside) else at
            while end_long > start and (tokens.kinds[end_long - 1] == JOIN or tokens.text[end_long - 1] in _CLOSING):
                end_long -= 1
            low = long_form(tokens, start, end_long, inside)
            if low is not None:
                yield Definition((low, end_long), (at + 1, close))
                continue
        first = at - 1
        while first > start and tokens.kinds[first] != LOW and _glued(tokens, first):
            first -= 1
        short = reading.text[tokens.starts[first] : tokens.ends[at - 1]] if at > start else ""
        if any(c.isupper() for c in short) and len(short) <= 15 and close - at > 2:
            low = long_form(tokens, at + 1, close, short)
            if low == at + 1:
                yield Definition((at + 1, close), (first, at))


def _classed(tokens: Tokens, start: int, end: int, short: str) -> bool:
    """Whether the word before `end` says what the long form is and has no part in it: "Sparse Hint Tuning method (SHT)"."""
    letters = _LETTERS.findall(short.lower())
    if end - start < 3 or not letters or tokens.lower[end - 1] not in _CLASSES:
        return False
    return bool(tokens.lower[end - 1][0] != letters[-1] == tokens.lower[end - 2][0])


_CLASSES = _COMPANIONS | frozenset(
    "method methods loss module mechanism strategy scheme system network estimator policy".split()
)
_LETTERS = re.compile(r"[^\W_]")
_FOR_WORDS = {"2": "to", "4": "for"}


def spelled(short: str, long: str) -> bool:
    """Whether a short form is made of a long one's letters, with the first of every word that is no function word.

    A hyphened word counts as several, or as one where it only begins with a syllable or two (`Multi-Layer`); a long form
    that holds an acronym is refused, for what is added to one makes another thing.

    >>> spelled("QuRT", "Quasi-Random Tensors"), spelled("Q2T", "Query to Tensor"), spelled("QRT", "Quasi Tensors")
    (True, True, False)
    >>> spelled("QRT", "QR Tuned"), spelled("QRT", "Quasi-Random Tensors"), spelled("QT", "Question-Response Tensors")
    (False, True, False)
    """
    letters, parts = _abbreviating(short), _abbreviated(long)
    return bool(letters and parts) and _spells(letters, parts)


@lru_cache(maxsize=10_000)
def _abbreviating(short: str) -> str:
    """The letters of a short form that may spell a long one; none where it has too few, or too few capitals."""
    letters = _short_letters(short, 3)
    capitals = sum(c.isupper() for c in letters)
    return "" if len(letters) < 3 or 2 * capitals < len(letters) else "".join(letters).lower()


@lru_cache(maxsize=10_000)
def _abbreviated(long: str) -> tuple[str, ...]:
    """The words of a long form that may be spelled; none where it holds an acronym."""
    parts = _WORDS.findall(long)
    if any(len(_CAPITALS.findall(p)) > p.count("-") + 1 for p in parts):
        return ()
    return tuple(part.lower() for part in parts)


def _short_letters(short: str, least: int) -> list[str]:
    """The letters of a short form, without a plural s where more than `least` are written."""
    letters = _LETTERS.findall(short)
    if len(letters) > least and letters[-1] == "s" and letters[-2].isupper():
        letters.pop()
    return letters


def initials(short: str, long: str) -> bool:
    """Whether a short form is made of nothing but the first letters of a long one's words, function words left aside.

    >>> initials("QTs", "Quokka Tensors"), initials("QT", "quiet tuning"), initials("QueT", "quiet tuning")
    (True, True, False)
    """
    letters = _short_letters(short, 2)
    parts = tuple(part.lower() for part in _WORDS.findall(long))
    return len(letters) > 1 and _spells("".join(letters).lower(), parts, 0)


_WORDS = re.compile(r"[^\W_]+(?:-[^\W_]+)*")
_CAPITALS = re.compile(r"[A-Z]")


_SYLLABLES = 5
"""Letters of what may stand before a hyphen without being a word of its own: multi-, quasi-, low-, not policy-."""


def _spells(letters: str, parts: tuple[str, ...], inner: int = 1) -> bool:
    """Whether the first letters of the parts are these, up to so many `inner` ones (the e of `NeRF`) among them."""
    if not letters or not parts:
        return not letters and all(part in words.FUNCTION for part in parts)
    part, rest = parts[0], parts[1:]
    if _FOR_WORDS.get(letters[0]) == part and _spells(letters[1:], rest, inner):
        return True
    if part in words.FUNCTION and _spells(letters, rest, inner):
        return True
    if "-" in part:
        if _spells(letters, (*part.split("-"), *rest), inner):
            return True
        if part.index("-") > _SYLLABLES:
            return False
    if part[0] != letters[0]:
        return False
    if _spells(letters[1:], rest, inner):
        return True
    return inner > 0 and letters[1:2] in part[1:] and _spells(letters[2:], rest, inner - 1)


_POINTING = frozenset("this these that those which where we our it its is are was were".split())
"""Words that stand within no long form."""


def _initialled(tokens: Tokens, start: int, end: int, letters: str) -> int | None:
    """Where the fewest words before `end` begin that begin with these letters, function words left aside; or None."""
    parts: list[str] = []
    hyphen = False
    for i in range(end - 1, start - 1, -1):
        if tokens.lower[i] in _POINTING or (tokens.kinds[i] == BREAK and tokens.lower[i] not in ("'", '"')):
            return None
        if tokens.kinds[i] in (BREAK, JOIN):
            hyphen = tokens.text[i] == "-" and bool(parts)
            continue
        parts = [f"{tokens.lower[i]}-{parts[0]}", *parts[1:]] if hyphen else [tokens.lower[i], *parts]
        hyphen = False
        whole = tokens.kinds[i] != FUNCTION or "-" in parts[0]
        if whole and tokens.lower[i][0] == letters[0] and _spells(letters, tuple(parts), 0):
            return i
    return None


def long_form(tokens: Tokens, start: int, end: int, short: str) -> int | None:
    """Where before `end` the long form of `short` begins, or None.

    If the letters of the short form are those that words begin with, there; else they must all be found in order, from
    the right, the first one at the beginning of a word (Schwartz and Hearst 2003, with hyphened parts as words).
    """
    letters = [c.lower() for c in _LETTERS.findall(short)]
    if len(letters) > 2 and short[-1] == "s" and short[-2].isupper():
        letters.pop()
    if len(letters) < 2:
        return None
    at = len(letters) - 1
    limit = max(start, end - 2 * len(letters) - 4)
    plainly = _initialled(tokens, limit, end, "".join(letters))
    if plainly is not None:
        return plainly
    for i in range(end - 1, limit - 1, -1):
        word = tokens.lower[i]
        if tokens.kinds[i] == BREAK and word not in ("'", '"'):
            return None
        if tokens.kinds[i] == JOIN:
            continue
        # letters are taken greedily from the end of the word, the first letter of a word weighing most
        position = len(word) - 1
        taken = []
        while at >= 0 and position >= 0:
            if word[position] == letters[at] and (at > 0 or position == 0 or word[position - 1] == "-"):
                taken.append(position)
                at -= 1
            position -= 1
        if at < 0:
            return i
        del taken
    return None
