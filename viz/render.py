"""A picture as PNG or PDF: by a Chromium or Chrome on this machine, which draws the SVG as every reader's browser does.

It is started without a way to the network, opens one file of ours, and runs no script. Converters that are libraries
know only a part of the style sheets that pictures have (docs/decisions).
"""

import os
import re
import shutil
import signal
import subprocess
from pathlib import Path
from tempfile import TemporaryDirectory

from begat.graph.errors import BegatError
from begat.queries.scenes import Scene
from begat.viz.svg import svg

BROWSERS = (
    "chromium",
    "chromium-browser",
    "google-chrome",
    "google-chrome-stable",
    "chrome",
    "microsoft-edge",
    "msedge",
)
"""The commands that are looked for, in this order."""
SHARPNESS = 2
"""Pixels of a PNG for one of the picture."""
MOST_PIXELS = 60_000_000
LONGEST_SIDE = 16_000
SECONDS = 120.0


def png(scene: Scene) -> bytes:
    """A scene as PNG; of a large one with fewer pixels. Raises BegatError where no browser can draw it."""
    drawing, width, height = _sized(scene)
    sharpness = min(SHARPNESS, (MOST_PIXELS / (width * height)) ** 0.5, LONGEST_SIDE / max(width, height))
    options = [
        f"--window-size={width},{height}", f"--force-device-scale-factor={sharpness:.4f}", "--hide-scrollbars",
        "--default-background-color=ffffffff",
    ]  # fmt: skip
    return _drawn(drawing, "--screenshot", "picture.png", options)


def pdf(scene: Scene) -> bytes:
    """A scene as PDF, one page of its own size. Raises BegatError where no browser can draw it."""
    drawing, width, height = _sized(scene)
    style = f"@page {{ size: {width}px {height}px; margin: 0 }}"
    return _drawn(drawing, "--print-to-pdf", "picture.pdf", ["--no-pdf-header-footer"], style)


def _sized(scene: Scene) -> tuple[str, int, int]:
    """A scene as SVG, and the whole pixels that it needs."""
    drawing = svg(scene)
    found = re.search(r' width="([\d.]+)" height="([\d.]+)" role="img"', drawing)
    assert found is not None  # our own SVG says its size
    width, height = (int(-(-float(size) // 1)) for size in found.groups())
    return drawing, width, height


def _drawn(drawing: str, action: str, name: str, options: list[str], style: str = "") -> bytes:
    browser = found_browser()
    page = (
        '<!doctype html><meta charset="utf-8"><title>begat</title>'
        "<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src 'unsafe-inline'\">"
        f"<style>{style} body {{ margin: 0 }} svg {{ display: block }}</style>{drawing}"
    )
    with TemporaryDirectory(prefix="begat-") as folder:
        source, target = Path(folder) / "picture.html", Path(folder) / name
        source.write_text(page, encoding="utf-8")
        command = [
            browser, "--headless", "--disable-gpu", f"--user-data-dir={folder}/profile", "--no-first-run",
            "--disable-background-networking", "--disable-component-update", "--disable-sync", "--disable-extensions",
            "--proxy-server=http://127.0.0.1:9", "--proxy-bypass-list=<-loopback>", *options,
            *(["--no-sandbox"] if _root() else []), f"{action}={target}", source.as_uri(),
        ]  # fmt: skip
        _run(command, browser)
        if not target.is_file():
            raise BegatError(f"{browser}: drew nothing; --format svg needs no browser")
        return target.read_bytes()


def found_browser() -> str:
    """The path of a browser that can draw. Raises BegatError that says what to install."""
    for name in BROWSERS:
        if path := shutil.which(name):
            return path
    raise BegatError(
        "PNG and PDF need Chromium or Chrome on the PATH; install one (Debian: apt install chromium), or take --format svg"
    )


def _root() -> bool:
    """Whether we are root, for whom Chromium's sandbox does not work (in a container, say)."""
    return hasattr(os, "geteuid") and os.geteuid() == 0


def _run(command: list[str], browser: str) -> None:
    """Run to the end, or not at all: a browser has children that must not outlive it."""
    try:
        process = subprocess.Popen(
            command, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
            start_new_session=True,
        )  # fmt: skip
    except OSError as error:
        raise BegatError(f"{browser}: cannot be started ({error.strerror}); --format svg needs no browser") from None
    try:
        process.wait(SECONDS)
    except subprocess.TimeoutExpired:
        raise BegatError(f"{browser}: not done after {SECONDS:.0f} s; --format svg needs no browser") from None
    finally:
        if process.poll() is None:
            os.killpg(process.pid, signal.SIGKILL)
            process.wait()
