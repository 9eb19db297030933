"""The gazetteer: what the documents of a corpus introduce, by which every one of them is mined.

A document must be mined again when the gazetteer would now answer it otherwise. So mining asks through `Asked`, which
writes down each name that was asked for, found or not: the names kept with a document are exactly those whose coming
or going can change what is mined from it, whatever the miner does.
"""

import zlib
from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping

from begat.graph.store import Store
from begat.graph.vocabulary import NodeType

_FEW = 500


class Asked(Mapping[str, NodeType]):
    """A gazetteer that notes what it is asked. It is true even when it is empty, so that nobody passes it over."""

    def __init__(self, known: Mapping[str, NodeType]) -> None:
        self.known = known
        self.names: set[str] = set()

    def __getitem__(self, folded: str) -> NodeType:
        self.names.add(folded)
        return self.known[folded]

    def __bool__(self) -> bool:
        return True

    def __iter__(self) -> Iterator[str]:
        raise TypeError("a gazetteer can be asked for names, not read through: what is mined would depend on all of it")

    def __len__(self) -> int:
        raise TypeError("a gazetteer can be asked for names, not counted: what is mined would depend on all of it")


class Stored(Mapping[str, NodeType]):
    """The gazetteer of a graph file, name by name: for few documents, which ask for few."""

    def __init__(self, store: Store) -> None:
        self.store = store

    def __getitem__(self, folded: str) -> NodeType:
        row = self.store.connection.execute("SELECT type FROM gazetteer WHERE folded = ?", (folded,)).fetchone()
        if row is None:
            raise KeyError(folded)
        return NodeType(row[0])

    def __iter__(self) -> Iterator[str]:
        return (folded for (folded,) in self.store.connection.execute("SELECT folded FROM gazetteer"))

    def __len__(self) -> int:
        return int(self.store.connection.execute("SELECT count(*) FROM gazetteer").fetchone()[0])


def read(store: Store) -> dict[str, NodeType]:
    """The whole gazetteer, folded name → type: for many documents, and for other processes."""
    return {folded: NodeType(kind) for folded, kind in store.connection.execute("SELECT folded, type FROM gazetteer")}


def remember(store: Store, asked: Iterable[tuple[int, Collection[str]]]) -> None:
    """Write down what documents asked for, by number; inside the caller's transaction.

    What a document asked for before stays: it may be mined again without need, never the other way round.
    """
    store.connection.executemany(
        "INSERT OR IGNORE INTO asked VALUES (?, ?)",
        sorted((_short(name), number) for number, names in asked for name in names),
    )


def askers(store: Store, names: Collection[str]) -> list[int]:
    """The mined documents that asked for one of these names."""
    found: set[int] = set()
    for name in names:
        found.update(
            n for (n,) in store.connection.execute("SELECT document FROM asked WHERE name = ?", (_short(name),))
        )
    rows = store.connection.execute("SELECT number FROM documents WHERE mined IS NOT NULL") if len(found) > _FEW else (
        row for number in found for row in store.connection.execute(
            "SELECT number FROM documents WHERE number = ? AND mined IS NOT NULL", (number,)
        )
    )  # fmt: skip
    return sorted(found & {number for (number,) in rows})


def _short(name: str) -> int:
    return zlib.crc32(name.encode("utf-8", "surrogatepass"))


def changes(store: Store, names: Collection[str] | None) -> dict[str, NodeType | None]:
    """How the gazetteer must change: folded name → type, None where it goes.

    `names`: the folded ones that documents introduce, or do no longer, since it was written; None: look at all.
    """
    types: dict[str, Counter[str]] = defaultdict(Counter)
    if names is None:
        old = dict(store.connection.execute("SELECT folded, type FROM gazetteer"))
        rows = store.connection.execute("SELECT type, folded FROM introductions").fetchall()
    else:
        old = {name: kind for name in names for kind in _one(store, name)}
        rows = [row for name in names for row in _introduced(store, name)]
    for kind, folded in rows:
        types[folded][kind] += 1
    new = {folded: min(kinds, key=lambda k: (-kinds[k], k)) for folded, kinds in types.items()}
    differing = {folded for folded, _ in new.items() ^ old.items()}
    return {f: NodeType(new[f]) if f in new else None for f in differing}


def _one(store: Store, folded: str) -> list[str]:
    rows = store.connection.execute("SELECT type FROM gazetteer WHERE folded = ?", (folded,))
    return [kind for (kind,) in rows]


def _introduced(store: Store, folded: str) -> list[tuple[str, str]]:
    """(type, folded name) of each introduction of a folded name."""
    return store.connection.execute("SELECT type, folded FROM introductions WHERE folded = ?", (folded,)).fetchall()


def write(store: Store, differing: Mapping[str, NodeType | None]) -> None:
    """Bring the stored gazetteer up to date; inside the caller's transaction."""
    store.connection.executemany("DELETE FROM gazetteer WHERE folded = ?", [(folded,) for folded in differing])
    store.connection.executemany(
        "INSERT INTO gazetteer VALUES (?, ?)", sorted((f, kind) for f, kind in differing.items() if kind is not None)
    )
