"""What each column of a view is of those below it."""

import pytest

from featurec.column_lineage import Influence, online_lineage, table_lineage
from tests.shop import analyzed, view


class TestColumns:
    @staticmethod
    def kinds(sql: str, column: str) -> set[tuple[str, str]]:
        project, _ = analyzed({"features/v.sql": view(sql)})
        return {(i.column, i.kind) for i in table_lineage(project.views["v"]).columns[column]}

    @pytest.mark.parametrize(
        ("expression", "expected"),
        [
            ("amount", {("amount", "IDENTITY")}),
            ("(amount)", {("amount", "IDENTITY")}),
            ("amount + 1", {("amount", "TRANSFORMATION")}),
            ("CAST(amount AS INTEGER)", {("amount", "TRANSFORMATION")}),
            ("coalesce(amount, item_id)", {("amount", "TRANSFORMATION"), ("item_id", "TRANSFORMATION")}),
            ("1", set()),
            (
                "sum(amount) OVER (PARTITION BY user_id ORDER BY created_at, order_id)",
                {("amount", "AGGREGATION"), ("user_id", "WINDOW"), ("created_at", "WINDOW"), ("order_id", "WINDOW")},
            ),
        ],
    )
    def test_expressions(self, expression: str, expected: set[tuple[str, str]]) -> None:
        sql = f"SELECT user_id, created_at, {expression} AS x FROM {{{{ source('shop', 'orders') }}}}"
        assert self.kinds(sql, "x") == expected

    def test_through_a_cte(self) -> None:
        sql = """WITH a AS (SELECT user_id, created_at, amount AS b, 2 * amount AS c FROM {{ source('shop', 'orders') }})
        SELECT user_id, created_at, b AS x, c AS y FROM a"""
        assert self.kinds(sql, "x") == {("amount", "IDENTITY")}
        assert self.kinds(sql, "y") == {("amount", "TRANSFORMATION")}

    def test_the_worse_branch_of_a_union(self) -> None:
        sql = """SELECT user_id, created_at, amount AS x, amount AS y FROM {{ source('shop', 'orders') }}
        UNION ALL SELECT user_id, created_at, amount, -amount FROM {{ source('shop', 'orders') }}"""
        assert self.kinds(sql, "x") == {("amount", "IDENTITY")}
        assert self.kinds(sql, "y") == {("amount", "TRANSFORMATION")}

    def test_what_decides_the_rows(self) -> None:
        sql = """SELECT o.user_id, o.created_at, o.amount FROM {{ source('shop', 'orders') }} AS o
        JOIN {{ source('shop', 'items') }} AS i ON i.item_id = o.item_id WHERE o.status = 'paid'"""
        project, _ = analyzed({"features/v.sql": view(sql)})
        assert set(table_lineage(project.views["v"]).rows) == {
            Influence("source.shop.orders", "status", "FILTER"),
            Influence("source.shop.orders", "item_id", "JOIN"),
            Influence("source.shop.items", "item_id", "JOIN"),
        }

    def test_many_ctes_that_read_each_other_twice(self) -> None:
        """Each is looked at once: looking again at every mention would take 2^40 steps."""
        ctes = ["c0 AS (SELECT user_id, created_at, amount FROM {{ source('shop', 'orders') }})"]
        ctes += [f"c{n} AS (SELECT user_id, created_at, amount + amount AS amount FROM c{n - 1})" for n in range(1, 41)]
        sql = f"WITH {', '.join(ctes)} SELECT user_id, created_at, amount FROM c40"
        assert self.kinds(sql, "amount") == {("amount", "TRANSFORMATION")}

    def test_online_rows(self) -> None:
        header = "features: {amount: {type: double}}\naggregations:\n  - {function: sum, column: amount, windows: [1d]}"
        project, _ = analyzed({"features/v.sql": view("SELECT user_id, created_at, amount FROM orders", header=header)})
        lineage = online_lineage(project, "v")
        assert list(lineage.columns) == ["user_id", "amount", "amount_sum_1d"]
        assert lineage.columns["amount"] == (Influence("view.v", "amount", "IDENTITY"),)
        assert Influence("view.v", "amount", "AGGREGATION") in lineage.columns["amount_sum_1d"]
        assert set(lineage.rows) == {
            Influence("view.v", "user_id", "GROUP_BY"),
            Influence("view.v", "created_at", "SORT"),
        }
