"""The relations that a reading states between its names.

Candidates are broad (`context.py`), rules propose (`rules.py`), the judge weighs both (`judge.py`); then what excludes
one another is decided: one direction, one of several relations that mean nearly the same, one subject.
"""

import math
import re
from collections.abc import Callable, Sequence
from dataclasses import replace

import numpy as np

from begat.graph import names as naming
from begat.graph.vocabulary import NodeType, Relation
from begat.loaders.mining import rules, stance
from begat.loaders.mining.context import Candidate, Line, Scene
from begat.loaders.mining.judge import COMPARING, JUDGED, NOWHERE, RIVALS, Judge, Scores, shipped
from begat.loaders.mining.judges import Floats
from begat.loaders.mining.measures import measures
from begat.loaders.mining.reading import Name, Reading, Stated
from begat.loaders.mining.sight import Sight, sight

FLOOR = 0.3
"""Below this a candidate is not worth being kept, even as a doubtful one."""
ALONE = 0.9
"""How near to the best subject's probability another subject of the same relation to the same object must come."""
CONTINUES = 0.85
"""How sure it is that a text which says that one version continues means: the version before."""
_SUCCESSION = ("newer", "older")
SIZED = 0.9
"""How sure it is that what is named like a size of another named thing is its variant (35 of 37 in the gold)."""
LETTERED = 0.75
"""The same for what adds only the letter of a size to the other's name: `ViT-B/16` (22 of 30; -XL is no such letter)."""
NAMED = 0.5
"""How sure both names must be for that, and for what a rule says outright."""
_DESCENT = frozenset(JUDGED[k] for k in RIVALS[0])
UNNAMED = 0.85
"""How much of its probability the paper keeps as a subject when a named subject is as likely: a name says more."""


def find(reading: Reading, names: Sequence[Name], judge: Judge | None = None) -> list[Stated]:
    """The relations that a reading states, likeliest first, doubtful ones (down to FLOOR) included."""
    if not names:
        return []
    judge = judge or shipped()
    seen = sight(reading, names, judge.know)
    if not seen.candidates:
        return []
    scores = judge.scores(seen.told, seen.places)  # type: ignore[arg-type]
    chances = probabilities(seen, scores, judge.played(seen.scene), judge.chances)
    row_of = seen.rows()
    decided = [
        _stated(seen, scores, row_of[c.subject, c.object], relation, chance)
        for (c, relation), chance in decide(seen.candidates, chances)
    ]
    return _sizes(seen.scene, _versions(seen.scene, _outright(seen, decided)))


def _outright(seen: Sight, decided: Sequence[Stated]) -> list[Stated]:
    """What is decided, and what a rule says outright, in place of anything less sure between the two."""
    kept, scene = list(decided), seen.scene
    for match in (m for matches in seen.rules.values() for m in matches if m.rule.sure and m.named):
        subject, object_ = scene.things[match.subject], scene.things[match.object]
        between = [s for s in kept if {s.subject, s.object} == {subject, object_}]
        if any(s.relation is match.rule.relation and s.subject == subject for s in between):
            continue
        if min(scene.sure[match.subject], scene.sure[match.object]) < NAMED:
            continue
        line, rule = scene.lines[match.line], match.rule
        kept = [s for s in kept if s not in between or s.confidence > rule.sure]
        kept.append(Stated(subject, rule.relation, object_, line.start, line.end, rule.id, rule.sure))
    return kept


def _versions(scene: Scene, decided: Sequence[Stated]) -> list[Stated]:
    """What is decided, with what is certain of versions: none is a variant of another, one may go on with another."""
    kept = [
        s
        for s in decided
        if s.relation is not Relation.VARIANT_OF or naming.akin(s.subject.name, s.object.name) not in _SUCCESSION
    ]
    said = {(s.subject, s.object) for s in kept if s.relation is Relation.EXTENDS}
    for newer, older in scene.alike:
        pair = scene.things[newer], scene.things[older]
        if newer and older and pair not in said and (at := _continued(scene, newer, older)):
            start, end = scene.lines[at[0]].start, scene.lines[at[1]].end
            kept.append(Stated(pair[0], Relation.EXTENDS, pair[1], start, end, "continues", CONTINUES))
    return kept


def _sizes(scene: Scene, decided: Sequence[Stated]) -> list[Stated]:
    """What is decided, and that a size or a chat version of a family is its variant where the text names both.

    Unless the text says something else of their descent; sizes of datasets are no variants. What the judge says too keeps
    its sentence, and is as sure as the names make it.
    """
    other = _DESCENT - {Relation.VARIANT_OF}
    descent = {(s.subject, s.object) for s in decided if s.relation in other and s.confidence >= SIZED / 2}
    said = {(s.subject, s.object): s for s in decided if s.relation is Relation.VARIANT_OF}
    found = []
    made = {n for n in range(1, len(scene.things)) if scene.types[n] is not NodeType.DATASET and scene.sure[n] >= NAMED}
    for (member, family), alike in scene.alike.items():
        pair = scene.things[member], scene.things[family]
        if not {member, family} <= made or pair in descent or not (sure := _sized(pair[0].name, pair[1].name, alike)):
            continue
        if pair in said:
            found.append(replace(said[pair], confidence=max(sure, said[pair].confidence)))
        else:
            line = next(line for line in scene.lines if member in line.named)
            found.append(Stated(pair[0], Relation.VARIANT_OF, pair[1], line.start, line.end, "size", sure))
    stated = {(s.subject, s.object) for s in found}
    return [s for s in decided if s.relation not in _DESCENT or (s.subject, s.object) not in stated] + found


