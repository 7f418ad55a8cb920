"""Runs that meet each other, are killed or interrupted, or lose their database: nothing is half-written, and running again mends."""

import os
import random
import re
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import psycopg
import pytest

from featurec.failpoint import VARIABLE
from tests.market import ORDERS, Market

MORE = ORDERS + ", (6, 9, 'fr', 75001, 99.00, 'new', '2024-03-03 10:00+00', '2024-03-03 10:00+00')"
TABLES = {
    "spend": "SELECT user_id, ordered_at, paid_at, amount, note FROM features.spend ORDER BY ALL",
    "doubled": "SELECT user_id, ordered_at, paid_at, doubled FROM features.doubled ORDER BY ALL",
}
FAILPOINTS = ("build.write", "build.insert", "build.test", "build.commit")


def contents(market: Market) -> dict[str, list[tuple[object, ...]]]:
    """The rows that readers see of each view, in one order."""
    found = {}
    for view in ("spend", "doubled", "places"):
        found[view] = sorted(market.rows(f"SELECT * FROM features.{view}"), key=repr)
    return found


def process(market: Market, *words: str, failpoint: str = "") -> subprocess.Popen[str]:
    """`featurec run` in a process of its own."""
    environment = {**os.environ, VARIABLE: failpoint, "PYTHONUNBUFFERED": "1"}
    return subprocess.Popen(
        [sys.executable, "-m", "featurec", "run", "--no-export", "--project-dir", str(market.root), *words],
        env=environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )


def ended(running: subprocess.Popen[str]) -> tuple[int, str]:
    """Exit code and output."""
    output, _ = running.communicate(timeout=60)
    return running.returncode, output


def until(condition: Callable[[], bool]) -> None:
    deadline = time.monotonic() + 30
    while not condition():
        assert time.monotonic() < deadline, "it did not happen within 30 seconds"
        time.sleep(0.05)


def started(running: subprocess.Popen[str], what: str) -> None:
    """Reads its output until that is in it."""
    assert running.stdout is not None
    for found in running.stdout:
        if what in found:
            return
    raise AssertionError(f"`{what}` was not said")


@pytest.fixture(params=["duckdb", "postgres"])
def market(request: pytest.FixtureRequest, tmp_path: Path, postgres_database: str) -> Market:
    return Market.build(tmp_path, request.param, postgres_database)


@pytest.fixture
def built(market: Market) -> Market:
    """A market that was run, to which a row has come since."""
    assert market.featurec("run", "--no-export") == 0
    market.load(MORE)
    return market


@pytest.mark.parametrize("place", FAILPOINTS)
def test_a_killed_run_leaves_what_was_there_and_the_next_one_finishes(built: Market, place: str) -> None:
    before = contents(built)
    code, _ = ended(process(built, failpoint=f"{place}:kill"))
    assert code == -signal.SIGKILL
    assert contents(built) == before
    assert built.featurec("run", "--no-export") == 0
    after = contents(built)
    assert len(after["spend"]) == len(before["spend"]) + 1
    built.featurec("run", "--no-export", "--full-refresh")
    assert contents(built) == after


@pytest.mark.parametrize(("number", "code"), [(signal.SIGINT, 130), (signal.SIGTERM, 143)])
def test_a_signal_says_what_is_done_and_what_is_not(built: Market, number: signal.Signals, code: int) -> None:
    before = contents(built)
    running = process(built, failpoint="build.insert@2:30")
    until(lambda: running.poll() is not None or _is_waiting(built, running))
    clock = time.monotonic()
    running.send_signal(number)
    found, output = ended(running)
    assert found == code, output
    assert time.monotonic() - clock < 5
    assert "interrupted" in output
    results = {step["unique_id"]: step["status"] for step in built.results()["results"]}
    assert set(results) == {"build.spend", "build.doubled", "build.places"}
    assert "error" in results.values()
    assert built.results()["exit_code"] == code
    untouched = [view for view in before if results[f"build.{view}"] != "success"]
    assert untouched
    assert all(contents(built)[view] == before[view] for view in untouched)
    assert built.featurec("retry") == 0
    assert {step["status"] for step in built.results()["results"]} == {"success"}


def _is_waiting(market: Market, running: subprocess.Popen[str]) -> bool:
    """Whether the process sleeps at its failpoint: nothing of it runs for a while."""
    stat = Path(f"/proc/{running.pid}/stat")
    before = stat.read_text().split()[13:15]
    time.sleep(0.4)
    try:
        return stat.read_text().split()[13:15] == before and sum(map(int, before)) > 40
    except OSError:
        return False


def test_a_file_in_use_names_the_run_and_since_when(tmp_path: Path, postgres_database: str) -> None:
    market = Market.build(tmp_path, "duckdb", postgres_database)
    first = process(market, failpoint="build.write:60")
    until((tmp_path / ".featurec" / "dev.duckdb.holder").exists)
    code, output = ended(process(market, "--wait", "0"))
    assert code == 2, output
    assert re.search(
        rf"FC903.*another process, {first.pid} \(.+\), since \d{{4}}-\d\d-\d\d \d\d:\d\d:\d\d UTC\n", output
    )
    first.kill()
    ended(first)
    assert market.featurec("run", "--no-export", "--wait", "5") == 0
    assert not (tmp_path / ".featurec" / "dev.duckdb.holder").exists()


