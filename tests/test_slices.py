"""A slice of a view is exactly those rows of the whole view, made of no more of its relations than they depend on."""

import re
from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from random import Random
from typing import Any
from zoneinfo import ZoneInfo

import pytest
import yaml

from featurec.codegen import render_sql
from featurec.compiler import (
    AnalyzedProject,
    Arriving,
    BuiltTable,
    Physical,
    Range,
    Slice,
    arrivals_query,
    build_query,
    compile_project,
    dropped_query,
    preview_query,
    view_keys,
)
from featurec.dialects.dialect import get
from tests.warehouse import Row, Warehouse, quoted

HOUR = timedelta(hours=1)
DAY = timedelta(days=1)
START = datetime(2024, 3, 25, tzinfo=UTC)
"""Six days before clocks go forward in Berlin."""
BERLIN = ZoneInfo("Europe/Berlin")
SOURCES: Mapping[str, Mapping[str, Any]] = {
    "orders": {"timestamp": "at", "columns": {"id": "bigint", "u": "bigint", "n": "bigint", "at": "timestamptz"}},
    "visits": {"timestamp": "at", "timezone": "UTC", "columns": {"id": "bigint", "u": "bigint", "n": "bigint", "at": "timestamp"}},
    "clicks": {"timestamp": "at", "timezone": "Europe/Berlin", "columns": {"id": "bigint", "u": "bigint", "n": "bigint", "at": "timestamp"}},
    "days": {"timestamp": "day", "timezone": "UTC", "columns": {"id": "bigint", "u": "bigint", "n": "bigint", "day": "date"}},
    "local_days": {"timestamp": "day", "timezone": "America/New_York", "columns": {"id": "bigint", "u": "bigint", "n": "bigint", "day": "date"}},
    "late": {"timestamp": "at", "available_at": "known", "columns": {"id": "bigint", "u": "bigint", "n": "bigint", "at": "timestamptz", "known": "timestamptz"}},
    "people": {"static": True, "columns": {"u": "bigint", "n": "bigint"}},
}  # fmt: skip
SUMS = "aggregations:\n  - {function: sum, column: n, windows: [1d]}\n"
WITHIN = "BETWEEN a.at - INTERVAL '2 days' AND a.at"
VIEWS: Mapping[str, tuple[str, str]] = {
    "plain": ("", "SELECT u, n, id, at AS t FROM raw.orders"),
    "delayed": ("delay: 1h\n", "SELECT u, n, id, at AS t FROM raw.visits"),
    "daily": ("", "SELECT u, sum(n) AS n, date_trunc('day', at) + INTERVAL '1 day' AS t FROM raw.visits GROUP BY 1, 3"),
    "joined": ("", f"SELECT a.u, sum(b.n) AS n, a.id, a.at AS t FROM raw.orders a LEFT JOIN raw.orders b ON b.u = a.u AND b.at {WITHIN} GROUP BY a.u, a.id, a.at"),
    "berlin": ("", f"SELECT a.u, sum(b.n) AS n, a.id, a.at AS t FROM raw.clicks a LEFT JOIN raw.clicks b ON b.u = a.u AND b.at {WITHIN} GROUP BY a.u, a.id, a.at"),
    "berlin_days": ("", "SELECT u, sum(n) AS n, date_trunc('day', at) + INTERVAL '1 day' AS t FROM raw.clicks GROUP BY 1, 3"),
    "by_day": ("delay: 24h\n", "SELECT u, n, id, day AS t FROM raw.days"),
    "by_local_day": ("delay: 24h\n", "SELECT u, n, id, day AS t FROM raw.local_days"),
    "late": ("available_at: known\ndelay: 1h\n", "SELECT u, n, id, at AS t, known FROM raw.late"),
    "known": ("", "SELECT u, n, id, known AS t FROM raw.late"),
    "static": ("", "SELECT o.u, p.n, o.id, o.at AS t FROM raw.orders o LEFT JOIN raw.people p ON p.u = o.u"),
    "both": ("", "SELECT u, n, at AS t FROM raw.orders UNION ALL SELECT u, n, known + INTERVAL '12 hours' FROM raw.late"),
    "without": ("", "SELECT a.u, a.n, a.id, a.at AS t FROM raw.orders a WHERE NOT EXISTS (SELECT 1 FROM raw.late b WHERE b.u = a.u AND b.known BETWEEN a.at - INTERVAL '1 day' AND a.at)"),
    "frame": ("", "SELECT u, sum(n) OVER (PARTITION BY u ORDER BY at RANGE BETWEEN INTERVAL '1 day' PRECEDING AND CURRENT ROW) AS n, id, at AS t FROM raw.orders"),
    "life": ("", "SELECT u, sum(n) OVER (PARTITION BY u ORDER BY at) AS n, id, at AS t FROM raw.orders"),
    "started": ("start: 2024-03-31\n", "SELECT u, n, id, at AS t FROM raw.orders"),
    "windowed": ("delay: 1h\n" + SUMS, "SELECT u, n, id, at AS t FROM raw.visits"),
    "of_delayed": ("delay: 2h\n", "SELECT u, n, id, t FROM {{ ref('delayed') }}"),
    "of_late": ("available_at: known\ndelay: 2h\n", "SELECT u, n, id, t, known FROM {{ ref('late') }}"),
    "of_windowed": ("delay: 1h\n", "SELECT u, n_sum_1d AS n, id, t FROM {{ ref('windowed') }}"),
    "of_started": ("", "SELECT u, count(*) AS n, date_trunc('day', t) + INTERVAL '1 day' AS t FROM {{ ref('started') }} GROUP BY 1, 3"),
}  # fmt: skip
PARENTS = {"of_delayed": "delayed", "of_late": "late", "of_windowed": "windowed", "of_started": "started"}


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory, warehouse: Warehouse) -> AnalyzedProject:
    """The views in the dialect of the warehouse; one is translated."""
    folder = tmp_path_factory.mktemp("slices")
    (folder / "features").mkdir()
    tables = {name: {**table, "schema": "raw"} for name, table in SOURCES.items()}
    files = {
        "featurec.yml": {"name": "slices", "timezone": "Europe/Berlin", "dialect": warehouse.name},
        "entities.yml": {"entities": [{"name": "user", "join_keys": [{"name": "u", "type": "bigint"}]}]},
        "sources.yml": {"sources": {"raw": {"tables": tables}}},
    }
    for name, content in files.items():
        (folder / name).write_text(yaml.safe_dump(content, sort_keys=False))
    for name, (more, sql) in VIEWS.items():
        dialect = "duckdb" if name == "joined" else warehouse.name
        header = f"/*---\nentities: [user]\ntimestamp: t\ndialect: {dialect}\n{more}---*/\n"
        (folder / "features" / f"{name}.sql").write_text(header + sql)
    compilation = compile_project(Path(folder))
    assert [f"{d.code} {d.span}: {d.claim}; {d.cause}" for d in compilation.diagnostics] == []
    return compilation.analyzed


