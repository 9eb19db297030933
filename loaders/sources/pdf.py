"""PDF: a paper's text layer, by pypdf, as far as it honestly goes.

The title is the document's own where that looks like one, else the largest line of the first page; the text is what
stands before the references, a page after the other. Of the references only those that say an arXiv id or a DOI are
known. A scanned PDF has no text layer and is told. What a PDF holds or points to is never run or opened.
"""

import logging
import re
import shutil
import tempfile
from collections.abc import Iterator
from typing import IO, Any

from begat.graph import ids
from begat.graph.model import Document, Reference
from begat.loaders.sources import dates, fields
from begat.loaders.sources.fields import Record
from begat.loaders.sources.input import LIMIT, Input, storable
from begat.loaders.sources.links import references_in
from begat.loaders.sources.source import Source

_MOST_PAGES = 500
_REFERENCES = re.compile(
    r"^[ \t]*(?:\d+\.?[ \t]*)?(?:references|bibliography|literature cited)[ \t]*:?[ \t]*$", re.I | re.M
)
_ABSTRACT = re.compile(r"^[ \t]*abstract\b[ \t]*[.:—–-]*", re.I | re.M)
_STAMP = re.compile(r"arXiv:(?P<id>\S+?)(?:v\d+)?\s+\[[\w.-]+\]\s+(?P<date>\d{1,2}\s+[A-Z][a-z]{2}\s+\d{4})")
"""What arXiv writes along the left edge of each first page."""
_NO_TITLE = re.compile(
    r"^(untitled|microsoft word\b.*|.*\.(docx?|tex|dvi|pdf|indd)|arxiv:.*|paper|manuscript|\W*)$", re.I
)

logging.getLogger("pypdf").addHandler(logging.NullHandler())
logging.getLogger("pypdf").propagate = False  # what goes wrong is told as a problem


def _is_pdf(input: Input) -> bool:
    return b"%PDF-" in input.head[:1024]


def _pdf(input: Input) -> Iterator[Document]:
    with _seekable(input) as file:
        pages, title, date = _read(file, input)
    whole = "\n\n".join(page for page in pages if page.strip())
    if not whole.strip():
        if not input.report.failed:
            input.report.error("", "a PDF without a text layer (a scan): passed over; put it through OCR first")
        return
    stamp = _STAMP.search(whole[:20_000])
    arxiv = ids.arxiv_id(stamp["id"]) if stamp else None
    listed = list(_REFERENCES.finditer(whole))
    cut = listed[-1].start() if listed else len(whole)
    begun = _ABSTRACT.search(whole, 0, min(cut, 10_000))
    text = whole[begun.end() if begun else 0 : cut].strip()
    values = {"id": arxiv or input.stem, "title": title, "text": text, "arxiv": arxiv}
    values["date"] = dates.iso(stamp["date"]) if stamp else date
    if found := fields.document(
        input, Record(1, "page 1", {}), fields.present(values), list(_listed(whole[cut:], arxiv))
    ):
        yield found


def _read(file: IO[bytes], input: Input) -> tuple[list[str], str | None, str | None]:
    """The text of each page, the title, and the date at which the file was made."""
    from pypdf import PdfReader

    pages: list[str] = []
    title = date = None
    length = 0
    try:
        reader = PdfReader(file)
        if reader.is_encrypted and not reader.decrypt(""):
            input.report.error("", "a PDF that asks for a password: passed over")
            return [], None, None
        title, date = _stated(reader)
        for number, page in enumerate(reader.pages, 1):
            sizes: list[tuple[float, str]] = []
            pages.append(
                storable(page.extract_text(visitor_text=_noting(sizes)) if number == 1 else page.extract_text())
            )
            title = title or (_largest(sizes) if number == 1 else None)
            length += len(pages[-1])
            if number >= _MOST_PAGES or length > LIMIT:
                input.report.warning(f"page {number}", "a PDF longer than a paper: read up to here")
                break
    except Exception as error:  # pypdf raises whatever its parsers meet in a damaged file
        why = " ".join(f"{type(error).__name__} {error}".split())[:120]
        input.report.error(f"after page {len(pages)}", "the PDF is damaged ({why}): the rest is lost", why=why)
    return pages, title, date


def _seekable(input: Input) -> IO[bytes]:
    """The file itself, or a copy on disk of what comes through a pipe: the index of a PDF is at its end."""
    if input.path:
        return input.path.open("rb")
    copy = tempfile.TemporaryFile()  # noqa: SIM115 - the caller closes it
    shutil.copyfileobj(input.stream, copy)
    copy.seek(0)
    return copy


def _stated(reader: Any) -> tuple[str | None, str | None]:
    """Title and date of a PDF's own metadata, where they can be a paper's."""
    stated = reader.metadata or {}
    title = " ".join(storable(str(stated.get("/Title") or "")).split())
    made = re.match(r"D:(\d{4})(\d\d)?(\d\d)?", str(stated.get("/CreationDate") or ""))
    date = dates.iso("-".join(part for part in made.groups() if part)) if made else None
    return (None if _NO_TITLE.match(title) or len(title.split()) < 2 else title), date


def _noting(sizes: list[tuple[float, str]]) -> Any:
    """A visitor that notes each piece of text with the size at which it is drawn."""

    def visit(text: str, cm: list[float], tm: list[float], font: object, size: float) -> None:
        if text.strip():
            sizes.append((round(abs(size * (tm[0] or tm[1]) * (cm[0] or cm[1])), 1), text))

    return visit


def _largest(sizes: list[tuple[float, str]]) -> str | None:
    """The first run of text in the largest size that has letters enough for a title; arXiv's stamp is none."""
    for largest in sorted({size for size, _ in sizes}, reverse=True)[:3]:
        words = storable(" ".join(" ".join(text for size, text in sizes if size == largest).split()))
        if 8 <= len(words) <= 300 and len(words.split()) >= 2 and not words.lower().startswith("arxiv:"):
            return words
    return None


def _listed(references: str, own: str | None) -> Iterator[Reference]:
    """The papers that the list of references names by id; their places are not in the text."""
    found = (Reference(arxiv=r.arxiv, doi=r.doi) for r in references_in(references, own={own}))
    yield from dict.fromkeys(found)


PDF = Source("pdf", "a PDF with a text layer", _is_pdf, _pdf, binary=True)
