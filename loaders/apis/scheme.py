"""Addresses of what services have (`arxiv:2311.11045`), and what a scheme of them is: the same for every service."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from io import BytesIO
from typing import NamedTuple

from begat.graph.errors import ServiceError
from begat.graph.model import Document
from begat.loaders.apis.client import Client, Found
from begat.loaders.sources.input import Input
from begat.loaders.sources.problem import Report
from begat.loaders.sources.source import Source

CITATIONS = "/citations"
"""What stands behind the key of a paper in the address of those that cite it."""


@dataclass(frozen=True, slots=True)
class Scheme:
    """A kind of address: how its keys are written, and who reads what they name."""

    name: str
    """What stands before the colon: "arxiv"."""
    what: str
    """What an address names, for a list of schemes: "a paper of arXiv"."""
    example: str
    """An address in full: "arxiv:2311.11045"."""
    key: Callable[[str], str | None]
    """The key that is written behind the colon, or as a link, in its one form; None where it is none."""
    documents: "Callable[[Client, Mapping[str, Report]], Iterator[Document]]"
    """The Documents of some keys, which are given with the report of each, so that a service that takes many at once is
    asked once. A Document's source is `str(Address)`, which is its report's. What cannot be had is told to its report
    as an error; only Ctrl-C ends it early."""


class Address(NamedTuple):
    """What a user asks for: `arxiv:2311.11045v2` and its link are one address."""

    scheme: Scheme
    key: str

    def __str__(self) -> str:
        return f"{self.scheme.name}:{self.key}"


def read(source: Source, body: bytes, report: Report, stem: str) -> Iterator[Document]:
    """The Documents in what a service answered, as the reader of its format gives them; `stem` as of a file's name."""
    for document in source.documents(Input(report.source, stem, BytesIO(body), report)):
        yield replace(document, place="")  # a line of an answer is nowhere that a person could look


def read_each(source: Source, found: Iterator[tuple[str, Found]], reports: Mapping[str, Report]) -> Iterator[Document]:
    """The Documents of what `Client.items` found; what is not there is told."""
    for key, record in found:
        report = reports[key]
        if isinstance(record, ServiceError):
            report.error("", "{why}", why=record)
        elif record is None:
            report.error("", "the service knows of no such thing; check the id")
        else:
            yield from read(source, record, report, key)


def parsed(given: str, schemes: Sequence[Scheme]) -> Address | str | None:
    """The address that `given` is; None where it is none, and what is wrong with it where it only looks like one."""
    if given.startswith(("https://", "http://")):
        of_link = ((scheme, scheme.key(given)) for scheme in schemes)
        found = next((Address(scheme, key) for scheme, key in of_link if key), None)
        return found or "a link that begat does not read: save the page, and name the file"
    name, colon, written = given.partition(":")
    scheme = next((scheme for scheme in schemes if scheme.name == name.lower()), None)
    if scheme is None or not colon:
        return None
    key = scheme.key(written)
    return Address(scheme, key) if key else f"does not name {scheme.what}; write it as {scheme.example}"
