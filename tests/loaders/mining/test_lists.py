"""Coordination: lists of names become one item, appositions and main clauses do not."""

import pytest

from tests.loaders.mining.test_rules import staged


def members(text: str) -> list[list[str]]:
    """The names of each item of the first sentence that has any."""
    scene, *_ = staged(text)
    return [[scene.things[t].name for t in item.things] for item in scene.lines[0].sequence if item.things]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("We beat [*+Zeta] and [-Omega].", [["Zeta", "Omega"]]),
        ("We try [*+Zeta], [-Omega], and the [Kappa] datasets.", [["Zeta", "Omega", "Kappa"]]),
        ("We try [*+Zeta] classification, [-Omega] detection and [Kappa] segmentation.", [["Zeta", "Omega", "Kappa"]]),
        ("We try [*+Zeta]/[-Omega].", [["Zeta", "Omega"]]),
    ],
)
def test_names_side_by_side_are_one_list(text: str, expected: list[list[str]]) -> None:
    assert members(text) == expected


@pytest.mark.parametrize(
    "text",
    [
        "Unlike [-Omega], [*+Zeta] is fast.",
        "[*+Zeta], an [-Omega] model, is small.",
        "[*+Zeta] is better than [-Omega].",
    ],
)
def test_a_comma_alone_makes_no_list_of_two(text: str) -> None:
    assert all(len(names) == 1 for names in members(text))


def test_the_short_form_behind_a_long_one_is_no_item_of_its_own() -> None:
    assert members("We use [*+Zeta] ([Zeta]) and [-Omega].") == [["Zeta", "Omega"]]
