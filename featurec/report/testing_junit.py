"""Outcomes of tests as JUnit XML: a suite a view or source table, a case a test. A warning is a case that passes and says it."""

from collections.abc import Sequence
from xml.etree.ElementTree import Element, SubElement, indent, tostring

from featurec.report.formats.junit import NO_XML
from featurec.report.line import clean, plain
from featurec.report.outcome import Outcome


def document(outcomes: Sequence[Outcome]) -> str:
    """The document, ASCII only: other characters are references."""
    root = Element("testsuites", name="featurec test")
    for node in dict.fromkeys(outcome.node for outcome in outcomes):
        of_node = [outcome for outcome in outcomes if outcome.node == node]
        suite = SubElement(root, "testsuite", name=_text(node))
        for outcome in of_node:
            _case(suite, outcome)
        _count(suite, of_node)
    _count(root, outcomes)
    indent(root)
    return f'<?xml version="1.0" encoding="utf-8"?>\n{tostring(root, encoding="us-ascii").decode()}\n'


def _case(suite: Element, outcome: Outcome) -> None:
    where = {"file": _text(outcome.span.path), "line": str(outcome.span.line)} if outcome.span else {}
    # A unit test may be called as a test of rows is.
    classname = f"{outcome.node}.{'unit' if outcome.kind == 'unit' else 'data'}"
    named = {"classname": _text(classname), "name": _text(outcome.name), "time": f"{outcome.seconds:.3f}"}
    case = SubElement(suite, "testcase", {**named, **where})
    if outcome.status == "pass":
        return
    details = _details(outcome)
    if outcome.status == "warn":
        SubElement(case, "system-out").text = f"warning: {details}"
        return
    tag = "failure" if outcome.status == "fail" else "error"
    SubElement(case, tag, type=outcome.kind, message=_text(outcome.message)).text = details


def _details(outcome: Outcome) -> str:
    place = f"{outcome.span}\n" if outcome.span else ""
    kept = f"\nkept in {outcome.where_kept}" if outcome.where_kept else ""
    causes = "".join(f"\n{clean(finding.cause)}" for finding in outcome.findings if finding.cause)
    return f"{place}{outcome.message}\n{plain(outcome.details)}{kept}{causes}".rstrip().translate(NO_XML)


def _count(element: Element, outcomes: Sequence[Outcome]) -> None:
    element.set("tests", str(len(outcomes)))
    element.set("failures", str(sum(outcome.status == "fail" for outcome in outcomes)))
    element.set("errors", str(sum(outcome.status == "error" for outcome in outcomes)))
    element.set("skipped", "0")
    element.set("time", f"{sum(outcome.seconds for outcome in outcomes):.3f}")


def _text(text: str) -> str:
    return clean(text).translate(NO_XML)
