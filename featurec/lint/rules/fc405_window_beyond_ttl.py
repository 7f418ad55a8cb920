"""A window reaches further back than the view's TTL.

## What it does
Compares the windows of `aggregations`, `lifetime` and the offset included, with the `ttl` of their view.

## Why it is bad
`ttl` says how long the newest row of an entity counts. It does not touch windows: they hold rows of any age that they are
long enough for, and a feature of 30 days goes on counting a customer whose other features have become NULL after 7. Who
wrote both may have expected otherwise.

## Example
```sql features/spend.sql
/*---
entities: [user]
timestamp: created_at
ttl: 7d
features:
  amount: {type: "decimal(18,2)"}
aggregations:
  - {function: sum, column: amount, windows: [1d, 30d]}
---*/
SELECT user_id, created_at, amount
FROM shop.orders
```

## Use instead
```sql features/spend.sql
/*---
entities: [user]
timestamp: created_at
ttl: 30d
features:
  amount: {type: "decimal(18,2)"}
aggregations:
  - {function: sum, column: amount, windows: [1d, 30d]}
---*/
SELECT user_id, created_at, amount
FROM shop.orders
```

## Known limits
A view may well mean both. Then a comment says so: `# noqa: FC405 -- the sum outlives the last amount`.
"""

from collections.abc import Iterable

from featurec.analysis.model import AnalyzedProject
from featurec.diagnostic import Diagnostic, Label, Severity
from featurec.spec import FeatureView

CODE = "FC405"
NAME = "window-beyond-ttl"
SEVERITY = Severity.WARNING
SINCE = "0.1"


def check(project: AnalyzedProject) -> Iterable[Diagnostic]:
    """One finding for each aggregation with windows that begin before the TTL."""
    for view in project.views.values():
        spec = view.spec
        if not isinstance(spec, FeatureView) or spec.ttl is None:
            continue
        place = spec.spans.get("ttl")
        for aggregation in spec.aggregations:
            longer = [
                aggregation.output_name(window)
                for window in aggregation.windows
                if window.length is None or aggregation.offset + window.length > spec.ttl
            ]
            if longer:
                names = ", ".join(f"`{name}`" for name in longer)
                yield Diagnostic(
                    CODE,
                    f"{names} {'reaches' if len(longer) == 1 else 'reach'} further back than the view's `ttl`",
                    aggregation.span,
                    "`ttl` ends the values of the newest row; windows hold older rows all the same",
                    "raise `ttl:`, aggregate in a view without one, or say that both are meant: `# noqa: FC405 -- why`",
                    (Label(place, "the age at which other features end"),) if place else (),
                    severity=SEVERITY,
                )
