"""Learned judges as arrays: a linear one over signs, trees over measures; numpy is all they need.

Both are made by `learn_names.py` and shipped in `names.npz`, words and n-grams and numbers only.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Linear:
    """A sum of the weights of signs, for each of its classes: `scores` gives (rows, classes)."""

    index: dict[str, int]
    weights: npt.NDArray[np.float32]
    bias: npt.NDArray[np.float32]

    def scores(self, rows: Sequence[Iterable[str]]) -> Floats:
        """The log-odds of each row of signs, (rows, classes)."""
        out = np.tile(self.bias.astype(np.float64), (len(rows), 1))
        index = self.index
        for n, signs in enumerate(rows):
            known = [index[s] for s in signs if s in index]
            if known:
                out[n] += self.weights[known].sum(axis=0)
        return out

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


@dataclass(frozen=True, slots=True)
class Trees:
    """Boosted trees, each padded to one length: a node goes left where `measure <= threshold`.

    A leaf points to itself; `value` is what it adds to the log-odds.
    """

    measure: npt.NDArray[np.int16]
    threshold: npt.NDArray[np.float32]
    left: npt.NDArray[np.int32]
    right: npt.NDArray[np.int32]
    value: npt.NDArray[np.float32]
    roots: npt.NDArray[np.int32]
    bias: float
    depth: int

    def scores(self, rows: Floats) -> Floats:
        """The log-odds of each row of measures, (rows,)."""
        if not len(rows):
            return np.zeros(0)
        rows = rows.astype(np.float32)
        at = np.tile(self.roots, (len(rows), 1))
        number = np.arange(len(rows))[:, None]
        for _ in range(self.depth):
            goes_left = rows[number, self.measure[at]] <= self.threshold[at]
            at = np.where(goes_left, self.left[at], self.right[at])
        return np.asarray(self.value[at].sum(axis=1), dtype=np.float64) + self.bias

    def arrays(self, name: str) -> dict[str, npt.NDArray[np.generic]]:
        """What is stored of it."""
        return {
            f"{name}.measure": self.measure,
            f"{name}.threshold": self.threshold,
            f"{name}.left": self.left,
            f"{name}.right": self.right,
            f"{name}.value": self.value,
            f"{name}.roots": self.roots,
            f"{name}.rest": np.array([self.bias, self.depth], dtype=np.float32),
        }

    @classmethod
    def load(cls, data: "np.lib.npyio.NpzFile", name: str) -> "Trees":
        """The judge stored under `name`."""
        bias, depth = data[f"{name}.rest"].tolist()
        return cls(
            data[f"{name}.measure"],
            data[f"{name}.threshold"],
            data[f"{name}.left"],
            data[f"{name}.right"],
            data[f"{name}.value"],
            data[f"{name}.roots"],
            float(bias),
            int(depth),
        )


def odds(scores: Floats) -> Floats:
    """Log-odds as probabilities."""
    return np.asarray(1 / (1 + np.exp(-np.clip(scores, -30, 30))))
