"""What it costs to add one document to a large graph, beside resolving all of it anew.

    python -m benchmarks.adding [--papers N] [--keep FILE.begat] [--runs N] [--no-peer]

Generates N papers: a third of what they speak of is among a few dozen names that everybody uses, the rest are of few;
they have versions, sizes, acronyms, authors and references. A plain miner reads their sentences, so that the graph is
there in minutes; what begat's own miner takes for one text is measured by itself. Then, each several times: a paper of
little-known names, a paper of the best known ones, one that other papers have cited before it came, a removal, a merge of
two names by a reader. Prints milliseconds, medians; then the peer: to resolve everything. --keep uses the file
again where it is there.
"""

import argparse
import random
import re
import statistics
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path

from begat.graph import corrections
from begat.graph.build import BuildReport, build, remove
from begat.graph.model import Assertion, Document, Evidence, Mention, Mined, Reference, Thing
from begat.graph.names import fold
from begat.graph.resolve import resolve
from begat.graph.search import find, search
from begat.graph.store import Store
from begat.graph.vocabulary import NodeType, Relation
from begat.loaders.mining import pipeline
from begat.queries.lineage import lineage

_SYLLABLES = "ba ce di fo gu ha je ki lo mu na pe ri so tu va we xi yo zu".split()
_NAME = r"[A-Z][a-z]+(?:Net|Former|Bench)?(?: \d)?(?:-\d+B)?"
_PRESENT = re.compile(rf"We present ({_NAME})\b")
_STATES = re.compile(rf"({_NAME}) (extends|uses|outperforms) ({_NAME})\.")
_LONG_FORM = re.compile(r"\b([A-Z]{2,5}) \(([A-Z][a-z]+(?: [A-Z][a-z]+)+)\)")
_RELATIONS = {"extends": Relation.EXTENDS, "uses": Relation.USES, "outperforms": Relation.OUTPERFORMS}
_FAMOUS = 40
_WORK = "work"
"""The processor's seconds, beside those on the clock: the same on a machine that does other work."""


def _introductions(document: Document) -> Sequence[Thing]:
    return [Thing(NodeType.MODEL, m[1]) for m in _PRESENT.finditer(document.text)]


def _mine(document: Document, known: Mapping[str, NodeType]) -> Mined:
    own = {thing.name for thing in _introductions(document)}
    mentions, assertions, aliases = {}, [], []
    for match in re.finditer(_NAME, document.text):
        if match[0] in own or fold(match[0]) in known:
            mentions[match.start()] = match[0]
    for match in _STATES.finditer(document.text):
        mentions |= {match.start(group): match[group] for group in (1, 3)}
        ends = (Thing(NodeType.MODEL, match[group]) for group in (1, 3))
        evidence = Evidence.of(document, match.start(), match.end())
        assertions.append(Assertion(next(ends), _RELATIONS[match[2]], next(ends), evidence, match[2], 0.8))
    for match in _LONG_FORM.finditer(document.text):
        mentions[match.start(1)] = match[1]
        aliases.append((match[1], match[2]))
    found = [
        Mention(Thing(NodeType.MODEL, name), at, at + len(name), name, "text", 0.9, name in own)
        for at, name in sorted(mentions.items())
    ]
    return Mined(tuple(found), tuple(assertions), tuple(aliases))


@dataclass(frozen=True)
class PlainMiner:
    """Reads what `papers` generates."""

    version: str = "plain 1"
    min_confidence: float = 0.5
    introductions: Callable[[Document], Sequence[Thing]] = _introductions
    mine: Callable[[Document, Mapping[str, NodeType]], Mined] = _mine


