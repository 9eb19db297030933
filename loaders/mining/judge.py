"""The learned judge over candidate relations: how probable each relation is between two things.

In two steps. A linear one looks at each candidate by itself: the features that `context.py` tells and the rules that
hold. Trees then look at its score in company (`measures.py`): beside its rivals for the same object, the reverse,
its neighbours in a list, and how sure the names are. Made by `learn_relations.py`, shipped as `relations.npz`.
"""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

import numpy as np
import numpy.typing as npt

from begat.graph.vocabulary import Relation
from begat.loaders.mining.judges import Floats, Trees, odds

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
    company: Trees | None = None
    slope: float = 1.0
    shift: float = 0.0

    def know(self, features: Iterable[str]) -> set[int]:
        """The numbers of the features that it knows."""
        find = self.index.get
        return {at for feature in features if (at := find(feature)) is not None}

    def scores(self, rows: Sequence[Collection[int]]) -> Floats:
        """The log-odds, (rows, relations), of known features; a row counts as much however many it has."""
        out = np.tile(self.bias.astype(np.float64), (len(rows), 1))
        for number, row in enumerate(rows):
            if row:
                out[number] += self.weights[sorted(row)].sum(axis=0) / np.sqrt(len(row))
        return out

    def chances(self, measures: Floats) -> Floats:
        """The probability of each row of measures."""
        if self.company is None:
            raise ValueError("this judge has not learned to judge in company")
        return odds(self.slope * self.company.scores(measures) + self.shift)

    def store(self, path: str) -> None:
        """Write it as `load` reads it."""
        words = "\n".join(sorted(self.index, key=self.index.__getitem__))
        trees = self.company.arrays("company") if self.company else {}
        np.savez_compressed(
            path,
            features=np.frombuffer(words.encode(), dtype=np.uint8),
            weights=self.weights.astype(np.float16),
            bias=self.bias,
            calibration=np.array([self.slope, self.shift], dtype=np.float64),
            **trees,  # type: ignore[arg-type]
        )

    @classmethod
    def load(cls, data: "np.lib.npyio.NpzFile") -> "Judge":
        """The judge stored in `data`."""
        words = data["features"].tobytes().decode().split("\n")
        slope, shift = data["calibration"].tolist()
        return cls(
            {word: at for at, word in enumerate(words)},
            data["weights"].astype(np.float32),
            data["bias"],
            Trees.load(data, "company"),
            slope,
            shift,
        )


@cache
def shipped() -> Judge:
    """The judge that comes with begat."""
    with files(__package__).joinpath("relations.npz").open("rb") as handle, np.load(handle) as data:
        return Judge.load(data)
