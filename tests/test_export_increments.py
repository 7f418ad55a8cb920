"""An export brings only what changed since the last one, and all there is wherever that could be too little."""

import shutil
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import psycopg
import pytest

from featurec.online.read import OnlineValue, Status
from tests.exporting import Exporting
from tests.market import ORDERS, Market

ENGINES = ["duckdb", "postgres"]
SPENDING = """/*---
entities: [user]
timestamp: ordered_at
available_at: paid_at
ttl: 1d
aggregations:
  - {function: count, windows: [2d, lifetime], name: orders}
  - {function: sum, column: amount, windows: [2d]}
  - {function: last_n, column: note, n: 2, windows: [lifetime]}
---*/
SELECT user_id, ordered_at, paid_at, amount, note
FROM {{ source('raw', 'orders') }}
"""
NEW = ", (6, 2, 'de', 10115, 3.00, 'new', '{0}', '{0}')"
MARCH = datetime(2024, 3, 1, tzinfo=UTC)
FIRST, DAY = MARCH + timedelta(days=5), timedelta(days=1)


BOTH = pytest.mark.parametrize("market", ENGINES, indirect=True)
"""Where engines do different things; the rest is done on DuckDB too in the slow tier."""


@pytest.fixture(params=[pytest.param("duckdb", marks=pytest.mark.slow), "postgres"])
def market(request: pytest.FixtureRequest, tmp_path: Path, postgres_database: str) -> Market:
    found = Market.build(tmp_path, request.param, postgres_database)
    found.write("features/spending.sql", SPENDING)
    return found


@pytest.fixture
def exporting(market: Market) -> Iterator[Exporting]:
    """Two views exported as of the sixth of March, when every order of the market that was paid is known."""
    found = Exporting(market)
    found.build("spend", "spending")
    for view in ("spend", "spending"):
        assert found.export(view, FIRST).remark == ""
    yield found
    found.close()


def runs(exporting: Exporting, view: str) -> dict[str, int]:
    """Entity -> the export that wrote its row."""
    table = f"{view}__{exporting.analyzed.views[view].fingerprint[:8]}"
    with psycopg.connect(exporting.market.online_url) as session:
        return dict(session.execute(f'SELECT entity_key, run FROM features_online."{table}"'.encode()).fetchall())


def reloaded(exporting: Exporting, rows: str) -> None:
    """Other rows in the source, and a run that builds its views from them."""
    exporting.market.load(rows)
    exporting.build("spend", "spending")


@pytest.mark.parametrize("view", ["spend", "spending"])
def test_nothing_comes_where_nothing_changed(exporting: Exporting, view: str) -> None:
    exporting.build(view)
    done = exporting.export(view, FIRST + DAY)
    assert (done.published.rows, done.remark) == (0, "changed since 2024-03-06 00:00:00 UTC")
    assert exporting.export(view, FIRST + DAY).published.rows == 0
    assert runs(exporting, view) == {"1": 1, "2": 1}


@pytest.mark.parametrize("view", ["spend", "spending"])
@BOTH
def test_a_new_row_brings_its_entity(exporting: Exporting, view: str) -> None:
    reloaded(exporting, ORDERS + NEW.format("2024-03-06 10:00+00"))
    done = exporting.export(view, FIRST + DAY)
    assert (done.published.rows, done.published.updated) == (1, 1)
    assert done.remark == "changed since 2024-03-06 00:00:00 UTC"
    assert runs(exporting, view) == {"1": 1, "2": 2}


