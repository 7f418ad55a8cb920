"""Training and serving of on-demand views agree: on either engine, at any instant, for values of every type."""

import math
import random
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet
import pytest

from featurec.compiler import Compilation, compile_project
from featurec.engines.open import open_engine
from featurec.engines.protocol import Access, Engine
from featurec.online.on_demand import Prepared
from featurec.online.postgres import PostgresOnlineStore
from featurec.online.read import get_online_features
from featurec.run.build import build_view
from featurec.run.export import export_view
from featurec.run.intervals import Asked
from featurec.run.state import State, physical
from featurec.run.train import TrainOptions, train
from featurec.spec import FeatureRequest, Target
from tests.test_on_demand_values import same
from tests.training import Airport

NOON = datetime(2024, 3, 1, 12, tzinfo=UTC)
HOUR = timedelta(hours=1)
TYPES: Mapping[str, tuple[str, pa.DataType]] = {
    "whole": ("bigint", pa.int64()),
    "small": ("integer", pa.int32()),
    "exact": ("decimal(18,4)", pa.decimal128(18, 4)),
    "wide": ("decimal(38,2)", pa.decimal128(38, 2)),
    "rough": ("double", pa.float64()),
    "single": ("float", pa.float32()),
    "flag": ("boolean", pa.bool_()),
    "words": ("varchar", pa.string()),
    "day": ("date", pa.date32()),
    "local": ("timestamp", pa.timestamp("us")),
    "instant": ("timestamptz", pa.timestamp("us", "UTC")),
    "labels": ("varchar[]", pa.list_(pa.string())),
    "levels": ("double[]", pa.list_(pa.float64())),
}
"""Column -> type, the same for features and for inputs, which are called ``i_<column>``."""
EXPRESSIONS = {
    "bigint": ("coalesce({i}, 0) - coalesce({f}, 1)", "{f} // nullif({i}, 0)", "CASE WHEN {i} > {f} THEN {i} ELSE {f} END"),
    "integer": ("least({i}, {f})", "{i} % nullif({f}, 0)", "coalesce({f}, {i})"),
    "decimal(18,4)": ("{i} + {f}", "CAST({i} AS double) / {f}", "round({f}, 1)", "CAST({i} * 3 AS decimal(18,1)) - {f}"),
    "decimal(38,2)": ("{i} - {f}", "coalesce({i}, {f})"),
    "double": ("{i} / {f}", "greatest({i}, {f})", "{f} - {i}", "CASE WHEN isnan({f}) THEN {i} ELSE sqrt(abs({f})) END"),
    "float": ("{i} * {f}", "coalesce({f}, {i})"),
    "boolean": ("{i} AND {f}", "{i} IS DISTINCT FROM {f}"),
    "varchar": ("{i} || '/' || {f}", "upper(coalesce({f}, {i}))", "concat({i}, ':', length({f}))"),
    "date": ("CAST({i} - INTERVAL 3 DAY AS date)", "greatest({i}, {f})"),
    "timestamp": ("date_trunc('hour', {f}) + ({i} - {f})", "coalesce({i}, {f})"),
    "timestamptz": ("{f} + INTERVAL 1 HOUR", "date_trunc('day', {i})", "CASE WHEN {i} > {f} THEN {i} END"),
    "varchar[]": ("list_concat({i}, {f})", "list_filter({f}, x -> x IS NOT NULL)"),
    "double[]": ("list_transform({f}, x -> x / 3)", "list_concat({f}, {i})"),
}  # fmt: skip
ENTITIES = range(6)


@pytest.fixture(params=Airport.names)
def engine_name(request: pytest.FixtureRequest) -> str:
    return str(request.param)


