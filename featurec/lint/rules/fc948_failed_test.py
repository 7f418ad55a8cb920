"""Rows are not as a test of them wants them.

## What it does
Runs the tests of a view on its new rows before anybody can read them, and says which rows fail. Of a test with
`severity: warn` this is a warning.

## Why it is bad
Whoever declared the test relies on it: a feature that is out of range or missing makes a model wrong without a word.

## Example
```console
$ featurec run --select orders
```

## Use instead
```console
$ featurec test --select orders      # mend the rows, or the test
$ featurec run --select orders
```

## Known limits
The view keeps the table that it had; views that read it, and its export, are skipped. Rows that are only old
(`freshness`) are published, and so are those of a test with `severity: warn`. When these are mended in place, in a source whose
rows keep their times, no run sees it: `featurec run --event-time-start … --event-time-end …` computes their times anew.
"""

from featurec.diagnostic import Severity

CODE = "FC948"
NAME = "failed-test"
SEVERITY = Severity.ERROR
SINCE = "0.1"
