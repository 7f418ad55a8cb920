"""Ends of validity: a version of a row is closed only when the next one comes.

``t < valid_to`` alone is not stable, since the end of an open version is not known yet. A match that counts an end which is
not known as open is settled from t on.
"""

from collections.abc import Sequence
from dataclasses import replace

from sqlglot import exp

from featurec.analysis.time.comparisons import NEGATED, SWAPPED, Kind, compared, disjuncts
from featurec.analysis.time.facts import Edge
from featurec.analysis.time.nodes import Linear
from featurec.analysis.time.protocol import Values
from featurec.analysis.time.tables import End, Value, Waits

_RANGES = frozenset({"tsrange", "tstzrange", "daterange"})


def comparison_waits(values: Values, left: Value, right: Value, kind: Kind) -> Waits:
    """What the truth of a comparison waits for."""
    if isinstance(left.nature, End):
        left, right, kind = right, left, SWAPPED[kind]
    if isinstance(right.nature, End) and right.nature.coalesced and kind in (exp.LT, exp.LTE):
        return _until(values, left, right, kind)
    return _below_clock(left, right, kind) or left.waits | right.waits


def open_end(values: Values, node: exp.Or) -> tuple[Waits, list[exp.Expr]] | None:
    """``valid_to IS NULL OR t < valid_to``, in a disjunction of any length: its waits, and the parts that are left."""
    parts = [part.unnest() for part in disjuncts(node)]
    for test in parts:
        if not isinstance(test, exp.Is) or not isinstance(test.expression, exp.Null):
            continue
        end = values.value(test.this)
        for part in parts:
            bound = _before_end(values, part, end.linear) if isinstance(end.nature, End) else None
            if bound is not None:
                return _until(values, *bound, type(part)), [p for p in parts if p is not test and p is not part]
    return None


def counted_open(values: Values, node: exp.Expr) -> Waits | None:
    """A comparison with an end that counts as true where the end is missing: what it waits for; None for any other.

    ``coalesce(t < end, true)``, ``not coalesce(end <= t, false)``, ``(end <= t) is not true``,
    ``case when end is null then true else t < end end``.
    """
    node = node.unnest()
    match node:
        case exp.Coalesce() if _is(node.expressions, True):
            return _open(values, node.this.unnest(), is_true=True)
        case exp.Not():
            inner = node.this.unnest()
            if isinstance(inner, exp.Coalesce) and _is(inner.expressions, False):
                return _open(values, inner.this.unnest(), is_true=False)
            if isinstance(inner, exp.Is) and _is([inner.expression], True):
                return _open(values, inner.this.unnest(), is_true=False)
        case exp.Case() if node.this is None and len(node.args["ifs"]) == 1 and node.args.get("default"):
            branch = node.args["ifs"][0]
            if _is([branch.args["true"]], True):
                found = open_end(values, exp.Or(this=branch.this, expression=node.args["default"]))
                return None if found is None or found[1] else found[0]
    return None


def _open(values: Values, node: exp.Expr, *, is_true: bool) -> Waits | None:
    """``t < end``, or the opposite of ``end <= t``."""
    if not isinstance(node, exp.LT | exp.LTE | exp.GT | exp.GTE):
        return None
    kind: Kind = type(node) if is_true else NEGATED[type(node)]
    left, right = values.value(node.left), values.value(node.right)
    if kind in (exp.GT, exp.GTE):
        left, right, kind = right, left, SWAPPED[kind]
    return _until(values, left, right, kind) if isinstance(right.nature, End) else None


def _is(parts: Sequence[exp.Expr], truth: bool) -> bool:
    return len(parts) == 1 and isinstance(parts[0], exp.Boolean) and bool(parts[0].this) == truth


def in_range(values: Values, ranged: exp.Expr, inner: exp.Expr) -> list[Edge] | None:
    """The facts of ``tsrange(a, b) @> t``; None for any other range."""
    bounds = _range(ranged)
    if bounds is None:
        return None
    return compared(values, values.value(bounds[0]), values.value(inner), exp.LTE)


def range_waits(values: Values, ranged: exp.Expr, inner: exp.Expr) -> Waits | None:
    """What ``tsrange(a, b) @> t`` waits for; None for any other range."""
    bounds = _range(ranged)
    if bounds is None:
        return None
    start, end, time = (values.value(part) for part in (*bounds, inner))
    settled = _until(values, time, end, exp.LT)
    return start.waits | settled


def _until(values: Values, time: Value, end: Value, kind: Kind) -> Waits:
    """A match up to an end that counts as open while it is not known is settled once a later end can only match.

    ``t < end + by`` is, from ``t - by`` on. Where the end is cut to days, an end of the same day as t does not match, unless
    t is midnight itself and ``<=`` is asked.
    """
    linear, nature = values.time_of(time), end.nature
    if linear is None or not isinstance(nature, End):
        return time.waits | end.waits
    if nature.width:
        aligned = values.terms.residue(linear.plus, nature.width) == -linear.offset % nature.width
        linear = linear.shifted(0 if aligned and kind in (exp.LTE, exp.GTE) else nature.width - 1)
    node = values.instant(linear.shifted(-nature.by))
    return time.waits | {replace(w, node=node) for w in end.waits}


def _before_end(values: Values, node: exp.Expr, tested: Linear | None) -> tuple[Value, Value] | None:
    """Time and end of ``t < end``, where the end is made of the one that was tested for NULL."""
    if not isinstance(node, exp.LT | exp.LTE | exp.GT | exp.GTE):
        return None
    time, end = values.value(node.left), values.value(node.right)
    if isinstance(node, exp.GT | exp.GTE):
        time, end = end, time
    if not isinstance(end.nature, End) or tested is None or end.linear is None:
        return None
    same = values.terms.variables(end.linear.plus) == values.terms.variables(tested.plus)
    return (time, end) if same else None


def _below_clock(left: Value, right: Value, kind: Kind) -> Waits | None:
    """``x <= now()`` leaves out rows of the future only: a warning."""
    if kind in (exp.GT, exp.GTE):
        left, right, kind = right, left, SWAPPED[kind]
    if kind not in (exp.LT, exp.LTE) or not right.waits or right.linear is None or right.linear.offset < 0:
        return None
    if any(wait.rule != "FC304" for wait in right.waits):
        return None
    return left.waits | {replace(wait, mild=True) for wait in right.waits}


def _range(node: exp.Expr) -> tuple[exp.Expr, exp.Expr] | None:
    node = node.unnest()
    if isinstance(node, exp.Anonymous) and node.name.lower() in _RANGES and len(node.expressions) >= 2:
        return node.expressions[0], node.expressions[1]
    return None
