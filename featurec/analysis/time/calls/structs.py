"""Functions that return a struct of times."""

from sqlglot import exp

from featurec.analysis.time.calls.arguments import Call, result, time_of
from featurec.analysis.time.constants import parsed_span
from featurec.analysis.time.facts import Edge
from featurec.analysis.time.nodes import Linear, Node
from featurec.analysis.time.protocol import Values
from featurec.analysis.time.tables import Span, Value, Wait


def window(values: Values, node: exp.Anonymous) -> Value | None:
    """Spark's ``window(ts, length[, slide[, start]])``: a struct of start and end."""
    time = time_of(values, node.expressions[0])
    widths = _widths(values, node)
    if time is None or not widths:
        return None
    width, *more = widths
    waits = values.opaque(node).waits
    if not more or more[0] == width:
        start = values.terms.floor(time, width, -(more[1] if len(more) > 1 else 0) % width)
    else:
        begin = _shared(values, node, "a window's start", time, tuple(widths))
        values.edges += [Edge(begin, time.plus, time.offset), Edge(time.plus, begin, width - 1 - time.offset)]
        start = Linear(begin)
    return Value(waits, fields={"start": Value(waits, start), "end": Value(waits, start.shifted(width))})


def session_window(values: Values, node: exp.Anonymous) -> Value | None:
    """Spark's ``session_window(ts, gap)``: from the first of times with no gap between them until a gap after the last.

    A row that comes before the end moves it, so the end is known when it comes; what comes later is of another session.
    """
    time = time_of(values, node.expressions[0])
    widths = _widths(values, node)
    if time is None or len(widths) != 1:
        return None
    start, end = (_shared(values, node, f"a session's {name}", time, tuple(widths)) for name in ("start", "end"))
    values.edges += [Edge(start, time.plus, time.offset), Edge(time.plus, end, -widths[0] - time.offset)]
    waits = values.opaque(node).waits | {Wait(end, "FC306", values.around.number(node), "the end of the session")}
    return Value(waits, fields={"start": Value(waits, Linear(start)), "end": Value(waits, Linear(end))})


def window_time(values: Values, node: exp.Anonymous) -> Value | None:
    """Spark's ``window_time(w)``: the last microsecond of a window."""
    end = values.value(node.expressions[0]).fields.get("end")
    return None if end is None or end.linear is None else Value(end.waits, end.linear.shifted(-1))


def tumbling(values: Values, node: exp.Anonymous) -> Value | None:
    """ClickHouse's ``tumble(ts, interval)``: a tuple of start and end."""
    return _tuple(*(bound(values, node) for bound in (tumble_bound(end=False), tumble_bound(end=True))))


def hopping(values: Values, node: exp.Anonymous) -> Value | None:
    """ClickHouse's ``hop(ts, hop, length)``: a tuple of start and end of one of the windows that a time is in."""
    return _tuple(*(bound(values, node) for bound in (hop_bound(end=False), hop_bound(end=True))))


def tumble_bound(*, end: bool) -> Call:
    """``tumbleStart(ts, interval)``, ``tumbleEnd(ts, interval)``."""

    def rule(values: Values, node: exp.Anonymous) -> Value | None:
        time, widths = time_of(values, node.expressions[0]), _widths(values, node)
        if time is None or len(widths) != 1 or any(map(_is_weekly, node.expressions)):
            return None
        start = values.terms.floor(time, widths[0])
        return result(values, node, start.shifted(widths[0]) if end else start)

    return rule


def hop_bound(*, end: bool) -> Call:
    """``hopStart(ts, hop, length)``, ``hopEnd(ts, hop, length)``."""

    def rule(values: Values, node: exp.Anonymous) -> Value | None:
        time, widths = time_of(values, node.expressions[0]), _widths(values, node)
        if time is None or len(widths) != 2:
            return None
        begin = _shared(values, node, "a window's start", time, tuple(widths))
        values.edges += [Edge(begin, time.plus, time.offset), Edge(time.plus, begin, widths[1] - 1 - time.offset)]
        return result(values, node, Linear(begin, offset=widths[1] if end else 0))

    return rule


def _tuple(start: Value | None, end: Value | None) -> Value | None:
    if start is None or end is None:
        return None
    return Value(start.waits | end.waits, fields={"1": start, "2": end})


def _widths(values: Values, node: exp.Anonymous) -> list[int]:
    """The lengths that a call is given, in microseconds; none where one is not known."""
    constants = [values.value(part).constant for part in node.expressions[1:]]
    spans = [parsed_span(found) if isinstance(found, str) else found for found in constants]
    if not all(isinstance(span, Span) and not span.months and span.microseconds > 0 for span in spans):
        return []
    return [span.microseconds for span in spans if isinstance(span, Span)]


def _shared(values: Values, node: exp.Expr, name: str, time: Linear, widths: tuple[int, ...]) -> Node:
    """One node for all calls in a SELECT that say the same of the same time."""
    key = (id(node.find_ancestor(exp.Select)), name, time, widths)
    found = values.around.shared.get(key)
    if found is None:
        found = values.around.shared[key] = values.terms.var(name, total=True, kind="time")
    return found


def _is_weekly(node: exp.Expr) -> bool:
    unit = node.args.get("unit")
    return node.name.lower() == "tointervalweek" or (isinstance(unit, exp.Var) and unit.name.lower().startswith("week"))