def moment(random: Random) -> datetime:
    """An instant of ten days; midnights, whole hours, and neighbours by a microsecond are likely."""
    near = random.choice([timedelta(0)] * 3 + [timedelta(microseconds=1), -timedelta(microseconds=1)])
    return START + random.randrange(10 * 24) * HOUR // random.choice((1, 1, 24)) + near


def rows_of(random: Random, name: str) -> list[Row]:
    columns = SOURCES[name]["columns"]
    if name == "people":
        return [{"u": u, "n": u} for u in (1, 2)]
    rows: list[Row] = []
    for number in range(60):
        at = moment(random)
        row: dict[str, object] = {"id": number, "u": random.choice((1, 2, 3)), "n": random.randrange(5)}
        row["known"] = at + random.choice((0, 0, 1, 30)) * HOUR
        row["day"] = at.date()
        zone = ZoneInfo(str(SOURCES[name].get("timezone", "UTC")))
        row["at"] = at if columns.get("at") == "timestamptz" else at.astimezone(zone).replace(tzinfo=None)
        rows.append({column: row[column] for column in columns})
    return rows


@pytest.fixture
def filled(warehouse: Warehouse, project: AnalyzedProject, request: pytest.FixtureRequest) -> Any:
    """The sources with rows of a seed of the test's own; the views that others read as tables."""
    random = Random(getattr(request, "param", 0))
    with warehouse.scratch():
        for name, table in SOURCES.items():
            warehouse.create("raw", name, table["columns"], rows_of(random, name))
        warehouse.execute("CREATE SCHEMA IF NOT EXISTS features")
        for parent in dict.fromkeys(PARENTS.values()):
            create(warehouse, project, parent, Physical())
        yield random


def create(warehouse: Warehouse, project: AnalyzedProject, view: str, physical: Physical) -> None:
    sql = built(warehouse, project, view, physical, None)
    keys = view_keys(project, view)
    warehouse.execute(
        render_sql("build/create.sql", get(warehouse.name), table=("features", view), keys=keys, query=sql.strip())
    )


