"""Training sets by the command line, on both engines: every spine row once, as it was, with what was known then."""

from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path

import pyarrow as pa
import pytest

from featurec.cli.app import main
from tests.training import Airport, at

TIMESTAMPTZ = pa.timestamp("us", "UTC")


@pytest.fixture(scope="module", params=Airport.names)
def airport(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Airport]:
    """One project for all tests here: none of them changes its tables."""
    url = request.getfixturevalue("postgres_url") if request.param == "postgres" else ""
    return Airport.build(tmp_path_factory.mktemp("airport"), request.param, url)


def test_rows_keep_their_order_repeats_and_columns(airport: Airport) -> None:
    spine = airport.parquet(
        "asked.parquet",
        {
            "note": ["last", "twice", "twice", "first", "no key", "no such key", "no time"],
            "carrier": ["UA", "AA", "AA", "AA", None, "ZZ", "AA"],
            "event_timestamp": pa.array(
                [at(23), at(8), at(8), at(7, 59), at(12), at(12), None], pa.timestamp("us", "UTC")
            ),
            "weight": pa.array([Decimal("1.50")] * 7, pa.decimal128(18, 2)),
        },
    )
    assert airport.train(spine, "punctuality:delay,punctuality:origin") == 0
    answer = airport.answer()
    assert answer.schema.names == ["note", "carrier", "event_timestamp", "weight", "delay", "origin"]
    assert answer.schema.types == [
        pa.string(), pa.string(), TIMESTAMPTZ, pa.decimal128(18, 2), pa.float64(), pa.string(),
    ]  # fmt: skip
    assert answer.drop_columns(["weight"]).to_pylist() == [
        {"note": note, "carrier": carrier, "event_timestamp": time, "delay": delay, "origin": origin}
        for note, carrier, time, delay, origin in [
            ("last", "UA", at(23), -2.5, "LAX"),
            ("twice", "AA", at(8), 5.0, "JFK"),
            ("twice", "AA", at(8), 5.0, "JFK"),
            ("first", "AA", at(7, 59), None, None),
            ("no key", None, at(12), None, None),
            ("no such key", "ZZ", at(12), None, None),
            ("no time", "AA", None, None, None),
        ]
    ]
    assert answer["weight"].to_pylist() == [Decimal("1.50")] * 7


def test_the_value_of_the_row_found_counts_even_where_it_is_null(airport: Airport) -> None:
    spine = airport.parquet("asked.parquet", {"carrier": ["AA"], "event_timestamp": [at(11)]})
    assert airport.train(spine, "punctuality:delay") == 0
    assert airport.answer()["delay"].to_pylist() == [None]


def test_csv_in_csv_out(airport: Airport) -> None:
    spine = airport.write(
        "asked.csv",
        "id,carrier,asked_at,comment\n"
        '007,AA,2024-03-01T08:00:00Z,"says ""hi"", twice"\n'
        "008,UA,2024-03-01T10:30:00+01:00,\n",
    )
    assert airport.train(spine, "punctuality:delay", "--timestamp", "asked_at", out="out.csv") == 0
    assert (airport.root / "out.csv").read_text() == (
        "id,carrier,asked_at,comment,delay\n"
        '007,AA,2024-03-01 08:00:00+00,"says ""hi"", twice",5.0\n'
        "008,UA,2024-03-01 09:30:00+00,,-2.5\n"
    )


def test_a_table_as_spine(airport: Airport) -> None:
    assert airport.train("raw.departures", "punctuality:delay", "--timestamp", "leaves_at") == 0
    assert sorted((row["flight"], row["delay"]) for row in airport.answer().to_pylist()) == [
        (1, 5.0),
        (2, -2.5),
        (3, None),
    ]


def test_a_spine_of_the_project_in_its_order(airport: Airport) -> None:
    assert airport.train("leaving", "punctuality:delay") == 0
    assert airport.answer().to_pylist() == [
        {"flight": 3, "carrier": "ZZ", "leaves_at": at(12), "late": None, "delay": None},
        {"flight": 2, "carrier": "UA", "leaves_at": at(12), "late": True, "delay": -2.5},
        {"flight": 1, "carrier": "AA", "leaves_at": at(8), "late": False, "delay": 5.0},
    ]


@pytest.mark.parametrize(("spine", "options"), [("leaving_strictly", ()), ("leaving", ("--exclusive",))])
def test_strictly_before(airport: Airport, spine: str, options: tuple[str, ...]) -> None:
    assert airport.train(spine, "punctuality:delay", *options) == 0
    assert airport.answer()["delay"].to_pylist() == [None, -2.5, None]


