"""XML of publishers: parsed as it comes, without entities, DTDs, network or deep trees, and written out as text."""

import re
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import replace
from html import unescape
from typing import Any

from begat.graph.model import Reference
from begat.loaders.sources.gathered import Gathered
from begat.loaders.sources.input import LIMIT, TOO_LONG, Input, storable

_DECLARATION = re.compile(rb"\s*<\?xml[^>]{0,200}?encoding\s*=\s*[\"']([\w.:-]+)")
_ROOT = re.compile(
    r"\ufeff?\s*(?:<\?.*?\?>\s*|<!--.*?-->\s*|<!DOCTYPE[^\[>]*(?:\[.*?\]\s*)?>\s*)*<([\w:.-]+)([^>]*)", re.S
)


def root(input: Input) -> tuple[str, str]:
    """The name and the attributes of an XML input's first element, as written; ("", "") where it is no XML."""
    opening = input.opening[:20_000]
    found = _ROOT.match(opening) if opening.lstrip("\ufeff \t\r\n").startswith("<") else None
    return (found[1], found[2]) if found else ("", "")


def elements(input: Input, name: str) -> Iterator[Any]:
    """Each element called `name` once it is whole; afterwards it is emptied, so that memory does not grow.

    Entities are not resolved, whatever defines them, and nothing is fetched (https://lxml.de/FAQ.html#how-do-i-use-lxml-safely-as-a-web-service-endpoint).
    Damaged XML is told; what can be made out of it is read.
    """
    from lxml import etree

    parser = etree.XMLPullParser(
        events=("end",), tag=(name, f"{{*}}{name}"), encoding="utf-8", resolve_entities=False, no_network=True,
        load_dtd=False, huge_tree=False, recover=True, remove_comments=True, remove_pis=True,
    )  # fmt: skip
    length = 0
    for text in _texts(input):
        parser.feed(text.encode("utf-8", "replace"))
        length += len(text)
        for _, element in parser.read_events():
            length = 0
            yield element
            _forget(element)
        if length > LIMIT:
            input.report.error("", TOO_LONG, what=f"a <{name}>")
            return
    yield from _rest(parser, input)


def fragment(xml: str) -> Any | None:
    """XML without a root of its own (`<jats:p>…</jats:p>`) as one element, read as safely; None where it is none."""
    from lxml import etree

    parser = etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False, huge_tree=False, recover=True)
    whole = f'<fragment xmlns:jats="http://www.ncbi.nlm.nih.gov/JATS1" xmlns:mml="{_MATHML}">{storable(xml)}</fragment>'
    return etree.fromstring(whole.encode(), parser)


_MATHML = "http://www.w3.org/1998/Math/MathML"


def _rest(parser: Any, input: Input) -> Iterator[Any]:
    from lxml import etree

    with suppress(etree.XMLSyntaxError):  # its log has it
        parser.close()
    for _, element in parser.read_events():
        yield element
    errors = [error for error in parser.feed_error_log if error.type_name not in _HARMLESS]
    if errors:
        why = f"{errors[0].message.rstrip()}, line {errors[0].line}"
        input.report.warning("", "damaged XML ({why}): read as far as it can be made out", why=why)


_HARMLESS = {"ERR_UNDECLARED_ENTITY", "WAR_UNDECLARED_ENTITY", "NS_ERR_UNDEFINED_NAMESPACE"}


def _texts(input: Input) -> Iterator[str]:
    """The input's text, in the encoding that its declaration names."""
    declared = _DECLARATION.match(input.head[:400])
    if declared:
        input.declare(declared[1].decode("ascii"))
    for text in input.texts():
        yield text.replace("\x00", "\ufffd")


def _forget(element: Any) -> None:
    """Empty an element, and drop the one of its name before it: what else stands there may hold for all of them."""
    before = element.getprevious()
    element.clear()
    if before is not None and before.tag == element.tag:
        element.getparent().remove(before)


def tag(element: Any) -> str:
    """An element's name without its namespace; "" for what is no element."""
    return element.tag.rpartition("}")[2] if isinstance(element.tag, str) else ""


def find(element: Any, *path: str) -> Any | None:
    """The first element below that is reached by names, each at any depth below the one before."""
    for name in path:
        element = next((e for e in element.iterdescendants() if tag(e) == name), None) if element is not None else None
    return element


def every(element: Any, name: str) -> list[Any]:
    """All elements of a name below."""
    return [e for e in element.iterdescendants() if tag(e) == name] if element is not None else []


def line(element: Any) -> str | None:
    """All text within an element, on one line."""
    return (" ".join("".join(_pieces(element)).split()) or None) if element is not None else None


def _pieces(element: Any) -> Iterator[str]:
    if not isinstance(element.tag, str):
        yield _entity(element)
        return
    yield storable(element.text or "")
    for child in element:
        yield from _pieces(child)
        yield storable(child.tail or "")


def _entity(element: Any) -> str:
    """The character of HTML's names (&eacute;), as publishers' DTDs define them; an entity of the file's own is left out."""
    written = str(getattr(element, "text", "") or "")
    meant = unescape(written) if written.startswith("&") else ""
    return "" if meant == written else meant


class Written:
    """Elements written out as text: a block a paragraph, with the places of the citations.

    `blocks` are the names of elements that begin a paragraph, `skipped` those that are left out; `cited` says what an
    element that is a citation refers to.
    """

    def __init__(
        self, blocks: frozenset[str], skipped: frozenset[str], cited: Callable[[Any], Reference | None]
    ) -> None:
        self._blocks, self._skipped, self._cited = blocks, skipped, cited
        self._gathered = Gathered()
        self.references: list[Reference] = []

    @property
    def text(self) -> str:
        """What was written."""
        return self._gathered.text.strip("\n")

    def write(self, element: Any) -> None:
        """Write an element with all that is in it, but not the text after it."""
        if not isinstance(element.tag, str):
            self._gathered.words(_entity(element))
            return
        name = tag(element)
        if name in self._skipped:
            return
        if name in self._blocks:
            self._gathered.part("\n\n")
        start = self._gathered.length
        self._gathered.words(element.text)
        for child in element:
            self.write(child)
            self._gathered.words(child.tail)
        end = self._gathered.end
        if start < end and (reference := self._cited(element)):
            self.references.append(replace(reference, start=start, end=end))
        if name in self._blocks:
            self._gathered.part("\n\n")
