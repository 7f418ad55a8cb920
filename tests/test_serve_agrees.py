"""Both endpoints give the answers of ``get_online_features``, whatever the types, roles, ages, defaults and windows."""

import math
import struct
import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import hypothesis
import orjson
import psycopg
import pytest
from hypothesis import given
from hypothesis import strategies as st

from featurec.online.encoding import decode, encode_key
from featurec.online.postgres import PostgresOnlineStore
from featurec.online.protocol import Batch, OnlineFeature, OnlineView
from featurec.online.read import EntityFeatures, get_online_features
from featurec.online_type import ValueType, key_type, value_type
from featurec.serve.assembly import Offer
from featurec.serve.spelling import spelled
from featurec.spec import Column, FeatureRequest
from tests.serving import Serving, serving
from tests.store import NOON
from tests.test_encoding import FEATURES, KEYS, NESTED, same
from tests.test_export_windows import Scenario, Stores, scenarios

KINDS = FEATURES | NESTED
SECOND = timedelta(seconds=1)
EPOCH = "1970-01-01T00:00:00Z"
DEFAULTS: Mapping[str, list[Any]] = {
    "bigint": [0, -1, 2**62 + 1],
    "double": [0.5, -1.0],
    "float": [0.1],
    "decimal(18,2)": [0, 1.5],
    "varchar": ["", "none"],
    "boolean": [False],
    "timestamptz": ["2024-01-01T00:00:00Z"],
}


def stored_json(kind: ValueType, value: object) -> object:
    """A value as the store has it: the digits of a float are the fewest that name it."""
    if kind.kind == "float" and isinstance(value, float) and math.isfinite(value) and value:
        digits = (float(f"{value:.{n}g}") for n in range(6, 10))
        return next(
            found
            for found in digits
            if abs(found) <= 3.4028235e38 and struct.unpack("f", struct.pack("f", found))[0] == value
        )
    return spelled(kind, value)


@dataclass(frozen=True)
class Case:
    """Views with rows, what is asked of them, and of which entities."""

    views: tuple[OnlineView, ...]
    rows: tuple[tuple[tuple[str, datetime, bytes], ...], ...]
    requests: tuple[FeatureRequest, ...]
    entities: tuple[Mapping[str, object], ...]
    now: datetime


@st.composite
def cases(draw: st.DrawFn) -> Case:
    """One to three views by the same keys; one may be asked for in two roles."""
    key_types = draw(st.lists(st.sampled_from(sorted(KEYS)), min_size=1, max_size=2))
    entities = draw(st.lists(st.tuples(*(KEYS[kind] for kind in key_types)), min_size=2, max_size=5, unique=True))
    keys = tuple(Column(f"k{n}", kind) for n, kind in enumerate(key_types))
    views, rows, requests = [], [], []
    for number in range(draw(st.integers(1, 3))):
        kinds = draw(st.lists(st.sampled_from(sorted(KINDS)), min_size=1, max_size=4))
        features = tuple(
            OnlineFeature(
                f'f{number}_{n}"é' if n == 3 else f"f{number}_{n}",
                kind,
                draw(st.sampled_from([None, *DEFAULTS.get(kind, [])])),
                draw(st.booleans()) and kind in ("bigint", "double"),
            )
            for n, kind in enumerate(kinds)
        )
        ttl = draw(st.sampled_from([None, 1_000_000, 5_000_000]))
        views.append(OnlineView(f"view_{number}", f"{number:064x}", keys, features, ttl))
        written = []
        for entity in entities:
            if draw(st.integers(0, 3)):
                payload = {
                    f.name: stored_json(value_type(f.type), draw(st.none() | KINDS[f.type]))  # type: ignore[arg-type]
                    for f in features
                }
                types = [key_type(kind) for kind in key_types]
                key = encode_key([kind for kind in types if kind], entity)
                written.append((str(key), NOON - draw(st.integers(0, 7)) * SECOND, orjson.dumps(payload)))
        rows.append(tuple(written))
        chosen = draw(st.none() | st.lists(st.sampled_from([f.name for f in features]), min_size=1, unique=True))
        requests.append(FeatureRequest(f"view_{number}", None if chosen is None else tuple(chosen)))
    if draw(st.booleans()):
        requests.append(FeatureRequest("view_0", None, "again", {"k0": "other"}))
    asked = tuple(
        {**dict(zip(("k0", "k1"), entity, strict=False)), "other": draw(st.sampled_from(entities))[0]}
        for entity in entities
    )
    return Case(tuple(views), tuple(rows), tuple(requests), asked, NOON + draw(st.integers(-1, 2)) * SECOND)


def publish(store: PostgresOnlineStore, described: OnlineView, rows: Sequence[tuple[str, datetime, bytes]]) -> None:
    def escaped(text: str) -> str:
        return text.replace("\\", "\\\\").replace("\t", "\\t").replace("\n", "\\n").replace("\r", "\\r")

    blocks = [
        f"{escaped(k)}\t{at.isoformat()}\t-infinity\t{escaped(payload.decode())}\n".encode() for k, at, payload in rows
    ]
    store.publish(described, lambda _: Batch(blocks), NOON)


def as_sent(entity: Mapping[str, object], types: Mapping[str, str]) -> dict[str, Any]:
    """Keys as JSON: bytes in hexadecimal digits, whole numbers beyond 64 bits as text."""
    return {
        name: value.hex() if isinstance(value, bytes) else spelled(value_type(types[name]), value)
        for name, value in entity.items()
    }


