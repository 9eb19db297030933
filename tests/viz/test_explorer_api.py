"""The JSON API answers as its description says."""

import json
from pathlib import Path
from typing import Any

import pytest
from starlette.testclient import TestClient

from begat.viz.explorer.api import OPERATIONS
from begat.viz.explorer.openapi import Parameter, checked, read
from tests.viz.explored import client, served

ASKED = [
    ("/api/search", {"q": "orca"}), ("/api/complete", {"q": "tul"}), ("/api/node", {"name": "Orca 1"}),
    ("/api/lineage", {"name": "Orca 2", "depth": 2, "relation": ["EXTENDS", "USES"], "type": "Model", "from": 2000}),
    ("/api/path", {"a": "Orca 2", "b": "Transformer"}), ("/api/family", {"name": "Orca 2"}),
    ("/api/compare", {"a": "DistilBERT", "b": "BERT", "min_confidence": 0.5}),
    ("/api/edge", {"subject": "Orca 2", "relation": "EXTENDS", "object": "Orca"}), ("/api/works", {"type": "Model"}),
    ("/api/map", {}), ("/api/stats", {}), ("/api/questions", {}), ("/api/corrections", {}),
]  # fmt: skip


@pytest.fixture(scope="module")
def web(miniature_path: Path) -> TestClient:
    return client(miniature_path)


@pytest.fixture(scope="module")
def description(web: TestClient) -> Any:
    return web.get("/api/openapi.json").json()


def test_every_operation_is_described_and_every_get_is_asked_here(description: Any) -> None:
    described = {(path, method) for path, methods in description["paths"].items() for method in methods}
    assert described == {(o.path, o.method.lower()) for o in OPERATIONS}
    assert {path for path, _ in ASKED} == {o.path for o in OPERATIONS if o.method == "GET"}


def fits(value: Any, schema: Any, schemas: Any, where: str = "answer") -> None:
    """Assert that a value fits its schema, as much of JSON Schema as the description uses."""
    if "$ref" in schema:
        fits(value, schemas[schema["$ref"].rpartition("/")[2]], schemas, where)
        return
    if "oneOf" in schema:
        schema = schema["oneOf"][0 if value is None else 1]
    kinds = schema.get("type", [])
    kinds = [kinds] if isinstance(kinds, str) else kinds
    names = {
        str: "string",
        bool: "boolean",
        int: "integer",
        float: "number",
        dict: "object",
        list: "array",
        type(None): "null",
    }
    name = names[type(value)]
    assert not kinds or name in kinds or (name == "integer" and "number" in kinds), f"{where} is {name}, not {kinds}"
    if isinstance(value, dict):
        properties = schema.get("properties", {})
        assert set(schema.get("required", ())) <= set(value), where
        if schema.get("additionalProperties") is False:
            assert set(value) <= set(properties), f"{where}: {set(value) - set(properties)} is not described"
        for key, item in value.items():
            fits(item, properties.get(key, {}), schemas, f"{where}.{key}")
    if isinstance(value, list):
        for item in value:
            fits(item, schema["items"], schemas, where)
    assert "enum" not in schema or value in schema["enum"], where


@pytest.mark.parametrize(("path", "values"), ASKED)
def test_answers_fit_their_schemas(web: TestClient, description: Any, path: str, values: dict[str, Any]) -> None:
    answer = web.get(path, params=values)
    assert answer.status_code == 200, answer.text
    schema = description["paths"][path]["get"]["responses"]["200"]["content"]["application/json"]["schema"]
    fits(answer.json(), schema, description["components"]["schemas"])


@pytest.mark.parametrize(
    ("path", "body", "found"),
    [
        ("/api/cypher", {"query": "MATCH (a)-[:EXTENDS]->(b {name: $n}) RETURN a.name", "parameters": {"n": "Orca"}}, "Orca 2"),
        ("/api/sparql", {"query": "SELECT ?n WHERE { ?a begat:extends ?b . ?b skos:prefLabel ?n }"}, "Transformer"),
        ("/api/ask", {"question": "ancestors", "parameters": {"name": "Orca 2"}, "language": "sparql"}, "GPT-4"),
    ],
)  # fmt: skip
def test_questions_are_posted(web: TestClient, description: Any, path: str, body: dict[str, Any], found: str) -> None:
    answer = web.post(path, json=body)
    assert answer.status_code == 200, answer.text
    fits(answer.json(), description["components"]["schemas"]["Rows"], description["components"]["schemas"])
    assert found in json.dumps(answer.json()["rows"])


