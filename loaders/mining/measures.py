"""A candidate relation in company: its score beside its rivals, in numbers, for the judge's trees."""

from collections import defaultdict

import numpy as np
import numpy.typing as npt

from begat.graph.names import fold
from begat.graph.vocabulary import NodeType
from begat.loaders.mining import glossary
from begat.loaders.mining.context import INTRODUCED
from begat.loaders.mining.judge import JUDGED, NOWHERE, RIVALS, Scores
from begat.loaders.mining.judges import Floats
from begat.loaders.mining.sight import Sight

WORTH = -4.0
"""Log-odds of the first step below which a candidate is not looked at again."""
_TYPES = {NodeType.PAPER: 0.0, NodeType.MODEL: 1.0, NodeType.METHOD: 2.0, NodeType.DATASET: 3.0}
_AKIN = ("", "same", "variant", "family", "newer", "older", "sibling", "ends", "starts", "holds", "head of", "inside")
_LEAST = -9.0


def measures(seen: Sight, scores: Scores) -> tuple[npt.NDArray[np.intp], npt.NDArray[np.intp], Floats]:
    """For every (candidate, relation) worth it: their places in the scores, and a row of numbers (rows, 40)."""
    rows, columns = np.nonzero(scores.whole > WORTH)
    if not len(rows):
        return rows, columns, np.zeros((0, 0))
    view = _View(seen, scores)
    numbers = [view.row(row, column) for row, column in zip(rows.tolist(), columns.tolist(), strict=True)]
    return rows, columns, np.array(numbers, dtype=np.float64)


class _View:
    def __init__(self, seen: Sight, scores: Scores) -> None:
        self.seen = seen
        self.scores, self.best, self.often = (table.tolist() for table in (scores.whole, scores.best, scores.often))
        self.most = [max(row) for row in self.scores]
        self.at = seen.rows()
        self.of_object: dict[int, list[int]] = defaultdict(list)
        self.of_subject: dict[int, list[int]] = defaultdict(list)
        for n, c in enumerate(seen.candidates):
            self.of_object[c.object].append(n)
            self.of_subject[c.subject].append(n)
        self.listed: dict[int, set[int]] = defaultdict(set)
        self.titled: set[int] = set()
        for line in seen.scene.lines:
            if line.title:
                self.titled.update(line.named)
            for item in line.sequence:
                if len(item.things) > 1:
                    for thing in item.things:
                        self.listed[thing].update(item.things)
        self.surest = max(seen.scene.chance)
        # whether the glossary knows each thing for the name of something, and whether for something else; not the paper's title
        names = ("", *(fold(thing.name) for thing in seen.scene.things[1:]))
        self.known = [glossary.rough(glossary.kinds(name)) for name in names]
        self._shared: dict[int, list[float]] = {}

    def row(self, n: int, k: int) -> list[float]:
        """The numbers of one candidate relation."""
        c, scores, best = self.seen.candidates[n], self.scores, self.best
        own = scores[n]
        rivals = next(group for group in RIVALS if k in group)
        others = [m for m in self.of_object[c.object] if m != n]
        back = self.at.get((c.object, c.subject))
        beside = [m for t in self.listed[c.object] if t != c.object and (m := self.at.get((c.subject, t))) is not None]
        elsewhere = [m for m in self.of_subject[c.subject] if m != n]
        rules = self.seen.rules.get((c.subject, c.object), ())
        return [
            own[k],
            own[k] - max((own[r] for r in rivals if r != k), default=_LEAST),
            max(own[r] for r in range(len(JUDGED)) if r not in rivals),
            own[k] - max((scores[m][k] for m in others), default=_LEAST),
            own[k] - max((self.most[m] for m in others), default=_LEAST),
            scores[back][k] if back is not None else _LEAST,
            self.most[back] if back is not None else _LEAST,
            sum(scores[m][k] for m in beside) / len(beside) if beside else own[k],
            max((scores[m][k] for m in elsewhere), default=_LEAST),
            float(k),
            float(sum(1 for m in others if scores[m][k] > own[k])),
            float(sum(1 for r in rules if r.rule.relation is JUDGED[k])),
            float(any(r.named and r.rule.relation is JUDGED[k] for r in rules)),
            float(sum(1 for r in rules if r.rule.relation is not JUDGED[k])),
            best[n][k],
            self.often[n][k],
            best[n][k] - max((best[n][r] for r in rivals if r != k), default=NOWHERE),
            max(best[n]),
            best[n][k] - max((best[m][k] for m in others), default=NOWHERE),
            *self._pair(n),
        ]

    def _pair(self, n: int) -> list[float]:
        """The numbers that do not depend on the relation."""
        if n in self._shared:
            return self._shared[n]
        c, scene = self.seen.candidates[n], self.seen.scene
        kinds = [place[1] for place in c.places]
        first = min((place[0] for place in c.places), default=len(scene.lines))
        alike = scene.alike.get((c.subject, c.object), "") if c.subject else ""
        self._shared[n] = [
            scene.sure[c.subject],
            scene.sure[c.object],
            scene.chance[c.subject],
            scene.chance[c.object],
            self.surest,
            _TYPES[scene.types[c.subject]],
            _TYPES[scene.types[c.object]],
            float(kinds.count("explicit")),
            float(kinds.count("meant")),
            float(len(kinds)),
            float(_AKIN.index(alike)),
            float(len(scene.things)),
            float(sum(chance >= INTRODUCED for chance in scene.chance)),
            first / max(1, len(scene.lines)),
            (c.subject in self.titled) + 2.0 * (c.object in self.titled),
            float(scene.count[c.subject]),
            float(scene.count[c.object]),
            *self.known[c.subject],
            *self.known[c.object],
        ]
        return self._shared[n]
