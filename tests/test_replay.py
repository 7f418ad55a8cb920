"""Replays: what was served is what the rule says, and where it is not, the cause is found."""

import http.client
import json
from datetime import timedelta
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from featurec.online.logged import rows_of, shape_of, write
from featurec.run.replay_log import Wanted
from tests.market import SPEND
from tests.replaying import Replaying, at, orders, process

ORDERS = [
    (1, 1, "10.50", "03-01 10:00", "03-01 12:00"),
    (2, 1, "20.25", "03-02 10:00", "03-05 12:00"),
    (3, 2, "5.00", "02-01 10:00", "02-01 10:00"),
]


BOTH = pytest.mark.parametrize("world", ["duckdb", "postgres"], indirect=True)
"""Where engines do different things; the rest is done on DuckDB too in the slow tier."""


@pytest.fixture(params=[pytest.param("duckdb", marks=pytest.mark.slow), "postgres"])
def world(request: pytest.FixtureRequest, tmp_path: Path, postgres_database: str) -> Replaying:
    built = Replaying.build(tmp_path, request.param, postgres_database)
    built.market.load(orders(*ORDERS))
    return built


@BOTH
def test_all_of_it_matches(world: Replaying) -> None:
    world.run(at("03-04 00:00"))
    found = world.ask(at("03-04 06:00"), 1, 2, 9)
    assert found[1]["statuses"]["amount"] == "OUTSIDE_MAX_AGE"
    world.ask(at("03-04 06:00"), 1, 9, service="basket", price=21.0)
    result = world.replay()
    assert set(map(str, result.total)) == {"match"}
    assert (result.rows, result.compared, result.share) == (5, 16, 0.0)
    assert ("basket", "basket", "basket", "ratio") in result.counts


def test_rows_that_no_export_had_brought(world: Replaying) -> None:
    world.run(at("03-04 00:00"))
    world.ask(at("03-06 00:00"), 1)
    world.ask(at("03-06 00:00"), 1, service="basket", price=21.0)
    assert world.outcomes() == {"stale export": 2}
    world.run(at("03-07 00:00"))
    assert world.outcomes() == {"stale export": 2}
    assert world.replay().share == pytest.approx(2 / 6)


@BOTH
def test_rows_that_came_late(world: Replaying) -> None:
    world.run(at("03-04 00:00"))
    world.ask(at("03-04 06:00"), 1, 3)
    world.ask(at("03-04 06:00"), 1, service="basket", price=21.0)
    world.market.load(
        orders(*ORDERS, (4, 1, "7.00", "03-03 10:00", "03-03 11:00"), (5, 3, "8.00", "03-03 10:00", "03-03 11:00"))
    )
    world.run(at("03-07 00:00"))
    assert world.outcomes() == {"late data": 8}
    assert world.replay().share == 0


def test_a_row_that_was_replaced_is_late(world: Replaying) -> None:
    world.run(at("03-04 00:00"))
    world.ask(at("03-04 06:00"), 1)
    world.market.load(orders((1, 1, "11.00", "03-01 11:00", "03-01 12:00"), *ORDERS[1:]))
    world.full_refresh = True
    world.run(at("03-07 00:00"))
    assert world.outcomes() == {"late data": 2}


def test_a_window_is_compared_as_of_its_export(world: Replaying) -> None:
    world.run(at("03-08 06:00"))
    found = world.ask(at("03-08 12:00"), 1)
    assert found[0]["features"]["orders_7d"] == 2, "at the request one of them is out of the window"
    assert world.outcomes() == {}


@BOTH
def test_a_row_at_the_edge_of_its_ttl(world: Replaying) -> None:
    world.run(at("03-04 00:00"))
    edge = at("03-31 10:00")
    assert world.ask(edge, 1)[0]["statuses"] == {"note": "NULL_VALUE"}
    (path,) = world.folder.rglob("*.parquet")
    shape, rows = shape_of(path), rows_of(path)
    assert world.outcomes() == {"stale export": 1}
    late = [{**row, "requested_at": row["requested_at"] + timedelta(microseconds=1)} for row in rows]
    path.unlink()
    world.market.load(orders(ORDERS[0], *ORDERS[2:]))
    world.full_refresh = True
    world.run(at("03-04 00:00"), export=False)
    write(shape, late, path)
    assert world.outcomes() == {"TTL": 2}


