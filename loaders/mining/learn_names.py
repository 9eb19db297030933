"""Learn the judges of names from annotated documents.

Every judge is learned on what others have judged of documents that they had not learned from (`gold.part`), so
that it sees in learning what it will see in use. Reproducible to the byte: everything is sorted, nothing random.
"""

from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy.sparse import csr_matrix
from sklearn.ensemble import HistGradientBoostingClassifier
from sklearn.linear_model import LogisticRegression

from begat.graph.names import fold
from begat.graph.vocabulary import NodeType
from begat.loaders.mining import gold
from begat.loaders.mining.candidates import Tokens, gather
from begat.loaders.mining.features import Scene
from begat.loaders.mining.gazetteer import LEARNED, SEEN, TYPES, Gazetteer
from begat.loaders.mining.judges import Floats, Linear, Trees, odds
from begat.loaders.mining.names import Judges, View, company, view, written
from begat.loaders.mining.reading import Reading

NONE, NAMED, GENERIC, HIDDEN = range(4)
"""Labels: no name; a scored name; generic or optional; standing only inside another gold name."""
PARTS = 5


@dataclass(slots=True)
class Example:
    """An annotated reading with what its candidates are."""

    record: gold.Record
    reading: Reading
    part: int
    view: View
    labels: list[int]
    entities: list[int | None]


def label(seen: View, record: gold.Record) -> tuple[list[int], list[int | None]]:
    """What each candidate is by the record, and which of its entities."""
    number: dict[str, int] = {}
    for n, entity in enumerate(record["entities"]):
        for form in [entity["name"], *entity.get("aliases", [])]:
            number.setdefault(gold.fold(form), n)
    entities = [number.get(gold.fold(written(c))) for c in seen.candidates]
    places = sorted(
        ((j - i, i, j, n) for n, c in enumerate(seen.candidates) if entities[n] is not None for i, j in c.places),
        reverse=True,
    )
    taken: set[int] = set()
    outermost = set()
    for _, i, j, n in places:
        if taken.isdisjoint(range(i, j)):
            taken.update(range(i, j))
            outermost.add(n)
    labels = []
    for n, c in enumerate(seen.candidates):
        entity = entities[n]
        if entity is None:
            hidden = all(taken.issuperset(range(i, j)) for i, j in c.places)
            labels.append(HIDDEN if hidden else NONE)
        elif n not in outermost:
            labels.append(HIDDEN)
        else:
            unscored = record["entities"][entity].get("generic") or record["entities"][entity].get("optional")
            labels.append(GENERIC if unscored else NAMED)
    return labels, entities


def seen_in(corpus: Iterable[Reading]) -> dict[str, tuple[float, ...]]:
    """How a corpus uses what look like names: counts for those in two or more of its readings."""
    counts: dict[str, list[float]] = defaultdict(lambda: [0.0] * SEEN)
    for reading in corpus:
        tokens = Tokens.of(reading)
        found, definitions = gather(reading, tokens)
        scene = Scene(tokens, found, definitions)
        for key, candidate in found.items():
            m = scene.describe(candidate)[1]
            row = counts[key]
            for column, at in enumerate((None, 14, 15, 17, 21, 22, 23, 24, 31, 32, 34, 35)):
                row[column] += 1.0 if at is None else float(m[at] > 0)
    return {key: tuple(counts[key]) for key in sorted(counts) if counts[key][0] > 1 and len(key) < 40}


def _learned(examples: Sequence[Example], without: int | None) -> dict[str, tuple[float, ...]]:
    """How often a folded name was named, generic or none in the examples, but for those of one part."""
    table: dict[str, list[float]] = defaultdict(lambda: [0.0] * LEARNED)
    for example in examples:
        if example.part == without:
            continue
        for candidate, what, entity in zip(example.view.candidates, example.labels, example.entities, strict=True):
            if what == HIDDEN:
                continue
            row = table[candidate.key]
            row[{NAMED: 0, GENERIC: 1, NONE: 2}[what]] += 1
            if what == NAMED and entity is not None:
                fact = example.record["entities"][entity]
                row[3 + TYPES.index(NodeType(fact["type"]))] += 1
                row[6] += bool(fact.get("introduced"))
    return {key: tuple(row) for key, row in sorted(table.items())}


