"""Who "we", "our model", "this framework", "it" and "the resulting model" are: the things that the paper introduces.

A pronoun without a noun stands for what the sentence before spoke of first.
"""

import re
from collections.abc import Sequence

from begat.graph.vocabulary import NodeType
from begat.loaders.mining.lists import Item

_OURS = frozenset({"we", "our", "ours", "us"})
_THIS = frozenset({"this", "the", "these"})
_RESULTING = frozenset("proposed resulting resultant presented new novel final introduced former above".split())
_PRONOUNS = frozenset({"it", "its", "they", "their", "itself"})
_NOUNS: dict[str, tuple[NodeType, ...]] = {
    **dict.fromkeys("dataset datasets benchmark corpus suite collection data".split(), (NodeType.DATASET,)),
    **dict.fromkeys("model models network networks architecture architectures agent agents".split(), (NodeType.MODEL, NodeType.METHOD)),
    **dict.fromkeys(
        "method methods approach approaches framework technique techniques algorithm algorithms system paper work study paradigm "
        "strategy scheme procedure objective loss formulation layer module mechanism library toolkit metric results experiments "
        "extension solution design variant variants estimator optimizer pipeline regularizer procedure process theory".split(),
        (NodeType.METHOD, NodeType.MODEL),
    ),
}  # fmt: skip
_DATA_WORDS = re.compile(r"datasets?|benchmark|corpus|suite|collection|data", re.IGNORECASE)


def _of_type(wanted: Sequence[NodeType], introduced: Sequence[int], types: Sequence[NodeType]) -> tuple[int, ...]:
    """The introduced things of the wanted types, or all of them where there is none; always the unnamed one."""
    fitting = [t for t in introduced if types[t] in wanted]
    return tuple(t for t in introduced if types[t] is NodeType.PAPER or not fitting or t in fitting)


def _meant(
    sequence: Sequence[Item], at: int, introduced: Sequence[int], types: Sequence[NodeType]
) -> tuple[str, tuple[int, ...]]:
    """What an "our" or "this" with the words behind it stands for, and the word that says so; ("", ()) if for nothing."""
    word = sequence[at].text.casefold()
    after = [i.text.casefold() for i in sequence[at + 1 : at + 4]]
    noun = next((w for w in after if w in _NOUNS), None)
    if word in _OURS:
        wanted = _NOUNS[noun] if noun and word == "our" else (NodeType.METHOD, NodeType.MODEL)
        return ("our" if word == "our" else "we"), _of_type(wanted, introduced, types)
    if word in _THIS and after:
        if word != "the" and after[0] in _NOUNS:
            return "this", _of_type(_NOUNS[after[0]], introduced, types)
        if after[0] in _RESULTING and noun:
            return "resulting", _of_type(_NOUNS[noun], introduced, types)
    return "", ()


def resolve(sequences: Sequence[list[Item]], introduced: Sequence[int], types: Sequence[NodeType]) -> None:
    """Sets `own` and the folded word (`@we`, `@our`, `@this`, `@it`) on every item that stands for a thing."""
    spoken: tuple[int, ...] = tuple(introduced)
    for sequence in sequences:
        first: tuple[int, ...] = ()
        for at, item in enumerate(sequence):
            if item.things:
                first = first or item.things[:1]
                continue
            word = item.text.casefold()
            said, own = _meant(sequence, at, introduced, types) if word in _OURS or word in _THIS else ("", ())
            if said:
                item.text, item.own = "@" + said, own
                first = first or own
            elif word in _PRONOUNS:
                item.text, item.own = "@it", first or spoken
        spoken = first or spoken
