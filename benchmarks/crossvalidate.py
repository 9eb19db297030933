"""How good mining is on texts that it has not learned from: cross-validation over documents.

    python -m benchmarks.crossvalidate [--shared DIR] [--found FILE] [--save FILE] [--judge FILE] [--write docs/mining.md]

Each document's names are found by judges that have not learned from it; its relations are then judged by the one of four
judges that has not learned from it (nor was calibrated on it). What comes out of all is scored by the scorer of the gold.
Slow: half an hour and more for the names, nearly as much for the relations; `--found` keeps the names once found (as
learn_relations does), `--save` the assertions, `--judge` the judge that comes out of it as well, which is the one that
ships. Without a gazetteer of other documents. What a document has touched beforehand are judges of the first step, of names
as of relations, by which those were judged that *other* documents' judges of the second step learned from.
Prints tables (`tables.py`), or puts them between the marks of a page; `--saved FILE` makes them of assertions kept before.
"""

import argparse
import json
from collections.abc import Iterator, Sequence
from pathlib import Path

from begat.graph.errors import UsageError
from begat.graph.export import reachable
from begat.loaders.mining import gold, learn_relations, pipeline
from begat.loaders.mining.judge import Judge
from begat.loaders.mining.reading import Name, Reading
from benchmarks import marks, tables
from benchmarks.scorer import add_shared
from benchmarks.tables import Line

ROOT = Path(__file__).resolve().parents[1]
OURS = ROOT / "benchmarks" / "gold"
Pair = tuple[gold.Record, Reading]


SETS = ("gold", "our examples", "abstracts we annotated", "texts we wrote")


def annotated(shared: Path) -> list[list[Pair]]:
    """The annotated documents with their texts: a list for each of SETS."""
    sets = (
        [shared / "gold" / "dev.jsonl", shared / "seeds", shared / "gold" / "texts.jsonl"],
        [ROOT / "examples" / name for name in ("expected.jsonl", "papers.jsonl", "posts")],
        [OURS / "conferences.jsonl", shared / "corpora" / "conferences.jsonl"],
        [OURS / "written.jsonl", OURS / "written_texts.jsonl"],
    )
    return gold.collected([list(map(str, each)) for each in sets], [str(shared / "arxiv" / "metadata.jsonl")])


def asserted(record: gold.Record, reading: Reading, found: Sequence[Name], judge: Judge) -> Iterator[Line]:
    """What is mined from a reading, as the scorer reads it."""
    for a in pipeline.asserted(reading, *pipeline.judged(reading, found, judge)):
        yield {
            "document": record["id"],
            "subject": a.subject.name, "subject_type": a.subject.type,
            "relation": a.relation, "object": a.object.name, "object_type": a.object.type,
            "evidence": a.evidence.quote, "confidence": a.confidence, "origin": a.origin,
        }  # fmt: skip


def learned_and_mined(sets: Sequence[Sequence[Pair]], found: Path | None, kept: Path | None) -> Iterator[Line]:
    """What is mined from each document by judges that have not seen it; `kept`: where the judge that saw all is kept."""
    pairs = [pair for each in sets for pair in each]
    named, learned = learn_relations.learned(pairs, found)
    if kept:
        learned.judge.store(str(kept))
    titles = [title for title, each in zip(SETS, sets, strict=True) for _ in each]
    for title, (record, reading), some in zip(titles, pairs, named, strict=True):
        judge = learned.without[gold.part(record["id"], learn_relations.PARTS)]
        yield from ({"set": title, **line} for line in asserted(record, reading, some, judge))


def told(shared: Path, sets: Sequence[Sequence[Pair]], mined: Sequence[Line]) -> dict[str, list[str]]:
    """The tables, in the groups in which pages have them: `quality`, and `errors`."""
    held = [
        tables.Set(title, [record for record, _ in each], [line for line in mined if line["set"] == title])
        for title, each in zip(SETS, sets, strict=True)
    ]
    return {
        "quality": [
            *tables.quality(shared, held), "", *tables.thresholds(shared, held), "", *tables.calibration(held), "",
            *tables.quoted(held),
        ],
        "errors": [*tables.missed(held), "", *tables.invented(held)],
    }  # fmt: skip


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
    parser.add_argument("--saved", type=Path, help="learn nothing: tables of assertions that were kept in this file")
    parser.add_argument("--judge", type=_target, help="keep the judge that learned from everything in this file")
    parser.add_argument("--write", type=Path, help="put the tables into this page")
    options = parser.parse_args()
    if options.write:
        marks.require(options.write, "quality", "errors")
    sets = annotated(options.shared)
    if options.saved:
        mined = [json.loads(line) for line in options.saved.read_text(encoding="utf-8").splitlines()]
    else:
        mined = list(learned_and_mined(sets, options.found, options.judge))
    if options.save:
        options.save.write_text("".join(json.dumps(line) + "\n" for line in mined))
    for name, lines in told(options.shared, sets, mined).items():
        if options.write:
            marks.write(options.write, name, lines)
        else:
            print("\n".join(lines), end="\n\n")


if __name__ == "__main__":
    main()
