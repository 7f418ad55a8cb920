"""The exceptions that cross a layer border: a build that has findings, and an engine that refused."""

from collections.abc import Sequence

from featurec.diagnostic import Diagnostic


class FeaturecError(Exception):
    """Something a user can mend; carries the findings that say how. Exit code 1.

    Attributes:
        retryable: whether the same work may succeed a moment later without anybody mending anything.
        sqlstate: what PostgreSQL calls the error; None where it said nothing.
    """

    def __init__(
        self, diagnostics: Sequence[Diagnostic], *, retryable: bool = False, sqlstate: str | None = None
    ) -> None:
        self.diagnostics = tuple(dict.fromkeys(diagnostics))
        self.retryable = retryable
        self.sqlstate = sqlstate
        super().__init__("\n".join(map(_told, self.diagnostics)))


def _told(finding: Diagnostic) -> str:
    """What a traceback ends with: claim, place, cause and fix on one line."""
    place = f" at {finding.span.path}:{finding.span.line}" if finding.span else ""
    cause = f": {finding.cause}" if finding.cause else ""
    fix = f". Fix: {finding.fix}" if finding.fix else ""
    return f"{finding.code}: {finding.claim}{place}{cause}{fix}"


class Terminated(BaseException):
    """SIGTERM arrived."""


class CannotOperate(FeaturecError):
    """The command could not do its work at all: wrong usage, lost database, held lock. Exit code 2."""
