"""A column of the spine has another type than the join key.

## What it does
The spine's column and the join key of the entity must both be numbers, both text, or of the same other type.

## Why it is bad
Engines compare a number with text by casting one of them, each in its own way: `7` would equal `'007'` on one and nothing on
the other.

## Example
```console
$ featurec train labels.parquet --features spend:amount -o train.parquet
error[FC266]: `user_id` of the spine is of type varchar, the join key `user_id` of `spend` is bigint
```

## Use instead
```console
$ duckdb -c "COPY (SELECT * REPLACE (user_id::BIGINT AS user_id) FROM 'labels.parquet') TO 'typed.parquet'"
$ featurec train typed.parquet --features spend:amount -o train.parquet
```

## Known limits
Types that analysis does not know well, such as UUIDs, are left to the engine. A CSV file has no types: its key columns are
read in the declared ones.
"""

from featurec.diagnostic import Severity

CODE = "FC266"
NAME = "incomparable-key"
SEVERITY = Severity.ERROR
SINCE = "0.1"
