"""Column types: the families they fall into, and when a declared type fits an inferred one.

A type is a string as DuckDB spells it, in lower case: ``bigint``, ``decimal(18,2)``, ``timestamptz``,
``varchar[]``, ``struct(a integer, b varchar)``. None is an unknown type. ``NUMBER`` is a number whose exact type
differs between engines (``sum`` of integers, ``extract``); it is never shown outside of analysis.
"""

from collections.abc import Iterable
from functools import lru_cache
from typing import Literal

from sqlglot import exp
from sqlglot.errors import SqlglotError

from featurec.column_type import canonical_type, spell

NUMBER = "number"
NULL = "null"

Family = Literal[
    "integer", "decimal", "float", "number", "text", "boolean", "date", "timestamp", "timestamptz", "other"
]

_INTEGERS = ("tinyint", "smallint", "integer", "bigint", "hugeint")
_UNSIGNED = ("utinyint", "usmallint", "uinteger", "ubigint", "uhugeint")
_FAMILIES: dict[str, Family] = {
    **dict.fromkeys((*_INTEGERS, *_UNSIGNED), "integer"),
    "float": "float",
    "double": "float",
    "decimal": "decimal",
    NUMBER: "number",
    "varchar": "text",
    "boolean": "boolean",
    "date": "date",
    "timestamp": "timestamp",
    "timestamp_s": "timestamp",
    "timestamp_ms": "timestamp",
    "timestamp_ns": "timestamp",
    "timestamptz": "timestamptz",
}
NUMERIC: frozenset[Family] = frozenset({"integer", "decimal", "float", "number"})
TEMPORAL: frozenset[Family] = frozenset({"date", "timestamp", "timestamptz"})
NAIVE: frozenset[Family] = frozenset({"date", "timestamp"})

# A value of the inferred family becomes the declared one without loss or change of meaning. Decimals and floats go
# both ways: authors declare what they serve, and both sides round alike.
_FITS: dict[Family, frozenset[Family]] = {
    "integer": frozenset({"integer", "decimal", "float", "number"}),
    "decimal": frozenset({"decimal", "float", "number"}),
    "float": frozenset({"decimal", "float", "number"}),
    "number": NUMERIC,
    "text": frozenset({"text"}),
    "boolean": frozenset({"boolean"}),
    "date": frozenset({"date", "timestamp"}),
    "timestamp": frozenset({"timestamp"}),
    "timestamptz": frozenset({"timestamptz"}),
}


@lru_cache(maxsize=4096)
def parse(text: str) -> exp.DataType | None:
    """The tree of a type as DuckDB spells it; None where it is none."""
    try:
        found = exp.DataType.build(text, dialect="duckdb")
    except (SqlglotError, ValueError):
        return None
    if found.this == exp.DType.TIMESTAMPNTZ:  # one name for naive time, whatever dialect reads the schema
        found = exp.DataType.build("timestamp")
    return found


def canonical(text: str | None) -> str | None:
    """A declared type in the one spelling: ``INT`` is ``integer``. An unknown one stays as it is, in lower case."""
    return None if text is None else canonical_type(text) or text.strip().lower()


def family(type_: str | None) -> Family | None:
    """The family of a type; None for an unknown type, ``other`` for nested and special ones."""
    if type_ is None or type_ == NULL:
        return None
    if type_.endswith("[]"):
        return "other"
    return _FAMILIES.get(type_.partition("(")[0], "other")


def shown(type_: str | None) -> str | None:
    """The type as others may see it: what is not exactly known is None."""
    return None if type_ in (NUMBER, NULL) else type_


def fits(declared: str, inferred: str | None) -> bool:
    """Whether values of the inferred type may be declared so. True where one of them is not known well enough."""
    wanted, given = family(declared), family(inferred)
    if wanted is None or given is None or "other" in (wanted, given):
        return True
    return wanted in _FITS[given]


def merge(types: Iterable[str | None]) -> str | None:
    """The type of an expression that returns one of several values (CASE, COALESCE, UNION); None if not certain."""
    found = {type_ for type_ in types if type_ != NULL}
    if len(found) <= 1:
        return next(iter(found), NULL)
    if None in found:
        return None
    families = {family(type_) for type_ in found}
    if families <= NUMERIC:
        if families == {"integer"} and found <= set(_INTEGERS):
            return max((t for t in found if t), key=_INTEGERS.index)
        return "double" if "double" in found and families <= {"integer", "float"} else NUMBER
    if families <= TEMPORAL:
        return "timestamptz" if "timestamptz" in families else "timestamp"
    # A quoted constant beside a time is read as a time.
    times = families - {"text"}
    if "text" in families and len(times) == 1 and times <= TEMPORAL:
        return next(t for t in found if family(t) in times)
    return None


def fields_of(type_: str | None) -> list[tuple[str, str | None]]:
    """Names and types of a struct's fields; empty for other types."""
    tree = parse(type_) if type_ and type_.startswith("struct(") else None
    return [(part.name, canonical(spell(part.args.get("kind")))) for part in (tree.expressions if tree else ())]


def field_type(type_: str | None, name: str) -> str | None:
    """The type of a struct's field."""
    return next((kind for field, kind in fields_of(type_) if field.lower() == name.lower()), None)


def arithmetic(left: str | None, right: str | None) -> str | None:
    """The type of a sum, difference or product of two numbers; None if one is none."""
    families = {family(left), family(right)}
    if None in families or not families <= NUMERIC:
        return None
    if "double" in (left, right):
        return "double"
    if left in _INTEGERS and right in _INTEGERS:
        return max(left, right, key=_INTEGERS.index)
    return NUMBER
