"""What a document's own record says, as assertions: whom it cites, who wrote it, what its fields declare."""

from collections.abc import Iterator
from dataclasses import replace

from begat.graph import ids
from begat.graph.model import Assertion, Document, Evidence, Mention, Mined, Reference, Section, Thing
from begat.graph.names import fold
from begat.graph.vocabulary import NodeType, Origin, Relation

SECTION = "section:"
"""How the key of a paper begins that a section of a page is about if the graph has one paper alone of its title."""
SECTION_RULE = "section-title"
_TELLING_WORDS = 3
_TELLING_LETTERS = 15
"""Words and letters from which the title of a section may be that of a paper."""


def complete(document: Document, mined: Mined) -> Mined:
    """What was mined, with what the record declares and, where the miner left it out, INTRODUCES and MENTIONS."""
    found = [_of_section(document, assertion) for assertion in mined.assertions]
    return replace(mined, assertions=(*found, *_of_record(document), *_of_mentions(document, mined)))


def reference_key(reference: Reference) -> str:
    """The paper key of a reference, the best it has."""
    if reference.arxiv:
        return f"arxiv:{reference.arxiv}"
    if reference.doi:
        return f"doi:{reference.doi.lower()}"
    if reference.url:
        return url_key(reference.url)
    return f"title:{fold(reference.title or '')}"


def url_key(url: str) -> str:
    """The paper key of a link: of the arXiv id or DOI in it, else of the link itself."""
    if arxiv := ids.arxiv_id(url):
        return f"arxiv:{arxiv}"
    if doi := ids.doi(url):
        return f"doi:{doi}"
    return f"url:{url}"


def _of_record(document: Document) -> Iterator[Assertion]:
    for reference in document.references:
        cited = Thing(NodeType.PAPER, reference_key(reference))
        rule = f"reference-{reference.intent}" if reference.intent else "reference"
        yield _declared(document.thing, Relation.CITES, cited, _where(document, reference), rule)
    for section in _titled(document):
        cited = Thing(NodeType.PAPER, section_key(section.title or ""))
        start = document.text.find(section.title or "", section.start, section.end)
        if start >= 0:
            evidence = Evidence.of(document, start, start + len(section.title or ""))
            yield _declared(document.thing, Relation.CITES, cited, evidence, SECTION_RULE)
    for author in dict.fromkeys(document.authors):
        if author.strip():
            evidence = Evidence(0, len(author), author, "field:authors")
            yield _declared(
                document.thing, Relation.AUTHORED_BY, Thing(NodeType.AUTHOR, author.strip()), evidence, "author"
            )
    for item in document.declared:
        evidence = Evidence(0, len(item.value), item.value, f"field:{item.field}")
        yield _declared(item.subject or document.thing, item.relation, item.object, evidence, f"field-{item.field}")


def _where(document: Document, reference: Reference) -> Evidence:
    """The link's place in the text; where a field gives the reference, the field's value."""
    if reference.start is not None and reference.end is not None:
        quote = document.text[reference.start : reference.end]
        return Evidence(reference.start, reference.end, quote)  # checked with all others when it is written
    value = reference.arxiv or reference.doi or reference.url or reference.title or ""
    return Evidence(0, len(value), value, "field:references")


def _declared(subject: Thing, relation: Relation, object_: Thing, evidence: Evidence, rule: str) -> Assertion:
    return Assertion(subject, relation, object_, evidence, rule, 1.0, Origin.DECLARED)


def _of_mentions(document: Document, mined: Mined) -> Iterator[Assertion]:
    """One assertion for each thing mentioned: by its first introducing mention, else by its first."""
    said = {a.object for a in mined.assertions if a.relation in (Relation.INTRODUCES, Relation.MENTIONS)}
    by_thing: dict[Thing, list[Mention]] = {}
    for mention in mined.mentions:
        if mention.thing not in said:
            by_thing.setdefault(mention.thing, []).append(mention)
    for thing, mentions in by_thing.items():
        introducing = [m for m in mentions if m.introduced]
        first = (introducing or mentions)[0]
        relation = Relation.INTRODUCES if introducing else Relation.MENTIONS
        confidence = max(m.confidence for m in introducing or mentions)
        evidence = Evidence(first.start, first.end, first.written, first.part)
        subject = _about(document, evidence) if introducing else document.thing
        yield Assertion(subject, relation, thing, evidence, relation.lower(), confidence)


def _of_section(document: Document, assertion: Assertion) -> Assertion:
    """What a page says to be introduced, as said of the paper that its section is about."""
    if assertion.relation is not Relation.INTRODUCES or assertion.subject != document.thing:
        return assertion
    return replace(assertion, subject=_about(document, assertion.evidence))


def _about(document: Document, place: Evidence) -> Thing:
    """The paper that the text around a place is about: its section's, else the document's own."""
    if place.part == "text":
        for section in document.sections:
            if section.start <= place.start < section.end and (key := _key_of(section)):
                return Thing(NodeType.PAPER, key)
    return document.thing


def _key_of(section: Section) -> str | None:
    if section.arxiv or section.doi:
        return f"arxiv:{section.arxiv}" if section.arxiv else f"doi:{section.doi}"
    title = section.title or ""
    telling = len(title.split()) >= _TELLING_WORDS and len(fold(title)) >= _TELLING_LETTERS
    return section_key(title) if telling else None


def _titled(document: Document) -> Iterator[Section]:
    """The sections that give only what may be a paper's title, the first of each title."""
    met: set[str | None] = set()
    for section in document.sections:
        key = _key_of(section)
        if key and key.startswith(SECTION) and key not in met:
            met.add(key)
            yield section


def section_key(title: str) -> str:
    """The paper key of a section that gives only a title."""
    return f"{SECTION}{fold(title)}"
