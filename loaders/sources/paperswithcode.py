"""The Papers with Code archive (https://github.com/paperswithcode/paperswithcode-data, CC BY-SA): three JSON arrays.

`methods`: a page a method, which its source paper introduces. `papers-with-abstracts`: a paper each, with the methods
it uses. `evaluation-tables`: tasks, with subtasks, whose datasets have rows of results: a page a dataset's table, each
row of which is a model evaluated on it.
"""

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any

from begat.graph import ids
from begat.graph.model import Declared, Document, Reference, Thing
from begat.graph.names import fold
from begat.graph.vocabulary import NodeType, Relation
from begat.loaders.sources import fields, records
from begat.loaders.sources.fields import Record
from begat.loaders.sources.input import Input, storable
from begat.loaders.sources.links import references_in
from begat.loaders.sources.source import Source

_REMARK = re.compile(r"\s*\([^()]*\)\s*$")
_DEEPEST = 20
"""How many levels of subtasks are followed: the archive has three."""

_TELLING = 4
"""Words from which a title is taken for a paper's, where no link is given."""

Known = Callable[[Input, Record], Iterable[Document | None]]


def _of_columns(*needed: str) -> Callable[[Input], bool]:
    return lambda input: set(needed) <= records.json_columns(input)


def _reader(known: Known) -> Callable[[Input], Iterator[Document]]:
    """Reads an archive file by what `known` makes of its records; one of another shape is told and left out."""

    def documents(input: Input) -> Iterator[Document]:
        record: Record | None = None
        for record in records.any_json_records(input):
            try:
                yield from filter(None, known(input, record))
            except (AttributeError, KeyError, TypeError, ValueError):
                input.report.error(record.place, "not of the shape that this format has: passed over")
        if record is None:
            fields.no_record(input)

    return documents


# -- methods -----------------------------------------------------------------------------------------------


def _method(input: Input, record: Record) -> Iterator[Document | None]:
    """A method's page; the paper that it names as the method's source introduces it."""
    values = record.values
    name, slug = _line(values["name"]), str(values.get("url") or "").rpartition("/")[2]
    method = Thing(NodeType.METHOD, name)
    source = _paper(values)
    declared = [] if source is None else [
        Declared(Relation.INTRODUCES, method, "source", source[1], Thing(NodeType.PAPER, source[0]))
    ]  # fmt: skip
    if name:
        yield _page(input, record, slug, _line(values.get("full_name")) or name, values.get("description"), declared)


def _paper(method: Mapping[str, Any]) -> tuple[str, str] | None:
    """The key of a method's source paper, and the value that says it."""
    paper = method.get("paper") if isinstance(method.get("paper"), dict) else {}
    for link in (method.get("source_url"), (paper or {}).get("url")):
        if arxiv := ids.arxiv_id(str(link or "")):
            return f"arxiv:{arxiv}", str(link)
        if doi := ids.doi(str(link or "")):
            return f"doi:{doi}", str(link)
    title = _line(method.get("source_title") or (paper or {}).get("title"))
    return (f"title:{fold(title)}", title) if len(title.split()) >= _TELLING else None


# -- papers ------------------------------------------------------------------------------------------------


def _abstract(input: Input, record: Record) -> Iterator[Document | None]:
    """A paper, with the methods that it uses; of a method that it is itself the source of, it is the introduction."""
    values = record.values
    arxiv = ids.arxiv_id(str(values.get("arxiv_id") or "")) or ids.arxiv_id(str(values.get("url_abs") or ""))
    yield fields.document(
        input,
        record,
        fields.present({
            "id": arxiv or str(values.get("paper_url") or "").rpartition("/")[2],
            "title": values.get("title"),
            "text": values.get("abstract"),
            "authors": values.get("authors"),
            "date": values.get("date"),
            "venue": values.get("proceeding") or values.get("conference"),
            "url": values.get("url_abs") or values.get("paper_url"),
            "arxiv": arxiv,
        }),
        declared=tuple(_methods_of(values, arxiv)),
    )  # fmt: skip


def _methods_of(paper: Mapping[str, Any], arxiv: str | None) -> Iterator[Declared]:
    for method in paper.get("methods") or ():
        name = _line(method.get("name"))
        own = arxiv is not None and ids.arxiv_id(str(method.get("source_url") or "")) == arxiv
        if name:
            relation = Relation.INTRODUCES if own else Relation.USES
            yield Declared(relation, Thing(NodeType.METHOD, name), "methods", name)


# -- tables of results -------------------------------------------------------------------------------------


def _tables(input: Input, record: Record) -> Iterator[Document | None]:
    for task, table in _within(record.values, 0):
        dataset = _line(table.get("dataset"))
        rows = [row for row in (table.get("sota") or {}).get("rows") or () if _line(row.get("model_name"))]
        if dataset and rows:
            title = f"{_line(task)} on {dataset}"
            declared = [_result(row, Thing(NodeType.DATASET, dataset)) for row in rows]
            cited = tuple(dict.fromkeys(filter(None, map(_cited, rows))))
            yield _page(input, record, _slug(title), title, table.get("description"), declared, cited)


def _within(task: Mapping[str, Any], depth: int) -> Iterator[tuple[object, Mapping[str, Any]]]:
    """The datasets of a task and of its subtasks, each with the name of the task that it is of."""
    yield from ((task.get("task"), table) for table in task.get("datasets") or ())
    for below in task.get("subtasks") or () if depth < _DEEPEST else ():
        yield from _within(below, depth + 1)


def _result(row: Mapping[str, Any], dataset: Thing) -> Declared:
    """A row: the model, without a remark in brackets at the end of its name, was evaluated on the dataset."""
    written = _line(row["model_name"])
    model = Thing(NodeType.MODEL, _REMARK.sub("", written) or written)
    return Declared(Relation.EVALUATED_ON, dataset, "sota.rows.model_name", written, model)


def _cited(row: Mapping[str, Any]) -> Reference | None:
    link, title = str(row.get("paper_url") or ""), _line(row.get("paper_title"))
    arxiv, doi = ids.arxiv_id(link), ids.doi(link)
    return Reference(arxiv=arxiv, doi=doi, title=title or None) if arxiv or doi else None


# -- pages -------------------------------------------------------------------------------------------------


def _page(
    input: Input, record: Record, slug: str, title: str, text: object, declared: list[Declared],
    cited: tuple[Reference, ...] = (),
) -> Document:  # fmt: skip
    words = storable(text) if isinstance(text, str) else ""
    return Document(
        id=slug or f"{input.stem}#{record.number}",
        text=words,
        title=title,
        references=(*cited, *references_in(words)),
        declared=tuple(dict.fromkeys(declared)),
        paper=False,
        source=input.source,
        place=record.place,
    )


def _line(value: object) -> str:
    return " ".join(storable(value).split()) if isinstance(value, str) else ""


def _slug(title: str) -> str:
    return re.sub(r"[^\w]+", "-", title.lower()).strip("-")


METHODS = Source(
    "pwc-methods", "methods of Papers with Code", _of_columns("name", "full_name", "collections"), _reader(_method)
)
PAPERS = Source(
    "pwc-papers", "papers of Papers with Code", _of_columns("paper_url", "url_abs", "tasks"), _reader(_abstract)
)
TABLES = Source(
    "pwc-tables", "tables of results of Papers with Code", _of_columns("task", "datasets", "subtasks"), _reader(_tables)
)