@dataclass
class World:
    """Made-up words, names and papers; the same each time."""

    chance: random.Random = field(default_factory=lambda: random.Random(11))

    def __post_init__(self) -> None:
        self.words = ["".join(self.chance.choices(_SYLLABLES, k=self.chance.randint(1, 4))) for _ in range(20_000)]
        stems = ["".join(self.chance.choices(_SYLLABLES, k=4)).title() for _ in range(100_000)]
        self.stems = sorted({stem + self.chance.choice(["", "Net", "Former", "Bench"]) for stem in stems})
        self.chance.shuffle(self.stems)

    def name(self, famous: float = 0.33) -> str:
        """A name, perhaps of one of the things that everybody speaks of."""
        if self.chance.random() < famous:
            return self.stems[min(int(self.chance.expovariate(0.15)), _FAMOUS - 1)]
        stem = self.stems[self.chance.randrange(_FAMOUS, len(self.stems))]
        version = f" {self.chance.randint(2, 4)}" if self.chance.random() < 0.2 else ""
        return stem + version + (f"-{self.chance.choice([7, 13, 70])}B" if self.chance.random() < 0.1 else "")

    def paper(self, number: int, famous: float = 0.33) -> Document:
        """The paper of a number, which cites earlier and a few later ones."""
        own, chance = self.name(0.001), self.chance
        said = [f"{own} {chance.choice(list(_RELATIONS))} {self.name(famous)}." for _ in range(4)]
        if chance.random() < 0.1:
            long = [word.title() for word in chance.sample(self.words, 3)]
            said.append(f"{''.join(word[0] for word in long)} ({' '.join(long)}) helps.")
        filler = [" ".join(chance.choices(self.words, k=18)).capitalize() + "." for _ in range(8)]
        text = " ".join(
            [f"We present {own} here.", *(s for pair in zip(said, filler, strict=False) for s in pair), *filler[4:]]
        )
        references = [Reference(arxiv=_id(max(0, number - int(chance.expovariate(0.001))))) for _ in range(12)]
        authors = tuple(" ".join(chance.choices(self.words[:5000], k=2)).title() for _ in range(4))
        date = f"{2007 + number // 12_000}-{number // 1000 % 12 + 1:02}"
        return Document(
            _id(number), text, f"{own}: {' '.join(chance.choices(self.words, k=6))}", authors, date, arxiv=_id(number),
            references=tuple(references), source="generated", place=f"line {number}",
        )  # fmt: skip

    def papers(self, count: int) -> Iterator[Document]:
        """That many papers; every thousandth number is left free, for papers that are cited before they come."""
        yield from (self.paper(number) for number in range(count) if number % 1000)


def _id(number: int) -> str:
    return f"{number // 100_000:02}{number // 10_000 % 10 + 1:02}.{number % 10_000:05}"


def _told(label: str, runs: Sequence[Mapping[str, float]]) -> None:
    work = 1000 * statistics.median(run.get(_WORK, 0.0) for run in runs)
    runs = [{stage: seconds for stage, seconds in run.items() if stage != _WORK} for run in runs]
    stages = list(dict.fromkeys(stage for run in runs for stage in run))
    middle = {stage: 1000 * statistics.median(run.get(stage, 0.0) for run in runs) for stage in stages}
    whole = 1000 * statistics.median(sum(run.values()) for run in runs)
    worst = 1000 * max(sum(run.values()) for run in runs)
    by_stage = "  ".join(f"{stage} {ms:.1f}" for stage, ms in middle.items())
    print(
        f"  {label:<34} {work:7.1f} ms of work, {whole:7.1f} ms on the clock (worst {worst:.1f}): {by_stage}",
        flush=True,
    )


def _timed(report: Callable[[], BuildReport]) -> dict[str, float]:
    start, work = time.perf_counter(), time.process_time()
    seconds = dict(report().seconds)
    rest = time.perf_counter() - start - sum(seconds.values())
    return seconds | {"rest": rest, _WORK: time.process_time() - work}


def _added(store: Store, documents: Sequence[Document]) -> list[dict[str, float]]:
    return [_timed(partial(build, store, [document], PlainMiner(), complete=())) for document in documents]


