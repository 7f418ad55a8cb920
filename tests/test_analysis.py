"""Names, graph, contract, types, zones and fingerprints; and SQL of six dialects that must pass."""

import re
from pathlib import Path

import duckdb
import pytest

from featurec.analysis.model import AnalyzedView
from featurec.diagnostic import Diagnostic
from featurec.spec import Column
from tests.shop import FILES, analyzed, analyzed_view, findings_of, view

LEGAL = Path(__file__).parent / "legal_sql"
EVENTS = """
sources:
  raw:
    tables:
      events:
        columns:
          user_id: bigint
          ts: timestamp
          amount: double
          qty: integer
          kind: varchar
          tags: varchar[]
          items: "struct(sku varchar, price double)[]"
          payload: json
          day: date
          at: timestamptz
          info: struct(a integer, b varchar)
        timestamp: ts
      users: {columns: {user_id: bigint, country: varchar, signup: timestamp, valid_to: timestamp}, timestamp: signup}
      prices: {columns: {kind: varchar, price: double, published: timestamp}, timestamp: published}
"""


def legal() -> list[tuple[str, str, str]]:
    """Dialect, title and SQL of every statement in ``legal_sql/``."""
    found = []
    for file in sorted(LEGAL.glob("*.sql")):
        for statement in re.split(r";\n", file.read_text()):
            title, _, sql = statement.strip().partition("\n")
            if sql:
                found.append((file.stem, title.removeprefix("-- "), sql))
    return found


def legal_view(dialect: str, sql: str) -> tuple[AnalyzedView | None, list[Diagnostic]]:
    text = view(sql, timestamp="event_ts", header=f"dialect: {dialect}")
    result, findings = analyzed({"sources.yml": EVENTS, "features/v.sql": text})
    return result.views.get("v"), findings


def only(files: dict[str, str]) -> Diagnostic:
    """The one finding of a project."""
    found = findings_of(files)
    assert len(found) == 1, "\n".join(f"{d.code} {d.span} {d.claim}" for d in found)
    return found[0]


def of_sql(sql: str, **header: str) -> Diagnostic:
    return only({"features/v.sql": view(sql, **header)})


def place(finding: Diagnostic) -> str:
    assert finding.span is not None
    return finding.span.text


@pytest.mark.parametrize(("dialect", "title", "sql"), legal(), ids=lambda value: value[:40])
def test_legal_sql_passes(dialect: str, title: str, sql: str) -> None:
    found, findings = legal_view(dialect, sql)
    assert findings == []
    assert found is not None


@pytest.fixture(scope="module")
def warehouse() -> duckdb.DuckDBPyConnection:
    """DuckDB with the stand-in tables of ``EVENTS``, some rows in each."""
    con = duckdb.connect()
    con.execute("SET timezone = 'UTC'")
    con.execute('CREATE SCHEMA "__fc"')
    con.execute(
        """CREATE TABLE "__fc"."source.raw.events" AS SELECT i % 3 AS user_id,
        TIMESTAMP '2024-01-01' + to_hours(i * 7) AS ts, i * 1.5::double AS amount, i::integer AS qty,
        ['a', 'b', '2024'][i % 3 + 1] AS kind, ['a', 'b'] AS tags, [{'sku': 's', 'price': 1.0::double}] AS items,
        '{"a": 1, "b": 2}'::json AS payload, DATE '2024-01-01' + i::integer AS day, TIMESTAMPTZ '2024-01-01' AS at,
        {'a': 1, 'b': 'x'} AS info FROM range(9) t(i)"""
    )
    con.execute(
        """CREATE TABLE "__fc"."source.raw.users" AS SELECT i AS user_id, ['a', 'b', '2024'][i % 3 + 1] AS country,
        TIMESTAMP '2023-01-01' AS signup, TIMESTAMP '2025-01-01' AS valid_to FROM range(3) t(i)"""
    )
    con.execute(
        """CREATE TABLE "__fc"."source.raw.prices" AS SELECT ['a', 'b', '2024'][i % 3 + 1] AS kind, i::double AS price,
        TIMESTAMP '2024-01-01' + to_hours(i * 9) AS published FROM range(5) t(i)"""
    )
    return con


# The clock and chance differ from run to run; a lambda over names is evaluated by the engine alone, and the year of
# a word is no year.
NOT_COMPARED = {"clocks and constants", "sample", "tablesample", "columns lambda", "time of many functions"}


