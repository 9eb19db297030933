"""The same three invented papers (and one invented page) written in every format that begat reads."""

import csv
import io
import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from email.utils import format_datetime
from xml.sax.saxutils import escape
from zlib import crc32

import pyarrow as pa
import pyarrow.parquet as pq

from begat.graph.model import Document
from begat.loaders import Problem, read

PAPERS: list[dict[str, str]] = [
    {
        "id": "2401.00011",
        "title": "Heron: Wading Through Long Contexts",
        "abstract": "We present Heron, a long-context model. It extends Egret, and outperforms “Stork” on Marsh-QA — by far.",
        "authors": "Åsa Öberg; José Núñez; 李 明",
        "date": "2024-01-02",
    },
    {
        "id": "2402.00012",
        "title": "Egret 2 | Second Steps",
        "abstract": 'Egret 2, "the second", follows Egret; Ελληνικά, 日本語 and 🦢 are in its training data.',
        "authors": "Kim Li",
        "date": "2024-02-01",
    },
    {
        "id": "cs/0301003",
        "title": "Old Birds",
        "abstract": "An old, short note.",
        "authors": "Ana Ré",
        "date": "2003-01",
    },
]

Writer = Callable[[list[dict[str, str]]], bytes]


def json_lines(papers: Sequence[Mapping[str, object]]) -> bytes:
    return "".join(json.dumps(paper, ensure_ascii=False) + "\n" for paper in papers).encode()


def json_array(papers: list[dict[str, str]]) -> bytes:
    return json.dumps(papers, ensure_ascii=False, indent=1).encode()


def json_object(papers: list[dict[str, str]]) -> bytes:
    return json.dumps({"total": len(papers), "papers": papers}, ensure_ascii=False).encode()


def table(papers: list[dict[str, str]], separator: str) -> bytes:
    written = io.StringIO()
    writer = csv.DictWriter(written, ["id", "title", "abstract", "authors", "date"], delimiter=separator)
    writer.writeheader()
    writer.writerows(papers)
    return written.getvalue().encode()


def parquet(papers: list[dict[str, str]]) -> bytes:
    written = io.BytesIO()
    pq.write_table(pa.Table.from_pylist(papers), written)
    return written.getvalue()


def arxiv(papers: list[dict[str, str]]) -> bytes:
    return json_lines([
        {
            "id": paper["id"], "submitter": "Kim Li", "authors": paper["authors"].replace("; ", ", "),
            "title": paper["title"], "comments": "9 pages", "journal-ref": None, "doi": None, "categories": "cs.CL",
            "abstract": paper["abstract"], "update_date": "2025-05-05",
            "versions": [{"version": "v1", "created": posted(paper["date"])}] if paper["date"] else [],
        }
        for paper in papers
    ])  # fmt: skip


def posted(date: str) -> str:
    """An ISO date as arXiv writes the times of submissions."""
    at = datetime.fromisoformat(f"{date}-01"[:10])
    return format_datetime(at) if len(date) == 10 else f"{at:%b %Y}"


def number(paper: dict[str, str]) -> int:
    """A number of its own for a paper, the same wherever it is written."""
    return crc32((paper["id"] or paper["abstract"]).encode())


def openalex(papers: list[dict[str, str]]) -> bytes:
    return json_lines([
        {
            "id": f"https://openalex.org/W{number(paper)}", "doi": doi(paper["id"]), "title": paper["title"],
            "publication_date": paper["date"], "referenced_works": [],
            "authorships": [{"author": {"display_name": name}} for name in paper["authors"].split("; ")],
            "abstract_inverted_index": inverted(paper["abstract"]),
        }
        for paper in papers
    ])  # fmt: skip


def doi(arxiv: str) -> str | None:
    return f"https://doi.org/10.48550/arXiv.{arxiv}" if arxiv else None


def inverted(text: str) -> dict[str, list[int]]:
    index: dict[str, list[int]] = {}
    for place, word in enumerate(text.split(" ")):
        index.setdefault(word, []).append(place)
    return index


