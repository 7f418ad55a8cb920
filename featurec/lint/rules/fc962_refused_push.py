"""Rows that a program pushes are not what the view promises.

## What it does
Looks at pushed rows before any of them is written: columns and types of the view's keys, features and times, no NULL in a
key or event time, no time later than the online store's clock plus `max_future`. Views with windows, on-demand views and
views that are not online take no rows at all.

## Why it is bad
A pushed row is read by models until a newer one comes. What the view's SQL could not have made does not belong there.

## Example
```python
store.push("customer_orders", {"customer_id": [1], "ordered_at": ["yesterday"]})
```

## Use instead
```python
store.push("customer_orders", {"customer_id": [1], "ordered_at": [datetime.now(UTC)], "last_amount": [Decimal("5.00")]})
```

## Known limits
Nothing looks at whether the view's SQL would have made the same values.
"""

from featurec.diagnostic import Severity

CODE = "FC962"
NAME = "refused-push"
SEVERITY = Severity.ERROR
SINCE = "0.1"
