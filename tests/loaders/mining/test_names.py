"""Names found in texts made up for it: borders, types, one thing of many forms, and what a paper introduces."""

import re
from itertools import pairwise

import numpy as np
import pytest

from begat.graph.model import Document, Thing
from begat.graph.names import fold
from begat.graph.vocabulary import NodeType
from begat.loaders.mining.judges import Linear, Trees
from begat.loaders.mining.names import KNOWN, PRIOR, _unnamed_longs, bare, find, kin, resolve, shipped, view
from begat.loaders.mining.reading import Name
from begat.loaders.mining.readings import readings

MODEL, METHOD, DATASET = NodeType.MODEL, NodeType.METHOD, NodeType.DATASET
ABSTRACT = (
    "Training large models is slow. We propose Quiet Gradient Folding (QGF), an algorithm that folds gradients. "
    "Experiments on CIFAR-10/100 and ImageNet show that QGF outperforms AdamW and trains ResNet-50 twice as fast."
)
TITLE = "QGF: Folding Gradients Quietly"


def names(text: str, title: str | None = None) -> tuple[Name, ...]:
    return find(readings(Document("d", text, title=title))[0])


def things(text: str, title: str | None = None) -> dict[str, NodeType]:
    return {name.thing.name: name.thing.type for name in names(text, title)}


def test_names_of_an_abstract() -> None:
    found = things(ABSTRACT, TITLE)
    assert {"QGF", "CIFAR-10", "CIFAR-100", "ImageNet", "AdamW", "ResNet-50"} <= set(found)
    assert found["QGF"] == METHOD
    assert found["ImageNet"] == found["CIFAR-100"] == DATASET


def test_what_the_glossary_knows_stands_where_the_judges_of_borders_look_for_it() -> None:
    seen = view(readings(Document("d", "Zorblax uses label smoothing."))[0], shipped().gazetteer)
    known = {candidate.key: row[KNOWN] for candidate, row in zip(seen.candidates, seen.measures, strict=True)}
    assert (known["labelsmoothing"], known["zorblax"]) == (1.0, 0.0)
    assert seen.measures.shape[1] == max(PRIOR) + 1


def test_short_and_long_form_are_one_thing() -> None:
    written = {name.thing.name for name in names(ABSTRACT, TITLE)}
    assert "Quiet Gradient Folding" not in written
    reading = readings(Document("d", ABSTRACT, title=TITLE))[0]
    forms = {reading.text[n.start : n.end] for n in find(reading) if n.thing.name == "QGF"}
    assert forms == {"QGF", "Quiet Gradient Folding"}


def test_only_the_contribution_is_introduced() -> None:
    own = {name.thing.name for name in names(ABSTRACT, TITLE) if name.introduced > 0.5}
    assert own == {"QGF"}


def test_names_do_not_overlap_and_stand_in_order() -> None:
    found = names(ABSTRACT, TITLE)
    assert all(a.end <= b.start for a, b in pairwise(found))
    assert all(0 < name.confidence <= 1 and 0 <= name.introduced <= 1 for name in found)


@pytest.mark.parametrize(
    ("text", "name", "kind"),
    [
        ("We evaluate on the ImageNet dataset and on GLUE.", "ImageNet", DATASET),
        ("We fine-tune BERT and RoBERTa on it.", "BERT", MODEL),
        ("We train all networks with AdamW and dropout.", "AdamW", METHOD),
    ],
)
def test_types(text: str, name: str, kind: NodeType) -> None:
    assert things(text).get(name) == kind


@pytest.mark.parametrize(
    "text",
    [
        "Deep learning has changed the way we look at images, and much remains to be understood.",
        "We study how the rate of learning changes the loss and prove a bound.",
        "Large Language Models (LLMs) have made progress in Natural Language Processing (NLP).",
        "",
        "12.5% of 300",
    ],
)
def test_texts_without_names(text: str) -> None:
    assert names(text) == ()


def test_what_other_papers_introduce_is_believed_more_readily() -> None:
    text = "In contrast to Wombat, which needs labels, our approach needs none."
    reading = readings(Document("d", text))[0]
    alone = {n.thing.name: n.confidence for n in find(reading)}
    told = {n.thing.name: n for n in find(reading, {"wombat": MODEL})}
    assert told["Wombat"].thing.type == MODEL
    assert told["Wombat"].confidence > alone.get("Wombat", 0.0)


