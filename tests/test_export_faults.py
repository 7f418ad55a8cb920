"""An export that is killed, stopped or cut off at any step: what readers see is the state before it or after it, never a mix.

The invariants are checked after every fault: rows are those of one complete export (I1) and never go back (I2), what was
acknowledged is there (I3), the same command again ends in the same bytes (I4), the watermark tells no more than what is
committed (I5), nothing is left over (I6), other views are untouched (I7).
"""

import os
import random
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path

import psycopg
import pytest
from psycopg.conninfo import conninfo_to_dict

from featurec.errors import CannotOperate, FeaturecError, Terminated
from featurec.failpoint import VARIABLE
from featurec.online.postgres import PostgresOnlineStore
from tests.exporting import Exporting
from tests.market import ORDERS, Market
from tests.pooler import Breaking, only_after
from tests.processes import finished
from tests.store import NOON, SECOND, codes, lines, publish, row, value, view

STEPS = ["lease", "contract", "window", "stage", "merge", "delete", "mark", "commit", "ack"]
"""In their order. What comes after a commit is durable, everything before it is as if it had not been."""
LATER = """,
(6, 1, 'de', 10115, 30.00, 'third', '2024-03-06 10:00+00', '2024-03-06 12:00+00'),
(7, 9, 'de', 10115, 1.00, 'new', '2024-03-06 10:00+00', '2024-03-06 12:00+00')
"""
SPENDING = """/*---
entities: [user]
timestamp: ordered_at
available_at: paid_at
features:
  amount: {type: "decimal(18,2)"}
aggregations:
  - {function: count, windows: [2d, lifetime], name: orders}
---*/
SELECT user_id, ordered_at, paid_at, amount FROM {{ source('raw', 'orders') }}
"""


@dataclass(frozen=True)
class Seen:
    """What readers can see of a view, and how far it says it was exported."""

    rows: tuple[tuple[object, ...], ...]
    watermark: tuple[object, ...] | None


def seen(url: str, name: str) -> Seen:
    with psycopg.connect(url) as session:
        found = session.execute(
            "SELECT table_schema, table_name FROM featurec.online_active JOIN featurec.online_versions "
            "USING (schema_name, view, fingerprint) WHERE view = %s",
            [name],
        ).fetchone()
        if found is None:
            return Seen((), None)
        rows = session.execute(
            f'SELECT entity_key, event_ts, created_ts::text, payload::text FROM "{found[0]}"."{found[1]}" ORDER BY 1'.encode()
        ).fetchall()
        mark = session.execute(
            "SELECT checksum, run FROM featurec.online_watermarks WHERE view = %s", [name]
        ).fetchone()
    return Seen(tuple(rows), mark)


def left_over(url: str) -> list[tuple[object, ...]]:
    """Stages and sessions that a dead export has left, once the server knows of its death."""
    with psycopg.connect(url, autocommit=True) as session:
        session.execute(
            "SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity "
            "WHERE datname = current_database() AND application_name = 'featurec'"
        )
        return session.execute("SELECT relname FROM pg_class WHERE relname = 'featurec_stage'").fetchall()


def untouched(url: str) -> list[tuple[object, ...]]:
    """Where the rows of another view lie, and who wrote them."""
    with psycopg.connect(url) as session:
        ((table,),) = session.execute(
            "SELECT table_name FROM featurec.online_versions WHERE view = 'places'"
        ).fetchall()
        return session.execute(
            f'SELECT entity_key, ctid::text, xmin::text FROM features_online."{table}" ORDER BY 1'.encode()
        ).fetchall()


def kill_and_look(market: Market, name: str, step: str, first: bool, other: list[tuple[object, ...]]) -> None:
    """Kill a run at a step of the export of a view, look at what is there, run again, look again."""
    url = market.online_url
    before = seen(url, name)
    code, said = finished("run", "--select", name, "--project-dir", market.root, failpoint=f"export.{step}:kill")
    assert code == -signal.SIGKILL, said
    assert left_over(url) == []
    now = seen(url, name)
    if step == "ack":
        assert now != before
    else:
        assert now == before
    assert market.featurec("run", "--select", name) == 0
    after = seen(url, name)
    assert after.rows != before.rows
    if step == "ack":
        assert after.rows == now.rows
    assert untouched(url) == other
    assert left_over(url) == []
    again = market.featurec("run", "--select", name)
    assert (again, seen(url, name).rows) == (0, after.rows)
    assert first or after.watermark is not None


@pytest.fixture
def market(request: pytest.FixtureRequest, tmp_path: Path, postgres_database: str) -> Market:
    found = Market.build(tmp_path / "market", request.param, postgres_database)
    found.write("features/spending.sql", SPENDING)
    assert found.featurec("run", "--select", "places") == 0
    return found


