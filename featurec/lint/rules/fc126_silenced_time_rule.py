"""The project's settings keep a rule about time from being heard.

## What it does
Reports each entry of `lint` in featurec.yml that leaves out a rule of FC3, ignores one in some files, or makes a warning of
its error. No setting and no comment silences this warning.

## Why it is bad
featurec.yml is changed by the pull request that it judges. One line in it could let every leak pass, in files that the
reviewer has no reason to look at.

## Example
```yaml featurec.yml
name: shop
lint:
  exclude_rules: [FC305]
```

## Use instead
```yaml featurec.yml
name: shop
```

## Known limits
`--rules` and `--exclude-rules` on the command line are not reported: they stand in the workflow's own file. `compile` and
`run` follow `noqa` comments and `--allow-leakage` only, none of these settings.
"""

from featurec.diagnostic import Severity

CODE = "FC126"
NAME = "silenced-time-rule"
SEVERITY = Severity.WARNING
SINCE = "0.1"
