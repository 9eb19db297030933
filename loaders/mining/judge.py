"""The learned judge over candidate relations: how probable each relation is between two things.

In two steps. Linear ones look at each candidate by itself: one at all that `context.py` tells of it and the rules that
hold, one at each of its places, the likeliest of which counts. Trees then look at these scores in company
(`measures.py`): beside their rivals for the same object, the reverse, its neighbours in a list, what roles the names play
along the sentence (`roles.py`), and how sure they are. Made by `learn_relations.py`, shipped as `relations.npz`.
"""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

import numpy as np
import numpy.typing as npt

from begat.graph.vocabulary import Relation
from begat.loaders.mining.context import Scene
from begat.loaders.mining.judges import Floats, Trees, added, odds, shared
from begat.loaders.mining.roles import ROLES, played
from begat.loaders.mining.tagger import Tagger

JUDGED: tuple[Relation, ...] = (
    Relation.EXTENDS, Relation.VARIANT_OF, Relation.FINE_TUNED_FROM, Relation.DISTILLED_FROM, Relation.USES,
    Relation.SUBCLASS_OF, Relation.TRAINED_ON, Relation.EVALUATED_ON, Relation.OUTPERFORMS, Relation.COMPARED_WITH,
)  # fmt: skip
COMPARING = (8, 9)
RIVALS: tuple[tuple[int, ...], ...] = ((0, 1, 2, 3, 4, 5), (6, 7), COMPARING)
"""Relations (their places in JUDGED) of which a text states at most one between two things; COMPARING whichever way round:
what beats another is compared with it, and the other with it."""


NOWHERE = -9.0
"""The log-odds of the likeliest place of a candidate without any."""
Told = Sequence[Sequence[Collection[int]]]
"""Rows of known features, each in parts that share none."""


@dataclass(frozen=True, slots=True)
class Weighing:
    """A linear judge: weights of each feature for each relation, (features, relations)."""

    weights: npt.NDArray[np.float32]
    bias: npt.NDArray[np.float32]

    def scores(self, rows: Told) -> Floats:
        """The log-odds, (rows, relations); a row counts as much however many features it has."""
        parts, numbered = shared(rows)
        roots = np.sqrt([max(1, sum(map(len, row))) for row in rows])[:, None]
        return np.asarray(added(added(self.weights, parts), numbered) / roots + self.bias, dtype=np.float64)


@dataclass(frozen=True, slots=True)
class Scores:
    """What the first step says: the first three (candidates, relations)."""

    whole: Floats
    """Log-odds by all that is told of the candidate."""
    best: Floats
    """Log-odds at its likeliest place, NOWHERE if it has none."""
    often: Floats
    """At how many places it is to be expected."""
    places: Floats
    """Log-odds at each place, of one candidate after another, (places, relations)."""
    first: npt.NDArray[np.intp]
    """Which of these is the first of each candidate."""

    @classmethod
    def of(cls, whole: Floats, at_places: Floats, places: Sequence[int]) -> "Scores":
        """`at_places`: log-odds of one place after another, (places, relations); `places`: how many each candidate has."""
        owner = np.repeat(np.arange(len(places)), places)
        best, often = np.full_like(whole, NOWHERE), np.zeros_like(whole)
        np.maximum.at(best, owner, at_places)
        np.add.at(often, owner, odds(at_places))
        return cls(whole, best, often, at_places, np.cumsum([0, *places[:-1]]))

    def likely(self, candidate: int, place: int, relation: int) -> float:
        """The log-odds of a relation at one of a candidate's places."""
        return float(self.places[self.first[candidate] + place, relation])


@dataclass(frozen=True, slots=True)
class Judge:
    """The features it knows by their numbers, its two linear judges, its trees, and what makes scores probabilities.

    `roles`: reads along the sentence what each name is there for.
    """

    index: dict[str, int]
    whole: Weighing
    place: Weighing
    company: Trees | None = None
    roles: Tagger | None = None
    slope: float = 1.0
    shift: float = 0.0

    def know(self, features: Iterable[str]) -> set[int]:
        """The numbers of the features that it knows."""
        find = self.index.get
        return {at for feature in features if (at := find(feature)) is not None}

    def scores(self, told: Told, places: Sequence[Told]) -> Scores:
        """What the first step says of candidates: `told` of each, and of each of its `places`."""
        at_places = self.place.scores([row for rows in places for row in rows])
        return Scores.of(self.whole.scores(told), at_places, [len(rows) for rows in places])

    def played(self, scene: Scene) -> Floats:
        """How likely each thing of a scene plays each role, (things, 2, roles)."""
        if self.roles is None:
            raise ValueError("this judge has not learned which roles names play")
        return played(scene, self.roles)

    def chances(self, measures: Floats) -> Floats:
        """The probability of each row of measures."""
        if self.company is None:
            raise ValueError("this judge has not learned to judge in company")
        return odds(self.slope * self.company.scores(measures) + self.shift)

    def store(self, path: str) -> None:
        """Write it as `load` reads it, tables column by column, which packs better."""
        words = "\n".join(sorted(self.index, key=self.index.__getitem__))
        arrays: dict[str, npt.NDArray[np.generic]] = {
            "features": np.frombuffer(words.encode(), dtype=np.uint8),
            "weights": self.whole.weights.astype(np.float16),
            "bias": self.whole.bias,
            "place_weights": self.place.weights.astype(np.float16),
            "place_bias": self.place.bias,
            "calibration": np.array([self.slope, self.shift], dtype=np.float64),
            **(self.company.arrays("company") if self.company else {}),
            **(self.roles.arrays("roles") if self.roles else {}),
        }
        columns = {name: np.asfortranarray(array) for name, array in arrays.items() if array.ndim == 2}
        np.savez_compressed(path, **{**arrays, **columns})  # type: ignore[arg-type]

    @classmethod
    def load(cls, data: "np.lib.npyio.NpzFile") -> "Judge":
        """The judge stored in `data`."""
        words = data["features"].tobytes().decode().split("\n")
        slope, shift = data["calibration"].tolist()
        return cls(
            {word: at for at, word in enumerate(words)},
            Weighing(data["weights"].astype(np.float32), data["bias"]),
            Weighing(data["place_weights"].astype(np.float32), data["place_bias"]),
            Trees.load(data, "company"),
            Tagger.load(data, "roles", ROLES),
            slope,
            shift,
        )


@cache
def shipped() -> Judge:
    """The judge that comes with begat."""
    with files(__package__).joinpath("relations.npz").open("rb") as handle, np.load(handle) as data:
        return Judge.load(data)