def semantic_scholar(papers: list[dict[str, str]]) -> bytes:
    return json_lines([
        {
            "corpusid": number(paper), "externalids": {"ArXiv": paper["id"] or None, "DOI": None}, "title": paper["title"],
            "authors": [{"authorId": "1", "name": name} for name in paper["authors"].split("; ")],
            "abstract": paper["abstract"], "venue": "", "year": 2024, "publicationdate": paper["date"],
        }
        for paper in papers
    ])  # fmt: skip


def crossref(papers: list[dict[str, str]]) -> bytes:
    return json_lines([
        {
            "DOI": f"10.48550/arXiv.{paper['id']}" if paper["id"] else f"10.9999/{number(paper)}",
            "type": "posted-content", "title": [paper["title"]], "reference-count": 0, "is-referenced-by-count": 0,
            "author": [{"name": name, "sequence": "first"} for name in paper["authors"].split("; ")],
            "issued": {"date-parts": [[int(part) for part in paper["date"].split("-") if part]]},
            "abstract": f"<jats:title>Abstract</jats:title><jats:p>{escape(paper['abstract'])}</jats:p>",
        }
        for paper in papers
    ])  # fmt: skip


def csl(papers: list[dict[str, str]]) -> bytes:
    items = [
        {
            "id": f"http://zotero.org/users/1/items/{number(paper)}", "type": "article", "title": paper["title"],
            "abstract": paper["abstract"], "number": f"arXiv:{paper['id']}", "publisher": "arXiv",
            "author": [{"literal": name} for name in paper["authors"].split("; ")],
            "issued": {"date-parts": [paper["date"].split("-")]},
        }
        for paper in papers
    ]  # fmt: skip
    return json.dumps(items, ensure_ascii=False, indent=1).encode()


def bibtex(papers: list[dict[str, str]]) -> bytes:
    return "".join(
        f"@misc{{bird{number(paper)},\n  title = {{{paper['title']}}},\n  author = {{{paper['authors'].replace('; ', ' and ')}}},\n"
        f"  abstract = {{{paper['abstract']}}},\n  eprint = {{{paper['id']}}},\n  date = {{{paper['date']}}}\n}}\n\n"
        for paper in papers
    ).encode()


def ris(papers: list[dict[str, str]]) -> bytes:
    return "".join(
        f"TY  - JOUR\nTI  - {paper['title']}\n"
        + "".join(f"AU  - {name}\n" for name in paper["authors"].split("; "))
        + f"AB  - {paper['abstract']}\nPY  - {paper['date'].replace('-', '/')}/\n"
        + (f"DO  - 10.48550/arXiv.{paper['id']}\n" if paper["id"] else "")
        + "ER  - \n\n"
        for paper in papers
    ).encode()


def anthology(papers: list[dict[str, str]]) -> bytes:
    """Each in a volume of its own, whose year and month are the paper's."""
    volumes = [
        f'<volume id="{number(paper)}"><meta><booktitle>Birds</booktitle>{xml_date(paper["date"])}</meta>'
        f'<paper id="1"><title>{escape(paper["title"])}</title>{people(paper, "first", "last")}'
        f"<abstract>{escape(paper['abstract'])}</abstract><doi>10.48550/arXiv.{paper['id']}</doi></paper></volume>\n"
        for paper in papers
    ]
    return f'<?xml version="1.0"?>\n<collection id="2024.birds">\n{"".join(volumes)}</collection>\n'.encode()


def people(paper: dict[str, str], first: str, last: str, around: str = "author") -> str:
    """The authors in XML, each with a first and a last name."""
    names = [name.rsplit(" ", 1) for name in paper["authors"].split("; ")]
    return "".join(f"<{around}><{first}>{a}</{first}><{last}>{b}</{last}></{around}>" for a, b in names)


