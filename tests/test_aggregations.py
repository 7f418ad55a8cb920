"""What analysis makes of the aggregations of a header: filters, types, names."""

import json
from pathlib import Path

import pytest

from featurec.analysis.memory import Remembered
from featurec.analysis.model import AnalyzedView
from featurec.analysis.windowed import windowed, windowed_lineage
from featurec.cache import Cache
from featurec.compiler import analyze_project
from featurec.diagnostic import Diagnostic
from featurec.dialects.dialect import get
from featurec.loading import load_project
from featurec.manifest import artifacts
from featurec.report.lineage import column_arrows, column_types, find, reachable
from featurec.report.listing import resources
from featurec.spec import Column
from tests.lint_project import project
from tests.lint_project import view as lint_view
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


class TestContract:
    def aggregated(self, aggregation: str, columns: str = "amount", more: str = "") -> list[Diagnostic]:
        """Findings of a view of orders with one aggregation."""
        header = f"aggregations:\n  - {{{aggregation}}}\n{more}"
        return analyzed({"features/v.sql": view(f"SELECT user_id, created_at, {columns} FROM orders", header=header)})[
            1
        ]

    @pytest.mark.parametrize(
        ("function", "columns", "fits"),
        [
            ("sum", "amount AS x", True),
            ("sum", "order_id AS x", True),
            ("sum", "status AS x", False),
            ("sum", "created_at AS x", False),
            ("sum", "created_at - signup AS x", False),
            ("avg", "status AS x", False),
            ("stddev", "amount > 1 AS x", False),
            ("variance", "tags AS x", False),
            ("min", "status AS x", True),
            ("max", "amount > 1 AS x", True),
            ("min", "created_at AS x", True),
            ("max", "CAST(created_at AS date) AS x", True),
            ("max", "tags AS x", False),
            ("min", "info AS x", False),
            ("count", "info AS x", True),
            ("count_distinct", "status AS x", True),
            ("count_distinct", "CAST(status AS uuid) AS x", True),
            ("count_distinct", "info AS x", False),
            ("count_distinct", "tags AS x", False),
            ("last", "tags AS x", True),
            ("first", "info AS x", True),
            # Types that are not known, or not the same in every engine.
            ("count", "my_function(amount) AS x", True),
            ("count_distinct", "my_function(amount) AS x", True),
            ("avg", "my_function(amount) AS x", True),
            ("sum", "my_function(amount) AS x", False),
            ("last", "my_function(amount) AS x", False),
            ("sum", "order_id / 2 AS x", False),
            ("sum", "CAST(my_function(amount) AS bigint) AS x", True),
        ],
    )
    def test_functions_and_types(self, function: str, columns: str, fits: bool) -> None:
        columns = columns.replace("signup", "CAST(created_at AS timestamp)")
        findings = [
            d for d in self.aggregated(f"function: {function}, column: x, windows: [1d]", columns) if d.code != "FC399"
        ]
        assert [(d.code, place(d)) for d in findings] == ([] if fits else [("FC404", function)])

    def test_a_declared_type_is_known(self) -> None:
        aggregation = "function: sum, column: x, windows: [1d]"
        assert self.aggregated(aggregation, "order_id / 2 AS x", "features: {x: double}") == []

    def test_an_unknown_name_is_said_once(self) -> None:
        findings = self.aggregated("function: sum, column: x, windows: [1d]", "amuont AS x")
        assert [d.code for d in findings] == ["FC204"]

    def test_a_column_that_the_select_lacks_is_said_once(self) -> None:
        assert [d.code for d in self.aggregated("function: sum, column: x, windows: [1d]")] == ["FC210"]

    def test_long_names_with_their_windows(self) -> None:
        name = "é" * 29
        assert (
            self.aggregated(f"function: sum, column: '{name}x', windows: [1d]", f'amount AS "{name}x"')[0].code
            == "FC212"
        )
        assert self.aggregated("function: count, name: n, windows: [1d]") == []

    def test_a_column_and_an_aggregation_of_one_name(self) -> None:
        (finding,) = self.aggregated("function: count, name: n, windows: [1d, 7d]", "amount AS N_7d")
        assert (finding.code, place(finding), finding.labels[0].span.text) == ("FC211", "count", "N_7d")

    def test_a_feature_and_an_aggregation_of_one_name_is_said_once(self) -> None:
        findings = self.aggregated(
            "function: count, name: n, windows: [7d]", "amount AS n_7d", "features: {n_7d: double}"
        )
        assert [d.code for d in findings] == ["FC112"]


