"""The picture that stands alone."""

import re
from xml.etree import ElementTree

from begat.viz.svg import svg
from tests.viz import hostile, works

SVG = "{http://www.w3.org/2000/svg}"


def test_it_is_a_complete_picture_with_heading_years_and_legend() -> None:
    root = ElementTree.fromstring(svg(works.known_works(only=works.FEW)))
    words = [element.text for element in root.iter(f"{SVG}text")]
    assert "Lineage of Orca 2" in words
    assert "2023" in words
    assert "fine-tuned from" in words
    assert root.get("width") and root.get("height")


def test_each_node_has_a_title_for_those_who_cannot_see_it() -> None:
    root = ElementTree.fromstring(svg(works.known_works(only=works.FEW)))
    titles = {title.text for title in root.iter(f"{SVG}title")}
    assert "Flan Collection, dataset, 2023-01-31" in titles


def test_its_colours_are_filled_in() -> None:
    picture = svg(works.known_works(only=works.FEW))
    assert "var(" not in picture
    assert "#ffe082" in picture


def test_strangers_texts_leave_it_well_formed_and_without_script() -> None:
    root = ElementTree.fromstring(svg(hostile.lineage()))
    tags = {element.tag.removeprefix(SVG) for element in root.iter()}
    assert tags <= {
        "svg",
        "title",
        "style",
        "defs",
        "marker",
        "path",
        "rect",
        "text",
        "g",
        "circle",
        "linearGradient",
        "stop",
    }
    assert not any(re.match("on|href", name) for element in root.iter() for name in element.attrib)
