"""The roles of names: what a tagger that reads along the sentence thinks of each thing."""

import numpy as np
import pytest

from begat.graph.model import Document, Thing
from begat.graph.vocabulary import NodeType
from begat.loaders.mining.context import MOST, Scene, scene
from begat.loaders.mining.judge import JUDGED
from begat.loaders.mining.judges import Linear
from begat.loaders.mining.reading import Name
from begat.loaders.mining.readings import readings
from begat.loaders.mining.roles import GENERIC, INTRODUCED, NAMED, ROLE, ROLES, played
from begat.loaders.mining.tagger import Tagger

USED = ROLES.kinds.index("used")


def tagger(**strong: tuple[str, float]) -> Tagger:
    """A tagger that knows words for how much they speak for a label, and nothing else."""
    labels = ROLES.names
    weights = np.zeros((len(strong), len(labels)), np.float32)
    for row, (label, weight) in enumerate(strong.values()):
        weights[row, labels.index(label)] = weight
    index = {f"0 w={word}": n for n, word in enumerate(strong)}
    return Tagger(
        ROLES, Linear(index, weights, np.zeros(len(labels), np.float32)), np.zeros((len(labels),) * 2, np.float32)
    )


def seen(text: str, **things: str) -> Scene:
    """A scene in which each word of `things` names the thing, wherever it stands."""
    reading = readings(Document("d", text))[0]
    found = [
        Name(at, at + len(word), Thing(NodeType.METHOD, name), 0.9, 0.1)
        for word, name in things.items()
        for at in range(len(text))
        if text.startswith(word, at)
    ]
    return scene(reading, sorted(found, key=lambda name: name.start))


def test_every_relation_that_is_judged_gives_its_object_a_role() -> None:
    assert set(ROLE) == set(JUDGED)
    assert set(ROLE.values()) == set(ROLES.kinds[NAMED + 1 :])
    assert [ROLES.kinds[n] for n in (INTRODUCED, GENERIC, NAMED)] == ["introduced", "generic", "named"]
    assert set(ROLES.kinds) - set(ROLES.foretold) == {"generic"}


def test_a_thing_plays_a_role_where_it_is_likeliest_to_and_on_average() -> None:
    weaving = seen("We take Adam here. Plain Sgd is near Adam.", Adam="Adam", Sgd="SGD")
    told = played(weaving, tagger(adam=("begins used", 6.0)))
    assert told.shape == (3, 2, len(ROLES.kinds))
    adam, sgd = (1 + [thing.name for thing in weaving.things[1:]].index(name) for name in ("Adam", "SGD"))
    assert told[adam, 0, USED] > 0.9 > told[sgd, 0, USED]
    assert told[adam, 1, USED] == pytest.approx(told[adam, 0, USED])


def test_what_is_said_at_one_place_counts_half_of_two() -> None:
    weaving = seen("We take Adam here. Plain Sgd is near.", Adam="Adam", Sgd="Adam")
    most, mean = played(weaving, tagger(adam=("begins used", 9.0), sgd=("outside", 30.0)))[1, :, USED]
    assert mean == pytest.approx(most / 2, rel=1e-3)


def test_nothing_is_known_of_the_paper_nor_of_what_begins_within_a_token() -> None:
    told = played(seen("We take Adam here.", dam="Dam"), tagger(adam=("begins used", 9.0)))
    assert not told.any()


def test_of_a_thousand_things_that_seem_introduced_only_the_surest_are_what_we_stands_for() -> None:
    words = [f"Loom{n}" for n in range(3 * MOST)]
    reading = readings(Document("d", " and ".join(words)))[0]
    names = [
        Name(at := reading.text.index(word), at + len(word), Thing(NodeType.METHOD, word), 0.9, 0.5 + 0.001 * n)
        for n, word in enumerate(words)
    ]
    many = scene(reading, sorted(names, key=lambda name: name.start))
    assert [many.things[n].name for n in many.introduced if n] == words[-MOST:]
