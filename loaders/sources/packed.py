"""Compressed inputs: gzip, bzip2, xz and zstd, unpacked as they are read, and stopped where they expand without end."""

import bz2
import gzip
import io
import lzma
import sys
import zlib
from collections.abc import Callable
from importlib import import_module
from typing import IO, Any, NamedTuple, cast

from begat.loaders.sources.problem import Report

MOST_EXPANSION = 200
"""How many times its compressed size an input may unpack to: records of papers come to 3 to 20."""
FREE = 1 << 28
"""Bytes (256 MiB) that an input may unpack to whatever its compressed size: tidy tables compress very well."""
_WINDOW = 27
"""log2 of the most memory (128 MiB) that zstd data may ask for, as the zstd program's own limit."""


class _Packing(NamedTuple):
    name: str
    magic: bytes
    opened: Callable[[IO[bytes]], Any]


ZSTD = "compression.zstd" if sys.version_info >= (3, 14) else "backports.zstd"
"""The standard library's own, or where it has none yet the same for older ones (https://peps.python.org/pep-0784/)."""


def _zstd(stream: IO[bytes]) -> IO[bytes]:
    zstd = import_module(ZSTD)  # when it is needed
    limits = {zstd.DecompressionParameter.window_log_max: _WINDOW}
    return cast(IO[bytes], zstd.ZstdFile(stream, options=limits))


_PACKINGS = (
    _Packing("gzip", b"\x1f\x8b", lambda stream: gzip.GzipFile(fileobj=stream)),
    _Packing("bzip2", b"BZh", bz2.BZ2File),
    _Packing("xz", b"\xfd7zXZ\x00", lzma.LZMAFile),
    _Packing("zstd", b"\x28\xb5\x2f\xfd", _zstd),
)
SUFFIXES = (".gz", ".bz2", ".xz", ".zst")


def packing(head: bytes) -> str | None:
    """The name of what an input that begins so is compressed with."""
    return next((packing.name for packing in _PACKINGS if head.startswith(packing.magic)), None)


class Unpacked(io.RawIOBase):
    """What a compressed stream holds. Ends, with a problem told, where it is damaged, cut short or a bomb."""

    def __init__(self, stream: IO[bytes], name: str, report: Report) -> None:
        self._packed = _Counted(stream)
        self._name = name
        self._report = report
        self._given = 0
        opened = next(packing.opened for packing in _PACKINGS if packing.name == name)
        self._stream = opened(cast(IO[bytes], self._packed))

    def read1(self, size: int, /) -> bytes:
        """At most `size` bytes, b"" at the end."""
        if self._given > max(FREE, MOST_EXPANSION * self._packed.taken):
            self._report.error(
                "", "{name} data that expands to more than {most} times its size: kept what came before; "
                "if that is no mistake, unpack it first", name=self._name, most=MOST_EXPANSION,
            )  # fmt: skip
            return b""
        try:
            data = cast(bytes, self._stream.read1(size))
        except _damages() as error:
            why = str(error).rstrip(".")
            self._report.error(
                "", "{name} data cut short or damaged ({why}): kept what came before; get it anew",
                name=self._name, why=why,
            )  # fmt: skip
            return b""
        self._given += len(data)
        return data


class _Counted(io.RawIOBase):
    """A stream that counts what was taken from it."""

    def __init__(self, stream: IO[bytes]) -> None:
        self._stream = stream
        self.taken = 0

    def readable(self) -> bool:
        return True

    def read(self, size: int = -1, /) -> bytes:
        data = self._stream.read(size)
        self.taken += len(data)
        return data


def _damages() -> tuple[type[Exception], ...]:
    zstd_error: type[Exception] = import_module(ZSTD).ZstdError
    return EOFError, zlib.error, gzip.BadGzipFile, lzma.LZMAError, zstd_error, ValueError, OSError