def xml_date(date: str) -> str:
    return "".join(f"<{n}>{v}</{n}>" for n, v in zip(("year", "month", "day"), date.split("-"), strict=False))


def jats(papers: list[dict[str, str]]) -> bytes:
    articles = [
        f'<article><front><article-meta><article-id pub-id-type="arxiv">{paper["id"]}</article-id>'
        f"<title-group><article-title>{escape(paper['title'])}</article-title></title-group>"
        f"<contrib-group>{people(paper, 'given-names', 'surname', 'contrib')}</contrib-group>"
        f"<pub-date>{xml_date(paper['date'])}</pub-date><abstract><p>{escape(paper['abstract'])}</p></abstract>"
        "</article-meta></front></article>\n"
        for paper in papers
    ]
    return f"<pmc-articleset>\n{''.join(articles)}</pmc-articleset>".encode()


def tei(papers: list[dict[str, str]]) -> bytes:
    papers_ = [
        "<TEI><teiHeader><fileDesc>"
        f'<titleStmt><title level="a">{escape(paper["title"])}</title></titleStmt><sourceDesc><biblStruct><analytic>'
        + people(paper, "forename", "surname")
        .replace("<author>", "<author><persName>")
        .replace("</author>", "</persName></author>")
        + f'<idno type="arXiv">{paper["id"]}</idno></analytic><monogr><imprint><date when="{paper["date"]}"/></imprint></monogr>'
        f"</biblStruct></sourceDesc></fileDesc><profileDesc><abstract><p>{escape(paper['abstract'])}</p></abstract>"
        "</profileDesc></teiHeader></TEI>\n"
        for paper in papers
    ]
    return f'<teiCorpus xmlns="http://www.tei-c.org/ns/1.0">\n{"".join(papers_)}</teiCorpus>'.encode()


def atom(papers: list[dict[str, str]]) -> bytes:
    """As arXiv's API answers, which breaks long lines."""
    entries = [
        "<entry>"
        + (f"<id>http://arxiv.org/abs/{paper['id']}v2</id>" if paper["id"] else "")
        + f"<updated>2025-05-05T00:00:00Z</updated><published>{paper['date']}</published>"
        f"<title>{escape(paper['title'])}</title><summary>{escape(paper['abstract'])}</summary>"
        + "".join(f"<author><name>{name}</name></author>" for name in paper["authors"].split("; "))
        + "</entry>\n"
        for paper in papers
    ]
    opened = '<feed xmlns="http://www.w3.org/2005/Atom"><link href="http://arxiv.org/api/query"/><title>A query</title>'
    return f'<?xml version="1.0" encoding="UTF-8"?>\n{opened}\n{"".join(entries)}</feed>'.encode()


def oai(papers: list[dict[str, str]]) -> bytes:
    records = [
        f"<record><header><identifier>oai:arXiv.org:{paper['id']}</identifier></header><metadata>"
        f'<arXiv xmlns="http://arxiv.org/OAI/arXiv/"><id>{paper["id"]}</id><created>{paper["date"]}</created>'
        f"<authors>{people(paper, 'forenames', 'keyname')}</authors><title>{escape(paper['title'])}</title>"
        f"<categories>cs.CL</categories><abstract>  {escape(paper['abstract'])}\n</abstract></arXiv></metadata></record>\n"
        for paper in papers
    ]
    namespace = "http://www.openarchives.org/OAI/2.0/"
    return f'<OAI-PMH xmlns="{namespace}">\n<ListRecords>\n{"".join(records)}</ListRecords></OAI-PMH>'.encode()


def model_card(papers: list[dict[str, str]]) -> bytes:
    return b"---\nlicense: mit\nbase_model: birds/Egret-7b\n---\n" + page(papers)


