"""The names of a reading: which candidates are named things, with which borders, of which type, and introduced.

Candidates come from rules of language (`candidates.py`); a linear judge over their signs, a tagger that reads along the
sentence (`tagger.py`) and trees over their measures say how likely each is a name; overlapping ones are resolved to the likeliest reading of the text; short
and long forms become one thing; two more judges give the type and whether the paper introduces it.
"""

import re
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cache
from importlib.resources import files
from itertools import chain
from math import log

import numpy as np
import numpy.typing as npt

from begat.graph.model import Thing
from begat.graph.names import fold, resemblances, same_phrase
from begat.graph.vocabulary import NodeType
from begat.loaders.mining import glossary
from begat.loaders.mining.candidates import Candidate, Definition, Tokens, gather, initials, spelled
from begat.loaders.mining.features import Scene
from begat.loaders.mining.gazetteer import TYPES, Gazetteer
from begat.loaders.mining.judges import Floats, Linear, Part, Trees, odds
from begat.loaders.mining.reading import Known, Name, Reading
from begat.loaders.mining.tagger import NAMES, Tagger

NAMED = 0.35
"""How likely a candidate must be a name to be one: where precision and recall balance on the gold."""
KNOWN = 101
"""The measure that says whether the glossary knows a candidate for the name of something."""
PRIOR = [2, 3, 4, 12, 29, 30, 57, 58, 59, 60, *range(KNOWN - 6, KNOWN + 2)]
"""Measures of a candidate that also speak about its borders; the last eight say what the glossary knows of it."""
_NAMED, _OTHERWISE = [0, 1], [1, 2]
_INTRODUCED, _GENERIC = 1, 2
"""Columns of what the tagger says: a name, introduced or not; what else there is to say."""
UNLIKELY = 0.05
"""Candidates below are not considered further."""
AT_LEAST = [12, 57, 58, 59]
"""Measures of which also the least among the forms of a thing is looked at."""
INTRODUCED = 0.4
"""How probable it must be that the paper introduces a name, for it to keep all its words (`bare`)."""
LONGEST_SHORT = 10
"""How many letters a short form has at most."""
FIRMLY = 3.0
"""By how much more log-odds a text must tell that something is a dataset, for a method that a paper introduces not to be meant."""
SUPPORT = 1.0
"""Log-odds that another document's introducing a name adds to it."""


@dataclass(frozen=True, slots=True)
class Judges:
    """All that is learned about names: what is known of them beforehand, and who judges what.

    `tagger` reads along the sentences; `named` and `proposed` (is it what the paper introduces?) judge by signs; `second`
    weighs all three with measures and with what stands around; `borders` judges a place of a candidate; `types` and `introduced` judge things.
    """

    gazetteer: Gazetteer
    tagger: Tagger
    named: Linear
    proposed: Linear
    here: Linear
    second: Trees
    borders: Trees
    types: Linear
    introduced: Trees
    signs: Linear = field(init=False, repr=False)
    """`named`, `proposed`, `here` and `types` side by side."""

    def __post_init__(self) -> None:
        object.__setattr__(self, "signs", Linear.joined([self.named, self.proposed, self.here, self.types]))

    @classmethod
    def load(cls, data: "np.lib.npyio.NpzFile") -> "Judges":
        """The judges stored in `data`."""
        return cls(
            Gazetteer.load(data),
            Tagger.load(data, "tagger", NAMES),
            Linear.load(data, "named"),
            Linear.load(data, "proposed"),
            Linear.load(data, "here"),
            Trees.load(data, "second"),
            Trees.load(data, "borders"),
            Linear.load(data, "types"),
            Trees.load(data, "introduced"),
        )


@cache
def shipped() -> Judges:
    """The judges that come with begat."""
    with files(__package__).joinpath("names.npz").open("rb") as handle, np.load(handle) as data:
        return Judges.load(data)


