"""What a source is: a name, a way to recognise it by its content, a way to read it."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from begat.graph.model import Document
from begat.loaders.sources.input import Input


@dataclass(frozen=True, slots=True)
class Source:
    """One format. `sniff` looks at an input's head or opening only; `documents` streams what it holds."""

    name: str
    what: str
    """What it is, for a list of formats."""
    sniff: Callable[[Input], bool]
    documents: Callable[[Input], Iterator[Document]]
    binary: bool = False
