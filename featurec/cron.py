"""Cron expressions as croniter reads them, in a time zone. The only importer of croniter.

A clock that is put forward skips wall times: a tick that falls there comes at the first instant after the gap. A clock that is
put back repeats wall times: a tick that falls there comes twice.
"""

import re
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

ALIASES = ("@hourly", "@daily", "@midnight", "@weekly", "@monthly", "@yearly", "@annually")

_LONGEST = 200
_SECOND = timedelta(seconds=1)
_CHANCE = re.compile(r"[hr](\(|/|$)", re.IGNORECASE)
_BEGINNING = datetime(2000, 1, 1, tzinfo=UTC)


def flaw(text: str) -> str | None:
    """Why a text is no cron expression of five fields that comes true at some time; None where it is one."""
    from croniter import CroniterBadDateError, croniter

    if len(text) > _LONGEST:
        return f"it is longer than {_LONGEST} characters"
    fields = text.split()
    if text.startswith("@"):
        if text.lower() not in ALIASES:
            return f"known names are {', '.join(ALIASES)}"
    elif len(fields) != 5:
        return "it has five fields: minute, hour, day of month, month, day of week"
    if any(_CHANCE.match(part) for field in fields for part in field.split(",")):
        return "`R` and `H` stand for times that are left to chance"
    if not croniter.is_valid(text):
        return "its five fields are minute, hour, day of month, month, day of week"
    try:
        croniter(text, _BEGINNING).get_next(datetime)
    except CroniterBadDateError:
        return "no day is like that, so that it would never run"
    return None


def newest_tick(text: str, now: datetime, zone: str) -> datetime:
    """The last tick that is not after ``now``, in UTC. The expression has no flaw."""
    from croniter import croniter

    following = _whole_seconds(now) + _SECOND
    found: datetime = croniter(text, following.astimezone(ZoneInfo(zone))).get_prev(datetime)
    return found.astimezone(UTC)


def next_tick(text: str, now: datetime, zone: str) -> datetime:
    """The first tick after ``now``, in UTC. The expression has no flaw."""
    from croniter import croniter

    found: datetime = croniter(text, _whole_seconds(now).astimezone(ZoneInfo(zone))).get_next(datetime)
    return found.astimezone(UTC)


def _whole_seconds(now: datetime) -> datetime:
    """Without a fraction: ticks are whole minutes, and croniter counts in floats."""
    return now.astimezone(UTC).replace(microsecond=0)
