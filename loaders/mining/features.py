"""What is seen of a candidate: by its shape, its neighbours, its place in the document, and the corpus."""

import math
import re
from collections.abc import Mapping
from functools import lru_cache

from begat.loaders.mining import words
from begat.loaders.mining.candidates import CAP, FUNCTION, JOIN, LOW, NUMBER, STRONG, Candidate, Definition, Tokens

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
_SHAPES = [(re.compile(r"[A-Z]+"), "A"), (re.compile(r"[a-z]+"), "a"), (re.compile(r"\d+"), "0")]


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
    """A reading's candidates in their places; `describe` says what is seen of one."""

    def __init__(self, tokens: Tokens, candidates: Mapping[str, Candidate], definitions: list[Definition]) -> None:
        self.tokens = tokens
        self.candidates = candidates
        self.definitions = definitions
        self.title = next((n for n, title in enumerate(tokens.title) if title), None)
        n = len(tokens.text)
        self.shorts = {d.short for d in definitions}
        self.longs = {d.long for d in definitions}
        self.partner = {d.short: d.long for d in definitions} | {d.long: d.short for d in definitions}
        self.title_end = tokens.first[self.title + 1] if self.title is not None else 0
        self.colon = next((i for i in range(self.title_end) if tokens.text[i] == ":"), 0)
        self.size = max(1, n - self.title_end)
        # where the text first speaks of what it does itself
        proposing = (i for i in range(self.title_end, n) if tokens.lower[i] in PROPOSE and _own(tokens, i))
        self.proposed_at = next(proposing, n)
        self.title_words = {w for w in tokens.lower[: self.title_end] if len(w) > 2 and w not in words.FUNCTION}
        self.body_sentences = max(1, len(tokens.title) - (1 if self.title is not None else 0))

    def describe(self, c: Candidate) -> tuple[list[str], list[float]]:
        """Signs (for the linear judge) and measures (for the trees) of a candidate."""
        t = self.tokens
        signs: set[str] = set()
        places = c.places
        form = max(c.forms, key=lambda f: (c.forms[f], f))
        i0, j0 = next((p for p in places if p[0] >= self.title_end), places[0])
        toks = t.text[i0:j0]
        lows = t.lower[i0:j0]
        kinds = t.kinds[i0:j0]
        n_strong = sum(k == STRONG for k in kinds)
        n_cap = sum(k == CAP for k in kinds)
        n_low = sum(k == LOW for k in kinds)
        n_num = sum(k == NUMBER for k in kinds)
        n_func = sum(k == FUNCTION for k in kinds)
        n_join = sum(k == JOIN for k in kinds)
        signs.add("f=" + lows[0])
        signs.add("l=" + lows[-1])
        signs.add("sf=" + shape(toks[0]) + ("." if len(toks) > 1 else ""))
        signs.add("sl=" + shape(toks[-1]) + ("." if len(toks) > 1 else ""))
        signs.add("ks=" + "".join(map(str, kinds[:6])))
        for w, k in zip(lows, kinds, strict=True):
            if k in (STRONG, CAP, LOW):
                signs.add("w=" + w)
                if k == STRONG or len(toks) == 1:
                    signs.add("p3=" + w[:3])
                    signs.add("s3=" + w[-3:])
                    signs.add("s4=" + w[-4:])
        # neighbours
        in_title = propose = called = ours = data = models = methods = on_before = sentence_start = 0
        the_before = paren = comma_list = propose_same = 0
        first_pos = 1.0
        in_colon = adjacent = 0.0
        before = acts = mine = described = 0
        nbody = 0
        for i, j in places:
            if (i, j) in self.partner:
                a, b = self.partner[i, j]
                signs.update(
                    "d=" + w for w, k in zip(t.lower[a:b], t.kinds[a:b], strict=True) if k in (CAP, LOW, STRONG)
                )
                signs.add("dl=" + t.lower[b - 1])
                signs.add("ds=" + shape(t.text[a]))
                if a < i and a > t.first[t.sentence[i]]:
                    signs.add("dp=" + _w(t.lower[a - 1]))
            s = t.sentence[i]
            a, b = t.first[s], t.first[s + 1]
            p1 = t.lower[i - 1] if i > a else "<"
            p2 = t.lower[i - 2] if i - 1 > a else "<"
            n1 = t.lower[j] if j < b else ">"
            n2 = t.lower[j + 1] if j + 1 < b else ">"
            if i < self.title_end:
                in_title = 1
                if j <= self.colon:
                    in_colon = 1.0 if (i == 0 and j == self.colon) else max(in_colon, 0.5)
                signs.add("tp1=" + p1)
                signs.add("tn1=" + n1)
                continue
            nbody += 1
            first_pos = min(first_pos, (i - self.title_end) / self.size)
            signs.add("p1=" + _w(p1))
            signs.add("n1=" + _w(n1))
            signs.add("p2=" + _w(p2))
            signs.add("n2=" + _w(n2))
            signs.add("pp=" + _w(p2) + "_" + _w(p1))
            signs.add("nn=" + _w(n1) + "_" + _w(n2))
            signs.add("pn=" + _w(p1) + "_" + _w(n1))
            signs.update("b=" + w for w in t.lower[max(a, i - 5) : i] if w.isalpha())
            signs.update("a=" + w for w in t.lower[j : min(b, j + 4)] if w.isalpha())
            window = t.lower[max(a, i - 7) : i]
            if any(w in PROPOSE for w in window):
                propose = 1
            before += i < self.proposed_at
            near = _stated(t, a, i)
            if near:
                signs.add("st=" + near)
                adjacent = max(adjacent, _NEAR.get(near[-1], 0.3))
            if n1 in ACHIEVES or n2 in ACHIEVES:
                acts += 1
            if p1 in ("proposed", "our", "introduced", "presented") or p2 in ("proposed", "our"):
                mine += 1
            if n1 in (",", "(", "—", "–", ":") and n2 in ("a", "an", "the", "our", "which"):
                described += 1
            if any(w in CALLED for w in window[-4:]):
                called = 1
            if any(w in OURS for w in window[-3:]):
                ours = 1
            if any(w in PROPOSE for w in t.lower[a:i]):
                propose_same = 1
            after = t.lower[j : min(b, j + 3)]
            if any(w in DATA for w in after):
                data += 1
            if any(w in MODELS for w in after):
                models += 1
            if any(w in METHODS for w in after):
                methods += 1
            if p1 == "on" or (p2 == "on" and p1 in ("the", "both")):
                on_before += 1
            if p1 == "the":
                the_before += 1
            if i == a:
                sentence_start += 1
            if p1 == "(" and n1 == ")":
                paren += 1
            if n1 in (",", "and", "or", "/") or p1 in (",", "and", "or", "/"):
                comma_list += 1
        count = len(places)
        word = lows[0] if len(toks) == 1 else ""
        low_df = (
            words.lower(word)
            if word
            else min((words.lower(w) for w, k in zip(lows, kinds, strict=True) if k in (LOW, CAP)), default=0)
        )
        cap_df = (
            words.cased(toks[0])
            if len(toks) == 1
            else min((words.cased(w) for w, k in zip(toks, kinds, strict=True) if k in (STRONG, CAP)), default=0)
        )
        letters = sum(ch.isalpha() for ch in form)
        uppers = sum(ch.isupper() for ch in form)
        digits = sum(ch.isdigit() for ch in form)
        is_short = any(p in self.shorts for p in places)
        is_long = any(p in self.longs for p in places)
        measures = [
            len(form), len(toks), n_strong, n_cap, n_low, n_num, n_func, n_join,
            letters, uppers, digits, uppers / max(1, letters),
            count, nbody, in_title, in_colon, first_pos, propose, called, ours, propose_same,
            data, models, methods, on_before, the_before, sentence_start, paren, comma_list,
            math.log1p(low_df), math.log1p(cap_df), float(is_short), float(is_long),
            len(c.forms), float("shape" in c.reasons), float("defined" in c.reasons), float("segment" in c.reasons),
            float("known" in c.reasons), float(kinds[0] == LOW), float(kinds[-1] == LOW), float(kinds[0] == CAP),
            float(kinds[-1] == CAP), float(kinds[-1] == NUMBER), float(kinds[0] == STRONG), float(kinds[-1] == STRONG),
            float(lows[-1] in DATA), float(lows[-1] in MODELS), float(lows[-1] in METHODS),
            self.body_sentences,
            before, before / max(1, nbody), adjacent, acts, mine, described,
            sum(w in self.title_words for w in set(lows)) / max(1, len(set(lows))),
            self.proposed_at / max(1, self.size),
        ]  # fmt: skip
        for name in ("long", "short", "defined", "title", "segment", "shape"):
            if name in c.reasons:
                signs.add("r=" + name)
        if in_colon == 1:
            signs.add("colon")
        return sorted(signs), [float(m) for m in measures]


ACHIEVES = frozenset(
    """achieves outperforms improves is can uses reduces consists enables significantly consistently leverages learns
    surpasses provides generates allows exploits employs combines performs obtains yields outperform achieve also
    does requires extends works takes adopts integrates builds introduces""".split()
)
_NEAR = {"1": 1.0, "2": 0.9, "3": 0.7, "4": 0.6}


def _own(t: Tokens, i: int) -> bool:
    """Whether the verb at i tells what this paper does: "we propose", "this paper introduces", "is proposed"."""
    return any(w in ("we", "paper", "work", "our", "i", "is", "are", "to") for w in t.lower[max(0, i - 4) : i])


def _stated(t: Tokens, start: int, i: int) -> str:
    """The word before i that gives or proposes a name, what stands between, and how far it is: "propose,2"."""
    between = ""
    for at in range(i - 1, max(start, i - 16) - 1, -1):
        word = t.lower[at]
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
