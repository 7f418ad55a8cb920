"""``featurec why`` of a windowed feature for people: the rows around its window, what becomes of each, and the value."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from itertools import chain, islice, zip_longest

from featurec.analysis.model import AnalyzedView
from featurec.analysis.windowed import Windowed, windowed, windowed_lineage
from featurec.report.explanation import heading, history_row, row_line, shown_value
from featurec.report.line import Line, line
from featurec.report.text import count
from featurec.report.why import Decision, Status, stamp, status_line
from featurec.report.why_window import Window, decide_window
from featurec.spec import Entity, FeatureView

_BESIDE = 2
"""Rows shown on either side of those that count."""


def window_explanation(
    view: AnalyzedView,
    entities: Mapping[str, Entity],
    feature: str,
    keys: Mapping[str, object],
    history: Sequence[Mapping[str, object]],
    value: object,
    at: datetime,
    strict: bool,
    limit: int,
) -> list[Line]:
    """The rows of a ``history_query`` at ``at``, and the value of a ``window_query``."""
    spec = view.spec
    assert isinstance(spec, FeatureView)
    found = windowed(view)[feature]
    of = found.aggregation
    column = view.column(of.column) if of.column else None
    window = Window(
        of.function,
        column.name if column else None,
        None if found.window.length is None else timedelta(microseconds=found.window.length),
        timedelta(microseconds=of.offset),
        of.n,
        tuple(key.name for name in spec.row_key if (key := view.column(name))),
    )
    decisions = decide_window([history_row(row) for row in history], at, window, strict)
    filtered = [e.column for e in windowed_lineage(view, entities)[feature] if e.kind == "filter" and e.column]
    columns = list(dict.fromkeys([*([window.column] if window.column else []), *filtered, *window.row_key]))
    lines = [
        heading(view.name, feature, keys, at),
        line(("  " + _words(found, spec.timestamp or "", at, strict), "dim")),
    ]
    newest = next((n for n, d in enumerate(decisions) if at - d.row.event >= window.offset), len(decisions))
    lines += _rows(decisions, newest, columns, limit)
    if not history:
        lines.append(line(("  there is no row of this entity", "dim")))
    usable = any(decision.row.usable < at or (decision.row.usable == at and not strict) for decision in decisions)
    status: Status = "NOT_FOUND" if not usable else "NULL_VALUE" if value is None else "PRESENT"
    counted = sum(decision.chosen for decision in decisions)
    lines.append(status_line(feature, shown_value(value), status, f"of {count(counted, 'row')}"))
    return lines


def _words(found: Windowed, timestamp: str, at: datetime, strict: bool) -> str:
    """``count of rows with `arr_delay > 60`, landed_at in (2013-06-15 10:00:00, 2013-06-15 16:00:00]``."""
    of = found.aggregation
    what = f"{of.function}{f' {of.n}' if of.n else ''} of {of.column or 'rows'}"
    condition = f" where `{of.filter}`" if of.filter is not None else ""
    end, bracket = _before(at, of.offset), ")" if strict else "]"
    start = None if found.window.length is None else _before(at, of.offset + found.window.length)
    first = "(the beginning" if start is None else f"({stamp(start)}"
    last = "the beginning" if end is None else stamp(end)
    return f"{what}{condition}, {timestamp} in {first}, {last}{bracket}"


def _before(at: datetime, microseconds: int) -> datetime | None:
    """An instant earlier; None for one before the calendar begins."""
    span = timedelta(microseconds=microseconds)
    return at - span if span <= at - datetime.min.replace(tzinfo=UTC) else None


def _rows(decisions: Sequence[Decision], newest: int, columns: Sequence[str], limit: int) -> Iterator[Line]:
    """At most ``limit`` rows, and between them how many there are more."""
    after = 0
    for number in sorted(islice(dict.fromkeys(_by_interest(decisions, newest, limit)), limit)):
        if number > after:
            yield _gap(decisions[after:number], "" if after else " of higher rank")
        yield row_line(decisions[number], columns)
        after = number + 1
    if after < len(decisions):
        yield _gap(decisions[after:], " of lower rank")


def _gap(decisions: Sequence[Decision], where: str) -> Line:
    chosen = sum(decision.chosen for decision in decisions)
    return line(
        (f"  … {count(len(decisions), 'row')}{where}{f', {chosen} of them in the value' if chosen else ''}", "dim")
    )


def _by_interest(decisions: Sequence[Decision], newest: int, limit: int) -> Iterator[int]:
    """Numbers of rows: those beside the ones that count, these from both ends, what is between, and what is further off.

    Where none counts, ``newest`` is the first row that is old enough.
    """
    chosen = [number for number, decision in enumerate(decisions) if decision.chosen]
    first, last = (chosen[0], chosen[-1] + 1) if chosen else (newest, newest)
    beside = min(_BESIDE, limit // 4)
    yield from range(max(0, first - beside), first)
    yield from range(last, min(len(decisions), last + beside))
    yield from chain.from_iterable(zip(chosen, reversed(chosen), strict=True))
    yield from range(first, last)
    for pair in zip_longest(reversed(range(first)), range(last, len(decisions))):
        yield from (number for number in pair if number is not None)
