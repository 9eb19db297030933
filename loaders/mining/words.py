"""How common words are in research abstracts: what tells a word from two glued ones, a name from a word.

`words.json` holds document frequencies, counted by `learn_names.py` over a corpus of abstracts: `lower` for
words written all in lower case, `cased` for all others, as written. Counts only, no sentences.
"""

import json
from functools import cache
from importlib.resources import files

FUNCTION = frozenset(
    """a about above across after all also although am among an and any are as at based be because been before being
    below between both but by can could do does during each either e.g. every for from further had has have here how
    however i if in into is it its itself may might more most neither nor not of off on only onto or other our out over
    own rather same several should since so some such than that the their them then there these they this those
    through thus to toward towards under until up upon us via was we well were what when where whereas whether which
    while who whose will with within without would yet""".split()
)
"""Closed-class words: no name consists of them."""

STATING = frozenset(
    """introduce introduces introduced introducing propose proposes proposed proposing present presents presented
    presenting call called calling term termed name named dub dubbed develop develops developed release releases
    released outperform outperforms outperformed outperforming surpass surpasses surpassing use uses used using
    improve improves extend extends combine combines beat
    beats beating exceed exceeds match matches rival rivals including like versus dataset model framework method""".split()
)
"""Words that stand right before a name, and so are found glued to one."""


@cache
def _counts() -> tuple[dict[str, int], dict[str, int]]:
    counts = json.loads(files(__package__).joinpath("words.json").read_text(encoding="utf-8"))
    return counts["lower"], counts["cased"]


def lower(word: str) -> int:
    """In how many abstracts of the corpus `word` (lower case) is written in lower case."""
    return _counts()[0].get(word, 0)


def cased(word: str) -> int:
    """In how many abstracts of the corpus `word` is written exactly so, with a capital or digit in it."""
    return _counts()[1].get(word, 0)


def known(word: str) -> bool:
    """Whether the corpus writes `word` so."""
    low, high = _counts()
    return word in low or word in high
