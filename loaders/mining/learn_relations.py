"""Learns the judge over candidate relations, and the tagger of roles that it listens to, from annotated documents.

    python -m begat.loaders.mining.learn_relations GOLD SOURCE… [--metadata FILE] -o relations.npz

It learns from the names as annotated and from the names as found by judges that have not seen the document
(`learn_names.crossfit`), so that it knows both what is stated and what finding names gets wrong.
"""

import argparse
import json
import os
from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from begat.graph.model import Thing
from begat.graph.vocabulary import NodeType, Relation
from begat.loaders.mining import gold, learn_names, names, pipeline
from begat.loaders.mining.context import Features
from begat.loaders.mining.hands import MAIN, Copied, Hands
from begat.loaders.mining.judge import JUDGED, Judge, Scores, Weighing
from begat.loaders.mining.judges import Floats, Trees, odds
from begat.loaders.mining.learn_names import Example, trees
from begat.loaders.mining.measures import measures
from begat.loaders.mining.reading import Name, Reading
from begat.loaders.mining.relations import decide, probabilities
from begat.loaders.mining.roles import ROLE, ROLES, played
from begat.loaders.mining.sight import Sight, sight
from begat.loaders.mining.tagger import Tagger

STRENGTH = 20.0
"""Inverse of the regularisation; chosen by cross-validation."""
LEAST = 3
"""In how many candidates a feature must be told to count."""
PARTS = 4
ROUNDS = 880
"""How many trees judge in company: more than of names (`learn_names.ROUNDS`), for they still gain by it."""
BARELY = 0.1
"""How probable a relation must seem to be calibrated on."""
CROWD = 30
"""Of so many candidates all count whole; of a document with more, all together count as much as these: a dense page has two
hundred, and would otherwise teach ten abstracts' worth of its own habits."""
SMALL = 0.06
"""Weights below this are not shipped: a candidate has some 150 features, whose weights are divided by the root of that."""
STEP = 1 / 32
"""In what steps they are shipped: rounding them adds a hundredth to a candidate's log-odds, and halves what they take."""


Rows = npt.NDArray[np.intp]
Marks = npt.NDArray[np.bool_]


@dataclass(slots=True)
class Lesson:
    """One annotated document as the judge sees it: right (1) or wrong (0), and whether it counts, of each candidate."""

    identifier: str
    hand: int
    """The gold that it is annotated in (`hands.py`)."""
    sight: Sight
    right: Marks
    counts: Marks
    as_found: bool = True
    """Whether its names are as found, so that it is as hard as what the judge will meet."""

    @property
    def part(self) -> int:
        """The part that it is held out with."""
        return gold.part(self.identifier, PARTS)

    @property
    def calibrates(self) -> bool:
        """Whether confidence is made to mean on it what it should."""
        return self.as_found and self.hand == MAIN

    @property
    def weight(self) -> float:
        """How much each of its candidates counts."""
        return min(1.0, CROWD / max(1, len(self.sight.candidates)))


def lesson(reading: Reading, found: Sequence[Name], record: gold.Record, as_found: bool = True) -> Lesson:
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
    return Lesson(record["id"], gold.hand(record), seen, right, counts, as_found)


def _name(seen: Sight, thing: int) -> str:
    return seen.scene.things[thing].name if thing else gold.PAPER


@dataclass(frozen=True, slots=True)
class Learned:
    """What comes of lessons: the judge, and for each part one that has seen nothing of it, to measure by."""

    judge: Judge
    without: tuple[Judge, ...]


def learn(lessons: Sequence[Lesson], taggers: Mapping[int, Tagger]) -> Learned:
    """Judges from lessons; what judges in company learns from scores that were given without having seen the answer.

    `taggers` of roles (`role_taggers`): for each part one that has not seen it, for PARTS one that has seen all.

    The trees of a judge without a part learned from the scores of other parts, which linear judges gave that had seen this
    one: to leave both out would take a judge for each pair of parts, and tells next to nothing of this one.
    """
    if len({each.part for each in lessons if each.sight.candidates}) < 2:
        raise SystemExit(
            f"too few annotated documents to learn from: they are told apart in {PARTS} parts, all fall in one"
        )
    sheet = Sheet.of(lessons)
    telling = _telling(sheet)
    apart = [_fit(sheet, telling, sheet.part != part) for part in range(PARTS)]
    scores = held_out(sheet, apart)
    roles = [played(each.sight.scene, taggers[each.part]) for each in lessons]
    seen = company(lessons, scores, roles)
    *grown, company_of_all = seen.grown()
    tried = [_tried(lessons, scores, roles, part, judge) for part, judge in enumerate(grown)]
    without = [
        _calibrated(replace(each, company=grown[part], roles=taggers[part]), tried[:part] + tried[part + 1 :])
        for part, each in enumerate(apart)
    ]
    whole = _fit(sheet, telling, np.ones(len(lessons), dtype=bool))
    whole = replace(whole, company=company_of_all, roles=taggers[PARTS])
    return Learned(pruned(_calibrated(whole, tried)), tuple(map(pruned, without)))


