"""Arrow data as it passes between engines. ``frames.py`` and ``online/logged.py`` are the other importers of pyarrow."""

from collections.abc import Iterable, Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pyarrow as pa
from pyarrow import RecordBatch, RecordBatchReader, Table

__all__ = ["RecordBatch", "RecordBatchReader", "Table", "lines", "records"]

_EPOCH = datetime(1970, 1, 1)


def lines(batches: Iterable[RecordBatch]) -> Iterator[bytes]:
    """The bytes of a single text column, all values one after the other, a block per batch.

    Arrow keeps the values of a text column in one buffer, so nothing is done per row.
    """
    for batch in batches:
        column = batch.column(0)
        if len(column) == 0:
            continue
        wide = pa.types.is_large_string(column.type)
        if not wide and not pa.types.is_string(column.type):
            column = column.cast(pa.large_string())
            wide = True
        _, offsets, data = column.buffers()
        if data is None:
            continue
        bounds = memoryview(offsets).cast("q" if wide else "i")
        start, stop = bounds[column.offset], bounds[column.offset + len(column)]
        yield memoryview(data)[start:stop].tobytes()


def records(table: Table) -> list[dict[str, Any]]:
    """Rows of a small table as Python values; a time that Python has no day for is text.

    Times are made here, since pyarrow asks pandas for them where that is installed, and its import takes longer than
    most queries.
    """
    columns = [_values(column) for column in table.columns]
    return [dict(zip(table.column_names, values, strict=True)) for values in zip(*columns, strict=True)]


def _values(column: pa.ChunkedArray) -> list[Any]:
    kind = column.type
    if not pa.types.is_timestamp(kind) or kind.unit != "us":
        return list(column.to_pylist())
    zone = UTC if kind.tz else None
    texts = None
    found: list[Any] = []
    numbers = [number for chunk in column.chunks for number in chunk.view(pa.int64()).to_pylist()]
    for index, since in enumerate(numbers):
        try:
            found.append(None if since is None else (_EPOCH + timedelta(microseconds=since)).replace(tzinfo=zone))
        except OverflowError:
            texts = texts or column.cast(pa.string()).to_pylist()
            found.append(texts[index])
    return found


def numeric_types(schema: pa.Schema) -> dict[str, str]:
    """Column -> type, for the columns that ADBC brings from a Postgres ``numeric`` as text.

    Precision and scale come with the column; a number without them is a double.
    """
    found = {}
    for field in schema:
        metadata = field.metadata or {}
        if metadata.get(b"POSTGRESQL:type") == b"numeric":
            modifier = int(metadata.get(b"POSTGRESQL:typmod", b"-1")) - 4
            precision, scale = (modifier >> 16) & 0xFFFF, modifier & 0x7FF
            found[field.name] = f"decimal({precision},{scale})" if 0 < precision <= 38 >= scale else "double"
    return found
