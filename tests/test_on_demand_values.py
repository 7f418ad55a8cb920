"""On-demand views at a request: values of every type go through DuckDB unchanged, inputs are what they say, threads do not meet."""

import json
import math
import struct
from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, date, datetime, timedelta, timezone
from decimal import Decimal
from functools import cache
from typing import Any
from uuid import UUID

import duckdb
import hypothesis
import pytest
from hypothesis import given
from hypothesis import strategies as st

from featurec.errors import FeaturecError
from featurec.online.on_demand import Prepared
from featurec.online.read import EntityFeatures, OnlineValue, Status
from featurec.spec import FeatureRequest
from tests.shop import analyzed, view
from tests.store import codes
from tests.test_encoding import FEATURES, NESTED

TYPES = [*FEATURES, *(kind for kind in NESTED if '"' not in kind)]
"""Types that a header can declare."""
VALUES = {**FEATURES, **NESTED}
settings = hypothesis.settings(hypothesis.settings.get_profile("default"), deadline=None)


def value(of: object, status: Status = Status.PRESENT) -> OnlineValue:
    return OnlineValue(of, status, None)


def prepared(header: str, select: str, features: str = "", *requests: FeatureRequest, full: bool = False) -> Prepared:
    """An on-demand view over a view of rows with these features."""
    columns = ", ".join(f"CAST(NULL AS {kind}) AS {name}" for name, kind in json.loads(features or "{}").items())
    files = {
        "features/facts.sql": view(
            f"SELECT user_id, created_at{', ' + columns if columns else ''} FROM orders",
            header=f"features: {features or '{}'}",
        ),
        "features/asked.sql": f"/*---\nentities: [user]\n{header}\n---*/\nSELECT {select}\n",
    }
    result, findings = analyzed(files)
    assert findings == []
    found, findings = Prepared.of(result, requests or (FeatureRequest("asked"),), full)
    assert findings == []
    assert found is not None
    return found


@cache
def through(kind: str) -> Prepared:
    """One input and one feature of a type, as they are."""
    name = json.dumps(kind)
    header = f"inputs: {{i: {name}}}\nfeatures: {{given: {name}, looked_up: {name}}}"
    select = "{{ input('i') }} AS given, {{ feature('facts:f') }} AS looked_up"
    return prepared(header, select, json.dumps({"f": kind}))


def same(one: object, other: object) -> bool:
    """Whether two values are one value: NaN is itself, and zeros have a sign."""
    if isinstance(one, float) and isinstance(other, float):
        return struct.pack("d", one) == struct.pack("d", other) or (math.isnan(one) and math.isnan(other))
    if isinstance(one, list) and isinstance(other, list):
        return len(one) == len(other) and all(map(same, one, other))
    if isinstance(one, Mapping) and isinstance(other, Mapping):
        return one.keys() == other.keys() and all(same(one[name], other[name]) for name in one)
    return type(one) is type(other) and one == other


@pytest.mark.parametrize("kind", TYPES)
@settings
@given(data=st.data())
def test_a_value_comes_back_as_it_was(kind: str, data: st.DataObject) -> None:
    rows = data.draw(st.lists(st.tuples(st.none() | VALUES[kind], st.none() | VALUES[kind]), min_size=1, max_size=4))
    view = through(kind)
    role = view.requests[0].prefix
    entities = [{"user_id": n, "i": pair[0]} for n, pair in enumerate(rows)]
    answers = [EntityFeatures(e, {f"{role}__f": value(pair[1])}) for e, pair in zip(entities, rows, strict=True)]
    for pair, answer in zip(rows, view.evaluate(entities, answers), strict=True):
        found = [answer.features["given"], answer.features["looked_up"]]
        for expected, got in zip(pair, found, strict=True):
            assert same(expected, got.value), (kind, expected, got)
            assert got.status is (Status.NULL_VALUE if expected is None else Status.PRESENT)


