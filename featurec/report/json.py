"""Findings for a program: the same five parts as plain data, every key always present."""

from featurec.diagnostic import Diagnostic, Label
from featurec.plain_value import Json
from featurec.source import Span

__all__ = ["Json", "finding", "place"]


def place(span: Span | None) -> dict[str, Json]:
    """``path``, ``line``, ``column``, ``end_line``, ``end_column`` (1-based, end exclusive), all null without a place."""
    if span is None:
        return {"path": None, "line": None, "column": None, "end_line": None, "end_column": None}
    return {
        "path": span.path,
        "line": span.line,
        "column": span.column,
        "end_line": span.end_line,
        "end_column": span.end_column,
    }


def finding(diagnostic: Diagnostic) -> dict[str, Json]:
    """One finding; strings are as the user's files have them (JSON escapes control characters)."""

    def label(item: Label) -> Json:
        return {**place(item.span), "text": item.text}

    return {
        "code": diagnostic.code,
        "severity": str(diagnostic.severity),
        "claim": diagnostic.claim,
        **place(diagnostic.span),
        "approximate": diagnostic.approximate,
        "cause": diagnostic.cause,
        "fix": diagnostic.fix,
        "labels": [label(item) for item in diagnostic.labels],
        "page": f"featurec explain {diagnostic.code}",
    }
