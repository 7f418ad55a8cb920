"""Findings that somebody answers for: by a ``noqa`` comment, or all leaks at once by ``--allow-leakage``."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Literal

from featurec.analysis.model import AnalyzedProject
from featurec.diagnostic import Diagnostic, Severity, Suppression, in_order
from featurec.lint.answers import TIME, answered
from featurec.lint.result import Suppressed
from featurec.spec import Project
from featurec.suppress import suppressions


@dataclass(frozen=True)
class Accepted:
    """A finding about time that did not stop a view.

    Attributes:
        line: 1-based, in the file that the finding is placed in.
        reason: of the comment; empty where it gives none, and for the flag.
    """

    code: str
    line: int | None
    claim: str
    accepted_by: Literal["noqa", "flag"]
    reason: str = ""


@dataclass(frozen=True)
class Weighed:
    """Findings after what the author has answered.

    Attributes:
        findings: those that stand; under ``--allow-leakage`` the errors about time are warnings.
        suppressed: those that a comment answers.
        accepted: key of a view or spine -> what was accepted in it, in order of place; those without are missing.
    """

    findings: tuple[Diagnostic, ...]
    suppressed: tuple[Suppressed, ...]
    accepted: Mapping[str, tuple[Accepted, ...]]


def weigh(analyzed: AnalyzedProject, findings: Sequence[Diagnostic], *, allow_leakage: bool = False) -> Weighed:
    """Apply the project's comments, and the flag, to all findings of one analysis."""
    standing, silent = answered(findings, project_suppressions(analyzed.project))
    by_comment = {s.finding: s for s in silent}

    def acceptance(finding: Diagnostic) -> Accepted | None:
        line = finding.span.line if finding.span else None
        if finding in by_comment:
            return Accepted(finding.code, line, finding.claim, "noqa", by_comment[finding].reason)
        if allow_leakage and finding.severity is Severity.ERROR:
            return Accepted(finding.code, line, finding.claim, "flag")
        return None

    accepted = {}
    for key, found in analyzed.findings.items():
        known = tuple(a for f in in_order(found) if f.code.startswith(TIME) and (a := acceptance(f)))
        if known:
            accepted[key] = known
    if allow_leakage:
        standing = [replace(f, severity=Severity.WARNING) if f.code.startswith(TIME) else f for f in standing]
    return Weighed(tuple(standing), tuple(silent), accepted)


def project_suppressions(project: Project) -> list[Suppression]:
    """The suppressions of all files of a project; malformed ones answer nothing."""
    dialects = file_dialects(project)
    return [
        found
        for path, file in project.files.items()
        for found in suppressions(file, dialects.get(path, project.dialect))[0]
    ]


def file_dialects(project: Project) -> dict[str, str]:
    """Path of a view or spine -> the dialect that it is written in; any other file is in the project's."""
    return {unit.file.path: unit.dialect for unit in project.units}
