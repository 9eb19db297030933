"""XML of publishers: the Anthology, JATS, GROBID's TEI; and XML that means harm."""

import threading
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path

import pytest

from begat.graph.model import Document, Reference
from tests.loaders.sources.samples import Told, documents


def xml(tmp_path: Path, text: str) -> tuple[list[Document], Told]:
    path = tmp_path / "file"
    path.write_text(text)
    return documents(path)


# -- the Anthology -----------------------------------------------------------------------------------------

COLLECTION = """<?xml version='1.0' encoding='UTF-8'?>
<collection id="2024.birds">
  <volume id="long" ingest-date="2024-07-01">
    <meta><booktitle>Proceedings on <fixed-case>B</fixed-case>irds</booktitle><month>July–August</month><year>2024</year>
      <editor><first>An</first><last>Editor</last></editor></meta>
    <frontmatter><url hash="0">2024.birds-long.0</url></frontmatter>
    <paper id="1">
      <title><fixed-case>H</fixed-case>eron: Wading at <tex-math>O(n)</tex-math></title>
      <author><first>Ana</first><last>Ré</last></author><author><last>Li</last></author>
      <abstract>Heron extends <i>Egret</i> &amp; wades.</abstract>
      <url hash="1">2024.birds-long.1</url><doi>10.18653/v1/2024.Birds-long.1</doi>
    </paper>
    <paper id="2"><title>Stork</title><author><first>Kim</first><last>Li</last></author></paper>
  </volume>
</collection>"""


def test_papers_of_a_collection_share_what_their_volume_says(tmp_path: Path) -> None:
    (heron, stork), told = xml(tmp_path, COLLECTION)
    assert told == []
    assert (heron.id, heron.doi) == ("2024.birds-long.1", "10.18653/v1/2024.birds-long.1")
    assert (heron.title, heron.text) == ("Heron: Wading at O(n)", "Heron extends Egret & wades.")
    assert heron.authors == ("Ana Ré", "Li")
    assert heron.url == "https://aclanthology.org/2024.birds-long.1"
    assert {(d.date, d.venue) for d in (heron, stork)} == {("2024-07", "Proceedings on Birds")}


@pytest.mark.parametrize(
    ("collection", "volume", "paper", "id"),
    [
        ("2024.birds", "long", "2", "2024.birds-long.2"),
        ("P19", "1", "7", "P19-1007"),
        ("W19", "12", "3", "W19-1203"),
        ("D19", "57", "3", "D19-5703"),
        ("D19", "1", "3", "D19-1003"),
    ],
)
def test_ids_are_made_as_the_anthology_makes_them(
    tmp_path: Path, collection: str, volume: str, paper: str, id: str
) -> None:
    text = COLLECTION.replace('"2024.birds"', f'"{collection}"').replace('"long"', f'"{volume}"')
    (_, stork), _ = xml(tmp_path, text.replace('paper id="2"', f'paper id="{paper}"'))
    assert stork.id == id


# -- JATS and TEI ------------------------------------------------------------------------------------------

JATS = """<?xml version="1.0" encoding="UTF-8"?>
<!DOCTYPE article PUBLIC "-//NLM//DTD JATS (Z39.96) Journal Archiving 1.3//EN" "JATS-archivearticle1.dtd">
<article xmlns:xlink="http://www.w3.org/1999/xlink"><front>
<journal-meta><journal-title-group><journal-title>Wading</journal-title></journal-title-group></journal-meta>
<article-meta><article-id pub-id-type="doi">10.1000/Heron</article-id>
<title-group><article-title>Heron: <italic>Wading</italic></article-title></title-group>
<contrib-group><contrib contrib-type="author"><name><surname>R&eacute;</surname><given-names>Ana</given-names></name></contrib>
<contrib contrib-type="editor"><name><surname>Li</surname><given-names>Kim</given-names></name></contrib></contrib-group>
<pub-date pub-type="epub"><day>2</day><month>1</month><year>2024</year></pub-date>
<abstract><p>We present Heron.</p></abstract></article-meta></front>
<body><sec><title>Introduction</title><p>Heron extends Egret
 [<xref ref-type="bibr" rid="b1">1</xref>], and <bold>not</bold> Stork [<xref ref-type="bibr" rid="b2">2</xref>].</p>
<fig><caption><p>A figure.</p></caption></fig></sec></body>
<back><ref-list><ref id="b1"><element-citation><article-title>Egret</article-title>
<pub-id pub-id-type="doi">10.1000/EGRET</pub-id></element-citation></ref>
<ref id="b2"><mixed-citation>Li K. Stork. arXiv:2301.00001, 2023.</mixed-citation></ref>
<ref id="b3"><mixed-citation><article-title>Never cited at all</article-title></mixed-citation></ref></ref-list></back>
</article>"""

