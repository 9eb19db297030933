"""Damaged spacing is repaired for reading, and every character still knows where it stood."""

import pytest

from begat.loaders.mining.repair import repair

GLUED = [
    ("We compress it as inZephyrNet by halving.", "We compress it as in ZephyrNet by halving."),
    ("This paper introducesQuokkaLM, a small model.", "This paper introduces QuokkaLM, a small model."),
    ("The code is athttps://example.org/quokka.", "The code is at https://example.org/quokka."),
    ("Open to the community111https://example.org", "Open to the community https://example.org"),
    ("We cut the rank.222Ranks are counted per layer.", "We cut the rank. Ranks are counted per layer."),
    ("It beatsQuokka(70B) twice.", "It beats Quokka (70B) twice."),
    ("Tests on Quokka. Later, Quokkaalso wins.", "Tests on Quokka. Later, Quokka also wins."),
    ("Models,e.g.,LLMs, are large.", "Models, e.g., LLMs, are large."),
    ("It is trained for longer.We then stop.", "It is trained for longer. We then stop."),
    ("LRPQtogether with decay helps.", "LRPQ together with decay helps."),
    ("We study embeddinginversion here.", "We study embedding inversion here."),
    ("This doesnotalways hold.", "This does not always hold."),
    ("theAdaptive Shortcut Gate(ASG) module", "the Adaptive Shortcut Gate (ASG) module"),
    (r"We call it \textsc{Quokka} for short.", "We call it Quokka for short."),
    ("Plain $Q$-learning diverges.", "Plain Q-learning diverges."),
    ("Tested on thequok8dataset, and tasks such asquok8.", "Tested on the quok8 dataset, and tasks such as quok8."),
    ("QuokkaRankerexhibits little loss.", "QuokkaRanker exhibits little loss."),
    ("QuokkaRanker is old. QuokkaRankerandQuokkaFuser win.", "QuokkaRanker is old. QuokkaRanker and QuokkaFuser win."),
    ("We count papers.QuokkaCite is new.", "We count papers. QuokkaCite is new."),
]

SOUND = [
    "DistilBERT, mBERT, AutoML, iGPT and PyTorch stay whole.",
    "The input is f(x) with weight(s) that are (un)supervised.",
    "See https://example.org/someLongPath,withComma.html for more.",
    "Feedforward hyperparameters and counterfactuals are words.",
    "We use 3x3 kernels, 10k steps and ResNet50 features.",
    "Costs are $5,000 or 1.5M, i.e. little.",
    "The bound $x+y \\leq z$ is tight for {1, 2}.",
    "An inverse problem, an outlier, a throughput of 2.",
    "RandAugment and GraphSAGE are names as they stand.",
    "A Quokka-Led Attractor (QLAor) is new, and the QLAor wins.",
    "SandBox, LandOfQuokkas, theano2 and quokka2vec are names as they stand.",
]


@pytest.mark.parametrize(("damaged", "repaired"), GLUED)
def test_what_is_glued_is_parted(damaged: str, repaired: str) -> None:
    assert repair(damaged).text == repaired


@pytest.mark.parametrize("text", SOUND)
def test_what_is_sound_is_left_alone(text: str) -> None:
    assert repair(text).text == text


@pytest.mark.parametrize("damaged", [damaged for damaged, _ in GLUED] + SOUND)
def test_every_character_knows_its_place(damaged: str) -> None:
    fixed = repair(damaged)
    assert len(fixed.origins) == len(fixed.text) + 1
    assert fixed.origins[-1] == len(damaged)
    assert list(fixed.origins) == sorted(fixed.origins)
    for letter, origin in zip(fixed.text, fixed.origins, strict=False):
        assert letter == " " or letter == damaged[origin]


def test_nothing_but_marks_and_markup_is_left_out() -> None:
    for damaged, _ in GLUED[:13]:
        kept = set(repair(damaged).origins[:-1])
        lost = "".join(c for i, c in enumerate(damaged) if i not in kept)
        assert lost.strip("0123456789") == ""


def test_a_name_glued_to_two_words_is_seen_though_it_never_stands_alone() -> None:
    fixed = repair("Here WombatFuseraims high. There WombatFuserhelps much.")
    assert fixed.text == "Here WombatFuser aims high. There WombatFuser helps much."


def test_an_empty_text_stays_empty() -> None:
    assert repair("") == repair("")
    assert repair("").origins == (0,)


def test_what_the_title_writes_alone_is_parted_in_the_text() -> None:
    assert repair("QuokkaCiteis based on it.").text == "QuokkaCiteis based on it."
    assert repair("QuokkaCiteis based on it.", "QuokkaCite: A Title").text == "QuokkaCite is based on it."
