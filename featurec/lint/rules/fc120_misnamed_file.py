"""A file that looks like one of the project's, but is not read.

## What it does
Knows the usual misspellings: `.yaml` for `.yml`, `.SQL` for `.sql`, `source.yml` for `sources.yml`. Folders that are links
are not followed, and are told too.

## Why it is bad
A file that is not read changes nothing, and it takes long to notice.

## Example
```yaml service.yml
services:
  spending:
    features: [spend]
```

## Use instead
```yaml services.yml
services:
  spending:
    features: [spend]
```

## Known limits
Other files in the project's folder are no concern of featurec, nor is what begins with a dot.
"""

from featurec.diagnostic import Severity

CODE = "FC120"
NAME = "misnamed-file"
SEVERITY = Severity.ERROR
SINCE = "0.1"
