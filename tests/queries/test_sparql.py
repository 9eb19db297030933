"""SPARQL: what can be asked, what is refused, and how."""

import socket
import time
from contextlib import suppress
from pathlib import Path

import pyoxigraph as ox
import pytest

from begat.graph.errors import QueryError
from begat.graph.rdf import term
from begat.graph.store import Store
from begat.graph.vocabulary import BASE, NAMESPACE
from begat.queries.sparql import bound, sparql
from tests import generated

ORCA = BASE + "model-orca"


def test_the_usual_prefixes_are_declared(store: Store) -> None:
    answer = sparql(store, "SELECT ?name WHERE { b:model-orca-2 begat:extends/skos:prefLabel ?name }")
    assert answer.columns == ("name",)
    assert answer.rows == [("Orca",)]


def test_a_path_is_enough_to_ask(miniature_path: Path) -> None:
    assert sparql(miniature_path, "ASK { ?x a schema:Dataset }").rows == [(True,)]


def test_the_four_forms(store: Store) -> None:
    assert sparql(store, "SELECT * WHERE { ?x skos:prefLabel 'Orca' }").rows == [(ORCA,)]
    assert sparql(store, "ASK { ?x skos:prefLabel 'Nobody' }").rows == [(False,)]
    constructed = sparql(
        store, "CONSTRUCT { ?b begat:extendedBy ?a } WHERE { ?a begat:extends ?b . ?b skos:prefLabel 'Orca' }"
    )
    assert constructed.columns == ("subject", "predicate", "object")
    assert constructed.rows == [(ORCA, NAMESPACE + "extendedBy", BASE + "model-orca-2")]
    assert (ORCA, str(term("skos:prefLabel").value), "Orca") in sparql(store, "DESCRIBE b:model-orca").rows


def test_literals_are_python_values(store: Store) -> None:
    query = """SELECT ?year ?confidence (?year > 2000 AS ?late) ?nothing WHERE {
        ?e rdf:subject b:model-orca ; rdf:predicate fair4ml:fineTunedFrom ; begat:year ?year ; begat:confidence ?confidence }"""
    assert (2023, 0.94, True, None) in sparql(store, query).rows


def test_evidence_can_be_asked_for(store: Store) -> None:
    query = """SELECT ?quote WHERE {
        ?claim rdf:subject b:model-orca-2 ; rdf:predicate begat:extends ; rdf:object b:model-orca ;
               prov:wasDerivedFrom/oa:hasSelector/oa:exact ?quote }"""
    assert sparql(store, query).rows == [("With Orca 2 we extend Orca.",)]


# -- parameters ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("query", "parameters", "rows"),
    [
        ("SELECT ?x WHERE { ?x skos:prefLabel ?name }", {"name": "Orca"}, [(ORCA,)]),
        ("SELECT ?x ?name WHERE { ?x skos:prefLabel ?name }", {"name": "Orca"}, [(ORCA, "Orca")]),
        ("SELECT ?x WHERE { ?x skos:prefLabel $name }", {"name": "Orca"}, [(ORCA,)]),
        ("SELECT ?n WHERE { $x skos:prefLabel ?n }", {"x": f"<{ORCA}>"}, [("Orca",)]),
        ("SELECT ?n WHERE { ?x begat:year ?y ; skos:prefLabel ?n FILTER (?y < $year) }", {"year": 2018},
         [("Attention Is All You Need",), ("Transformer",)]),
        ("SELECT ?n WHERE { ?x skos:prefLabel ?n } ORDER BY ?n LIMIT $many", {"many": 1},
         [("A study without a name of its own",)]),
        ("SELECT (COUNT(*) AS ?c) WHERE { ?x skos:prefLabel ?name } GROUP BY ?name", {"name": "Orca"}, [(1,)]),
        ("SELECT (0.5 < $half AS ?more) WHERE {}", {"half": 0.75}, [(True,)]),
        ("SELECT ($yes AS ?x) WHERE {}", {"yes": True}, [(True,)]),
    ],
)  # fmt: skip
def test_a_parameter_is_the_value_of_its_variable(
    store: Store, query: str, parameters: dict[str, object], rows: list[tuple[object, ...]]
) -> None:
    assert sorted(sparql(store, query, parameters).rows) == rows