def paperswithcode(papers: list[dict[str, str]]) -> bytes:
    rows = [
        {
            "paper_url": f"https://paperswithcode.com/paper/bird-{number(paper)}", "arxiv_id": paper["id"] or None,
            "title": paper["title"], "abstract": paper["abstract"], "url_abs": f"https://arxiv.org/abs/{paper['id']}",
            "proceeding": None, "authors": paper["authors"].split("; "), "tasks": ["Wading"], "date": paper["date"],
            "methods": [],
        }
        for paper in papers
    ]  # fmt: skip
    return json.dumps(rows, ensure_ascii=False, indent=1).encode()


def methods(papers: list[dict[str, str]]) -> bytes:
    rows: list[dict[str, object]] = [
        {
            "url": f"https://paperswithcode.com/method/{number(paper)}", "name": paper["title"], "full_name": paper["title"],
            "description": paper["abstract"], "paper": None, "source_url": f"https://arxiv.org/abs/{paper['id']}",
            "collections": [],
        }
        for paper in papers
    ]  # fmt: skip
    return json.dumps(rows, ensure_ascii=False, indent=1).encode()


def tables(papers: list[dict[str, str]]) -> bytes:
    tables_ = [
        {
            "dataset": paper["title"], "description": paper["abstract"],
            "sota": {"rows": [{"model_name": "Heron", "paper_url": f"https://arxiv.org/abs/{paper['id']}"}]},
        }
        for paper in papers
    ]  # fmt: skip
    task = {"task": "Wading", "datasets": tables_, "subtasks": []}
    return json.dumps([task], ensure_ascii=False, indent=1).encode()


def latex(papers: list[dict[str, str]]) -> bytes:
    parts = [f"\\section{{{paper['title']}}}\n{paper['abstract']}\n" for paper in papers]
    body = f"\\begin{{abstract}}Of birds.\\end{{abstract}}\n{''.join(parts)}"
    return f"\\documentclass{{article}}\n\\title{{Birds}}\n\\begin{{document}}\n{body}\\end{{document}}\n".encode()


def pdf(papers: list[dict[str, str]]) -> bytes:
    """One page with a line for each title and abstract, in the letters of Windows-1252."""
    return pdf_of([line for paper in papers for line in (paper["title"], paper["abstract"])])


def pdf_of(*pages: list[str], title_size: int = 18) -> bytes:
    """A PDF with these lines on its pages, the first line of all in a larger size."""
    objects = [b"<< /Type /Catalog /Pages 2 0 R >>", b""]
    objects.append(b"<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica /Encoding /WinAnsiEncoding >>")
    kids: list[int] = []
    for lines in pages:
        drawn = []
        for n, line in enumerate(lines):
            size = title_size if n == 0 and not kids else 10
            written = (
                line.encode("cp1252", "replace").replace(b"\\", b"\\\\").replace(b"(", b"\\(").replace(b")", b"\\)")
            )
            drawn.append(b"BT /F1 %d Tf 1 0 0 1 50 %d Tm (%s) Tj ET" % (size, 780 - 20 * n, written))
        stream = b"\n".join(drawn)
        objects.append(b"<< /Length %d >>\nstream\n%s\nendstream" % (len(stream), stream))
        kids.append(len(objects) + 1)
        objects.append(
            b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 600 800] /Contents %d 0 R /Resources << /Font << /F1 3 0 R >> >> >>"
            % len(objects)
        )
    objects[1] = b"<< /Type /Pages /Count %d /Kids [%s] >>" % (len(kids), b" ".join(b"%d 0 R" % kid for kid in kids))
    whole, places = b"%PDF-1.4\n", []
    for n, content in enumerate(objects, 1):
        places.append(len(whole))
        whole += b"%d 0 obj\n%s\nendobj\n" % (n, content)
    table = b"".join(b"%010d 00000 n \n" % place for place in places)
    return (
        whole + b"xref\n0 %d\n0000000000 65535 f \n%s" % (len(objects) + 1, table)
        + b"trailer << /Size %d /Root 1 0 R >>\nstartxref\n%d\n%%%%EOF\n" % (len(objects) + 1, len(whole))
    )  # fmt: skip


