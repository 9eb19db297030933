"""The graph as RDF: which terms say what, the IRIs, and evidence as IRI-named statements.

Nodes and edges are plain triples in the terms of `vocabulary.py`. With evidence, each edge also has a record
(`edge-HASH`, a begat:Edge: confidence, support, origin, year) and each assertion behind it is an `rdf:Statement`
(`claim-HASH`) whose quote and place are those of the Web Annotation model
(https://www.w3.org/TR/annotation-model/#selectors). Every node has an IRI, none is blank, so that sorted
N-Triples of two graphs can be compared line by line; literals are in their canonical form, so that a triple store
that canonicalises them gives back what it was given.
"""

import hashlib
import re
from collections.abc import Iterable, Iterator, Mapping
from datetime import date
from functools import cache
from urllib.parse import quote

import pyoxigraph as ox

from begat.graph.model import Edge, Node, Statement
from begat.graph.store import Store
from begat.graph.vocabulary import BASE, CLASSES, FACTS, NAMESPACE, NodeType, predicates

PREFIXES = {
    "b": BASE,
    "begat": NAMESPACE,
    "cito": "http://purl.org/spar/cito/",
    "dcterms": "http://purl.org/dc/terms/",
    "fabio": "http://purl.org/spar/fabio/",
    "fair4ml": "https://w3id.org/fair4ml#",
    "foaf": "http://xmlns.com/foaf/0.1/",
    "oa": "http://www.w3.org/ns/oa#",
    "owl": "http://www.w3.org/2002/07/owl#",
    "prism": "http://prismstandard.org/namespaces/basic/2.0/",
    "prov": "http://www.w3.org/ns/prov#",
    "rdf": "http://www.w3.org/1999/02/22-rdf-syntax-ns#",
    "rdfs": "http://www.w3.org/2000/01/rdf-schema#",
    "schema": "https://schema.org/",
    "skos": "http://www.w3.org/2004/02/skos/core#",
    "xsd": "http://www.w3.org/2001/XMLSchema#",
}
"""The usual prefixes: of the exports, and of SPARQL queries."""


@cache
def term(name: str) -> ox.NamedNode:
    """The IRI that a prefixed name (`begat:rule`) stands for."""
    prefix, _, local = name.partition(":")
    return ox.NamedNode(PREFIXES[prefix] + local)


def node_iri(node_id: str, base: str = BASE) -> ox.NamedNode:
    """The IRI of a node, a claim or a record of an edge: its id after `base`, made legal whatever it holds.

    What is percent-encoded already (as ids of papers are) stays so; `dcterms:identifier` gives the id itself.
    """
    return ox.NamedNode(base + _ILLEGAL.sub(lambda found: quote(found[0], safe=""), node_id))


_ILLEGAL = re.compile(r"%(?![0-9A-Fa-f]{2})|[^%A-Za-z0-9._~:@!$&'()*+,;=-]+")


def _whole(number: int) -> ox.Literal:
    return ox.Literal(str(number), datatype=term("xsd:integer"))


def _decimal(number: float) -> ox.Literal:
    digits = f"{number:.4f}".rstrip("0").rstrip(".")
    return ox.Literal(digits, datatype=term("xsd:decimal"))


_DATES = {4: ("xsd:gYear", "-01-01"), 7: ("xsd:gYearMonth", "-01"), 10: ("xsd:date", "")}


def _date(text: str) -> ox.Literal:
    """A date as precise as it is known; what is no day of the calendar stays a plain string."""
    datatype, rest = _DATES.get(len(text), ("", ""))
    try:
        date.fromisoformat(text + rest)
    except ValueError:
        return ox.Literal(text)
    return ox.Literal(text, datatype=term(datatype)) if datatype else ox.Literal(text)


def triples(
    store: Store, *, evidence: bool = True, min_confidence: float = 0.0, base: str = BASE
) -> Iterator[ox.Triple]:
    """The graph's triples, streamed: nodes with their edges, then (with `evidence`) each edge's record and claims.

    The triples of one subject follow one another. Edges below `min_confidence` are left out with their evidence.
    `base` begins the IRIs of everything but the terms.
    """
    types = {node.id: node.type for node in store.nodes()}
    for node in store.nodes():
        yield from _node(node, base)
        for edge in store.edges("subject = ? AND confidence >= ?", (node.id, min_confidence)):
            yield from edge_triples(edge, types, base)
    if evidence:
        for edge in store.edges("confidence >= ?", (min_confidence,)):
            yield from _record(edge, base)
            for statement in _distinct(store.evidence(edge)):
                yield from _claim(statement, edge, base)


