"""Three ways into the store: text from DuckDB, binary from another PostgreSQL database, and rows that never leave their server."""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import psycopg
import pytest
from psycopg.conninfo import conninfo_to_dict

from featurec.compiler import compile_project
from featurec.engines.open import open_engine
from featurec.engines.protocol import Access
from featurec.errors import FeaturecError
from featurec.online.postgres import PostgresOnlineStore, open_store
from featurec.online.protocol import Batch, Select
from featurec.online.publish import _Export
from featurec.spec import Target
from tests.exporting import Exporting
from tests.market import ORDERS, SPEND, Market

PAID = datetime(2024, 3, 5, 12, tzinfo=UTC)
TYPED = """/*---
entities: [user]
timestamp: paid_at
features:
  a: {type: "decimal(18,2)"}
  b: {type: double}
  c: {type: varchar}
  d: {type: date}
  e: {type: timestamptz}
  f: {type: bigint}
  g: {type: boolean}
---*/
SELECT user_id, paid_at, amount AS a, CAST(amount AS DOUBLE) / 7 AS b, note AS c, CAST(ordered_at AS DATE) AS d, ordered_at AS e,
  order_id + 9007199254740992 AS f, amount > 6 AS g
FROM {{ source('raw', 'orders') }}
"""


@dataclass
class Ways:
    """How the rows of each export went, in turn."""

    taken: list[str]


@pytest.fixture
def ways(monkeypatch: pytest.MonkeyPatch) -> Ways:
    found = Ways([])
    run = _Export.run

    def watched(self: _Export) -> Any:
        batch: Batch = self.batch
        found.taken.append("select" if isinstance(batch.rows, Select) else batch.format)
        return run(self)

    monkeypatch.setattr(_Export, "run", watched)
    return found


@pytest.fixture
def other_database(postgres_server: str, postgres_database: str) -> Iterator[str]:
    """Another database of the same server."""
    name = f"{conninfo_to_dict(postgres_database)['dbname']}_online"
    with psycopg.connect(postgres_server, autocommit=True) as session:
        session.execute(f"CREATE DATABASE {name}".encode())
        yield postgres_database.replace(f"/{conninfo_to_dict(postgres_database)['dbname']}", f"/{name}")
        session.execute(f"DROP DATABASE {name} WITH (FORCE)".encode())


def opened(market: Market, online: str) -> Exporting:
    """The market with its rows in ``market.online_url``, exporting to another place."""
    found = Exporting(market)
    found.store.close()
    found.store = PostgresOnlineStore(online, "features")
    return found


def stored(url: str, name: str) -> list[tuple[Any, ...]]:
    with psycopg.connect(url) as session:
        ((table,),) = session.execute(
            "SELECT table_name FROM featurec.online_versions WHERE view = %s", [name]
        ).fetchall()
        return session.execute(
            f'SELECT entity_key, event_ts, created_ts::text, row_hash, payload::text FROM features_online."{table}" ORDER BY 1'.encode()
        ).fetchall()


def test_every_way_leaves_the_same_bytes(
    tmp_path: Path, postgres_database: str, other_database: str, ways: Ways
) -> None:
    found = {}
    for way, engine, online in (
        ("select", "postgres", postgres_database),
        ("binary", "postgres", other_database),
        ("text", "duckdb", postgres_database),
    ):
        market = Market.build(tmp_path / way, engine, postgres_database)
        market.write("features/typed.sql", TYPED)
        market.load(ORDERS)
        exporting = opened(market, online)
        exporting.build("typed", "places")
        rows = []
        for at in (datetime(2024, 3, 2, tzinfo=UTC), PAID, PAID):
            done = exporting.export("typed", at).published
            exporting.export("places", at)
            rows.append((done.rows, done.inserted, done.updated, done.unchanged))
        found[way] = (rows, stored(online, "typed"), stored(online, "places"))
        exporting.close()
        with psycopg.connect(online, autocommit=True) as session:
            session.execute("DROP SCHEMA features_online CASCADE")
            session.execute("TRUNCATE featurec.online_versions CASCADE")
    assert ways.taken == [way for way in ("select", "binary", "text") for _ in range(6)]
    assert found["select"] == found["binary"] == found["text"]
    assert len(found["select"][1]) == 2