@dataclass(slots=True)
class View:
    """A reading's candidates, and what is seen of each: signs and measures, row by row."""

    tokens: Tokens
    candidates: list[Candidate]
    definitions: list[Definition]
    signs: list[list[Part]]
    measures: Floats
    here: list[list[list[Part]]]
    """The signs of each place of each candidate."""

    @property
    def places(self) -> list[list[Part]]:
        """The signs of all places, candidate after candidate."""
        return [place for places_ in self.here for place in places_]

    @property
    def spots(self) -> list[tuple[int, int]]:
        """Where all places are, candidate after candidate."""
        return [place for candidate in self.candidates for place in candidate.places]

    def tagged(self, by: Tagger) -> Floats:
        """How likely a tagger thinks a name of each kind at each place, (places, kinds)."""
        seen = by.chain(self.tokens, self.definitions)
        return seen.chances(self.spots)


def glance(reading: Reading, phrases: Collection[str]) -> View:
    """The candidates of a reading before anything is seen of them; `phrases`: folded names of any shape."""
    tokens = Tokens.of(reading)
    found, definitions = gather(reading, tokens, phrases)
    candidates = [found[key] for key in sorted(found)]
    return View(tokens, candidates, definitions, [], np.zeros((0, 0)), [])


def look(reading: Reading, phrases: Collection[str]) -> View:
    """The candidates of a reading and what is seen of them in it; `phrases`: folded names of any shape."""
    seen = glance(reading, phrases)
    scene = Scene(seen.tokens, seen.definitions)
    signs, measures, here = [], [], []
    for candidate in seen.candidates:
        own_signs, own_measures, own_here = scene.describe(candidate)
        signs.append(own_signs)
        measures.append(own_measures)
        here.append(own_here)
    return replace(seen, signs=signs, measures=np.array(measures, dtype=np.float64), here=here)


def look_up(seen: View, gazetteer: Gazetteer) -> View:
    """The same candidates with what a gazetteer and the glossary know of them."""
    signs, measures, here = [], [], []
    for candidate, own_signs, own_here in zip(seen.candidates, seen.signs, seen.here, strict=True):
        i, j = candidate.places[0]
        ends = fold(seen.tokens.lower[i]), fold(seen.tokens.lower[j - 1])
        told = glossary.told(candidate.key, tuple(seen.tokens.lower[i:j]))
        known = [*gazetteer.signs(candidate.key, *ends), told.signs]
        signs.append(own_signs + known)
        here.append([place + known for place in own_here])
        measures.append(gazetteer.measures(candidate.key, *ends) + told.measures)
    rows = np.column_stack([seen.measures, np.array(measures)]) if measures else seen.measures
    return replace(seen, signs=signs, measures=rows, here=here)


def view(reading: Reading, gazetteer: Gazetteer) -> View:
    """The candidates of a reading and all that is known of them."""
    return look_up(look(reading, gazetteer.phrases), gazetteer)


def company(seen: View, chances: Floats) -> Floats:
    """What stands around each candidate, measured by how likely a name it is: (candidates, 9).

    The likeliest candidate around it, inside of it, across its border; how many of its places no likelier one
    encloses; the likeliest neighbour in a list; and how many likely names the reading has.
    """
    over: list[list[tuple[int, int, int]]] = [[] for _ in range(len(seen.tokens.text) + 2)]
    for n, candidate in enumerate(seen.candidates):
        for i, j in candidate.places:
            for t in range(i, j):
                over[t].append((n, i, j))
    p = chances.tolist()
    likely, top = sum(c > 0.5 for c in p), max(p, default=0.0)
    rows = []
    for n, candidate in enumerate(seen.candidates):
        around = inside = across = beside = 0.0
        free = 0
        for i, j in candidate.places:
            here = 0.0
            for t in range(i, j):
                for m, i2, j2 in over[t]:
                    if m == n:
                        continue
                    if i2 <= i and j2 >= j:
                        here = p[m] if p[m] > here else here
                    elif i2 >= i and j2 <= j:
                        inside = p[m] if p[m] > inside else inside
                    else:
                        across = p[m] if p[m] > across else across
            around = max(around, here)
            free += here < 0.4
            for t in (i - 2, j + 1):
                if t >= 0:
                    for m, i2, j2 in over[t]:
                        if m != n and (j2 == i - 1 or i2 == j + 1):
                            beside = max(beside, p[m])
        rows.append(
            [
                around,
                inside,
                across,
                free,
                free / len(candidate.places),
                beside,
                likely,
                top,
                p[n] - around,
                p[n] - inside,
            ]
        )
    return np.array(rows, dtype=np.float64).reshape(len(rows), 10)


