"""The exceptions that cross a layer border: a build that has findings, and an engine that refused."""

from collections.abc import Sequence

from featurec.diagnostic import Diagnostic


class FeaturecError(Exception):
    """Something a user can mend; carries the findings that say how. Exit code 1."""

    def __init__(self, diagnostics: Sequence[Diagnostic]) -> None:
        self.diagnostics = tuple(diagnostics)
        super().__init__("; ".join(f"{d.code}: {d.claim}" for d in self.diagnostics))


class CannotOperate(FeaturecError):
    """The command could not do its work at all: wrong usage, lost database, held lock. Exit code 2."""
