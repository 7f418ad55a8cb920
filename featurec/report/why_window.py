"""Which rows a window holds at an instant, and what keeps each of the others out (DESIGN §2.5)."""

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from featurec.report.why import Decision, StoredRow, duration, stamp, unusable
from featurec.spec import AggregationFunction

_NULLS_COUNT = frozenset({"first", "last", "last_n"})
"""Functions that take a NULL for a value."""


@dataclass(frozen=True)
class Window:
    """What a windowed feature aggregates.

    Attributes:
        column: None counts rows.
        length: None for a lifetime.
        offset: how far its end lies before the time asked.
        n: how many values, for ``last_n``.
        row_key: columns that identify an event.
    """

    function: AggregationFunction
    column: str | None
    length: timedelta | None
    offset: timedelta
    n: int | None
    row_key: tuple[str, ...]


def decide_window(rows: Sequence[StoredRow], at: datetime, window: Window, strict: bool = False) -> list[Decision]:
    """Judge the rows of one entity, given highest rank first; chosen are those whose values the function takes."""
    newest: dict[tuple[object, ...], StoredRow] = {}
    decisions = []
    for row in rows:
        reason = unusable(row, at, strict)
        if reason is None and window.row_key:
            event = tuple(_identity(row.values[name]) for name in window.row_key)
            winner = newest.setdefault(event, row)
            if winner is not row:
                reason = f"replaced by the row of {stamp(winner.event)}, usable from {stamp(winner.usable)}"
        reason = reason or _outside(at - row.event, window, strict) or _left_out(row, window)
        held = f"in the window, {duration(at - row.event)} old"
        decisions.append(Decision(row, reason is None, reason or held))
    return list(_picked(decisions, window))


def _outside(age: timedelta, window: Window, strict: bool) -> str | None:
    """Why a row that is known is not in the window; None where it is."""
    if age < window.offset or (strict and age == window.offset):
        wait = window.offset - age
        return f"too young: enters the window in {duration(wait)}" if wait else "enters the window after the time asked"
    if window.length is None or age < window.offset + window.length:
        return None
    gone = age - window.offset - window.length
    return f"left the window {duration(gone)} ago" if gone else "leaves the window at the time asked"


def _left_out(row: StoredRow, window: Window) -> str | None:
    """Why a row of the window has no part in the value; None where it may have."""
    if not row.kept:
        return "in the window, but its filter is not true"
    if window.column is not None and window.function not in _NULLS_COUNT and row.values[window.column] is None:
        return "in the window, but NULL"
    return None


def _picked(decisions: Sequence[Decision], window: Window) -> Iterator[Decision]:
    """The decisions, with no more rows chosen than the function returns values of."""
    chosen = [decision.row for decision in decisions if decision.chosen]
    match window.function:
        case "first":
            taken, others = chosen[-1:], "in the window, but not the first"
        case "last" | "last_not_null":
            taken, others = chosen[:1], "in the window, but not the last"
        case "last_n":
            taken, others = chosen[: window.n], f"in the window, but not among the last {window.n}"
        case _:
            taken, others = chosen, ""
    places = {id(row) for row in taken}
    for decision in decisions:
        left = decision.chosen and id(decision.row) not in places
        yield Decision(decision.row, False, others) if left else decision


def _identity(value: object) -> object:
    """A value that is equal, as a key of a mapping, to those that an engine calls equal."""
    match value:
        case float() if math.isnan(value):
            return "NaN"
        case list():
            return tuple(map(_identity, value))
        case Mapping():
            return tuple((name, _identity(item)) for name, item in value.items())
    return value
