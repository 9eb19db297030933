"""What each token is part of, judged along the sentence: a linear chain (Lafferty, McCallum and Pereira 2001).

The judges of `names.py` look at candidates one by one. This looks at tokens, lets what one is speak for the next, and
tells those judges how likely it thinks a name with the borders of a candidate. Learned by `learn_names.py`.
"""

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from itertools import chain, pairwise
from typing import Generic, TypeVar

import numpy as np
import numpy.typing as npt

from begat.loaders.mining import glossary, words
from begat.loaders.mining.candidates import Definition, Tokens
from begat.loaders.mining.features import CALLED, PROPOSE, shape, stated
from begat.loaders.mining.judges import Floats, Linear, Part


@dataclass(frozen=True, slots=True)
class Labels:
    """What a token may be: outside of all names, the first of a name of one of several kinds, or a further one.

    Outside, it may also be on the way to a name of a kind that is `foretold`: so a chain remembers what a sentence has said
    until it names what it is said of.
    """

    kinds: tuple[str, ...]
    foretold: tuple[str, ...] = ()

    @property
    def names(self) -> tuple[str, ...]:
        """All labels in order; what is stored of a tagger follows it."""
        inside = (f"{where} {kind}" for kind in self.kinds for where in ("begins", "inside"))
        return ("outside", *inside, *(f"before {kind}" for kind in self.foretold))

    @property
    def begins(self) -> list[int]:
        """The labels of the first token of a name of each kind."""
        return [1 + 2 * kind for kind in range(len(self.kinds))]

    @property
    def inside(self) -> list[int]:
        """The labels of its further tokens."""
        return [2 + 2 * kind for kind in range(len(self.kinds))]

    def of(self, first: Sequence[int], spans: Sequence[tuple[int, int, int]]) -> list[str]:
        """The labels of tokens of which the spans (first, past the last, place in `kinds`) are names.

        `first`: where each sentence begins, and the end.
        """
        labels = ["outside"] * first[-1]
        for i, j, kind in spans:
            labels[i:j] = [f"begins {self.kinds[kind]}", *[f"inside {self.kinds[kind]}"] * (j - i - 1)]
        for start, end in pairwise(first):
            coming = ""
            for at in range(end - 1, start - 1, -1):
                where, _, kind_ = labels[at].partition(" ")
                if where == "begins":
                    coming = kind_ if kind_ in self.foretold else ""
                elif where == "outside" and coming:
                    labels[at] = f"before {coming}"
        return labels


NAMES = Labels(("named", "introduced", "generic"))
"""What a name may be: of something known, of what the paper introduces, of something that is spoken of in general."""


Known = TypeVar("Known")


