"""A join key of a floating-point type.

## What it does
Refuses `float` and `double` as the type of a join key.

## Why it is bad
Two numbers that look equal may differ in the last bit, so that a row would be missed in a join or an online read.

## Example
```yaml entities.yml
entities:
  user: {join_keys: [{name: user_id, type: bigint}]}
  item: {join_keys: [{name: item_id, type: double}]}
```

## Use instead
```yaml entities.yml
entities:
  user: {join_keys: [{name: user_id, type: bigint}]}
  item: {join_keys: [{name: item_id, type: bigint}]}
```

## Known limits
None.
"""

from featurec.diagnostic import Severity

CODE = "FC108"
NAME = "floating-join-key"
SEVERITY = Severity.ERROR
SINCE = "0.1"
