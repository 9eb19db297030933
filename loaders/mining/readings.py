"""From a document to what mining reads: one Reading for a paper, one for each section of a page."""

from begat.graph.model import Document, Section, Thing
from begat.graph.vocabulary import NodeType
from begat.loaders.mining.reading import Reading
from begat.loaders.mining.repair import repair
from begat.loaders.mining.sentences import sentences


def readings(document: Document) -> list[Reading]:
    """What there is to read in a document.

    A paper is one reading: its title and text. A page with sections gives one for each, with the section's
    heading as title and the paper it links to as what it is about; whatever no section holds is about the page.
    """
    if not document.sections:
        return [_whole(document)]
    found, at = [], 0
    for section in sorted(document.sections, key=lambda s: s.start):
        if document.text[at : section.start].strip():
            found.append(_part(document, at, section.start, None, document.thing))
        found.append(_part(document, section.start, section.end, section.title, _about(document, section)))
        at = max(at, section.end)
    if document.text[at:].strip():
        found.append(_part(document, at, len(document.text), None, document.thing))
    return found


def _about(document: Document, section: Section) -> Thing:
    if section.arxiv:
        return Thing(NodeType.PAPER, f"arxiv:{section.arxiv}")
    if section.doi:
        return Thing(NodeType.PAPER, f"doi:{section.doi}")
    return document.thing


def _whole(document: Document) -> Reading:
    title = (document.title or "").strip()
    if not title or _heads(title, document.text):
        return _part(document, 0, len(document.text), title or None, document.thing)
    fixed = repair(document.title or "")
    body = repair(document.text, fixed.text)
    end = len(document.title or "")
    origins = (*(-1 - at for at in fixed.origins[:-1]), -1 - end, *body.origins)
    text = f"{_flat(fixed.text)}\n{body.text}"
    return Reading(document, document.thing, text, sentences(text, len(fixed.text)), origins)


def _part(document: Document, start: int, end: int, title: str | None, about: Thing) -> Reading:
    """The reading of `text[start:end]`; its first line is the title where it repeats `title`."""
    fixed = repair(document.text[start:end])
    origins = tuple(start + at for at in fixed.origins)
    first = 0
    if title and _heads(title, fixed.text):
        line = fixed.text.find("\n", len(fixed.text) - len(fixed.text.lstrip()))
        first = line if line >= 0 else len(fixed.text)
    return Reading(document, about, fixed.text, sentences(fixed.text, first), origins)


def _heads(title: str, text: str) -> bool:
    """Whether the text's first line is the title itself."""
    line = text.lstrip().split("\n", 1)[0]
    return "".join(line.split()).strip("#*-. ").casefold() == "".join(title.split()).strip("#*-. ").casefold()


def _flat(title: str) -> str:
    return title.replace("\n", " ")
