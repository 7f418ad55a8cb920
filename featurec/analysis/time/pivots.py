"""PIVOT and UNPIVOT in FROM: groups of rows by the columns that are left, and one row for each of several columns."""

from dataclasses import replace

from sqlglot import exp

from featurec.analysis.time.expressions import Evaluator
from featurec.analysis.time.groups import Grouping, Groups
from featurec.analysis.time.nodes import Linear
from featurec.analysis.time.protocol import Surroundings
from featurec.analysis.time.tables import NO_WAITS, OTHER, Case, Row, Table, Value


def unpivoted(around: Surroundings, table: Table, pivot: exp.Pivot) -> Table:
    """``UNPIVOT (v FOR name IN (a, b))``: rows of the same source row, less those whose value is NULL."""
    spread = {
        column.name for field in pivot.fields for part in field.expressions for column in part.find_all(exp.Column)
    }
    names = [field.this.name for field in pivot.fields]
    values = [part.name for node in pivot.expressions for part in node.find_all(exp.Identifier)]
    kept = [k for k, key in enumerate(table.keys) if key not in spread]
    cases = []
    for case in table.cases:
        read = dict(zip(table.keys, case.values, strict=False))
        waits = NO_WAITS.union(*(read[key].waits for key in spread if key in read))
        if not spread <= set(read):
            waits = waits.union(*(value.waits for value in case.values))
        new = tuple(Value(linear=Linear(around.terms.var(name))) for name in (*names, *values))
        cases.append(Case(case.facts, case.rows | waits, (*(case.values[k] for k in kept), *new)))
    keys = (*(table.keys[k] for k in kept), *names, *values)
    return replace(table, keys=keys, cases=tuple(cases))


def pivoted(around: Surroundings, table: Table, pivot: exp.Pivot, alias: str) -> Table | None:
    """``PIVOT (sum(v) FOR name IN ('a', 'b'))``: rows are grouped by the columns that it does not name.

    A column of the result is one aggregate of the rows of one name; all of them are taken to be of all rows.

    Returns:
        None where the columns of the result or of the relation are not all said.
    """
    fields = [field for field in pivot.fields if isinstance(field, exp.In) and isinstance(field.this, exp.Column)]
    if table.open or len(fields) < len(pivot.fields) or any(map(_is_unsaid, fields)):
        return None
    group = pivot.args.get("group")
    named = {column.name for part in (*pivot.expressions, *fields) for column in part.find_all(exp.Column)}
    kept = [key for key in table.keys if key not in named]
    keys: list[exp.Expr] = [exp.column(key, alias) for key in kept]
    if group is not None:
        keys, kept = list(group.expressions), [key.alias_or_name for key in group.expressions]
    rows = [
        Row(case.facts, case.rows, {alias: dict(zip(table.keys, case.values, strict=False))}) for case in table.cases
    ]
    calls = [part.unalias() for part in pivot.expressions] + [exp.Max(this=field.this.copy()) for field in fields]
    groups = Groups(around, rows, table.own, Grouping(tuple(keys)), [])
    cases = []
    for row in groups.rows:
        values = Evaluator(around, row, groups.special)
        found = [values.value(key) for key in keys]
        rest = Value(values.waits(calls))
        cases.append(Case(row.facts.plus(values.edges, values.present), row.rows, (*found, rest)))
    return Table((*kept, OTHER), tuple(cases), table.own)


def _is_unsaid(field: exp.In) -> bool:
    """Whether the columns of the result follow the rows."""
    return not field.expressions or any(part.find(exp.Query, exp.PivotAny, exp.Star) for part in field.expressions)
