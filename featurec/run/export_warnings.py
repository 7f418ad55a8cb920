"""What an export that went well has to say: clocks that differ, rows that it could not bring, and windows that stay as they are."""

from datetime import UTC, datetime, timedelta

from featurec.diagnostic import Diagnostic, Severity
from featurec.online.protocol import OnlineView, Published, Turn

_SAME_CLOCK = timedelta(seconds=5)


def export_warnings(
    view: OnlineView, turn: Turn, asked: datetime, published: Published, unnamed: int, future: int
) -> tuple[Diagnostic, ...]:
    """The findings of one export.

    Args:
        asked: the instant that the export was asked for.
        unnamed, future: rows that were rejected.
    """
    found = []
    if abs(turn.ahead) > _SAME_CLOCK:
        way = "ahead of" if turn.ahead > timedelta(0) else "behind"
        found.append(
            _warning(
                "FC944",
                f"this machine's clock is {abs(turn.ahead).total_seconds():,.0f} s {way} that of the online store",
                f"it was {_told(turn.now)} there; rows count as known by the run's instant, which this machine's clock gave",
                "set both clocks by NTP; no value is wrong, but rows come early or late by as much",
            )
        )
    if asked > turn.as_of:
        cause = f"now and `max_future` are {_told(turn.latest)} there, and the run is as of {_told(asked)}"
        found.append(
            _warning(
                "FC944",
                f"`{view.name}` was exported as of an earlier instant than the run's, {_told(turn.as_of)}",
                cause,
                "set the clocks, or leave `--as-of` out; rows until the run's instant come with later exports",
            )
        )
    if unnamed + future:
        reasons = {
            f"stamped later than {_told(turn.latest)}, the online store's clock and `max_future`": future,
            "with NULL in a join key": unnamed,
        }
        found.append(
            _warning(
                "FC945",
                f"{unnamed + future:,} row{'s' if unnamed + future > 1 else ''} of `{view.name}` cannot be exported",
                " and ".join(f"{count:,} {reason}" for reason, count in reasons.items() if count),
                f"mend them in the source; a sample is in featurec.online_rejects WHERE view = '{view.name}'",
            )
        )
    if view.windowed and turn.watermark and turn.as_of < turn.watermark.as_of:
        found.append(
            _warning(
                "FC946",
                f"nothing was written for `{view.name}`",
                f"{_told(turn.watermark.as_of)} was exported before, and windows as of {_told(turn.as_of)} are older",
                "run as of a later instant; if a clock was ahead then, drop the version's online table and run again",
            )
        )
    if published.erased:
        found.append(
            _warning(
                "FC947",
                f"{published.erased:,} row{'s' if published.erased > 1 else ''} of erased entities of `{view.name}` came again",
                "a source still has them: they are in the offline store again, and were kept out of the online one",
                "delete them in the source, then run `featurec online erase` again",
            )
        )
    return tuple(found)


def _warning(code: str, claim: str, cause: str, fix: str) -> Diagnostic:
    return Diagnostic(code, claim, cause=cause, fix=fix, severity=Severity.WARNING)


def _told(instant: datetime) -> str:
    return f"{instant.astimezone(UTC):%Y-%m-%d %H:%M:%S} UTC"
