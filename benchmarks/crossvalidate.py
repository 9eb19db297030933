"""How good mining is on texts that it has not learned from: strict cross-validation over documents.

    python -m benchmarks.crossvalidate [--shared DIR] [--folds N] [--only K] [--save FILE]

For each fold every judge (of names, of relations, their calibration) is learned anew from the other folds alone; the
fold's documents are mined with them, without a gazetteer; what comes out of all folds is scored by the scorer of the
gold. Slow: a fold learns for several minutes. `--only 0` does the first fold alone, `--save` keeps the assertions.
Prints the scores, and how many of the statements with a confidence around p are right.
"""

import argparse
import json
import subprocess
import sys
import tempfile
import time
from collections import defaultdict
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from begat.graph.resolve import believed
from begat.loaders.mining import gold, learn_names, learn_relations, pipeline
from begat.loaders.mining.names import shipped
from begat.loaders.mining.reading import Reading

ROOT = Path(__file__).resolve().parents[1]
Pair = tuple[gold.Record, Reading]


EXAMPLES = [str(ROOT / "examples" / name) for name in ("expected.jsonl", "papers.jsonl", "posts")]


def annotated(shared: Path) -> list[Pair]:
    """The development gold and our own examples with their texts."""
    theirs = [shared / "gold" / "dev.jsonl", shared / "seeds", shared / "gold" / "texts.jsonl"]
    return gold.collected([list(map(str, theirs)), EXAMPLES], [str(shared / "arxiv" / "metadata.jsonl")])


def taught(pairs: Sequence[Pair]) -> pipeline.Taught:
    """Judges that have learned from these alone; of the texts without annotation only words are counted."""
    seen = shipped().gazetteer.seen
    examples = learn_names.examples_of(pairs, seen)
    names = learn_names.learn(examples, learn_names.gazetteer_of(examples, seen))
    return pipeline.Taught(names, learn_relations.pruned(learn_relations.learn(learn_relations.lessons(pairs))))


def asserted(record: gold.Record, reading: Reading, judges: pipeline.Taught) -> Iterator[dict[str, Any]]:
    """What is mined from a reading, as the scorer reads it."""
    for a in pipeline.mined([reading], {}, judges).assertions:
        yield {
            "document": record["id"],
            "subject": a.subject.name, "subject_type": a.subject.type,
            "relation": a.relation, "object": a.object.name, "object_type": a.object.type,
            "evidence": a.evidence.quote, "confidence": a.confidence,
            "believed": believed(a.relation, a.origin, a.confidence, pipeline.min_confidence),
        }  # fmt: skip


def score(shared: Path, pairs: Sequence[Pair], lines: Sequence[dict[str, Any]]) -> str:
    """What the scorer says of what is believed."""
    with tempfile.TemporaryDirectory() as folder:
        records, found = Path(folder) / "gold.jsonl", Path(folder) / "found.jsonl"
        records.write_text("".join(json.dumps(record) + "\n" for record, _ in pairs))
        found.write_text("".join(json.dumps(line) + "\n" for line in lines if line["believed"]))
        command = [sys.executable, str(shared / "scoring" / "score.py"), str(records), str(found)]
        return subprocess.run(command, check=True, capture_output=True, text=True).stdout


def calibration(pairs: Sequence[Pair], lines: Sequence[dict[str, Any]]) -> Iterator[str]:
    """A line for each tenth of confidence: how many statements, their mean confidence, the share that is right."""
    answers = {record["id"]: gold.Answers(record) for record, _ in pairs}
    bins: dict[int, list[tuple[float, bool]]] = defaultdict(list)
    for line in lines:
        answer = answers[line["document"]]
        ends = [
            gold.PAPER if line[f"{end}_type"] == "Paper" else answer.entity(line[end]) for end in ("subject", "object")
        ]
        told = (ends[0], line["relation"], ends[1])
        right = told in answer.accepted
        unscored = (ends[0], ends[1]) in answer.open or answer.unscored & {e for e in ends if isinstance(e, int)}
        if line["relation"] not in ("MENTIONS", "INTRODUCES") and (right or not unscored):
            bins[min(int(line["confidence"] * 10), 9)].append((line["confidence"], right))
    yield "confidence    statements  mean  right"
    for tenth, found in sorted(bins.items()):
        mean, share = (sum(column) / len(found) for column in zip(*found, strict=True))
        yield f"{tenth / 10:.1f} to {tenth / 10 + 0.1:.1f}    {len(found):8}  {mean:.2f}  {share:.2f}"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--shared", type=Path, default=ROOT.parent / "shared", help="the folder with the gold")
    parser.add_argument("--folds", type=int, default=5)
    parser.add_argument("--only", type=int, help="one fold alone")
    parser.add_argument("--save", type=Path, help="keep the assertions, by set and fold, in this file")
    options = parser.parse_args()
    pairs = annotated(options.shared)
    split = len(pairs) - len(gold.collected([EXAMPLES]))  # the gold comes first, the examples after it
    found: list[list[dict[str, Any]]] = [[] for _ in pairs]
    done: list[int] = []
    for fold in range(options.folds) if options.only is None else [options.only]:
        started = time.perf_counter()
        inside = [n for n, (record, _) in enumerate(pairs) if gold.part(record["id"], options.folds) == fold]
        held = set(inside)
        judges = taught([pair for n, pair in enumerate(pairs) if n not in held])
        for n in inside:
            found[n] = list(asserted(*pairs[n], judges))
        done += inside
        print(
            f"fold {fold}: {len(inside)} documents, {time.perf_counter() - started:.0f} s", file=sys.stderr, flush=True
        )
    for title, chosen in (
        ("the development gold", [n for n in done if n < split]),
        ("our own examples", [n for n in done if n >= split]),
    ):
        some, lines = [pairs[n] for n in chosen], [line for n in chosen for line in found[n]]
        print(f"\n{title}: {len(some)} documents, each mined by judges that have not seen it\n")
        print(score(options.shared, some, lines))
        print("\n".join(calibration(some, lines)))
    if options.save:
        options.save.write_text("".join(json.dumps(line) + "\n" for n in done for line in found[n]))


if __name__ == "__main__":
    main()
