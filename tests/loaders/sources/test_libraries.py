"""Libraries of references: BibTeX, RIS and CSL-JSON, as Zotero and others export them."""

import json
from pathlib import Path
from typing import Any

import pytest

from begat.graph.model import Document
from tests.loaders.sources.samples import Told, documents


def library(tmp_path: Path, text: str) -> tuple[list[Document], Told]:
    path = tmp_path / "library"
    path.write_text(text)
    return documents(path)


# -- BibTeX ------------------------------------------------------------------------------------------------


def test_an_entry_is_read_whole(tmp_path: Path) -> None:
    (document,), told = library(
        tmp_path,
        r"""% exported by hand
@string{wad = "Journal of Wading"}
@article{re2024heron,
  title = {{Heron}: Wading {T}hrough 5\% of S\"umpfe},
  author = {R{\'e}, Ana and van der Berg, Jr., Jan and {Marsh Team} and others},
  abstract = {Heron is 5% better -- ``by far''; it costs $O(n^2)$.},
  journal = wad, year = 2024, month = jan, doi = {10.1000/Heron\_1}, url = {https://example.org/a\_b}
}""",
    )
    assert told == []
    assert (document.id, document.doi, document.place) == ("10.1000/heron_1", "10.1000/heron_1", "line 3")
    assert document.title == "Heron: Wading Through 5% of Sümpfe"
    assert document.authors == ("Ana Ré", "Jan van der Berg Jr.", "Marsh Team")
    assert document.text == "Heron is 5% better – “by far”; it costs $O(n^2)$."
    assert (document.venue, document.date, document.url) == ("Journal of Wading", "2024-01", "https://example.org/a_b")


@pytest.mark.parametrize(
    "fields",
    [
        "eprint = {2401.00011}, archiveprefix = {arXiv}",
        "number = {arXiv:2401.00011}",
        "url = {http://arxiv.org/abs/2401.00011v2}",
        "doi = {10.48550/arXiv.2401.00011}",
        "journal = {arXiv preprint arXiv:2401.00011}",
    ],
)
def test_an_arxiv_id_stands_in_many_fields(tmp_path: Path, fields: str) -> None:
    (document,), _ = library(tmp_path, f"@misc{{heron,\n title = {{Heron}}, {fields}\n}}")
    assert document.id == document.arxiv == "2401.00011"


@pytest.mark.parametrize(
    ("fields", "date"),
    [
        ("year = 2024", "2024"),
        ("year = {2024}, month = {3}", "2024-03"),
        ("year = {2024}, month = mar", "2024-03"),
        ("year = {2024}, month = {March}", "2024-03"),
        ("date = {2024-03-02}", "2024-03-02"),
        ("date = {2024-03/2024-05}", "2024-03"),
    ],
)
def test_dates_of_entries(tmp_path: Path, fields: str, date: str) -> None:
    (document,), _ = library(tmp_path, f"@misc{{heron,\n title = {{Heron}}, {fields}\n}}")
    assert document.date == date


def test_a_broken_entry_costs_only_itself(tmp_path: Path) -> None:
    found, told = library(
        tmp_path,
        "@misc{one, title={One}}\n@misc{two, title={Never closed, year=2020\n\n@misc{three, title={Three}}\n@misc{four title}\n",
    )
    assert [document.title for document in found] == ["One", "Three"]
    assert all("not BibTeX" in line for line in told.lines)
    assert "line 2" in told.lines[0] and "line 5" in told.lines[1]
    assert all(line.count("line ") == 1 for line in told.lines)  # the file's, not the entry's own


def test_comments_and_preambles_are_no_papers(tmp_path: Path) -> None:
    found, told = library(tmp_path, '@comment{jabref-meta: x;}\n@preamble{"x"}\n@misc{one, title={One}}\n')
    assert [document.id for document in found] == ["one"] and told == []


def test_braces_without_end_are_bounded(tmp_path: Path) -> None:
    deep = "@misc{deep,\n title = {" + "{" * 3000 + "Heron" + "}" * 3000 + "}\n}\n"
    found, told = library(tmp_path, deep + "@misc{fine, title={Fine}}\n")
    assert found[-1].title == "Fine" and (len(found) == 2 or told)