def test_a_role_that_cannot_read_the_rows_gets_them_by_copy(tmp_path: Path, postgres_database: str, ways: Ways) -> None:
    market = Market.build(tmp_path, "postgres", postgres_database)
    with psycopg.connect(postgres_database, autocommit=True) as session:
        session.execute("DROP ROLE IF EXISTS exporter")
        session.execute("CREATE ROLE exporter LOGIN")
        session.execute(f"GRANT CREATE ON DATABASE {session.info.dbname} TO exporter".encode())
    exporting = opened(market, postgres_database.replace("postgres@", "exporter@"))
    exporting.build("spend")
    with psycopg.connect(postgres_database, autocommit=True) as session:
        session.execute("GRANT ALL ON SCHEMA featurec TO exporter")
    assert exporting.export("spend", PAID).published.inserted == 2
    with psycopg.connect(postgres_database, autocommit=True) as session:
        session.execute("GRANT USAGE ON SCHEMA features TO exporter")
        session.execute("GRANT SELECT ON ALL TABLES IN SCHEMA features TO exporter")
    assert exporting.export("spend", PAID + timedelta(days=1)).published.rows == 0
    (table,) = exporting.home().built.values()
    with psycopg.connect(postgres_database, autocommit=True) as session:
        session.execute(f'ALTER TABLE features."{table.table}" ENABLE ROW LEVEL SECURITY'.encode())
        session.execute(f'CREATE POLICY few ON features."{table.table}" TO exporter USING (user_id = 1)'.encode())
    exporting.export("spend", PAID + timedelta(days=2))
    assert ways.taken == ["binary", "select", "binary"]
    exporting.close()
    with psycopg.connect(postgres_database, autocommit=True) as session:
        session.execute("DROP OWNED BY exporter CASCADE")
        session.execute("DROP ROLE exporter")


@pytest.mark.parametrize("inside", [True, False])
def test_what_fails_is_told_as_the_rows_or_as_their_query(
    tmp_path: Path, postgres_database: str, other_database: str, inside: bool
) -> None:
    market = Market.build(tmp_path, "postgres", postgres_database)
    market.write(
        "features/spend.sql",
        SPEND.replace("amount, note", "CAST(1 / (order_id - 2) AS DECIMAL(18, 2)) AS amount, note"),
    )
    market.write(
        "features/long.sql",
        """/*---
entities: [place]
timestamp: paid_at
features:
  orders: {type: bigint}
---*/
SELECT repeat('x', 600) AS country, zip, paid_at, order_id AS orders FROM {{ source('raw', 'orders') }}
""",
    )
    exporting = opened(market, postgres_database if inside else other_database)
    for name, code, cause in (("spend", "FC904", "division by zero"), ("long", "FC933", "entity_key_of_512_bytes")):
        with pytest.raises(FeaturecError) as refused:
            exporting.export(name, PAID)
        (finding,) = refused.value.diagnostics
        assert (finding.code, cause in finding.cause) == (code, True)
    assert exporting.store.active({"spend", "long"}) == {}
    exporting.close()


def test_rows_that_cannot_be_exported_are_counted_and_shown(
    tmp_path: Path, postgres_database: str, warehouse_kind: str
) -> None:
    now = datetime.now(UTC)
    market = Market.build(tmp_path, warehouse_kind, postgres_database)
    market.load(
        ORDERS
        + ", (6, 7, 'de', 1, 1, 'far', '2099-01-01 00:00+00', '2099-01-01 00:00+00')"
        + f", (7, 8, 'de', 1, 1, 'soon', '{now + timedelta(minutes=4)}', '{now + timedelta(minutes=4)}')"
    )
    exporting = Exporting(market)
    exporting.build("spend")
    done = exporting.export("spend", now)
    assert (done.published.rows, done.published.rejected) == (2, 2)
    (finding,) = done.findings
    assert (finding.code, finding.claim) == ("FC945", "2 rows of `spend` cannot be exported")
    assert finding.cause.startswith("1 stamped later than ")
    assert finding.cause.endswith(" and 1 with NULL in a join key")
    with psycopg.connect(postgres_database) as session:
        rejects = session.execute(
            "SELECT reason, entity_key, event_ts, row, run FROM featurec.online_rejects ORDER BY reason"
        ).fetchall()
    assert [(*found[:2], found[3]["note"], found[4]) for found in rejects] == [
        ("future", "7", "far", 1),
        ("null_key", None, "nobody", 1),
    ]
    assert rejects[0][2] == datetime(2099, 1, 1, tzinfo=UTC)
    assert exporting.read("spend:note", now, user_id=7).value is None
    exporting.export("spend", now)
    with psycopg.connect(postgres_database) as session:
        assert session.execute("SELECT count(*), min(run) FROM featurec.online_rejects").fetchall() == [(2, 2)]
    later = exporting.export("spend", now + timedelta(minutes=4, seconds=30))
    assert later.published.inserted == 1
    exporting.close()


