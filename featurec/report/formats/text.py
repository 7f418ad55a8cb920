"""Findings for a reader, each with the lines of the file that it speaks of; last, how many there are."""

from collections import Counter

from featurec.lint.result import LintReport
from featurec.report import text
from featurec.report.line import Line, line, plain


def render(report: LintReport) -> str:
    """As ``lines``, without colours."""
    return plain(lines(report))


def lines(report: LintReport) -> list[Line]:
    """The findings that stand, how many, and how many a ``noqa`` comment answers."""
    total = text.summary(report.findings, len(report.files))
    if not report.suppressed:
        return [*text.findings(report.findings), total]
    codes = Counter(s.finding.code for s in report.suppressed)
    listed = ", ".join(f"{code} ×{number}" for code, number in sorted(codes.items()))
    answered = f"; {text.count(len(report.suppressed), 'finding')} answered by noqa: {listed}"
    return [*text.findings(report.findings), (*total, *line(answered))]


def statistics(report: LintReport) -> list[Line]:
    """How often each code was found, the most frequent first; what is answered is not counted."""
    counts = Counter(finding.code for finding in report.findings)
    width = max((len(str(number)) for number in counts.values()), default=0)
    ranked = sorted(counts.items(), key=lambda item: (-item[1], item[0]))
    return [line(f"{number:>{width}}  ", (code, "bold")) for code, number in ranked]
