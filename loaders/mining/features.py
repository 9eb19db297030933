"""What is seen of a candidate: by its shape, its neighbours, its place in the document, and the corpus."""

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import chain

from begat.loaders.mining import words
from begat.loaders.mining.candidates import CAP, FUNCTION, JOIN, LOW, NUMBER, STRONG, Candidate, Definition, Tokens
from begat.loaders.mining.judges import Part

DATA = frozenset(
    "dataset datasets benchmark benchmarks corpus corpora suite leaderboard collection database testbed data set sets".split()
)
MODELS = frozenset(
    "model models llm llms network networks backbone family chatbot checkpoint checkpoints variant variants".split()
)
METHODS = frozenset(
    """algorithm algorithms method methods framework frameworks approach approaches technique techniques architecture
    architectures loss optimizer optimizers estimator module scheme strategy procedure objective mechanism layer layers
    training library toolkit system pipeline policy sampler adapter operator""".split()
)
PROPOSE = frozenset(
    """propose proposes proposed introduce introduces introduced introducing present presents presented presenting
    develop develops developed devise design designed release releases released proposing describe unveil open-source
    build construct create created contribute""".split()
)
CALLED = frozenset("called termed named dubbed coined denoted call term name dub denote nicknamed coin".split())
OURS = frozenset("our ours we".split())


@lru_cache(maxsize=100_000)
def shape(token: str) -> str:
    """The shape of a token: runs of capitals, small letters and digits as A, a, 0."""
    out = []
    last = ""
    for c in token:
        s = "A" if c.isupper() else "a" if c.isalpha() else "0" if c.isdigit() else c
        if s != last:
            out.append(s)
        last = s
    return "".join(out)


class Scene:
    """A reading's tokens and what it defines; `describe` says what is seen there of a candidate."""

    def __init__(self, tokens: Tokens, definitions: list[Definition]) -> None:
        self.tokens = tokens
        self.definitions = definitions
        self.title = next((n for n, title in enumerate(tokens.title) if title), None)
        n = len(tokens.text)
        self.shorts = {d.short for d in definitions}
        self.longs = {d.long for d in definitions}
        self.partner = {d.short: d.long for d in definitions} | {d.long: d.short for d in definitions}
        self.title_end = tokens.first[self.title + 1] if self.title is not None else 0
        self.colon = next((i for i in range(self.title_end) if tokens.colon(i)), 0)
        self.size = max(1, n - self.title_end)
        # where the text first speaks of what it does itself
        proposing = (i for i in range(self.title_end, n) if tokens.lower[i] in PROPOSE and _own(tokens, i))
        self.proposed_at = next(proposing, n)
        self.title_words = {w for w in tokens.lower[: self.title_end] if len(w) > 2 and w not in words.FUNCTION}
        self.body_sentences = max(1, len(tokens.title) - (1 if self.title is not None else 0))
        self.lefts: dict[int, _Left] = {}
        self.rights: dict[int, _Right] = {}

    def describe(self, c: Candidate) -> tuple[list[Part], list[float], list[list[Part]]]:
        """Signs (for the linear judges) and measures (for the trees) of a candidate; the signs of each of its places."""
        t = self.tokens
        places = c.places
        form = max(c.forms, key=lambda f: (c.forms[f], f))
        i0, j0 = next((p for p in places if p[0] >= self.title_end), places[0])
        own = _written(tuple(t.text[i0:j0]), tuple(t.kinds[i0:j0]))
        here: list[list[Part]] = []
        in_title = propose = called = ours = data = models = methods = on_before = sentence_start = 0
        the_before = paren = comma_list = propose_same = 0
        first_pos = 1.0
        in_colon = adjacent = 0.0
        before = acts = mine = described = 0
        nbody = 0
        for i, j in places:
            around = [self._defined(i, *self.partner[i, j])] if (i, j) in self.partner else []
            here.append(around)
            if i < self.title_end:
                in_title = 1
                if j <= self.colon:
                    in_colon = 1.0 if (i == 0 and j == self.colon) else max(in_colon, 0.5)
                around.append(self._in_title(i, j))
                continue
            nbody += 1
            first_pos = min(first_pos, (i - self.title_end) / self.size)
            left, right = self._left(i), self._right(j)
            around += left.signs, right.signs, ("pn=" + left.word + "_" + right.word,)
            before += i < self.proposed_at
            adjacent = max(adjacent, left.adjacent)
            propose |= left.propose
            called |= left.called
            ours |= left.ours
            propose_same |= left.propose_same
            mine += left.mine
            on_before += left.on
            the_before += left.the
            sentence_start += left.start
            acts += right.acts
            described += right.described
            data += right.data
            models += right.models
            methods += right.methods
            paren += left.opens and right.closes
            comma_list += left.listed or right.listed
        letters, uppers, digits = _letters(form)
        measures = [
            len(form), *own.counts, letters, uppers, digits, uppers / max(1, letters),
            len(places), nbody, in_title, in_colon, first_pos, propose, called, ours, propose_same,
            data, models, methods, on_before, the_before, sentence_start, paren, comma_list,
            *own.common, not self.shorts.isdisjoint(places), not self.longs.isdisjoint(places),
            len(c.forms), "shape" in c.reasons, "defined" in c.reasons, "segment" in c.reasons,
            "known" in c.reasons, *own.ends, self.body_sentences,
            before, before / max(1, nbody), adjacent, acts, mine, described,
            len(self.title_words & own.words) / len(own.words),
            self.proposed_at / max(1, self.size),
        ]  # fmt: skip
        reasons = ["r=" + name for name in _REASONS if name in c.reasons]
        if in_colon == 1:
            reasons.append("colon")
        anywhere = here[0] if len(here) == 1 else [_distinct(chain.from_iterable(chain.from_iterable(here)))]
        return [own.signs, tuple(reasons), *anywhere], measures, [[own.signs, *around] for around in here]

    def _defined(self, i: int, a: int, b: int) -> Part:
        """Signs of the other form [a, b) in the definition of a candidate at i."""
        t = self.tokens
        signs = ["d=" + w for w, k in zip(t.lower[a:b], t.kinds[a:b], strict=True) if k in (CAP, LOW, STRONG)]
        signs += ["dl=" + t.lower[b - 1], "ds=" + shape(t.text[a])]
        if a < i and a > t.first[t.sentence[i]]:
            signs.append("dp=" + _w(t.lower[a - 1]))
        return _distinct(signs)

    def _in_title(self, i: int, j: int) -> Part:
        """Signs of what stands beside [i, j) in the title."""
        t = self.tokens
        s = t.sentence[i]
        before = t.lower[i - 1] if i > t.first[s] else "<"
        after = t.lower[j] if j < t.first[s + 1] else ">"
        return "tp1=" + before, "tn1=" + after

    def _left(self, i: int) -> "_Left":
        """What stands before whatever begins at token i; told once."""
        if i not in self.lefts:
            t = self.tokens
            self.lefts[i] = _look_left(t.lower, t.first[t.sentence[i]], i)
        return self.lefts[i]

    def _right(self, j: int) -> "_Right":
        """What stands after whatever ends before token j; told once."""
        if j not in self.rights:
            t = self.tokens
            self.rights[j] = _look_right(t.lower, j, t.first[t.sentence[j - 1] + 1])
        return self.rights[j]


