"""GROUP BY: one row for all rows with equal keys.

A group exists with the first of its members that becomes known; that member stands for the group, so that whatever bounds it
in terms of the keys bounds the group. What is aggregated waits for the last member that can ever come.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

from sqlglot import exp

from featurec.analysis.time import functions
from featurec.analysis.time.bounds import Maxima
from featurec.analysis.time.candidates import Argument, Candidates, result_time, same_keys
from featurec.analysis.time.expressions import Evaluator
from featurec.analysis.time.facts import Edge, Facts, Order
from featurec.analysis.time.protocol import Surroundings
from featurec.analysis.time.tables import NO_WAITS, Growing, Row, Value, Wait, later
from featurec.analysis.time.terms import FUTURE, Linear, Node

_NULL_IGNORING_EXCEPT = (exp.ArrayAgg,)
_AGGREGATE_NAMES = frozenset(
    {
        "any", "any_value", "anylast", "anyheavy", "approx_count_distinct", "approx_quantile", "arbitrary", "arg_max",
        "arg_max_null", "arg_min", "arg_min_null", "argmax", "argmin", "array_agg", "avg", "avgif", "bit_and", "bit_or",
        "bit_xor", "bool_and", "bool_or", "collect_list", "collect_set", "corr", "count", "count_if", "countif",
        "covar_pop", "covar_samp", "entropy", "every", "favg", "first", "fsum", "geomean", "group_concat", "grouparray",
        "groupuniqarray", "histogram", "kahan_sum", "kurtosis", "last", "list", "listagg", "mad", "max", "max_by", "maxif",
        "median", "min", "min_by", "minif", "mode", "percentile", "percentile_approx", "product", "quantile",
        "quantile_cont", "quantile_disc", "quantileexact", "quantiles", "regr_slope", "skewness", "stddev", "stddev_pop",
        "stddev_samp", "string_agg", "sum", "sum_no_overflow", "sumif", "sumkahan", "topk", "uniq", "uniqcombined",
        "uniqexact", "uniqexactif", "uniqif", "var_pop", "var_samp", "variance",
    }
)  # fmt: skip
_GROWING = (exp.Count, exp.CountIf, exp.ApproxDistinct, exp.LogicalOr)
_WINDOW_ONLY = (exp.RowNumber, exp.Rank, exp.DenseRank, exp.Lag, exp.Lead, exp.Ntile, exp.PercentRank, exp.CumeDist)


def is_aggregate(node: exp.Expr) -> bool:
    """Whether a node is a call of an aggregate function (which a window may still be around)."""
    if isinstance(node, exp.Filter | exp.WithinGroup):
        return True
    if isinstance(node, exp.AggFunc):
        return not isinstance(node, _WINDOW_ONLY)
    return isinstance(node, exp.Anonymous) and node.name.lower() in _AGGREGATE_NAMES


def aggregates(node: exp.Expr) -> list[exp.Expr]:
    """The outermost aggregates of an expression that are not windows, those in subqueries left out."""
    found: list[exp.Expr] = []
    stack = [node]
    while stack:
        part = stack.pop()
        if isinstance(part, exp.Query):
            continue
        if isinstance(part, exp.Window):
            inner = part.this
            # The window's own function is no aggregate of the group, but what is in it may be.
            stack += [c for c in part.iter_expressions() if c is not inner]
            stack += list(_unwrapped(inner).iter_expressions())
            continue
        if is_aggregate(part):
            found.append(part)
            continue
        stack += list(part.iter_expressions())
    return found


def _unwrapped(node: exp.Expr) -> exp.Expr:
    while isinstance(node, exp.Filter | exp.WithinGroup | exp.IgnoreNulls | exp.RespectNulls):
        node = node.this
    return node


@dataclass(frozen=True)
class Grouping:
    """What rows are grouped by.

    Attributes:
        keys: none for one group of all rows.
        partial: some rows leave keys out (ROLLUP, CUBE, GROUPING SETS).
    """

    keys: tuple[exp.Expr, ...]
    partial: bool = False


class Groups:
    """The groups of one SELECT. ``special`` gives the values of keys and aggregates in a group's row."""

    def __init__(
        self,
        around: Surroundings,
        rows: Sequence[Row],
        own: frozenset[Node],
        grouping: "Grouping",
        nodes: Sequence[exp.Expr],
    ) -> None:
        self.around = around
        self.first = rows
        self.keys = list(grouping.keys)
        self.partial = grouping.partial
        self.members = Candidates.of(around, rows, own)
        self.relating = same_keys(self.keys)
        self.maxima = [n for n in nodes if isinstance(n, exp.Max) and not n.expressions]
        self._tops: dict[int, list[Node]] = {}
        self._values: dict[tuple[int, exp.Expr], Value] = {}

    @property
    def rows(self) -> list[Row]:
        """The rows of groups, in each of their cases. All rows together are a group, even if there are none."""
        if not self.keys and not self.partial:
            return [replace(self.first[0], facts=Facts(), rows=NO_WAITS)] if self.first else []
        return [self._row(row) for row in self.first]

    def _row(self, row: Row) -> Row:
        """The group's row, of which ``row`` is the first member."""
        keyed = {column.table for key in self.keys for column in key.find_all(exp.Column)}
        sides = {row.sides[alias] for alias in keyed if alias in row.sides}
        waits = frozenset(w for w in row.rows if not w.side or w.side in sides)
        return replace(row, rows=waits)

    def special(self, node: exp.Expr, row: Evaluator) -> Value | None:
        """The value of a key or an aggregate; None for anything that is computed from such."""
        if isinstance(node, exp.Window):
            return None
        if is_aggregate(node):
            known = self._values.get((id(row), node))
            if known is None:
                known = self._values[id(row), node] = self._doubted(self._aggregate(node, row))
            return known
        return None

    def _doubted(self, value: Value) -> Value:
        if not self.partial:
            return value
        doubt = "the rows of ROLLUP, CUBE and GROUPING SETS leave out keys that would bound them"
        return replace(value, waits=frozenset(replace(w, doubt=w.doubt or doubt) for w in value.waits))

    def _tops_of(self, row: Evaluator) -> list[Node]:
        tops = self._tops.get(id(row))
        if tops is None:
            tops = self._tops[id(row)] = []
            for call in self.maxima:
                node = row.terms.var(call.sql(), total=False)
                tops.append(node)
                member = Evaluator(self.around, row.row).value(call.this).linear
                if member is not None and member.is_time:
                    row.edges.append(Edge(member.plus, node, member.offset))
                    if self._always_there(call.this):
                        row.present.append(node)
        return tops

    def _always_there(self, argument: exp.Expr) -> bool:
        """Whether there is a member, and no member's argument is NULL."""
        if not self.keys:
            return False
        for member in self.members.evaluators:
            linear = member.value(argument).linear
            if linear is None or not Order(self.around.terms, member.row.facts).is_present(linear.plus):
                return False
        return True

    def _maxima(self, row: Evaluator) -> Callable[[Evaluator], Maxima]:
        tops = self._tops_of(row)

        def of(member: Evaluator) -> Maxima:
            pairs = [(top, member.value(call.this).linear) for top, call in zip(tops, self.maxima, strict=True)]
            return [(top, linear) for top, linear in pairs if linear is not None and linear.is_time]

        return of

    def _aggregate(self, node: exp.Expr, row: Evaluator) -> Value:
        argument, call = taken(node)
        name = call.name.lower() if isinstance(call, exp.Anonymous | exp.AnonymousAggFunc) else call.sql_name().lower()
        if isinstance(call, exp.Max) and node is call:
            return self._greatest(call, row, argument)
        if isinstance(call, exp.Min):
            least = self._least(call, row, argument, filtered=node is not call)
            if least is not None:
                return least
        waits, tops = self.members.waits(row, argument, self.relating, self._rule(row), node, maxima=self._maxima(row))
        waits |= unordered(call, name, self.around, node)
        linear = result_time(row, name, tops) if argument.time is not None else None
        grows = isinstance(call, _GROWING) or name in ("count", "countif", "uniqexact")
        return Value(waits, linear, nature=Growing() if grows else None)

    def _rule(self, row: Evaluator) -> str:
        """The code for members without end: of a group, of rows that a subquery lets in, or of all rows."""
        return "FC306" if self.keys else "FC310" if row.row.outer is None else "FC305"

    def _greatest(self, call: exp.Max, row: Evaluator, argument: Argument) -> Value:
        maxima = self._maxima(row)
        waits, tops = self.members.waits(row, argument, self.relating, self._rule(row), call, maxima=maxima)
        for top, known in zip(self._tops_of(row), self.maxima, strict=True):
            if known == call:
                row.edges += [replace(edge, low=top) for edge in tops]
                return Value(waits, Linear(top))
        return Value(waits, result_time(row, "max", tops), nature=None)

    def _least(self, call: exp.Min, row: Evaluator, argument: Argument, *, filtered: bool) -> Value | None:
        own = Evaluator(self.around, row.row).value(call.this).linear
        if own is None or not own.is_time:
            return None
        waits, tops = self.members.waits(row, argument, self.relating, "FC306", call, maxima=self._maxima(row))
        linear = result_time(row, call.sql(), tops)
        if filtered or argument.condition is not None:
            return Value(waits, linear)
        row.edges.append(Edge(linear.plus, own.plus, own.offset))
        if self._always_there(call.this):
            row.present.append(linear.plus)
        lag = self.members.lag(call.this)
        if lag is None:
            return Value(waits, linear)
        # The first member that becomes known does so no later than the one with the least value.
        row.edges += [Edge(wait.node, linear.plus, lag) for wait in row.row.rows if wait.node != FUTURE]
        node = row.instant(linear.shifted(lag)) if lag else linear.plus
        return Value(frozenset({Wait(node, "FC306", self.around.number(call), call.sql())}), linear)