def rivals(scores: Floats) -> Floats:
    """Each candidate's score with its rank and its distance to the best other one: (candidates, 3)."""
    if not len(scores):
        return np.zeros((0, 3))
    order = np.argsort(-scores, kind="stable")
    rank = np.empty(len(scores))
    rank[order] = np.arange(len(scores))
    best, other = scores[order[0]], scores[order[1]] if len(scores) > 1 else -9.0
    return np.column_stack([scores, np.minimum(rank, 20), scores - np.where(rank == 0, other, best)])


def weighed(seen: View, named: Floats, proposed: Floats, here: Floats, tagged: Floats) -> Floats:
    """What the second judge looks at: measures, the first judges' scores, and what stands around.

    `here` and `tagged`: what the judge of places and the tagger say of each place, candidate after candidate.
    """
    counts = [len(candidate.places) for candidate in seen.candidates]
    most, total, least = (f.reduceat(here, _firsts(counts)) for f in (np.maximum, np.add, np.minimum))
    around = company(seen, odds(named))
    a_name = tagged[:, _NAMED].sum(axis=1)
    best, sum_ = (f.reduceat(a_name, _firsts(counts)) for f in (np.maximum, np.add))
    kinds = np.maximum.reduceat(tagged[:, _OTHERWISE], _firsts(counts), axis=0)
    rows = [seen.measures, named, around, rivals(proposed), most, total / counts, least, best, sum_ / counts, kinds]
    return np.column_stack(rows)


def _firsts(counts: Sequence[int]) -> npt.NDArray[np.intp]:
    """Where each group begins of groups that stand one after another."""
    return np.cumsum([0, *counts[:-1]])


def places(seen: View, chance: Floats, here: Floats, tagged: Floats) -> tuple[list[tuple[int, int, int]], Floats]:
    """Where likely candidates stand, as (i, j, candidate), and what speaks for a name with these borders there.

    `here` and `tagged`: what the judge of places and the tagger say of all of them, candidate after candidate.
    """
    likely = [n for n in range(len(seen.candidates)) if chance[n] > UNLIKELY]
    stands = sorted((i, j, n) for n in likely for i, j in seen.candidates[n].places)
    t = seen.tokens
    over: dict[int, list[int]] = {}
    for number, (i, j, _) in enumerate(stands):
        for at in range(i, j):
            over.setdefault(at, []).append(number)
    logit = {n: log(chance[n] / (1 - chance[n])) for n in likely}
    known = seen.measures[:, KNOWN].tolist()
    spots = seen.spots
    said = dict(zip(spots, here.tolist(), strict=True))
    read = dict(
        zip(spots, zip(tagged[:, _NAMED].sum(axis=1).tolist(), tagged[:, _GENERIC].tolist(), strict=True), strict=True)
    )
    rows = []
    for number, (i, j, n) in enumerate(stands):
        around, inside, across = -4.0, -4.0, -4.0
        said_around, said_inside, said_across = -6.0, -6.0, -6.0
        longer = 0
        known_around = known_inside = read_else = 0.0
        for other in {o for at in range(i, j) for o in over[at]}:
            if other == number:
                continue
            i2, j2, m = stands[other]
            read_else = max(read_else, read[i2, j2][0])
            if i2 <= i and j2 >= j:
                said_around = max(said_around, said[i2, j2])
                known_around = max(known_around, known[m])
                if logit[m] > around:
                    around, longer = logit[m], (j2 - i2) - (j - i)
            elif i2 >= i and j2 <= j:
                inside = max(inside, logit[m])
                said_inside = max(said_inside, said[i2, j2])
                known_inside = max(known_inside, known[m])
            else:
                across = max(across, logit[m])
                said_across = max(said_across, said[i2, j2])
        s = t.sentence[i]
        a, b = t.first[s], t.first[s + 1]
        glued_before = i > a and t.ends[i - 1] == t.starts[i]
        glued_after = j < b and t.starts[j] == t.ends[j - 1]
        rows.append(
            [
                logit[n], around, inside, across, longer, j - i,
                t.kinds[i - 1] if i > a else -1, t.kinds[j] if j < b else -1,
                t.kinds[i - 2] if i - 1 > a else -1, t.kinds[j + 1] if j + 1 < b else -1,
                float(glued_before), float(glued_after),
                float(i > a and t.text[i - 1] == "-"), float(j < b and t.text[j] == "-"),
                float(t.title[s]), len(seen.candidates[n].places), t.kinds[i], t.kinds[j - 1],
                said[i, j], said_around, said_inside, said_across, said[i, j] - max(said_around, said_inside, said_across),
                known_around, known_inside, *read[i, j], read_else, *seen.measures[n, PRIOR],
            ]
        )  # fmt: skip
    return stands, np.array(rows, dtype=np.float64).reshape(len(rows), 28 + len(PRIOR))


