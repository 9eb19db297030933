"""Finding: a node by its name, names like it when it is not there, and full text over names, titles, evidence."""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import islice

from rapidfuzz import process
from rapidfuzz.distance import OSA

from begat.graph import ids
from begat.graph.declared import url_key
from begat.graph.errors import NotFoundError
from begat.graph.model import Node
from begat.graph.names import fold, parse
from begat.graph.reader import Reader
from begat.graph.vocabulary import THINGS, NodeType, Relation

_LIKE = 0.65
"""How alike two folded names are at least (1: equal, 0: no letter in place) for one to be suggested for the other."""
_WORD = re.compile(r"\w+")


@dataclass(frozen=True, slots=True)
class Hit:
    """A place where a search's words stand: `kind` is "name", "title" or "evidence".

    `node` is what has the name or title, or the paper whose sentence it is; `snippet` the text around the words.
    """

    kind: str
    node: Node
    snippet: str

    @property
    def id(self) -> str:
        """The node's id."""
        return self.node.id

    @property
    def name(self) -> str:
        """The node's name."""
        return self.node.name


def find(store: Reader, name: str) -> Node:
    """The node that a name means: its id, a name or alias of it, a paper's id or link.

    Where several nodes have the name, a thing goes before a paper, one that a paper of the graph introduces before
    one that is only spoken of, then the earliest. Raises NotFoundError with the nearest names.
    """
    name = name.strip()
    for nodes in _candidates(store, name):
        if nodes:
            return min(nodes, key=lambda node: _rank(store, node))
    raise NotFoundError(name, suggest(store, name))


def _candidates(store: Reader, name: str) -> Iterator[list[Node]]:
    """Nodes that the name may mean, the surest way of looking first."""
    yield list(store.nodes_of([name]).values())
    yield store.named(name)
    yield _of_paper_key(store, name)
    yield store.named(parse(name).key, folded=True)
    yield store.named(fold(name), folded=True)


def _of_paper_key(store: Reader, name: str) -> list[Node]:
    arxiv, doi = ids.arxiv_id(name), ids.doi(name)
    key = f"arxiv:{arxiv}" if arxiv else f"doi:{doi}" if doi else url_key(name)
    own = (ids.paper_node_id(key), ids.paper_node_id(f"document:{name}"))
    return store.papers_by_key(key) or list(store.nodes_of(own).values())


def _rank(store: Reader, node: Node) -> tuple[int, bool, str, int, str]:
    kinds = (*THINGS, NodeType.PAPER, NodeType.AUTHOR)
    introduced = next(store.edges_to([node.id], [Relation.INTRODUCES]), None)
    kind = 0 if node.type in THINGS else kinds.index(node.type)
    return kind, introduced is None, node.date or "9999", len(node.id), node.id


def suggest(store: Reader, text: str, limit: int = 5) -> list[str]:
    """Names of nodes that have a name most like `text`, or beginning with it; best first."""
    wanted = fold(text)
    rows = store.names_like(wanted)
    like = process.extract(
        wanted, [row[0] for row in rows], scorer=OSA.normalized_similarity, score_cutoff=_LIKE, limit=limit * 4
    )
    names = [rows[index][1] for _, _, index in like]
    names += islice((name for folded, name in rows if wanted and folded.startswith(wanted)), limit)
    return list(dict.fromkeys(names))[:limit]


def search(store: Reader, text: str, limit: int = 20, marks: tuple[str, str] = ("", "")) -> list[Hit]:
    """Where the words of `text` stand in names, titles and evidence: names first, the best of each first.

    Any text is a valid search: it is taken as words, the last of which may be unfinished. `marks` are put around
    the words found in a snippet. Where no place has all the words, places with any of them are given.
    """
    words = _WORD.findall(text.replace("\0", " "))
    if not words:
        return []
    rows = store.matches(words, True, limit * 3, marks) or store.matches(words, False, limit * 3, marks)
    return list(_hits(store, rows, limit))


def _hits(store: Reader, rows: Iterable[tuple[str, str, str]], limit: int) -> Iterator[Hit]:
    """The first `limit` hits, one for each node by its names, any number by its sentences."""
    seen: set[tuple[str, str]] = set()
    for kind, ref, snippet in rows:
        place = (ref, snippet if kind == "evidence" else "name")
        if place in seen or len(seen) >= limit:
            continue
        if node := store.node(ref):
            seen.add(place)
            yield Hit(kind, node, snippet)