@pytest.mark.parametrize(
    ("title", "sql"), [(t, s) for d, t, s in legal() if d == "duckdb" and t not in NOT_COMPARED], ids=lambda v: v[:40]
)
def test_the_qualified_query_means_the_same(warehouse: duckdb.DuckDBPyConnection, title: str, sql: str) -> None:
    """Same columns, same rows, and types as inferred: DuckDB is asked."""
    found, _ = legal_view("duckdb", sql)
    assert found is not None

    def answer(query: str) -> tuple[list[tuple[str, str]], list[tuple[object, ...]]]:
        described = warehouse.execute(f"DESCRIBE {query}").fetchall()
        summary = warehouse.execute(f"SELECT count(*), bit_xor(hash(q::varchar)) FROM ({query}) AS q").fetchall()
        return [(row[0], row[1].lower()) for row in described], summary

    columns, rows = answer(found.resolved_sql)
    assert answer(found.qualified_sql) == (columns, rows)
    assert [name for name, _ in columns] == [column.name for column in found.columns]
    spelling = {"timestamp with time zone": "timestamptz", "real": "float"}
    for name, actual in columns:
        inferred = found.inferred[name]
        plain = re.sub(r"\s", "", spelling.get(actual, actual))
        assert inferred is None or re.sub(r"\s", "", inferred) == plain, name


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


class TestGraph:
    def test_order_and_columns_of_parents(self) -> None:
        result, findings = analyzed(
            {
                "features/a.sql": view("SELECT user_id, created_at, z AS x FROM {{ ref('b') }}"),
                "features/b.sql": view("SELECT user_id, created_at, amount AS z FROM orders"),
            }
        )
        assert findings == []
        assert result.order == ("b", "a")
        assert result.views["a"].columns[2] == Column("x", "double")

    def test_a_cycle_is_shown_as_a_path(self) -> None:
        files = {
            f"features/{name}.sql": view(f"SELECT user_id, created_at FROM {{{{ ref('{parent}') }}}}")
            for name, parent in (("a", "b"), ("b", "c"), ("c", "a"), ("below", "a"))
        }
        found = only(files)
        assert found.code == "FC203"
        assert found.claim == "`a` reads itself: a → b → c → a"
        assert found.span is not None
        assert found.span.path == "features/a.sql"
        assert [(str(label.span.path), label.text) for label in found.labels] == [
            ("features/b.sql", "`b` reads `c`"),
            ("features/c.sql", "`c` reads `a`"),
        ]

    def test_a_view_that_reads_itself(self) -> None:
        found = only({"features/a.sql": view("SELECT user_id, created_at FROM {{ ref('a') }}")})
        assert (found.code, found.claim) == ("FC203", "`a` reads itself: a → a")

    def test_two_cycles(self) -> None:
        files = {
            f"features/{name}.sql": view(f"SELECT user_id, created_at FROM {{{{ ref('{parent}') }}}}")
            for name, parent in (("a", "b"), ("b", "a"), ("c", "d"), ("d", "c"))
        }
        assert [d.claim for d in findings_of(files)] == ["`a` reads itself: a → b → a", "`c` reads itself: c → d → c"]

    def test_a_view_below_a_broken_one_is_left_out_and_others_are_not(self) -> None:
        result, findings = analyzed(
            {
                "features/broken.sql": view("SELECT user_id, created_at, nope FROM orders"),
                "features/child.sql": view("SELECT user_id, created_at, x FROM {{ ref('broken') }}"),
                "features/grandchild.sql": view("SELECT user_id, created_at, y FROM {{ ref('child') }}"),
                "features/wrong.sql": view("SELECT user_id, created_at, wrong FROM orders"),
                "features/good.sql": view("SELECT user_id, created_at FROM orders"),
            }
        )
        assert [d.span.path for d in findings if d.span] == ["features/broken.sql", "features/wrong.sql"]
        assert result.order == ("good",)

    def test_only_what_is_asked_for_and_its_parents(self) -> None:
        from pathlib import Path

        from featurec.analysis.analyze import analyze
        from featurec.project import load
        from featurec.template import TemplateContext

        files = {
            **FILES,
            "features/a.sql": view("SELECT user_id, created_at FROM orders"),
            "features/b.sql": view("SELECT user_id, created_at FROM {{ ref('a') }}"),
            "features/c.sql": view("SELECT nope FROM orders"),
        }
        project, _ = load(Path("/no/such/folder"), {}, files)
        result, findings = analyze(project, TemplateContext(project, "", "duckdb"), ["b"])
        assert findings == []
        assert result.order == ("a", "b")

    def test_aggregations_cannot_be_read_by_sql(self) -> None:
        header = "aggregations:\n  - {function: count, windows: [7d], name: n}"
        found = only(
            {
                "features/a.sql": view("SELECT user_id, created_at FROM orders", header=header),
                "features/b.sql": view("SELECT user_id, created_at, n_7d FROM {{ ref('a') }}"),
            }
        )
        assert (found.code, place(found)) == ("FC207", "n_7d")


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
        assert [d.code for d in findings_of({"features/v.sql": text})] == ([] if passes else ["FC213"])

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
        found = only({"features/a.sql": a, "features/b.sql": b})
        assert found.code == "FC215"
        assert found.span is not None
        assert found.span.path == "features/b.sql"


