"""Windowed features in the online store: no age, an instant beside each value, and the later export that wins."""

from collections.abc import Iterator
from datetime import timedelta

import psycopg
import pytest

from featurec.errors import FeaturecError
from featurec.online.postgres import PostgresOnlineStore
from featurec.online.protocol import Batch, OnlineFeature, OnlineView, Turn, Watermark
from featurec.online.read import OnlineValue, Status
from featurec.report.online import as_json
from featurec.spec import Column, FeatureRequest
from tests.store import NOON, SECOND, answers, codes, lines, publish, row, value, view

HOUR = timedelta(hours=1)
FEATURES = (
    OnlineFeature("amount", "bigint", -1),
    OnlineFeature("count_1h", "bigint", 0, windowed=True),
    OnlineFeature("sum_1h", "decimal(38,0)", windowed=True),
)
STORED = "SELECT entity_key, run, as_of FROM features_online.spend__aaaaaaaa ORDER BY entity_key"


def windowed(ttl: int | None = 1_000_000) -> OnlineView:
    return OnlineView("spend", "a" * 64, (Column("user_id", "bigint"),), FEATURES, ttl)


def stored(url: str) -> list[tuple[object, ...]]:
    with psycopg.connect(url) as connection:
        return connection.execute(STORED).fetchall()


def watermark(url: str) -> tuple[object, ...] | None:
    with psycopg.connect(url) as connection:
        return connection.execute("SELECT as_of, checksum, run, removed FROM featurec.online_watermarks").fetchone()


def test_a_window_has_no_age_and_tells_its_instant(store: PostgresOnlineStore) -> None:
    publish(store, windowed(), lines([row("1", NOON - HOUR / 2, amount=5, count_1h=1, sum_1h="5")]), NOON)
    assert value(store, 1, "amount") == OnlineValue(-1, Status.OUTSIDE_MAX_AGE, NOON - HOUR / 2)
    assert value(store, 1, "count_1h") == OnlineValue(1, Status.PRESENT, NOON - HOUR / 2, NOON)
    publish(store, windowed(), lines([row("1", NOON - HOUR / 2, amount=5, count_1h=0, sum_1h=None)]), NOON + HOUR)
    assert value(store, 1, "count_1h", NOON + HOUR) == OnlineValue(0, Status.PRESENT, NOON - HOUR / 2, NOON + HOUR)
    assert value(store, 1, "sum_1h", NOON + HOUR) == OnlineValue(None, Status.NULL_VALUE, NOON - HOUR / 2, NOON + HOUR)


@pytest.mark.parametrize("key", [7, None])
def test_without_rows_a_window_is_empty(store: PostgresOnlineStore, key: int | None) -> None:
    publish(store, windowed(), lines([row("1", amount=5, count_1h=1, sum_1h="5")]), NOON)
    assert value(store, key, "count_1h") == OnlineValue(0, Status.NOT_FOUND, None, NOON)
    assert value(store, key, "sum_1h") == OnlineValue(None, Status.NOT_FOUND, None, NOON)
    assert value(store, key, "amount") == OnlineValue(-1, Status.NOT_FOUND, None)


def test_what_is_not_rewritten_holds_at_the_last_export(store: PostgresOnlineStore, postgres_database: str) -> None:
    same, aged = (row(key, amount=5, count_1h=1, sum_1h="5") for key in ("1", "2"))
    publish(store, windowed(), lines([same, aged]), NOON)
    publish(store, windowed(), lines([same]), NOON + SECOND, whole=False)
    publish(store, windowed(), lines([row("2", amount=5, count_1h=0, sum_1h=None)]), NOON + HOUR, whole=False)
    assert stored(postgres_database) == [("1", 1, NOON), ("2", 3, NOON + HOUR)]
    assert value(store, 1, "count_1h").as_of == value(store, 2, "count_1h").as_of == NOON + HOUR
    assert value(store, 1, "amount").as_of is None
    (answer,) = answers(store, [FeatureRequest("spend", ("count_1h", "amount"))], user_id=1)
    told = as_json(answer)["features"]
    assert told == {
        "count_1h": {
            "value": 1,
            "status": "PRESENT",
            "event_timestamp": NOON.isoformat(),
            "as_of": (NOON + HOUR).isoformat(),
        },
        "amount": {"value": 5, "status": "PRESENT", "event_timestamp": NOON.isoformat(), "as_of": None},
    }


