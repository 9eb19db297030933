"""A candidate relation in company: its score beside its rivals, in numbers, for the judge's trees."""

from bisect import bisect_right
from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from begat.graph.names import fold
from begat.graph.vocabulary import NodeType
from begat.loaders.mining import glossary
from begat.loaders.mining.context import INTRODUCED as SAID_INTRODUCED
from begat.loaders.mining.judge import JUDGED, NOWHERE, RIVALS, Scores
from begat.loaders.mining.judges import Floats
from begat.loaders.mining.roles import INTRODUCED, NAMED, ROLE, ROLES
from begat.loaders.mining.sight import Sight

WORTH = -4.0
"""Log-odds of the first step below which a candidate is not looked at again."""
_TYPES = {NodeType.PAPER: 0.0, NodeType.MODEL: 1.0, NodeType.METHOD: 2.0, NodeType.DATASET: 3.0}
_AKIN = ("", "same", "variant", "family", "newer", "older", "sibling", "ends", "starts", "holds", "head of", "inside")
_LEAST = -9.0
_ROLE = [ROLES.kinds.index(ROLE[relation]) for relation in JUDGED]
"""The role that the object of each relation plays."""
_PLAYED = sorted(set(_ROLE))


def measures(seen: Sight, scores: Scores, played: Floats) -> tuple[npt.NDArray[np.intp], npt.NDArray[np.intp], Floats]:
    """For every (candidate, relation) worth it: their places in the scores, and a row of numbers (rows, 49).

    `played`: how likely each thing plays each role (`roles.played`).
    """
    rows, columns = np.nonzero(scores.whole > WORTH)
    if not len(rows):
        return rows, columns, np.zeros((0, 0))
    view = _View(seen, scores, played)
    numbers = [view.row(row, column) for row, column in zip(rows.tolist(), columns.tolist(), strict=True)]
    return rows, columns, np.array(numbers, dtype=np.float64)


@dataclass(frozen=True, slots=True)
class Others:
    """Numbers from the least to the highest, and what stands for the highest other one where there is but one."""

    numbers: Sequence[float]
    least: float

    def highest_but(self, own: float) -> float:
        """The highest but for one's own, which is among them."""
        if len(self.numbers) < 2:
            return self.least
        return self.numbers[-2] if own == self.numbers[-1] else self.numbers[-1]

    def higher(self, own: float) -> int:
        """How many are higher."""
        return len(self.numbers) - bisect_right(self.numbers, own)


class _View:
    def __init__(self, seen: Sight, scores: Scores, played: Floats) -> None:
        self.seen = seen
        self.most_played, self.mostly_played = played.transpose(1, 0, 2).tolist()
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
        self.introduced = float(sum(chance >= SAID_INTRODUCED for chance in seen.scene.chance))
        # whether the glossary knows each thing for the name of something, and whether for something else; not the paper's title
        names = ("", *(fold(thing.name) for thing in seen.scene.things[1:]))
        self.known = [glossary.rough(glossary.kinds(name)) for name in names]
        self._shared: dict[int, list[float]] = {}
        self._others: dict[tuple[str, int, int], Others] = {}

    def _among(self, what: str, thing: int, k: int, numbers: Callable[[], Iterable[float]], least: float) -> "Others":
        """What is told of all candidates with a subject or object; gathered once, for a page may have a thousand of them."""
        key = what, thing, k
        if key not in self._others:
            self._others[key] = Others(sorted(numbers()), least)
        return self._others[key]

    def row(self, n: int, k: int) -> list[float]:
        """The numbers of one candidate relation."""
        c, scores, best = self.seen.candidates[n], self.scores, self.best
        own = scores[n]
        rivals = next(group for group in RIVALS if k in group)
        same = self.of_object[c.object]
        alike = self._among("score", c.object, k, lambda: (scores[m][k] for m in same), _LEAST)
        most = self._among("most", c.object, 0, lambda: (self.most[m] for m in same), _LEAST)
        likeliest = self._among("place", c.object, k, lambda: (best[m][k] for m in same), NOWHERE)
        elsewhere = self._among(
            "elsewhere", c.subject, k, lambda: (scores[m][k] for m in self.of_subject[c.subject]), _LEAST
        )
        back = self.at.get((c.object, c.subject))
        beside = [m for t in self.listed[c.object] if t != c.object and (m := self.at.get((c.subject, t))) is not None]
        rules = self.seen.rules.get((c.subject, c.object), ())
        return [
            own[k],
            own[k] - max((own[r] for r in rivals if r != k), default=_LEAST),
            max(own[r] for r in range(len(JUDGED)) if r not in rivals),
            own[k] - alike.highest_but(own[k]),
            own[k] - most.highest_but(self.most[n]),
            scores[back][k] if back is not None else _LEAST,
            self.most[back] if back is not None else _LEAST,
            sum(scores[m][k] for m in beside) / len(beside) if beside else own[k],
            elsewhere.highest_but(own[k]),
            float(k),
            float(alike.higher(own[k])),
            float(sum(1 for r in rules if r.rule.relation is JUDGED[k])),
            float(any(r.named and r.rule.relation is JUDGED[k] for r in rules)),
            float(sum(1 for r in rules if r.rule.relation is not JUDGED[k])),
            best[n][k],
            self.often[n][k],
            best[n][k] - max((best[n][r] for r in rivals if r != k), default=NOWHERE),
            max(best[n]),
            best[n][k] - likeliest.highest_but(best[n][k]),
            *self._pair(n),
            *self._roles(c.subject, c.object, _ROLE[k]),
        ]

    def _roles(self, subject: int, object_: int, role: int) -> list[float]:
        """What the roles of the two speak for the object being what it would be to the subject."""
        own, subjects = self.most_played[object_], self.most_played[subject]
        other = max(own[r] for r in _PLAYED if r != role)
        return [
            own[role], self.mostly_played[object_][role], other, own[role] - other, own[NAMED], own[INTRODUCED],
            subjects[INTRODUCED], subjects[role], max(subjects[r] for r in _PLAYED),
        ]  # fmt: skip

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
            self.introduced,
            first / max(1, len(scene.lines)),
            (c.subject in self.titled) + 2.0 * (c.object in self.titled),
            float(scene.count[c.subject]),
            float(scene.count[c.object]),
            *self.known[c.subject],
            *self.known[c.object],
        ]
        return self._shared[n]
