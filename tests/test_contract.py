"""What a header promises and the SELECT keeps: columns, types, time zones."""

import pytest

from featurec.spec import Column
from tests.findings import without_time
from tests.shop import analyzed, analyzed_view, findings_of, of_sql, place, view


class TestContract:
    def test_everything_that_the_header_names(self) -> None:
        header = (
            "available_at: known_at\ncreated_timestamp: inserted_at\nrow_key: [order_no]\n"
            "features: {f: {type: double}}\naggregations:\n  - {function: sum, column: total, windows: [1d]}"
        )
        found = findings_of({"features/v.sql": view("SELECT amount FROM orders", header=header, timestamp="ts")})
        assert {d.code for d in found} == {"FC210"}
        missing = ["user_id", "ts", "known_at", "inserted_at", "order_no", "f", "total"]
        assert sorted(d.claim for d in found) == sorted(f"the SELECT does not output `{name}`" for name in missing)

    def test_the_place_is_the_header(self) -> None:
        found = of_sql("SELECT user_id, created_at FROM orders", header="features: {amount: {type: double}}")
        assert place(found) == "amount"

    def test_names_without_case(self) -> None:
        header = "features: {AMOUNT: {type: double}}"
        assert (
            findings_of({"features/v.sql": view("SELECT user_id, created_at, amount FROM orders", header=header)}) == []
        )

    def test_duplicates_without_case(self) -> None:
        found = of_sql('SELECT user_id, created_at, amount AS a, order_id AS "A" FROM orders')
        assert (found.code, place(found)) == ("FC211", '"A"')

    def test_long_names_in_bytes(self) -> None:
        assert of_sql(f'SELECT user_id, created_at, amount AS "{"é" * 32}" FROM orders').code == "FC212"
        assert analyzed_view(f'SELECT user_id, created_at, amount AS "{"é" * 31}x" FROM orders')

    @pytest.mark.parametrize(
        ("expression", "declared", "passes"),
        [
            ("order_id", "integer", True),
            ("order_id", "double", True),
            ("order_id", "varchar", False),
            ("status", "bigint", False),
            ("amount", "bigint", False),
            ("amount", "decimal(18,2)", True),
            ("amount > 1", "boolean", True),
            ("amount > 1", "integer", False),
            ("count(*)", "integer", True),
            ("count(*)", "varchar", False),
            ("sum(order_id)", "bigint", True),
            ("sum(amount)", "varchar", False),
            ("CAST(status AS bigint)", "bigint", True),
            ("max(created_at)", "date", False),
            ("max(created_at)", "timestamp", True),
            ("max(created_at)::date", "timestamp", True),
            ("some_function(order_id)", "varchar", True),
            ("list(order_id)", "bigint[]", True),
            ("extract(epoch FROM max(created_at)) / 3600", "double", True),
            ("max(created_at) - min(created_at)", "interval", True),
            ("round(avg(amount))", "bigint", False),
            ("NULL", "bigint", True),
        ],
    )
    def test_types(self, expression: str, declared: str, passes: bool) -> None:
        group = (
            " GROUP BY user_id" if "(" in expression and "CAST" not in expression and "some" not in expression else ""
        )
        stamp = "max(created_at) AS created_at" if group else "created_at"
        text = view(
            f"SELECT user_id, {stamp}, {expression} AS f FROM orders{group}",
            header=f"features: {{f: {{type: '{declared}'}}}}",
        )
        found = without_time(findings_of({"features/v.sql": text}))
        assert [d.code for d in found] == ([] if passes else ["FC213"])

    def test_key_types(self) -> None:
        found = of_sql("SELECT status AS user_id, created_at FROM orders")
        assert (found.code, place(found)) == ("FC213", "user")
        assert found.labels[0].span.text == "user_id"

    def test_declared_types_hold(self) -> None:
        found = analyzed_view(
            "SELECT user_id, created_at, sum(order_id) OVER () AS f, amount AS g FROM orders",
            header="features: {f: {type: INT}}",
        )
        assert found.columns[2:] == (Column("f", "integer"), Column("g", "double"))
        assert found.inferred == {"user_id": "bigint", "created_at": "timestamp", "f": None, "g": "double"}

    def test_a_time_of_unknown_type(self) -> None:
        found = of_sql("SELECT user_id, my_function(amount) AS at FROM orders", timestamp="at")
        assert (found.code, place(found)) == ("FC214", "at")
        assert "CAST(… AS timestamp) AS at" in found.fix
        assert analyzed_view("SELECT user_id, CAST(my_function(amount) AS timestamp) AS at FROM orders", timestamp="at")

    def test_a_time_that_is_none(self) -> None:
        assert of_sql("SELECT user_id, amount AS at FROM orders", timestamp="at").code == "FC214"

    def test_unknown_entity(self) -> None:
        found = of_sql("SELECT user_id, created_at FROM orders", entities="usr")
        assert (found.code, place(found)) == ("FC218", "usr")
        assert "did you mean `user`?" in found.fix

    def test_a_spine(self) -> None:
        text = view("SELECT created_at FROM orders", header="labels: [big]")
        found = findings_of({"spines/s.sql": text})
        assert [d.code for d in found] == ["FC210", "FC210"]
        result, findings = analyzed(
            {"spines/s.sql": view("SELECT user_id, created_at, amount > 1 AS big FROM orders", header="labels: [big]")}
        )
        assert findings == []
        assert result.spines["s"].columns[2] == Column("big", "boolean")


