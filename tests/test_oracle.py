"""The oracle itself: hand-computed answers, and the answers of other implementations in ../shared/cases/pit."""

import math
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import duckdb
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from tests.oracle import (
    Aggregation,
    Lookup,
    Row,
    View,
    aggregate,
    as_of,
    instant,
    latest,
    rank,
    status,
    training,
    window,
    windowed,
)
from tests.pit import Case, cases, module

DAY = timedelta(days=1)
MICROSECOND = timedelta(microseconds=1)


def at(day: int, hour: int = 0, minute: int = 0) -> datetime:
    return datetime(2024, 3, day, hour, minute, tzinfo=UTC)


def orders(*rows: tuple[Any, ...], **header: Any) -> View:
    columns = ("user", "at", "loaded", "amount")
    given = [dict(zip(columns, row, strict=True)) for row in rows]
    return View(given, columns, ("user",), "at", **header)


def amount(view: View, when: datetime, user: object = 1, strict: bool = False) -> Any:
    row = as_of(view, {"user": user}, when, strict)
    return row["amount"] if row else "nothing"


def test_the_newest_row_up_to_and_including_the_instant() -> None:
    view = orders((1, at(1), None, 10), (1, at(2), None, 20), (2, at(1), None, 99))
    assert amount(view, at(1) - MICROSECOND) == "nothing"
    assert amount(view, at(1)) == 10
    assert amount(view, at(2) - MICROSECOND) == 10
    assert amount(view, at(2)) == 20


def test_strict_leaves_out_the_instant_itself() -> None:
    view = orders((1, at(1), None, 10), (1, at(2), None, 20))
    assert amount(view, at(2), strict=True) == 10
    assert amount(view, at(2) + MICROSECOND, strict=True) == 20
    assert amount(view, at(1), strict=True) == "nothing"


def test_null_key_and_null_time_match_nothing() -> None:
    view = orders((None, at(1), None, 10), (1, None, None, 20))
    assert amount(view, at(9), user=None) == "nothing"
    assert amount(view, at(9), user=1) == "nothing"
    spine = [{"user": 1, "t": None}]
    assert training(spine, "t", "UTC", {"v": Lookup(view, ("amount",))})[0]["v__amount"] is None


def test_available_at_hides_a_row_and_a_late_correction_never_beats_a_newer_event() -> None:
    view = orders((1, at(1), at(5), 10), (1, at(2), at(3), 20), available_at="loaded")
    assert amount(view, at(2)) == "nothing"
    assert amount(view, at(3)) == 20
    assert amount(view, at(6)) == 20


def test_a_correction_of_the_same_event_wins_once_it_is_known() -> None:
    view = orders((1, at(1), at(1), 10), (1, at(1), at(5), 11), available_at="loaded")
    assert [amount(view, at(d)) for d in (1, 4, 5)] == [10, 10, 11]


def test_a_row_announced_before_its_event_waits_for_the_event() -> None:
    view = orders((1, at(3), at(1), 10), available_at="loaded")
    assert amount(view, at(2)) == "nothing"
    assert amount(view, at(3)) == 10


def test_a_row_without_available_time_is_dropped() -> None:
    view = orders((1, at(1), None, 10), available_at="loaded")
    assert amount(view, at(9)) == "nothing"


def test_delay_adds_to_the_available_time() -> None:
    assert amount(orders((1, at(1), None, 10), delay=DAY), at(2) - MICROSECOND) == "nothing"
    assert amount(orders((1, at(1), None, 10), delay=DAY), at(2)) == 10
    late = orders((1, at(1), at(3), 10), delay=DAY, available_at="loaded")
    assert [amount(late, at(d)) for d in (3, 4)] == ["nothing", 10]


def test_ttl_is_inclusive_and_counts_from_the_event() -> None:
    view = orders((1, at(1), None, 10), ttl=DAY, delay=timedelta(hours=1))
    answer = training(
        [{"user": 1, "t": at(2)}, {"user": 1, "t": at(2) + MICROSECOND}], "t", "UTC", {"v": Lookup(view, ("amount",))}
    )
    assert [line["v__amount"] for line in answer] == [10, None]
    assert [line["v__event_timestamp"] for line in answer] == [at(1), at(1)]


