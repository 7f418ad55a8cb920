"""Rows of programs as Arrow data, and back: pandas and polars where they are used.

``arrow.py`` and ``online/logged.py`` are the other importers of pyarrow.
"""

from __future__ import annotations

import sys
from collections.abc import Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeAlias

import pyarrow as pa
import pyarrow.parquet as pq

from featurec.diagnostic import Diagnostic
from featurec.errors import FeaturecError

if TYPE_CHECKING:
    import pandas
    import polars

    Frame: TypeAlias = (
        pandas.DataFrame
        | polars.DataFrame
        | polars.LazyFrame
        | pa.Table
        | pa.RecordBatchReader
        | Mapping[str, Sequence[Any]]
        | Sequence[Mapping[str, Any]]
    )

_BLOCK = 65_536
_NULLABLE = {
    **{pa.int8(): "Int8", pa.int16(): "Int16", pa.int32(): "Int32", pa.int64(): "Int64"},
    **{pa.uint8(): "UInt8", pa.uint16(): "UInt16", pa.uint32(): "UInt32", pa.uint64(): "UInt64"},
    pa.bool_(): "boolean",
}
"""Types that pandas would make doubles or objects of where there is a NULL -> what it has for them."""


def arrow_reader(frame: Frame, called: str) -> pa.RecordBatchReader:
    """The rows of a frame, in its order; the index of a pandas frame is left out.

    Raises FeaturecError (FC954) for what is no frame, or has columns that Arrow has no type for.
    """
    try:
        return _reader(frame, called)
    except (pa.ArrowException, OverflowError, TypeError, ValueError) as error:
        raise _unreadable(called, str(error)) from None


def _reader(frame: Frame, called: str) -> pa.RecordBatchReader:
    if isinstance(frame, pa.RecordBatchReader):
        return frame
    if isinstance(frame, pa.Table):
        return frame.to_reader(_BLOCK)
    pandas_ = sys.modules.get("pandas")
    if pandas_ is not None and isinstance(frame, pandas_.DataFrame):
        return pa.Table.from_pandas(frame, preserve_index=False).replace_schema_metadata().to_reader(_BLOCK)
    polars_ = sys.modules.get("polars")
    if polars_ is not None and isinstance(frame, polars_.LazyFrame):
        frame = frame.collect()
    if hasattr(frame, "__arrow_c_stream__"):
        return pa.RecordBatchReader.from_stream(frame)
    if isinstance(frame, Mapping):
        return pa.table({name: _array(values) for name, values in frame.items()}).to_reader(_BLOCK)
    if isinstance(frame, Sequence) and not isinstance(frame, str) and all(isinstance(row, Mapping) for row in frame):
        names = dict.fromkeys(name for row in frame for name in row)
        return pa.table({name: _array([row.get(name) for row in frame]) for name in names}).to_reader(_BLOCK)
    raise _unreadable(called, f"it is of type {type(frame).__name__}")


def _array(values: Any) -> Any:
    """A column as Arrow has it; whole numbers that are too wide for that go by their digits. Raises TypeError."""
    if hasattr(values, "__arrow_c_array__"):
        return values
    found = _listed(values)
    try:
        return pa.array(found)
    except OverflowError:
        return pa.array([str(value) if value.__class__ is int else value for value in found])


def _listed(values: Any) -> list[Any]:
    """The values of a column. Raises TypeError for one value, or text, where a list is meant."""
    if isinstance(values, str | bytes | Mapping):
        raise TypeError(f"a column is a {type(values).__name__} and not a list")
    return list(values)


def _unreadable(called: str, cause: str) -> FeaturecError:
    fix = "give a pandas or polars DataFrame, a pyarrow Table, a dict of lists or a list of dicts"
    return FeaturecError([Diagnostic("FC954", f"`{called}` cannot be read as rows", cause=cause, fix=fix)])


def row_values(frame: Frame, called: str) -> dict[str, list[Any]]:
    """The columns of a small frame as Python values."""
    if isinstance(frame, Mapping):
        try:
            return {str(name): _listed(values) for name, values in frame.items()}
        except TypeError as error:
            raise _unreadable(called, str(error)) from None
    table = arrow_reader(frame, called).read_all()
    return {name: _python(column) for name, column in zip(table.column_names, table.columns, strict=True)}


def _python(column: pa.ChunkedArray) -> list[Any]:
    # pyarrow makes pandas' own times of nanoseconds, which are no keys.
    kind = column.type
    if pa.types.is_timestamp(kind) and kind.unit == "ns":
        column = column.cast(pa.timestamp("us", kind.tz), safe=False)
    return list(column.to_pylist())


def write_parquet(reader: pa.RecordBatchReader, path: Path) -> None:
    """Write all rows to a file that is read soon and then removed."""
    with pq.ParquetWriter(path, reader.schema, compression="lz4") as writer:
        for batch in reader:
            writer.write_batch(batch)


def to_pandas(table: pa.Table) -> pandas.DataFrame:
    """A pandas frame. Whole numbers and booleans with NULL become pandas' own nullable types, so that no digit is lost."""
    import pandas as pd

    frame = table.to_pandas()
    for name, column in zip(table.column_names, table.columns, strict=True):
        wanted = _NULLABLE.get(column.type)
        if wanted and column.null_count:
            frame[name] = column.to_pandas(types_mapper={column.type: pd.api.types.pandas_dtype(wanted)}.get)
    return frame


def to_polars(table: pa.Table) -> polars.DataFrame:
    """A polars frame, without a copy where polars has the type."""
    import polars

    found = polars.from_arrow(table)
    assert isinstance(found, polars.DataFrame)
    return found


def table_of(columns: Mapping[str, Sequence[Any]]) -> pa.Table:
    """A table of Python values, of which types are found; a column that has several is text."""
    return pa.table({name: _typed(list(values)) for name, values in columns.items()})


def _typed(values: list[Any]) -> pa.Array:
    try:
        return pa.array(values)
    except OverflowError:
        return _wide(values)
    except (pa.ArrowInvalid, pa.ArrowTypeError):
        return _texts(values)


def _wide(values: list[Any]) -> pa.Array:
    """Whole numbers of more than 64 bits with their sign: as training sets have them, else as digits."""
    for kind in (pa.uint64(), pa.decimal128(38, 0)):
        with suppress(pa.ArrowException, OverflowError, TypeError):
            return pa.array(values, kind)
    return _texts(values)


def _texts(values: list[Any]) -> pa.Array:
    return pa.array([None if value is None else str(value) for value in values])
