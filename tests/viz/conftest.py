"""A real browser to open pages in, behind a proxy that writes down whatever is asked of it and answers nothing."""

import shutil
import socket
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

ARTIFACTS = Path(__file__).resolve().parents[2] / "artifacts"


@dataclass
class Recorder:
    """A proxy on loopback: `asked` holds the first line of every request that reached it."""

    asked: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        self._socket = socket.create_server(("127.0.0.1", 0))
        self.port = self._socket.getsockname()[1]
        threading.Thread(target=self._serve, daemon=True).start()

    def _serve(self) -> None:
        while True:
            try:
                connection, _ = self._socket.accept()
            except OSError:  # closed
                return
            with connection:
                connection.settimeout(2)
                try:
                    self.asked.append(connection.recv(4096).decode("latin-1").split("\r\n")[0])
                except OSError:
                    self.asked.append("a connection without a request")

    def close(self) -> None:
        self._socket.shutdown(socket.SHUT_RDWR)
        self._socket.close()


@pytest.fixture(scope="session")
def recorder() -> Iterator[Recorder]:
    recorder = Recorder()
    yield recorder
    recorder.close()


@pytest.fixture(scope="session")
def chromium() -> Iterator[Any]:
    """Debian's Chromium, headless, without a way out: what it asks for itself ends at a port where nobody listens."""
    executable = shutil.which("chromium")
    if not executable:
        pytest.skip("needs chromium on the PATH")
    playwright = pytest.importorskip("playwright.sync_api", reason="needs playwright (pip install 'begat[dev]')")
    with playwright.sync_playwright() as driver:
        browser = driver.chromium.launch(
            executable_path=executable,
            args=["--no-sandbox", "--disable-gpu", "--disable-background-networking", "--disable-sync",
                  "--disable-component-update", "--proxy-bypass-list=<-loopback>"],
            proxy={"server": "http://127.0.0.1:9"},
        )  # fmt: skip
        yield browser
        browser.close()


@dataclass
class Opened:
    """A page in the browser: `page` to act on; `dialogs` and `errors` that it raised."""

    page: Any
    dialogs: list[str] = field(default_factory=list)
    errors: list[str] = field(default_factory=list)


Open = Callable[..., Opened]


@pytest.fixture
def open_page(chromium: Any, recorder: Recorder, tmp_path: Path) -> Iterator[Open]:
    """Opens an HTML text from disk, what it asks for written down by the recorder; keywords are the browser context's (viewport, color_scheme …)."""
    contexts = []

    def open_page(html: str, name: str = "page.html", **options: Any) -> Opened:
        options.setdefault("viewport", {"width": 1600, "height": 900})
        recorder.asked.clear()
        proxy = {"server": f"http://127.0.0.1:{recorder.port}", "bypass": "<-loopback>"}
        context = chromium.new_context(proxy=proxy, **options)
        contexts.append(context)
        path = tmp_path / name
        path.write_text(html, encoding="utf-8")
        opened = Opened(context.new_page())

        def dismiss(dialog: Any) -> None:
            opened.dialogs.append(dialog.message)
            dialog.dismiss()

        opened.page.on("dialog", dismiss)
        opened.page.on("pageerror", lambda error: opened.errors.append(str(error)))
        opened.page.on("console", lambda message: opened.errors.append(message.text))
        opened.page.goto(path.as_uri())
        return opened

    yield open_page
    for context in contexts:
        context.close()


@pytest.fixture
def keep(request: pytest.FixtureRequest) -> Callable[[Any, str], None]:
    """Keeps a screenshot under artifacts/, to be looked at."""

    def keep(page: Any, name: str) -> None:
        ARTIFACTS.mkdir(exist_ok=True)
        page.screenshot(path=ARTIFACTS / f"{name}.png")

    return keep
