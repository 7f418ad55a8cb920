"""The yardsticks of bench_pit.py: what one would write by hand, as a function or as a process that does nothing else.

python bench/by_hand.py asof DATABASE EVENTS SPINE OUT
python bench/by_hand.py lateral URL TABLE SPINE OUT
"""

import sys

ASOF = """
COPY (
  SELECT s.user_id, s.event_timestamp, s.label, e.amount, e.clicks, e.tier
  FROM read_parquet('{spine}', file_row_number = true) AS s
  ASOF LEFT JOIN {events} AS e ON e.user_id = s.user_id AND s.event_timestamp >= e.event_at
  ORDER BY s.file_row_number
) TO '{out}' (FORMAT parquet)
"""
LATERAL = """
SELECT s.user_id, s.event_timestamp, s.label, e.amount, e.clicks, e.tier
FROM spine AS s
LEFT JOIN LATERAL (
  SELECT amount, clicks, tier FROM {table} AS e
  WHERE e.user_id = s.user_id AND e.__fc_at <= s.event_timestamp
  ORDER BY e.__fc_at DESC LIMIT 1
) AS e ON TRUE
"""


def asof(database: str, events: str, spine: str, out: str) -> None:
    """DuckDB: ``events`` is whatever may stand in FROM."""
    import duckdb

    with duckdb.connect(database, read_only=database != ":memory:") as session:
        session.execute("SET TimeZone = 'UTC'")
        session.execute(ASOF.format(spine=spine, events=events, out=out))


def lateral(url: str, table: str, spine: str, out: str) -> None:
    """Postgres: the spine goes in and the answer comes out as Arrow."""
    import adbc_driver_postgresql.dbapi
    import pyarrow.parquet

    given = pyarrow.parquet.read_table(spine)
    with adbc_driver_postgresql.dbapi.connect(url) as connection, connection.cursor() as cursor:
        cursor.adbc_ingest("spine", given, mode="create", temporary=True)
        cursor.execute("ANALYZE spine")
        cursor.execute(LATERAL.format(table=table))
        with cursor.fetch_record_batch() as reader, pyarrow.parquet.ParquetWriter(out, reader.schema) as writer:
            for batch in reader:
                writer.write_batch(batch)


if __name__ == "__main__":
    {"asof": asof, "lateral": lateral}[sys.argv[1]](*sys.argv[2:])
