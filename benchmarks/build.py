"""How long a whole build takes and what takes the time, on 5,154 real abstracts, with the begat command as it is used.

    python -m benchmarks.build [CORPUS.jsonl] [--workers N] [--runs N]

Prints the median over the runs of each stage's seconds and documents a second, and the peak memory.
"""

import argparse
import resource
import statistics
import tempfile
import time
from pathlib import Path

import begat
from begat import loaders
from begat.loaders.mining import pipeline

CORPUS = Path(__file__).resolve().parents[2] / "shared" / "corpora" / "conferences.jsonl"


def mining_alone(corpus: Path, most: int = 1000) -> float:
    """Documents mined a second, in this process, on one core, without reading or writing."""
    documents = [
        document
        for document, _ in zip(loaders.read([str(corpus)], on_problem=lambda problem: None), range(most), strict=False)
    ]
    pipeline.mine(documents[0], {})  # loads the weights
    start = time.perf_counter()
    for document in documents:
        pipeline.mine(document, {})
    return len(documents) / (time.perf_counter() - start)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("corpus", nargs="?", type=Path, default=CORPUS)
    parser.add_argument("--workers", type=int, default=2)
    parser.add_argument("--runs", type=int, default=3)
    options = parser.parse_args()
    print(f"mining alone, one core: {mining_alone(options.corpus):.0f} documents/s")
    stages: dict[str, list[float]] = {}
    documents = 0
    for _ in range(options.runs):
        with tempfile.TemporaryDirectory() as folder:
            start = time.perf_counter()
            with begat.build([options.corpus], Path(folder) / "bench.begat", workers=options.workers) as graph:
                stages.setdefault("whole build", []).append(time.perf_counter() - start)
                assert graph.report is not None
                documents = graph.report.read
                for stage, taken in graph.report.seconds.items():
                    stages.setdefault(stage, []).append(taken)
    print(f"{documents} documents, {options.workers} workers, median of {options.runs} runs")
    for stage, seconds in stages.items():
        middle = statistics.median(seconds)
        print(f"  {stage:<14} {middle:7.2f} s  {documents / max(middle, 1e-9):9.0f} documents/s")
    print(f"  peak memory    {resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024:7.0f} MB (this process)")


if __name__ == "__main__":
    main()
