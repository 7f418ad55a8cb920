"""Answers as they are logged: Parquet files, each of answers of one shape, which its metadata tells."""

import os
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import date, datetime, time
from decimal import Decimal
from functools import cached_property
from hashlib import sha256
from pathlib import Path
from typing import Any
from uuid import UUID

import orjson
import pyarrow as pa
import pyarrow.parquet as pq

from featurec.online.encoding import encode_key
from featurec.online.read import EntityFeatures
from featurec.online_type import ValueType, key_type, value_type
from featurec.spec import FeatureRequest, Scalar

FORMAT = 1
_METADATA = b"featurec"
_INSTANT = pa.timestamp("us", "UTC")
UNLOGGED = "UNLOGGED"
"""The status of a value that no Parquet file of its type can hold: a time that Python has no day for."""


@dataclass(frozen=True)
class LoggedKey:
    """A join key of a lookup, and the column of entity rows that it was taken from."""

    name: str
    type: str
    column: str


@dataclass(frozen=True)
class LoggedFeature:
    """A feature of an answer.

    Attributes:
        output: its name in the answer.
        role, view, name: where it is from.
        type: DuckDB-spelled.
        windowed: whether it is of a window, and holds at an export's instant.
        computed: whether it is of an on-demand view.
    """

    output: str
    role: str
    view: str
    name: str
    type: str
    default: Scalar = None
    windowed: bool = False
    computed: bool = False


@dataclass(frozen=True)
class LoggedLookup:
    """A lookup that an answer was made of.

    Attributes:
        fingerprint: of the version that answered.
        ttl: microseconds, inclusive, or None.
    """

    role: str
    view: str
    fingerprint: str
    ttl: int | None
    keys: tuple[LoggedKey, ...]


@dataclass(frozen=True)
class Shape:
    """What answers of one file have in common.

    Attributes:
        requests: as they were asked, on-demand views included.
        lookups: those that only on-demand views read are among them.
        on_demand: view -> fingerprint of its version.
        features: in the order of the answer.
    """

    service: str
    full_feature_names: bool
    requests: tuple[FeatureRequest, ...]
    lookups: tuple[LoggedLookup, ...]
    features: tuple[LoggedFeature, ...]
    inputs: tuple[str, ...] = ()
    on_demand: Mapping[str, str] | None = None

    @cached_property
    def key_types(self) -> Mapping[str, ValueType]:
        """Column of entity rows -> type."""
        keys = [key for lookup in self.lookups for key in lookup.keys]
        return {key.column: found for key in keys if (found := key_type(key.type))}

    @cached_property
    def text(self) -> bytes:
        """As JSON."""
        requests = [
            {"view": r.view, "features": r.features, "role": r.role, "join_keys": dict(r.join_keys)}
            for r in self.requests
        ]
        told = {
            "format": FORMAT,
            "service": self.service,
            "full_feature_names": self.full_feature_names,
            "requests": requests,
            "lookups": [asdict(lookup) for lookup in self.lookups],
            "features": [asdict(feature) for feature in self.features],
            "inputs": self.inputs,
            "on_demand": self.on_demand or {},
        }
        return orjson.dumps(told, default=str)

    @cached_property
    def digest(self) -> str:
        """Names the shape among others of its service."""
        return sha256(self.text).hexdigest()[:16]

    @cached_property
    def schema(self) -> pa.Schema:
        """Of its files."""
        columns = [pa.field("requested_at", _INSTANT), pa.field("service", pa.string())]
        if self.key_types:
            columns.append(_struct("entity", {name: arrow_type(kind) for name, kind in self.key_types.items()}))
        if self.inputs:
            columns.append(_struct("inputs", dict.fromkeys(self.inputs, pa.string())))
        if self.lookups:
            columns.append(_struct("exported", {lookup.role: _INSTANT for lookup in self.lookups}))
        columns.append(_struct("features", {f.output: _value(f) for f in self.features}))
        return pa.schema(columns, metadata={_METADATA: self.text})


