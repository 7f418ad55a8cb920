"""What the SELECT of an on-demand view may be, and which features it may read."""

import pytest

from featurec.diagnostic import Diagnostic
from tests.shop import analyzed, view

SPEND = view(
    "SELECT user_id, created_at, amount, item_id FROM orders",
    header="features: {amount: double}\naggregations:\n  - {function: count, windows: [7d]}",
)
HEADER = "entities: [user]\ninputs: {basket: double, tags: 'varchar[]'}\nfeatures: {ratio: double}"


def found(select: str, header: str = HEADER, **files: str) -> list[Diagnostic]:
    """What is found in an on-demand view beside a view of rows."""
    text = f"/*---\n{header}\n---*/\nSELECT {select}\n"
    others = {f"features/{name}.sql": sql for name, sql in files.items()}
    return analyzed({"features/spend.sql": SPEND, "features/ratio.sql": text, **others})[1]


class TestTheSelect:
    @pytest.mark.parametrize(
        "select",
        [
            "{{ input('basket') }} / {{ feature('spend:amount') }} AS ratio",
            "{{ input('basket') }} / {{ feature('spend:COUNT_7D') }} AS ratio",
            "len(list_transform({{ input('tags') }}, x -> x || 'a')) AS ratio",
            "CASE WHEN {{ input('basket') }} IN (1, 2) THEN 1.0 END AS ratio",
            "1.0 AS ratio",
        ],
    )
    def test_is_expressions_of_inputs_and_features(self, select: str) -> None:
        assert found(select) == []

    @pytest.mark.parametrize(
        ("select", "at", "cause"),
        [
            ("sum({{ input('basket') }}) AS ratio", "sum", "an aggregate looks at many rows"),
            ("count(*) AS ratio", "count", "an aggregate looks at many rows"),
            ("1 + row_number() OVER () AS ratio", "row_number", "a window looks at other rows"),
            ("1 + (SELECT 1) AS ratio", "1)", "a subquery reads rows"),
            ("EXISTS (SELECT 1 FROM orders) AS ratio", "", "a subquery reads rows"),
            ("{{ input('basket') }} IN (SELECT amount FROM orders) AS ratio", "", "a subquery reads rows"),
            ("unnest([1]) AS ratio", "unnest", "it returns rows"),
            ("*", "*", "there are no columns that a star could stand for"),
            ("1.0 AS half, half * 2 AS ratio", "half *", "`half` is an output of the same SELECT"),
            ("DISTINCT 1.0 AS ratio", "", "it has DISTINCT"),
            ("1.0 AS ratio FROM orders", "orders", "it has FROM"),
            ("1.0 AS ratio WHERE true", "", "it has WHERE"),
            ("1.0 AS ratio ORDER BY 1", "", "it has ORDER BY"),
            ("1.0 AS ratio LIMIT 1", "", "it has LIMIT"),
            ("1.0 AS ratio UNION ALL SELECT 2.0", "", "it combines several SELECTs"),
        ],
    )
    def test_is_no_more_than_that(self, select: str, at: str, cause: str) -> None:
        (finding,) = found(select)
        assert (finding.code, finding.claim) == ("FC411", "the on-demand view `ratio` is more than expressions")
        assert finding.cause.startswith(cause)
        assert finding.fix
        assert finding.span is not None
        assert finding.span.file.text[finding.span.start :].startswith(at)

    def test_all_that_is_wrong_is_told_at_once(self) -> None:
        causes = [d.cause for d in found("sum(1) AS ratio, unnest([1]) AS b FROM orders WHERE amount > 1 LIMIT 1")]
        assert [cause.split(",")[0] for cause in causes] == [
            "an aggregate looks at many rows",
            "it returns rows",
            "it has FROM",
            "it has WHERE",
            "it has LIMIT",
        ]

    @pytest.mark.parametrize(
        ("select", "code"),
        [
            ("epoch({{ input('basket') }}::int::timestamp - now()) AS ratio", "FC304"),
            ("random() AS ratio", "FC312"),
            ("basket AS ratio", "FC204"),
            ("{{ input('baskett') }} AS ratio", "FC157"),
            ("{{ feature('spent:amount') }} AS ratio", "FC216"),
            ("{{ feature('spend:amuont') }} AS ratio", "FC216"),
            ("'text' AS ratio", "FC213"),
            ("1.0 AS rato", "FC210"),
        ],
    )
    def test_is_checked_as_every_select(self, select: str, code: str) -> None:
        assert [d.code for d in found(select)] == [code]

    def test_a_clock_becomes_an_input(self) -> None:
        (clock,) = found("epoch({{ input('basket') }}::int::timestamp - now()) AS ratio")
        assert clock.claim == "`now()` is the time at which the query runs, not that of the request"
        assert clock.fix == (
            "make it an input: `asked_at: timestamptz` under `inputs`, and `{{ input('asked_at') }}` in place of `now()`"
        )
        (today,) = found("date_diff('day', {{ input('basket') }}::int::timestamp, current_date) AS ratio")
        assert "`asked_on: date` under `inputs`, and `{{ input('asked_on') }}` in place of `current_date`" in today.fix
        (chance,) = found("random() AS ratio")
        assert chance.fix == "hash a key in place of it: `hash({{ input('basket') }})`"


class TestReach:
    def test_only_what_a_request_can_be_answered_with_is_read(self) -> None:
        (undeclared,) = found("{{ feature('spend:item_id') }} AS ratio")
        (unkeyed,) = found(
            "{{ feature('spend:amount') }} AS ratio", HEADER.replace("entities: [user]", "entities: [item]")
        )
        hidden = SPEND.replace("features:", "online: false\nfeatures:")
        (offline,) = found("{{ feature('hidden:amount') }} AS ratio", hidden=hidden)
        again = f"/*---\n{HEADER}\n---*/\nSELECT {{{{ input('basket') }}}} AS ratio\n"
        (chained,) = found("{{ feature('again:ratio') }} AS ratio", again=again)
        assert [d.code for d in (undeclared, unkeyed, offline, chained)] == ["FC412"] * 4
        assert "does not declare it" in undeclared.cause
        assert "accepted: amount, count_7d" in undeclared.fix
        assert unkeyed.cause == "`spend` is keyed by `user`, and `ratio` is not"
        assert unkeyed.fix == "declare `entities: [item, user]` in its header"
        assert "online: false" in offline.cause
        assert "on-demand view itself" in chained.cause
        assert undeclared.span is not None
        assert undeclared.span.text == "spend:item_id"

    def test_a_view_that_stays_offline_may_read_one_that_does(self) -> None:
        hidden = SPEND.replace("features:", "online: false\nfeatures:")
        assert found("{{ feature('hidden:amount') }} AS ratio", f"online: false\n{HEADER}", hidden=hidden) == []


def test_keys_that_only_rows_could_follow_are_refused() -> None:
    found_in = found("1.0 AS ratio", f"ttl: 1d\nschedule: '@daily'\ntimestamp: at\n{HEADER}")
    assert sorted((d.code, d.claim) for d in found_in if d.code == "FC110") == [
        ("FC110", "`schedule` contradicts `inputs`"),
        ("FC110", "`timestamp` contradicts `inputs`"),
        ("FC110", "`ttl` contradicts `inputs`"),
    ]
