"""A list of files with their findings, in the record keys of SQLFluff, and with what SQLFluff has no key for."""

from featurec.diagnostic import Diagnostic, Severity
from featurec.lint.result import LintReport, Suppressed
from featurec.report.by_file import by_file
from featurec.report.json import Json, finding, place
from featurec.report.json_text import json_text
from featurec.report.pages import find_page


def render(report: LintReport) -> str:
    """Every checked file is listed; findings without a place are under ``"filepath": null``.

    Strings are as the user's files have them. Lines and columns count from 1, ``…_file_pos`` from 0, in code points of
    the file with line ends as one character and without byte order mark; ends are exclusive.
    """
    codes = {d.code for d in (*report.findings, *(s.finding for s in report.suppressed))}
    names = {code: page.name for code in codes if (page := find_page(code))}
    return json_text(
        [
            {
                "filepath": file.path,
                "violations": [_violation(d, names.get(d.code)) for d in file.findings],
                "suppressed": [_suppressed(s, names.get(s.finding.code)) for s in file.suppressed],
            }
            for file in by_file(report)
        ]
    )


def _violation(diagnostic: Diagnostic, name: str | None) -> dict[str, Json]:
    parts, span = finding(diagnostic), diagnostic.span
    return {
        "start_line_no": parts["line"],
        "start_line_pos": parts["column"],
        "start_file_pos": span.start if span else None,
        "end_line_no": parts["end_line"],
        "end_line_pos": parts["end_column"],
        "end_file_pos": span.end if span else None,
        "code": diagnostic.code,
        "name": name,
        "description": diagnostic.claim,
        "warning": diagnostic.severity is Severity.WARNING,
        "fixes": [],
        **{key: parts[key] for key in ("severity", "approximate", "cause", "fix", "labels", "page")},
    }


def _suppressed(answered: Suppressed, name: str | None) -> dict[str, Json]:
    return {**_violation(answered.finding, name), "reason": answered.reason, "noqa": place(answered.by)}
