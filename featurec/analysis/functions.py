"""What functions return that sqlglot has no node class for, by lower-case name, over all dialects."""

from collections.abc import Mapping

_SPARK_WINDOW = "struct(start timestamp, end timestamp)"

TYPES: Mapping[str, str] = {
    **dict.fromkeys(
        (
            # DuckDB, Postgres, Spark
            "now", "clock_timestamp", "statement_timestamp", "transaction_timestamp", "get_current_timestamp",
            "make_timestamptz", "to_timestamp_tz", "to_timestamp_ltz", "try_to_timestamp_tz", "try_to_timestamp_ltz",
            "timestamp_seconds", "timestamp_millis", "timestamp_micros",
        ),
        "timestamptz",
    ),
    **dict.fromkeys(
        (
            "to_timestamp_ntz", "try_to_timestamp", "try_to_timestamp_ntz", "make_timestamp", "make_timestamp_ntz",
            "make_timestamp_ms", "make_timestamp_ns", "window_time", "current_localtimestamp", "datetime_bucket",
            "todatetime", "todatetime64", "todatetimeornull", "todatetime64ornull", "parsedatetimebesteffort",
            "parsedatetime64besteffort", "parsedatetimebesteffortornull", "fromunixtimestamp", "fromunixtimestamp64milli",
            "fromunixtimestamp64micro", "makedatetime", "makedatetime64", "now64", "timeslot", "tumblestart", "tumbleend",
            "hopstart", "hopend",
            "tostartoffiveminutes", "tostartoffiveminute", "tostartoftenminutes", "tostartoffifteenminutes",
            "tostartofsecond", "tostartofminute", "tostartofhour", "try_strptime",
        ),
        "timestamp",
    ),
    **dict.fromkeys(
        (
            "make_date", "today", "yesterday", "todate", "todateornull", "todate32", "date_bucket", "tolastdayofmonth",
            "tostartofquarter", "tostartofyear", "tostartofisoyear", "tostartofweek", "tomonday", "makedate", "try_to_date",
        ),
        "date",
    ),
    **dict.fromkeys(
        (
            "to_years", "to_months", "to_weeks", "to_hours", "to_minutes", "to_seconds", "to_milliseconds",
            "to_microseconds", "age", "tointervalsecond", "tointervalminute", "tointervalhour", "tointervalday",
            "tointervalweek", "tointervalmonth", "tointervalquarter", "tointervalyear", "make_dt_interval",
        ),
        "interval",
    ),
    **dict.fromkeys(
        (
            "epoch_ms", "epoch_us", "epoch_ns", "date_part", "datepart", "date_sub", "datesub", "julian", "hash",
            "tounixtimestamp", "toyyyymm", "toyyyymmdd", "tohour", "tominute", "toyear", "tomonth", "todayofmonth",
            "todayofweek", "toisoweek", "touint8", "touint16", "touint32", "touint64", "toint8", "toint16", "toint32",
            "toint64", "tofloat32", "todecimal64", "uniqexact", "uniq", "uniqcombined", "cityhash64", "siphash64",
            "count", "sum", "avg", "approx_count_distinct", "fnv_hash", "farm_fingerprint", "xxhash64", "age_in_days",
        ),
        "number",
    ),
    "tofloat64": "double",
    "tostring": "varchar",
    "datename": "varchar",
    "window": _SPARK_WINDOW,
    "session_window": _SPARK_WINDOW,
}  # fmt: skip

ARGUMENT: Mapping[str, int] = {
    **dict.fromkeys(
        (
            "lagginframe", "laginframe", "leadinframe", "neighbor", "runningdifferencestartingwithfirstvalue", "any",
            "anylast", "anyheavy", "min", "max", "argmin", "argmax", "first_value", "last_value", "nth_value",
            "assumenotnull", "tonullable", "materialize", "totimezone", "tostartofinterval", "timestamp_bucket",
            "adddays", "addhours", "addminutes", "addseconds", "addweeks", "addmonths", "addquarters", "addyears",
            "subtractdays", "subtracthours", "subtractminutes", "subtractseconds", "subtractweeks", "subtractmonths",
            "subtractquarters", "subtractyears", "singlevalueornull", "date_floor", "date_ceil", "min_by", "max_by",
            "grouparray", "groupuniqarray",
        ),
        0,
    ),
    **dict.fromkeys(("multiif", "timezone", "time_bucket", "time_bucket_gapfill", "datetrunc"), 1),
}  # fmt: skip
"""Functions that return the type of one argument: its index."""

SUFFIXES = ("ornull", "ordefault", "merge", "state", "distinct", "if")
"""ClickHouse's combinators: ``maxIf`` returns what ``max`` does."""
