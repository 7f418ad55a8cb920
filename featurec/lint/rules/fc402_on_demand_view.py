"""An on-demand view was asked for, and this version does not compute it.

## What it does
Refuses a training set, a service or a preview that asks for a view with `inputs`.

## Why it is bad
Such a view computes features from fields of a request. It is checked already, but nothing evaluates it yet, and an empty
column in its place would train a model on nothing.

## Example
```sql features/cart.sql
/*---
inputs: {cart: double}
features:
  cart_share: {type: double}
---*/
SELECT {{ input('cart') }} / {{ feature('spend:amount') }} AS cart_share
```

```yaml services.yml
services:
  checkout:
    features: [spend, cart]
```

## Use instead
```yaml services.yml
services:
  checkout:
    features: [spend]
```

## Known limits
None.
"""

from featurec.diagnostic import Severity

CODE = "FC402"
NAME = "on-demand-view"
SEVERITY = Severity.ERROR
SINCE = "0.1"
