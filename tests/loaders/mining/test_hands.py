"""Learning from several annotators' hands: what is common is shared, where they differ the main hand's way holds."""

from pathlib import Path

import numpy as np
import pytest
from scipy import sparse
from sklearn.linear_model import LogisticRegression

from begat.loaders.mining import gold
from begat.loaders.mining.hands import MAIN, OWN, Copied
from begat.loaders.mining.learn_names import linear, trees

OTHER = MAIN + 1


def likelihood(others: int, main: int, told_apart: bool = True) -> float:
    """The log-odds of a toolkit being named, which rows of another hand say it is, and rows of the main one that it is not."""
    rows = [[("toolkit",)], [("slogan",)]] * others + [[("toolkit",)], [("benchmark",)]] * main
    right = np.array([1, 0] * others + [0, 1] * main)
    hands = np.array([OTHER] * 2 * others + [MAIN] * 2 * main) if told_apart else None
    return float(linear(rows, right, 1.0, hands=hands).scores([("toolkit",)])[0, 0])


def test_where_only_others_have_told_they_are_believed() -> None:
    assert likelihood(30, 0) > 1


def test_where_hands_differ_the_main_one_is_followed_though_others_are_more() -> None:
    assert likelihood(30, 12, told_apart=False) > 0
    assert likelihood(30, 12) < 0


def test_folded_weights_say_what_the_copies_said_of_the_main_hands_rows() -> None:
    random = np.random.default_rng(2)
    matrix = sparse.csr_matrix(random.random((60, 7)) > 0.6, dtype=float)
    hands = np.arange(60) % 3
    right = np.asarray(matrix[:, 0].todense()).ravel() + (hands == MAIN) > 0.5
    told = Copied.of(matrix, hands, least=2)
    model = LogisticRegression(C=5.0).fit(told.matrix, right)
    weights, bias = told.folded(model.coef_[0], model.intercept_[0])
    assert weights.shape == (7,)
    own = np.flatnonzero(hands == MAIN)
    assert np.allclose(matrix[own] @ weights + bias, model.decision_function(told.matrix)[own])


@pytest.mark.parametrize("hands", [np.zeros(4, dtype=np.intp), np.full(4, OTHER)])
def test_one_hand_alone_needs_no_copies(hands: np.ndarray) -> None:
    matrix = sparse.csr_matrix(np.eye(4))
    told = Copied.of(matrix, hands, least=1)
    assert told.matrix is matrix
    weights, bias = told.folded(np.arange(4.0), 0.5)
    assert weights.tolist() == [0, 1, 2, 3] and bias == 0.5


def test_what_too_few_of_the_main_hands_rows_have_is_not_copied() -> None:
    matrix = sparse.csr_matrix([[1.0, 1, 0], [1, 0, 0], [1, 1, 1]])
    told = Copied.of(matrix, np.array([MAIN, MAIN, OTHER]), least=2)
    assert told.copied.tolist() == [0]
    assert told.matrix.toarray()[:, 3:].tolist() == [[OWN, OWN], [OWN, OWN], [0, 0]]


def test_trees_judge_like_the_main_hand_and_ask_for_none() -> None:
    random = np.random.default_rng(4)
    rows, hands = random.normal(size=(2400, 3)), np.arange(2400) % 3
    right = np.where(hands == MAIN, rows[:, 0] > 0, rows[:, 1] > 0)
    judge = trees(rows, right, None, hands, rounds=40, leaves=6, rate=0.1, share=1.0)
    assert judge.measure.max() < 3
    said = judge.scores(rows) > 0
    assert (said == (rows[:, 0] > 0)).mean() > 0.95
    assert (said == (rows[:, 1] > 0)).mean() < 0.6


def test_records_know_the_gold_that_they_are_of(tmp_path: Path) -> None:
    sets = []
    for name in ("one", "other"):
        record, text = tmp_path / f"{name}.jsonl", tmp_path / f"{name}-text.jsonl"
        record.write_text(f'{{"id": "{name}", "title": "Zeta", "entities": [], "relations": []}}\n')
        text.write_text(f'{{"id": "{name}", "title": "Zeta", "abstract": "We present Zeta."}}\n')
        sets.append([str(record), str(text)])
    assert [[gold.hand(r) for r, _ in pairs] for pairs in gold.collected(sets)] == [[MAIN], [OTHER]]
    assert gold.hand({"id": "unread"}) == MAIN
