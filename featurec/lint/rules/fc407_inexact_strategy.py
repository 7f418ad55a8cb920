"""The plan that is named for windows cannot compute one of them exactly.

## What it does
Refuses a `window_strategy` of a header, or `train --window-strategy`, that is not exact for a feature that is asked for.
`featurec lint` sees without planning that `prefix` is named where floating point numbers are summed or averaged; the rest is
found when a query is planned.

## Why it is bad
`prefix` takes the difference of two running totals. Of integers and decimals that is exact. Of floating point numbers it
leaves the rounding of everything before the window in the result, and one NaN or infinity makes every later window NaN.
Other plans need rows in the order of their times, which late rows and corrections are not.

## Example
```sql features/spend.sql
/*---
entities: [user]
timestamp: created_at
window_strategy: prefix
features:
  amount: {type: double}
aggregations:
  - {function: sum, column: amount, windows: [7d]}
---*/
SELECT user_id, created_at, sqrt(amount) AS amount
FROM shop.orders
```

## Use instead
```sql features/spend.sql
/*---
entities: [user]
timestamp: created_at
features:
  amount: {type: double}
aggregations:
  - {function: sum, column: amount, windows: [7d]}
---*/
SELECT user_id, created_at, sqrt(amount) AS amount
FROM shop.orders
```

## Known limits
Without `window_strategy` featurec takes the plan that costs least among those that are exact.
"""

from collections.abc import Iterable

from featurec.analysis.model import AnalyzedProject
from featurec.analysis.types import family
from featurec.diagnostic import Diagnostic, Label, Severity
from featurec.spec import FeatureView

CODE = "FC407"
NAME = "inexact-strategy"
SEVERITY = Severity.ERROR
SINCE = "0.1"


def check(project: AnalyzedProject) -> Iterable[Diagnostic]:
    """One finding for each sum or average of floating point numbers in a view that names ``prefix``."""
    for view in project.views.values():
        spec = view.spec
        if not isinstance(spec, FeatureView) or spec.window_strategy != "prefix":
            continue
        place = spec.spans.get("window_strategy")
        for aggregation in spec.aggregations:
            column = view.column(aggregation.column) if aggregation.column else None
            if aggregation.function in ("sum", "avg") and column and family(column.type) == "float":
                yield Diagnostic(
                    CODE,
                    f"`prefix` cannot compute `{aggregation.output_name(aggregation.windows[0])}`",
                    aggregation.span,
                    f"a difference of sums of `{column.type}` is not exact",
                    f"remove `window_strategy`, or make `{column.name}` a decimal",
                    (Label(place, "the plan"),) if place else (),
                    severity=SEVERITY,
                )