def answered(view: Prepared, *rows: Mapping[str, object], **features: object) -> list[dict[str, Any]]:
    """Values of the answers to rows of which each reads the same features."""
    read = {
        f"{request.prefix}__{name}": value(features[name])
        for request in view.requests
        for name in request.features or ()
    }
    answers = [EntityFeatures(row, read) for row in rows]
    return [{n: v.value for n, v in answer.features.items()} for answer in view.evaluate(rows, answers)]


class TestInputs:
    @pytest.mark.parametrize(
        ("kind", "sent", "meant"),
        [
            ("bigint", " 12 ", 12),
            ("bigint", -3, -3),
            ("hugeint", "170141183460469231731687303715884105727", 170141183460469231731687303715884105727),
            ("decimal(9,2)", 12, Decimal("12.00")),
            ("decimal(9,2)", 1.005, Decimal("1.01")),
            ("decimal(9,2)", "1e2", Decimal("100.00")),
            ("decimal(9,2)", Decimal("-0.004"), Decimal("0.00")),
            ("double", 3, 3.0),
            ("double", "NaN", math.nan),
            ("double", Decimal("0.1"), 0.1),
            ("boolean", "TRUE", True),
            ("varchar", "", ""),
            ("date", "2024-02-29", date(2024, 2, 29)),
            ("timestamp", "2024-02-29", datetime(2024, 2, 29)),
            ("timestamptz", "2024-02-29T12:00:00+02:00", datetime(2024, 2, 29, 10, tzinfo=UTC)),
            ("timestamptz", "2024-02-29T12:00:00", datetime(2024, 2, 29, 12, tzinfo=UTC)),
            ("timestamptz", datetime(2024, 1, 1, tzinfo=timezone(timedelta(hours=-5))), datetime(2024, 1, 1, 5, tzinfo=UTC)),
            ("uuid", "12345678-1234-5678-1234-567812345678", UUID("12345678-1234-5678-1234-567812345678")),
            ("blob", "AAE=", b"\0\1"),
            ("bigint[]", "[1, null]", [1, None]),
            ("bigint[]", (1, 2), [1, 2]),
            ("bigint[]", [], []),
            ("struct(a bigint, b varchar)", '{"b": "x"}', {"a": None, "b": "x"}),
        ],
    )  # fmt: skip
    def test_are_read_as_they_are_declared(self, kind: str, sent: object, meant: object) -> None:
        view = prepared(
            f"inputs: {{i: {json.dumps(kind)}}}\nfeatures: {{o: {json.dumps(kind)}}}", "{{ input('i') }} AS o"
        )
        (found,) = answered(view, {"i": sent})
        assert same(found["o"], meant), found

    @pytest.mark.parametrize(
        ("kind", "sent"),
        [
            ("bigint", "1.5"), ("bigint", 1.5), ("bigint", True), ("bigint", [1]), ("decimal(9,2)", "x"),
            ("double", "x"), ("double", True), ("double", 10**400), ("boolean", 1), ("varchar", 1), ("varchar", "\ud800"), ("date", "yesterday"),
            ("date", datetime(2024, 1, 1)), ("timestamp", datetime(2024, 1, 1, tzinfo=UTC)), ("timestamptz", 5), ("uuid", "x"),
            ("timestamptz", "0001-01-01T00:00:00+14:00"), ("timestamptz", "9999-12-31T23:59:59-14:00"),
            ("decimal(9,2)", "1e999999999"), ("decimal(9,2)", Decimal("-1e999999999")), ("decimal(9,2)", "NaN"), ("decimal(9,2)", math.inf),
            ("decimal(9,2)", 1e300), ("decimal(9,2)", 10**8), ("decimal(3,1)[]", [1, 100]), ("tinyint", 128), ("ubigint", -1), ("bigint", "9" * 60),
            ("hugeint", "9" * 40), ("float", 1e39), ("struct(a tinyint)", {"a": 300}), ("json", "x"),
            ("blob", "%"), ("bigint[]", 1), ("bigint[]", ["x"]), ("bigint[]", "["), ("struct(a bigint)", {"b": 1}),
        ],
    )  # fmt: skip
    def test_of_another_type_are_refused(self, kind: str, sent: object) -> None:
        view = prepared(
            f"inputs: {{i: {json.dumps(kind)}}}\nfeatures: {{o: {json.dumps(kind)}}}", "{{ input('i') }} AS o"
        )
        with pytest.raises(FeaturecError) as refused:
            answered(view, {"i": sent})
        assert codes(refused.value) == ["FC942"]
        assert kind in refused.value.diagnostics[0].fix
        assert "__fc" not in str(refused.value)

    def test_the_one_that_is_out_of_range_is_found_among_many(self) -> None:
        view = prepared(
            "inputs: {i: bigint, t: tinyint}\nfeatures: {o: bigint}", "{{ input('i') }} + {{ input('t') }} AS o"
        )
        for wrong in (0, 1, 2, 5, 6):
            rows = [{"i": 1, "t": 300 + row if row in (wrong, 6) else None} for row in range(7)]
            with pytest.raises(FeaturecError) as refused:
                answered(view, *rows)
            assert [d.claim for d in refused.value.diagnostics] == [f"`t` is {300 + wrong}, which is not a tinyint"]
        assert answered(view, {"i": 1, "t": 1}) == [{"o": 2}]

    @pytest.mark.parametrize("sent", ["1e-999999999", "-1e-999999999", "0e999999999", "0", "0.004"])
    def test_a_decimal_that_rounds_to_nothing_is_zero(self, sent: str) -> None:
        view = prepared('inputs: {i: "decimal(9,2)"}\nfeatures: {o: "decimal(9,2)"}', "{{ input('i') }} AS o")
        assert answered(view, {"i": sent}) == [{"o": Decimal("0.00")}]

    def test_that_are_missing_are_named(self) -> None:
        view = prepared("inputs: {one: bigint, two: bigint}\nfeatures: {o: bigint}", "{{ input('one') }} AS o")
        assert [(i.name, i.type) for i in view.inputs] == [("one", "bigint"), ("two", "bigint")]
        with pytest.raises(FeaturecError) as refused:
            answered(view, {"on": 1, "two": None}, {"one": 1})
        assert codes(refused.value) == ["FC941", "FC941"]
        assert [d.claim for d in refused.value.diagnostics] == [
            "an entity row has no `one`",
            "an entity row has no `two`",
        ]
        assert "did you mean `on`?" in refused.value.diagnostics[0].fix

    def test_that_the_sql_fails_on_are_told(self) -> None:
        view = prepared(
            "inputs: {typed: varchar}\nfeatures: {o: integer}", "CAST({{ input('typed') }} AS integer) AS o"
        )
        with pytest.raises(FeaturecError) as refused:
            answered(view, {"typed": "1"}, {"typed": "three"})
        assert codes(refused.value) == ["FC949"]
        assert "three" in refused.value.diagnostics[0].cause
        assert answered(view, {"typed": "1"}) == [{"o": 1}]

    def test_a_session_reaches_nothing(self, tmp_path: object) -> None:
        view = prepared("inputs: {i: bigint}\nfeatures: {o: bigint}", "{{ input('i') }} AS o")
        answered(view, {"i": 1})
        session = view._expressions._sessions.open[0]
        for sql in (
            f"COPY (SELECT 1) TO '{tmp_path}/x.csv'",
            "SELECT * FROM read_text('/etc/hostname')",
            f"ATTACH '{tmp_path}/x.db'",
            "SET threads = 4",
        ):
            with pytest.raises(duckdb.Error, match=r"(?i)locked|disabled|permission"):
                session.execute(sql)


