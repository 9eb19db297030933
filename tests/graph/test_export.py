import os
import stat
import subprocess
import sys
from io import StringIO
from pathlib import Path

import pytest

from begat.graph.errors import BegatError, UsageError
from begat.graph.export import FORMATS, Format, export, whole, written
from begat.graph.store import Store
from tests import miniature

FILES = [name for name, format in FORMATS.items() if not format.folder]
FOLDERS = [name for name, format in FORMATS.items() if format.folder]


@pytest.mark.parametrize("name", FILES)
def test_every_format_writes_a_file(any_store: Store, tmp_path: Path, name: str) -> None:
    target = tmp_path / ("graph" + FORMATS[name].extension)
    export(any_store, name, target)
    assert list(tmp_path.iterdir()) == [target]
    target.read_text("utf-8")


@pytest.mark.parametrize("name", FOLDERS)
def test_tables_are_a_folder_of_files(any_store: Store, tmp_path: Path, name: str) -> None:
    export(any_store, name, tmp_path / "tables")
    assert {path.name for path in (tmp_path / "tables").iterdir()} == set(FORMATS[name].writers)


@pytest.mark.parametrize("name", FILES)
def test_a_stream_gets_what_a_file_does(store: Store, tmp_path: Path, name: str) -> None:
    stream = StringIO()
    export(store, name, stream)
    export(store, name, tmp_path / "file")
    assert stream.getvalue().encode() == (tmp_path / "file").read_bytes()


def test_no_target_is_stdout(store: Store, tmp_path: Path, capfdbinary: pytest.CaptureFixture[bytes]) -> None:
    export(store, "ntriples")
    export(store, "ntriples", tmp_path / "file")
    assert capfdbinary.readouterr().out == (tmp_path / "file").read_bytes()


@pytest.mark.parametrize("name", FORMATS)
def test_every_format_can_leave_out_evidence_and_weak_edges(store: Store, tmp_path: Path, name: str) -> None:
    export(store, name, tmp_path / "out", evidence=False, min_confidence=0.5)
    files = [tmp_path / "out"] if (tmp_path / "out").is_file() else list((tmp_path / "out").iterdir())
    assert not any(b"Orca 2 may use" in file.read_bytes() for file in files)


@pytest.mark.parametrize("name", FORMATS)
def test_every_format_says_what_it_is(name: str) -> None:
    assert FORMATS[name].description
    assert FORMATS[name].folder or FORMATS[name].extension.startswith(".")


def test_an_unknown_format_is_refused_with_the_nearest(store: Store) -> None:
    with pytest.raises(UsageError, match="no export format 'turtel'; did you mean 'turtle'"):
        export(store, "turtel")


def test_a_folder_format_does_not_go_to_stdout(store: Store) -> None:
    with pytest.raises(UsageError, match=r"csv is 2 files \(nodes.csv, edges.csv\); name a folder"):
        export(store, "csv")


def test_a_folder_format_does_not_replace_a_file(store: Store, tmp_path: Path) -> None:
    (tmp_path / "tables").write_text("mine")
    with pytest.raises(UsageError, match="a file; csv is several files"):
        export(store, "csv", tmp_path / "tables")
    assert (tmp_path / "tables").read_text() == "mine"


def test_a_file_format_does_not_replace_a_folder(store: Store, tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="a folder; name a file"):
        export(store, "turtle", tmp_path)


@pytest.mark.parametrize("name", ["turtle", "csv"])
def test_a_missing_folder_is_named(store: Store, tmp_path: Path, name: str) -> None:
    with pytest.raises(UsageError, match=r"missing does not exist; make it first"):
        export(store, name, tmp_path / "missing" / "out")


def test_an_export_is_of_one_moment(tmp_path: Path) -> None:
    path = miniature.build(tmp_path / "graph.begat")
    with Store.open(path) as reader, Store.open(path, write=True) as writer:
        with reader.snapshot():
            before = len(list(reader.nodes()))
            with writer.transaction():
                writer.replace_resolved([], [], [], [], [])
            assert len(list(reader.nodes())) == before
            export(reader, "turtle", tmp_path / "graph.ttl")
        assert not list(reader.nodes())
    assert "b:model-orca-2" in (tmp_path / "graph.ttl").read_text("utf-8")


# -- whole or not there ----------------------------------------------------------------------------------


def test_a_failure_leaves_the_old_file_and_no_other(tmp_path: Path) -> None:
    target = tmp_path / "graph.ttl"
    target.write_text("old")
    with pytest.raises(ZeroDivisionError), written(target) as out:
        out.write("new")
        raise ZeroDivisionError
    assert target.read_text() == "old"
    assert list(tmp_path.iterdir()) == [target]


def test_a_failure_of_one_table_leaves_none(store: Store, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    csv = FORMATS["csv"].writers
    broken = Format("breaks", "", {"nodes.csv": csv["nodes.csv"], "edges.csv": f"{__name__}:breaks"})
    monkeypatch.setitem(FORMATS, "broken", broken)
    with pytest.raises(ZeroDivisionError):
        export(store, "broken", tmp_path / "tables")
    assert list(tmp_path.iterdir()) == []


def breaks(*_: object, **__: object) -> None:
    raise ZeroDivisionError


def test_a_full_disk_is_told_in_one_line(tmp_path: Path) -> None:
    with pytest.raises(BegatError, match=r"cannot be written \(No space left on device\)"), whole(tmp_path / "x"):
        raise OSError(28, "No space left on device")


def test_a_new_file_has_the_usual_permissions(tmp_path: Path) -> None:
    with written(tmp_path / "new") as out:
        out.write("ü\n")
    plain = tmp_path / "plain"
    plain.touch()
    assert stat.S_IMODE((tmp_path / "new").stat().st_mode) == stat.S_IMODE(plain.stat().st_mode)
    assert (tmp_path / "new").read_bytes() == "ü\n".encode()


def test_a_link_stays_a_link(tmp_path: Path) -> None:
    (tmp_path / "link").symlink_to(tmp_path / "file")
    with written(tmp_path / "link") as out:
        out.write("x")
    assert (tmp_path / "link").is_symlink()
    assert (tmp_path / "file").read_text() == "x"


def test_a_device_is_written_to_as_it_is() -> None:
    with written(Path(os.devnull)) as out:
        out.write("x")
    assert Path(os.devnull).is_char_device()


def test_listing_the_formats_loads_none_of_them() -> None:
    code = (
        "import sys, begat.graph.export; print([m for m in ('pyoxigraph', 'networkx', 'pyarrow') if m in sys.modules])"
    )
    listed = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert listed.stdout == "[]\n"
