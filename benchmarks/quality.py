"""Builds the seeds and the development gold's texts, scores what was mined, and holds it against the floors.

    python -m benchmarks.quality [--shared DIR] [--errors N]

Exits with 1 below a floor (benchmarks/floors.toml), with 2 where the shared folder is absent.
"""

import argparse
import json
import subprocess
import sys
import tempfile
import tomllib
from pathlib import Path

import begat

ROOT = Path(__file__).resolve().parents[1]
FLOORS = Path(__file__).with_name("floors.toml")


def assertions(shared: Path, folder: Path) -> Path:
    """The assertions file of a graph of the seeds (with metadata) and of the gold's other texts."""
    sources = [*sorted((shared / "seeds").glob("*.txt")), shared / "gold" / "texts.jsonl"]
    path = folder / "assertions.jsonl"
    with begat.build(sources, folder / "gold.begat", metadata=[shared / "arxiv" / "metadata.jsonl"]) as graph:
        findings = list(graph.check())
        if findings:
            raise SystemExit(f"the graph is not sound: {findings[:3]}")
        graph.export("assertions", path)
    return path


def score(shared: Path, path: Path, *options: str) -> str:
    """What the scorer prints."""
    command = [sys.executable, str(shared / "scoring" / "score.py"), str(shared / "gold" / "dev.jsonl"), str(path)]
    return subprocess.run([*command, *options], check=True, capture_output=True, text=True).stdout


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
    parser.add_argument("--shared", type=Path, default=ROOT.parent / "shared", help="the folder with gold and seeds")
    parser.add_argument("--errors", type=int, default=0, help="print up to N missed and N false relations")
    options = parser.parse_args()
    if not options.shared.is_dir():
        print(f"{options.shared} is absent: nothing to score with", file=sys.stderr)
        raise SystemExit(2)
    with tempfile.TemporaryDirectory() as folder:
        path = assertions(options.shared, Path(folder))
        print(score(options.shared, path, "--errors", str(options.errors)), end="")
        scores = json.loads(score(options.shared, path, "--json"))
    failed = below(scores, tomllib.loads(FLOORS.read_text())["dev"])
    print("\n".join(failed) or "every score is at or above its floor")
    raise SystemExit(bool(failed))


if __name__ == "__main__":
    main()
