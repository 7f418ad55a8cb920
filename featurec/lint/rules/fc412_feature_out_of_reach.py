"""An on-demand view reads a feature that cannot be looked up at a request.

## What it does
Follows each `{{ feature('view:feature') }}` to its view. That view must be keyed by entities that the on-demand view declares
too, declare the feature under `features` or `aggregations`, be online unless the on-demand view is not either, and have rows:
it cannot be on-demand itself.

## Why it is bad
A training set could be computed, and no request could ever be answered with the same value.

## Example
```sql features/cart.sql
/*---
inputs: {price: double}
features:
  change: {type: double}
---*/
SELECT {{ input('price') }} - {{ feature('spend:amount') }} AS change
```

## Use instead
```sql features/cart.sql
/*---
entities: [user]
inputs: {price: double}
features:
  change: {type: double}
---*/
SELECT {{ input('price') }} - {{ feature('spend:amount') }} AS change
```

## Known limits
A view is read by its own join keys, once. A service that maps the keys of an on-demand view with `join_keys` maps those of the
views that it reads with it.
"""

from featurec.diagnostic import Severity

CODE = "FC412"
NAME = "feature-out-of-reach"
SEVERITY = Severity.ERROR
SINCE = "0.1"