def test_a_text_that_speaks_of_a_dataset_means_no_method_that_a_paper_introduces() -> None:
    reading = readings(Document("d", "We evaluate on the Wombat dataset, on CIFAR-10 and on the ImageNet benchmark."))[
        0
    ]
    types = {n.thing.name: n.thing.type for n in find(reading, {"wombat": METHOD, "imagenet": MODEL})}
    assert (types["Wombat"], types["ImageNet"]) == (NodeType.DATASET, NodeType.DATASET)


@pytest.mark.parametrize(
    "text",
    [
        "We compare Subtle Grid Dreaming (SGD) with Sleepy Subtle Grid Dreaming (SSGD). Both SGD and SSGD are slow.",
        "Subtle Grid Dreaming (SGD) is slow. We propose SSGD, which is faster than SGD.",
    ],
)
def test_what_a_text_shortens_in_one_way_is_the_long_form_of_nothing_else(text: str) -> None:
    things = {text[n.start : n.end]: n.thing.name for n in names(text)}
    assert {"SGD", "SSGD"} <= things.keys()
    assert things["SGD"] != things["SSGD"]


def test_a_short_form_within_a_long_one_leaves_the_rest_to_its_letters() -> None:
    text = "Quokka Name Nets (QNNs) are slow. We propose Growing QNN (GQNN). GQNN beats QNNs on CIFAR-10."
    titled = names(text, "Growing Quokka Name Nets: Faster Vision")[0]
    assert (titled.start, titled.thing.name) == (0, "GQNN")


@pytest.mark.parametrize(
    ("text", "short", "long"),
    [
        ("Graph quilting networks (GQNs) are slow.", "gqn", "Graph quilting networks"),
        ("A granular quilting net (GRANT) is slow.", "grant", None),
        ("We minimize this maximal expected loss (MMEL).", "mmel", None),
    ],
)
def test_a_short_form_knows_what_it_is_short_for_where_that_is_no_name(text: str, short: str, long: str | None) -> None:
    seen = view(readings(Document("d", text))[0], shipped().gazetteer)
    at = {candidate.key: n for n, candidate in enumerate(seen.candidates)}
    assert list(_unnamed_longs(text, seen, [at[short]]).values()) == ([long] if long else [])
    if long:
        assert not _unnamed_longs(text, seen, [at[short], at[fold(long)]]), "a name itself"


def test_a_word_of_the_language_is_no_name_because_a_paper_took_it() -> None:
    reading = readings(Document("d", "We insert adapters between layers of small animals."))[0]
    assert find(reading, {"adapter": METHOD, "animal": MODEL}) == find(reading)


def test_the_likeliest_reading_wins_where_candidates_overlap() -> None:
    stands = [(0, 1, 0), (0, 2, 1), (2, 3, 2)]
    assert resolve(stands, np.array([0.6, 0.9, 0.8]), 3, 0.4) == [(0, 2, 1), (2, 3, 2)]
    assert resolve(stands, np.array([0.9, 0.5, 0.3]), 3, 0.4) == [(0, 1, 0)]
    assert resolve([], np.zeros(0), 3, 0.4) == []


def test_a_name_knows_how_much_likelier_introduced_those_are_that_it_resembles() -> None:
    after, before, beside, holds, inside = range(5)
    rows = kin(["Zeta 2", "Zeta", "Deep Zeta", "Loom"], [3.0, 1.0, 5.0, 9.0])
    assert rows[0, after] == -2.0  # than Zeta, which it comes after
    assert rows[1, before] == 2.0
    assert rows[1, inside] == 4.0  # than Deep Zeta, which holds it
    assert rows[2, holds] == -4.0
    assert (rows[3] == rows[0, beside]).all()  # nothing resembles it
    assert kin([], []).shape == (0, 5)


def test_a_linear_judge_adds_weights_of_signs() -> None:
    judge = Linear({"a": 0, "b": 1}, np.array([[1.0], [2.0]], dtype=np.float32), np.array([-1.0], dtype=np.float32))
    assert judge.scores([["a"], ["a", "b", "c"], []])[:, 0].tolist() == [0.0, 2.0, -1.0]


