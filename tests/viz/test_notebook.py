"""What a notebook shows of a graph, a lineage and an answer."""

import base64
import re
from pathlib import Path

import begat
from begat.graph.store import Store
from begat.queries.lineage import lineage
from begat.queries.results import Result
from begat.viz.notebook import ROWS
from tests.viz import hostile


def test_a_graph_shows_what_is_in_it(miniature_path: Path) -> None:
    with begat.open(miniature_path) as graph:
        shown = graph._repr_html_()
    assert "<td>Model</td><td>10</td>" in shown
    assert "<td>extends</td>" in shown


def test_a_lineage_shows_its_picture_as_an_image_of_its_own(store: Store) -> None:
    shown = lineage(store, "model-orca-2")._repr_html_()
    data = re.search(r'src="data:image/svg\+xml;base64,([^"]+)"', shown)
    assert data
    picture = base64.b64decode(data[1]).decode()
    assert picture.startswith("<svg")
    assert "Orca 2" in picture


def test_an_answer_shows_its_first_rows_and_says_how_many_more() -> None:
    rows = [(f"<b>{n}</b>", None, 0.123456, ["a", "b"], {"name": "Orca", "id": "x"}) for n in range(ROWS + 7)]
    shown = Result(("name", "nothing", "number", "list", "node"), rows, ("a note",))._repr_html_()
    assert shown.count("<tr>") == ROWS + 1
    assert "&lt;b&gt;0&lt;/b&gt;" in shown
    assert "<td>0.1235</td><td>a<br>b</td><td>Orca</td>" in shown
    assert "7 more rows" in shown
    assert "a note" in shown


def test_texts_of_strangers_stay_text() -> None:
    assert "<script" not in hostile.lineage()._repr_html_()
    rows = [(payload,) for payload in hostile.PAYLOADS]
    assert not re.search(
        r"<(?!/?(table|thead|tbody|tr|th|td|br|p)\b)", Result(hostile.PAYLOADS[:1], rows)._repr_html_()
    )


def test_a_family_and_a_comparison_show_their_pictures(miniature_path: Path) -> None:
    with begat.open(miniature_path) as graph:
        shown = graph.family("Orca")._repr_html_(), graph.compare("Orca 2", "BERT")._repr_html_()
    for html, words in zip(shown, ("The Orca family: ", "Orca 2 and BERT: "), strict=True):
        assert html.startswith(f'<img alt="{words}')
        assert "data:image/svg+xml;base64," in html
