"""Runs that meet each other, are killed or interrupted, or lose their database: nothing is half-written, and running again mends."""

import random
import re
import signal
import time
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import psycopg
import pytest

from featurec.engines.leases import Holder, leases
from tests.market import ORDERS, Market
from tests.processes import Process

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


def process(market: Market, *words: str, failpoint: str = "") -> Process:
    """`featurec run` in a process of its own."""
    return Process("run", "--no-export", "--project-dir", market.root, *words, failpoint=failpoint)


def ended(market: Market, *words: str, failpoint: str = "") -> tuple[int, str]:
    """Exit code and output of such a run."""
    with process(market, *words, failpoint=failpoint) as running:
        return running.ended()


def until(condition: Callable[[], bool]) -> None:
    deadline = time.monotonic() + 30
    while not condition():
        assert time.monotonic() < deadline, "it did not happen within 30 seconds"
        time.sleep(0.05)


@pytest.fixture(params=["duckdb", "postgres"])
def market(request: pytest.FixtureRequest, tmp_path: Path, postgres_database: str) -> Market:
    return Market.build(tmp_path, request.param, postgres_database)


@pytest.fixture
def built(market: Market) -> Market:
    """A market that was run, to which a row has come since."""
    assert market.featurec("run", "--no-export") == 0
    market.load(MORE)
    return market


@pytest.mark.parametrize(
    ("market", "place"),
    [
        *(("postgres", place) for place in FAILPOINTS),
        ("duckdb", "build.commit"),
        *(pytest.param("duckdb", place, marks=pytest.mark.slow) for place in FAILPOINTS[:-1]),
    ],
    indirect=["market"],
)
def test_a_killed_run_leaves_what_was_there_and_the_next_one_finishes(built: Market, place: str) -> None:
    before = contents(built)
    code, _ = ended(built, failpoint=f"{place}:kill")
    assert code == -signal.SIGKILL
    assert contents(built) == before
    assert built.featurec("run", "--no-export") == 0
    after = contents(built)
    assert len(after["spend"]) == len(before["spend"]) + 1
    built.featurec("run", "--no-export", "--full-refresh")
    assert contents(built) == after


@pytest.mark.parametrize(
    ("market", "number", "code"),
    [
        ("duckdb", signal.SIGINT, 130),
        ("postgres", signal.SIGTERM, 143),
        pytest.param("duckdb", signal.SIGTERM, 143, marks=pytest.mark.slow),
        pytest.param("postgres", signal.SIGINT, 130, marks=pytest.mark.slow),
    ],
    indirect=["market"],
)
def test_a_signal_says_what_is_done_and_what_is_not(built: Market, number: signal.Signals, code: int) -> None:
    before = contents(built)
    with process(built, failpoint="build.insert@2:stop") as running:
        running.stopped()
        clock = time.monotonic()
        running.signal(number)
        running.signal(signal.SIGCONT)
        found, output = running.ended()
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


@pytest.mark.parametrize(
    ("place", "left"), [("build.commit@1", "nothing of it was written"), ("build.committed@1", "its rows are written")]
)
def test_a_signal_says_whether_its_step_was_written(built: Market, place: str, left: str) -> None:
    before = contents(built)
    with process(built, "--select", "spend", failpoint=f"{place}:stop") as running:
        running.stopped()
        running.signal(signal.SIGTERM)
        running.signal(signal.SIGCONT)
        code, output = running.ended()
    assert code == 143, output
    assert f"interrupted: {left}" in output
    assert (contents(built)["spend"] == before["spend"]) == (left == "nothing of it was written")


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_signal_stops_what_the_server_computes(
    tmp_path: Path, postgres_database: str, number: signal.Signals
) -> None:
    market = Market.build(tmp_path, "postgres", postgres_database)
    asked = (
        "SELECT FROM pg_stat_activity WHERE state = 'active' AND pid <> pg_backend_pid() AND query LIKE '%arriving%'"
    )
    with psycopg.connect(postgres_database, autocommit=True) as session:
        session.execute("ALTER TABLE raw.orders RENAME TO held")
        session.execute("CREATE VIEW raw.orders AS SELECT held.* FROM raw.held, pg_sleep(60)")

        def computed() -> bool:
            return session.execute(f"{asked} AND datname = current_database()").rowcount > 0

        with process(market) as running:
            until(computed)
            clock = time.monotonic()
            running.signal(number)
            until(lambda: not computed())
            assert time.monotonic() - clock < 3
            code, output = running.ended()
    assert code == {signal.SIGINT: 130, signal.SIGTERM: 143}[number], output
    assert "interrupted" in output


def test_a_file_in_use_names_the_run_and_since_when(tmp_path: Path, postgres_database: str) -> None:
    market = Market.build(tmp_path, "duckdb", postgres_database)
    with process(market, failpoint="build.write:stop") as first:
        first.stopped()
        code, output = ended(market, "--wait", "0")
    assert code == 2, output
    assert re.search(
        rf"FC903.*another process, {first.pid} \(.+\), since \d{{4}}-\d\d-\d\d \d\d:\d\d:\d\d UTC\n", output
    )
    assert market.featurec("run", "--no-export", "--wait", "5") == 0
    assert not (tmp_path / ".featurec" / "dev.duckdb.holder").exists()


