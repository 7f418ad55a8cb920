"""What every engine keeps to: types both ways, transactions, UTC, small and large results, its catalog, being stopped."""

import os
import time
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from threading import Timer
from typing import Any
from uuid import UUID

import pyarrow as pa
import pyarrow.parquet
import pytest

from featurec.engines.open import open_engine
from featurec.engines.protocol import Access, Engine, SpineSource
from featurec.errors import FeaturecError
from featurec.spec import Column, Project, Target

WRITE = Access(write=True)
PROJECT = Project("", "p")


def opened(root: Path, offline: dict[str, Any], access: Access = WRITE) -> Engine:
    return open_engine(Target("t", offline), PROJECT, root, access)


@pytest.fixture(params=["duckdb", "postgres"])
def offline(request: pytest.FixtureRequest) -> dict[str, Any]:
    """Settings of an offline store."""
    if request.param == "duckdb":
        return {"type": "duckdb", "path": "t.duckdb"}
    return {"type": "postgres", "url": request.getfixturevalue("postgres_url")}


@pytest.fixture
def engine(offline: dict[str, Any], tmp_path: Path) -> Iterator[Engine]:
    """A session that may write, and the files ``in.parquet``, ``out.parquet`` and ``out.csv`` in its reach."""
    files = [tmp_path / name for name in ("in.parquet", "out.parquet", "out.csv")]
    found = opened(tmp_path, offline, Access(write=True, files=files))
    found.execute("DROP SCHEMA IF EXISTS trial CASCADE")
    found.execute("CREATE SCHEMA trial")
    yield found
    found.close()


NOON = datetime(2024, 3, 1, 12, 0, 0, 123456, tzinfo=UTC)
# type as featurec spells it -> SQL of a value, what Python sees, the Arrow type in a file.
TYPES: dict[str, tuple[str, Any, pa.DataType]] = {
    "smallint": ("CAST(-7 AS smallint)", -7, pa.int16()),
    "integer": ("CAST(2147483647 AS integer)", 2**31 - 1, pa.int32()),
    "bigint": ("CAST(9223372036854775807 AS bigint)", 2**63 - 1, pa.int64()),
    "decimal(38,4)": (
        "CAST('1234567890123456789012345678901234.5678' AS decimal(38,4))",
        Decimal("1234567890123456789012345678901234.5678"),
        pa.decimal128(38, 4),
    ),
    "double": ("CAST('0.1' AS double precision)", 0.1, pa.float64()),
    "boolean": ("(1 = 1)", True, pa.bool_()),
    "varchar": ("CAST('Ærø, \"quoted\"' AS varchar)", 'Ærø, "quoted"', pa.string()),
    "date": ("CAST('0001-02-03' AS date)", date(1, 2, 3), pa.date32()),
    "timestamp": ("CAST('2024-03-01 12:00:00.123456' AS timestamp)", NOON.replace(tzinfo=None), pa.timestamp("us")),
    "timestamptz": ("CAST('2024-03-01 14:00:00.123456+02' AS timestamptz)", NOON, pa.timestamp("us", "UTC")),
    "bigint[]": ("(SELECT array_agg(x) FROM (VALUES (1), (NULL)) AS v(x))", [1, None], pa.list_(pa.int64())),
}


@pytest.mark.parametrize("kind", TYPES)
def test_types_in_tables_results_and_files(engine: Engine, tmp_path: Path, kind: str) -> None:
    value, seen, arrow = TYPES[kind]
    cast = f"CAST({value} AS bigint[])" if kind == "bigint[]" else value
    engine.execute(f'CREATE TABLE trial.one AS SELECT {cast} AS "A value"')
    assert engine.columns("trial.one") == {"A value": kind}
    assert engine.query("SELECT * FROM trial.one") == [{"A value": seen}]
    assert engine.write("SELECT * FROM trial.one", tmp_path / "out.parquet", "parquet", {"A value": kind}) == 1
    written = pyarrow.parquet.read_table(tmp_path / "out.parquet")
    assert written.schema.field("A value").type == arrow
    assert written.to_pylist() == [{"A value": seen}]