_REASONS = ("long", "short", "defined", "title", "segment", "shape")


def _distinct(signs: Iterable[str]) -> Part:
    return tuple(dict.fromkeys(signs))


@dataclass(frozen=True, slots=True)
class _Written:
    """What is seen of a candidate wherever it stands: how its tokens are written."""

    signs: Part
    counts: tuple[int, ...]
    """Its tokens, and those of each kind."""
    common: tuple[float, float]
    """How common its rarest word and its rarest name are."""
    ends: tuple[bool, ...]
    """What it begins and ends with."""
    words: frozenset[str]


@lru_cache(maxsize=20_000)
def _written(toks: tuple[str, ...], kinds: tuple[int, ...]) -> _Written:
    """Told once of a name that many texts write; they are read twice besides."""
    lows = [token.lower() for token in toks]
    first, last = kinds[0], kinds[-1]
    low, cap = _frequencies(toks, lows, kinds)
    return _Written(
        _shaped(toks, lows, kinds),
        (len(toks), *map(kinds.count, (STRONG, CAP, LOW, NUMBER, FUNCTION, JOIN))),
        (math.log1p(low), math.log1p(cap)),
        (
            first == LOW, last == LOW, first == CAP, last == CAP, last == NUMBER, first == STRONG, last == STRONG,
            lows[-1] in DATA, lows[-1] in MODELS, lows[-1] in METHODS,
        ),
        frozenset(lows),
    )  # fmt: skip


def _shaped(toks: Sequence[str], lows: Sequence[str], kinds: Sequence[int]) -> Part:
    """Signs of how a candidate is written."""
    many = "." if len(toks) > 1 else ""
    signs = [
        "f=" + lows[0],
        "l=" + lows[-1],
        "sf=" + shape(toks[0]) + many,
        "sl=" + shape(toks[-1]) + many,
        "ks=" + "".join(map(str, kinds[:6])),
    ]
    for w, k in zip(lows, kinds, strict=True):
        if k in (STRONG, CAP, LOW):
            signs.append("w=" + w)
            if k == STRONG or not many:
                signs += ["p3=" + w[:3], "s3=" + w[-3:], "s4=" + w[-4:]]
    return _distinct(signs)


@dataclass(slots=True)
class _Left:
    """What stands before a place: the word, all signs, and the answers that the measures count."""

    word: str
    signs: Part
    adjacent: float
    propose: bool
    called: bool
    ours: bool
    propose_same: bool
    mine: bool
    on: bool
    the: bool
    start: bool
    opens: bool
    listed: bool


