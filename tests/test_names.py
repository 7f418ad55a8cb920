"""Names of relations and columns: what they mean, and what is said where they mean nothing."""

from featurec.spec import Column
from tests.shop import FILES, analyzed, analyzed_view, findings_of, of_sql, only, place, view


class TestNames:
    def test_source_ref_and_plain_names_are_the_same_relation(self) -> None:
        first, second, third = (
            analyzed_view(f"SELECT user_id, created_at FROM {name}")
            for name in ("{{ source('shop', 'orders') }}", "shop.orders", "orders")
        )
        assert first.relations == second.relations == third.relations == ("source.shop.orders",)
        assert first.resolved_sql == second.resolved_sql == third.resolved_sql
        assert first.resolved_sql == 'SELECT user_id, created_at FROM "__fc"."source.shop.orders" AS orders'

    def test_a_prefix_of_source_and_table_still_works(self) -> None:
        found = analyzed_view(
            "SELECT shop.orders.user_id, orders.created_at FROM shop.orders WHERE shop.orders.amount > 1"
        )
        assert [column.name for column in found.columns] == ["user_id", "created_at"]

    def test_physical_names_are_understood(self) -> None:
        sources = FILES["sources.yml"].replace("  shop:\n", "  shop:\n    schema: raw_shop\n")
        files = {"sources.yml": sources, "features/v.sql": view("SELECT user_id, created_at FROM raw_shop.orders")}
        assert findings_of(files) == []

    def test_unknown_relation(self) -> None:
        found = of_sql("SELECT user_id, created_at FROM shop.order")
        assert (found.code, place(found)) == ("FC201", "shop.order")
        assert found.claim == "there is no relation `shop.order`"
        assert "did you mean `shop.orders`" in found.fix

    def test_all_unknown_relations_at_once(self) -> None:
        sql = "SELECT user_id, created_at FROM a JOIN b USING (user_id) WHERE user_id IN (SELECT user_id FROM c)"
        found = findings_of({"features/v.sql": view(sql)})
        assert [(d.code, place(d)) for d in found] == [("FC201", "a"), ("FC201", "b"), ("FC201", "c")]

    def test_a_cte_does_not_see_itself_or_later_ones(self) -> None:
        assert analyzed_view("WITH orders AS (SELECT * FROM orders) SELECT user_id, created_at FROM orders")
        found = of_sql("WITH a AS (SELECT * FROM b), b AS (SELECT * FROM orders) SELECT user_id, created_at FROM a")
        assert (found.code, place(found)) == ("FC201", "b")

    def test_a_cte_ends_with_its_query(self) -> None:
        sql = "SELECT user_id, created_at FROM (WITH x AS (SELECT * FROM orders) SELECT * FROM x) JOIN x ON true"
        found = of_sql(sql)
        assert (found.code, place(found)) == ("FC201", "x")

    def test_a_recursive_cte_sees_itself(self) -> None:
        sql = "WITH RECURSIVE r AS (SELECT user_id, created_at FROM orders UNION ALL SELECT * FROM r) SELECT * FROM r"
        assert analyzed_view(sql).relations == ("source.shop.orders",)

    def test_an_ambiguous_bare_name(self) -> None:
        sources = FILES["sources.yml"] + "      orders: {columns: {user_id: bigint, at: timestamp}, timestamp: at}\n"
        found = only({"sources.yml": sources, "features/v.sql": view("SELECT user_id, created_at FROM orders")})
        assert (found.code, place(found)) == ("FC202", "orders")
        assert "{{ source('shop', 'orders') }}" in found.fix
        assert "{{ source('log', 'orders') }}" in found.fix

    def test_a_view_that_reads_a_table_of_its_own_name(self) -> None:
        result, findings = analyzed({"features/orders.sql": view("SELECT user_id, created_at FROM orders")})
        assert findings == []
        assert result.views["orders"].relations == ("source.shop.orders",)

    def test_a_bare_name_of_a_view_and_a_table(self) -> None:
        files = {
            "features/orders.sql": view("SELECT user_id, created_at FROM orders"),
            "features/v.sql": view("SELECT user_id, created_at FROM orders"),
        }
        found = only(files)
        assert found.code == "FC202"
        assert "{{ ref('orders') }}" in found.fix

    def test_reserved_names(self) -> None:
        sql = (
            "WITH __fc_x AS (SELECT * FROM orders) SELECT user_id, created_at, amount AS __FC_at FROM __fc_x AS __fc_y"
        )
        found = findings_of({"features/v.sql": view(sql)})
        assert {d.code for d in found} == {"FC206"}
        assert {place(d) for d in found} == {"__fc_x", "__FC_at", "__fc_y"}