def resolve(
    stands: Sequence[tuple[int, int, int]], chance: Floats, size: int, threshold: float
) -> list[tuple[int, int, int]]:
    """The places that read a text of `size` tokens best: no two overlap, their log-odds add up to the most."""
    level = log(threshold / (1 - threshold))
    ending: dict[int, list[tuple[int, int, float]]] = {}
    for (i, j, n), p in zip(stands, np.clip(chance, 1e-6, 1 - 1e-6).tolist(), strict=True):
        gain = log(p / (1 - p)) - level
        if gain > 0:
            ending.setdefault(j, []).append((i, n, gain))
    best = [0.0] * (size + 1)
    chosen: list[tuple[int, int] | None] = [None] * (size + 1)
    for j in range(1, size + 1):
        best[j] = best[j - 1]
        for i, n, gain in ending.get(j, ()):
            if best[i] + gain > best[j]:
                best[j], chosen[j] = best[i] + gain, (i, n)
    out, j = [], size
    while j > 0:
        step = chosen[j]
        if step is None:
            j -= 1
        else:
            out.append((step[0], j, step[1]))
            j = step[0]
    return out[::-1]


def things_of(seen: View, stands: Sequence[tuple[int, int, int]]) -> dict[int, list[int]]:
    """The things of a text: the candidate that stands for each → all candidates that are it.

    A short form and its long form are one thing, whether the text defines the one by the other or its letters tell.
    """
    head = {n: n for _, _, n in stands}
    for short, long in chain(_defined(seen, head), _spelled(seen, head)):
        head = {n: head[short] if h == head[long] else h for n, h in head.items()}
    members: dict[int, list[int]] = {}
    for n in sorted(head):
        members.setdefault(head[n], []).append(n)
    return members


def _defined(seen: View, chosen: Collection[int]) -> Iterator[tuple[int, int]]:
    """The pairs of chosen candidates of which the text defines the first, a short form, by the second."""
    at = {(i, j): n for n in chosen for i, j in seen.candidates[n].places}
    for definition in seen.definitions:
        short, long = at.get(definition.short), at.get(definition.long)
        if short is not None and long is not None:
            yield short, long


