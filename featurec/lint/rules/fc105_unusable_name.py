"""A name that cannot be used.

## What it does
Names of views, entities, sources, services, spines, features and macros are letters, digits and `_`, begin with a letter,
are in lower case and not too long. Names that begin with `__fc_` belong to featurec, as do those of its template functions.

## Why it is bad
Names become tables, columns, files and keys of JSON on every engine; what one of them folds, cuts or refuses would be two
names, or none.

## Example
```yaml entities.yml
entities:
  user: {join_keys: [{name: user_id, type: bigint}]}
  item: {join_keys: [{name: item_id, type: bigint}]}
  Web-User: {join_keys: [{name: visitor_id, type: bigint}]}
```

## Use instead
```yaml entities.yml
entities:
  user: {join_keys: [{name: user_id, type: bigint}]}
  item: {join_keys: [{name: item_id, type: bigint}]}
  web_user: {join_keys: [{name: visitor_id, type: bigint}]}
```

## Known limits
Columns of source tables keep the name that they have in the warehouse.
"""

from featurec.diagnostic import Severity

CODE = "FC105"
NAME = "unusable-name"
SEVERITY = Severity.ERROR
SINCE = "0.1"
