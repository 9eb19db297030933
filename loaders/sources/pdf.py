"""PDF: a paper's text layer, by pypdf, as far as it honestly goes.

The title is the document's own where that looks like one, else the largest line of the first page; the text is what
stands before the references, a page after the other. Of the references only those that say an arXiv id or a DOI are
known. A scanned PDF has no text layer and is told. What a PDF holds or points to is never run or opened, and what takes
too long or too much memory is stopped (`pdf_pages.py`).
"""

import re
import shutil
import tempfile
from collections.abc import Iterator
from typing import IO

from begat.graph import ids
from begat.graph.model import Document, Reference
from begat.loaders.sources import dates, fields, pdf_pages
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
    pages: list[str] = []
    title = date = None
    length = 0
    try:
        for found in pdf_pages.pages(file):
            if "locked" in found:
                input.report.error("", "a PDF that asks for a password: passed over")
            elif "why" in found:
                why = storable(found["why"])
                input.report.error(f"after page {len(pages)}", "the PDF is damaged ({why}): the rest is lost", why=why)
            elif "title" in found:
                title, date = _stated(found["title"], found["date"])
            else:
                pages.append(storable(found["text"]))
                title = title or _largest(found["largest"])
                length += len(pages[-1])
                if found["cut"]:
                    input.report.warning(f"page {len(pages)}", "more text than a page can hold: read up to there")
                if len(pages) >= _MOST_PAGES or length > LIMIT:
                    input.report.warning(f"page {len(pages)}", "a PDF longer than a paper: read up to here")
                    break
    except pdf_pages.Stopped as stopped:
        input.report.error(
            f"after page {len(pages)}", "stopped reading the PDF ({why}): the rest is lost; print it anew as a PDF,"
            " or take its text (pdftotext)", why=stopped,
        )  # fmt: skip
    return pages, title, date


def _seekable(input: Input) -> IO[bytes]:
    """The file itself, or a copy on disk of what comes through a pipe: the index of a PDF is at its end."""
    if input.path:
        return input.path.open("rb")
    copy = tempfile.TemporaryFile()  # noqa: SIM115 - the caller closes it
    shutil.copyfileobj(input.stream, copy)
    copy.seek(0)
    return copy


def _stated(title: str, made: str) -> tuple[str | None, str | None]:
    """Title and date of a PDF's own metadata, where they can be a paper's."""
    title = " ".join(storable(title).split())
    day = re.match(r"D:(\d{4})(\d\d)?(\d\d)?", made)
    date = dates.iso("-".join(part for part in day.groups() if part)) if day else None
    return (None if _NO_TITLE.match(title) or len(title.split()) < 2 else title), date


def _largest(lines: list[str]) -> str | None:
    """The first of the largest lines that has letters enough for a title; arXiv's stamp is none."""
    for words in map(storable, lines):
        if 8 <= len(words) <= 300 and len(words.split()) >= 2 and not words.lower().startswith("arxiv:"):
            return words
    return None


def _listed(references: str, own: str | None) -> Iterator[Reference]:
    """The papers that the list of references names by id; their places are not in the text."""
    found = (Reference(arxiv=r.arxiv, doi=r.doi) for r in references_in(references, own={own}))
    yield from dict.fromkeys(found)


PDF = Source("pdf", "a PDF with a text layer", _is_pdf, _pdf, binary=True)
