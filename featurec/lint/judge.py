"""From all that was found to what is reported: selection, severities, ignored files and suppressions. Pure."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace

from featurec.diagnostic import Diagnostic, Suppression, in_order
from featurec.lint.answers import about_comments, answered
from featurec.lint.result import LintReport, Suppressed
from featurec.lint.rule import rule_names
from featurec.lint.selection import Selection, about_settings
from featurec.source import SourceFile


@dataclass(frozen=True)
class Evidence:
    """All that was found.

    Attributes:
        findings: of all rules, with their own severities, answered or not.
        suppressions: of the files that were asked for and of macros.
        malformed: comments of these files that cannot be read.
        settings_file: featurec.yml.
        unheard: paths of files that were not looked at in full, because something in them could not be understood or
            only a part of the project was asked for; nothing in them is called unused.
        elsewhere: findings of the files that were asked for whose place is in another file.
    """

    findings: Sequence[Diagnostic]
    suppressions: Sequence[Suppression]
    malformed: Sequence[Diagnostic]
    settings_file: SourceFile | None
    unheard: Collection[str]
    elsewhere: Collection[Diagnostic] = frozenset()


def judge(
    evidence: Evidence, selection: Selection, files: Collection[str], wanted: Collection[str] | None
) -> LintReport:
    """The findings as the project weighs them, less what is not selected, is answered, or was not asked for.

    Findings without a place are of every file. What is said of the settings is reported whatever was asked.

    Args:
        files: paths of the files that were checked.
        wanted: of those whose findings are reported; None for all findings there are.
    """
    known = rule_names()
    place = evidence.settings_file.span(0, 0) if evidence.settings_file else None
    standing, silent = answered(in_order(evidence.findings), evidence.suppressions)

    def judged(suppression: Suppression) -> bool:
        path = suppression.by.path
        return path not in evidence.unheard and selection.holds(suppression.code, path)

    comments = about_comments(evidence.suppressions, evidence.findings, known, judged)
    always = about_settings(selection.settings, known, place)

    def reported(finding: Diagnostic) -> bool:
        path = finding.span.path if finding.span else None
        asked = wanted is None or path is None or path in wanted or finding in evidence.elsewhere
        return asked and selection.holds(finding.code, path)

    heard = [finding for finding in (*standing, *evidence.malformed, *comments) if reported(finding)]
    return LintReport(
        tuple(in_order(selection.weighed(finding) for finding in (*heard, *always))),
        tuple(_weighed(s, selection) for s in silent if reported(s.finding)),
        tuple(sorted(files)),
    )


def _weighed(suppressed: Suppressed, selection: Selection) -> Suppressed:
    return replace(suppressed, finding=selection.weighed(suppressed.finding))