def test_an_instant_ahead_of_the_store_is_taken_back(
    tmp_path: Path, postgres_database: str, warehouse_kind: str
) -> None:
    now = datetime.now(UTC)
    market = Market.build(tmp_path, warehouse_kind, postgres_database)
    market.load(
        ORDERS + f", (6, 7, 'de', 1, 1, 'tomorrow', '{now + timedelta(hours=20)}', '{now + timedelta(hours=20)}')"
    )
    exporting = Exporting(market)
    exporting.build("spend")
    done = exporting.export("spend", now + timedelta(days=1))
    assert [finding.code for finding in done.findings] == ["FC944", "FC945"]
    assert "earlier instant than the run's" in done.findings[0].claim
    assert exporting.store.active({"spend"})["spend"].as_of < datetime.now(UTC) + timedelta(minutes=5)
    assert exporting.read("spend:note", now, user_id=7).value is None
    assert exporting.export("spend", datetime.now(UTC) + timedelta(minutes=1)).published.stale == 0
    exporting.close()


def test_a_clock_that_differs_is_told(tmp_path: Path, postgres_database: str, monkeypatch: pytest.MonkeyPatch) -> None:
    market = Market.build(tmp_path, "duckdb", postgres_database)
    market.load(ORDERS.replace("(5, NULL,", "(5, 5,"))
    exporting = Exporting(market)
    exporting.build("spend")
    assert exporting.export("spend", PAID).findings == ()
    monkeypatch.setattr("featurec.clock.now", lambda: datetime.now(UTC) + timedelta(days=1))
    (finding,) = exporting.export("spend", PAID).findings
    assert finding.code == "FC944"
    assert "is 86,400 s ahead of that of the online store" in finding.claim
    exporting.close()


def test_windows_as_of_an_earlier_instant_are_told_to_stay(tmp_path: Path, postgres_database: str) -> None:
    market = Market.build(tmp_path, "duckdb", postgres_database)
    aggregated = "aggregations:\n  - {function: count, windows: [2d], name: orders}\n---*/"
    market.write("features/spend.sql", SPEND.replace("---*/", aggregated))
    exporting = Exporting(market)
    exporting.build("spend")
    exporting.export("spend", PAID)
    (finding,) = [f for f in exporting.export("spend", PAID - timedelta(days=1)).findings if f.code != "FC945"]
    assert (finding.code, finding.claim) == ("FC946", "nothing was written for `spend`")
    assert "2024-03-05 12:00:00 UTC was exported before" in finding.cause
    assert finding.fix
    exporting.close()


def test_how_far_ahead_is_a_setting(tmp_path: Path, postgres_database: str) -> None:
    market = Market.build(tmp_path, "duckdb", postgres_database)
    settings = (market.root / "featurec.yml").read_text()
    online = f"{{type: postgres, url: {json.dumps(postgres_database)}"
    market.write("featurec.yml", settings.replace(online, f"{online}, max_future: 2h"))
    compilation = compile_project(market.root)
    assert not compilation.diagnostics
    target = compilation.project.targets["dev"]
    store = open_store(target, market.root)
    assert isinstance(store, PostgresOnlineStore)
    assert store._max_future == timedelta(hours=2)
    store.close()
    market.write("featurec.yml", settings.replace(online, f"{online}, max_future: soon"))
    assert [d.code for d in compile_project(market.root).diagnostics] == ["FC106"]


@pytest.fixture(params=["duckdb", "postgres"])
def warehouse_kind(request: pytest.FixtureRequest) -> str:
    kind: str = request.param
    return kind


def test_a_database_is_told_apart_from_its_neighbours(
    tmp_path: Path, postgres_database: str, other_database: str
) -> None:
    market = Market.build(tmp_path, "postgres", postgres_database)
    project = compile_project(market.root).analyzed.project

    def database(url: str) -> str | None:
        engine = open_engine(Target("t", {"type": "postgres", "url": url}), project, tmp_path, Access())
        try:
            return engine.database
        finally:
            engine.close()

    mine = database(postgres_database)
    assert mine == database(postgres_database)
    assert mine != database(other_database)
    assert mine != database(postgres_database + "&options=-csearch_path%3Draw")