def test_an_export_in_the_middle_of_a_read_is_not_told_as_older(
    store: PostgresOnlineStore, postgres_database: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    other = PostgresOnlineStore(postgres_database, "features")
    publish(store, windowed(), lines([row("1", amount=5, count_1h=1, sum_1h="5")]), NOON)
    read = store.read

    def late(*arguments: object) -> object:
        publish(other, windowed(), lines([row("1", amount=5, count_1h=0, sum_1h=None)]), NOON + HOUR)
        return read(*arguments)  # type: ignore[arg-type]

    monkeypatch.setattr(store, "read", late)
    found = value(store, 1, "count_1h")
    assert (found.value, found.as_of) == (0, NOON + HOUR)
    other.close()


def test_an_older_export_takes_no_window_back(store: PostgresOnlineStore, postgres_database: str) -> None:
    publish(store, windowed(), lines([row("1", amount=5, count_1h=1, sum_1h="5")]), NOON)
    before = stored(postgres_database)
    older = [row("1", amount=5, count_1h=3, sum_1h="9"), row("2", NOON + SECOND, amount=5, count_1h=1, sum_1h="5")]
    done = store.publish(windowed(), lambda _: Batch(lines(older), checksum="older"), NOON - SECOND)
    assert (done.rows, done.inserted, done.updated, done.removed) == (0, 0, 0, 0)
    assert stored(postgres_database) == before
    assert watermark(postgres_database) == (NOON, None, 2, 0)
    assert value(store, 1, "count_1h") == OnlineValue(1, Status.PRESENT, NOON, NOON)
    assert value(store, 2, "count_1h").status is Status.NOT_FOUND


def test_a_later_export_is_right_about_what_was_taken_back(store: PostgresOnlineStore, postgres_database: str) -> None:
    rows = [row(key, NOON, amount=5, count_1h=1, sum_1h="5") for key in ("1", "2", "3")]
    publish(store, windowed(), lines(rows), NOON)
    earlier = row("2", NOON - SECOND, amount=4, count_1h=1, sum_1h="4")
    done = publish(store, windowed(), lines([earlier]), NOON + SECOND, whole=False)
    assert (done.updated, done.stale, done.removed) == (1, 0, 0)
    assert value(store, 2, "sum_1h").value == 4
    done = publish(store, windowed(), lines([earlier, rows[2]]), NOON + SECOND)
    assert (done.rows, done.updated, done.unchanged, done.removed) == (2, 0, 2, 1)
    assert value(store, 1, "count_1h") == OnlineValue(0, Status.NOT_FOUND, None, NOON + SECOND)
    found = watermark(postgres_database)
    assert found is not None
    assert found[3] == 1


def test_a_view_without_windows_keeps_its_newest_rows(store: PostgresOnlineStore) -> None:
    publish(store, view(), lines([row("1", amount=5), row("2", amount=5)]), NOON)
    done = publish(store, view(), lines([row("1", NOON - SECOND, amount=4)]), NOON + SECOND)
    assert (done.updated, done.stale, done.removed) == (0, 1, 0)
    assert (value(store, 1).value, value(store, 2).value) == (5, 5)


def test_an_export_is_told_how_far_the_last_one_got(store: PostgresOnlineStore, postgres_database: str) -> None:
    told: list[Watermark | None] = []

    def batch(checksum: str) -> object:
        def given(turn: Turn) -> Batch:
            told.append(turn.watermark)
            return Batch([], checksum=checksum)

        return given

    for checksum, as_of in (("one", NOON), ("two", NOON + SECOND), ("old", NOON), ("three", NOON + SECOND)):
        store.publish(view(), batch(checksum), as_of)  # type: ignore[arg-type]
    with psycopg.connect(postgres_database) as connection:
        connection.execute("DROP TABLE features_online.spend__aaaaaaaa")
    store.publish(view(), batch("again"), NOON)  # type: ignore[arg-type]
    later = Watermark(NOON + SECOND, "two")
    assert told == [None, Watermark(NOON, "one"), later, later, None]
    assert watermark(postgres_database) == (NOON, "again", 5, 0)


def test_what_to_export_is_decided_under_the_lease(store: PostgresOnlineStore, postgres_database: str) -> None:
    other = PostgresOnlineStore(postgres_database, "features")

    def batch(watermark: Watermark | None) -> Batch:
        with pytest.raises(FeaturecError) as refused:
            publish(other, view(), [], NOON)
        assert codes(refused.value) == ["FC932"]
        return Batch([])

    store.publish(view(), batch, NOON)
    store.publish(view(), batch, NOON)
    other.close()


def test_a_failed_export_leaves_the_watermark(store: PostgresOnlineStore, postgres_database: str) -> None:
    class Failed(Exception):
        pass

    def failing() -> Iterator[bytes]:
        yield from lines([row("1", amount=5, count_1h=0, sum_1h=None)])
        raise Failed

    store.publish(
        windowed(), lambda _: Batch(lines([row("1", amount=5, count_1h=1, sum_1h="5")]), checksum="one"), NOON
    )
    with pytest.raises(Failed):
        store.publish(windowed(), lambda _: Batch(failing(), checksum="two"), NOON + HOUR)
    assert watermark(postgres_database) == (NOON, "one", 1, 0)
    assert value(store, 1, "count_1h") == OnlineValue(1, Status.PRESENT, NOON, NOON)


def test_a_registry_of_an_earlier_version_is_read_and_written(
    store: PostgresOnlineStore, postgres_database: str
) -> None:
    publish(store, view(), lines([row("1", amount=5)]), NOON)
    with psycopg.connect(postgres_database, autocommit=True) as connection:
        connection.execute("ALTER TABLE featurec.online_watermarks DROP COLUMN checksum, DROP COLUMN removed")
        connection.execute("DROP TABLE featurec.online_erased, featurec.online_rejects")
        connection.execute(
            "UPDATE featurec.online_versions SET features = (SELECT jsonb_agg(f - 'windowed') FROM jsonb_array_elements(features) f)"
        )
    reader = PostgresOnlineStore(postgres_database, "features")
    assert value(reader, 1) == OnlineValue(5, Status.PRESENT, NOON)
    told = []
    done = reader.publish(
        view(), lambda found: told.append(found.watermark) or Batch(lines([row("1", amount=6)])), NOON
    )
    assert (done.updated, told) == (1, [Watermark(NOON, None)])
    assert value(reader, 1).value == 6
    reader.close()


def test_a_feature_that_was_not_windowed_is_another_contract(store: PostgresOnlineStore) -> None:
    publish(store, view(amount="bigint", count_1h="bigint", sum_1h="decimal(38,0)"), [], NOON)
    with pytest.raises(FeaturecError) as refused:
        publish(store, windowed(), [], NOON)
    assert codes(refused.value) == ["FC934"]
