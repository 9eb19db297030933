"""The library: every question has an example that works, and one answer in two languages."""

import re
from collections.abc import Iterator
from typing import Any

import pytest

from begat.graph.errors import NotFoundError, QueryError, UsageError
from begat.graph.rdf import PREFIXES
from begat.graph.store import Store
from begat.graph.vocabulary import FACTS, LINEAGE
from begat.queries.library import Question, ask, parse, questions
from tests.queries.graphs import mixed

QUESTIONS = list(questions().values())


def both(store: Store, question: str, **parameters: Any) -> list[tuple[Any, ...]]:
    """The rows, which must be the same in both languages, in their order."""
    cypher, sparql = (ask(store, question, engine=engine, **parameters) for engine in ("cypher", "sparql"))
    assert cypher.rows == sparql.rows
    assert cypher.columns == sparql.columns == questions()[question].columns
    return list(cypher.rows)


def test_the_library_has_thirty_questions() -> None:
    assert len(questions()) == 30


@pytest.mark.parametrize("question", QUESTIONS, ids=lambda q: q.name)
def test_the_example_of_a_question_has_an_answer_that_is_the_same_in_both_languages(
    store: Store, question: Question
) -> None:
    assert both(store, question.name, **{p.name: p.example for p in question.parameters})


def test_what_the_questions_answer(store: Store) -> None:
    assert [row[0] for row in both(store, "ancestors", name="Orca 2")] == [
        "LLaMA",
        "Orca",
        "Transformer",
        "GPT-4",
        "Tülu 2",
    ]
    assert [row[0] for row in both(store, "descendants", name="BERT")] == ["DistilBERT"]
    assert both(store, "family-roots", name="LLaMA-13B") == [("LLaMA", "model-llama", 2023)]
    assert both(store, "introduced-by", name="BERT") == [
        ("BERT: Deep Bidirectional Transformers", "arxiv-1810.04805", "2018-10-11")
    ]
    assert both(store, "most-built-upon", limit=2) == [
        ("LLaMA", "model-llama", 2), ("Transformer", "method-transformer", 2),
    ]  # fmt: skip
    assert both(store, "outperforms") == [("LLaMA-13B", "GPT-3", 1)]
    assert [row[1] for row in both(store, "papers-citing", name="BERT")] == ["arxiv-1910.01108"]
    assert [row[1] for row in both(store, "papers-citing", name="1810.04805")] == ["arxiv-1910.01108"]
    assert both(store, "path-between", newer="Orca 2", older="Transformer") == [
        ("LLaMA", "USES", "Transformer", 2023),
        ("Orca", "FINE_TUNED_FROM", "LLaMA", 2023),
        ("Orca 2", "EXTENDS", "Orca", 2023),
    ]


@pytest.fixture(scope="module")
def random_store(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Store]:
    with Store.open(mixed(tmp_path_factory.mktemp("library") / "mixed.begat", seed=7)) as store:
        yield store


@pytest.mark.parametrize("question", QUESTIONS, ids=lambda q: q.name)
def test_both_languages_agree_on_any_graph(random_store: Store, question: Question) -> None:
    """Cycles, several things of one name, unknown years: whatever the graph, one answer in one order."""
    answered = 0
    for number in range(0, 200, 9):
        values: dict[str, Any] = {}
        for place, parameter in enumerate(question.parameters):
            values[parameter.name] = (
                number // 3 if parameter.type == "integer" else f"thing-{(number * (7 * place + 1)) % 200}"
            )
        answered += bool(both(random_store, question.name, **values))
    assert answered > 0


def test_names_are_what_people_call_things(store: Store) -> None:
    by_name = both(store, "ancestors", name="Orca 2")
    assert both(store, "ancestors", name="model-orca-2") == by_name
    assert both(store, "descendants", name="gpt4") == both(store, "descendants", name="GPT-4")
    with pytest.raises(NotFoundError, match="did you mean 'DistilBERT'"):
        ask(store, "ancestors", name="DistillBERT")


@pytest.mark.parametrize(
    ("question", "parameters", "complaint"),
    [
        ("ancestor", {"name": "BERT"}, "no question 'ancestor'; did you mean 'ancestors'?"),
        ("ancestors", {}, "ancestors needs name .* as in: ancestors name='Orca 2'"),
        ("ancestors", {"nmae": "BERT"}, "ancestors has no parameter 'nmae'"),
        ("most-built-upon", {"limit": "ten"}, "limit must be a whole number"),
        ("most-built-upon", {"limit": -1}, "limit must be a whole number"),
        ("ancestors", {"name": "BERT", "engine": "sql"}, "no engine 'sql'"),
    ],
)
def test_a_wrong_call_says_how_it_is_done(
    store: Store, question: str, parameters: dict[str, Any], complaint: str
) -> None:
    with pytest.raises(UsageError, match=complaint):
        ask(store, question, **parameters)


def test_usage_shows_what_may_be_left_out() -> None:
    assert questions()["most-built-upon"].usage == "most-built-upon [limit=10]"
    assert questions()["path-between"].usage == "path-between newer='Orca 2' older=Transformer"


# -- the files -----------------------------------------------------------------------------------------------

FILE = """
doc = "What it is called"
columns = ["name"]
cypher = "MATCH (n {id: $name}) RETURN n.name AS name"
sparql = "SELECT ?n WHERE { $name skos:prefLabel ?n }"
[parameters.name]
type = "node"
doc = "a thing"
example = "BERT"
"""


def test_a_file_describes_a_question() -> None:
    question = parse("called", FILE)
    assert (question.doc, question.columns, question.usage) == ("What it is called", ("name",), "called name=BERT")


@pytest.mark.parametrize(
    ("change", "complaint"),
    [
        (("$name", "$nmae"), "parameters of its cypher: nmae is not declared"),
        (("$name skos", "?name skos"), "parameters of its sparql: name is missing"),
        (('doc = "What', 'dcc = "What'), "fields: dcc is not declared"),
        (('columns = ["name"]', ""), "fields: columns is missing"),
        (('example = "BERT"', ""), "parameter name: example is missing"),
        (('"node"', '"nodes"'), "no type 'nodes'"),
        (("[parameters.name]", "[parameters.engine]"), "cannot be called engine"),
        (("doc", "doc doc"), "no TOML"),
    ],
)
def test_a_file_with_a_mistake_is_refused(change: tuple[str, str], complaint: str) -> None:
    with pytest.raises(QueryError, match=complaint):
        parse("called", FILE.replace(*change, 1))


@pytest.mark.parametrize("question", QUESTIONS, ids=lambda q: q.name)
def test_questions_about_lineage_follow_the_relations_of_the_vocabulary(question: Question) -> None:
    """A query spells the relations out, as its language wants it; here is where it may not fall behind."""
    namespaces = {iri: prefix for prefix, iri in PREFIXES.items()}
    about = question.cypher + question.sparql
    if "TRAINED_ON|EVALUATED_ON" in about:
        pytest.skip("asks about datasets, not about lineage")
    iris = (re.match(r"(.*[/#])(\w+)$", FACTS[relation].iri) for relation in LINEAGE)
    terms = "|".join(f"{namespaces[found[1]]}:{found[2]}" for found in iris if found)
    for alternatives, wanted, query in (
        (re.findall(r"(\w+(?:\|\w+)+)", question.cypher), "|".join(LINEAGE), question.cypher),
        (re.findall(r"\((\w+:\w+(?:\|\w+:\w+)+)\)", question.sparql), terms, question.sparql),
    ):
        assert set(alternatives) <= {wanted}, query
    assert ("EXTENDS" in question.cypher) == ("begat:extends" in question.sparql)
