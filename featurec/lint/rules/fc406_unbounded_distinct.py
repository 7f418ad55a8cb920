"""Distinct values are counted over a lifetime.

## What it does
Looks for `count_distinct` with the window `lifetime`.

## Why it is bad
To know whether a value is new, all that came before are needed: the work and the memory for one entity grow with its whole
history, in training and at every export. Any other function needs no more than a running total.

## Example
```sql features/spend.sql
/*---
entities: [user]
timestamp: created_at
aggregations:
  - {function: count_distinct, column: item_id, windows: [30d, lifetime]}
---*/
SELECT user_id, created_at, item_id
FROM shop.orders
```

## Use instead
```sql features/spend.sql
/*---
entities: [user]
timestamp: created_at
aggregations:
  - {function: count_distinct, column: item_id, windows: [30d, 365d]}
---*/
SELECT user_id, created_at, item_id
FROM shop.orders
```

## Known limits
A column of few values, such as a country, is harmless; lint does not see the data.
"""

from collections.abc import Iterable

from featurec.analysis.model import AnalyzedProject
from featurec.diagnostic import Diagnostic, Severity
from featurec.spec import FeatureView

CODE = "FC406"
NAME = "unbounded-distinct"
SEVERITY = Severity.WARNING
SINCE = "0.1"


def check(project: AnalyzedProject) -> Iterable[Diagnostic]:
    """One finding for each such aggregation."""
    for view in project.views.values():
        for aggregation in view.spec.aggregations if isinstance(view.spec, FeatureView) else ():
            if aggregation.function == "count_distinct" and any(w.length is None for w in aggregation.windows):
                claim = f"distinct values of `{aggregation.column}` are counted over a lifetime"
                cause = "every value that an entity ever had must be kept to know whether the next one is new"
                fix = "bound the window, such as `365d`"
                yield Diagnostic(CODE, claim, aggregation.span, cause, fix, severity=SEVERITY)