def test_what_nothing_explains(world: Replaying) -> None:
    world.run(at("03-04 00:00"))
    world.tamper("spend", """UPDATE {table} SET payload = jsonb_set(payload, '{amount}', '"99.99"')""")
    world.ask(at("03-04 06:00"), 1)
    result = world.replay()
    assert {str(name): number for name, number in result.total.items()} == {"match": 3, "unexplained": 1}
    (example,) = result.examples
    assert (example.key, dict(example.keys)) == (("fraud", "spend", "spend", "amount"), {"user_id": 1})
    assert (str(example.served.value), str(example.ruled.value)) == ("99.99", "10.50")


def test_a_window_that_nothing_explains(world: Replaying) -> None:
    world.run(at("03-04 00:00"))
    world.tamper("bought", "UPDATE {table} SET payload = jsonb_set(payload, '{orders_7d}', '7')")
    world.ask(at("03-04 06:00"), 1)
    (example,) = world.replay().examples
    assert (example.at, example.served.value, example.ruled.value) == (at("03-04 00:00"), 7, 1)


def test_what_is_missing_and_what_is_too_much(world: Replaying) -> None:
    world.run(at("03-04 00:00"))
    world.tamper("spend", "UPDATE {table} SET entity_key = '5' WHERE entity_key = '1'")
    world.ask(at("03-04 06:00"), 1, 5)
    assert world.outcomes() == {"missing": 2, "extra": 2}


def test_another_version_is_not_compared(world: Replaying) -> None:
    world.run(at("03-04 00:00"))
    world.ask(at("03-04 06:00"), 1)
    world.ask(at("03-04 06:00"), 1, service="basket", price=21.0)
    world.market.write("features/spend.sql", SPEND.replace("ttl: 30d", "ttl: 60d"))
    assert world.outcomes() == {"other version": 4}
    world.run(at("03-04 00:00"))
    world.ask(at("03-04 06:00"), 1)
    assert world.outcomes() == {"other version": 4}
    assert world.replay().total["match"] == 6


def test_numbers_within_the_tolerance(world: Replaying) -> None:
    world.run(at("03-04 00:00"))
    world.tamper("spend", """UPDATE {table} SET payload = jsonb_set(payload, '{amount}', '"10.51"')""")
    world.ask(at("03-04 06:00"), 1)
    assert world.outcomes(tolerance=0.01) == {"float": 1}
    assert world.outcomes(tolerance=0.0001) == {"unexplained": 1}


def test_a_service_and_a_time(world: Replaying) -> None:
    world.run(at("03-04 00:00"))
    world.ask(at("03-04 06:00"), 1, 2)
    world.ask(at("03-04 07:00"), 1)
    world.ask(at("03-04 07:00"), 1, service="basket", price=1.0)
    assert world.replay(Wanted("fraud")).rows == 3
    assert world.replay(Wanted(since=at("03-04 07:00"))).rows == 2
    assert world.replay(Wanted(until=at("03-04 07:00"))).rows == 2


