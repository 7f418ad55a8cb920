"""Feature views read each other in a circle.

## What it does
Follows the references between views and shows every circle as a path, with the place of each reference.

## Why it is bad
A view is computed after what it reads; in a circle there is no first one.

## Example
```sql features/spend.sql
/*---
entities: [user]
timestamp: created_at
features:
  amount: {type: "decimal(18,2)"}
---*/
SELECT user_id, created_at, amount
FROM {{ ref('big_spend') }}
```

```sql features/big_spend.sql
/*---
entities: [user]
timestamp: created_at
features:
  amount: {type: "decimal(18,2)"}
---*/
SELECT user_id, created_at, amount
FROM {{ ref('spend') }}
WHERE amount > 100
```

## Use instead
```sql features/spend.sql
/*---
entities: [user]
timestamp: created_at
features:
  amount: {type: "decimal(18,2)"}
---*/
SELECT user_id, created_at, amount
FROM {{ source('shop', 'orders') }}
```

```sql features/big_spend.sql
/*---
entities: [user]
timestamp: created_at
features:
  amount: {type: "decimal(18,2)"}
---*/
SELECT user_id, created_at, amount
FROM {{ ref('spend') }}
WHERE amount > 100
```

## Known limits
Views below a circle are left out without a finding of their own.
"""

from featurec.diagnostic import Severity

CODE = "FC203"
NAME = "relation-cycle"
SEVERITY = Severity.ERROR
SINCE = "0.1"
