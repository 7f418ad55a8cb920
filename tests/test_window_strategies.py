"""What window strategies say of themselves, what they do at the ends of time, and that they agree where there is much."""

import random
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import duckdb
import pytest

from featurec.cli.app import main
from featurec.compiler import BuiltTable, Physical, SpineTable, TrainingRequest, compile_project, training_query
from featurec.dialects.dialect import get
from featurec.plan.physical import Statistics
from featurec.spec import Column, FeatureRequest
from tests.generate import Generated, Table, dump
from tests.generated_project import SCHEMA, Project, comparable, sql_of
from tests.oracle import Aggregation, Lookup, Row, View
from tests.test_windows import STRATEGIES, able, kind, refuses
from tests.training import DuckDBFile
from tests.warehouse import PostgresWarehouse, Warehouse, quoted

DAY = timedelta(days=1)
TYPES = {
    "user": "bigint",
    "at_event": "timestamptz",
    "at_known": "timestamptz",
    "n": "bigint",
    "small": "integer",
    "amount": "decimal(18,2)",
    "x": "double",
    "word": "varchar",
    "flag": "boolean",
    "day": "date",
}
SPINE_TYPES = {"user": "bigint", "t": "timestamptz"}


def at(day: int, hour: int = 0) -> datetime:
    return datetime(2024, 3, day, hour, tzinfo=UTC)


def event(user: int, when: datetime, known: datetime | None = None, **values: Any) -> Row:
    return {**dict.fromkeys(TYPES), "user": user, "at_event": when, "at_known": known or when, **values}


def shop(
    *aggregations: Mapping[str, Any],
    rows: tuple[Row, ...] = (event(1, at(1), n=1), event(1, at(2), n=2)),
    spine: tuple[Row, ...] = ({"user": 1, "t": at(3)},),
    strict: bool = False,
    **header: Any,
) -> Generated:
    """A project of one view over one table; every aggregation is asked for."""
    view = View(rows, tuple(TYPES), ("user",), "at_event", **header)
    windowed = {
        f"{a.get('name') or stem(a)}_{window}": Aggregation(
            a["function"], a.get("column"), length(window), length(a.get("offset", "0d")) or 0 * DAY, a.get("n")
        )
        for a in aggregations
        for window in a["windows"]
    }
    return Generated(
        views={"v": view},
        tables={"v": Table(TYPES, rows)},
        spine=Table(SPINE_TYPES, spine),
        timezone="UTC",
        lookups={"v": Lookup(view, tuple(windowed), windowed=windowed)},
        viewed={"v": "v"},
        strict=strict,
        aggregations={"v": aggregations},
    )


def stem(aggregation: Mapping[str, Any]) -> str:
    return f"{aggregation['column']}_{aggregation['function']}" if "column" in aggregation else "count"


def length(text: str) -> timedelta | None:
    units = {"d": DAY, "h": DAY / 24}
    return None if text == "lifetime" else int(text[:-1]) * units[text[-1]]


def each(functions: str, columns: str, *windows: str, **more: Any) -> list[Mapping[str, Any]]:
    """One aggregation for every pair of a function and a column."""
    return [
        {"function": f, "column": c, "windows": list(windows), **({"n": 2} if f == "last_n" else {}), **more}
        for f in functions.split()
        for c in columns.split()
    ]


COUNT = {"function": "count", "windows": ["1d", "lifetime"]}
PLACED = "first last last_not_null last_n"
EVERYTHING = [
    COUNT,
    *each(f"count count_distinct min max {PLACED}", "n small amount x word flag day at_event", "1d", "lifetime"),
    *each("sum avg stddev variance", "n small amount x", "1d", "lifetime"),
]


def answers(project: Project, physical: Physical, strategy: str | None) -> list[dict[str, Any]]:
    """The training set without what the strategy refuses."""
    requests = able(project, physical, strategy) if strategy else project.request.requests
    if not requests:
        return [{} for _ in project.generated.spine.rows]
    lines = project.training(physical, requests=requests, window_strategy=strategy, with_timestamps=False)
    return [{name: comparable(value) for name, value in line.items()} for line in lines]


def states(project: Project) -> Iterator[Physical]:
    yield Physical()
    yield Physical(SCHEMA, {"v": BuiltTable("v", unique=False, ordered=False)})


NEVER = [("infinity", "2024-03-01"), ("-infinity", "2024-03-01"), ("-infinity", "-infinity"), ("infinity", "infinity")]


