"""Reads of the online store: ages, defaults, roles, and every mistake of a request."""

from datetime import timedelta
from decimal import Decimal
from pathlib import Path

import psycopg
import pytest

from featurec.errors import CannotOperate
from featurec.online.postgres import PostgresOnlineStore, open_store
from featurec.online.protocol import OnlineFeature, OnlineView
from featurec.online.read import OnlineValue, Status, get_online_features
from featurec.spec import Column, FeatureRequest, Target
from tests.store import MICROSECOND, NOON, SECOND, codes, lines, publish, row, value, view


@pytest.mark.parametrize(
    ("age", "status"),
    [(SECOND - MICROSECOND, Status.PRESENT), (SECOND, Status.PRESENT), (SECOND + MICROSECOND, Status.OUTSIDE_MAX_AGE)],
)
def test_a_row_counts_to_the_end_of_its_ttl(store: PostgresOnlineStore, age: timedelta, status: Status) -> None:
    publish(store, view(ttl=1_000_000), lines([row("1", amount=5)]), NOON)
    found = value(store, 1, now=NOON + age)
    assert (found.status, found.value) == (status, 5 if status is Status.PRESENT else None)
    assert found.event_timestamp == NOON


def test_a_default_stands_in_for_what_is_missing(store: PostgresOnlineStore) -> None:
    features = (OnlineFeature("amount", "decimal(18,2)", 0), OnlineFeature("note", "varchar", "none"))
    described = OnlineView("spend", "c" * 64, (Column("user_id", "bigint"),), features, 1_000_000)
    publish(store, described, lines([row("1", amount=None, note=""), row("2", NOON - 5 * SECOND, amount="1.50")]), NOON)
    assert value(store, 1) == OnlineValue(Decimal("0.00"), Status.NULL_VALUE, NOON)
    assert value(store, 1, "note") == OnlineValue("", Status.PRESENT, NOON)
    assert value(store, 2) == OnlineValue(Decimal("0.00"), Status.OUTSIDE_MAX_AGE, NOON - 5 * SECOND)
    assert value(store, 3) == OnlineValue(Decimal("0.00"), Status.NOT_FOUND, None)


def test_roles_read_one_view_by_two_keys(store: PostgresOnlineStore) -> None:
    weather = OnlineView("weather", "d" * 64, (Column("airport", "varchar"),), (OnlineFeature("wind", "double"),), None)
    publish(store, weather, lines([row("JFK", wind=3.5), row("LAX", wind=0.5)]), NOON)
    requests = [
        FeatureRequest("weather", None, "origin_weather", {"airport": "origin"}),
        FeatureRequest("weather", ("wind",), "dest_weather", {"airport": "dest"}),
    ]
    rows = [{"origin": "JFK", "dest": "LAX"}, {"origin": "LAX", "dest": "nowhere"}, {"origin": "LAX", "dest": "LAX"}]
    answers, findings = get_online_features(store, requests, rows, NOON, full_feature_names=True)
    assert not findings
    assert [a.entity for a in answers] == rows
    assert [[v.value for v in a.features.values()] for a in answers] == [[3.5, 0.5], [0.5, None], [0.5, 0.5]]
    assert list(answers[0].features) == ["origin_weather__wind", "dest_weather__wind"]
    answers, findings = get_online_features(store, requests, rows, NOON)
    assert (answers, [d.code for d in findings]) == ([], ["FC264"])


def test_one_query_reads_all_views(store: PostgresOnlineStore, monkeypatch: pytest.MonkeyPatch) -> None:
    names = ("spend", "visits", "clicks")
    for name in names:
        publish(store, view(name), lines([row("1", amount=len(name))]), NOON)
    statements = []
    session = store._session.connection
    execute = session.execute
    monkeypatch.setattr(
        session, "execute", lambda sql, *rest, **how: statements.append(sql) or execute(sql, *rest, **how)
    )
    answers, _ = get_online_features(store, [FeatureRequest(n) for n in names], [{"user_id": 1}], NOON, True)
    assert [v.value for v in answers[0].features.values()] == [5, 6, 6]
    assert sum(b"_online" in statement for statement in statements) == 1


def test_every_mistake_of_a_request_is_told_at_once(store: PostgresOnlineStore) -> None:
    described = OnlineView(
        "spend",
        "e" * 64,
        (Column("user_id", "bigint"), Column("day", "date")),
        (OnlineFeature("amount", "bigint"),),
        None,
    )
    publish(store, described, [], NOON)
    requests = [FeatureRequest("spend", ("amount", "amuont")), FeatureRequest("visits")]
    rows = [{"user_id": 1, "day": "2024-01-31"}, {"user_id": "x", "day": "2024-02-30"}, {"user_idd": 1, "day": None}]
    answers, findings = get_online_features(store, requests, rows, NOON)
    assert answers == []
    assert sorted((d.code, d.claim) for d in findings) == [
        ("FC940", "`spend:amuont` is not in the online store"),
        ("FC940", "`visits` is not in the online store"),
        ("FC941", "an entity row has no `user_id`"),
        ("FC942", "`day` is '2024-02-30', which is not a date"),
        ("FC942", "`user_id` is 'x', which is not a bigint"),
    ]
    assert "did you mean `amount`" in next(d.fix for d in findings if "amuont" in d.claim)
    assert "featurec run --select visits" in next(d.fix for d in findings if "visits" in d.claim)


def test_nothing_is_there_before_the_first_run(store: PostgresOnlineStore, postgres_database: str) -> None:
    answers, findings = get_online_features(store, [FeatureRequest("spend")], [{"user_id": 1}], NOON)
    assert (answers, [d.code for d in findings]) == ([], ["FC940"])
    with psycopg.connect(postgres_database) as connection:
        assert connection.execute("SELECT to_regnamespace('featurec')").fetchone() == (None,)


def test_event_times_that_python_lacks_are_none(store: PostgresOnlineStore) -> None:
    publish(
        store,
        view(),
        [b'1\t-infinity\t-infinity\t{"amount": 1}\n2\t0044-03-15 00:00:00+00 BC\t-infinity\t{"amount": 2}\n'],
        NOON,
    )
    assert value(store, 1) == OnlineValue(1, Status.PRESENT, None)
    assert value(store, 2) == OnlineValue(2, Status.PRESENT, None)


@pytest.mark.parametrize("online", [None, {"type": "redis", "url": "x"}, {"type": "postgres"}])
def test_a_target_without_online_store_is_told_so(tmp_path: Path, online: dict[str, str] | None) -> None:
    with pytest.raises(CannotOperate) as refused:
        open_store(Target("dev", {"type": "duckdb"}, online), tmp_path)
    assert codes(refused.value) == ["FC935"]


def test_a_store_that_does_not_answer_is_told_so(tmp_path: Path) -> None:
    with pytest.raises(CannotOperate) as refused:
        open_store(
            Target("dev", {"type": "duckdb"}, {"type": "postgres", "url": f"postgresql://u:secret@/d?host={tmp_path}"}),
            tmp_path,
        )
    assert codes(refused.value) == ["FC902"]
    assert "secret" not in str(refused.value.diagnostics)
