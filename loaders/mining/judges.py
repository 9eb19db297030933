"""Learned judges as arrays: a linear one over signs, trees over measures; numpy is all they need.

Both are made by `learn_names.py` and shipped in `names.npz`, words and n-grams and numbers only.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from itertools import chain
from typing import TypeVar

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]
Part = tuple[str, ...]
"""Signs that are told together, each once: of how a candidate is written, of what stands before a place."""


@dataclass(frozen=True, slots=True)
class Linear:
    """A sum of the weights of signs, for each of its classes: `scores` gives (rows, classes)."""

    index: dict[str, int]
    weights: npt.NDArray[np.float32]
    bias: npt.NDArray[np.float32]

    def scores(self, rows: Sequence[Sequence[str]]) -> Floats:
        """The log-odds of each row of signs, (rows, classes)."""
        return self._sums(rows) + self.bias

    def in_parts(self, rows: Sequence[Sequence[Part]]) -> Floats:
        """The same for rows told in parts, none of which shares a sign with another of its row.

        What many rows have in common is looked up and added up once.
        """
        parts, numbered = shared(rows)
        return added(self._sums(parts), numbered) + self.bias

    def _sums(self, rows: Sequence[Sequence[str]]) -> Floats:
        find = self.index.get
        known = [[at for sign in signs if (at := find(sign)) is not None] for signs in rows]
        return added(self.weights, known)

    @classmethod
    def joined(cls, judges: "Sequence[Linear]") -> "Linear":
        """One judge with the columns of several, which looks a sign up once for all of them."""
        index = {sign: n for n, sign in enumerate(sorted({sign for judge in judges for sign in judge.index}))}
        weights = np.zeros((len(index), sum(judge.weights.shape[1] for judge in judges)), dtype=np.float32)
        at = 0
        for judge in judges:
            rows = [index[sign] for sign in judge.index]
            width = judge.weights.shape[1]
            weights[rows, at : at + width] = judge.weights[list(judge.index.values())]
            at += width
        return cls(index, weights, np.concatenate([judge.bias for judge in judges]))

    def arrays(self, name: str) -> dict[str, npt.NDArray[np.generic]]:
        """What is stored of it."""
        ordered = sorted(self.index, key=self.index.__getitem__)
        return {
            f"{name}.signs": np.frombuffer("\n".join(ordered).encode(), dtype=np.uint8),
            f"{name}.weights": self.weights.astype(np.float16),
            f"{name}.bias": self.bias.astype(np.float32),
        }

    @classmethod
    def load(cls, data: "np.lib.npyio.NpzFile", name: str) -> "Linear":
        """The judge stored under `name`."""
        signs = data[f"{name}.signs"].tobytes().decode().split("\n")
        return cls(
            {s: i for i, s in enumerate(signs)},
            data[f"{name}.weights"].astype(np.float32),
            data[f"{name}.bias"].astype(np.float32),
        )


Shared = TypeVar("Shared")


def shared(rows: Sequence[Sequence[Shared]]) -> tuple[list[Shared], list[list[int]]]:
    """The parts that rows are made of, each object once, and for each row the numbers of its parts."""
    number: dict[int, int] = {}
    numbered = [[number.setdefault(id(part), len(number)) for part in row] for row in rows]
    return list({id(part): part for row in rows for part in row}.values()), numbered


def added(values: npt.NDArray[np.floating], rows: Sequence[Collection[int]]) -> Floats:
    """The sums of the values, (numbers, classes), that stand at each row's numbers: (rows, classes)."""
    lengths = np.fromiter(map(len, rows), dtype=np.intp, count=len(rows))
    ends = np.cumsum(lengths)
    at = np.fromiter(chain.from_iterable(rows), dtype=np.intp, count=int(lengths.sum()))
    sums = np.zeros((len(at) + 1, values.shape[1]))
    np.cumsum(values[at], axis=0, dtype=np.float64, out=sums[1:])
    return np.asarray(sums[ends] - sums[ends - lengths])


