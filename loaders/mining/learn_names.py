"""Learns the judges of names from annotated documents.

    python -m begat.loaders.mining.learn_names GOLD SOURCE… [--also GOLD SOURCE…] --corpus SOURCE… [--metadata FILE] [-o names.npz]

GOLD holds the annotations (`gold.py` says how), the sources the texts annotated; the corpus is any number of
abstracts of the field without annotation, from which `words.json` and the counts of `gazetteer.py` are taken.
With `--cross-validate` nothing is written, and what judges find in documents that they have not learned from is
held against the annotations.

Every judge is learned on what others have judged of documents that they had not learned from (`gold.part`), so
that it sees in learning what it will see in use. Reproducible to the byte: everything is sorted, nothing random.
"""

import argparse
import json
import os
import re
import sys
import tempfile
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from functools import partial
from itertools import pairwise
from multiprocessing import get_context
from pathlib import Path
from typing import TypeVar

import numpy as np
import numpy.typing as npt
import pycrfsuite
from scipy.sparse import csr_matrix
from sklearn.ensemble import HistGradientBoostingClassifier
from sklearn.linear_model import LogisticRegression
from threadpoolctl import threadpool_limits

from begat import loaders
from begat.graph.model import Document
from begat.graph.names import fold
from begat.graph.vocabulary import NodeType
from begat.loaders.mining import gold, names
from begat.loaders.mining.candidates import Tokens, gather
from begat.loaders.mining.features import Scene
from begat.loaders.mining.gazetteer import LEARNED, SEEN, TYPES, Gazetteer
from begat.loaders.mining.hands import MAIN, Copied, Hands
from begat.loaders.mining.judges import Floats, Linear, Part, Trees, odds
from begat.loaders.mining.names import (
    INTRODUCED,
    Judges,
    View,
    find,
    glance,
    look,
    look_up,
    outline,
    places,
    resolve,
    things_of,
    weighed,
    written,
)
from begat.loaders.mining.reading import Reading
from begat.loaders.mining.readings import readings
from begat.loaders.mining.tagger import NAMES, Labels, Tagger, in_words

Table = Mapping[str, tuple[float, ...]]
"""Counts by folded name."""
NONE, NAMED, GENERIC, HIDDEN = range(4)
"""Labels: no name; a scored name; generic or optional; standing only inside another gold name."""
PARTS = 5
ROUNDS, LEAVES, RATE, SHARE = 440, 31, 0.03, 0.3
"""How trees learn: how many, with how many leaves at most; how much of what it learns each adds; of the measures, how many
each of its questions chooses among. Chosen by cross-validation: many, slow ones gain most, and take little room."""


@dataclass(slots=True)
class Example:
    """An annotated reading with what its candidates are."""

    record: gold.Record
    reading: Reading
    part: int
    view: View
    labels: list[int]
    entities: list[int | None]

    @property
    def hand(self) -> int:
        """The gold that it is annotated in (`hands.py`)."""
        return gold.hand(self.record)


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
            labels.append(GENERIC if gold.unscored(record["entities"][entity]) else NAMED)
    return labels, entities


def seen_in(corpus: Iterable[Reading]) -> Table:
    """How a corpus uses what look like names: counts for those in two or more of its readings."""
    counts: dict[str, list[float]] = defaultdict(lambda: [0.0] * SEEN)
    for reading in corpus:
        tokens = Tokens.of(reading)
        found, definitions = gather(reading, tokens)
        scene = Scene(tokens, definitions)
        for key, candidate in found.items():
            m = scene.describe(candidate)[1]
            row = counts[key]
            for column, at in enumerate((None, 14, 15, 17, 21, 22, 23, 24, 31, 32, 34, 35)):
                row[column] += 1.0 if at is None else float(m[at] > 0)
    return {key: tuple(counts[key]) for key in sorted(counts) if counts[key][0] > 1 and len(key) < 40}


