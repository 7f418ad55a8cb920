"""``featurec why`` for people: rows in the order of rank, what speaks against each, and the value."""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta

from featurec.analysis.model import AnalyzedView
from featurec.plain_value import plain_value
from featurec.report.line import Line, Style, line
from featurec.report.text import count
from featurec.report.why import Decision, StoredRow, decide, stamp, status_line
from featurec.spec import FeatureView


def explanation(
    view: AnalyzedView,
    feature: str,
    keys: Mapping[str, object],
    history: Sequence[Mapping[str, object]],
    at: datetime,
    strict: bool,
    limit: int,
) -> list[Line]:
    """The decision at ``at`` over the rows of a ``history_query``."""
    spec = view.spec
    assert isinstance(spec, FeatureView)
    column = view.column(feature)
    assert column is not None
    ttl = None if spec.ttl is None else timedelta(microseconds=spec.ttl)
    verdict = decide([history_row(row) for row in history], at, ttl, strict)
    lines = [heading(view.name, feature, keys, at)]
    shown, before, after = _around(verdict.decisions, limit)
    lines += [line((f"  … {count(before, 'row')} of higher rank", "dim"))] if before else []
    lines += [row_line(decision, [column.name]) for decision in shown]
    lines += [line((f"  … {count(after, 'row')} of lower rank", "dim"))] if after else []
    if not history:
        lines.append(line(("  there is no row of this entity", "dim")))
    status = verdict.status(column.name)
    value = verdict.found.values[column.name] if verdict.found and status == "PRESENT" else None
    lines.append(status_line(feature, shown_value(value), status))
    return lines


def heading(view: str, feature: str, keys: Mapping[str, object], at: datetime) -> Line:
    """What was asked."""
    entity = ", ".join(f"{name}={value}" for name, value in keys.items())
    return line((f"{view}:{feature}", "bold"), f" of {entity} at {stamp(at)} UTC")


def _around(decisions: Sequence[Decision], limit: int) -> tuple[Sequence[Decision], int, int]:
    """At most ``limit`` decisions around the chosen one, and how many are before and after."""
    chosen = next((i for i, d in enumerate(decisions) if d.chosen), max(len(decisions) - 1, 0))
    first = max(0, min(chosen - limit // 2, len(decisions) - limit))
    last = min(first + limit, len(decisions))
    return decisions[first:last], first, len(decisions) - last


def row_line(decision: Decision, columns: Sequence[str]) -> Line:
    """A row: its times, these of its columns, and what became of it."""
    row = decision.row
    mark, style = ("→ ", "success") if decision.chosen else ("  ", "dim")
    usable = f", usable from {stamp(row.usable)}" if row.usable != row.event else ""
    found: Style = "success" if decision.chosen else "dim"
    values = "".join(f"{column} = {shown_value(row.values[column])}  " for column in columns)
    what = f"{stamp(row.event)}{usable}  {values}"
    return line((mark, "success" if style == "success" else "dim"), what, (decision.reason, found))


def history_row(row: Mapping[str, object]) -> StoredRow:
    """A row of a ``history_query``."""
    event, available, usable = row["__fc_event"], row["__fc_available"], row["__fc_at"]
    created = row["__fc_created"]
    assert isinstance(event, datetime)
    assert isinstance(available, datetime)
    assert isinstance(usable, datetime)
    assert created is None or isinstance(created, datetime)
    values = {name: value for name, value in row.items() if not name.startswith("__fc_")}
    return StoredRow(event, created, available, usable, values, row.get("__fc_kept") is not False)


def shown_value(value: object) -> str:
    """A value as text."""
    return "NULL" if value is None else str(plain_value(value))
