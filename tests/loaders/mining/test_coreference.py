"""Who "we", "our model", "it" and "this dataset" are."""

import pytest

from begat.graph.model import Document, Thing
from begat.graph.vocabulary import NodeType
from begat.loaders.mining import context
from begat.loaders.mining.reading import Name
from begat.loaders.mining.readings import readings
from tests.loaders.mining.test_rules import staged


def meant(text: str, line: int) -> set[str]:
    """What the pronouns of a line stand for."""
    scene, *_ = staged(text)
    return {scene.things[t].name for t in scene.lines[line].meant}


def test_we_and_our_are_what_the_paper_introduces() -> None:
    assert meant("We present [*+Zeta]. We compare it with [-Omega].", 0) == {"Zeta"}
    assert meant("Here is [*+Zeta]. Our model beats [-Omega].", 1) == {"Zeta"}


def test_our_dataset_is_the_dataset_that_the_paper_introduces() -> None:
    text = "Here are [*+Zeta] and [*-Quux:D]. Our dataset is large."
    assert meant(text, 1) == {"Quux"}


def test_it_is_what_the_sentence_before_spoke_of_first() -> None:
    assert meant("[Kappa] is old, [*+Zeta] is new. It needs [-Omega].", 1) == {"Kappa"}


@pytest.mark.parametrize("chance", [0.0, 0.4])
def test_we_may_stand_for_a_contribution_without_a_name(chance: float) -> None:
    reading = readings(Document(id="example", text="We build on Zeta."))[0]
    at = reading.text.index("Zeta")
    scene = context.scene(reading, [Name(at, at + 4, Thing(NodeType.MODEL, "Zeta"), 1.0, chance)])
    assert 0 in scene.lines[0].meant
