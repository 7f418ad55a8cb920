"""Findings for a reader: code and claim, place, cause, fix, page, always in this order."""

from collections.abc import Iterable, Sequence

from featurec.diagnostic import Diagnostic, Severity, in_order
from featurec.report.excerpt import Mark, excerpt
from featurec.report.line import Line, Style, line, paragraph


def finding(diagnostic: Diagnostic) -> list[Line]:
    """One finding. Parts that it does not have are left out; the order never changes."""
    style: Style = "error" if diagnostic.severity is Severity.ERROR else "warning"
    lines = [line((f"{diagnostic.severity}[{diagnostic.code}]", style), (f": {diagnostic.claim}", "bold"))]
    marks = [Mark(diagnostic.span)] if diagnostic.span else []
    marks += [Mark(label.span, label.text, primary=False) for label in diagnostic.labels]
    if marks:
        lines += excerpt(marks, style)
    if diagnostic.approximate:
        lines.append(line(("note:  ", "bold"), "a macro or loop wrote this SQL; the place is the nearest one known"))
    if diagnostic.cause:
        lines += paragraph("cause: ", diagnostic.cause)
    if diagnostic.fix:
        lines += paragraph("fix:   ", diagnostic.fix)
    lines.append(line(("page:  ", "bold"), (f"featurec explain {diagnostic.code}", "dim")))
    return lines


def findings(diagnostics: Iterable[Diagnostic]) -> list[Line]:
    """All findings in order of file and place, an empty line after each."""
    return [out for d in in_order(diagnostics) for out in (*finding(d), line())]


def count(number: int, thing: str) -> str:
    """``1 file``, ``2 files``, ``336,776 rows``."""
    if number == 1:
        return f"1 {thing}"
    plural = thing[:-1] + "ies" if thing.endswith("y") and thing[-2:-1] not in "aeiou" else thing + "s"
    return f"{number:,} {plural}"


def summary(diagnostics: Sequence[Diagnostic], files: int | None = None) -> Line:
    """``3 errors, 1 warning in 12 files``; the number of files is that of the files read."""
    unique = dict.fromkeys(diagnostics)
    errors = sum(d.severity is Severity.ERROR for d in unique)
    warnings = len(unique) - errors
    found = [count(n, word) for n, word in ((errors, "error"), (warnings, "warning")) if n]
    where = "" if files is None else f" in {count(files, 'file')}"
    style: Style = "error" if errors else "warning" if warnings else "success"
    return line((", ".join(found) or "no findings", style), where)
