"""On-demand views in training and in artifacts: what their SELECT is over each row of a spine."""

import json
from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path

import duckdb
import pyarrow as pa
import pytest

from featurec.cli.app import main
from featurec.compiler import compile_project
from featurec.dialects.dialect import get
from featurec.manifest import artifacts
from tests.training import Airport, at

RISK = """\
/*---
entities: [carrier]
inputs: {planned: "decimal(6,2)", leaves: timestamptz, tags: "varchar[]"}
features:
  share: {type: double, default: -1}
  when: {type: timestamptz}
  first_tag: {type: varchar}
  busy: {type: bigint}
---*/
SELECT {{ feature('lately:delay') }} / {{ input('planned') }} AS share,
       {{ input('leaves') }} + to_minutes(CAST({{ input('planned') }} AS bigint)) AS "when",
       {{ input('tags') }}[1] AS first_tag,
       {{ feature('lately:landed_1d') }} * 10 AS busy,
       CAST({{ input('planned') }} AS decimal(6,2)) AS undeclared
"""
LATELY = """\
/*---
entities: [carrier]
timestamp: landed_at
ttl: 2h
features:
  delay: {type: double, default: 0}
aggregations:
  - {function: count, windows: [1d], name: landed}
---*/
SELECT carrier, landed_at, delay FROM raw.arrivals
"""
GUST = """\
/*---
entities: [airport]
inputs: {factor: double}
features: {gust: {type: double}}
dialect: postgres
---*/
SELECT {{ feature('weather:wind') }} * {{ input('factor') }} AS gust
"""
SERVICES = """
services:
  risk: {features: [risk]}
  winds:
    features:
      - {view: gust, as: here, join_keys: {airport: origin}}
      - {view: weather, as: there, join_keys: {airport: dest}}
      - {view: gust, as: there_too, join_keys: {airport: dest}}
"""


@pytest.fixture(scope="module", params=Airport.names)
def airport(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Airport]:
    url = request.getfixturevalue("postgres_url") if request.param == "postgres" else ""
    built = Airport.build(tmp_path_factory.mktemp("airport"), request.param, url)
    built.write("features/risk.sql", RISK)
    built.write("features/lately.sql", LATELY)
    built.write("features/gust.sql", GUST)
    built.write("services.yml", SERVICES)
    return built


def asked(airport: Airport, **changed: object) -> Path:
    """A spine: a carrier with a fresh row, with one that is too old, with none; and without a key, twice."""
    columns: dict[str, object] = {
        "carrier": ["UA", "AA", "ZZ", None, "UA"],
        "event_timestamp": [at(9), at(20), at(9), at(9), at(9)],
        "planned": pa.array(
            [Decimal("2.50"), Decimal("0.10"), None, Decimal("1.00"), Decimal("5.00")], pa.decimal128(6, 2)
        ),
        "leaves": [at(10), None, at(10), at(10), at(11)],
        "tags": pa.array([["a", "b"], [], None, [None], ["z"]], pa.list_(pa.string())),
    }
    kept = {name: values for name, values in (columns | changed).items() if values is not None}
    return airport.parquet("asked.parquet", kept)


def told(capsys: pytest.CaptureFixture[str]) -> str:
    return "".join(capsys.readouterr())


