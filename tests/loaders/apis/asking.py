"""What tests of services share: documents by name of their paper, and what was told."""

from begat.graph.model import Document
from begat.loaders.apis import Client, Scheme
from begat.loaders.sources.problem import Report
from tests.loaders.sources.samples import Told


def documents(scheme: Scheme, client: Client, *keys: str) -> tuple[list[Document], Told]:
    """The Documents of some keys, and what was told about them."""
    told = Told()
    reports = {key: Report(f"{scheme.name}:{key}", told.append) for key in keys}
    return list(scheme.documents(client, reports)), told


def cited(document: Document) -> list[str | None]:
    """What a document cites, by the best that it says of each."""
    return [r.arxiv or r.doi or r.url or r.title for r in document.references]