@dataclass(slots=True)
class Sheet:
    """All lessons as matrices: a row for each candidate, one after another, and a row for each of its places."""

    index: dict[str, int]
    whole: Any
    """What is told of each candidate, a sparse (candidates, features)."""
    place: Any
    """What is told of each place, a sparse (places, features)."""
    owner: Rows
    """Of each place, the row of its candidate."""
    lesson: Rows
    """Of each candidate, the number of its lesson."""
    part: Rows
    """Of each lesson, the part that it is held out with."""
    hand: Hands
    """Of each candidate, the gold that it is of."""
    right: Marks
    counts: Marks
    weight: Floats
    """How much each candidate counts."""

    @classmethod
    def of(cls, lessons: Sequence[Lesson]) -> "Sheet":
        """The matrices of lessons; a feature counts that LEAST candidates have."""
        told = [row for each in lessons for row in each.sight.told]
        places = [rows for each in lessons for rows in each.sight.places]
        often = Counter(str(feature) for row in told for part in row for feature in part)
        index = {f: n for n, f in enumerate(sorted(f for f, count in often.items() if count >= LEAST))}
        return cls(
            index,
            _matrix(told, index),
            _matrix([row for rows in places for row in rows], index),
            np.repeat(np.arange(len(told)), [len(rows) for rows in places]),
            np.repeat(np.arange(len(lessons)), [len(each.sight.told) for each in lessons]),
            np.array([each.part for each in lessons], dtype=np.intp),
            np.repeat([each.hand for each in lessons], [len(each.sight.told) for each in lessons]),
            np.vstack([each.right for each in lessons]),
            np.vstack([each.counts for each in lessons]),
            np.repeat([each.weight for each in lessons], [len(each.sight.told) for each in lessons]),
        )

    def among(self, lessons: Marks) -> tuple[Rows, Rows]:
        """The rows of candidates, and those of places, of the lessons that are marked."""
        whole = lessons[self.lesson]
        return np.flatnonzero(whole), np.flatnonzero(whole[self.owner])


def _matrix(told: Sequence[Sequence[Features]], index: dict[str, int]) -> Any:
    """Rows of features, in parts, as a sparse matrix; a row counts as much however many features it has."""
    from scipy import sparse

    columns: list[int] = []
    starts, weights = [0], []
    for row in told:
        known = sorted(index[f] for part in row for f in map(str, part) if f in index)
        columns += known
        weights.append(np.full(len(known), 1 / np.sqrt(max(1, len(known)))))
        starts.append(len(columns))
    return sparse.csr_matrix((np.concatenate(weights), columns, starts), shape=(len(told), len(index)))


def held_out(sheet: Sheet, apart: Sequence[Judge]) -> list[Scores]:
    """The first step's scores of each lesson, by the judge that has not seen its part; `apart`: one for each part."""
    whole = np.zeros(sheet.right.shape)
    place = np.zeros((len(sheet.owner), len(JUDGED)))
    for part, learned in enumerate(apart):
        rows, places = sheet.among(sheet.part == part)
        whole[rows] = sheet.whole[rows] @ learned.whole.weights + learned.whole.bias
        place[places] = sheet.place[places] @ learned.place.weights + learned.place.bias
    count = np.bincount(sheet.owner, minlength=len(whole))
    scores = []
    for number in range(len(sheet.part)):
        rows, places = sheet.among(np.arange(len(sheet.part)) == number)
        scores.append(Scores.of(whole[rows], place[places], count[rows].tolist()))
    return scores


def _telling(sheet: Sheet) -> Marks:
    """Which places teach a relation, (places, relations): all of a candidate without it, the likeliest of one with it.

    What an annotation says of a pair, mostly one of its places states. The likeliest is found by judges that learned
    from all places of the other parts (the first round of learning from multiple instances: Andrews and others 2002).
    """
    right = sheet.right[sheet.owner]
    place = np.zeros(right.shape)
    everything = sheet.counts[sheet.owner]
    for part in range(PARTS):
        _, places = sheet.among(sheet.part != part)
        owner = sheet.owner[places]
        learned = _weighing(
            sheet.place[places], right[places], everything[places], sheet.weight[owner], sheet.hand[owner]
        )
        _, places = sheet.among(sheet.part == part)
        place[places] = sheet.place[places] @ learned.weights + learned.bias
    best = np.full(sheet.right.shape, -np.inf)
    np.maximum.at(best, sheet.owner, place)
    telling: Marks = everything & (~right | (place == best[sheet.owner]))
    return telling


