"""A row's stamp lies before the time at which the row became known.

## What it does
Compares the stamp of the header, with `available_at` and `delay`, with the time at which each row of the sources became
known.

## Why it leaks
A delivery belongs to the day of its order, but how long it took is known when it arrives:

| `ordered_at` | `days`, built on 2 May | `days`, built on 9 May |
|---|---|---|
| 1 May | **no row** | **7** |

A question of 3 May finds in training a delivery that was still on its way.

## Example
```yaml sources.yml
sources:
  shop:
    tables:
      deliveries:
        columns: {user_id: bigint, ordered_at: timestamptz, delivered_at: timestamptz}
        timestamp: ordered_at
        available_at: delivered_at
```

```sql features/spend.sql
/*---
entities: [user]
timestamp: ordered_at
---*/
SELECT user_id, ordered_at, date_diff('day', ordered_at, delivered_at) AS days
FROM {{ source('shop', 'deliveries') }}
```

## Use instead
Return the second time and name it in the header: the row keeps its place in time, and is used from its arrival on.

```yaml sources.yml
sources:
  shop:
    tables:
      deliveries:
        columns: {user_id: bigint, ordered_at: timestamptz, delivered_at: timestamptz}
        timestamp: ordered_at
        available_at: delivered_at
```

```sql features/spend.sql
/*---
entities: [user]
timestamp: ordered_at
available_at: delivered_at
---*/
SELECT user_id, ordered_at, delivered_at, date_diff('day', ordered_at, delivered_at) AS days
FROM {{ source('shop', 'deliveries') }}
```

Where rows are known a fixed time after their stamp at the latest, `delay: 1h` says so. A stamp cut to its day
(`CAST(ordered_at AS DATE)`) lies up to a day before the row: `delay: 1d`, or the time itself.

## Known limits
A stamp that is too late is safe and never found; it only makes features older than they need be.
"""

from featurec.diagnostic import Severity

CODE = "FC315"
NAME = "stamp-too-early"
SEVERITY = Severity.ERROR
SINCE = "0.1"
