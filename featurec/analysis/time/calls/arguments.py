"""What rules of functions have in common: arguments as times, results that wait for all arguments."""

from collections.abc import Callable
from typing import Any

from sqlglot import exp

from featurec.analysis.time.nodes import Linear
from featurec.analysis.time.protocol import Values
from featurec.analysis.time.tables import End, Value

Call = Callable[[Values, Any], Value | None]
"""The value of a call of one function; None where its arguments say too little."""


def parts(node: exp.Expr) -> list[exp.Expr]:
    """What a call is given, without units and types."""
    return [part for part in node.iter_expressions() if not isinstance(part, exp.Var | exp.DataType | exp.Identifier)]


def result(values: Values, node: exp.Expr, linear: Linear | None, aware: bool = False) -> Value:
    """The result of a call that waits for all that it is given and is NULL where any of that is."""
    found = values.opaque(node)
    null = any(values.value(part).null for part in parts(node))
    return Value(found.waits, linear, null, aware=aware)


def time_of(values: Values, node: exp.Expr | None) -> Linear | None:
    """An argument as a time."""
    return None if node is None else values.time_of(values.value(node))


def same(values: Values, node: exp.Expr) -> Value | None:
    """A function that changes the type alone."""
    first = node.expressions[0] if isinstance(node, exp.Anonymous) else node.this
    inner = values.value(first)
    time = values.time_of(inner)
    return (
        None
        if time is None
        else Value(
            values.opaque(node).waits, time, inner.null, nature=inner.nature if isinstance(inner.nature, End) else None
        )
    )
