"""Rows for tests of the online store, and its reads."""

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import UTC, datetime, timedelta

from featurec.errors import FeaturecError
from featurec.online.postgres import PostgresOnlineStore
from featurec.online.protocol import Batch, OnlineFeature, OnlineStore, OnlineView, Published
from featurec.online.read import EntityFeatures, OnlineValue, get_online_features
from featurec.spec import Column, FeatureRequest

NOON = datetime(2024, 1, 31, 12, tzinfo=UTC)
SECOND = timedelta(seconds=1)
MICROSECOND = timedelta(microseconds=1)

Row = tuple[str, datetime, datetime | None, Mapping[str, object]]


def view(name: str = "spend", fingerprint: str = "a" * 64, ttl: int | None = None, **types: str) -> OnlineView:
    features = tuple(OnlineFeature(n, t) for n, t in (types or {"amount": "bigint"}).items())
    return OnlineView(name, fingerprint, (Column("user_id", "bigint"),), features, ttl)


def lines(rows: Sequence[Row]) -> Iterator[bytes]:
    for key, event, created, payload in rows:
        stamp = created.isoformat() if created else "-infinity"
        text = json.dumps(payload).replace("\\", "\\\\")
        yield f"{key}\t{event.isoformat()}\t{stamp}\t{text}\n".encode()


def publish(
    store: OnlineStore, described: OnlineView, blocks: Iterable[bytes], as_of: datetime, whole: bool = True
) -> Published:
    """Export these rows, whatever was exported before."""
    return store.publish(described, lambda _: Batch(blocks, whole), as_of)


def row(key: str, event: datetime = NOON, created: datetime | None = None, **payload: object) -> Row:
    return key, event, created, payload


def value(store: PostgresOnlineStore, key: object, name: str = "amount", now: datetime = NOON) -> OnlineValue:
    (answer,) = answers(store, [FeatureRequest("spend", (name,))], now, user_id=key)
    return answer.features[name]


def answers(
    store: PostgresOnlineStore, requests: Sequence[FeatureRequest], now: datetime = NOON, **entity: object
) -> list[EntityFeatures]:
    found, findings = get_online_features(store, requests, [entity], now)
    assert not findings
    return found


def codes(error: FeaturecError) -> list[str]:
    return [diagnostic.code for diagnostic in error.diagnostics]