def _learned(examples: Sequence[Example], without: int | None) -> Table:
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


def _phrases(annotated: Sequence[tuple[gold.Record, Reading, int]], without: int | None, seen: Table) -> frozenset[str]:
    """Folded names that are candidates in any shape: those annotated, and long forms that the corpus abbreviates."""
    named = {
        fold(form)
        for record, _, part in annotated
        if part != without
        for entity in record["entities"]
        if not entity.get("generic")
        for form in [entity["name"], *entity.get("aliases", [])]
    }
    return frozenset(p for p in named | {k for k, row in seen.items() if row[9] > 1} if len(p) > 2 and "\n" not in p)


def examples_of(
    annotated: Sequence[tuple[gold.Record, Reading]],
    seen: Table,
    parts: int = PARTS,
) -> list[Example]:
    """Every annotated reading as it looks to one who knows only the other parts."""
    found = [(record, reading, gold.part(record["id"], parts)) for record, reading in annotated]
    phrases = {part: _phrases(found, part, seen) for part in range(parts)}
    out = []
    for record, reading, part in found:
        looked = look(reading, phrases[part])
        out.append(Example(record, reading, part, looked, *label(looked, record)))
    tables = {part: _learned(out, part) for part in range(parts)}
    for example in out:
        example.view = look_up(example.view, Gazetteer(tables[example.part], seen, phrases[example.part]))
    return out


def _hands(hands: Hands | None, rows: int) -> Hands:
    return np.full(rows, MAIN, dtype=np.intp) if hands is None else hands


def linear(
    rows: Sequence[Sequence[Part]],
    classes: npt.NDArray[np.int64],
    strength: float,
    least: int = 2,
    hands: Hands | None = None,
) -> Linear:
    """A linear judge over the signs that stand in at least `least` rows: one column, or one for each class.

    `hands`: whose each row is, where it is to judge as the main one does (default: all are alike).
    """
    often = Counter(sign for row in rows for part in row for sign in part)
    index = {sign: n for n, sign in enumerate(sorted(s for s, count in often.items() if count >= least))}
    pointers, columns = [0], []
    for row in rows:
        columns += sorted(index[s] for part in row for s in part if s in index)
        pointers.append(len(columns))
    matrix = csr_matrix((np.ones(len(columns)), columns, pointers), shape=(len(rows), len(index)))
    wanted = sorted(set(classes.tolist()))
    targets = [classes == c for c in (wanted if len(wanted) > 2 else wanted[1:])]
    told = Copied.of(matrix, _hands(hands, len(rows)), least)
    weights, bias = [], []
    for target in targets:
        fitted = LogisticRegression(C=strength, solver="liblinear", random_state=0).fit(told.matrix, target)
        own_weights, own_bias = told.folded(fitted.coef_[0], fitted.intercept_[0])
        weights.append(own_weights)
        bias.append(own_bias)
    kept = np.abs(np.array(weights)).max(axis=0) > 0.004
    index = {sign: n for n, sign in enumerate(s for s, n in index.items() if kept[n])}
    return Linear(
        index, np.array(weights).T[kept].astype(np.float16).astype(np.float32), np.array(bias, dtype=np.float32)
    )


