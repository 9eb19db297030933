"""The relations that a reading states between its names.

Candidates are broad (`context.py`), rules propose (`rules.py`), the judge weighs both (`judge.py`); then what excludes
one another is decided: one direction, one of several relations that mean nearly the same, one subject.
"""

from collections.abc import Sequence

import numpy as np

from begat.graph.vocabulary import Relation
from begat.loaders.mining.context import Candidate, Scene
from begat.loaders.mining.judge import JUDGED, RIVALS, Judge, shipped
from begat.loaders.mining.judges import Floats
from begat.loaders.mining.measures import measures
from begat.loaders.mining.reading import Name, Reading, Stated
from begat.loaders.mining.sight import Sight, sight

FLOOR = 0.3
"""Below this a candidate is not worth being kept, even as a doubtful one."""
ALONE = 0.9
"""How near to the best subject's probability another subject of the same relation to the same object must come."""
UNNAMED = 0.8
"""How much of its probability the paper keeps as a subject when a named subject is as likely: a name says more."""


def find(reading: Reading, names: Sequence[Name], judge: Judge | None = None) -> list[Stated]:
    """The relations that a reading states, likeliest first, doubtful ones (down to FLOOR) included."""
    if not names:
        return []
    judge = judge or shipped()
    seen = sight(reading, names, judge.know)
    if not seen.candidates:
        return []
    chances = probabilities(seen, judge.scores(seen.told), judge)  # type: ignore[arg-type]
    return [_stated(seen, *choice, chance) for choice, chance in decide(seen.candidates, chances)]


def probabilities(seen: Sight, scores: Floats, judge: Judge) -> Floats:
    """How probable each relation of each candidate is, (candidates, relations), from the first step's scores."""
    rows, columns, numbers = measures(seen, scores)
    chances = np.zeros_like(scores)
    if len(rows):
        chances[rows, columns] = judge.chances(numbers)
    return chances


def decide(pairs: Sequence[Candidate], chances: Floats) -> list[tuple[tuple[Candidate, int], float]]:
    """The candidates to state, each with its relation (a place in JUDGED) and probability, surest first."""
    proposals = []
    for number, candidate in enumerate(pairs):
        for rivals in RIVALS:
            best = max(rivals, key=lambda r: chances[number, r])
            if chances[number, best] >= FLOOR:
                proposals.append((float(chances[number, best]), candidate, best))
    proposals.sort(key=lambda p: (-_weight(p[0], p[1]), p[1].subject, p[1].object, p[2]))
    taken: set[tuple[int, int, int]] = set()
    best_subject: dict[tuple[int, int], float] = {}
    decided = []
    for chance, candidate, relation in proposals:
        if (candidate.object, relation, candidate.subject) in taken:
            continue
        weight = _weight(chance, candidate)
        if weight < ALONE * best_subject.setdefault((relation, candidate.object), weight):
            continue
        taken.add((candidate.subject, relation, candidate.object))
        decided.append(((candidate, relation), chance))
    return decided


def _weight(chance: float, candidate: Candidate) -> float:
    return chance if candidate.subject else chance * UNNAMED


def _stated(seen: Sight, candidate: Candidate, relation: int, chance: float) -> Stated:
    """The relation with the sentence that states it best, and the rule that speaks for it."""
    kind = JUDGED[relation]
    matches = [m for m in seen.rules.get((candidate.subject, candidate.object), []) if m.rule.relation is kind]
    named = next((m for m in matches if m.named), matches[0] if matches else None)
    rule = named.rule.id if named else f"judge:{kind.lower().replace('_', '-')}"
    line = seen.scene.lines[named.line if named else _line(seen.scene, candidate, kind)]
    subject, object_ = (seen.scene.things[n] for n in (candidate.subject, candidate.object))
    return Stated(subject, kind, object_, line.start, line.end, rule, min(chance, 0.99))


def _line(scene: Scene, candidate: Candidate, relation: Relation) -> int:
    """The line that speaks of both most plainly; for a candidate of names alone, where the subject is named."""
    order = {"explicit": 0, "meant": 1, "about": 2}
    if candidate.places:
        return min(candidate.places, key=lambda p: (order[p[1]], scene.lines[p[0]].title, p[0]))[0]
    return next(n for n, line in enumerate(scene.lines) if candidate.subject in line.named)
