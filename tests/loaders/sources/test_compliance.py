"""What every source must do, whatever its format: each test runs for all of them."""

import bz2
import gzip
import io
import lzma
import random
import tracemalloc
from collections.abc import Callable, Iterator
from importlib import import_module
from pathlib import Path

import pytest

from begat.graph.model import Document
from begat.loaders import sources as formats
from begat.loaders.sources.input import HEAD, Input
from begat.loaders.sources.packed import ZSTD
from begat.loaders.sources.problem import Report
from tests.loaders.sources.samples import FORMATS, PAPERS, Format, Told, documents


def of_formats(which: Callable[[Format], bool]) -> pytest.MarkDecorator:
    return pytest.mark.parametrize("format", [pytest.param(f, id=name) for name, f in FORMATS.items() if which(f)])


zstd = import_module(ZSTD)
PACKINGS: dict[str, Callable[[bytes], bytes]] = {
    ".gz": gzip.compress, ".bz2": bz2.compress, ".xz": lzma.compress, ".zst": zstd.compress,
}  # fmt: skip

every = of_formats(lambda format: True)
texts = of_formats(lambda format: format.text)
records = of_formats(lambda format: format.records)
records_with_ids = of_formats(lambda format: "id" in format.fields)
records_that_may_lack_ids = of_formats(lambda format: format.records and format.name != "viewer" and not format.named)
records_from_the_start = of_formats(lambda format: format.records and format.text)  # Parquet's index is at its end


@pytest.fixture
def written(format: Format, tmp_path: Path) -> Path:
    """The sample papers in a file whose name says nothing."""
    path = tmp_path / "birds.dat"
    path.write_bytes(format.write(PAPERS))
    return path


def storable(document: Document) -> bool:
    parts = [document.id, document.text, document.title or "", *document.authors]
    return all("\x00" not in part and part.encode() is not None for part in parts)


def well_placed(document: Document) -> bool:
    """Whether references stand within the text, and sections, where there are any, cover it once."""
    places = [(r.start, r.end) for r in document.references if r.start is not None and r.end is not None]
    parts = "".join(document.text[section.start : section.end] for section in document.sections)
    return all(0 <= start < end <= len(document.text) for start, end in places) and parts in ("", document.text)


@every
def test_a_format_is_known_by_its_content(format: Format, written: Path) -> None:
    with written.open("rb") as stream:
        source = formats.recognised(Input("birds.dat", "birds", stream, Report("birds.dat", Told().append)))
    assert source is formats.FORMATS[format.name]


@every
def test_a_name_that_lies_changes_nothing(format: Format, written: Path) -> None:
    for suffix in (".json", ".csv", ".html", ".parquet"):
        lying = written.with_suffix(suffix)
        lying.write_bytes(written.read_bytes())
        assert [d.text for d in documents(lying)[0]] == [d.text for d in documents(written)[0]]


@every
def test_format_can_be_given(format: Format, written: Path) -> None:
    assert documents(written, format=format.name) == documents(written)


@records
def test_fields_are_filled(format: Format, written: Path) -> None:
    found, told = documents(written)
    assert told == []
    for document, paper in zip(found, PAPERS, strict=True):
        assert document.paper
        assert document.text == paper["abstract"]
        assert document.title == (paper["title"] if "title" in format.fields else None)
        if "id" in format.fields:
            assert document.id == document.arxiv == paper["id"]
            assert document.date is not None and document.date[:7] == paper["date"][:7]
        if "date" in format.fields:
            assert document.date == paper["date"]
        if "authors" in format.fields:
            assert document.authors == tuple(paper["authors"].split("; "))


@records_that_may_lack_ids
def test_a_record_without_an_id_is_counted_in_its_file(format: Format, tmp_path: Path) -> None:
    path = tmp_path / "birds.v2.txt"
    path.write_bytes(format.write([{**paper, "id": ""} for paper in PAPERS]))
    assert [d.id for d in documents(path)[0]] == ["birds.v2#1", "birds.v2#2", "birds.v2#3"]


@every
def test_every_document_says_where_it_comes_from(format: Format, written: Path) -> None:
    found, _ = documents(written, base=written.parent.parent)
    assert {d.source for d in found} == {f"{written.parent.name}/birds.dat"}
    if format.records:
        assert len({d.place for d in found}) == 3 and all(d.place for d in found)