def test_trees_go_left_at_or_below_the_threshold() -> None:
    trees = Trees(
        np.array([1, 0, 0], dtype=np.int16),
        np.array([0.5, 0, 0], dtype=np.float32),
        np.array([2, 1, 2], dtype=np.int32),
        np.array([0, -1.0, 1.0], dtype=np.float32),
        np.array([0], dtype=np.int32),
        0.25,
    )
    assert trees.scores(np.array([[9.0, 0.5], [9.0, 0.6]])).tolist() == [-0.75, 1.25]
    assert trees.scores(np.zeros((0, 2))).tolist() == []


def test_what_it_is_with_other_words_may_be_of_another_type() -> None:
    plain, (first, second) = marked("[Zorb] is old. The [Zorb corpus] wins.")
    data = Name(second.start, second.end, Thing(DATASET, "Zorb corpus"), 0.9)
    assert bare(plain, [first, data]) == (first, data)


def test_a_name_of_many_spaces_takes_no_longer_than_any() -> None:
    plain, found = marked(f"[Zorb] is old. The [Zorb{' ' * 200_000}2] wins.")
    assert bare(plain, found) == tuple(found)


def marked(text: str, *introduced: str) -> tuple[str, list[Name]]:
    """A text without its [brackets], and what stands in them as names, each form a thing of its own."""
    plain, found = "", []
    for before, name in re.findall(r"([^\[]*)(?:\[([^\]]*)\])?", text):
        plain += before
        if name:
            start = len(plain)
            plain += name
            found.append(Name(start, len(plain), Thing(METHOD, name), 0.9, float(name in introduced)))
    return plain, found


@pytest.mark.parametrize(
    ("text", "bared"),
    [
        ("[Zorb] is old. The [Zorb method] wins.", "Zorb"),
        ("[Zorb] is old. A [Zorb language model] wins.", "Zorb"),
        ("[Zorb] is old. The [plain Zorb] wins.", "Zorb"),
        ("[Zorb] is old. The [standard Zorb training] wins.", "Zorb"),
        ("[Zorb] is old. Here [Zorb’s encoder] wins.", "Zorb"),
        ("[Zorb] is old. A [pre-trained Zorb  network] wins.", "Zorb"),
        ("[Zorbs] are old. Many [Zorb networks] win.", "Zorb"),
        ("[Zorb] is old. A [Zorb method] wins. A [Zorb method layer] does not.", "Zorb"),
    ],
)
def test_common_words_around_a_name_that_stands_alone_elsewhere_are_no_part_of_it(text: str, bared: str) -> None:
    plain, found = marked(text)
    first, *others = bare(plain, found)
    for other in others:
        assert other.thing is first.thing
        assert plain[other.start : other.end] == bared


@pytest.mark.parametrize(
    "text",
    [
        "[Glarb] is old. The [Zorb method] wins.",
        "[Zorb] is old. The [Zorb Method] wins.",
        "[Zorb] is old. The [Zorb 2] wins.",
        "[Zorb] is old. The [quick Zorb] wins.",
        "[Zorb] is old. The [Zorb tree] wins.",
        "[Zorb] is old. The [Zorb with attention] wins.",
        "[Zorb] is old. The [Zorb encoder training loss function] wins.",
        "[Zorb] is old. The [Normal Zorb] wins.",
        "[ZORB] is old. The [zorb method] wins.",
        "[Zorb] is old. [Zorb networks]: how they win.",
        "[100] of them. The [100 layers] win.",
        "[Newton] is old. The [Newton method] wins.",
        "[method] is old. The [Zorb method] wins.",
    ],
)
def test_other_words_are_part_of_a_name(text: str) -> None:
    plain, found = marked(text)
    assert bare(plain, found) == tuple(found)


def test_what_a_paper_introduces_or_abbreviates_keeps_its_words() -> None:
    plain, found = marked("[Zorb] is old. The [Zorb method] wins.", "Zorb method")
    assert bare(plain, found) == tuple(found)
    plain, (first, second, third) = marked("[Zorb] is old. The [Zorb method] ([ZM]) wins.")
    short = Name(third.start, third.end, second.thing, 0.9)
    assert bare(plain, [first, second, short]) == (first, second, short)
