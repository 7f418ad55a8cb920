"""A key that this kind of file does not have.

## What it does
Compares every key of featurec.yml, entities.yml, sources.yml, services.yml, of headers and of unit tests with those that
are known, at every depth.

## Why it is bad
A misspelled key would be passed over, and what it was to say would not hold: a `tll:` without effect is found in
production.

## Example
```sql features/spend.sql
/*---
entities: [user]
timestamp: created_at
tll: 7d
features:
  amount: {type: "decimal(18,2)"}
---*/
SELECT user_id, created_at, amount
FROM shop.orders
```

## Use instead
```sql features/spend.sql
/*---
entities: [user]
timestamp: created_at
ttl: 7d
features:
  amount: {type: "decimal(18,2)"}
---*/
SELECT user_id, created_at, amount
FROM shop.orders
```

## Known limits
Below `meta:` any key is accepted.
"""

from featurec.diagnostic import Severity

CODE = "FC101"
NAME = "unknown-key"
SEVERITY = Severity.ERROR
SINCE = "0.1"
