"""A page of text: a blog post or a course page, plain or in Markdown. Its text is kept as it is, marks and all.

Markdown tells its headings. In plain text a heading is a line of its own that looks like one; where a page
breaks its lines at some width, only a line between blank ones can be.
"""

import re
from collections.abc import Iterator, Sequence
from itertools import pairwise, zip_longest
from typing import NamedTuple

from begat.graph import ids
from begat.graph.model import Document, Reference
from begat.loaders.sources import dates, people
from begat.loaders.sources.input import Input
from begat.loaders.sources.links import references_in, wiki_links
from begat.loaders.sources.outline import Heading, sections, titled
from begat.loaders.sources.source import Source

_LINE = re.compile(r"[^\n]+")
_BULLET = re.compile(r"(?P<indent>[ \t]*)(?:[-*+•‣–]|\d{1,3}[.)])(?:[ \t]+|$)")
_ATX = re.compile(r" {0,3}(#{1,6})[ \t]+(\S.*)")
_UNDERLINE = re.compile(r" {0,3}(=+|-{3,})\s*")
_FENCE = re.compile(r" {0,3}(```|~~~)")
_BOLD = re.compile(r"\s*(\*\*|__)(?!\s)([^*_]+)(?<!\s)\1:?\s*")
_MARKDOWN_LINK = re.compile(r"!?\[([^\[\]]*)\]\(\s*<?([^()\s>]*(?:\([^()]*\)[^()\s>]*)*)>?[^()]*\)")
_FRONT_MATTER = re.compile(r"\s*---\r?\n(.*?)\n---\s*\n", re.DOTALL)
_FRONT_FIELD = re.compile(r"^(title|date|authors?):[ \t]*(.+)$", re.MULTILINE | re.IGNORECASE)

_LABEL = re.compile(r"[a-z][a-z ]{2,20}:\s+(?=[^\sa-z])")  # "related: Some Paper"
_BYLINE = re.compile(r"(posted|written|published|updated|edited|by)\b", re.IGNORECASE)
_SENTENCES = re.compile(r"[a-z]{3,}[.!?]\s+[A-Z].*[a-z]{3}")


class _Line(NamedTuple):
    start: int
    end: int
    text: str
    """Without the white space around it."""
    bullet: re.Match[str] | None
    gap: bool
    """Whether a blank line (or nothing) is before it."""
    item: bool
    """Whether it is the text of a bullet that stands alone on the line before."""


def _is_page(input: Input) -> bool:
    return not input.opening.lstrip().startswith(("<?xml", "<rss", "<feed"))


def _page(input: Input) -> Iterator[Document]:
    text = input.whole()
    if text is not None and text.strip():
        yield document(input, text)


def document(input: Input, text: str) -> Document:
    """The page `text` as a Document, with its sections and what it points to."""
    front = _FRONT_MATTER.match(text)
    facts = {name.lower().rstrip("s"): value.strip().strip("\"'") for name, value in _front_fields(front)}
    lines = list(_lines(text, front.end() if front else 0))
    headings = list(_markdown_headings(lines)) or list(_plain_headings(lines))
    headings = sorted([*headings, *_listed_readings(text, lines, headings)], key=lambda heading: heading.start)
    written = references_in(text)
    taken = [(link.start or 0, link.end or 0) for link in written]
    links = sorted(
        [*written, *(w for w in wiki_links(text) if not _within(w, taken))], key=lambda link: link.start or 0
    )
    parts = sections(text, headings, links)
    return Document(
        id=input.stem,
        text=text,
        title=facts.get("title") or _title(lines, headings),
        authors=people.names(facts.get("author", "")),
        date=dates.iso(facts["date"]) if "date" in facts else None,
        references=titled(links, parts),
        sections=parts,
        paper=False,
        source=input.source,
    )


def _within(link: Reference, taken: Sequence[tuple[int, int]]) -> bool:
    """Whether a link holds one that is known already (`[[arXiv:2311.11045]]`)."""
    return any((link.start or 0) <= start and end <= (link.end or 0) for start, end in taken)


def _front_fields(front: re.Match[str] | None) -> list[tuple[str, str]]:
    return _FRONT_FIELD.findall(front[1]) if front else []


def _title(lines: Sequence[_Line], headings: Sequence[Heading]) -> str | None:
    """A heading of the first rank, or one that opens the page."""
    first = next((heading for heading in headings if heading.level == 1), None)
    if first is None and headings and headings[0].start <= lines[0].start:
        first = headings[0]
    return first.title if first else None


def _lines(text: str, start: int) -> Iterator[_Line]:
    """The lines of `text` that hold something, from `start` on; code between fences is left out."""
    before, alone, fenced = start, False, False
    for found in _LINE.finditer(text, start):
        line = found[0]
        if _FENCE.match(line):
            fenced = not fenced
        if not fenced and line.strip():
            gap = before == start or text.count("\n", before, found.start()) > 1
            bullet = _BULLET.match(line)
            yield _Line(found.start(), found.end(), line.strip(), bullet, gap, alone)
            alone = bool(bullet and bullet.end() == len(line.rstrip()))
            before = found.end()


