"""Column types as authors write them, in the one spelling that the compiler uses (DuckDB's, in lower case)."""

from functools import lru_cache

from sqlglot import exp, parse_one
from sqlglot.dialects import DuckDB
from sqlglot.errors import SqlglotError

_NAMES: dict[exp.DType, str] = {
    exp.DType.TINYINT: "tinyint",
    exp.DType.SMALLINT: "smallint",
    exp.DType.MEDIUMINT: "integer",
    exp.DType.INT: "integer",
    exp.DType.BIGINT: "bigint",
    exp.DType.INT128: "hugeint",
    exp.DType.UTINYINT: "utinyint",
    exp.DType.USMALLINT: "usmallint",
    exp.DType.UINT: "uinteger",
    exp.DType.UBIGINT: "ubigint",
    exp.DType.UINT128: "uhugeint",
    exp.DType.FLOAT: "float",
    exp.DType.DOUBLE: "double",
    exp.DType.BOOLEAN: "boolean",
    exp.DType.TEXT: "varchar",
    exp.DType.VARCHAR: "varchar",
    exp.DType.NVARCHAR: "varchar",
    exp.DType.CHAR: "varchar",
    exp.DType.NCHAR: "varchar",
    exp.DType.BPCHAR: "varchar",
    exp.DType.DATE: "date",
    exp.DType.DATE32: "date",
    exp.DType.TIMESTAMP: "timestamp",
    exp.DType.TIMESTAMPNTZ: "timestamp",
    exp.DType.TIMESTAMP_S: "timestamp_s",
    exp.DType.TIMESTAMP_MS: "timestamp_ms",
    exp.DType.TIMESTAMP_NS: "timestamp_ns",
    exp.DType.DATETIME: "timestamp",
    exp.DType.DATETIME64: "timestamp",
    exp.DType.TIMESTAMPTZ: "timestamptz",
    exp.DType.TIMESTAMPLTZ: "timestamptz",
    exp.DType.TIME: "time",
    exp.DType.TIMETZ: "timetz",
    exp.DType.INTERVAL: "interval",
    exp.DType.UUID: "uuid",
    exp.DType.JSON: "json",
    exp.DType.JSONB: "json",
    exp.DType.BINARY: "blob",
    exp.DType.VARBINARY: "blob",
    exp.DType.BLOB: "blob",
    exp.DType.BIT: "bit",
}

_ALIASES = {
    "float64": "double",
    "float32": "float",
    "number": "decimal",
    "string": "varchar",
    "boolean": "boolean",
    "bytes": "blob",
    "datetime64": "timestamp",
    "timestamp_tz": "timestamptz",
    "timestamp_ltz": "timestamptz",
    "timestamp_ntz": "timestamp",
}

KNOWN_TYPES = (*sorted(set(_NAMES.values()) | {"decimal(18,2)", "varchar[]", "struct(a integer)"}),)
"""What to offer for an unknown type."""

FLOATING = frozenset({"float", "double"})
"""Types whose equal-looking values may differ in the last bit, so that they cannot be join keys."""

_RESERVED = frozenset(DuckDB.Generator.RESERVED_KEYWORDS) | {"map"}
"""Words that are no names of fields without quotes, of DuckDB or of the parser."""

INTEGERS = frozenset({n for n in _NAMES.values() if n.endswith("int") or n in ("integer", "uinteger")})
TIMES = frozenset({n for n in _NAMES.values() if n == "date" or n.startswith("timestamp")})


@lru_cache(maxsize=4096)
def canonical_type(text: str) -> str | None:
    """``INT`` → ``integer``, ``Decimal(18, 2)`` → ``decimal(18,2)``, ``text[]`` → ``varchar[]``; None if there is no such type."""
    word = (text if '"' in text else " ".join(text.split())).strip().lower()
    if not word or len(word) > 10_000 or word.count("(") + word.count("[") > 32:
        return None
    head, paren, rest = word.partition("(")
    word = _ALIASES.get(head.strip(), head) + paren + rest
    try:
        found = parse_one(word, into=exp.DataType, dialect="duckdb")  # DataType.build passes over words that follow
    except (SqlglotError, ValueError):
        return None
    return spell(found)


def spell(node: exp.Expr | None) -> str | None:
    """The spelling of a type's tree; None where DuckDB has no such type."""
    if not isinstance(node, exp.DataType):
        return None
    kind, parts = node.this, node.expressions
    if kind in (exp.DType.DECIMAL, exp.DType.BIGDECIMAL):
        return _decimal([part.name for part in parts]) if parts else "decimal(18,3)"
    if kind in (exp.DType.ARRAY, exp.DType.LIST):
        inner = spell(parts[0]) if parts else None
        return f"{inner}[]" if inner else None
    if kind == exp.DType.STRUCT:
        fields = [_field(part) for part in parts]
        names = [name for name, _ in fields]
        known = fields and all(name and kind for name, kind in fields) and len(set(names)) == len(names)
        return f"struct({', '.join(f'{field_name(n)} {t}' for n, t in fields)})" if known else None
    if kind == exp.DType.MAP:
        key, value = (spell(part) for part in parts) if len(parts) == 2 else (None, None)
        return f"map({key}, {value})" if key and value else None
    return _NAMES.get(kind) if isinstance(kind, exp.DType) else None


def _decimal(parts: list[str]) -> str | None:
    """Digits, and how many of them stand after the point."""
    numbers = [int(part) for part in parts if part.isdecimal()]
    fits = len(numbers) == len(parts) <= 2 and numbers[0] > 0 and numbers[-1] <= numbers[0]
    return f"decimal({','.join(str(number) for number in numbers)})" if fits else None


def _field(part: exp.Expr) -> tuple[str, str | None]:
    """Name and type of a struct's field; no name where it has none."""
    named = isinstance(part, exp.ColumnDef) and isinstance(part.this, exp.Identifier)
    return (part.name, spell(part.args.get("kind"))) if named else ("", None)


def field_name(name: str) -> str:
    """A struct's field as it stands in a type: in quotes where it would not be read as a name without them."""
    plain = name.isidentifier() and name.isascii() and name.lower() not in _RESERVED
    return name if plain else '"' + name.replace('"', '""') + '"'
