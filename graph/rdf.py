"""The graph as RDF: which terms say what, the IRIs, and evidence as IRI-named statements.

Nodes and edges are plain triples in the terms of `vocabulary.py`. With evidence, each edge also has a record
(`edge-HASH`, a begat:Edge: confidence, support, origin, year) and each assertion behind it is an `rdf:Statement`
(`claim-HASH`) whose quote and place are those of the Web Annotation model
(https://www.w3.org/TR/annotation-model/#selectors). Every node has an IRI, none is blank, so that sorted
N-Triples of two graphs can be compared line by line; literals are in their canonical form, so that a triple store
that canonicalises them gives back what it was given.
"""

import hashlib
import json
import re
from collections.abc import Iterable, Iterator, Mapping
from datetime import date
from functools import cache
from importlib.resources import files
from io import BytesIO
from itertools import groupby
from typing import Any, BinaryIO, cast
from urllib.parse import quote

import pyoxigraph as ox

from begat.graph.corrections import corrections
from begat.graph.markup import xml_text
from begat.graph.model import Edge, Node, Statement
from begat.graph.store import Store
from begat.graph.vocabulary import BASE, CLASSES, FACTS, NAMESPACE, NodeType, Origin, predicates

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


def _page(site: str, identifier: str) -> ox.NamedNode:
    return ox.NamedNode(site + quote(identifier, safe="/:;()"))


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
            record, stated = edge_iri(edge, base), _stated(edge, base)
            yield from _record(edge, record, stated)
            for statement in _distinct(store.evidence(edge)):
                yield from _claim(statement, record, stated, base)
        yield from _corrections(store, base)


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
        yield ox.Triple(iri, term("skos:exactMatch"), _page("https://arxiv.org/abs/", node.arxiv))
    if node.doi:
        yield ox.Triple(iri, term("prism:doi"), ox.Literal(node.doi))
        yield ox.Triple(iri, term("skos:exactMatch"), _page("https://doi.org/", node.doi))


def edge_triples(edge: Edge, types: Mapping[str, NodeType], base: str = BASE) -> Iterator[ox.Triple]:
    """The plain triples that state an edge; `types` knows its ends, by node id."""
    subject, object_ = node_iri(edge.subject, base), node_iri(edge.object, base)
    for predicate in predicates(edge.relation, types[edge.subject], types[edge.object]):
        yield ox.Triple(subject, ox.NamedNode(predicate), object_)


def edge_iri(edge: Edge, base: str = BASE) -> ox.NamedNode:
    """The IRI of an edge's record: the same wherever the same two nodes are related so."""
    ends = "\x1f".join((edge.subject, edge.relation, edge.object))
    return node_iri(f"edge-{hashlib.sha256(ends.encode()).hexdigest()[:16]}", base)


_Stated = tuple[ox.NamedNode, ox.NamedNode, ox.NamedNode]


def _stated(edge: Edge, base: str) -> _Stated:
    """The one triple that an edge's record and claims are about."""
    return node_iri(edge.subject, base), ox.NamedNode(FACTS[edge.relation].iri), node_iri(edge.object, base)


def _record(edge: Edge, iri: ox.NamedNode, stated: _Stated) -> Iterator[ox.Triple]:
    yield ox.Triple(iri, _TYPE, term("begat:Edge"))
    yield from _about(iri, stated)
    yield ox.Triple(iri, term("begat:confidence"), _decimal(edge.confidence))
    yield ox.Triple(iri, term("begat:support"), _whole(edge.support))
    yield ox.Triple(iri, term("begat:origin"), ox.Literal(edge.origin))
    if edge.date:
        yield ox.Triple(iri, term("dcterms:issued"), _date(edge.date))
    if edge.year is not None:
        yield ox.Triple(iri, term("begat:year"), _whole(edge.year))


def _about(iri: ox.NamedNode, stated: _Stated) -> Iterator[ox.Triple]:
    subject, predicate, object_ = stated
    yield ox.Triple(iri, term("rdf:subject"), subject)
    yield ox.Triple(iri, term("rdf:predicate"), predicate)
    yield ox.Triple(iri, term("rdf:object"), object_)


def _distinct(statements: Iterable[Statement]) -> Iterable[Statement]:
    """One statement a claim: what a document says once is one claim, though it be read from two sources."""
    unique: dict[str, Statement] = {}
    for statement in statements:
        unique.setdefault(statement.claim, statement)
    return unique.values()


def _claim(statement: Statement, record: ox.NamedNode, stated: _Stated, base: str) -> Iterator[ox.Triple]:
    claim, span, quoted, place = (
        node_iri(f"{kind}-{statement.claim}", base) for kind in ("claim", "span", "quote", "pos")
    )
    assertion, found = statement.assertion, statement.assertion.evidence
    yield ox.Triple(claim, _TYPE, term("rdf:Statement"))
    yield from _about(claim, stated)
    yield ox.Triple(claim, term("begat:supports"), record)
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


