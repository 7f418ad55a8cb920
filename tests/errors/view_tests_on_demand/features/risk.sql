/*---
inputs: {amount: double}
features:
  doubled: {type: double, tests: [not_null]}
---*/
SELECT {{ input('amount') }} * 2 AS doubled
