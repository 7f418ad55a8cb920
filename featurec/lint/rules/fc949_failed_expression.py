"""The SQL of an on-demand view fails on the values of a request.

## What it does
DuckDB evaluates the view's SELECT, and refused a value: a cast that does not work, a number out of its range.

## Why it is bad
There is no answer, neither for this row nor for those beside it in the same request.

## Example
```console
$ featurec online get --features cart:quantity user_id=1,typed=three
error[FC949]: `cart` cannot be computed of this request
```

## Use instead
```sql
SELECT TRY_CAST({{ input('typed') }} AS integer) AS quantity
```

## Known limits
None.
"""

from featurec.diagnostic import Severity

CODE = "FC949"
NAME = "failed-expression"
SEVERITY = Severity.ERROR
SINCE = "0.1"
