"""Conditions as facts: what must hold of the times of a row that passes one, and what it waits for."""

from collections.abc import Sequence

from sqlglot import exp

from featurec.analysis.time.comparisons import NEGATED, Kind, compared, high, low, turned_round, within
from featurec.analysis.time.nodes import ZERO, Linear, Node
from featurec.analysis.time.presence import Presence
from featurec.analysis.time.protocol import Values
from featurec.analysis.time.tables import NO_WAITS, Waits, Way, equal
from featurec.analysis.time.validity import comparison_waits, counted_open, in_range, open_end, range_waits

MAX_WAYS = 16
_NOT_STRICT = (
    exp.Coalesce, exp.Case, exp.If, exp.Greatest, exp.Least, exp.Query, exp.AggFunc, exp.Window, exp.Connector,
)  # fmt: skip
_STRICT = (
    exp.Column, exp.Identifier, exp.Literal, exp.Cast, exp.Paren, exp.Binary, exp.Unary, exp.Interval, exp.Var, exp.DataType,
    exp.TimestampTrunc, exp.DateTrunc, exp.TimeToUnix, exp.Extract, exp.DateDiff, exp.TimestampDiff, exp.Abs,
)  # fmt: skip


_COUNTED = (exp.Coalesce, exp.Not, exp.Case)


