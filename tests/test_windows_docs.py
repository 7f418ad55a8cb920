"""docs/windows.md says what the program does: its tables are a project, a spine and a training set, its commands are run."""

import csv
import re
import shlex
from pathlib import Path
from typing import get_args

import pytest

from featurec.cli.app import main
from featurec.spec import AggregationFunction

TEXT = (Path(__file__).parent.parent / "docs" / "windows.md").read_text(encoding="utf-8")
PROJECT = {
    "featurec.yml": "name: w\ndefault_target: t\ntargets: {t: {offline: {type: duckdb, path: .featurec/t.duckdb}}}\n",
    "entities.yml": "entities: {customer: {join_keys: [{name: customer_id, type: bigint}]}}\n",
    "sources.yml": """sources:
  shop:
    tables:
      orders:
        path: data/orders.csv
        timestamp: ordered_at
        available_at: known_at
        columns: {customer_id: bigint, order_id: bigint, ordered_at: timestamptz, known_at: timestamptz,
                  amount: "decimal(18,2)"}
""",
}


def table(name: str) -> list[dict[str, str]]:
    """The Markdown table below the comment of that name."""
    lines = TEXT.partition(f"<!-- {name} -->\n")[2].splitlines()
    cells = [[cell.strip() for cell in line.strip("|").split("|")] for line in lines[: lines.index("")]]
    return [dict(zip(cells[0], row, strict=True)) for row in cells[2:]]


def moment(text: str) -> str:
    """A day of March and a time of it."""
    day, clock = text.split()
    return f"2024-03-{int(day):02} {clock}:00+00"


def timeless(text: str) -> str:
    return re.sub(r"\d+\.\d+s", "0s", text)


@pytest.fixture
def shop(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The project of the page, in the present folder."""
    found = re.search(r"<!-- view -->\n```sql\n(.*?)```", TEXT, re.DOTALL)
    assert found
    orders = [
        f"1,{r['order_id']},{moment(r['ordered_at'])},{moment(r['known_at'])},{r['amount'].replace('NULL', '')}"
        for r in table("rows")
    ]
    files = {
        **PROJECT,
        "features/customer_orders.sql": found[1],
        "data/orders.csv": "\n".join(["customer_id,order_id,ordered_at,known_at,amount", *orders]) + "\n",
        "questions.csv": "\n".join(
            ["customer_id,event_timestamp", *(f"1,{moment(q['asked at'])}" for q in table("questions"))]
        ),
    }
    for name, text in files.items():
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text(text, encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    return tmp_path


def test_the_example_is_clean(shop: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["lint", "--strict", "--no-cache"]) == 0, capsys.readouterr()


@pytest.mark.parametrize("strategy", [None, "range_join", "prefix"])
def test_the_questions_have_the_answers_of_the_page(shop: Path, strategy: str | None) -> None:
    options = ["--window-strategy", strategy] if strategy else []
    assert main(["train", "questions.csv", "--features", "customer_orders", *options, "-o", "out.csv"]) == 0
    with (shop / "out.csv").open() as file:
        answers = [
            {name: value or "NULL" for name, value in row.items() if name not in ("customer_id", "event_timestamp")}
            for row in csv.DictReader(file)
        ]
    assert answers == [{name: question[name] for name in answers[0]} for question in table("questions")]
    assert list(answers[0]) == list(table("questions")[0])[1:-1]


def test_the_commands_say_what_the_page_shows(shop: Path, capfd: pytest.CaptureFixture[str]) -> None:
    sessions = re.findall(r"^```console\n\$ featurec (.*?)\n(.*?)^```$", TEXT, re.MULTILINE | re.DOTALL)
    assert len(sessions) == 3
    for command, shown in sessions:
        assert main(shlex.split(command)) == 0, command
        said = timeless(capfd.readouterr().out).splitlines()
        for line in shown.splitlines():
            pattern = re.escape(timeless(line)).replace("…", ".*")
            assert any(re.fullmatch(pattern, text) for text in said), (line, said)


def test_the_page_has_every_function() -> None:
    listed = {
        name for cell in re.findall(r"^\| (`[^|]*) \|", TEXT, re.MULTILINE) for name in re.findall(r"`(\w+)`", cell)
    }
    assert set(get_args(AggregationFunction)) <= listed