def expected(market: Market, tmp_path: Path, name: str, url: str) -> tuple[tuple[object, ...], ...]:
    """The rows that an undisturbed export of the same sources leaves, in a store of its own."""
    other = Exporting(replace(market, online_url=url))
    try:
        other.store.close()
        other.store = PostgresOnlineStore(url, "undisturbed")
        other.export(name, datetime.now(UTC))
    finally:
        other.close()
    with psycopg.connect(url) as session:
        ((table,),) = session.execute(
            "SELECT table_name FROM featurec.online_versions WHERE schema_name = 'undisturbed' AND view = %s", [name]
        ).fetchall()
        rows = session.execute(
            f'SELECT entity_key, event_ts, created_ts::text, payload::text FROM undisturbed_online."{table}" ORDER BY 1'.encode()
        ).fetchall()
    return tuple(rows)


def killed(*steps: str, also: str) -> pytest.MarkDecorator:
    """Steps at which a run on PostgreSQL is killed, and one at which a run on DuckDB is: on it the others are slow tests."""
    slow = [pytest.param("duckdb", step, marks=pytest.mark.slow) for step in steps if step != also]
    cases = [*(("postgres", step) for step in steps), ("duckdb", also), *slow]
    return pytest.mark.parametrize(("market", "step"), cases, indirect=["market"])


@killed("contract", "stage", "commit", "ack", also="stage")
def test_a_killed_export_leaves_all_or_nothing(market: Market, tmp_path: Path, step: str) -> None:
    """The first one of a version, in which the table is filled."""
    kill_and_look(market, "spend", step, True, untouched(market.online_url))
    assert seen(market.online_url, "spend").rows == expected(market, tmp_path, "spend", market.online_url)


@killed(*STEPS, also="commit")
def test_a_killed_export_of_more_rows_leaves_all_or_nothing(market: Market, tmp_path: Path, step: str) -> None:
    """A later one, which is merged and takes entities away."""
    other = untouched(market.online_url)
    assert market.featurec("run", "--select", "spending") == 0
    market.load(ORDERS.replace("(3, 2,", "(3, 4,") + LATER)
    kill_and_look(market, "spending", step, False, other)
    assert seen(market.online_url, "spending").rows == expected(market, tmp_path, "spending", market.online_url)


@pytest.mark.slow
@pytest.mark.parametrize("engine", ["duckdb", "postgres"])
@pytest.mark.parametrize("seed", range(20))
def test_any_kills_in_any_order_end_where_no_kill_would(
    tmp_path: Path, postgres_database: str, engine: str, seed: int
) -> None:
    chance = random.Random(seed)
    market = Market.build(tmp_path / "market", engine, postgres_database)
    market.write("features/spending.sql", SPENDING)
    assert market.featurec("run", "--select", "places") == 0
    other = untouched(market.online_url)
    steps = chance.sample(STEPS, len(STEPS))
    name = chance.choice(["spend", "spending"])
    rows = ORDERS
    for number, step in enumerate(steps):
        day, hour = f"2024-04-{number + 1:02}", chance.randint(11, 20)
        rows += f", ({100 + number}, {chance.randint(1, 9)}, 'de', 1, {number}.5, 'later', '{day} 10:00+00', '{day} {hour}:00+00')"
        market.load(rows)
        failpoint = f"export.{step}@{chance.choice(['1', '1', '2'])}:kill"
        code, said = finished("run", "--select", name, "--project-dir", market.root, failpoint=failpoint)
        assert code in (-signal.SIGKILL, 0), said
        assert left_over(market.online_url) == []
        if chance.random() < 0.5:
            assert market.featurec("run", "--select", name) == 0
            found = seen(market.online_url, name)
            assert market.featurec("run", "--select", name) == 0
            assert seen(market.online_url, name).rows == found.rows
    assert market.featurec("run", "--select", name) == 0
    assert seen(market.online_url, name).rows == expected(market, tmp_path, name, market.online_url)
    assert untouched(market.online_url) == other


EXPORT = """
import sys
from pathlib import Path
from featurec.errors import FeaturecError
from featurec.online.postgres import PostgresOnlineStore
from tests.store import NOON, SECOND, lines, publish, row, view
store = PostgresOnlineStore(sys.argv[1], "features")
try:
    publish(store, view(), lines([row("1", NOON + 9 * SECOND, amount=666)]), NOON)
except FeaturecError as error:
    print(error.diagnostics[0].code, error.retryable)
"""


@pytest.fixture
def stopped(store: PostgresOnlineStore, postgres_database: str) -> Iterator[subprocess.Popen[str]]:
    """A process that has the lease and does not go on, on a server that lets transactions idle for a second."""
    publish(store, view(), lines([row("1", amount=1)]), NOON)
    with psycopg.connect(postgres_database, autocommit=True) as session:
        name = session.info.dbname
        session.execute(f"ALTER DATABASE {name} SET idle_in_transaction_session_timeout = '1s'".encode())
    words = [sys.executable, "-c", EXPORT, postgres_database]
    environment = {**os.environ, VARIABLE: "export.lease:stop"}
    with subprocess.Popen(words, stdout=subprocess.PIPE, text=True, env=environment) as process:
        _, status = os.waitpid(process.pid, os.WUNTRACED)
        assert os.WIFSTOPPED(status)
        yield process
        process.kill()


