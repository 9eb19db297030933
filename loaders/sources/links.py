"""Where a text points to other papers."""

from collections.abc import Set

from begat.graph import ids
from begat.graph.model import Reference


def references_in(text: str, own: Set[str | None] = frozenset()) -> tuple[Reference, ...]:
    """Each arXiv id and DOI that `text` points to, with its place; `own` are ids that are no reference."""
    own = own - {None}
    return tuple(
        Reference(arxiv=arxiv, doi=doi, start=start, end=end)
        for start, end, arxiv, doi in ids.cited(text)
        if (arxiv or doi) and not {arxiv, doi} & own
    )