@dataclass(frozen=True, slots=True)
class Company:
    """The measures of all candidate relations that count, one a row, and what the trees learn of them."""

    numbers: Floats
    right: Marks
    weight: Floats
    part: Rows
    """The part that its lesson is held out with."""
    hand: Hands
    """The gold that it is of."""

    def grown(self) -> list[Trees]:
        """For each part trees that learned from all rows but its own, and last those that learned from all; side by side."""
        with learn_names.workers(PARTS + 1) as pool:
            return list(pool.map(self.trees, range(PARTS + 1)))

    def trees(self, without: int) -> Trees:
        """Trees that learned from all rows but those of a part; PARTS itself leaves out nothing."""
        rows = self.part != without
        return trees(self.numbers[rows], self.right[rows], self.weight[rows], self.hand[rows], ROUNDS)


def company(lessons: Sequence[Lesson], scores: Sequence[Scores], roles: Sequence[Floats]) -> Company:
    """What judges in company learn from."""
    numbers, right, weight, parts, hands = [], [], [], [], []
    for each, score, parts_played in zip(lessons, scores, roles, strict=True):
        if not len(score.whole):
            continue
        rows, columns, measured = measures(each.sight, score, parts_played)
        counts = each.counts[rows, columns]
        if counts.any():
            size = int(counts.sum())
            numbers.append(measured[counts])
            right.append(each.right[rows, columns][counts])
            weight.append(np.full(size, each.weight))
            parts.append(np.full(size, each.part))
            hands.append(np.full(size, each.hand))
    return Company(np.vstack(numbers), *map(np.concatenate, (right, weight, parts, hands)))


Tried = list[tuple[float, bool, float]]
"""What would be stated: log-odds, whether it is right, and how much that counts."""


def _tried(
    lessons: Sequence[Lesson], scores: Sequence[Scores], roles: Sequence[Floats], part: int, judge: Trees
) -> Tried:
    """What trees that have not seen a part would state of it, where a lesson calibrates.

    Not all that they score: choosing the likeliest favours what is overrated, with the names as annotated a judge is right
    more often than it will be, and each gold has its own idea of what is stated.
    """
    return [
        (float(np.log(chance / (1 - chance))), correct, each.weight)
        for each, score, parts_played in zip(lessons, scores, roles, strict=True)
        if each.calibrates and each.part == part
        for chance, correct in _chosen(each, score, parts_played, judge)
    ]


def _calibrated(judge: Judge, tried: Sequence[Tried]) -> Judge:
    """The judge with the slope and shift that make log-odds probabilities, by what was tried of several parts (Platt 1999)."""
    from sklearn.linear_model import LogisticRegression

    told = [each for part in tried for each in part]
    if len({correct for _, correct, _ in told}) < 2:
        return judge
    said, true, weight = zip(*told, strict=True)
    platt = LogisticRegression(C=100.0).fit(np.array(said)[:, None], true, weight)
    return replace(judge, slope=float(platt.coef_[0, 0]), shift=float(platt.intercept_[0]))


def _chosen(each: Lesson, scores: Scores, roles: Floats, judge: Trees) -> Iterator[tuple[float, bool]]:
    """What would be stated of a lesson: how probable it seems, and whether it is right; what is left open is not told."""
    if not len(scores.whole):
        return
    chances = probabilities(each.sight, scores, roles, lambda rows: np.clip(odds(judge.scores(rows)), 1e-6, 1 - 1e-6))
    row_of = each.sight.rows()
    for (candidate, column), chance in decide(each.sight.candidates, chances, BARELY):
        row = row_of[candidate.subject, candidate.object]
        if each.counts[row, column]:
            yield chance, bool(each.right[row, column])


def _fit(sheet: Sheet, telling: Marks, lessons: Marks) -> Judge:
    """The two linear judges, learned from the lessons that are marked."""
    rows, places = sheet.among(lessons)
    owner = sheet.owner[places]
    return Judge(
        sheet.index,
        _weighing(sheet.whole[rows], sheet.right[rows], sheet.counts[rows], sheet.weight[rows], sheet.hand[rows]),
        _weighing(sheet.place[places], sheet.right[owner], telling[places], sheet.weight[owner], sheet.hand[owner]),
    )


