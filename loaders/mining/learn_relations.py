"""Learns the judge over candidate relations from annotated documents.

    python -m begat.loaders.mining.learn_relations GOLD SOURCE… [--metadata FILE] -o relations.npz

It learns from the names as annotated and from the names as found by judges that have not seen the document
(`learn_names.crossfit`), so that it knows both what is stated and what finding names gets wrong.
"""

import argparse
import json
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from begat.graph.model import Thing
from begat.graph.vocabulary import NodeType
from begat.loaders.mining import gold, learn_names, names, pipeline
from begat.loaders.mining.judge import JUDGED, Judge
from begat.loaders.mining.judges import Floats, Trees, odds
from begat.loaders.mining.learn_names import trees
from begat.loaders.mining.measures import measures
from begat.loaders.mining.reading import Name, Reading
from begat.loaders.mining.relations import decide
from begat.loaders.mining.sight import Sight, sight

STRENGTH = 20.0
"""Inverse of the regularisation; chosen by cross-validation."""
LEAST = 3
"""In how many candidates a feature must be told to count."""
PARTS = 4
ROUNDS, LEAVES = 120, 10
BARELY = 0.1
"""How probable a relation must seem to be calibrated on."""
SMALL = 0.02
"""Weights below this are not shipped."""


@dataclass(slots=True)
class Lesson:
    """One annotated document as the judge sees it: right (1) or wrong (0), and whether it counts, of each candidate."""

    identifier: str
    sight: Sight
    right: npt.NDArray[np.bool_]
    counts: npt.NDArray[np.bool_]
    real: bool = True
    """Whether its names are as found, not as annotated: only then is it as hard as what the judge will meet."""


def lesson(reading: Reading, found: Sequence[Name], record: gold.Record, real: bool = True) -> Lesson:
    """The candidates of a reading with what the record says of each; what it leaves open does not count."""
    seen = sight(reading, found)
    answers = gold.Answers(record)
    right = np.zeros((len(seen.candidates), len(JUDGED)), dtype=bool)
    counts = np.ones_like(right)
    for row, candidate in enumerate(seen.candidates):
        accepted, unscored = answers.of(_name(seen, candidate.subject), _name(seen, candidate.object))
        for column, relation in enumerate(JUDGED):
            right[row, column] = relation in accepted
            counts[row, column] = right[row, column] or not unscored
    return Lesson(record["id"], seen, right, counts, real)


def _name(seen: Sight, thing: int) -> str:
    return seen.scene.things[thing].name if thing else gold.PAPER


def learn(lessons: Sequence[Lesson]) -> Judge:
    """A judge from lessons; what judges in company learns from scores that were given without having seen the answer."""
    scores = held_out(lessons)
    first = _fit(lessons)
    numbers, right, parts = company(lessons, scores)
    slope, shift = _calibration(lessons, scores, numbers, right, parts)
    return Judge(first.index, first.weights, first.bias, trees(numbers, right, ROUNDS, LEAVES), slope, shift)


def held_out(lessons: Sequence[Lesson], parts: int = PARTS) -> list[Floats]:
    """The first step's scores of each lesson, by a judge that learned from the other parts."""
    judges = [_fit([e for e in lessons if gold.part(e.identifier, parts) != part]) for part in range(parts)]
    return [_scores(judges[gold.part(e.identifier, parts)], e) for e in lessons]


def _scores(judge: Judge, each: Lesson) -> Floats:
    return judge.scores([judge.know(map(str, row)) for row in each.sight.told])


def company(
    lessons: Sequence[Lesson], scores: Sequence[Floats]
) -> tuple[Floats, npt.NDArray[np.bool_], npt.NDArray[np.intp]]:
    """The measures of all candidate relations that count, which of them are right, and their part."""
    numbers, right, parts = [], [], []
    for each, score in zip(lessons, scores, strict=True):
        if not len(score):
            continue
        rows, columns, measured = measures(each.sight, score)
        counts = each.counts[rows, columns]
        if counts.any():
            numbers.append(measured[counts])
            right.append(each.right[rows, columns][counts])
            parts.append(np.full(int(counts.sum()), gold.part(each.identifier, PARTS)))
    return np.vstack(numbers), np.concatenate(right), np.concatenate(parts)


def _calibration(
    lessons: Sequence[Lesson],
    scores: Sequence[Floats],
    numbers: Floats,
    right: npt.NDArray[np.bool_],
    parts: npt.NDArray[np.intp],
) -> tuple[float, float]:
    """Slope and shift that make the trees' log-odds probabilities, by trees that have not seen the answer.

    Taken from what would be stated, in real lessons alone: choosing the likeliest favours what is overrated, and with
    the names as annotated a judge is right more often than it will be.
    """
    from sklearn.linear_model import LogisticRegression

    said: list[float] = []
    true: list[bool] = []
    for part in range(PARTS):
        inside = [n for n, e in enumerate(lessons) if e.real and gold.part(e.identifier, PARTS) == part]
        if not inside or (parts == part).all():
            continue
        judge = trees(numbers[parts != part], right[parts != part], ROUNDS, LEAVES)
        for n in inside:
            for chance, correct in _chosen(lessons[n], scores[n], judge):
                said.append(float(np.log(chance / (1 - chance))))
                true.append(correct)
    if len(set(true)) < 2:
        return 1.0, 0.0
    platt = LogisticRegression(C=100.0).fit(np.array(said)[:, None], true)
    return float(platt.coef_[0, 0]), float(platt.intercept_[0])