def _spelled(seen: View, chosen: Collection[int]) -> Iterator[tuple[int, int]]:
    """The pairs of chosen candidates of which the first is written with the first letters of the second.

    Not where the text itself says what the one is short for, or how the other is shortened, and says something else: after
    "subtle grid dreaming (SGD)", that is not the long form of SSGD. Only where it has a short form within the long one
    ("sleepy SGD (SSGD)") may letters tell the whole.
    """
    forms = {n: written(seen.candidates[n]) for n in sorted(chosen)}
    short = [n for n, form in forms.items() if " " not in form and len(form) <= LONGEST_SHORT]
    long = [n for n, form in forms.items() if " " in form or "-" in form]
    longs_of, shorts_of = _said(seen)
    for a in short:
        for b in long:
            if a != b and forms[a][0].lower() == forms[b][0].lower() and spelled(forms[a], forms[b]):
                said = all(same_phrase(forms[b], o) or _ACRONYM.search(o) for o in longs_of.get(a, ()))
                if said and shorts_of.get(b, {a}) == {a}:
                    yield a, b


_ACRONYM = re.compile(r"[A-Z]\w*[A-Z]")


def _said(seen: View) -> tuple[dict[int, set[str]], dict[int, set[int]]]:
    """By candidate, the long forms that the text gives for it, and the candidates that it gives as its short forms."""
    longs_of: dict[int, set[str]] = {}
    shorts_of: dict[int, set[int]] = {}
    for short, long in _defined(seen, range(len(seen.candidates))):
        longs_of.setdefault(short, set()).add(written(seen.candidates[long]))
        shorts_of.setdefault(long, set()).add(short)
    return longs_of, shorts_of


def outline(
    seen: View,
    stands: Sequence[tuple[int, int, int]],
    members: dict[int, list[int]],
    chance: Floats,
    proposed: Floats,
    tagged: Floats,
) -> Floats:
    """What tells whether a paper introduces a thing: a row for each thing."""
    groups = list(members.values())
    everyone, sizes = [n for group in groups for n in group], [len(group) for group in groups]
    first, measures, own = _firsts(sizes), seen.measures[everyone], proposed[everyone]
    spots: dict[int, list[int]] = {}
    for i, _, n in stands:
        spots.setdefault(n, []).append(i)
    size = max(1, len(seen.tokens.text))
    stand = [[i for n in group for i in spots.get(n, ())] for group in groups]
    counts = [len(candidate.places) for candidate in seen.candidates]
    read = np.maximum.reduceat(tagged[:, _INTRODUCED], _firsts(counts))[everyone]
    scores = np.maximum.reduceat(own, first)
    return np.column_stack(
        [
            rivals(scores), np.add.reduceat(own, first) / sizes,
            np.maximum.reduceat(chance[everyone], first), [len(groups)] * len(groups), [len(at) for at in stand],
            [min(at, default=0) / size for at in stand], sizes, np.maximum.reduceat(measures, first),
            np.minimum.reduceat(measures[:, AT_LEAST], first),
            rivals(np.maximum.reduceat(read, first)),
            kin([written(seen.candidates[head]) for head in members], scores.tolist()),
        ]
    )  # fmt: skip


_KIN = (("variant", "newer"), ("family", "older"), ("sibling",), ("ends", "starts", "holds"), ("head of", "inside"))
"""How a name may resemble another: it comes after it, before it, beside it; holds it; stands in it."""
_NO_KIN = -9.0


def kin(names_: Sequence[str], scores: Sequence[float]) -> Floats:
    """By how much the likeliest of those that each name resembles is likelier introduced than itself, (names, len(_KIN)).

    A paper that introduces *Deep Zeta* speaks of Zeta, but does not introduce it; of Zeta 1 and Zeta 2, it is the second.
    """
    rows = np.full((len(names_), len(_KIN)), _NO_KIN)
    for (a, b), alike in resemblances(names_).items():
        for column, kinds in enumerate(_KIN):
            if alike in kinds:
                rows[a, column] = max(rows[a, column], scores[b] - scores[a])
    return rows


