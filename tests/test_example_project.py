"""The example project: its steps run, and its features are what a slow look at the flights says they are.

To be quick, the data are the flights of six small carriers; prepare.py is tested on all of it.
"""

import importlib.util
import os
import re
import shutil
import subprocess
import sys
from datetime import timedelta
from pathlib import Path
from types import ModuleType

import duckdb
import pytest

from featurec.cli.app import main
from tests.once import once

README = Path(__file__).parent.parent / "README.md"
EXAMPLE = README.parent / "example_project"
TABLES = ("departures", "flights", "weather", "planes")
SMALL = "('OO', 'HA', 'YV', 'F9', 'FL', 'WN')"
TRAINING_SET = "target/training.parquet"
ROLES = {
    "plane_last_leg",
    "plane_model",
    "carrier_recent",
    "carrier_trend",
    "route_delay",
    "flight_number_delay",
    "origin_weather",
    "origin_congestion",
    "dest_congestion",
}


def script(name: str) -> ModuleType:
    """A script of the example as a module."""
    spec = importlib.util.spec_from_file_location(name, EXAMPLE / f"{name}.py")
    assert spec
    assert spec.loader
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def session() -> duckdb.DuckDBPyConnection:
    connection = duckdb.connect()
    connection.execute("SET TimeZone = 'UTC'")
    return connection


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory, worker_id: str) -> Path:
    """A folder with all prepared tables."""

    def prepare(folder: Path) -> None:
        module = script("prepare")
        module.DATA = folder  # type: ignore[attr-defined]
        module.main()

    return once(tmp_path_factory, worker_id, "flights", prepare)


