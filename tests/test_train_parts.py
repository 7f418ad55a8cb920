"""A training set in parts is the training set: the same rows in the same order, whatever it is parted by, and nothing half done."""

import json
import re
import signal
import sys
from collections.abc import Iterator
from io import StringIO
from itertools import pairwise
from pathlib import Path
from typing import Any

import duckdb
import hypothesis
import pyarrow.parquet
import pytest
from hypothesis import given

from featurec.cli.app import main
from featurec.compiler import BuiltTable, CompiledQuery, Physical, Sizes, Statistics, compile_project
from featurec.project import resolve_target
from featurec.report.console import Console
from featurec.report.progress import training
from featurec.run.train import TrainOptions, TrainResult, train
from tests import oracle
from tests.generate import Generated, facts, projects
from tests.generated_project import SCHEMA, Project, rows
from tests.processes import Process
from tests.test_windows import expectation
from tests.warehouse import DuckDBWarehouse, Row
from tests.windows_generate import windowed_projects

PARTS = (1, 2, 7)
ENTITIES = (1, 1_000)
"""Too few to part by, and enough; true of none of the tables."""
some = hypothesis.settings(hypothesis.settings.get_profile("default"), max_examples=7)
deep = hypothesis.settings(hypothesis.settings.get_profile("deep"), max_examples=300)


def physicals(project: Project) -> Iterator[Physical]:
    """Nothing built; built and known, of few entities and of many."""
    yield Physical()
    for entities in ENTITIES:
        statistics = Statistics(1_000, entities, 10**12)
        views = project.generated.views.items()
        yield Physical(SCHEMA, {name: BuiltTable(name, *facts(view), statistics) for name, view in views})


def in_parts(project: Project, physical: Physical, parts: int, **overriding: Any) -> tuple[CompiledQuery, list[Row]]:
    """The query and what it gives."""
    sizes = Sizes(dict.fromkeys(project.generated.views, 1_000), 1_000, 1, parts)
    query, findings = project.training_query(physical, sizes=sizes, **overriding)
    assert query is not None, findings
    for statement in query.before:
        project.warehouse.execute(statement)
    answer = project.warehouse.query(query.sql)
    for table in project.warehouse.query("SELECT table_name FROM duckdb_tables() WHERE temporary"):
        project.warehouse.execute(f'DROP TABLE temp."{table["table_name"]}"')
    return query, answer


def timestamp(output: str) -> bool:
    """Whether an output is the time of the row that was found."""
    return output.endswith("__event_timestamp")


def check(generated: Generated) -> None:
    """Latest rows in parts are those of the oracle, with and without the time of the row that was found."""
    expected = rows(oracle.training(generated.spine.rows, "t", generated.timezone, generated.lookups, generated.strict))
    with DuckDBWarehouse() as warehouse:
        project = Project(generated, warehouse)
        project.build()
        for physical in physicals(project):
            for parts in PARTS:
                for timed in (True, False):
                    _, answer = in_parts(project, physical, parts, with_timestamps=timed)
                    asked = [
                        {name: cell for name, cell in line.items() if timed or not timestamp(name)} for line in expected
                    ]
                    assert rows(answer) == asked


def check_windows(generated: Generated) -> None:
    """Windows in parts are those of the oracle."""
    expected = expectation(generated)
    with DuckDBWarehouse() as warehouse:
        project = Project(generated, warehouse)
        project.build()
        for physical in physicals(project):
            for parts in PARTS:
                _, answer = in_parts(project, physical, parts, with_timestamps=False)
                assert len(answer) == len(expected)
                for line, cells in zip(answer, expected, strict=True):
                    wrong = [
                        (name, cells[name].value, found)
                        for name, found in line.items()
                        if not cells[name].agrees(found)
                    ]
                    assert not wrong, f"{parts} parts: {wrong[0]}"


@some
@given(projects())
def test_latest_rows_in_parts_equal_the_oracle(generated: Generated) -> None:
    check(generated)


@some
@given(windowed_projects())
def test_windows_in_parts_equal_the_oracle(generated: Generated) -> None:
    check_windows(generated)