class TestTraining:
    def test_each_row_is_a_request(self, airport: Airport) -> None:
        assert airport.train(asked(airport), "risk") == 0
        answer = airport.answer()
        assert answer.schema.names[5:] == ["share", "when", "first_tag", "busy"]
        assert answer.schema.types[5:] == [pa.float64(), pa.timestamp("us", "UTC"), pa.string(), pa.int64()]
        assert answer["carrier"].to_pylist() == ["UA", "AA", "ZZ", None, "UA"]
        assert answer["share"].to_pylist() == [-1.0, 0.0, -1.0, 0.0, -0.5]
        assert answer["when"].to_pylist() == [at(10, 3), None, None, at(10, 1), at(11, 5)]
        assert answer["first_tag"].to_pylist() == ["a", None, None, None, "z"]
        assert answer["busy"].to_pylist() == [10, 20, 0, 0, 10]

    def test_what_is_read_keeps_its_own_place_and_meaning(self, airport: Airport) -> None:
        """The same lookup serves both; past its TTL the default is read, as if it were asked for."""
        assert airport.train(asked(airport), "risk:busy,lately:delay,risk:share,risk:undeclared") == 0
        answer = airport.answer()
        assert answer.schema.names[5:] == ["busy", "share", "undeclared", "delay"]
        assert answer["delay"].to_pylist() == [-2.5, 0.0, 0.0, 0.0, -2.5]
        assert answer["undeclared"].to_pylist()[:2] == [Decimal("2.50"), Decimal("0.10")]

    def test_strictly_and_with_times_and_full_names(self, airport: Airport) -> None:
        options = ("--exclusive", "--with-timestamps", "--full-feature-names")
        assert airport.train(asked(airport), "lately:delay,risk:share", *options) == 0
        answer = airport.answer()
        assert answer.schema.names[5:] == ["lately__delay", "risk__share", "lately__event_timestamp"]
        assert answer["risk__share"].to_pylist() == [0.0, 0.0, -1.0, 0.0, 0.0]
        assert airport.train(asked(airport), "risk:share", *options) == 0
        assert airport.answer().schema.names[5:] == ["risk__share"]

    def test_two_roles(self, airport: Airport) -> None:
        spine = airport.parquet(
            "roles.parquet",
            {
                "origin": ["JFK", "LAX"],
                "dest": ["LAX", "nowhere"],
                "event_timestamp": [at(10), at(10)],
                "factor": [2, 3],
            },
        )
        assert airport.train(spine, "", "--service", "winds", "--full-feature-names") == 0
        answer = airport.answer()
        assert answer.schema.names[4:] == ["here__gust", "there__wind", "there_too__gust"]
        assert answer.to_pylist() == [
            {"origin": "JFK", "dest": "LAX", "event_timestamp": at(10), "factor": 2}
            | {"here__gust": 40.0, "there__wind": 1.0, "there_too__gust": 2.0},
            {"origin": "LAX", "dest": "nowhere", "event_timestamp": at(10), "factor": 3}
            | {"here__gust": 3.0, "there__wind": None, "there_too__gust": None},
        ]
        assert airport.train(spine, "", "--service", "winds") == 1

    def test_numbers_of_another_kind_are_rounded_by_their_digits(self, airport: Airport) -> None:
        """1.005 is below the half as a double; its digits are not."""
        spine = asked(airport, planned=[1.005, 2.5, 1e-3, -1.005, 3])
        assert airport.train(spine, "risk:undeclared") == 0
        assert [str(v) for v in airport.answer()["undeclared"].to_pylist()] == ["1.01", "2.50", "0.00", "-1.01", "3.00"]

    def test_a_csv_spine_is_read_in_the_declared_types(self, airport: Airport) -> None:
        spine = airport.write(
            "asked.csv",
            "carrier,event_timestamp,planned,leaves,tags\nUA,2024-03-01T09:00:00Z,5,2024-03-01T09:00:00Z,\"['a, b']\"\n",
        )
        assert airport.train(spine, "risk") == 0
        (row,) = airport.answer().to_pylist()
        assert (row["share"], row["when"], row["first_tag"]) == (-0.5, at(9, 5), "a, b")

    def test_a_spine_of_the_project(self, airport: Airport) -> None:
        airport.write(
            "spines/windy.sql",
            "/*---\nentities: [carrier]\ntimestamp: leaves_at\n---*/\n"
            "SELECT carrier, leaves_at, CAST(2 AS double) AS factor, 'JFK' AS airport FROM raw.departures ORDER BY flight DESC\n",
        )
        assert airport.train("windy", "gust") == 0
        assert airport.answer()["gust"].to_pylist() == [40.0, 40.0, 20.0]

    def test_a_spine_without_what_a_request_brings_is_refused(
        self, airport: Airport, capsys: pytest.CaptureFixture[str]
    ) -> None:
        assert airport.train(asked(airport, planned=None, leaves=["now"] * 5), "risk") == 1
        said = told(capsys)
        assert "FC267" in said
        assert "the spine has no column `planned`, an input of `risk`" in said
        assert "FC268" in said
        assert "`leaves` of the spine is of type varchar, the input of `risk` is timestamptz" in said
        assert airport.train(asked(airport, carrier=None, carier=["UA"] * 5), "risk") == 1
        assert "FC263" in told(capsys)

    def test_sql_that_fails_on_a_value_leaves_no_file(
        self, airport: Airport, capsys: pytest.CaptureFixture[str]
    ) -> None:
        airport.write(
            "features/typed.sql",
            "/*---\ninputs: {typed: varchar}\nfeatures: {number: integer}\n---*/\n"
            "SELECT CAST({{ input('typed') }} AS integer) AS number\n",
        )
        spine = asked(airport, typed=["1", "2", "three", None, "5"])
        assert airport.train(spine, "typed", out="never.parquet") != 0
        assert "three" in told(capsys)
        assert not (airport.root / "never.parquet").exists()

    def test_how_it_is_computed_is_said(self, airport: Airport, capsys: pytest.CaptureFixture[str]) -> None:
        words = ["train", str(asked(airport)), "--features", "risk", "--explain", "--project-dir", str(airport.root)]
        assert main(words) == 0
        said = capsys.readouterr().out
        assert "lately (for on-demand views): computed from its SQL" in said
        assert "risk: computed per row, by DuckDB" in said
        assert "__fc_" not in said

    def test_there_are_no_rows_to_show_or_explain(self, airport: Airport, capsys: pytest.CaptureFixture[str]) -> None:
        root = ["--project-dir", str(airport.root)]
        assert main(["show", "risk", *root]) == 1
        assert "FC402" in told(capsys)
        assert main(["why", "risk:share", "carrier=UA", "--at", "2024-03-01", *root]) == 1
        assert "FC402" in told(capsys)