def physicals(view: str) -> Sequence[Physical]:
    """Where the view's parent lives: nowhere, and in its table."""
    parent = PARENTS.get(view)
    stored = {parent: BuiltTable(parent, unique=False, ordered=False)} if parent else {}
    return [Physical(), *([Physical(built=stored)] if parent else [])]


def built(warehouse: Warehouse, project: AnalyzedProject, view: str, physical: Physical, slice_: Slice | None) -> str:
    query, findings = build_query(project, view, get(warehouse.name), physical, slice_)
    assert query is not None, findings
    return query.sql


def counted(rows: Sequence[Mapping[str, Any]]) -> Counter[tuple[object, ...]]:
    return Counter(tuple(map(plain, row.values())) for row in rows)


def plain(value: Any) -> object:
    if isinstance(value, datetime):
        return value.astimezone(UTC).isoformat() if value.tzinfo else value.isoformat()
    return value if isinstance(value, date) or value is None else int(value)


def is_within(row: Mapping[str, Any], slice_: Slice) -> bool:
    event, at = row["__fc_event"], row["__fc_at"]
    return any(
        (rows.start is None or event >= rows.start)
        and (rows.end is None or event < rows.end)
        and (rows.since is None or at >= rows.since)
        for rows in slice_.ranges
    )


def random_slice(random: Random) -> Slice:
    def one() -> Range:
        start, end, since = (random.choice((None, moment(random), moment(random))) for _ in range(3))
        if start is not None and random.random() < 0.5:
            end = start + random.choice((1, 24, 48)) * HOUR
        return Range(start, end, since if random.random() < 0.3 else None)

    return Slice(tuple(one() for _ in range(random.choice((1, 1, 1, 2, 3)))))


@pytest.mark.parametrize("filled", [0, *(pytest.param(seed, marks=pytest.mark.slow) for seed in (1, 2))], indirect=True)
@pytest.mark.parametrize("view", VIEWS)
def test_a_slice_is_what_the_whole_view_has_in_it(
    view: str, filled: Random, warehouse: Warehouse, project: AnalyzedProject
) -> None:
    for physical in physicals(view):
        whole = warehouse.query(built(warehouse, project, view, physical, None))
        assert whole
        for _ in range(12):
            slice_ = random_slice(filled)
            rows = warehouse.query(built(warehouse, project, view, physical, slice_))
            assert counted(rows) == counted([row for row in whole if is_within(row, slice_)]), slice_


@pytest.mark.parametrize("view", VIEWS)
def test_rows_of_a_slice_are_written_anew(
    view: str, filled: Random, warehouse: Warehouse, project: AnalyzedProject
) -> None:
    """Delete and insert, in the table as it stands, and what is then in the slice."""
    dialect, keys = get(warehouse.name), view_keys(project, view)
    parents = {parent: BuiltTable(parent, unique=False, ordered=False) for parent in PARENTS.values()}
    physical = Physical(built={name: table for name, table in parents.items() if name != view})
    warehouse.execute("CREATE SCHEMA IF NOT EXISTS again")
    sql = built(warehouse, project, view, physical, None).strip()
    warehouse.execute(render_sql("build/create.sql", dialect, table=("again", view), keys=keys, query=sql))
    table = ("again", view)
    before = counted(warehouse.query(f"SELECT * FROM {quoted(*table)}"))
    slice_ = random_slice(filled)
    warehouse.execute(render_sql("build/delete.sql", dialect, table=table, slice=slice_))
    left = warehouse.query(f"SELECT * FROM {quoted(*table)}")
    assert not any(is_within(row, slice_) for row in left)
    query, _ = build_query(project, view, dialect, physical, slice_)
    assert query is not None
    names = [column.name for column in query.columns]
    warehouse.execute(
        render_sql("build/insert.sql", dialect, table=table, columns=names, keys=keys, query=query.sql.strip())
    )
    rows = warehouse.query(f"SELECT * FROM {quoted(*table)}")
    assert counted(rows) == before
    inside = [row for row in rows if is_within(row, slice_)]
    (shape,) = warehouse.query(
        render_sql("build/slice_shape.sql", dialect, table=table, keys=keys, aggregated=["n"], slice=slice_)
    )
    assert shape["row_count"] == len(inside)
    assert shape["entities"] == len({row["u"] for row in inside})
    assert shape["is_unique"] == (len({(row["u"], row["__fc_event"]) for row in inside}) == len(inside))
    assert shape["full_1"] == all(row["n"] is not None for row in inside)


