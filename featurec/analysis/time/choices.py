"""Values that are one of several: GREATEST, LEAST, COALESCE, CASE."""

from collections.abc import Sequence
from dataclasses import replace

from sqlglot import exp

from featurec.analysis.time.nodes import SECOND, ZERO, Arm, Choice, Greatest, Least, Linear, Node
from featurec.analysis.time.protocol import Values
from featurec.analysis.time.tables import NO_WAITS, End, Value, Waits

_FAR = 4_102_444_800 * SECOND
"""The year 2100: a constant from then on stands for an open end."""


def extreme(values: Values, node: exp.Greatest | exp.Least) -> Value:
    """``GREATEST(…)``, ``LEAST(…)``."""
    found = [values.value(part) for part in (node.this, *node.expressions) if part is not None]
    strict = not values.around.habits.extremes_skip_null
    waits = NO_WAITS.union(*(v.waits for v in found))
    if any(v.null for v in found):
        if strict:
            return Value(waits, null=True)
        found = [v for v in found if not v.null]
    times = [time for v in found if (time := values.time_of(v)) is not None]
    if not times or len(times) < len(found):
        return Value(waits)
    if isinstance(node, exp.Least) and len(found) == 2:
        capped = _capped(values, found[0], found[1]) or _capped(values, found[1], found[0])
        if capped is not None:
            least = Linear(values.terms.term(Least(tuple((t.plus, t.offset) for t in times), strict)))
            return Value(capped, least, nature=End(coalesced=True))
    if len(times) == 1:
        return Value(waits, times[0])
    kind = Greatest if isinstance(node, exp.Greatest) else Least
    return Value(waits, Linear(values.terms.term(kind(tuple((t.plus, t.offset) for t in times), strict))))


def _capped(values: Values, end: Value, cap: Value) -> Waits | None:
    """What the end of a row's validity waits for that is cut to a time: an end that comes later is the same as none."""
    nature, time = end.nature, values.time_of(cap)
    if not isinstance(nature, End) or nature != End(coalesced=True) or cap.waits or time is None:
        return None
    node = values.instant(time)
    return frozenset(replace(wait, node=node) for wait in end.waits)


def coalesced(values: Values, node: exp.Coalesce) -> Value:
    """``COALESCE(…)``: the first that is not NULL."""
    found = [values.value(part) for part in (node.this, *node.expressions)]
    waits = NO_WAITS.union(*(v.waits for v in found))
    found = [v for v in found if not v.null]
    if not found:
        return Value(waits, null=True)
    if len(found) == 1:
        return replace(found[0], waits=waits)
    if isinstance(found[0].nature, End) and len(found) == 2 and _is_far(values.time_of(found[1])):
        return Value(waits, found[0].linear, nature=replace(found[0].nature, coalesced=True))
    arms: list[Arm] = []
    before: frozenset[Node] = frozenset()
    for value in found:
        time = values.time_of(value)
        if time is None:
            return Value(waits)
        arms.append(Arm(time.plus, time.offset, present=frozenset({time.plus}) - {ZERO}, absent=before))
        before |= {time.plus}
    if len({(arm.node, arm.offset) for arm in arms}) == 1:
        return Value(waits, Linear(arms[0].node or ZERO, offset=arms[0].offset))
    return Value(waits, Linear(values.terms.term(Choice(tuple(arms)))))


def cased(values: Values, node: exp.Case) -> Value:
    """``CASE … END``."""
    branches: list[tuple[exp.Expr, exp.Expr]] = []
    for branch in node.args.get("ifs") or ():
        condition = branch.this
        if node.this is not None:
            condition = exp.EQ(this=node.this.copy(), expression=branch.this.copy())
        branches.append((condition, branch.args["true"]))
    return _chosen(values, branches, node.args.get("default"))


def either(values: Values, node: exp.If) -> Value:
    """``IF(c, a, b)``."""
    return _chosen(values, [(node.this, node.args["true"])], node.args.get("false"))


def _chosen(values: Values, branches: Sequence[tuple[exp.Expr, exp.Expr]], otherwise: exp.Expr | None) -> Value:
    """One arm for each way in which a branch may be chosen."""
    conditions = values.conditions
    outcomes = [outcome for _, outcome in branches] + ([otherwise] if otherwise is not None else [])
    waits = NO_WAITS.union(*(values.value(outcome).waits for outcome in outcomes))
    waits = waits.union(*(conditions.waits(condition) for condition, _ in branches))
    ways = [conditions.nothing]
    arms: list[Arm] = []
    for condition, outcome in [*branches, (None, otherwise)]:
        chosen = ways if condition is None else conditions.both(ways, conditions.true(condition))
        value = Value(null=True) if outcome is None else values.value(outcome)
        time = None if value.null else values.time_of(value)
        if time is None and not value.null:
            return Value(waits)
        for way in chosen:
            edges = tuple((e.low, e.high, e.by) for e in way.edges)
            node, offset = (None, 0) if time is None else (time.plus, time.offset)
            arms.append(Arm(node, offset, edges, way.present, way.absent))
        if condition is not None:
            ways = conditions.both(ways, conditions.untrue(condition))
    if all(arm.node is None for arm in arms):
        return Value(waits, null=True)
    return Value(waits, Linear(values.terms.term(Choice(tuple(arms)))))


def _is_far(time: Linear | None) -> bool:
    return time is not None and time.is_constant and time.offset >= _FAR
