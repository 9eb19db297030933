"""Who is who, on small made-up corpora: (document, name) pairs, what is introduced, what is said to be one."""

from itertools import permutations

import pytest

from begat.graph.identity import Circumstances, Identity, Introduction, Use, slug
from begat.graph.vocabulary import NodeType

MODEL, METHOD, DATASET = NodeType.MODEL, NodeType.METHOD, NodeType.DATASET


def uses(*pairs: tuple[int, str], type: NodeType = METHOD) -> list[Use]:
    return [Use(document, name, type) for document, name in pairs]


def test_spellings_of_one_name_are_one_thing() -> None:
    who = Identity(uses((1, "Tülu 2"), (2, "TÜLU v2"), (3, "Tulu-2"), (4, "Tülu 2")))
    (entity,) = who.entities
    assert (entity.id, entity.name) == ("method-tulu-2", "Tülu 2")
    assert entity.names == {"Tülu 2": "name", "TÜLU v2": "same parsed name", "Tulu-2": "same parsed name"}


def test_versions_and_sizes_are_things_of_their_own() -> None:
    who = Identity(uses((1, "Orca"), (1, "Orca 1"), (1, "Orca 2"), (1, "Orca-13B"), (1, "Orca 2-13B")))
    assert [e.id for e in who.entities] == ["method-orca", "method-orca-13b", "method-orca-2", "method-orca-2-13b"]


def test_acronym_and_long_form_are_one_thing() -> None:
    who = Identity(
        uses((1, "DNO"), (2, "Direct Nash Optimization"), (3, "DNO")), synonyms=[(1, "DNO", "Direct Nash Optimization")]
    )
    (entity,) = who.entities
    assert entity.name == "DNO"
    assert entity.names["Direct Nash Optimization"] == "acronym and long form"


def test_long_forms_that_differ_little_do_not_make_an_acronym_ambiguous() -> None:
    who = Identity(
        uses((1, "CoT"), (2, "CoT"), (3, "CoT")),
        synonyms=[
            (1, "CoT", "Chain of Thought"),
            (2, "CoT", "chain-of-thought prompting"),
            (3, "CoT", "Chain-of-Thoughts"),
        ],
    )
    assert len(who.entities) == 1


def test_words_of_one_stem_make_one_long_form() -> None:
    said = [(1, "LoRA", "Low-Rank Adaptation"), (2, "LoRA", "low rank adapters")]
    assert len(Identity(uses((1, "LoRA"), (2, "LoRA")), synonyms=said).entities) == 1


def test_an_acronym_with_two_long_forms_is_two_things() -> None:
    said = [(1, "MAD", "Multi-Agent Debate"), (2, "MAD", "Mean Absolute Deviation")]
    who = Identity(uses((1, "MAD"), (2, "MAD"), (3, "MAD"), (4, "Multi-Agent Debate")), synonyms=said)
    assert who.of(1, "MAD") is not who.of(2, "MAD")
    assert who.of(4, "Multi-Agent Debate") is who.of(1, "MAD")
    assert who.of(3, "MAD") not in (who.of(1, "MAD"), who.of(2, "MAD")), "which of them, nobody says"
    assert who.of(2, "MAD").name == "Mean Absolute Deviation"


def test_an_acronym_that_almost_always_means_one_thing_means_it_where_nobody_says() -> None:
    said = [(n, "PT", "Prompt Tuning") for n in range(1, 9)] + [(9, "PT", "Perceptual Transfer")]
    who = Identity(uses(*((n, "PT") for n in range(1, 11))), synonyms=said)
    assert who.of(10, "PT") is who.of(1, "PT") is not who.of(9, "PT")


def test_versions_said_to_be_one_stay_two() -> None:
    who = Identity(uses((1, "Orca"), (1, "Orca 2")), synonyms=[(1, "Orca 2", "Orca")])
    assert len(who.entities) == 2


def test_names_that_are_no_acronyms_are_one_only_where_their_own_paper_says_so() -> None:
    said = [(1, "Phoenix", "Firebird")]
    assert len(Identity(uses((1, "Phoenix"), (2, "Firebird")), synonyms=said).entities) == 2
    own = [Introduction(1, "Phoenix", "arxiv-1", 0.9)]
    (entity,) = Identity(uses((1, "Phoenix"), (2, "Firebird")), own, said).entities
    assert entity.names == {"Phoenix": "name", "Firebird": "its paper says that both are one"}