@pytest.mark.parametrize("text", ['"', "\\", '" } INSERT', "line\nbreak", "' ?x", "<not an iri>", *generated.HOSTILE])
def test_a_parameter_is_never_query_text(store: Store, text: str) -> None:
    assert sparql(store, "SELECT ($text AS ?same) WHERE {}", {"text": text}).rows == [(text,)]


def test_only_the_variable_itself_is_replaced() -> None:
    query = "SELECT ?a ?name2 WHERE { ?a ?p '?name' ; ?q ?name . # ?name\n}"
    assert bound(query, {"name": "x"}) == query.replace("?q ?name", '?q "x"')


@pytest.mark.parametrize(
    ("parameters", "complaint"),
    [
        ({"nmae": "Orca"}, r"no variable \?nmae .* it has \?name, \?x"),
        ({"name": ["Orca"]}, "text, a number or a truth value"),
    ],
)
def test_a_parameter_that_does_not_fit_is_a_mistake(
    store: Store, parameters: dict[str, object], complaint: str
) -> None:
    with pytest.raises(QueryError, match=complaint):
        sparql(store, "SELECT ?x WHERE { ?x skos:prefLabel ?name }", parameters)


def test_what_a_query_computes_cannot_be_given(store: Store) -> None:
    with pytest.raises(QueryError, match="computed here"):
        sparql(store, "SELECT (1 AS ?x) WHERE {}", {"x": 2})


# -- what is refused -----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("query", "complaint"),
    [
        ("SELECT ?x WHRE { ?x ?y ?z }", "line 1, column 16: expected"),
        ("SELEC ?x WHERE { ?x ?y ?z }", "did you mean SELECT"),
        ("SELECT ?x WHERE { ?x skoz:prefLabel ?z }", "column 22: the prefix skoz: is not declared; did you mean skos:"),
        ("SELECT ?x WHERE { ?x skos:prefLabel 'Orca }", "never closed"),
        ("", "empty"),
        ("# only a comment", "empty"),
        ("PREFIX x: <http://example.org/>", "empty"),
        (r"SELECT ?x WHERE { ?x skos:prefLabel '\u0041' }", "escapes"),
        ("INSERT DATA { b:x a b:y }", "INSERT is not allowed"),
        ("DELETE WHERE { ?x ?y ?z }", "DELETE is not allowed"),
        ("LOAD <file:///etc/passwd>", "LOAD is not allowed"),
        ("PREFIX x: <http://example.org/> CLEAR ALL", "CLEAR is not allowed"),
        ("SELECT ?x FROM <file:///etc/passwd> WHERE { ?x ?y ?z }", "FROM is not allowed"),
        ("SELECT ?x FROM NAMED <file:///etc/passwd> WHERE { ?x ?y ?z }", "FROM is not allowed"),
        ("SELECT ?x WHERE { GRAPH ?g { ?x ?y ?z } }", "GRAPH is not allowed"),
    ],
)
def test_a_mistake_is_one_line_that_says_what_and_where(store: Store, query: str, complaint: str) -> None:
    with pytest.raises(QueryError, match=complaint) as error:
        sparql(store, query)
    assert "\n" not in str(error.value)


ELSEWHERE = [
    "SELECT * WHERE { SERVICE <URL> { ?s ?p ?o } }",
    "SELECT * WHERE { service silent<URL>{ ?s ?p ?o } }",
    "SELECT * WHERE { BIND (<URL> AS ?u) SERVICE ?u { ?s ?p ?o } }",
    "PREFIX : <URL> SELECT * WHERE { SERVICE: { ?s ?p ?o } }",
    "SELECT * WHERE { ?s ?p 1SERVICE <URL> { ?s ?p ?o } }",
    "SELECT * WHERE { ?s ?p trueSERVICE <URL> { ?s ?p ?o } }",
    "SELECT * WHERE { ?s ?p 'x'@enSERVICE <URL> { ?s ?p ?o } }",
    "SELECT * WHERE { ?s ?p ?o FILTER (1 <2#>'''\n) SERVICE <URL> { ?s ?p ?o } #'''\n }",
    "SELECT * WHERE { ?s ?p ?o FILTER (?o<b:x#>'''\n) SERVICE <URL> { ?s ?p ?o } #'''\n }",
    "SELECT * WHERE { ?s ?p ?o FILTER (?o<'x>') SERVICE <URL> { ?s ?p ?o } #'\n }",
    "SELECT * WHERE { ?s ?p ?o FILTER (?o<?p) SERVICE <URL> { ?s ?p ?o } }",
    r"SELECT * WHERE { \u0053ERVICE <URL> { ?s ?p ?o } }",
    "SELECT * WHERE { ?s ?p ?o { SELECT * WHERE { SERVICE <URL> { ?s ?p ?o } } } }",
    "ASK { FILTER EXISTS { SERVICE <URL> { ?s ?p ?o } } }",
    "CONSTRUCT { ?s ?p ?o } WHERE { # '\n SERVICE <URL> { ?s ?p ?o } # '\n }",
]