def _corrections(store: Store, base: str) -> Iterator[ox.Triple]:
    """What readers have said: a begat:Correction each, about a triple or about two names; it asserts neither."""
    for said in corrections(store):
        parts = (said.verdict, said.subject, said.relation or "", said.object, said.made)
        iri = node_iri(f"correction-{hashlib.sha256(chr(31).join(parts).encode()).hexdigest()[:16]}", base)
        yield ox.Triple(iri, _TYPE, term("begat:Correction"))
        if said.relation is None:
            yield ox.Triple(iri, term("begat:named"), ox.Literal(said.subject))
            yield ox.Triple(iri, term("begat:named"), ox.Literal(said.object))
        else:
            plain = ox.NamedNode(FACTS[said.relation].iri)
            yield from _about(iri, (node_iri(said.subject, base), plain, node_iri(said.object, base)))
        yield ox.Triple(iri, term("begat:verdict"), ox.Literal(said.verdict.value))
        yield ox.Triple(iri, term("begat:origin"), ox.Literal(Origin.USER.value))
        yield ox.Triple(iri, term("begat:reason"), ox.Literal(said.reason))
        yield ox.Triple(iri, term("prov:generatedAtTime"), ox.Literal(said.made, datatype=term("xsd:dateTime")))


_TYPE = term("rdf:type")


# -- the files -------------------------------------------------------------------------------------------


def write_turtle(store: Store, out: BinaryIO, **options: Any) -> None:
    """Turtle (https://www.w3.org/TR/turtle/), a block for each subject; `options` are those of `triples`."""
    _write(triples(store, **options), out, ox.RdfFormat.TURTLE, options)


def write_trig(store: Store, out: BinaryIO, **options: Any) -> None:
    """TriG (https://www.w3.org/TR/trig/): the graph as in Turtle, and one named graph for each paper.

    `b:from-PAPER` holds the plain triples that the documents of this paper state, and their claims; that it
    comes from the paper is said in the default graph.
    """
    _write(_quads(store, **options), out, ox.RdfFormat.TRIG, options)


def write_ntriples(store: Store, out: BinaryIO, **options: Any) -> None:
    """N-Triples (https://www.w3.org/TR/n-triples/), sorted, so that two graphs differ only where they do."""
    lines = BytesIO()
    ox.serialize(triples(store, **options), lines, ox.RdfFormat.N_TRIPLES)
    out.write(b"".join(sorted(set(lines.getvalue().splitlines(keepends=True)))))


def write_rdfxml(store: Store, out: BinaryIO, **options: Any) -> None:
    """RDF/XML (https://www.w3.org/TR/rdf-syntax-grammar/); what XML cannot hold becomes U+FFFD."""
    _write(map(_for_xml, triples(store, **options)), out, ox.RdfFormat.RDF_XML, options)


def write_jsonld(store: Store, out: BinaryIO, **options: Any) -> None:
    """JSON-LD 1.1 (https://www.w3.org/TR/json-ld/) with its context: an object for each subject, a line each."""
    compact = _Compact(options.get("base", BASE))
    out.write(b'{"@context": ' + _json(compact.context) + b',\n"@graph": [')
    separator = b"\n"
    for subject, said in groupby(triples(store, **options), key=lambda triple: triple.subject):
        out.write(separator + _json(compact.subject(subject, said)))
        separator = b",\n"
    out.write(b"\n]}\n")


class _Compact:
    """Triples as JSON-LD objects: short where `context.json` has a term, prefixed otherwise.

    rdflib writes the same, but only from a graph in memory: this streams.
    """

    def __init__(self, base: str) -> None:
        self.context: dict[str, Any] = json.loads((files("begat.graph") / "context.json").read_text("utf-8"))[
            "@context"
        ]
        self.context["b"] = base
        plain = {name: found for name, found in self.context.items() if isinstance(found, str)}
        self._prefixes = {found: name for name, found in plain.items() if found[-1] in "/#"}
        self._terms: dict[str, tuple[str, dict[str, str]]] = {}
        for name, found in self.context.items():
            definition = found if isinstance(found, dict) else {"@id": found}
            prefix, _, local = definition["@id"].partition(":")
            self._terms[plain.get(prefix, prefix + ":") + local] = name, definition

    def subject(self, subject: ox.NamedNode, said: Iterable[ox.Triple]) -> dict[str, Any]:
        """The object for one subject and all that is said of it."""
        found: dict[str, Any] = {"id": self.iri(subject)}
        for triple in said:
            name, definition = self._term(triple.predicate)
            value = self._value(triple.object, definition.get("@type"))
            if name in found:
                earlier = found[name]
                found[name] = [*(earlier if isinstance(earlier, list) else [earlier]), value]
            else:
                found[name] = [value] if definition.get("@container") == "@set" else value
        return found

    def iri(self, node: ox.NamedNode) -> str:
        cut = max(node.value.rfind("/"), node.value.rfind("#")) + 1
        prefix = self._prefixes.get(node.value[:cut])
        return f"{prefix}:{node.value[cut:]}" if prefix else node.value

    def _term(self, predicate: ox.NamedNode) -> tuple[str, dict[str, str]]:
        if predicate == _TYPE:
            return "type", {"@type": "@id"}
        return self._terms.get(predicate.value) or (self.iri(predicate), {})

    def _value(self, found: Any, coerced: str | None) -> Any:
        if isinstance(found, ox.NamedNode):
            iri = self.iri(found)
            return iri if coerced == "@id" else {"@id": iri}
        datatype = self.iri(found.datatype)
        if coerced == datatype or (coerced is None and datatype == "xsd:string"):
            return found.value
        if coerced is None and datatype == "xsd:integer":
            return int(found.value)
        return {"@value": found.value, "@type": datatype}


