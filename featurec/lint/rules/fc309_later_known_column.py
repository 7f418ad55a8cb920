"""Rows are bounded by when something happened, but are known only later.

## What it does
Where a source has an `available_at`, a bound on its `timestamp` does not do: looks for one on the time at which its
rows became known.

## Why it leaks
A payment of 1 May is booked on 4 May. A question of 2 May, asked of the table as it is today, finds it:

| question | last payment, as it was known | last payment, by `paid_at` |
|---|---|---|
| 2 May | **none** | **50, paid on 1 May** |
| 5 May | 50 | 50 |

## Example
```yaml sources.yml
sources:
  shop:
    tables:
      orders:
        columns: {user_id: bigint, created_at: timestamptz}
        timestamp: created_at
      payments:
        columns: {user_id: bigint, amount: "decimal(18,2)", paid_at: timestamptz, booked_at: timestamptz}
        timestamp: paid_at
        available_at: booked_at
```

```sql features/spend.sql
/*---
entities: [user]
timestamp: created_at
---*/
SELECT o.user_id, o.created_at, p.amount AS paid
FROM {{ source('shop', 'orders') }} AS o
JOIN {{ source('shop', 'payments') }} AS p ON p.user_id = o.user_id AND p.paid_at <= o.created_at
```

## Use instead
A bound on `booked_at`; one on `paid_at` may stay beside it.

```yaml sources.yml
sources:
  shop:
    tables:
      orders:
        columns: {user_id: bigint, created_at: timestamptz}
        timestamp: created_at
      payments:
        columns: {user_id: bigint, amount: "decimal(18,2)", paid_at: timestamptz, booked_at: timestamptz}
        timestamp: paid_at
        available_at: booked_at
```

```sql features/spend.sql
/*---
entities: [user]
timestamp: created_at
---*/
SELECT o.user_id, o.created_at, p.amount AS paid
FROM {{ source('shop', 'orders') }} AS o
JOIN {{ source('shop', 'payments') }} AS p ON p.user_id = o.user_id AND p.booked_at <= o.created_at
```

## Known limits
A table without `available_at` is taken to be known at its `timestamp`. If rows are loaded later than that, say so.
"""

from featurec.diagnostic import Severity

CODE = "FC309"
NAME = "later-known-column"
SEVERITY = Severity.ERROR
SINCE = "0.1"
