"""One input, open: its bytes unpacked and decoded, a chunk or a line at a time, never whole in memory."""

import codecs
import io
import re
from collections.abc import Iterator, Mapping
from functools import cached_property
from pathlib import Path
from typing import NamedTuple, Protocol

from begat.loaders.sources.packed import Unpacked, packing
from begat.loaders.sources.problem import Report

HEAD = 1 << 18
"""How many bytes are looked at to recognise a format."""
CHUNK = 1 << 16
LIMIT = 1 << 24
"""The longest line, record or page, in characters (16 Mi): what is longer is no paper's text."""
TOO_LONG = "{what} of more than 16 million characters is longer than begat reads: passed over; part it"

_BOMS = (  # UTF-32 first: its little-endian mark begins with that of UTF-16
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
_KNOWN_BINARIES = (
    (b"PK\x03\x04", "a zip archive or office document, not a text: unpack it, or save it as text, first"),
    (b"SQLite format 3\x00", "an SQLite database, not a text: a begat graph is named with -g"),
)
_DECLARABLE = re.compile(r"(iso-8859-\d+|windows-125\d|koi8-[ru]|gb2312|gbk|gb18030|big5|euc-(jp|kr)|shift_jis)", re.I)
_CONTROLS = bytes(c for c in range(32) if c not in b"\t\n\v\f\r\x1b")
_UNSTORABLE = re.compile("[\x00\ud800-\udfff]")


class Bytes(Protocol):
    """A buffered stream of bytes: an open file, standard input, BytesIO."""

    def read1(self, size: int, /) -> bytes:
        """At most `size` bytes, b"" at the end."""
        ...


class Line(NamedTuple):
    """A line of an input, without its break, and its number from 1."""

    number: int
    text: str

    @property
    def place(self) -> str:
        """How a problem or a document names it."""
        return f"line {self.number}"


class Input:
    """An open input: `source` as its documents name it, `stem` for their ids, `stream` its bytes from the start.

    `path` is given for a regular file, for readers that jump about in it. What goes wrong while reading goes to
    `report`. `columns` are the user's own names of columns (field → column).
    """

    def __init__(
        self,
        source: str,
        stem: str,
        stream: Bytes,
        report: Report,
        *,
        columns: Mapping[str, str] | None = None,
        path: Path | None = None,
    ) -> None:
        self.source = source
        self.stem = stem
        self.report = report
        self.columns = columns or {}
        self.path = path
        self.stream = _steady(stream, report)
        if packed := packing(self.head):
            self.stream = _steady(Unpacked(self.stream, packed, report), report)
            self.path = None
        self.encoding = next((name for bom, name in _BOMS if self.head.startswith(bom)), "utf-8")

    @property
    def head(self) -> bytes:
        """Its first bytes, as long as none has been read."""
        return self.stream.peek(HEAD)[:HEAD]

    @cached_property
    def opening(self) -> str:
        """Its first characters, to recognise it by."""
        decoder = codecs.getincrementaldecoder(self.encoding)("replace")
        return decoder.decode(self.head).removeprefix("\ufeff")

    def declare(self, encoding: str) -> None:
        """Read it in the encoding that it says it is in; a byte order mark knows better, and UTF-8 is read anyway."""
        if self.encoding == "utf-8" and not self.head.startswith(codecs.BOM_UTF8) and _DECLARABLE.fullmatch(encoding):
            self.encoding = encoding.lower()

    @cached_property
    def why_not_text(self) -> str | None:
        """What it is instead of a text, and the remedy; None where it is one."""
        for magic, what in _KNOWN_BINARIES:
            if self.head.startswith(magic):
                return what
        if packed := packing(self.head):
            return f"compressed twice ({packed} within): unpack it first"
        controls = len(self.head) - len(self.head.translate(None, _CONTROLS))
        if self.encoding == "utf-8" and controls > len(self.head) / 50:
            return "not a text (if it is UTF-16 without a byte order mark, save it as UTF-8)"
        return None

    def texts(self) -> Iterator[str]:
        """Its text, a chunk at a time. What is not UTF-8 is read as Windows-1252, and told."""
        chunks = iter(lambda: self.stream.read(CHUNK), b"")
        decoded = _utf8(chunks, self.report) if self.encoding == "utf-8" else _marked(chunks, self.encoding)
        for number, text in enumerate(decoded):
            yield text if number else text.removeprefix("\ufeff")

    def lines(self) -> Iterator[Line]:
        """Its lines, parted by line feeds (JSON may hold any other break); too long ones are told and left out."""
        number, line = 1, _Bounded()
        for text in self.texts():
            first, *others = text.split("\n")
            line.add(first)
            for part in others:
                yield from self._finished(number, line)
                number, line = number + 1, _Bounded()
                line.add(part)
        if line.length:
            yield from self._finished(number, line)

    def _finished(self, number: int, line: "_Bounded") -> Iterator[Line]:
        if line.length > LIMIT:
            self.report.error(f"line {number}", TOO_LONG, what="a line")
        else:
            yield Line(number, line.text.removesuffix("\r"))

    def whole(self) -> str | None:
        """All of its text, storable; None, and told, where it is longer than a page can be."""
        page = _Bounded()
        for text in self.texts():
            page.add(text)
            if page.length > LIMIT:
                self.report.error("", TOO_LONG, what="a page")
                return None
        return storable(page.text)


def storable(text: str) -> str:
    """`text` with NUL and lone surrogates, which no database takes, as U+FFFD; no character moves."""
    try:
        text.encode()  # much quicker than to look for surrogates
        return text if "\x00" not in text else text.replace("\x00", "\ufffd")
    except UnicodeEncodeError:
        return _UNSTORABLE.sub("\ufffd", text)


class _Bounded:
    """A growing text that is given up, but still counted, past the limit."""

    def __init__(self) -> None:
        self._parts: list[str] = []
        self.length = 0

    def add(self, part: str) -> None:
        self.length += len(part)
        if self.length > LIMIT:
            self._parts.clear()
        else:
            self._parts.append(part)

    @property
    def text(self) -> str:
        return "".join(self._parts)


def _steady(stream: Bytes, report: Report) -> io.BufferedReader:
    return io.BufferedReader(_Steady(stream, report), buffer_size=HEAD)


class _Steady(io.RawIOBase):
    """A stream that ends, with a problem told, where it is damaged or cut short; each read is as long as asked."""

    def __init__(self, stream: Bytes, report: Report) -> None:
        self._stream = stream
        self._report = report
        self._ended = False

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: bytearray | memoryview) -> int:  # type: ignore[override]
        filled = 0
        while filled < len(buffer) and not self._ended:
            data = self._next(len(buffer) - filled)
            buffer[filled : filled + len(data)] = data
            filled += len(data)
        return filled

    def _next(self, size: int) -> bytes:
        try:
            data = self._stream.read1(size)
        except OSError as error:
            self._report.error("", "cannot be read to its end ({why}): kept what came before", why=error.strerror)
            data = b""
        self._ended = not data
        return data