def _phrases(examples: Sequence[Example], without: int | None, seen: dict[str, tuple[float, ...]]) -> frozenset[str]:
    """Folded names that are candidates in any shape: those annotated, and long forms that the corpus abbreviates."""
    named = {
        fold(form)
        for example in examples
        if example.part != without
        for entity in example.record["entities"]
        if not entity.get("generic")
        for form in [entity["name"], *entity.get("aliases", [])]
    }
    return frozenset(p for p in named | {k for k, row in seen.items() if row[9] > 1} if len(p) > 2 and "\n" not in p)


def examples_of(
    annotated: Sequence[tuple[gold.Record, Reading]], seen: dict[str, tuple[float, ...]], parts: int = PARTS
) -> list[Example]:
    """Every annotated reading as it looks to one who knows only the other parts."""
    out = []
    for record, reading in annotated:
        empty = Gazetteer({}, seen, frozenset())
        out.append(Example(record, reading, gold.part(record["id"], parts), view(reading, empty), [], []))
    phrases = {part: _phrases(out, part, seen) for part in range(parts)}
    for example in out:
        example.view = view(example.reading, Gazetteer({}, seen, phrases[example.part]))
        example.labels, example.entities = label(example.view, example.record)
    tables = {part: _learned(out, part) for part in range(parts)}
    for example in out:
        example.view = view(example.reading, Gazetteer(tables[example.part], seen, phrases[example.part]))
    return out


def linear(rows: Sequence[Sequence[str]], classes: npt.NDArray[np.int64], strength: float, least: int = 2) -> Linear:
    """A linear judge over the signs that stand in at least `least` rows: one column, or one for each class."""
    often = Counter(sign for row in rows for sign in set(row))
    index = {sign: n for n, sign in enumerate(sorted(s for s, count in often.items() if count >= least))}
    pointers, columns = [0], []
    for row in rows:
        columns += sorted({index[s] for s in row if s in index})
        pointers.append(len(columns))
    matrix = csr_matrix((np.ones(len(columns)), columns, pointers), shape=(len(rows), len(index)))
    wanted = sorted(set(classes.tolist()))
    targets = [classes == c for c in (wanted if len(wanted) > 2 else wanted[1:])]
    weights, bias = [], []
    for target in targets:
        fitted = LogisticRegression(C=strength, solver="liblinear", random_state=0).fit(matrix, target)
        weights.append(fitted.coef_[0])
        bias.append(fitted.intercept_[0])
    kept = np.abs(np.array(weights)).max(axis=0) > 0.004
    index = {sign: n for n, sign in enumerate(s for s, n in index.items() if kept[n])}
    return Linear(
        index, np.array(weights).T[kept].astype(np.float16).astype(np.float32), np.array(bias, dtype=np.float32)
    )


def trees(rows: Floats, target: npt.NDArray[np.bool_], rounds: int = 150, leaves: int = 12) -> Trees:
    """Boosted trees over measures."""
    fitted = HistGradientBoostingClassifier(
        max_iter=rounds,
        learning_rate=0.06,
        max_leaf_nodes=leaves,
        min_samples_leaf=15,
        l2_regularization=2,
        early_stopping=False,
        random_state=0,
    ).fit(rows.astype(np.float32), target)
    measure, threshold, left, right, value, roots = [], [], [], [], [], []
    depth = 0
    for (predictor,) in fitted._predictors:
        base = len(measure)
        roots.append(base)
        for n, node in enumerate(predictor.nodes):
            leaf = bool(node["is_leaf"])
            measure.append(0 if leaf else int(node["feature_idx"]))
            threshold.append(0.0 if leaf else float(node["num_threshold"]))
            left.append(base + n if leaf else base + int(node["left"]))
            right.append(base + n if leaf else base + int(node["right"]))
            value.append(float(node["value"]) if leaf else 0.0)
            depth = max(depth, int(node["depth"]))
    return Trees(
        np.array(measure, dtype=np.int16),
        np.array(threshold, dtype=np.float32),
        np.array(left, dtype=np.int32),
        np.array(right, dtype=np.int32),
        np.array(value, dtype=np.float32),
        np.array(roots, dtype=np.int32),
        float(fitted._baseline_prediction.ravel()[0]),
        depth,
    )


