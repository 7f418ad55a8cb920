"""What comments and settings do to findings, and what is said of the comments and settings themselves."""

import json
from collections.abc import Mapping
from pathlib import Path

import pytest

from featurec.diagnostic import Severity
from featurec.lint.result import LintReport
from featurec.lint.selection import Selection, path_matches
from featurec.linting import lint
from featurec.loading import load_project
from tests.lint_project import LEAK, project, view

Found = list[tuple[str, int]]


def linted(root: Path, files: Mapping[str, str], **selection: tuple[str, ...]) -> LintReport:
    """The project with these files, linted."""
    loaded = load_project(project(root, files))
    return lint(loaded, Selection(loaded.project.lint, **selection))


def standing(report: LintReport) -> Found:
    return [(f.code, f.span.line if f.span else 0) for f in report.findings]


def silent(report: LintReport) -> Found:
    return [(s.finding.code, s.finding.span.line if s.finding.span else 0) for s in report.suppressed]


def settings(text: str) -> dict[str, str]:
    """featurec.yml with some lines below ``lint``."""
    return {"featurec.yml": "name: shop\nlint:\n" + "".join(f"  {line}\n" for line in text.splitlines())}


def test_a_comment_answers_the_finding_of_its_line(tmp_path: Path) -> None:
    report = linted(tmp_path, {"features/a.sql": view(f"{LEAK} AS n,  -- noqa: FC302 -- loaded once\n  {LEAK} AS m")})
    assert (standing(report), silent(report)) == ([("FC302", 9)], [("FC302", 8)])
    assert report.suppressed[0].reason == "loaded once"
    assert report.suppressed[0].by.text == "noqa: FC302 -- loaded once"


def test_a_range_answers_all_of_its_lines(tmp_path: Path) -> None:
    columns = f"""-- noqa: disable=FC302 -- loaded once
  {LEAK} AS n,
  {LEAK} AS m,
  -- noqa: enable=FC302
  {LEAK} AS o"""
    report = linted(tmp_path, {"features/a.sql": view(columns)})
    assert (standing(report), silent(report)) == ([("FC302", 12)], [("FC302", 9), ("FC302", 10)])


def test_a_comment_in_a_loop_answers_each_round(tmp_path: Path) -> None:
    columns = (
        "{% for i in range(3) %}\n  " + LEAK + " AS n{{ i }},  -- noqa: FC302 -- loaded once\n{% endfor %} 1 AS one"
    )
    report = linted(tmp_path, {"features/a.sql": view(columns)})
    assert standing(report) == []
    assert set(silent(report)) == {("FC302", 9)}


def test_a_comment_in_a_string_answers_nothing(tmp_path: Path) -> None:
    report = linted(tmp_path, {"features/a.sql": view(f"{LEAK} || '-- noqa: FC302 -- a' AS n")})
    assert (standing(report), silent(report)) == ([("FC302", 8)], [])


def test_a_header_is_answered_in_yaml(tmp_path: Path) -> None:
    text = view().replace("owner: shop@example.com\n", "")
    text = text.replace("tests' views.", "tests' views.  # noqa: FC602 -- nobody's")
    report = linted(tmp_path, {"features/a.sql": text})
    assert (standing(report), silent(report)) == ([], [("FC602", 2)])


def test_unused_comments_are_reported(tmp_path: Path) -> None:
    text = view(f"{LEAK} AS n,  -- noqa: FC302, FC304 -- loaded once\n  1 AS one -- noqa: FC601 -- why not")
    report = linted(tmp_path, {"features/a.sql": text})
    assert standing(report) == [("FC123", 8), ("FC123", 9)]
    assert [f.span.text for f in report.findings if f.span] == ["FC304", "FC601"]
    assert {f.severity for f in report.findings} == {Severity.WARNING}
    only = linted(tmp_path, {}, rules=("FC302", "FC123"))
    assert standing(only) == []
    assert standing(linted(tmp_path, {}, exclude_rules=("FC123",))) == []


