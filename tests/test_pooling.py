"""Exports and reads through a pooler that gives every transaction another server connection."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path

import psycopg
import pytest
from psycopg.conninfo import conninfo_to_dict

from featurec.engines.open import open_engine
from featurec.engines.protocol import Access
from featurec.errors import CannotOperate
from featurec.online.postgres import PostgresOnlineStore
from featurec.spec import Project, Target
from tests.exporting import Exporting
from tests.market import ORDERS, Market
from tests.pooler import Pooler

PAID = datetime(2024, 3, 5, 12, tzinfo=UTC)
ODD = {
    "TimeZone": "Asia/Kathmandu",
    "DateStyle": "SQL, DMY",
    "extra_float_digits": "-15",
    "IntervalStyle": "sql_standard",
}
"""What sessions of the database begin with: nothing of it may be seen."""


@pytest.fixture(params=[1, 5], ids=lambda size: f"pool of {size}")
def pooler(request: pytest.FixtureRequest, postgres_database: str) -> Iterator[Pooler]:
    parts = conninfo_to_dict(postgres_database)
    with psycopg.connect(postgres_database, autocommit=True) as session:
        for name, value in ODD.items():
            session.execute(f"ALTER DATABASE {parts['dbname']} SET {name} = '{value}'".encode())
    with Pooler(str(parts["host"]), request.param) as opened:
        yield opened
    assert opened.violations == []


def url(pooler: Pooler, postgres_database: str) -> str:
    return pooler.url(str(conninfo_to_dict(postgres_database)["dbname"]))


def stored(url: str) -> dict[str, list[tuple[object, ...]]]:
    """Every online table, byte for byte."""
    with psycopg.connect(url, options="-c TimeZone=UTC -c DateStyle=ISO") as session:
        tables = session.execute("SELECT tablename FROM pg_tables WHERE schemaname = 'features_online'").fetchall()
        return {
            name: session.execute(
                f'SELECT entity_key, event_ts, created_ts::text, payload::text FROM features_online."{name}" ORDER BY 1'.encode()
            ).fetchall()
            for (name,) in tables
        }


@pytest.mark.parametrize("engine", ["duckdb", "postgres"])
def test_two_exports_at_a_time_and_reads_between_them(
    tmp_path: Path, postgres_database: str, pooler: Pooler, engine: str
) -> None:
    direct = Market.build(tmp_path / "direct", engine, postgres_database)
    through = replace(direct, root=tmp_path / "through")
    if engine == "postgres":
        through = Market.build(through.root, engine, url(pooler, postgres_database))
    else:
        through = Market.build(through.root, engine, postgres_database)
        through.online_url = url(pooler, postgres_database)
    views = ("spend", "places")
    first = Exporting(through)
    first.build(*views)
    others = [first, Exporting(through, first.engine if engine == "duckdb" else None)]
    reader = Exporting(through, first.engine)
    with ThreadPoolExecutor(2) as threads:
        for at in (datetime(2024, 3, 2, tzinfo=UTC), PAID):
            pairs = list(zip(others if engine == "postgres" else [first, first], views, strict=True))
            if engine == "duckdb":  # one session of a file, which is not for two threads at once
                done = [each.export(view, at) for each, view in pairs]
            else:
                done = list(threads.map(Exporting.export, others, views, (at, at)))
            assert all(found.published.rows for found in done)
            assert reader.read("spend:amount", datetime(2024, 2, 2, tzinfo=UTC), user_id=2).value == Decimal("5.00")
    assert reader.read("spend:amount", PAID, user_id=1).value == Decimal("20.25")
    seen = reader.read("spend:amount", PAID, user_id=1).event_timestamp
    assert (seen, seen and seen.tzinfo) == (datetime(2024, 3, 2, 10, tzinfo=UTC), UTC)
    pooled = stored(postgres_database)
    for each in (*others, reader):
        each.store.close()
    first.engine.close()
    with psycopg.connect(postgres_database, autocommit=True) as session:
        session.execute("DROP SCHEMA features_online CASCADE")
        session.execute("TRUNCATE featurec.online_versions CASCADE")
    plain = Exporting(direct)
    plain.build(*views)
    for view in views:
        plain.export(view, PAID)
    assert stored(postgres_database) == pooled
    plain.close()


def test_two_runs_of_one_view_through_a_pooler(tmp_path: Path, postgres_database: str, pooler: Pooler) -> None:
    market = Market.build(tmp_path, "duckdb", postgres_database)
    market.load(ORDERS)
    market.online_url = url(pooler, postgres_database)
    exporting = Exporting(market)
    exporting.build("spend")
    for _ in range(2):
        exporting.export("spend", PAID)
    assert pooler.lent > 4
    exporting.close()


def test_what_a_pooler_does_not_know_at_the_start_is_told(postgres_database: str, pooler: Pooler) -> None:
    with pytest.raises(CannotOperate) as refused:
        PostgresOnlineStore(url(pooler, postgres_database) + "?options=-csearch_path%3Dpublic", "features")
    assert "unsupported startup parameter: options" in refused.value.diagnostics[0].cause


def test_results_go_into_files_through_a_pooler(tmp_path: Path, postgres_database: str, pooler: Pooler) -> None:
    """As training sets do, whose rows come by a session of their own."""
    target = Target("dev", {"type": "postgres", "url": url(pooler, postgres_database)})
    files = [tmp_path / "first.parquet", tmp_path / "second.parquet"]
    engine = open_engine(target, Project(str(tmp_path), "p"), tmp_path, Access(files=files))
    for file in files:
        assert engine.write("SELECT 1 AS i, TIMESTAMPTZ '2024-01-01 00:00+00' AS at", file, "parquet", {}) == 1
        assert engine.query("SELECT CAST(TIMESTAMPTZ '2024-01-01 00:00+00' AS text) AS at") == [
            {"at": "2024-01-01 00:00:00+00"}
        ]
    engine.close()
