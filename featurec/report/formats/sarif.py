"""SARIF 2.1.0, for code scanning. The same report gives the same bytes.

Results keep their identity when lines move (``report/fingerprint.py``). What ``noqa`` answers is a suppressed result
with the reason as its justification.
"""

import re
from urllib.parse import quote

from featurec import __version__
from featurec.diagnostic import Diagnostic, Severity
from featurec.lint.result import LintReport, Suppressed
from featurec.report.fingerprint import fingerprints
from featurec.report.json import Json
from featurec.report.json_text import LONE, json_text
from featurec.report.line import clean
from featurec.report.message import message
from featurec.report.pages import find_page
from featurec.source import Span

SCHEMA = "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json"

HOME = "https://pypi.org/project/featurec/"

FINGERPRINT = "featurec/v1"
"""Not ``primaryLocationLineHash``: that is GitHub's own, which its upload computes and compares."""

ROOT = "%SRCROOT%"

PROJECT_FILE = "featurec.yml"


def render(report: LintReport) -> str:
    """One run: the findings that stand, then those that are suppressed, and the rules that occur among them."""
    found = (*report.findings, *(s.finding for s in report.suppressed))
    codes = sorted({d.code for d in found})
    same = fingerprints(found)
    index = {code: i for i, code in enumerate(codes)}
    project = next((path for path in report.files if path.rpartition("/")[2] == PROJECT_FILE), PROJECT_FILE)

    def result(diagnostic: Diagnostic, answered: Suppressed | None) -> Json:
        # GitHub takes no result without a place: what has none in a file stands at the project's own.
        where = _physical(diagnostic.span) if diagnostic.span else {"artifactLocation": _artifact(project)}
        return _result(diagnostic, index[diagnostic.code], where, same[diagnostic], answered)

    results = [result(d, None) for d in report.findings] + [result(s.finding, s) for s in report.suppressed]
    driver: dict[str, Json] = {
        "name": "featurec",
        "version": __version__,
        "informationUri": HOME,
        "rules": [_rule(code) for code in codes],
    }
    run: dict[str, Json] = {"tool": {"driver": driver}, "columnKind": "unicodeCodePoints", "results": results}
    return json_text({"$schema": SCHEMA, "version": "2.1.0", "runs": [run]})


def _rule(code: str) -> Json:
    page = find_page(code)
    if page is None:
        return {"id": code}
    about = re.search(r"^## What it does\n(.*?)(?=^## |\Z)", page.body, re.MULTILINE | re.DOTALL)
    return {
        "id": code,
        "name": page.name,
        "shortDescription": {"text": page.summary},
        "fullDescription": {"text": " ".join(about[1].split()) if about else page.summary},
        "help": {"text": f"{page.summary}\n\n{page.body}", "markdown": f"{page.summary}\n\n{page.body}"},
        "defaultConfiguration": {"level": _level(page.severity)},
    }


def _result(diagnostic: Diagnostic, rule: int, where: Json, fingerprint: str, answered: Suppressed | None) -> Json:
    related: list[Json] = [
        {"id": i, "physicalLocation": _physical(label.span), "message": {"text": _text(label.text)}}
        for i, label in enumerate(diagnostic.labels, 1)
    ]
    return {
        "ruleId": diagnostic.code,
        "ruleIndex": rule,
        "level": _level(diagnostic.severity),
        "message": {"text": _text(message(diagnostic))},
        "locations": [{"physicalLocation": where}],
        **({"relatedLocations": related} if related else {}),
        "partialFingerprints": {FINGERPRINT: fingerprint},
        "suppressions": [_suppression(answered)] if answered else [],
    }


def _suppression(answered: Suppressed) -> Json:
    justification: dict[str, Json] = {"justification": _text(answered.reason)} if answered.reason else {}
    return {"kind": "inSource", **justification, "location": {"physicalLocation": _physical(answered.by)}}


def _physical(span: Span) -> Json:
    region: dict[str, Json] = {
        "startLine": span.line,
        "startColumn": span.column,
        "endLine": span.end_line,
        "endColumn": span.end_column,
    }
    return {"artifactLocation": _artifact(span.path), "region": region}


def _artifact(path: str) -> Json:
    return {"uri": quote(LONE.sub("\ufffd", path)), "uriBaseId": ROOT}


def _level(severity: Severity) -> Json:
    return {Severity.ERROR: "error", Severity.WARNING: "warning"}[severity]


def _text(text: str) -> str:
    """Lines of cleaned text in which ``](`` is parted: SARIF takes ``[text](destination)`` for a link."""
    return "\n".join(map(_without_links, text.splitlines()))


def _without_links(text: str) -> str:
    return clean(text).replace("](", "] (")