def test_an_unused_comment_says_where_it_would_answer(tmp_path: Path) -> None:
    text = view(f"1 AS one,  -- noqa: FC302 -- loaded once\n  {LEAK} AS n,\n  {{{{ total() }}}} AS m")
    macro = "{% macro total() %}\n" + LEAK + " {# noqa: FC302 -- loaded once #}\n{% endmacro %}\n"
    report = linted(tmp_path, {"features/a.sql": text, "macros/total.sql": macro})
    unused = [f for f in report.findings if f.code == "FC123"]
    assert [f.cause.removeprefix("there is no such finding on this line") for f in unused] == [
        "; there is one on line 9",
        ": what a macro does is found where it is called",
    ]


def test_nothing_is_unused_in_a_view_that_is_not_understood(tmp_path: Path) -> None:
    macro = {"macros/m.sql": "{% macro m() %}\n1 -- noqa: FC304 -- a\n{% endmacro %}\n"}
    text = view("nothing AS n  -- noqa: FC302 -- loaded once")
    assert standing(linted(tmp_path, {"features/a.sql": text, **macro})) == [("FC204", 8)]
    assert standing(linted(tmp_path, {"features/a.sql": view("{{ m() }} AS n"), **macro})) == [("FC123", 2)]


@pytest.mark.parametrize(
    ("comment", "fix"),
    [
        ("FC35 -- a", "did you mean"),
        ("FC3 -- a", ""),
        ("all -- a", ""),
        ("global-statistic -- a", "write its code, `FC310`"),
    ],
)
def test_an_unknown_code_is_malformed(comment: str, fix: str, tmp_path: Path) -> None:
    report = linted(tmp_path, {"features/a.sql": view(f"{LEAK} AS n  -- noqa: {comment}")})
    assert standing(report) == [("FC302", 8), ("FC124", 8)]
    assert fix in report.findings[1].fix


def test_what_leaves_a_view_without_meaning_cannot_be_answered(tmp_path: Path) -> None:
    report = linted(tmp_path, {"features/a.sql": view("nothing AS n  -- noqa: FC204 -- a")})
    assert (standing(report), silent(report)) == ([("FC204", 8), ("FC124", 8)], [])


@pytest.mark.parametrize("reason", ["", " --", " -- TODO: say why", " -- todo"])
def test_a_leak_is_not_answered_without_a_reason(reason: str, tmp_path: Path) -> None:
    columns = f"{LEAK} + date_diff('day', created_at, current_date) AS n  -- noqa: FC302, FC304{reason}"
    report = linted(tmp_path, {"features/a.sql": view(columns)})
    assert (standing(report), silent(report)) == ([("FC125", 8)], [("FC302", 8), ("FC304", 8)])


def test_other_findings_may_be_answered_without_a_reason(tmp_path: Path) -> None:
    text = view().replace("owner: shop@example.com\n", "").replace("views.", "views.  # noqa: FC602")
    assert standing(linted(tmp_path, {"features/a.sql": text})) == []


def test_severities_are_the_project_s(tmp_path: Path) -> None:
    text = view(f"{LEAK} AS n").replace("owner: shop@example.com\n", "")
    files = {"features/a.sql": text, **settings("severity: {FC6: error, FC601: warning}")}
    report = linted(tmp_path, files)
    assert [(f.code, str(f.severity)) for f in report.findings] == [("FC602", "error"), ("FC302", "error")]


def test_files_are_ignored_by_pattern(tmp_path: Path) -> None:
    bare = view().replace("owner: shop@example.com\n", "")
    files = {"features/legacy/old/a.sql": bare, "features/b.sql": bare}
    report = linted(tmp_path, {**files, **settings('per_file_ignores: {"features/legacy/**": [FC6]}')})
    assert [f.span.path for f in report.findings if f.span] == ["features/b.sql"]


@pytest.mark.parametrize(
    ("path", "pattern", "matches"),
    [
        ("features/legacy/a.sql", "features/legacy/**", True),
        ("features/legacy/deep/a.sql", "features/legacy/*", True),
        ("features/legacy/a.sql", "features/legacy", True),
        ("features/legacy/a.sql", "features/legacy/", True),
        ("features/legacy2/a.sql", "features/legacy", False),
        ("features/a.sql", "**/a.sql", True),
        ("a.sql", "**/a.sql", True),
        ("features/ab.sql", "features/?.sql", False),
        ("features/a.sql", "*.sql", False),
        ("features/a.sql", "./features/a.sql", True),
        ("features/a+b.sql", "features/a+b.sql", True),
    ],
)
def test_patterns(path: str, pattern: str, matches: bool) -> None:
    assert path_matches(path, pattern) is matches


