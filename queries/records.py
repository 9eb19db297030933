"""Nodes, edges and evidence as JSON: the parts that the JSON of lineage, path and show have in common.

A stable interface: keys are added, never renamed. Unknown values are null.
"""

from collections.abc import Iterable
from typing import Any

from begat.graph.model import Edge, Node, Statement


def node_record(node: Node) -> dict[str, Any]:
    """id, type, name, aliases, date, year, seen, family, version, arxiv, doi, url."""
    return {
        "id": node.id, "type": node.type.value, "name": node.name, "aliases": list(node.aliases), "date": node.date,
        "year": node.year, "seen": node.seen, "family": node.family, "version": node.version, "arxiv": node.arxiv,
        "doi": node.doi, "url": node.url,
    }  # fmt: skip


def paper_record(paper: Node) -> dict[str, Any]:
    """id, title, date, url of a paper that is named beside something else."""
    return {"id": paper.id, "title": paper.name, "date": paper.date, "url": paper.url}


def edge_record(edge: Edge, evidence: Iterable[Statement]) -> dict[str, Any]:
    """subject, relation, object (node ids), confidence, support, origin, date, year, evidence (best first)."""
    return {
        "subject": edge.subject, "relation": edge.relation.value, "object": edge.object, "confidence": edge.confidence,
        "support": edge.support, "origin": edge.origin.value, "date": edge.date, "year": edge.year,
        "evidence": [statement_record(statement) for statement in evidence],
    }  # fmt: skip


def statement_record(statement: Statement) -> dict[str, Any]:
    """quote, document (its id), source, paper (node id), part, start, end, rule, confidence, origin, claim."""
    assertion, found = statement.assertion, statement.assertion.evidence
    return {
        "quote": found.quote, "document": statement.document, "source": statement.source, "paper": statement.paper,
        "part": found.part, "start": found.start, "end": found.end, "rule": assertion.rule,
        "confidence": assertion.confidence, "origin": assertion.origin.value, "claim": statement.claim,
    }  # fmt: skip