def _sized(member: str, family: str, alike: str) -> float:
    """How sure it is by their names that one is a size of the other, or a chat version; 0 where they do not tell."""
    if alike == "variant":
        return SIZED
    lettered = _LETTERED.fullmatch(member)
    return LETTERED if lettered and naming.fold(lettered[1]) == naming.fold(family) else 0.0


_LETTERED = re.compile(r"(.+)[- ](?:[TSBLHG]|Ti)(?:[/-]?\d+)*")


def probabilities(seen: Sight, scores: Scores, played: Floats, in_company: Callable[[Floats], Floats]) -> Floats:
    """How probable each relation of each candidate is, (candidates, relations), from the first step's scores.

    `played`: the roles of its things; `in_company` tells the probability of each row of measures.
    """
    rows, columns, numbers = measures(seen, scores, played)
    chances = np.zeros_like(scores.whole)
    if len(rows):
        chances[rows, columns] = in_company(numbers)
    return chances


def decide(
    pairs: Sequence[Candidate], chances: Floats, floor: float = FLOOR
) -> list[tuple[tuple[Candidate, int], float]]:
    """The candidates to state, each with its relation (a place in JUDGED) and probability, surest first."""
    proposals = []
    for number, candidate in enumerate(pairs):
        for rivals in RIVALS:
            best = max(rivals, key=lambda r: chances[number, r])
            if chances[number, best] >= floor:
                proposals.append((float(chances[number, best]), candidate, best))
    proposals.sort(key=lambda p: (-_weight(p[0], p[1]), p[1].subject, p[1].object, p[2]))
    taken: set[tuple[int, int, int]] = set()
    best_subject: dict[tuple[int, int], float] = {}
    decided = []
    for chance, candidate, relation in proposals:
        reverse = COMPARING if relation in COMPARING else (relation,)
        if any((candidate.object, other, candidate.subject) in taken for other in reverse):
            continue
        weight = _weight(chance, candidate)
        if weight < ALONE * best_subject.setdefault((relation, candidate.object), weight):
            continue
        taken.add((candidate.subject, relation, candidate.object))
        decided.append(((candidate, relation), chance))
    return decided


def _weight(chance: float, candidate: Candidate) -> float:
    return chance if candidate.subject else chance * UNNAMED


def _stated(seen: Sight, scores: Scores, row: int, relation: int, chance: float) -> Stated:
    """The relation of a candidate with the sentence that states it best, and the rule that speaks for it."""
    kind, scene, candidate = JUDGED[relation], seen.scene, seen.candidates[row]
    subject, object_ = (scene.things[n] for n in (candidate.subject, candidate.object))
    likely = _likely_lines(candidate, scores, row, relation)
    matches = [m for m in seen.rules.get((candidate.subject, candidate.object), []) if m.rule.relation is kind]
    if matches:
        best = min(matches, key=lambda match: (*_plainness(match), -likely.get(match.line, NOWHERE)))
        first = last = best.line
        rule = best.rule.id
    elif kind is Relation.EXTENDS and (at := _continued(scene, candidate.subject, candidate.object)):
        first, last, rule = *at, "continues"
    else:
        # of names alone, without a place that has both: where the subject is named
        named = (n for n, line in enumerate(scene.lines) if candidate.subject in line.named)
        first = last = max(likely, key=likely.__getitem__) if likely else next(named, 0)
        rule = f"judge:{kind.lower().replace('_', '-')}"
    return Stated(subject, kind, object_, scene.lines[first].start, scene.lines[last].end, rule, min(chance, 0.99))


def _likely_lines(candidate: Candidate, scores: Scores, row: int, relation: int) -> dict[int, float]:
    """The lines that speak of both ends of a candidate, and how likely each states the relation, in log-odds."""
    likely: dict[int, float] = {}
    for number, (line, *_) in enumerate(candidate.places):
        likely[line] = max(likely.get(line, -math.inf), scores.likely(row, number, relation))
    return likely


def _plainness(match: rules.Match) -> tuple[bool, bool]:
    """Sorts first where the subject is named, then where the sentence has it at all ("we build on Y")."""
    return not match.named, "s" not in match.rule.pattern.groupindex


_CONTINUES = re.compile(r"continu(?:e|es|ed|ing)|follow-?up|successor")


def _continued(scene: Scene, newer: int, older: int) -> tuple[int, int] | None:
    """Where a text goes on with an older version ("Y 1 does this. In Y 2, we continue to …"): first and last line.

    The line before is part of it where it names the older version, which the continuing one need not do.
    """
    if scene.alike.get((newer, older)) != "newer":
        return None
    for number, line in enumerate(scene.lines):
        if newer in line.named and not line.title and _goes_on(line):
            before = number > 0 and older in scene.lines[number - 1].named and not scene.lines[number - 1].title
            return number - before, number
    return None


def _goes_on(line: Line) -> bool:
    """Whether a line says that something continues, and says it outright."""
    places = (at for at, item in enumerate(line.sequence) if _CONTINUES.fullmatch(item.text.casefold()))
    return any(not stance.before(line.sequence, at) & stance.UNSAID for at in places)