class TestTwoRuns:
    """Two runs of the same views on PostgreSQL."""

    @pytest.fixture
    def market(self, tmp_path: Path, postgres_database: str) -> Market:
        return Market.build(tmp_path, "postgres", postgres_database)

    def test_a_parent_that_another_one_builds_anew_is_read_as_it_is(self, built: Market) -> None:
        running = process(built, "--select", "places", "doubled", failpoint="build.commit@1:8")
        until(lambda: _is_waiting(built, running))
        assert built.featurec("run", "--no-export", "--full-refresh", "--select", "spend") == 0
        code, output = ended(running)
        assert code == 0, output
        assert built.rows("SELECT max(doubled) FROM features.doubled") == [(198,)], output

    def test_the_second_is_refused_and_says_who_is_at_it(self, built: Market) -> None:
        first = process(built, failpoint="build.write:60")
        until(lambda: bool(holders(built)))
        code, output = ended(process(built, "--wait", "0"))
        assert code == 2, output
        assert "FC938" in output
        assert f"process {first.pid} on " in output
        first.kill()
        ended(first)
        assert built.featurec("run", "--no-export", "--wait", "5") == 0

    def test_the_second_waits_where_it_is_told_to(self, built: Market) -> None:
        first = process(built, failpoint="build.write:2")
        until(lambda: bool(holders(built)))
        assert ended(process(built, "--wait", "30"))[0] == 0
        assert ended(first)[0] == 0

    def test_other_views_are_no_matter(self, built: Market) -> None:
        first = process(built, "--select", "places", failpoint="build.write:20")
        until(lambda: bool(holders(built)))
        assert built.featurec("run", "--no-export", "--select", "spend", "--wait", "0") == 0
        first.kill()
        ended(first)

    @pytest.mark.parametrize("seed", range(1))
    def test_whatever_their_order_the_state_is_that_of_one_run(self, built: Market, seed: int) -> None:
        meet(built, seed)

    @pytest.mark.slow
    @pytest.mark.parametrize("seed", range(200))
    def test_two_hundred_times(self, built: Market, seed: int) -> None:
        meet(built, seed)


def holders(market: Market) -> list[tuple[object, ...]]:
    """Leases that somebody holds."""
    with psycopg.connect(market.online_url) as session:
        exists = session.execute("SELECT to_regclass('featurec.leases')").fetchone()
        if exists is None or exists[0] is None:
            return []
        found = session.execute(
            "SELECT view_name FROM featurec.leases WHERE view_name NOT IN "
            "(SELECT view_name FROM featurec.leases FOR UPDATE SKIP LOCKED)"
        )
        return found.fetchall()


def meet(market: Market, seed: int) -> None:
    """Two runs, begun within a second, stopping here and there; then the state is compared with that of one run alone."""
    chance = random.Random(seed)
    runs = []
    for _ in range(2):
        place = chance.choice(FAILPOINTS)
        runs.append(process(market, "--wait", "60", failpoint=f"{place}:{chance.random():.2f}"))
        time.sleep(chance.random())
    codes = [ended(run) for run in runs]
    assert [code for code, _ in codes] == [0, 0], codes
    found = contents(market)
    versions = market.rows("SELECT view_name, count(*) FROM featurec.view_versions GROUP BY 1 ORDER BY 1")
    assert versions == [("doubled", 1), ("places", 1), ("spend", 1)]
    assert market.featurec("run", "--no-export", "--full-refresh") == 0
    assert contents(market) == found


class TestLostSessions:
    """A session that ends, or a deadlock, and the step that is tried again."""

    @pytest.fixture
    def market(self, tmp_path: Path, postgres_database: str) -> Market:
        return Market.build(tmp_path, "postgres", postgres_database)

    def test_a_terminated_session_is_opened_anew(self, built: Market) -> None:
        running = process(built, "--retries", "2", failpoint="build.insert@1:3")
        with psycopg.connect(built.online_url, autocommit=True) as session:
            until(lambda: bool(terminated(session)))
        code, output = ended(running)
        assert code == 0, output
        assert "second attempt" in output

    def test_without_retries_it_is_an_error_that_retry_mends(self, built: Market) -> None:
        running = process(built, "--retries", "0", failpoint="build.insert@1:3")
        with psycopg.connect(built.online_url, autocommit=True) as session:
            until(lambda: bool(terminated(session)))
        code, output = ended(running)
        assert code == 2, output
        assert "FC902" in output
        assert built.featurec("retry") == 0


def terminated(session: psycopg.Connection[tuple[object, ...]]) -> list[tuple[object, ...]]:
    """Ends the session of a build that waits at its failpoint; whether there was one."""
    found = session.execute(
        "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE pid <> pg_backend_pid() "
        "AND datname = current_database() AND state = 'idle in transaction' AND query NOT LIKE '%leases%' AND query <> 'SELECT 1' "
        "AND clock_timestamp() - state_change > INTERVAL '1 second'"
    )
    return found.fetchall()


def test_nothing_failed_so_there_is_nothing_to_retry(market: Market, capfd: pytest.CaptureFixture[str]) -> None:
    assert market.featurec("run", "--no-export") == 0
    capfd.readouterr()
    assert market.featurec("retry") == 0
    assert "nothing to retry" in capfd.readouterr().out


def test_retry_runs_what_failed_and_what_was_skipped_for_it(market: Market, capfd: pytest.CaptureFixture[str]) -> None:
    sql = (market.root / "features/spend.sql").read_text()
    market.write("features/spend.sql", sql.replace("amount, note", "CAST('x' AS DECIMAL(18, 2)) AS amount, note"))
    assert market.featurec("run", "--no-export") == 1
    market.write("features/spend.sql", sql)
    assert market.featurec("retry") == 0
    assert {step["view"] for step in market.results()["results"]} == {"spend", "doubled"}


def test_retry_without_a_run_says_so(market: Market, capfd: pytest.CaptureFixture[str]) -> None:
    assert market.featurec("retry") == 2
    assert "FC939" in capfd.readouterr().out
