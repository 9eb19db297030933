"""The outline of a page: its headings, the sections below them, and which paper each section is about."""

import re
from bisect import bisect_left
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from begat.graph.model import Reference, Section

_LINK = re.compile(
    r"!?\[(?P<text>[^\[\]]*)\]\([^()\s]*(?:\([^()]*\)[^()\s]*)*\)|<?https?://\S+|\barxiv:\s?\S+|\bdoi:\s?\S+", re.I
)
_WORD = re.compile(r"\w+")
_LABEL_WORDS = 3
"""A line of nothing but links may have so many words beside them ("Paper:", "code and data")."""


@dataclass(frozen=True, slots=True)
class Heading:
    """A heading in `text[start:end]` (its line). `level` 1 is the highest, 0 unknown.

    `until` is where its section ends at the latest: that of a reading in a list ends with its item.
    """

    start: int
    end: int
    title: str
    level: int = 0
    until: int | None = None


def sections(text: str, headings: Sequence[Heading], references: Sequence[Reference]) -> tuple[Section, ...]:
    """The parts of `text`, which they cover without gap or overlap; () where it has none but its own title.

    `headings` and `references` are in order of their places, and each has one.

    A section is about the paper that its heading links to, else the one that a line of nothing but links below
    it names, else that of a section with the same title, else that of the section above it in rank.
    """
    if all(heading.start == _first_line(text) and not heading.until for heading in headings):
        return ()
    parts = list(_parts(text, headings))
    named = [_about(text, heading, section, references) for heading, section in parts]
    by_title = {_folded(section.title): section for section in reversed(named) if section.arxiv or section.doi}
    known = [_like(section, by_title.get(_folded(section.title))) for section in named]
    return tuple(_inherited([heading for heading, _ in parts], known))


def titled(references: Sequence[Reference], about: Sequence[Section]) -> tuple[Reference, ...]:
    """The references, each with its paper's title where a section below that title is about it."""
    titles = {key: s.title for s in reversed(about) for key in (s.arxiv, s.doi) if key and s.title}
    return tuple(replace(r, title=titles.get(r.arxiv or r.doi or "", r.title)) for r in references)


def _parts(text: str, headings: Sequence[Heading]) -> Iterator[tuple[Heading | None, Section]]:
    """Each section with its heading; text before the first heading has none, text after a listed reading its list's."""
    at = 0
    around: Heading | None = None
    for heading, following in zip(headings, [*headings[1:], None], strict=True):
        if text[at : heading.start].strip():
            yield around, Section(at, heading.start, around.title if around else None)
            at = heading.start
        end = following.start if following else len(text)
        if heading.until is None:
            around = heading
        elif text[heading.until : end].strip():
            end = heading.until
        yield heading, Section(at, end, heading.title)
        at = end
    if text[at:].strip():
        yield around, Section(at, len(text), around.title if around else None)


def _about(text: str, heading: Heading | None, section: Section, references: Sequence[Reference]) -> Section:
    """The section with the paper that it links to as its own."""
    within = _between(references, section.start, section.end)
    in_heading = _between(within, heading.start, heading.end) if heading else []
    own = in_heading or [r for r in within if _stands_alone(text, r)]
    arxivs = {r.arxiv for r in own if r.arxiv}
    dois = {r.doi for r in own if r.doi}
    if len(arxivs) > 1 or len(dois) > 1:  # a list of papers, not one paper's section
        return section
    return replace(section, arxiv=next(iter(arxivs), None), doi=next(iter(dois), None))


def _between(references: Sequence[Reference], start: int, end: int) -> Sequence[Reference]:
    """Those of `references` (in order, each with a place) that stand from `start` to `end`."""
    first = bisect_left(references, start, key=_place)
    return references[first : bisect_left(references, end, first, key=_place)]


def _place(reference: Reference) -> int:
    return reference.start or 0


def _stands_alone(text: str, reference: Reference) -> bool:
    """Whether the line where a reference stands holds nothing but links and their labels."""
    assert reference.start is not None
    start = text.rfind("\n", 0, reference.start) + 1
    end = text.find("\n", reference.start)
    beside = _LINK.sub(lambda link: link["text"] or " ", text[start : end if end >= 0 else len(text)])
    return len(_WORD.findall(beside)) <= _LABEL_WORDS


def _inherited(headings: Sequence[Heading | None], known: Sequence[Section]) -> Iterator[Section]:
    """Sections without a paper of their own take that of the nearest heading above them in rank."""
    above: list[tuple[int, Section]] = []
    for heading, section in zip(headings, known, strict=True):
        level = heading.level if heading else 0
        if level:
            above = [(rank, other) for rank, other in above if rank < level]
            section = _like(section, above[-1][1] if above else None)
            above.append((level, section))
        yield section


def _like(section: Section, other: Section | None) -> Section:
    if other is None or section.arxiv or section.doi:
        return section
    return replace(section, arxiv=other.arxiv, doi=other.doi)


def _folded(title: str | None) -> str:
    return " ".join(_WORD.findall((title or "").casefold())) or "\x00"


def _first_line(text: str) -> int:
    return len(text) - len(text.lstrip())