def _struct(name: str, fields: Mapping[str, pa.DataType]) -> pa.Field:
    return pa.field(name, pa.struct([pa.field(field, kind) for field, kind in fields.items()]))


def _value(feature: LoggedFeature) -> pa.DataType:
    kind = value_type(feature.type)
    if kind is None:
        raise ValueError(f"`{feature.output}` is of type {feature.type}, which no answer has")
    stored = pa.uint64() if feature.type == "ubigint" else arrow_type(kind)
    fields = {"value": stored, "status": pa.string(), "event_timestamp": _INSTANT, "as_of": _INSTANT}
    return pa.struct([pa.field(name, of) for name, of in fields.items()])


_TYPES: Mapping[str, pa.DataType] = {
    "integer": pa.int64(),
    "boolean": pa.bool_(),
    "date": pa.date32(),
    "time": pa.time64("us"),
    "timestamp": pa.timestamp("us"),
    "timestamptz": _INSTANT,
    "blob": pa.binary(),
    "float": pa.float32(),
    "double": pa.float64(),
}


def arrow_type(kind: ValueType) -> pa.DataType:
    """In which type values are logged; text where Parquet has none that holds all: uuid and integers of 128 bits."""
    if kind.kind == "decimal" and kind.precision is not None:
        return pa.decimal128(kind.precision, kind.scale or 0)
    if kind.item is not None:
        return pa.list_(arrow_type(kind.item))
    if kind.fields:
        return pa.struct([pa.field(name, arrow_type(field)) for name, field in kind.fields])
    return _TYPES.get(kind.kind, pa.string())


def logged_value(kind: ValueType, value: object) -> object:
    """A value, as ``encoding.decode`` gives it, as pyarrow takes it. Raises ValueError where no file can hold it."""
    if value is None:
        return None
    if kind.item is not None and isinstance(value, list):
        return [logged_value(kind.item, part) for part in value]
    if kind.fields and isinstance(value, Mapping):
        return {name: logged_value(field, value.get(name)) for name, field in kind.fields}
    match kind.kind:
        case "wide" | "uuid":
            return str(value)
        case "decimal":
            return value if kind.precision is not None else str(value)
        case "date" | "time" | "timestamp" | "timestamptz" if not isinstance(value, date | time):
            raise ValueError(f"{value!r} is no time that Python has a day for")
    return value


def key_value(kind: ValueType, value: object) -> object:
    """A join key as it is logged, of what was given; equal for equal keys, however they were written. Raises ValueError."""
    text = encode_key([kind], [value])
    if text is None:
        return None
    match kind.kind:
        case "integer":
            return int(text)
        case "boolean":
            return text == "true"
        case "decimal":
            return Decimal(text)
        case "date":
            return date.fromisoformat(text)
        case "timestamp" | "timestamptz":
            return datetime.fromisoformat(text)
        case "blob":
            return bytes.fromhex(text)
        case "text":
            return value
    return text


def row_of(
    shape: Shape,
    requested_at: datetime,
    exported: Mapping[str, datetime],
    entity: Mapping[str, object],
    answer: EntityFeatures,
) -> dict[str, object]:
    """One answer as a row of a file.

    Args:
        exported: role -> the instant of the export that answered.
        entity: what the request gave of it: keys and inputs.
    """
    row: dict[str, object] = {"requested_at": requested_at, "service": shape.service}
    if shape.key_types:
        row["entity"] = {name: key_value(kind, entity[name]) for name, kind in shape.key_types.items()}
    if shape.inputs:
        row["inputs"] = {name: orjson.dumps(entity[name], default=str).decode() for name in shape.inputs}
    if shape.lookups:
        row["exported"] = dict(exported)
    features = {}
    for feature in shape.features:
        found, kind = answer.features[feature.output], value_type(feature.type)
        assert kind is not None
        status = str(found.status)
        try:
            value = logged_value(kind, found.value)
        except ValueError:
            value, status = None, UNLOGGED
        event, as_of = found.event_timestamp, found.as_of
        features[feature.output] = {"value": value, "status": status, "event_timestamp": event, "as_of": as_of}
    row["features"] = features
    return row