@pytest.mark.parametrize(
    ("text", "place"),
    [
        ("exclude_rules: [FC6, FC302]", "FC302"),
        ("exclude_rules: [FC]", "FC"),
        ("exclude_rules: [FC3]", "FC3"),
        ("rules: [FC1, FC2]", "rules"),
        ("severity: {FC3: warning}", "FC3"),
        ("severity: {FC302: warning}", "FC302"),
        ('per_file_ignores: {"features/a.sql": [FC6, FC30]}', "FC30"),
        ('per_file_ignores: {"features/gone.sql": [FC3]}', "FC3"),
    ],
)
def test_settings_that_silence_a_time_rule_are_reported(text: str, place: str, tmp_path: Path) -> None:
    """Whatever the command line or the settings select, and wherever a comment stands."""
    files = {"features/a.sql": view(), **settings(text + "  # noqa: FC126 -- hush")}
    for selection in ({}, {"rules": ("FC6",)}, {"exclude_rules": ("FC1",)}):
        found = [f for f in linted(tmp_path, files, **selection).findings if f.code == "FC126"]
        assert [(f.span.path, f.span.text, str(f.severity)) for f in found if f.span] == [
            ("featurec.yml", place, "warning")
        ]
    loaded = load_project(tmp_path)
    report = lint(loaded, Selection(loaded.project.lint), ["features/clean.sql"])
    assert standing(report) == [("FC126", 3)]


@pytest.mark.parametrize(
    "text",
    [
        "exclude_rules: [FC6]",
        "rules: [FC3]",
        "severity: {FC6: warning, FC3: error}",
        "severity: {FC311: warning, FC399: warning}",
        "severity: {FC126: error}",
    ],
)
def test_settings_that_silence_no_time_rule_are_not_reported(text: str, tmp_path: Path) -> None:
    assert standing(linted(tmp_path, settings(text))) == []


def test_a_lowered_leak_is_a_warning_that_is_told_of(tmp_path: Path) -> None:
    report = linted(tmp_path, {"features/a.sql": view(f"{LEAK} AS n"), **settings("severity: {FC302: warning}")})
    assert [(f.code, str(f.severity)) for f in report.findings] == [("FC126", "warning"), ("FC302", "warning")]


def test_the_command_line_stands_in_the_place_of_the_settings(tmp_path: Path) -> None:
    files = {"features/a.sql": view(f"{LEAK} AS n"), **settings("exclude_rules: [FC302]")}
    assert standing(linted(tmp_path, files)) == [("FC126", 3)]
    assert standing(linted(tmp_path, files, rules=("FC3",))) == [("FC126", 3), ("FC302", 8)]


@pytest.mark.parametrize(
    ("text", "place"),
    [
        ("rules: [FC3, FC35]", "FC35"),
        ("severity: {fc601: error}", "fc601"),
        ('per_file_ignores: {"a": [E501]}', "E501"),
    ],
)
def test_rules_in_settings_exist(text: str, place: str, tmp_path: Path) -> None:
    found = [f for f in linted(tmp_path, settings(text)).findings if f.code == "FC104"]
    assert [(f.claim, f.span.text) for f in found if f.span] == [(f"there is no rule `{place}`", place)]


def test_json_lists_what_is_answered(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    from featurec.cli.app import main

    root = project(tmp_path, {"features/a.sql": view(f"{LEAK} AS n  -- noqa: FC302 -- loaded once")})
    assert main(["lint", str(root), "--format", "json"]) == 0
    (file,) = (f for f in json.loads(capfd.readouterr().out) if f["filepath"] == "features/a.sql")
    assert file["violations"] == []
    assert [(s["code"], s["reason"]) for s in file["suppressed"]] == [("FC302", "loaded once")]
