"""Articles in XML, with their text and their reference list: what JATS and TEI have in common.

The text is the abstract and the paragraphs. A citation in it is a reference to what the list has under its key: with
the sentence that makes it as its place, and what the citation is for where that sentence says it.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import replace
from typing import Any

from begat.graph.model import Document, Reference
from begat.loaders.sources import fields, markup
from begat.loaders.sources.fields import Record
from begat.loaders.sources.input import Input
from begat.loaders.sources.intents import in_sentences


def articles(
    input: Input, name: str, read: Callable[[Input, Record, Any], Document | None], nothing: str
) -> Iterator[Document]:
    """What `read` makes of each element of a name; where there is none, `nothing` is told."""
    found = False
    for number, element in enumerate(markup.elements(input, name), 1):
        found = True
        if document := read(input, Record(number, f"line {element.sourceline}", {}), element):
            yield document
    if not found:
        input.report.error("", nothing)


def article(
    input: Input,
    record: Record,
    values: Mapping[str, object],
    parts: Iterable[Any | None],
    written: markup.Written,
    listed: Mapping[str, Reference],
) -> Document | None:
    """The Document of an article: `values` by field, the elements whose text is its text, and its reference list by key.

    What the text cites at no place is a reference without one.
    """
    for part in parts:
        if part is not None:
            written.write(part)
    title = values.get("title")
    placed = in_sentences(written.text, written.references, title if isinstance(title, str) else None)
    cited = {replace(reference, start=None, end=None) for reference in written.references}
    uncited = [reference for reference in dict.fromkeys(listed.values()) if reference not in cited]
    return fields.document(input, record, fields.present({**values, "text": written.text}), (*placed, *uncited))
