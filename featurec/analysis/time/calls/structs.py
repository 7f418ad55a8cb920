"""Functions that return a struct of times."""

from sqlglot import exp

from featurec.analysis.time.calls.arguments import time_of
from featurec.analysis.time.constants import parsed_span
from featurec.analysis.time.facts import Edge
from featurec.analysis.time.protocol import Values
from featurec.analysis.time.tables import Value
from featurec.analysis.time.terms import Linear


def window(values: Values, node: exp.Anonymous) -> Value | None:
    """Spark's ``window(ts, length[, slide[, start]])``: a struct of start and end."""
    time = time_of(values, node.expressions[0])
    spans = [parsed_span(values.value(part).constant) for part in node.expressions[1:]]
    if time is None or not spans or any(s is None or s.months for s in spans):
        return None
    width, *more = [s.microseconds for s in spans if s is not None]
    waits = values.opaque(node).waits
    if not more or more[0] == width:
        start = values.terms.floor(time, width, -(more[1] if len(more) > 1 else 0) % width)
    else:
        begin = values.terms.var("a window's start", total=True, kind="time")
        values.edges += [
            Edge(begin, time.plus, time.offset),
            Edge(time.plus, begin, width - 1 - time.offset),
        ]
        start = Linear(begin)
    fields = {"start": Value(waits, start), "end": Value(waits, start.shifted(width))}
    return Value(waits, fields=fields)


def window_time(values: Values, node: exp.Anonymous) -> Value | None:
    """Spark's ``window_time(w)``: the last microsecond of a window."""
    end = values.value(node.expressions[0]).fields.get("end")
    return None if end is None or end.linear is None else Value(end.waits, end.linear.shifted(-1))