def sliced(project: AnalyzedProject, view: str, dialect: str, slice_: Slice, physical: Physical | None = None) -> str:
    query, _ = build_query(project, view, get(dialect), physical or Physical(), slice_)
    assert query is not None
    return re.sub(r"\s+", " ", query.sql)


A_DAY = Slice((Range(datetime(2024, 3, 28, tzinfo=UTC), datetime(2024, 3, 29, tzinfo=UTC)),))
READ = {
    "plain": "at >= CAST('2024-03-28 00:00:00.000000+00:00' AS TIMESTAMPTZ) AND at < CAST('2024-03-29 00:00:00.000000+00:00' AS TIMESTAMPTZ)",
    "delayed": "at >= CAST('2024-03-28 00:00:00.000000' AS TIMESTAMP) AND at < CAST('2024-03-29 01:00:00.000000' AS TIMESTAMP)",
    "joined": "at >= CAST('2024-03-26 00:00:00.000000+00:00' AS TIMESTAMPTZ) AND at < CAST('2024-03-29 00:00:00.000000+00:00' AS TIMESTAMPTZ)",
    "daily": "at >= CAST('2024-03-27 00:00:00.000000' AS TIMESTAMP) AND at < CAST('2024-03-29 00:00:00.000000' AS TIMESTAMP)",
    # Two days by the clock are 49 hours when they go back, and the clocks of a zone are less than a day from UTC.
    "berlin": "at >= CAST('2024-03-24 23:00:00.000000' AS TIMESTAMP) AND at < CAST('2024-03-30 00:00:00.000000' AS TIMESTAMP)",
    "by_day": "day >= CAST('2024-03-28' AS DATE) AND day < CAST('2024-03-30' AS DATE)",
    "late": "known >= CAST('2024-03-27 23:00:00.000000+00:00' AS TIMESTAMPTZ) OR at >= CAST('2024-03-27 23:00:00.000000+00:00' AS TIMESTAMPTZ)",
    "of_delayed": "__fc_at >= CAST('2024-03-28 01:00:00.000000+00:00' AS TIMESTAMPTZ) AND __fc_at < CAST('2024-03-29 02:00:00.000000+00:00' AS TIMESTAMPTZ)",
}  # fmt: skip


@pytest.mark.parametrize("view", READ)
def test_a_slice_reads_no_more_than_it_needs(view: str, project: AnalyzedProject, warehouse: Warehouse) -> None:
    stored = physicals(view)[-1]
    assert READ[view] in sliced(project, view, warehouse.name, A_DAY, stored).replace('"', "")


def test_what_nothing_bounds_is_read_in_full(project: AnalyzedProject, warehouse: Warehouse) -> None:
    assert "TIMESTAMPTZ '2024-03-28" not in sliced(project, "life", warehouse.name, A_DAY).partition("AS stamped")[0]


def test_a_slice_of_everything_asks_for_no_rows_in_particular(project: AnalyzedProject, warehouse: Warehouse) -> None:
    everything = Slice((Range(), A_DAY.ranges[0]))
    whole, _ = build_query(project, "plain", get(warehouse.name), Physical())
    assert whole is not None
    assert sliced(project, "plain", warehouse.name, everything) == re.sub(r"\s+", " ", whole.sql)


def test_a_slice_without_ranges_has_no_rows(filled: Random, warehouse: Warehouse, project: AnalyzedProject) -> None:
    assert warehouse.query(built(warehouse, project, "plain", Physical(), Slice(()))) == []


def test_a_bound_that_is_no_date_any_more_is_none(
    filled: Random, warehouse: Warehouse, project: AnalyzedProject
) -> None:
    first, last = datetime(1, 1, 1, tzinfo=UTC), datetime(9999, 12, 31, 23, 59, 59, tzinfo=UTC)
    whole = warehouse.query(built(warehouse, project, "berlin", Physical(), None))
    rows = warehouse.query(built(warehouse, project, "berlin", Physical(), Slice((Range(first, last),))))
    assert counted(rows) == counted(whole)


def test_the_start_of_a_view_is_read_in_the_projects_zone(
    filled: Random, warehouse: Warehouse, project: AnalyzedProject
) -> None:
    start = datetime(2024, 3, 31, tzinfo=BERLIN).astimezone(UTC)
    rows = warehouse.query(built(warehouse, project, "started", Physical(), None))
    orders = warehouse.query("SELECT * FROM raw.orders")
    assert sorted(row["__fc_event"] for row in rows) == sorted(row["at"] for row in orders if row["at"] >= start)
    assert 0 < len(rows) < len(orders)