def test_an_expired_row_does_not_let_an_older_one_through() -> None:
    view = orders((1, at(1), at(1), 10), (1, at(2), at(2), 20), ttl=timedelta(0))
    assert training([{"user": 1, "t": at(3)}], "t", "UTC", {"v": Lookup(view, ("amount",))})[0]["v__amount"] is None


def test_created_time_breaks_ties_and_null_is_the_lowest() -> None:
    view = orders((1, at(1), at(2), 10), (1, at(1), None, 99), (1, at(1), at(1), 98), created_timestamp="loaded")
    assert amount(view, at(1)) == 10
    assert amount(orders((1, at(1), None, 1), (1, at(1), at(9), 0), created_timestamp="loaded"), at(1)) == 0


def test_a_later_event_beats_a_later_created_time() -> None:
    view = orders((1, at(1), at(9), 10), (1, at(2), at(1), 20), created_timestamp="loaded")
    assert amount(view, at(3)) == 20


def test_remaining_ties_go_by_value_text_by_bytes_nan_then_null_highest() -> None:
    def best(*values: object) -> Any:
        return amount(orders(*((1, at(1), None, value) for value in values)), at(1))

    assert best("Z", "a", "") == "a"
    assert best("é", "z") == "é"
    assert best("ﬀ", "😀") == "😀"
    assert best(1, 10, 9) == 10
    assert best(10, None) is None
    assert math.isnan(best(math.inf, math.nan))


def test_composite_keys_are_not_concatenated() -> None:
    columns = ("a", "b", "at", "x")
    rows = [dict(zip(columns, row, strict=True)) for row in [("1", "23", at(1), 1), ("12", "3", at(1), 2)]]
    view = View(rows, columns, ("a", "b"), "at")
    assert [as_of(view, {"a": a, "b": b}, at(2)) for a, b in [("1", "23"), ("12", "3"), ("123", "")]] == [*rows, None]


def test_one_view_in_two_roles_keeps_duplicates_and_order() -> None:
    view = orders((1, at(1), None, 10), (2, at(1), None, 20))
    spine = [{"a": 2, "b": 1, "t": at(2)}, {"a": 1, "b": 3, "t": at(2)}, {"a": 2, "b": 1, "t": at(2)}]
    roles = {
        "left": Lookup(view, ("amount",), {"user": "a"}),
        "right": Lookup(view, ("amount",), {"user": "b"}, {"amount": 0}),
    }
    answer = training(spine, "t", "UTC", roles)
    assert [(line["left__amount"], line["right__amount"]) for line in answer] == [(20, 10), (10, 0), (20, 10)]
    assert list(answer[0])[:3] == ["a", "b", "t"]


def test_naive_times_take_their_zone_dates_their_midnight_and_doubtful_clocks_the_later_instant() -> None:
    assert instant(datetime(2024, 7, 1, 8), "America/New_York") == datetime(2024, 7, 1, 12, tzinfo=UTC)
    assert instant(date(2024, 7, 1), "Asia/Kolkata") == datetime(2024, 6, 30, 18, 30, tzinfo=UTC)
    assert instant(datetime(2024, 11, 3, 1, 30), "America/New_York") == datetime(2024, 11, 3, 6, 30, tzinfo=UTC)
    assert instant(datetime(2024, 3, 10, 2, 30), "America/New_York") == datetime(2024, 3, 10, 7, 30, tzinfo=UTC)
    assert instant(None, "UTC") is None


def test_latest_leaves_out_null_keys_and_unknown_rows() -> None:
    view = orders((1, at(1), None, 10), (1, at(2), None, 20), (None, at(1), None, 5), (3, at(9), None, 7))
    assert {entity: row["amount"] for entity, row in latest(view, at(3)).items()} == {(1,): 20}


