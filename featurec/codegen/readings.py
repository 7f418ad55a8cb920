"""A relation as a slice of a view reads it: the rows that became known within some bounds."""

from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta

from sqlglot import exp

from featurec.codegen.spelling import ident, literal, render_sql
from featurec.dialects.dialect import Dialect
from featurec.plan.nodes import TimeColumn
from featurec.plan.slices import Reading

_DAY = timedelta(days=1)


def restricted(relation: str, reading: Reading | None, dialect: Dialect) -> str:
    """What stands in FROM for a relation of which only some rows are read; None: all.

    The bounds are compared with the bare column, so that an index on it and the order in which it is stored are of use.
    """
    if reading is None:
        return relation
    return render_sql(
        "rows/read.sql", dialect, relation=relation, conditions=list(_conditions(reading, dialect))
    ).strip()


def _conditions(reading: Reading, dialect: Dialect) -> Iterator[str]:
    if reading.start is not None:
        times = [time for time in (reading.time, reading.event) if time is not None]
        sides = [_compared(time, ">=", reading.start, -_DAY, dialect) for time in times]
        yield sides[0] if len(sides) == 1 else f"({' OR '.join(sides)})"
    if reading.end is not None:
        yield _compared(reading.time, "<", reading.end, _DAY, dialect)


def _compared(time: TimeColumn, operator: str, bound: datetime, margin: timedelta, dialect: Dialect) -> str:
    return f"{ident(time.name, dialect)} {operator} {_literal(bound, time, margin, dialect)}"


def _literal(bound: datetime, time: TimeColumn, margin: timedelta, dialect: Dialect) -> str:
    """The bound as a value of the column's type. The clocks of a zone are less than a day from UTC."""
    if time.type == "timestamptz":
        return literal(bound, dialect)
    naive = bound.astimezone(UTC).replace(tzinfo=None)
    if time.zone != "UTC":
        naive = _moved(naive, margin)
    if time.type == "date":
        # A day is its first instant: of those from the bound on, and of those before it, the first has not begun yet.
        day: date = naive.date() if naive == datetime.combine(naive, naive.min.time()) else _moved(naive, _DAY).date()
        return literal(day, dialect)
    text = exp.Literal.string(naive.isoformat(" ", "microseconds"))
    return exp.cast(text, "timestamp").sql(dialect.sqlglot)


def _moved(at: datetime, by: timedelta) -> datetime:
    """A time so much later, as far as there are dates."""
    try:
        return at + by
    except OverflowError:
        return datetime.max if by > timedelta() else datetime.min
