"""What `train` refuses, with its reason, and that whatever goes wrong the file that was there stays."""

import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import pytest

from tests.training import Airport, at

OLD = "the training set of yesterday"
ONE: dict[str, Any] = {"carrier": ["AA"], "event_timestamp": [at(9)]}
SLOW = {
    "duckdb": "SELECT 'AA' AS carrier, TIMESTAMPTZ '2024-03-01 08:00Z' AS at, sum(hash(a.range + b.range))::DOUBLE AS x FROM range(100000000) a, range(100000000) b",
    "postgres": "SELECT 'AA' AS carrier, TIMESTAMPTZ '2024-03-01 08:00Z' AS at, 0::float8 AS x FROM pg_sleep(60)",
}
HEADER = "/*---\nentities: [carrier]\ntimestamp: at\nfeatures:\n  x: {type: double}\n---*/\n"
GIVEN = "{carrier: varchar, at: timestamptz, x: double}, timestamp: at"


@pytest.fixture(scope="module", params=Airport.names)
def airport(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Airport:
    """The airport with a table that is not there, one that cannot be computed, and one that takes for ever."""
    url = request.getfixturevalue("postgres_url") if request.param == "postgres" else ""
    built = Airport.build(tmp_path_factory.mktemp("airport"), request.param, url)
    sources = (built.root / "sources.yml").read_text()
    for name in ("gone", "slow"):
        sources += f"      {name}: {{columns: {GIVEN}}}\n"
        built.write(f"features/{name}.sql", f"{HEADER}SELECT carrier, at, x FROM raw.{name}\n")
    built.write("sources.yml", sources)
    built.write(
        "features/failing.sql",
        HEADER.replace("at\n", "landed_at\n", 1)
        + "SELECT carrier, landed_at, CAST(origin AS DOUBLE) AS x FROM raw.arrivals\n",
    )
    with built.warehouse() as warehouse:
        warehouse.execute(f"CREATE VIEW raw.slow AS {SLOW[built.engine]}")
    built.parquet("one.parquet", ONE)
    return built


def refused(airport: Airport, capsys: pytest.CaptureFixture[str], *asked: Any, out: str = "out.parquet") -> str:
    """The findings of a command that fails without a traceback, without touching what was there."""
    airport.write("out.parquet", OLD)
    before = {path for path in airport.root.iterdir() if path.name != ".featurec"}
    spine, features, *options = asked
    code = airport.train(spine, features, *options, out=out)
    said = capsys.readouterr()
    assert code in (1, 2)
    assert {path for path in airport.root.iterdir() if path.name != ".featurec"} == before
    assert (airport.root / "out.parquet").read_text() == OLD
    assert "bug" not in said.out + said.err
    return said.out + said.err


@pytest.mark.parametrize(
    ("name", "text", "code", "words"),
    [
        ("cut.parquet", "PAR1", "FC954", "`cut.parquet` cannot be read"),
        ("labels.xlsx", "?", "FC954", "neither .parquet nor .csv"),
        ("empty.csv", "", "FC954", "not even a header"),
        ("semicolons.csv", "carrier;event_timestamp\n", "FC954", "separate fields by commas"),
        ("twice.csv", "carrier,event_timestamp,Carrier\n", "FC954", "two of its columns are called `Carrier`"),
        ("latin.csv", "carrier,event_timestamp,\udce9\n", "FC954", "not UTF-8"),
        ("ragged.csv", "carrier,event_timestamp\nAA,2024-03-01T09:00:00Z,7\n", "FC954", "line 2 of `ragged.csv`"),
        ("american.csv", "carrier,event_timestamp\nAA,03/04/2024\n", "FC955", "text such as `03/04/2024`"),
        ("word.csv", "plane,event_timestamp\n1,2024-03-01\nx,2024-03-01\n", "FC914", "line 3 of `word.csv`"),
    ],
)
def test_a_file_that_is_no_spine(
    airport: Airport, capsys: pytest.CaptureFixture[str], name: str, text: str, code: str, words: str
) -> None:
    (airport.root / name).write_bytes(text.encode("latin-1" if "\udce9" not in text else "utf-8", "surrogateescape"))
    said = refused(airport, capsys, airport.root / name, "plane" if "plane" in text else "punctuality")
    assert code in said
    assert words in said


@pytest.mark.parametrize(
    ("columns", "code", "words"),
    [
        ({"carrier": ["AA"], "event_time": [at(9)]}, "FC955", "did you mean `event_time`?"),
        ({"carrier": ["AA"], "event_timestamp": ["2024-03-01"]}, "FC955", "is of type varchar"),
        ({"carier": ["AA"], "event_timestamp": [at(9)]}, "FC263", "did you mean `carier`?"),
        ({"carrier": [1], "event_timestamp": [at(9)]}, "FC266", "is of type bigint"),
        ({**ONE, "delay": [1]}, "FC264", "add --full-feature-names"),
        ({**ONE, "Carrier": ["UA"]}, "FC954", "two of its columns are called `Carrier`"),
    ],
)
def test_columns_that_do_not_fit(
    airport: Airport, capsys: pytest.CaptureFixture[str], columns: dict[str, Any], code: str, words: str
) -> None:
    said = refused(airport, capsys, airport.parquet("asked.parquet", columns), "punctuality")
    assert code in said
    assert words in said


@pytest.mark.parametrize(
    ("asked", "code", "words"),
    [
        (("missing.parquet", "punctuality"), "FC954", "there is no such file"),
        (("raw.departurs", "punctuality"), "FC954", "did you mean `raw.departures`"),
        (("leavin", "punctuality"), "FC954", "there is no spine `leavin`"),
        (("leaving", "punctuality", "--timestamp", "at"), "FC951", "declares its own as-of column"),
        (("leaving", "punctuality:dely,puncuality"), "FC261", "did you mean `delay`?"),
        (("leaving", "punctuality", "--strategy", "fast"), "FC953", "no as-of strategy `fast`"),
        (("leaving", ""), "FC951", "no features are asked for"),
        (("leaving", "gone"), "FC904", "gone"),
        (("leaving", "failing"), "FC904", "JFK"),
    ],
)
def test_what_cannot_be_computed(
    airport: Airport, capsys: pytest.CaptureFixture[str], asked: tuple[str, ...], code: str, words: str
) -> None:
    said = refused(airport, capsys, *asked)
    assert code in said
    assert words in said


@pytest.mark.parametrize(
    ("out", "words"),
    [
        ("out.xlsx", "neither .parquet nor .csv"),
        ("no/such.csv", "there is no folder"),
        ("folder.csv", "it is a folder"),
    ],
)
def test_an_output_that_cannot_be(airport: Airport, capsys: pytest.CaptureFixture[str], out: str, words: str) -> None:
    (airport.root / "folder.csv").mkdir(exist_ok=True)
    said = refused(airport, capsys, "leaving", "punctuality", out=out)
    assert "FC957" in said
    assert words in said


def test_postgres_says_what_does_not_pass(airport: Airport, capsys: pytest.CaptureFixture[str]) -> None:
    nested = airport.parquet("nested.parquet", {**ONE, "nested": [{"a": 1}]})
    if airport.engine == "duckdb":
        assert airport.train(nested, "punctuality") == 0
        assert airport.answer()["nested"].to_pylist() == [{"a": 1}]
    else:
        assert "column `nested` of spine `nested.parquet` cannot pass" in refused(
            airport, capsys, nested, "punctuality"
        )


def temporaries(folder: Path) -> list[Path]:
    return list(folder.glob(".featurec-*"))


@pytest.mark.parametrize(("number", "code"), [(signal.SIGINT, 130), (signal.SIGTERM, 143)])
def test_interrupted(airport: Airport, number: signal.Signals, code: int) -> None:
    airport.write("out.parquet", OLD)
    words = ["train", airport.root / "one.parquet", "--features", "slow", "-o", airport.root / "out.parquet"]
    process = subprocess.Popen(
        [sys.executable, "-m", "featurec", *map(str, words), "--project-dir", str(airport.root)],
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    while not temporaries(airport.root) and process.poll() is None:
        time.sleep(0.02)
    time.sleep(0.5)  # it is in the engine by now; sooner would be right too
    process.send_signal(number)
    said, _ = process.communicate(timeout=20)
    assert (process.returncode, said.strip()) == (code, "interrupted" if number == signal.SIGINT else "terminated")
    assert temporaries(airport.root) == []
    assert (airport.root / "out.parquet").read_text() == OLD
