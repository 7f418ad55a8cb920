"""One line a finding, ``path:line:column: code [severity] claim``, for editors, grep and terminals that link places."""

from featurec.lint.result import LintReport
from featurec.report.line import clean
from featurec.report.message import place


def render(report: LintReport) -> str:
    """The findings that stand; one without a place begins with its code, as ruff has it."""
    return "".join(
        f"{place(d)}{': ' if d.span else ''}{d.code} [{d.severity}] {clean(d.claim)}\n" for d in report.findings
    )