class TestCommand:
    """`featurec verify --replay`, and answers of a real server process."""

    def test_answers_of_a_process(self, world: Replaying, capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
        market = world.market
        assert market.featurec("run") == 0
        with process(market.root, tmp_path / "log") as port:
            client = http.client.HTTPConnection("127.0.0.1", port, timeout=30)
            for service, entity in (("fraud", {"user_id": 1}), ("basket", {"user_id": 1, "price": 2.5})):
                body = json.dumps({"entities": [entity, {**entity, "user_id": 9}]})
                client.request("POST", f"/v1/features/{service}", body, {"Content-Type": "application/json"})
                answer = client.getresponse()
                assert (answer.status, bool(answer.read())) == (200, True)
            client.close()
        capsys.readouterr()
        assert market.featurec("verify", "--replay", str(tmp_path / "log")) == 0
        told = capsys.readouterr().out
        assert "0 values of 12 (0.0000%) are not what the rule says; 4 answers replayed" in told

    def test_a_fault_fails_and_is_explained(self, world: Replaying, capsys: pytest.CaptureFixture[str]) -> None:
        world.run(at("03-04 00:00"))
        world.tamper("spend", """UPDATE {table} SET payload = jsonb_set(payload, '{amount}', '"99.99"')""")
        world.ask(at("03-04 06:00"), 1)
        asked = ("verify", "--replay", str(world.folder))
        assert world.market.featurec(*asked) == 1
        told = capsys.readouterr().out
        assert "unexplained: spend:amount of user_id=1 at 2024-03-04T06:00:00Z" in told
        command = "featurec why spend:amount user_id=1 --at 2024-03-04T06:00:00Z"
        assert command in told
        assert world.market.featurec(*command.split()[1:]) == 0
        assert world.market.featurec(*asked, "--fail-above", "0.5") == 0
        capsys.readouterr()
        assert world.market.featurec(*asked, "--output", "json") == 1
        found = json.loads(capsys.readouterr().out)
        assert (found["compared"], found["outcomes"]["unexplained"], found["failed"]) == (4, 1, True)
        assert found["examples"][0]["served"] == {"value": "99.99", "status": "PRESENT"}
        assert found["examples"][0]["why"] == command


def test_files_that_cannot_be_read(tmp_path: Path, postgres_database: str, capsys: pytest.CaptureFixture[str]) -> None:
    world = Replaying.build(tmp_path, "duckdb", postgres_database)
    world.market.load(orders(*ORDERS))
    world.run(at("03-04 00:00"))
    world.ask(at("03-04 06:00"), 1)
    (path,) = world.folder.rglob("*.parquet")
    content = path.read_bytes()
    beside = path.parent
    (beside / "cut.parquet").write_bytes(content[: len(content) // 2])
    (beside / "empty.parquet").touch()
    pq.write_table(pa.table({"a": [1]}), beside / "foreign.parquet")
    described = pq.read_schema(path)
    for name, metadata in {
        "no_json": b"{",
        "newer": b'{"format": 99}',
        "incomplete": b'{"format": 1}',
        "a_list": b"[]",
    }.items():
        pq.write_table(pq.read_table(path).replace_schema_metadata({b"featurec": metadata}), beside / f"{name}.parquet")
    other = pa.table({"requested_at": [1]}).replace_schema_metadata(described.metadata)
    pq.write_table(other, beside / "columns.parquet")
    middle = len(content) // 4
    (beside / "damaged.parquet").write_bytes(content[:middle] + bytes(64) + content[middle + 64 :])
    assert world.market.featurec("verify", "--replay", str(world.folder)) == 0
    captured = capsys.readouterr()
    told = captured.out + captured.err
    for name in ("cut", "empty", "foreign", "no_json", "newer", "incomplete", "a_list", "columns", "damaged"):
        assert f"{name}.parquet" in told.replace("\n       ", ""), name
    assert told.count("FC980") >= 9
    assert "1 answer replayed" in told


REFUSALS = {
    (): "FC951",
    ("--replay", "nowhere"): "FC981",
    ("--replay", "featurec.yml"): "FC980",
    ("--replay", "answers", "--service", "nobody"): "FC981",
    ("--replay", "answers", "--since", "2030-01-01"): "FC981",
    ("--replay", "answers", "--since", "yesterday"): "FC952",
}


def test_what_cannot_be_replayed(
    tmp_path: Path,
    postgres_database: str,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    world = Replaying.build(tmp_path, "duckdb", postgres_database)
    world.market.load(orders(*ORDERS))
    world.run(at("03-04 00:00"))
    world.ask(at("03-04 06:00"), 1)
    monkeypatch.chdir(tmp_path)
    for arguments, code in REFUSALS.items():
        capsys.readouterr()
        assert world.market.featurec("verify", *arguments) == 2, arguments
        assert code in capsys.readouterr().err, arguments