def trees(
    rows: Floats,
    target: npt.NDArray[np.bool_],
    weights: Floats | None = None,
    hands: Hands | None = None,
    rounds: int = ROUNDS,
    leaves: int = LEAVES,
    rate: float = RATE,
    share: float = SHARE,
) -> Trees:
    """Boosted trees over measures; `weights`: how much each row counts (default: as much as any other).

    `hands`: whose each row is, where they are to judge as the main one does (default: all are alike). The trees ask for it
    too in learning; these questions are answered for MAIN, and left out of what is returned. `rounds` and what follows: as
    ROUNDS, LEAVES, RATE and SHARE are.
    """
    fitted = HistGradientBoostingClassifier(
        max_iter=rounds,
        learning_rate=rate,
        max_features=share,
        max_leaf_nodes=leaves,
        min_samples_leaf=15,
        l2_regularization=2,
        early_stopping=False,
        random_state=0,
    ).fit(np.column_stack([rows, _hands(hands, len(rows))]).astype(np.float32), target, weights)
    whose = rows.shape[1]
    measure: list[int] = []
    right: list[int] = []
    threshold, value, roots = [], [], []

    def add(nodes: npt.NDArray[np.void], n: int) -> int:
        """Where what stands at node `n` has been added, with all below it."""
        node = nodes[n]
        leaf = bool(node["is_leaf"])
        if not leaf and int(node["feature_idx"]) == whose:
            return add(nodes, int(node["left" if node["num_threshold"] >= MAIN else "right"]))
        at = len(measure)
        measure.append(0 if leaf else int(node["feature_idx"]))
        threshold.append(0.0 if leaf else float(node["num_threshold"]))
        value.append(float(node["value"]) if leaf else 0.0)
        right.append(at)
        if not leaf:
            add(nodes, int(node["left"]))
            right[at] = add(nodes, int(node["right"]))
        return at

    for (predictor,) in fitted._predictors:
        roots.append(add(predictor.nodes, 0))
    return Trees(
        np.array(measure, dtype=np.int16),
        np.array(threshold, dtype=np.float32),
        np.array(right, dtype=np.int32),
        np.array(value, dtype=np.float32),
        np.array(roots, dtype=np.int32),
        float(fitted._baseline_prediction.ravel()[0]),
    )


def _named(examples: Sequence[Example]) -> Linear:
    """Learns from every candidate whether it is a scored name; generic ones teach nothing."""
    rows, target, hands = [], [], []
    for example in examples:
        for signs, what in zip(example.view.signs, example.labels, strict=True):
            if what != GENERIC:
                rows.append(signs)
                target.append(int(what == NAMED))
                hands.append(example.hand)
    return linear(rows, np.array(target), 0.2, hands=np.array(hands))


def _proposed(examples: Sequence[Example]) -> Linear:
    """Learns from every candidate whether it is something that the document introduces."""
    rows, target = [], []
    for example in examples:
        for signs, what, entity in zip(example.view.signs, example.labels, example.entities, strict=True):
            own = entity is not None and bool(example.record["entities"][entity].get("introduced"))
            if what != HIDDEN and not (own and what == GENERIC):
                rows.append(signs)
                target.append(int(own))
    return linear(rows, np.array(target), 0.2)


def _here(examples: Sequence[Example]) -> Linear:
    """Learns from every place whether a scored name stands there with these borders."""
    rows, target, hands = [], [], []
    for example in examples:
        wanted = _standing(example)
        for candidate, places_ in zip(example.view.candidates, example.view.here, strict=True):
            for place, signs in zip(candidate.places, places_, strict=True):
                what = wanted.get(place, NONE)
                if what != GENERIC:
                    rows.append(signs)
                    target.append(int(what == NAMED))
                    hands.append(example.hand)
    return linear(rows, np.array(target), 0.2, hands=np.array(hands))


def _types(examples: Sequence[Example]) -> Linear:
    """Learns the type of a thing from all the signs of all that names it."""
    rows, kinds = [], []
    for example in examples:
        members: dict[int, set[str]] = defaultdict(set)
        for signs, what, entity in zip(example.view.signs, example.labels, example.entities, strict=True):
            if entity is not None and what in (NAMED, GENERIC):
                members[entity].update(*signs)
        for entity in sorted(members):
            rows.append([tuple(sorted(members[entity]))])
            kinds.append(TYPES.index(NodeType(example.record["entities"][entity]["type"])))
    return linear(rows, np.array(kinds), 0.3)


Spans = Callable[[Example], Sequence[tuple[int, int, int]]]
"""The names of an example: first token, past the last, place among the kinds of what a tagger learns."""