class Signs(Generic[Known]):
    """Tells what is seen of tokens, in parts, as `knowing` knows them; what is told often is remembered.

    `spotting` knows a part of one sign, for those parts that seldom come again.
    """

    def __init__(self, knowing: Callable[[Part], Known], spotting: Callable[[str], Known]) -> None:
        self._nothing, self._spotting = knowing(()), spotting
        self._beyond = {at: knowing(part) for at, part in _BEYOND.items()}
        self._near = lru_cache(maxsize=50_000)(lambda *token: tuple(map(knowing, _near(*token))))
        self._told = lru_cache(maxsize=20_000)(lambda *about: knowing(_told(*about)))
        self._term = lru_cache(maxsize=50_000)(lambda *about: knowing(_term(*about)))
        self._joint = lru_cache(maxsize=1_000)(lambda *tokens: tuple(map(knowing, _joint(*tokens))))

    def rows(self, t: Tokens, definitions: Sequence[Definition]) -> list[tuple[Known, ...]]:
        """What is seen of each token: the words around it, and what the document and the glossary tell of it."""
        size, nothing = len(t.text), self._nothing
        spotting = self._spotting
        known, role = glossary.cover(t.lower, t.first), [""] * size
        for definition in definitions:
            for (i, j), part in ((definition.short, "short"), (definition.long, "long")):
                role[i:j] = [part] * (j - i)
        often, opening = Counter(t.lower), set(t.first)
        titled = {t.lower[i] for s, title in enumerate(t.title) if title for i in range(t.first[s], t.first[s + 1])}
        capitals = Counter(
            t.lower[i]
            for i in range(size)
            if t.text[i][0].isupper() and i not in opening and not t.title[t.sentence[i]]
        )
        counted = {w: (min(times, 4), min(capitals[w], 3), w in titled) for w, times in often.items()}
        rows: list[tuple[Known, ...]] = []
        for (a, b), title in zip(pairwise(t.first), t.title, strict=True):
            texts, words_, kinds = t.text[a:b], t.lower[a:b], t.kinds[a:b]
            near = _proposals(t.lower, a, b)
            told = [
                self._told(part, title, *counted[word], stated_)
                for part, word, stated_ in zip(role[a:b], words_, near, strict=True)
            ]
            beside = ["", *known[a:b], ""]
            terms = map(self._term, words_, beside[1:], beside, beside[2:])
            pairs = [f"{one} {other}" for one, other in pairwise(words_)]
            glued = [t.ends[i] == t.starts[i + 1] for i in range(a, b - 1)]
            joints = list(map(self._joint, kinds, kinds[1:], glued))
            around = (spotting(f"around={one} {other}") for one, other in zip(words_, words_[2:], strict=False))
            rows += zip(
                *self._window(texts, kinds),
                told,
                terms,
                [nothing, *(spotting("before=" + pair) for pair in pairs)][: b - a],
                [*(spotting("after=" + pair) for pair in pairs), nothing][: b - a],
                [nothing, *(after for after, _ in joints)][: b - a],
                [*(before for _, before in joints), nothing][: b - a],
                [nothing, *around, nothing][: b - a],
                strict=True,
            )
        return rows

    def _window(self, texts: Sequence[str], kinds: Sequence[int]) -> list[list[Known]]:
        """For each place around a token, in order, what is seen there from each token of a sentence."""
        columns = []
        for at, column in zip(_PLACES, zip(*map(self._near, texts, kinds), strict=True), strict=False):
            beyond = [self._beyond[at]] * abs(at)
            columns.append([*beyond, *column][: len(texts)] if at < 0 else [*column, *beyond][at:])
        return columns


def in_words() -> Signs[Part]:
    """The signs of tokens as they are, to learn from."""
    return Signs(lambda part: part, lambda sign: (sign,))


_PLACES = range(-3, 4)
"""From how far a token is looked at."""
_BEYOND: dict[int, Part] = {at: (f"{at} w=#",) for at in _PLACES}
"""What is seen where the sentence has ended."""


def _near(text: str, kind: int) -> tuple[Part, ...]:
    """What is seen of a token from each place around it: from where it stands last, on."""
    word, form = text.lower() if not text[0].isdigit() else "0", shape(text)
    seen: list[Part] = []
    for at in _PLACES:
        far = abs(at) == _PLACES[-1]
        seen.append((f"{at} w={word}",) if far else (f"{at} w={word}", f"{at} sh={form}", f"{at} k={kind}"))
    common = (f"low={words.lower(text.lower()).bit_length()}", f"cased={words.cased(text).bit_length()}")
    seen[_PLACES.index(0)] += ("p3=" + word[:3], "s3=" + word[-3:], "s4=" + word[-4:], *common)
    return tuple(seen)


def _proposals(lower: list[str], a: int, b: int) -> list[str]:
    """The word before each token of a sentence that gives or proposes a name (`stated`); mostly there is none."""
    if PROPOSE.isdisjoint(lower[a:b]) and CALLED.isdisjoint(lower[a:b]):
        return [""] * (b - a)
    return [stated(lower, a, i) for i in range(a, b)]


