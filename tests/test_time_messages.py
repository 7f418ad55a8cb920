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
