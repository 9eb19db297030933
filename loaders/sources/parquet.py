"""Parquet files (https://parquet.apache.org/docs/file-format/), read a batch of rows at a time."""

import shutil
import tempfile
from collections.abc import Iterator
from typing import IO, Any

from begat.graph.model import Document
from begat.loaders.sources import fields
from begat.loaders.sources.fields import Record
from begat.loaders.sources.input import Input
from begat.loaders.sources.source import Source

_BATCH = 256


def _is_parquet(input: Input) -> bool:
    return input.head.startswith(b"PAR1")


def _parquet(input: Input) -> Iterator[Document]:
    return fields.documents(input, _records(input))


def _records(input: Input) -> Iterator[Record]:
    import pyarrow as pa  # heavy: only when needed
    import pyarrow.parquet as pq

    number = 0
    with _seekable(input) as file:
        try:
            batches = pq.ParquetFile(file, buffer_size=1 << 20).iter_batches(_BATCH, use_threads=False)
            for batch in batches:
                yield from _rows(batch, input, number)
                number += batch.num_rows
        except (pa.ArrowException, OSError, ValueError) as error:
            why = str(error).split("\n")[0].rstrip(".")
            input.report.error(
                f"after row {number}",
                "the Parquet data is damaged or cut short ({why}): the rest is lost; get it anew",
                why=why,
            )


def _rows(batch: Any, input: Input, before: int) -> Iterator[Record]:
    """The rows of a batch; one that is not valid UTF-8 is told and left out."""
    for index in range(batch.num_rows):
        number = before + index + 1
        try:
            values = {name: batch.column(i)[index].as_py() for i, name in enumerate(batch.schema.names)}
        except (UnicodeDecodeError, ValueError, OverflowError) as error:
            input.report.error(f"row {number}", "not readable ({why}): passed over", why=type(error).__name__)
        else:
            yield Record(number, f"row {number}", values)


def _seekable(input: Input) -> IO[bytes]:
    """The file itself, or a copy on disk of what comes through a pipe: the index of a Parquet file is at its end."""
    if input.path:
        return input.path.open("rb")
    copy = tempfile.TemporaryFile()  # noqa: SIM115 - the caller closes it
    shutil.copyfileobj(input.stream, copy)
    copy.seek(0)
    return copy


PARQUET = Source("parquet", "a Parquet file", _is_parquet, _parquet, binary=True)
