"""What a change has touched: noted before it is made, so that all that hung on it is found afterwards.

A document's own row is read when it is noted, with the edges, nodes and search entries that its assertions stood
behind; what resolution keeps of it in tables of its own (uses, referred, linked, …) stays there until
`graph/update.py` replaces it. Where so much is touched that to resolve everything is quicker, `whole` says so.
"""

import json
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

from begat.graph import ids
from begat.graph.declared import url_key
from begat.graph.names import fold
from begat.graph.store import Store
from begat.graph.vocabulary import Origin, Relation

UNSEARCHED = frozenset({Relation.MENTIONS, Relation.INTRODUCES, Relation.CITES, Relation.AUTHORED_BY})
"""Relations whose sentences are not in the search index."""
FEW = 100
"""Documents that may be touched in a graph of any size before resolving everything is quicker …"""
SHARE = 0.1
"""… or this share of its documents."""
DEPENDENCIES = "4"
"""The version of who is who, and of what resolution keeps of it in tables of its own; noted in the file when they are complete."""


@dataclass(slots=True)
class Touched:
    """Documents by number, edges by their ends, nodes by id, search entries, paper keys, names by parsed key."""

    whole: bool = False
    documents: set[int] = field(default_factory=set)
    edges: set[tuple[str, str, str]] = field(default_factory=set)
    nodes: set[str] = field(default_factory=set)
    entries: set[tuple[str, str]] = field(default_factory=set)
    """(node of a paper, a sentence of it)."""
    papers: set[str] = field(default_factory=set)
    """Nodes of the papers that touched documents are or were."""
    keys: set[str] = field(default_factory=set)
    names: set[str] = field(default_factory=set)
    said: tuple[list[tuple[str, str, str]], list[tuple[str, str, str]]] | None = None
    """Which names readers said are one, and which two, before that changed; None: it did not."""
    introduced: set[str] = field(default_factory=set)
    """Folded names that documents introduce, or did, by which the gazetteer may change."""

    rows: Counter[str] = field(default_factory=Counter)
    """How many documents, mentions and assertions there were of touched documents."""

    @classmethod
    def of(cls, store: Store) -> "Touched":
        """Nothing yet; the whole, where the graph is not up to date or does not know what hangs on what."""
        return cls(whole=store.meta("pending") == "yes" or store.meta("dependencies") != DEPENDENCIES)

    def all(self) -> None:
        """Everything is touched."""
        self.whole = True

    def added(self, store: Store, numbers: Iterable[int]) -> None:
        """Documents have been added."""
        self.documents |= set(numbers)
        (count,) = store.connection.execute("SELECT count(*) FROM documents").fetchone()
        self.whole = self.whole or len(self.documents) > max(FEW, SHARE * count)

    def note(self, store: Store, numbers: Iterable[int]) -> None:
        """Documents are about to be changed or removed."""
        fresh = set(numbers) - self.documents
        if self.whole or not fresh:
            return
        self.added(store, fresh)
        if self.whole:
            return
        self.rows.update(store.rows_of(fresh))
        given = (json.dumps(sorted(fresh)),)
        for row in store.connection.execute(
            "SELECT paper, title, url, arxiv, doi, joined, is_paper FROM documents"
            " WHERE number IN (SELECT value FROM json_each(?))",
            given,
        ):
            self._note_record(*row)
        self.introduced |= {
            folded
            for (folded,) in store.connection.execute(
                "SELECT folded FROM introductions WHERE document IN (SELECT value FROM json_each(?))", given
            )
        }
        for subject, relation, object_, paper, origin, quote in store.connection.execute(
            "SELECT subject_node, relation, object_node, paper_node, origin, quote FROM assertions"
            " WHERE document IN (SELECT value FROM json_each(?)) AND paper_node IS NOT NULL",
            given,
        ):
            self.edges.add((subject, relation, object_))
            self.nodes |= {subject, object_}
            if origin == Origin.MINED and relation not in UNSEARCHED:
                self.entries.add((paper, quote))

    def _note_record(
        self,
        paper: str | None,
        title: str | None,
        url: str | None,
        arxiv: str | None,
        doi: str | None,
        joined: str,
        is_paper: int,
    ) -> None:
        if paper is not None:
            self.papers.add(paper)
        known = json.loads(joined)
        arxiv, doi = arxiv or known.get("arxiv"), doi or known.get("doi")
        self.keys |= {f"{kind}:{value}" for kind, value in (("arxiv", arxiv), ("doi", doi)) if value}
        self.keys |= set(meant_by(title or known.get("title"), url or known.get("url"), bool(is_paper)))


def meant_by(title: str | None, url: str | None, is_paper: bool) -> Iterator[str]:
    """The keys by which others may mean a document though they are not its ids: its title, its link."""
    if url:
        yield url_key(url)
    if title and is_paper:
        yield f"title:{fold(title)}"


def arxiv_date_of(key: str) -> str | None:
    """The date in an arXiv key; None of another."""
    return ids.arxiv_date(key) if key.startswith("arxiv:") else None