class TestColumns:
    def test_unknown_columns_all_at_once_with_their_places(self) -> None:
        sql = "SELECT user_id, created_at, amuont,\n  o.statsu FROM orders AS o\nWHERE item = 1 ORDER BY wrong"
        found = findings_of({"features/v.sql": view(sql)})
        assert [(d.code, place(d)) for d in found] == [("FC204", n) for n in ("amuont", "statsu", "item", "wrong")]
        assert found[0].span is not None
        assert found[0].span.path == "features/v.sql"
        assert "did you mean `amount`?" in found[0].fix
        assert "did you mean `status`" in found[1].fix

    def test_in_every_kind_of_place(self) -> None:
        for sql in (
            "SELECT user_id, created_at FROM orders JOIN items ON nope = 1",
            "SELECT user_id, created_at FROM orders JOIN items USING (nope)",
            "SELECT user_id, created_at, sum(amount) OVER (PARTITION BY nope) AS s FROM orders",
            "SELECT user_id, created_at FROM orders WHERE EXISTS (SELECT 1 FROM items WHERE nope = 1)",
            "SELECT user_id, created_at FROM orders QUALIFY rank() OVER (ORDER BY nope) = 1",
            "WITH c AS (SELECT nope FROM orders) SELECT user_id, created_at FROM orders",
            "SELECT user_id, created_at FROM orders UNION SELECT user_id, nope FROM users",
            "SELECT user_id, created_at FROM orders GROUP BY nope, user_id, created_at",
            "SELECT user_id, created_at FROM orders, LATERAL (SELECT nope) l",
            "SELECT nope.user_id, created_at FROM orders",
        ):
            found = of_sql(sql)
            assert (found.code, place(found)) == ("FC204", "nope"), sql

    def test_ambiguous(self) -> None:
        found = of_sql("SELECT user_id, created_at FROM orders o JOIN users u ON u.user_id = o.user_id")
        assert (found.code, place(found)) == ("FC205", "user_id")
        assert "`o.user_id`" in found.fix

    def test_an_alias_does_not_settle_what_is_ambiguous(self) -> None:
        both = "FROM orders o JOIN users u ON u.user_id = o.user_id"
        for rest in (f"count(*) OVER (PARTITION BY user_id) AS n {both}", f"user_id + 1 AS n {both}"):
            found = of_sql(f"SELECT o.user_id, o.created_at, {rest}")
            assert (found.code, place(found)) == ("FC205", "user_id")
        found = of_sql(f"SELECT o.user_id, max(o.created_at) AS created_at {both} GROUP BY user_id")
        assert (found.code, place(found)) == ("FC205", "user_id")

    def test_an_alias_is_what_order_by_means(self) -> None:
        both = "FROM orders o JOIN users u ON u.user_id = o.user_id"
        assert analyzed_view(f"SELECT o.user_id, o.created_at {both} ORDER BY user_id LIMIT 3")
        assert analyzed_view(f"SELECT DISTINCT ON (user_id) o.user_id, o.created_at {both}")

    def test_duplicate_alias(self) -> None:
        found = of_sql("SELECT orders.user_id, orders.created_at FROM orders, orders")
        assert found.code == "FC208"

    def test_uneven_union(self) -> None:
        found = of_sql("SELECT user_id, created_at FROM orders UNION ALL SELECT user_id, signup_at, 1 FROM users")
        assert (found.code, found.claim) == ("FC209", "the sides of UNION have 2 and 3 columns")

    def test_case_folds_as_the_dialect_does(self) -> None:
        sources = FILES["sources.yml"].replace("country:", "Country:")
        sql = "SELECT user_id, signup_at AS created_at, {name} AS c FROM users"
        for dialect, name, passes in (
            ("duckdb", "COUNTRY", True),
            ("duckdb", '"country"', True),
            ("postgres", '"Country"', True),
            ("postgres", "Country", False),
            ("spark", "country", True),
            ("clickhouse", "Country", True),
            ("clickhouse", "country", False),
        ):
            text = view(sql.format(name=name), header=f"dialect: {dialect}")
            found = findings_of({"sources.yml": sources, "features/v.sql": text})
            assert [d.code for d in found] == ([] if passes else ["FC204"]), (dialect, name)

    def test_outputs_keep_their_spelling(self) -> None:
        found = analyzed_view(
            'SELECT USER_ID AS User_Id, created_at, amount AS "with space", order_id AS Été FROM orders'
        )
        assert [column.name for column in found.columns] == ["User_Id", "created_at", "with space", "Été"]
        found = analyzed_view("SELECT player.* FROM (SELECT user_id AS User_Id, created_at FROM orders) AS player")
        assert [column.name for column in found.columns] == ["User_Id", "created_at"]
        found = analyzed_view("SELECT User_Id, Created_At AS created_at FROM orders", dialect="snowflake")
        assert [column.name for column in found.columns] == ["user_id", "created_at"]

    def test_asof_using_keeps_its_inequality(self) -> None:
        sql = (
            "SELECT user_id, created_at, country FROM orders ASOF JOIN "
            "(SELECT user_id, signup_at AS created_at, country FROM users) u USING (user_id, created_at)"
        )
        found = analyzed_view(sql)
        assert '"orders"."created_at" >= "u"."created_at"' in found.qualified_sql
        assert {e.column for e in found.lineage.columns["created_at"]} == {"created_at"}

    def test_unnamed_outputs_get_a_name(self) -> None:
        found = analyzed_view("SELECT user_id, max(created_at) AS created_at, count(*) FROM orders GROUP BY 1")
        assert found.columns[2] == Column("_col_2", "bigint")
        assert "AS _col_2" in found.resolved_sql
