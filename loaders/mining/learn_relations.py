"""Learns the judge over candidate relations from annotated documents.

    python -m begat.loaders.mining.learn_relations GOLD TEXTS… [--metadata FILE] -o relations.npz

It learns from the names as annotated and from the names as found by judges that have not seen the document
(`learn_names.crossfit`), so that it knows both what is stated and what finding names gets wrong.
"""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from begat.loaders.mining import gold
from begat.loaders.mining.judge import JUDGED, Judge
from begat.loaders.mining.reading import Name, Reading
from begat.loaders.mining.relations import Sight, sight

STRENGTH = 20.0
"""Inverse of the regularisation; chosen by cross-validation."""
LEAST = 3
"""In how many candidates a feature must be told to count."""
SMALL = 0.02
"""Weights below this are not shipped."""


@dataclass(slots=True)
class Lesson:
    """One annotated document as the judge sees it: right (1) or wrong (0), and whether it counts, of each candidate."""

    identifier: str
    sight: Sight
    right: npt.NDArray[np.bool_]
    counts: npt.NDArray[np.bool_]


def lesson(reading: Reading, names: Sequence[Name], record: gold.Record) -> Lesson:
    """The candidates of a reading with what the record says of each; what it leaves open does not count."""
    seen = sight(reading, names)
    answers = gold.Answers(record)
    right = np.zeros((len(seen.candidates), len(JUDGED)), dtype=bool)
    counts = np.ones_like(right)
    for row, candidate in enumerate(seen.candidates):
        accepted, unscored = answers.of(_name(seen, candidate.subject), _name(seen, candidate.object))
        for column, relation in enumerate(JUDGED):
            right[row, column] = relation in accepted
            counts[row, column] = right[row, column] or not unscored
    return Lesson(record["id"], seen, right, counts)


def _name(seen: Sight, thing: int) -> str:
    return seen.scene.things[thing].name if thing else gold.PAPER


def learn(lessons: Sequence[Lesson]) -> Judge:
    """A judge from lessons; its calibration is learned on lessons held out in turn."""
    weights = _fit(lessons)
    scores = np.zeros((sum(len(each.right) for each in lessons), len(JUDGED)))
    ends = np.cumsum([len(each.right) for each in lessons])
    parts = 4
    for part in range(parts):
        rest = [each for each in lessons if gold.part(each.identifier, parts) != part]
        judge = _fit(rest)
        for end, each in zip(ends, lessons, strict=True):
            if gold.part(each.identifier, parts) == part and len(each.right):
                scores[end - len(each.right) : end] = judge.scores(each.sight.told)
    return _calibrate(weights, scores, lessons)


def _calibrate(judge: Judge, scores: npt.NDArray[np.float64], lessons: Sequence[Lesson]) -> Judge:
    from sklearn.linear_model import LogisticRegression

    right, counts = np.vstack([e.right for e in lessons]), np.vstack([e.counts for e in lessons])
    slope, shift = np.ones(len(JUDGED), np.float32), np.zeros(len(JUDGED), np.float32)
    for column in range(len(JUDGED)):
        rows = counts[:, column]
        if right[rows, column].sum() < 5:
            continue
        platt = LogisticRegression(C=100.0).fit(scores[rows, column : column + 1], right[rows, column])
        slope[column], shift[column] = platt.coef_[0, 0], platt.intercept_[0]
    return Judge(judge.index, judge.weights, judge.bias, slope, shift)


def _fit(lessons: Sequence[Lesson]) -> Judge:
    """Weights for every relation, each learned against all else that counts."""
    from scipy import sparse
    from sklearn.linear_model import LogisticRegression

    told = [row for each in lessons for row in each.sight.told]
    often = Counter(feature for row in told for feature in row)
    index = {f: n for n, f in enumerate(sorted(f for f, count in often.items() if count >= LEAST))}
    columns: list[int] = []
    starts, lengths = [0], []
    for row in told:
        known = [index[f] for f in row if f in index]
        columns += known
        lengths.append(np.full(len(known), 1 / np.sqrt(max(1, len(known)))))
        starts.append(len(columns))
    matrix: Any = sparse.csr_matrix((np.concatenate(lengths), columns, starts), shape=(len(told), len(index)))
    right, counts = np.vstack([e.right for e in lessons]), np.vstack([e.counts for e in lessons])
    weights, bias = np.zeros((len(index), len(JUDGED)), np.float32), np.full(len(JUDGED), -8.0, np.float32)
    for column in range(len(JUDGED)):
        rows = np.flatnonzero(counts[:, column])
        if not right[rows, column].any():
            continue
        model = LogisticRegression(C=STRENGTH, solver="liblinear", random_state=0)
        model.fit(matrix[rows], right[rows, column])
        weights[:, column], bias[column] = model.coef_[0], model.intercept_[0]
    unit = np.ones(len(JUDGED), np.float32)
    return Judge(index, weights, bias, unit, unit * 0)


def pruned(judge: Judge) -> Judge:
    """The judge without the features that hardly count."""
    keep = np.flatnonzero(np.abs(judge.weights).max(axis=1) >= SMALL)
    features = sorted(judge.index, key=judge.index.__getitem__)
    index = {features[at]: n for n, at in enumerate(keep)}
    return Judge(index, judge.weights[keep], judge.bias, judge.slope, judge.shift)
