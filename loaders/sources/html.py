"""HTML pages: their main text by trafilatura, their headings and links with their places in that text."""

import logging
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any

from begat.graph import ids
from begat.graph.model import Document, Reference
from begat.loaders.sources import dates, people
from begat.loaders.sources.gathered import Gathered
from begat.loaders.sources.input import Input, storable
from begat.loaders.sources.links import references_in
from begat.loaders.sources.outline import Heading, sections, titled
from begat.loaders.sources.source import Source

_HTML = re.compile(r"\s*(<\?xml[^>]*>\s*)?(<!--.*?-->\s*)*<(!doctype\s+html|html|head|body)\b", re.I | re.S)
_FRAGMENT = re.compile(
    r"\s*<(p|div|h[1-6]|article|section|main|ul|ol|table|meta|title)\b.*</(p|div|h[1-6]|article|li)>", re.I | re.S
)
_CHARSET = re.compile(rb"<meta[^>]{0,200}charset\s*=\s*[\"']?\s*([\w.:-]+)", re.I)
_BLOCKS = {"p", "head", "item", "row", "quote", "table", "list", "lb"}
_OPEN, _NUMBERED, _CLOSE = "\ue000", "\ue001", "\ue002"
_MARKS = re.compile(f"[{_OPEN}{_NUMBERED}{_CLOSE}]")
_MARK = re.compile(f"{_OPEN}(\\d{{1,9}}){_NUMBERED}|{_CLOSE}")
"""Where a link to a paper begins and ends, in characters that have no meaning of their own."""
_NO_XML = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]")
_DATES = {"original_date": True, "extensive_search": False, "max_date": "2999-12-31"}
"""How trafilatura looks for a page's date: where it is said, and without regard to the day of reading."""


def _is_html(input: Input) -> bool:
    return bool(_HTML.match(input.opening) or _FRAGMENT.match(input.opening[:50_000]))


def _html(input: Input) -> Iterator[Document]:
    markup = _markup(input)
    if markup is None or not markup.strip():
        return
    try:
        document = _document(input, markup)
    except (RecursionError, ValueError):  # nested too deeply, or not what lxml takes for HTML
        document = None
    if document:
        yield document
    else:
        input.report.error("", "no main text found in the HTML: passed over; try --format page")


def _markup(input: Input) -> str | None:
    """The page's source text, in the encoding that it declares where it has no byte order mark."""
    declared = _CHARSET.search(input.head[:4096])
    if declared:
        input.declare(declared[1].decode("ascii"))
    return input.whole()


def _document(input: Input, markup: str) -> Document | None:
    import trafilatura  # heavy: only when needed

    tree = _tree(_MARKS.sub("", markup))
    if tree is None:
        return None
    _clean(tree)
    cited = _citation(tree)
    targets = _mark_links(tree)
    page = trafilatura.bare_extraction(
        tree, include_comments=False, include_images=False, include_formatting=True, favor_recall=True,
        with_metadata=True, date_extraction_params=dict(_DATES),
    )  # fmt: skip
    known = page if isinstance(page, trafilatura.settings.Document) else None  # a dict only when asked for
    written = _Written(known.body if known else None, targets)
    if "title" in cited:
        return _paper(input, cited, written)
    if known is None or not written.text.strip():
        return None
    links = sorted([*written.links, *_unlinked(written)], key=lambda link: link.start or 0)
    parts = sections(written.text, written.headings, links)
    return Document(
        id=input.stem,
        text=written.text,
        title=_line(known.title),
        authors=people.names(_line(known.author) or ""),
        date=dates.iso(known.date) if known.date else None,
        url=_line(known.url),
        references=(*titled(links, parts), *_only_elsewhere(targets, links)),
        sections=parts,
        paper=False,
        source=input.source,
    )


def _tree(markup: str) -> Any:
    """The elements of a page, or of a fragment: one that is a single paragraph is nothing to the library."""
    from trafilatura.utils import load_html

    tree = load_html(markup)
    return load_html(f"<html><body>{markup}</body></html>") if tree is None and _FRAGMENT.match(markup) else tree


def _clean(tree: Any) -> None:
    """Take out characters that the parser lets in (`&#1;`) but nobody may put into a tree again."""
    for element in tree.iter():
        if element.text:
            element.text = _NO_XML.sub("", element.text)
        if element.tail:
            element.tail = _NO_XML.sub("", element.tail)


def _citation(tree: Any) -> dict[str, list[str]]:
    """What a publisher's page says of its paper in `<meta name="citation_…">`, by the last part of the name.

    These are the tags that Google Scholar asks for (https://scholar.google.com/intl/en/scholar/inclusion.html).
    """
    said: dict[str, list[str]] = {}
    for tag in tree.iter("meta"):
        name, content = (tag.get("name") or "").lower(), storable(tag.get("content") or "").strip()
        if name.startswith("citation_") and content:
            said.setdefault(name.removeprefix("citation_"), []).append(content)
    return said