def taught(examples: Sequence[Example], known: Labels, spans: Spans) -> Tagger:
    """Learns from every token whether a name begins or goes on there, and of what kind."""
    trainer = pycrfsuite.Trainer("lbfgs", _CHAIN, verbose=False)
    signs = in_words()
    for example in examples:
        told = signs.rows(example.view.tokens, example.view.definitions)
        rows = [[sign for part in row for sign in part] for row in told]
        labels = known.of(example.view.tokens.first, spans(example))
        for a, b in pairwise(example.view.tokens.first):
            if b > a:
                trainer.append(rows[a:b], labels[a:b])
    with tempfile.TemporaryDirectory() as folder:
        path = str(Path(folder) / "tagger")
        trainer.train(path)
        model = pycrfsuite.Tagger()
        model.open(path)
        learned = model.info()
        model.close()
    number = {label: n for n, label in enumerate(known.names)}
    moves = np.zeros((len(number), len(number)), dtype=np.float32)
    for (one, other), weight in learned.transitions.items():
        moves[number[one], number[other]] = weight
    strong = {(sign, label): w for (sign, label), w in learned.state_features.items() if abs(w) > _FAINT}
    index = {sign: n for n, sign in enumerate(sorted({sign for sign, _ in strong}))}
    weights = np.zeros((len(index), len(number)), dtype=np.float32)
    for (sign, label), weight in strong.items():
        weights[index[sign], number[label]] = np.float16(weight)
    return Tagger(known, Linear(index, weights, np.zeros(len(number), dtype=np.float32)), moves)


_CHAIN = {"c1": 1.0, "c2": 0.1, "max_iterations": 60, "feature.minfreq": 2}
"""How the tagger learns (CRFsuite's names): few signs that count, chosen by cross-validation."""
_FAINT = 0.01
"""Weights of the tagger below this are not kept."""


def taught_names(examples: Sequence[Example]) -> Tagger:
    """A tagger of names: of what is known, introduced, or generic."""
    return taught(examples, NAMES, _kinds)


def _kinds(example: Example) -> list[tuple[int, int, int]]:
    facts = ((place, example.record["entities"][entity]) for place, entity in outermost(example).items())
    return [(*place, NAMES.kinds.index(kind_of(fact))) for place, fact in facts]


def kind_of(fact: gold.Record) -> str:
    """Of which of NAMES an entity of a record is."""
    if gold.unscored(fact):
        return "generic"
    return "introduced" if fact.get("introduced") else "named"


def _standing(example: Example) -> dict[tuple[int, int], int]:
    """The same places, and whether a scored name or a generic one stands there."""
    facts = ((place, example.record["entities"][entity]) for place, entity in outermost(example).items())
    return {place: GENERIC if gold.unscored(fact) else NAMED for place, fact in facts}


def outermost(example: Example) -> dict[tuple[int, int], int]:
    """The places of gold names that no other gold name encloses, and which entity each is."""
    spots = sorted(
        (
            (j - i, i, j, entity)
            for c, entity in zip(example.view.candidates, example.entities, strict=True)
            if entity is not None
            for i, j in c.places
        ),
        reverse=True,
    )
    taken: set[int] = set()
    found = {}
    for _, i, j, entity in spots:
        if taken.isdisjoint(range(i, j)):
            taken.update(range(i, j))
            found[i, j] = entity
    return found


Said = TypeVar("Said")


def _by_others(examples: Sequence[Example], teach: Callable[[list[int]], Callable[[int], Said]]) -> dict[int, Said]:
    """What judges taught without an example's part say about it. `teach` takes and its result gives by number."""
    found: dict[int, Said] = {}
    for part in sorted({example.part for example in examples}):
        judge = teach([n for n, e in enumerate(examples) if e.part != part])
        for n, example in enumerate(examples):
            if example.part == part:
                found[n] = judge(n)
    return found