def _corrected(store: Store, world: World, runs: int) -> Iterator[dict[str, float]]:
    things = list(store.nodes("id IN (SELECT object FROM edges WHERE relation = 'INTRODUCES' LIMIT 1000)"))
    for _ in range(runs):
        one, other = world.chance.sample(things, 2)
        start, work = time.perf_counter(), time.process_time()
        corrections.merge(store, one, other, "for the benchmark")
        yield {"merge": time.perf_counter() - start, _WORK: time.process_time() - work}


def _asked(store: Store, name: str) -> Iterator[dict[str, float]]:
    for question in (
        lambda: find(store, name),
        lambda: lineage(store, find(store, name).id),
        lambda: search(store, name),
    ):
        start, work = time.perf_counter(), time.process_time()
        question()
        yield {"ask": time.perf_counter() - start, _WORK: time.process_time() - work}


def _mined(text: Document) -> dict[str, float]:
    start, work = time.perf_counter(), time.process_time()
    pipeline.introductions(text)
    middle = time.perf_counter()
    pipeline.mine(text, {})
    end = time.perf_counter()
    return {"introduce": middle - start, "mine": end - middle, _WORK: time.process_time() - work}


def measure(path: Path, papers: int, runs: int, *, peer: bool) -> None:
    """Build where nothing is, then add, remove, correct and ask."""
    world = World()
    documents = world.papers(papers)
    if not path.exists():
        start = time.perf_counter()
        with Store.create(path) as store:
            report = build(store, documents, PlainMiner())
        stages = ", ".join(f"{stage} {seconds:.0f} s" for stage, seconds in report.seconds.items())
        print(f"built in {time.perf_counter() - start:.0f} s ({stages})")
    late = World(random.Random(time.time_ns()))
    late.stems, late.words = world.stems, world.words
    with Store.open(path, write=True) as store:
        (count,) = store.connection.execute("SELECT count(*) FROM documents").fetchone()
        size = path.stat().st_size / (1 << 20)
        print(f"{count} documents, {size:.0f} MiB; median of {runs} runs")
        cited = list(range(0, papers, 1000))
        late.chance.shuffle(cited)
        numbers = [10 * papers + late.chance.randrange(10**6) for _ in range(2 * runs)]
        _added(store, [late.paper(10 * papers - 1)])
        _told("a paper of little-known names", _added(store, [late.paper(n, 0.0) for n in numbers[:runs]]))
        _told("a paper of the best-known names", _added(store, [late.paper(n, 1.0) for n in numbers[runs:]]))
        _told("a paper that was cited before", _added(store, [late.paper(n) for n in cited[:runs]]))
        _told(
            "to take a paper out again",
            [_timed(partial(remove, store, _id(n), PlainMiner())) for n in numbers[:runs]],
        )
        _told("to merge two names", list(_corrected(store, late, runs)))
        known = store.node(next(store.edges("relation = 'EXTENDS'")).subject)
        assert known is not None
        name = known.name
        _told("name, lineage, search", [run for _ in range(runs) for run in _asked(store, name)])
        text = world.paper(1)
        pipeline.mine(text, {})
        _told("begat's own miner, one such text", [_mined(text) for _ in range(runs)])
        if peer:
            start, work = time.perf_counter(), time.process_time()
            resolve(store)
            seconds = {"resolve": time.perf_counter() - start, _WORK: time.process_time() - work}
            _told("the peer: resolve everything", [seconds])


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--papers", type=int, default=100_000)
    parser.add_argument("--keep", type=Path, help="build this file, or use it where it is there")
    parser.add_argument("--runs", type=int, default=9)
    parser.add_argument("--no-peer", action="store_true", help="do not resolve everything at the end")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        measure(options.keep or Path(folder) / "graph.begat", options.papers, options.runs, peer=not options.no_peer)


if __name__ == "__main__":
    main()