class Generated:
    """A project of random rows and expressions on an engine, with an online store."""

    def __init__(self, root: Path, engine: str, url: str, seed: int) -> None:
        self.random = random.Random(seed)
        self.root, self.airport = root, Airport.build(root, engine, url)
        offline = "{type: duckdb, path: t.duckdb}" if engine == "duckdb" else f"{{type: postgres, url: '{url}'}}"
        online = f"{{type: postgres, url: '{url}', schema: online}}"
        self.airport.write("featurec.yml", f"name: parity\ntargets:\n  t: {{offline: {offline}, online: {online}}}\n")
        self.airport.write("entities.yml", "entities:\n  user: {join_keys: [{name: user_id, type: bigint}]}\n")
        columns = "".join(f"          {name}: '{kind}'\n" for name, (kind, _) in TYPES.items())
        self.airport.write(
            "sources.yml",
            "sources:\n  raw:\n    schema: raw\n    tables:\n      facts:\n        columns:\n          user_id: bigint\n"
            f"          at: timestamptz\n{columns}        timestamp: at\n",
        )
        self.airport.write("services.yml", "services: {}\n")
        for file in ("punctuality", "route", "plane", "weather"):
            (root / f"features/{file}.sql").unlink()
        for file in ("leaving", "leaving_strictly"):
            (root / f"spines/{file}.sql").unlink()
        self.write_views()
        self.load()

    def write_views(self) -> None:
        names = ", ".join(TYPES)
        defaults = {"whole": ", default: 7", "exact": ", default: 0.5", "words": ", default: none"}
        features = "".join(f"  {n}: {{type: '{kind}'{defaults.get(n, '')}}}\n" for n, (kind, _) in TYPES.items())
        self.airport.write(
            "features/facts.sql",
            f"/*---\nentities: [user]\ntimestamp: at\nttl: 5h\nfeatures:\n{features}aggregations:\n"
            "  - {function: count, windows: [3h]}\n  - {function: sum, column: whole, windows: [1d]}\n"
            "  - {function: avg, column: exact, windows: [3h]}\n  - {function: last_n, n: 2, column: words, windows: [1d]}\n"
            f"---*/\nSELECT user_id, at, {names} FROM raw.facts\n",
        )
        outputs, declared = [], []
        for number, (name, (kind, _)) in enumerate(TYPES.items()):
            chosen = self.random.choice(EXPRESSIONS[kind])
            sql = chosen.replace("{i}", f"{{{{ input('i_{name}') }}}}").replace(
                "{f}", f"{{{{ feature('facts:{name}') }}}}"
            )
            outputs.append(f"{sql} AS o{number}")
            default = ", default: -3" if kind in ("bigint", "double") and self.random.random() < 0.5 else ""
            declared.append(f"  o{number}: {{type: '{'double' if 'AS double' in chosen else kind}'{default}}}\n")
        outputs += [
            "{{ feature('facts:count_3h') }} * {{ input('i_small') }} AS counted",
            "{{ feature('facts:whole_sum_1d') }} - {{ input('i_exact') }} AS summed",
            "{{ feature('facts:exact_avg_3h') }} / {{ input('i_rough') }} AS averaged",
            "{{ feature('facts:words_last_n_1d') }} AS lasts",
        ]
        declared += ["  counted: bigint\n  summed: decimal(38,4)\n  averaged: double\n  lasts: 'varchar[]'\n"]
        inputs = ", ".join(f"i_{n}: '{kind}'" for n, (kind, _) in TYPES.items())
        self.airport.write(
            "features/asked.sql",
            f"/*---\nentities: [user]\ninputs: {{{inputs}}}\nfeatures:\n{''.join(declared)}---*/\nSELECT {', '.join(outputs)}\n",
        )

    def value(self, kind: str) -> Any:
        """A random value, NULL at times."""
        draw, pick = self.random.randint, self.random.choice
        if self.random.random() < 0.2:
            return None
        moment = NOON + timedelta(microseconds=draw(-(10**13), 10**13))
        return {
            "bigint": lambda: draw(-(2**40), 2**40),
            "integer": lambda: draw(-100, 100),
            "decimal(18,4)": lambda: Decimal(draw(-(10**9), 10**9)).scaleb(-4),
            "decimal(38,2)": lambda: Decimal(draw(-(10**30), 10**30)).scaleb(-2),
            "double": lambda: pick([0.1, -0.0, 1e300, 5e-324, math.nan, math.inf, -math.inf, self.random.gauss(0, 9)]),
            "float": lambda: pick([0.5, -2.25, 3.0, math.nan]),
            "boolean": lambda: pick([True, False]),
            "varchar": lambda: pick(["", "é", "a|b\\", 'q"\n\t', "NaN", "x" * 40]),
            "date": moment.date,
            "timestamp": lambda: moment.replace(tzinfo=None),
            "timestamptz": lambda: moment,
            "varchar[]": lambda: pick([[], ["a", None], ['q"\\', "é", ""]]),
            "double[]": lambda: pick([[], [None], [1.0, 0.1], [math.inf, -2.5]]),
        }[kind]()

    def row(self, at: datetime) -> dict[str, Any]:
        values = {name: self.value(kind) for name, (kind, _) in TYPES.items()}
        return {"user_id": self.random.choice([*ENTITIES, None]), "at": at, **values}

    def load(self) -> None:
        rows = [self.row(NOON - self.random.randint(-3, 12) * HOUR / 2) for _ in range(40)]
        types = {name: kind for name, (kind, _) in TYPES.items()}
        with self.airport.warehouse() as warehouse:
            warehouse.arrow = {**getattr(warehouse, "arrow", {}), **dict(TYPES.values())}
            warehouse.types = {
                **getattr(warehouse, "types", {}),
                "double[]": "double precision[]",
                "varchar[]": "text[]",
            }
            warehouse.create("raw", "facts", {"user_id": "bigint", "at": "timestamptz", **types}, rows)


