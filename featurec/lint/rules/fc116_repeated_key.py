"""A key stands twice in one mapping.

## What it does
Names both places. Most YAML readers keep the last one in silence.

## Why it is bad
Only one of the two values could count, and it would be the one that was not meant as often as not.

## Example
```yaml services.yml
services:
  spending:
    description: What users spend.
    features: [spend]
    description: Spending.
```

## Use instead
```yaml services.yml
services:
  spending:
    description: What users spend.
    features: [spend]
```

## Known limits
None.
"""

from featurec.diagnostic import Severity

CODE = "FC116"
NAME = "repeated-key"
SEVERITY = Severity.ERROR
SINCE = "0.1"
