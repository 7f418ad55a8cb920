"""A Parquet or CSV file cannot be read as it is declared.

## What it does
Files of sources and spines are read with the declared types. The finding names the file and, for CSV, the line and what
is wrong with it.

## Why it is bad
A value that was skipped or turned into NULL would change features without a word.

## Example
```console
$ featurec show orders
error[FC914]: line 3 of `orders.csv` cannot be read
cause: Error when converting column "amount". Could not convert string "n/a" to 'DOUBLE': `3,n/a`
```

## Use instead
```console
$ sed -i 's/,n\\/a$/,/' orders.csv    # an empty field is NULL
$ featurec show orders
```

## Known limits
CSV fields are separated by commas and quoted by `"`; an empty unquoted field and `\\N` are NULL.
"""

from featurec.diagnostic import Severity

CODE = "FC914"
NAME = "unreadable-file"
SEVERITY = Severity.ERROR
SINCE = "0.1"
