"""Identifiers of papers: built, parsed and validated here and nowhere else.

arXiv: new style `YYMM.NNNNN` (four digits after the point until 2014-12), old style `archive/YYMMNNN` or
`archive.SC/YYMMNNN` until 2007-03, each with an optional version `vN`, which is not part of who a paper is
(https://info.arxiv.org/help/arxiv_identifier.html). DOI: `10.PREFIX/SUFFIX`, case-insensitive, kept lower case
(https://www.doi.org/doi-handbook/).
"""

import re
from collections.abc import Iterator
from urllib.parse import quote

_NEW = r"\d{2}(?:0[1-9]|1[0-2])\.\d{4,5}"
_ARCHIVES = (  # the list is closed: old-style ids ended in 2007
    "acc-phys|adap-org|alg-geom|ao-sci|astro-ph|atom-ph|bayes-an|chao-dyn|chem-ph|cmp-lg|comp-gas|cond-mat|cs|dg-ga"
    "|funct-an|gr-qc|hep-ex|hep-lat|hep-ph|hep-th|math|math-ph|mtrl-th|nlin|nucl-ex|nucl-th|patt-sol|physics|plasm-ph"
    "|q-alg|q-bio|quant-ph|solv-int|stat|supr-con"
)
_OLD = rf"(?:{_ARCHIVES})(?:\.[A-Z]{{2}})?/\d{{2}}(?:0[1-9]|1[0-2])\d{{3}}"
_ID = rf"(?P<id>{_NEW}|{_OLD})(?:v\d+)?"
_DOI_PREFIX = r"(?:(?:https?://)?(?:dx\.)?doi\.org/|doi:\s*)"
_ARXIV = re.compile(rf"(?:arxiv:\s*|{_DOI_PREFIX}?10\.48550/arxiv\.)?{_ID}", re.IGNORECASE)
_ARXIV_LINK = re.compile(
    r"(?:https?://)?(?:(?:(?:www|export)\.)?arxiv\.org/(?:abs|pdf|html|format)/|huggingface\.co/papers/"
    rf"|ar5iv\.(?:labs\.arxiv\.)?org/(?:abs|html)/){_ID}(?:\.pdf)?",
    re.IGNORECASE,
)
_DOI = re.compile(rf"{_DOI_PREFIX}?(10\.\d{{4,9}}/\S+)", re.IGNORECASE)
_CITED = re.compile(
    rf"{_ARXIV_LINK.pattern}|\barxiv:\s?(?:{_NEW})(?:v\d+)?|{_DOI_PREFIX}10\.\d{{4,9}}/[^\s\"<>]{{1,300}}",
    re.IGNORECASE,
)
_CITED_HINTS = ("arxiv", "ar5iv", "doi", "huggingface.co/papers")


def arxiv_id(text: str) -> str | None:
    """The versionless arXiv id that `text` is (an id, `arXiv:ID` or a link), or None.

    >>> arxiv_id("arXiv:2311.11045v2")
    '2311.11045'
    """
    text = text.strip()
    found = _ARXIV.fullmatch(text) or _ARXIV_LINK.fullmatch(text)
    if not found:
        return None
    archive, slash, number = found["id"].rpartition("/")
    return f"{archive.split('.')[0].lower()}{slash}{number}"


def arxiv_date(identifier: str) -> str | None:
    """The month in which an arXiv id was given ("2023-11"), which the id itself says."""
    digits = re.search(r"(\d{2})(\d{2})(?:\.\d{4,5}|\d{3})$", identifier)
    if not digits:
        return None
    year = int(digits[1])
    return f"{1900 + year if year >= 91 else 2000 + year}-{digits[2]}"


def doi(text: str) -> str | None:
    """The lower-case DOI that `text` is (bare, `doi:…` or a link), or None."""
    found = _DOI.fullmatch(text.strip())
    return found[1].rstrip(".,;").lower() if found else None


def cited(text: str) -> Iterator[tuple[int, int, str | None, str | None]]:
    """Each place where `text` points to a paper, in order: start, end, arXiv id or None, DOI or None.

    >>> list(cited("See https://arxiv.org/abs/2311.11045v2."))
    [(4, 38, '2311.11045', None)]
    """
    lowered = text.lower()
    if not any(hint in lowered for hint in _CITED_HINTS):  # most texts point nowhere, and this is quick to see
        return
    for found in _CITED.finditer(text):
        written = _without_closing_marks(found[0])
        arxiv = arxiv_id(written)
        yield found.start(), found.start() + len(written), arxiv, None if arxiv else doi(written)


def _without_closing_marks(link: str) -> str:
    """`link` without the marks of the sentence around it; a DOI may hold brackets, but only in pairs."""
    while link[-1] in ".,;:!?'*_" or any(
        link[-1] == shut and link.count(shut) > link.count(opened) for opened, shut in ("()", "[]", "{}")
    ):
        link = link[:-1]
    return link


def paper_node_id(key: str) -> str:
    """The node id of a paper key: `arxiv:2311.11045` → `arxiv-2311.11045`, safe in an IRI."""
    kind, _, rest = key.partition(":")
    return f"{kind}-{quote(rest.replace('/', '_') if kind == 'arxiv' else rest, safe='-._~')}"
