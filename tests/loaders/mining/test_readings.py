"""What there is to read in a document, and where it stands in the original."""

from begat.graph.model import Document, Section, Thing
from begat.graph.vocabulary import NodeType
from begat.loaders.mining.reading import Reading
from begat.loaders.mining.readings import readings


def original(reading: Reading, start: int, end: int) -> str:
    """What the original has where the reading has `text[start:end]`."""
    a, b = reading.origins[start], reading.origins[end - 1]
    document = reading.document
    return document.text[a : b + 1] if a >= 0 else (document.title or "")[-1 - a : -b]


def test_a_paper_is_its_title_and_text() -> None:
    document = Document("p", "We propose Quokka. It is small.", title="Quokka: a model", arxiv="2401.00001")
    (reading,) = readings(document)
    assert reading.text == "Quokka: a model\nWe propose Quokka. It is small."
    assert [s.title for s in reading.sentences] == [True, False, False]
    assert reading.about == Thing(NodeType.PAPER, "arxiv:2401.00001")
    assert len(reading.origins) == len(reading.text) + 1


def test_places_lead_back_to_title_and_text() -> None:
    document = Document("p", "As inQuokka we cut.", title="Beyond Quokka")
    (reading,) = readings(document)
    at = reading.text.index("Quokka")
    assert original(reading, at, at + 6) == "Quokka" and reading.origins[at] < 0
    at = reading.text.rindex("Quokka")
    assert reading.text[at - 1] == " "
    assert original(reading, at, at + 6) == "Quokka"
    assert document.text[reading.origins[at] - 2 : reading.origins[at]] == "in"


def test_a_paper_without_title_is_its_text() -> None:
    (reading,) = readings(Document("p", "We propose Quokka."))
    assert reading.text == "We propose Quokka."
    assert not any(s.title for s in reading.sentences)


def test_a_title_repeated_as_the_first_line_is_read_once() -> None:
    (reading,) = readings(Document("p", "Quokka: a model\nIt is small.", title="Quokka: a model"))
    assert reading.text.count("Quokka") == 1
    assert [s.title for s in reading.sentences] == [True, False]
    assert min(reading.origins) >= 0


def test_each_section_of_a_page_is_about_its_paper() -> None:
    text = "Readings\n\nQuokka\nIt is small.\n\nWombat\nIt digs.\n\nBye."
    first, second = text.index("Quokka"), text.index("Wombat")
    sections = (
        Section(first, second, "Quokka", arxiv="2401.00001"),
        Section(second, text.index("Bye"), "Wombat"),
    )
    page = Document("page", text, title="Readings", sections=sections, paper=False)
    found = readings(page)
    assert [r.text.split("\n")[0] for r in found] == ["Readings", "Quokka", "Wombat", "Bye."]
    assert [r.about.name for r in found] == ["document:page", "arxiv:2401.00001", "document:page", "document:page"]
    for reading in found:
        for at, letter in enumerate(reading.text):
            assert text[reading.origins[at]] == letter
    assert [any(s.title for s in r.sentences) for r in found] == [False, True, True, False]


def test_an_empty_document_has_nothing_to_say() -> None:
    (reading,) = readings(Document("p", ""))
    assert reading.sentences == ()