@every
def test_references_stand_where_they_say(format: Format, written: Path, tmp_path: Path) -> None:
    cited = [{**paper, "abstract": paper["abstract"] + " See arXiv:2001.08361."} for paper in PAPERS[:1]]
    path = tmp_path / "citing"
    path.write_bytes(format.write(cited))
    (document,), _ = documents(path)
    last = document.references[-1]
    assert last.arxiv == "2001.08361"
    assert document.text[last.start : last.end] == "arXiv:2001.08361"


@every
def test_reading_twice_gives_the_same(format: Format, written: Path) -> None:
    assert documents(written) == documents(written)


@every
@pytest.mark.parametrize("packing", PACKINGS)
def test_what_is_compressed_is_read(format: Format, written: Path, packing: str) -> None:
    packed = written.with_name("birds" + packing)
    packed.write_bytes(PACKINGS[packing](written.read_bytes()))
    assert [(d.id, d.text) for d in documents(packed)[0]] == [(d.id, d.text) for d in documents(written)[0]]


@every
def test_standard_input_is_read(format: Format, written: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sys.stdin", io.TextIOWrapper(io.BytesIO(written.read_bytes())))
    found, told = documents("-")
    assert [d.text for d in found] == [d.text for d in documents(written)[0]]
    assert {d.source for d in found} == {"-"}
    assert told == []


@texts
@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16", "utf-32"])
def test_a_byte_order_mark_is_heeded(format: Format, written: Path, encoding: str) -> None:
    found, _ = documents(written)
    written.write_bytes(written.read_bytes().decode().encode(encoding))
    assert documents(written) == (found, [])


@texts
def test_what_is_not_utf8_is_read_as_windows_and_told(format: Format, tmp_path: Path) -> None:
    path = tmp_path / "old"
    papers = [{**paper, "abstract": "The café “Heron” is named – naïvely – after a bird."} for paper in PAPERS[:1]]
    path.write_bytes(format.write([{**paper, "authors": "Ana Ré"} for paper in papers]).decode().encode("cp1252"))
    (document,), told = documents(path)
    assert "The café “Heron” is named – naïvely – after a bird." in document.text
    assert len(told) == 1 and "not UTF-8" in told.lines[0]


@every
@pytest.mark.parametrize("content", [b"", b" \n\n", b"\xef\xbb\xbf\n"])
def test_an_empty_file_is_told(format: Format, tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "empty"
    path.write_bytes(content)
    assert documents(path, format=format.name)[0] == documents(path)[0] == []
    assert documents(path)[1].lines == [f"{path}: empty: nothing to read"]


@every
def test_a_binary_is_told(format: Format, tmp_path: Path) -> None:
    path = tmp_path / "binary"
    path.write_bytes(bytes(range(256)) * 40)
    found, told = documents(path, format=format.name)
    assert found == [] and len(told) >= 1


@every
def test_no_character_is_unstorable(format: Format, tmp_path: Path) -> None:
    path = tmp_path / "odd"
    path.write_bytes(format.write([{**PAPERS[0], "abstract": "A lone NUL\x00 in it, and nothing else that is odd."}]))
    found, _ = documents(path)
    assert found and all(map(storable, found))


@records_with_ids
def test_the_same_record_twice_is_read_once(format: Format, tmp_path: Path) -> None:
    path = tmp_path / "twice"
    path.write_bytes(format.write([PAPERS[0], PAPERS[1], PAPERS[0]]))
    found, told = documents(path)
    assert [d.id for d in found] == [PAPERS[0]["id"], PAPERS[1]["id"]]
    assert len(told) == 1 and "again, word for word" in told.lines[0]


@records_with_ids
def test_another_record_of_the_same_id_is_kept_beside(format: Format, tmp_path: Path) -> None:
    path = tmp_path / "twice"
    path.write_bytes(
        format.write([PAPERS[0], {**PAPERS[1], "id": PAPERS[0]["id"]}, {**PAPERS[2], "id": PAPERS[0]["id"]}])
    )
    found, told = documents(path)
    assert [d.id for d in found] == ["2401.00011", "2401.00011~2", "2401.00011~3"]
    assert {d.arxiv for d in found} == {"2401.00011"}
    assert len(told) == 2


@every
def test_damage_never_breaks_the_reading(format: Format, written: Path) -> None:
    whole = written.read_bytes()
    for damaged in damages(whole, count=6 if format.name == "html" else 30):
        written.write_bytes(damaged)
        found, told = documents(written)
        assert found or told
        assert all(map(storable, found)) and all(map(well_placed, found))
        assert all("\n" not in line for line in told.lines)


def damages(whole: bytes, count: int) -> Iterator[bytes]:
    """`whole` cut short, overwritten in places, with holes and with strange bytes put in; the same each time."""
    chance = random.Random(7)
    for _ in range(count):
        at = chance.randrange(len(whole))
        yield whole[:at]
        yield whole[:at] + whole[at + chance.randrange(60) :]
        yield whole[:at] + chance.choice([b'"', b"\x00", b"\r", b"|\n", b"[", b"{", b"\xff", b"\xe2\x28"]) + whole[at:]
        scattered = bytearray(whole)
        for _ in range(8):
            scattered[chance.randrange(len(whole))] = chance.randrange(256)
        yield bytes(scattered)


class Counted(io.BytesIO):
    """Bytes that count how many of them were asked for."""

    taken = 0

    def read1(self, size: int | None = -1, /) -> bytes:
        data = super().read1(size)
        self.taken += len(data)
        return data


@records_from_the_start
def test_records_are_streamed(format: Format) -> None:
    papers = [
        {**PAPERS[0], "id": f"24{1 + i % 12:02}.{i:05}", "abstract": f"{i} " + "words " * 300} for i in range(2000)
    ]
    stream = Counted(format.write(papers))
    assert len(stream.getvalue()) > 10 * HEAD
    told = Told()
    source = formats.FORMATS[format.name]
    found = source.documents(Input("birds", "birds", stream, Report("birds", told.append)))
    next(found)
    assert stream.taken <= 3 * HEAD
    assert sum(1 for _ in found) == 1999
    assert told == []


@records_from_the_start
def test_what_came_before_the_damage_is_kept(format: Format, written: Path) -> None:
    whole = written.read_bytes()
    third = [whole.find(PAPERS[2][field].encode()) for field in ("abstract", "title")]
    written.write_bytes(whole[: max(third) - 4])
    found, _ = documents(written)
    assert [d.text for d in found][:2] == [paper["abstract"] for paper in PAPERS[:2]]


@records_from_the_start
def test_compressed_data_cut_short_is_kept_so_far(format: Format, tmp_path: Path) -> None:
    chance = random.Random(3)
    noise = [" ".join(str(chance.random()) for _ in range(200)) for _ in range(300)]
    papers = [{**PAPERS[0], "id": f"2401.{i:05}", "abstract": words} for i, words in enumerate(noise)]
    path = tmp_path / "birds.gz"
    packed = gzip.compress(format.write(papers))
    path.write_bytes(packed[: len(packed) // 2])
    found, told = documents(path)
    assert 100 < len(found) < 200
    assert [d.text for d in found][:100] == noise[:100]
    assert any("gzip data cut short" in line for line in told.lines)


@records_from_the_start
def test_an_endless_line_is_told_and_not_kept(format: Format, tmp_path: Path) -> None:
    path = tmp_path / "endless"
    before, after = format.write(PAPERS).split(PAPERS[1]["abstract"][:6].encode(), 1)
    with path.open("wb") as out:
        out.write(before)
        for _ in range(18):
            out.write(b"word " * 200_000)
        out.write(after)
    tracemalloc.start()
    found, told = documents(path)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert found[0].text == PAPERS[0]["abstract"]
    assert any("longer than" in line for line in told.lines)
    assert peak < 120_000_000  # some copies of the longest line that is read, whatever the file holds


@every
def test_a_given_format_that_does_not_fit_is_told(format: Format, tmp_path: Path) -> None:
    path = tmp_path / "other"
    path.write_text("The heron stood still. It was waiting for a fish, as herons do.\n")
    found, told = documents(path, format=format.name)
    assert bool(found) != bool(told)
    assert bool(found) == (format.name == "page")
