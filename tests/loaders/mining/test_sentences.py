"""Sentences survive citations, formulas, abbreviations and versions; tokens keep names whole."""

import pytest

from begat.loaders.mining.sentences import LONGEST, sentences, spans, tokens


def texts(text: str) -> list[str]:
    return [text[start:end] for start, end in spans(text)]


TOGETHER = [
    "Small models (e.g. Quokka) learn fast.",
    "It follows Smith et al. (2019) in most things.",
    "Quokka vs. Wombat is an even match.",
    "We compare with Quokka 2.0 and v1.5 of Wombat.",
    "The rate is $f(x) = 0.5 x$ per step.",
    "As in Fig. 3 and Sec. 4, it holds.",
    "Dr. J. Doe built the U.S. corpus.",
    "The loss, i.e. the gap, shrinks by 3.2 points.",
    "We train on images\nof many animals.",
    "Models like these, etc. are large.",
]

APART = [
    ("We propose Quokka. It is small.", ["We propose Quokka.", "It is small."]),
    ("Does it work? It does!", ["Does it work?", "It does!"]),
    ("(It holds.) We prove it.", ["(It holds.)", "We prove it."]),
    ("It scores 81.5. Others do not.", ["It scores 81.5.", "Others do not."]),
    ("Methods, tasks, etc.). More is to come.", ["Methods, tasks, etc.).", "More is to come."]),
    ("We thank A. The proof follows.", ["We thank A.", "The proof follows."]),
    ("Heading\n- first point\n- second point", ["Heading", "- first point", "- second point"]),
    ("One part\n\nanother part", ["One part", "another part"]),
]


@pytest.mark.parametrize("text", TOGETHER)
def test_no_sentence_ends_there(text: str) -> None:
    assert texts(text) == [text]


@pytest.mark.parametrize(("text", "parts"), APART)
def test_sentences_end_here(text: str, parts: list[str]) -> None:
    assert texts(text) == parts


def test_wrapped_lines_are_one_sentence_and_list_items_are_not() -> None:
    wrapped = "The quick model reads the long text that was wrapped at a\nWidth of sixty letters or so, and goes on."
    assert len(texts(wrapped)) == 1
    items = "Contributions of this work are the following ones here:\n(1) Speed\n(2) Size"
    assert len(texts(items)) == 3


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("Quokka-based and fine-tuned", ["Quokka", "-", "based", "and", "fine-tuned"]),
        ("transformer-based", ["transformer", "-", "based"]),
        ("Quokka-7B-v0.1", ["Quokka", "-", "7B", "-", "v0.1"]),
        ("Quokka's teacher", ["Quokka", "'s", "teacher"]),
        ("10.7B at 3,000 steps", ["10.7B", "at", "3,000", "steps"]),
        ("see https://example.org/a-b.", ["see", "https://example.org/a-b."]),
        ("state-of-the-art", ["state-of-the-art"]),
        ("Qwom1.5/Yip", ["Qwom1.5", "/", "Yip"]),
    ],
)
def test_tokens(text: str, words: list[str]) -> None:
    assert [token.text for token in tokens(text)] == words


def test_tokens_point_into_the_text() -> None:
    text = "A title\nWe use Quokka-2, e.g. here. It works."
    for sentence in sentences(text, 7):
        for token in sentence.tokens:
            assert text[token.start : token.end] == token.text
            assert sentence.start <= token.start < token.end <= sentence.end


def test_the_title_is_a_sentence_of_its_own() -> None:
    first, second = sentences("Quokka. A model\nIt runs.", 15)
    assert first.title and not second.title
    assert len(sentences("It runs.", 0)) == 1


def test_what_never_ends_is_read_in_pieces() -> None:
    text = "loom " * (2 * LONGEST + 7)
    found = sentences(text)
    assert [len(s.tokens) for s in found] == [LONGEST, LONGEST, 7]
    assert all(text[s.start : s.end].split() == [token.text for token in s.tokens] for s in found)


def test_of_a_title_that_never_ends_the_first_piece_is_the_title() -> None:
    title = " ".join(["Loom"] * (LONGEST + 1))
    found = sentences(f"{title}\nIt weaves.", len(title))
    assert [(len(s.tokens), s.title) for s in found] == [(LONGEST, True), (1, False), (3, False)]
