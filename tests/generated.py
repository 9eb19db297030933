"""Graphs made up for tests and benchmarks: one of hostile texts, one of any size."""

import random
from collections.abc import Iterable
from pathlib import Path

from begat.graph.model import Assertion, Document, Edge, Evidence, Mention, Mined, Node, Thing
from begat.graph.store import Store
from begat.graph.vocabulary import LINEAGE, NodeType, Origin, Relation

HOSTILE = [
    "He said \"no\" \\ and 'yes'",
    "line\nbreak, carriage\r\nreturn\rand\ttab",
    "nul\x00 bell\x07 escape\x1b delete\x7f next line\x85",
    "\u202eright to left\u202c \u2067isolate\u2069 مدل",
    "</script><script>alert(1)</script><!-- & ]]>",
    '=HYPERLINK("http://example.org","free")',
    "@SUM(1+1)*cmd|' /C calc'!A0",
    "+1 or -1",
    "𝒳 🙂 e\u0301 \ufffe \ufeff \u2028",
    "ends a statement . \n } ;\n",
    "\\u0027}) DETACH DELETE n //",
    "{}%$#_&~^\\ and A and B",
    " leading and trailing ",
    "<https://example.org/> . _:b 'x'@en",
]
"""Names and quotes as no honest paper has them."""

HOSTILE_IDS = [
    "model-a b", 'model-<>"{}|^`\\', "model-100%", "model-%zz", "model-%2F", "model-Tülu-模型", "a:b", "//x/../y#z?q",
    "model-new\nline", "model-nul\x00", "-", "doi-10.1%2Fab~c_(x)", "model-\u202e", "1",
]  # fmt: skip
"""Node ids as no build makes them, of the same number."""


def hostile(path: Path) -> Path:
    """A graph whose every text is hostile: each thing extends the next, as a document of its name states."""
    things = [Node(i, NodeType.MODEL, name, (name + "'s alias",), "2023", "2023-11") for i, name in zip(HOSTILE_IDS, HOSTILE, strict=True)]  # fmt: skip
    papers = [
        Node(f"paper-{n}", NodeType.PAPER, name, (), "2023-11-18", doi=f'10.1/"{n}>', url=f"javascript:{name}")
        for n, name in enumerate(HOSTILE)
    ]
    edges, ends = [], []
    with Store.create(path) as store, store.transaction():
        for n, name in enumerate(HOSTILE):
            document = Document(id=f"{n} {name}", text=name, title=name, authors=(name, "A. Person"), source=name)
            newer, older = things[n], things[(n + 1) % len(things)]
            assertion = Assertion(
                Thing(newer.type, newer.name), Relation.EXTENDS, Thing(older.type, older.name),
                Evidence.of(document, 0, len(name)), name, 0.5,
            )  # fmt: skip
            mention = Mention(Thing(newer.type, newer.name), 0, len(name), name)
            number = store.add_document(document, digest="")
            store.add_mined(number, document, Mined((mention,), (assertion,)), seen="")
            edges.append(Edge(newer.id, Relation.EXTENDS, older.id, 0.5, 1, Origin.MINED, "2023-11-18"))
            ends.append((newer.id, older.id, papers[n].id, assertion.claim(document.id), number))
        _resolve(store, [*things, *papers], edges, ends)
    return path


def large(path: Path, things: int, statements: int) -> Path:
    """A graph of that many things and (nearly) as many edges as statements, in papers of twenty statements each."""
    with Store.create(path) as store:
        # Rows come in no order: with SQLite's own two megabytes, a file of millions would be read and written over and over.
        store.connection.execute("PRAGMA cache_size = -1000000")
        with store.transaction():
            _make(store, things, statements)
    return path


def _make(store: Store, things: int, statements: int) -> None:
    dice = random.Random(20231118)
    nodes = [
        Node(f"model-x{n}", NodeType.MODEL, f"X {n}", (f"X{n}",), "2023-01-01", "2023-01-01") for n in range(things)
    ]
    edges: dict[tuple[str, Relation, str], Edge] = {}
    ends = []
    for paper in range(statements // 20):
        pairs = [(dice.randrange(things), dice.randrange(things)) for _ in range(20)]
        quotes = [f"X {a} builds on the well known X {b} in more ways than one." for a, b in pairs]
        document = Document(id=f"2301.{paper:05}", text="\n".join(quotes), arxiv=f"2301.{paper:05}", source="large")
        nodes.append(
            Node(f"arxiv-{document.id}", NodeType.PAPER, f"Paper {paper}", (), "2023-01-01", arxiv=document.id)
        )
        number = store.add_document(document, digest="")
        assertions, at = [], 0
        for (a, b), quote in zip(pairs, quotes, strict=True):
            relation = dice.choice(LINEAGE)
            assertion = Assertion(
                Thing(NodeType.MODEL, f"X {a}"), relation, Thing(NodeType.MODEL, f"X {b}"),
                Evidence.of(document, at, at + len(quote)), "builds-on", 0.9,
            )  # fmt: skip
            at += len(quote) + 1
            assertions.append(assertion)
            newer, older = f"model-x{a}", f"model-x{b}"
            edges[newer, relation, older] = Edge(newer, relation, older, 0.9, 1, Origin.MINED, "2023-01-01")
            ends.append((newer, older, nodes[-1].id, assertion.claim(document.id), number))
        store.add_mined(number, document, Mined((), tuple(assertions)), seen="")
    _resolve(store, nodes, edges.values(), ends)


def _resolve(
    store: Store, nodes: list[Node], edges: Iterable[Edge], ends: list[tuple[str, str, str, str, int]]
) -> None:
    aliases = [(node.id, name, name.casefold(), "made up") for node in nodes for name in (node.name, *node.aliases)]
    store.replace_resolved(nodes, aliases, edges, ends, [])
