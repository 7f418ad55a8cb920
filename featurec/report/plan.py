"""What a run would do, and what has changed: for people and for programs."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from featurec.analysis.affected import Affected
from featurec.analysis.changes import Comparison, Grade, Status
from featurec.compiler import LookBack, Range
from featurec.duration import written_duration
from featurec.report.json import Json
from featurec.report.line import Line, Style, line
from featurec.run.planned import Planned

SCHEMA_VERSION = 1

GRADES: Mapping[Grade, str] = {
    "metadata": "metadata only",
    "additive": "additive",
    "values": "value-changing",
    "keys": "key-changing",
}
_STYLES: Mapping[Grade, Style] = {"metadata": "plain", "additive": "success", "values": "warning", "keys": "error"}
_WORDS: Mapping[Status, str] = {
    "new": "new",
    "changed": "changed",
    "parent": "changed, as a parent has",
    "metadata": "unchanged but for what describes it",
    "unchanged": "unchanged",
    "removed": "no longer in the project",
}


@dataclass(frozen=True)
class PlanReport:
    """A plan.

    Attributes:
        against: what was compared with, for people.
        below: view -> views that read it.
        planned: view -> what a run would write; empty where no target was looked at.
    """

    against: str
    views: Sequence[Comparison]
    services: Sequence[Affected]
    below: Mapping[str, Sequence[str]]
    planned: Mapping[str, Planned]


def as_lines(report: PlanReport) -> Iterator[Line]:
    """View by view what has changed and what would be written; then the services."""
    yield line(("compared with ", "dim"), report.against)
    for one in report.views:
        yield from _view(one, report)
    for service in report.services:
        yield from _service(service)
    if not report.views:
        yield line("there are no feature views")


def _view(one: Comparison, report: PlanReport) -> Iterator[Line]:
    grade = one.grade if one.status not in ("new", "unchanged", "removed") else None
    klass = ("" if grade is None or one.status == "metadata" else f": {GRADES[grade]}", _STYLES[grade or "metadata"])
    yield line((one.view, "bold"), f"  {_WORDS[one.status]}", klass)
    if one.status not in ("unchanged", "new"):
        for change in one.changes:
            yield line(("    · ", "dim"), change.what)
    if one.status == "removed":
        yield line(("    · ", "dim"), "a run of the whole project takes it out of use")
    if one.view in report.planned:
        yield from _work(report.planned[one.view])
    children = report.below.get(one.view, ())
    if children and one.status in ("changed", "parent", "removed"):
        yield line(("    below:  ", "dim"), ", ".join(children))


def _work(found: Planned) -> Iterator[Line]:
    todo = found.work
    if todo.kind is None:
        what = "nothing"
    elif found.table is None:
        what = "a new table"
    else:
        what = "; ".join(_range(rows) for rows in todo.slice.ranges)
    again = ", which readers will see again" if found.switches and found.table else ""
    yield line(("    writes: ", "dim"), f"{what}{again}: {todo.reason}")
    for late in todo.late:
        yield line(
            ("    late:   ", "dim"), f"{late.count:,} rows of `{late.relation.partition('.')[2]}` are not written"
        )
    if found.look_back.reason != todo.reason:
        yield line(("    looks:  ", "dim"), _look_back(found.look_back))


def _look_back(found: LookBack) -> str:
    if found.reason:
        return f"computed in full whenever something has come, as {found.reason}"
    if not found.reaches:
        return "at nothing that has a time"
    return ", ".join(_reach(f"`{key.partition('.')[2]}`", by) for key, by in found.reaches.items())


def _reach(relation: str, microseconds: int) -> str:
    return (
        f"{written_duration(microseconds)} back at {relation}"
        if microseconds
        else f"at rows of the same instant of {relation}"
    )


def _range(rows: Range) -> str:
    parts = [
        f"from {rows.start:%Y-%m-%d %H:%M}" if rows.start else "",
        f"until {rows.end:%Y-%m-%d %H:%M}" if rows.end else "",
    ]
    events = " ".join(part for part in parts if part)
    since = f"known since {rows.since:%Y-%m-%d %H:%M}" if rows.since else ""
    return ", ".join(part for part in (f"rows {events}".strip(), since) if part)


def _service(found: Affected) -> Iterator[Line]:
    grade = f": {GRADES[found.grade]}" if found.grade else ""
    yield line(("service ", "dim"), (found.service, "bold"), f"  reads {', '.join(found.views)}{grade}")
    for what in found.breaks:
        yield line(("    breaks: ", "error"), what)


def as_json(report: PlanReport) -> dict[str, Json]:
    """All of it; every key is always present, and null where it is not known."""
    services = {name: [s.service for s in report.services if name in s.views] for name in _names(report)}
    return {
        "schema_version": SCHEMA_VERSION,
        "compared_with": report.against,
        "views": [
            {
                "view": one.view,
                "status": one.status,
                "class": None if one.grade is None or one.status == "new" else GRADES[one.grade],
                "changes": [{"class": GRADES[change.grade], "what": change.what} for change in one.changes],
                "lost": dict(one.lost or {}),
                "below": list(report.below.get(one.view, ())),
                "services": list[Json](services[one.view]),
                "write": _written(report.planned.get(one.view)),
            }
            for one in report.views
        ],
        "services": [
            {
                "service": found.service,
                "views": list(found.views),
                "class": None if found.grade is None else GRADES[found.grade],
                "breaks": list(found.breaks),
            }
            for found in report.services
        ],
    }


def _names(report: PlanReport) -> list[str]:
    return [one.view for one in report.views]


def _written(found: Planned | None) -> Json:
    if found is None:
        return None
    reaches: dict[str, Json] = dict(found.look_back.reaches)
    return {
        "kind": found.work.kind,
        "reason": found.work.reason,
        "table": found.table,
        "switches": found.switches,
        "ranges": [
            {
                "start": rows.start.isoformat() if rows.start else None,
                "end": rows.end.isoformat() if rows.end else None,
                "since": rows.since.isoformat() if rows.since else None,
            }
            for rows in found.work.slice.ranges
        ],
        "late": [{"relation": late.relation, "rows": late.count} for late in found.work.late],
        "look_back": {"bounded": not found.look_back.reason, "reason": found.look_back.reason, "microseconds": reaches},
    }
