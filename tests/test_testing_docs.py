"""docs/testing.md: its project does what the page shows."""

import re
from pathlib import Path

import pytest

from featurec.cli.app import main

PAGE = Path(__file__).parent.parent / "docs" / "testing.md"
BLOCK = re.compile(r"^```\w+ (\S+)\n(.*?)^```$", re.MULTILINE | re.DOTALL)

DATA = {
    "featurec.yml": "name: shop\ntargets:\n  dev: {offline: {type: duckdb}}\n",
    "entities.yml": "entities:\n  user: {join_keys: {user_id: bigint}}\n",
    "data/payments.csv": (
        "payment_id,user_id,amount,status,paid_at\n"
        "1,1,20.00,paid,2024-01-01 10:00:00+00\n"
        "2,1,20.00,refunded,2024-01-02 10:00:00+00\n"
        "3,2,-4.00,paid,2024-01-03 09:30:00+00\n"
    ),
    "data/users.csv": "user_id\n1\n2\n",
}


def without_times(text: str) -> list[str]:
    """Lines without what depends on the clock."""
    return [re.sub(r"\d+(\.\d+)?s\b", "TIME", re.sub(r"\d+d old", "AGE", line)) for line in text.splitlines()]


def test_the_page_shows_what_happens(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    page = PAGE.read_text(encoding="utf-8")
    files = dict(BLOCK.findall(page))
    assert sorted(files) == ["features/spend.sql", "sources.yml", "tests/spend.yml"]
    for path, text in {**DATA, **files}.items():
        (tmp_path / path).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / path).write_text(text)
    (session,) = re.findall(r"^```console\n(.*?)^```$", page, re.MULTILINE | re.DOTALL)
    command, _, shown = session.partition("\n")
    assert command == "$ featurec test --select spend"
    assert main(["test", "--select", "spend", "--project-dir", str(tmp_path)]) == 1
    assert without_times(capfd.readouterr().out) == without_times(shown)
