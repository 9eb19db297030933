"""What a question may read: the protocol that a graph file and a graph in Neo4j both satisfy.

Reads are small and around some nodes (ids in, nodes and edges out), so that they cost the same in a graph of any size.
"""

from collections.abc import Iterable, Iterator, Sequence
from contextlib import AbstractContextManager
from typing import Protocol

from begat.graph.model import Edge, Node, Statement
from begat.graph.vocabulary import Relation

SCHEMES = ("neo4j", "neo4j+s", "neo4j+ssc", "bolt", "bolt+s", "bolt+ssc")
"""Of the graph URLs that are a Neo4j's; all others are files' paths."""


def is_neo4j(graph: str) -> bool:
    """Whether a graph URL is that of a Neo4j."""
    scheme, separator, _ = graph.partition("://")
    return bool(separator) and scheme in SCHEMES


def shown(graph: str) -> str:
    """A graph URL as it may be told: of an address only what follows the last @, for a password may stand before it."""
    scheme, separator, rest = graph.partition("://")
    return f"{scheme}://…@{rest.rpartition('@')[2]}" if separator and "@" in rest else graph


class Reader(Protocol):
    """A graph to read from."""

    @property
    def place(self) -> str:
        """Its graph URL: a path, or `neo4j://…`."""
        ...

    @property
    def revision(self) -> int:
        """Raised by every change."""
        ...

    @property
    def stamp(self) -> str:
        """Names this content alone; what is computed from it once holds as long as its stamp."""
        ...

    def snapshot(self) -> AbstractContextManager[None]:
        """For reads that belong together."""
        ...

    def close(self) -> None:
        """Let go of it."""
        ...

    def node(self, node_id: str) -> Node | None:
        """The node with this id."""
        ...

    def nodes_of(self, ids: Iterable[str]) -> dict[str, Node]:
        """The nodes with these ids; ids that are nowhere are left out."""
        ...

    def edges_from(
        self, ids: Iterable[str], relations: Sequence[Relation], min_confidence: float = 0.0
    ) -> Iterator[Edge]:
        """The edges whose subject is one of these nodes."""
        ...

    def edges_to(
        self, ids: Iterable[str], relations: Sequence[Relation], min_confidence: float = 0.0
    ) -> Iterator[Edge]:
        """The edges whose object is one of these nodes."""
        ...

    def edge(self, subject: str, relation: Relation, object_: str) -> Edge | None:
        """The edge of these node ids, or None."""
        ...

    def edges_at(self, node_id: str, relation: Relation, ends: Sequence[str], most: int) -> tuple[int, list[Edge]]:
        """How many edges of a relation have the node as one of these `ends`, and the best `most` of them.

        `ends` are of "subject" and "object"; the best are those of most support, then of most confidence.
        """
        ...

    def evidence_of(self, edges: Iterable[Edge], most: int) -> dict[Edge, tuple[Statement, ...]]:
        """The statements behind each edge, the most confident first, at most `most` of each."""
        ...

    def evidence(self, edge: Edge) -> list[Statement]:
        """All statements behind an edge, the most confident first."""
        ...

    def names_of(self, node_id: str) -> list[tuple[str, str]]:
        """The names of a node with why each is one; its own first."""
        ...

    def records_of(self, node_id: str) -> list[tuple[str, str, str | None]]:
        """The records that are a paper: (id, source, why it is taken for this paper, where more than its own id says it).

        None where only the graph is known, not what was read.
        """
        ...

    def named(self, name: str, *, folded: bool = False) -> list[Node]:
        """The nodes that have this name, or this folded name."""
        ...

    def of_family(self, name: str) -> list[Node]:
        """The nodes of the family of exactly this name."""
        ...

    def papers_by_key(self, key: str) -> list[Node]:
        """The papers that a paper key means."""
        ...

    def names_like(self, folded: str) -> list[tuple[str, str]]:
        """(folded name, name of its node) of at least all nodes whose names could be meant by a misspelt `folded`."""
        ...

    def matches(
        self, words: Sequence[str], every: bool, limit: int, marks: tuple[str, str]
    ) -> list[tuple[str, str, str]]:
        """Where words stand, the best first: ("name", "title" or "evidence", node id, snippet).

        `every`: all of them, the last of which may be unfinished; else any.
        """
        ...
