"""How quick a lineage page of many works is: laid out, written, its size, and frames a second while panning over it.

    python -m benchmarks.pages [--works 1000] [--seconds 4]

Panning is measured in headless Chromium, which draws in software: a step with each frame, 1,500 pixels a second
across and 600 down the picture at its own size, and back.
"""

import argparse
import shutil
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from begat.viz.layout import layout
from begat.viz.lineage_page import page
from tests.viz.works import made_up

_PAN = """
seconds => new Promise(done => {
  const picture = document.getElementById("picture"), times = [];
  const wide = picture.scrollWidth - picture.clientWidth, high = picture.scrollHeight - picture.clientHeight;
  const span = Math.min(wide, 1500 * seconds / 2), rise = Math.min(high, 600 * seconds / 2);
  const start = performance.now();
  const step = now => {
    times.push(now);
    const way = (now - start) / 1000 / seconds, there = way < .5 ? 2 * way : 2 - 2 * way;
    picture.scrollTo(wide / 3 + span * there, high / 3 + rise * there);
    if (way < 1) requestAnimationFrame(step);
    else done(times.slice(1).map((time, i) => time - times[i]));
  };
  requestAnimationFrame(step);
})
"""


def best(work: Callable[[], Any], times: int = 5) -> float:
    """Seconds of this process that the quickest of several runs took."""
    found = []
    for _ in range(times):
        start = time.process_time()
        work()
        found.append(time.process_time() - start)
    return min(found)


def panning(html: str, seconds: float) -> list[float]:
    """Milliseconds between the frames that a browser shows while it pans over a page."""
    from playwright.sync_api import sync_playwright

    with sync_playwright() as driver, tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "page.html"
        file.write_text(html, encoding="utf-8")
        browser = driver.chromium.launch(
            executable_path=shutil.which("chromium"),
            args=["--no-sandbox", "--disable-gpu", "--disable-background-networking", "--disable-sync",
                  "--disable-component-update"],
        )  # fmt: skip
        tab = browser.new_page(viewport={"width": 1600, "height": 900})
        tab.goto(file.as_uri())
        tab.click("#full")
        tab.wait_for_timeout(500)
        frames: list[float] = tab.evaluate(_PAN, seconds)
        browser.close()
    return frames


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--works", type=int, default=1000)
    options.add_argument("--seconds", type=float, default=4)
    given = options.parse_args()
    lineage = made_up(given.works)
    print(f"{given.works} works, {len(lineage.edges)} relations")
    print(f"laid out in {best(lambda: layout(lineage)):.3f} s")
    print(f"page written in {best(lambda: page(lineage, most=given.works), 2):.3f} s, layout included")
    html = page(lineage, most=given.works)
    print(f"{len(html.encode()) / 1e6:.3f} MB")
    frames = sorted(panning(html, given.seconds))
    slow = frames[int(len(frames) * 0.95)]
    print(f"panning: {1000 * len(frames) / sum(frames):.0f} frames a second, 95 of 100 within {slow:.0f} ms")


if __name__ == "__main__":
    main()