def test_event_times_and_age(airport: Airport) -> None:
    spine = airport.parquet("asked.parquet", {"plane": [1, 1, 1], "event_timestamp": [at(8, 30), at(9), at(9, 1)]})
    assert airport.train(spine, "plane", "--with-timestamps", "--full-feature-names") == 0
    answer = airport.answer()
    assert answer["plane__last_delay"].to_pylist() == [5.0, 5.0, None]
    assert answer["plane__event_timestamp"].to_pylist() == [at(8), at(8), at(8)]
    assert answer.schema.field("plane__event_timestamp").type == TIMESTAMPTZ


def test_one_view_in_two_roles_and_a_composite_key(airport: Airport) -> None:
    spine = airport.parquet(
        "asked.parquet", {"origin": ["JFK", "BOS"], "dest": ["LAX", "JFK"], "event_timestamp": [at(9), at(10)]}
    )
    code = airport.train(spine, "route:delay", "--service", "roles", "--full-feature-names")
    assert code == 0
    assert airport.answer().drop_columns(["event_timestamp"]).to_pylist() == [
        {"origin": "JFK", "dest": "LAX", "origin_weather__wind": 20.0, "dest_weather__wind": 1.0, "route__delay": None},
        {"origin": "BOS", "dest": "JFK", "origin_weather__wind": None, "dest_weather__wind": 20.0, "route__delay": None},
    ]  # fmt: skip


def test_every_strategy_gives_the_same(airport: Airport, capsys: pytest.CaptureFixture[str]) -> None:
    strategies = {"duckdb": ("asof_join", "window_union", "row_number"), "postgres": ("lateral", "window_union")}
    for strategy in strategies[airport.engine]:
        assert airport.train("leaving", "punctuality:delay", "--strategy", strategy) == 0
        assert f"as-of by {strategy}" in capsys.readouterr().out
        assert airport.answer()["delay"].to_pylist() == [None, -2.5, 5.0]


def test_the_file_of_the_spine_may_be_replaced(airport: Airport) -> None:
    spine = airport.parquet("both.parquet", {"carrier": ["AA"], "event_timestamp": [at(9)]})
    assert airport.train(spine, "punctuality:delay", out="both.parquet") == 0
    assert airport.answer("both.parquet")["delay"].to_pylist() == [5.0]


def test_a_link_is_written_through(airport: Airport, tmp_path: Path) -> None:
    (airport.root / "link.parquet").symlink_to(tmp_path / "real.parquet")
    assert airport.train("leaving", "punctuality:delay", out="link.parquet") == 0
    assert (airport.root / "link.parquet").is_symlink()
    assert (tmp_path / "real.parquet").is_file()


def test_names_that_mean_something_to_a_shell_are_files(airport: Airport) -> None:
    airport.parquet("asked1.parquet", {"carrier": ["UA"], "event_timestamp": [at(1)]})
    spine = airport.parquet("asked[1]*.parquet", {"carrier": ["AA"], "event_timestamp": [at(9)]})
    assert airport.train(spine, "punctuality:delay", out="out [1]*'.parquet") == 0
    assert airport.answer("out [1]*'.parquet")["delay"].to_pylist() == [5.0]


def test_an_empty_spine(airport: Airport) -> None:
    empty = {"carrier": pa.array([], pa.string()), "event_timestamp": pa.array([], TIMESTAMPTZ)}
    assert airport.train(airport.parquet("asked.parquet", empty), "punctuality:delay") == 0
    assert airport.answer().schema.names == ["carrier", "event_timestamp", "delay"]
    assert airport.answer().num_rows == 0


def test_what_it_says(airport: Airport, capsys: pytest.CaptureFixture[str]) -> None:
    """Where each view was read, before and after it has a table; the same rows both times."""
    chosen = {"duckdb": ("asof_join", "asof_join"), "postgres": ("window_union", "lateral")}[airport.engine]
    project = ("--project-dir", str(airport.root))
    assert airport.train("leaving", "punctuality,weather:wind", "--vars", "{}") == 1  # a key is missing
    capsys.readouterr()
    assert airport.train("leaving", "punctuality") == 0
    said = capsys.readouterr().out
    assert f"punctuality: computed from its SQL, as-of by {chosen[0]}" in said
    assert "wrote" in said
    assert "out.parquet: 3 rows, 5 columns in " in said
    assert "next: featurec run --select punctuality" in said
    before = airport.answer()
    assert main(["run", "--select", "punctuality", "--no-export", *project]) == 0
    capsys.readouterr()
    assert airport.train("leaving", "punctuality") == 0
    said = capsys.readouterr().out
    assert "punctuality: read from features.punctuality__" in said
    assert f", as-of by {chosen[1]}" in said
    assert "featurec run" not in said
    assert airport.answer().equals(before)
