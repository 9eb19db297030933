"""Mining from end to end, evidence in the original text included."""

from pathlib import Path

import pytest

from begat import loaders
from begat.graph.model import Document, Thing
from begat.graph.vocabulary import NodeType, Relation
from begat.loaders.mining import pipeline
from begat.loaders.mining.reading import Name
from begat.loaders.mining.readings import readings

DOCUMENT = Document(
    id="example",
    title="ZetaNet 2: Smaller Retrievers",
    text="Retrieval is slow. We introduce ZetaNet 2, which extends ZetaNet with BERT.\nZetaNet 2 outperforms "
    "ColBERT and RoBERTa on the BEIR benchmark.",
)


def test_every_quote_stands_at_its_place() -> None:
    mined = pipeline.mine(DOCUMENT, {})
    assert mined.mentions
    for mention in mined.mentions:
        whole = DOCUMENT.title if mention.part == "title" else DOCUMENT.text
        assert (whole or "")[mention.start : mention.end] == mention.written
    for assertion in mined.assertions:
        evidence = assertion.evidence
        whole = DOCUMENT.title if evidence.part == "title" else DOCUMENT.text
        assert (whole or "")[evidence.start : evidence.end] == evidence.quote


def test_every_name_is_mentioned_and_what_the_title_presents_is_introduced() -> None:
    mined = pipeline.mine(DOCUMENT, {})
    mentioned = {a.object.name for a in mined.assertions if a.relation is Relation.MENTIONS}
    introduced = {a.object.name for a in mined.assertions if a.relation is Relation.INTRODUCES}
    assert {"ColBERT", "RoBERTa", "BEIR"} & mentioned
    assert introduced == {"ZetaNet 2"}
    assert {a.subject for a in mined.assertions if a.relation is Relation.INTRODUCES} == {DOCUMENT.thing}


@pytest.mark.parametrize(
    ("title", "name"),
    [("ZetaNet: Small Retrievers", "ZetaNet"), ("Layered Hint Tuning: Faster Adaptation", "Layered Hint Tuning")],
)
def test_a_name_before_the_colon_of_the_title_is_introduced(title: str, name: str) -> None:
    document = Document(id="titled", title=title, text=f"Adaptation is slow. With {name} it becomes fast.")
    assert name in {a.object.name for a in pipeline.mine(document, {}).assertions if a.relation is Relation.INTRODUCES}


@pytest.mark.parametrize(
    "title",
    [
        "Adapting Models with Few Examples via Hints: A Study",
        "Less Is More for Retrieval: What We Learned",
        "Adapting Faster Everywhere: A Study",
    ],
)
def test_a_phrase_before_the_colon_of_the_title_is_no_name_because_of_the_colon(title: str) -> None:
    document = Document(id="phrase", title=title, text="Adaptation is slow, and we study why it is.")
    assert not [a for a in pipeline.mine(document, {}).assertions if a.relation is Relation.INTRODUCES]


def test_what_a_paper_introduces_is_known_before_it_is_mined() -> None:
    assert [(t.name, t.type is NodeType.DATASET) for t in pipeline.introductions(DOCUMENT)] == [("ZetaNet 2", False)]


def test_a_document_may_introduce_nothing() -> None:
    assert pipeline.introductions(Document("d", "We look back at thirty years of research.")) == ()


@pytest.mark.parametrize(
    ("text", "confidence", "told"),
    [
        ("We train ZetaNet on Wumpus.", 0.45, {"ZetaNet", "Wumpus"}),
        ("ZetaNet is evaluated on the Wumpus dataset.", 0.45, {"ZetaNet", "Wumpus"}),
        ("ZetaNet was made while it rained in Wumpus.", 0.45, {"ZetaNet"}),
        ("ZetaNet was made while it rained in Wumpus.", 0.55, {"ZetaNet", "Wumpus"}),
    ],
)
def test_a_doubtful_name_is_told_where_something_is_stated_of_it(text: str, confidence: float, told: set[str]) -> None:
    reading = readings(Document("d", text))[0]
    zeta, wumpus = text.index("ZetaNet"), text.index("Wumpus")
    found = [
        Name(zeta, zeta + 7, Thing(NodeType.MODEL, "ZetaNet"), 0.99, 0.9),
        Name(wumpus, wumpus + 6, Thing(NodeType.DATASET, "Wumpus"), confidence),
    ]
    names, stated = pipeline.judged(reading, found)
    assert {name.thing.name for name in names} == told
    assert {thing.name for s in stated for thing in (s.subject, s.object)} <= told | {reading.about.name}