def find(reading: Reading, known: Known | None = None, judges: Judges | None = None) -> tuple[Name, ...]:
    """The names of a reading, in order.

    `known`: what other documents introduce (folded name → type); `judges`: other than the shipped ones.
    """
    judges = judges or shipped()
    known = known or {}
    seen = view(reading, judges.gazetteer)
    if not seen.candidates:
        return ()
    by_signs = judges.signs.in_parts([*seen.signs, *seen.places])
    named, proposed = by_signs[: len(seen.candidates), :2].T
    here = by_signs[len(seen.candidates) :, 2]
    tagged = seen.tagged(judges.tagger)
    scores = judges.second.scores(weighed(seen, named, proposed, here, tagged))
    support = np.array([SUPPORT if known and _supported(c, known) else 0.0 for c in seen.candidates])
    scores += support
    chance = np.clip(odds(scores), 1e-4, 1 - 1e-4)
    stands, rows = places(seen, chance, here, tagged)
    bordered = judges.borders.scores(rows) + support[[n for _, _, n in stands]] if stands else support[:0]
    stands = resolve(stands, odds(bordered), len(seen.tokens.text), NAMED)
    if not stands:
        return ()
    members = things_of(seen, stands)
    kinds = [_kinds(seen, group, by_signs, judges) for group in members.values()]
    introduced = odds(judges.introduced.scores(outline(seen, stands, members, chance, proposed, tagged)))
    things: dict[int, tuple[Thing, float]] = {}
    for (head, group), kind, sure in zip(members.items(), kinds, introduced, strict=True):
        candidate = seen.candidates[head]
        told = known.get(candidate.key) if _supported(candidate, known) else None
        thing = Thing(_kind(kind, told), written(candidate))
        for n in group:
            things[n] = (thing, float(sure))
    t = seen.tokens
    longs = _unnamed_longs(reading.text, seen, things)
    found = []
    for i, j, n in stands:
        thing, sure = things[n]
        found.append(Name(t.starts[i], t.ends[j - 1], thing, float(chance[n]), sure, longs.get((i, j))))
        found += [
            Name(t.starts[at], t.ends[at], Thing(thing.type, name), float(chance[n]), sure)
            for at, name in _shared_stem(t, i, j)
        ]
    return bare(reading.text, found)


def _unnamed_longs(text: str, seen: View, things: Collection[int]) -> dict[tuple[int, int], str]:
    """The long forms that a text gives for short ones and that are no names themselves, by the place of the short form.

    "Abundant neural nets (ANNs)" tells which ANN is meant, even where only the short form is used as a name.
    """
    named = {place for n in things for place in seen.candidates[n].places}
    t, found = seen.tokens, {}
    for definition in seen.definitions:
        (i, j), (a, b) = definition.short, definition.long
        long = " ".join(text[t.starts[a] : t.ends[b - 1]].split())
        if (a, b) not in named and initials(text[t.starts[i] : t.ends[j - 1]], long):
            found[i, j] = long
    return found


def _kinds(seen: View, group: Sequence[int], by_signs: Floats, judges: Judges) -> Floats:
    """The log-odds of each of TYPES for a thing, by all the signs of all that names it."""
    if len(group) == 1:
        return by_signs[group[0], 3:]
    pooled = sorted({sign for n in group for part in seen.signs[n] for sign in part})
    return np.asarray(judges.types.scores([pooled])[0])


def _kind(kinds: Floats, told: NodeType | None) -> NodeType:
    """The likeliest type; or what a paper introduces by that name, unless a text speaks firmly of a dataset and that is none.

    Nor the other way round.
    """
    likeliest = TYPES[int(kinds.argmax())]
    if told is None or (told is not likeliest and _firmly(kinds, told, likeliest)):
        return likeliest
    return told


def _firmly(kinds: Floats, told: NodeType, likeliest: NodeType) -> bool:
    """Whether the one is a dataset and the other none, and no doubt is left which."""
    across = NodeType.DATASET in (told, likeliest)
    return across and bool(kinds[TYPES.index(likeliest)] - kinds[TYPES.index(told)] > FIRMLY)


