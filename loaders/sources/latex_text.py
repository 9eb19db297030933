"""Words that were written in LaTeX, as plain text: accents, dashes, quotes; formulas stay as they are written."""

import logging
import re
from functools import cache
from typing import Any

_MARKED = re.compile(r"[\\{}$~]|``|''|--")
_COMMENT = re.compile(r"(?<!\\)%")
_PARAGRAPH = re.compile(r"\n[ \t]*\n\s*")
_DEEPEST = 100
_LONGEST = 1 << 20

logging.getLogger("pylatexenc").addHandler(logging.NullHandler())


def plain(written: str) -> str:
    """`written` without LaTeX's markup; unchanged where it is nested beyond reason.

    >>> plain(r"Sch\\"olkopf's {BERT}")
    "Schölkopf's BERT"
    """
    if not _MARKED.search(written) or len(written) > _LONGEST or written.count("{") - written.count(r"\{") > 5000:
        return written
    if deepest(written) > _DEEPEST:
        return written
    try:
        return str(_converter().latex_to_text(_COMMENT.sub(r"\\%", written)))
    except (RecursionError, ValueError, IndexError, TypeError):  # what the parser makes of broken markup
        return written


def plain_text(source: str) -> str:
    """A longer piece of LaTeX as text, part by part, so that one broken paragraph does not cost the others."""
    return "\n\n".join(filter(None, (plain(part).strip() for part in _PARAGRAPH.split(source))))


def deepest(written: str) -> int:
    """How deep the braces and environments of `written` are nested at most."""
    depth = most = 0
    for mark in re.finditer(r"[{}]|\\begin\b|\\end\b", written):
        depth += 1 if mark[0] in ("{", r"\begin") else -1
        most = max(most, depth)
    return most


@cache
def _converter() -> Any:
    from pylatexenc.latex2text import LatexNodes2Text

    return LatexNodes2Text(math_mode="verbatim", keep_comments=False, strict_latex_spaces=False)
