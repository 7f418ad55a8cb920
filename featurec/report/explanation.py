"""``featurec why`` for people: rows in the order of rank, what speaks against each, and the value."""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta

from featurec.analysis.model import AnalyzedView
from featurec.report.line import Line, Style, line
from featurec.report.plain import plain_value
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
    verdict = decide([_stored(row) for row in history], at, ttl, strict)
    entity = ", ".join(f"{name}={value}" for name, value in keys.items())
    lines = [line((f"{view.name}:{feature}", "bold"), f" of {entity} at {stamp(at)} UTC")]
    shown, before, after = _around(verdict.decisions, limit)
    lines += [line((f"  … {count(before, 'row')} of higher rank", "dim"))] if before else []
    lines += [_row(decision, column.name) for decision in shown]
    lines += [line((f"  … {count(after, 'row')} of lower rank", "dim"))] if after else []
    if not history:
        lines.append(line(("  there is no row of this entity", "dim")))
    status = verdict.status(column.name)
    value = verdict.found.values[column.name] if verdict.found and status == "PRESENT" else None
    lines.append(status_line(feature, _shown(value), status))
    return lines


def _around(decisions: Sequence[Decision], limit: int) -> tuple[Sequence[Decision], int, int]:
    """At most ``limit`` decisions around the chosen one, and how many are before and after."""
    chosen = next((i for i, d in enumerate(decisions) if d.chosen), max(len(decisions) - 1, 0))
    first = max(0, min(chosen - limit // 2, len(decisions) - limit))
    last = min(first + limit, len(decisions))
    return decisions[first:last], first, len(decisions) - last


def _row(decision: Decision, column: str) -> Line:
    row = decision.row
    mark, style = ("→ ", "success") if decision.chosen else ("  ", "dim")
    usable = f", usable from {stamp(row.usable)}" if row.usable != row.event else ""
    found: Style = "success" if decision.chosen else "dim"
    what = f"{stamp(row.event)}{usable}  {column} = {_shown(row.values[column])}  "
    return line((mark, "success" if style == "success" else "dim"), what, (decision.reason, found))


def _stored(row: Mapping[str, object]) -> StoredRow:
    event, available, usable = row["__fc_event"], row["__fc_available"], row["__fc_at"]
    created = row["__fc_created"]
    assert isinstance(event, datetime)
    assert isinstance(available, datetime)
    assert isinstance(usable, datetime)
    assert created is None or isinstance(created, datetime)
    values = {name: value for name, value in row.items() if not name.startswith("__fc_")}
    return StoredRow(event, created, available, usable, values)


def _shown(value: object) -> str:
    return "NULL" if value is None else str(plain_value(value))
