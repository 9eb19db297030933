"""What might be a name, by shape, by definition, by title, by recurrence; and what cannot."""

import pytest

from begat.graph.model import Document
from begat.loaders.mining.candidates import Tokens, gather, spelled
from begat.loaders.mining.reading import Reading
from begat.loaders.mining.readings import readings


def read(text: str, title: str | None = None) -> Reading:
    return readings(Document("d", text, title=title))[0]


def candidates(text: str, title: str | None = None, known: frozenset[str] = frozenset()) -> set[str]:
    reading = read(text, title)
    found, _ = gather(reading, Tokens.of(reading), known)
    return {form for candidate in found.values() for form in candidate.forms}


def definitions(text: str) -> list[tuple[str, str]]:
    reading = read(text)
    tokens = Tokens.of(reading)
    _, found = gather(reading, tokens)

    def cut(span: tuple[int, int]) -> str:
        return reading.text[tokens.starts[span[0]] : tokens.ends[span[1] - 1]]

    return [(cut(d.long), cut(d.short)) for d in found]


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("The model beats QuokkaNet by far.", "QuokkaNet"),
        ("We train phi-9 at home.", "phi-9"),
        ("It is scored on QuAD 2.0 only.", "QuAD 2.0"),
        ("Results on ImageBank-R are good.", "ImageBank-R"),
        ("We test Quokka-8x7B-v0.1 too.", "Quokka-8x7B-v0.1"),
        ("Tests of Wigner causality pass.", "Wigner causality"),
        ("We use Kepler's algorithm here.", "Kepler's algorithm"),
        ("It runs k-medoids++ at the end of RD++ runs.", "RD++"),
        ("A scheme called weight sharing helps.", "weight sharing"),
        ("We propose contextual cutting of layers.", "contextual cutting"),
        ("It is named “soft landing” by us.", "soft landing"),
        ("Gains on E-SNAIL are large.", "E-SNAIL"),
        ("It wins on QMT’14 by far.", "QMT’14"),
        ("We run QuokViT-B/16 at home.", "QuokViT-B/16"),
        ("Scores on QMT'21 Wombat-Quokka rise.", "QMT'21 Wombat-Quokka"),
    ],
)
def test_a_name_is_among_the_candidates(text: str, name: str) -> None:
    assert name in candidates(text)


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("Results on ImageBank-R are good.", "ImageBank"),
        ("We use the e-SNAIL set of Bowman.", "SNAIL"),
        ("A QuokkaNet-based model wins.", "QuokkaNet-based model"),
        ("Tests on the QuokkaBench benchmark pass.", "QuokkaBench benchmark"),
        ("Tests on QB-101 data sets pass.", "QB-101 data sets"),
        ("We add a Sparse Hint Tuning method (SHT) here.", "Sparse Hint Tuning method"),
        ("Quokka vs. Wombat is a draw.", "Quokka vs. Wombat"),
        ("As shown by Smith et al. it works.", "Smith et al."),
        ("It costs 300 or 400 units.", "300"),
        ("Tests on QB-10/100 pass.", "QB-10/100"),
        ("It is 14X faster than before, and smaller by 2.5x.", "14X"),
        ("Tests on the QuokkaBench benchmark tasks pass.", "QuokkaBench benchmark tasks"),
        ("the plain words of a language", "plain words"),
    ],
)
def test_what_is_no_name_is_not(text: str, name: str) -> None:
    assert name not in candidates(text)


def test_authors_are_not_candidates() -> None:
    authors = "Ann Bell, Carl Dorn, Eva Frisch, Gus Hall, Ida Jung, Karl Lang"
    assert candidates(authors) == set()


def test_the_title_gives_what_stands_before_its_colon_and_its_phrases() -> None:
    found = candidates("It works.", "Quick Quokka: Learning Small Things via Soft Landing")
    assert {"Quick Quokka", "Soft Landing"} <= found
    assert "Learning Small Things via Soft Landing" not in found


