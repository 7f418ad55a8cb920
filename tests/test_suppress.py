"""``noqa`` comments: where they are found, what they say, what they answer."""

import pytest

from featurec.comments import regions
from featurec.diagnostic import Diagnostic, Suppression
from featurec.source import SourceFile
from featurec.suppress import suppressions


def found(text: str, path: str = "features/spend.sql", dialect: str = "duckdb") -> list[tuple[str, str, int, int]]:
    """Code, reason, first and last line of every suppression."""
    comments, problems = suppressions(SourceFile(path, text), dialect)
    assert problems == []
    return [(c.code, c.reason, c.first, c.last) for c in comments]


def problems(text: str, path: str = "features/spend.sql") -> list[tuple[str, str]]:
    """Claim and place of every comment that cannot be read."""
    comments, malformed = suppressions(SourceFile(path, text), "duckdb")
    assert comments == ()
    assert {problem.code for problem in malformed} <= {"FC124"}
    return [(problem.claim, problem.span.text if problem.span else "") for problem in malformed]


@pytest.mark.parametrize(
    ("comment", "expected"),
    [
        ("-- noqa: FC305 -- prices never change", [("FC305", "prices never change")]),
        ("--noqa:FC305--a", [("FC305", "a")]),
        ("-- NoQA : fc305", [("FC305", "")]),
        ("-- noqa: FC305, FC307 -- a -- b", [("FC305", "a -- b"), ("FC307", "a -- b")]),
        ("-- in EUR -- noqa: FC305 -- a", [("FC305", "a")]),
        ("-- noqa: FC305 -- a -- noqa: FC307 -- b", [("FC305", "a"), ("FC307", "b")]),
        ("{# noqa: FC305 -- a #}", [("FC305", "a")]),
        ("{#- noqa: FC305 -#}", [("FC305", "")]),
        ("-- noqa: LT01, FC305 -- a", [("FC305", "a")]),
        ("-- noqa: PRS", []),
        ("-- noqa: disable=L003", []),
        ("-- noqa comments are explained below", []),
        ("-- see noqa: FC305", []),
        ("/* noqa: FC305 */", []),
    ],
)
def test_a_comment_says_codes_and_a_reason(comment: str, expected: list[tuple[str, str]]) -> None:
    assert found(f"SELECT 1\n, 2 {comment}\nFROM t") == [(*pair, 2, 2) for pair in expected]


@pytest.mark.parametrize(
    ("dialect", "text"),
    [
        ("duckdb", "SELECT '-- noqa: FC305'"),
        ("duckdb", "SELECT 'it''s\n-- noqa: FC305\n'"),
        ("duckdb", 'SELECT 1 AS "-- noqa: FC305"'),
        ("duckdb", "SELECT $$ -- noqa: FC305 $$, $a$ -- noqa: FC305 $$ $a$"),
        ("duckdb", "/* /* */ -- noqa: FC305\n*/ SELECT 1"),
        ("duckdb", "SELECT {{ money('-- noqa: FC305') }}"),
        ("duckdb", '{% set x = "}} %} -- noqa: FC305" %} SELECT 1'),
        ("duckdb", "SELECT INTERVAL '{{ var('n') }} -- noqa: FC305'"),
        ("duckdb", "SELECT '{# it''s #} -- noqa: FC305'"),
        ("bigquery", "SELECT 'it\\'s -- noqa: FC305', \"-- noqa: FC305\", `-- noqa: FC305`, '''\n-- noqa: FC305'''"),
        ("spark", "SELECT 'it\\'s -- noqa: FC305', \"-- noqa: FC305\""),
        ("snowflake", "SELECT 'it\\'s -- noqa: FC305'"),
        ("clickhouse", "SELECT 'it\\'s -- noqa: FC305', `-- noqa: FC305`"),
        ("postgres", "SELECT '\\', '-- noqa: FC305'"),
    ],
)
def test_what_is_no_comment_does_not_count(dialect: str, text: str) -> None:
    assert found(text, dialect=dialect) == []
    assert found(f"{text}  -- noqa: FC301", dialect=dialect)[0][0] == "FC301"


def test_comments_of_other_dialects_count() -> None:
    assert found("SELECT 1 # noqa: FC305 -- a", dialect="bigquery") == [("FC305", "a", 1, 1)]
    assert found("SELECT 1 // noqa: FC305 -- a", dialect="snowflake") == [("FC305", "a", 1, 1)]
    assert found("SELECT 1 # noqa: FC305 -- a", dialect="postgres") == []


