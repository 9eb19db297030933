"""A list of abstracts as a listing prints them: each on a line that begins `Abstract:`."""

import re
from collections.abc import Iterator

from begat.graph.model import Document
from begat.loaders.sources.input import Input, storable
from begat.loaders.sources.links import references_in
from begat.loaders.sources.source import Source

_ABSTRACT = re.compile(r"\s*abstract\s*:\s*", re.IGNORECASE)


def _is_abstracts(input: Input) -> bool:
    lines = [line for line in input.opening.split("\n") if line.strip()]
    begun = sum(bool(_ABSTRACT.match(line)) for line in lines)
    return bool(lines) and bool(_ABSTRACT.match(lines[0])) and begun * 2 > len(lines)


def _abstracts(input: Input) -> Iterator[Document]:
    """A Document an abstract: its text is what follows `Abstract:`, unrepaired."""
    number = 0
    for line in input.lines():
        if not line.text.strip():
            continue
        label = _ABSTRACT.match(line.text)
        if not label:
            input.report.error(line.place, "does not begin with 'Abstract:': passed over")
            continue
        number += 1
        text = storable(line.text[label.end() :].rstrip())
        if text:
            yield Document(
                id=f"{input.stem}#{number}",
                text=text,
                references=references_in(text),
                source=input.source,
                place=line.place,
            )
        else:
            input.report.error(line.place, "an abstract without a text: passed over")
    if not number:
        input.report.error("", "no line begins with 'Abstract:'; try --format page")


ABSTRACTS = Source("abstracts", "abstracts, a line each, beginning 'Abstract:'", _is_abstracts, _abstracts)