def _told(role: str, title: bool, often: int, capitals: int, titled: bool, near: str) -> Part:
    """Signs of what the document tells of a token."""
    seen = (f"d={role}", f"title={title:d}", f"often={often}", f"capitals={capitals}", f"titled={titled:d}")
    return (*seen, "st=" + near) if near else seen


def _term(word: str, here: str, before: str, after: str) -> Part:
    """Signs of what the glossary tells of a token and its neighbours."""
    return (f"g={here}", f"g w={here} {word}", f"g-={before}", f"g+={after}")


def _joint(one: int, other: int, glued: bool) -> tuple[Part, Part]:
    """Signs of how two tokens follow each other: for the second, and for the first."""
    before, after = ((f"k {where}={one}{other}", f"glued {where}={glued:d}") for where in ("before", "after"))
    return before, after


@dataclass(frozen=True, slots=True)
class Chain:
    """What a tagger thinks of the tokens of a text: all that is needed to ask how likely a name stands somewhere.

    Scaled as Rabiner (1989) does, so that long sentences do not underflow.
    """

    labels: Labels
    each: Floats
    """(tokens, labels): how probable each label is."""
    forward: Floats
    """(tokens, labels): the same by what stands up to the token."""
    after: Floats
    """(tokens + 1, labels): by the label of the token before, how much speaks for it that no part of the same name follows."""
    steps: Floats
    """(tokens + 1, kinds): sums of the logarithms of going on inside of a name, from the first token on."""
    begun: Floats
    """(kinds,) logarithms: what going on from a beginning has that going on from inside has not."""

    def chances(self, places: Sequence[tuple[int, int]]) -> Floats:
        """How likely a name of each kind stands exactly at each place, (places, kinds)."""
        begins, inside_ = self.labels.begins, self.labels.inside
        if not places:
            return np.zeros((0, len(begins)))
        i, j = np.array(places, dtype=np.intp).T
        inner = self.steps[j] - self.steps[i + 1]
        one = (j - i == 1)[:, None]
        inside = np.exp(inner + np.where(one, 0.0, self.begun))
        leaving = np.where(one, self.after[j][:, begins], self.after[j][:, inside_])
        return np.asarray(self.forward[i][:, begins] * inside * leaving)

    def within(self, tokens: Sequence[int]) -> Floats:
        """How likely each of some tokens is part of a name of each kind, (tokens, kinds)."""
        each = self.each[np.array(tokens, dtype=np.intp)]
        return np.asarray(each[:, self.labels.begins] + each[:, self.labels.inside])


_AT_ONCE = 4096
"""The parts of how many tokens are added up at once: they take some kilobytes each."""


