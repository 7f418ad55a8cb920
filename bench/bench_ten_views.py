"""Ten views joined into one training set, beside three forms of it written by hand: the same built tables, into Parquet.

    python bench/bench_ten_views.py [--spine 1000000] [--rows 10000000] [--entities 100000] [--repeat 3]

The rows are split between the views. By hand: one query of ten ASOF joins in a chain; the same from a spine that was sorted
first; ten narrow ASOF joins, put together by the number of the spine row. Each round runs them and featurec
(`featurec.run.train.train` in this process, compilation included) one after the other; figures are medians over the rounds.
The answers are compared.
"""

import argparse
import os
import tempfile
from collections.abc import Callable
from functools import partial
from pathlib import Path

import duckdb
from projects import SECONDS, SPINE, train_function, write_project
from rounds import command, rounds, same, show

VIEWS = 10
EVENTS = """
SELECT
  CAST(hash(i) % {entities} AS BIGINT) AS user_id,
  TIMESTAMPTZ '2024-01-01 00:00:00+00' + to_microseconds(CAST(hash(i + 1000000007) % (CAST({seconds} AS BIGINT) * 1000000) AS BIGINT)) AS event_at,
  CAST(i % {views} AS INTEGER) AS part,
  CAST(hash(i + 1) % 100000 AS DOUBLE) / 100 AS amount,
  CAST(hash(i + 2) % 50 AS BIGINT) AS clicks
FROM range({rows}) AS numbers(i)
"""
COLUMNS = "{user_id: bigint, event_at: timestamptz, part: integer, amount: double, clicks: bigint}"
VIEW = """\
/*---
entities: [user]
timestamp: event_at
features:
  amount_{n}: {{type: double}}
  clicks_{n}: {{type: bigint}}
---*/
SELECT user_id, event_at, amount AS amount_{n}, clicks AS clicks_{n} FROM bench.events WHERE part = {n}
"""
REQUESTS = {f"part_{n}": (f"amount_{n}", f"clicks_{n}") for n in range(VIEWS)}
FEATURES = [name for names in REQUESTS.values() for name in names]


def by_hand(form: str, database: str, spine: str, out: str) -> None:
    """One of the forms, in a session of its own."""
    given = f"read_parquet('{spine}', file_row_number = true)"
    with duckdb.connect(database, read_only=True) as session:
        session.execute("SET TimeZone = 'UTC'")
        if form != "chain":
            order = "" if form == "narrow" else "ORDER BY user_id, event_timestamp"
            session.execute(f"CREATE TEMP TABLE spine AS SELECT * FROM {given} {order}")
        if form == "narrow":
            for view, names in REQUESTS.items():
                session.execute(
                    f"CREATE TEMP TABLE found_{view} AS SELECT s.file_row_number, {', '.join(names)} "
                    f"FROM spine AS s ASOF JOIN features.{view} AS v ON {_match('v')}"
                )
            joins = "\n".join(f"LEFT JOIN found_{view} USING (file_row_number)" for view in REQUESTS)
        else:
            joins = "\n".join(
                f"ASOF LEFT JOIN features.{view} AS v{n} ON {_match(f'v{n}')}" for n, view in enumerate(REQUESTS)
            )
        session.execute(f"""
COPY (
  SELECT s.user_id, s.event_timestamp, s.label, {", ".join(FEATURES)}
  FROM {given if form == "chain" else "spine"} AS s
  {joins}
  ORDER BY file_row_number
) TO '{out}' (FORMAT parquet)""")


def _match(view: str) -> str:
    return f"{view}.user_id = s.user_id AND s.event_timestamp >= {view}.event_at"


def bench(root: Path, spine: int, rows: int, entities: int, repeat: int) -> None:
    """Build the views, then measure."""
    sizes = {"entities": entities, "seconds": SECONDS}
    events = EVENTS.format(rows=rows, views=VIEWS, **sizes)
    with duckdb.connect() as session:
        session.execute("SET TimeZone = 'UTC'")
        session.execute(f"COPY ({events}) TO '{root / 'events.parquet'}' (FORMAT parquet)")
        session.execute(f"COPY ({SPINE.format(rows=spine, **sizes)}) TO '{root / 'spine.parquet'}' (FORMAT parquet)")
    views = {f"part_{n}": VIEW.format(n=n) for n in range(VIEWS)}
    target = {"built": "{type: duckdb, path: built.duckdb}"}
    write_project(root, views, COLUMNS, "path: events.parquet", target)
    command("-m", "featurec", "run", cwd=root)
    place, file = str(root / "built.duckdb"), str(root / "spine.parquet")
    runs: dict[str, Callable[[], None]] = {
        f"by hand, {form}": partial(by_hand, form, place, file, str(root / f"{form}.parquet"))
        for form in ("chain", "sorted", "narrow")
    }

    def by_featurec() -> None:
        train_function(root, "built", REQUESTS, root / "featurec.parquet")

    took = rounds({**runs, "featurec": by_featurec}, repeat)
    best = min(runs, key=lambda name: took[name].seconds)
    print(f"ten views: {spine:,} spine rows x {rows // VIEWS:,} rows each, {entities:,} entities; aim at most 1.15")
    show(took, {"featurec": best})
    for form in ("sorted", "narrow", "featurec"):
        same(root / "chain.parquet", root / f"{form}.parquet")


def main() -> None:
    """Measure in a folder that is removed afterwards."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--spine", type=int, default=1_000_000)
    parser.add_argument("--rows", type=int, default=10_000_000)
    parser.add_argument("--entities", type=int, default=100_000)
    parser.add_argument("--repeat", type=int, default=3)
    asked = parser.parse_args()
    print(f"median of {asked.repeat}, {os.cpu_count()} cores, load {os.getloadavg()[0]:.1f}")
    with tempfile.TemporaryDirectory(prefix="bench-ten-views-") as folder:
        bench(Path(folder), asked.spine, asked.rows, asked.entities, asked.repeat)


if __name__ == "__main__":
    main()
