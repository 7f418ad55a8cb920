"""How engines spell column types, in the one spelling of featurec, and which types of a table fit a declaration."""

from featurec.analysis.types import family

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
}


def duckdb_type(text: str) -> str:
    """What DuckDB calls a type, as featurec spells it; an enumeration is text."""
    if text.startswith("ENUM("):
        return "varchar"
    return text.strip('"').lower().replace("timestamp with time zone", "timestamptz")


def postgres_type(text: str) -> str:
    """What ``format_type`` of Postgres says, as featurec spells it; what DuckDB has no name for stays as it is.

    A ``numeric`` without precision is ``decimal``.
    """
    if text.endswith("[]"):
        return postgres_type(text[:-2]) + "[]"
    name, _, rest = text.partition("(")
    arguments, _, after = rest.partition(")")
    found = _POSTGRES.get((name + after).strip(), text)
    return f"decimal({arguments})" if found == "decimal" and arguments else found


def fits_declaration(declared: str, actual: str) -> bool:
    """Whether a column of a table is what its declaration says, but for width and precision.

    ``bigint`` fits ``integer``, ``decimal(18,2)`` fits ``decimal(10,4)``; ``varchar`` does not fit ``bigint``, nor
    ``timestamp`` ``timestamptz``: the one is naive, the other an instant.
    """
    if declared.endswith("[]") or actual.endswith("[]"):
        both = declared.endswith("[]") and actual.endswith("[]")
        return both and fits_declaration(declared[:-2], actual[:-2])
    kinds = family(declared), family(actual)
    if actual == "null" or None in kinds:
        return True
    if kinds == ("other", "other"):
        return declared.partition("(")[0] == actual.partition("(")[0]
    return kinds[0] == kinds[1]