@pytest.mark.parametrize("query", ELSEWHERE)
def test_no_query_asks_another_machine(miniature_path: Path, query: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """The check refuses it, and were the check fooled, the worker could not open a connection."""
    with socket.create_server(("127.0.0.1", 0)) as elsewhere:
        elsewhere.settimeout(0.05)
        query = query.replace("URL", f"http://127.0.0.1:{elsewhere.getsockname()[1]}/")
        with pytest.raises(QueryError, match=r"SERVICE is not allowed|escapes|put spaces round"):
            sparql(miniature_path, query)
        monkeypatch.setattr("begat.queries.sparql.check", lambda query, parameters: None)
        with suppress(QueryError):
            sparql(miniature_path, query, timeout=5)
        with pytest.raises(TimeoutError):
            elsewhere.accept()


@pytest.mark.parametrize(
    "query",
    [
        "SELECT ?service WHERE { ?service skos:prefLabel 'a SERVICE' } # SERVICE",
        "SELECT * WHERE { ?x a <https://example.org/services#it's> }",
        "PREFIX x: <urn:x:> SELECT * WHERE { ?x a x:service }",
        'SELECT * WHERE { ?x skos:prefLabel """a "SERVICE" from""" }',
        "SELECT * WHERE { ?x begat:year ?y FILTER (?y < 2020 && ?y > 2000) }",
        "SELECT * WHERE { _:x begat:extends [ begat:year ?y ] }",
        "BASE <https://example.org/> SELECT * WHERE { ?x a <y> }",
        "SELECT (COUNT(*) AS ?n) WHERE { ?x begat:extends+ ?y } HAVING (COUNT(*) > 0)",
    ],
)
def test_what_only_reads_is_allowed_whatever_its_words(store: Store, query: str) -> None:
    sparql(store, query)


def test_a_runaway_query_is_stopped_at_its_time_limit(store: Store) -> None:
    start = time.monotonic()
    with pytest.raises(QueryError, match=r"stopped after 0\.5 s"):
        sparql(store, "SELECT (COUNT(*) AS ?n) WHERE { ?a ?b ?c . ?d ?e ?f . ?g ?h ?i . ?j ?k ?l }", timeout=0.5)
    assert time.monotonic() - start < 5
    assert sparql(store, "ASK {}").rows == [(True,)]


def test_a_typo_in_a_term_is_noted_with_the_nearest(store: Store) -> None:
    answer = sparql(store, "SELECT ?x WHERE { ?x begat:extend ?y ; begat:year ?z }")
    assert answer.notes == ("begat:extend is no term of begat, so nothing has it. Did you mean begat:extends?",)


def test_more_rows_than_wanted_are_noted(store: Store) -> None:
    answer = sparql(store, "SELECT * WHERE { ?s ?p ?o }", limit=3)
    assert len(answer.rows) == 3
    assert answer.notes == ("only the first 3 rows are given; a LIMIT or a narrower question gives all",)


def test_hostile_names_are_only_names(tmp_path: Path) -> None:
    graph = generated.hostile(tmp_path / "hostile.begat")
    answer = sparql(
        graph, "SELECT ?id ?name WHERE { ?x a fair4ml:MLModel ; dcterms:identifier ?id ; skos:prefLabel ?name }"
    )
    assert sorted(answer.rows) == sorted(zip(generated.HOSTILE_IDS, generated.HOSTILE, strict=True))


def test_the_engine_reads_back_what_is_written_for_a_parameter() -> None:
    """What `bound` relies on: the engine's own way of writing a term is safe to put into a query."""
    for text in generated.HOSTILE:
        assert "\n" not in str(ox.Literal(text))
        found = ox.Store().query(f"SELECT ({ox.Literal(text)} AS ?x) WHERE {{}}")
        assert isinstance(found, ox.QuerySolutions)
        assert [solution["x"] for solution in found] == [ox.Literal(text)]
