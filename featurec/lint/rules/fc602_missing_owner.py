"""A feature view or spine that nobody answers for.

## What it does
Every feature view and every spine has an `owner`.

## Why it is bad
When its numbers drift at night, somebody has to be asked, and the one who last touched the file is often the wrong one.

## Example
```sql features/spend.sql
/*---
description: What a user's latest order cost.
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
Whether the address still belongs to somebody is not looked up.
"""

from collections.abc import Iterable

from featurec.analysis.model import AnalyzedProject
from featurec.diagnostic import Diagnostic, Severity

CODE = "FC602"
NAME = "missing-owner"
SEVERITY = Severity.WARNING
SINCE = "0.1"


def check(project: AnalyzedProject) -> Iterable[Diagnostic]:
    """One finding for each view and spine without owner."""
    for unit in project.project.units:
        if not (unit.owner or "").strip():
            claim = f"`{unit.name}` has no owner"
            fix = "add `owner: team@example.com` to its header: who is asked when it looks wrong"
            yield Diagnostic(CODE, claim, unit.title, "", fix, severity=SEVERITY)
