"""What part each named thing plays for what the paper introduces, judged along the sentence.

The judges of relations look at pairs, place by place. A tagger (`tagger.py`) reads each sentence once, without asking of which
pair: that Zeta is evaluated on, beaten, used here. What it thinks of a thing, the judges in company weigh (`measures.py`).
Learned by `learn_relations.py`.
"""

import numpy as np

from begat.graph.vocabulary import Relation
from begat.loaders.mining.candidates import Tokens, definitions
from begat.loaders.mining.context import Scene
from begat.loaders.mining.judges import Floats
from begat.loaders.mining.tagger import Labels, Tagger

ROLE: dict[Relation, str] = {
    Relation.EVALUATED_ON: "evaluated on",
    Relation.USES: "used",
    Relation.OUTPERFORMS: "beaten",
    Relation.COMPARED_WITH: "compared",
    Relation.EXTENDS: "extended",
    Relation.FINE_TUNED_FROM: "made from",
    Relation.DISTILLED_FROM: "made from",
    Relation.TRAINED_ON: "trained on",
    Relation.VARIANT_OF: "kind of",
    Relation.SUBCLASS_OF: "kind of",
}
"""What the object of each relation is to its subject; some are too rare to be told apart."""
INTRODUCED, GENERIC, NAMED = range(3)
"""Places in the kinds of ROLES of what has none of these roles."""
_PLAYED = tuple(dict.fromkeys(ROLE.values()))
_OWN = ("introduced", "generic", "named")
ROLES = Labels((*_OWN, *_PLAYED), foretold=(_OWN[INTRODUCED], _OWN[NAMED], *_PLAYED))
"""The roles of names. Words are on the way to all but what is spoken of in general."""


def played(scene: Scene, tagger: Tagger) -> Floats:
    """How likely each thing plays each role somewhere, and on average where it is named: (things, 2, roles).

    Nothing is known of what is not made of whole tokens, as the 100 of CIFAR-10/100 is not, nor of the paper itself.
    """
    tokens = Tokens.of(scene.reading)
    at = {start: n for n, start in enumerate(tokens.starts)}
    number = {thing: n for n, thing in enumerate(scene.things)}
    stands = [(at[name.start], number[name.thing]) for name in scene.names if name.start in at]
    told = np.zeros((len(scene.things), 2, len(ROLES.kinds)))
    if not stands:
        return told
    places, things = (list(column) for column in zip(*stands, strict=True))
    likely = tagger.chain(tokens, list(definitions(scene.reading, tokens))).within(places)
    np.maximum.at(told[:, 0], things, likely)
    np.add.at(told[:, 1], things, likely)
    told[:, 1] /= np.maximum(np.bincount(things, minlength=len(told)), 1)[:, None]
    return told