# -- RIS ---------------------------------------------------------------------------------------------------


def test_a_ris_record_is_read_whole(tmp_path: Path) -> None:
    (document,), told = library(
        tmp_path,
        "TY  - JOUR\nT1  - Heron\nAU  - Ré, Ana\nAU  - Li, Kim\nN2  - Heron extends Egret.\nY1  - 2024/01/02/\n"
        "T2  - Wading\nDO  - 10.1000/heron\nUR  - https://arxiv.org/abs/2401.00011\nN1  - <p>Read <b>again</b>.</p>\nER  - \n",
    )
    assert told == []
    assert (document.id, document.arxiv, document.doi) == ("2401.00011", "2401.00011", "10.1000/heron")
    assert (document.title, document.authors, document.date) == ("Heron", ("Ana Ré", "Kim Li"), "2024-01-02")
    assert (document.text, document.venue) == ("Heron extends Egret.\n\nRead again.", "Wading")


def test_a_ris_record_without_its_end_ends_where_another_begins(tmp_path: Path) -> None:
    found, _ = library(tmp_path, "TY  - JOUR\nTI  - One\nPY  - 2020///\nTY  - JOUR\nTI  - Two\nER  - \n")
    assert [(document.title, document.date) for document in found] == [("One", "2020"), ("Two", None)]


# -- CSL-JSON ----------------------------------------------------------------------------------------------

ITEM: dict[str, Any] = {
    "id": "http://zotero.org/users/1/items/AB12",
    "type": "article",
    "title": "Heron",
    "abstract": "Heron extends Egret.",
    "number": "arXiv:2401.00011",
    "publisher": "arXiv",
    "note": "arXiv:2401.00011 [cs]\nCitation Key: re2024\nIt wades further than I thought.",
    "author": [
        {"family": "Ré", "given": "Ana"},
        {"family": "Berg", "given": "Jan", "non-dropping-particle": "van der"},
    ],
    "issued": {"date-parts": [["2024", 1, 2]]},
    "accessed": {"date-parts": [[2025, 1, 1]]},
    "container-title": "Wading",
}


def item(tmp_path: Path, **changes: Any) -> Document:
    (document,), told = library(tmp_path, json.dumps([{**ITEM, **changes}], indent=2))
    assert told == []
    return document


def test_an_item_is_read_whole(tmp_path: Path) -> None:
    document = item(tmp_path)
    assert (document.id, document.arxiv, document.title, document.venue) == (
        "2401.00011",
        "2401.00011",
        "Heron",
        "Wading",
    )
    assert document.authors == ("Ana Ré", "Jan van der Berg")
    assert document.date == "2024-01-02"


def test_a_readers_own_words_stand_below_the_abstract(tmp_path: Path) -> None:
    assert item(tmp_path).text == "Heron extends Egret.\n\nIt wades further than I thought."
    assert item(tmp_path, notes=[{"note": "<h1>Mine</h1><p>Compare with Stork&nbsp;2.</p>"}], note="").text == (
        "Heron extends Egret.\n\nMine\nCompare with Stork 2."
    )


@pytest.mark.parametrize(
    ("issued", "date"),
    [
        ({"date-parts": [[2023]]}, "2023"),
        ({"date-parts": [["2024", "11"]]}, "2024-11"),
        ({"literal": "2024-05-06"}, "2024-05-06"),
        ({"raw": "May 2024"}, "2024-05"),
        ({"date-parts": [[]]}, "2024-01"),
        (None, "2024-01"),
    ],
)
def test_dates_of_items(tmp_path: Path, issued: object, date: str) -> None:
    assert item(tmp_path, issued=issued).date == date


def test_an_item_without_ids_has_its_key(tmp_path: Path) -> None:
    assert item(tmp_path, number=None, note="", **{"citation-key": "re2024"}).id == "re2024"
    assert item(tmp_path, number=None, note="").id == "AB12"
