"""Rows that are written down, as a table of DuckDB."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime, time
from types import SimpleNamespace

from featurec.codegen.spelling import literal, render_sql, sql_type
from featurec.dialects.dialect import Dialect
from featurec.spec import Column


def given_table(
    table: tuple[str, str], columns: Sequence[Column], rows: Sequence[Mapping[str, object]], dialect: Dialect
) -> str:
    """A statement that makes a table of rows, whose values are as of ``typed_value.typed``."""
    kinds = [(column.name, column.type) for column in columns]
    shaped = [SimpleNamespace(name=name, missing=spelled(None, kind, dialect)) for name, kind in kinds]
    values = [[spelled(row[name], kind, dialect) for name, kind in kinds] for row in rows]
    return render_sql("unit/given.sql", dialect, table=table, columns=shaped, rows=values)


def spelled(value: object, kind: str | None, dialect: Dialect) -> str:
    """A value of a type, DuckDB-spelled, as an expression of exactly that type; lists and structs in DuckDB alone."""
    sql = _bare(value, dialect)
    return f"CAST({sql} AS {sql_type(kind, dialect.sqlglot)})" if kind else sql


def _bare(value: object, dialect: Dialect) -> str:
    match value:
        case datetime():
            return literal(value.isoformat(" "), dialect)
        case date() | time():
            return literal(value.isoformat(), dialect)
        case list():
            return f"[{', '.join(_bare(item, dialect) for item in value)}]"
        case Mapping():
            fields = (f"{literal(name, dialect)}: {_bare(item, dialect)}" for name, item in value.items())
            return "{" + ", ".join(fields) + "}"
    return literal(value, dialect)