class TestTwoRuns:
    """Two runs of the same views on PostgreSQL."""

    @pytest.fixture
    def market(self, tmp_path: Path, postgres_database: str) -> Market:
        return Market.build(tmp_path, "postgres", postgres_database)

    @pytest.mark.parametrize(
        ("words", "failpoint"),
        [
            (("--select", "places", "doubled"), "build.commit@1:stop"),
            (("--select", "doubled", "--full-refresh"), "build.insert@1:stop"),
        ],
        ids=["before it is looked for", "about to be read"],
    )
    def test_a_parent_that_another_one_builds_anew_is_read_as_it_is(
        self, built: Market, words: tuple[str, ...], failpoint: str
    ) -> None:
        with process(built, *words, failpoint=failpoint) as running:
            running.stopped()
            assert built.featurec("run", "--no-export", "--full-refresh", "--select", "spend") == 0
            running.signal(signal.SIGCONT)
            code, output = running.ended()
        assert code == 0, output
        assert built.rows("SELECT max(doubled) FROM features.doubled") == [(198,)], output

    def test_a_holder_that_has_not_said_who_it_is_is_not_called_none(self, built: Market) -> None:
        with psycopg.connect(built.online_url) as session:
            session.execute("UPDATE featurec.leases SET host = NULL, pid = NULL, since = NULL, run_id = NULL")
            session.commit()
            session.execute("SELECT FROM featurec.leases FOR UPDATE")
            code, output = ended(built, "--wait", "0")
        assert code == 2, output
        assert "it has just begun, and has not said yet who it is" in output

    def test_leases_that_are_free_in_a_moment_are_had_without_a_wait(
        self, built: Market, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """Two runs of one instant may each have taken what the other lacks."""
        with psycopg.connect(built.online_url) as session:
            session.execute("SELECT FROM featurec.leases WHERE view_name = 'spend' FOR UPDATE")
            monkeypatch.setattr("featurec.engines.leases.time.sleep", lambda _: session.rollback())
            with leases(
                built.online_url, "features", ["places", "spend"], Holder("a run", datetime.now(UTC)), 0
            ) as check:
                check()

    def test_the_second_is_refused_and_says_who_is_at_it(self, built: Market) -> None:
        with process(built, failpoint="build.write:stop") as first:
            first.stopped()
            code, output = ended(built, "--wait", "0")
        assert code == 2, output
        assert "FC938" in output
        assert f"process {first.pid} on " in output
        assert built.featurec("run", "--no-export", "--wait", "5") == 0

    def test_the_second_waits_where_it_is_told_to(self, built: Market) -> None:
        with process(built, failpoint="build.write@1:stop") as first:
            first.stopped()
            with process(built, "--wait", "30") as second:
                until(lambda: idle(built) == 2)  # the session of its tables, and that of the leases that it did not get
                first.signal(signal.SIGCONT)
                assert second.ended()[0] == 0
            assert first.ended()[0] == 0

    def test_other_views_are_no_matter(self, built: Market) -> None:
        with process(built, "--select", "places", failpoint="build.write:stop") as first:
            first.stopped()
            assert built.featurec("run", "--no-export", "--select", "spend", "--wait", "0") == 0

    @pytest.mark.parametrize("seed", range(1))
    def test_whatever_their_order_the_state_is_that_of_one_run(self, built: Market, seed: int) -> None:
        meet(built, seed)

    @pytest.mark.slow
    @pytest.mark.parametrize("seed", range(200))
    def test_two_hundred_times(self, built: Market, seed: int) -> None:
        meet(built, seed)


def idle(market: Market) -> int:
    """Sessions that are in no transaction."""
    with psycopg.connect(market.online_url) as session:
        ((found,),) = session.execute(
            "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND state = 'idle' AND query = 'COMMIT'"
        ).fetchall()
    return int(found)


def meet(market: Market, seed: int) -> None:
    """Two runs, begun within a third of a second, stopping here and there; then the state is compared with that of one run alone."""
    chance = random.Random(seed)
    runs = []
    for _ in range(2):
        place = chance.choice(FAILPOINTS)
        runs.append(process(market, "--wait", "60", failpoint=f"{place}:{chance.random() / 3:.2f}"))
        time.sleep(chance.random() / 3)
    codes = []
    for run in runs:
        with run:
            codes.append(run.ended())
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
        with process(built, "--retries", "2", failpoint="build.insert@1:stop") as running:
            running.stopped()
            assert terminated(built) == 1
            running.signal(signal.SIGCONT)
            code, output = running.ended()
        assert code == 0, output
        assert "second attempt" in output

    def test_without_retries_it_is_an_error_that_retry_mends(self, built: Market) -> None:
        with process(built, "--retries", "0", failpoint="build.insert@1:stop") as running:
            running.stopped()
            assert terminated(built) == 1
            running.signal(signal.SIGCONT)
            code, output = running.ended()
        assert code == 2, output
        assert "FC902" in output
        assert built.featurec("retry") == 0


def terminated(market: Market) -> int:
    """Ends the session of the build that stands still; how many there were."""
    with psycopg.connect(market.online_url, autocommit=True) as session:
        found = session.execute(
            "SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity WHERE pid <> pg_backend_pid() "
            "AND datname = current_database() AND state = 'idle in transaction' AND query NOT LIKE '%leases%' AND query <> 'SELECT 1'"
        )
        return len(found.fetchall())


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