@pytest.fixture(scope="module")
def demo(whole: Path, tmp_path_factory: pytest.TempPathFactory, worker_id: str) -> tuple[Path, str]:
    """The folder of a copy of the project in which demo.py has run over the small carriers, and what it printed.

    As on a new machine: no Postgres on PATH, and an empty home.
    """

    def show(folder: Path) -> None:
        root, home = folder / "example_project", folder / "home"
        home.mkdir()
        shutil.copytree(EXAMPLE, root, ignore=shutil.ignore_patterns("data", "target", ".featurec", "__pycache__"))
        (root / "data").mkdir()
        with session() as connection:
            for table in TABLES:
                few = f"WHERE carrier IN {SMALL}" if table in {"departures", "flights"} else ""
                connection.sql(f"FROM '{whole}/{table}.parquet' {few}").write_parquet(f"{root}/data/{table}.parquet")
        kept = {name: os.environ[name] for name in ("LANG", "TMPDIR", "SYSTEMROOT") if name in os.environ}
        done = subprocess.run(
            [sys.executable, "demo.py"],
            cwd=root,
            env={**kept, "HOME": str(home), "PATH": str(home)},
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.returncode == 0, done.stdout + done.stderr
        (folder / "printed.txt").write_text(done.stdout, encoding="utf-8")

    folder = once(tmp_path_factory, worker_id, "demo", show)
    return folder / "example_project", (folder / "printed.txt").read_text(encoding="utf-8")


def test_prepared_flights_are_all_there(whole: Path) -> None:
    with session() as connection:
        counts = [connection.sql(f"FROM '{whole}/{t}.parquet'").count("*").fetchall() for t in TABLES]
    assert counts == [[(328_521,)], [(327_346,)], [(26_115,)], [(3_322,)]]


def test_landing_agrees_with_the_schedule_and_the_time_in_the_air(whole: Path) -> None:
    """Independent of how landed_at is computed: taxiing takes minutes, and the scheduled arrival is one per schedule."""
    with session() as connection:
        taxi = connection.sql(f"""
            SELECT min(t), max(t), median(t)
            FROM (SELECT date_diff('minute', departed_at, landed_at) - air_time AS t FROM '{whole}/flights.parquet')
        """).fetchall()
        too_early = connection.sql(
            f"FROM '{whole}/flights.parquet' WHERE landed_at <= departed_at OR landed_at <= scheduled_departure"
        ).fetchall()
    assert taxi == [(5, 235, 28)]
    assert too_early == []


def test_demo_names_every_command_and_ends_with_what_to_try(demo: tuple[Path, str]) -> None:
    _, printed = demo
    for command in ("compile", "run", "train", "why", "online get"):
        assert f"\n$ featurec {command}" in printed
    assert "What to try next" in printed


def test_the_readme_shows_the_header_and_what_the_demo_prints(demo: tuple[Path, str]) -> None:
    _, printed = demo
    section = README.read_text(encoding="utf-8").partition("## Windows\n")[2].partition("\n## ")[0]
    (header,) = re.findall(r"^```sql\n(.*?)^```$", section, re.MULTILINE | re.DOTALL)
    (session,) = re.findall(r"^```console\n(.*?)^```$", section, re.MULTILINE | re.DOTALL)
    view = (EXAMPLE / "features" / "carrier_recent.sql").read_text(encoding="utf-8")
    assert header in view
    missing = [line for line in session.splitlines() if line not in printed.splitlines()]
    assert missing == []


def test_training_set_has_a_row_per_flight_and_all_features_of_the_service(demo: tuple[Path, str]) -> None:
    root, _ = demo
    with session() as connection:
        flights = connection.sql(f"FROM '{root}/data/flights.parquet'").count("*").fetchall()
        training = connection.sql(f"FROM '{root}/{TRAINING_SET}'")
        assert training.count("*").fetchall() == flights
        roles = {name.partition("__")[0] for name in training.columns if "__" in name}
    assert roles == ROLES


LOOKED_UP = {
    "plane_last_leg__arr_delay": """
        SELECT arr_delay FROM flights AS f
        WHERE f.tailnum = q.tailnum AND f.landed_at <= q.asked_at AND q.asked_at - f.scheduled_departure <= INTERVAL 7 DAY
        ORDER BY f.scheduled_departure DESC LIMIT 1""",
    "carrier_recent__arrivals_7d": """
        SELECT count(*) FROM flights AS f
        WHERE f.carrier = q.carrier AND f.landed_at <= q.asked_at AND f.landed_at > q.asked_at - INTERVAL 7 DAY""",
    "carrier_recent__very_late_6h": """
        SELECT count(*) FROM flights AS f
        WHERE f.carrier = q.carrier AND f.landed_at <= q.asked_at AND f.landed_at > q.asked_at - INTERVAL 6 HOUR
          AND f.arr_delay > 60""",
    "carrier_recent__late_share_6h": """
        SELECT avg((arr_delay > 15)::INT) FROM flights AS f
        WHERE f.carrier = q.carrier AND f.landed_at <= q.asked_at AND f.landed_at > q.asked_at - INTERVAL 6 HOUR""",
    "carrier_trend__above_normal": """
        SELECT avg(f.arr_delay) FILTER (WHERE f.landed_at > l.last - INTERVAL 6 HOUR) - avg(f.arr_delay)
        FROM flights AS f, (
          SELECT max(landed_at) AS last FROM flights WHERE carrier = q.carrier AND landed_at <= q.asked_at) AS l
        WHERE f.carrier = q.carrier AND f.landed_at <= l.last AND f.landed_at > l.last - INTERVAL 7 DAY
          AND q.asked_at - l.last <= INTERVAL 2 DAY""",
    "route_delay__arr_delay_week_before_7d": """
        SELECT avg(arr_delay) FROM flights AS f
        WHERE f.origin = q.origin AND f.dest = q.dest
          AND f.landed_at <= q.asked_at - INTERVAL 7 DAY AND f.landed_at > q.asked_at - INTERVAL 14 DAY""",
    "origin_congestion__delay_1h": """
        SELECT avg(delay) FROM movements AS m, (
          SELECT max(moved_at) AS last FROM movements WHERE airport = q.origin AND moved_at <= q.asked_at) AS l
        WHERE m.airport = q.origin AND m.moved_at BETWEEN l.last - INTERVAL 1 HOUR AND l.last
          AND q.asked_at - l.last <= INTERVAL 12 HOUR""",
    "flight_number_delay__late_share_10": """
        SELECT avg((arr_delay > 15)::INT) FROM (
          SELECT arr_delay FROM flights AS f
          WHERE f.carrier = q.carrier AND f.flight = q.flight AND f.landed_at <= q.asked_at
          ORDER BY f.landed_at DESC, f.scheduled_departure DESC, f.origin DESC LIMIT 10)
        WHERE q.asked_at - (SELECT max(landed_at) FROM flights AS f
          WHERE f.carrier = q.carrier AND f.flight = q.flight AND f.landed_at <= q.asked_at) <= INTERVAL 30 DAY""",
    "origin_weather__wind_speed": """
        SELECT wind_speed FROM weather AS w
        WHERE w.airport = q.origin AND w.hour_start + INTERVAL 1 HOUR <= q.asked_at
          AND q.asked_at - w.hour_start <= INTERVAL 6 HOUR
        ORDER BY w.hour_start DESC LIMIT 1""",
    "plane_model__seats": "SELECT seats FROM planes AS p WHERE p.tailnum = q.tailnum",
}
"""Feature -> what it is in words of SQL that looks up one question `q` at a time, without featurec."""


@pytest.mark.parametrize("feature", LOOKED_UP)
def test_a_feature_is_what_was_known_when_it_was_asked_for(demo: tuple[Path, str], feature: str) -> None:
    root, _ = demo
    with session() as connection:
        for table in TABLES:
            connection.execute(f"CREATE TABLE {table} AS FROM '{root}/data/{table}.parquet'")
        connection.execute("""
            CREATE VIEW movements AS
            SELECT origin AS airport, departed_at AS moved_at, dep_delay AS delay FROM departures
            UNION ALL
            SELECT dest, landed_at, arr_delay FROM flights
        """)
        connection.execute(f"""
            CREATE TABLE questions AS FROM (FROM '{root}/{TRAINING_SET}' ORDER BY hash(carrier, flight, asked_at) LIMIT 300)
        """)
        found = connection.sql(f"SELECT q.{feature}, ({LOOKED_UP[feature]}) FROM questions AS q").fetchall()
    assert sum(expected is not None for _, expected in found) > 100
    for given, expected in found:
        assert given == pytest.approx(expected, abs=1e-9)


def test_no_feature_changes_when_the_future_is_hidden(demo: tuple[Path, str], tmp_path: Path) -> None:
    """Cut every table off at noon of a day in June: what was asked before that must have had the same answer."""
    root, _ = demo
    cut = "TIMESTAMPTZ '2013-06-15 16:00:00+00'"
    known = {
        "departures": f"departed_at <= {cut}",
        "flights": f"landed_at <= {cut}",
        "weather": f"hour_start + INTERVAL 1 HOUR <= {cut}",
        "planes": "true",
    }
    shutil.copytree(root, tmp_path / "cut", ignore=shutil.ignore_patterns("target", ".featurec"))
    with session() as connection:
        for table, condition in known.items():
            path = tmp_path / "cut" / "data" / f"{table}.parquet"
            connection.sql(f"FROM '{root}/data/{table}.parquet' WHERE {condition}").write_parquet(str(path))
        questions = tmp_path / "cut" / "questions.parquet"
        asked = f"SELECT carrier, flight, tailnum, origin, dest, asked_at FROM '{root}/{TRAINING_SET}'"
        before = f"asked_at BETWEEN {cut} - INTERVAL 10 DAY AND {cut}"
        connection.sql(f"{asked} WHERE {before} ORDER BY ALL").write_parquet(str(questions))
    command = "train questions.parquet --timestamp asked_at --service delay_risk --full-feature-names -o then.parquet"
    done = subprocess.run(
        [sys.executable, "-m", "featurec", *command.split()],
        cwd=tmp_path / "cut",
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    with session() as connection:
        features = [n for n in connection.sql(f"FROM '{tmp_path}/cut/then.parquet'").columns if "__" in n]
        picked = (
            f"SELECT {', '.join(features)} FROM '{{path}}' WHERE {before} ORDER BY carrier, flight, origin, asked_at"
        )
        then = connection.sql(picked.format(path=tmp_path / "cut" / "then.parquet")).fetchall()
        today = connection.sql(picked.format(path=root / TRAINING_SET)).fetchall()
    assert len(then) > 200
    assert len(features) == 32
    for given, expected in zip(then, today, strict=True):
        assert given == tuple(
            pytest.approx(value, abs=1e-9) if isinstance(value, float) else value for value in expected
        )


def test_every_view_and_feature_says_what_it_is() -> None:
    """The example is the model of good style: description, owner and unit everywhere."""
    import yaml

    for path in sorted((EXAMPLE / "features").glob("*.sql")):
        header = yaml.safe_load(path.read_text(encoding="utf-8").partition("/*---")[2].partition("---*/")[0])
        assert header["description"], path.name
        assert header["owner"], path.name
        for name, feature in header.get("features", {}).items():
            assert {"type", "description", "unit"} <= feature.keys(), f"{path.name}: {name}"


def test_label_is_two_hours_ahead_of_departure(demo: tuple[Path, str]) -> None:
    root, _ = demo
    with session() as connection:
        ahead = connection.sql(
            f"SELECT DISTINCT scheduled_departure - asked_at FROM '{root}/{TRAINING_SET}'"
        ).fetchall()
    assert ahead == [(timedelta(hours=2),)]


def test_its_tests_pass(demo: tuple[Path, str], capfd: pytest.CaptureFixture[str]) -> None:
    root, _ = demo
    code = main(["test", "--project-dir", str(root)])
    said = capfd.readouterr().out
    assert code == 0, said
    assert re.search(r"^10 tests: 10 passed", said, re.MULTILINE)
    assert "computed from SQL" not in said