@pytest.mark.parametrize("strategy", [None, *STRATEGIES])
@pytest.mark.parametrize("header", [{}, {"available_at": "at_known"}, {"row_key": ("word",)}])
def test_a_row_at_no_finite_time_is_in_no_window(
    header: dict[str, Any], strategy: str | None, warehouse: Warehouse
) -> None:
    spine = tuple({"user": user, "t": at(day)} for user in (1, 2) for day in (1, 2, 3, 9))
    columns = each("sum", "n", "1d", "lifetime") + each("max last count_distinct", "word", "1d", "lifetime")
    never = [*NEVER, ("2024-03-02", "infinity")] if header.get("available_at") else NEVER
    with warehouse.scratch():
        project = Project(shop(COUNT, *columns, spine=spine, **header), warehouse)
        project.build()
        before = [answers(project, physical, strategy) for physical in states(project)]
        values = ", ".join(
            f"({user}, '{event}', '{known}', 100, 100, 100, 100, 'z', true, NULL)"
            for user in (1, 2)
            for event, known in never
        )
        warehouse.execute(f"INSERT INTO raw.v VALUES {values}")
        warehouse.execute(f"DROP SCHEMA {SCHEMA} CASCADE")
        project.build()
        assert [answers(project, physical, strategy) for physical in states(project)] == before


SUMS = {"n": "decimal(38,0)", "small": "bigint", "amount": "decimal(38,2)", "x": "double"}


def type_of(aggregation: Aggregation) -> str:
    """The type that a windowed feature of the shop has in every file."""
    function, column = aggregation.function, aggregation.column
    if column is None or function in ("count", "count_distinct"):
        return "bigint"
    if function in ("avg", "stddev", "variance"):
        return "double"
    kind = SUMS[column] if function == "sum" else TYPES[column]
    return f"{kind}[]" if function == "last_n" else kind


def types_in(file: Path) -> dict[str, str]:
    found = duckdb.connect().execute(f"DESCRIBE SELECT * FROM '{file}'").fetchall()
    return {row[0]: row[1].lower().replace("timestamp with time zone", "timestamptz") for row in found}


@pytest.mark.parametrize("strategy", [None, *STRATEGIES])
@pytest.mark.parametrize("header", [{}, {"available_at": "at_known"}])
def test_a_question_at_no_finite_time_has_the_empty_window(
    header: dict[str, Any], strategy: str | None, warehouse: Warehouse
) -> None:
    generated = shop(COUNT, *each("sum last max", "n", "1d", "lifetime"), **header)
    with warehouse.scratch():
        project = Project(generated, warehouse)
        warehouse.execute("DELETE FROM raw.spine")
        warehouse.execute("INSERT INTO raw.spine VALUES (1, 'infinity'), (1, '-infinity')")
        requests = able(project, Physical(), strategy) if strategy else project.request.requests
        if not requests:
            return
        query = sql_of(project.training_query(Physical(), requests=requests, window_strategy=strategy))
        columns = ", ".join(quoted(f"v__{name}") for name in requests[0].features or ())
        found = warehouse.query(f"SELECT {columns} FROM ({query}) AS answer")
    assert len(found) == 2
    for line in found:
        assert line == {name: 0 if "count" in name else None for name in line}


@pytest.mark.parametrize("engine", ["duckdb", "postgres"])
def test_files_have_the_declared_types_whatever_the_strategy(
    engine: str, tmp_path: Path, request: pytest.FixtureRequest, capsys: pytest.CaptureFixture[str]
) -> None:
    generated = shop(*EVERYTHING)
    generated.write(tmp_path)
    url = request.getfixturevalue("postgres_database") if engine == "postgres" else ""
    target = {"type": "postgres", "url": url} if url else {"type": "duckdb", "path": "t.duckdb"}
    dump(tmp_path / "featurec.yml", {"name": "shop", "default_target": "t", "targets": {"t": {"offline": target}}})
    with PostgresWarehouse(url) if url else DuckDBFile(tmp_path / "t.duckdb") as warehouse:
        warehouse.create("raw", "v", TYPES, generated.tables["v"].rows)
        warehouse.create("raw", "spine", SPINE_TYPES, generated.spine.rows)
    lookup = generated.lookups["v"]
    for strategy in STRATEGIES:
        exact = {
            name: wanted
            for name, wanted in lookup.windowed.items()
            if not refuses(strategy, engine, lookup.view, wanted, kind(generated, wanted), strict=False)
        }
        words = ["train", "raw.spine", "--timestamp", "t", "--features", ",".join(f"v:{name}" for name in exact)]
        words += ["-o", str(tmp_path / "out.parquet"), "--project-dir", str(tmp_path), "--window-strategy", strategy]
        assert main(words) == 0, capsys.readouterr()
        assert types_in(tmp_path / "out.parquet") == SPINE_TYPES | {n: type_of(wanted) for n, wanted in exact.items()}


def findings(generated: Generated, warehouse: Warehouse, strategy: str) -> dict[str, str]:
    """What a strategy refuses -> why."""
    with warehouse.scratch():
        found = Project(generated, warehouse).training_query(Physical(), window_strategy=strategy)[1]
    assert {finding.code for finding in found} <= {"FC407"}
    return {finding.claim.rpartition(":")[2].strip("`"): finding.cause for finding in found}


