"""How good what was mined is, held against what is annotated: tables in Markdown, a column or three for each set of documents.

A set is a title, its records, and the assertions mined from them as dictionaries (`crossvalidate.asserted`).
"""

import json
import tempfile
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

from begat.graph.resolve import believed
from begat.graph.vocabulary import Origin, Relation
from begat.loaders.mining import gold, pipeline
from benchmarks.scorer import score

Line = dict[str, Any]
End = Any
"""A number of an entity, PAPER, or a folded name that the record has not (`gold.Answers.entity`)."""
Statement = tuple[End, Relation, End]
MEASURED = (
    "entities", "introduced", "relations", "lineage", "EVALUATED_ON", "EXTENDS", "OUTPERFORMS", "USES", "FINE_TUNED_FROM",
    "SUBCLASS_OF", "TRAINED_ON", "VARIANT_OF", "DISTILLED_FROM", "COMPARED_WITH",
)  # fmt: skip
THRESHOLDS = (0.5, 0.65, 0.8, 0.9)
_SPOKEN_OF = (Relation.MENTIONS, Relation.INTRODUCES)


@dataclass(frozen=True, slots=True)
class Set:
    """Documents with what is annotated and what was mined of them."""

    title: str
    records: Sequence[gold.Record]
    lines: Sequence[Line]

    def believed(self, threshold: float) -> list[Line]:
        """What a graph with this threshold would hold."""
        return [
            line
            for line in self.lines
            if believed(Relation(line["relation"]), Origin(line["origin"]), line["confidence"], threshold)
        ]

    def scores(self, shared: Path, threshold: float = pipeline.min_confidence) -> dict[str, dict[str, float]]:
        """What the scorer says: for each of MEASURED, `precision`, `recall`, `f1`."""
        with tempfile.TemporaryDirectory() as folder:
            records, found = Path(folder) / "gold.jsonl", Path(folder) / "found.jsonl"
            records.write_text("".join(json.dumps(record) + "\n" for record in self.records))
            found.write_text("".join(json.dumps(line) + "\n" for line in self.believed(threshold)))
            told: dict[str, dict[str, float]] = json.loads(score(shared, records, found, "--json"))
            return told

    def documents(self, threshold: float = 0.0) -> Iterator[tuple[gold.Answers, list[Line]]]:
        """For each document what is accepted of it, and what was mined and is believed."""
        mined: dict[str, list[Line]] = defaultdict(list)
        for line in self.believed(threshold):
            mined[line["document"]].append(line)
        return ((gold.Answers(record), mined[record["id"]]) for record in self.records)


def _stated(answer: gold.Answers, line: Line) -> Statement:
    """A statement between entities of the record; the paper may stand for the one thing it introduces, as for the scorer."""
    subject, object_ = (
        answer.entity(gold.PAPER if line[f"{end}_type"] == "Paper" else line[end]) for end in ("subject", "object")
    )
    return subject, Relation(line["relation"]), object_


def _unscored(answer: gold.Answers, told: Statement) -> bool:
    """Whether the record leaves open if this is right."""
    subject, _, object_ = told
    return told not in answer.accepted and bool(
        (subject, object_) in answer.open or {subject, object_} & answer.unscored
    )


def _row(cells: Iterable[object]) -> str:
    return f"| {' | '.join(map(str, cells))} |"


def _ruled(head: Sequence[object], rows: Iterable[Sequence[object]]) -> Iterator[str]:
    yield _row(head)
    yield _row(["---", *["---:"] * (len(head) - 1)])
    yield from map(_row, rows)


def quality(shared: Path, sets: Sequence[Set]) -> Iterator[str]:
    """Precision, recall and F1 of each set, a row for each of MEASURED."""
    scores = [each.scores(shared) for each in sets]
    head = ["", *(f"{each.title} ({len(each.records):,}) P<br>R<br>**F1**" for each in sets)]
    return _ruled(head, ([name, *(_three(told[name]) for told in scores)] for name in MEASURED))


def _three(told: Mapping[str, float]) -> str:
    return f"{told['precision']:.3f} {told['recall']:.3f} **{told['f1']:.3f}**"


def thresholds(shared: Path, sets: Sequence[Set]) -> Iterator[str]:
    """The same of relations, and of those of lineage in the first set, by `--min-confidence`."""

    def row(threshold: float) -> list[str]:
        told = [each.scores(shared, threshold) for each in sets]
        return [f"{threshold:g}", _three(told[0]["lineage"]), *(_three(each["relations"]) for each in told)]

    head = ["`--min-confidence`", f"{sets[0].title}: lineage", *(each.title for each in sets)]
    return _ruled(head, map(row, THRESHOLDS))


def calibration(sets: Sequence[Set]) -> Iterator[str]:
    """Of the statements with a confidence in each tenth: the share that is right, and how many there are."""
    columns = [_tenths(each) for each in sets]
    tenths = sorted({tenth for column in columns for tenth in column})
    rows = (
        [f"{tenth / 10:.1f}–{tenth / 10 + 0.1:.1f}", *(_share(column[tenth]) for column in columns)] for tenth in tenths
    )
    return _ruled(["confidence", *(each.title for each in sets)], rows)


