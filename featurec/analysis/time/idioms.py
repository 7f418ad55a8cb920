"""Ways of saying MAX and ARG_MAX without saying so: the greatest struct, the first element of an ordered array."""

from sqlglot import exp


def plainly(tree: exp.Query) -> exp.Query:
    """The tree with such idioms said plainly; itself where there are none."""
    if not any(_plain(node) is not None for node in tree.find_all(exp.Max, exp.Min, exp.Bracket)):
        return tree
    copy = tree.copy()
    for node in list(copy.find_all(exp.Max, exp.Min, exp.Bracket)):
        found = _plain(node)
        if found is not None:
            node.replace(found)
    return copy


def _plain(node: exp.Expr) -> exp.Expr | None:
    return _first_of(node) if isinstance(node, exp.Bracket) else _greatest_struct(node)


def _greatest_struct(node: exp.Expr) -> exp.Expr | None:
    """``max(struct(ts AS t, amount AS a))`` has the greatest ts, and the amount that goes with it."""
    struct = node.this
    if not isinstance(struct, exp.Struct) or node.expressions or isinstance(node.parent, exp.Window | exp.Filter):
        return None
    parts = [part.expression if isinstance(part, exp.PropertyEQ) else part for part in struct.expressions]
    if not parts:
        return None
    by = parts[0]
    kind = exp.ArgMax if isinstance(node, exp.Max) else exp.ArgMin
    found = [type(node)(this=by.copy()), *(kind(this=part.copy(), expression=by.copy()) for part in parts[1:])]
    fields = [
        exp.PropertyEQ(this=part.this.copy(), expression=value) if isinstance(part, exp.PropertyEQ) else value
        for part, value in zip(struct.expressions, found, strict=True)
    ]
    return exp.Struct(expressions=fields)


def _first_of(node: exp.Bracket) -> exp.Expr | None:
    """``(array_agg(x ORDER BY t DESC))[1]`` is the x of the greatest t."""
    index = node.expressions[0] if len(node.expressions) == 1 else None
    if not isinstance(index, exp.Literal) or index.is_string or int(index.this) != (node.args.get("offset") or 0):
        return None
    call = node.this.unnest()
    order = call.expression if isinstance(call, exp.WithinGroup) else None
    call = call.this if isinstance(call, exp.WithinGroup) else call
    if not isinstance(call, exp.ArrayAgg):
        return None
    inner = call.this.this if isinstance(call.this, exp.Limit) else call.this
    value = inner
    if order is None and isinstance(inner, exp.Order):
        order, value = inner, inner.this
    if not isinstance(order, exp.Order) or isinstance(value, exp.IgnoreNulls | exp.Distinct | exp.Order):
        return None
    first = order.expressions[0]
    by, descending = (first.this, first.args.get("desc")) if isinstance(first, exp.Ordered) else (first, False)
    if by == value and descending:
        # A NULL may come first.
        return exp.Max(this=by.copy(), keeps_null=True)
    if by == value and isinstance(first, exp.Ordered) and not first.args.get("nulls_first"):
        return exp.Min(this=by.copy())
    kind = exp.ArgMax if descending else exp.ArgMin
    return kind(this=value.copy(), expression=by.copy())