@pytest.mark.parametrize("dash", [" - ", " – "])
def test_a_dash_in_the_title_stands_for_a_colon(dash: str) -> None:
    found = candidates("It works.", f"QuickQuokka{dash}Landing Softly")
    assert "QuickQuokka" in found
    assert not any("Quokka" in name and "Landing" in name for name in found)


@pytest.mark.parametrize(
    "name", ["Quokka–Wombat", "Quokka-Wombat", "Quokka - 2", "Quokka 2 - 7B", "Quokka - B", "Quokka·W 2"]
)
def test_other_dashes_hold_a_name_together(name: str) -> None:
    assert name in candidates("It works.", f"{name}: Landing Softly")


def test_what_is_known_is_a_candidate_in_any_case() -> None:
    assert "weight sharing" in candidates("All of it uses weight sharing.", known=frozenset({"weightsharing"}))
    assert "weight sharing" not in candidates("All of it uses weight sharing.")


def test_a_name_is_found_again_in_another_case() -> None:
    reading = read("We call it Soft Landing. Later, soft landing is used.")
    found, _ = gather(reading, Tokens.of(reading))
    assert len(found["softlanding"].places) == 2


@pytest.mark.parametrize(
    ("text", "pair"),
    [
        ("We propose Direct Cash Optimisation (DCO).", ("Direct Cash Optimisation", "DCO")),
        ("It uses low-rank adaption (LoRA) of weights.", ("low-rank adaption", "LoRA")),
        ("There is RAFT (rapid adaption of fine textures).", ("rapid adaption of fine textures", "RAFT")),
        ("Generative Flow Networks (GFNs) work.", ("Generative Flow Networks", "GFNs")),
        ("We add a Sparse Hint Tuning method (SHT) here.", ("Sparse Hint Tuning", "SHT")),
        ("We add a Sparse Hint Tuning method (SHTM) here.", ("Sparse Hint Tuning method", "SHTM")),
        ("We use persistent partial oblivion (PPO) here.", ("persistent partial oblivion", "PPO")),
        ("With Self-Supervised Swimming (SSS) it floats.", ("Self-Supervised Swimming", "SSS")),
        ("We study out-of-pocket payments (OOPP) of shops.", ("out-of-pocket payments", "OOPP")),
        ('We call it "Quokka Radiance Fields" (QRF) here.', ("Quokka Radiance Fields", "QRF")),
        ("We use Quokka Radiance Fields~(QRF) here.", ("Quokka Radiance Fields", "QRF")),
    ],
)
def test_short_forms_are_defined(text: str, pair: tuple[str, str]) -> None:
    assert pair in definitions(text)


@pytest.mark.parametrize(
    ("short", "long"),
    [
        ("SHT", "sparse hint tuning"),
        ("QuRT", "Quasi-Random Tensors"),
        ("NTF", "non-negative tensor factorization"),
        ("HTP", "hint tuning pre-training"),
        ("MLT", "Multi-Layer Tuning"),
        ("MHT", "Multi-hop Hint Tuning"),
        ("QuRF", "quokka radiance field"),
        ("Q2T", "Query to Tensor"),
    ],
)
def test_a_long_form_tells_its_short_form_by_its_letters(short: str, long: str) -> None:
    assert spelled(short, long)


@pytest.mark.parametrize(
    ("short", "long"),
    [
        ("SHT", "sparse tuning"),
        ("SHT", "SHT tuned"),
        ("SHT", "SH Tuned"),
        ("QT", "Query Tensor"),
        ("that", "the hat"),
        ("QUOKT", "Quokka-Omni Tuner"),
        ("PIC", "pocket-optimal information capacity"),
        ("SGD", "subtle grid dreaming-waking"),
    ],
)
def test_what_only_resembles_a_long_form_is_another_thing(short: str, long: str) -> None:
    assert not spelled(short, long)


@pytest.mark.parametrize(
    "text",
    [
        "We gain much (up to 5 BLEU).",
        "It is shown (see Table 2) that this holds.",
        "The model (QXZ) is small.",
        "Quokka (70B) is large.",
    ],
)
def test_what_stands_in_brackets_is_not_always_a_short_form(text: str) -> None:
    assert definitions(text) == []
