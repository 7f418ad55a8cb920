"""A file, or a character in it, that cannot be read.

## What it does
Finds files that are not UTF-8, that cannot be opened, and control characters in YAML.

## Why it is bad
What is invisible in a review is read by the machine.

## Example
```text
features/spend.sql, saved as Latin-1 or UTF-16
```

## Use instead
```text
the same file, saved as UTF-8
```

## Known limits
A byte order mark at the beginning is fine, and so are all kinds of line ends.
"""

from featurec.diagnostic import Severity

CODE = "FC118"
NAME = "unreadable-text"
SEVERITY = Severity.ERROR
SINCE = "0.1"
