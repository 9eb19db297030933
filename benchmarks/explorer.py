"""How quick the explorer answers on a graph of 100,000 works, made up for it.

    python -m benchmarks.explorer [--graph FILE] [--works 100000]

Of each address: milliseconds in the server by the clock, as its `Server-Timing` says, and of processor time (with that of the
client that asks), the median of several. On a machine that has other work to do, only the second means anything.
FILE is made where it does not exist, which takes some minutes.
"""

import argparse
import random
import statistics
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

from begat.graph.model import Assertion, Document, Edge, Evidence, Mined, Node, Thing
from begat.graph.names import fold, parse
from begat.graph.store import Store
from begat.graph.vocabulary import THINGS, NodeType, Origin, Relation
from tests.viz.explored import client

STATED = (
    Relation.EXTENDS, Relation.USES, Relation.USES, Relation.FINE_TUNED_FROM, Relation.DISTILLED_FROM,
    Relation.EVALUATED_ON, Relation.TRAINED_ON, Relation.OUTPERFORMS, Relation.COMPARED_WITH, Relation.MENTIONS,
    Relation.MENTIONS, Relation.MENTIONS, Relation.INTRODUCES,
)  # fmt: skip
SYLLABLES = "ba ro mi ta ler con vi sa gra lo den ki no ru fe xi".split()
A_PAPER_STATES = 15


def make(path: Path, works: int) -> None:
    """A graph of so many works, six of ten of them things in families, over twelve years; the first are hubs."""
    dice = random.Random(7)
    stems = ["".join(dice.choices(SYLLABLES, k=3)).capitalize() + str(n % 97) for n in range(works * 9 // 100)]
    things = list(_things(dice, stems, works * 6 // 10))
    papers: list[Node] = []
    edges: dict[tuple[str, Relation, str], Edge] = {}
    ends, entries = [], []
    with Store.create(path) as store, store.transaction():
        for n in range(works - len(things)):
            newest = len(things) * n // (works - len(things))
            paper = Node(
                f"arxiv-{1200 + n // 5000}.{n:05}", NodeType.PAPER, f"Paper {n}: On {things[newest].name} and more", (),
                things[newest].seen, things[newest].seen, arxiv=f"{1200 + n // 5000}.{n:05}",
            )  # fmt: skip
            papers.append(paper)
            stated = [
                (things[min(len(things) - 1, newest + dice.randrange(3))], dice.choice(STATED),
                 things[int(dice.random() ** 2.2 * max(1, newest))]) for _ in range(A_PAPER_STATES)
            ]  # fmt: skip
            quotes = [f"{a.name} builds on the well known {b.name} in more ways than one." for a, _, b in stated]
            document = Document(
                id=paper.arxiv or "", text="\n".join(quotes), title=paper.name, arxiv=paper.arxiv, date=paper.date,
                source="made-up.jsonl", place=f"line {n + 1}",
            )  # fmt: skip
            number, assertions, at = store.add_document(document, digest=""), [], 0
            for (newer, relation, older), quote in zip(stated, quotes, strict=True):
                evidence = Evidence.of(document, at, at + len(quote))
                at += len(quote) + 1
                subject = paper if relation in (Relation.MENTIONS, Relation.INTRODUCES) else newer
                thing = Thing(subject.type, f"arxiv:{paper.arxiv}" if subject is paper else subject.name)
                object_ = newer if relation is Relation.INTRODUCES else older
                sure = round(dice.uniform(0.3, 0.99), 2)
                assertion = Assertion(thing, relation, Thing(object_.type, object_.name), evidence, "builds-on", sure)
                assertions.append(assertion)
                key = (subject.id, relation, object_.id)
                support = edges[key].support + 1 if key in edges else 1
                edges[key] = Edge(*key, sure, support, Origin.MINED, paper.date)
                ends.append((subject.id, object_.id, paper.id, assertion.claim(document.id), number))
                entries.append(("evidence", paper.id, quote))
            store.add_mined(number, document, Mined((), tuple(assertions)), seen="")
        aliases = [(t.id, name, parse(name).key, "made up") for t in things for name in (t.name, *t.aliases)]
        aliases += [(p.id, p.name, fold(p.name), "title") for p in papers]
        entries += [("name", node, name) for node, name, _, _ in aliases]
        store.replace_resolved([*things, *papers], aliases, edges.values(), ends, entries)
        store.set_meta("pending", "no")


def _things(dice: random.Random, stems: list[str], count: int) -> Iterator[Node]:
    for n in range(count):
        stem, kind, version = dice.choice(stems), dice.choice(THINGS), str(dice.randint(1, 9))
        year = 2012 + 12 * n // count
        date = f"{year}-{dice.randint(1, 12):02}-{dice.randint(1, 28):02}" if dice.random() < 0.7 else None
        yield Node(
            f"thing-{n}", kind, f"{stem} v{version} {n}", (f"{stem}-{n}",), date, date or str(year), stem, version
        )


def addresses(store: Store) -> list[str]:
    """Each kind of page, of a hub, of a work in the middle, and of a late one with many ancestors."""
    count = sum(1 for _ in store.connection.execute("SELECT 1 FROM nodes WHERE id LIKE 'thing-%'"))
    hub, middle, late = "thing-0", f"thing-{count // 2}", f"thing-{count - 1000}"
    family = store.connection.execute("SELECT family FROM nodes WHERE id = ?", (middle,)).fetchone()[0]
    return [
        "/", "/search?q=builds", "/complete?q=ba", "/works?type=model&year=2018", "/map", "/about", f"/node/{hub}",
        f"/node/{middle}", f"/edges/{hub}?relation=uses&direction=backward", f"/lineage/{hub}", f"/lineage/{middle}",
        f"/lineage/{late}?most=250", f"/family/{family}", f"/compare?a={middle}&b={late}", f"/path?a={hub}&b={late}",
        f"/api/node?name={hub}", f"/api/lineage?name={middle}", f"/api/compare?a={middle}&b={late}",
    ]  # fmt: skip


def measure(path: Path, times: int = 7) -> None:
    """Ask for each page several times."""
    with Store.open(path) as store:
        wanted = addresses(store)
    with client(path) as web:
        for address in wanted:
            clock, processor = [], []
            for _ in range(times):
                start = time.process_time()
                answer = web.get(address)
                processor.append(1000 * (time.process_time() - start))
                assert answer.status_code == 200, address
                clock.append(float(answer.headers["server-timing"].partition("dur=")[2]))
            print(f"{statistics.median(clock):7.0f} {statistics.median(processor):7.0f}  {address}", flush=True)


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--graph", type=Path)
    options.add_argument("--works", type=int, default=100_000)
    given = options.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        path = given.graph or Path(folder) / "made-up.begat"
        if not path.exists():
            make(path, given.works)
        print("  clock  processor (ms)")
        measure(path)


if __name__ == "__main__":
    main()
