"""Learning to judge relations: from our own examples, with names as annotated, so that it takes seconds."""

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pytest

from begat.loaders.mining import gold
from begat.loaders.mining.judge import Judge
from begat.loaders.mining.learn_relations import PARTS, Learned, Lesson, learn, lesson, role_taggers
from begat.loaders.mining.reading import Reading
from begat.loaders.mining.tagger import Tagger

EXAMPLES = Path(__file__).resolve().parents[3] / "examples"
FEW = 40


Annotated = tuple[gold.Record, Reading]


@pytest.fixture(scope="module")
def annotated() -> list[Annotated]:
    given = [str(EXAMPLES / name) for name in ("expected.jsonl", "papers.jsonl")]
    return gold.collected([given])[0][:FEW]


@pytest.fixture(scope="module")
def lessons(annotated: Sequence[Annotated]) -> list[Lesson]:
    return [lesson(reading, gold.project(reading, record), record) for record, reading in annotated]


@pytest.fixture(scope="module")
def taggers(annotated: Sequence[Annotated]) -> dict[int, Tagger]:
    return role_taggers(annotated)


@pytest.fixture(scope="module")
def learned(lessons: Sequence[Lesson], taggers: dict[int, Tagger]) -> Learned:
    return learn(lessons, taggers)


def inside(lessons: Sequence[Lesson], part: int) -> list[Lesson]:
    return [each for each in lessons if gold.part(each.identifier, PARTS) == part]


def told(lessons: Sequence[Lesson]) -> set[str]:
    return {str(f) for each in lessons for row in each.sight.told for part in row for f in part}


def chances(judge: Judge, each: Lesson) -> np.ndarray:
    """The first step's log-odds of all candidates of a lesson."""
    known = [[judge.know(map(str, part)) for part in row] for row in each.sight.told]
    places = [[[judge.know(map(str, part)) for part in place] for place in row] for row in each.sight.places]
    return judge.scores(known, places).whole


def test_the_examples_are_in_every_part(lessons: Sequence[Lesson]) -> None:
    assert all(inside(lessons, part) for part in range(PARTS))


def test_what_is_right_seems_likelier_than_what_is_not(lessons: Sequence[Lesson], learned: Learned) -> None:
    scores = np.vstack([chances(learned.judge, each) for each in lessons])
    right = np.vstack([each.right for each in lessons])
    assert scores[right].mean() > scores[~right].mean() + 2


def test_a_judge_without_a_part_knows_nothing_that_only_the_part_tells(
    lessons: Sequence[Lesson], learned: Learned
) -> None:
    for part, judge in enumerate(learned.without):
        others = [each for each in lessons if each not in inside(lessons, part)]
        alone = told(inside(lessons, part)) - told(others)
        assert alone and not alone & set(judge.index)
        assert set(judge.index) < set(told(lessons))


def test_such_judges_still_tell_right_from_wrong(lessons: Sequence[Lesson], learned: Learned) -> None:
    for part, judge in enumerate(learned.without):
        unseen = inside(lessons, part)
        scores, right = np.vstack([chances(judge, e) for e in unseen]), np.vstack([e.right for e in unseen])
        assert scores[right].mean() > scores[~right].mean() + 1


def test_learned_again_it_is_the_same_to_the_byte(
    lessons: Sequence[Lesson], annotated: Sequence[Annotated], learned: Learned, tmp_path: Path
) -> None:
    for name, judge in (("one", learned.judge), ("other", learn(lessons, role_taggers(annotated)).judge)):
        judge.store(str(tmp_path / f"{name}.npz"))
    assert (tmp_path / "one.npz").read_bytes() == (tmp_path / "other.npz").read_bytes()


def test_what_is_stored_judges_alike(lessons: Sequence[Lesson], learned: Learned, tmp_path: Path) -> None:
    learned.judge.store(str(tmp_path / "judge.npz"))
    with np.load(tmp_path / "judge.npz") as data:
        again = Judge.load(data)
    for each in lessons[:5]:
        assert np.allclose(chances(again, each), chances(learned.judge, each), atol=0.05)


def test_documents_of_one_part_alone_are_too_few(lessons: Sequence[Lesson]) -> None:
    with pytest.raises(SystemExit, match="too few annotated documents"):
        learn(inside(lessons, 0), {})
