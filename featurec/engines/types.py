"""How engines spell column types, in the one spelling of featurec, and what passes through Arrow."""

_POSTGRES = {
    "smallint": "smallint",
    "integer": "integer",
    "bigint": "bigint",
    "numeric": "decimal",
    "real": "float",
    "double precision": "double",
    "boolean": "boolean",
    "text": "varchar",
    "character varying": "varchar",
    "character": "varchar",
    "bpchar": "varchar",
    "citext": "varchar",
    "name": "varchar",
    "date": "date",
    "timestamp without time zone": "timestamp",
    "timestamp with time zone": "timestamptz",
    "time without time zone": "time",
    "interval": "interval",
    "uuid": "uuid",
    "bytea": "blob",
    "json": "json",
    "jsonb": "json",
    # The names in the catalog, which psycopg shows.
    "int2": "smallint",
    "int4": "integer",
    "int8": "bigint",
    "float4": "float",
    "float8": "double",
    "bool": "boolean",
    "varchar": "varchar",
    "timestamp": "timestamp",
    "timestamptz": "timestamptz",
    "time": "time",
}


def duckdb_type(text: str) -> str:
    """What DuckDB calls a type, as featurec spells it; an enumeration is text."""
    if text.startswith("ENUM("):
        return "varchar"
    return text.strip('"').lower().replace("timestamp with time zone", "timestamptz")


def postgres_type(text: str) -> str:
    """What ``format_type`` of Postgres or psycopg says, as featurec spells it; what DuckDB has no name for stays so.

    A ``numeric`` without precision is ``decimal``.
    """
    if text.endswith("[]"):
        return postgres_type(text[:-2]) + "[]"
    name, _, rest = text.partition("(")
    arguments, _, after = rest.partition(")")
    found = _POSTGRES.get((name + after).strip(), text)
    return f"decimal({arguments})" if found == "decimal" and arguments else found


_CARRIED = frozenset(
    {"tinyint", "smallint", "integer", "bigint", "utinyint", "usmallint", "uinteger", "hugeint", "float", "double",
     "boolean", "varchar", "date", "time", "timestamp", "timestamp_s", "timestamp_ms", "timestamp_ns", "timestamptz",
     "timestamptz_ns", "interval", "blob", "null", "decimal"}
)  # fmt: skip
_AS_TEXT = frozenset({"uuid", "json"})
_AS_NUMERIC = frozenset({"ubigint", "uhugeint"})


def carried_by_arrow(name: str) -> bool:
    """Whether a column can go to Postgres and back in Arrow batches, be it as text or number."""
    item = name.removesuffix("[]")
    return item in _CARRIED | _AS_TEXT | _AS_NUMERIC or item.startswith("decimal(")


def cast_in_postgres(name: str) -> str | None:
    """The type that a column must be cast to after Arrow brought it, where it is not that already."""
    item = name.removesuffix("[]")
    return name if item in _AS_TEXT or item.startswith("decimal(") else None


_PYTHON = frozenset(
    {"smallint", "integer", "bigint", "decimal", "float", "double", "boolean", "varchar", "date", "time", "timestamp",
     "timestamptz", "blob"}
)  # fmt: skip


def as_python(value: object, kind: str) -> object:
    """A value that psycopg made, of a type as ``postgres_type`` spells it; text where the type is not a common one."""
    known = kind.removesuffix("[]").partition("(")[0] in _PYTHON
    return value if value is None or known else str(value)