def _tenths(each: Set) -> dict[int, list[bool]]:
    found: dict[int, list[bool]] = defaultdict(list)
    for answer, lines in each.documents():
        for line in lines:
            told = _stated(answer, line)
            if told[1] not in _SPOKEN_OF and not _unscored(answer, told):
                found[min(int(line["confidence"] * 10), 9)].append(told in answer.accepted)
    return found


def _share(right: Sequence[bool]) -> str:
    return f"{sum(right) / len(right):.2f} of {len(right):,}" if right else "–"


def quoted(sets: Sequence[Set]) -> Iterator[str]:
    """A line for each set whose annotators noted words: how many right statements quote them."""
    for each in sets:
        same = known = 0
        for answer, lines in each.documents(pipeline.min_confidence):
            for line in lines:
                index = answer.accepted.get(_stated(answer, line))
                words = answer.relations[index].get("evidence") if index is not None else None
                if words:
                    one, other = gold.fold(words), gold.fold(line["evidence"])
                    known += 1
                    same += one in other or other in one
        if known:
            yield f"{each.title}: {same:,} of {known:,} right statements quote the annotator's words."


_REVERSED, _OTHER_TYPE = "the direction is reversed", "the pair is right, the relation is another"
_SILENT, _NOTHING = "the pair was seen, and judged to state nothing", "nothing of the kind is stated"
_OTHER_SUBJECT, _NO_NAME = "another subject was taken or meant", "one of its names is none"
_NO_OBJECT, _NO_SUBJECT = "the object was not found as a name", "the subject was not found as a name"
MISSED = (_SILENT, _NO_OBJECT, _OTHER_SUBJECT, _OTHER_TYPE, _NO_SUBJECT, _REVERSED)
INVENTED = (_NO_NAME, _NOTHING, _OTHER_TYPE, _OTHER_SUBJECT, _REVERSED)


def missed(sets: Sequence[Set]) -> Iterator[str]:
    """The relations that were missed, by why."""
    return _why("missed relations", MISSED, sets, _missed)


def invented(sets: Sequence[Set]) -> Iterator[str]:
    """The relations that were invented, by why."""
    return _why("invented relations", INVENTED, sets, _invented)


def _why(
    what: str, kinds: Sequence[str], sets: Sequence[Set], why: Callable[[gold.Answers, Sequence[Line]], Iterator[str]]
) -> Iterator[str]:
    counts = [
        Counter(kind for answer, lines in each.documents(pipeline.min_confidence) for kind in why(answer, lines))
        for each in sets
    ]
    rows = ([kind, *(f"{count[kind]:,}" for count in counts)] for kind in kinds)
    return _ruled([what, *(each.title for each in sets)], rows)


def _missed(answer: gold.Answers, lines: Sequence[Line]) -> Iterator[str]:
    told = {_stated(answer, line) for line in lines}
    named = {object_ for _, relation, object_ in told if relation in _SPOKEN_OF} | {answer.entity(gold.PAPER)}
    wanted: dict[int, list[Statement]] = defaultdict(list)
    for statement, index in answer.accepted.items():
        wanted[index].append(statement)
    for accepted in wanted.values():
        if told.isdisjoint(accepted):
            yield min((_why_missed(each, told, named) for each in accepted), key=_NEAREST.index)


_NEAREST = (_REVERSED, _OTHER_TYPE, _OTHER_SUBJECT, _SILENT, _NO_SUBJECT, _NO_OBJECT)
"""Of several forms of a statement that are accepted, the one that came nearest to being found tells why it was missed."""


def _why_missed(wanted: Statement, told: set[Statement], named: set[End]) -> str:
    subject, relation, object_ = wanted
    if (object_, relation, subject) in told:
        return _REVERSED
    if any(s == subject and o == object_ and r not in _SPOKEN_OF for s, r, o in told):
        return _OTHER_TYPE
    if object_ not in named:
        return _NO_OBJECT
    if subject not in named:
        return _NO_SUBJECT
    return _OTHER_SUBJECT if any(r == relation and o == object_ for _, r, o in told) else _SILENT


def _invented(answer: gold.Answers, lines: Sequence[Line]) -> Iterator[str]:
    told = {_stated(answer, line) for line in lines}
    wrong = (each for each in told if each[1] not in _SPOKEN_OF and each not in answer.accepted)
    return map(partial(_why_invented, answer), (each for each in wrong if not _unscored(answer, each)))


def _why_invented(answer: gold.Answers, told: Statement) -> str:
    subject, relation, object_ = told
    if any(isinstance(end, str) and end != gold.PAPER for end in (subject, object_)):
        return _NO_NAME
    if (object_, relation, subject) in answer.accepted:
        return _REVERSED
    if any(s == subject and o == object_ for s, _, o in answer.accepted):
        return _OTHER_TYPE
    return _OTHER_SUBJECT if any(r == relation and o == object_ for _, r, o in answer.accepted) else _NOTHING
