"""How good mining is on texts that it has not learned from: cross-validation over documents.

    python -m benchmarks.crossvalidate [--shared DIR] [--found FILE] [--save FILE] [--judge FILE]

Each document's names are found by judges that have not learned from it; its relations are then judged by the one of four
judges that has not learned from it (nor was calibrated on it). What comes out of all is scored by the scorer of the gold.
Slow: half an hour and more for the names, nearly as much for the relations; `--found` keeps the names once found (as
learn_relations does), `--save` the assertions, `--judge` the judge that comes out of it as well, which is the one that
ships. Without a gazetteer of other documents. What a document has touched beforehand are judges of the first step, of names
as of relations, by which those were judged that *other* documents' judges of the second step learned from.
Prints the scores, how many of the statements with a confidence around p are right, and how many right ones quote the
words that the annotator noted.
"""

import argparse
import json
import tempfile
from collections import defaultdict
from collections.abc import Iterator, Sequence
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
    parser.add_argument("--found", type=_target, help="where names once found are kept, to be found once only")
    parser.add_argument("--save", type=_target, help="keep the assertions in this file")
    parser.add_argument("--judge", type=_target, help="keep the judge that learned from everything in this file")
    options = parser.parse_args()
    sets = annotated(options.shared)
    pairs = [pair for each in sets for pair in each]
    named = learn_relations.names_found(pairs, options.found)
    lessons = learn_relations.lessons(pairs, named, len(sets[0]))
    learned = learn_relations.learn([each for both in lessons for each in both])
    if options.judge:
        learned.judge.store(str(options.judge))
    found = [
        list(asserted(record, reading, some, learned.without[gold.part(record["id"], learn_relations.PARTS)]))
        for (record, reading), some in zip(pairs, named, strict=True)
    ]
    if options.save:
        options.save.write_text("".join(json.dumps(line) + "\n" for lines in found for line in lines))
    at = 0
    for title, each in zip(SETS, sets, strict=True):
        lines = [line for mined in found[at : at + len(each)] for line in mined]
        at += len(each)
        print(f"\n{title}: {len(each)} documents, each mined by judges that have not seen it\n")
        print(scores(options.shared, each, lines))
        print("\n".join(calibration(each, lines)))
        print(quoted(each, lines))


if __name__ == "__main__":
    main()
