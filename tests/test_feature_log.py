"""What is logged of answers: which entities, in which files, with which types; and that serving never waits for it."""

from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import duckdb
import pytest

from featurec.errors import CannotOperate
from featurec.online.logged import rows_of, shape_of
from featurec.online.postgres import PostgresOnlineStore
from featurec.serve import feature_log
from featurec.serve.assembly import Offer
from featurec.serve.feature_log import FeatureLogSettings
from featurec.spec import FeatureRequest
from tests.serving import Serving, serving
from tests.store import NOON, SECOND, codes, lines, publish, row, view

SERVICES = {"fraud": (FeatureRequest("spend"),), "note": (FeatureRequest("spend", ("note",)),)}


def offer(url: str, folder: Path, share: float = 1.0) -> Offer:
    return Offer(url, "features", ["spend"], SERVICES, log_features=FeatureLogSettings(folder, share))


def closed(server: Serving) -> None:
    log = server.app.reads.endpoints.log
    assert log is not None
    log.close()


def files(folder: Path) -> list[Path]:
    return sorted(path for path in folder.rglob("*") if path.is_file())


def logged(folder: Path) -> list[dict[str, Any]]:
    return [found for path in files(folder) for found in rows_of(path)]


def fill(store: PostgresOnlineStore, entities: int = 3, fingerprint: str = "a" * 64) -> None:
    described = view(ttl=1_000_000, fingerprint=fingerprint, amount="decimal(18,2)", note="varchar")
    rows = [row(f"{n:03}".lstrip("0") or "0", amount="1.50", note=None) for n in range(entities)]
    publish(store, described, lines(sorted(rows)), NOON - SECOND)


def test_an_answer_has_what_a_replay_needs(store: PostgresOnlineStore, postgres_database: str, tmp_path: Path) -> None:
    fill(store)
    with serving(offer(postgres_database, tmp_path / "log")) as server:
        assert server.rows("fraud", [{"user_id": "2"}, {"user_id": 999}]).status == 200
        closed(server)
    (path,) = files(tmp_path / "log")
    assert path.parent.parent.name == "fraud"
    assert path.stat().st_mode & 0o777 == 0o600
    missing = {"value": None, "status": "NOT_FOUND", "event_timestamp": None, "as_of": None}
    assert rows_of(path)[1]["features"] == {"amount": missing, "note": missing}
    first = rows_of(path)[0]
    assert (first["requested_at"], first["entity"], first["exported"]) == (
        NOON,
        {"user_id": 2},
        {"spend": NOON - SECOND},
    )
    assert first["features"]["note"]["status"] == "NULL_VALUE"
    shape = shape_of(path)
    assert [(one.view, one.fingerprint, one.ttl) for one in shape.lookups] == [("spend", "a" * 64, 1_000_000)]
    with duckdb.connect() as connection:
        connection.execute("SET TimeZone = 'UTC'")
        found = connection.execute(
            "SELECT features.amount.value, typeof(features.amount.value), features.amount.event_timestamp FROM read_parquet(?)",
            [str(path)],
        ).fetchone()
    assert found is not None
    assert (str(found[0]), found[1], found[2].astimezone(UTC)) == ("1.50", "DECIMAL(18,2)", NOON)


def test_the_same_entities_are_in_every_sample(
    store: PostgresOnlineStore, postgres_database: str, tmp_path: Path
) -> None:
    fill(store)
    with serving(offer(postgres_database, tmp_path, share=0.3)) as server:
        for _ in range(2):
            server.rows("fraud", [{"user_id": n} for n in range(400)])
        server.columns({"user_id": [str(n) for n in range(400)]}, feature_service="note")
        closed(server)
    by_service: dict[str, list[int]] = {}
    for found in logged(tmp_path):
        by_service.setdefault(found["service"], []).append(found["entity"]["user_id"])
    assert sorted(by_service["fraud"]) == sorted(2 * by_service["note"])
    assert 80 < len(by_service["note"]) < 160