class TestAnswer:
    FEATURES = '{"f": "double", "g": "bigint"}'

    def test_is_in_the_order_asked_for_and_has_nothing_else(self) -> None:
        view = prepared(
            "inputs: {i: double}\nfeatures: {p: double, q: double}",
            "{{ feature('facts:f') }} + {{ input('i') }} AS p, {{ feature('facts:g') }} * 2 AS q",
            self.FEATURES,
            FeatureRequest("asked", ("q",)),
            FeatureRequest("facts", ("f",)),
            FeatureRequest("asked", ("p",), "other", {"user_id": "buyer"}),
            full=True,
        )
        assert [(r.prefix, set(r.features or ()), dict(r.join_keys)) for r in view.requests] == [
            ("facts", {"f", "g"}, {}),
            ("__fc_reads_1", {"f", "g"}, {"user_id": "buyer"}),
        ]
        assert view.outputs == ("asked__q", "other__p")
        read = {
            "facts__f": value(1.0),
            "facts__g": value(2),
            "__fc_reads_1__f": value(10.0),
            "__fc_reads_1__g": value(20),
        }
        row = {"user_id": 1, "buyer": 2, "i": 0.5}
        (answer,) = view.evaluate([row], [EntityFeatures(row, read)])
        assert answer.entity == row
        assert [(n, v.value) for n, v in answer.features.items()] == [
            ("asked__q", 4.0),
            ("facts__f", 1.0),
            ("other__p", 10.5),
        ]

    def test_keeps_status_and_time_of_what_was_read(self) -> None:
        view = prepared(
            "inputs: {i: double}\nfeatures: {p: {type: double, default: -1}}",
            "{{ feature('facts:f') }} + {{ input('i') }} AS p",
            self.FEATURES,
            FeatureRequest("facts"),
            FeatureRequest("asked"),
        )
        read = OnlineValue(None, Status.OUTSIDE_MAX_AGE, datetime(2024, 1, 1, tzinfo=UTC))
        (answer,) = view.evaluate([{"i": 1.0}], [EntityFeatures({}, {"facts__f": read, "facts__g": value(1)})])
        assert answer.features == {"f": read, "g": value(1), "p": value(-1.0, Status.NULL_VALUE)}

    def test_names_that_meet_are_refused(self) -> None:
        result, _ = analyzed(
            {
                "features/spend.sql": view(
                    "SELECT user_id, created_at, amount FROM orders", header="features: {amount: double}"
                ),
                "features/asked.sql": "/*---\nentities: [user]\ninputs: {i: double}\nfeatures: {amount: double}\n---*/\n"
                "SELECT {{ input('i') }} + {{ feature('spend:amount') }} AS amount\n",
            }
        )
        requests = [FeatureRequest("asked"), FeatureRequest("spend")]
        found, findings = Prepared.of(result, requests)
        assert (found, [d.code for d in findings]) == (None, ["FC264"])
        found, findings = Prepared.of(result, requests, True)
        assert findings == []
        assert found is not None
        found, findings = Prepared.of(result, [FeatureRequest("asked", ("amuont",))])
        assert (found, [d.code for d in findings]) == (None, ["FC262"])
        assert "did you mean `amount`?" in findings[0].fix

    def test_there_is_none_where_nothing_is_on_demand(self) -> None:
        result, _ = analyzed({"features/spend.sql": view("SELECT user_id, created_at, amount FROM orders")})
        assert Prepared.of(result, [FeatureRequest("spend")]) == (None, [])

    def test_of_no_rows_is_empty(self) -> None:
        assert prepared("inputs: {i: bigint}\nfeatures: {o: bigint}", "{{ input('i') }} AS o").evaluate([], []) == []

    def test_a_type_without_json_is_refused(self) -> None:
        result, findings = analyzed(
            {
                "features/asked.sql": "/*---\ninputs: {i: bigint}\nfeatures: {o: interval}\n---*/\nSELECT to_days(CAST({{ input('i') }} AS integer)) AS o\n"
            }
        )
        found, findings = Prepared.of(result, [FeatureRequest("asked")])
        assert (found, [d.code for d in findings]) == (None, ["FC702"])


def test_threads_share_it_and_do_not_meet() -> None:
    view = prepared("inputs: {i: bigint}\nfeatures: {o: bigint}", "{{ input('i') }} * 2 AS o")

    def ask(number: int) -> Sequence[object]:
        return [row["o"] for row in answered(view, *({"i": number * 1000 + n} for n in range(20)))]

    with ThreadPoolExecutor(8) as pool:
        for number, found in enumerate(pool.map(ask, range(200))):
            assert found == [2 * (number * 1000 + n) for n in range(20)]
