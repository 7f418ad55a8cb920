"""Online reads of the library beside psycopg: one query with a prepared statement, and JSON decoded by orjson.

    python bench/bench_read.py [--rounds 15] [--reads 400]

100,000 entities, ten features of one view, in the private Postgres. The yardstick sends the library's own query in one
session that it keeps, and makes of the rows what the library's `to_dict()` gives: a list of values for each feature. Each read is
done by both, one after the other; milliseconds are medians over all reads, and the last column is their ratio.
"""

import argparse
import statistics
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import duckdb
import orjson
import psycopg

import featurec
from featurec import clock
from featurec.api.reading import entity_columns
from featurec.api.requests import Asked
from featurec.online.postgres import store_address
from featurec.postgres import conninfo

ENTITIES = 100_000
FILES = {
    "featurec.yml": "name: read\ndefault_target: t\ntargets:\n  t:\n    offline: {type: duckdb}\n"
    "    online: {type: postgres, url: embedded}\n",
    "entities.yml": "entities: {user: {join_keys: [{name: user_id, type: bigint}]}}\n",
    "sources.yml": "sources:\n  raw:\n    tables:\n      users:\n        path: users.parquet\n        timestamp: at\n"
    "        columns: {user_id: bigint, at: timestamptz, "
    + ", ".join(f"f{n}: {'bigint' if n % 2 else 'double'}" for n in range(10))
    + "}\n",
    "features/users.sql": "/*---\nentities: [user]\ntimestamp: at\nttl: 3650d\nfeatures:\n"
    + "".join(f"  f{n}: {{type: {'bigint' if n % 2 else 'double'}}}\n" for n in range(10))
    + f"---*/\nSELECT user_id, at, {', '.join(f'f{n}' for n in range(10))} FROM {{{{ source('raw', 'users') }}}}\n",
}
SOURCE = f"""
COPY (
  SELECT i AS user_id, now() - to_seconds(CAST(hash(i) % 1000000 AS INTEGER)) AS at,
  {", ".join(f"hash(i + {n}) % 100000 {'' if n % 2 else '/ 7'} AS f{n}" for n in range(10))}
  FROM range({ENTITIES}) AS numbers(i)
) TO '{{path}}' (FORMAT parquet)
"""


def project(root: Path) -> featurec.FeatureStore:
    """A project whose view is online."""
    for name, text in FILES.items():
        (root / name).parent.mkdir(exist_ok=True)
        (root / name).write_text(text)
    duckdb.sql(SOURCE.format(path=root / "users.parquet"))
    store = featurec.FeatureStore(root)
    store.materialize_incremental(clock.now())
    return store


def by_hand(
    store: featurec.FeatureStore, session: psycopg.Connection[tuple[object, ...]]
) -> Callable[[list[int]], object]:
    """The same query and the same answer, without the library around it."""
    asked = Asked.of(store.project, ["users"])
    query = store._reader.read(asked, False, entity_columns([{"user_id": 1}]), clock.now()).query
    (reading, features), schema = query.lookups[0], query.bound.schema
    names, place = [feature.stored for feature in features], reading.payload
    cursor = session.cursor(binary=True)

    def read(users: list[int]) -> object:
        keys = [str(user) for user in users]
        cursor.execute(query.sql, {"schema": schema, "now": clock.now(), "keys_0": keys}, prepare=True)
        payloads = [orjson.loads(row[place]) if row[place] else {} for row in cursor.fetchall()]
        return {"user_id": users} | {name: [payload.get(name) for payload in payloads] for name in names}

    return read


def took(read: Callable[[list[int]], object], users: list[int]) -> float:
    """Milliseconds of one read."""
    start = time.perf_counter()
    read(users)
    return (time.perf_counter() - start) * 1000


def main() -> None:
    """Print one line for 1 and for 100 entities."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--rounds", type=int, default=15)
    parser.add_argument("--reads", type=int, default=400)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder, project(Path(folder)) as store:
        url = store_address(store._state.target, Path(folder))[0]
        with psycopg.connect(conninfo(url), autocommit=True) as session:
            hand = by_hand(store, session)

            def library(users: list[int]) -> object:
                return store.get_online_features(["users"], [{"user_id": user} for user in users]).to_dict()

            print(f"{'entities':>9} {'psycopg':>11} {'featurec':>11}   ratio")
            for size in (1, 100):
                batches = [[(n * 7919 + i * 104_729) % ENTITIES for i in range(size)] for n in range(options.reads)]
                if hand(batches[0]) != library(batches[0]):
                    sys.exit("the answers differ")
                pairs = [(took(hand, users), took(library, users)) for users in batches * options.rounds]
                by_hand_ms, library_ms = (statistics.median(side) for side in zip(*pairs, strict=True))
                print(
                    f"{size:>9} {by_hand_ms:>8.3f} ms {library_ms:>8.3f} ms {library_ms / by_hand_ms:>7.2f}", flush=True
                )


if __name__ == "__main__":
    main()
