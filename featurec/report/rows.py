"""Rows of a query for people and for programs."""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from json import dumps

from featurec.plain_value import plain_value
from featurec.report.line import Line
from featurec.report.table import table

Rows = Sequence[Mapping[str, object]]


def as_lines(columns: Sequence[str], rows: Rows) -> list[Line]:
    """Aligned columns, numbers to the right."""
    numbers = [all(isinstance(row[name], int | float | None) for row in rows) for name in columns]
    return table(columns, [[cell(row[name]) for name in columns] for row in rows], numbers)


def as_json(columns: Sequence[str], rows: Rows) -> str:
    """A list of objects."""
    return dumps([{name: plain_value(row[name]) for name in columns} for row in rows], indent=2, ensure_ascii=False)


def cell(value: object) -> str | None:
    """A value as a table shows it."""
    match value:
        case None:
            return None
        case bool():
            return str(value).lower()
        case datetime():
            shown = value.astimezone(UTC) if value.tzinfo else value
            return shown.replace(tzinfo=None).isoformat(sep=" ") + ("Z" if value.tzinfo else "")
    return str(plain_value(value))