def two_orcas(*others: tuple[int, str], about: dict[int, Circumstances] | None = None) -> Identity:
    """Papers 1 (2023) and 2 (2024) both introduce an Orca."""
    circumstances = {1: Circumstances("arxiv-1", "2023-06-05"), 2: Circumstances("arxiv-2", "2024-02-01")}
    return Identity(
        uses((1, "Orca"), (2, "Orca"), *others),
        [Introduction(1, "Orca", "arxiv-1", 0.9), Introduction(2, "Orca", "arxiv-2", 0.9)],
        circumstances={**circumstances, **(about or {})},
        dates={"arxiv-1": "2023-06-05", "arxiv-2": "2024-02-01"},
    )


def test_one_name_introduced_by_two_papers_is_two_things() -> None:
    who = two_orcas()
    assert who.of(1, "Orca").id == "method-orca", "the earliest has the plain id"
    assert who.of(2, "Orca").id == "method-orca--arxiv-2"
    assert who.of(2, "Orca").date == "2024-02-01"


@pytest.mark.parametrize(
    ("about", "meant"),
    [
        (Circumstances("arxiv-3", "2025"), "method-orca"),
        (Circumstances("arxiv-3", "2025", frozenset({"arxiv-2"})), "method-orca--arxiv-2"),
        (Circumstances("arxiv-3", "2022"), "method-orca"),
        (Circumstances("arxiv-3"), "method-orca"),
        (Circumstances("arxiv-2", "2023"), "method-orca--arxiv-2"),
    ],
    ids=["the earliest", "the one it cites", "none is older", "without date", "its own"],
)
def test_which_of_two_a_document_means(about: Circumstances, meant: str) -> None:
    assert two_orcas((3, "Orca"), about={3: about}).of(3, "Orca").id == meant


def test_an_unsure_introduction_splits_nothing() -> None:
    who = Identity(
        uses((1, "Orca"), (2, "Orca")),
        [Introduction(1, "Orca", "arxiv-1", 0.9), Introduction(2, "Orca", "arxiv-2", 0.3)],
    )
    assert len(who.entities) == 1


def test_a_page_about_a_thing_does_not_make_it_another() -> None:
    who = Identity(
        uses((1, "Orca"), (2, "Orca")),
        [Introduction(1, "Orca", "arxiv-1", 0.9), Introduction(2, "Orca", "document-blog", 0.9, paper=False)],
    )
    (entity,) = who.entities
    assert entity.introduced_by == "arxiv-1"


def test_the_introducing_paper_knows_name_and_type_best() -> None:
    others = uses((2, "FLASH"), (3, "FLASH"), type=METHOD)
    (entity,) = Identity([Use(1, "Flash", MODEL), *others], [Introduction(1, "Flash", "arxiv-1", 0.9)]).entities
    assert (entity.name, entity.type) == ("Flash", MODEL)


def test_without_one_the_most_used_spelling_and_type_are_taken() -> None:
    votes = [Use(1, "FLASH", DATASET), Use(2, "FLASH", MODEL), Use(3, "Flash", MODEL), Use(4, "Flashes", MODEL)]
    assert (Identity(votes).entities[0].name, Identity(votes).entities[0].type) == ("FLASH", MODEL)


def test_what_is_not_introduced_is_of_the_type_of_its_familys_versions() -> None:
    who = Identity(
        [Use(1, "Orca 2", MODEL), *uses((1, "Orca"), (2, "Orca"))], [Introduction(1, "Orca 2", "arxiv-1", 0.9)]
    )
    assert who.of(2, "Orca").type == MODEL


def test_models_and_methods_of_one_family_agree_and_datasets_are_left_alone() -> None:
    who = Identity(
        [Use(1, "Orca", METHOD), Use(2, "Orca 2", MODEL, 5.0), Use(3, "Orca-1M", DATASET)],
        [Introduction(n, name, f"arxiv-{n}", 0.9) for n, name in enumerate(["Orca", "Orca 2", "Orca-1M"], 1)],
    )
    assert [e.type for e in who.entities] == [DATASET, MODEL, MODEL]


def test_what_a_field_says_that_a_thing_is_weighs_more_than_its_family() -> None:
    family = [Use(1, "Orca", METHOD, 9.0), Use(2, "Orca 2", METHOD, 9.0)]
    introductions = [Introduction(n, name, f"arxiv-{n}", 0.9) for n, name in enumerate(["Orca", "Orca 2"], 1)]
    told = [Use(3, "Orca 2-7B", MODEL, 0.1, declared=True), Use(4, "Orca 2-7B", METHOD, 9.0)]
    assert [e.type for e in Identity([*family, *told], introductions).entities] == [METHOD, METHOD, MODEL]
    untold = [Use(3, "Orca 2-7B", MODEL, 0.1), Use(4, "Orca 2-7B", METHOD, 9.0)]
    assert {e.type for e in Identity([*family, *untold], introductions).entities} == {METHOD}


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Deep Quokka Naming", "Double Quokka Naming"),
        ("Deep Quilted Networks", "Deep Quantised Networks"),
    ],
)
def test_long_forms_with_other_words_are_two_things_however_alike_their_letters(one: str, other: str) -> None:
    short = "DQN"
    who = Identity(uses((1, short), (2, short)), synonyms=[(1, short, one), (2, short, other)])
    assert who.of(1, short) is not who.of(2, short)


