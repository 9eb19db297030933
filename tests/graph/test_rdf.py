import json
from collections.abc import Callable
from io import BytesIO

import pyoxigraph as ox
import pytest
import rdflib

from begat.graph import rdf
from begat.graph.markup import xml_text
from begat.graph.store import Store
from begat.graph.vocabulary import BASE, NAMESPACE
from tests.generated import HOSTILE_IDS

B, BEGAT = BASE, NAMESPACE
RDF = "http://www.w3.org/1999/02/22-rdf-syntax-ns#"
SERIALISATIONS = {
    "turtle": (rdf.write_turtle, ox.RdfFormat.TURTLE),
    "nt": (rdf.write_ntriples, ox.RdfFormat.N_TRIPLES),
    "xml": (rdf.write_rdfxml, ox.RdfFormat.RDF_XML),
    "json-ld": (rdf.write_jsonld, ox.RdfFormat.JSON_LD),
}


def written(write: Callable[..., None], store: Store, **options: object) -> bytes:
    out = BytesIO()
    write(store, out, **options)
    return out.getvalue()


def as_stated(store: Store, name: str, **options: object) -> set[tuple[str, str, str]]:
    """The triples that a serialisation of the graph should hold, as strings."""
    said = {tuple(map(str, triple)) for triple in rdf.triples(store, **options)}  # type: ignore[arg-type]
    if name == "xml":  # which cannot hold every character
        said = {tuple(map(str, rdf._for_xml(triple))) for triple in rdf.triples(store, **options)}  # type: ignore[arg-type]
    return said  # type: ignore[return-value]


def asked(store: Store, query: str) -> list[tuple[str, ...]]:
    dataset = ox.Store()
    dataset.extend(ox.Quad(*triple) for triple in rdf.triples(store))
    found = dataset.query(query, prefixes=rdf.PREFIXES)
    return [tuple(value.value for value in row) for row in found]  # type: ignore[union-attr]


# -- terms -----------------------------------------------------------------------------------------------


def test_an_edge_is_a_plain_triple(store: Store) -> None:
    assert asked(store, "SELECT ?o { b:model-orca-2 begat:extends ?o }") == [(B + "model-orca",)]


def test_a_model_has_its_names_class_and_year(store: Store) -> None:
    query = "SELECT ?type ?name ?alias ?year { b:model-orca a ?type ; skos:prefLabel ?name ; skos:altLabel ?alias ; begat:year ?year }"
    assert asked(store, query) == [("https://w3id.org/fair4ml#MLModel", "Orca", "Orca 1", "2023")]


def test_a_model_is_evaluated_in_our_term_and_in_that_for_models(store: Store) -> None:
    query = "SELECT ?p { b:model-bert ?p b:dataset-glue } ORDER BY ?p"
    assert asked(store, query) == [
        ("https://w3id.org/begat/ns#evaluatedOn",),
        ("https://w3id.org/fair4ml#evaluatedOn",),
    ]


def test_a_paper_that_extends_a_model_does_not_cite_it(store: Store) -> None:
    query = "SELECT ?p { b:arxiv-2401.00001 ?p b:model-orca-2 }"
    assert asked(store, query) == [("https://w3id.org/begat/ns#extends",)]


@pytest.mark.parametrize(
    ("text", "datatype"),
    [
        ("2023", "gYear"),
        ("2023-11", "gYearMonth"),
        ("2023-11-18", "date"),
        ("2023-02-30", "string"),
        ("soon", "string"),
    ],
)
def test_a_date_is_as_precise_as_it_is_known(text: str, datatype: str) -> None:
    literal = rdf._date(text)
    assert (literal.value, literal.datatype.value) == (text, f"http://www.w3.org/2001/XMLSchema#{datatype}")


def test_the_evidence_of_a_triple_is_found(store: Store) -> None:
    query = """SELECT ?quote ?start ?end ?paper ?confidence {
        ?claim a rdf:Statement ; rdf:subject b:model-orca-2 ; rdf:predicate begat:extends ; rdf:object b:model-orca ;
            begat:confidence ?confidence ; prov:wasDerivedFrom ?span .
        ?span oa:hasSource ?paper ; oa:hasSelector [ oa:exact ?quote ] , [ oa:start ?start ; oa:end ?end ] }"""
    assert asked(store, query) == [("With Orca 2 we extend Orca.", "0", "27", B + "arxiv-2311.11045", "0.93")]


def test_every_claim_supports_the_record_of_its_edge(store: Store) -> None:
    query = """SELECT ?claim { ?claim a rdf:Statement ; rdf:subject ?s ; rdf:predicate ?p ; rdf:object ?o ; begat:supports ?edge .
        ?s ?p ?o . ?edge a begat:Edge ; rdf:subject ?s ; rdf:predicate ?p ; rdf:object ?o ; begat:confidence ?c }"""
    assert len(asked(store, query)) == len(list(store.edges())) > 0


def test_without_evidence_only_plain_triples_are_left(store: Store) -> None:
    subjects = {triple.subject for triple in rdf.triples(store, evidence=False)}
    assert subjects == {rdf.node_iri(node.id) for node in store.nodes()}


def test_weak_edges_are_left_out_with_their_evidence(store: Store) -> None:
    objects = {str(triple.object) for triple in rdf.triples(store, min_confidence=0.5)}
    assert f"<{B}model-orca>" in objects
    assert f"<{B}model-tulu-2>" not in objects
    assert '"Orca 2 may use Tülu 2."' not in objects


