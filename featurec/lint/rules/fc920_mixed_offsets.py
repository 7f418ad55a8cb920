"""A CSV spine mixes times with and without an offset from UTC.

## What it does
The as-of column of a CSV file is read as instants where its times have an offset, and as naive times of the project's time
zone where none has. Both in one column have one meaning only where that zone is UTC.

## Why it is bad
Some rows would be shifted by hours, and a feature would be looked up too early or too late.

## Example
```console
$ cat labels.csv
user_id,event_timestamp
1,2024-03-01T12:00:00+01:00
2,2024-03-01T12:00:00
$ featurec train labels.csv --service churn -o train.parquet
```

## Use instead
```console
$ cat labels.csv
user_id,event_timestamp
1,2024-03-01T12:00:00+01:00
2,2024-03-01T12:00:00+01:00
$ featurec train labels.csv --service churn -o train.parquet
```

## Known limits
Parquet files say in their schema which of the two a column is, so they cannot mix.
"""

from featurec.diagnostic import Severity

CODE = "FC920"
NAME = "mixed-offsets"
SEVERITY = Severity.ERROR
SINCE = "0.1"