def _paper(input: Input, cited: Mapping[str, Sequence[str]], written: "_Written") -> Document:
    """The paper that a publisher's page is about: its abstract where the page gives it, else the page's main text."""

    def first(*names: str) -> str | None:
        return next((cited[name][0] for name in names if name in cited), None)

    arxiv, doi = ids.arxiv_id(first("arxiv_id") or ""), ids.doi(first("doi") or "")
    abstract = first("abstract")
    text = abstract or written.text
    references = references_in(text) if abstract else written.links
    return Document(
        id=arxiv or doi or input.stem,
        text=text,
        title=_line(first("title")),
        authors=people.names([*cited.get("author", ())]),
        date=dates.iso(first("publication_date", "date", "online_date") or ""),
        venue=_line(first("journal_title", "conference_title")),
        url=_line(first("abstract_html_url", "public_url")),
        arxiv=arxiv,
        doi=doi,
        references=tuple(r for r in references if not {r.arxiv, r.doi} & {arxiv or "", doi or ""}),
        source=input.source,
    )


def _mark_links(tree: Any) -> list[Reference]:
    """Turn links to papers into text between marks; what each mark's number points to.

    Main texts hold few links, so paragraphs and lists of nothing else would be taken for navigation and lost.
    """
    targets: list[Reference] = []
    for link in list(tree.iter("a")):
        for _, _, arxiv, doi in ids.cited(link.get("href") or ""):
            link.tag = "span"
            link.text = f"{_OPEN}{len(targets)}{_NUMBERED}{link.text or ''}"
            if len(link):
                link[-1].tail = f"{link[-1].tail or ''}{_CLOSE}"
            else:
                link.text += _CLOSE
            targets.append(Reference(arxiv=arxiv, doi=doi))
            break
    return targets


def _line(text: str | None) -> str | None:
    return " ".join(_MARK.sub("", storable(text or "")).split()) or None


class _Written:
    """The text of trafilatura's tree, written out: a block a line, with the places of headings and links."""

    def __init__(self, body: Any, targets: Sequence[Reference]) -> None:
        self._targets = targets
        self._opened: list[tuple[Reference, int]] = []
        self.headings: list[Heading] = []
        self.links: list[Reference] = []
        self._gathered = Gathered()
        if body is not None:
            self._write(body)
        self.text = self._gathered.text
        self.headings.sort(key=lambda heading: heading.start)

    def _write(self, element: Any) -> None:
        """Write an element, all that is in it, and the text after it."""
        if element.tag in _BLOCKS:
            self._gathered.part("\n")
        if element.tag == "item":
            self._add("- ")
        start, links_before = self._gathered.length, len(self.links)
        self._add(element.text)
        for child in element:
            self._write(child)
        self._note(element, start, links_before)
        if element.tag in _BLOCKS:
            self._gathered.part("\n")
        elif element.tag == "cell":
            self._add(" | ")
        self._add(element.tail)

    def _note(self, element: Any, start: int, links_before: int) -> None:
        """Remember an element that was written from `start` on where it is a link or a heading."""
        if element.tag == "head":
            rank = (element.get("rend") or "h2")[-1:]
            title = self._between(start, self._gathered.end)
            if title:
                self.headings.append(Heading(start, self._gathered.end, title, int(rank) if rank.isdigit() else 2))
        elif element.tag == "item" and len(self.links) > links_before:
            link = self.links[links_before]
            title = self._between(link.start or 0, link.end or 0)
            if link.start == start and len(title.split()) >= 3:  # a reading in a list
                self.headings.append(Heading(start, link.end or start, title, until=self._gathered.end))

    def _between(self, start: int, end: int) -> str:
        return self._gathered.text[start:end].strip()

    def _add(self, text: str | None) -> None:
        """Write inline text, in which marks tell where links begin and end."""
        at = 0
        text = text or ""
        for mark in _MARK.finditer(text):
            self._gathered.words(text[at : mark.start()])
            self._link(mark[1])
            at = mark.end()
        self._gathered.words(text[at:])

    def _link(self, number: str | None) -> None:
        """A link begins here, or ends."""
        if number is not None and int(number) < len(self._targets):  # a page may hold such characters itself
            self._opened.append((self._targets[int(number)], self._gathered.length))
        elif number is None and self._opened:
            target, start = self._opened.pop()
            end = self._gathered.end
            if start < end:
                self.links.append(replace(target, start=start, end=end))


def _unlinked(written: _Written) -> Iterator[Reference]:
    """Papers that the text names by id or address without a link."""
    taken = [(link.start or 0, link.end or 0) for link in written.links]
    for reference in references_in(written.text):
        if not any(start <= (reference.start or 0) < end for start, end in taken):
            yield reference


def _only_elsewhere(targets: Sequence[Reference], links: Sequence[Reference]) -> Iterator[Reference]:
    """Papers that the page links to outside of its main text, each once."""
    seen = {link.arxiv or link.doi for link in links}
    for target in targets:
        if (target.arxiv or target.doi) not in seen:
            seen.add(target.arxiv or target.doi)
            yield target


for _library in ("trafilatura", "htmldate", "courlan", "justext", "readability"):
    logging.getLogger(_library).addHandler(logging.NullHandler())  # what goes wrong is told as a problem


HTML = Source("html", "an HTML page", _is_html, _html)
