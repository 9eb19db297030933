"""Graphs made up for the tests of queries."""

import random
from collections.abc import Iterable, Sequence
from itertools import pairwise
from pathlib import Path

from begat.graph.model import Assertion, Document, Edge, Evidence, Mined, Node, Thing
from begat.graph.names import fold
from begat.graph.store import Store
from begat.graph.vocabulary import LINEAGE, THINGS, NodeType, Origin, Relation

Triple = tuple[str, Relation, str]


def build(path: Path, nodes: Sequence[Node], triples: Iterable[Triple], confidence: float = 0.9) -> Path:
    """A graph of these nodes and edges; one document states them all, each in a sentence of its own."""
    triples = list(triples)
    names = {node.id: node for node in nodes}
    edges, ends, assertions, sentences, at = [], [], [], [], 0
    for subject, relation, object_ in triples:
        sentences.append(f"{names[subject].name} {relation} {names[object_].name}.")
    document = Document(id="made-up", text="\n".join(sentences), source="made up")
    with Store.create(path) as store, store.transaction():
        number = store.add_document(document, digest="")
        for (subject, relation, object_), sentence in zip(triples, sentences, strict=True):
            ends_of = (Thing(names[n].type, names[n].name) for n in (subject, object_))
            first, second = ends_of
            evidence = Evidence.of(document, at, at + len(sentence))
            assertion = Assertion(first, relation, second, evidence, "made-up", confidence)
            at += len(sentence) + 1
            assertions.append(assertion)
            edges.append(Edge(subject, relation, object_, confidence, 1, Origin.MINED, "2023-01-01"))
            ends.append((subject, object_, nodes[0].id, assertion.claim(document.id), number))
        store.add_mined(number, document, Mined((), tuple(assertions)), seen="")
        aliases = [(node.id, name, fold(name), "name") for node in nodes for name in (node.name, *node.aliases)]
        store.replace_resolved(nodes, aliases, edges, ends, [])
    return path


def model(name: str, date: str | None = None, **fields: str) -> Node:
    return Node(f"model-{name.lower()}", NodeType.MODEL, name, (), date, date, **fields)


def chain(path: Path, *names: str) -> Path:
    """Each model extends the one before."""
    nodes = [model(name, f"{2000 + place}") for place, name in enumerate(names)]
    steps = [(b.id, Relation.EXTENDS, a.id) for a, b in pairwise(nodes)]
    return build(path, nodes, steps)


def mixed(path: Path, seed: int, things: int = 200, papers: int = 60, edges: int = 500) -> Path:
    """Every relation, cycles, several things of one name, years that are not known."""
    dice = random.Random(seed)
    nodes = [
        Node(
            f"thing-{n}", dice.choice(THINGS), f"Thing {dice.randrange(things // 2)}", (),
            dice.choice(["2019", "2020-05", "2023-11-18", None]), None, f"Family {n % 17}",
        )
        for n in range(things)
    ]  # fmt: skip
    nodes += [
        Node(f"arxiv-{n}", NodeType.PAPER, f"Paper {n}", (), dice.choice(["2021-01-01", "2022", None]), arxiv=f"{n}")
        for n in range(papers)
    ]
    works, written = nodes[:things], nodes[things:]
    triples: set[Triple] = set()
    while len(triples) < edges:
        relation = dice.choice([*LINEAGE, *Relation])
        if relation is Relation.AUTHORED_BY:
            continue
        among = written if relation in (Relation.INTRODUCES, Relation.CITES, Relation.MENTIONS) else nodes
        subject = dice.choice(among).id
        object_ = dice.choice(written if relation is Relation.CITES else works).id
        if subject != object_:
            triples.add((subject, relation, object_))
    return build(path, nodes, sorted(triples))
