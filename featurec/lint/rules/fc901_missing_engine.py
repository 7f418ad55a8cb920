"""No engine is called like the target's `type`.

## What it does
A target's offline store names its engine: `duckdb` and `postgres` come with featurec, others are added by packages with an
entry point `featurec.engines`.

## Why it is bad
SQL is compiled for more dialects than it can be run on, so a project may compile and still have nothing to run on.

## Example
```console
$ featurec run --target lake        # offline: {type: spark}
```

## Use instead
```console
$ featurec compile --target lake    # writes the SQL, for another tool to run
$ featurec run --target local       # offline: {type: duckdb}
```

## Known limits
The engine's package must be installed beside featurec, in the same environment.
"""

from featurec.diagnostic import Severity

CODE = "FC901"
NAME = "missing-engine"
SEVERITY = Severity.ERROR
SINCE = "0.1"
