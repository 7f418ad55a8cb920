"""A lint report, file by file: files without findings too."""

from dataclasses import dataclass

from featurec.diagnostic import Diagnostic
from featurec.lint.result import LintReport, Suppressed


@dataclass(frozen=True)
class FileFindings:
    """What was found in one file, in the order of the report.

    Attributes:
        path: None for findings that have no place in a file.
        findings: those that stand.
        suppressed: those that a ``noqa`` comment answers.
    """

    path: str | None
    findings: tuple[Diagnostic, ...]
    suppressed: tuple[Suppressed, ...]


def by_file(report: LintReport) -> list[FileFindings]:
    """Every checked file and every file with a finding, by path; what has no place comes first, if there is any."""
    findings: dict[str | None, list[Diagnostic]] = {}
    suppressed: dict[str | None, list[Suppressed]] = {}
    for diagnostic in report.findings:
        findings.setdefault(_path(diagnostic), []).append(diagnostic)
    for answered in report.suppressed:
        suppressed.setdefault(_path(answered.finding), []).append(answered)
    named = {path for path in (*report.files, *findings, *suppressed) if path is not None}
    nowhere = [None] if None in findings or None in suppressed else []
    return [
        FileFindings(path, tuple(findings.get(path, ())), tuple(suppressed.get(path, ())))
        for path in (*nowhere, *sorted(named))
    ]


def _path(diagnostic: Diagnostic) -> str | None:
    return diagnostic.span.path if diagnostic.span else None
