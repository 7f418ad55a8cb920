"""The spine lacks the join key of a view.

## What it does
A view is looked up by the join keys of its entities. The spine needs a column of each name, or of the name that the
service's `join_keys` map it to.

## Why it is bad
Without the key there is nothing to look up, and every value of the view would be NULL.

## Example
```console
$ head -1 labels.csv
customer,event_timestamp
$ featurec train labels.csv --features spend:amount -o train.parquet
```

## Use instead
```console
$ head -1 labels.csv
user_id,event_timestamp
$ featurec train labels.csv --features spend:amount -o train.parquet
```

## Known limits
The case of letters does not matter, unless two columns differ in nothing else.
"""

from featurec.diagnostic import Severity

CODE = "FC263"
NAME = "missing-spine-key"
SEVERITY = Severity.ERROR
SINCE = "0.1"
