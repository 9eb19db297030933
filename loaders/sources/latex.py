r"""LaTeX source: a paper's .tex, with its .bbl inside or beside it; nothing that it \input s is opened.

Text is written out by pylatexenc, which expands no macros. Each `\cite` becomes a number in brackets, and a reference
at its sentence to what the bibliography has under its key, with what the citation is for where that sentence says it.
"""

import re
from collections.abc import Iterator, Sequence
from itertools import count
from typing import NamedTuple

from begat.graph import ids
from begat.graph.model import Document, Reference
from begat.loaders.sources import fields
from begat.loaders.sources.fields import Record
from begat.loaders.sources.input import LIMIT, Input
from begat.loaders.sources.intents import in_sentences
from begat.loaders.sources.latex_text import plain_text
from begat.loaders.sources.source import Source

_DOCUMENT = re.compile(r"\\document(?:class|style)\b|\\begin\s*\{document\}")
_BIBLIOGRAPHY = re.compile(r"\\begin\s*\{thebibliography\}(.*?)(?:\\end\s*\{thebibliography\}|\Z)", re.S)
_ITEM = re.compile(r"\\bibitem\s*(?:\[(?:[^\[\]{}]|\{(?:[^{}]|\{[^{}]*\})*\})*\])?\s*\{([^{}]*)\}")
_CITE = re.compile(
    r"~?\\(?:no)?[cC]ite[a-zA-Z]*\*?\s*((?:\[[^\[\]]*\]\s*){0,2})\{([^{}]+)\}|~?\\(?:text|paren|auto|foot)cite[st]?\*?\s*((?:\[[^\[\]]*\]\s*){0,2})\{([^{}]+)\}"
)
_COMMENT = re.compile(r"(?<!\\)%[^\n]*\n?")
_ABSTRACT = re.compile(r"\\begin\s*\{abstract\}(.*?)\\end\s*\{abstract\}|\\abstract\s*\{", re.S)
_BODY = re.compile(r"\\begin\s*\{document\}(.*?)(?:\\end\s*\{document\}|\Z)", re.S)
_DROPPED = re.compile(
    r"\\begin\s*\{(figure|table|equation|align|tikzpicture|lstlisting|verbatim|algorithm|thebibliography|tabular)(\*?)\}.*?\\end\s*\{\1\2\}",
    re.S,
)
_OF_TITLE = re.compile(r"\\(?:title|author|date|icmltitle|thanks|affiliations?|address|email)\s*(?:\[[^\[\]]*\])?\s*\{")
_HEADING = re.compile(r"\\(?:part|chapter|(?:sub)*section|(?:sub)?paragraph)\*?\s*(?:\[[^\[\]]*\]\s*)?(?=\{)")
_NO_TEXT = re.compile(
    r"\\(?:maketitle|today|tableofcontents|(?:input|include|bibliography|bibliographystyle|includegraphics)\b[^{}\n]*\{[^{}]*\})"
)
"""What would be written as the day of reading, or stands for a file that is not opened."""
_AFTER_TITLE = re.compile(r"\.\s+(?:19|20)\d\d\b|<?https?://|\barXiv[: ]")
_YEAR = re.compile(r"\s*\(?(?:19|20)\d\d[a-z]?\)?[.,]?\s*")
_OPEN, _CLOSE = "\ue000", "\ue001"
_MARK = re.compile(f"{_OPEN}(\\d+){_CLOSE}")
_MACRO = re.compile(r"\\(?:(?:sub)*section|cite[pt]?|begin|end|label|ref|emph|textbf)\*?\s*[\[{]")
_MACROS = 4
_TELLING = 4


class _Cited(NamedTuple):
    number: int
    reference: Reference | None


def _is_latex(input: Input) -> bool:
    opening = input.opening[:100_000]
    if opening.lstrip()[:1] in ("", "<", "{", "["):
        return False
    uncommented = _COMMENT.sub("", opening)
    return bool(_DOCUMENT.search(uncommented) or _BIBLIOGRAPHY.search(uncommented) or _is_fragment(uncommented))


def _is_fragment(source: str) -> bool:
    """Whether it can be a part that a paper takes in: it has LaTeX's sections, citations or environments."""
    return len(_MACRO.findall(source)) >= _MACROS


def _latex(input: Input) -> Iterator[Document]:
    whole = input.whole()
    if whole is None or not whole.strip():
        return
    source = _COMMENT.sub("", whole.replace(_OPEN, "\ufffd").replace(_CLOSE, "\ufffd"))
    whole_paper = bool(_DOCUMENT.search(source))
    if not whole_paper and _BIBLIOGRAPHY.search(source):
        yield from _only_references(input, source)
        return
    if not whole_paper and not _is_fragment(source):
        input.report.error("", "no LaTeX source (no \\documentclass, sections or citations); try --format page")
        return
    listed = _bibliography(source) or _bibliography(_beside(input))
    cited: dict[str, _Cited] = {}
    body = _with_marks(_text_of(source), listed, cited)
    text, references = _placed(plain_text(body), {item.number: item for item in cited.values()})
    record = Record(1, "", {})
    within = {_unplaced(r) for r in references}
    title = plain_text(_argument(source, r"\\(?:icml)?title") or "")
    values = {
        "id": input.stem,
        "title": title,
        "authors": _authors(source),
        "text": text,
    }
    found = fields.document(
        input, record, fields.present(values),
        (*in_sentences(text, references, title), *(r for r in dict.fromkeys(listed.values()) if r not in within)), paper=whole_paper,
    )  # fmt: skip
    if found:
        yield found