def test_statuses() -> None:
    view = orders((1, at(1), None, 10), (2, at(1), None, None), ttl=DAY)
    found = [(user, as_of(view, {"user": user}, at(2))) for user in (1, 2, 3)]
    assert [status(view, row, "amount", at(2)) for _, row in found] == ["PRESENT", "NULL_VALUE", "NOT_FOUND"]
    assert status(view, found[0][1], "amount", at(3)) == "OUTSIDE_MAX_AGE"


def test_window_is_open_at_its_far_end_and_needs_rows_to_be_known() -> None:
    view = orders((1, at(1), at(1), 1), (1, at(2), at(2), 2), (1, at(3), at(9), 4), available_at="loaded")
    assert [row["amount"] for row in window(view, {"user": 1}, at(2), DAY)] == [2]
    assert [row["amount"] for row in window(view, {"user": 1}, at(2) - MICROSECOND, DAY)] == [1]
    assert [row["amount"] for row in window(view, {"user": 1}, at(9), None)] == [1, 2, 4]


def test_row_key_lets_a_correction_replace_its_event_and_move_it_out_of_the_window() -> None:
    view = orders(
        (1, at(1), at(1), 1), (1, at(1), at(4), 2), (1, at(2), at(2), 4), available_at="loaded", row_key=("user", "at")
    )
    assert [row["amount"] for row in window(view, {"user": 1}, at(3), None)] == [1, 4]
    assert [row["amount"] for row in window(view, {"user": 1}, at(4), None)] == [2, 4]
    assert [row["amount"] for row in window(view, {"user": 1}, at(4), timedelta(days=2, hours=12))] == [4]


def test_row_key_tells_events_of_one_entity_apart_and_null_is_one_value_of_it() -> None:
    view = orders((1, at(1), None, 1), (1, at(2), None, 2), (2, at(1), None, 4), row_key=("loaded",))
    assert [row["amount"] for row in window(view, {"user": 1}, at(3), None)] == [2]
    assert [row["amount"] for row in window(view, {"user": 1}, at(2), None, strict=True)] == [1]
    assert [row["amount"] for row in window(view, {"user": 2}, at(3), None)] == [4]


def test_an_offset_moves_both_ends_but_not_what_is_known() -> None:
    view = orders((1, at(1), at(1), 1), (1, at(2), at(2), 2), (1, at(3), at(4), 4), available_at="loaded")
    assert [row["amount"] for row in window(view, {"user": 1}, at(3), DAY, offset=DAY)] == [2]
    assert [row["amount"] for row in window(view, {"user": 1}, at(4), DAY, offset=DAY)] == [4]
    assert [row["amount"] for row in window(view, {"user": 1}, at(4) - MICROSECOND, None, offset=DAY)] == [1, 2]


def test_a_strict_window_is_open_at_both_ends() -> None:
    view = orders((1, at(1), at(1), 1), (1, at(2), at(2), 2), (1, at(2), at(3), 4), available_at="loaded")
    assert window(view, {"user": 1}, at(2), DAY, strict=True) == []
    assert [row["amount"] for row in window(view, {"user": 1}, at(2), DAY + MICROSECOND, strict=True)] == [1]
    assert [row["amount"] for row in window(view, {"user": 1}, at(3), DAY, DAY, strict=True)] == []
    assert [row["amount"] for row in window(view, {"user": 1}, at(3), DAY, DAY - MICROSECOND, strict=True)] == [2]


def test_nothing_is_in_a_window_of_no_entity_or_at_no_time() -> None:
    view = orders((None, at(1), None, 10), (1, at(1), None, 20))
    assert window(view, {"user": None}, at(2), None) == []
    assert window(view, {"user": 1}, None, DAY) == []


def test_a_filter_keeps_what_it_is_true_of_after_corrections() -> None:
    view = orders(
        (1, at(1), None, 9), (1, at(2), None, 1), (1, at(2), at(1), None), row_key=("user",), created_timestamp="loaded"
    )
    large = Aggregation("count", None, None, filter=lambda row: None if row["amount"] is None else row["amount"] > 2)
    assert [windowed(view, {"user": 1}, at(d), large) for d in (1, 2)] == [1, 0]


