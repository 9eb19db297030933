"""The JSON API's operations as data: one declaration checks what is asked and describes it in OpenAPI.

https://spec.openapis.org/oas/v3.1.0: schemas there are JSON Schema 2020-12. Values of a query arrive as text; `read`
turns them into what their schema says, or says what is wrong.
"""

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from starlette.datastructures import QueryParams

from begat.graph.errors import UsageError

Schema = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Parameter:
    """A value of the query; of an array any number may be given."""

    name: str
    doc: str
    schema: Schema
    required: bool = False
    example: Any = None

    def description(self) -> dict[str, Any]:
        """As OpenAPI has it."""
        found: dict[str, Any] = {"name": self.name, "in": "query", "description": self.doc, "schema": dict(self.schema)}
        if self.required:
            found["required"] = True
        if self.example is not None:
            found["example"] = self.example
        return found


@dataclass(frozen=True, slots=True)
class Operation:
    """One thing that can be asked. `answer` and `body` are schemas; `handler` gets the values that were given."""

    name: str
    method: str
    path: str
    summary: str
    handler: Callable[..., Any]
    answer: Schema
    parameters: Sequence[Parameter] = ()
    body: Schema | None = None
    example: Any = None
    finds: bool = False
    """Whether it can answer that there is no such thing."""
    writes: bool = False
    """Whether its handler opens the graph itself, to write: nobody may be reading it in the same breath."""

    def values(self, query: QueryParams) -> dict[str, Any]:
        """What the query gives, by parameter. Raises UsageError."""
        known = {parameter.name: parameter for parameter in self.parameters}
        for name in query:
            if name not in known:
                listed = ", ".join(known) or "none"
                raise UsageError(f"no parameter {name[:60]!r} here; there are: {listed}")
        found: dict[str, Any] = {}
        for name, parameter in known.items():
            given = query.getlist(name)
            if not given:
                if parameter.required:
                    raise UsageError(f"the parameter {name} is missing: {parameter.doc}")
                continue
            if parameter.schema["type"] == "array":
                found[name] = [read(name, text, parameter.schema["items"]) for text in given]
            elif len(given) > 1:
                raise UsageError(f"the parameter {name} is given {len(given)} times")
            else:
                found[name] = read(name, given[0], parameter.schema)
        return found

    def description(self) -> dict[str, Any]:
        """As OpenAPI has it."""
        answers = {
            "200": {"description": "the answer", "content": _json(self.answer)},
            "400": _refusal("the request is not understood, not allowed, or asks too much"),
            "403": _refusal("the request comes from a page of another site, or changes what may not be changed"),
            "503": _refusal("the graph is being replaced, or too many queries run at once"),
        }
        if self.finds:
            answers["404"] = _refusal("there is no such thing; `suggestions` are names like it")
        found: dict[str, Any] = {
            "operationId": self.name,
            "summary": self.summary,
            "parameters": [parameter.description() for parameter in self.parameters],
            "responses": answers,
        }
        if self.body is not None:
            content = _json(self.body)
            if self.example is not None:
                content["application/json"]["example"] = self.example
            found["requestBody"] = {"required": True, "content": content}
            answers["413"] = {"description": "the body is too large", "content": {"text/plain": {}}}
            answers["415"] = _refusal("the body is no JSON by its content type")
        return found


def _json(schema: Schema) -> dict[str, Any]:
    return {"application/json": {"schema": dict(schema)}}


def _refusal(words: str) -> dict[str, Any]:
    return {"description": words, "content": _json({"$ref": "#/components/schemas/Error"})}


def read(name: str, text: str, schema: Schema) -> Any:
    """A text as the value that its schema wants. Raises UsageError."""
    kind = schema["type"]
    try:
        value: Any = text if kind == "string" else json.loads(text)
    except ValueError:
        value = text
    return checked(name, value, schema)


_TYPES: dict[str, tuple[type, ...]] = {
    "string": (str,), "integer": (int,), "number": (int, float), "boolean": (bool,), "object": (dict,), "array": (list,),
}  # fmt: skip


def checked(name: str, value: Any, schema: Schema) -> Any:
    """A value that fits its schema (as much of JSON Schema as this API uses). Raises UsageError."""
    kind = schema.get("type")
    if kind is not None:
        fits = isinstance(value, _TYPES[kind]) and (kind == "boolean" or not isinstance(value, bool))
        if kind == "integer" and isinstance(value, float) and value.is_integer():
            fits, value = True, int(value)  # JSON has one kind of number
        if not fits:
            raise UsageError(f"{name} must be of type {kind}, not {str(value)[:60]!r}")
    if "enum" in schema and value not in schema["enum"]:
        raise UsageError(f"{name} must be one of {', '.join(schema['enum'])}, not {str(value)[:60]!r}")
    low, high = schema.get("minimum"), schema.get("maximum")
    if (low is not None and not value >= low) or (high is not None and not value <= high):
        raise UsageError(f"{name} must be from {low} to {high}, not {value}")
    if isinstance(value, str) and not schema.get("minLength", 0) <= len(value) <= schema.get("maxLength", 1 << 20):
        raise UsageError(f"{name} must have {schema.get('minLength', 0)} to {schema['maxLength']} characters")
    if isinstance(value, dict) and "properties" in schema:
        return _object(name, value, schema)
    return value


def _object(name: str, value: Mapping[str, Any], schema: Schema) -> dict[str, Any]:
    inside = f"{name}." if name != "body" else ""
    for key in value:
        if key not in schema["properties"]:
            raise UsageError(f"no field {inside}{key[:60]} here; there are {', '.join(schema['properties'])}")
    for key in schema.get("required", ()):
        if key not in value:
            raise UsageError(f"the field {inside}{key} is missing")
    return {key: checked(f"{inside}{key}", value[key], schema["properties"][key]) for key in value}


def document(operations: Sequence[Operation], schemas: Mapping[str, Schema], version: str) -> dict[str, Any]:
    """The OpenAPI description of all operations."""
    paths: dict[str, dict[str, Any]] = {}
    for operation in operations:
        paths.setdefault(operation.path, {})[operation.method.lower()] = operation.description()
    return {
        "openapi": "3.1.0",
        "info": {
            "title": "begat",
            "version": version,
            "description": "Who descends from whom in research: the graph of one file, with the sentence behind every"
            " edge. What the pages of `begat serve` show, as JSON.",
        },
        "paths": paths,
        "components": {"schemas": {name: dict(schema) for name, schema in schemas.items()}},
    }