USERS = """/*---
entities: [user]
timestamp: at
ttl: 2d
features:
  amount: {type: bigint, default: 0}
aggregations:
  - {function: sum, column: amount, windows: [1d, 3d]}
---*/
SELECT user_id, at, amount FROM raw.events
"""
SHOPS = """/*---
entities: [shop]
timestamp: at
features:
  latest: {type: bigint}
aggregations:
  - {function: count, windows: [lifetime], name: sales}
---*/
SELECT shop_id, at, max(amount) AS latest FROM raw.events GROUP BY shop_id, at
"""
DAILY = """/*---
entities: [user]
timestamp: at
features:
  daily: {type: "decimal(38,0)"}
---*/
SELECT user_id, at, amount_sum_1d AS daily FROM {{ ref('users') }}
"""
BACKWARDS = """/*---
entities: [user]
timestamp: event_timestamp
---*/
SELECT id, user_id, shop_id, rival_id, event_timestamp FROM raw.asked ORDER BY id DESC
"""
FILES = {
    "entities.yml": """
entities:
  user: {join_keys: [{name: user_id, type: bigint}]}
  shop: {join_keys: [{name: shop_id, type: bigint}]}
""",
    "sources.yml": """
sources:
  raw:
    tables:
      events:
        path: events.parquet
        columns: {user_id: bigint, shop_id: bigint, at: timestamptz, amount: bigint}
        timestamp: at
      asked:
        path: asked.parquet
        columns: {id: bigint, user_id: integer, shop_id: bigint, rival_id: bigint, event_timestamp: timestamptz}
        timestamp: event_timestamp
""",
    "services.yml": """
services:
  all:
    features:
      - users
      - daily
      - shops
      - {view: shops, as: rival, join_keys: {shop_id: rival_id}}
""",
    "features/users.sql": USERS,
    "features/daily.sql": DAILY,
    "features/shops.sql": SHOPS,
    "spines/backwards.sql": BACKWARDS,
}
EVENTS = """
SELECT
  CASE WHEN i % 50 > 0 THEN CAST(hash(i) % {users} AS bigint) END AS user_id,
  CAST(hash(i, 1) % 40 AS bigint) AS shop_id,
  TIMESTAMPTZ '2024-03-01 00:00Z' + INTERVAL 1 SECOND * CAST(hash(i, 2) % 864000 AS bigint) AS at,
  CAST(hash(i, 3) % 1000 AS bigint) AS amount
FROM range({rows}) AS r(i)
"""
ASKED = """
SELECT
  i AS id,
  CASE WHEN i % 30 > 0 THEN CAST(hash(i, 4) % {users} AS integer) END AS user_id,
  CAST(hash(i, 5) % 41 AS bigint) AS shop_id,
  CAST(hash(i, 6) % 41 AS bigint) AS rival_id,
  CASE WHEN i % 40 > 0 THEN TIMESTAMPTZ '2024-03-01 00:00Z' + INTERVAL 1 SECOND * CAST(hash(i, 7) % 864000 AS bigint)
  END AS event_timestamp
FROM range({rows}) AS r(i)
"""
Answer = list[dict[str, Any]]


class Shops:
    """A project over a Parquet file, in a folder of its own."""

    def __init__(
        self, root: Path, events: int = 20_000, asked: int = 2_000, memory: str = "4GB", users: int = 500
    ) -> None:
        self.root = root
        offline = f"{{type: duckdb, path: t.duckdb, threads: 2, memory_limit: {memory}}}"
        for name, text in (
            FILES.items() | {"featurec.yml": f"name: shops\ntargets: {{t: {{offline: {offline}}}}}\n"}.items()
        ):
            (root / name).parent.mkdir(exist_ok=True)
            (root / name).write_text(text)
        with duckdb.connect() as session:
            for name, sql, rows in (("events", EVENTS, events), ("asked", ASKED, asked)):
                text = sql.format(rows=rows, users=users)
                session.execute(f"COPY ({text}) TO '{root / name}.parquet' (FORMAT parquet)")

    def train(
        self, *views: str, spine: str | None = None, **options: Any
    ) -> tuple[Answer, TrainResult, list[float | None]]:
        """The rows of the file, what is said of it, and the progress that was told."""
        compilation = compile_project(self.root)
        target, _ = resolve_target(compilation.project, None, {})
        assert target is not None
        requests = [r for r in compilation.project.services["all"].features if r.prefix in views or not views]
        seen: list[float | None] = []
        wanted = TrainOptions(full_feature_names=True, **options)
        out = self.root / "out.parquet"
        place = spine or self.root / "asked.parquet"
        result = train(compilation, target, place, requests, wanted, out, seen.append)
        return pyarrow.parquet.read_table(out).to_pylist(), result, seen


@pytest.fixture(scope="module")
def shops(tmp_path_factory: pytest.TempPathFactory) -> Shops:
    return Shops(tmp_path_factory.mktemp("shops"))


@pytest.mark.parametrize("options", [{}, {"strict": True}, {"with_timestamps": True}])
def test_files_are_equal_whatever_the_number_of_parts(shops: Shops, options: dict[str, Any]) -> None:
    whole, result, _ = shops.train(**options)
    assert [line["id"] for line in whole] == list(range(2_000))
    assert not any(note.startswith("memory") for note in result.notes)
    for parts in PARTS:
        answer, result, _ = shops.train(parts=parts, **options)
        assert answer == whole
        assert result.rows == len(whole)
        assert result.notes[-1].startswith("memory: about ")