TEI = """<?xml version="1.0" encoding="UTF-8"?>
<TEI xml:space="preserve" xmlns="http://www.tei-c.org/ns/1.0"><teiHeader><fileDesc>
<titleStmt><title level="a" type="main">Heron: Wading</title></titleStmt>
<sourceDesc><biblStruct><analytic><author><persName><forename type="first">Ana</forename><surname>Ré</surname></persName></author>
<title level="a">Heron: Wading</title></analytic><monogr><title level="j">Wading</title><imprint><date type="published" when="2024-01-02">2 Jan</date></imprint></monogr>
<idno type="DOI">10.1000/Heron</idno></biblStruct></sourceDesc></fileDesc>
<profileDesc><abstract><div><p>We present Heron.</p></div></abstract></profileDesc></teiHeader>
<text><body><div><head n="1">Introduction</head><p>Heron extends Egret <ref type="bibr" target="#b0">[1]</ref>, and not Stork <ref type="bibr" target="#b1">[2]</ref>.</p></div>
<figure><head>Figure 1</head></figure></body>
<back><div type="references"><listBibl>
<biblStruct xml:id="b0"><analytic><title level="a">Egret</title><idno type="DOI">10.1000/EGRET</idno></analytic><monogr><title>W</title></monogr></biblStruct>
<biblStruct xml:id="b1"><monogr><title>Stork</title><idno type="arXiv">arXiv:2301.00001[cs.CL]</idno></monogr></biblStruct>
<biblStruct xml:id="b2"><analytic><title level="a">Never cited at all</title></analytic></biblStruct>
</listBibl></div></back></text></TEI>"""


@pytest.mark.parametrize("text", [JATS, TEI], ids=["jats", "tei"])
def test_an_article_is_read_whole(tmp_path: Path, text: str) -> None:
    (document,), told = xml(tmp_path, text)
    assert told == []
    assert (document.title, document.doi, document.id) == ("Heron: Wading", "10.1000/heron", "10.1000/heron")
    assert (document.authors, document.date, document.venue) == (("Ana Ré",), "2024-01-02", "Wading")
    assert document.text == "We present Heron.\n\nIntroduction\n\nHeron extends Egret [1], and not Stork [2]."


@pytest.mark.parametrize("text", [JATS, TEI], ids=["jats", "tei"])
def test_citations_stand_where_the_text_makes_them(tmp_path: Path, text: str) -> None:
    (document,), _ = xml(tmp_path, text)
    sentence = "Heron extends Egret [1], and not Stork [2]."
    placed = [(r.doi, r.arxiv, document.text[r.start : r.end], r.intent) for r in document.references if r.start]
    assert placed == [("10.1000/egret", None, sentence, "extends"), (None, "2301.00001", sentence, None)]
    assert document.references[-1] == Reference(title="Never cited at all")


# -- harm --------------------------------------------------------------------------------------------------


def laughing() -> str:
    entities = "".join(f'<!ENTITY l{n} "{f"&l{n - 1};" * 10}">' for n in range(1, 10))
    return f'<!DOCTYPE article [<!ENTITY l0 "ha">{entities}]>'


def in_each(doctype: str, entity: str) -> dict[str, str]:
    """The samples of every format with a document type and an entity in the title and the text."""
    texts = {"anthology": COLLECTION, "jats": JATS.replace(JATS.split("\n")[1], ""), "tei": TEI}
    return {
        name: text.replace("?>", f"?>{doctype.replace('article', root)}", 1)
        .replace("Heron: ", f"{entity}Heron: ")
        .replace("eron extends", f"eron{entity} extends")
        for (name, text), root in zip(texts.items(), ("collection", "article", "TEI"), strict=True)
    }


@pytest.mark.parametrize("name", ["anthology", "jats", "tei"])
def test_a_billion_laughs_stay_one(tmp_path: Path, name: str) -> None:
    found, told = xml(tmp_path, in_each(laughing(), "&l9;")[name])
    assert all(len(repr(document)) < 2000 for document in found)
    assert found or any("damaged XML" in line for line in told.lines)


@pytest.mark.parametrize("name", ["anthology", "jats", "tei"])
def test_an_external_entity_is_never_opened(tmp_path: Path, name: str) -> None:
    secret = tmp_path / "secret"
    secret.write_text("the heron's secret")
    found, _ = xml(tmp_path, in_each(f'<!DOCTYPE article [<!ENTITY x SYSTEM "{secret.as_uri()}">]>', "&x;")[name])
    assert found and not any("secret" in repr(document) for document in found)


@pytest.mark.parametrize("name", ["anthology", "jats", "tei"])
def test_nothing_is_fetched(tmp_path: Path, name: str) -> None:
    asked: list[str] = []

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            asked.append(self.path)
            self.send_error(404)

    server = HTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    url = f"http://127.0.0.1:{server.server_port}"
    doctype = (
        f'<!DOCTYPE article SYSTEM "{url}/a.dtd" [<!ENTITY x SYSTEM "{url}/x"><!ENTITY % y SYSTEM "{url}/y"> %y;]>'
    )
    try:
        xml(tmp_path, in_each(doctype, "&x;")[name])
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
    assert asked == []


def test_elements_nested_beyond_reason_are_told(tmp_path: Path) -> None:
    deep = JATS.replace("We present Heron.", "<b>" * 5000 + "We present Heron." + "</b>" * 5000)
    found, told = xml(tmp_path, deep)
    assert found or told
    assert any("damaged XML" in line for line in told.lines)


def test_a_collection_cut_short_keeps_what_came_before(tmp_path: Path) -> None:
    (heron,), told = xml(tmp_path, COLLECTION[: COLLECTION.index("<title>Stork")])
    assert heron.id == "2024.birds-long.1"
    assert any("damaged XML" in line for line in told.lines)