@dataclass(slots=True)
class _Right:
    """What stands after a place, likewise."""

    word: str
    signs: Part
    acts: bool
    described: bool
    data: bool
    models: bool
    methods: bool
    closes: bool
    listed: bool


_LISTING = frozenset((",", "and", "or", "/"))


def _look_left(lower: list[str], a: int, i: int) -> _Left:
    """What the sentence that begins at a has before token i."""
    p1 = lower[i - 1] if i > a else "<"
    p2 = lower[i - 2] if i - 1 > a else "<"
    w1, w2 = _w(p1), _w(p2)
    signs = ["p1=" + w1, "p2=" + w2, "pp=" + w2 + "_" + w1]
    signs += ["b=" + w for w in lower[max(a, i - 5) : i] if w.isalpha()]
    near = stated(lower, a, i)
    if near:
        signs.append("st=" + near)
    window = lower[max(a, i - 7) : i]
    return _Left(
        word=w1,
        signs=_distinct(signs),
        adjacent=_NEAR.get(near[-1], 0.3) if near else 0.0,
        propose=not PROPOSE.isdisjoint(window),
        called=not CALLED.isdisjoint(window[-4:]),
        ours=not OURS.isdisjoint(window[-3:]),
        propose_same=not PROPOSE.isdisjoint(lower[a:i]),
        mine=p1 in ("proposed", "our", "introduced", "presented") or p2 in ("proposed", "our"),
        on=p1 == "on" or (p2 == "on" and p1 in ("the", "both")),
        the=p1 == "the",
        start=i == a,
        opens=p1 == "(",
        listed=p1 in _LISTING,
    )


def _look_right(lower: list[str], j: int, b: int) -> _Right:
    """What the sentence that ends at b has from token j on."""
    n1 = lower[j] if j < b else ">"
    n2 = lower[j + 1] if j + 1 < b else ">"
    w1, w2 = _w(n1), _w(n2)
    signs = ["n1=" + w1, "n2=" + w2, "nn=" + w1 + "_" + w2]
    signs += ["a=" + w for w in lower[j : min(b, j + 4)] if w.isalpha()]
    after = lower[j : min(b, j + 3)]
    return _Right(
        word=w1,
        signs=_distinct(signs),
        acts=n1 in ACHIEVES or n2 in ACHIEVES,
        described=n1 in (",", "(", "—", "–", ":") and n2 in ("a", "an", "the", "our", "which"),
        data=not DATA.isdisjoint(after),
        models=not MODELS.isdisjoint(after),
        methods=not METHODS.isdisjoint(after),
        closes=n1 == ")",
        listed=n1 in _LISTING,
    )


def _frequencies(toks: Sequence[str], lows: Sequence[str], kinds: Sequence[int]) -> tuple[int, int]:
    """How common a candidate's rarest word is in lower case, and how common its rarest name is as written."""
    if len(toks) == 1:
        return words.lower(lows[0]), words.cased(toks[0])
    low = [words.lower(w) for w, k in zip(lows, kinds, strict=True) if k in (LOW, CAP)]
    cap = [words.cased(w) for w, k in zip(toks, kinds, strict=True) if k in (STRONG, CAP)]
    return min(low, default=0), min(cap, default=0)


@lru_cache(maxsize=100_000)
def _letters(form: str) -> tuple[int, int, int]:
    """How many letters, capitals and digits a form has."""
    return sum(map(str.isalpha, form)), sum(map(str.isupper, form)), sum(map(str.isdigit, form))


ACHIEVES = frozenset(
    """achieves outperforms improves is can uses reduces consists enables significantly consistently leverages learns
    surpasses provides generates allows exploits employs combines performs obtains yields outperform achieve also
    does requires extends works takes adopts integrates builds introduces""".split()
)
_NEAR = {"1": 1.0, "2": 0.9, "3": 0.7, "4": 0.6}


def _own(t: Tokens, i: int) -> bool:
    """Whether the verb at i tells what this paper does: "we propose", "this paper introduces", "is proposed"."""
    return any(w in ("we", "paper", "work", "our", "i", "is", "are", "to") for w in t.lower[max(0, i - 4) : i])


def stated(lower: Sequence[str], start: int, i: int) -> str:
    """The word before i that gives or proposes a name, what stands between, and how far it is: "propose,2"."""
    between = ""
    for at in range(i - 1, max(start, i - 16) - 1, -1):
        word = lower[at]
        if word in CALLED:
            return "called" + between + str(min(5, i - at))
        if word in PROPOSE:
            return "propose" + between + str(min(5, i - at) if i - at < 9 else 9)
        if word in (",", "(", ":", "—", "–") and not between:
            between = ","
        elif word in ("of", "for", "with", "to", "that", "on", "by", "from", "using", "in", "via"):
            between = "/"
        elif word in ("and", "or") and not between:
            between = "&"
    return ""


def _w(word: str) -> str:
    return "0" if word[0].isdigit() else "," if word == "/" else word
