"""The tagger: what it sees of tokens, and that it reckons with every way to label a sentence."""

from collections import defaultdict
from itertools import pairwise, product

import numpy as np
import pytest

from begat.graph.model import Document
from begat.loaders.mining.candidates import Definition, Tokens
from begat.loaders.mining.judges import Floats, Linear
from begat.loaders.mining.readings import readings
from begat.loaders.mining.tagger import NAMES, Labels, Tagger, in_words

FIRST = [0, 3, 3, 4, 8]  # sentences of three tokens, none, one and four


def tagger(moves: Floats) -> Tagger:
    nothing = Linear({}, np.zeros((0, len(NAMES.names)), np.float32), np.zeros(len(NAMES.names), np.float32))
    return Tagger(NAMES, nothing, moves.astype(np.float32))


def enumerated(scores: Floats, moves: Floats, first: list[int]) -> dict[tuple[int, int, int], float]:
    """How likely a name of each kind stands at each place, by going through all ways to label each sentence."""
    found: dict[tuple[int, int, int], float] = defaultdict(float)
    for a, b in pairwise(first):
        weights = {}
        for labels in product(range(len(NAMES.names)), repeat=b - a):
            own = sum(scores[a + n, label] for n, label in enumerate(labels))
            weights[labels] = np.exp(own + sum(moves[x, y] for x, y in pairwise(labels)))
        for labels, weight in weights.items():
            for n, label in enumerate(labels):
                if label in (1, 3, 5):
                    end = n + 1
                    while end < len(labels) and labels[end] == label + 1:
                        end += 1
                    found[a + n, a + end, label // 2] += weight / sum(weights.values())
    return found


def test_a_name_is_as_likely_as_all_labellings_with_it_together() -> None:
    random = np.random.default_rng(7)
    scores, moves = random.normal(size=(8, len(NAMES.names))), random.normal(size=(len(NAMES.names), len(NAMES.names)))
    chain = tagger(moves).linked(scores, FIRST)
    wanted = enumerated(scores, moves, FIRST)
    places = sorted({(i, j) for i, j, _ in wanted})
    for place, chances in zip(places, chain.chances(places), strict=True):
        assert chances == pytest.approx([wanted[*place, kind] for kind in range(len(NAMES.kinds))], rel=1e-5)
    assert chain.chances([]).shape == (0, len(NAMES.kinds))


def test_a_long_sentence_does_not_underflow() -> None:
    random = np.random.default_rng(8)
    size = 5000
    moves = random.normal(size=(len(NAMES.names), len(NAMES.names)))
    chain = tagger(moves).linked(30 * random.normal(size=(size, len(NAMES.names))), [0, size])
    chances = chain.chances([(n, n + 1) for n in range(size)])
    assert np.isfinite(chances).all()
    assert chances.min() >= 0
    assert chances.max() <= 1 + 1e-6


def tokens(text: str, title: str | None = None) -> Tokens:
    return Tokens.of(readings(Document("d", text, title=title))[0])


def test_a_token_is_seen_with_those_around_it() -> None:
    seen = in_words()
    text = tokens("We call it LoomNet. It beats Adam, a known optimizer.")
    rows = [{sign for part in row for sign in part} for row in seen.rows(text, [])]
    loom, adam = text.text.index("LoomNet"), text.text.index("Adam")
    assert {"0 w=loomnet", "-1 w=it", "-2 w=call", "0 sh=AaAa", "before=it loomnet", "st=called2"} <= rows[loom]
    assert {"g=begins Method", "1 w=,", "3 w=known", "around=beats ,"} <= rows[adam]
    assert {"-1 w=#", "-3 w=#"} <= rows[0]
    assert not any(sign.startswith("st=") for sign in rows[adam])  # it stands in another sentence
    assert len({len(row) for row in seen.rows(text, [])}) == 1


def test_a_definition_says_which_form_is_which() -> None:
    text = tokens("Slow loom descent (SLD) is slow.")
    rows = in_words().rows(text, [Definition(short=(4, 5), long=(0, 3))])
    told = [next(sign for part in row for sign in part if sign.startswith("d=")) for row in rows]
    assert told[:6] == ["d=long", "d=long", "d=long", "d=", "d=short", "d="]


def test_a_tagger_adds_up_what_it_knows_of_the_signs() -> None:
    weights = np.zeros((2, len(NAMES.names)), np.float32)
    weights[0, 1], weights[1, 1] = 3.0, 4.0
    knows = Tagger(
        NAMES,
        Linear({"0 w=loomnet": 0, "-1 w=call": 1}, weights, np.zeros(len(NAMES.names), np.float32)),
        np.zeros((len(NAMES.names), len(NAMES.names)), np.float32),
    )
    chance = knows.chain(tokens("They call LoomNet"), []).chances([(2, 3), (1, 2)])
    assert chance[0, 0] == pytest.approx(np.exp(7) / (np.exp(7) + 6))
    assert chance[1, 0] < 0.2
    assert knows.chain(tokens(""), []).chances([]).shape == (0, len(NAMES.kinds))


def test_names_as_labels() -> None:
    assert NAMES.of([0, 6], [(0, 2, 0), (2, 3, 1), (4, 6, 2)]) == [
        "begins named", "inside named", "begins introduced", "outside", "begins generic", "inside generic",
    ]  # fmt: skip


def test_words_are_on_the_way_to_the_next_name_of_their_sentence_if_its_kind_is_foretold() -> None:
    labels = Labels(("used", "generic"), foretold=("used",))
    assert labels.names == ("outside", "begins used", "inside used", "begins generic", "inside generic", "before used")
    assert labels.of([0, 4, 8], [(1, 3, 0), (5, 6, 1), (7, 8, 0)]) == [
        "before used", "begins used", "inside used", "outside",
        "outside", "begins generic", "before used", "begins used",
    ]  # fmt: skip


def test_how_likely_a_token_is_within_a_name_counts_all_borders() -> None:
    random = np.random.default_rng(9)
    scores, moves = random.normal(size=(4, len(NAMES.names))), random.normal(size=(len(NAMES.names),) * 2)
    wanted = np.zeros((4, len(NAMES.names)))
    for labels in product(range(len(NAMES.names)), repeat=4):
        own = sum(scores[n, label] for n, label in enumerate(labels))
        for n, label in enumerate(labels):
            wanted[n, label] += np.exp(own + sum(moves[x, y] for x, y in pairwise(labels)))
    wanted /= wanted.sum(axis=1, keepdims=True)
    within = tagger(moves).linked(scores, [0, 4]).within([3, 1])
    assert within == pytest.approx(
        np.array([[wanted[n, 1 + 2 * k] + wanted[n, 2 + 2 * k] for k in range(3)] for n in (3, 1)]), rel=1e-5
    )