def _first(examples: Sequence[Example]) -> Linear:
    rows, target = [], []
    for example in examples:
        for signs, what in zip(example.view.signs, example.labels, strict=True):
            if what in (NONE, NAMED) or (what == HIDDEN):
                rows.append(signs)
                target.append(int(what == NAMED))
    return linear(rows, np.array(target), 0.2)


def _things(examples: Sequence[Example]) -> tuple[list[list[str]], list[int], list[int]]:
    """For each annotated thing: the signs of all that names it, its type, whether it is introduced (-1: unscored)."""
    rows, kinds, introduced = [], [], []
    for example in examples:
        members: dict[int, set[str]] = defaultdict(set)
        for signs, what, entity in zip(example.view.signs, example.labels, example.entities, strict=True):
            if entity is not None and what in (NAMED, GENERIC):
                members[entity] |= set(signs)
        for entity, signs_of in members.items():
            fact = example.record["entities"][entity]
            rows.append(sorted(signs_of))
            kinds.append(TYPES.index(NodeType(fact["type"])))
            introduced.append(-1 if fact.get("generic") or fact.get("optional") else int(bool(fact.get("introduced"))))
    return rows, kinds, introduced


def learn(examples: Sequence[Example], gazetteer: Gazetteer) -> Judges:
    """The judges, from examples seen by one who knows only the other parts; `gazetteer` is what they will use."""
    parts = sorted({example.part for example in examples})
    guesses: dict[int, Floats] = {}
    for part in parts:
        first = _first([e for e in examples if e.part != part])
        for n, example in enumerate(examples):
            if example.part == part:
                guesses[n] = first.scores(example.view.signs)[:, 0]
    rows, target = [], []
    for n, example in enumerate(examples):
        if not example.view.candidates:
            continue
        table = np.column_stack([example.view.measures, guesses[n], company(example.view, odds(guesses[n]))])
        kept = np.array([what != GENERIC and (what != HIDDEN or True) for what in example.labels])
        rows.append(table[kept])
        target.append(np.array([what == NAMED for what in example.labels])[kept])
    second = trees(np.vstack(rows), np.concatenate(target))
    signs, kinds, introduced = _things(examples)
    scored = [n for n, i in enumerate(introduced) if i >= 0]
    return Judges(
        gazetteer,
        _first(examples),
        second,
        linear(signs, np.array(kinds), 0.3),
        linear([signs[n] for n in scored], np.array([introduced[n] for n in scored]), 0.3),
    )


def gazetteer_of(examples: Sequence[Example], seen: dict[str, tuple[float, ...]]) -> Gazetteer:
    """All that the examples and the corpus tell of names."""
    return Gazetteer(_learned(examples, None), seen, _phrases(examples, None, seen))


def store(judges: Judges, path: str) -> None:
    """Write the judges as `names.npz` is read."""
    arrays = {
        **judges.gazetteer.arrays(),
        **judges.first.arrays("first"),
        **judges.second.arrays("second"),
        **judges.types.arrays("types"),
        **judges.introduced.arrays("introduced"),
    }
    np.savez_compressed(path, **arrays)  # type: ignore[arg-type]


def crossfit(
    annotated: Sequence[tuple[gold.Record, Reading]], seen: dict[str, tuple[float, ...]], parts: int = PARTS
) -> dict[int, Judges]:
    """For each part, judges that have seen nothing of it."""
    out = {}
    for part in range(parts):
        rest = [(record, reading) for record, reading in annotated if gold.part(record["id"], parts) != part]
        examples = examples_of(rest, seen, parts)
        out[part] = learn(examples, gazetteer_of(examples, seen))
    return out