@pytest.mark.parametrize(
    ("path", "values", "status", "said"),
    [
        ("/api/node", {}, 400, "name is missing"), ("/api/node", {"name": ""}, 400, "characters"),
        ("/api/node", {"name": "Orka 2"}, 404, "Orca 2"), ("/api/node", {"nmae": "Orca"}, 400, "no parameter 'nmae'"),
        ("/api/node", {"name": ["a", "b"]}, 400, "2 times"), ("/api/search", {"q": "x", "limit": 0}, 400, "from 1 to 100"),
        ("/api/search", {"q": "x", "limit": "ten"}, 400, "integer"), ("/api/search", {"q": "x", "limit": "true"}, 400, "integer"),
        ("/api/lineage", {"name": "Orca", "relation": "BEGETS"}, 400, "one of"),
        ("/api/lineage", {"name": "Orca", "min_confidence": "NaN"}, 400, "from 0 to 1"),
        ("/api/path", {"a": "Orca 2", "b": "GPT-3", "max_length": 1}, 404, "no connection"), ("/api/nothing", {}, 404, "openapi"),
    ],
)  # fmt: skip
def test_what_is_wrong_is_said_as_json(
    web: TestClient, path: str, values: dict[str, Any], status: int, said: str
) -> None:
    answer = web.get(path, params=values)
    assert answer.status_code == status
    assert said in answer.text
    assert set(answer.json()) == {"error", "suggestions"}


@pytest.mark.parametrize(
    ("body", "kind", "status"),
    [
        (b"{", "application/json", 400), (b"[]", "application/json", 400), (b"{}", "application/json", 400),
        (b'{"query": 1}', "application/json", 400), (b'{"query": "RETURN 1", "limit": 0}', "application/json", 400),
        (b'{"query": "RETURN 1", "more": 1}', "application/json", 400), (b'{"query": "RETURN 1"}', "text/plain", 415),
        (b"[" * 60_000, "application/json", 400), (b'{"query": "MATCH (n) DELETE n"}', "application/json", 400),
    ],
)  # fmt: skip
def test_bodies_that_are_not_as_described_are_refused(web: TestClient, body: bytes, kind: str, status: int) -> None:
    answer = web.post("/api/cypher", content=body, headers={"Content-Type": kind})
    assert answer.status_code == status, answer.text
    assert set(answer.json()) == {"error", "suggestions"}


def test_a_method_that_is_not_there_says_which_are(web: TestClient) -> None:
    answer = web.delete("/api/stats")
    assert answer.status_code == 405
    assert "GET" in answer.headers["allow"]


def test_values_of_a_query_become_what_their_schema_says() -> None:
    assert read("n", "3", {"type": "integer"}) == 3
    assert read("n", "3.0", {"type": "integer"}) == 3
    assert read("n", "3", {"type": "string"}) == "3"
    assert read("n", "0.5", {"type": "number"}) == 0.5
    assert checked("o", {"a": 1}, {"type": "object", "properties": {"a": {"type": "integer"}}}) == {"a": 1}
    assert Parameter("q", "words", {"type": "string"}).description()["in"] == "query"


def test_corrections_can_be_made_where_they_are_allowed(tmp_path: Path) -> None:
    from tests import miniature

    web = client(miniature.build(tmp_path / "mine.begat"), allow_edits=True)
    said = {"verdict": "right", "subject": "Orca 2", "relation": "EXTENDS", "object": "Orca", "reason": "read it"}
    (made,) = web.post("/api/corrections", json=said).json()["corrections"]
    assert (made["verdict"], made["applies"]) == ("right", True)
    edge = web.get("/api/edge", params={"subject": "Orca 2", "relation": "EXTENDS", "object": "Orca"}).json()
    assert edge["confidence"] == 1


@pytest.mark.slow
def test_schemathesis_finds_no_answer_that_the_description_does_not_allow(miniature_path: Path) -> None:
    schemathesis = pytest.importorskip("schemathesis", reason="needs schemathesis")
    from hypothesis import HealthCheck, given, settings
    from schemathesis.specs.openapi.checks import positive_data_acceptance

    with served(miniature_path) as address:
        schema = schemathesis.openapi.from_url(f"{address}/api/openapi.json")
        for operation in schema.get_all_operations():

            @given(case=operation.ok().as_strategy())
            @settings(max_examples=25, deadline=None, database=None, suppress_health_check=list(HealthCheck))
            def conforms(case: Any) -> None:
                # That a text is good Cypher or SPARQL, or that a question has this parameter, no schema can say.
                excluded = [positive_data_acceptance] if case.operation.method.upper() == "POST" else []
                case.call_and_validate(base_url=address, excluded_checks=excluded)

            conforms()