def test_the_header_is_yaml() -> None:
    text = """/*---
description: "it # noqa: FC601"  # noqa: FC602 -- nobody's
meta: {a: |
  # noqa: FC603
}
---*/
SELECT 1 -- noqa: FC305 -- a
"""
    assert found(text.replace("{a: |\n  # noqa: FC603\n}", "\n  a: |  # noqa: FC604\n    # noqa: FC603")) == [
        ("FC602", "nobody's", 2, 2),
        ("FC604", "", 4, 4),
        ("FC305", "a", 7, 7),
    ]


def test_yaml_files_are_yaml() -> None:
    text = "a: b  # noqa: FC109 -- a\nc: 'd # noqa: FC109'\nf: g#noqa,FC109\n# text # noqa: FC110\n"
    assert found(text, "sources.yml") == [("FC109", "a", 1, 1), ("FC110", "", 4, 4)]


def test_yaml_that_cannot_be_read_has_comments_up_to_there() -> None:
    assert found("a: b  # noqa: FC109\nc: 'x\nd: y  # noqa: FC109\n", "sources.yml") == [("FC109", "", 1, 1)]


def test_a_range_lasts_until_it_is_enabled_or_to_the_end() -> None:
    text = "-- noqa: disable=FC305, FC307 -- a\nSELECT 1\n-- noqa: enable=FC305\nFROM t\n"
    assert found(text) == [("FC305", "a", 1, 3), ("FC307", "a", 1, 5)]


@pytest.mark.parametrize(
    ("comment", "claim", "place"),
    [
        ("-- noqa", "the comment names no code", "noqa"),
        ("-- noqa -- because", "the comment names no code", "noqa -- because"),
        ("-- noqa:", "the comment names no code", "noqa:"),
        ("-- noqa: -- because", "the comment names no code", "noqa: -- because"),
        ("-- noqa FC305", "`noqa` is not followed by a colon", "noqa FC305"),
        ("-- noqa: FC305 because", "`FC305 because` is no code", "FC305 because"),
        ("-- noqa: enable=FC305", "`FC305` is not disabled here", "FC305"),
    ],
)
def test_a_comment_that_cannot_be_read_is_told(comment: str, claim: str, place: str) -> None:
    assert problems(f"SELECT 1 {comment}\nFROM t") == [(claim, place)]


@pytest.mark.parametrize("text", ["SELECT '{{", "SELECT 'a", "{# a", "/* a", "{{ 'a }}", "$$ a", "{% a", '"'])
def test_what_is_not_closed_lasts_to_the_end(text: str) -> None:
    assert list(regions(text, "duckdb"))[-1].end == len(text)
    assert found(f"{text}\n-- noqa: FC305") == []


def test_reading_takes_time_by_the_length() -> None:
    """Half a megabyte of what opens and does not close: a quadratic reader would not come back."""
    for piece in ("{{", "'{{", "/*", "{#", "$a", "'", '"{%', "-"):
        list(regions(piece * 250_000 + "noqa", "duckdb"))


@pytest.mark.parametrize(
    ("first", "last", "answered"),
    [(2, 2, True), (1, 1, False), (4, 4, True), (3, 3, False), (1, 5, True), (5, 9, False)],
)
def test_a_comment_answers_what_begins_or_ends_on_its_lines(first: int, last: int, answered: bool) -> None:
    file = SourceFile("features/a.sql", "a\nb\nc\nd\ne\n")
    finding = Diagnostic("FC305", "", file.span(2, 8))
    assert (finding.span.line, finding.span.end_line) == (2, 5) if finding.span else False
    comment = Suppression("FC305", "", file.span(0, 1), file.span(0, 1), first, last)
    assert comment.answers(finding) is answered


def test_a_comment_answers_its_own_file_and_code_only() -> None:
    file, other = SourceFile("features/a.sql", "a\n"), SourceFile("features/b.sql", "a\n")
    comment = Suppression("FC305", "", file.span(0, 1), file.span(0, 1), 1, 1)
    assert comment.answers(Diagnostic("FC305", "", file.span(0, 1)))
    assert not comment.answers(Diagnostic("FC305", "", other.span(0, 1)))
    assert not comment.answers(Diagnostic("FC304", "", file.span(0, 1)))
    assert not comment.answers(Diagnostic("FC305", ""))
