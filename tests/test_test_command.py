"""`featurec test`: what it prints, in every form, and its exit codes."""

import json
import re
from collections.abc import Callable
from pathlib import Path
from xml.etree.ElementTree import Element, fromstring

import duckdb
import pytest

from featurec.cli.app import main

Run = Callable[..., tuple[int, str, str]]

FILES = {
    "featurec.yml": "name: shop\ntargets:\n  dev: {offline: {type: duckdb}}\n",
    "entities.yml": "entities:\n  user: {join_keys: {user_id: bigint}}\n",
    "sources.yml": """
sources:
  shop:
    tables:
      orders:
        path: data/orders.csv
        columns: {order_id: bigint, user_id: bigint, amount: bigint, at: timestamptz}
        timestamp: at
        unique: [order_id]
""",
    "data/orders.csv": """order_id,user_id,amount,at
1,1,10,2024-01-01 00:00:00+00
2,1,20,2024-01-02 00:00:00+00
3,2,-3,2024-01-03 00:00:00+00
""",
    "features/spend.sql": """/*---
entities: [user]
timestamp: at
features:
  amount: {type: bigint, tests: [not_null, {range: {min: 0}}]}
tests:
  - {sql: amount < 20, name: small, severity: warn}
---*/
SELECT user_id, at, amount FROM {{ source('shop', 'orders') }}
""",
    "features/twice.sql": """/*---
entities: [user]
timestamp: at
features: {twice: {type: bigint, tests: [not_null]}}
---*/
SELECT user_id, at, 2 * amount AS twice FROM {{ ref('spend') }}
""",
    "tests/spend.yml": """
unit_tests:
  - name: rows_stay
    view: spend
    given: {shop.orders: [{user_id: 1, at: 2024-01-01, amount: 1}]}
    expect: [{user_id: 1, amount: 1}]
  - name: doubles
    view: twice
    given: {spend: [{user_id: 1, at: 2024-01-01, amount: 2}]}
    expect: [{user_id: 1, twice: 5}]
""",
}  # fmt: skip

FAILING_RANGE = """\
FAIL   data  spend: range_amount  1 row out of range  TIME
       declared in features/spend.sql:5:45
       user_id  at                    amount
             2  2024-01-03 00:00:00Z      -3
       kept in featurec.test_failures, node = 'view.spend', test = 'range_amount'

"""

TEXT = f"""\
PASS   unit  spend: rows_stay  TIME
FAIL   unit  twice: doubles  1 row with other values  TIME
       declared in tests/spend.yml:7:11
                expected in  user_id  twice
       differs  line 10      1        5 ≠ 4
       of cells that differ: what is expected ≠ what is there

PASS   data  shop.orders: unique_order_id  TIME
PASS   data  spend: not_null_amount  TIME
{FAILING_RANGE}\
WARN   data  spend: small  1 row for which it is false  TIME
       declared in features/spend.sql:7:6
       user_id  at                    amount
             1  2024-01-02 00:00:00Z      20
       kept in featurec.test_failures, node = 'view.spend', test = 'small'

PASS   data  twice: not_null_twice  TIME
computed from SQL, as no table is up to date: spend, twice
7 tests: 4 passed, 1 warned, 2 failed in TIME
"""


@pytest.fixture
def shop(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> Run:
    for path, text in FILES.items():
        (tmp_path / path).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / path).write_text(text)

    def run(*words: str, command: str = "test") -> tuple[int, str, str]:
        code = main([command, "--project-dir", str(tmp_path), *words])
        captured = capfd.readouterr()
        return code, re.sub(r"\b\d+(\.\d+)?s\b", "TIME", captured.out), captured.err

    return run


def kept(folder: Path) -> list[tuple[str, str]]:
    with duckdb.connect(str(folder / ".featurec/dev.duckdb"), read_only=True) as connection:
        return connection.sql("SELECT node, test FROM featurec.test_failures ORDER BY ALL").fetchall()


def test_every_outcome_is_a_line_and_failing_rows_are_shown(shop: Run, tmp_path: Path) -> None:
    assert shop() == (1, TEXT, "")
    assert kept(tmp_path) == [("view.spend", "range_amount"), ("view.spend", "small")]


def test_after_the_data_is_mended_nothing_is_kept(shop: Run, tmp_path: Path) -> None:
    shop()
    (tmp_path / "data/orders.csv").write_text(FILES["data/orders.csv"].replace("-3", "3").replace("20,", "19,"))
    assert shop("--no-unit")[0] == 0
    assert kept(tmp_path) == []


def test_built_tables_are_tested_as_they_are(shop: Run, tmp_path: Path) -> None:
    (tmp_path / "features/spend.sql").write_text(FILES["features/spend.sql"].replace(", {range: {min: 0}}", ""))
    assert shop("--no-export", command="run")[0] == 0
    (tmp_path / "features/spend.sql").write_text(FILES["features/spend.sql"])
    (tmp_path / "data/orders.csv").write_text(FILES["data/orders.csv"].replace("-3", "3"))
    code, out, _ = shop("--no-unit", "--select", "spend")
    assert (code, "computed from SQL" in out) == (1, False)
    assert FAILING_RANGE in out


def test_nothing_is_kept_where_that_is_not_wanted(shop: Run, tmp_path: Path) -> None:
    code, out, _ = shop("--no-unit", "--no-store-failures")
    assert (code, "kept in" in out) == (1, False)
    assert not (tmp_path / ".featurec/dev.duckdb").exists()


