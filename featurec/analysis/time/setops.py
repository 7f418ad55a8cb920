"""UNION, INTERSECT, EXCEPT: rows of several relations, matched by the position of columns or by their names."""

from collections.abc import Iterator, Sequence
from dataclasses import replace

from sqlglot import exp

from featurec.analysis.time.bounds import latest
from featurec.analysis.time.merging import capped_cases
from featurec.analysis.time.nodes import Node
from featurec.analysis.time.tables import Case, Table, Value, equal
from featurec.analysis.time.terms import Terms


def branches(node: exp.Expr) -> Iterator[exp.Expr]:
    """The parts of a union of any length."""
    inner = node.unnest() if isinstance(node, exp.Subquery) else node
    if isinstance(inner, exp.Union) and not any(inner.args.get(key) for key in ("with_", "limit", "by_name")):
        yield from branches(inner.this)
        yield from branches(inner.expression)
    else:
        yield node


def united(tables: Sequence[Table], *, distinct: bool) -> Table:
    """All rows of several relations; ``distinct``: equal rows are one."""
    width = min(len(table.keys) for table in tables)
    cases = [replace(case, values=case.values[:width]) for table in tables for case in table.cases]
    if distinct:
        cases = [told_apart(case) for case in cases]
    own = frozenset[Node]().union(*(table.own for table in tables))
    return Table(tables[0].keys[:width], capped_cases(cases), own, any(table.open for table in tables))


def compared(terms: Terms, left: Table, right: Table, at: int) -> Table:
    """Rows of the left that are on the right too, or that are not: both wait for all rows that it may have.

    Args:
        at: the syntax node of the right, to blame.
    """
    new = []
    for case in left.cases:
        waits, facts = told_apart(case).rows, case.facts
        for other in right.cases:
            both = case.facts.and_(other.facts)
            for a, b in zip(case.values, other.values, strict=False):
                both = both.plus(equal(a.linear, b.linear))
            all_waits = other.rows.union(*(value.waits for value in other.values))
            found, edges = latest(terms, all_waits, both, right.own, "FC305", at)
            waits |= found
            facts = facts.plus(edges)
        new.append(Case(facts, waits, case.values))
    return Table(left.keys, tuple(new), left.own)


def told_apart(case: Case) -> Case:
    """Whether rows are equal is known when all their values are."""
    return replace(case, rows=case.rows.union(*(value.waits for value in case.values)))


def by_name(left: Table, right: Table) -> tuple[Table, Table]:
    """Both sides of ``BY NAME`` with the columns of either, NULL where a side has none of that name."""
    keys = (*left.keys, *(key for key in right.keys if key not in left.keys))

    def widened(table: Table) -> Table:
        def case(old: Case) -> Case:
            values = dict(zip(table.keys, old.values, strict=False))
            return replace(old, values=tuple(values.get(key, Value(null=True)) for key in keys))

        return replace(table, keys=keys, cases=tuple(map(case, table.cases)))

    return widened(left), widened(right)
