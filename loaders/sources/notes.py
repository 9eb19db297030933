"""A reader's own notes in the export of a library: kept as text below the abstract."""

import re
from collections.abc import Iterable
from html import unescape

from begat.loaders.sources.input import storable

_TAG = re.compile(r"</?[a-zA-Z][^<>]{0,2000}>")
_BLOCK = re.compile(r"</(p|div|h[1-6]|li|blockquote)>|<br\s*/?>", re.I)
_FIELD = re.compile(r"\s*([\w .-]{1,40}:\s*\S{0,300}|comments?:.*|arxiv:.*|.{0,12}citations? .*)\s*", re.I)
"""A line that a program wrote: `Citation Key: x`, `arXiv:2311.11045 [cs]`."""


def with_notes(abstract: str, notes: Iterable[object]) -> str:
    """An abstract with the prose of a reader's notes below it, each a paragraph; the abstract itself is untouched."""
    prose = [words for note in notes if (words := prose_of(note))]
    return "\n\n".join([abstract, *prose]) if abstract.strip() else "\n\n".join(prose)


def prose_of(note: object) -> str:
    """A note (text, HTML, or an object that holds one) without markup and without lines that programs wrote.

    >>> prose_of("<p>Read it <b>again</b>.</p>")
    'Read it again.'
    >>> prose_of("Citation Key: bird2024")
    ''
    """
    if isinstance(note, dict):
        note = note.get("note")
    if not isinstance(note, str):
        return ""
    text = unescape(_TAG.sub("", _BLOCK.sub("\n", note))) if _TAG.search(note) else note
    lines = (" ".join(line.split()) for line in storable(text).split("\n"))
    return "\n".join(line for line in lines if line and not _FIELD.fullmatch(line))
