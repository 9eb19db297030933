"""The names of a reading: which candidates are named things, with which borders, of which type, and introduced.

Candidates come from rules of language (`candidates.py`); a linear judge over their signs and trees over their
measures say how likely each is a name; overlapping ones are resolved to the likeliest reading of the text; short
and long forms become one thing; two more judges give the type and whether the paper introduces it.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from math import log

import numpy as np

from begat.graph.model import Document, Thing
from begat.graph.names import fold
from begat.graph.vocabulary import NodeType
from begat.loaders.mining.candidates import Candidate, Definition, Tokens, gather
from begat.loaders.mining.features import Scene
from begat.loaders.mining.gazetteer import TYPES, Gazetteer
from begat.loaders.mining.judges import Floats, Linear, Trees, odds
from begat.loaders.mining.reading import Known, Name, Reading
from begat.loaders.mining.readings import readings

NAMED = 0.4
"""How likely a candidate must be a name to be one: where precision and recall balance on the gold."""


@dataclass(frozen=True, slots=True)
class Judges:
    """All that is learned about names."""

    gazetteer: Gazetteer
    first: Linear
    second: Trees
    types: Linear
    introduced: Linear

    @classmethod
    def load(cls, data: "np.lib.npyio.NpzFile") -> "Judges":
        """The judges stored in `data`."""
        return cls(
            Gazetteer.load(data),
            Linear.load(data, "first"),
            Trees.load(data, "second"),
            Linear.load(data, "types"),
            Linear.load(data, "introduced"),
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
    signs: list[list[str]]
    measures: Floats


def view(reading: Reading, gazetteer: Gazetteer) -> View:
    """The candidates of a reading and what is seen of them."""
    tokens = Tokens.of(reading)
    found, definitions = gather(reading, tokens, gazetteer.phrases)
    candidates = [found[key] for key in sorted(found)]
    scene = Scene(tokens, found, definitions)
    signs, measures = [], []
    for candidate in candidates:
        own_signs, own_measures = scene.describe(candidate)
        i, j = candidate.places[0]
        first, last = fold(tokens.lower[i]), fold(tokens.lower[j - 1])
        signs.append(own_signs + gazetteer.signs(candidate.key, first, last))
        measures.append(own_measures + gazetteer.measures(candidate.key, first, last))
    return View(tokens, candidates, definitions, signs, np.array(measures, dtype=np.float64))


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
                        here = max(here, p[m])
                    elif i2 >= i and j2 <= j:
                        inside = max(inside, p[m])
                    else:
                        across = max(across, p[m])
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


def chances(seen: View, judges: Judges) -> Floats:
    """How likely each candidate is a name."""
    first = judges.first.scores(seen.signs)[:, 0]
    return odds(judges.second.scores(np.column_stack([seen.measures, first, company(seen, odds(first))])))


def resolve(seen: View, chance: Floats, threshold: float = NAMED) -> list[tuple[int, int, int]]:
    """The places (i, j, candidate) that read the text best: no two overlap, their log-odds add up to the most."""
    level = log(threshold / (1 - threshold))
    ending: dict[int, list[tuple[int, int, float]]] = {}
    for n, candidate in enumerate(seen.candidates):
        p = min(max(float(chance[n]), 1e-6), 1 - 1e-6)
        gain = log(p / (1 - p)) - level
        if gain > 0:
            for i, j in candidate.places:
                ending.setdefault(j, []).append((i, n, gain))
    size = len(seen.tokens.text)
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


def groups(seen: View, places: Sequence[tuple[int, int, int]]) -> dict[int, int]:
    """Candidate → the candidate that stands for its thing: short and long form are one."""
    chosen = {n for _, _, n in places}
    at = {(i, j): n for n, c in enumerate(seen.candidates) for i, j in c.places}
    head = {n: n for n in chosen}
    for definition in seen.definitions:
        short, long = at.get(definition.short), at.get(definition.long)
        if short in head and long in head:
            head = {n: head[short] if h == head[long] else h for n, h in head.items()}
    return head


def find(reading: Reading, known: Known | None = None, judges: Judges | None = None) -> tuple[Name, ...]:
    """The names of a reading, in order.

    `known`: what other documents introduce (folded name → type); `judges`: other than the shipped ones.
    """
    judges = judges or shipped()
    seen = view(reading, judges.gazetteer)
    if not seen.candidates:
        return ()
    chance = chances(seen, judges)
    places = resolve(seen, chance)
    head = groups(seen, places)
    members: dict[int, list[int]] = {}
    for n, h in head.items():
        members.setdefault(h, []).append(n)
    things, introduced = {}, {}
    for h, group in members.items():
        signs = sorted({s for n in group for s in seen.signs[n]})
        kind = TYPES[int(judges.types.scores([signs])[0].argmax())]
        things[h] = Thing(kind, written(seen.candidates[h]))
        introduced[h] = float(odds(judges.introduced.scores([signs]))[0, 0])
    tokens = seen.tokens
    return tuple(
        Name(tokens.starts[i], tokens.ends[j - 1], things[head[n]], float(chance[n]), introduced[head[n]])
        for i, j, n in places
    )


def written(candidate: Candidate) -> str:
    """The canonical form: as mostly written, in the singular where both stand."""
    form = max(candidate.forms, key=lambda f: (candidate.forms[f], f[:1].isupper(), -len(f), f))
    if form.endswith("s") and form[:-1] in candidate.forms:
        form = form[:-1]
    return " ".join(form.split())


def introductions(document: Document) -> tuple[Thing, ...]:
    """What a document introduces, on its own evidence alone."""
    found: dict[Thing, float] = {}
    for reading in readings(document):
        for name in find(reading):
            found[name.thing] = max(found.get(name.thing, 0.0), name.introduced)
    return tuple(sorted((t for t, p in found.items() if p > 0.5), key=lambda t: (t.name, t.type)))


def known_from(introduced: Mapping[str, NodeType]) -> Known:
    """A gazetteer from names and types."""
    return {fold(name): kind for name, kind in introduced.items()}