def test_a_spine_goes_in_and_comes_out_as_it_was(engine: Engine, tmp_path: Path) -> None:
    columns: dict[str, pa.Array] = {
        "event_timestamp": pa.array([NOON, NOON - timedelta(days=900_000 // 365), None], pa.timestamp("us", "UTC")),
        'Été, "quoted"': pa.array(["Ærø", "", None]),
        "tiny": pa.array([-128, 127, None], pa.int8()),
        "long": pa.array([2**63 - 1, -(2**63), None], pa.int64()),
        "unsigned": pa.array([2**64 - 1, 0, None], pa.uint64()),
        "exact": pa.array([Decimal("0.10"), Decimal("-99999999999999.99"), None], pa.decimal128(16, 2)),
        "real": pa.array([float("nan"), float("-inf"), None]),
        "flag": pa.array([True, False, None]),
        "day": pa.array([date(1, 1, 1), date(9999, 12, 31), None]),
        "naive": pa.array([datetime(1900, 1, 1), datetime(2200, 1, 1), None], pa.timestamp("us")),
        "bytes": pa.array([b"\x00\xff", b"", None]),
        "list": pa.array([[1, None], [], None], pa.list_(pa.int64())),
        "nothing": pa.nulls(3),
    }
    pyarrow.parquet.write_table(pa.table(columns), tmp_path / "in.parquet")
    spine = engine.load_spine(SpineSource(tmp_path / "in.parquet", "EVENT_timestamp", "Europe/Berlin"))
    assert (spine.timestamp, spine.timezone) == ("event_timestamp", "Europe/Berlin")
    assert spine.columns[:4] == (
        Column("event_timestamp", "timestamptz"),
        Column('Été, "quoted"', "varchar"),
        Column("tiny", "tinyint"),
        Column("long", "bigint"),
    )
    types = {c.name: c.type for c in spine.columns if c.type}
    assert engine.write(f'SELECT * FROM "{spine.relation[0]}"', tmp_path / "out.parquet", "parquet", types) == 3
    written = pyarrow.parquet.read_table(tmp_path / "out.parquet")
    for name, given in columns.items():
        assert repr(written[name].to_pylist()) == repr(given.to_pylist()), name
        if name not in ("nothing", "unsigned"):
            assert written.schema.field(name).type == given.type, name


def test_nanoseconds_are_cut_so_that_no_time_moves_forward(engine: Engine, tmp_path: Path) -> None:
    times = pa.array([1_999, 0, -1], pa.timestamp("ns", "UTC"))
    pyarrow.parquet.write_table(pa.table({"event_timestamp": times}), tmp_path / "in.parquet")
    spine = engine.load_spine(SpineSource(tmp_path / "in.parquet", "event_timestamp"))
    engine.write(f'SELECT * FROM "{spine.relation[0]}"', tmp_path / "out.parquet", "parquet", {})
    written = pyarrow.parquet.read_table(tmp_path / "out.parquet")["event_timestamp"]
    assert [str(t) for t in written.cast(pa.int64()).to_pylist()] == ["1", "0", "-1"]


def test_text_as_csv(engine: Engine, tmp_path: Path) -> None:
    values = "(VALUES (1, 'a \"b\", c'), (2, ''), (3, NULL)) AS v(id, text)"
    assert engine.write(f"SELECT * FROM {values} ORDER BY id", tmp_path / "out.csv", "csv", {}) == 3
    assert (tmp_path / "out.csv").read_text() == 'id,text\n1,"a ""b"", c"\n2,""\n3,\n'


def test_rows_come_as_one_stream_of_bytes(engine: Engine) -> None:
    numbers = {"duckdb": "range(100000) AS r(i)", "postgres": "generate_series(0, 99999) AS r(i)"}[engine.dialect.name]
    blocks = list(engine.copy_rows(f"SELECT CAST(i AS varchar) || 'é' || chr(10) AS line FROM {numbers} ORDER BY i"))
    assert len(blocks) < 1000
    values = [f"{i}é\n".encode() for i in range(100_000)]
    assert b"".join(blocks) == (b"".join(values) if engine.copy_format == "text" else binary(values))
    nothing = b"".join(engine.copy_rows("SELECT 'x' AS line WHERE 1 = 0"))
    assert nothing == (b"" if engine.copy_format == "text" else binary([]))


def binary(values: list[bytes]) -> bytes:
    """Rows of one text column in the binary format of PostgreSQL's COPY."""
    rows = b"".join(b"\0\1" + len(value).to_bytes(4) + value for value in values)
    return b"PGCOPY\n\xff\r\n\0" + bytes(8) + rows + b"\xff\xff"


def test_transactions_are_whole(engine: Engine, offline: dict[str, Any], tmp_path: Path) -> None:
    engine.execute("CREATE TABLE trial.kept AS SELECT 1 AS i")
    for failure in (FeaturecError([]), KeyboardInterrupt()):
        with pytest.raises(type(failure)):
            _insert_and_raise(engine, failure)
        assert engine.query("SELECT i FROM trial.kept") == [{"i": 1}]
    with engine.transaction():
        assert engine.execute("INSERT INTO trial.kept SELECT 3 UNION ALL SELECT 4") == 2
        if engine.dialect.name == "postgres":  # DuckDB lets one writer into a file
            other = opened(tmp_path, offline)
            assert other.query("SELECT i FROM trial.kept") == [{"i": 1}]
            other.close()
    engine.close()
    other = opened(tmp_path, offline)
    assert other.query("SELECT i FROM trial.kept ORDER BY i") == [{"i": 1}, {"i": 3}, {"i": 4}]
    other.close()


def _insert_and_raise(engine: Engine, failure: BaseException) -> None:
    with engine.transaction():
        engine.execute("INSERT INTO trial.kept VALUES (2)")
        raise failure


def test_every_session_is_in_utc(offline: dict[str, Any], tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Whatever the machine says."""
    for name in ("TZ", "PGTZ"):
        monkeypatch.setitem(os.environ, name, "Asia/Tokyo")
    time.tzset()
    sql = "SELECT CAST(CAST('2024-07-01 12:00+02' AS timestamptz) AS varchar) AS line"
    try:
        engine = opened(tmp_path, offline, Access())
        assert engine.query(sql) == [{"line": "2024-07-01 10:00:00+00"}]
        assert b"2024-07-01 10:00:00+00" in b"".join(engine.copy_rows(sql))
        engine.close()
    finally:
        monkeypatch.undo()
        time.tzset()


def test_a_session_that_only_reads_does_not_write(offline: dict[str, Any], tmp_path: Path) -> None:
    opened(tmp_path, offline).close()
    engine = opened(tmp_path, offline, Access())
    with pytest.raises(FeaturecError) as refused:
        engine.execute("CREATE TABLE written AS SELECT 1 AS i")
    assert "read-only" in refused.value.diagnostics[0].cause
    engine.close()


def test_the_catalog_without_what_is_ours(engine: Engine) -> None:
    engine.execute('CREATE TABLE trial."Odd name" AS SELECT 1 AS i, CAST(NULL AS timestamptz) AS "At"')
    engine.execute("CREATE VIEW trial.seen AS SELECT 'x' AS t")
    engine.execute("CREATE SCHEMA IF NOT EXISTS featurec")
    engine.execute("CREATE TABLE featurec.mine AS SELECT 1 AS i")
    found = [table for table in engine.tables() if table.schema in ("trial", "featurec", "pg_catalog")]
    engine.execute("DROP TABLE featurec.mine")
    assert [(t.name, t.columns) for t in found] == [
        ("Odd name", (Column("i", "integer"), Column("At", "timestamptz"))),
        ("seen", (Column("t", "varchar"),)),
    ]


def test_a_query_is_stopped_from_another_thread(engine: Engine) -> None:
    slow = {
        "duckdb": "SELECT sum(hash(a.range + b.range)) AS s FROM range(100000000) a, range(100000000) b",
        "postgres": "SELECT pg_sleep(60)",
    }[engine.dialect.name]
    Timer(0.3, engine.cancel).start()
    started = time.monotonic()
    with pytest.raises((KeyboardInterrupt, FeaturecError)):
        engine.query(slow)
    assert time.monotonic() - started < 30
    assert engine.query("SELECT 1 AS i") == [{"i": 1}]


def test_rows_are_estimated_without_being_read(engine: Engine) -> None:
    engine.execute("CREATE TABLE trial.many AS SELECT i FROM generate_series(1, 20000) AS v(i)")
    if engine.dialect.name == "postgres":
        engine.execute("ANALYZE trial.many")
    engine.execute("CREATE VIEW trial.failing AS SELECT CAST('?' || i AS integer) AS x FROM trial.many")
    assert engine.estimated_rows("trial.many") == 20000
    assert engine.estimated_rows("trial.failing") == 20000


def test_the_progress_of_a_query_is_seen_from_another_thread(engine: Engine) -> None:
    seen: list[float | None] = []
    limited = engine.memory_limit() is not None
    slow = {
        "duckdb": "SELECT count(DISTINCT hash(a.range)) AS s FROM range(30000000) a",
        "postgres": "SELECT pg_sleep(1)",
    }[engine.dialect.name]
    timers = [Timer(delay / 20, lambda: seen.append(engine.progress())) for delay in range(20)]
    for timer in timers:
        timer.start()
    engine.query(slow)
    for timer in timers:
        timer.join()
    assert limited == (engine.dialect.name == "duckdb")
    assert {type(share) for share in seen} <= ({float, type(None)} if limited else {type(None)})
    assert all(0 <= share <= 1 for share in seen if share is not None)
    assert limited == any(share is not None for share in seen)


@pytest.mark.parametrize(("limit", "bytes"), [("1GB", 10**9), ("512MiB", 2**29), ("3TiB", 3 * 2**40)])
def test_the_memory_of_duckdb(tmp_path: Path, limit: str, bytes: int) -> None:
    engine = opened(tmp_path, {"type": "duckdb", "memory_limit": limit})
    assert engine.memory_limit() == pytest.approx(bytes, rel=0.001)
    engine.close()


def test_values_without_a_python_type_are_text(engine: Engine) -> None:
    text = "6f1c1f0a-0000-4000-8000-00000000000f"
    engine.execute(f"CREATE TABLE trial.odd AS SELECT CAST('{text}' AS uuid) AS u, CAST('{{\"a\": 1}}' AS json) AS j")
    assert engine.columns("trial.odd") == {"u": "uuid", "j": "json"}
    (row,) = engine.query("SELECT * FROM trial.odd")
    assert str(row["u"]) == str(UUID(text))
    assert row["j"] == '{"a": 1}'


def test_a_database_file_may_be_called_like_a_schema_in_it(tmp_path: Path) -> None:
    engine = opened(tmp_path, {"type": "duckdb", "path": "features.duckdb"})
    engine.execute("CREATE SCHEMA features")
    engine.execute("CREATE TABLE features.spend AS SELECT 1 AS amount")
    engine.close()
    reading = opened(tmp_path, {"type": "duckdb", "path": "features.duckdb"}, Access())
    assert reading.query("SELECT amount FROM features.spend") == [{"amount": 1}]
    assert [(table.schema, table.name) for table in reading.tables()] == [("features", "spend")]
    reading.close()


def test_limits_of_the_target_hold(tmp_path: Path) -> None:
    engine = opened(tmp_path, {"type": "duckdb", "threads": 1, "memory_limit": "500MB"})
    settings = "SELECT current_setting('threads') AS threads, current_setting('memory_limit') AS memory"
    assert engine.query(settings) == [{"threads": 1, "memory": "476.8 MiB"}]
    engine.close()
