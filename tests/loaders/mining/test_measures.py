"""What a candidate is measured by beside others, and trees over it: found once for all, and as one by one."""

from pathlib import Path

import numpy as np
import pytest

from begat.loaders.mining.judges import Trees
from begat.loaders.mining.learn_names import trees
from begat.loaders.mining.measures import Others


@pytest.mark.parametrize("numbers", [[3.0, 1.0, 2.0], [2.0, 2.0], [2.0, 2.0, 1.0], [-4.0]])
def test_the_highest_other_number_is_found_as_by_looking_at_all_others(numbers: list[float]) -> None:
    told = Others(sorted(numbers), least=-9.0)
    for n, own in enumerate(numbers):
        others = numbers[:n] + numbers[n + 1 :]
        assert told.highest_but(own) == max(others, default=-9.0)
        assert told.higher(own) == sum(other > own for other in others)


@pytest.fixture(scope="module")
def grown() -> tuple[Trees, np.ndarray]:
    random = np.random.default_rng(5)
    rows = random.normal(size=(1300, 6))
    return trees(rows, rows[:, 0] * rows[:, 1] > 0.2, rounds=12, leaves=6, rate=0.3, share=0.5), rows


def test_trees_say_of_many_rows_what_they_say_of_each(grown: tuple[Trees, np.ndarray]) -> None:
    judge, rows = grown
    assert np.array_equal(judge.scores(rows), np.concatenate([judge.scores(row[None, :]) for row in rows]))
    assert judge.scores(rows[:0]).shape == (0,)


def test_trees_say_the_same_once_they_are_stored(grown: tuple[Trees, np.ndarray], tmp_path: Path) -> None:
    judge, rows = grown
    np.savez_compressed(tmp_path / "trees.npz", **judge.arrays("grown"))  # type: ignore[arg-type]
    with np.load(tmp_path / "trees.npz") as data:
        assert np.allclose(Trees.load(data, "grown").scores(rows), judge.scores(rows), atol=1e-6)


def test_rows_with_fewer_measures_than_trees_have_learned_from_are_refused(grown: tuple[Trees, np.ndarray]) -> None:
    judge, rows = grown
    with pytest.raises(ValueError, match="learn it anew"):
        judge.scores(rows[:, : judge.measure.max()])


def test_trees_learn_what_they_are_shown(grown: tuple[Trees, np.ndarray]) -> None:
    judge, rows = grown
    right = rows[:, 0] * rows[:, 1] > 0.2
    assert ((judge.scores(rows) > 0) == right).mean() > 0.85
