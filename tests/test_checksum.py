"""A checksum tells rows apart wherever an export of them could differ, and never by their order."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from itertools import combinations
from pathlib import Path

import pytest

from featurec.engines.open import open_engine
from featurec.engines.protocol import Access, Engine
from featurec.run.checksum import checksums
from featurec.spec import Project, Target

DAY = datetime(2024, 3, 1, tzinfo=UTC)
COLUMNS = {
    "duckdb": "a BIGINT, b BIGINT, x DOUBLE, y FLOAT, l DOUBLE[], s VARCHAR, t INTERVAL",
    "postgres": "a bigint, b bigint, x double precision, y real, l double precision[], s text, t interval",
}
ROW = ["1", "2", "0.5", "0.5", "ARRAY[0.0, 1.0]", "'a'", "INTERVAL '1 month'"]
OTHERS = {
    "another integer": {0: "2"},
    "one that is missing": {0: "NULL"},
    "the other one missing": {1: "NULL"},
    "two that changed places": {0: "2", 1: "1"},
    "zero": {2: "0.0"},
    "negative zero": {2: "CAST('-0' AS double precision)"},
    "NaN": {2: "CAST('NaN' AS double precision)"},
    "negative zero in four bytes": {3: "CAST('-0' AS real)"},
    "zero in four bytes": {3: "0.0"},
    "negative zero in a list": {4: "ARRAY[CAST('-0' AS double precision), 1.0]"},
    "a text": {5: "'A'"},
    "no text": {5: "''"},
    "as long, but not the same": {6: "INTERVAL '30 days'"},
}


@pytest.fixture(params=["duckdb", "postgres"])
def engine(request: pytest.FixtureRequest, tmp_path: Path, postgres_database: str) -> Iterator[Engine]:
    offline = {"type": request.param} | ({"url": postgres_database} if request.param == "postgres" else {})
    opened = open_engine(Target("dev", offline), Project(str(tmp_path), "p"), tmp_path, Access(write=True))
    opened.execute("CREATE SCHEMA features")
    opened.execute(f"CREATE TABLE features.rows ({COLUMNS[request.param]}, __fc_at timestamptz)")
    yield opened
    opened.close()


def taken(engine: Engine, *rows: list[str]) -> str:
    """The checksum of these rows."""
    engine.execute("DELETE FROM features.rows")
    for row in rows:
        engine.execute(f"INSERT INTO features.rows VALUES ({', '.join(row)}, '2024-03-01 00:00:00+00')")
    found = checksums(engine, "rows", DAY - timedelta(microseconds=1), DAY)
    assert found.before.endswith(" 0 0")
    assert found.now.split()[:2] == [engine.dialect.name, str(len(rows))]
    return found.now


def test_no_two_different_rows_have_one_checksum(engine: Engine) -> None:
    rows = {"as it was": ROW} | {
        name: [changed.get(n, value) for n, value in enumerate(ROW)] for name, changed in OTHERS.items()
    }
    found = {name: taken(engine, row) for name, row in rows.items()}
    assert [pair for pair in combinations(found, 2) if found[pair[0]] == found[pair[1]]] == []


def test_rows_count_as_often_as_they_are_there_and_in_any_order(engine: Engine) -> None:
    other = ["3", *ROW[1:]]
    assert taken(engine, ROW, other, ROW) == taken(engine, other, ROW, ROW)
    assert len({taken(engine, ROW), taken(engine, ROW, ROW), taken(engine, ROW, ROW, ROW), taken(engine)}) == 4


def test_rows_count_from_the_instant_at_which_they_are_usable(engine: Engine) -> None:
    engine.execute("DELETE FROM features.rows")
    engine.execute(f"INSERT INTO features.rows VALUES ({', '.join(ROW)}, '2024-03-02 00:00:00+00')")
    found = checksums(engine, "rows", DAY, DAY + timedelta(days=1))
    assert (found.before.split()[1], found.now.split()[1]) == ("0", "1")
    assert checksums(engine, "rows", DAY + timedelta(days=1), DAY + timedelta(days=2)).before == found.now
