"""A target's setting that cannot be filled in.

## What it does
Settings of targets may hold `{{ env_var('NAME') }}`, with a default if there is one, and `{user}`. Only the chosen target is
looked at.

## Why it is bad
An empty password or URL would fail later, with a message that says less.

## Example
```yaml featurec.yml
name: shop
targets:
  dev: {offline: {type: postgres, url: "{{ env_var('SHOP_DATABASE_URL') }}"}}
```

## Use instead
```yaml featurec.yml
name: shop
targets:
  dev: {offline: {type: postgres, url: "{{ env_var('SHOP_DATABASE_URL', 'embedded') }}"}}
```

## Known limits
Messages never show the value of a variable.
"""

from featurec.diagnostic import Severity

CODE = "FC122"
NAME = "unset-variable"
SEVERITY = Severity.ERROR
SINCE = "0.1"
