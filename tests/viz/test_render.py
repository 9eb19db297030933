"""Pictures as PNG and PDF, drawn by a browser that is there."""

import io
import shutil
import struct
from pathlib import Path

import pytest
from click.testing import CliRunner
from pypdf import PdfReader

from begat.cli import cli
from begat.graph.errors import BegatError
from begat.viz import render
from tests.viz import hostile, works


@pytest.fixture
def needs_browser() -> None:
    if not any(map(shutil.which, render.BROWSERS)):
        pytest.skip("needs Chromium or Chrome on the PATH")


@pytest.mark.browser
@pytest.mark.usefixtures("needs_browser")
def test_a_png_has_two_pixels_for_one_of_the_picture_and_is_not_empty() -> None:
    picture = works.known_works(only=works.FEW)
    _, width, height = render._sized(picture)
    data = render.png(picture)
    assert data.startswith(b"\x89PNG\r\n")
    assert struct.unpack(">II", data[16:24]) == (2 * width, 2 * height)
    assert len(data) > 20_000


@pytest.mark.browser
@pytest.mark.usefixtures("needs_browser")
def test_a_pdf_is_one_page_with_the_names_as_text() -> None:
    (page,) = PdfReader(io.BytesIO(render.pdf(works.known_works(only=works.FEW)))).pages
    text = page.extract_text()
    assert "Lineage of Orca 2" in text
    assert "Flan Collection" in text


@pytest.mark.browser
@pytest.mark.usefixtures("needs_browser")
def test_strangers_texts_are_drawn_and_do_nothing() -> None:
    text = PdfReader(io.BytesIO(render.pdf(hostile.lineage()))).pages[0].extract_text()
    assert "<script>" in text


def test_where_no_browser_is_the_error_says_what_to_do(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", "/nowhere")
    with pytest.raises(BegatError, match=r"need Chromium or Chrome on the PATH; install one .* or take --format svg"):
        render.png(works.known_works(only=works.FEW))


def test_a_browser_that_draws_nothing_is_an_error(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    browser = tmp_path / "chromium"
    browser.write_text("#!/bin/sh\nexit 3\n")
    browser.chmod(0o755)
    monkeypatch.setenv("PATH", str(tmp_path), prepend=":")
    with pytest.raises(BegatError, match="drew nothing; --format svg needs no browser"):
        render.pdf(works.known_works(only=works.FEW))


def test_a_browser_that_does_not_end_is_ended(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    browser = tmp_path / "chromium"
    browser.write_text("#!/bin/sh\nsleep 60\n")
    browser.chmod(0o755)
    monkeypatch.setenv("PATH", str(tmp_path), prepend=":")
    monkeypatch.setattr(render, "SECONDS", 0.3)
    with pytest.raises(BegatError, match="not done after"):
        render.png(works.known_works(only=works.FEW))


@pytest.mark.parametrize("command", [["lineage", "Orca 2"], ["family", "Orca"], ["compare", "Orca 2", "BERT"]])
@pytest.mark.parametrize("format_", ["json", "mermaid", "dot", "html", "svg"])
def test_each_command_writes_each_format_to_a_file(
    miniature_path: Path, tmp_path: Path, command: list[str], format_: str
) -> None:
    target = tmp_path / "out"
    arguments = [*command, "-g", str(miniature_path), "--format", format_, "-o", str(target)]
    assert CliRunner().invoke(cli, arguments, catch_exceptions=False).exit_code == 0
    assert "Orca 2" in target.read_text(encoding="utf-8")


@pytest.mark.browser
@pytest.mark.usefixtures("needs_browser")
def test_a_command_writes_a_png(miniature_path: Path, tmp_path: Path) -> None:
    target = tmp_path / "out.png"
    arguments = ["compare", "Orca 2", "BERT", "-g", str(miniature_path), "--format", "png", "-o", str(target)]
    assert CliRunner().invoke(cli, arguments, catch_exceptions=False).exit_code == 0
    assert target.read_bytes().startswith(b"\x89PNG")
