"""What ``featurec debug`` looked at."""

from dataclasses import dataclass

from featurec.diagnostic import Diagnostic
from featurec.report.line import Line, Style, line


@dataclass(frozen=True)
class Check:
    """One thing that was looked at.

    Attributes:
        detail: what was found.
        missing: it is not there, which is no fault in itself.
        failed: it is needed and does not work.
    """

    name: str
    detail: str
    missing: bool = False
    failed: bool = False
    findings: tuple[Diagnostic, ...] = ()


def as_line(check: Check) -> Line:
    """``ok  offline store   duckdb, .featurec/dev.duckdb``."""
    word, style = ("FAIL", "error") if check.failed else ("--  ", "dim") if check.missing else ("ok  ", "success")
    shown: Style = "error" if style == "error" else "success" if style == "success" else "dim"
    return line((word, shown), f"  {check.name:<18}{check.detail}")
