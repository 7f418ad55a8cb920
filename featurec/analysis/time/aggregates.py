"""Calls of aggregate functions: which they are, and what they read of each row."""

from dataclasses import dataclass

from sqlglot import exp

from featurec.analysis.time import functions
from featurec.analysis.time.protocol import Surroundings
from featurec.analysis.time.tables import Wait, later

_WINDOW_ONLY = (exp.RowNumber, exp.Rank, exp.DenseRank, exp.Lag, exp.Lead, exp.Ntile, exp.PercentRank, exp.CumeDist)
_KEEPS_NULL = (exp.ArrayAgg, exp.First, exp.Last, exp.FirstValue, exp.LastValue, exp.NthValue)
_ONE_OF_ITS_VALUES = (
    exp.Max, exp.Min, exp.First, exp.Last, exp.AnyValue, exp.FirstValue, exp.LastValue, exp.NthValue, exp.ArgMax,
    exp.ArgMin,
)  # fmt: skip
_ONE_OF_ITS_VALUES_NAMES = frozenset(
    {
        "any", "any_value", "anylast", "arg_max", "arg_min", "argmax", "argmin", "first", "last", "max", "max_by", "maxif",
        "min", "min_by", "minif",
    }
)  # fmt: skip
_WRAPPERS = (exp.Filter, exp.WithinGroup, exp.IgnoreNulls, exp.RespectNulls)
_NAMED = (exp.Anonymous, exp.AnonymousAggFunc, exp.CombinedAggFunc, exp.ParameterizedAgg)


@dataclass(frozen=True)
class Argument:
    """What an aggregate or window function takes of each candidate.

    Attributes:
        values: expressions whose values it reads.
        condition: candidates for which it is not true do not count.
        time: the expression that the result is one of the values of, where it is (``max``, ``lag``).
        strict: an expression of which only the values that are not NULL count.
    """

    values: tuple[exp.Expr, ...] = ()
    condition: exp.Expr | None = None
    time: exp.Expr | None = None
    strict: exp.Expr | None = None


def is_aggregate(node: exp.Expr) -> bool:
    """Whether a node is a call of an aggregate function (which a window may still be around)."""
    if isinstance(node, exp.Filter | exp.WithinGroup):
        return True
    if isinstance(node, exp.AggFunc):
        return not isinstance(node, _WINDOW_ONLY)
    return isinstance(node, exp.Anonymous) and node.name.lower() in functions.AGGREGATE_NAMES


def aggregates(node: exp.Expr) -> list[exp.Expr]:
    """The outermost aggregates of an expression that are not windows, those in subqueries left out."""
    found: list[exp.Expr] = []
    stack = [node]
    while stack:
        part = stack.pop()
        if isinstance(part, exp.Query):
            continue
        if isinstance(part, exp.Window):
            # The window's own function is no aggregate of the group, but what is in it may be.
            stack += [child for child in part.iter_expressions() if child is not part.this]
            stack += list(unwrapped(part.this).iter_expressions())
        elif is_aggregate(part):
            found.append(part)
        else:
            stack += list(part.iter_expressions())
    return found


def unwrapped(node: exp.Expr) -> exp.Expr:
    """A call without FILTER, WITHIN GROUP and the treatment of NULLs."""
    while isinstance(node, _WRAPPERS):
        node = node.this
    return node


def name_of(call: exp.Expr) -> str:
    """A function's name in lower case; empty for what is none."""
    if isinstance(call, _NAMED):
        return call.name.lower()
    return call.sql_name().lower() if isinstance(call, exp.Func) else ""


