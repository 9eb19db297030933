"""The relations that a reading states between its names.

Candidates are broad (`context.py`), rules propose (`rules.py`), the judge weighs both (`judge.py`); then what excludes
one another is decided: one direction, one of several relations that mean nearly the same, one subject.
"""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass

from begat.graph.model import Thing
from begat.graph.vocabulary import Relation
from begat.loaders.mining import rules
from begat.loaders.mining.context import Candidate, Scene, Teller, candidates, scene
from begat.loaders.mining.judge import JUDGED, RIVALS, Floats, Judge, shipped
from begat.loaders.mining.reading import Name, Reading, Stated

FLOOR = 0.1
"""Below this a candidate is not worth being kept, even as a doubtful one."""
ALONE = 0.9
"""How near to the best subject's probability another subject of the same relation to the same object must come."""


@dataclass(slots=True)
class Sight:
    """A reading's candidates with what is told of each, and the rules that hold between its things."""

    scene: Scene
    candidates: list[Candidate]
    told: list[list[str]]
    rules: dict[tuple[int, int], list[rules.Match]]


def sight(reading: Reading, names: Sequence[Name]) -> Sight:
    """What the judge is shown of a reading."""
    seen = scene(reading, list(names))
    held: dict[tuple[int, int], list[rules.Match]] = defaultdict(list)
    touched: dict[int, set[str]] = defaultdict(set)
    for match in rules.matches(seen):
        held[match.subject, match.object].append(match)
        touched[match.object].add(match.rule.id)
    teller = Teller(seen)
    pairs = list(candidates(seen))
    told = [teller.features(c) + _ruled(c, teller, held, touched) for c in pairs]
    return Sight(seen, pairs, told, held)


def _ruled(
    c: Candidate,
    teller: Teller,
    held: dict[tuple[int, int], list[rules.Match]],
    touched: dict[int, set[str]],
) -> list[str]:
    """The rules that hold for a candidate, for its object with another subject, and the other way round."""
    told = set()
    mine = held.get((c.subject, c.object), [])
    kinds = f"{teller.kind(c.subject)} {teller.kind(c.object)}"
    for match in mine:
        told.add(f"rule {match.rule.id}" + ("" if match.named else " meant"))
        told.add(f"rule {match.rule.id} {kinds}")
    told.update(f"rule elsewhere {other}" for other in touched.get(c.object, set()) - {m.rule.id for m in mine})
    told.update(f"rule back {match.rule.id}" for match in held.get((c.object, c.subject), []))
    return sorted(told)


def find(reading: Reading, names: Sequence[Name], judge: Judge | None = None) -> list[Stated]:
    """The relations that a reading states, likeliest first, doubtful ones (down to FLOOR) included."""
    if not names:
        return []
    seen = sight(reading, names)
    if not seen.candidates:
        return []
    chances = (judge or shipped()).chances(seen.told)
    return [_stated(seen, *choice, chance) for choice, chance in decide(seen.candidates, chances)]


def decide(pairs: Sequence[Candidate], chances: Floats) -> list[tuple[tuple[Candidate, int], float]]:
    """The candidates to state, each with its relation (a place in JUDGED) and probability, likeliest first."""
    proposals = []
    for number, candidate in enumerate(pairs):
        for rivals in RIVALS:
            best = max(rivals, key=lambda r: chances[number, r])
            if chances[number, best] >= FLOOR:
                proposals.append((float(chances[number, best]), candidate, best))
    proposals.sort(key=lambda p: (-p[0], p[1].subject, p[1].object, p[2]))
    taken: set[tuple[int, int, int]] = set()
    best_subject: dict[tuple[int, int], float] = {}
    decided = []
    for chance, candidate, relation in proposals:
        if (candidate.object, relation, candidate.subject) in taken:
            continue
        if chance < ALONE * best_subject.setdefault((relation, candidate.object), chance):
            continue
        taken.add((candidate.subject, relation, candidate.object))
        decided.append(((candidate, relation), chance))
    return decided


def _stated(seen: Sight, candidate: Candidate, relation: int, chance: float) -> Stated:
    """The relation with the sentence that states it best, and the rule that speaks for it."""
    kind = JUDGED[relation]
    matches = [m for m in seen.rules.get((candidate.subject, candidate.object), []) if m.rule.relation is kind]
    named = next((m for m in matches if m.named), matches[0] if matches else None)
    rule = named.rule.id if named else f"judge:{kind.lower().replace('_', '-')}"
    line = seen.scene.lines[named.line if named else _line(seen.scene, candidate, kind)]
    subject, object_ = (_thing(seen.scene, n) for n in (candidate.subject, candidate.object))
    return Stated(subject, kind, object_, line.start, line.end, rule, min(chance, 0.99))


def _line(scene: Scene, candidate: Candidate, relation: Relation) -> int:
    """The line that speaks of both most plainly; for a candidate of names alone, where the subject is named."""
    order = {"explicit": 0, "meant": 1, "about": 2}
    if candidate.places:
        return min(candidate.places, key=lambda p: (order[p[1]], scene.lines[p[0]].title, p[0]))[0]
    return next(n for n, line in enumerate(scene.lines) if candidate.subject in line.named)


def _thing(scene: Scene, number: int) -> Thing:
    return scene.things[number]
