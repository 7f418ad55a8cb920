"""A file, header or value that is too large or too deeply nested to read.

## What it does
Counts characters, values, digits and brackets before and while the YAML reader runs.

## Why it is bad
A reader that meets a file of millions of brackets ends the process without a word.

## Example
```text
[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[
```

## Use instead
```text
Data belongs into a table; a project file describes it.
```

## Known limits
The limits are far beyond what a person writes: 8 million characters, 500,000 values, 32 levels.
"""

from featurec.diagnostic import Severity

CODE = "FC117"
NAME = "oversized-file"
SEVERITY = Severity.ERROR
SINCE = "0.1"
