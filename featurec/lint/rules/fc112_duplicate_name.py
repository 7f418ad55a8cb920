"""One name for two things of a kind.

## What it does
Finds names that are declared twice, those that differ only in case, and entries that a list holds twice. Shows the other
place.

## Why it is bad
A reference would mean one of the two, and a reader could not tell which.

## Example
```yaml services.yml
services:
  - name: spending
    features: [spend]
  - name: spending
    features: ["spend:amount"]
```

## Use instead
```yaml services.yml
services:
  - name: spending
    features: [spend]
```

## Known limits
A view and a source may share a name; where a bare name could mean both, FC202 asks for `ref` or `source`.
"""

from featurec.diagnostic import Severity

CODE = "FC112"
NAME = "duplicate-name"
SEVERITY = Severity.ERROR
SINCE = "0.1"
