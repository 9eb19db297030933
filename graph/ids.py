"""Identifiers of papers: built, parsed and validated here and nowhere else.

arXiv: new style `YYMM.NNNNN` (four digits after the point until 2014-12), old style `archive/YYMMNNN` or
`archive.SC/YYMMNNN` until 2007-03, each with an optional version `vN`, which is not part of who a paper is
(https://info.arxiv.org/help/arxiv_identifier.html). DOI: `10.PREFIX/SUFFIX`, case-insensitive, kept lower case
(https://www.doi.org/doi-handbook/).
"""

import re
from urllib.parse import quote

_NEW = r"(?P<new>\d{2}(?:0[1-9]|1[0-2])\.\d{4,5})"
_OLD = r"(?P<old>[a-z-]{2,10}(?:\.[A-Z]{2})?/\d{2}(?:0[1-9]|1[0-2])\d{3})"
_ARXIV = re.compile(rf"(?:arxiv:\s*)?(?:{_NEW}|{_OLD})(?:v\d+)?", re.IGNORECASE)
ARXIV_LINK = re.compile(
    rf"(?:https?://)?(?:www\.|export\.)?(?:arxiv\.org|ar5iv\.org|ar5iv\.labs\.arxiv\.org)/(?:abs|pdf|html|format)/(?:{_NEW}|{_OLD})(?:v\d+)?(?:\.pdf)?",
    re.IGNORECASE,
)
"""A link to a paper on arXiv; groups `new` and `old` hold the id."""
_DOI = re.compile(r"(?:https?://(?:dx\.)?doi\.org/|doi:\s*)?(10\.\d{4,9}/\S+)", re.IGNORECASE)


def arxiv_id(text: str) -> str | None:
    """The versionless arXiv id that `text` is (an id, `arXiv:ID` or a link), or None.

    >>> arxiv_id("arXiv:2311.11045v2")
    '2311.11045'
    """
    text = text.strip()
    found = _ARXIV.fullmatch(text) or ARXIV_LINK.fullmatch(text)
    if not found:
        return None
    if found["new"]:
        return found["new"]
    archive, number = found["old"].split("/")
    return f"{archive.split('.')[0].lower()}/{number}"


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


def paper_node_id(key: str) -> str:
    """The node id of a paper key: `arxiv:2311.11045` → `arxiv-2311.11045`, safe in an IRI."""
    kind, _, rest = key.partition(":")
    return f"{kind}-{quote(rest.replace('/', '_') if kind == 'arxiv' else rest, safe='-._~')}"
