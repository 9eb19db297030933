import csv
import io
import json
from collections.abc import Callable
from typing import Any

import pyarrow.parquet as pq
import pytest

from begat.graph import tables
from begat.graph.store import Store


def written(write: Callable[..., None], store: Store, **options: Any) -> bytes:
    out = io.BytesIO()
    write(store, out, **options)
    return out.getvalue()


def read_csv(write: Callable[..., None], store: Store, **options: Any) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(written(write, store, **options).decode(), newline="")))


def read_lines(write: Callable[..., None], store: Store, **options: Any) -> list[dict[str, Any]]:
    return [json.loads(line) for line in written(write, store, **options).splitlines()]


# -- CSV -------------------------------------------------------------------------------------------------


def test_csv_has_a_row_a_node_and_a_row_an_edge(store: Store) -> None:
    (orca,) = [row for row in read_csv(tables.write_nodes_csv, store) if row["id"] == "model-orca"]
    assert orca == {
        "id": "model-orca", "type": "Model", "name": "Orca", "aliases": '["Orca 1"]', "year": "2023", "family": "Orca",
        "arxiv": "", "doi": "", "date": "", "url": "", "version": "",
    }  # fmt: skip
    (edge,) = [row for row in read_csv(tables.write_edges_csv, store) if row["object"] == "model-llama-13b"]
    assert edge["relation"] == "INTRODUCES"
    assert json.loads(edge["evidence"]) == ["LLaMA-13B"]


def test_csv_reads_back(any_store: Store) -> None:
    rows = read_csv(tables.write_nodes_csv, any_store)
    assert [(row["type"], json.loads(row["aliases"])) for row in rows] == [
        (node.type, list(node.aliases)) for node in any_store.nodes()
    ]
    edges = [(row["subject"], row["relation"], row["object"]) for row in read_csv(tables.write_edges_csv, any_store)]
    assert [end.removeprefix("'") for edge in edges for end in edge] == [
        end.removeprefix("'") for edge in any_store.edges() for end in (edge.subject, edge.relation, edge.object)
    ]


def test_no_cell_of_a_csv_is_a_formula(hostile_store: Store) -> None:
    rows = read_csv(tables.write_nodes_csv, hostile_store)
    assert not [cell for row in rows for cell in row.values() if cell.startswith(("=", "+", "-", "@", "\t", "\r"))]
    assert "'+1 or -1" in {row["name"] for row in rows}


def test_a_negative_number_is_no_formula() -> None:
    assert tables._cell(-1.5) == -1.5


# -- Parquet ---------------------------------------------------------------------------------------------


def test_parquet_holds_the_rows_exactly(any_store: Store) -> None:
    for write, rows in [
        (tables.write_nodes_parquet, tables.nodes(any_store)),
        (tables.write_edges_parquet, tables.edges(any_store)),
    ]:
        table = pq.read_table(io.BytesIO(written(write, any_store)))
        read = [{name: value for name, value in row.items() if value is not None} for row in table.to_pylist()]
        assert read == list(rows)


def test_parquet_has_typed_columns_even_when_empty(any_store: Store) -> None:
    schema = pq.read_schema(io.BytesIO(written(tables.write_edges_parquet, any_store)))
    assert [str(schema.field(name).type) for name in ("confidence", "support", "year")] == ["double", "int64", "int32"]


# -- JSON Lines ------------------------------------------------------------------------------------------


def test_jsonl_has_nodes_then_edges_with_their_evidence(store: Store) -> None:
    lines = read_lines(tables.write_jsonl, store)
    kinds = [line["kind"] for line in lines]
    assert kinds == sorted(kinds, reverse=True)
    (edge,) = [line for line in lines if line["kind"] == "edge" and line["subject"] == "model-llama-13b" and line["relation"] == "OUTPERFORMS"]  # fmt: skip
    assert edge == {
        "kind": "edge", "subject": "model-llama-13b", "relation": "OUTPERFORMS", "object": "model-gpt-3",
        "confidence": 0.96, "support": 1, "origin": "mined", "date": "2023-02-27",
        "evidence": [{
            "quote": "LLaMA-13B outperforms GPT-3.", "document": "2302.13971", "part": "text", "start": 28, "end": 56,
            "rule": "outperforms", "confidence": 0.96, "origin": "mined",
        }],
    }  # fmt: skip


def test_jsonl_reads_back(any_store: Store) -> None:
    lines = read_lines(tables.write_jsonl, any_store)
    assert [(line["id"], line["name"]) for line in lines if line["kind"] == "node"] == [
        (node.id, node.name) for node in any_store.nodes()
    ]
    quotes = [[found["quote"] for found in line["evidence"]] for line in lines if line["kind"] == "edge"]
    assert quotes == [[s.assertion.evidence.quote for s in any_store.evidence(edge)] for edge in any_store.edges()]


# -- assertions ------------------------------------------------------------------------------------------


def test_an_assertion_is_a_line_as_the_design_says(store: Store) -> None:
    (line,) = [a for a in read_lines(tables.write_assertions, store) if (a["subject"], a["relation"]) == ("Orca 2", "EXTENDS")]  # fmt: skip
    assert line == {
        "document": "2311.11045", "subject": "Orca 2", "subject_type": "Model", "relation": "EXTENDS",
        "object": "Orca", "object_type": "Model", "evidence": "With Orca 2 we extend Orca.", "part": "text",
        "start": 0, "end": 27, "rule": "extends", "confidence": 0.93, "origin": "mined",
    }  # fmt: skip


def test_a_paper_is_named_by_its_id(store: Store) -> None:
    lines = read_lines(tables.write_assertions, store)
    assert ("2401.00001", "EXTENDS", "Orca 2") in {(a["subject"], a["relation"], a["object"]) for a in lines}
    assert ("1910.01108", "CITES", "1810.04805") in {(a["subject"], a["relation"], a["object"]) for a in lines}


def test_what_a_document_introduces_is_among_its_assertions(store: Store) -> None:
    lines = [a for a in read_lines(tables.write_assertions, store) if a["document"] == "2302.13971"]
    assert {a["object"] for a in lines if a["relation"] == "INTRODUCES"} == {"LLaMA", "LLaMA-13B"}


def test_every_assertion_quotes_its_document(any_store: Store) -> None:
    texts = {document.id: document for _, document in any_store.documents()}
    for a in tables.assertions(any_store):
        if not a["part"].startswith("field:"):
            document = texts[a["document"]]
            whole = document.text if a["part"] == "text" else document.title or ""
            assert whole[a["start"] : a["end"]] == a["evidence"]


def test_weak_assertions_and_evidence_can_be_left_out(store: Store) -> None:
    lines = read_lines(tables.write_assertions, store, evidence=False, min_confidence=0.5)
    assert "Tülu 2" not in {a["object"] for a in lines}
    assert all(a.keys().isdisjoint({"evidence", "part", "start", "end"}) for a in lines)


@pytest.mark.parametrize("write", [tables.write_jsonl, tables.write_assertions, tables.write_nodes_csv])
def test_the_empty_graph_is_an_empty_table(export_paths: dict[str, Any], write: Callable[..., None]) -> None:
    with Store.open(export_paths["empty"]) as empty:
        assert len(written(write, empty).splitlines()) <= 1