def _marked(chunks: Iterator[bytes], encoding: str) -> Iterator[str]:
    """Text of an encoding that a byte order mark tells."""
    decoder = codecs.getincrementaldecoder(encoding)("replace")
    for chunk in chunks:
        yield decoder.decode(chunk)
    yield decoder.decode(b"", final=True)


def _utf8(chunks: Iterator[bytes], report: Report) -> Iterator[str]:
    """UTF-8 text; bytes that are not UTF-8 are read as Windows-1252, which most of them are."""
    rest, line = b"", 1
    told = False
    for chunk in _and_end(chunks):
        data = rest + chunk
        try:
            text, used = codecs.utf_8_decode(data, "strict", not chunk)
        except UnicodeDecodeError as error:
            if not told:
                here = line + data.count(b"\n", 0, error.start)
                report.warning(
                    f"line {here}",
                    "not UTF-8: read as Windows-1252; if letters come out wrong, convert the file (iconv)",
                )
                told = True
            text, used = codecs.utf_8_decode(data, _AS_WINDOWS, not chunk)
        rest = data[used:]
        line += text.count("\n")
        yield text


def _and_end(chunks: Iterator[bytes]) -> Iterator[bytes]:
    yield from chunks
    yield b""


_AS_WINDOWS = "begat.windows-1252"


def _as_windows(error: UnicodeError) -> tuple[str, int]:
    assert isinstance(error, UnicodeDecodeError)
    return error.object[error.start : error.end].decode("cp1252", "replace"), error.end


codecs.register_error(_AS_WINDOWS, _as_windows)