def test_another_base_begins_all_iris_but_the_terms(store: Store) -> None:
    text = written(rdf.write_turtle, store, base="https://example.org/").decode()
    assert "@prefix b: <https://example.org/> ." in text
    assert BASE not in text


# -- hazards ---------------------------------------------------------------------------------------------


def test_no_node_is_blank_and_every_iri_is_legal(any_store: Store) -> None:
    for triple in rdf.triples(any_store):
        for end in triple:
            assert isinstance(end, ox.NamedNode | ox.Literal)
            if isinstance(end, ox.NamedNode):
                assert ox.NamedNode(end.value) == end
                assert end.value.isascii()
                assert not set(end.value) & set(' <>"{}|\\^`')


def test_hostile_ids_have_different_iris() -> None:
    assert len({rdf.node_iri(node_id) for node_id in HOSTILE_IDS}) == len(HOSTILE_IDS)


def test_an_id_that_is_encoded_already_stays_so() -> None:
    assert rdf.node_iri("doi-10.18653%2Fv1").value == BASE + "doi-10.18653%2Fv1"


def test_pages_elsewhere_are_where_they_are() -> None:
    assert rdf._page("https://arxiv.org/abs/", "cs/0112017").value == "https://arxiv.org/abs/cs/0112017"
    assert rdf._page("https://doi.org/", '10.1/a<b>"').value == "https://doi.org/10.1/a%3Cb%3E%22"


def test_literals_are_canonical(any_store: Store) -> None:
    triples = set(rdf.triples(any_store))
    dataset = ox.Store()
    dataset.extend(ox.Quad(*triple) for triple in triples)
    assert {quad.triple for quad in dataset} == triples


def test_what_two_sources_say_alike_is_one_claim(store: Store) -> None:
    (statement,) = store.statements("a.subject_node = 'model-orca-2' AND a.relation = 'EXTENDS'")
    assert list(rdf._distinct([statement, statement])) == [statement]


# -- files -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", SERIALISATIONS)
def test_oxigraph_reads_back_the_same_triples(any_store: Store, name: str) -> None:
    write, form = SERIALISATIONS[name]
    read = {tuple(map(str, quad.triple)) for quad in ox.parse(written(write, any_store), form)}
    assert read == as_stated(any_store, name)


@pytest.mark.filterwarnings("ignore:.*ConjunctiveGraph is deprecated:DeprecationWarning")  # rdflib's own JSON-LD reader
@pytest.mark.parametrize("name", SERIALISATIONS)
def test_rdflib_reads_back_the_same_triples(any_store: Store, name: str) -> None:
    graph = rdflib.Graph().parse(data=written(SERIALISATIONS[name][0], any_store), format=name)
    assert {tuple(map(_as_oxigraph, triple)) for triple in graph} == as_stated(any_store, name)


def _as_oxigraph(end: rdflib.term.Node) -> str:
    if isinstance(end, rdflib.Literal):
        datatype = ox.NamedNode(str(end.datatype)) if end.datatype else None
        return str(ox.Literal(str(end), datatype=datatype))
    return f"<{end}>"


@pytest.mark.parametrize("name", SERIALISATIONS)
def test_the_same_graph_gives_the_same_file(store: Store, name: str) -> None:
    write, _ = SERIALISATIONS[name]
    assert written(write, store) == written(write, store)


def test_turtle_is_readable(store: Store) -> None:
    text = written(rdf.write_turtle, store).decode()
    blocks = text.split("\n\n")
    assert blocks[0].splitlines() == sorted(f"@prefix {name}: <{iri}> ." for name, iri in rdf.PREFIXES.items())
    (orca,) = [block for block in blocks if block.startswith("b:model-orca-2 ")]
    assert orca.splitlines()[0] == "b:model-orca-2 a fair4ml:MLModel ;"
    assert "\tbegat:extends b:model-orca ;" in orca.splitlines()


def test_ntriples_are_sorted(any_store: Store) -> None:
    lines = written(rdf.write_ntriples, any_store).splitlines()
    assert lines == sorted(set(lines))


def test_jsonld_reads_like_json(store: Store) -> None:
    document = json.loads(written(rdf.write_jsonld, store))
    by_id = {entry["id"]: entry for entry in document["@graph"]}
    assert by_id["b:model-orca-2"]["extends"] == "b:model-orca"
    assert by_id["b:model-orca"]["aliases"] == ["Orca 1"]
    assert by_id["b:model-orca"]["year"] == 2023


def test_trig_keeps_apart_what_each_paper_states(store: Store) -> None:
    dataset = ox.Store()
    dataset.load(written(rdf.write_trig, store), ox.RdfFormat.TRIG)
    query = "SELECT ?paper { GRAPH ?g { b:model-orca-2 begat:extends b:model-orca } ?g prov:wasDerivedFrom ?paper }"
    assert [row["paper"].value for row in dataset.query(query, prefixes=rdf.PREFIXES)] == [B + "arxiv-2311.11045"]  # type: ignore[union-attr]


def test_trig_holds_what_turtle_holds(any_store: Store) -> None:
    quads = list(ox.parse(written(rdf.write_trig, any_store), ox.RdfFormat.TRIG))
    assert as_stated(any_store, "trig") <= {tuple(map(str, quad.triple)) for quad in quads}


def test_xml_text_survives_xml() -> None:
    assert xml_text("a\x00b\r\nc\rd\ud800") == "a\N{REPLACEMENT CHARACTER}b\nc\nd\N{REPLACEMENT CHARACTER}"
