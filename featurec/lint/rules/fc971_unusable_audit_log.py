"""The file of `--audit-log` cannot be written, or is another kind of file.

## What it does
The audit log is appended to. Its first line holds the salt of the digests in it, by which the server knows it.

## Why it is bad
A server that answers without the log that it was told to keep would leave nothing to look at later.

## Example
```console
$ featurec serve --audit-log /var/log/syslog
```

## Use instead
```console
$ featurec serve --audit-log /var/log/featurec/reads.jsonl
```

## Known limits
A symbolic link is not followed.
"""

from featurec.diagnostic import Severity

CODE = "FC971"
NAME = "unusable-audit-log"
SEVERITY = Severity.ERROR
SINCE = "0.1"
