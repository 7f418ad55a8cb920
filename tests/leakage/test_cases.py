"""Each case's verdict, by the checker and, where it has rows, by execution; and where the checker points."""

from pathlib import Path

import pytest

from tests.leakage.case import FOLDER, SHARED, Case

CASES = {file.stem: Case.read(file) for folder in (FOLDER, SHARED) for file in sorted(folder.glob("*.yml"))}


@pytest.mark.parametrize("name", CASES)
def test_the_checker_is_right(name: str, tmp_path: Path) -> None:
    """Or wrong, and only as a false alarm, where the case names a limit of the checker: what outgrows one says so here."""
    case = CASES[name]
    found = case.findings(tmp_path)
    said = [f"{f.severity} {f.code} {f.span} {f.claim}" for f in found]
    if "limit" in case.content:
        assert case.content["verdict"] == "safe"
        assert not case.is_right(found)
    else:
        assert case.is_right(found), [case.content["why"], *said]
    if case.says_where:
        assert case.is_placed(found), [case.content["expect"], *said]


@pytest.mark.parametrize("name", [name for name, case in CASES.items() if case.can_be_shown])
def test_execution_shows_the_verdict(name: str) -> None:
    case = CASES[name]
    assert case.shown() == (case.content["verdict"] == "leak")