class _Tidied:
    """A file that the serializer writes to, tidied: prefixes in order, an empty line after a Turtle statement.

    The serializer's prefixes come in an order that changes from run to run; files of one graph shall be equal.
    A statement of Turtle ends with " ." as no other line does: literals hold no line breaks.
    """

    def __init__(self, out: BinaryIO, turtle: bool) -> None:
        self._out = out
        self._turtle = turtle
        self._rest = b""
        self._head = True

    def write(self, data: bytes) -> int:
        self._rest += data
        if not self._head or len(self._rest) > _HEAD:
            self._pass_on(self._rest.rfind(b"\n") + 1)
        return len(data)

    def flush(self) -> None:
        self._pass_on(len(self._rest))

    def _pass_on(self, length: int) -> None:
        lines, self._rest = self._rest[:length], self._rest[length:]
        if self._head:
            prefixes = _PREFIXES.match(lines)
            if prefixes:
                self._out.write(b"".join(sorted(prefixes[0].splitlines(keepends=True))) + b"\n")
                lines = lines[prefixes.end() :]
            lines = _XML_PREFIXES.sub(lambda found: b" ".join(sorted(found[0].split())), lines, count=1)
            self._head = False
        self._out.write(lines.replace(b" .\n", b" .\n\n") if self._turtle else lines)


_HEAD = 4096
"""Bytes within which the prefixes are over."""
_PREFIXES = re.compile(rb"(?:@prefix .*\n)+")
_XML_PREFIXES = re.compile(rb"(?<=<rdf:RDF )[^>]+")


def _write(
    said: Iterable[ox.Triple] | Iterable[ox.Quad], out: BinaryIO, format: ox.RdfFormat, options: Mapping[str, Any]
) -> None:
    tidied = _Tidied(out, turtle=format != ox.RdfFormat.RDF_XML)
    ox.serialize(said, cast(BinaryIO, tidied), format, prefixes=PREFIXES | {"b": options.get("base", BASE)})
    tidied.flush()


def _json(value: object) -> bytes:
    return json.dumps(value, ensure_ascii=False).encode()


def _for_xml(triple: ox.Triple) -> ox.Triple:
    found = triple.object
    if not isinstance(found, ox.Literal) or xml_text(found.value) == found.value:
        return triple
    return ox.Triple(triple.subject, triple.predicate, ox.Literal(xml_text(found.value), datatype=found.datatype))


def _quads(store: Store, *, evidence: bool = True, min_confidence: float = 0.0, base: str = BASE) -> Iterator[ox.Quad]:
    for triple in triples(store, evidence=False, min_confidence=min_confidence, base=base):
        yield ox.Quad(*triple)
    if not evidence:
        return
    types = {node.id: node.type for node in store.nodes()}
    graphs: dict[str, ox.NamedNode] = {}
    for edge in store.edges("confidence >= ?", (min_confidence,)):
        record, stated, plain = edge_iri(edge, base), _stated(edge, base), list(edge_triples(edge, types, base))
        for triple in _record(edge, record, stated):
            yield ox.Quad(*triple)
        for statement in _distinct(store.evidence(edge)):
            graph = graphs.setdefault(statement.paper, node_iri(f"from-{statement.paper}", base))
            for subject, predicate, object_ in (*plain, *_claim(statement, record, stated, base)):
                yield ox.Quad(subject, predicate, object_, graph)
    for triple in _corrections(store, base):
        yield ox.Quad(*triple)
    for paper in sorted(graphs):
        yield ox.Quad(graphs[paper], term("prov:wasDerivedFrom"), node_iri(paper, base))