def write(shape: Shape, rows: Sequence[Mapping[str, object]], path: Path) -> None:
    """A file of these rows, which has its name only once it is whole. Only its owner may read it. Raises OSError."""
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    beside = path.with_name(f".{path.name}.part")
    table = pa.Table.from_pylist(list(rows), schema=shape.schema)
    try:
        with os.fdopen(os.open(beside, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as file:
            pq.write_table(table, file, compression="zstd")
            file.flush()
            os.fsync(file.fileno())
        beside.replace(path)
    finally:
        beside.unlink(missing_ok=True)


def fits(shape: Shape, row: Mapping[str, object]) -> bool:
    """Whether a file can have the row: a key may be a number that its type does not hold, and name no entity."""
    try:
        pa.Table.from_pylist([row], schema=shape.schema)
    except (pa.ArrowException, OverflowError, TypeError, ValueError):
        return False
    return True


def shape_of(path: Path) -> Shape:
    """What the answers of a file have in common. Raises ValueError, OSError where it is none that ``write`` has written."""
    metadata = pq.read_schema(path).metadata or {}
    if _METADATA not in metadata:
        raise ValueError("it is a Parquet file of another program")
    told = orjson.loads(metadata[_METADATA])
    written = told.get("format") if isinstance(told, dict) else None
    if written != FORMAT:
        raise ValueError(f"it is of format {written}, and this featurec reads format {FORMAT}")
    try:
        shape = _shape(told)
    except (KeyError, TypeError, AttributeError) as error:
        raise ValueError(f"its metadata is incomplete: {error}") from None
    if not pq.read_schema(path).equals(shape.schema):
        raise ValueError("its columns are not those that its metadata tells of")
    return shape


def _shape(told: Mapping[str, Any]) -> Shape:
    return Shape(
        told["service"],
        told["full_feature_names"],
        tuple(
            FeatureRequest(
                r["view"], tuple(r["features"]) if r["features"] is not None else None, r["role"], r["join_keys"]
            )
            for r in told["requests"]
        ),
        tuple(
            LoggedLookup(x["role"], x["view"], x["fingerprint"], x["ttl"], tuple(LoggedKey(**key) for key in x["keys"]))
            for x in told["lookups"]
        ),
        tuple(LoggedFeature(**feature) for feature in told["features"]),
        tuple(told["inputs"]),
        told["on_demand"],
    )


def rows_of(path: Path) -> list[dict[str, Any]]:
    """The rows of a file, as Python values. Raises ValueError, OSError where it is cut off or damaged."""
    rows: list[dict[str, Any]] = pq.read_table(path, partitioning=None).to_pylist()
    return rows


def _spine_column(kind: ValueType, values: Sequence[object]) -> pa.Array:
    """Logged keys as a column of a spine, of a type that the engine compares with the key's own."""
    match kind.kind:
        case "uuid":
            stored = [None if value is None else UUID(str(value)).bytes for value in values]
            return pa.ExtensionArray.from_storage(pa.uuid(), pa.array(stored, pa.binary(16)))
        case "wide":
            return pa.array([None if value is None else Decimal(str(value)) for value in values], pa.decimal128(38, 0))
    return pa.array(values, arrow_type(kind))


def write_spine(
    shape: Shape,
    entities: Sequence[Mapping[str, object]],
    timestamp: str,
    instants: Sequence[datetime],
    path: Path,
) -> None:
    """Logged entities as a spine: their keys, and the instants at which features are asked for."""
    keys = {name: _spine_column(kind, [row[name] for row in entities]) for name, kind in shape.key_types.items()}
    pq.write_table(pa.table({**keys, timestamp: pa.array(instants, _INSTANT)}), path)
