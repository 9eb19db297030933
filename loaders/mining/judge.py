"""The learned judge over candidate relations: how probable each relation is between two things, given what is told.

Linear, over the features that `context.py` tells and the rules that hold. Its weights come from `learn_relations.py`
and are shipped as `relations.npz`.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

import numpy as np
import numpy.typing as npt

from begat.graph.vocabulary import Relation

Floats = npt.NDArray[np.float64]

JUDGED: tuple[Relation, ...] = (
    Relation.EXTENDS, Relation.VARIANT_OF, Relation.FINE_TUNED_FROM, Relation.DISTILLED_FROM, Relation.USES,
    Relation.SUBCLASS_OF, Relation.TRAINED_ON, Relation.EVALUATED_ON, Relation.OUTPERFORMS, Relation.COMPARED_WITH,
)  # fmt: skip
RIVALS: tuple[tuple[int, ...], ...] = ((0, 1, 2, 3, 4, 5), (6, 7), (8, 9))
"""Relations (their places in JUDGED) of which a text states at most one between two things."""


@dataclass(frozen=True, slots=True)
class Judge:
    """Weights for each feature and relation, and the calibration that makes the scores probabilities."""

    index: dict[str, int]
    weights: npt.NDArray[np.float32]
    """(features, relations)."""
    bias: npt.NDArray[np.float32]
    slope: npt.NDArray[np.float32]
    shift: npt.NDArray[np.float32]

    def scores(self, rows: Sequence[Iterable[str]]) -> Floats:
        """The log-odds, (rows, relations), before calibration; a row counts as much however many features it has."""
        out = np.tile(self.bias.astype(np.float64), (len(rows), 1))
        find = self.index.get
        for number, row in enumerate(rows):
            known = [at for feature in row if (at := find(feature)) is not None]
            if known:
                out[number] += self.weights[known].sum(axis=0) / np.sqrt(len(known))
        return out

    def chances(self, rows: Sequence[Iterable[str]]) -> Floats:
        """The probability of each relation, (rows, relations)."""
        return calibrated(self.scores(rows), self.slope, self.shift)

    def store(self, path: str) -> None:
        """Write it as `load` reads it."""
        words = "\n".join(sorted(self.index, key=self.index.__getitem__))
        np.savez_compressed(
            path,
            features=np.frombuffer(words.encode(), dtype=np.uint8),
            weights=self.weights.astype(np.float16),
            bias=self.bias,
            slope=self.slope,
            shift=self.shift,
        )

    @classmethod
    def load(cls, data: "np.lib.npyio.NpzFile") -> "Judge":
        """The judge stored in `data`."""
        words = data["features"].tobytes().decode().split("\n")
        return cls(
            {word: at for at, word in enumerate(words)},
            data["weights"].astype(np.float32),
            data["bias"],
            data["slope"],
            data["shift"],
        )


def calibrated(scores: Floats, slope: npt.NDArray[np.float32], shift: npt.NDArray[np.float32]) -> Floats:
    """Log-odds as probabilities, after `slope * score + shift` for each relation (Platt)."""
    return np.asarray(1 / (1 + np.exp(-np.clip(slope * scores + shift, -30, 30))))


@cache
def shipped() -> Judge:
    """The judge that comes with begat."""
    with files(__package__).joinpath("relations.npz").open("rb") as handle, np.load(handle) as data:
        return Judge.load(data)
