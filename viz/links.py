"""Where a reader may be sent: addresses of strangers, as links that hide nothing."""

import re
from urllib.parse import quote, urlsplit

from begat.graph.model import Node


def link(node: Node) -> str | None:
    """Where a node can be read about: by its arXiv id or DOI, else by its URL where that is plain http(s)."""
    if node.arxiv:
        return "https://arxiv.org/abs/" + quote(node.arxiv, safe="/.")
    if node.doi:
        return "https://doi.org/" + quote(node.doi, safe="/.:;()_-")
    return web_address(node.url)


def web_address(url: str | None) -> str | None:
    """A stranger's URL, if it is one that a browser may follow: http or https, a host, nothing hidden in it."""
    if not url or re.search(r"[\x00-\x20\x7f\\]", url):
        return None
    try:
        parts = urlsplit(url)
    except ValueError:
        return None
    return url if parts.scheme.lower() in ("http", "https") and parts.hostname else None