def test_a_text_says_what_a_short_form_stands_for_even_where_that_is_no_name() -> None:
    text = "Graph quilting networks (GQNs) are slow."
    at = text.index("GQNs")
    name = Name(at, at + 4, Thing(NodeType.METHOD, "GQN"), short_for="Graph quilting networks")
    assert pipeline._aliases(readings(Document("d", text))[0], [name]) == [("GQN", "Graph quilting networks")]


def test_mining_twice_finds_the_same() -> None:
    assert pipeline.mine(DOCUMENT, {}) == pipeline.mine(DOCUMENT, {})


@pytest.mark.parametrize("text", ["", " \n ", "?", "\x00\ufffd" * 50, "a" * 5000, "(" * 300, "Zeta, " * 300])
def test_odd_texts_are_mined_without_complaint(text: str) -> None:
    for mention in pipeline.mine(Document(id="odd", text=text), {}).mentions:
        assert text[mention.start : mention.end] == mention.written


PLAIN = [
    ("Kingfisher is fine-tuned from Heron.", "Kingfisher", Relation.FINE_TUNED_FROM, "Heron"),
    ("Plover-7B was initialised from Heron-7B.", "Plover-7B", Relation.FINE_TUNED_FROM, "Heron-7B"),
    ("Tern is distilled from Heron.", "Tern", Relation.DISTILLED_FROM, "Heron"),
    ("Wren-2 is the successor of Wren.", "Wren-2", Relation.EXTENDS, "Wren"),
    ("PlugNet is an extension of WireNet.", "PlugNet", Relation.EXTENDS, "WireNet"),
    ("PlugNet uses WireNet as its encoder.", "PlugNet", Relation.USES, "WireNet"),
    ("PlugNet outperforms WireNet on SQuAD.", "PlugNet", Relation.OUTPERFORMS, "WireNet"),
    ("WireNet is outperformed by PlugNet.", "PlugNet", Relation.OUTPERFORMS, "WireNet"),
    ("PlugNet was trained on OpenWebText.", "PlugNet", Relation.TRAINED_ON, "OpenWebText"),
    ("PlugNet is evaluated on GLUE and SQuAD.", "PlugNet", Relation.EVALUATED_ON, "GLUE"),
    ("Heron-7B-GPTQ is a quantised version of Heron-7B.", "Heron-7B-GPTQ", Relation.VARIANT_OF, "Heron-7B"),
]


def stated(text: str) -> set[tuple[str, Relation, str]]:
    """What begat believes of a text without a title."""
    mined = pipeline.mine(Document(id="plain", text=text), {})
    return {
        (a.subject.name, a.relation, a.object.name)
        for a in mined.assertions
        if a.relation not in (Relation.MENTIONS, Relation.INTRODUCES) and a.confidence >= pipeline.min_confidence
    }


@pytest.mark.parametrize(("text", "subject", "relation", "object_"), PLAIN, ids=lambda value: str(value)[:40])
def test_a_plain_statement_is_found_and_not_its_reverse(
    text: str, subject: str, relation: Relation, object_: str
) -> None:
    assert (subject, relation, object_) in stated(text)
    assert not {(s, o) for s, _, o in stated(text)} & {(object_, subject)}


@pytest.mark.parametrize(
    "text",
    [
        "PlugNet does not outperform WireNet.",
        "PlugNet might one day be fine-tuned from Heron.",
        "In future work we will extend PlugNet with WireNet.",
        "Unlike WireNet, PlugNet needs no labels.",
    ],
)
def test_what_is_denied_or_only_hoped_for_is_not_stated(text: str) -> None:
    assert stated(text) == set()


SUCCESSIONS = [
    ("2311.11045", "Orca 2", "Orca"),
    ("2109.10086", "SPLADE v2", "SPLADE"),
    ("2012.15828", "MiniLMv2", "MiniLM"),
]


@pytest.mark.parametrize(("paper", "newer", "older"), SUCCESSIONS)
def test_successors_of_the_seeds_extend_what_they_succeed(shared: Path, paper: str, newer: str, older: str) -> None:
    def ignored(problem: loaders.Problem) -> None:
        pass

    sources = [str(next((shared / "seeds").glob("001_*.txt")))]
    titles = {f.key: f.title for f in loaders.metadata(str(shared / "arxiv" / "metadata.jsonl"), on_problem=ignored)}
    document = next(d for d in loaders.read(sources, on_problem=ignored) if d.arxiv == paper)
    titled = Document(id=document.id, text=document.text, title=titles[f"arxiv:{paper}"], arxiv=document.arxiv)
    found = {
        (a.subject.name, a.object.name.removesuffix(" 1"))
        for a in pipeline.mine(titled, {}).assertions
        if a.relation is Relation.EXTENDS and a.confidence >= pipeline.min_confidence
    }
    assert (newer, older) in found