def test_unit_tests_alone_need_no_target(shop: Run, tmp_path: Path) -> None:
    (tmp_path / "featurec.yml").write_text("name: shop\n")
    code, out, _ = shop("--no-data", "--select", "spend")
    assert (code, out) == (0, "PASS   unit  spend: rows_stay  TIME\n1 test: 1 passed in TIME\n")


def test_selected_views_bring_the_sources_that_they_read(shop: Run) -> None:
    _, out, _ = shop("--no-unit", "--select", "spend")
    assert "shop.orders" in out
    assert "twice" not in out
    assert shop("--no-unit", "--exclude", "spend")[1].count("data") == 1
    code, _, err = shop("--select", "no_such_view")
    assert code == 2
    assert "FC956" in err or "FC956" in _


def test_fail_fast_runs_nothing_after_the_first_failure(shop: Run) -> None:
    code, out, _ = shop("-x")
    assert (code, out.splitlines()[-2:]) == (
        1,
        ["stopped at the first failure", "2 tests: 1 passed, 1 failed in TIME"],
    )
    out = shop("-x", "--no-unit")[1]
    assert out.endswith("3 tests: 2 passed, 1 failed in TIME\n")


def test_warnings_count_as_failures_where_that_is_wanted(shop: Run, tmp_path: Path) -> None:
    (tmp_path / "data/orders.csv").write_text(FILES["data/orders.csv"].replace("-3", "3"))
    assert shop("--no-unit")[0] == 0
    code, out, _ = shop("--no-unit", "--warn-error")
    assert code == 1
    assert "FAIL   data  spend: small" in out


def test_a_project_without_tests_says_so(shop: Run, tmp_path: Path) -> None:
    assert shop("--no-unit", "--no-data")[:2] == (0, "there is no test to run\n")


def test_findings_of_the_project_come_first(shop: Run, tmp_path: Path) -> None:
    (tmp_path / "tests/spend.yml").write_text(FILES["tests/spend.yml"].replace("twice: 5", "twise: 5"))
    code, out, _ = shop()
    assert code == 1
    assert "error[FC204]: `twice` has no column `twise`" in out
    assert "PASS" not in out


def test_a_test_that_cannot_be_run_says_why(shop: Run, tmp_path: Path) -> None:
    (tmp_path / "data/orders.csv").unlink()
    code, out, _ = shop("--no-unit", "--select", "spend")
    assert code == 1
    assert "ERROR  data  shop.orders: unique_order_id" in out
    assert "error[FC9" in out
    assert "4 tests: 4 could not be run" in out


def test_json_has_every_key_of_every_test(shop: Run, tmp_path: Path) -> None:
    code, out, log = shop("--format", "json")
    document = json.loads(out)
    assert code == 1
    assert document["summary"] == {"pass": 4, "warn": 1, "fail": 2, "error": 0}
    assert log.count("data  ") == 5
    assert len({tuple(result) for result in document["results"]}) == 1
    found = next(result for result in document["results"] if result["name"] == "range_amount")
    assert found["rows"] == [{"user_id": 2, "at": "2024-01-03T00:00:00+00:00", "amount": -3}]
    assert (found["place"]["path"], found["place"]["line"]) == ("features/spend.sql", 5)
    assert 'tested."amount" < CAST(0 AS BIGINT)' in found["sql"]


def test_events_are_one_object_a_line(shop: Run) -> None:
    _, out, _ = shop("--log-format", "json", "--no-data")
    events = [json.loads(line) for line in out.splitlines()]
    assert [(e["event"], e["name"], e["status"]) for e in events] == [
        ("test_finished", "rows_stay", "pass"),
        ("test_finished", "doubles", "fail"),
    ]


def test_junit_counts_failures_and_tells_them(shop: Run, tmp_path: Path) -> None:
    code, out, _ = shop("--format", "junit", "-o", str(tmp_path / "out/report.xml"))
    assert (code, out) == (1, TEXT)
    root = fromstring((tmp_path / "out/report.xml").read_text())
    counts = {suite.get("name"): (suite.get("tests"), suite.get("failures")) for suite in root}
    assert counts == {"spend": ("4", "1"), "twice": ("2", "1"), "shop.orders": ("1", "0")}
    assert (root.get("tests"), root.get("failures"), root.get("errors")) == ("7", "2", "0")
    cases = {(case.get("classname"), case.get("name")): case for case in root.iter("testcase")}
    assert len(cases) == 7
    failed = cases["spend.data", "range_amount"]
    assert (failed.get("file"), failed.get("line")) == ("features/spend.sql", "5")
    assert "-3" in text_of(failed, "failure")
    assert text_of(cases["spend.data", "small"], "system-out").startswith("warning: features/spend.sql:7:6")
    assert list(cases["spend.data", "not_null_amount"]) == []


def text_of(case: Element, tag: str) -> str:
    found = case.find(tag)
    assert found is not None
    return found.text or ""


def test_quiet_prints_failures_only(shop: Run) -> None:
    out = shop("-q", "--no-unit")[1]
    assert out == f"{FAILING_RANGE}5 tests: 3 passed, 1 warned, 1 failed in TIME\n"


def test_the_report_as_text_goes_to_a_file_too(shop: Run, tmp_path: Path) -> None:
    shop("-o", str(tmp_path / "report.txt"), "--no-unit")
    assert "FAIL   data  spend: range_amount" in (tmp_path / "report.txt").read_text()
