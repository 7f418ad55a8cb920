"""What makes a finding the same one after lines above it were added, moved or deleted."""

import re
from collections import Counter
from collections.abc import Iterable
from hashlib import sha256

from featurec.diagnostic import Diagnostic, in_order

NOQA = re.compile(r"(--|#)\s*noqa\b.*", re.IGNORECASE)
"""A comment that answers a finding. It is no part of what was found: the finding is the same with and without it."""


def fingerprints(diagnostics: Iterable[Diagnostic]) -> dict[Diagnostic, str]:
    """Finding -> 32 hexadecimal digits that depend on no line number and no wording.

    They depend on code, path, the text of the line on which the place begins, the text of the place itself, both
    without regard to spacing, and, among findings that are equal in all that, on which of them comes first.
    """
    seen: Counter[tuple[str, ...]] = Counter()
    found: dict[Diagnostic, str] = {}
    for diagnostic in in_order(diagnostics):
        identity = _identity(diagnostic)
        text = "\0".join((*identity, str(seen[identity])))
        found[diagnostic] = sha256(text.encode("utf-8", "surrogatepass")).hexdigest()[:32]
        seen[identity] += 1
    return found


def _identity(diagnostic: Diagnostic) -> tuple[str, ...]:
    span = diagnostic.span
    if span is None:
        return (diagnostic.code, diagnostic.claim)
    line = NOQA.sub("", span.file.line(span.line))
    return (diagnostic.code, span.path, *(" ".join(text.split()) for text in (line, span.text)))
