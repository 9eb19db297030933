"""LaTeX source: text, citations in their places, bibliographies inside and beside."""

from pathlib import Path

import pytest

from begat.graph.model import Document, Reference
from tests.loaders.sources.samples import documents

BIBLIOGRAPHY = r"""\begin{thebibliography}{9}
\bibitem[Li(2023)]{egret} Kim Li. \newblock Egret: Standing Still in Water. \newblock \emph{arXiv preprint arXiv:2301.00001}, 2023.
\bibitem{stork} Ana R\'e. \newblock 2020. \newblock {S}tork and its Long Legs. \newblock \url{https://doi.org/10.1000/stork}
\bibitem{ibis} C. D. Ibis: nobody ever cites it.
\end{thebibliography}
"""

PAPER = r"""% not \cite{this}
\documentclass{article}
\title{Heron:\\ \emph{Wading} Slowly}
\author{Ana R\'e\thanks{Grant 7} \\ Marsh Lab \And Kim Li}
\begin{document}
\maketitle
\begin{abstract}
Heron extends Egret~\cite{egret}, 5\% better than \textsc{Stork} \citep[see][p.~3]{stork,unknown}.
\end{abstract}
\section{Introduction}
\citet{egret} stands in $O(n)$. % a remark
\begin{figure}\caption{No text}\end{figure}
\input{SECRET}\include{SECRET}
\bibliography{SECRET}
BIBLIOGRAPHY
\end{document}
"""


def paper(tmp_path: Path, source: str, name: str = "heron.tex") -> Document:
    path = tmp_path / name
    path.write_text(source)
    (document,), told = documents(path)
    assert told == []
    return document


def test_a_paper_is_read_whole(tmp_path: Path) -> None:
    document = paper(tmp_path, PAPER.replace("BIBLIOGRAPHY", BIBLIOGRAPHY))
    assert (document.id, document.title, document.authors) == ("heron", "Heron: Wading Slowly", ("Ana Ré", "Kim Li"))
    assert document.text.startswith("Heron extends Egret [1], 5% better than Stork [2][3].")
    assert "Introduction\n[1] stands in $O(n)$." in document.text
    assert "No text" not in document.text and "remark" not in document.text


def test_citations_stand_where_the_text_makes_them(tmp_path: Path) -> None:
    document = paper(tmp_path, PAPER.replace("BIBLIOGRAPHY", BIBLIOGRAPHY))
    egret, stork = "Egret: Standing Still in Water", "Stork and its Long Legs"
    first = "Heron extends Egret [1], 5% better than Stork [2][3]."
    placed = [(r.arxiv, r.doi, r.title, document.text[r.start : r.end], r.intent) for r in document.references if r.end]
    assert placed == [
        ("2301.00001", None, egret, first, "extends"),
        (None, "10.1000/stork", stork, first, "compares"),
        ("2301.00001", None, egret, "[1] stands in $O(n)$.", None),
    ]


def test_the_bibliography_may_lie_beside(tmp_path: Path) -> None:
    (tmp_path / "heron.bbl").write_text(BIBLIOGRAPHY)
    document = paper(tmp_path, PAPER.replace("BIBLIOGRAPHY", ""))
    assert {reference.arxiv for reference in document.references} == {"2301.00001", None}
    (only,), _ = documents(tmp_path)
    assert only == document.__class__(
        **{**{n: getattr(document, n) for n in document.__slots__}, "source": only.source}
    )


def test_a_bibliography_alone_is_a_page_that_cites(tmp_path: Path) -> None:
    document = paper(tmp_path, BIBLIOGRAPHY, "heron.bbl")
    assert not document.paper
    assert Reference(arxiv="2301.00001", title="Egret: Standing Still in Water") in document.references


def test_nothing_that_the_source_names_is_opened(tmp_path: Path) -> None:
    (tmp_path / "secret.tex").write_text("the heron's secret")
    for secret in (str(tmp_path / "secret"), "secret", str(tmp_path / "secret.tex")):
        assert "heron's secret" not in repr(paper(tmp_path, PAPER.replace("SECRET", secret)))


def test_reading_does_not_tell_the_day(tmp_path: Path) -> None:
    source = (
        r"\documentclass{article}\title{Heron}\begin{document}\maketitle Written on \today, it wades.\end{document}"
    )
    assert paper(tmp_path, source).text == "Written on , it wades."


def test_a_file_named_by_its_arxiv_id_is_that_paper(tmp_path: Path) -> None:
    assert paper(tmp_path, PAPER, "2401.00011v2.tex").arxiv == "2401.00011"


@pytest.mark.parametrize(
    "broken",
    [
        "{" * 20_000,
        r"\begin{itemize}" * 20_000,
        "}" * 500,
        r"\cite{egret",
        r"\def\a{\a\a}\a",
        "$" * 501,
        r"\verb|x",
        "\ue0001\ue001",
    ],
)
def test_broken_markup_costs_no_more_than_its_paragraph(tmp_path: Path, broken: str) -> None:
    source = PAPER.replace("BIBLIOGRAPHY", f"\n\n{broken}\n\nHerons fly home.\n")
    assert "Heron extends Egret [1]" in paper(tmp_path, source).text
