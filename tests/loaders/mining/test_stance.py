"""Negation, hedging and other people's claims."""

from begat.loaders.mining import stance
from tests.loaders.mining.test_rules import staged


def before_object(text: str) -> frozenset[str]:
    scene, _, object_ = staged(text)
    number = scene.things.index(object_)
    line = next(line for line in scene.lines if number in line.named)
    return stance.before(line.sequence, line.named[number][0])


def test_a_negation_governs_what_follows_it_in_its_clause() -> None:
    assert "not" in before_object("[*+Zeta] does not use [-Omega].")
    assert "not" in before_object("[*+Zeta] works without [-Omega].")
    assert "not" not in before_object("[*+Zeta] is not large, but it uses [-Omega].")
    assert "not" not in before_object("[*+Zeta] extends not only [-Omega].")


def test_a_may_is_no_statement() -> None:
    assert "hedged" in before_object("[*+Zeta] might use [-Omega].")
    assert "hedged" not in before_object("[*+Zeta] uses [-Omega].")


def test_a_sentence_says_whose_work_it_tells_of() -> None:
    scene, *_ = staged("Existing methods such as [-Omega] are slow. We present [*+Zeta].")
    assert "others" in scene.lines[0].stances
    assert "own" in scene.lines[1].stances
