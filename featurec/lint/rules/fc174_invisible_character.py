"""The SQL holds a character that does not show what is read.

## What it does
Refuses control characters and those that turn the direction of writing, wherever they are, and in names without
quotes whatever is no letter, digit or `_`: typographic quotes, spaces without width, full-width punctuation.

## Why it is bad
A reviewer would see other SQL than the database reads. Typographic quotes come with text that was copied from a
document or chat; they make a column named `“amount”` out of what looks like a quoted name.

## Example
```sql features/spend.sql
/*---
entities: [user]
timestamp: created_at
features:
  amount: {type: "decimal(18,2)"}
---*/
SELECT user_id, created_at, “amount” AS amount
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
In quoted names and texts any visible character is fine, and so are joiners, which emoji need.
"""

from featurec.diagnostic import Severity

CODE = "FC174"
NAME = "invisible-character"
SEVERITY = Severity.ERROR
SINCE = "0.1"
