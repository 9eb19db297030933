"""What is known of names beforehand: from annotated documents, and from how a corpus of abstracts uses them.

`learned` counts, for a folded name, the annotated documents in which it is a named thing, a generic one, or no
name at all. `seen` counts, without any annotation, the abstracts of a corpus that hold it, and in what company.
Counts only; both are part of `names.npz`.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from math import log1p

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
_NOTHING_LEARNED: Counts = (0.0,) * LEARNED
_NOTHING_SEEN: Counts = (0.0,) * SEEN


@dataclass(frozen=True, slots=True)
class Gazetteer:
    """Counts by folded name, and the names that are candidates in any case and shape."""

    learned: Mapping[str, Counts]
    seen: Mapping[str, Counts]
    phrases: frozenset[str]
    memory: dict[tuple[str, str], Part] = field(default_factory=dict, repr=False, compare=False)

    def learned_of(self, key: str) -> Counts:
        """The annotated documents that name `key` (columns as in LEARNED)."""
        return self.learned.get(key, _NOTHING_LEARNED)

    def seen_of(self, key: str) -> Counts:
        """The abstracts that hold `key` (columns as in SEEN)."""
        return self.seen.get(key, _NOTHING_SEEN)

    def measures(self, key: str, first: str, last: str) -> list[float]:
        """What is known of a candidate, of its first word and of its last."""
        own, seen = self.learned_of(key), self.seen_of(key)
        out = [*own[:3], _share(own), *own[3:6], own[6] / max(1.0, own[0])]
        for part in (first, last):
            counts = self.learned_of(part) if part != key else _NOTHING_LEARNED
            out += [*counts[:3], _share(counts)]
            out.append(log1p(self.seen_of(part)[0]))
        out.append(log1p(seen[0]))
        out += [count / max(1.0, seen[0]) for count in seen[1:]]
        return out

    def signs(self, key: str, first: str, last: str) -> list[Part]:
        """The same for the linear judge: rough amounts as words."""
        ends = [self._told(name, part) for name, part in (("first", first), ("last", last)) if part != key]
        return [self._told("own", key), *ends]

    def _told(self, name: str, part: str) -> Part:
        """The signs of one part of a candidate; the same words come again and again."""
        told = self.memory.get((name, part))
        if told is None:
            if len(self.memory) > 100_000:
                self.memory.clear()
            told = self.memory[name, part] = self._tell(name, part)
        return told

    def _tell(self, name: str, part: str) -> Part:
        out = []
        counts, seen = self.learned_of(part), self.seen_of(part)
        for what, count in zip(("named", "generic", "none"), counts, strict=False):
            out.append(f"{name}.{what}={min(3, int(count))}")
        if counts[0]:
            out.append(f"{name}.type={max(range(3), key=lambda n: counts[3 + n])}")
            if counts[6] > counts[0] / 2:
                out.append(f"{name}.introduced")
        out.append(f"{name}.seen={int(np.log2(seen[0] + 1))}")
        if seen[0] > 1:
            out += [f"{name}.seen.{column}={int(4 * seen[column] / seen[0])}" for column in range(1, SEEN)]
        return tuple(out)

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


def _share(counts: Sequence[float]) -> float:
    """How much of what was seen of a name was a name; something below a third where nothing was."""
    return (counts[0] + 0.3) / (counts[0] + counts[1] + counts[2] + 1)


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
