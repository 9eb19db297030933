import re
from io import BytesIO
from pathlib import Path

from begat.graph.bibtex import write_bibtex
from begat.graph.model import Document, Facts, Node
from begat.graph.store import Store
from begat.graph.vocabulary import NodeType


def bibtex(store: Store) -> str:
    out = BytesIO()
    write_bibtex(store, out)
    return out.getvalue().decode()


def entries(text: str) -> list[str]:
    """The entries of a file as BibTeX sees them: by counting braces, which escapes do not hide."""
    found, depth, start = [], 0, 0
    for at, character in enumerate(text):
        if character == "{":
            depth += 1
        elif character == "}":
            depth -= 1
            assert depth >= 0
            if depth == 0:
                found.append(text[start : at + 1].strip())
                start = at + 1
    assert depth == 0
    return found


def test_a_paper_is_an_entry(store: Store) -> None:
    (orca,) = [entry for entry in entries(bibtex(store)) if "2311.11045" in entry]
    assert orca.splitlines() == [
        "@misc{arxiv-2311.11045,",
        "  title = {{Orca 2: Teaching Small Models}},",
        "  year = {2023},",
        "  month = {11},",
        "  eprint = {2311.11045},",
        "  archiveprefix = {arXiv},",
        "  url = {https://arxiv.org/abs/2311.11045},",
        "}",
    ]


def test_hostile_titles_stay_in_their_entry(hostile_store: Store) -> None:
    found = entries(bibtex(hostile_store))
    papers = list(hostile_store.nodes("type = 'Paper'"))
    assert len(found) == len(papers)
    assert all(re.match(r"@misc\{[A-Za-z0-9.+_:-]+,\n", entry) for entry in found)


def test_authors_come_from_the_document_or_the_metadata(tmp_path: Path) -> None:
    with Store.create(tmp_path / "papers.begat") as store, store.transaction():
        store.add_document(Document(id="a", text="…", arxiv="2301.00001", authors=("Ada L.", "Bell and Sons")), "")
        store.add_facts([Facts("doi:10.1/x", authors=("Grace H.",), venue="A Conference")])
        nodes = [
            Node("arxiv-2301.00001", NodeType.PAPER, "One", arxiv="2301.00001"),
            Node("doi-10.1%2Fx", NodeType.PAPER, "Two", doi="10.1/x"),
            Node("arxiv-2301.00003", NodeType.PAPER, "arxiv-2301.00003", arxiv="2301.00003"),
        ]
        store.replace_resolved(nodes, [], [], [], [])
        one, two = entries(bibtex(store))
    assert "author = {Ada L. and {Bell and Sons}}" in one
    assert "author = {Grace H.}" in two
    assert "howpublished = {A Conference}" in two