def test_who_speaks_of_a_dataset_means_no_method_of_that_name() -> None:
    said = [*uses((1, "Ocelot"), (2, "OCELOT")), *uses((3, "Ocelot"), (4, "Ocelot"), type=DATASET)]
    who = Identity(
        said, [Introduction(1, "Ocelot", "paper-1", 0.9)], circumstances={3: Circumstances("paper-3", "2030")}
    )
    assert who.of(1, "Ocelot") is who.of(2, "OCELOT")
    assert who.of(3, "Ocelot") is who.of(4, "Ocelot")
    assert [(e.id, e.introduced_by) for e in who.entities] == [("dataset-ocelot", None), ("method-ocelot", "paper-1")]
    one = Identity(said, [Introduction(1, "Ocelot", "paper-1", 0.9)], same=[("Ocelot", "Ocelot", "I asked them")])
    assert len(one.entities) == 1, "a reader knows better"


def test_a_plural_that_nearly_everybody_writes_stays_one() -> None:
    who = Identity(uses(*((n, "Townscapes") for n in range(6)), (7, "Townscape"), type=DATASET))
    assert [e.name for e in who.entities] == ["Townscapes"]


def test_a_singular_is_preferred_to_a_plural() -> None:
    (entity,) = Identity(uses((1, "Adapters"), (2, "Adapters"), (3, "Adapter"))).entities
    assert entity.name == "Adapter"


def test_different_names_never_share_an_id() -> None:
    names = ["SPLADE", "SPLADE++", "C*", "C", "中文", "日本", "Σ", "σ-Net", "A/B", "A+B", "A B"]
    who = Identity(uses(*((1, name) for name in names)))
    assert len({e.id for e in who.entities}) == len(who.entities) == len(names) - 1  # A/B and A B are one
    assert all(e.id.isascii() for e in who.entities)


def test_the_order_of_everything_is_indifferent() -> None:
    votes = uses((1, "MAD"), (2, "MAD"), (3, "Mean Absolute Deviation"), (3, "Orca"))
    said = [(1, "MAD", "Multi-Agent Debate"), (2, "MAD", "Mean Absolute Deviation")]
    graphs = {
        repr([(e.id, e.name, sorted(e.names.items())) for e in Identity(order, synonyms=pairs).entities])
        for order in permutations(votes)
        for pairs in permutations(said)
    }
    assert len(graphs) == 1


@pytest.mark.parametrize(
    ("name", "made"),
    [
        ("Tülu 2", "tulu-2"),
        ("SPLADE++", "splade-plus-plus"),
        ("GPT-3.5", "gpt-3.5"),
        ("中", "u4e2d"),
        ("<i>&", "i-and"),
    ],
)
def test_slugs_are_readable_ascii(name: str, made: str) -> None:
    assert slug(name) == made


def test_an_alias_belongs_to_the_thing_that_its_document_means() -> None:
    who = Identity(
        uses((1, "Orca"), (2, "Orca")),
        [Introduction(1, "Orca", "arxiv-1", 0.9), Introduction(2, "Orca", "arxiv-2", 0.9)],
        [(2, "Orca", "Open Ranking of Calls")],
        {1: Circumstances("arxiv-1"), 2: Circumstances("arxiv-2")},
    )
    assert "Open Ranking of Calls" not in who.of(1, "Orca").names
    assert "Open Ranking of Calls" in who.of(2, "Orca").names


def test_the_numbers_of_documents_are_indifferent() -> None:
    def graph(a: int, b: int, c: int) -> list[tuple[str, str, object]]:
        said = [(a, "DNO", "Direct Nash Optimization"), (b, "PT", "Prompt Tuning"), (c, "PT", "Perceptual Transfer")]
        votes = [
            *uses((a, "DNO"), (b, "Direct Nash Optimization"), (b, "PT"), (c, "PT"), (c, "DNO")),
            Use(a, "DNO 2", MODEL),
            Use(b, "Direct Nash Optimization 2", DATASET),
        ]
        own = [Introduction(a, "DNO 2", "arxiv-1", 0.9), Introduction(b, "Direct Nash Optimization 2", "arxiv-2", 0.9)]
        return [(e.id, e.name, sorted(e.names.items())) for e in Identity(votes, own, said).entities]

    assert all(graph(*numbers) == graph(1, 2, 3) for numbers in permutations((1, 2, 3)))