@contextmanager
def opened(compilation: Compilation, target: Target, root: Path) -> Iterator[Engine]:
    engine = open_engine(target, compilation.project, root, Access(write=True))
    try:
        yield engine
    finally:
        engine.close()


@pytest.mark.parametrize("seed", [0, 1, *(pytest.param(seed, marks=pytest.mark.slow) for seed in range(2, 12))])
def test_training_at_an_instant_is_what_serving_answers_then(
    engine_name: str, postgres_database: str, tmp_path: Path, seed: int
) -> None:
    project = Generated(tmp_path, engine_name, postgres_database, seed)
    compilation = compile_project(tmp_path)
    assert [d for d in compilation.diagnostics if d.code[:3] != "FC6"] == []
    target = compilation.project.targets["t"]
    requests = [FeatureRequest("asked"), FeatureRequest("facts", ("whole", "count_3h"))]
    view, findings = Prepared.of(compilation.analyzed, requests)
    assert view is not None, findings
    with opened(compilation, target, tmp_path) as engine:
        store = PostgresOnlineStore(postgres_database, "online")
        State(engine).prepare(NOON)
        prints = {name: found.fingerprint for name, found in compilation.analyzed.views.items()}
        home = physical(engine, prints, str(tmp_path))
        build_view(engine, compilation.analyzed, "facts", home, Asked(NOON, full_refresh=True), "a run")
        home = physical(engine, prints, str(tmp_path))
        served: list[Mapping[str, object]] = []
        spine: list[dict[str, Any]] = []
        for now in (NOON - HOUR, NOON, NOON + 5 * HOUR):
            export_view(compilation.analyzed, "facts", engine, store, home, now)
            rows = [
                {"user_id": user, **{f"i_{name}": project.value(kind) for name, (kind, _) in TYPES.items()}}
                for user in (*ENTITIES, None, 99)
            ]
            read, findings = get_online_features(store, view.requests, rows, now, True)
            assert findings == []
            served += [{n: v.value for n, v in a.features.items()} for a in view.evaluate(rows, read)]
            spine += [{"event_timestamp": now, **row} for row in rows]
        store.close()
    columns = {"user_id": pa.int64(), "event_timestamp": pa.timestamp("us", "UTC")}
    columns |= {f"i_{name}": kind for name, (_, kind) in TYPES.items()}
    table = pa.table({name: pa.array([row[name] for row in spine], kind) for name, kind in columns.items()})
    pyarrow.parquet.write_table(table, tmp_path / "spine.parquet")
    out = tmp_path / "out.parquet"
    train(compilation, target, tmp_path / "spine.parquet", requests, TrainOptions(), out)
    trained = pyarrow.parquet.read_table(out).drop_columns(list(columns)).to_pylist()
    assert len(trained) == len(served) == 24
    for number, (one, other) in enumerate(zip(trained, served, strict=True)):
        assert list(one) == list(other)
        differing = {n: (one[n], other[n], spine[number]) for n in one if not same(one[n], other[n])}
        assert differing == {}
    assert any(row["counted"] for row in trained)
    assert any(row["averaged"] is not None for row in trained)
