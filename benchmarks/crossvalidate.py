"""How good mining is on texts that it has not learned from: cross-validation over documents.

    python -m benchmarks.crossvalidate [--shared DIR] [--folds N] [--only N] [--workers N] [--found FILE] [--save FILE]

Each document's names are found by judges that have not learned from it; its relations are then judged by a judge that
has learned (and was calibrated) on the other folds alone. What comes out of all folds is scored by the scorer of the
gold. Slow: minutes for the names, a few more for each fold; `--found` keeps the names once found (as learn_relations
does), `--save` the assertions. Without a gazetteer of other documents. The only thing that a fold's document has
touched beforehand are judges of names by which the names of *other* documents were found, for the judge to learn from.
Prints the scores, how many of the statements with a confidence around p are right, and how many right ones quote the
words that the annotator noted.
"""

import argparse
import json
import os
import sys
import tempfile
import time
from collections import defaultdict
from collections.abc import Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from multiprocessing import get_context
from pathlib import Path
from typing import Any

from begat.graph.errors import UsageError
from begat.graph.export import reachable
from begat.graph.resolve import believed
from begat.loaders.mining import gold, learn_relations, pipeline
from begat.loaders.mining.judge import Judge
from begat.loaders.mining.reading import Name, Reading
from benchmarks.scorer import add_shared, score

ROOT = Path(__file__).resolve().parents[1]
OURS = ROOT / "benchmarks" / "gold"
Pair = tuple[gold.Record, Reading]


SETS = (
    "the development gold",
    "our own examples",
    "conference abstracts that we annotated",
    "pages and abstracts that we wrote and annotated",
)


def annotated(shared: Path) -> list[list[Pair]]:
    """The annotated documents with their texts: a list for each of SETS."""
    sets = (
        [shared / "gold" / "dev.jsonl", shared / "seeds", shared / "gold" / "texts.jsonl"],
        [ROOT / "examples" / name for name in ("expected.jsonl", "papers.jsonl", "posts")],
        [OURS / "conferences.jsonl", shared / "corpora" / "conferences.jsonl"],
        [OURS / "written.jsonl", OURS / "written_texts.jsonl"],
    )
    return [gold.collected([list(map(str, each))], [str(shared / "arxiv" / "metadata.jsonl")]) for each in sets]


def asserted(record: gold.Record, reading: Reading, found: Sequence[Name], judge: Judge) -> Iterator[dict[str, Any]]:
    """What is mined from a reading, as the scorer reads it."""
    for a in pipeline.asserted(reading, *pipeline.judged(reading, found, judge)):
        yield {
            "document": record["id"],
            "subject": a.subject.name, "subject_type": a.subject.type,
            "relation": a.relation, "object": a.object.name, "object_type": a.object.type,
            "evidence": a.evidence.quote, "confidence": a.confidence,
            "believed": believed(a.relation, a.origin, a.confidence, pipeline.min_confidence),
        }  # fmt: skip


def scores(shared: Path, pairs: Sequence[Pair], lines: Sequence[dict[str, Any]]) -> str:
    """What the scorer says of what is believed."""
    with tempfile.TemporaryDirectory() as folder:
        records, found = Path(folder) / "gold.jsonl", Path(folder) / "found.jsonl"
        records.write_text("".join(json.dumps(record) + "\n" for record, _ in pairs))
        found.write_text("".join(json.dumps(line) + "\n" for line in lines if line["believed"]))
        return score(shared, records, found)


def _ends(answer: gold.Answers, line: dict[str, Any]) -> tuple[Any, Any, Any]:
    """A statement between entities of the record; the paper may stand for the one thing it introduces, as for the scorer."""
    subject, object_ = (
        answer.entity(gold.PAPER if line[f"{end}_type"] == "Paper" else line[end]) for end in ("subject", "object")
    )
    return subject, line["relation"], object_


def calibration(pairs: Sequence[Pair], lines: Sequence[dict[str, Any]]) -> Iterator[str]:
    """A line for each tenth of confidence: how many statements, their mean confidence, the share that is right."""
    answers = {record["id"]: gold.Answers(record) for record, _ in pairs}
    bins: dict[int, list[tuple[float, bool]]] = defaultdict(list)
    for line in lines:
        answer = answers[line["document"]]
        subject, relation, object_ = told = _ends(answer, line)
        right = told in answer.accepted
        unscored = (subject, object_) in answer.open or {subject, object_} & answer.unscored
        if relation not in ("MENTIONS", "INTRODUCES") and (right or not unscored):
            bins[min(int(line["confidence"] * 10), 9)].append((line["confidence"], right))
    yield "confidence    statements  mean  right"
    for tenth, found in sorted(bins.items()):
        mean, share = (sum(column) / len(found) for column in zip(*found, strict=True))
        yield f"{tenth / 10:.1f} to {tenth / 10 + 0.1:.1f}    {len(found):8}  {mean:.2f}  {share:.2f}"