def test_a_training_set_has_windowed_features_where_they_are_asked_for_and_no_ttl_touches_them() -> None:
    view = orders((1, at(1), None, 10), (1, at(2), None, 20), ttl=DAY)
    asked = {"sum": Aggregation("sum", "amount", 9 * DAY), "count": Aggregation("count", None, DAY, offset=2 * DAY)}
    spine = [{"buyer": 1, "t": at(4)}, {"buyer": 7, "t": at(4)}, {"buyer": 1, "t": None}]
    lookups = {"v": Lookup(view, ("sum", "amount", "count"), {"user": "buyer"}, windowed=asked)}
    answer = training(spine, "t", "UTC", lookups)
    assert [(line["v__sum"], line["v__amount"], line["v__count"]) for line in answer] == [
        (30, None, 1),
        (None, None, 0),
        (None, None, 0),
    ]
    assert list(answer[0]) == ["buyer", "t", "v__sum", "v__amount", "v__count", "v__event_timestamp"]
    assert training([{"buyer": 1, "t": at(2)}], "t", "UTC", lookups, strict=True)[0]["v__sum"] == 10


def test_sums_are_exact_and_spreads_are_rounded_once() -> None:
    def of(function: str, *values: Any) -> Any:
        return aggregate(function, [{"x": value} for value in values], "x")

    assert of("sum", 2**62, 2**62, 2**62, 1) == 3 * 2**62 + 1
    assert of("sum", *[Decimal("9999999999999999.99")] * 3, Decimal("0.01")) == Decimal("29999999999999999.98")
    assert of("sum", Decimal(10**37), Decimal("1e-30")) == Decimal("1" + "0" * 37 + "." + "0" * 29 + "1")
    assert of("sum", 1e300, 1.0, -1e300) == 1.0
    assert of("avg", 2**62, 2**62 + 2) == float(2**62 + 1)
    assert of("avg", Decimal("0.10"), Decimal("0.20")) == 0.15
    assert of("variance", 1e16, 1e16 + 2) == 2.0
    assert of("stddev", 1, 3) == math.sqrt(2)
    assert of("variance", 1e300, 0.0) == math.inf
    assert of("stddev", 7) is None


def test_what_is_not_a_number_is_the_greatest_and_one_value() -> None:
    def of(function: str, *values: Any) -> Any:
        return aggregate(function, [{"x": value} for value in values], "x")

    nan, inf = math.nan, math.inf
    assert math.isnan(of("sum", 1.0, nan))
    assert math.isnan(of("sum", inf, -inf))
    assert of("avg", inf, 1.0) == inf
    assert math.isnan(of("stddev", inf, 1.0))
    assert of("min", nan, 1.0) == 1.0
    assert math.isnan(of("max", nan, inf))
    assert of("count_distinct", nan, float("nan"), 0.0, -0.0, None) == 2


def test_first_and_last_take_nulls_and_ties_go_by_rank() -> None:
    view = orders((1, at(1), None, None), (1, at(1), None, 3), (1, at(1), None, 2), (1, at(2), None, None))
    values = {f: windowed(view, {"user": 1}, at(2), Aggregation(f, "amount", None)) for f in ("first", "last")}
    assert values == {"first": 2, "last": None}
    assert windowed(view, {"user": 1}, at(2), Aggregation("last_not_null", "amount", None)) == 3
    assert windowed(view, {"user": 1}, at(2), Aggregation("last_n", "amount", None, n=3)) == [None, None, 3]
    assert windowed(view, {"user": 1}, at(2), Aggregation("last_n", "amount", None, n=9)) == [None, None, 3, 2]
    assert windowed(view, {"user": 2}, at(2), Aggregation("last_n", "amount", None, n=3)) is None


