"""The two endpoints: what they answer, in which shape."""

import json

from hypothesis import given, settings
from hypothesis import strategies as st

from featurec.online.encoding import encode_key
from featurec.online.postgres import PostgresOnlineStore
from featurec.online.protocol import OnlineFeature, OnlineView
from featurec.online.read import Asked
from featurec.online_type import key_type
from featurec.serve.assembly import Offer
from featurec.serve.json_body import read
from featurec.serve.keys import keys_of
from featurec.serve.problem import Problem
from featurec.spec import Column, FeatureRequest
from tests.serving import serving
from tests.store import NOON, SECOND, lines, publish, row, view
from tests.test_encoding import KEYS, TRICKY

AT = "2024-01-31T12:00:00Z"


def offer(url: str, *views: str, **services: tuple[FeatureRequest, ...]) -> Offer:
    return Offer(url, "features", views, services)


def test_rows_and_columns_of_one_view(store: PostgresOnlineStore, postgres_database: str) -> None:
    described = view(ttl=1_000_000, amount="bigint", note="varchar")
    publish(
        store,
        described,
        lines(
            [
                row("1", amount=2**60 + 1, note="a"),
                row("2", NOON - 9 * SECOND, amount=1, note="b"),
                row("3", amount=None, note="null"),
            ]
        ),
        NOON,
    )
    with serving(offer(postgres_database, "spend", fraud=(FeatureRequest("spend"),))) as server:
        answer = server.rows("fraud", [{"user_id": n} for n in (1, 2, 3, 4)])
        assert (answer.status, answer.json) == (
            200,
            {
                "results": [
                    {"features": {"amount": 2**60 + 1, "note": "a"}, "statuses": {}},
                    {
                        "features": {"amount": None, "note": None},
                        "statuses": dict.fromkeys(("amount", "note"), "OUTSIDE_MAX_AGE"),
                    },
                    {"features": {"amount": None, "note": "null"}, "statuses": {"amount": "NULL_VALUE"}},
                    {
                        "features": {"amount": None, "note": None},
                        "statuses": dict.fromkeys(("amount", "note"), "NOT_FOUND"),
                    },
                ]
            },
        )
        answer = server.columns({"user_id": [1, 2, 3, 4]}, features=["spend:note"])
        assert answer.json == {
            "metadata": {"feature_names": ["user_id", "note"]},
            "results": [
                {"values": [1, 2, 3, 4], "statuses": ["PRESENT"] * 4, "event_timestamps": ["1970-01-01T00:00:00Z"] * 4},
                {
                    "values": ["a", None, "null", None],
                    "statuses": ["PRESENT", "OUTSIDE_MAX_AGE", "PRESENT", "NOT_FOUND"],
                    "event_timestamps": [AT, "2024-01-31T11:59:51Z", AT, "1970-01-01T00:00:00Z"],
                },
            ],
        }


NAMES = st.sampled_from(["entities", "features", "a", 'q"', ":", "é"])
LEAVES = st.none() | st.booleans() | st.integers(-(2**63), 2**64 - 1) | st.sampled_from(["", ":", "{[", '"a": 1', "é"])


@st.composite
def objects(draw: st.DrawFn, depth: int = 3) -> tuple[str, bool, int]:
    """JSON text of an object, whether a name is given twice in one, and how deep it is nested."""
    parts, twice, deepest, seen = [], False, 0, set()
    for name in draw(st.lists(NAMES, max_size=4)):
        twice |= name in seen
        seen.add(name)
        text, more, below = draw(values(depth - 1))
        parts.append(f"{json.dumps(name, ensure_ascii=draw(st.booleans()))}:{draw(st.sampled_from(['', ' ']))}{text}")
        twice |= more
        deepest = max(deepest, below)
    return f"{{{','.join(parts)}}}", twice, deepest + 1


@st.composite
def values(draw: st.DrawFn, depth: int) -> tuple[str, bool, int]:
    kind = draw(st.sampled_from(["leaf", "array", "object"])) if depth else "leaf"
    if kind == "object":
        return draw(objects(depth))
    if kind == "leaf":
        return json.dumps(draw(LEAVES)), False, 0
    items = draw(st.lists(values(depth - 1), max_size=3))
    return f"[{','.join(i[0] for i in items)}]", any(i[1] for i in items), 1 + max((i[2] for i in items), default=0)


def test_the_first_request_knows_what_is_there(store: PostgresOnlineStore, postgres_database: str) -> None:
    """Also where it comes before the server has looked for itself, which it does as soon as it has started."""
    publish(store, view(amount="bigint"), lines([row("1", amount=7)]), NOON)
    for _ in range(5):
        with serving(offer(postgres_database, "spend")) as server:
            answer = server.columns({"user_id": [1]}, features=["spend:amount"])
            assert (answer.status, answer.json["results"][1]["values"]) == (200, [7])


def test_a_feature_of_a_version_that_was_just_exported_may_be_asked_for(
    store: PostgresOnlineStore, postgres_database: str
) -> None:
    publish(store, view(amount="bigint"), lines([row("1", amount=7)]), NOON)
    with serving(offer(postgres_database, "spend")) as server:
        assert server.columns({"user_id": [1]}, features=["spend:note"]).status == 404
        publish(
            store,
            view(fingerprint="b" * 64, amount="bigint", note="varchar"),
            lines([row("1", amount=7, note="a")]),
            NOON,
        )
        answer = server.columns({"user_id": [1]}, features=["spend:note"])
        assert (answer.status, answer.json["results"][1]["values"]) == (200, ["a"])
        assert server.columns({"user_id": [1]}, features=["spend:other"]).status == 404


@given(body=objects(4))
@settings(max_examples=300)
def test_a_body_has_each_name_once_and_is_not_nested_deep(body: tuple[str, bool, int]) -> None:
    text, twice, depth = body
    refused = None
    try:
        assert read(text.encode(), 3) == json.loads(text)
    except Problem as told:
        refused = told.findings[0].code
    # Of a name that is given twice the last value counts, so the depth of another may not be seen.
    assert refused == "duplicate-name" or (refused == "too-deep") == (depth > 3) or twice
    assert not twice or refused is not None
    assert twice or refused != "duplicate-name"


@given(data=st.data(), kind=st.sampled_from(sorted(KEYS)))
def test_keys_are_those_of_the_encoding(data: st.DataObject, kind: str) -> None:
    declared = key_type(kind)
    assert declared is not None
    given_keys = data.draw(st.lists(KEYS[kind] | (TRICKY if kind == "varchar" else KEYS[kind]), min_size=1, max_size=5))
    view_ = OnlineView("v", "a" * 64, (Column("k", kind),), (OnlineFeature("f", "bigint"),), None)
    asked = Asked(FeatureRequest("v"), view_, NOON, {})
    assert keys_of(asked, [declared], {"k": given_keys}, 512) == [encode_key([declared], [key]) for key in given_keys]
