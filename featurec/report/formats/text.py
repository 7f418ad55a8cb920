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
    return [*text.findings(report.findings), total(report)]


def total(report: LintReport) -> Line:
    """``1 error in 9 files; 2 findings answered by noqa: FC305 ×2``."""
    found = text.summary(report.findings, len(report.files))
    if not report.suppressed:
        return found
    codes = Counter(s.finding.code for s in report.suppressed)
    listed = ", ".join(f"{code} ×{number}" for code, number in sorted(codes.items()))
    return (*found, *line(f"; {text.count(len(report.suppressed), 'finding')} answered by noqa: {listed}"))


def statistics(report: LintReport) -> list[Line]:
    """How often each code was found, the most frequent first; what is answered is not counted."""
    counts = Counter(finding.code for finding in report.findings)
    width = max((len(str(number)) for number in counts.values()), default=0)
    ranked = sorted(counts.items(), key=lambda item: (-item[1], item[0]))
    return [line(f"{number:>{width}}  ", (code, "bold")) for code, number in ranked]
