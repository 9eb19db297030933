from collections.abc import Iterator
from itertools import combinations, permutations
from pathlib import Path

import pytest

from begat.graph.names import acronym_of, akin, fold, parse, resemblances, squash

LIST = Path(__file__).parent / "data" / "names.txt"


def pairs(kind: str) -> Iterator[tuple[str, str]]:
    """All pairs of the list's `same` or `differ` lines."""
    for line in LIST.read_text(encoding="utf-8").splitlines():
        if line.startswith(f"{kind}: "):
            yield from combinations(line.removeprefix(f"{kind}: ").split(" | "), 2)


def one(pair: tuple[str, str]) -> bool:
    return parse(pair[0]).key == parse(pair[1]).key


def test_names_are_one_exactly_where_they_mean_the_same() -> None:
    same, different = list(pairs("same")), list(pairs("differ"))
    assert len(same) >= 150 and len(different) >= 150
    missed = [pair for pair in same if not one(pair)]
    wrong = [pair for pair in different if one(pair)]
    found = len(same) - len(missed)
    assert found / (found + len(wrong)) >= 0.99, wrong
    assert found / len(same) >= 0.95, missed


@pytest.mark.parametrize(
    ("name", "stem", "version", "size", "flavour"),
    [
        ("LLaMA-2-7B-chat", "LLaMA", "2", "7B", "chat"),
        ("MiniLMv2", "MiniLM", "2", None, None),
        ("Orca 1", "Orca", "1", None, None),
        ("GPT-4o", "GPT", "4", None, "o"),
        ("Mixtral-8x7B-v0.1", "Mixtral", "0.1", "8x7B", None),
        ("phi-3-mini", "phi", "3", "mini", None),
        ("CIFAR-100", "CIFAR-100", None, None, None),
        ("T5", "T5", None, None, None),
        ("ViT-L/16", "ViT", None, "L16", None),
        ("540B PaLM", "PaLM", None, "540B", None),
        ("Hydra-PPO", "Hydra-PPO", None, None, None),
        ("Tülu 2+DPO", "Tulu", "2", None, "DPO"),
        ("7B", "7B", None, None, None),
        ("", "", None, None, None),
    ],
)
def test_a_name_says_what_it_is(
    name: str, stem: str, version: str | None, size: str | None, flavour: str | None
) -> None:
    parsed = parse(name)
    assert (parsed.stem, parsed.version, parsed.size, parsed.flavour) == (stem, version, size, flavour)


def test_families_are_named_nearest_first() -> None:
    assert [family.key for family in parse("LLaMA-2-7B-chat").families] == ["llama2-7b", "llama2chat", "llama2"]
    assert parse("Orca 2").families == ()


def test_versions_are_in_order() -> None:
    names = ["Orca", "Qwen1.5", "Orca 2", "GPT-3.5", "GPT-4", "SPLADE v10"]
    assert sorted(names, key=lambda name: parse(name).order) == names


def test_folding_forgets_what_never_tells_two_things_apart() -> None:
    assert fold("Big-Bench  Hard") == fold("BigBench hard") == fold("“Big Bench” Hard")
    assert fold("Tülu") == fold("Tu\N{COMBINING DIAERESIS}lu") == "tulu"
    assert fold("LLMs") == fold("LLM")
    assert fold("Llama 2 7B") != fold("Llama 27B")


def test_the_last_capital_of_an_acronym_is_no_plural() -> None:
    assert fold("DARTS") != fold("DART")
    assert fold("Pegasus") == "pegasus"


def test_no_name_folds_to_nothing() -> None:
    for name in ["$$", "†", "…", "+", "中文", "Ω"]:
        assert fold(name) and parse(name).key


def test_a_name_stands_in_a_text_only_where_its_squash_does() -> None:
    text = "We compareSPLADE-v2 and the Tülu\n2 models with $\\text{BERT}_\\text{BASE}$."
    for name in ["SPLADE v2", "Tulu 2", "BERT-base"]:
        assert squash(name) in squash(text)
    assert squash("SPLADE++") in squash(text)  # a superset: mining looks closer
    assert squash("Orca") not in squash(text)


@pytest.mark.parametrize(
    ("short", "long"),
    [
        ("DNO", "Direct Nash Optimization"),
        ("BERT", "Bidirectional Encoder Representations from Transformers"),
        ("MiniLM", "Mini Language Model"),
        ("LASER", "LAyer-SElective Rank reduction"),
        ("FedAvg", "federated averaging"),
        ("GANs", "generative adversarial networks"),
        ("VAE", "Variational AutoEncoder"),
    ],
)
def test_an_acronym_is_known_from_its_long_form(short: str, long: str) -> None:
    assert acronym_of(short, long)


@pytest.mark.parametrize(
    ("short", "long"),
    [
        ("DNO", "Direct Preference Optimization"),
        ("BERT", "RoBERTa"),
        ("CoT", "Tree of Thoughts"),
        ("A", "Attention mechanism"),
        ("GPT", "large language model"),
    ],
)
def test_other_letters_are_no_acronym(short: str, long: str) -> None:
    assert not acronym_of(short, long)


def test_resemblances_are_those_of_comparing_all_with_all() -> None:
    names = [
        "Zeta", "Zeta 2", "Zeta-7B", "zeta", "Deep Zeta", "Zetaformer", "Loom", "Loom v2", "LoomNet", "the Loom of Zeta", "L", "Lo",
        "Sparse Loom", "Loom-7B-chat", "Loom 2-7B", "CIFAR-10", "CIFAR-100", "Ze", "Adam", "AdamW", "RAdam", "Zeta",
    ]  # fmt: skip
    every = permutations(range(len(names)), 2)
    assert resemblances(names) == {(a, b): kind for a, b in every if (kind := akin(names[a], names[b]))}
    assert resemblances([]) == {}