def test_a_stopped_export_is_named_loses_its_lease_and_writes_nothing(
    store: PostgresOnlineStore, postgres_database: str, stopped: subprocess.Popen[str]
) -> None:
    with pytest.raises(FeaturecError) as refused:
        publish(store, view(), lines([row("1", NOON + SECOND, amount=2)]), NOON)
    assert codes(refused.value) == ["FC932"]
    assert f"process {stopped.pid} on " in refused.value.diagnostics[0].cause
    assert f"since {datetime.now(UTC):%Y-%m-%d}" in refused.value.diagnostics[0].cause
    with psycopg.connect(
        postgres_database
    ) as session:  # waits until the server has ended the stopped one's transaction
        session.execute("SELECT FROM featurec.online_leases WHERE view = 'spend' FOR UPDATE")
    assert publish(store, view(), lines([row("1", NOON + SECOND, amount=2)]), NOON).updated == 1
    stopped.send_signal(signal.SIGCONT)
    told, _ = stopped.communicate(timeout=30)
    assert told == "FC902 True\n"
    assert value(store, 1).value == 2


def test_a_commit_without_an_answer_is_told_as_such(store: PostgresOnlineStore, postgres_database: str) -> None:
    publish(store, view(), lines([row("1", amount=1)]), NOON)
    parts = conninfo_to_dict(postgres_database)
    with Breaking(str(parts["host"]), only_after(b"featurec.online_active (", b"COMMIT")) as breaking:
        cut = PostgresOnlineStore(breaking.url(str(parts["dbname"])), "features")
        with pytest.raises(CannotOperate) as lost:
            publish(cut, view(), lines([row("1", NOON + SECOND, amount=2)]), NOON + SECOND)
        cut.close()
        assert breaking.broken == 1
    (finding,) = lost.value.diagnostics
    assert (finding.code, lost.value.retryable) == ("FC943", True)
    assert "`spend` was committed is not known" in finding.claim
    assert "lost" not in finding.claim
    assert value(store, 1).value == 2
    again = publish(store, view(), lines([row("1", NOON + SECOND, amount=2)]), NOON + SECOND)
    assert (again.updated, again.unchanged) == (0, 1)


def test_a_connection_that_is_lost_earlier_has_written_nothing(
    store: PostgresOnlineStore, postgres_database: str
) -> None:
    publish(store, view(), lines([row("1", amount=1)]), NOON)
    parts = conninfo_to_dict(postgres_database)
    with Breaking(str(parts["host"]), only_after(b"featurec_stage", b"featurec.online_active (")) as breaking:
        cut = PostgresOnlineStore(breaking.url(str(parts["dbname"])), "features")
        with pytest.raises(CannotOperate) as lost:
            publish(cut, view(), lines([row("1", NOON + SECOND, amount=2)]), NOON + SECOND)
        cut.close()
    assert (codes(lost.value), lost.value.retryable) == (["FC902"], True)
    assert value(store, 1).value == 1


def test_a_signal_stops_what_the_server_runs(store: PostgresOnlineStore, postgres_database: str) -> None:
    """The merge waits for a row that somebody else has locked, and would wait on after its client has gone."""
    waiting = "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'"
    publish(store, view(), lines([row("1", amount=1)]), NOON)

    def terminate() -> None:
        with psycopg.connect(postgres_database, autocommit=True) as watch:
            while watch.execute(waiting).fetchall() == [(0,)]:
                pass
        os.kill(os.getpid(), signal.SIGTERM)

    def arrived(number: int, frame: object) -> None:
        raise Terminated

    previous = signal.signal(signal.SIGTERM, arrived)
    try:
        with psycopg.connect(postgres_database) as blocker:
            blocker.execute("SELECT FROM features_online.spend__aaaaaaaa FOR UPDATE")
            thread = threading.Thread(target=terminate)
            thread.start()
            with pytest.raises(Terminated):
                publish(store, view(), lines([row("1", NOON + SECOND, amount=2)]), NOON)
            thread.join()
            with psycopg.connect(postgres_database, autocommit=True) as watch:
                deadline = time.monotonic() + 20
                while watch.execute(waiting).fetchall() != [(0,)]:
                    assert time.monotonic() < deadline
    finally:
        signal.signal(signal.SIGTERM, previous)
    again = PostgresOnlineStore(postgres_database, "features")
    assert value(again, 1).value == 1
    again.close()


def test_a_server_that_can_only_be_read_is_named(store: PostgresOnlineStore, postgres_database: str) -> None:
    publish(store, view(), lines([row("1", amount=1)]), NOON)
    with psycopg.connect(postgres_database, autocommit=True) as session:
        session.execute(f"ALTER DATABASE {session.info.dbname} SET default_transaction_read_only = on".encode())
    standby = PostgresOnlineStore(postgres_database, "features")
    assert value(standby, 1).value == 1
    with pytest.raises(CannotOperate) as refused:
        publish(standby, view(), lines([row("1", NOON + SECOND, amount=2)]), NOON)
    (finding,) = refused.value.diagnostics
    assert (finding.code, refused.value.retryable) == ("FC902", False)
    assert "can only be read" in finding.claim
    standby.close()
