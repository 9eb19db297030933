"""A PDF's pages, read in a process of its own that can be stopped.

pypdf is Python through and through, and a file made for it can keep it busy, or fill the memory, without end. So a
process opens the file, which it has as its standard input, and writes a line of JSON for what it finds: first that it
is there, then what the file says of itself, then each page. Whoever asks waits for each line so long and no longer.
"""

import contextlib
import json
import os
import re
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator
from typing import IO, Any

try:
    import resource
except ImportError:  # no POSIX: the time limits hold, the bound on memory does not
    resource = None  # type: ignore[assignment]

START = 120.0
"""Seconds that the process may take to be there, on a machine that has much else to do."""
EACH = 30.0
"""Seconds for a page: those of papers take well under one."""
WHOLE = 300.0
"""Seconds for a file."""
MOST_MEMORY = 2 << 30
LONGEST = 1 << 20
"""Characters of a page; those of papers have some thousands."""


class Stopped(Exception):
    """The process did not come to the end; the message says why and what to do."""


def pages(file: IO[bytes]) -> Iterator[dict[str, Any]]:
    """What is found in a file that is open at its beginning, as it comes. Raises Stopped.

    {"title", "date"} as stated, then for each page {"text", "cut", "largest"} (the largest lines, of the first page);
    {"why"} where the rest is damaged, {"locked"} where it asks for a password.
    """
    code = "import sys, json; sys.path[:] = json.loads(sys.argv[1]); from begat.loaders.sources.pdf_pages import serve; serve()"
    process = subprocess.Popen(
        [sys.executable, "-I", "-c", code, json.dumps(sys.path)],
        stdin=file, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL,
    )  # fmt: skip
    try:
        yield from _lines(process)
    finally:
        process.kill()
        assert process.stdout
        process.stdout.close()
        process.wait()


def _lines(process: "subprocess.Popen[bytes]") -> Iterator[dict[str, Any]]:
    _next(process, START, "the process that reads PDFs does not start: try again when the machine has less to do")
    late = threading.Event()
    whole = _stopping(process, WHOLE, late)
    try:
        while True:
            found = _next(process, EACH, f"a page takes more than {EACH:g} s", late)
            if "end" in found:
                return
            yield found
    finally:
        whole.cancel()


def _next(
    process: "subprocess.Popen[bytes]", seconds: float, why: str, over: threading.Event | None = None
) -> dict[str, Any]:
    late = threading.Event()
    timer = _stopping(process, seconds, late)
    try:
        assert process.stdout
        line = process.stdout.readline()
    finally:
        timer.cancel()
    if line.endswith(b"\n"):
        found: dict[str, Any] = json.loads(line)
        return found
    if late.is_set():
        raise Stopped(why)
    if over is not None and over.is_set():
        raise Stopped(f"it takes more than {WHOLE:g} s")
    raise Stopped(f"its reader died (exit {process.wait()}), most likely for want of memory")


def _stopping(process: "subprocess.Popen[bytes]", seconds: float, late: threading.Event) -> threading.Timer:
    def stop() -> None:
        late.set()
        process.kill()

    timer = threading.Timer(seconds, stop)
    timer.daemon = True
    timer.start()
    return timer


# -- inside the process ------------------------------------------------------------------------------------


def serve() -> None:
    """Read the PDF that is the standard input, and say what is in it."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is for who asked, and who then ends this process
    if resource is not None:
        resource.setrlimit(resource.RLIMIT_DATA, (MOST_MEMORY, MOST_MEMORY))
        resource.setrlimit(resource.RLIMIT_CPU, (int(WHOLE), int(WHOLE) + 1))  # should nobody be there any more
    answers = os.fdopen(os.dup(sys.stdout.fileno()), "wb")
    sys.stdout = sys.stderr  # a library that prints must not speak into the answers

    def say(**found: object) -> None:
        answers.write(json.dumps(found).encode() + b"\n")
        answers.flush()

    say(ready=True)
    with contextlib.suppress(BrokenPipeError):
        try:
            for found in _read(sys.stdin.buffer):
                say(**found)
        except Exception as error:  # pypdf raises whatever its parsers meet in a damaged file
            say(why=" ".join(f"{type(error).__name__} {error}".split())[:120])
        say(end=True)


def _read(file: IO[bytes]) -> Iterator[dict[str, object]]:
    from pypdf import PdfReader

    reader = PdfReader(file)
    if reader.is_encrypted and not reader.decrypt(""):
        yield {"locked": True}
        return
    stated: Any = reader.metadata or {}
    yield {"title": str(stated.get("/Title") or "")[:1000], "date": str(stated.get("/CreationDate") or "")[:100]}
    for number, page in enumerate(reader.pages, 1):
        sizes: list[tuple[float, str]] = []
        text = page.extract_text(visitor_text=_noting(sizes)) if number == 1 else page.extract_text()
        yield {"text": text[:LONGEST], "cut": len(text) > LONGEST, "largest": list(_largest(sizes))}


def _noting(sizes: list[tuple[float, str]]) -> Any:
    """A visitor that notes each piece of text with the size at which it is drawn."""

    def visit(text: str, cm: list[float], tm: list[float], font: object, size: float) -> None:
        if text.strip():
            sizes.append((round(abs(size * (tm[0] or tm[1]) * (cm[0] or cm[1])), 1), text))

    return visit


def _largest(sizes: list[tuple[float, str]]) -> Iterator[str]:
    """The runs of text in the three largest sizes, each on one line, the largest first."""
    for largest in sorted({size for size, _ in sizes}, reverse=True)[:3]:
        yield re.sub(r"\s+", " ", " ".join(text for size, text in sizes if size == largest)).strip()[:1000]
