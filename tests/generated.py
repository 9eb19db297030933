"""Graphs made up for tests and benchmarks: one of hostile texts, one of any size."""

import random
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
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
    """A graph whose every text is hostile: each thing extends the next, as a document of its name states.

    Where a graph stands at the path already, it is put beside what is there.
    """
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
    """A graph of that many things and (nearly) as many edges as statements, in papers of twenty statements each.

    Nothing is mined or resolved: statements are stored with the nodes that they speak of, and the edges are counted from
    them. What stands in the tables is what a build writes there, but that there are no mentions, and no quotes in the search index.
    """
    with Store.create(path) as store:
        sql = store.connection
        # Rows come in no order: with SQLite's own two megabytes, a file of millions would be read and written over and over.
        sql.execute("PRAGMA cache_size = -1000000")
        with store.transaction(), _indexes_last(store):
            _state(store, things, statements)
        with store.transaction():
            sql.execute(
                "INSERT INTO edges SELECT subject_node, relation, object_node, max(confidence), count(DISTINCT paper_node),"
                f" '{Origin.MINED.value}', '{_DAY}' FROM assertions GROUP BY 1, 2, 3"
            )
            _add_nodes(store, things, statements // 20)
            store.count_anew()
            store.raise_revision()
    return path


_DAY = "2023-01-01"


@contextmanager
def _indexes_last(store: Store) -> Iterator[None]:
    """Those of the assertions whose order is not that of writing are made at the end of the block: many times faster."""
    indexes = store.connection.execute(
        "SELECT name, sql FROM sqlite_master WHERE type = 'index' AND tbl_name = 'assertions'"
        " AND name <> 'assertions_document'"
    ).fetchall()
    for name, _ in indexes:
        store.connection.execute(f"DROP INDEX {name}")
    yield
    for _, statement in indexes:
        store.connection.execute(statement)


def _state(store: Store, things: int, statements: int) -> None:
    """Write the papers and what each states, with the nodes that are meant."""
    dice = random.Random(20231118)
    for paper in range(statements // 20):
        pairs = [(dice.randrange(things), dice.randrange(things)) for _ in range(20)]
        quotes = [f"X {a} builds on the well known X {b} in more ways than one." for a, b in pairs]
        document = Document(id=f"2301.{paper:05}", text="\n".join(quotes), arxiv=f"2301.{paper:05}", source="large")
        assertions, at = [], 0
        for (a, b), quote in zip(pairs, quotes, strict=True):
            assertions.append(
                Assertion(
                    Thing(NodeType.MODEL, f"X {a}"), dice.choice(LINEAGE), Thing(NodeType.MODEL, f"X {b}"),
                    Evidence.of(document, at, at + len(quote)), "builds-on", 0.9,
                )
            )  # fmt: skip
            at += len(quote) + 1
        store.add_mined(store.add_document(document, digest=""), document, Mined((), tuple(assertions)), seen="")
    store.connection.execute(
        "UPDATE assertions SET subject_node = 'model-x' || substr(subject, 3), object_node = 'model-x' || substr(object, 3),"
        " paper_node = 'arxiv-' || (SELECT id FROM documents WHERE number = document)"
    )


def _add_nodes(store: Store, things: int, papers: int) -> None:
    nodes = [
        *((f"model-x{n}", NodeType.MODEL, f"X {n}", None) for n in range(things)),
        *((f"arxiv-2301.{n:05}", NodeType.PAPER, f"Paper {n}", f"2301.{n:05}") for n in range(papers)),
    ]
    nodes.sort()
    store.connection.executemany(
        f"INSERT INTO nodes (id, type, name, date, seen, arxiv) VALUES (?, ?, ?, '{_DAY}', '{_DAY}', ?)", nodes
    )
    names = [
        (node, kind, name) for node, kind, own, _ in nodes for name in dict.fromkeys((own, own.replace("X ", "X")))
    ]
    store.connection.executemany(
        "INSERT INTO aliases VALUES (?, ?, ?, 'made up')", ((node, name, name.casefold()) for node, _, name in names)
    )
    store.add_entries(("title" if kind == NodeType.PAPER else "name", node, name) for node, kind, name in names)


def _resolve(
    store: Store, nodes: list[Node], edges: Iterable[Edge], ends: list[tuple[str, str, str, str, int]]
) -> None:
    there = store.connection.execute("SELECT node, name, folded, reason FROM aliases").fetchall()
    aliases = [(node.id, name, name.casefold(), "made up") for node in nodes for name in (node.name, *node.aliases)]
    store.replace_resolved([*store.nodes(), *nodes], [*there, *aliases], [*store.edges(), *edges], ends, [])
