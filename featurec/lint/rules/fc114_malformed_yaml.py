"""The text is not valid YAML.

## What it does
Shows where the reader gave up, what it expected, and the likely mend: a tab, a missing quote or colon, indentation.

## Why it is bad
Nothing below that place can be trusted.

## Example
```yaml services.yml
services:
  spending:
    features: [spend
```

## Use instead
```yaml services.yml
services:
  spending:
    features: [spend]
```

## Known limits
The place may lie after the mistake: an open bracket is noticed where something else begins.
"""

from featurec.diagnostic import Severity

CODE = "FC114"
NAME = "malformed-yaml"
SEVERITY = Severity.ERROR
SINCE = "0.1"
