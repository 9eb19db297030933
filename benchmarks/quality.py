"""Scores the shipped judges on two golds, and holds the scores against the floors.

    python -m benchmarks.quality [--shared DIR] [--errors N]

`dev`: the seeds and the development gold's texts, from which the judges have learned: a guard against breakage. `unseen`: pages
and abstracts of our own (benchmarks/gold/unseen.jsonl) from which no judge has learned.

Exits with 1 below a floor (benchmarks/floors.toml), with 2 where the shared folder is absent.
"""

import argparse
import json
import tempfile
import tomllib
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import begat
from benchmarks.scorer import add_shared, score

FLOORS = Path(__file__).with_name("floors.toml")
OURS = Path(__file__).with_name("gold")


@dataclass(frozen=True, slots=True)
class Exam:
    """A gold file, the texts it is about, and facts about them."""

    name: str
    gold: Path
    sources: Sequence[Path]
    metadata: Sequence[Path] = ()


def exams(shared: Path) -> tuple[Exam, ...]:
    """What the judges are examined in."""
    seeds = sorted((shared / "seeds").glob("*.txt"))
    texts, facts = shared / "gold" / "texts.jsonl", shared / "arxiv" / "metadata.jsonl"
    return (
        Exam("dev", shared / "gold" / "dev.jsonl", [*seeds, texts], [facts]),
        Exam("unseen", OURS / "unseen.jsonl", [OURS / "unseen_texts.jsonl"]),
    )


def assertions(exam: Exam, folder: Path) -> Path:
    """The assertions file of a graph of the exam's texts."""
    path = folder / f"{exam.name}.jsonl"
    with begat.build(exam.sources, folder / f"{exam.name}.begat", metadata=exam.metadata) as graph:
        findings = list(graph.check())
        if findings:
            raise SystemExit(f"the graph is not sound: {findings[:3]}")
        graph.export("assertions", path)
    return path


def below(scores: dict[str, dict[str, float]], floors: dict[str, dict[str, float]]) -> list[str]:
    """The figures that are under their floors, a line each."""
    return [
        f"{label} {measure} {scores[label][measure]:.3f} is below its floor {floor:.3f}"
        for label, wanted in floors.items()
        for measure, floor in wanted.items()
        if scores[label][measure] < floor
    ]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    add_shared(parser)
    parser.add_argument("--errors", type=int, default=0, help="print up to N missed and N false relations")
    options = parser.parse_args()
    floors = tomllib.loads(FLOORS.read_text())
    failed = []
    with tempfile.TemporaryDirectory() as folder:
        for exam in exams(options.shared):
            path = assertions(exam, Path(folder))
            print(f"{exam.name}\n\n{score(options.shared, exam.gold, path, '--errors', str(options.errors))}")
            scores = json.loads(score(options.shared, exam.gold, path, "--json"))
            failed += [f"{exam.name}: {line}" for line in below(scores, floors[exam.name])]
    print("\n".join(failed) or "every score is at or above its floor")
    raise SystemExit(bool(failed))


if __name__ == "__main__":
    main()
