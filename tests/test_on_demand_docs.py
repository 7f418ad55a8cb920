"""docs/on-demand.md says what the program does: its files are a project, its tables what goes in and comes out."""

import csv
import json
import re
from pathlib import Path

import pytest

from featurec.cli.app import main

DOCS = Path(__file__).parent.parent / "docs"
TEXT = (DOCS / "on-demand.md").read_text(encoding="utf-8")
OF_TESTS = (DOCS / "testing.md").read_text(encoding="utf-8").partition("### Of on-demand views")[2]
PROJECT = {
    "entities.yml": "entities: {customer: {join_keys: [{name: customer_id, type: bigint}]}}\n",
    "sources.yml": "sources:\n  shop:\n    tables:\n      payments:\n        path: data/payments.csv\n        timestamp: paid_at\n"
    '        columns: {customer_id: bigint, paid_at: timestamptz, amount: "decimal(9,2)"}\n',
}


def table(name: str) -> list[dict[str, str]]:
    """The Markdown table below the comment of that name."""
    lines = TEXT.partition(f"<!-- {name} -->\n")[2].splitlines()
    cells = [[cell.strip() for cell in line.strip("|").split("|")] for line in lines[: lines.index("")]]
    return [dict(zip(cells[0], row, strict=True)) for row in cells[2:]]


def as_csv(rows: list[dict[str, str]]) -> str:
    """With times in UTC, and nothing for NULL."""
    shown = [
        [f"{v}Z" if re.fullmatch(r"\d{4}-\d\d-\d\d \d\d:\d\d", v) else v.replace("NULL", "") for v in r.values()]
        for r in rows
    ]
    return "\n".join(",".join(row) for row in [list(rows[0]), *shown]) + "\n"


def test_the_page_is_true(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, postgres_database: str, capfd: pytest.CaptureFixture[str]
) -> None:
    stores = f"{{offline: {{type: duckdb, path: t.duckdb}}, online: {{type: postgres, url: '{postgres_database}'}}}}"
    files = {
        **PROJECT,
        **dict(re.findall(r"<!-- file: (\S+) -->\n```sql\n(.*?)```", TEXT, re.DOTALL)),
        "featurec.yml": f"name: o\ndefault_target: t\ntargets: {{t: {stores}}}\n",
        "data/payments.csv": as_csv(table("payments")),
        "spine.csv": as_csv(table("spine")),
        "tests/basket.yml": OF_TESTS.partition("```yaml\n")[2].partition("```")[0],
    }
    for name, text in files.items():
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text(text)
    monkeypatch.chdir(tmp_path)
    assert main(["lint"]) == 0
    assert main(["test", "--no-data"]) == 0
    assert "PASS   unit  basket: more_than_usual" in capfd.readouterr().out
    train, online = (
        line.removeprefix("$ featurec ").split() for line in re.findall(r"^\$ featurec .*", TEXT, re.MULTILINE)
    )
    assert main(train) == 0
    with (tmp_path / "train.csv").open() as file:
        trained = list(csv.DictReader(file))
    expected = table("training set")
    assert [{name: row[name] or "NULL" for name in expected[0]} for row in trained] == expected
    assert main(["run"]) == 0
    capfd.readouterr()
    assert main([*online, "--at", "2024-03-10T12:00Z"]) == 0
    (answer,) = json.loads(capfd.readouterr().out)
    assert {name: value["value"] for name, value in answer["features"].items()} == {
        "over_last": "20.00",
        "over_mean": 1.0,  # the window ends at the run, long after the last payment
        "weekday": 0,
    }