def viewer(papers: list[dict[str, str]]) -> bytes:
    header = "arxiv_id\nstringlengths 9\n12\n| abstract\nstringlengths 40\n1.2k\n|\n---|---|\n"
    rows = "".join(f"{paper['id']}\n|\n{paper['abstract']}\n|\n" for paper in papers)
    return (header + rows + "Rows per page\nMade with a viewer").encode()


def abstracts(papers: list[dict[str, str]]) -> bytes:
    return "".join(f"Abstract:{paper['abstract']}\n" for paper in papers).encode()


def page(papers: list[dict[str, str]]) -> bytes:
    parts = [f"{paper['title']}\n- https://arxiv.org/abs/{paper['id']}\n- {paper['abstract']}\n" for paper in papers]
    return (
        "Readings about birds\n- Week: 3\n"
        + "".join(parts)
        + "That is all that we shall read, "
        + 30 * "and so on "
        + ".\n"
    ).encode()


def html(papers: list[dict[str, str]]) -> bytes:
    parts = [
        f'<h2><a href="https://arxiv.org/abs/{paper["id"]}">{paper["title"]}</a></h2><p>{paper["abstract"]}</p>'
        for paper in papers
    ]
    body = f"<article><h1>Readings about birds</h1><p>What we read in the third week of the course.</p>{''.join(parts)}</article>"
    return f'<!doctype html><html><head><meta charset="utf-8"><title>Readings about birds</title></head><body>{body}</body></html>'.encode()


@dataclass(frozen=True)
class Format:
    """A way to write the papers: `name` is begat's name of the format; `fields` are those that it can hold."""

    name: str
    write: Writer
    fields: tuple[str, ...] = ("id", "title", "abstract", "authors", "date")
    records: bool = True
    text: bool = True
    named: bool = False
    """Whether the format gives every record an id, be it only its own."""


FORMATS = {
    "jsonl": Format("jsonl", json_lines),
    "json array": Format("json", json_array),
    "json object": Format("json", json_object),
    "csv": Format("csv", lambda papers: table(papers, ",")),
    "csv with semicolons": Format("csv", lambda papers: table(papers, ";")),
    "tsv": Format("tsv", lambda papers: table(papers, "\t")),
    "parquet": Format("parquet", parquet, text=False),
    "arxiv": Format("arxiv", arxiv),
    "openalex": Format("openalex", openalex, named=True),
    "s2": Format("s2", semantic_scholar, named=True),
    "crossref": Format("crossref", crossref, named=True),
    "csl": Format("csl", csl, named=True),
    "bibtex": Format("bibtex", bibtex, named=True),
    "ris": Format("ris", ris),
    "anthology": Format("anthology", anthology, ("title", "abstract", "authors"), named=True),
    "atom": Format("atom", atom),
    "oai": Format("oai", oai),
    "jats": Format("jats", jats),
    "tei": Format("tei", tei),
    "model card": Format("modelcard", model_card, (), records=False),
    "papers with code": Format("pwc-papers", paperswithcode, named=True),
    "methods": Format("pwc-methods", methods, (), records=False),
    "tables of results": Format("pwc-tables", tables, (), records=False),
    "latex": Format("latex", latex, (), records=False),
    "pdf": Format("pdf", pdf, (), records=False, text=False),
    "viewer": Format("viewer", viewer, ("id", "abstract")),
    "abstracts": Format("abstracts", abstracts, ("abstract",)),
    "page": Format("page", page, (), records=False),
    "html": Format("html", html, (), records=False),
}


class Told(list[Problem]):
    """The problems told, as lines."""

    @property
    def lines(self) -> list[str]:
        return [str(problem) for problem in self]


def documents(path: object, **options: object) -> tuple[list[Document], Told]:
    """All documents of a source, and the problems told."""
    told = Told()
    return list(read([str(path)], on_problem=told.append, **options)), told  # type: ignore[arg-type]


def never(problem: Problem) -> None:
    """Told of a problem where there must be none."""
    raise AssertionError(str(problem))