@dataclass(frozen=True, slots=True)
class Trees:
    """Boosted trees, the nodes of each after another: a row goes left, to the next node, where `measure <= threshold`.

    Otherwise it goes to the node `right`; a leaf points to itself, and `value` is what it adds to the log-odds.
    """

    measure: npt.NDArray[np.int16]
    threshold: npt.NDArray[np.float32]
    right: npt.NDArray[np.int32]
    value: npt.NDArray[np.float32]
    roots: npt.NDArray[np.int32]
    bias: float
    _flat: "_Flat" = field(init=False, repr=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "_flat", _flattened(self))

    def scores(self, rows: Floats) -> Floats:
        """The log-odds of each row of measures, (rows,)."""
        if not len(rows):
            return np.zeros(0)
        if rows.shape[1] <= self._flat.last:
            raise ValueError(f"a judge's trees ask for measure {self._flat.last}, of {rows.shape[1]}: learn it anew")
        once = max(1, _AT_ONCE // max(1, self._flat.measure.size))
        return np.concatenate([self._scores(rows[at : at + once]) for at in range(0, len(rows), once)])

    def _scores(self, rows: Floats) -> Floats:
        flat = self._flat
        seen = np.take(rows.astype(np.float32), flat.measure, axis=1, mode="clip")  # as `scores` has looked
        open_ = (seen <= flat.threshold).astype(flat.right_only.dtype)
        np.negative(open_, out=open_)  # -1 has all bits
        open_ |= flat.right_only
        left_most = np.bitwise_and.reduce(open_, axis=1)
        leaves = np.frexp((left_most & -left_most).astype(np.float64))[1] - 1
        return np.asarray(np.take(flat.value, flat.first + leaves).sum(axis=1), dtype=np.float64) + self.bias

    def arrays(self, name: str) -> dict[str, npt.NDArray[np.generic]]:
        """What is stored of it: of `right` how far it is, which packs better."""
        jump = self.right - np.arange(len(self.right))
        return {
            f"{name}.measure": self.measure,
            f"{name}.threshold": self.threshold,
            f"{name}.jump": jump.astype(np.int16),
            f"{name}.value": self.value,
            f"{name}.roots": self.roots,
            f"{name}.bias": np.array(self.bias, dtype=np.float32),
        }

    @classmethod
    def load(cls, data: "np.lib.npyio.NpzFile", name: str) -> "Trees":
        """The judge stored under `name`."""
        jump = data[f"{name}.jump"].astype(np.int32)
        return cls(
            data[f"{name}.measure"],
            data[f"{name}.threshold"],
            np.arange(len(jump), dtype=np.int32) + jump,
            data[f"{name}.value"],
            data[f"{name}.roots"],
            float(data[f"{name}.bias"]),
        )


_AT_ONCE = 150_000
"""How many questions are asked at once, of as many rows as that makes: the answers of more leave the processor's cache."""
_MOST_LEAVES = 62


@dataclass(frozen=True, slots=True)
class _Flat:
    """Trees for asking all their questions at once (QuickScorer: Lucchese and others 2015).

    `measure`, `threshold` and `right_only` are (questions, trees): a row that goes right at a question leaves open the
    leaves whose bits `right_only` has, in as few bits as all trees get by with. Bits count leaves from the left, and the
    left-most one still open is the tree's leaf; its value stands in `value` at `first` of the tree plus its number.
    """

    measure: npt.NDArray[np.intp]
    threshold: npt.NDArray[np.float32]
    right_only: npt.NDArray[np.unsignedinteger]
    value: npt.NDArray[np.float32]
    first: npt.NDArray[np.intp]
    last: int
    """The highest of the measures that are asked for."""


def _flattened(trees: "Trees") -> _Flat:
    """The same trees as `_Flat`; questions that pad a tree close no leaf."""
    measure, threshold, right = (a.tolist() for a in (trees.measure, trees.threshold, trees.right))
    asked: list[list[tuple[int, float, int]]] = []
    values: list[int] = []
    first: list[int] = []

    def walk(node: int, questions: list[tuple[int, float, int]]) -> int:
        """The bits of the leaves under a node, numbered from the tree's first one on."""
        if right[node] == node:
            values.append(node)
            return 1 << (len(values) - 1 - first[-1])
        under_left = walk(node + 1, questions)
        questions.append((measure[node], threshold[node], ~under_left))
        return under_left | walk(right[node], questions)

    for root in trees.roots.tolist():
        first.append(len(values))
        asked.append([])
        walk(root, asked[-1])
        if len(values) - first[-1] > _MOST_LEAVES:
            raise ValueError(f"a judge's tree has more than {_MOST_LEAVES} leaves: learn it with fewer")
    most = max((len(questions) for questions in asked), default=0)
    padded = [[*questions, *[(0, 0.0, -1)] * (most - len(questions))] for questions in asked]
    columns = list(zip(*padded, strict=True))
    every = (1 << most + 1) - 1
    right_only = [[q[2] & every for q in row] for row in columns]
    return _Flat(
        np.array([[q[0] for q in row] for row in columns], dtype=np.intp).reshape(most, len(asked)),
        np.array([[q[1] for q in row] for row in columns], dtype=np.float32).reshape(most, len(asked)),
        np.array(right_only, dtype=np.min_scalar_type(every)).reshape(most, len(asked)),
        trees.value[values],
        np.array(first, dtype=np.intp),
        int(trees.measure.max(initial=0)),
    )


def odds(scores: Floats) -> Floats:
    """Log-odds as probabilities."""
    return np.asarray(1 / (1 + np.exp(-np.clip(scores, -30, 30))))