def taken(node: exp.Expr) -> tuple[Argument, exp.Expr]:
    """What an aggregate call reads of each row, and the call itself without FILTER and the like."""
    conditions: list[exp.Expr] = []
    values: list[exp.Expr] = []
    while isinstance(node, exp.Filter | exp.WithinGroup | exp.IgnoreNulls | exp.RespectNulls):
        if isinstance(node, exp.Filter):
            conditions.append(node.expression.this)
        elif isinstance(node, exp.WithinGroup):
            values += [ordered.this for ordered in node.expression.expressions]
        node = node.this
    parts = [
        part
        for part in node.iter_expressions()
        if not isinstance(part, exp.Var | exp.Identifier | exp.DataType | exp.Star)
    ]
    name = node.name.lower() if isinstance(node, exp.Anonymous | exp.CombinedAggFunc | exp.AnonymousAggFunc) else ""
    if isinstance(node, exp.CountIf):
        conditions.append(node.this)
        parts = []
    elif name.endswith("if") and parts:
        conditions.append(parts.pop())
    time = None
    flat: list[exp.Expr] = []
    for part in parts:
        inner = part.this if isinstance(part, exp.Distinct | exp.Order | exp.Ordered) and part.this else part
        if isinstance(part, exp.Distinct):
            flat += part.expressions
        elif isinstance(part, exp.Order):
            flat += [part.this] if part.this else []
            flat += [ordered.this for ordered in part.expressions]
        elif isinstance(part, exp.Limit | exp.HavingMax):
            flat += [p for p in part.iter_expressions()]
        else:
            flat.append(inner)
    if len(flat) == 1 and _ignores_null(node):
        condition, only = _conditional(
            flat[0], neutral=isinstance(node, exp.Sum | exp.Count) and isinstance(node, exp.Sum)
        )
        if condition is not None:
            conditions.append(condition)
            flat = [only] if only is not None else []
    if (
        flat
        and isinstance(
            node,
            exp.Max
            | exp.Min
            | exp.First
            | exp.Last
            | exp.AnyValue
            | exp.FirstValue
            | exp.LastValue
            | exp.NthValue
            | exp.Lag
            | exp.Lead
            | exp.ArgMax
            | exp.ArgMin,
        )
    ) or (
        flat
        and name
        in (
            "min",
            "max",
            "any",
            "anylast",
            "first",
            "last",
            "any_value",
            "minif",
            "maxif",
            "lagginframe",
            "laginframe",
            "leadinframe",
            "argmax",
            "argmin",
            "arg_max",
            "arg_min",
            "max_by",
            "min_by",
        )
    ):
        time = flat[0]
    condition = (
        exp.and_(*(c.copy() for c in conditions)) if len(conditions) > 1 else conditions[0] if conditions else None
    )
    return Argument([*flat, *values], condition, time), node