def taken(node: exp.Expr, *, zero_is_nothing: bool = False) -> tuple[Argument, exp.Expr]:
    """What an aggregate call reads of each row, and the call itself without FILTER and the like.

    Args:
        zero_is_nothing: a row that adds 0 to a sum does not change it, since it is never the only one.
    """
    conditions: list[exp.Expr] = []
    values: list[exp.Expr] = []
    keeps_null = True
    while isinstance(node, _WRAPPERS):
        keeps_null = keeps_null and not isinstance(node, exp.IgnoreNulls)
        if isinstance(node, exp.Filter):
            conditions.append(node.expression.this)
        elif isinstance(node, exp.WithinGroup):
            values += [ordered.this for ordered in node.expression.expressions]
        node = node.this
    arguments = [part for part in node.iter_expressions() if not isinstance(part, _NO_VALUES)]
    if isinstance(node, exp.CountIf):
        conditions.append(node.this)
        arguments = []
    elif isinstance(node, _NAMED) and node.name.lower().endswith("if") and arguments:
        conditions.append(arguments.pop())
    flat = [part for argument in arguments for part in _flat(argument)]
    keeps_null = keeps_null and isinstance(node, _KEEPS_NULL)
    if len(flat) == 1 and not keeps_null:
        condition, only = _conditional(flat[0], zero_is_nothing=zero_is_nothing and isinstance(node, exp.Sum))
        if condition is not None:
            conditions.append(condition)
            flat = [only] if only is not None else []
    one = isinstance(node, _ONE_OF_ITS_VALUES) or name_of(node) in _ONE_OF_ITS_VALUES_NAMES
    condition = exp.and_(*conditions, copy=True) if len(conditions) > 1 else conditions[0] if conditions else None
    strict = flat[0] if len(flat) == 1 and not keeps_null and not node.args.get("keeps_null") else None
    return Argument((*flat, *values), condition, flat[0] if flat and one else None, strict), node


_NO_VALUES = (exp.Var, exp.Identifier, exp.DataType, exp.Star)


def _flat(part: exp.Expr) -> list[exp.Expr]:
    """The expressions of an argument, those of DISTINCT, ORDER BY and LIMIT in it too."""
    match part:
        case exp.Distinct():
            return list(part.expressions)
        case exp.Order():
            return [*([part.this] if part.this else []), *(ordered.this for ordered in part.expressions)]
        case exp.Limit() | exp.HavingMax():
            return list(part.iter_expressions())
        case exp.Ordered():
            return [part.this]
    return [part]


def _conditional(node: exp.Expr, *, zero_is_nothing: bool) -> tuple[exp.Expr | None, exp.Expr | None]:
    """``CASE WHEN c THEN x END`` counts only where c holds."""
    node = node.unnest()
    if isinstance(node, exp.Case) and node.this is None and len(node.args.get("ifs") or ()) == 1:
        branch, otherwise = node.args["ifs"][0], node.args.get("default")
    elif isinstance(node, exp.If):
        branch, otherwise = node, node.args.get("false")
    else:
        return None, None
    zero = zero_is_nothing and isinstance(otherwise, exp.Literal) and otherwise.name.strip("0.") == ""
    # A sum of NULLs is NULL until there is a zero.
    zero = zero and _is_never_null(branch.args["true"])
    if otherwise is None or isinstance(otherwise, exp.Null) or zero:
        return branch.this, branch.args["true"]
    return None, None


def _is_never_null(node: exp.Expr) -> bool:
    node = node.unnest()
    if isinstance(node, exp.Coalesce):
        return any(map(_is_never_null, (node.this, *node.expressions)))
    if isinstance(node, exp.Add | exp.Sub | exp.Mul):
        return _is_never_null(node.left) and _is_never_null(node.right)
    return isinstance(node, exp.Literal | exp.Boolean)


def unordered(call: exp.Expr, name: str, around: Surroundings, node: exp.Expr) -> frozenset[Wait]:
    """FC312 for an aggregate whose result follows the order in which rows are stored."""
    if not isinstance(call, functions.UNORDERED_NODES) and name not in functions.UNORDERED_NAMES:
        return frozenset()
    if call.find(exp.Order, exp.Ordered, exp.HavingMax) or isinstance(node, exp.WithinGroup):
        return frozenset()
    what = f"`{name}` follows the order in which rows happen to be stored"
    return frozenset({later("FC312", around.number(node), what)})