LATE = "rows become known later than they happen"
REPLACED = "rows replace each other"


@pytest.mark.parametrize(
    ("header", "strategy", "function", "cause"),
    [
        ({}, "prefix", "sum x", "a difference of sums of `double` is not exact"),
        ({}, "prefix", "avg x", "a difference of sums of `double` is not exact"),
        ({}, "prefix", "min n", "`min` is no difference of two totals"),
        ({}, "prefix", "stddev n", "`stddev` is no difference of two totals"),
        ({}, "tiles", "count_distinct n", "`count_distinct` is not made of what tiles hold"),
        ({}, "tiles", "last n", "`last` is not made of what tiles hold"),
        ({"available_at": "at_known"}, "window_union", "sum n", LATE),
        ({"available_at": "at_known"}, "tiles", "sum n", LATE),
        ({"available_at": "at_known"}, "prefix", "last n", LATE),
        ({"row_key": ("n",)}, "window_union", "sum n", REPLACED),
        ({"row_key": ("n",)}, "prefix", "first n", REPLACED),
        ({"delay": DAY}, "prefix", "sum n", "rows become known after they have left its window"),
    ],
)
def test_a_strategy_says_why_it_would_not_be_exact(
    header: dict[str, Any], strategy: str, function: str, cause: str, warehouse: Warehouse
) -> None:
    generated = shop(*each(*function.split(), "1d"), **header)
    (found,) = findings(generated, warehouse, strategy).values()
    assert cause in found
    assert findings(generated, warehouse, "range_join") == {}


def test_a_header_names_the_strategy_and_a_call_another(tmp_path: Path) -> None:
    generated = shop(*each("min", "n", "1d"))
    generated.write(tmp_path)
    file = tmp_path / "features" / "v.sql"
    file.write_text(file.read_text().replace("timestamp: at_event", "timestamp: at_event\nwindow_strategy: tiles", 1))
    analyzed = compile_project(tmp_path).analyzed
    spine = SpineTable(("raw", "spine"), tuple(Column(n, t) for n, t in SPINE_TYPES.items()), "t")
    for asked, used in [(None, "tiles"), ("window_union", "window_union")]:
        request = TrainingRequest(spine, (FeatureRequest("v", ("n_min_1d",)),), window_strategy=asked)
        query, found = training_query(analyzed, request, get("duckdb"), Physical())
        assert found == []
        assert query is not None
        assert [note for note in query.notes if "window" in note] == [
            f"v: computed from its SQL, 1 window by {used}: asked for"
        ]


@pytest.mark.parametrize("header", [{}, {"delay": timedelta(hours=5)}, {"available_at": "at_known"}])
@pytest.mark.parametrize("strict", [False, pytest.param(True, marks=pytest.mark.slow)])
def test_strategies_agree_on_many_rows(header: dict[str, Any], strict: bool, warehouse: Warehouse) -> None:
    chance = random.Random(7)

    def moment() -> datetime:
        return at(1) + timedelta(hours=chance.randrange(24 * 20), microseconds=chance.choice([0, 0, 0, 1, 86_399_999]))

    rows = []
    for _ in range(1500):
        when = moment()
        known = when + timedelta(hours=chance.choice([0, 0, 0, 1, 24, 24 * 8]))
        word = chance.choice(["a", "b", "é", "", *[None] * 12])
        amount = Decimal(chance.randrange(-10_000, 10_000)) / 100
        rows.append(event(chance.randrange(8), when, known, n=chance.randrange(2**61), amount=amount, word=word))
    spine = tuple({"user": chance.randrange(9), "t": moment() + DAY * chance.randrange(3)} for _ in range(150))
    aggregations = [
        {"function": "count", "windows": ["1h", "1d", "7d", "lifetime"]},
        {"function": "count", "windows": ["3d"], "name": "earlier", "offset": "2d", "filter": "amount > 0"},
        *each("sum avg min max", "n amount", "1d", "7d", "lifetime"),
        *each("count_distinct first last last_not_null last_n min", "word", "1d", "3d", "lifetime"),
    ]
    generated = shop(*aggregations, rows=tuple(rows), spine=spine, strict=strict, **header)
    with warehouse.scratch():
        project = Project(generated, warehouse)
        project.build()
        statistics = Statistics(rows=len(rows), entities=8, duration=20 * DAY // timedelta(microseconds=1))
        built = BuiltTable("v", unique=False, ordered=False, statistics=statistics)
        truth = answers(project, Physical(), "range_join")
        assert len({line["v__n_sum_7d"] for line in truth}) > 100
        for physical in (Physical(), Physical(SCHEMA, {"v": built})):
            for strategy in (None, *STRATEGIES):
                for line, right in zip(answers(project, physical, strategy), truth, strict=True):
                    for name, value in line.items():
                        assert value == (
                            pytest.approx(right[name], rel=1e-12) if isinstance(value, float) else right[name]
                        )
