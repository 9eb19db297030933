"""The library: one self-describing file a question, with its Cypher and its SPARQL; both give the same rows.

A file has `doc`, `columns`, `cypher`, `sparql`, and for each parameter a table `[parameters.NAME]` with `type`
(node: a name that people use, integer, text), `doc`, `example`, and, where it can be left out, `default`. In both
languages a parameter is written `$NAME`; a node is its id in Cypher and its IRI in SPARQL. The Cypher is also valid
for Neo4j 5. A file that uses a parameter that it does not declare, or declares one that it does not use, is refused.
"""

import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any, Literal

from begat.graph.errors import QueryError, UsageError, meant
from begat.graph.properties import LABEL
from begat.graph.rdf import node_iri
from begat.graph.reader import Reader
from begat.graph.search import find
from begat.graph.store import Store
from begat.queries.cypher import cypher
from begat.queries.results import Result
from begat.queries.sparql import sparql

Engine = Literal["cypher", "sparql"]


@dataclass(frozen=True, slots=True)
class Parameter:
    """What a question asks for; `default` None: it must be given."""

    name: str
    type: Literal["node", "integer", "text"]
    doc: str
    example: Any
    default: Any = None


@dataclass(frozen=True, slots=True)
class Question:
    """A question of the library."""

    name: str
    doc: str
    columns: tuple[str, ...]
    cypher: str
    sparql: str
    parameters: tuple[Parameter, ...]

    @property
    def usage(self) -> str:
        """How it is asked on the command line: `ancestors name='Orca 2'`."""
        given = (f"{p.name}={_quoted(p.example)}" for p in self.parameters)
        return " ".join(
            [
                self.name,
                *(text if p.default is None else f"[{text}]" for text, p in zip(given, self.parameters, strict=True)),
            ]
        )


def _quoted(value: Any) -> str:
    return f"'{value}'" if " " in str(value) else str(value)


@cache
def questions() -> dict[str, Question]:
    """All questions by name, in order of name."""
    found = {}
    for file in sorted(files(__name__).iterdir(), key=lambda file: file.name):
        if file.name.endswith(".toml"):
            name = file.name.removesuffix(".toml")
            found[name] = parse(name, file.read_text(encoding="utf-8"))
    return found


def parse(name: str, text: str) -> Question:
    """The question that a file's text describes. Raises QueryError naming what is wrong with it."""
    try:
        fields = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise QueryError(f"question {name}: no TOML: {error}") from None
    _same(name, "fields", set(fields) - {"parameters"}, {"doc", "columns", "cypher", "sparql"})
    parameters = tuple(_parameter(name, key, value) for key, value in fields.get("parameters", {}).items())
    declared = {p.name for p in parameters}
    for language in ("cypher", "sparql"):
        _same(name, f"parameters of its {language}", set(re.findall(r"\$(\w+)", fields[language])), declared)
    return Question(name, fields["doc"], tuple(fields["columns"]), fields["cypher"], fields["sparql"], parameters)


def _parameter(question: str, name: str, fields: Mapping[str, Any]) -> Parameter:
    where = f"fields of parameter {name}"
    _same(question, where, set(fields) - {"default"}, {"type", "doc", "example"})
    if name in ("question", "engine", "timeout"):  # ask() has these itself
        raise QueryError(f"question {question}: a parameter cannot be called {name}")
    if fields["type"] not in ("node", "integer", "text"):
        raise QueryError(
            f"question {question}, parameter {name}: no type {fields['type']!r}; there are node, integer, text"
        )
    return Parameter(name, fields["type"], fields["doc"], fields["example"], fields.get("default"))


def _same(question: str, what: str, found: set[str], declared: set[str]) -> None:
    for name in sorted(found - declared):
        raise QueryError(f"question {question}, {what}: {name} is not declared")
    for name in sorted(declared - found):
        raise QueryError(f"question {question}, {what}: {name} is missing")


_NODE = re.compile(r"(?<=MATCH )\((\w*)((?::\w+)?)|\((\w*)(?= ?\{id: \$)")
_RELATION = re.compile(r"\[(\w*:[A-Z_|]+(?:\*[\d.]+)?)\]")


def for_neo4j(cypher: str) -> str:
    """The Cypher as it is asked of a Neo4j, where other people's nodes and relationships may stand beside begat's.

    Here alone do the dialects differ: where a pattern begins, and where an id is named, stands begat's label, which also
    has the index on ids; and each relation is begat's own, so that both of its ends are, and all between them.
    """
    labelled = _NODE.sub(lambda found: f"({found[1] or found[3] or ''}{found[2] or ''}:{LABEL}", cypher)
    return _RELATION.sub(r"[\1 {_ours: true}]", labelled)


def ask(
    store: Reader,
    question: str,
    *,
    engine: str = "cypher",
    timeout: float = 30.0,
    **parameters: Any,
) -> Result:
    """Ask a question of the library; a node is named as people call it.

    Raises UsageError for a question or parameter that there is not, NotFoundError for a name that is nowhere.
    """
    asked = questions().get(question)
    if asked is None:
        raise UsageError(f"no question {question!r}; {meant(question, questions())}")
    if engine not in ("cypher", "sparql"):
        raise UsageError(f"no engine {engine!r}; there are cypher, sparql")
    values = _values(store, asked, parameters, engine)
    if engine == "cypher":
        text = asked.cypher if isinstance(store, Store) else for_neo4j(asked.cypher)
        result = cypher(store, text, values, timeout=timeout)
    else:
        result = sparql(file_of(store), asked.sparql, values, timeout=timeout)
    # That a graph has nothing of some relation is no news to someone who did not write the query.
    notes = tuple(note for note in result.notes if "unknown" not in note)
    return Result(asked.columns, result.rows, notes)


def file_of(store: Reader) -> Store:
    """The graph, if it is one that SPARQL can be asked of; else UsageError."""
    if not isinstance(store, Store):
        raise UsageError(
            f"SPARQL is asked of a graph file, and {store.place} is a Neo4j: ask in Cypher, or on the command line, where"
            " 'begat sparql' and 'begat ask --engine sparql' copy the graph to a file first"
        )
    return store


def _values(store: Reader, asked: Question, given: Mapping[str, Any], engine: str) -> dict[str, Any]:
    known = [p.name for p in asked.parameters]
    for name in given:
        if name not in known:
            raise UsageError(f"{asked.name} has no parameter {name!r}; it is asked as: {asked.usage}")
    values = {}
    for parameter in asked.parameters:
        value = given.get(parameter.name, parameter.default)
        if value is None:
            raise UsageError(f"{asked.name} needs {parameter.name} ({parameter.doc}), as in: {asked.usage}")
        values[parameter.name] = _value(store, parameter, value, engine)
    return values


def _value(store: Reader, parameter: Parameter, value: Any, engine: str) -> Any:
    if parameter.type == "node":
        node = find(store, str(value)).id
        return f"<{node_iri(node).value}>" if engine == "sparql" else node
    if parameter.type == "integer":
        if isinstance(value, bool) or not isinstance(value, int) or value < 0:
            raise UsageError(f"{parameter.name} must be a whole number, not {value!r}")
        return value
    return str(value)