_PLAIN = re.compile(
    r"(?:vanilla|plain|standard|ordinary|normal|usual|regular|original|classical|classic|conventional|traditional|baseline|existing|popular|"
    r"well-known|[Pp]re-?[Tt]rained|off-the-shelf)\s+"
)
_ROLES = (
    "method approach algorithm technique scheme framework procedure mechanism strategy paradigm architecture model network backbone "
    "encoder decoder layer block module head component unit estimator solver optimizer policy agent system "
    "language training pretraining pre-training finetuning fine-tuning optimization inference loss objective function parameter weight "
    "embedding feature representation property answer output prediction reward score metric "
    "dataset data corpus benchmark task domain environment challenge competition suite family baseline"
).split()
_ROLE = re.compile(rf"(?<!\s)(?:['’]s)?\s+(?:{'|'.join(_ROLES)})s?\Z")
_MOST_ROLES = 3
_CAPITAL_INSIDE = re.compile(r"(?<=[^\W_])[A-Z]")


def bare(text: str, found: Sequence[Name]) -> tuple[Name, ...]:
    """Names without plain words before them and words for what plays a role behind them.

    *The plain Zeta training procedure* is Zeta, where that stands alone elsewhere. What the paper introduces keeps its
    words, and so does what it abbreviates, what stands before a title's colon, and what the glossary knows as a name.
    """
    alone: dict[tuple[str, bool], Name] = {}
    forms: dict[Thing, set[str]] = {}
    for name in found:
        form = _form(text[name.start : name.end])
        if not form[0].isdigit():  # as the 100 of CIFAR-10/100 is
            alone.setdefault(form, name)
        forms.setdefault(name.thing, set()).add(form[0])
    kept = {
        n.start for n in found if n.introduced > INTRODUCED or len(forms[n.thing]) > 1 or text[n.end : n.end + 1] == ":"
    }
    return tuple(name if name.start in kept else _bared(text, name, alone) for name in found)


def _form(written: str) -> tuple[str, bool]:
    """A folded name, and whether it is written like an acronym: the MEAN is not the mean."""
    return fold(written), bool(_CAPITAL_INSIDE.search(written))


def _bared(text: str, name: Name, alone: Mapping[tuple[str, bool], Name]) -> Name:
    """The name of `alone` (by its form) that is left of a name without such words; what it names is of one type."""
    start, end, bared = name.start, name.end, name
    for _ in range(_MOST_ROLES):
        words = text[start:end]
        plain, role = _PLAIN.match(words), _ROLE.search(words)
        if not (plain or role) or glossary.named(glossary.kinds(fold(words))):
            break
        if plain:
            start += plain.end()
        elif role:
            end -= len(role[0])
        other = alone.get(_form(text[start:end]))
        if other and other.thing.type == name.thing.type:
            bared = replace(other, start=start, end=end)
    return bared


_NUMBERED = re.compile(r"\d+(?:\.\d+)?[BMKbmk]?")


def _shared_stem(t: Tokens, i: int, j: int) -> list[tuple[int, str]]:
    """The further names that a slash adds to a numbered one: `CIFAR-10/100` also names CIFAR-100."""
    out: list[tuple[int, str]] = []
    if not _NUMBERED.fullmatch(t.text[j - 1]) or j - i < 2:
        return out
    stem = "".join(t.text[k] + (" " if t.ends[k] < t.starts[k + 1] else "") for k in range(i, j - 1))
    while (
        j + 1 < len(t.text) and t.text[j] == "/" and t.ends[j - 1] == t.starts[j] and _NUMBERED.fullmatch(t.text[j + 1])
    ):
        out.append((j + 1, stem + t.text[j + 1]))
        j += 2
    return out


def _supported(candidate: Candidate, known: Known) -> bool:
    """Whether another document introduces what is written here like a name, not like a word of the language."""
    return candidate.key in known and "shape" in candidate.reasons and any(not f.islower() for f in candidate.forms)


def written(candidate: Candidate) -> str:
    """The canonical form: as mostly written, in the singular where both stand."""
    form = max(candidate.forms, key=lambda f: (candidate.forms[f], f[:1].isupper(), -len(f), f))
    if form.endswith("s") and form[:-1] in candidate.forms:
        form = form[:-1]
    return " ".join(form.split())
