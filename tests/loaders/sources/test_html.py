"""HTML: the main text, its headings, and its links with their places in that text."""

from pathlib import Path

from begat.graph.model import Document
from tests.loaders.sources.samples import documents

FILLER = "<p>It says what there is to say of it, at some length, for the sake of those who would know more of it.</p>"


def html(tmp_path: Path, body: str, head: str = "", encoding: str = "utf-8") -> Document:
    path = tmp_path / "birds"
    path.write_bytes(f"<!DOCTYPE html><html><head>{head}</head><body>{body}</body></html>".encode(encoding))
    (document,), told = documents(path)
    assert told == []
    return document


def test_the_main_text_without_the_page_around_it(tmp_path: Path) -> None:
    document = html(
        tmp_path,
        f"<nav><a href='/'>Home</a><a href='/about'>About us</a></nav><article><h1>Herons</h1>{FILLER}"
        f"<script>alert('x')</script><ul><li>first</li><li>second <b>item</b></li></ul>{FILLER}</article><footer>© us</footer>",
        head='<title>Herons</title><meta name="author" content="Ann Onymous"><meta property="article:published_time" content="2024-03-05">',
    )
    assert (document.title, document.date, document.authors, document.paper) == (
        "Herons",
        "2024-03-05",
        ("Ann Onymous",),
        False,
    )
    assert "About us" not in document.text and "alert" not in document.text
    assert "\n- first\n- second item\n" in document.text


def test_links_have_their_places(tmp_path: Path) -> None:
    document = html(
        tmp_path,
        f"<nav><a href='https://arxiv.org/abs/2403.00013'>x</a></nav><article><h1>Birds</h1>{FILLER}<p>The work of "
        f"<a href='https://arxiv.org/abs/2401.00011v1'>Onymous et al.</a>, and arXiv:2402.00012, are read.</p>{FILLER}</article>",
    )
    assert [(r.arxiv, r.start is not None and document.text[r.start : r.end]) for r in document.references] == [
        ("2401.00011", "Onymous et al."),
        ("2402.00012", "arXiv:2402.00012"),
        ("2403.00013", False),
    ]


def test_sections_are_about_the_papers_that_they_link_to(tmp_path: Path) -> None:
    document = html(
        tmp_path,
        f"<article><h1>Birds</h1>{FILLER}<h2>Heron</h2><p><a href='https://arxiv.org/abs/2401.00011'>paper</a></p>{FILLER}"
        f"<h3>Results</h3>{FILLER}<h2>Egret</h2>{FILLER}</article>",
    )
    assert [(s.title, s.arxiv) for s in document.sections] == [
        ("Birds", None), ("Heron", "2401.00011"), ("Results", "2401.00011"), ("Egret", None),
    ]  # fmt: skip
    assert "".join(document.text[s.start : s.end] for s in document.sections) == document.text


def test_the_declared_encoding_is_heeded(tmp_path: Path) -> None:
    document = html(
        tmp_path, f"<article><h1>Reiher</h1><p>Über Größe und Maß der Reiher.</p>{FILLER}</article>",
        head='<meta charset="ISO-8859-15">', encoding="iso-8859-15",
    )  # fmt: skip
    assert "Über Größe und Maß" in document.text


def test_a_fragment_that_is_a_single_paragraph_is_read(tmp_path: Path) -> None:
    path = tmp_path / "note.html"
    path.write_text("<p>Heron extends Egret.</p>")
    found, told = documents(path)
    assert [document.text.strip() for document in found] == ["Heron extends Egret."]
    assert not told.lines


def test_a_page_without_text_is_told(tmp_path: Path) -> None:
    path = tmp_path / "empty"
    path.write_text("<html><body></body></html>")
    found, told = documents(path)
    assert found == []
    assert told.lines == [f"{path}: no main text found in the HTML: passed over; try --format page"]


def test_a_page_nested_without_end(tmp_path: Path) -> None:
    path = tmp_path / "deep"
    path.write_text("<html><body>" + "<div>" * 50_000 + "words")
    found, told = documents(path)
    assert len(found) + len(told) == 1


def test_lists_of_nothing_but_papers_are_no_navigation(tmp_path: Path) -> None:
    readings = "".join(
        f"<li><a href='https://arxiv.org/abs/240{n}.00011'>Paper Number {n} of Ours</a></li>" for n in range(1, 6)
    )
    document = html(tmp_path, f"<article><h1>Birds</h1>{FILLER}<h2>Readings</h2><ul>{readings}</ul>{FILLER}</article>")
    assert [document.text[r.start : r.end] for r in document.references] == [
        f"Paper Number {n} of Ours" for n in range(1, 6)
    ]
    about = {s.arxiv: s.title for s in document.sections if s.arxiv}
    assert about == {f"240{n}.00011": f"Paper Number {n} of Ours" for n in range(1, 6)}


def test_characters_that_mark_links_may_stand_in_the_page(tmp_path: Path) -> None:
    strange = "\ue0007\ue001\ue002 &#xe000;99&#xe001; &#xe002;"
    document = html(
        tmp_path, f"<article><h1>Birds</h1>{FILLER}<p>{strange} among the words of it.</p>{FILLER}</article>"
    )
    assert document.references == () and "among the words" in document.text


def test_a_publishers_page_is_its_paper(tmp_path: Path) -> None:
    said = {
        "citation_title": "Heron: Wading Through Long Contexts", "citation_date": "2024/01/02",
        "citation_arxiv_id": "2401.00011", "citation_abstract": "We present Heron. See arXiv:2402.00012.",
    }  # fmt: skip
    head = "".join(f'<meta name="{name}" content="{content}">' for name, content in said.items())
    head += '<meta name="citation_author" content="Onymous, Ann"><meta name="citation_author" content="Name, Ben">'
    document = html(tmp_path, f"<h1>Heron</h1>{FILLER}<a href='https://arxiv.org/abs/2401.00011'>this</a>", head)
    assert document.paper and document.id == document.arxiv == "2401.00011"
    assert document.title == "Heron: Wading Through Long Contexts"
    assert (document.authors, document.date) == (("Ann Onymous", "Ben Name"), "2024-01-02")
    assert document.text == "We present Heron. See arXiv:2402.00012."
    assert [r.arxiv for r in document.references] == ["2402.00012"]


def test_a_publishers_page_without_abstract_gives_its_main_text(tmp_path: Path) -> None:
    head = '<meta name="citation_title" content="Egret"><meta name="citation_doi" content="10.1000/EGRET">'
    document = html(tmp_path, f"<article><h1>Egret</h1>{FILLER}{FILLER}</article>", head)
    assert (document.id, document.doi, document.paper) == ("10.1000/egret", "10.1000/egret", True)
    assert "It says what there is to say" in document.text


def test_control_characters_within_links(tmp_path: Path) -> None:
    link = "<a href='https://arxiv.org/abs/2401.00011'>Her\x01on&#2;</a>"
    document = html(tmp_path, f"<article><h1>Birds</h1>{FILLER}<p>We \x03 read {link} now.</p>{FILLER}</article>")
    assert [document.text[r.start : r.end] for r in document.references] == ["Heron"]
