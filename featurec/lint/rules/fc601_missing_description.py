"""A feature view or spine does not say what it is.

## What it does
Every feature view and every spine has a `description`.

## Why it is bad
Others find features by reading what they are. A name such as `spend` leaves open whose, since when and in which currency.

## Example
```sql features/spend.sql
/*---
owner: orders@example.com
entities: [user]
timestamp: created_at
---*/
SELECT user_id, created_at, amount
FROM {{ source('shop', 'orders') }}
```

## Use instead
```sql features/spend.sql
/*---
description: What a user's latest order cost.
owner: orders@example.com
entities: [user]
timestamp: created_at
---*/
SELECT user_id, created_at, amount
FROM {{ source('shop', 'orders') }}
```

## Known limits
Whether the text says anything cannot be seen. Descriptions of single features are not asked for.
"""

from collections.abc import Iterable

from featurec.analysis.model import AnalyzedProject
from featurec.diagnostic import Diagnostic, Severity

CODE = "FC601"
NAME = "missing-description"
SEVERITY = Severity.WARNING
SINCE = "0.1"


def check(project: AnalyzedProject) -> Iterable[Diagnostic]:
    """One finding for each view and spine without description."""
    for unit in project.project.units:
        if not unit.description.strip():
            claim = f"`{unit.name}` has no description"
            fix = "add `description: …` to its header: what the rows are, in one sentence"
            yield Diagnostic(CODE, claim, unit.title, "", fix, severity=SEVERITY)