def _ignores_null(node: exp.Expr) -> bool:
    return not isinstance(node, _NULL_IGNORING_EXCEPT)


def _conditional(node: exp.Expr, *, neutral: bool) -> tuple[exp.Expr | None, exp.Expr | None]:
    """``CASE WHEN c THEN x END`` counts only where c holds; in a sum, so does ``ELSE 0``."""
    node = node.unnest()
    if isinstance(node, exp.Case) and node.this is None and len(node.args.get("ifs") or ()) == 1:
        branch, otherwise = node.args["ifs"][0], node.args.get("default")
    elif isinstance(node, exp.If):
        branch, otherwise = node, node.args.get("false")
    else:
        return None, None
    zero = neutral and isinstance(otherwise, exp.Literal) and not otherwise.is_string and float(otherwise.this) == 0
    if otherwise is None or isinstance(otherwise, exp.Null) or zero:
        return branch.this, branch.args["true"]
    return None, None


def unordered(call: exp.Expr, name: str, around: Surroundings, node: exp.Expr) -> frozenset[Wait]:
    """FC312 for an aggregate whose result follows the order in which rows are stored."""
    if not isinstance(call, functions.UNORDERED_NODES) and name not in functions.UNORDERED_NAMES:
        return frozenset()
    if call.find(exp.Order, exp.Ordered, exp.HavingMax) or isinstance(node, exp.WithinGroup):
        return frozenset()
    what = f"`{name}` follows the order in which rows happen to be stored"
    return frozenset({later("FC312", around.number(node), what)})
