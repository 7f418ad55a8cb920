"""Something of a Feast repository has no place in the featurec project that was made of it.

## What it does
Names each definition that `featurec init --from-feast` left out or had to guess about, and where it stands.

## Why it is bad
A project that compiles and lacks a view is not the one that Feast served.

## Example
```console
$ featurec init shop --from-feast feature_repo
```

## Use instead
```console
$ featurec compile
```

## Known limits
Nothing of the repository is run, so what a function or a loop makes is only seen to be there.
"""

from featurec.diagnostic import Severity

CODE = "FC963"
NAME = "not-converted"
SEVERITY = Severity.WARNING
SINCE = "0.1"
