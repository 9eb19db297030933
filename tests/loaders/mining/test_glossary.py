"""The glossary: what it knows of words, and what it refuses to be."""

from importlib.resources import files

import pytest

from begat.graph.names import fold
from begat.loaders.mining import glossary


def test_a_term_is_known_in_all_its_forms_however_they_are_written() -> None:
    for form in ("SGD", "stochastic gradient descent", "Stochastic Gradient Descent", "stochastic-gradient descent"):
        assert "Method" in glossary.kinds(fold(form))
    assert glossary.kinds(fold("GNNs")) == glossary.kinds(fold("graph neural network")) == ("paradigm",)
    assert glossary.kinds("zzgobbledegook") == ()


def test_a_term_may_be_of_several_kinds() -> None:
    assert glossary.parsed(["Dataset\tFern", "concept\tfern|frond"]) == {
        "fern": ("Dataset", "concept"),
        "frond": ("concept",),
    }


def test_what_is_told_of_words_is_also_what_they_end_and_begin_with() -> None:
    told = glossary.told(fold("hushed coordinate descent"), ("hushed", "coordinate", "descent"))
    assert "is unknown" in told.signs
    assert "ends Method" in told.signs  # the longest known end is two words: coordinate descent
    assert 2.0 in told.measures
    assert "starts unknown" in told.signs
    assert glossary.told("sgd", ("sgd",)).measures[glossary.KINDS.index("Method")] == 1.0


def test_what_is_told_has_always_the_same_measures() -> None:
    sizes = {
        len(glossary.told(fold(words), tuple(words.split())).measures) for words in ("x", "a b c", "label smoothing")
    }
    assert sizes == {glossary.MEASURES}


def test_known_terms_cover_the_tokens_of_a_sentence() -> None:
    words = "a convolutional neural networks and k - means with adam".split()
    begins = glossary.cover(words, [0, len(words)])
    assert begins == [
        "", "begins paradigm", "inside paradigm", "inside paradigm", "",
        "begins Method", "inside Method", "inside Method", "", "begins Method",
    ]  # fmt: skip
    parted = glossary.cover(words, [0, 2, 2, len(words)])
    assert parted[1] != "begins paradigm"  # its words stand in two sentences
    assert glossary.cover([], [0]) == []


@pytest.mark.parametrize("line", ["Method", "Method\t", "method\tx", "Method\ta||b", "x", ""])
def test_a_line_that_is_none_is_named(line: str) -> None:
    with pytest.raises(ValueError, match=r"line 2: not `kind<tab>form\|form`"):
        glossary.parsed(["Method\tlabel smoothing", line])


def test_the_file_is_in_order_and_says_nothing_twice() -> None:
    text = files(glossary.__package__).joinpath("glossary.tsv").read_text(encoding="utf-8")
    terms = [(kind, forms) for kind, _, forms in (line.partition("\t") for line in text.splitlines())]
    order = [(glossary.KINDS.index(kind), forms.casefold(), forms) for kind, forms in terms]
    assert order == sorted(order)
    said = [(kind, fold(form)) for kind, forms in terms for form in forms.split("|")]
    assert len(said) == len(set(said))