@BOTH
def test_rows_that_only_left_a_window_bring_their_entity(exporting: Exporting) -> None:
    reloaded(exporting, ORDERS + NEW.format("2024-03-05 10:00+00"))
    assert "have changed" in exporting.export("spending", FIRST).remark
    assert exporting.read("spending:orders_2d", FIRST, user_id=2).value == 1
    left = datetime(2024, 3, 7, 10, tzinfo=UTC)
    assert exporting.export("spending", left - timedelta(microseconds=1)).published.rows == 0
    assert exporting.export("spending", left).published.updated == 1
    newest = datetime(2024, 3, 5, 10, tzinfo=UTC)
    assert exporting.read("spending:orders_2d", left, user_id=2) == OnlineValue(0, Status.PRESENT, newest, left)
    assert exporting.read("spending:amount_sum_2d", left, user_id=2).status is Status.NULL_VALUE
    assert exporting.read("spending:note_last_n_lifetime", left, user_id=2).value == [
        "new", 'tab\t, quote " and \\',
    ]  # fmt: skip
    assert exporting.read("spending:orders_lifetime", left, user_id=1) == OnlineValue(
        2, Status.PRESENT, datetime(2024, 3, 2, 10, tzinfo=UTC), left
    )
    assert exporting.read("spending:orders_lifetime", left, user_id=3) == OnlineValue(0, Status.NOT_FOUND, None, left)


@pytest.mark.parametrize(
    ("changed", "orders"),
    [
        pytest.param(ORDERS + NEW.format("2024-03-01 10:00+00"), {1: 2, 2: 2}, id="a row that came late"),
        pytest.param(ORDERS.replace("5.00", "6.00"), {1: 2, 2: 1}, id="a value that was restated"),
        pytest.param(ORDERS.replace("'2024-03-05 12:00+00'", "'2024-03-07 12:00+00'"), {1: 1, 2: 1}, id="known later"),
        pytest.param(ORDERS.replace("(3, 2,", "(3, 4,"), {1: 2, 4: 1}, id="another's row"),
        pytest.param("".join(ORDERS.partition("(3, 2")[:1]).rstrip(",\n"), {1: 2}, id="rows that are gone"),
    ],
)
def test_rows_that_changed_behind_bring_all(exporting: Exporting, changed: str, orders: dict[int, int]) -> None:
    reloaded(exporting, changed)
    for view in ("spend", "spending"):
        done = exporting.export(view, FIRST + DAY)
        assert done.remark == "all entities, as rows of before 2024-03-06 00:00:00 UTC have changed"
        assert done.published.rows == len(orders)
    for user in (1, 2, 3, 4):
        found = exporting.read("spending:orders_lifetime", FIRST + DAY, user_id=user)
        assert found.value == orders.get(user, 0), user
        assert (found.status is Status.PRESENT) == (user in orders), user
    assert exporting.export("spending", FIRST + DAY).published.rows == 0


@BOTH
def test_the_order_of_rows_is_no_change(exporting: Exporting) -> None:
    rows = ORDERS.strip().split(",\n")
    reloaded(exporting, ",\n".join(reversed(rows)))
    assert exporting.export("spend", FIRST + DAY).remark == "changed since 2024-03-06 00:00:00 UTC"


def test_rows_of_the_future_come_when_they_are_usable(exporting: Exporting) -> None:
    at = FIRST + 3 * DAY
    reloaded(exporting, ORDERS + NEW.format(at.isoformat()))
    assert exporting.export("spending", at - timedelta(microseconds=1)).published.rows == 0
    done = exporting.export("spending", at)
    assert (done.published.rows, done.remark[:13]) == (1, "changed since")
    assert exporting.read("spending:orders_2d", at, user_id=2).value == 1


def test_a_clock_that_goes_back_takes_nothing_back(exporting: Exporting) -> None:
    earlier = FIRST - 2 * DAY
    before = {view: runs(exporting, view) for view in ("spend", "spending")}
    done = exporting.export("spend", earlier)
    assert (done.remark, done.published.rows) == ("all entities, as 2024-03-06 00:00:00 UTC was exported before", 2)
    done = exporting.export("spending", earlier)
    assert done.remark == "nothing is written, as 2024-03-06 00:00:00 UTC was exported before"
    assert {view: runs(exporting, view) for view in before} == before
    assert exporting.read("spending:orders_lifetime", earlier, user_id=1) == OnlineValue(
        2, Status.PRESENT, datetime(2024, 3, 2, 10, tzinfo=UTC), FIRST
    )
    assert exporting.export("spending", FIRST + DAY).remark == "changed since 2024-03-06 00:00:00 UTC"