class TestZones:
    def zones(self, sql: str, timestamp: str = "at") -> dict[str, str]:
        return dict(analyzed_view(sql, timestamp=timestamp).zones)

    def test_by_lineage(self) -> None:
        assert self.zones("SELECT user_id, at FROM clicks") == {"at": "Europe/Berlin"}
        assert (
            self.zones("SELECT user_id, date_trunc('day', at) + INTERVAL 1 DAY AS at FROM clicks")["at"]
            == "Europe/Berlin"
        )
        assert self.zones("SELECT user_id, max(day) AS at FROM clicks GROUP BY 1")["at"] == "Europe/Berlin"
        assert self.zones("SELECT user_id, strptime(url, '%Y') AS at FROM clicks")["at"] == "Europe/Berlin"
        assert self.zones("SELECT user_id, created_at AS at FROM orders")["at"] == "UTC"

    def test_an_instant_has_none(self) -> None:
        assert self.zones("SELECT user_id, seen AS at FROM clicks") == {}

    def test_an_instant_that_was_made_naive_is_in_utc(self) -> None:
        assert self.zones("SELECT user_id, seen::timestamp AS at FROM clicks")["at"] == "UTC"

    def test_a_constant_is_in_the_zone_of_the_project(self) -> None:
        files = {
            "featurec.yml": "name: shop\ntimezone: Asia/Tokyo\n",
            "features/v.sql": view("SELECT user_id, TIMESTAMP '2024-01-01' AS at FROM clicks", timestamp="at"),
        }
        assert analyzed(files)[0].views["v"].zones["at"] == "Asia/Tokyo"

    def test_conditions_do_not_count(self) -> None:
        sql = "SELECT c.user_id, CASE WHEN o.created_at > c.at THEN c.at END AS at FROM clicks c JOIN orders o USING (user_id)"
        assert self.zones(sql)["at"] == "Europe/Berlin"

    @pytest.mark.parametrize(
        "sql",
        [
            "SELECT user_id, at FROM clicks UNION ALL SELECT user_id, created_at FROM orders",
            "SELECT c.user_id, greatest(c.at, o.created_at) AS at FROM clicks c JOIN orders o USING (user_id)",
            "SELECT c.user_id, coalesce(c.at, c.seen::timestamp) AS at FROM clicks c",
        ],
    )
    def test_two_zones_meeting(self, sql: str) -> None:
        found = of_sql(sql, timestamp="at")
        assert (found.code, place(found)) == ("FC215", "at")
        assert "`Europe/Berlin`" in found.cause
        assert "`UTC`" in found.cause

    def test_through_views(self) -> None:
        files = {
            "features/a.sql": view("SELECT user_id, at, day AS other FROM clicks", timestamp="at"),
            "features/b.sql": view("SELECT user_id, other FROM {{ ref('a') }}", timestamp="other"),
        }
        assert analyzed(files)[0].views["b"].zones["other"] == "Europe/Berlin"

    def test_mixed_in_a_view_and_used_below_it(self) -> None:
        mixed = "SELECT user_id, at, at AS other FROM clicks UNION ALL SELECT user_id, seen::timestamp, seen::timestamp"
        a = view(
            f"SELECT user_id, other, CAST(at AS timestamp) AT TIME ZONE 'UTC' AS at FROM ({mixed} FROM clicks)",
            timestamp="at",
        )
        b = view("SELECT user_id, other FROM {{ ref('a') }}", timestamp="other")
        (found,) = without_time(findings_of({"features/a.sql": a, "features/b.sql": b}))
        assert found.code == "FC215"
        assert found.span is not None
        assert found.span.path == "features/b.sql"