def test_aggregates_of_nothing_and_of_nulls() -> None:
    nothing: list[Row] = []
    assert [aggregate(f, nothing, "x") for f in ("count", "count_distinct", "sum", "avg", "last")] == [
        0,
        0,
        None,
        None,
        None,
    ]
    rows: list[Row] = [{"x": None}, {"x": 2}, {"x": 2}, {"x": None}]
    functions = ("count", "count_distinct", "sum", "avg", "first", "last", "last_not_null", "stddev")
    assert [aggregate(f, rows, "x") for f in functions] == [2, 1, 4, 2, None, None, 2, 0]
    assert aggregate("count", rows) == 4
    assert aggregate("last_n", rows, "x", 3) == [None, 2, 2]


def test_rank_is_total_on_rows_that_differ() -> None:
    view = orders((1, at(1), None, 10), (1, at(1), None, None))
    assert rank(view, view.rows[0]) < rank(view, view.rows[1])


@pytest.mark.parametrize("case", cases())
def test_answers_of_other_implementations(case: Case, tmp_path: Path) -> None:
    spine, views = loaded(case, tmp_path)
    timestamp = case.spec["spine"]["timestamp"]
    roles = {spec["name"]: Lookup(views[spec["name"]], tuple(spec["features"])) for spec in case.spec["views"]}
    answer = training(spine, timestamp, "UTC", roles)
    for line, asked in zip(answer, spine, strict=True):
        for spec in case.spec["views"]:
            view = views[spec["name"]]
            keys = {k: asked[k] for k in view.keys}
            when = instant(asked[timestamp], "UTC")
            aggregations = spec.get("aggregations") or []
            lengths = {wanted["window"] for wanted in aggregations}
            windows = {length: window(view, keys, when, duration(length)) for length in lengths}
            for wanted in aggregations:
                rows = windows[wanted["window"]]
                column = None if wanted.get("column") in (None, "*") else wanted["column"]
                line[f"{spec['name']}__{wanted['name']}"] = aggregate(wanted["function"], rows, column)
    names = list(case.spec["expected"]["columns"])
    table = pa.table({name: [line[name] for line in answer] for name in names})
    pq.write_table(table, tmp_path / "answer.parquet")
    assert case.differences(tmp_path / "answer.parquet") == []


def loaded(case: Case, folder: Path) -> tuple[list[Row], dict[str, View]]:
    """The case's spine and views as rows; keys called as in the spine, the other columns as in the file."""
    writer = module("run")
    connection = duckdb.connect()
    connection.execute("SET TimeZone = 'UTC'")

    def rows(file: str, columns: dict[str, str]) -> list[Row]:
        writer.to_parquet(connection, case.folder / file, columns, folder / "table.parquet")
        found: list[Row] = pq.read_table(folder / "table.parquet").to_pylist()
        return found

    views = {}
    for spec in case.spec["views"]:
        keys = spec["entity_keys"] if isinstance(spec["entity_keys"], dict) else {k: k for k in spec["entity_keys"]}
        given = [{keys.get(c, c): v for c, v in row.items()} for row in rows(spec["file"], spec["columns"])]
        created = spec.get("created_timestamp")
        cutoff = bool(spec.get("created_cutoff"))
        views[spec["name"]] = View(
            rows=given,
            columns=tuple(keys.get(c, c) for c in spec["columns"]),
            keys=tuple(keys.values()),
            timestamp=spec["timestamp"],
            available_at=created if cutoff else None,
            created_timestamp=None if cutoff else created,
            ttl=duration(spec["ttl"]) if spec.get("ttl") else None,
        )
    return rows(case.spec["spine"]["file"], case.spec["spine"]["columns"]), views


def duration(text: str) -> timedelta | None:
    """A length such as ``7d``; None for a lifetime."""
    if text == "lifetime":
        return None
    units = {"us": 1, "ms": 1e3, "s": 1e6, "min": 60e6, "h": 3600e6, "d": 86400e6, "w": 604800e6}
    digits = text.rstrip("abcdefghijklmnopqrstuvwxyz")
    return timedelta(microseconds=int(digits) * units[text[len(digits) :]])
