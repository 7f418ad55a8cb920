"""A window that is always empty: its rows become usable after they have left it.

## What it does
Compares windows with the `delay` of their view. At an instant t a window holds rows that happened after t less its length
(and offset), and that may be used by t, which they may `delay` after they happened.

## Why it is bad
A count of it is 0 for ever, and all other functions are NULL.

## Example
```sql features/spend.sql
/*---
entities: [user]
timestamp: created_at
delay: 1d
aggregations:
  - {function: count, windows: [6h, 7d]}
---*/
SELECT user_id, created_at
FROM shop.orders
```

## Use instead
```sql features/spend.sql
/*---
entities: [user]
timestamp: created_at
delay: 1d
aggregations:
  - {function: count, windows: [2d, 7d]}
---*/
SELECT user_id, created_at
FROM shop.orders
```

## Known limits
Views with `available_at` are left alone: how late their rows are is in the data.
"""

from collections.abc import Iterable

from featurec.analysis.model import AnalyzedProject
from featurec.diagnostic import Diagnostic, Label, Severity
from featurec.spec import FeatureView

CODE = "FC409"
NAME = "empty-window"
SEVERITY = Severity.WARNING
SINCE = "0.1"


def check(project: AnalyzedProject) -> Iterable[Diagnostic]:
    """One finding for each windowed feature that no row is ever in."""
    for view in project.views.values():
        spec = view.spec
        if not isinstance(spec, FeatureView) or spec.available_at is not None:
            continue
        place = spec.spans.get("delay")
        for aggregation in spec.aggregations:
            for window in aggregation.windows:
                if window.length is not None and aggregation.offset + window.length <= spec.delay:
                    yield Diagnostic(
                        CODE,
                        f"the window of `{aggregation.output_name(window)}` is always empty",
                        aggregation.span,
                        "its rows may be used only after the view's `delay`, and have left it by then",
                        "make the window longer than the delay",
                        (Label(place, "the delay"),) if place else (),
                        severity=SEVERITY,
                    )
