"""Where a text points to other papers."""

import re
from collections.abc import Iterator, Set

from begat.graph import ids
from begat.graph.model import Reference

_WIKI = re.compile(r"(?<!\\)\[\[([^\[\]|#\n]{1,300})(?:#[^\[\]|\n]{0,300})?(?:\|([^\[\]\n]{0,300}))?\]\]")
_TELLING = 4
"""Words from which the name of a note is taken for a paper's title."""


def references_in(text: str, own: Set[str | None] = frozenset()) -> tuple[Reference, ...]:
    """Each arXiv id and DOI that `text` points to, with its place; `own` are ids that are no reference."""
    own = own - {None}
    return tuple(
        Reference(arxiv=arxiv, doi=doi, start=start, end=end)
        for start, end, arxiv, doi in ids.cited(text)
        if (arxiv or doi) and not {arxiv, doi} & own
    )


def wiki_links(text: str) -> Iterator[Reference]:
    """Each `[[link]]` of a note whose name is a paper's: its arXiv id, its DOI, or its title in full.

    A short name (`[[LoRA]]`) is another note and no paper; what the text says of it is for mining to find.
    """
    for link in _WIKI.finditer(text) if "[[" in text else ():
        name = " ".join(link[1].split("/")[-1].removesuffix(".md").split())
        arxiv, doi = ids.arxiv_id(name), ids.doi(link[1].strip())
        if arxiv or doi:
            yield Reference(arxiv=arxiv, doi=doi, start=link.start(), end=link.end())
        elif len(name.split()) >= _TELLING:
            yield Reference(title=name, start=link.start(), end=link.end())