class Conditions:
    """Conditions over one row."""

    nothing = Way()

    def __init__(self, values: Values) -> None:
        self.values = values

    def both(self, left: Sequence[Way], right: Sequence[Way]) -> list[Way]:
        """The ways in which two conditions hold; of too many, those of one of them, which say less."""
        ways = [
            Way(a.edges + b.edges, a.present | b.present, a.absent | b.absent)
            for a in left
            for b in right
            if a.absent.isdisjoint(b.present) and b.absent.isdisjoint(a.present)
        ]
        return ways if len(ways) <= MAX_WAYS else list(left) if len(left) <= len(right) else list(right)

    def either(self, left: Sequence[Way], right: Sequence[Way]) -> list[Way]:
        """The ways in which one of two conditions holds; too many become one that says nothing."""
        ways = [*left, *right]
        return ways if len(ways) <= MAX_WAYS else [self.nothing]

    def true(self, node: exp.Expr) -> list[Way]:
        """The ways in which a condition is true; none where it cannot be."""
        match node:
            case exp.Paren():
                return self.true(node.this)
            case exp.And():
                return self.both(self.true(node.left), self.true(node.right))
            case exp.Or():
                return self.either(self.true(node.left), self.true(node.right))
            case exp.Not():
                return self.false(node.this)
            case exp.Between():
                found = self.both(self.true(low(node)), self.true(high(node)))
                return self.either(found, self.true(turned_round(node))) if node.args.get("symmetric") else found
            case exp.Boolean() | exp.Null():
                return [self.nothing] if node.this else []
            case exp.Is():
                return self._is(node, truth=True)
            case exp.In():
                return self._in(node)
            case exp.Case() | exp.If() | exp.Coalesce():
                return self._chosen(node)
            case exp.NullSafeEQ():
                return [Way(tuple(equal(self._linear(node.left), self._linear(node.right))))]
            case exp.EQ() | exp.LT() | exp.LTE() | exp.GT() | exp.GTE() | exp.NEQ():
                return self._compared(node, type(node), strict=True)
            case exp.ArrayContainsAll() | exp.ArrayContainedBy():
                return self._contained(node)
        return [self.nothing]

    def false(self, node: exp.Expr) -> list[Way]:
        """The ways in which a condition is false, and not NULL."""
        match node:
            case exp.Paren():
                return self.false(node.this)
            case exp.And():
                return self.either(self.false(node.left), self.false(node.right))
            case exp.Or():
                return self.both(self.false(node.left), self.false(node.right))
            case exp.Not():
                return self.true(node.this)
            case exp.Between() if not node.args.get("symmetric"):
                return self.either(self.false(low(node)), self.false(high(node)))
            case exp.Boolean():
                return [] if node.this else [self.nothing]
            case exp.Null():
                return []
            case exp.Is():
                return self._is(node, truth=False)
            case exp.EQ() | exp.LT() | exp.LTE() | exp.GT() | exp.GTE() | exp.NEQ():
                return self._compared(node, NEGATED[type(node)], strict=True)
        return [self.nothing]

    def untrue(self, node: exp.Expr) -> list[Way]:
        """The ways in which a condition is false or NULL."""
        match node:
            case exp.Paren():
                return self.untrue(node.this)
            case exp.And():
                return self.either(self.untrue(node.left), self.untrue(node.right))
            case exp.Or():
                return self.both(self.untrue(node.left), self.untrue(node.right))
            case exp.Between() if not node.args.get("symmetric"):
                return self.either(self.untrue(low(node)), self.untrue(high(node)))
            case exp.Boolean():
                return [] if node.this else [self.nothing]
            case exp.Is():
                return self._is(node, truth=False)
            case exp.Not() if isinstance(node.this.unnest(), exp.Is):
                return self.true(node.this)
            case exp.EQ() | exp.LT() | exp.LTE() | exp.GT() | exp.GTE() | exp.NEQ():
                return self._compared(node, NEGATED[type(node)], strict=False)
        return [self.nothing]

    def waits(self, node: exp.Expr) -> Waits:
        """What the truth of a condition waits for."""
        settled_end = counted_open(self.values, node) if isinstance(node, _COUNTED) else None
        if settled_end is not None:
            return settled_end
        match node:
            case exp.Paren() | exp.Not():
                return self.waits(node.this)
            case exp.Or():
                settled = open_end(self.values, node)
                if settled is None:
                    return self.waits(node.left) | self.waits(node.right)
                return settled[0].union(*map(self.waits, settled[1]))
            case exp.And() | exp.Xor():
                return self.waits(node.left) | self.waits(node.right)
            case exp.LT() | exp.LTE() | exp.GT() | exp.GTE() | exp.EQ():
                left, right = self.values.value(node.left), self.values.value(node.right)
                return comparison_waits(self.values, left, right, type(node))
            case exp.ArrayContainsAll() | exp.ArrayContainedBy():
                found = range_waits(self.values, *_range_and_inner(node))
                return self.values.opaque(node).waits if found is None else found
            case exp.Between():
                return self.waits(low(node)) | self.waits(high(node))
            case exp.NEQ() | exp.NullSafeEQ() | exp.NullSafeNEQ() | exp.Is():
                parts = [part for part in node.iter_expressions() if not isinstance(part, exp.Identifier)]
                return NO_WAITS.union(*(self.values.value(part).waits for part in parts))
        return self.values.value(node).waits

    def present(self, node: exp.Expr) -> frozenset[Node]:
        """Nodes that are not NULL where an expression is not."""
        found: set[Node] = set()
        value = self.values.value(node)
        if value.linear is not None:
            found |= {value.linear.plus, value.linear.minus}
        inner = node.unnest()
        if not isinstance(inner, _NOT_STRICT) and _is_strict(inner):
            linears = (self.values.value(column).linear for column in inner.find_all(exp.Column))
            found |= {linear.plus for linear in linears if linear is not None}
        return frozenset(found - {ZERO})

    def _compared(self, node: exp.Binary, kind: Kind, *, strict: bool) -> list[Way]:
        ours, theirs = node.left.unnest(), node.right.unnest()
        if isinstance(theirs, exp.Boolean) and kind is exp.EQ and strict:
            return self.true(ours) if theirs.this else self.false(ours)
        if isinstance(ours, exp.Tuple) and isinstance(theirs, exp.Tuple):
            return self._tuples(ours.expressions, theirs.expressions, kind) if strict else [self.nothing]
        left, right = self.values.value(node.left), self.values.value(node.right)
        if left.null or right.null:
            return [] if strict else [self.nothing]
        edges = within(self.values, node, kind)
        if edges is None:
            edges = compared(self.values, left, right, kind)
        present = (self.present(node.left) | self.present(node.right)) if strict else frozenset()
        return [Way(tuple(edges), present)]

    def _chosen(self, node: exp.Case | exp.If | exp.Coalesce) -> list[Way]:
        if isinstance(node, exp.Coalesce):
            return self.true(node.this) if _is_false(node.expressions) else [self.nothing]
        if isinstance(node, exp.If):
            return self._branches([(node.this, node.args["true"])], node.args.get("false"))
        if node.this is not None:
            return [self.nothing]
        return self._branches([(b.this, b.args["true"]) for b in node.args["ifs"]], node.args.get("default"))

    def _branches(self, branches: Sequence[tuple[exp.Expr, exp.Expr]], otherwise: exp.Expr | None) -> list[Way]:
        """The ways in which the branch that is chosen is true."""
        ways: list[Way] = []
        left = [self.nothing]
        for condition, outcome in branches:
            ways = self.either(ways, self.both(self.both(left, self.true(condition)), self.true(outcome)))
            left = self.both(left, self.untrue(condition))
        return ways if otherwise is None else self.either(ways, self.both(left, self.true(otherwise)))

    def _tuples(self, left: Sequence[exp.Expr], right: Sequence[exp.Expr], kind: Kind) -> list[Way]:
        """``(a, b) = (c, d)`` part by part; ``(a, b) < (c, d)`` where ``a < c``, or ``a = c`` and ``b < d``.

        DuckDB compares rows as it sorts them: NULL is equal to NULL, and greater than all else. So of parts that may be NULL nothing is said.
        """
        there = [self._is_there(part) for part in (left[0], right[0])]
        if not (any(there) if kind is exp.EQ else all(there)):
            return self._tuples(left[1:], right[1:], kind) if kind is exp.EQ and len(left) > 1 else [self.nothing]
        pairs = [kind(this=a.copy(), expression=b.copy()) for a, b in zip(left, right, strict=False)]
        equal_first = self.true(exp.EQ(this=left[0].copy(), expression=right[0].copy()))
        if kind is exp.NEQ:
            return [self.nothing]
        if len(pairs) == 1:
            return self.true(pairs[0])
        rest = self.both(equal_first, self._tuples(left[1:], right[1:], kind))
        if kind is exp.EQ:
            return rest
        strict = exp.LT if kind in (exp.LT, exp.LTE) else exp.GT
        return self.either(self.true(strict(this=left[0].copy(), expression=right[0].copy())), rest)

    def _is_there(self, part: exp.Expr) -> bool:
        """Whether a value is certainly not NULL."""
        linear = self.values.value(part).linear
        facts = self.values.row.facts.plus(self.values.edges, self.values.present)
        return linear is not None and Presence(self.values.terms, facts).is_present(linear.plus)

    def _in(self, node: exp.In) -> list[Way]:
        if node.args.get("query") or node.args.get("unnest"):
            return [self.nothing]
        if len(node.expressions) == 1:
            return self.true(exp.EQ(this=node.this.copy(), expression=node.expressions[0].copy()))
        return [Way(present=self.present(node.this))]

    def _contained(self, node: exp.Binary) -> list[Way]:
        ranged, inner = _range_and_inner(node)
        edges = in_range(self.values, ranged, inner)
        return [self.nothing] if edges is None else [Way(tuple(edges), self.present(inner))]

    def _is(self, node: exp.Is, *, truth: bool) -> list[Way]:
        subject, what = node.this, node.expression
        negated = isinstance(what, exp.Not)
        what = what.this if negated else what
        if isinstance(what, exp.Null):
            return self._is_null(subject, truth=truth != negated)
        if not isinstance(what, exp.Boolean):
            return [self.nothing]
        if truth != negated:
            return self.true(subject) if what.this else self.false(subject)
        return self.untrue(subject) if what.this else [self.nothing]

    def _is_null(self, subject: exp.Expr, *, truth: bool) -> list[Way]:
        value = self.values.value(subject)
        if not truth:
            return [] if value.null else [Way(present=self.present(subject))]
        if value.linear is None or value.linear.minus != ZERO:
            return [self.nothing]
        return [Way(absent=frozenset({value.linear.plus} - {ZERO}))]

    def _linear(self, node: exp.Expr) -> Linear | None:
        return self.values.value(node).linear


def _is_false(parts: Sequence[exp.Expr]) -> bool:
    """What ``COALESCE(c, FALSE)`` falls back to."""
    return len(parts) == 1 and isinstance(parts[0], exp.Boolean) and not parts[0].this


def _range_and_inner(node: exp.Binary) -> tuple[exp.Expr, exp.Expr]:
    """``r @> t`` and ``t <@ r``."""
    return (node.left, node.right) if isinstance(node, exp.ArrayContainsAll) else (node.right, node.left)


def _is_strict(node: exp.Expr) -> bool:
    """Whether a NULL in any column makes the whole NULL."""
    return all(
        isinstance(part, _STRICT) and not isinstance(part, exp.Connector | exp.Is | exp.TryCast) for part in node.walk()
    )
