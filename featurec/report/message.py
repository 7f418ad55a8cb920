"""A finding as plain lines of text, for places that have room for one text only."""

from featurec.diagnostic import Diagnostic
from featurec.report.line import clean


def message(diagnostic: Diagnostic) -> str:
    """Claim, cause, fix and page, a line each or more; no other control character than line ends is left."""
    parts = [diagnostic.claim]
    parts += (
        ["note: a macro or loop wrote this SQL; the place is the nearest one known"] if diagnostic.approximate else []
    )
    parts += [f"cause: {diagnostic.cause}"] if diagnostic.cause else []
    parts += [f"fix: {diagnostic.fix}"] if diagnostic.fix else []
    parts.append(f"page: featurec explain {diagnostic.code}")
    return "\n".join(clean(text) for part in parts for text in part.splitlines())


def place(diagnostic: Diagnostic) -> str:
    """``path:line:column``, empty for what has no place."""
    return clean(str(diagnostic.span)) if diagnostic.span else ""
