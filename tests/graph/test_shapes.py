"""Exports satisfy graph/shapes.ttl; pyshacl, where it is installed, is the judge."""

from importlib.resources import files
from io import BytesIO
from typing import Any

import pytest
import rdflib

from begat.graph import rdf
from begat.graph.store import Store

pyshacl = pytest.importorskip("pyshacl", reason="pyshacl is not installed")
pytestmark = pytest.mark.filterwarnings(
    "ignore:Dataset.*is deprecated:DeprecationWarning"
)  # pyshacl's own use of rdflib


def report(graph: rdflib.Graph) -> tuple[bool, str]:
    shapes = (files("begat.graph") / "shapes.ttl").read_text("utf-8")
    conforms, _, text = pyshacl.validate(graph, shacl_graph=shapes, shacl_graph_format="turtle")
    return conforms, text


def exported(store: Store, **options: Any) -> rdflib.Graph:
    out = BytesIO()
    rdf.write_turtle(store, out, **options)
    return rdflib.Graph().parse(data=out.getvalue(), format="turtle")


def test_an_export_satisfies_the_shapes(any_store: Store) -> None:
    conforms, text = report(exported(any_store))
    assert conforms, text


def test_an_edge_without_a_claim_does_not(store: Store) -> None:
    graph = exported(store)
    for claim in list(graph.subjects(rdflib.RDF.type, rdflib.RDF.Statement)):
        graph.remove((claim, None, None))
    conforms, text = report(graph)
    assert not conforms
    assert "an edge without a claim that supports it" in text


def test_an_ill_typed_year_does_not(store: Store) -> None:
    graph = exported(store)
    model = rdflib.URIRef(rdf.node_iri("model-orca-2").value)
    graph.set((model, rdflib.URIRef(rdf.term("begat:year").value), rdflib.Literal("soon")))
    assert not report(graph)[0]
