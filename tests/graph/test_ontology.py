"""The ontology and the JSON-LD context say what the vocabulary says, and all that an export says is in them."""

import json
from importlib.resources import files

import pyoxigraph as ox
import pytest
import rdflib
from rdflib import OWL, RDFS, Literal, URIRef

from begat.graph import rdf
from begat.graph.store import Store
from begat.graph.vocabulary import BASE, CLASSES, FACTS, NAMESPACE, NodeType, Relation, predicates


@pytest.fixture(scope="module")
def ontology() -> rdflib.Graph:
    return rdflib.Graph().parse(data=(files("begat.graph") / "ontology.ttl").read_text("utf-8"), format="turtle")


@pytest.mark.parametrize("relation", Relation)
def test_every_relation_has_its_term_label_and_inverse(ontology: rdflib.Graph, relation: Relation) -> None:
    facts = FACTS[relation]
    term = URIRef(facts.iri)
    assert Literal(facts.forward, lang="en") in ontology.objects(term, RDFS.label)
    if facts.symmetric:
        assert (term, None, OWL.SymmetricProperty) in ontology
        return
    inverse = URIRef(facts.inverse)
    assert (inverse, OWL.inverseOf, term) in ontology
    assert Literal(facts.backward, lang="en") in ontology.objects(inverse, RDFS.label)


@pytest.mark.parametrize("relation", Relation)
def test_every_relation_of_our_own_is_explained(ontology: rdflib.Graph, relation: Relation) -> None:
    term = URIRef(FACTS[relation].iri)
    if term.startswith(NAMESPACE):
        assert ontology.value(term, RDFS.comment)
        assert ontology.value(term, RDFS.domain)
        assert ontology.value(term, RDFS.range)


def test_every_class_has_a_label(ontology: rdflib.Graph) -> None:
    for classes in CLASSES.values():
        assert any(ontology.value(URIRef(name), RDFS.label) for name in classes)


def test_narrower_predicates_are_declared_so(ontology: rdflib.Graph) -> None:
    for relation in (Relation.TRAINED_ON, Relation.EVALUATED_ON):
        own, narrower = predicates(relation, NodeType.MODEL, NodeType.DATASET)
        assert (URIRef(narrower), RDFS.subPropertyOf, URIRef(own)) in ontology


def test_every_term_of_our_own_that_an_export_uses_is_in_the_ontology(store: Store, ontology: rdflib.Graph) -> None:
    ends = {end for triple in rdf.triples(store) for end in (triple.predicate, triple.object)}
    used = {URIRef(end.value) for end in ends if isinstance(end, ox.NamedNode)}
    ours = {term for term in used if term.startswith(NAMESPACE)}
    assert ours <= set(ontology.subjects())


def test_every_predicate_of_an_export_has_a_word_in_the_context(store: Store) -> None:
    context = json.loads((files("begat.graph") / "context.json").read_text("utf-8"))["@context"]
    compact = rdf._Compact(BASE)
    for triple in rdf.triples(store):
        assert compact._term(triple.predicate)[0] in context


@pytest.mark.parametrize("relation", Relation)
def test_every_relation_has_a_word_in_the_context(relation: Relation) -> None:
    words = rdf._Compact(BASE)._terms
    for subject in NodeType:
        for object_ in NodeType:
            for iri in predicates(relation, subject, object_):
                assert words[iri][1] == {"@id": words[iri][1]["@id"], "@type": "@id"}


def test_the_context_has_the_usual_prefixes() -> None:
    context = rdf._Compact(BASE).context
    assert {name: context[name] for name in rdf.PREFIXES if name in context}.items() <= rdf.PREFIXES.items()
