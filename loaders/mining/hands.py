"""Learning from several annotators' hands to judge as the first one would.

Each gold has its own idea of what is a name and of what is stated; most is common to all. So what is learned has two
parts: what holds for every hand, and what only holds for the main gold's, which outweighs the rest where both are
known and is silent where it is not (for linear judges: Daumé III, "Frustratingly Easy Domain Adaptation", 2007). Both are
added up once learned: judges in use know of one hand, and are no larger.
"""

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

Hands = npt.NDArray[np.intp]
"""Of each row, the number of the gold that it is annotated in; MAIN is the one to be judged like."""
MAIN = 0
OWN = 0.5
"""How readily what is the main hand's own is learned, beside what is common; chosen by cross-validation (1 and 0.3 are worse)."""


@dataclass(frozen=True, slots=True)
class Copied:
    """A sparse matrix of what is told of rows, with what is told of the main hand's rows once more beside it."""

    matrix: Any
    """(rows, columns + copied columns + one that says whose row it is); as it was, where all rows are of one hand."""
    width: int
    """How many columns it had."""
    copied: npt.NDArray[np.intp]
    """Which of them are there once more."""

    @classmethod
    def of(cls, matrix: Any, hands: Hands, least: int) -> "Copied":
        """The matrix with copies of the columns that at least `least` rows of the main hand have."""
        from scipy import sparse

        main, width = hands == MAIN, matrix.shape[1]
        if main.all() or not main.any():
            return cls(matrix, width, np.zeros(0, dtype=np.intp))
        marks = sparse.csr_matrix(OWN * main[:, None])
        own = matrix.multiply(marks).tocsc()
        own.eliminate_zeros()
        copied = np.flatnonzero(own.getnnz(axis=0) >= least)
        return cls(sparse.hstack([matrix, own[:, copied], marks]).tocsr(), width, copied)

    def folded(self, weights: npt.NDArray[np.floating], bias: float) -> tuple[npt.NDArray[np.floating], float]:
        """What the main hand's judge has learned: (columns,) weights of the matrix as it was, and its bias."""
        common, own = weights[: self.width].copy(), weights[self.width :]
        if not len(own):
            return common, bias
        common[self.copied] += OWN * own[:-1]
        return common, bias + OWN * float(own[-1])
