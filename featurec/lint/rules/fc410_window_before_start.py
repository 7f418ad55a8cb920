"""A view reads windows of a time when their history had not begun.

## What it does
Looks at views that read windowed features with `ref`, where both headers declare a `start`: the reader's first rows should
not be earlier than the start of what it reads and the length of the window (and its offset) after it.

## Why it is bad
In its first days a window of 30 days holds fewer than 30 days of rows. What is small there is not small because little
happened, and a model learns from it as if it were.

## Example
```sql features/spend.sql
/*---
entities: [user]
timestamp: created_at
start: 2024-01-01
aggregations:
  - {function: count, windows: [30d], name: orders}
---*/
SELECT user_id, created_at
FROM shop.orders
WHERE created_at >= TIMESTAMPTZ '2024-01-01 00:00:00+00'
```

```sql features/busy.sql
/*---
entities: [user]
timestamp: created_at
start: 2024-01-15
---*/
SELECT user_id, created_at, orders_30d > 10 AS busy
FROM {{ ref('spend') }}
WHERE created_at >= TIMESTAMPTZ '2024-01-15 00:00:00+00'
```

## Use instead
```sql features/spend.sql
/*---
entities: [user]
timestamp: created_at
start: 2024-01-01
aggregations:
  - {function: count, windows: [30d], name: orders}
---*/
SELECT user_id, created_at
FROM shop.orders
WHERE created_at >= TIMESTAMPTZ '2024-01-01 00:00:00+00'
```

```sql features/busy.sql
/*---
entities: [user]
timestamp: created_at
start: 2024-01-31
---*/
SELECT user_id, created_at, orders_30d > 10 AS busy
FROM {{ ref('spend') }}
WHERE created_at >= TIMESTAMPTZ '2024-01-31 00:00:00+00'
```

## Known limits
Only what headers declare is compared. Whether the rows of a training set are early ones is in its data, and how old the
history is today depends on a clock, which lint does not read.
"""

from collections.abc import Iterable
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from featurec.analysis.model import AnalyzedProject, AnalyzedView
from featurec.analysis.windowed import windowed
from featurec.diagnostic import Diagnostic, Severity
from featurec.spec import FeatureView

CODE = "FC410"
NAME = "window-before-start"
SEVERITY = Severity.WARNING
SINCE = "0.1"


def check(project: AnalyzedProject) -> Iterable[Diagnostic]:
    """One finding for each view and each view that it reads such windows of."""
    for view in project.views.values():
        begins = _start(view, project)
        for key in view.relations if begins else ():
            parent = project.views.get(key.removeprefix("view."))
            since = _start(parent, project) if parent else None
            if parent is None or since is None or begins is None:
                continue
            reach = _reach(view, parent)
            full = since + timedelta(microseconds=max(reach.values(), default=0))
            if begins < full:
                name = max(reach, key=lambda name: reach[name])
                yield Diagnostic(
                    CODE,
                    f"the first rows of `{view.name}` read `{parent.name}.{name}` of a time when it was not yet full",
                    view.spec.spans.get("start"),
                    f"`{parent.name}` starts at {since.isoformat(' ')}, and this window is full from {full.isoformat(' ')} on",
                    f"start `{view.name}` then, or let `{parent.name}` start earlier",
                    severity=SEVERITY,
                )


def _start(view: AnalyzedView, project: AnalyzedProject) -> datetime | None:
    """When the header says that a view's rows begin; a time without a zone is in that of the project."""
    if not isinstance(view.spec, FeatureView) or view.spec.start is None:
        return None
    start = datetime.fromisoformat(view.spec.start)
    return start if start.tzinfo else start.replace(tzinfo=ZoneInfo(project.project.timezone))


def _reach(view: AnalyzedView, parent: AnalyzedView) -> dict[str, int]:
    """Bounded windowed features that a view reads of another -> microseconds that they reach back."""
    read = {
        edge.column
        for edges in (view.lineage.rows, *view.lineage.columns.values())
        for edge in edges
        if edge.relation == parent.spec.key
    }
    return {
        feature.name: feature.aggregation.offset + feature.window.length
        for feature in windowed(parent).values()
        if feature.window.length is not None and feature.name in read
    }
