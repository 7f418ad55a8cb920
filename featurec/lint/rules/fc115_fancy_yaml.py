"""A feature of YAML that is not accepted here.

## What it does
Refuses anchors, aliases, merge keys, tags and several documents in one file.

## Why it is bad
Values that stand elsewhere are read wrongly in reviews; tags can make objects; aliases can make a small file endless.

## Example
```yaml services.yml
services:
  spending: &spending
    features: [spend]
```

## Use instead
```yaml services.yml
services:
  spending:
    features: [spend]
```

## Known limits
None.
"""

from featurec.diagnostic import Severity

CODE = "FC115"
NAME = "fancy-yaml"
SEVERITY = Severity.ERROR
SINCE = "0.1"