def _only_references(input: Input, source: str) -> Iterator[Document]:
    """A bibliography by itself; one that lies beside its paper is read with that."""
    if input.path and input.path.with_suffix(".tex").is_file():
        return
    text, references = plain_text(source), tuple(dict.fromkeys(_bibliography(source).values()))
    if text.strip():
        yield Document(id=input.stem, text=text, references=references, paper=False, source=input.source)
    else:
        input.report.error("", "no text in the LaTeX source: passed over")


# -- text --------------------------------------------------------------------------------------------------


def _text_of(source: str) -> str:
    """The abstract and the body, without figures, formulas on lines of their own, and what makes the title."""
    body = _BODY.search(source)
    text = body[1] if body else source
    before = source[: body.start()] if body else ""
    if abstract := _ABSTRACT.search(before):  # some classes want it before the document begins
        text = f"{abstract[1] or ''}\n\n{text}"
    text = _HEADING.sub("\n\n", _NO_TEXT.sub("", _DROPPED.sub("\n", text)))
    while head := _OF_TITLE.search(text):
        text = text[: head.start()] + text[_closing(text, head.end()) + 1 :]
    return text


def _with_marks(text: str, listed: dict[str, Reference], cited: dict[str, _Cited]) -> str:
    """Citations as numbers between marks, counted as they are met."""
    numbers = count(len(cited) + 1)

    def mark(found: re.Match[str]) -> str:
        marks = []
        for key in (found[2] or found[4]).split(","):
            key = key.strip()
            if key not in cited:
                cited[key] = _Cited(next(numbers), listed.get(key))
            marks.append(f"{_OPEN}{cited[key].number}{_CLOSE}")
        return (" " if found[0].startswith("~") else "") + "".join(marks)

    return _CITE.sub(mark, text)


def _placed(text: str, cited: dict[int, _Cited]) -> tuple[str, list[Reference]]:
    """The text with `[N]` for each mark, and the references where they stand."""
    parts: list[str] = []
    references: list[Reference] = []
    at = length = 0
    for mark in _MARK.finditer(text):
        number = f"[{mark[1]}]"
        before = text[at : mark.start()]
        length += len(before)
        if (item := cited.get(int(mark[1]))) and (known := item.reference):
            references.append(Reference(known.arxiv, known.doi, known.url, known.title, length, length + len(number)))
        parts += [before, number]
        length += len(number)
        at = mark.end()
    parts.append(text[at:])
    whole = "".join(parts)
    return whole.replace(_OPEN, "\ufffd").replace(_CLOSE, "\ufffd").rstrip(), references


def _unplaced(reference: Reference) -> Reference:
    return Reference(reference.arxiv, reference.doi, reference.url, reference.title)


def _argument(source: str, macro: str) -> str | None:
    found = re.search(macro + r"\s*(?:\[[^\[\]]*\])?\s*\{", source)
    return source[found.end() : _closing(source, found.end())] if found else None


def _closing(source: str, start: int) -> int:
    """Where the brace that was opened before `start` closes; the end where it never does."""
    depth = 1
    for brace in re.compile(r"\\.|[{}]", re.S).finditer(source, start):
        depth += {"{": 1, "}": -1}.get(brace[0], 0)
        if not depth:
            return brace.start()
    return len(source)


def _authors(source: str) -> list[str]:
    """The names of `\\author`, as far as they are parted by `\\and`; blocks with addresses keep their first line."""
    written = _argument(source, r"\\author") or ""
    written = re.sub(
        r"\\(?:thanks|footnote|textsuperscript|affil|inst)\s*\{(?:[^{}]|\{[^{}]*\})*\}|\$[^$]*\$", "", written
    )
    names = []
    for block in re.split(r"\\and\b|\\And\b|\\AND\b", written):
        first = next((line for line in re.split(r"\\\\|\n\s*\n", block) if line.strip()), "")
        names += [" ".join(plain_text(name).split()).strip("*, ") for name in re.split(r",\s*|\s+and\s+|&", first)]
    return [name for name in names if name and len(name.split()) <= 5]


# -- bibliography ------------------------------------------------------------------------------------------


def _beside(input: Input) -> str:
    """The .bbl of the same name beside the file: no name in the source leads to it."""
    beside = input.path.with_suffix(".bbl") if input.path else None
    if beside is None or not beside.is_file() or beside.is_symlink():
        return ""
    with beside.open("rb") as stream:
        return _COMMENT.sub("", stream.read(LIMIT).decode("utf-8", "replace"))


def _bibliography(source: str) -> dict[str, Reference]:
    """What each key of a `thebibliography` stands for, as far as its words tell."""
    listed = {}
    for part in _BIBLIOGRAPHY.finditer(source):
        items = list(_ITEM.finditer(part[1]))
        for item, following in zip(items, [*items[1:], None], strict=True):
            written = part[1][item.end() : following.start() if following else len(part[1])]
            if reference := _listed(written):
                listed[item[1].strip()] = reference
    return listed


def _listed(written: str) -> Reference | None:
    """An item: its ids, and the title where BibTeX's styles set it off as a block of its own."""
    pointed = list(ids.cited(plain_text(written).replace("arXiv preprint arXiv:", "arXiv:")))
    arxiv = next((arxiv for _, _, arxiv, _ in pointed if arxiv), None)
    doi = next((doi for _, _, _, doi in pointed if doi), None)
    title = _title(re.split(r"\\newblock\b", written))
    return Reference(arxiv=arxiv, doi=doi, title=title) if arxiv or doi or title else None


def _title(blocks: Sequence[str]) -> str | None:
    """The second block, after the authors', or the third where the year stands between."""
    for block in blocks[1:3]:
        title = " ".join(plain_text(block).split()).strip(' .,“”"')
        if len(title.split()) >= _TELLING and not _YEAR.fullmatch(title):
            return title
    return None


LATEX = Source("latex", "LaTeX source of a paper", _is_latex, _latex)
