"""How long each export takes on a made-up graph, and Turtle against rdflib's own serializer on the same triples.

    python -m benchmarks.exports [--edges N]

Prints seconds of processor time and megabytes, a format a line. rdflib is timed twice: serializing a graph that is
already in its memory, and with the loading that it needs before.
"""

import argparse
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import rdflib

from begat.graph import rdf
from begat.graph.export import FORMATS, export
from begat.graph.store import Store
from tests.generated import large


def timed(work: Callable[[], Any]) -> tuple[float, Any]:
    """Processor seconds of `work`, and what it gave."""
    start = time.process_time()
    result = work()
    return time.process_time() - start, result


def size(path: Path) -> int:
    return sum(file.stat().st_size for file in path.iterdir()) if path.is_dir() else path.stat().st_size


def against_rdflib(turtle: Path, folder: Path) -> tuple[float, float]:
    """Seconds in which rdflib loads the triples, and serializes them as Turtle."""
    loading, graph = timed(lambda: rdflib.Graph().parse(turtle, format="turtle"))
    for prefix, iri in rdf.PREFIXES.items():
        graph.bind(prefix, iri)
    serializing, _ = timed(lambda: graph.serialize(folder / "rdflib.ttl", format="turtle"))
    return loading, serializing


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--edges", type=int, default=20_000)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as temporary:
        folder = Path(temporary)
        path = large(folder / "large.begat", options.edges // 4, options.edges)
        took = {}
        with Store.open(path) as store:
            triples = sum(1 for _ in rdf.triples(store))
            print(f"{options.edges} statements, {triples} triples")
            for name in FORMATS:
                took[name], _ = timed(lambda name=name: export(store, name, folder / name))  # type: ignore[misc]
                print(f"{name:<12}{took[name]:8.2f} s{size(folder / name) / 1e6:9.1f} MB")
        loading, serializing = against_rdflib(folder / "turtle", folder)
        print(f"rdflib loads the triples in {loading:.2f} s and serializes them in {serializing:.2f} s")
        print(f"Turtle: {serializing / took['turtle']:.1f} times as fast as rdflib's serializing alone")


if __name__ == "__main__":
    main()
