"""A role that was to read only may do more.

## What it does
`featurec online grant ROLE` gives rights to a role that reads features. It refuses superusers, roles that may create roles or
databases, replicate, or pass by row security.

## Why it is bad
A server that is broken into can do what its role can do.

## Example
```console
$ featurec online grant postgres
```

## Use instead
```console
$ featurec online grant features_reader
```

## Known limits
Rights that the role was given on other tables, and roles that it is a member of, are not looked at.
"""

from featurec.diagnostic import Severity

CODE = "FC974"
NAME = "mighty-reader"
SEVERITY = Severity.ERROR
SINCE = "0.1"
