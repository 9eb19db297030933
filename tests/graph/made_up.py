"""Corpora in which everything hangs on everything.

Few names in many spellings, versions, sizes and types, acronyms of several meanings, several papers that introduce one
name, copies, shared ids, titles and links, pages about papers.
"""

import random
from collections.abc import Sequence

from begat.graph.model import Declared, Document, Facts, Reference, Section, Thing
from begat.graph.vocabulary import NodeType, Relation
from tests.graph.corpus import LONG

_STEMS = ["Alpha", "Beta", "Gamma Net", "DeltaNet", "Orca", "Llama", "Kappa", "Mu"]
_ACRONYMS = [
    ("MAD", "Multi Agent Debate"), ("MAD", "Mean Absolute Deviation"), ("MAD", "Multi Agent Debates"),
    ("DN", "Delta Net"), ("DN", "Dual Norm"), ("GN", "Gamma Net"),
]  # fmt: skip


def _name(dice: random.Random) -> str:
    stem = dice.choice(_STEMS)
    forms = [
        stem, stem, stem.upper(), f"{stem} {dice.choice('234')}", f"{stem}-{dice.choice(['7B', '13B', 'Large'])}",
        f"{stem}-{dice.choice(['18', '50'])}", f"{stem} {dice.choice('23')}-{dice.choice(['7B', 'chat'])}",
    ]  # fmt: skip
    return dice.choice(forms)


def _sentence(dice: random.Random) -> str:
    kind = dice.random()
    if kind < 0.35:
        return f"We introduce the {dice.choice(['model', 'model', 'method', 'dataset'])} {_name(dice)}."
    if kind < 0.8:
        return f"{_name(dice)} {dice.choice(['extends', 'uses', 'beats'])} {_name(dice)}."
    if kind < 0.85:
        return f"It is tried on the {_name(dice)} data."
    if kind < 0.95:
        short, long = dice.choice(_ACRONYMS)
        return f"{short} ({long}) helps. {short} uses {_name(dice)}."
    return f"MAD uses {_name(dice)}."


def _reference(dice: random.Random, size: int) -> Reference:
    number = dice.randrange(size + 2)
    return dice.choice(
        [
            Reference(arxiv=f"2301.{number:05}"),
            Reference(doi=f"10.1/{number}"),
            Reference(title=f"A study of number {number} things"),
            Reference(url=f"https://x.org/{number}"),
        ]
    )


def _declared(dice: random.Random) -> tuple[Declared, ...]:
    """What a card would say of a model."""
    if dice.random() < 0.85:
        return ()
    model, base = (Thing(NodeType.MODEL, _name(dice)) for _ in range(2))
    introduces = Declared(Relation.INTRODUCES, model, "model_name", model.name)
    relation = dice.choice([Relation.FINE_TUNED_FROM, Relation.EVALUATED_ON])
    return introduces, Declared(relation, base, "base_model", base.name, model)


def _sections(dice: random.Random, sentences: list[str], about: str) -> tuple[Section, ...]:
    """What the sections of a page are about: an id says it, or only a title, which stands at its beginning."""
    kind = dice.random()
    if kind < 0.3:
        return (Section(0, len(sentences[0]), "S", arxiv=about),)
    if kind < 0.7:
        sentences[0] = f"{(title := f'A study of number {dice.randrange(8)} things')}: {sentences[0]}"
        return (Section(0, len(sentences[0]), title),)
    return ()


def documents(dice: random.Random, size: int) -> list[Document]:
    """About `size` documents of three sources, no two of one source with one id."""
    found: dict[tuple[str, str], Document] = {}
    for number in range(size):
        sentences = [_sentence(dice) for _ in range(dice.randint(1, 4))]
        if dice.random() < 0.3:
            sentences.insert(0, LONG)

        def other(often: float, own: int = number) -> int:
            return dice.randrange(size) if dice.random() < often else own

        paper = dice.random() < 0.85
        about = f"2301.{dice.randrange(size):05}"
        sections = () if paper else _sections(dice, sentences, about)
        document = Document(
            f"d{other(0.1)}",
            " ".join(sentences),
            dice.choice([None, f"A study of number {other(0.5)} things", f"{_name(dice)}: more"]),
            tuple(dice.sample(["Ada Lovelace", "ada lovelace", "Grace Hopper"], dice.randint(0, 2))),
            dice.choice([None, "2021", "2022-05", "2023-01-02", "2023"]),
            arxiv=f"2301.{other(0.2):05}" if dice.random() < 0.4 else None,
            doi=f"10.1/{other(0.2)}" if dice.random() < 0.3 else None,
            url=f"https://x.org/{other(0.2)}" if dice.random() < 0.3 else None,
            source=dice.choice(["a", "b", "c"]),
            references=tuple(_reference(dice, size) for _ in range(dice.randint(0, 3))),
            paper=paper,
            declared=_declared(dice),
            sections=sections,
        )
        found.setdefault((document.source, document.id), document)
    return list(found.values())


def facts(dice: random.Random, size: int) -> Sequence[Facts]:
    """What metadata may know of some papers of such a corpus."""
    numbers = dice.sample(range(size + 2), 2)
    return [
        Facts(
            dice.choice(
                [f"arxiv:2301.{number:05}", f"doi:10.1/{number}", f"document:d{number}", f"url:https://x.org/{number}"]
            ),
            dice.choice(
                [None, f"A study of number {number} things", f"A study of number {dice.randrange(size)} things"]
            ),
            dice.choice([(), ("Ada Lovelace",)]),
            dice.choice([None, "2020-02", "2022"]),
            doi=dice.choice([None, f"10.1/{number}", f"10.1/{dice.randrange(size)}"]),
        )
        for number in numbers
    ]