def _chosen(each: Lesson, scores: Floats, judge: Trees) -> Iterator[tuple[float, bool]]:
    """What would be stated of a lesson: how probable it seems, and whether it is right; what is left open is not told."""
    if not len(scores):
        return
    rows, columns, measured = measures(each.sight, scores)
    chances = np.zeros_like(scores)
    if len(rows):
        chances[rows, columns] = np.clip(odds(judge.scores(measured)), 1e-6, 1 - 1e-6)
    row_of = {(c.subject, c.object): n for n, c in enumerate(each.sight.candidates)}
    for (candidate, column), chance in decide(each.sight.candidates, chances, BARELY):
        row = row_of[candidate.subject, candidate.object]
        if each.counts[row, column]:
            yield chance, bool(each.right[row, column])


def _fit(lessons: Sequence[Lesson]) -> Judge:
    """Weights for every relation, each learned against all else that counts."""
    from scipy import sparse
    from sklearn.linear_model import LogisticRegression

    told = [row for each in lessons for row in each.sight.told]
    often = Counter(str(feature) for row in told for feature in row)
    index = {f: n for n, f in enumerate(sorted(f for f, count in often.items() if count >= LEAST))}
    columns: list[int] = []
    starts, lengths = [0], []
    for row in told:
        known = sorted(index[f] for f in map(str, row) if f in index)
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
    return Judge(index, weights, bias)


def pruned(judge: Judge) -> Judge:
    """The judge without the features that hardly count."""
    keep = np.flatnonzero(np.abs(judge.weights).max(axis=1) >= SMALL)
    features = sorted(judge.index, key=judge.index.__getitem__)
    index = {features[at]: n for n, at in enumerate(keep)}
    return Judge(index, judge.weights[keep], judge.bias, judge.company, judge.slope, judge.shift)


def names_found(annotated: Sequence[tuple[gold.Record, Reading]], kept: Path | None = None) -> list[tuple[Name, ...]]:
    """The names of each annotated reading, found by judges that have not seen it.

    Slow. `kept`: a file that holds them from an earlier time, or is to hold them (JSON Lines, one document each).
    """
    if kept and kept.exists():
        lines = [json.loads(line) for line in kept.read_text(encoding="utf-8").splitlines()]
        if [line["id"] for line in lines] != [record["id"] for record, _ in annotated]:
            raise SystemExit(f"{kept}: holds the names of other documents; remove it, and they are found anew")
        return [tuple(_name_kept(*name) for name in line["names"]) for line in lines]
    parts = learn_names.PARTS
    judges = learn_names.crossfit(annotated, names.shipped().gazetteer.seen, parts=parts)
    found = [
        pipeline.entitled(reading, names.find(reading, None, judges[gold.part(record["id"], parts)]))
        for record, reading in annotated
    ]
    if kept:
        told = [
            {
                "id": record["id"],
                "names": [[n.start, n.end, n.thing.type, n.thing.name, n.confidence, n.introduced] for n in some],
            }
            for (record, _), some in zip(annotated, found, strict=True)
        ]
        kept.write_text("".join(json.dumps(line) + "\n" for line in told), encoding="utf-8")
    return found


def _name_kept(start: int, end: int, kind: str, name: str, confidence: float, introduced: float) -> Name:
    return Name(start, end, Thing(NodeType(kind), name), confidence, introduced)


def lessons(
    annotated: Sequence[tuple[gold.Record, Reading]], found: Sequence[Sequence[Name]]
) -> list[tuple[Lesson, Lesson]]:
    """Two lessons from each annotated reading: with the names as annotated, and as found by who has not seen it."""
    return [
        (lesson(reading, gold.project(reading, record), record, real=False), lesson(reading, some, record))
        for (record, reading), some in zip(annotated, found, strict=True)
    ]


def main() -> None:
    """Learn from the command line."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    gold.options(parser)
    parser.add_argument("--found", type=Path, help="where names once found are kept, to be found once only")
    parser.add_argument("-o", "--output", type=Path, default=Path(__file__).with_name("relations.npz"))
    options = parser.parse_args()
    annotated = gold.golds(options)
    taught = lessons(annotated, names_found(annotated, options.found))
    pruned(learn([each for both in taught for each in both])).store(str(options.output))


if __name__ == "__main__":
    main()
