"""A value of another kind than the key takes.

## What it does
Compares text, numbers, true and false, lists and mappings with what the key takes; says what was found, and what to write.

## Why it is bad
A list where one value is meant, or a number where a text is, would be read in a way that nobody asked for.

## Example
```sql features/spend.sql
/*---
entities: user
timestamp: created_at
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
features:
  amount: {type: "decimal(18,2)"}
---*/
SELECT user_id, created_at, amount
FROM shop.orders
```

## Known limits
Scalars are those of YAML 1.2: `no`, `on` and `12:30` are texts. Quotes make a text of anything.
"""

from featurec.diagnostic import Severity

CODE = "FC103"
NAME = "wrong-kind-of-value"
SEVERITY = Severity.ERROR
SINCE = "0.1"
