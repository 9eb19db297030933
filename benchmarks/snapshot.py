"""How fast a snapshot in arXiv's format is read, and in how much memory.

    python -m benchmarks.snapshot [--records N] [--bytes N] [--packed .gz|.zst] [--build N]

Generates N records of the shape and length of arXiv's own (or as many as fill N bytes), reads them in a process of
its own, and prints records and megabytes a second and the peak memory; with --build, the same for a build of the first
N of them. The generated names and words mean nothing, and are the same each time.
"""

import argparse
import gzip
import json
import random
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from importlib import import_module
from pathlib import Path
from typing import IO, cast

from begat.loaders.sources.packed import ZSTD

_SYLLABLES = "ba ce di fo gu ha je ki lo mu na pe ri so tu va we xi yo zu".split()
_CATEGORIES = "cs.CL cs.LG cs.CV stat.ML math.CO hep-th cond-mat.str-el astro-ph.GA quant-ph".split()
_MONTHS = "Jan Feb Mar Apr May Jun Jul Aug Sep Oct Nov Dec".split()
_MIB = 1 << 20


def records(seed: int = 7) -> Iterator[str]:
    """Endlessly many lines of a snapshot."""
    chance = random.Random(seed)
    words = ["".join(chance.choices(_SYLLABLES, k=chance.randint(1, 4))) for _ in range(20_000)]
    number = 0
    while True:
        month = number // 20_000
        year, month_ = 2007 + month // 12, month % 12 + 1
        yield (
            json.dumps(_record(chance, words, f"{year % 100:02}{month_:02}.{number % 20_000:05}", year, month_)) + "\n"
        )
        number += 1


def _record(chance: random.Random, words: list[str], identifier: str, year: int, month: int) -> dict[str, object]:
    def text(least: int, most: int) -> str:
        start = chance.randrange(len(words) - most)
        return " ".join(words[start : start + chance.randint(least, most)])

    authors = [text(2, 2).title().split() for _ in range(chance.randint(1, 6))]
    name, older = (f"{chance.choice(words).title()}-{chance.randint(1, 9)}" for _ in range(2))
    sentences = [f"We present {name}, which extends {older}.", *(f"{text(12, 28).capitalize()}." for _ in range(8))]
    created = f"Mon, {chance.randint(1, 28)} {_MONTHS[month - 1]} {year} 09:00:00 GMT"
    return {
        "id": identifier, "submitter": " ".join(authors[0]), "authors": ", ".join(map(" ".join, authors)),
        "title": f"{name}: {text(4, 9).title()}", "comments": "12 pages, 3 figures",
        "journal-ref": f"{text(2, 4).title()} {chance.randint(1, 99)}" if chance.random() < 0.3 else None,
        "doi": f"10.1000/{identifier}" if chance.random() < 0.4 else None, "report-no": None,
        "categories": " ".join(chance.sample(_CATEGORIES, 2)), "license": None,
        "abstract": "  " + " ".join(sentences) + "\n",
        "versions": [{"version": "v1", "created": created}], "update_date": f"{year + 1}-01-01",
        "authors_parsed": [[last, first, ""] for first, last in authors],
    }  # fmt: skip


def write(path: Path, most_records: int, most_bytes: int | None) -> tuple[int, int]:
    """Write a snapshot; how many records and how many bytes, unpacked, it holds."""
    count = size = 0
    with _opened(path) as out:
        for line in records():
            if (most_bytes is not None and size >= most_bytes) or (most_bytes is None and count >= most_records):
                break
            data = line.encode()
            out.write(data)
            count, size = count + 1, size + len(data)
    return count, size


def _opened(path: Path) -> IO[bytes]:
    if path.suffix == ".gz":
        return cast(IO[bytes], gzip.open(path, "wb", compresslevel=1))
    if path.suffix == ".zst":
        return cast(IO[bytes], import_module(ZSTD).open(path, "wb"))
    return path.open("wb")


READ = """
import resource, sys, time
from begat import loaders
start, count, problems = time.perf_counter(), 0, []
for document in loaders.read(sys.argv[1:], on_problem=problems.append):
    count += 1
print(count, time.perf_counter() - start, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024, len(problems))
"""


def read(path: Path) -> tuple[int, float, float, int]:
    """Read a file in a process of its own: documents, seconds, peak memory in MB, problems."""
    told = subprocess.run([sys.executable, "-c", READ, str(path)], capture_output=True, text=True, check=True).stdout
    count, seconds, memory, problems = told.split()
    return int(count), float(seconds), float(memory), int(problems)


def build(path: Path, workers: int) -> tuple[float, float]:
    """Build a graph with the begat command: seconds, and the largest process's peak memory in MB."""
    start = time.perf_counter()
    with tempfile.TemporaryDirectory() as folder:
        command = [sys.executable, "-m", "begat", "build", str(path), "-g", f"{folder}/snapshot.begat"]
        subprocess.run([*command, "--workers", str(workers)], check=True, capture_output=True)
    return time.perf_counter() - start, resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / 1024


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--records", type=int, default=500_000)
    parser.add_argument("--bytes", type=int, help="fill a file of so many bytes instead")
    parser.add_argument("--packed", choices=(".gz", ".zst"), default="")
    parser.add_argument("--build", type=int, default=0, metavar="N", help="build a graph of the first N records")
    parser.add_argument("--workers", type=int, default=2)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / f"snapshot.jsonl{options.packed}"
        count, size = write(path, options.records, options.bytes)
        found, seconds, memory, problems = read(path)
        assert found == count and not problems
        print(f"{count} records, {size / _MIB:.0f} MiB ({path.stat().st_size / _MIB:.0f} MiB on disk)")
        print(f"  read   {seconds:8.1f} s  {count / seconds:8.0f} records/s  {size / _MIB / seconds:6.1f} MiB/s")
        print(f"  peak memory of reading {memory:.0f} MB")
        path.unlink()
        if options.build:
            write(path, options.build, None)
            seconds, memory = build(path, options.workers)
            print(f"  build  {seconds:8.1f} s  {options.build / seconds:8.0f} records/s, {options.workers} workers")
            print(f"  peak memory of the largest process {memory:.0f} MB")


if __name__ == "__main__":
    main()