def _column(examples: Sequence[Example], learned: Callable[[Sequence[Example]], Linear]) -> dict[int, Floats]:
    def teach(numbers: list[int]) -> Callable[[int], Floats]:
        judge = learned([examples[n] for n in numbers])
        return lambda n: judge.in_parts(examples[n].view.signs)[:, 0]

    return _by_others(examples, teach)


def learn(examples: Sequence[Example], gazetteer: Gazetteer, taggers: Mapping[int, Tagger], tagger: Tagger) -> Judges:
    """The judges, from examples seen by one who knows only the other parts; `gazetteer` and `tagger` are what they will use.

    `taggers`: for each part, one that has not learned from it.
    """
    examples = [example for example in examples if example.view.candidates]
    named, proposed = _column(examples, _named), _column(examples, _proposed)

    def teach_here(numbers: list[int]) -> Callable[[int], Floats]:
        judge = _here([examples[n] for n in numbers])
        return lambda n: judge.in_parts(examples[n].view.places)[:, 0]

    here = _by_others(examples, teach_here)
    tagged = {n: e.view.tagged(taggers[e.part]) for n, e in enumerate(examples)}
    tables = {n: weighed(e.view, named[n], proposed[n], here[n], tagged[n]) for n, e in enumerate(examples)}
    labels = {n: np.array(e.labels) for n, e in enumerate(examples)}

    def second(numbers: Sequence[int]) -> Trees:
        return _telling_names(examples, numbers, tables, labels)

    def teach_second(numbers: list[int]) -> Callable[[int], Floats]:
        judge = second(numbers)
        return lambda n: np.clip(odds(judge.scores(tables[n])), 1e-4, 1 - 1e-4)

    chance = _by_others(examples, teach_second)
    stands, sights, right = {}, {}, {}
    for n, example in enumerate(examples):
        stands[n], sights[n] = places(example.view, chance[n], here[n], tagged[n])
        wanted = _standing(example)
        right[n] = np.array([wanted.get((i, j), NONE) for i, j, _ in stands[n]], dtype=np.int64)

    def borders(numbers: Sequence[int]) -> Trees:
        return _telling_names(examples, numbers, sights, right)

    def teach_borders(numbers: list[int]) -> Callable[[int], Floats]:
        judge = borders(numbers)
        return lambda n: odds(judge.scores(sights[n]))

    sure = _by_others(examples, teach_borders)
    rows, target = [], []
    for n, example in enumerate(examples):
        chosen = resolve(stands[n], sure[n], len(example.view.tokens.text), names.NAMED)
        if not chosen:
            continue
        members = things_of(example.view, chosen)
        told = outline(example.view, chosen, members, chance[n], proposed[n], tagged[n])
        for head, row in zip(members, told, strict=True):
            entity = example.entities[head]
            fact = example.record["entities"][entity] if entity is not None else {}
            if not gold.unscored(fact):
                rows.append(row)
                target.append(bool(fact.get("introduced")))
    everyone = range(len(examples))
    return Judges(
        gazetteer,
        tagger,
        _named(examples),
        _proposed(examples),
        _here(examples),
        second(everyone),
        borders(everyone),
        _types(examples),
        trees(np.array(rows), np.array(target)),
    )


def _telling_names(
    examples: Sequence[Example],
    numbers: Sequence[int],
    measured: Mapping[int, Floats],
    labels: Mapping[int, npt.NDArray[np.int64]],
) -> Trees:
    """Trees that learned from the rows of some examples, by their numbers, which are scored names; generic ones teach nothing."""
    kept = {n: labels[n] != GENERIC for n in numbers}
    return trees(
        np.vstack([measured[n][kept[n]] for n in numbers]),
        np.concatenate([labels[n][kept[n]] == NAMED for n in numbers]),
        hands=np.concatenate([np.full(int(kept[n].sum()), examples[n].hand) for n in numbers]),
    )


