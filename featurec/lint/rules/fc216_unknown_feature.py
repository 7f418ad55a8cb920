"""A service or view asks for a feature that does not exist.

## What it does
Checks every `view:feature` of services and of `feature('…')` against the columns and aggregations of the view.

## Why it is bad
A model would be trained without it, or the request would fail in production.

## Example
```yaml services.yml
services:
  - name: ranking
    features: [spend:amuont]
```

## Use instead
```yaml services.yml
services:
  - name: ranking
    features: [spend:amount]
```

## Known limits
Of a view with errors only the declaration is known; a further column of its SELECT cannot be confirmed.
"""

from featurec.diagnostic import Severity

CODE = "FC216"
NAME = "unknown-feature"
SEVERITY = Severity.ERROR
SINCE = "0.1"
