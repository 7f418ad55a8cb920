"""Time zones: what clocks show somewhere, and the instant at which they show it."""

from sqlglot import exp

from featurec.analysis.time.calls.arguments import result, time_of
from featurec.analysis.time.calls.linear import zoned
from featurec.analysis.time.protocol import Values
from featurec.analysis.time.tables import Value


def at_zone(values: Values, node: exp.AtTimeZone) -> Value | None:
    """``ts AT TIME ZONE zone``: local time of an instant, the instant of a local time."""
    inner = values.value(node.this)
    time = values.time_of(inner)
    zone = values.value(node.args["zone"]).constant
    if time is None or not isinstance(zone, str):
        return None
    local = inner.aware or values.around.habits.at_zone_is_local
    return result(values, node, zoned(values, time, zone, to_local=local), aware=not local)


def from_zone(values: Values, node: exp.FromTimeZone) -> Value | None:
    """``from_utc_timestamp``'s opposite: the instant of a local time."""
    time, zone = time_of(values, node.this), values.value(node.args["zone"]).constant
    if time is None or not isinstance(zone, str):
        return None
    return result(values, node, zoned(values, time, zone, to_local=False))


def timezone(values: Values, node: exp.Anonymous) -> Value | None:
    """DuckDB's and Postgres' ``timezone(zone, ts)``."""
    if len(node.expressions) != 2:
        return None
    zone, inner = values.value(node.expressions[0]).constant, values.value(node.expressions[1])
    time = values.time_of(inner)
    if time is None or not isinstance(zone, str):
        return None
    return result(values, node, zoned(values, time, zone, to_local=inner.aware), aware=not inner.aware)


def convert_zone(values: Values, node: exp.ConvertTimezone) -> Value | None:
    """``CONVERT_TIMEZONE([from,] to, ts)``: the time that clocks show in another zone."""
    time = time_of(values, node.args.get("timestamp"))
    source, target = node.args.get("source_tz"), node.args.get("target_tz")
    if time is None or target is None:
        return None
    instant = zoned(values, time, source.name, to_local=False) if source is not None else time
    return result(values, node, zoned(values, instant, target.name, to_local=True) if instant is not None else None)


def local_or_instant(values: Values, node: exp.Expr) -> Value | None:
    """``DATETIME(ts, zone)`` is local time, ``TIMESTAMP(dt, zone)`` an instant."""
    inner = values.value(node.this)
    time = values.time_of(inner)
    zone = node.args.get("expression") or node.args.get("zone")
    if time is None:
        return None
    aware = isinstance(node, exp.Timestamp)
    if zone is not None:
        name = values.value(zone).constant
        if not isinstance(name, str):
            return None
        found = zoned(values, time, name, to_local=not aware)
        return result(values, node, found, aware)
    return result(values, node, time, aware)
