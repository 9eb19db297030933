"""The table by which records met again are known."""

import random

from begat.loaders.sources.seen import Seen


def test_it_holds_what_a_dict_holds() -> None:
    chance = random.Random(5)
    expected: dict[int, int] = {}
    seen = Seen()
    for _ in range(30_000):
        key, value = chance.getrandbits(64) % 20_000 + 1, chance.getrandbits(64) | 1
        expected[key] = value
        seen.put(key, value)
    assert len(seen) == len(expected)
    assert all(seen.get(key) == value for key, value in expected.items())
    assert seen.get(1 << 63) == 0


def test_keys_that_end_alike_are_told_apart() -> None:
    seen = Seen()
    for number in range(1, 500):
        seen.put(number << 40, number)
    assert [seen.get(number << 40) for number in range(1, 500)] == list(range(1, 500))