def quoted(pairs: Sequence[Pair], lines: Sequence[dict[str, Any]]) -> str:
    """How many of the believed statements that are right quote the words by which the annotator knew it.

    Empty where the annotators did not note them, as in our own annotations.
    """
    answers = {record["id"]: gold.Answers(record) for record, _ in pairs}
    same = known = 0
    for line in lines:
        answer = answers[line["document"]]
        index = answer.accepted.get(_ends(answer, line))
        words = index is not None and line["believed"] and answer.relations[index].get("evidence")
        if words:
            one, other = gold.fold(words), gold.fold(line["evidence"])
            known += 1
            same += one in other or other in one
    return f"evidence: {same} of {known} right statements quote the annotator's words" if known else ""


@dataclass(frozen=True, slots=True)
class Study:
    """What is cross-validated: the documents, their names as found, the lessons they give, and in how many folds."""

    pairs: Sequence[Pair]
    named: Sequence[Sequence[Name]]
    lessons: Sequence[tuple[learn_relations.Lesson, learn_relations.Lesson]]
    parts: int

    def fold(self, part: int) -> dict[int, list[dict[str, Any]]]:
        """What is mined from each document of a fold by a judge that learned from the others."""
        started = time.perf_counter()
        parts = [gold.part(record["id"], self.parts) for record, _ in self.pairs]
        held = [n for n, other in enumerate(parts) if other == part]
        rest = [each for both, other in zip(self.lessons, parts, strict=True) if other != part for each in both]
        judge = learn_relations.pruned(learn_relations.learn(rest))
        mined = {n: list(asserted(*self.pairs[n], self.named[n], judge)) for n in held}
        took = time.perf_counter() - started
        print(f"fold {part}: {len(held)} documents, {took:.0f} s", file=sys.stderr, flush=True)
        return mined


_shared: list[Study] = []
"""What forked workers find in their memory."""


def _fold(part: int) -> dict[int, list[dict[str, Any]]]:
    return _shared[0].fold(part)


def folds(study: Study, asked: Sequence[int], workers: int) -> Iterator[dict[int, list[dict[str, Any]]]]:
    """Each fold asked for, with several workers at once; these are forked, for a study is too large to be handed over.

    Forking needs OMP_NUM_THREADS=1: threads that OpenMP had started would be missing in the fork.
    """
    if workers == 1:
        yield from map(study.fold, asked)
        return
    _shared.append(study)
    with ProcessPoolExecutor(workers, mp_context=get_context("fork")) as pool:
        yield from pool.map(_fold, asked)


def _target(given: str) -> Path:
    """A file to write, which is hours away: better to hear now that it cannot be."""
    try:
        reachable(Path(given))
    except UsageError as error:
        raise argparse.ArgumentTypeError(str(error)) from None
    return Path(given)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    add_shared(parser)
    parser.add_argument("--folds", type=int, default=5)
    parser.add_argument("--only", type=int, metavar="N", help="the first N folds, scored on their documents")
    parser.add_argument(
        "--workers", type=int, default=1, help="folds at once; needs OMP_NUM_THREADS=1 in the environment"
    )
    parser.add_argument("--found", type=_target, help="where names once found are kept, to be found once only")
    parser.add_argument("--save", type=_target, help="keep the assertions in this file")
    options = parser.parse_args()
    if options.workers > 1 and os.environ.get("OMP_NUM_THREADS") != "1":
        parser.error("--workers needs OMP_NUM_THREADS=1 in the environment")
    sets = annotated(options.shared)
    pairs = [pair for each in sets for pair in each]
    named = learn_relations.names_found(pairs, options.found)
    study = Study(pairs, named, learn_relations.lessons(pairs, named, len(sets[0])), options.folds)
    found: list[list[dict[str, Any]]] = [[] for _ in pairs]
    asked = range(options.folds)[: options.only]
    for mined in folds(study, asked, options.workers):
        for n, lines in mined.items():
            found[n] = lines
    if options.save:
        options.save.write_text("".join(json.dumps(line) + "\n" for lines in found for line in lines))
    at = 0
    for title, each in zip(SETS, sets, strict=True):
        seen = [n for n in range(at, at + len(each)) if gold.part(pairs[n][0]["id"], options.folds) in asked]
        some, lines = [pairs[n] for n in seen], [line for n in seen for line in found[n]]
        at += len(each)
        print(f"\n{title}: {len(some)} documents, each mined by judges that have not seen it\n")
        print(scores(options.shared, some, lines))
        print("\n".join(calibration(some, lines)))
        print(quoted(some, lines))


if __name__ == "__main__":
    main()