def _node(node: Node, base: str) -> Iterator[ox.Triple]:
    iri = node_iri(node.id, base)
    for name in CLASSES[node.type]:
        yield ox.Triple(iri, _TYPE, ox.NamedNode(name))
    yield ox.Triple(iri, term("dcterms:identifier"), ox.Literal(node.id))
    yield ox.Triple(iri, term("skos:prefLabel"), ox.Literal(node.name))
    for alias in node.aliases:
        yield ox.Triple(iri, term("skos:altLabel"), ox.Literal(alias))
    if node.type is NodeType.AUTHOR:
        yield ox.Triple(iri, term("foaf:name"), ox.Literal(node.name))
    if node.type is NodeType.PAPER and node.name != node.id:
        yield ox.Triple(iri, term("dcterms:title"), ox.Literal(node.name))
    if node.date:
        yield ox.Triple(iri, term("dcterms:issued"), _date(node.date))
    if node.year is not None:
        yield ox.Triple(iri, term("begat:year"), _whole(node.year))
    if node.seen:
        yield ox.Triple(iri, term("begat:seen"), _date(node.seen))
    if node.family:
        yield ox.Triple(iri, term("begat:family"), ox.Literal(node.family))
    if node.version:
        yield ox.Triple(iri, term("begat:version"), ox.Literal(node.version))
    if node.url:
        yield ox.Triple(iri, term("schema:url"), ox.Literal(node.url, datatype=term("xsd:anyURI")))
    if node.arxiv:
        yield ox.Triple(iri, term("fabio:hasArXivId"), ox.Literal(node.arxiv))
        yield ox.Triple(iri, term("skos:exactMatch"), node_iri(node.arxiv, "https://arxiv.org/abs/"))
    if node.doi:
        yield ox.Triple(iri, term("prism:doi"), ox.Literal(node.doi))
        yield ox.Triple(iri, term("skos:exactMatch"), node_iri(node.doi, "https://doi.org/"))


def edge_triples(edge: Edge, types: Mapping[str, NodeType], base: str = BASE) -> Iterator[ox.Triple]:
    """The plain triples that state an edge; `types` knows its ends, by node id."""
    subject, object_ = node_iri(edge.subject, base), node_iri(edge.object, base)
    for predicate in predicates(edge.relation, types[edge.subject], types[edge.object]):
        yield ox.Triple(subject, ox.NamedNode(predicate), object_)


def edge_iri(edge: Edge, base: str = BASE) -> ox.NamedNode:
    """The IRI of an edge's record: the same wherever the same two nodes are related so."""
    ends = "\x1f".join((edge.subject, edge.relation, edge.object))
    return node_iri(f"edge-{hashlib.sha256(ends.encode()).hexdigest()[:16]}", base)


def _record(edge: Edge, base: str) -> Iterator[ox.Triple]:
    iri = edge_iri(edge, base)
    yield ox.Triple(iri, _TYPE, term("begat:Edge"))
    yield from _says(iri, edge, base)
    yield ox.Triple(iri, term("begat:confidence"), _decimal(edge.confidence))
    yield ox.Triple(iri, term("begat:support"), _whole(edge.support))
    yield ox.Triple(iri, term("begat:origin"), ox.Literal(edge.origin))
    if edge.date:
        yield ox.Triple(iri, term("dcterms:issued"), _date(edge.date))
    if edge.year is not None:
        yield ox.Triple(iri, term("begat:year"), _whole(edge.year))


def _says(iri: ox.NamedNode, edge: Edge, base: str) -> Iterator[ox.Triple]:
    yield ox.Triple(iri, term("rdf:subject"), node_iri(edge.subject, base))
    yield ox.Triple(iri, term("rdf:predicate"), ox.NamedNode(FACTS[edge.relation].iri))
    yield ox.Triple(iri, term("rdf:object"), node_iri(edge.object, base))


def _distinct(statements: list[Statement]) -> Iterable[Statement]:
    """One statement a claim: what a document says once is one claim, though it be read from two sources."""
    return {statement.claim: statement for statement in reversed(statements)}.values()


def _claim(statement: Statement, edge: Edge, base: str) -> Iterator[ox.Triple]:
    claim, span, quoted, place = (
        node_iri(f"{kind}-{statement.claim}", base) for kind in ("claim", "span", "quote", "pos")
    )
    assertion, found = statement.assertion, statement.assertion.evidence
    yield ox.Triple(claim, _TYPE, term("rdf:Statement"))
    yield from _says(claim, edge, base)
    yield ox.Triple(claim, term("begat:supports"), edge_iri(edge, base))
    yield ox.Triple(claim, term("prov:wasDerivedFrom"), span)
    yield ox.Triple(claim, term("begat:rule"), ox.Literal(assertion.rule))
    yield ox.Triple(claim, term("begat:confidence"), _decimal(assertion.confidence))
    yield ox.Triple(claim, term("begat:origin"), ox.Literal(assertion.origin))
    yield ox.Triple(span, _TYPE, term("oa:SpecificResource"))
    yield ox.Triple(span, term("oa:hasSource"), node_iri(statement.paper, base))
    yield ox.Triple(span, term("begat:document"), ox.Literal(statement.document))
    yield ox.Triple(span, term("begat:part"), ox.Literal(found.part))
    yield ox.Triple(span, term("oa:hasSelector"), quoted)
    yield ox.Triple(span, term("oa:hasSelector"), place)
    yield ox.Triple(quoted, _TYPE, term("oa:TextQuoteSelector"))
    yield ox.Triple(quoted, term("oa:exact"), ox.Literal(found.quote))
    yield ox.Triple(place, _TYPE, term("oa:TextPositionSelector"))
    yield ox.Triple(place, term("oa:start"), _whole(found.start))
    yield ox.Triple(place, term("oa:end"), _whole(found.end))


_TYPE = term("rdf:type")
