"""A role maps a join key that the view does not have.

## What it does
Checks the left sides of `join_keys` in services: each must be a join key of one of the view's entities.

## Why it is bad
The mapping would have no effect, and the view would be joined by its default key.

## Example
```yaml services.yml
services:
  - name: ranking
    features:
      - {view: spend, as: buyer_spend, join_keys: {usr_id: buyer_id}, features: [amount]}
```

## Use instead
```yaml services.yml
services:
  - name: ranking
    features:
      - {view: spend, as: buyer_spend, join_keys: {user_id: buyer_id}, features: [amount]}
```

## Known limits
The right sides name columns of a spine or request, which are checked where those are read.
"""

from featurec.diagnostic import Severity

CODE = "FC217"
NAME = "unknown-join-key"
SEVERITY = Severity.ERROR
SINCE = "0.1"
