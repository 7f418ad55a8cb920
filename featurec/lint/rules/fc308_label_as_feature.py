"""A label comes out as a feature.

## What it does
Finds the columns that sources.yml lists under `labels` wherever a feature view's columns or rows depend on them: by
name, through `*`, renamed, in a filter or in an aggregate.

## Why it leaks
Whether an order is sent back is written into its row weeks later. `SELECT *` takes it along:

| order | `returned`, when the order is made | `returned`, when the training set is built |
|---|---|---|
| 1 May | **NULL** | **true** |

The model learns to read the answer from its input, and has nothing to read in production.

## Example
```yaml sources.yml
sources:
  shop:
    tables:
      orders:
        columns: {user_id: bigint, amount: "decimal(18,2)", created_at: timestamptz, returned: boolean}
        timestamp: created_at
        labels: [returned]
```

```sql features/spend.sql
/*---
entities: [user]
timestamp: created_at
---*/
SELECT *
FROM {{ source('shop', 'orders') }}
```

## Use instead
What the past tells about returns, from a table that says when each was known. The label itself belongs into a spine.

```yaml sources.yml
sources:
  shop:
    tables:
      orders:
        columns: {user_id: bigint, amount: "decimal(18,2)", created_at: timestamptz, returned: boolean}
        timestamp: created_at
        labels: [returned]
      returns:
        columns: {user_id: bigint, order_id: bigint, returned_at: timestamptz}
        timestamp: returned_at
```

```sql features/spend.sql
/*---
entities: [user]
timestamp: returned_at
---*/
SELECT
  user_id,
  returned_at,
  count(*) OVER (PARTITION BY user_id ORDER BY returned_at) AS returns_so_far
FROM {{ source('shop', 'returns') }}
```

## Known limits
Only what is declared is known. Without `labels: [returned]` the column counts as known at `created_at`.
"""

from featurec.diagnostic import Severity

CODE = "FC308"
NAME = "label-as-feature"
SEVERITY = Severity.ERROR
SINCE = "0.1"
