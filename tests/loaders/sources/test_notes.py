"""Notes in Markdown with [[links]]: which of them are papers."""

from pathlib import Path

import pytest

from begat.graph.model import Document
from tests.loaders.sources.samples import documents


def note(tmp_path: Path, text: str) -> Document:
    path = tmp_path / "note.md"
    path.write_text(text)
    (document,), told = documents(path)
    assert told == []
    return document


@pytest.mark.parametrize(
    ("link", "arxiv", "title"),
    [
        ("[[2401.00011]]", "2401.00011", None),
        ("[[arXiv:2401.00011|the heron paper]]", "2401.00011", None),
        ("[[papers/2401.00011.md]]", "2401.00011", None),
        ("[[Heron: Wading Through Long Contexts]]", None, "Heron: Wading Through Long Contexts"),
        ("[[Heron - Wading Through Marshes#Method|Heron]]", None, "Heron - Wading Through Marshes"),
    ],
)
def test_a_link_to_a_paper_is_a_reference_with_its_place(
    tmp_path: Path, link: str, arxiv: str | None, title: str | None
) -> None:
    document = note(tmp_path, f"# My reading\n\nIt extends {link}, they say.\n")
    (reference,) = document.references
    assert (reference.arxiv, reference.title) == (arxiv, title)
    assert reference.arxiv is None or document.text[reference.start : reference.end].strip("[]").startswith(
        ("2401", "arXiv", "papers")
    )


@pytest.mark.parametrize(
    "link", ["[[LoRA]]", "[[2024-01-02]]", "![[figure.png]]", "[[]]", "[[a\nb c d e]]", r"\[[Not a link at all]]"]
)
def test_a_link_to_another_note_is_no_paper(tmp_path: Path, link: str) -> None:
    assert note(tmp_path, f"# My reading\n\nSee {link} for more of it.\n").references == ()
