"""What a target has of each view, for people and for programs."""

from collections.abc import Iterator
from datetime import UTC, datetime

from featurec.compiler import Range
from featurec.online.protocol import StoredVersion
from featurec.report.json import Json
from featurec.report.line import Line, line
from featurec.report.text import count
from featurec.run.state import Arrival, RecordedRun, Version
from featurec.run.status import Status, ViewStatus

SCHEMA_VERSION = 1


def as_lines(found: Status) -> Iterator[Line]:
    """View by view; then the last runs."""
    for view in found.views:
        yield from _view(view)
    if not found.views:
        yield line("there are no feature views")
    if found.runs:
        yield line(("runs", "bold"))
        yield from (_run(run) for run in found.runs)
    elif found.views:
        yield line(("next: ", "dim"), "nothing was run here yet: featurec run")


def _view(found: ViewStatus) -> Iterator[Line]:
    remark = "" if found.declared else "  no longer in the project"
    if found.active is None:
        yield line((found.view, "bold"), remark or "  not built")
    else:
        changed = "  its definition has changed since" if found.current is False else ""
        yield line((found.view, "bold"), remark or (changed, "warning"))
        yield from _active(found, found.active)
    for version, end in found.retired:
        yield _part("retired", f"{version.table}, {count(version.rows, 'row')}, may be dropped from {_told(end)} on")
    for one in found.online:
        yield _part("online" if one.active else "", _online(one))
    if found.lease:
        holder = f"process {found.lease.pid} on {found.lease.host} has it since {_told(found.lease.since)}"
        yield _part("lease", holder)
    if found.next_tick:
        yield _part("next", _told(found.next_tick))


def _active(found: ViewStatus, active: Version) -> Iterator[Line]:
    built = f"{active.table}, {count(active.rows, 'row')}, written {_told(active.built_at)}"
    yield _part("table", f"{built}, read since {_told(found.seen_since)}")
    if found.covered:
        yield _part("covers", ", ".join(_range(one) for one in found.covered))
    if found.gaps:
        yield _part("lacks", ", ".join(_range(one) for one in found.gaps))
    for arrival in found.arrivals:
        yield _part("reads", _arrival(arrival))


def _part(name: str, text: str) -> Line:
    return line((f"    {name:<8}", "dim"), text)


def _arrival(found: Arrival) -> str:
    name = found.relation.partition(".")[2]
    if found.parent_table:
        return f"{name}: {found.parent_table} up to its write {found.parent_number}"
    parts = [f"{name}: {count(found.rows, 'row')}"]
    parts += [f"the newest known since {_told(found.newest)}"] if found.newest else []
    parts += [f"settled until {_told(found.settled_at)}"] if found.settled_at else []
    parts += [f"{count(found.late, 'row')} came too late"] if found.late else []
    return ", ".join(parts)


def _online(found: StoredVersion) -> str:
    seen = "" if found.active else "retired, "
    return f"{seen}version {found.view.fingerprint[:8]}, as of {_told(found.as_of)}"


def _run(found: RecordedRun) -> Line:
    if found.completed_at is None:
        end, good = f"goes on, or was killed: process {found.pid} on {found.host}", False
    else:
        seconds = (found.completed_at - found.started_at).total_seconds()
        end, good = f"exit code {found.exit_code} after {max(seconds, 0):.1f}s", found.exit_code == 0
    return line(f"    {_told(found.started_at)}  {found.run_id}  ", (end, "plain" if good else "warning"))


def _range(found: Range) -> str:
    if found.start is None and found.end is None:
        return "all event times"
    if found.start is None:
        return f"until {_told(found.end)}"
    return f"from {_told(found.start)}" + (f" until {_told(found.end)}" if found.end else " on")


def _told(at: datetime | None) -> str:
    return "–" if at is None else f"{at.astimezone(UTC):%Y-%m-%d %H:%M:%S}"


def as_json(found: Status) -> dict[str, Json]:
    """All of it; every key is always present, and null where it is not known."""
    return {
        "schema_version": SCHEMA_VERSION,
        "views": [_view_json(view) for view in found.views],
        "runs": [
            {
                "run_id": run.run_id,
                "started_at": _iso(run.started_at),
                "completed_at": _iso(run.completed_at),
                "exit_code": run.exit_code,
                "host": run.host,
                "pid": run.pid,
            }
            for run in found.runs
        ],
    }


def _view_json(found: ViewStatus) -> dict[str, Json]:
    return {
        "view": found.view,
        "declared": found.declared,
        "active": None if found.active is None else _version(found.active),
        "seen_since": _iso(found.seen_since),
        "current": found.current,
        "retired": [{**_version(version), "goes_at": _iso(end)} for version, end in found.retired],
        "until": _iso(found.until),
        "covered": [_range_json(one) for one in found.covered],
        "gaps": [_range_json(one) for one in found.gaps],
        "sources": [
            {
                "relation": one.relation,
                "rows": None if one.parent_table else one.rows,
                "newest": _iso(one.newest),
                "settled_at": _iso(one.settled_at),
                "settled": one.settled,
                "late": one.late,
                "parent_table": one.parent_table,
                "parent_write": one.parent_number,
            }
            for one in found.arrivals
        ],
        "online": [
            {"fingerprint": one.view.fingerprint, "active": one.active, "as_of": _iso(one.as_of)}
            for one in found.online
        ],
        "lease": None
        if found.lease is None
        else {
            "host": found.lease.host,
            "pid": found.lease.pid,
            "since": _iso(found.lease.since),
            "run_id": found.lease.run_id,
        },
        "last_success": _iso(found.last_success),
        "next_tick": _iso(found.next_tick),
    }


def _version(found: Version) -> dict[str, Json]:
    return {
        "fingerprint": found.fingerprint,
        "table": found.table,
        "rows": found.rows,
        "dropped": found.dropped,
        "written_at": _iso(found.built_at),
        "retired_at": _iso(found.retired_at),
        "last_event": _iso(found.last_event),
    }


def _range_json(found: Range) -> Json:
    return {"start": _iso(found.start), "end": _iso(found.end)}


def _iso(at: datetime | None) -> str | None:
    return None if at is None else at.isoformat()
