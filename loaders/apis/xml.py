"""XML that services answer: whole or not taken, and nothing in it expanded or fetched."""

from typing import Any

from begat.loaders.apis.client import Check, looks_like
from begat.loaders.sources import markup


def parsed(body: bytes) -> Any | None:
    """The root of a body that is XML, whole; None where it is not."""
    from lxml import etree

    parser = etree.XMLParser(
        resolve_entities=False, no_network=True, load_dtd=False, huge_tree=False, remove_comments=True, remove_pis=True
    )
    try:
        return etree.fromstring(body, parser)
    except (etree.XMLSyntaxError, ValueError):
        return None


def is_xml(root: str) -> Check:
    """A Check: the body is XML, whole, and its first element is called `root`."""

    def check(body: bytes) -> str | None:
        element = parsed(body)
        if element is None:
            return looks_like(body)
        if markup.tag(element) != root:
            return "a web page instead of data" if markup.tag(element).lower() == "html" else looks_like(b"<")
        return None

    return check
