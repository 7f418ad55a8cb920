"""Legal SQL, damaged: whatever comes out is answered with a tree or with findings, never with an exception."""

from itertools import pairwise
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlglot.dialects.dialect import Dialect

from featurec.parse import parse_select
from tests.test_parse import LEGAL, rendered, statements

CHARACTERS = "\x00\t\u00a0\u200b\u202e\ufeff“；é中😀'\"`$\\;(){}[]<>:@#?!%^&*-+=|/,.~0aE\n"


def pieces(file: Path) -> list[tuple[str, list[str]]]:
    """Each statement of a file as the texts of its tokens, blanks included."""
    dialect = Dialect.get_or_raise(file.stem)
    found = []
    for sql in statements(file):
        edges = sorted({0, len(sql), *(i for t in dialect.tokenize(sql) for i in (t.start, t.end + 1))})
        found.append((file.stem, [sql[a:b] for a, b in pairwise(edges)]))
    return found


CORPUS = [piece for file in sorted(LEGAL.glob("*.sql")) for piece in pieces(file)]


@st.composite
def damaged(draw: st.DrawFn) -> tuple[str, str]:
    """A dialect and a statement of it after one to six edits."""
    dialect, tokens = draw(st.sampled_from(CORPUS))
    tokens = list(tokens)
    for _ in range(draw(st.integers(1, 6))):
        at = draw(st.integers(0, len(tokens) - 1))
        other = draw(st.integers(0, len(tokens) - 1))
        edit = draw(st.sampled_from(("delete", "repeat", "swap", "insert", "replace", "cut", "borrow")))
        if edit == "delete":
            tokens[at] = ""
        elif edit == "repeat":
            tokens[at] = tokens[at] * draw(st.integers(2, 90))
        elif edit == "swap":
            tokens[at], tokens[other] = tokens[other], tokens[at]
        elif edit == "insert":
            tokens.insert(at, draw(st.text(CHARACTERS, min_size=1, max_size=3)))
        elif edit == "replace":
            tokens[at] = draw(st.text(CHARACTERS, max_size=2))
        elif edit == "cut":
            tokens[at] = tokens[at][: len(tokens[at]) // 2]
        else:
            tokens[at] = draw(st.sampled_from(draw(st.sampled_from(CORPUS))[1]))
    return dialect, "".join(tokens)


@pytest.mark.slow
@settings(max_examples=20_000, deadline=None, suppress_health_check=list(HealthCheck))
@given(damaged())
def test_damaged_sql_gets_findings_or_a_tree(case: tuple[str, str]) -> None:
    dialect, sql = case
    tree, findings = parse_select(rendered(sql), dialect)
    assert (tree is None) == bool(findings)
    for finding in findings:
        assert finding.claim
        assert finding.span is not None
        assert 0 <= finding.span.start <= finding.span.end <= len(sql)


@pytest.mark.slow
@settings(max_examples=5_000, deadline=None, suppress_health_check=list(HealthCheck))
@given(st.sampled_from(sorted({dialect for dialect, _ in CORPUS})), st.text(CHARACTERS + "SELECTFROM ", max_size=60))
def test_any_text_gets_findings_or_a_tree(dialect: str, sql: str) -> None:
    tree, findings = parse_select(rendered(sql), dialect)
    assert (tree is None) == bool(findings)
