"""WHERE, HAVING and QUALIFY: what the rows that pass wait for.

A filter must hold for good. Two kinds may change their mind in one direction only: the pick of the newest row so far, which
a later row ends, and a count that has been reached.
"""

from dataclasses import replace
from fractions import Fraction

from sqlglot import exp

from featurec.analysis.time.comparisons import conjuncts
from featurec.analysis.time.expressions import Evaluator
from featurec.analysis.time.tables import End, Growing, Newest, Pick, Wait, Waits, passing

_EXISTENCE = (exp.Exists, exp.In)


def filtered(values: Evaluator, condition: exp.Expr) -> Waits:
    """What the rows that pass a condition wait for."""
    parts = list(conjuncts(condition))
    found: set[Wait] = set()
    for part in parts:
        waits = values.conditions.waits(part)
        if isinstance(part, exp.Not) and isinstance(part.this.unnest(), exp.Is):
            waits = frozenset(replace(w, presence=True) for w in waits)
        if isinstance(_bare(part), _EXISTENCE):
            waits = frozenset(replace(w, rule="FC314") if w.rule == "FC305" else w for w in waits)
        pick = _pick(values, part)
        if pick is not None and pick.newest:
            others = (other for other in parts if other is not part)
            chosen = any(_chooses(values, other, pick) for other in others)
            found |= {replace(w, rule="FC314", lasting=True) for w in waits} if chosen else passing(waits)
        elif _is_last(values, part):
            found |= passing(waits)
        elif _only_grows(values, part) or _is_newest(values, part):
            found |= waits
        else:
            found |= {replace(w, lasting=True) for w in waits}
    return frozenset(found)


def joined_by(values: Evaluator, condition: exp.Expr) -> Waits:
    """What a match of two rows waits for."""
    found: set[Wait] = set()
    for part in conjuncts(condition):
        waits = values.conditions.waits(part)
        found |= waits if _is_newest(values, part) else {replace(w, lasting=True) for w in waits}
    return frozenset(found)


def _is_newest(values: Evaluator, node: exp.Expr) -> bool:
    """``t = max(t)``, ``(key, t) IN (SELECT key, max(t) …)``: true of the newest row, until a newer one comes."""
    node = node.unnest()
    if isinstance(node, exp.In):
        return isinstance(values.value(node).nature, Newest)
    return isinstance(node, exp.EQ) and any(
        isinstance(values.value(side).nature, Newest) for side in (node.left, node.right)
    )


def _is_last(values: Evaluator, node: exp.Expr) -> bool:
    """``lead(t) IS NULL``, ``valid_to IS NULL``: true until the next row comes."""
    node = node.unnest()
    is_null = isinstance(node, exp.Is) and isinstance(node.expression, exp.Null)
    return is_null and isinstance(values.value(node.this).nature, End)


def _pick(values: Evaluator, node: exp.Expr) -> Pick | None:
    """The rank of ``rank = 1`` and ``rank <= k``."""
    node = node.unnest()
    if isinstance(node, exp.GT | exp.GTE):
        left, right = values.value(node.right), values.value(node.left)
    elif isinstance(node, exp.EQ | exp.LT | exp.LTE):
        left, right = values.value(node.left), values.value(node.right)
        if isinstance(node, exp.EQ) and isinstance(right.nature, Pick):
            left, right = right, left
    else:
        return None
    if not isinstance(left.nature, Pick) or not isinstance(right.constant, Fraction):
        return None
    return left.nature if right.constant == 1 or not isinstance(node, exp.EQ) else None


def _chooses(values: Evaluator, node: exp.Expr, pick: Pick) -> bool:
    """Whether a condition beside a pick may leave out the row that was picked, and not all of its partition."""
    if _pick(values, node) is not None:
        return False
    linears = [values.value(column).linear for column in node.find_all(exp.Column)]
    return not all(linear is not None and linear.plus in pick.keys for linear in linears)


def _only_grows(values: Evaluator, node: exp.Expr) -> bool:
    """``EXISTS``, ``count >= k``: once it holds it stays."""
    node = node.unnest()
    if isinstance(node, exp.Exists):
        return True
    if not isinstance(node, exp.GT | exp.GTE | exp.LT | exp.LTE):
        return False
    grown, least = values.value(node.left), values.value(node.right)
    if isinstance(node, exp.LT | exp.LTE):
        grown, least = least, grown
    return isinstance(grown.nature, Growing) and isinstance(least.constant, Fraction)


def _bare(node: exp.Expr) -> exp.Expr:
    node = node.unnest()
    while isinstance(node, exp.Not):
        node = node.this.unnest()
    return node
