"""Pages: their sections, the paper that each is about, and where they point."""

from pathlib import Path
from textwrap import dedent

import pytest

from begat.graph.model import Document
from tests.loaders.sources.samples import documents

FILLER = "It says what there is to say of it, in a line that is long, as lines of a page saved from a browser are."


def page(tmp_path: Path, text: str) -> Document:
    path = tmp_path / "week-3.txt"
    path.write_text(dedent(text).lstrip("\n"))
    (document,), told = documents(path, format="page")
    assert told == []
    return document


def outline(document: Document) -> list[tuple[str | None, str | None]]:
    """Each section's title and paper, once it is sure that the sections cover the page."""
    if document.sections:
        assert "".join(document.text[s.start : s.end] for s in document.sections) == document.text
    return [(s.title, s.arxiv or s.doi) for s in document.sections]


def test_a_post_is_one_document_with_all_of_its_text(tmp_path: Path) -> None:
    text = f"Posted by Ann Onymous, Writer, and Ben Name\n{FILLER}\n{FILLER}\nSource link"
    document = page(tmp_path, text)
    assert (document.id, document.paper, document.text, document.title) == ("week-3", False, text, None)
    assert document.sections == ()


def test_readings_of_a_plain_page(tmp_path: Path) -> None:
    document = page(
        tmp_path,
        f"""
        Birds of the marsh
        - Slides: W03
        - Lead: team 2
        In this week we shall read:
        Required readings:
        Heron: Wading Through Long Contexts
        - https://arxiv.org/abs/2401.00011
        - Ann Onymous, Ben Name, Cy Pher
        - {FILLER}
        More
        related: Egret, a Smaller Heron
        - {FILLER} See https://arxiv.org/abs/2402.00012 for more of it.
        Blog:
        HERON: wading through long contexts
        {FILLER}
        -
        Stork: A stork is fine-tuned from Heron.
        -
        Short item
        An overview of Heron
        {FILLER}
        """,
    )
    assert outline(document) == [
        ("Birds of the marsh", None),
        ("Required readings", None),
        ("Heron: Wading Through Long Contexts", "2401.00011"),
        ("More", None),
        ("Egret, a Smaller Heron", None),  # it is pointed to in passing
        ("Blog", None),
        ("HERON: wading through long contexts", "2401.00011"),  # the same title as above
        ("An overview of Heron", None),
    ]
    assert document.title == "Birds of the marsh"


def test_references_quote_the_link_as_written(tmp_path: Path) -> None:
    document = page(
        tmp_path, f"Birds\nHeron\n- https://arxiv.org/abs/2401.00011v2\n- {FILLER} (doi:10.1000/X(1)), too.\n"
    )
    assert [(r.arxiv, r.doi, r.title, document.text[r.start : r.end]) for r in document.references] == [
        ("2401.00011", None, "Heron", "https://arxiv.org/abs/2401.00011v2"),
        (None, "10.1000/x(1)", None, "doi:10.1000/X(1)"),
    ]


def test_headings_of_markdown_have_ranks(tmp_path: Path) -> None:
    document = page(
        tmp_path,
        f"""
        # Birds

        {FILLER}

        ## [Heron: Wading](https://arxiv.org/abs/2401.00011)

        {FILLER}
        Not a heading
        ### Experiments

        {FILLER}

        ## Egret ##
        [paper](https://arxiv.org/pdf/2402.00012), [code](https://example.org/egret)

        {FILLER}

        ```
        # a comment
        ```

        Stork
        -----

        {FILLER} See [the first](https://arxiv.org/abs/2401.00011).

        **Results**

        {FILLER}
        """,
    )
    assert outline(document) == [
        ("Birds", None),
        ("Heron: Wading", "2401.00011"),
        ("Experiments", "2401.00011"),
        ("Egret", "2402.00012"),
        ("Stork", None),
        ("Results", None),
    ]


def test_a_post_about_one_paper(tmp_path: Path) -> None:
    document = page(
        tmp_path,
        f"# Heron, explained\nPaper: https://arxiv.org/abs/2401.00011\n\n## Why\n{FILLER}\n\n## How\n{FILLER}\n",
    )
    assert outline(document) == [
        ("Heron, explained", "2401.00011"), ("Why", "2401.00011"), ("How", "2401.00011"),
    ]  # fmt: skip


def test_readings_listed_as_links(tmp_path: Path) -> None:
    document = page(
        tmp_path,
        f"""
        # Week 3

        - [Heron: Wading Through Contexts](https://arxiv.org/abs/2401.00011), by Ann Onymous.
          {FILLER}
        - Egret: A Smaller Heron. https://arxiv.org/abs/2402.00012
            - {FILLER}
        - Herons are seen in https://arxiv.org/abs/2403.00013
        - [slides](https://example.org/slides)

        {FILLER}
        """,
    )
    assert outline(document) == [
        ("Week 3", None),
        ("Heron: Wading Through Contexts", "2401.00011"),
        ("Egret: A Smaller Heron", "2402.00012"),
        ("Week 3", None),
    ]


def test_a_list_of_links_is_not_about_one_of_them(tmp_path: Path) -> None:
    links = "\n".join(f"- https://arxiv.org/abs/240{n}.00011" for n in range(1, 5))
    document = page(tmp_path, f"# Birds\n{FILLER}\n\n## Further reading\n{links}\n\n## End\n{FILLER}\n")
    assert outline(document) == [("Birds", None), ("Further reading", None), ("End", None)]
    assert len(document.references) == 4


def test_lines_broken_at_a_width(tmp_path: Path) -> None:
    document = page(
        tmp_path,
        """
        All About Herons

        The heron stands in shallow water and waits until a fish comes near, then
        Moves at once. This is what the model of that name was called after by the
        people who made it, none of whom had seen one catch
        Anything at all.

        How It Hunts

        It waits, and waits, and goes on waiting until there is something to be had
        and then it has it.
        """,
    )
    assert outline(document) == [("All About Herons", None), ("How It Hunts", None)]


def test_front_matter(tmp_path: Path) -> None:
    document = page(
        tmp_path, f'---\ntitle: "On Herons"\ndate: 2024-03-05\nauthors: Ann Onymous, Ben Name\n---\n\n{FILLER}\n'
    )
    assert (document.title, document.date, document.authors) == ("On Herons", "2024-03-05", ("Ann Onymous", "Ben Name"))
    assert document.text.startswith("---\ntitle")


@pytest.mark.parametrize(
    "line", ["word", "[" * 5000, "# " * 5000, "- \n" * 3000, "**" * 5000, "](" * 5000, "---\n" * 3000]
)
def test_strange_pages_are_read(tmp_path: Path, line: str) -> None:
    path = tmp_path / "strange"
    path.write_text(line)
    (document,), _ = documents(path, format="page")
    outline(document)
    assert document.text == line
