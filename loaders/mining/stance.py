"""Whose claim a sentence is and how firmly it is made: the paper's own result, a hope, a denial, other people's work."""

from collections.abc import Sequence

from begat.loaders.mining.cues import ideas
from begat.loaders.mining.lists import Item

_REACH = 7
"""How many words behind a negation or a "may" it still governs."""
UNSAID = frozenset({"not", "hedged"})
"""Stances under which a sentence does not state what it says."""
_MERELY = frozenset({"only", "just", "merely", "solely"})
"""What takes the "not" before it back: "not only A but B" says both."""
_STOPS = frozenset({",", ";", ":", "but", "and", ".", "which", "that", "while", "(", ")"})


def before(sequence: Sequence[Item], at: int) -> frozenset[str]:
    """The stances that govern the item at a place: "not", "hedged", "unlike", "others"; within its clause."""
    found: set[str] = set()
    for place in range(at - 1, max(-1, at - _REACH - 1), -1):
        word = sequence[place].text
        if word in _STOPS:
            break
        if sequence[place + 1].text.casefold() in _MERELY:
            continue
        found.update(s for s in ideas(word) if s in ("not", "hedged", "unlike", "others"))
    return frozenset(found)


def of_sentence(sequence: Sequence[Item], position: float) -> frozenset[str]:
    """What a whole sentence is: "own" (we, our), "others" (existing work), "opening" (of the text), "contrast"."""
    found: set[str] = set()
    if any(i.own and i.text != "@it" for i in sequence):
        found.add("own")
    heads = [i.text.casefold() for i in sequence[:6]]
    if any("others" in ideas(h) for h in heads):
        found.add("others")
    if heads and heads[0] in ("however", "although", "while", "despite", "but", "unlike", "yet", "unfortunately"):
        found.add("contrast")
    if position < 0.34:
        found.add("opening")
    return frozenset(found)
