"""What a citation is for: what the words of its sentence say, and what they leave unsaid."""

import pytest

from begat.graph.model import Reference
from begat.loaders.sources.intents import in_sentences, intent


def judged(sentence: str, own: str | None = None) -> str | None:
    """The intent of the citation that is marked with stars."""
    start = sentence.index("*")
    end = sentence.index("*", start + 1) - 1
    return intent(sentence.replace("*", ""), start, end, own)


@pytest.mark.parametrize(
    "sentence",
    [
        "We extend the wading parser of Li *[4]* with a second leg.",
        "Our model builds on the marsh encoder [3, *4*].",
        "Here we generalize the result of *Öberg (2020)* to curved beaks.",
        "This work is an extension of Egret *[2]*.",
        "Our loss is inspired by the one for ducks (*Ré et al., 2019*; Li, 2020).",
        "Building on the work of *[7]*, we count feathers twice.",
        "We propose a nest detector that builds upon the twig model *[1]*.",
    ],
)
def test_extends(sentence: str) -> None:
    assert judged(sentence) == "extends"


@pytest.mark.parametrize(
    "sentence",
    [
        "We use Adam *[9]* with a warm start.",
        "Following *[3]*, we drop every fifth egg.",
        "We then train the student on the Marsh-QA questions *(Li, 2021)*.",
        "Our implementation is based on the library of *[6]*.",
        "The proposed encoder is initialised from the weights of Egret *[2]*.",
        "We also adopt the schedule proposed by Li et al. *[5]*.",
        "Eggs were counted using the software of Ré *(12)*.",
        "Nests were mapped as previously described *[8]*.",
        "All our models are fine-tuned with low-rank updates using the toolkit *[6]*.",
    ],
)
def test_uses(sentence: str) -> None:
    assert judged(sentence) == "uses"


@pytest.mark.parametrize(
    "sentence",
    [
        "We compare our parser with the one of *[4]*.",
        "Our model outperforms Egret *[2]* by four points.",
        "Unlike *[4]*, we need no labels.",
        "We use Egret *[2]* as a baseline.",
        "These findings are consistent with those of *Öberg (2020)*.",
        "Our error is much lower than that of the best heron *[3]*.",
        "In contrast to the wide nets of *[1]*, our method has one layer.",
    ],
)
def test_compares(sentence: str) -> None:
    assert judged(sentence) == "compares"


@pytest.mark.parametrize(
    "sentence",
    [
        "Recent work has studied how herons stand *[1]*, [2].",
        "Li et al. *[4]* propose a parser that extends Egret.",
        "Herons have been counted for a century *(Ré, 1990)*.",
        "Wading birds, such as storks *[5]*, prefer the shore.",
        "Egret *[2]* is a widely used model of beaks.",
    ],
)
def test_background(sentence: str) -> None:
    assert judged(sentence) == "background"


@pytest.mark.parametrize(
    "sentence",
    [
        "We do not use the labels of *[4]*.",
        "We extend the parser of [3], and not that of *[4]*.",
        "One could extend the parser of *[4]*.",
        "In future work we extend the parser of *[4]*.",
        "We use models that outperform Egret *[2]*.",
        "Our model outperforms all others on the questions of Marsh-QA *[2]*.",
        "We use a model which extends Egret *[2]*.",
        "We rarely follow the advice of *[4]*.",
        "We extend the analysis to the questions of *[4]*.",
        "We use the term wader as in *[4]*.",
        "We train our parser to beat the one of *[4]*.",
        "We improve the accuracy on Marsh-QA *[4]*.",
        "While Li *[4]* counts eggs, we count nests.",
        "We apply what others found, and they extend *[4]*.",
        "The beak is long *[4]*.",
        "*[4]*",
    ],
)
def test_what_a_sentence_does_not_say_of_this_citation_is_left_unsaid(sentence: str) -> None:
    assert judged(sentence) not in ("extends", "uses", "compares")


def test_other_peoples_doings_are_background_at_most() -> None:
    for sentence in (
        "Li et al. extend the parser of *[4]*.",
        "They compare their parser with *[4]*.",
        "The authors use *[4]*.",
    ):
        assert judged(sentence) in ("background", None)


def test_each_citation_of_a_sentence_is_for_something_of_its_own() -> None:
    sentence = "We extend the parser of Li {}, and compare it with Egret {}, while storks are rare {}."
    marked = [sentence.format(*("*[4]*" if n == i else "[9]" for i in range(3))) for n in range(3)]
    assert [judged(one) for one in marked] == ["extends", None, None]


def test_a_paper_speaks_of_itself_by_the_name_in_its_title() -> None:
    assert judged("Heron extends Egret *[2]*.") is None
    assert judged("Heron extends Egret *[2]*.", own="Heron") == "extends"
    assert judged("Heron 2 extends Egret *[2]*.", own="Heron") is None  # which is another one


def test_a_reference_stands_at_its_sentence() -> None:
    text = "Heron wades. We use Egret [1] and Stork [2]. It sleeps [1]."
    places = [text.index("[1]"), text.index("[2]"), text.rindex("[1]")]
    placed = [Reference(title="A bird of the shore", start=at, end=at + 3) for at in places]
    found = in_sentences(text, [*placed, Reference(doi="10.1000/owl")], "Heron: wading")
    assert [(text[r.start : r.end], r.intent) for r in found[:2]] == [
        ("We use Egret [1] and Stork [2].", "uses"),
        ("It sleeps [1].", None),
    ]
    assert found[2:] == (Reference(doi="10.1000/owl"),)


def test_a_sentence_without_end_quotes_nothing() -> None:
    text = "We use " + "egret and stork and " * 100 + "Heron [1]."
    reference = Reference(doi="10.1000/owl", start=text.index("[1]"), end=text.index("[1]") + 3)
    assert in_sentences(text, [reference]) == (reference,)
