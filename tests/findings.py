"""Findings, for tests whose SQL is just any SQL: some of it sees the future, and that is not what they are about."""

from collections.abc import Iterable

from featurec.diagnostic import Diagnostic


def without_time(findings: Iterable[Diagnostic]) -> list[Diagnostic]:
    """All but those of family FC3, time and leakage."""
    return [finding for finding in findings if not finding.code.startswith("FC3")]
