"""Which rule is that of which function."""

from collections.abc import Mapping

from sqlglot import exp

from featurec.analysis.time.calls.arguments import Call, same
from featurec.analysis.time.calls.arithmetic import (
    add_months,
    added,
    added_named,
    age,
    difference,
    make_interval,
    span_named,
)
from featurec.analysis.time.calls.epochs import date_part, epoch, extract, from_epoch, from_named
from featurec.analysis.time.calls.orders import order_free
from featurec.analysis.time.calls.structs import (
    hop_bound,
    hopping,
    session_window,
    tumble_bound,
    tumbling,
    window,
    window_time,
)
from featurec.analysis.time.calls.truncation import (
    BIGQUERY_ORIGIN,
    binned,
    first_floor,
    first_month,
    first_week,
    interval_floor,
    last_day,
    sliced,
    to_date,
    to_seconds,
    truncated,
)
from featurec.analysis.time.calls.zones import at_zone, convert_zone, from_zone, local_or_instant, timezone
from featurec.analysis.time.nodes import DAY, HOUR, MONDAY, SECOND, WEEK


def called(node: exp.Expr, name: str) -> Call | None:
    """The rule of a function, by its class or, where it has none, its lower-case name."""
    if isinstance(node, exp.Anonymous):
        return _BY_NAME.get(name) if len(node.expressions) >= (2 if name.startswith(_OF_TWO) else 1) else None
    return _BY_CLASS.get(type(node))


_OF_TWO = ("add", "subtract", "tostartofinterval", "timestamp_bucket", "datetime_bucket", "date_bucket")


_UNITS = ("second", "minute", "hour", "day", "week", "month", "quarter", "year")

_BY_CLASS: Mapping[type[exp.Expr], Call] = {
    **dict.fromkeys((exp.TimestampTrunc, exp.DateTrunc, exp.DatetimeTrunc), truncated),
    **dict.fromkeys((exp.TsOrDsToDate, exp.Date), to_date),
    exp.DateBin: binned,
    exp.TimeSlice: sliced,
    exp.LastDay: last_day,
    **dict.fromkeys((exp.DateAdd, exp.TimestampAdd, exp.DatetimeAdd, exp.TsOrDsAdd), added(1)),
    **dict.fromkeys((exp.DateSub, exp.TimestampSub, exp.DatetimeSub), added(-1)),
    exp.AddMonths: add_months,
    exp.ToDays: span_named("day"),
    exp.MakeInterval: make_interval,
    **dict.fromkeys((exp.DateDiff, exp.DatetimeDiff, exp.TimestampDiff), difference),
    exp.TimeToUnix: epoch(SECOND, False),
    exp.StrToUnix: epoch(SECOND, True),
    exp.UnixSeconds: epoch(SECOND, True),
    exp.UnixMillis: epoch(1000, True),
    exp.UnixMicros: epoch(1, False),
    exp.Extract: extract,
    exp.UnixToTime: from_epoch,
    exp.AtTimeZone: at_zone,
    **dict.fromkeys((exp.ArraySize, exp.Length, exp.ArraySort, exp.ArrayMax, exp.ArrayMin, exp.ArraySum), order_free),
    exp.FromTimeZone: from_zone,
    exp.ConvertTimezone: convert_zone,
    **dict.fromkeys((exp.Datetime, exp.Timestamp), local_or_instant),
}

_BY_NAME: Mapping[str, Call] = {
    **dict.fromkeys(
        (
            "list_sort",
            "list_reverse_sort",
            "list_sum",
            "list_max",
            "list_min",
            "list_avg",
            "list_unique",
            "array_sort",
            "arraysort",
            "arraysum",
            "arraymax",
            "arraymin",
            "arrayavg",
            "cardinality",
            "len",
            "array_length",
            "list_count",
        ),
        order_free,
    ),
    "timezone": timezone,
    "age": age,
    "window": window,
    "session_window": session_window,
    "tumble": tumbling,
    "tumblestart": tumble_bound(end=False),
    "tumbleend": tumble_bound(end=True),
    "hop": hopping,
    "hopstart": hop_bound(end=False),
    "hopend": hop_bound(end=True),
    "window_time": window_time,
    "todate": first_floor(DAY),
    "todate32": first_floor(DAY),
    "date_part": date_part,
    **dict.fromkeys(("totimezone", "assumenotnull", "tonullable", "materialize"), same),
    **dict.fromkeys(("todatetime", "todatetime64"), to_seconds),
    **dict.fromkeys(("to_timestamp_ntz", "to_timestamp_tz", "to_timestamp_ltz", "to_timestamp"), same),
    "tostartofsecond": first_floor(SECOND),
    "tostartoffiveminute": first_floor(300 * SECOND),
    "tostartoffiveminutes": first_floor(300 * SECOND),
    "tostartoftenminutes": first_floor(600 * SECOND),
    "tostartoffifteenminutes": first_floor(900 * SECOND),
    "timeslot": first_floor(1800 * SECOND),
    "tostartofhour": first_floor(HOUR),
    "tostartofday": first_floor(DAY),
    "tostartofweek": first_week,
    "tomonday": first_floor(WEEK, MONDAY),
    "tostartofmonth": first_month(1),
    "tostartofquarter": first_month(3),
    "tostartofyear": first_month(12),
    "tolastdayofmonth": last_day,
    "tostartofinterval": interval_floor(0),
    "timestamp_bucket": interval_floor(BIGQUERY_ORIGIN),
    "datetime_bucket": interval_floor(BIGQUERY_ORIGIN),
    "date_bucket": interval_floor(BIGQUERY_ORIGIN),
    "tounixtimestamp": epoch(SECOND, True),
    "to_unix_timestamp": epoch(SECOND, True),
    "tounixtimestamp64second": epoch(SECOND, True),
    "tounixtimestamp64milli": epoch(1000, True),
    "tounixtimestamp64micro": epoch(1, False),
    **dict.fromkeys(("timestamp_seconds", "fromunixtimestamp", "fromunixtimestamp64second"), from_named(SECOND)),
    **dict.fromkeys(("timestamp_millis", "fromunixtimestamp64milli"), from_named(1000)),
    **dict.fromkeys(("timestamp_micros", "fromunixtimestamp64micro"), from_named(1)),
    "epoch_us": epoch(1, False),
    **{f"add{unit}s": added_named(1, unit) for unit in _UNITS},
    **{f"subtract{unit}s": added_named(-1, unit) for unit in _UNITS},
    **{f"tointerval{unit}": span_named(unit) for unit in _UNITS},
    **{f"to_{unit}s": span_named(unit) for unit in _UNITS},
}
