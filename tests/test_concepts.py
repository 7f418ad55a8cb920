"""docs/concepts.md says what the program does: its tables are a project, a spine and the expected training set."""

import re
import subprocess
import sys
from pathlib import Path

import duckdb
import pytest

DOCS = Path(__file__).parent.parent / "docs"
TEXT = (DOCS / "concepts.md").read_text(encoding="utf-8")
DAY = "2013-03-03"

PROJECT = {
    "featurec.yml": "name: concepts\ndefault_target: t\ntargets: {t: {offline: {type: duckdb, path: ':memory:'}}}\n",
    "entities.yml": "entities: {plane: {join_keys: [{name: tailnum, type: varchar}]}}\n",
    "sources.yml": """sources:
  ops:
    tables:
      reports:
        path: data/reports.csv
        timestamp: scheduled_departure
        available_at: known_at
        columns: {tailnum: varchar, scheduled_departure: timestamptz, known_at: timestamptz, written_at: timestamptz,
                  arr_delay: bigint}
""",
}


def table(name: str) -> list[dict[str, str]]:
    """The Markdown table below the comment of that name."""
    lines = TEXT.partition(f"<!-- {name} -->\n")[2].splitlines()
    cells = [[cell.strip() for cell in line.strip("|").split("|")] for line in lines[: lines.index("")]]
    return [dict(zip(cells[0], row, strict=True)) for row in cells[2:]]


def view() -> str:
    """The feature view of the running example."""
    found = re.search(r"<!-- view -->\n```sql\n(.*?)```", TEXT, re.DOTALL)
    assert found
    return found[1]


def moment(clock: str) -> str:
    return f"{DAY} {clock}:00+00"


def answers(root: Path, *options: str, header: str | None = None) -> list[str]:
    """``arr_delay`` for every question of the page, as ``train`` gives it."""
    rows = table("rows")
    times = ("scheduled_departure", "known_at", "written_at")
    report = [",".join(["tailnum", *times, "arr_delay"])]
    report += [",".join([r["tailnum"], *(moment(r[t]) for t in times), r["arr_delay"]]) for r in rows]
    spine = ["tailnum,event_timestamp", *(f"N1,{moment(q['asked at'])}" for q in table("questions"))]
    files = {
        **PROJECT,
        "features/latest.sql": view().replace("ttl: 12h", header or "ttl: 12h"),
        "data/reports.csv": "\n".join(report) + "\n",
        "spine.csv": "\n".join(spine) + "\n",
    }
    for name, text in files.items():
        (root / name).parent.mkdir(exist_ok=True)
        (root / name).write_text(text, encoding="utf-8")
    command = ["train", "spine.csv", "--features", "latest:arr_delay", *options, "-o", "out.parquet"]
    done = subprocess.run(
        [sys.executable, "-m", "featurec", *command], cwd=root, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    found = duckdb.sql(f"SELECT arr_delay FROM '{root}/out.parquet'").fetchall()
    return ["NULL" if value is None else str(value) for (value,) in found]


def test_the_questions_have_the_answers_of_the_page(tmp_path: Path) -> None:
    assert answers(tmp_path) == [question["arr_delay"] for question in table("questions")]


def test_the_answer_is_the_row_that_the_page_names() -> None:
    delays = {row["row"]: row["arr_delay"] for row in table("rows")} | {"–": "NULL"}
    for question in table("questions"):
        assert question["arr_delay"] == delays[question["row"]]


@pytest.mark.parametrize(
    ("options", "header", "asked", "answer"),
    [
        pytest.param(("--exclusive",), None, "09:10", "NULL", id="strict"),
        pytest.param((), "ttl: 12h\ndelay: 15min", "09:10", "NULL", id="delay"),
        pytest.param((), "ttl: 12h\ndelay: 15min", "12:00", "5", id="delay_passed"),
        pytest.param((), "ttl: 1d", "22:01", "35", id="longer_ttl"),
    ],
)
def test_what_the_page_says_of_options(
    tmp_path: Path, options: tuple[str, ...], header: str | None, asked: str, answer: str
) -> None:
    found = answers(tmp_path, *options, header=header)
    assert dict(zip((q["asked at"] for q in table("questions")), found, strict=True))[asked] == answer
