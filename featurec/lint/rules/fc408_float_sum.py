"""Exact numbers are summed as floating point numbers.

## What it does
Looks for `sum` and `avg` over a column that is `double` or `float` only because it is declared or cast so: everything that it
is computed from are integers and decimals of sources.

## Why it is bad
A sum of floating point numbers depends on the order in which they are added, so that two runs may differ in the last
digits, and amounts of money do not add up. Windows over integers and decimals are exact, and cost less: they can be
computed from running totals.

## Example
```sql features/spend.sql
/*---
entities: [user]
timestamp: created_at
features:
  amount: {type: double}
aggregations:
  - {function: sum, column: amount, windows: [7d]}
---*/
SELECT user_id, created_at, amount
FROM shop.orders
```

## Use instead
```sql features/spend.sql
/*---
entities: [user]
timestamp: created_at
features:
  amount: {type: "decimal(18,2)"}
aggregations:
  - {function: sum, column: amount, windows: [7d]}
---*/
SELECT user_id, created_at, amount
FROM shop.orders
```

## Known limits
Only sums, differences, products, COALESCE and casts in the view's outermost SELECT are looked through. A quotient or a root
has no exact value, and is left alone.
"""

from collections.abc import Iterable, Iterator

from sqlglot import exp

from featurec.analysis.model import AnalyzedProject, AnalyzedView
from featurec.analysis.types import canonical, family
from featurec.diagnostic import Diagnostic, Label, Severity
from featurec.spec import Column, FeatureView

CODE = "FC408"
NAME = "float-sum"
SEVERITY = Severity.WARNING
SINCE = "0.1"

_EXACT = frozenset({"integer", "decimal"})
_KEEPS_EXACT = (
    exp.Alias, exp.Column, exp.Identifier, exp.Literal, exp.Paren, exp.Neg, exp.Add, exp.Sub, exp.Mul, exp.Coalesce,
    exp.Cast, exp.DataType, exp.DataTypeParam,
)  # fmt: skip


def check(project: AnalyzedProject) -> Iterable[Diagnostic]:
    """One finding for each such aggregation."""
    for view in project.views.values():
        for aggregation in view.spec.aggregations if isinstance(view.spec, FeatureView) else ():
            column = view.column(aggregation.column) if aggregation.column else None
            if (
                aggregation.function in ("sum", "avg")
                and column is not None
                and _is_made_inexact(column, view, project)
            ):
                yield Diagnostic(
                    CODE,
                    f"`{aggregation.function}` of `{column.name}` is taken of `{column.type}`, which are rounded",
                    aggregation.span,
                    f"what `{column.name}` is computed from is exact: integers and decimals",
                    f"make `{column.name}` an integer or a decimal: `decimal(18,2)`",
                    (Label(column.span, f"`{column.type}`"),) if column.span else (),
                    severity=SEVERITY,
                )


def _is_made_inexact(column: Column, view: AnalyzedView, project: AnalyzedProject) -> bool:
    if family(column.type) != "float":
        return False
    exact = family(view.inferred.get(column.name)) in _EXACT or _is_cast(column.name, view)
    families = set(_families(column.name, view, project))
    return exact and bool(families) and families <= _EXACT


def _is_cast(name: str, view: AnalyzedView) -> bool:
    """Whether the SELECT computes a column exactly but for a cast."""
    for projection in view.qualified_tree().selects:
        if projection.alias_or_name.lower() == name.lower():
            cast = projection.find(exp.Cast) is not None
            return cast and all(isinstance(node, _KEEPS_EXACT) for node in projection.walk())
    return False


def _families(name: str, view: AnalyzedView, project: AnalyzedProject) -> Iterator[str | None]:
    """The families of the columns of sources that a column's value is computed from."""
    for edge in view.lineage.columns.get(name, ()):
        if edge.kind != "value":
            continue
        if edge.relation in project.project.sources:
            columns = project.project.sources[edge.relation].columns
            yield next((family(canonical(c.type)) for c in columns if c.name == edge.column), None)
        else:
            parent = project.views.get(edge.relation.partition(".")[2])
            windowed = parent is None or edge.column not in parent.lineage.columns
            yield from (None,) if parent is None or windowed else _families(edge.column, parent, project)
