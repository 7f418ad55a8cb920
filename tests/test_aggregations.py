"""What analysis makes of the aggregations of a header: filters, types, names."""

import json

import pytest

from featurec.analysis.model import AnalyzedView
from featurec.diagnostic import Diagnostic
from tests.shop import analyzed, place, view

SQL = 'SELECT user_id, created_at, amount, status, tags, info, order_id AS "Order No" FROM orders'


def filtered(condition: str, dialect: str = "duckdb") -> tuple[AnalyzedView | None, list[Diagnostic]]:
    """A view of orders with one filtered count, and what is found."""
    aggregation = f"{{function: count, windows: [7d], name: some, filter: {json.dumps(condition)}}}"
    header = f"dialect: {dialect}\naggregations:\n  - {aggregation}"
    result, findings = analyzed(
        {"features/v.sql": view(SQL.replace('"', "`") if dialect == "spark" else SQL, header=header)}
    )
    return result.views.get("v"), findings


class TestFilters:
    @pytest.mark.parametrize(
        ("condition", "checked"),
        [
            ("status = 'paid'", "\"status\" = 'paid'"),
            ("STATUS = 'paid' AND amount > 3 -- large", '"status" = \'paid\' AND "amount" > 3'),
            ("v.status = 'paid'", "\"status\" = 'paid'"),
            ('"order no" > 3', '"Order No" > 3'),
            ("info.a > 1", '"info"."a" > 1'),
            ("created_at < TIMESTAMP '2024-01-01'", "\"created_at\" < CAST('2024-01-01' AS TIMESTAMP)"),
            ("CAST(status AS boolean)", 'CAST("status" AS BOOLEAN)'),
        ],
    )
    def test_columns_are_resolved_and_stand_without_a_table(self, condition: str, checked: str) -> None:
        found, findings = filtered(condition)
        assert findings == []
        assert found is not None
        assert found.filters == {condition: checked}

    @pytest.mark.parametrize(
        ("dialect", "condition", "checked"),
        [
            ("postgres", "STATUS = 'a'", "\"status\" = 'a'"),
            ("spark", "STATUS = 'a' AND `order no` > 2", "`status` = 'a' AND `Order No` > 2"),
        ],
    )
    def test_names_fold_as_the_dialect_folds_them(self, dialect: str, condition: str, checked: str) -> None:
        found, findings = filtered(condition, dialect)
        assert findings == []
        assert found is not None
        assert found.filters == {condition: checked}

    @pytest.mark.parametrize(
        ("condition", "code", "at"),
        [
            ("stauts = 'paid'", "FC204", "stauts"),
            ("some_7d > 3", "FC204", "some_7d"),
            ("v IS NOT NULL", "FC204", "v"),
            ("__fc_event > created_at", "FC206", "__fc_event"),
            ("amount", "FC403", '"amount"'),
            ("amount > 1) AS x, (amount", "FC403", '"amount > 1) AS x, (amount"'),
            ("(SELECT true)", "FC403", '"(SELECT true)"'),
            ("status IN (SELECT status FROM orders)", "FC403", "status"),
            ("amount > avg(amount)", "FC403", "avg"),
            ("histogram(amount) IS NULL", "FC403", "histogram"),
            ("lag(amount) OVER () > 1", "FC403", "lag"),
            ("unnest(tags) = 'x'", "FC403", "unnest"),
            ("COLUMNS('a') > 1", "FC403", "COLUMNS"),
            ("amount > 1; DROP TABLE x", "FC172", "DROP"),
            ("amount >", "FC171", '"amount >"'),
            ("amount > $1", "FC807", "$"),
            ("getenv('HOME') = status", "FC802", "getenv"),
            ("amount > {{ var('x') }}", "FC154", "\"amount > {{ var('x') }}\""),
        ],
    )
    def test_what_is_no_condition_on_one_row(self, condition: str, code: str, at: str) -> None:
        found, findings = filtered(condition)
        assert found is None
        assert [(d.code, place(d)) for d in findings] == [(code, at)]

    @pytest.mark.parametrize(
        ("condition", "code", "at"),
        [
            ("created_at > now() - INTERVAL 1 DAY", "FC304", "now"),
            ("created_at > current_date", "FC304", "current_date"),
            ("random() > 0.5", "FC312", "random"),
            ("uuid() IS NOT NULL", "FC312", "uuid"),
            ("my_function(amount) > 1", "FC399", "my_function"),
        ],
    )
    def test_time_is_checked(self, condition: str, code: str, at: str) -> None:
        found, findings = filtered(condition)
        assert found is not None
        assert [(d.code, place(d)) for d in findings] == [(code, at)]

    def test_a_misspelled_column_is_suggested(self) -> None:
        (finding,) = filtered("stauts = 'paid'")[1]
        assert finding.fix.startswith("did you mean `status`")

    def test_one_mistake_in_a_filter_used_twice_is_one_finding(self) -> None:
        aggregations = "".join(
            f"\n  - {{function: {function}, column: amount, windows: [1d], name: {function}_, filter: sttaus = 'x'}}"
            for function in ("sum", "avg")
        )
        findings = analyzed({"features/v.sql": view(SQL, header=f"aggregations:{aggregations}")})[1]
        assert [(d.code, place(d)) for d in findings] == [("FC204", "sttaus")]