def test_a_new_version_has_a_folder_of_its_own(
    store: PostgresOnlineStore, postgres_database: str, tmp_path: Path
) -> None:
    fill(store)
    with serving(offer(postgres_database, tmp_path)) as server:
        server.rows("fraud", [{"user_id": 1}])
        fill(store, fingerprint="b" * 64)
        server.rows("fraud", [{"user_id": 1}])
        closed(server)
    shapes = [shape_of(path) for path in files(tmp_path)]
    assert sorted(shape.lookups[0].fingerprint[0] for shape in shapes) == ["a", "b"]
    assert len({path.parent for path in files(tmp_path)}) == 2


def test_many_rows_make_several_files(
    store: PostgresOnlineStore, postgres_database: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(feature_log, "ROWS_PER_FILE", 100)
    fill(store)
    with serving(offer(postgres_database, tmp_path)) as server:
        for _ in range(5):
            server.rows("fraud", [{"user_id": n} for n in range(60)])
        closed(server)
    assert [len(rows_of(path)) for path in files(tmp_path)] == [120, 120, 60]


def test_an_old_file_is_written_while_the_server_goes_on(
    store: PostgresOnlineStore, postgres_database: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(feature_log, "SECONDS_PER_FILE", 0.01)
    fill(store)
    with serving(offer(postgres_database, tmp_path)) as server:
        server.rows("fraud", [{"user_id": 1}])
        found = next(
            found for _ in range(100_000) if server.get("/health").status == 200 and (found := whole(tmp_path))
        )
        assert [len(rows_of(path)) for path in found] == [1]
        closed(server)
    assert files(tmp_path) == found


def whole(folder: Path) -> list[Path]:
    return sorted(folder.rglob("*.parquet"))


def test_what_does_not_fit_the_queue_is_counted(
    store: PostgresOnlineStore, postgres_database: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(feature_log, "WAITING_ROWS", 10)
    fill(store)
    with serving(offer(postgres_database, tmp_path)) as server:
        assert server.rows("fraud", [{"user_id": n} for n in range(60)]).status == 200
        closed(server)
        assert 'featurec_lost_records_total{log="features"} 60.0' in server.get("/metrics").body.decode()
    assert files(tmp_path) == []


def test_a_key_that_no_file_can_have_costs_its_own_row_alone(
    store: PostgresOnlineStore, postgres_database: str, tmp_path: Path
) -> None:
    fill(store)
    with serving(offer(postgres_database, tmp_path)) as server:
        assert server.rows("fraud", [{"user_id": 1}, {"user_id": 2**63}]).status == 200
        assert server.rows("fraud", [{"user_id": "9" * 100}]).status == 200
        assert server.rows("fraud", [{"user_id": 2}]).status == 200
        assert server.rows("note", [{"user_id": 2**64 - 1}]).status == 200
        closed(server)
        assert 'featurec_lost_records_total{log="features"} 3.0' in server.get("/metrics").body.decode()
    assert [found["entity"]["user_id"] for found in logged(tmp_path)] == [1, 2]


def test_a_disk_that_refuses_costs_rows_and_no_answer(
    store: PostgresOnlineStore, postgres_database: str, tmp_path: Path
) -> None:
    fill(store)
    folder = tmp_path / "log"
    with serving(offer(postgres_database, folder)) as server:
        (folder / "fraud").write_text("a file where a folder is to be")
        assert server.rows("fraud", [{"user_id": 1}]).status == 200
        closed(server)
        assert 'featurec_lost_records_total{log="features"} 1.0' in server.get("/metrics").body.decode()


def test_a_folder_that_cannot_be_made_is_refused(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(CannotOperate) as refused, serving(offer("postgresql://nowhere", tmp_path / "file" / "log")):
        pass
    assert codes(refused.value) == ["FC957"]


def test_an_instant_is_kept_to_the_microsecond(
    store: PostgresOnlineStore, postgres_database: str, tmp_path: Path
) -> None:
    fill(store)
    at = datetime(2024, 1, 31, 12, 0, 0, 123_457, tzinfo=UTC)
    with serving(offer(postgres_database, tmp_path), now=at) as server:
        server.rows("fraud", [{"user_id": 1}])
        closed(server)
    assert [found["requested_at"] for found in logged(tmp_path)] == [at]