def test_a_training_set_in_parts_is_the_same(tmp_path: Path) -> None:
    from featurec.project import resolve_target
    from featurec.run.train import TrainOptions, train
    from featurec.spec import FeatureRequest

    airport = Airport.build(tmp_path, "duckdb", "")
    airport.write("features/risk.sql", RISK)
    airport.write("features/lately.sql", LATELY)
    spine = asked(airport)
    compilation = compile_project(tmp_path)
    target, _ = resolve_target(compilation.project, None, {})
    assert target is not None
    requests = [FeatureRequest("risk"), FeatureRequest("lately", ("delay",))]
    answers = []
    for parts in (None, 1, 3):
        result = train(compilation, target, spine, requests, TrainOptions(parts=parts), tmp_path / "out.parquet")
        assert result.computed == ("lately",)
        answers.append(airport.answer())
    assert answers[0].to_pylist() == answers[1].to_pylist() == answers[2].to_pylist()
    assert answers[0]["share"].to_pylist() == [-1.0, 0.0, -1.0, 0.0, -0.5]


def test_rows_keep_their_order_where_threads_compute_them(tmp_path: Path) -> None:
    airport = Airport.build(tmp_path, "duckdb", "")
    airport.write("features/gust.sql", GUST)
    with duckdb.connect() as connection:
        connection.execute(
            "COPY (SELECT (i * 7919) % 500000 AS factor, ['JFK', 'LAX'][1 + i % 2] AS airport, "
            f"TIMESTAMPTZ '2024-03-01 10:00:00+00' AS event_timestamp FROM range(500000) AS t(i)) TO '{tmp_path / 'many.parquet'}'"
        )
    assert airport.train(tmp_path / "many.parquet", "gust") == 0
    answer = airport.answer()
    factors = answer["factor"].to_pylist()
    assert factors == [(i * 7919) % 500000 for i in range(500000)]
    assert answer["gust"].to_pylist() == [f * (20.0, 1.0)[i % 2] for i, f in enumerate(factors)]


class TestArtifacts:
    def test_the_sql_shows_what_a_request_brings(self, tmp_path: Path) -> None:
        airport = Airport.build(tmp_path, "duckdb", "")
        airport.write("features/lately.sql", LATELY)
        airport.write("features/risk.sql", RISK)
        airport.write("features/gust.sql", GUST)
        airport.write("services.yml", SERVICES)
        for dialect in ("duckdb", "postgres", "spark"):
            compiled, findings = artifacts(compile_project(tmp_path), get(dialect), "t")
            assert [d.claim for d in findings if d.code != "FC505"] == []
            assert not any("__fc_" in d.claim for d in findings)
            text = compiled.files["compiled/t/features/gust.sql"]
            assert text.partition("; fingerprint")[0] == (
                "-- on-demand view gust, features/gust.sql\n-- compiled by featurec for duckdb"
            )
            assert text.partition("\n-- $")[2] == (
                "factor: input factor, double\n"
                "-- $weather__wind: feature weather:wind at the request, double\n"
                "SELECT\n"
                '  CAST(CAST($weather__wind AS DOUBLE) * CAST($factor AS DOUBLE) AS DOUBLE) AS "gust"\n'
            )
            service = compiled.files["compiled/t/services/winds.sql"]
            assert '"here__gust"' in service
            assert ("-- DuckDB then computes, of the rows of this query" in service) == (dialect != "duckdb")
        manifest = json.loads(compiled.files["manifest.json"])
        assert manifest["views"]["gust"]["inputs"] == [{"name": "factor", "type": "double"}]
        assert manifest["views"]["gust"]["compiled_path"] == "compiled/t/features/gust.sql"
        assert manifest["views"]["gust"]["lineage"]["columns"] == {
            "gust": [{"column": "wind", "kind": "value", "relation": "view.weather"}]
        }
        assert manifest["parent_map"]["view.gust"] == ["view.weather"]

    def test_parameters_run(self, tmp_path: Path) -> None:
        airport = Airport.build(tmp_path, "duckdb", "")
        airport.write("features/gust.sql", GUST)
        compiled, _ = artifacts(compile_project(tmp_path), get("duckdb"), "t")
        with duckdb.connect() as connection:
            sql = compiled.files["compiled/t/features/gust.sql"]
            assert connection.execute(sql, {"factor": 2, "weather__wind": 4.5}).fetchall() == [(9.0,)]

    def test_every_change_of_meaning_is_a_new_version(self, tmp_path: Path) -> None:
        airport = Airport.build(tmp_path, "duckdb", "")

        def fingerprint(text: str) -> str:
            airport.write("features/gust.sql", text)
            return compile_project(tmp_path).analyzed.views["gust"].fingerprint

        first = fingerprint(GUST)
        assert fingerprint(GUST.replace("factor: double", "factor: float")) != first
        assert fingerprint(GUST.replace(" * ", " / ")) != first
        assert fingerprint(GUST.replace("SELECT", "-- said\nSELECT")) == first
        airport.write(
            "features/weather.sql",
            "/*---\nentities: [airport]\ntimestamp: at\nfeatures: {wind: double}\n---*/\nSELECT airport, at, wind + 0 AS wind FROM raw.weather\n",
        )
        assert fingerprint(GUST) != first
