"""Findings, as Python programs meet them: errors are raised, warnings are given to ``warnings``."""

import warnings
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

from featurec.diagnostic import Diagnostic, Severity
from featurec.errors import FeaturecError
from featurec.run.events import RunResult


class FeaturecWarning(UserWarning):
    """A finding that stopped nothing.

    Attributes:
        diagnostic: code, claim, place, cause and fix.
    """

    def __init__(self, diagnostic: Diagnostic) -> None:
        self.diagnostic = diagnostic
        span = diagnostic.span
        place = f"{span.path}:{span.line}: " if span else ""
        super().__init__(f"{place}{diagnostic.code}: {diagnostic.claim}")


class RunFailed(FeaturecError):
    """A run of which a step failed.

    Attributes:
        result: all steps, those that succeeded too.
    """

    def __init__(self, result: RunResult) -> None:
        self.result = result
        super().__init__([finding for step in result.steps for finding in step.diagnostics])


_IN_PYTHON = {
    "--timestamp": "`timestamp_field`",
    "add --full-feature-names, which names": "set `full_feature_names=True`, which names",
    "`entity_df.parquet`": "`entity_df`",
    "spine `entity_df`": "`entity_df`",
}
"""Options of commands and names of files -> what stands for them in a call."""


@contextmanager
def in_python() -> Iterator[None]:
    """Findings of what runs inside name arguments of calls, and no options of commands."""
    try:
        yield
    except FeaturecError as error:
        told = [
            replace(d, claim=_spoken(d.claim), cause=_spoken(d.cause), fix=_spoken(d.fix)) for d in error.diagnostics
        ]
        raise type(error)(told, retryable=error.retryable, sqlstate=error.sqlstate) from None


def _spoken(text: str) -> str:
    for option, argument in _IN_PYTHON.items():
        text = text.replace(option, argument)
    return text


def report(findings: Iterable[Diagnostic]) -> None:
    """Raise FeaturecError with the errors, where there are any; else warn of each warning once."""
    unique = list(dict.fromkeys(findings))
    errors = [finding for finding in unique if finding.severity is Severity.ERROR]
    if errors:
        raise FeaturecError(errors)
    package = str(Path(__file__).parents[1])
    for finding in unique:
        warn = FeaturecWarning(finding)
        warnings.warn(warn, stacklevel=_outside(package))


def _outside(package: str) -> int:
    """How many frames up the caller of the package is."""
    import sys

    level, frame = 1, sys._getframe(1)
    while frame.f_back is not None and frame.f_code.co_filename.startswith(package):
        level, frame = level + 1, frame.f_back
    return level
