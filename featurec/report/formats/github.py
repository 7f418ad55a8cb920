"""Workflow commands, which GitHub shows beside the changed lines, and a page for the summary of the job."""

from collections.abc import Iterable, Sequence

from featurec.diagnostic import Diagnostic, Severity
from featurec.lint.result import LintReport
from featurec.report.line import clean, plain, shorten
from featurec.report.message import message, place
from featurec.report.pages import find_page
from featurec.report.text import count
from featurec.report.text import summary as totals

LARGEST_TABLE = 400_000
"""Bytes of one table of the summary: GitHub refuses a summary of more than 1 MiB whole."""

WIDEST_CELL = 400
"""Cells of text after which a claim or reason is cut in the summary."""

HARMLESS = frozenset(" ,-/")
"""ASCII besides letters and digits that means nothing to Markdown and HTML."""


def render(report: LintReport) -> str:
    """One ``::error`` or ``::warning`` a finding that stands, with the whole message: GitHub unfolds it."""
    titles = {code: _title(code) for code in {d.code for d in report.findings}}
    return "".join(_command(d, titles[d.code]) for d in report.findings)


def summary(report: LintReport) -> str:
    """Markdown for the job summary: the findings, errors first, and what ``noqa`` answers, leakage first.

    A table that would grow too large for GitHub is cut, and says by how many rows.
    """
    files = len(report.files)
    parts = [f"## featurec lint\n\n{plain([totals(report.findings, files)])}"]
    if report.findings:
        ordered = sorted(report.findings, key=lambda d: d.severity is not Severity.ERROR)
        rows = ((str(d.severity), d.code, _place(d), _prose(d.claim)) for d in ordered)
        parts.append(_table(("severity", "code", "place", "finding"), rows, len(ordered)))
    if report.suppressed:
        answered = sorted(report.suppressed, key=lambda s: not s.finding.code.startswith("FC3"))
        cells = ((s.finding.code, _place(s.finding), _prose(s.finding.claim), _prose(s.reason)) for s in answered)
        parts.append(f"### {count(len(answered), 'finding')} silenced by noqa\n")
        parts.append(_table(("code", "place", "finding", "reason given"), cells, len(answered)))
    return "\n".join(parts)


def _command(diagnostic: Diagnostic, title: str) -> str:
    span = diagnostic.span
    properties = {"title": title}
    if span:
        last = span.end_line - (1 if span.end_line > span.line and span.end_column == 1 else 0)
        properties |= {"file": clean(span.path), "line": str(span.line), "endLine": str(last)}
        if span.end_line == span.line:  # GitHub takes columns for annotations of one line only.
            properties |= {"col": str(span.column), "endColumn": str(span.end_column)}
    listed = ",".join(f"{name}={_property(value)}" for name, value in properties.items())
    where = f"{place(diagnostic)}: " if span else ""
    return f"::{diagnostic.severity} {listed}::{_data(f'{where}{diagnostic.code} {message(diagnostic)}')}\n"


def _title(code: str) -> str:
    page = find_page(code)
    return f"{code} {page.name}" if page else code


def _data(text: str) -> str:
    return text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def _property(text: str) -> str:
    return _data(text).replace(":", "%3A").replace(",", "%2C")


def _table(headers: Sequence[str], rows: Iterable[Sequence[str]], total: int) -> str:
    lines = [f"| {' | '.join(headers)} |", "|---" * len(headers) + "|"]
    size = shown = 0
    for row in rows:
        text = f"| {' | '.join(row)} |"
        size += len(text.encode()) + 1
        if size > LARGEST_TABLE:
            break
        lines.append(text)
        shown += 1
    rest = [] if shown == total else [f"\nand {count(total - shown, 'more row')}, which the log of the job lists"]
    return "\n".join([*lines, *rest]) + "\n"


def _place(diagnostic: Diagnostic) -> str:
    return f"<code>{_inert(place(diagnostic))}</code>" if diagnostic.span else ""


def _prose(text: str) -> str:
    """Text with what stands between backticks as code, where their number is even."""
    parts = [_inert(part) for part in shorten(text, WIDEST_CELL).split("`")]
    if len(parts) % 2 == 0:
        return "&#96;".join(parts)
    return "".join(f"<code>{part}</code>" if i % 2 else part for i, part in enumerate(parts))


def _inert(text: str) -> str:
    """Every character that might mean something to Markdown or HTML as a reference to it, so that it means nothing."""
    return "".join(c if c.isalnum() or c in HARMLESS or not c.isascii() else f"&#{ord(c)};" for c in text)
