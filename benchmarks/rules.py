"""What each rule of mining holds for, and how often rightly: the table in docs/mining.md, made from the gold.

    python -m benchmarks.rules [--shared DIR] [--write docs/mining.md]

A rule is tried on the texts with their names as annotated, so that the table tells of the rule and not of finding
names. It counts once for each pair of names in a document; pairs that the gold leaves open do not count. A rule only
proposes: the judge decides, and has learned how far each is to be believed. With `--write` the table is put
between the two marks in that file.
"""

import argparse
from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from pathlib import Path

from begat.loaders.mining import gold
from begat.loaders.mining.rules import RULES
from begat.loaders.mining.sight import sight
from benchmarks import marks
from benchmarks.crossvalidate import ROOT, Pair, annotated


def counted(pairs: Sequence[Pair]) -> dict[str, Counter[str]]:
    """For each rule's id: how many pairs it holds for (`holds`), of how many the gold says its relation (`right`)."""
    found: dict[str, Counter[str]] = defaultdict(Counter)
    for record, reading in pairs:
        seen = sight(reading, gold.project(reading, record))
        answers = gold.Answers(record)
        names = [gold.PAPER, *(thing.name for thing in seen.scene.things[1:])]
        for (subject, object_), matches in seen.rules.items():
            accepted, open_ = answers.of(names[subject], names[object_])
            for rule in {match.rule for match in matches}:
                if rule.relation in accepted or not open_:
                    found[rule.id].update(holds=1, right=int(rule.relation in accepted))
    return found


def table(found: dict[str, Counter[str]]) -> Iterator[str]:
    """The table as Markdown, the rules in their order."""
    yield "| rule | relation | takes | holds for | right |"
    yield "| --- | --- | --- | ---: | ---: |"
    for rule in RULES:
        count = found[rule.id]
        share = f"{count['right'] / count['holds']:.2f}" if count["holds"] else "–"
        yield f"| `{rule.id}` | {rule.relation} | {rule.takes.replace('|', '/')} | {count['holds']} | {share} |"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--shared", type=Path, default=ROOT.parent / "shared", help="the folder with the gold")
    parser.add_argument("--write", type=Path, help="put the table into this page")
    options = parser.parse_args()
    if options.write:
        marks.require(options.write, "rules")
    lines = list(table(counted([pair for each in annotated(options.shared) for pair in each])))
    if options.write:
        marks.write(options.write, "rules", lines)
    else:
        print("\n".join(lines))


if __name__ == "__main__":
    main()
