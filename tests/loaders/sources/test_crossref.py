"""Crossref's works: titles in parts, dates in parts, abstracts in JATS, references as publishers deposit them."""

import json
from pathlib import Path
from typing import Any

import pytest

from begat.graph.model import Document, Reference
from begat.loaders.sources import crossref
from tests.loaders.sources.samples import documents

WORK: dict[str, Any] = {
    "DOI": "10.9999/Heron.1",
    "type": "journal-article",
    "title": ["Heron"],
    "subtitle": ["Wading Through Long Contexts"],
    "author": [{"given": "Åsa", "family": "Öberg", "sequence": "first"}, {"name": "The Wading Group"}],
    "issued": {"date-parts": [[2024, 1, 2]]},
    "container-title": ["Wading"],
    "URL": "https://doi.org/10.9999/heron.1",
    "is-referenced-by-count": 3,
    "abstract": "<jats:title>Abstract</jats:title><jats:p>Heron extends <jats:italic>Egret</jats:italic>.</jats:p><jats:p>It wades.</jats:p>",
}


def work(tmp_path: Path, **changes: object) -> Document:
    path = tmp_path / "works"
    path.write_text(json.dumps({"status": "ok", "message": {"items": [WORK | changes]}}))
    found, told = documents(path)
    assert told == []
    return found[0]


def test_a_work_is_read_whole(tmp_path: Path) -> None:
    read = work(tmp_path)
    assert (read.id, read.doi, read.title) == ("10.9999/heron.1",) * 2 + ("Heron: Wading Through Long Contexts",)
    assert read.authors == ("Åsa Öberg", "The Wading Group")
    assert (read.date, read.venue, read.text) == ("2024-01-02", "Wading", "Heron extends Egret.\n\nIt wades.")


@pytest.mark.parametrize(
    ("issued", "date"),
    [
        ({"date-parts": [[2024]]}, "2024"),
        ({"date-parts": [[2024, 3]]}, "2024-03"),
        ({"date-parts": [[None]]}, None),
        (None, None),
    ],
)
def test_a_date_is_as_precise_as_it_is_known(tmp_path: Path, issued: object, date: str | None) -> None:
    assert work(tmp_path, issued=issued).date == date


def test_works_cited_are_known_by_doi_link_or_title(tmp_path: Path) -> None:
    cited = [
        {"key": "1", "DOI": "10.9999/EGRET", "doi-asserted-by": "crossref", "article-title": "Egret"},
        {"key": "2", "unstructured": "Li, K.: Stork. arXiv preprint arXiv:2301.00001 (2023)"},
        {"key": "3", "volume-title": "Old\n Birds", "year": "2003"},
        {"key": "4", "unstructured": "Somebody, personal communication"},
    ]
    assert work(tmp_path, reference=cited).references == (
        Reference(doi="10.9999/egret", title="Egret"),
        Reference(arxiv="2301.00001"),
        Reference(title="Old Birds"),
    )


def test_a_publication_knows_its_preprint(tmp_path: Path) -> None:
    relation = {"has-preprint": [{"id-type": "doi", "id": "10.48550/arXiv.2401.00011", "asserted-by": "object"}]}
    read = work(tmp_path, relation=relation)
    assert (read.arxiv, read.doi) == ("2401.00011", "10.9999/heron.1")


def test_only_preprint_and_publication_are_one() -> None:
    other = {
        "is-preprint-of": [{"id": "10.9999/A"}],
        "is-supplement-to": [{"id": "10.9999/b"}],
        "has-preprint": [{"id": None}],
    }
    assert crossref.same({"relation": other}) == ["doi:10.9999/a"]


@pytest.mark.parametrize(
    ("abstract", "text"),
    [
        ("Plain & simple.", "Plain & simple."),
        ("<p>Unclosed <b>words", "Unclosed words"),
        ("<jats:sec><jats:title>Aim</jats:title><jats:p>To wade.</jats:p></jats:sec>", "Aim\n\nTo wade."),
        ("<", ""),
    ],
)
def test_an_abstract_is_text_whatever_its_marks(abstract: str, text: str) -> None:
    assert crossref.text_of(abstract) == text


def test_an_abstract_opens_no_file(tmp_path: Path) -> None:
    (tmp_path / "secret").write_text("nobody's business")
    read = crossref.text_of(f'<!DOCTYPE a [<!ENTITY x SYSTEM "{(tmp_path / "secret").as_uri()}">]><p>&x;Heron</p>')
    assert "Heron" in read and "business" not in read
