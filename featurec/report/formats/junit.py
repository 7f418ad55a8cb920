"""JUnit XML as GitLab and Jenkins read it: a suite a file, a case a finding.

A case fails where the finding makes ``lint`` fail, so that the report and the exit code agree: errors are failures,
warnings are cases that pass and say something, what ``noqa`` answers is skipped with its reason. The name of a case
holds no line number: it is the same case when lines move.
"""

from collections import Counter
from xml.etree.ElementTree import Element, SubElement, indent, tostring

from featurec.diagnostic import Diagnostic, Severity
from featurec.lint.result import LintReport
from featurec.report.by_file import FileFindings, by_file
from featurec.report.line import clean
from featurec.report.message import message, place

NO_XML = {0xFFFE: None, 0xFFFF: None}
"""Characters that XML cannot hold and that are no control characters."""

WITHOUT_FILE = "project"
"""The suite of findings that have no place in a file."""


def render(report: LintReport) -> str:
    """The document, ASCII only: other characters are references."""
    root = Element("testsuites", name="featurec lint")
    for file in by_file(report):
        _suite(root, file)
    for suite in root:
        _count(suite)
    _count(root)
    indent(root)
    return f'<?xml version="1.0" encoding="utf-8"?>\n{tostring(root, encoding="us-ascii").decode()}\n'


def _suite(root: Element, file: FileFindings) -> None:
    path = _text(clean(file.path or WITHOUT_FILE))
    suite = SubElement(root, "testsuite", name=path)
    names: Counter[str] = Counter()

    def case(name: str, diagnostic: Diagnostic | None) -> Element:
        names[name] += 1
        numbered = name if names[name] == 1 else f"{name} ({names[name]})"
        where = {"file": path} if file.path is not None else {}
        where |= {"line": str(diagnostic.span.line)} if diagnostic and diagnostic.span else {}
        return SubElement(suite, "testcase", {"classname": path, "name": numbered, **where})

    for diagnostic in file.findings:
        element = case(_name(diagnostic), diagnostic)
        if diagnostic.severity is Severity.ERROR:
            failure = SubElement(element, "failure", type=diagnostic.code, message=_text(clean(diagnostic.claim)))
            failure.text = _details(diagnostic)
        else:
            SubElement(element, "system-out").text = f"warning: {_details(diagnostic)}"
    for answered in file.suppressed:
        reason = _text(clean(answered.reason)) or "no reason given"
        skipped = SubElement(case(_name(answered.finding), answered.finding), "skipped", message=f"noqa: {reason}")
        skipped.text = f"noqa: {reason}\n{_details(answered.finding)}"
    if not file.findings and not file.suppressed:
        case("no findings", None)


def _count(element: Element) -> None:
    """Totals as attributes. None is an error in the words of JUnit: that is a case which could not be run."""
    cases = list(element.iter("testcase"))
    counted = {tag: sum(case.find(tag) is not None for case in cases) for tag in ("failure", "skipped")}
    element.set("tests", str(len(cases)))
    element.set("failures", str(counted["failure"]))
    element.set("errors", "0")
    element.set("skipped", str(counted["skipped"]))


def _name(diagnostic: Diagnostic) -> str:
    return _text(f"{diagnostic.code} {clean(diagnostic.claim)}")


def _details(diagnostic: Diagnostic) -> str:
    where = f"{place(diagnostic)}\n" if diagnostic.span else ""
    return _text(where + message(diagnostic))


def _text(text: str) -> str:
    return text.translate(NO_XML)