# -- headings ----------------------------------------------------------------------------------------------


def _markdown_headings(lines: Sequence[_Line]) -> Iterator[Heading]:
    for line, below in zip_longest(lines, lines[1:]):
        atx, bold = _ATX.fullmatch(line.text), _BOLD.fullmatch(line.text)
        if atx:
            yield Heading(line.start, line.end, _plain(atx[2].rstrip("# ")), len(atx[1]))
        elif below and not below.gap and not line.bullet and line.gap and _UNDERLINE.fullmatch(below.text):
            yield Heading(line.start, below.end, _plain(line.text), 1 if below.text.startswith("=") else 2)
        elif bold and not line.bullet and below:
            yield Heading(line.start, line.end, _plain(bold[2]), 6)


def _plain_headings(lines: Sequence[_Line]) -> Iterator[Heading]:
    broken = _breaks_its_lines(lines)
    for line, below in zip_longest(lines, lines[1:]):
        title = _without_label(_without_link(line.text))
        if below is None or line.bullet or line.item or not _like_a_heading(title):
            continue
        if (line.gap and (below.gap or below.bullet)) if broken else not _runs_on(line, below):
            yield Heading(line.start, line.end, title.rstrip(": "))


def _breaks_its_lines(lines: Sequence[_Line]) -> bool:
    """Whether sentences run over the ends of lines."""
    running = sum(_runs_on(line, below) for line, below in pairwise(lines))
    return running * 8 > len(lines)


def _runs_on(line: _Line, below: _Line) -> bool:
    return (
        not below.gap and not below.bullet and line.text[-1] not in ".!?:;" and _without_label(below.text)[0].islower()
    )


def _like_a_heading(line: str) -> bool:
    words = line.split()
    return (
        0 < len(words) <= 20
        and len(line) <= 150
        and (line[0].isupper() or line[0].isdigit() or line[0] in "“\"'(@")
        and line[-1] not in ".,;!"
        and (line[-1] != ":" or len(words) <= 4)
        and line.count(",") <= 2
        and "://" not in line
        and not _BYLINE.match(line)
        and not _SENTENCES.search(line)
    )


def _without_label(line: str) -> str:
    label = _LABEL.match(line)
    return line[label.end() :] if label else line


def _without_link(line: str) -> str:
    """A heading's text without the link to its paper at the end."""
    for start, end, _, _ in ids.cited(line):
        if not line[end:].strip(" )].>"):
            return line[:start].rstrip(" (-–—[<:.,")
    return line


def _plain(markdown: str) -> str:
    """A heading's words without Markdown's marks."""
    words = _MARKDOWN_LINK.sub(r"\1", markdown).replace("**", "").replace("__", "").replace("`", "")
    return _without_label(_without_link(words.strip())).strip(": ")


# -- readings in a list ------------------------------------------------------------------------------------


def _listed_readings(text: str, lines: Sequence[_Line], headings: Sequence[Heading]) -> Iterator[Heading]:
    """Items of lists that begin with a paper's title and link to it; what the item says is about that paper."""
    taken = {heading.start for heading in headings}
    for index, line in enumerate(lines):
        title = _listed_title(line) if line.start not in taken else None
        if title:
            yield Heading(line.start, line.end, title, until=_end_of_item(lines, index, taken))


def _listed_title(line: _Line) -> str | None:
    content = line.text[line.bullet.end() - len(line.bullet["indent"]) :] if line.bullet else line.text
    content = content.lstrip("*_ ")
    link = _MARKDOWN_LINK.match(content)
    if link and any(True for _ in ids.cited(link[2])):
        title = link[1].strip("*_ ")
        return title if len(title.split()) >= 3 else None
    if not line.bullet:
        return None
    title = _without_link(content)
    return title if title != content and _like_a_heading(title) and _in_title_case(title) else None


def _in_title_case(title: str) -> bool:
    words = [word for word in title.split() if len(word) > 3]
    return len(title.split()) >= 3 and sum(not word[0].islower() for word in words) * 2 > len(words)


def _end_of_item(lines: Sequence[_Line], index: int, headings: set[int]) -> int:
    """Where the item that begins on a line ends: at the next one of its rank, or where text goes on below the list."""
    indent = _indent(lines[index])
    end = lines[index].end
    for line in lines[index + 1 :]:
        if line.start in headings or (line.bullet and _indent(line) <= indent):
            return line.start
        if line.gap and not line.bullet and not _indent(line):
            return line.start
        end = line.end
    return end


def _indent(line: _Line) -> int:
    return len(line.bullet["indent"]) if line.bullet else 0


PAGE = Source("page", "a page of text, plain or in Markdown: a blog post, a course page", _is_page, _page)