def _weighing(matrix: Any, right: Marks, counts: Marks, weight: Floats, hands: Hands) -> Weighing:
    """Weights for every relation, each learned against all else that counts; `weight`: how much each row does."""
    from sklearn.linear_model import LogisticRegression

    weights, bias = np.zeros((matrix.shape[1], len(JUDGED)), np.float32), np.full(len(JUDGED), -8.0, np.float32)
    told = Copied.of(matrix, hands, LEAST)

    def weigh(column: int) -> None:
        rows = np.flatnonzero(counts[:, column])
        if not right[rows, column].any():
            return
        model = LogisticRegression(C=STRENGTH, solver="liblinear", random_state=0)
        model.fit(told.matrix[rows], right[rows, column], weight[rows])
        weights[:, column], bias[column] = told.folded(model.coef_[0], model.intercept_[0])

    with ThreadPoolExecutor(os.cpu_count()) as pool:  # liblinear lets go of Python's lock
        list(pool.map(weigh, range(len(JUDGED))))
    return Weighing(weights, bias)


def pruned(judge: Judge) -> Judge:
    """The judge with its weights in steps, without those that hardly count and the features that have no other."""
    whole, place = (
        np.where(np.abs(w.weights) < SMALL, 0, np.round(w.weights / STEP) * STEP) for w in (judge.whole, judge.place)
    )
    keep = np.flatnonzero(whole.any(axis=1) | place.any(axis=1))
    features = sorted(judge.index, key=judge.index.__getitem__)
    return replace(
        judge,
        index={features[at]: n for n, at in enumerate(keep)},
        whole=Weighing(whole[keep], judge.whole.bias),
        place=Weighing(place[keep], judge.place.bias),
    )


def role_taggers(annotated: Sequence[tuple[gold.Record, Reading]]) -> dict[int, Tagger]:
    """For each part a tagger of roles that has not seen it, for PARTS one that has seen all; learned side by side."""
    seen = names.shipped().gazetteer.seen
    return learn_names.taggers_of(annotated, seen, taught_roles, range(PARTS + 1), PARTS)


def taught_roles(examples: Sequence[Example]) -> Tagger:
    """A tagger of roles."""
    return learn_names.taught(examples, ROLES, _role_spans)


def _role_spans(example: Example) -> list[tuple[int, int, int]]:
    roles = _roles(example.record)
    return [(*place, ROLES.kinds.index(roles[entity])) for place, entity in learn_names.outermost(example).items()]


def _roles(record: gold.Record) -> list[str]:
    """The role of each entity of a record: for what the paper introduces, or whatever else; of several, the first of _RANK."""
    played_: dict[Any, set[str]] = defaultdict(set)
    answers = gold.Answers(record)
    for (_, relation, object_), index in answers.accepted.items():
        if relation == answers.relations[index]["type"]:
            played_[object_].add(ROLE[relation])
    return [
        min(played_[number], key=_RANK.index, default=kind) if kind == "named" else kind
        for number, kind in enumerate(map(learn_names.kind_of, record["entities"]))
    ]


_RANK = list(dict.fromkeys(ROLE[relation] for relation in (
    Relation.EVALUATED_ON, Relation.OUTPERFORMS, Relation.EXTENDS, Relation.USES, Relation.TRAINED_ON,
    Relation.COMPARED_WITH, Relation.FINE_TUNED_FROM, Relation.VARIANT_OF,
)))  # fmt: skip
"""Which role counts of something that plays several."""


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


def lessons(annotated: Sequence[tuple[gold.Record, Reading]], found: Sequence[Sequence[Name]]) -> list[Lesson]:
    """Two lessons from each annotated reading: with the names as annotated, and as found by who has not seen it."""
    return [
        each
        for (record, reading), some in zip(annotated, found, strict=True)
        for each in (
            lesson(reading, gold.project(reading, record), record, as_found=False),
            lesson(reading, some, record),
        )
    ]


def learned(
    annotated: Sequence[tuple[gold.Record, Reading]], kept: Path | None
) -> tuple[list[tuple[Name, ...]], Learned]:
    """The names found of each annotated reading (`names_found`), and what is learned of relations with them."""
    found = names_found(annotated, kept)
    return found, learn(lessons(annotated, found), role_taggers(annotated))


def main() -> None:
    """Learn from the command line."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    gold.options(parser)
    parser.add_argument("--found", type=Path, help="where names once found are kept, to be found once only")
    parser.add_argument("-o", "--output", type=Path, default=Path(__file__).with_name("relations.npz"))
    options = parser.parse_args()
    annotated = [pair for each in gold.golds(options) for pair in each]
    learned(annotated, options.found)[1].judge.store(str(options.output))


if __name__ == "__main__":
    main()