HEADER = """\
row_key: [order_id]
features: {amount: double}
aggregations:
  - {function: count, windows: [1d, lifetime], name: n}
  - {function: sum, column: order_id, windows: [7d], name: paid, filter: status = 'paid'}
  - {function: max, column: created_at, windows: [7d]}
  - {function: last_n, column: amount, n: 3, windows: [7d]}"""
SPEND = view("SELECT user_id, order_id, created_at, amount, status FROM orders", header=HEADER)


class TestReadByOthers:
    def reader(self, sql: str, spend: str = SPEND) -> tuple[AnalyzedView, list[Diagnostic]]:
        """A view that reads a windowed one."""
        result, findings = analyzed({"features/spend.sql": spend, "features/v.sql": view(sql)})
        return result.views["v"], findings

    def test_windowed_features_are_columns_of_the_relation(self) -> None:
        found, findings = self.reader(
            "SELECT user_id, created_at, n_1d > 3 AS busy, s.paid_7d FROM {{ ref('spend') }} AS s"
        )
        assert findings == []
        assert found.columns[2:] == (Column("busy", "boolean"), Column("paid_7d", "decimal(38,0)"))

    def test_a_star_brings_them_after_the_columns_of_the_select(self) -> None:
        found, findings = self.reader("SELECT * FROM {{ ref('spend') }}")
        assert findings == []
        assert found.columns == (
            Column("user_id", "bigint"),
            Column("order_id", "bigint"),
            Column("created_at", "timestamp"),
            Column("amount", "double"),
            Column("status", "varchar"),
            Column("n_1d", "bigint"),
            Column("n_lifetime", "bigint"),
            Column("paid_7d", "decimal(38,0)"),
            Column("created_at_max_7d", "timestamp"),
            Column("amount_last_n_7d", "double[]"),
        )
        assert '"spend"."n_lifetime"' in found.qualified_sql

    def test_they_are_known_with_the_row(self) -> None:
        found, findings = self.reader("SELECT user_id, created_at, n_1d FROM {{ ref('spend') }}")
        assert findings == []
        assert found.time is not None
        assert found.time.columns["n_1d"].verdict == "proved"
        late = (
            "SELECT user_id, max(created_at) AS created_at, max(n_1d) OVER () AS n FROM {{ ref('spend') }} GROUP BY ALL"
        )
        assert {d.code for d in self.reader(late)[1]} & {"FC302", "FC310"}

    def test_a_time_keeps_the_zone_of_what_is_aggregated(self) -> None:
        header = "aggregations:\n  - {function: min, column: at, windows: [7d]}"
        clicks = view("SELECT user_id, at FROM log.clicks", timestamp="at", header=header)
        reading = view("SELECT user_id, at, at_min_7d FROM {{ ref('clicks_of') }}", timestamp="at")
        result, findings = analyzed({"features/clicks_of.sql": clicks, "features/v.sql": reading})
        assert findings == []
        assert result.views["v"].zones == {"at": "Europe/Berlin", "at_min_7d": "Europe/Berlin"}

    def test_a_misspelled_one_is_suggested(self) -> None:
        files = {
            "features/spend.sql": SPEND,
            "features/v.sql": view("SELECT user_id, created_at, n_2d FROM {{ ref('spend') }}"),
        }
        (finding,) = analyzed(files)[1]
        assert finding.code == "FC204"
        assert "`n_1d`" in finding.fix

    @pytest.mark.parametrize(
        ("written", "instead"),
        [
            ("[1d, lifetime]", "[2d, lifetime]"),
            ("'paid'}", "'open'}"),
            ("n: 3", "n: 4"),
            ("sum, column", "avg, column"),
        ],
    )
    def test_their_definition_is_part_of_the_readers_fingerprint(self, written: str, instead: str) -> None:
        sql = "SELECT user_id, created_at FROM {{ ref('spend') }}"
        assert written in SPEND
        assert self.reader(sql)[0].fingerprint != self.reader(sql, SPEND.replace(written, instead))[0].fingerprint

    def test_what_is_remembered_is_what_was_found(self, tmp_path: Path) -> None:
        spend = analyzed({"features/spend.sql": SPEND})[0].views["spend"]
        cache = Cache(tmp_path / "cache", "context", {})
        cache.remember(Remembered(spend, {}, ()))
        cache.save(complete=True)
        recalled = Cache(tmp_path / "cache", "context", {}).recall(spend.spec)
        assert recalled is not None
        assert recalled.view.filters == spend.filters == {"status = 'paid'": "\"status\" = 'paid'"}
        assert windowed(recalled.view) == windowed(spend)