def gazetteer_of(examples: Sequence[Example], seen: Table) -> Gazetteer:
    """All that the examples and the corpus tell of names."""
    return Gazetteer(
        _learned(examples, None), seen, _phrases([(e.record, e.reading, e.part) for e in examples], None, seen)
    )


def store(judges: Judges, path: str) -> None:
    """Write the judges as `names.npz` is read."""
    arrays = {
        **judges.gazetteer.arrays(),
        **judges.tagger.arrays("tagger"),
        **judges.named.arrays("named"),
        **judges.proposed.arrays("proposed"),
        **judges.here.arrays("here"),
        **judges.second.arrays("second"),
        **judges.borders.arrays("borders"),
        **judges.types.arrays("types"),
        **judges.introduced.arrays("introduced"),
    }
    np.savez_compressed(path, **arrays)  # type: ignore[arg-type]


def crossfit(
    annotated: Sequence[tuple[gold.Record, Reading]],
    seen: Table,
    parts: int = PARTS,
) -> dict[int, Judges]:
    """For each part, judges that have seen nothing of it; learned side by side, as many as there are processors."""
    taggers = taggers_of(annotated, seen, taught_names, range(parts), parts)
    with workers(parts) as pool:
        return dict(enumerate(pool.map(partial(_without, annotated, seen, parts, taggers), range(parts))))


def workers(most: int) -> ProcessPoolExecutor:
    """As many processes as there are processors, with one thread each: the trees' threads wait for each other by spinning.

    Spawned, for a forked one may inherit the locks of these threads.
    """
    return ProcessPoolExecutor(
        min(most, os.cpu_count() or 1), mp_context=get_context("spawn"), initializer=threadpool_limits, initargs=(1,)
    )


def _without(
    annotated: Sequence[tuple[gold.Record, Reading]], seen: Table, parts: int, taggers: Mapping[int, Tagger], part: int
) -> Judges:
    """Judges that have learned from all parts but one.

    Of the taggers that read the other parts for them to learn from, each has left out the part it reads, but not this one:
    leaving out both would take as many taggers as there are pairs of parts, and tells next to nothing of this one.
    """
    examples = examples_of(_all_but(annotated, parts, part), seen, parts)
    return learn(examples, gazetteer_of(examples, seen), taggers, taggers[part])


def _all_but(
    annotated: Sequence[tuple[gold.Record, Reading]], parts: int, part: int
) -> list[tuple[gold.Record, Reading]]:
    return [(record, reading) for record, reading in annotated if gold.part(record["id"], parts) != part]


Teaching = Callable[[Sequence[Example]], Tagger]


def taggers_of(
    annotated: Sequence[tuple[gold.Record, Reading]],
    seen: Table,
    teach: Teaching,
    without: Iterable[int],
    parts: int = PARTS,
) -> dict[int, Tagger]:
    """For each part of `without`, a tagger that has learned from all others; `parts` itself leaves out nothing.

    `teach` is a function of a module, for other processes call it.
    """
    asked = list(without)
    with workers(len(asked)) as pool:
        return dict(zip(asked, pool.map(partial(_tagger, annotated, seen, teach, parts), asked), strict=True))


def _tagger(
    annotated: Sequence[tuple[gold.Record, Reading]], seen: Table, teach: Teaching, parts: int, part: int
) -> Tagger:
    rest = [(record, reading, part) for record, reading in _all_but(annotated, parts, part)]
    phrases = _phrases(rest, None, seen)
    examples = []
    for record, reading, _ in rest:
        glanced = glance(reading, phrases)
        examples.append(Example(record, reading, part, glanced, *label(glanced, record)))
    return teach(examples)


