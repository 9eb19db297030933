"""What is known of names beforehand: from annotated documents, and from how a corpus of abstracts uses them.

`learned` counts, for a folded name, the annotated documents in which it is a named thing, a generic one, or no
name at all. `seen` counts, without any annotation, the abstracts of a corpus that hold it, and in what company.
Counts only; both are part of `names.npz`.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from math import log1p, log2

import numpy as np
import numpy.typing as npt

from begat.graph.vocabulary import NodeType
from begat.loaders.mining.judges import Part

TYPES = (NodeType.MODEL, NodeType.METHOD, NodeType.DATASET)
LEARNED = 7
"""Columns: named, generic, none, Model, Method, Dataset, introduced."""
SEEN = 12
"""Columns: all, in title, before its colon, proposed, with a word for data, models, methods after it, after "on",
as short form, as long form, shaped like a name, defined."""

Counts = tuple[float, ...]


def _share(counts: Sequence[float]) -> float:
    """How much of what was seen of a name was a name; something below a third where nothing was."""
    return (counts[0] + 0.3) / (counts[0] + counts[1] + counts[2] + 1)


def _told(name: str, learned: Counts, seen: Counts) -> Iterator[str]:
    for what, count in zip(("named", "generic", "none"), learned, strict=False):
        yield f"{name}.{what}={min(3, int(count))}"
    if learned[0]:
        yield f"{name}.type={max(range(3), key=lambda n: learned[3 + n])}"
        if learned[6] > learned[0] / 2:
            yield f"{name}.introduced"
    yield f"{name}.seen={int(log2(seen[0] + 1))}"
    if seen[0] > 1:
        yield from (f"{name}.seen.{column}={int(4 * seen[column] / seen[0])}" for column in range(1, SEEN))


@dataclass(frozen=True, slots=True)
class Facts:
    """All that is known of one folded name, as the judges are told it.

    `own`, `end` and `seen` are measures: of a candidate that is this name, of one that begins or ends with it, and of how the
    corpus uses it. `signs` are rough amounts in words: of it as `own`, `first` and `last`.
    """

    own: tuple[float, ...]
    end: tuple[float, ...]
    seen: tuple[float, ...]
    signs: Mapping[str, Part]

    @classmethod
    def of(cls, learned: Counts = (0.0,) * LEARNED, seen: Counts = (0.0,) * SEEN) -> "Facts":
        """What counts tell (columns as in LEARNED and SEEN); nothing is known without them."""
        judged, often = (*learned[:3], _share(learned)), log1p(seen[0])
        return cls(
            (*judged, *learned[3:6], learned[6] / max(1.0, learned[0])),
            (*judged, often),
            (often, *(count / max(1.0, seen[0]) for count in seen[1:])),
            {name: tuple(_told(name, learned, seen)) for name in ("own", "first", "last")},
        )


_NOTHING = Facts.of()


@dataclass(frozen=True, slots=True)
class Gazetteer:
    """Counts by folded name, and the names that are candidates in any case and shape."""

    learned: Mapping[str, Counts]
    seen: Mapping[str, Counts]
    phrases: frozenset[str]
    memory: dict[str, Facts] = field(default_factory=dict, repr=False, compare=False)
    """The facts that were asked for: the same names come again and again."""

    def facts(self, name: str) -> Facts:
        """What is known of a folded name."""
        found = self.memory.get(name)
        if found is None:
            learned, seen = self.learned.get(name), self.seen.get(name)
            if not learned and not seen:
                return _NOTHING
            found = self.memory[name] = Facts.of(learned or (0.0,) * LEARNED, seen or (0.0,) * SEEN)
        return found

    def measures(self, key: str, first: str, last: str) -> tuple[float, ...]:
        """What is known of a candidate, of its first word and of its last."""
        known = self.facts(key)
        alone = (*_NOTHING.end[:-1], known.seen[0])  # what the whole says of itself, its only word need not say again
        one, other = (self.facts(part).end if part != key else alone for part in (first, last))
        return known.own + one + other + known.seen

    def signs(self, key: str, first: str, last: str) -> list[Part]:
        """The same for the linear judge: rough amounts as words."""
        ends = [self.facts(part).signs[name] for name, part in (("first", first), ("last", last)) if part != key]
        return [self.facts(key).signs["own"], *ends]

    def arrays(self) -> dict[str, npt.NDArray[np.generic]]:
        """What is stored of it."""
        return {
            **_store("learned", self.learned),
            **_store("seen", self.seen),
            "phrases": np.frombuffer("\n".join(sorted(self.phrases)).encode(), dtype=np.uint8),
        }

    @classmethod
    def load(cls, data: "np.lib.npyio.NpzFile") -> "Gazetteer":
        """The gazetteer stored in `data`."""
        phrases = data["phrases"].tobytes().decode().split("\n")
        return cls(_read(data, "learned"), _read(data, "seen"), frozenset(p for p in phrases if p))


def _store(name: str, table: Mapping[str, Counts]) -> dict[str, npt.NDArray[np.generic]]:
    keys = sorted(table)
    return {
        f"{name}.keys": np.frombuffer("\n".join(keys).encode(), dtype=np.uint8),
        f"{name}.counts": np.array([table[k] for k in keys], dtype=np.uint16),
    }


def _read(data: "np.lib.npyio.NpzFile", name: str) -> dict[str, Counts]:
    keys = data[f"{name}.keys"].tobytes().decode().split("\n")
    counts = data[f"{name}.counts"].astype(np.float64).tolist()
    if not counts:
        return {}
    return {key: tuple(row) for key, row in zip(keys, counts, strict=True)}