class TestManifest:
    def test_windowed_features_and_what_they_read(self, tmp_path: Path) -> None:
        summed = "{function: sum, column: amount, windows: [1d, lifetime], name: big, filter: amount > 9, offset: 1h}"
        text = lint_view().replace("timestamp: created_at\n", f"timestamp: created_at\naggregations: [{summed}]\n")
        loaded = load_project(project(tmp_path, {"features/clean.sql": text}))
        made, findings = artifacts(analyze_project(loaded), get("duckdb"), "dev")
        assert findings == []
        view = json.loads(made.files["manifest.json"])["views"]["clean"]
        assert view["aggregations"][0] == {
            "name": "big_1d",
            "type": "double",
            "function": "sum",
            "column": "amount",
            "n": None,
            "window": "1d",
            "window_microseconds": 86_400_000_000,
            "offset_microseconds": 3_600_000_000,
            "filter": "amount > 9",
        }
        assert view["aggregations"][1]["window_microseconds"] is None
        assert {"relation": "view.clean", "column": "amount", "kind": "filter"} in view["lineage"]["columns"]["big_1d"]


class TestLineage:
    def test_a_windowed_feature_reads_columns_of_its_view(self) -> None:
        result, _ = analyzed({"features/spend.sql": SPEND})
        edges = windowed_lineage(result.views["spend"], result.project.entities)
        assert [(e.relation, e.column, e.kind) for e in edges["paid_7d"]] == [
            ("view.spend", "created_at", "window"),
            ("view.spend", "order_id", "value"),
            ("view.spend", "order_id", "window"),
            ("view.spend", "status", "filter"),
            ("view.spend", "user_id", "window"),
        ]
        assert {e.kind for e in edges["n_1d"]} == {"window"}

    def test_it_is_followed_from_a_reader_down_to_the_source(self) -> None:
        reading = view("SELECT user_id, created_at, paid_7d AS p FROM {{ ref('spend') }}")
        result, _ = analyzed({"features/spend.sql": SPEND, "features/v.sql": reading})
        arrows = column_arrows(result)
        up = {arrow.source.name for arrow in reachable(arrows, find(result, "v:p"), downstream=False)}
        assert {"spend:paid_7d", "spend:order_id", "shop.orders:order_id", "shop.orders:status"} <= up
        down = {arrow.target.name for arrow in reachable(arrows, find(result, "shop.orders:status"), downstream=True)}
        assert {"spend:paid_7d", "v:p"} <= down
        assert column_types(result)[find(result, "spend:paid_7d")[0]] == "decimal(38,0)"

    def test_it_is_listed(self) -> None:
        result, _ = analyzed({"features/spend.sql": SPEND})
        (listed,) = (r for r in resources(result.project, result) if r.kind == "view")
        assert ("paid_7d", "decimal(38,0)") in listed.columns
