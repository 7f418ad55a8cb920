"""The clock of this machine, or the instant of the run, is not that of the online store.

## What it does
Compares the clocks, and the run's instant with what the online store calls now plus `max_future`.

## Why it is bad
An instant that has not come yet would make the next exports believe that everything is there already.

## Example
```console
$ featurec run
```

## Use instead
```console
$ chronyc makestep && featurec run
```

## Known limits
Differences up to five seconds are not told. A run's instant that is too far ahead is taken back, never the rows' own times.
"""

from featurec.diagnostic import Severity

CODE = "FC944"
NAME = "differing-clocks"
SEVERITY = Severity.WARNING
SINCE = "0.1"