def test_what_is_before_the_start_is_not_shown(filled: Random, warehouse: Warehouse, project: AnalyzedProject) -> None:
    create(warehouse, project, "started", Physical())
    shown = []
    for built_ in ({}, {"started": BuiltTable("started", unique=False, ordered=False)}):
        query, findings = preview_query(project, "started", get(warehouse.name), Physical(built=built_), None)
        assert query is not None, findings
        shown.append(counted(warehouse.query(query.sql)))
    assert shown[0] == shown[1] != Counter()


def test_dropped_rows_are_counted_of_what_is_read(warehouse: Warehouse, project: AnalyzedProject) -> None:
    with warehouse.scratch():
        rows = [
            {"id": 1, "u": 1, "n": 1, "at": None, "known": START + DAY},
            {"id": 2, "u": 1, "n": 1, "at": None, "known": START + 3 * DAY},
            {"id": 3, "u": 1, "n": 1, "at": START, "known": START},
        ]
        warehouse.create("raw", "late", SOURCES["late"]["columns"], rows)
        dialect = get(warehouse.name)
        found = []
        for slice_ in (None, Slice((Range(since=START + 2 * DAY),))):
            query, _ = dropped_query(project, "late", dialect, Physical(), slice_)
            assert query is not None
            found.append(warehouse.query(query.sql)[0]["dropped"])
        assert found == [2, 1]


NOW = START + 5 * DAY


def arrivals(
    warehouse: Warehouse, project: AnalyzedProject, key: str, physical: Physical, before: datetime | None
) -> dict[str, object]:
    """What is said of a relation now, rows being settled an hour after they became known."""
    lateness = HOUR // timedelta(microseconds=1)
    asked = Arriving("arrivals", before, NOW, lateness)
    query, findings = arrivals_query(project, key, get(warehouse.name), physical, asked)
    assert query is not None, findings
    (row,) = warehouse.query(query.sql)
    assert sorted(row) == sorted(column.name for column in query.columns)
    assert (row.pop("before_sum") != "0", row.pop("settled_sum") != "0") == (
        row["before_count"] > 0,
        row["settled_count"] > 0,
    )
    row.pop("row_sum")
    return {name: datetime.fromisoformat(value) if isinstance(value, str) else value for name, value in row.items()}


def expected(times: Sequence[datetime], before: datetime | None) -> dict[str, object]:
    settled = min(max(times), NOW) - HOUR
    return {
        "row_count": len(times),
        "undated_count": 0,
        "standing_count": times.count(before) if before else 0,
        "before_count": sum(time < before for time in times) if before else 0,
        "settled_count": sum(time < settled for time in times),
        "newest": max(times),
        "settled_at": settled,
    }


def test_what_has_arrived_is_counted(filled: Random, warehouse: Warehouse, project: AnalyzedProject) -> None:
    before = START + 4 * DAY
    for name, column in {"orders": "at", "visits": "at", "late": "known", "clicks": "at"}.items():
        zone = ZoneInfo(str(SOURCES[name].get("timezone", "UTC")))
        values = [row[column] for row in warehouse.query(f"SELECT * FROM raw.{name}")]
        times = [value if value.tzinfo else value.replace(tzinfo=zone).astimezone(UTC) for value in values]
        for at in (before, None):
            assert arrivals(warehouse, project, f"source.raw.{name}", Physical(), at) == expected(times, at), name
    assert arrivals(warehouse, project, "source.raw.people", Physical(), before) == {**NOTHING, "row_count": 2}
    rows = warehouse.query("SELECT * FROM features.delayed")
    times = [row["__fc_at"] for row in rows]
    for physical in physicals("of_delayed"):
        assert arrivals(warehouse, project, "view.delayed", physical, before) == expected(times, before)


NOTHING = {
    "row_count": 0,
    "undated_count": 0,
    "before_count": 0,
    "standing_count": 0,
    "settled_count": 0,
    "newest": None,
    "settled_at": None,
}


def test_rows_without_a_time_have_not_arrived(warehouse: Warehouse, project: AnalyzedProject) -> None:
    nothing = {**NOTHING, "undated_count": 1}
    with warehouse.scratch():
        columns = SOURCES["orders"]["columns"]
        warehouse.create("raw", "orders", columns, [{"id": 1, "u": 1, "n": 1, "at": None}])
        assert arrivals(warehouse, project, "source.raw.orders", Physical(), START) == nothing
        warehouse.execute("INSERT INTO raw.orders VALUES (2, 1, 1, 'infinity')")
        assert arrivals(warehouse, project, "source.raw.orders", Physical(), START) == {**nothing, "row_count": 1}