@dataclass(frozen=True, slots=True, eq=False)
class Tagger:
    """Weights of what is seen of a token for each label, and of each label (row) being followed by each (column)."""

    labels: Labels
    tokens: Linear
    moves: npt.NDArray[np.float32]
    _alone: dict[str, bytes] = field(init=False, repr=False)

    def __post_init__(self) -> None:
        weights = self.tokens.weights.astype(np.float32)
        alone = {sign: bytes(weights[at]) for sign, at in self.tokens.index.items()}
        object.__setattr__(self, "_alone", {"": bytes(np.zeros(len(self.moves), np.float32)), **alone})

    def weigh(self, part: Part) -> bytes:
        """What some signs add to each label: as bytes, which the rows of a text are quickly made of."""
        known = [sign for sign in part if sign in self._alone]
        if len(known) < 2:
            return self.spot(known[0] if known else "")
        numbers = [self.tokens.index[sign] for sign in known]
        return bytes(self.tokens.weights[numbers].sum(axis=0, dtype=np.float32))

    def spot(self, sign: str) -> bytes:
        """What one sign adds to each label, likewise."""
        return self._alone.get(sign) or self._alone[""]

    def chain(self, tokens: Tokens, definitions: Sequence[Definition]) -> Chain:
        """What it thinks of the tokens of a text."""
        rows = _signs_of(self).rows(tokens, definitions)
        added = [self._added(rows[at : at + _AT_ONCE]) for at in range(0, len(rows), _AT_ONCE)]
        return self.linked(np.concatenate([np.zeros((0, len(self.moves))), *added]), tokens.first)

    def _added(self, rows: Sequence[Sequence[bytes]]) -> Floats:
        """What the parts of each row add to each label together."""
        parts = np.frombuffer(b"".join(chain.from_iterable(rows)), dtype=np.float32)
        return np.asarray(parts.reshape(len(rows), -1, len(self.moves)).sum(axis=1, dtype=np.float64))

    def linked(self, scores: Floats, first: Sequence[int]) -> Chain:
        """What it thinks of tokens by what their own signs say of each label, (tokens, labels).

        `first`: where each sentence begins, and the end.
        """
        seen = np.exp(scores - scores.max(axis=1, keepdims=True, initial=-np.inf))
        size = len(scores)
        starts = np.array(first[:-1], dtype=np.intp)
        lengths = np.diff(np.array(first, dtype=np.intp))
        # sentences side by side, the longest first, so that those that still go on at a step are the first ones; what is
        # seen of the tokens of one step stands together
        order = np.argsort(-lengths, kind="stable")
        going = (len(lengths) - np.cumsum(np.bincount(lengths)))[:-1].tolist()
        side = np.concatenate([starts[order[:count]] + step for step, count in enumerate(going)] or [starts[:0]])
        here = [
            slice(begin, begin + count) for begin, count in zip(np.cumsum([0, *going]).tolist(), going, strict=False)
        ]
        seen, moves = seen[side], np.exp(self.moves.astype(np.float64))
        forward, scale = np.zeros_like(seen), np.ones((size, 1))
        for step, at in enumerate(here):
            reached = seen[at]
            if step:
                before = here[step - 1].start
                reached = (forward[before : before + going[step]] @ moves) * reached
            scale[at] = reached.sum(axis=1, keepdims=True)
            forward[at] = reached / scale[at]
        weighed, backward = seen / scale, np.ones_like(seen)
        for before, at in zip(here[-2::-1], here[:0:-1], strict=True):
            backward[before.start : before.start + at.stop - at.start] = (weighed[at] * backward[at]) @ moves.T
        back = np.empty(size, dtype=np.intp)
        back[side] = np.arange(size)
        forward, backward = forward[back], backward[back]
        each = forward * backward
        return Chain(self.labels, each, forward, *self._ends(weighed[back], backward, starts, moves))

    def _ends(
        self, weighed: Floats, backward: Floats, starts: npt.NDArray[np.intp], moves: Floats
    ) -> tuple[Floats, ...]:
        """`after`, `steps` and `begun` of a chain."""
        size, begins, inside = len(weighed), self.labels.begins, self.labels.inside
        leaving = moves.copy()
        leaving[begins, inside] = leaving[inside, inside] = 0.0
        after = np.ones((size + 1, len(moves)))
        after[:size] = (weighed * backward) @ leaving.T
        after[starts] = 1.0  # nothing follows the last token of a sentence
        going_on = np.log(np.maximum(weighed[:, inside], 1e-300)) + np.log(moves[inside, inside])
        steps = np.zeros((size + 1, len(inside)))
        np.cumsum(going_on, axis=0, out=steps[1:])
        return after, steps, np.log(moves[begins, inside]) - np.log(moves[inside, inside])

    def arrays(self, name: str) -> dict[str, npt.NDArray[np.generic]]:
        """What is stored of it."""
        return {**self.tokens.arrays(name), f"{name}.moves": self.moves}

    @classmethod
    def load(cls, data: "np.lib.npyio.NpzFile", name: str, labels: Labels) -> "Tagger":
        """The tagger stored under `name`, which learned these labels."""
        return cls(labels, Linear.load(data, name), data[f"{name}.moves"])


@lru_cache(maxsize=4)
def _signs_of(tagger: Tagger) -> Signs[bytes]:
    """The signs of tokens as a tagger weighs them."""
    return Signs(tagger.weigh, tagger.spot)