class TestServices:
    def spend(self, services: str) -> list[Diagnostic]:
        header = "features: {amount: {type: double}}\naggregations:\n  - {function: sum, column: amount, windows: [1d]}"
        text = view("SELECT user_id, created_at, amount, status FROM orders", header=header)
        return findings_of(
            {"features/spend.sql": text, "services.yml": f"services:\n  - name: s\n    features: {services}\n"}
        )

    def test_what_exists(self) -> None:
        assert self.spend("[spend, spend:amount, spend:status, spend:amount_sum_1d]") == []
        assert self.spend("[{view: spend, as: buyer, join_keys: {user_id: buyer_id}, features: [amount]}]") == []

    def test_unknown_view_feature_and_key(self) -> None:
        for services, code, fix in (
            ("[spent:amount]", "FC216", "did you mean `spend`?"),
            ("[spend:amuont]", "FC216", "did you mean `amount`"),
            ("[{view: spend, as: b, join_keys: {usr_id: x}, features: [amount]}]", "FC217", "did you mean `user_id`?"),
        ):
            (found,) = self.spend(services)
            assert found.code == code
            assert fix in found.fix
            assert found.span is not None
            assert found.span.path == "services.yml"


class TestOnDemand:
    HEADER = "inputs: {basket: {type: double}}\nfeatures: {ratio: {type: double}}"

    def files(self, sql: str) -> dict[str, str]:
        return {
            "features/spend.sql": view("SELECT user_id, created_at, amount FROM orders"),
            "features/ratio.sql": f"/*---\nentities: [user]\n{self.HEADER}\n---*/\n{sql}\n",
        }

    def test_inputs_and_features(self) -> None:
        result, findings = analyzed(self.files("SELECT {{ input('basket') }} / {{ feature('spend:amount') }} AS ratio"))
        assert findings == []
        found = result.views["ratio"]
        assert found.columns == (Column("ratio", "double"),)
        assert found.relations == ("view.spend",)
        assert [(e.relation, e.column) for e in found.lineage.columns["ratio"]] == [("view.spend", "amount")]

    def test_an_unknown_feature(self) -> None:
        found = only(self.files("SELECT {{ feature('spend:amuont') }} AS ratio"))
        assert found.code == "FC216"
        assert "did you mean `amount`?" in found.fix


class TestFingerprint:
    BASE = "SELECT user_id, created_at, amount FROM orders"

    def fingerprint(self, sql: str = BASE, header: str = "", **files: str) -> str:
        names = {"sources": "sources.yml", "entities": "entities.yml"}
        result, findings = analyzed(
            {"features/v.sql": view(sql, header=header), **{names[k]: v for k, v in files.items()}}
        )
        assert findings == []
        return result.views["v"].fingerprint

    @pytest.mark.parametrize(
        "sql",
        [
            "select user_id,\n   created_at, amount\nfrom orders",
            "SELECT user_id, created_at, /* spent */ amount FROM orders -- all",
        ],
    )
    def test_layout_and_comments_do_not_count(self, sql: str) -> None:
        assert self.fingerprint(sql) == self.fingerprint()

    @pytest.mark.parametrize(
        "header", ["description: x", "owner: me@example.com", "tags: [daily]", "online: false", "schedule: '0 * * * *'"]
    )
    def test_what_describes_does_not_count(self, header: str) -> None:
        assert self.fingerprint(header=header) == self.fingerprint()

    @pytest.mark.parametrize(
        "header",
        ["delay: 1h", "ttl: 7d", "available_at: created_at", "row_key: [amount]", "features: {amount: {type: double}}"],
    )
    def test_what_means_counts(self, header: str) -> None:
        assert self.fingerprint(header=header) != self.fingerprint()

    def test_sql_and_its_constants_count(self) -> None:
        for sql in (
            f"{self.BASE} WHERE status = 'x'",
            f"{self.BASE} WHERE status = 'X'",
            "SELECT user_id, created_at FROM orders",
        ):
            assert self.fingerprint(sql) != self.fingerprint()
        assert self.fingerprint(f"{self.BASE} WHERE status = 'x'") != self.fingerprint(
            f"{self.BASE} WHERE status = 'X'"
        )

    def test_declarations_of_what_is_read_count(self) -> None:
        sources = FILES["sources.yml"]
        assert self.fingerprint(sources=sources.replace("amount: double", "amount: float")) != self.fingerprint()
        assert self.fingerprint(sources=sources.replace("price: double", "price: float")) == self.fingerprint()
        assert (
            self.fingerprint(entities=FILES["entities.yml"].replace("type: bigint", "type: integer"))
            != self.fingerprint()
        )

    def test_parents_count(self) -> None:
        def child(parent_sql: str) -> str:
            files = {"features/p.sql": view(parent_sql), "features/v.sql": view("SELECT * FROM {{ ref('p') }}")}
            return analyzed(files)[0].views["v"].fingerprint

        assert child(self.BASE) != child(f"{self.BASE} WHERE amount > 1")