def crossvalidated(annotated: Sequence[tuple[gold.Record, Reading]], seen: Table) -> dict[str, Counter[str]]:
    """Right (tp), invented (fp) and missed (fn) names and introductions, each found by judges that never saw it.

    Keys: `entities`, `introduced`, and each type, where a name of the wrong type is invented and missed.
    """
    judges = crossfit(annotated, seen)
    tally: dict[str, Counter[str]] = defaultdict(Counter)
    for record, reading in annotated:
        found = find(reading, None, judges[gold.part(record["id"], PARTS)])
        answers = gold.Answers(record)
        told = {answers.entity(n.thing.name): n for n in found}
        own = {entity for entity, n in told.items() if n.introduced > INTRODUCED}
        facts = dict(enumerate(record["entities"]))
        scored = set(facts) - answers.unscored
        pairs = [("entities", scored, set(told)), ("introduced", answers.introduced, own)]
        for kind in TYPES:
            typed = {entity for entity, n in told.items() if n.thing.type == kind}
            pairs.append((kind.value, {n for n in scored if facts[n]["type"] == kind}, typed))
        for name, wanted, got in pairs:
            got = got - answers.unscored
            tally[name].update(tp=len(wanted & got), fp=len(got - wanted), fn=len(wanted - got))
    return dict(tally)


def table(tally: Mapping[str, Counter[str]]) -> str:
    """Precision, recall and F1 as text, a line each."""
    lines = [f"{'':12}{'P':>7}{'R':>7}{'F1':>7}{'gold':>7}{'found':>7}"]
    for name, count in tally.items():
        right, invented, missed = count["tp"], count["fp"], count["fn"]
        precision, recall = right / max(1, right + invented), right / max(1, right + missed)
        f1 = 2 * right / max(1, 2 * right + invented + missed)
        lines.append(f"{name:12}{precision:7.3f}{recall:7.3f}{f1:7.3f}{right + missed:7}{right + invented:7}")
    return "\n".join(lines)


def count_words(corpus: Iterable[Document], path: Path) -> None:
    """Write `words.json`: in how many abstracts each word stands, in lower case and otherwise, if in two or more."""
    lower: Counter[str] = Counter()
    cased: Counter[str] = Counter()
    for document in corpus:
        inside = set(_WORD.findall(document.text))
        inside |= {part for word in inside for part in word.split("-")}
        lower.update(word for word in inside if word.islower())
        cased.update(word for word in inside if not word.islower())
    counts = {
        "lower": {w: c for w, c in sorted(lower.items()) if c > 1 and len(w) < 40},
        "cased": {w: c for w, c in sorted(cased.items()) if c > 1 and len(w) < 40 and not w.isdigit()},
    }
    path.write_text(json.dumps(counts, ensure_ascii=False, separators=(",", ":")), encoding="utf-8")


_WORD = re.compile(r"[^\W_]+(?:-[^\W_]+)*")


def _report(problem: loaders.Problem) -> None:
    """Say what could not be read: a judge learned from half a corpus is not the one asked for."""
    print(problem, file=sys.stderr)


def main() -> None:
    """Learn from the command line."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    gold.options(parser)
    parser.add_argument("--corpus", nargs="+", required=True, help="abstracts of the field, not annotated")
    parser.add_argument("--words", type=Path, help="count the corpus' words again, into this words.json, and stop")
    parser.add_argument("--cross-validate", action="store_true", help="measure instead of writing")
    parser.add_argument("-o", "--output", type=Path, default=Path(__file__).with_name("names.npz"))
    options = parser.parse_args()
    if options.words:
        count_words(loaders.read(options.corpus, on_problem=_report), options.words)
        return
    seen = seen_in(readings(document)[0] for document in loaders.read(options.corpus, on_problem=_report))
    annotated = [pair for each in gold.golds(options) for pair in each]
    if options.cross_validate:
        print(table(crossvalidated(annotated, seen)))
        return
    examples = examples_of(annotated, seen)
    taggers = taggers_of(annotated, seen, taught_names, range(PARTS + 1))
    store(learn(examples, gazetteer_of(examples, seen), taggers, taggers.pop(PARTS)), str(options.output))


if __name__ == "__main__":
    main()
