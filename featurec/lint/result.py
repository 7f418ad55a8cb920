"""What linting found: findings that stand, and those that the author has taken on himself, with his reasons."""

from dataclasses import dataclass

from featurec.diagnostic import Diagnostic
from featurec.source import Span


@dataclass(frozen=True)
class Suppressed:
    """A finding that a ``noqa`` comment answers.

    Attributes:
        finding: what was found.
        reason: what the comment says after the second ``--``; empty where it gives none.
        by: the comment.
    """

    finding: Diagnostic
    reason: str
    by: Span


@dataclass(frozen=True)
class LintReport:
    """The outcome of one run.

    Attributes:
        findings: in order of file and place, severities as the project sets them.
        suppressed: in the same order.
        files: paths of all files that were checked, relative to the project, sorted; those without findings too.
    """

    findings: tuple[Diagnostic, ...]
    suppressed: tuple[Suppressed, ...] = ()
    files: tuple[str, ...] = ()