def test_a_spine_of_the_project_keeps_its_order(shops: Shops) -> None:
    whole, _, _ = shops.train(spine="backwards")
    assert [line["id"] for line in whole] == list(reversed(range(2_000)))
    for parts in PARTS:
        assert shops.train(spine="backwards", parts=parts)[0] == whole


def test_each_role_is_parted_by_its_own_key(shops: Shops) -> None:
    _, result, _ = shops.train(parts=3)
    how = result.notes[-1].partition(": in ")[2]
    assert how == "3 parts by user_id (users, daily) and 3 parts by shop_id (shops) and 3 parts by rival_id (rival)"


def test_few_entities_are_parted_by_time(tmp_path: Path) -> None:
    few = Shops(tmp_path, users=3)
    assert main(["run", "--project-dir", str(tmp_path), "--select", "users"]) == 0
    whole, _, _ = few.train("users")
    for parts in PARTS:
        answer, result, _ = few.train("users", parts=parts)
        assert answer == whole
        assert result.notes[-1].endswith("in one part (users)" if parts == 1 else f"in {parts} parts by time (users)")
    # The time of a row that is too old is asked for: no row may be left out.
    _, result, _ = few.train("users", parts=2, with_timestamps=True)
    assert result.notes[-1].endswith("in 2 parts by user_id (users)")


def test_little_memory_means_parts(tmp_path: Path) -> None:
    """The answer is that of a session with memory to spare."""
    little = Shops(tmp_path, events=300_000, memory="40MB")
    answer, result, seen = little.train("users", "shops", "rival")
    found = re.findall(r"(\d+) parts by", result.notes[-1])
    assert [int(number) > 1 for number in found] == [True] * 3
    assert not list((tmp_path / ".featurec" / "tmp").glob("*"))
    assert Shops(tmp_path, events=300_000).train("users", "shops", "rival")[0] == answer
    told = [share for share in seen if share is not None]
    assert (told[0], told[-1]) == (0, 1)
    assert all(earlier <= later for earlier, later in pairwise(told))


def test_progress_is_told_to_programs(shops: Shops, capsys: pytest.CaptureFixture[str]) -> None:
    words = ["train", str(shops.root / "asked.parquet"), "--service", "all", "--full-feature-names"]
    words += ["-o", str(shops.root / "told.parquet"), "--project-dir", str(shops.root), "--log-format", "json"]
    assert main(words) == 0
    events = [json.loads(said) for said in capsys.readouterr().out.splitlines()]
    told = [event["fraction"] for event in events if event["event"] == "training_progress"]
    assert (told[0], told[-1]) == (0, 1)
    assert told == sorted(told)
    assert main([*words, "--quiet"]) == 0
    assert capsys.readouterr().out == ""


def test_a_terminal_shows_a_bar(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TERM", "xterm")
    monkeypatch.delenv("NO_COLOR", raising=False)
    terminal, console = Terminal(), Console()
    monkeypatch.setattr(sys, "stderr", terminal)
    with training(console) as progress:
        progress(0.0)
        assert terminal.getvalue() == ""
        progress(0.25)
        progress(None)
        progress(0.5)
        progress(1.0)
    assert "training set" in terminal.getvalue()
    assert "50%" in terminal.getvalue()
    console.quiet = True
    terminal.truncate(0)
    with training(console) as progress:
        progress(0.5)
    assert terminal.getvalue() == ""


class Terminal(StringIO):
    """A stream that calls itself a terminal."""

    def isatty(self) -> bool:
        return True


def test_an_interrupted_part_leaves_nothing(tmp_path: Path) -> None:
    root = Shops(tmp_path, events=300_000, memory="40MB").root
    words = ["train", root / "asked.parquet", "--features", "users,shops", "-o", root / "out.parquet"]
    words += ["--project-dir", root, "--log-format", "json"]
    with Process(*words, failpoint="train.part@3:stop") as running:
        running.stopped()
        assert list((root / ".featurec" / "tmp").glob("*"))
        running.signal(signal.SIGINT)
        running.signal(signal.SIGCONT)
        code, said = running.ended()
    assert (code, '"fraction": 1.0' in said) == (130, False)
    assert not (root / "out.parquet").exists()
    assert not list(root.glob(".featurec-*"))
    assert not list((root / ".featurec" / "tmp").glob("*"))


@pytest.mark.slow
@deep
@given(projects())
def test_many_latest_rows_in_parts_equal_the_oracle(generated: Generated) -> None:
    check(generated)


@pytest.mark.slow
@deep
@given(windowed_projects())
def test_many_windows_in_parts_equal_the_oracle(generated: Generated) -> None:
    check_windows(generated)