def compare(
    server: Serving,
    service: str,
    types: Mapping[str, ValueType],
    entities: Sequence[Mapping[str, Any]],
    expected: Sequence[EntityFeatures],
    windowed: Mapping[str, str],
    full: bool,
) -> None:
    """Both endpoints against the library.

    Args:
        windowed: name of a windowed feature -> its view or role.
    """
    for metadata in (False, True):
        answer = server.rows(service, list(entities), full_feature_names=full, metadata=metadata)
        assert answer.status == 200, answer.body
        assert b"null" in answer.body or not any(v.value is None for e in expected for v in e.features.values())
        for result, found in zip(orjson.loads(answer.body)["results"], expected, strict=True):
            assert sorted(result["features"]) == sorted(found.features)
            for name, value in found.features.items():
                assert same(decode(types[name], result["features"][name]), value.value), name
                assert result["statuses"].get(name, "PRESENT") == value.status
                if metadata and name in windowed:
                    assert datetime.fromisoformat(result["as_of"][windowed[name]]) == value.as_of
    columns = {name: [entity[name] for entity in entities] for name in entities[0]}
    answer = server.columns(columns, feature_service=service, full_feature_names=full)
    assert answer.status == 200, answer.body
    content = orjson.loads(answer.body)
    names = content["metadata"]["feature_names"]
    assert [name for name in names if name in types] == list(expected[0].features)
    for name, result in zip(names, content["results"], strict=True):
        if name not in types:
            assert result["values"] == columns[name]
            continue
        for n, found in enumerate(expected):
            value = found.features[name]
            assert same(decode(types[name], result["values"][n]), value.value), name
            assert result["statuses"][n] == value.status
            stamp = (
                value.event_timestamp.astimezone(UTC).isoformat().replace("+00:00", "Z")
                if value.event_timestamp
                else EPOCH
            )
            assert result["event_timestamps"][n] == stamp


some = hypothesis.settings(hypothesis.settings.get_profile("default"), max_examples=6)
deep = hypothesis.settings(hypothesis.settings.get_profile("deep"), max_examples=100)


@some
@given(case=cases(), full=st.booleans())
def test_generated_views(postgres_url: str, case: Case, full: bool) -> None:
    check_views(postgres_url, case, full)


@pytest.mark.slow
@deep
@given(case=cases(), full=st.booleans())
def test_many_generated_views(postgres_url: str, case: Case, full: bool) -> None:
    check_views(postgres_url, case, full)


def check_views(postgres_url: str, case: Case, full: bool) -> None:
    with psycopg.connect(postgres_url, autocommit=True) as connection:
        connection.execute("DROP SCHEMA IF EXISTS agrees_online CASCADE")
        connection.execute("DROP SCHEMA IF EXISTS featurec CASCADE")
    store = PostgresOnlineStore(postgres_url, "agrees")
    for described, rows in zip(case.views, case.rows, strict=True):
        publish(store, described, rows)
    full = full or len(case.requests) > len(case.views)
    expected, findings = get_online_features(store, case.requests, case.entities, case.now, full)
    assert not findings
    store.close()
    types, windowed = {}, {}
    for request in case.requests:
        described = next(v for v in case.views if v.name == request.view)
        for feature in described.features:
            name = f"{request.prefix}__{feature.name}" if full else feature.name
            types[name] = value_type(feature.type)
            if feature.windowed:
                windowed[name] = request.prefix
    keys = {column.name: str(column.type) for column in case.views[0].join_keys}
    sent = [as_sent(entity, keys | {"other": keys["k0"]}) for entity in case.entities]
    offer = Offer(postgres_url, "agrees", [v.name for v in case.views], {"all": case.requests})
    with serving(offer, now=case.now) as server:
        compare(server, "all", types, sent, expected, windowed, full)  # type: ignore[arg-type]


@some
@given(scenario=scenarios())
def test_generated_projects_with_windows(postgres_url: str, scenario: Scenario) -> None:
    check_project(postgres_url, scenario)


@pytest.mark.slow
@deep
@given(scenario=scenarios())
def test_many_generated_projects_with_windows(postgres_url: str, scenario: Scenario) -> None:
    check_project(postgres_url, scenario)


def check_project(postgres_url: str, scenario: Scenario) -> None:
    generated = scenario.generated
    original = generated.views["v"]
    kinds = generated.tables["v"].types
    entities = {
        tuple(row[k] for k in original.keys) for row in original.rows if None not in [row[k] for k in original.keys]
    }
    hypothesis.assume(entities)
    asked = [dict(zip(original.keys, entity, strict=True)) for entity in sorted(entities, key=repr)]
    with tempfile.TemporaryDirectory() as folder:
        stores = Stores(generated, "duckdb", postgres_url, Path(folder))
        stores.load(original.rows)
        at = max(run.at for run in scenario.runs)
        stores.run(at)
        version = stores.store.active(["v"])["v"].view
        expected, findings = get_online_features(stores.store, [FeatureRequest("v")], asked, at)
        assert not findings
        stores.store.close()
        types = {f.name: value_type(f.type) for f in version.features}
        windowed = {f.name: "v" for f in version.features if f.windowed}
        with serving(Offer(postgres_url, "features", ["v"], {"all": (FeatureRequest("v"),)}), now=at) as server:
            sent = [as_sent(entity, kinds) for entity in asked]
            compare(server, "all", types, sent, expected, windowed, False)  # type: ignore[arg-type]
