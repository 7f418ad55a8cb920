"""What the time checker advises cures: each leak has one finding, and its fix, written into the SQL, leaves none."""

import re
from pathlib import Path

import pytest

from tests.cures import rows, stamps, values, windows

LEAKS = windows.LEAKS | rows.LEAKS | stamps.LEAKS | values.LEAKS


@pytest.mark.parametrize("name", LEAKS)
def test_one_mistake_is_one_finding_that_says_how_to_cure_it(name: str, tmp_path: Path) -> None:
    leak = LEAKS[name]
    found = leak.findings(tmp_path)
    assert [f.code for f in found] == [leak.code], found
    assert leak.says in found[0].fix
    lines = [line.removeprefix("AND ") for line in re.findall("`([^`]+)`", found[0].fix) if leak.says in line]
    assert not lines or any(line in new for line in lines for _, new in leak.edits)
    assert [f.span.text for f in found if f.span is not None] == [leak.points]
    assert leak.findings(tmp_path, cured=True) == []


@pytest.mark.parametrize("name", LEAKS)
def test_a_spine_is_not_told_what_only_a_view_can_do(name: str, tmp_path: Path) -> None:
    leak = LEAKS[name]
    text = " ".join(f.fix for f in leak.findings(tmp_path))
    assert not leak.spine or not re.search("available_at|delay:|ttl:", text)


@pytest.mark.parametrize("name", LEAKS)
def test_words_are_those_of_the_author(name: str, tmp_path: Path) -> None:
    for finding in LEAKS[name].findings(tmp_path):
        text = f"{finding.claim} {finding.cause} {finding.fix}"
        assert not re.search('__fc|"|TIMESTAMP_TRUNC', text)
        for call in re.findall(r"`([A-Z]+)\(", finding.claim):
            assert call in LEAKS[name].sql


def test_an_answer_is_compared_with_no_time(tmp_path: Path) -> None:
    (found,) = rows.LEAKS["spine of rows with one answer"].findings(tmp_path)
    assert found.cause == "which rows are asked about depends on the answer: `shop.frauds.is_fraud` is a label"
    assert "<=" not in found.fix


def test_the_frame_of_a_named_window_is_pointed_at(tmp_path: Path) -> None:
    named = next(leak for leak in windows.LEAKS.values() if "WINDOW w AS" in leak.sql)
    (found,) = named.findings(tmp_path)
    assert [(label.text, label.span.text) for label in found.labels] == [
        ("the stamp", "t"),
        ("its frame", "RANGE BETWEEN CURRENT ROW AND INTERVAL 1 DAY FOLLOWING"),
    ]
