"""APIs: each service is one file here that says how it is asked; what it answers, the readers of its format read.

A new service is one file with a `Service` (where, how often, which key) and a `Scheme` (how its addresses are written,
and the Documents of some of them), and its scheme in `SCHEMES`.
"""

from begat.loaders.apis import arxiv, crossref, hub, openalex, semantic_scholar
from begat.loaders.apis.client import Client
from begat.loaders.apis.scheme import Address, Scheme, parsed

SCHEMES: tuple[Scheme, ...] = (
    arxiv.PAPERS, arxiv.LISTS, crossref.SCHEME, semantic_scholar.SCHEME, openalex.SCHEME, hub.MODELS,
)  # fmt: skip
"""Every scheme of addresses; of a link, the first that knows it reads it."""

__all__ = ["SCHEMES", "Address", "Client", "Scheme", "address"]


def address(given: str) -> Address | str | None:
    """The address that `given` is; None where it is none, and what is wrong with it where it only looks like one.

    >>> str(address("https://arxiv.org/abs/2311.11045v2"))
    'arxiv:2311.11045'
    """
    return parsed(given, SCHEMES)