def test_a_lost_table_is_filled_anew(exporting: Exporting) -> None:
    table = f"spending__{exporting.analyzed.views['spending'].fingerprint[:8]}"
    with psycopg.connect(exporting.market.online_url, autocommit=True) as session:
        session.execute(f'DROP TABLE features_online."{table}"'.encode())
    done = exporting.export("spending", FIRST - DAY)
    assert (done.published.rows, done.remark) == (2, "")
    assert exporting.read("spending:orders_lifetime", FIRST, user_id=1).as_of == FIRST - DAY


def test_a_view_without_a_table_is_exported_in_full(exporting: Exporting) -> None:
    assert exporting.export("doubled", FIRST).remark == ""
    assert exporting.export("doubled", FIRST + DAY).remark == "all entities, as it has no table"
    exporting.build("spend", "doubled")
    assert exporting.export("doubled", FIRST + DAY).remark == "all entities, as the last export took no checksum"
    assert exporting.export("doubled", FIRST + DAY).remark == "changed since 2024-03-07 00:00:00 UTC"


def test_a_version_goes_on_where_it_was_left(exporting: Exporting) -> None:
    exporting.market.write("features/spending.sql", SPENDING.replace("[2d, lifetime]", "[1d, lifetime]"))
    other = Exporting(exporting.market, exporting.engine)
    other.build("spending")
    assert other.export("spending", FIRST + DAY).remark == ""
    assert other.read("spending:orders_1d", FIRST + DAY, user_id=1).value == 0
    reloaded(exporting, ORDERS + NEW.format("2024-03-07 10:00+00"))
    done = exporting.export("spending", FIRST + 2 * DAY)
    assert (done.published.switched, done.published.rows) == (True, 1)
    assert done.remark == "changed since 2024-03-06 00:00:00 UTC"
    assert exporting.read("spending:orders_2d", FIRST + 2 * DAY, user_id=2).value == 1
    other.store.close()


def test_a_step_says_which_entities_it_looked_at(market: Market) -> None:
    market.featurec("run", "--select", "spending")
    market.featurec("run", "--select", "spending")
    steps = {step["unique_id"]: step for step in market.results()["results"]}
    assert steps["export.spending"]["message"].startswith("changed since ")
    assert steps["export.spending"]["rows"] == 0
    market.load(ORDERS.replace("(3, 2,", "(3, 4,"))
    market.featurec("run", "--select", "spending", "--full-refresh")
    steps = {step["unique_id"]: step for step in market.results()["results"]}
    message = steps["export.spending"]["message"]
    assert message.startswith("all entities, as rows of before ")
    assert message.endswith(" have changed (1 unchanged, 1 removed)")


def test_another_engine_brings_all(tmp_path: Path, postgres_database: str) -> None:
    """One definition over one table, which lies in DuckDB and in Postgres; both export to one store."""
    markets = {}
    for engine in ENGINES:
        market = markets[engine] = Market.build(tmp_path / engine, engine, postgres_database)
        market.write("features/spending.sql", SPENDING)
    shutil.copy(tmp_path / "postgres" / "sources.yml", tmp_path / "duckdb" / "sources.yml")
    (tmp_path / "duckdb" / ".featurec").mkdir()
    markets["duckdb"].execute(
        f"CREATE SCHEMA raw; CREATE TABLE raw.orders AS FROM '{tmp_path / 'duckdb' / 'orders.parquet'}'"
    )
    both = {engine: Exporting(market) for engine, market in markets.items()}
    for exporting in both.values():
        exporting.build("spend", "spending")
    assert both["duckdb"].export("spending", FIRST).remark == ""
    for at, engine in enumerate(["postgres", "duckdb", "postgres"], 1):
        done = both[engine].export("spending", FIRST + at * DAY)
        assert done.remark == "all entities, as the last export was from another engine"
        assert (done.published.rows, done.published.unchanged) == (2, 2)
    assert both["postgres"].export("spending", FIRST + 4 * DAY).published.rows == 0
    assert both["duckdb"].read("spending:amount_sum_2d", FIRST, user_id=1).value is None
    for exporting in both.values():
        exporting.close()
