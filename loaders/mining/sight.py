"""What the judge is shown of a reading: its candidates, what is told of each, and the rules that hold."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass

from begat.loaders.mining import rules
from begat.loaders.mining.context import Candidate, Features, Knowing, Scene, Teller, candidates, scene
from begat.loaders.mining.reading import Name, Reading


@dataclass(slots=True)
class Sight:
    """A reading's candidates with what is told of each, and the rules that hold between its things."""

    scene: Scene
    candidates: list[Candidate]
    told: list[list[Features]]
    """For each candidate, what is told of it, in parts that share nothing."""
    places: list[list[list[Features]]]
    """For each candidate, what is told of each of its places, likewise."""
    rules: dict[tuple[int, int], list[rules.Match]]

    def rows(self) -> dict[tuple[int, int], int]:
        """Of each pair (subject, object), its place among the candidates."""
        return {(c.subject, c.object): row for row, c in enumerate(self.candidates)}


def sight(reading: Reading, names: Sequence[Name], knowing: Knowing = set) -> Sight:
    """What the judge is shown of a reading, its features as `knowing` knows them."""
    seen = scene(reading, list(names))
    held: dict[tuple[int, int], list[rules.Match]] = defaultdict(list)
    touched: dict[int, set[str]] = defaultdict(set)
    for match in rules.matches(seen):
        held[match.subject, match.object].append(match)
        touched[match.object].add(match.rule.id)
    teller = Teller(seen, knowing)
    pairs = list(candidates(seen))
    features = [teller.features(c, _ruled(c, teller, held, touched)) for c in pairs]
    return Sight(seen, pairs, [told for told, _ in features], [places for _, places in features], held)


def _ruled(
    c: Candidate,
    teller: Teller,
    held: dict[tuple[int, int], list[rules.Match]],
    touched: dict[int, set[str]],
) -> set[str]:
    """The rules that hold for a candidate, for its object with another subject, and the other way round."""
    told: set[str] = set()
    mine = held.get((c.subject, c.object), [])
    kinds = f"{teller.kind(c.subject)} {teller.kind(c.object)}"
    for match in mine:
        told.add(f"rule {match.rule.id}" + ("" if match.named else " meant"))
        told.add(f"rule {match.rule.id} {kinds}")
    told.update(f"rule elsewhere {other}" for other in touched.get(c.object, set()) - {m.rule.id for m in mine})
    told.update(f"rule back {match.rule.id}" for match in held.get((c.object, c.subject), []))
    return told
