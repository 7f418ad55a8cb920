"""Naive times of two time zones meet in one time column.

## What it does
Follows the times of `timestamp`, `available_at` and `created_timestamp` back to their sources. Times without a zone
are read in the `timezone` of the source that they come from; here they come from sources in different zones.

## Why it is bad
The same clock time is two instants. Whichever zone is taken, some rows are hours off, and some see the future.

## Example
```yaml sources.yml
sources:
  shop:
    tables:
      orders:
        columns: {order_id: bigint, user_id: bigint, item_id: bigint, amount: "decimal(18,2)", status: varchar, created_at: timestamptz}
        timestamp: created_at
      users:
        columns: {user_id: bigint, country: varchar, signup_at: timestamptz}
        timestamp: signup_at
      items:
        columns: {item_id: bigint, category: varchar, price: "decimal(18,2)"}
        static: true
  berlin:
    timezone: Europe/Berlin
    tables:
      visits: {columns: {user_id: bigint, at: timestamp}, timestamp: at}
  tokyo:
    timezone: Asia/Tokyo
    tables:
      visits: {columns: {user_id: bigint, at: timestamp}, timestamp: at}
```

```sql features/visits.sql
/*---
entities: [user]
timestamp: at
---*/
SELECT user_id, at FROM berlin.visits
UNION ALL
SELECT user_id, at FROM tokyo.visits
```

## Use instead
```yaml sources.yml
sources:
  shop:
    tables:
      orders:
        columns: {order_id: bigint, user_id: bigint, item_id: bigint, amount: "decimal(18,2)", status: varchar, created_at: timestamptz}
        timestamp: created_at
      users:
        columns: {user_id: bigint, country: varchar, signup_at: timestamptz}
        timestamp: signup_at
      items:
        columns: {item_id: bigint, category: varchar, price: "decimal(18,2)"}
        static: true
  berlin:
    timezone: Europe/Berlin
    tables:
      visits: {columns: {user_id: bigint, at: timestamp}, timestamp: at}
  tokyo:
    timezone: Asia/Tokyo
    tables:
      visits: {columns: {user_id: bigint, at: timestamp}, timestamp: at}
```

```sql features/visits.sql
/*---
entities: [user]
timestamp: at
---*/
SELECT user_id, at AT TIME ZONE 'Europe/Berlin' AS at FROM berlin.visits
UNION ALL
SELECT user_id, at AT TIME ZONE 'Asia/Tokyo' FROM tokyo.visits
```

## Known limits
Text and untyped columns count as times of their source, since they may be parsed into one. `AT TIME ZONE` on an
instant gives a naive time, which is read in the zone of the source that the instant came from.
"""

from featurec.diagnostic import Severity

CODE = "FC215"
NAME = "meeting-time-zones"
SEVERITY = Severity.ERROR
SINCE = "0.1"
