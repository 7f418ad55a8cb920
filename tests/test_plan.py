"""``featurec plan``: what has changed and what a run would write, on both engines; a stored manifest; samples of values."""

import json
import shutil
from hashlib import md5
from pathlib import Path
from typing import Any

import pytest

from tests.market import DOUBLED, ORDERS, SPEND, Market

PAID = """/*---
entities: [user]
timestamp: paid_at
features:
  amount: {type: "decimal(18,2)"}
---*/
SELECT user_id, paid_at, amount
FROM {{ source('raw', 'orders') }}
"""
TWICE = """/*---
entities: [user]
timestamp: paid_at
features:
  twice: {type: "decimal(18,2)"}
---*/
SELECT user_id, paid_at, CAST(2 * amount AS DECIMAL(18, 2)) AS twice
FROM {{ ref('paid') }}
"""
LATER = ORDERS + ", (6, 9, 'fr', 75001, 99.00, 'new', '2024-03-09 10:00+00', '2024-03-09 10:00+00')"
KINDS = """
SELECT v.view_name, l.kind FROM featurec.interval_log AS l JOIN featurec.active_versions AS v ON v.table_name = l.table_name
WHERE l.run_id = (SELECT run_id FROM featurec.runs ORDER BY started_at DESC LIMIT 1)
"""


BOTH = pytest.mark.parametrize("market", ["duckdb", "postgres"], indirect=True)
"""Where engines do different things; the rest is done on DuckDB too in the slow tier."""


@pytest.fixture(params=[pytest.param("duckdb", marks=pytest.mark.slow), "postgres"])
def market(request: pytest.FixtureRequest, tmp_path: Path, postgres_database: str) -> Market:
    built = Market.build(tmp_path, request.param, postgres_database)
    built.write("features/paid.sql", PAID)
    built.write("features/twice.sql", TWICE)
    return built


def plan(market: Market, capfd: pytest.CaptureFixture[str], *options: str) -> Any:
    capfd.readouterr()
    assert market.featurec("plan", "--output", "json", *options) == 0
    return json.loads(capfd.readouterr().out)


def views(found: Any) -> dict[str, Any]:
    return {view["view"]: view for view in found["views"]}


@BOTH
def test_before_anything_is_built_all_is_new(market: Market, capfd: pytest.CaptureFixture[str]) -> None:
    found = views(plan(market, capfd))
    assert list(found) == ["paid", "places", "spend", "doubled", "twice"]
    assert {(view["status"], view["write"]["kind"], view["write"]["switches"]) for view in found.values()} == {
        ("new", "full", True)
    }
    assert not (market.root / ".featurec" / "dev.duckdb").exists()


def test_a_plan_says_what_the_run_then_does(market: Market, capfd: pytest.CaptureFixture[str]) -> None:
    def agrees() -> dict[str, str | None]:
        wanted = {name: view["write"]["kind"] for name, view in views(plan(market, capfd)).items()}
        assert market.featurec("run", "--no-export") == 0
        assert dict(market.rows(KINDS)) == {name: kind for name, kind in wanted.items() if kind is not None}
        return {name: wanted[name] for name in ("paid", "twice")}

    assert agrees() == {"paid": "full", "twice": "full"}
    settled = agrees()
    assert settled == {"paid": None, "twice": None}
    market.load(LATER)
    assert agrees() == {"paid": "incremental", "twice": "incremental"}
    market.write("features/twice.sql", TWICE.replace("2 *", "3 *"))
    assert agrees() == {"paid": None, "twice": "full"}
    market.write("features/paid.sql", PAID.replace("amount\nFROM", "amount + 1 AS amount\nFROM"))
    assert agrees() == {"paid": "full", "twice": "full"}
    market.write("features/paid.sql", PAID)
    back = views(plan(market, capfd))["paid"]
    assert (back["status"], back["write"]["kind"], back["write"]["switches"]) == ("changed", None, True)
    assert agrees() == {"paid": None, "twice": None}


def test_only_rows_that_came_are_planned_and_why(market: Market, capfd: pytest.CaptureFixture[str]) -> None:
    assert market.featurec("run", "--no-export") == 0
    market.load(LATER)
    write = views(plan(market, capfd, "--select", "paid"))["paid"]["write"]
    assert "`raw.orders` has 1" in write["reason"]
    assert [rows["since"][:10] for rows in write["ranges"]] == ["2024-03-05"]
    assert write["look_back"] == {"bounded": True, "reason": "", "microseconds": {"source.raw.orders": 0}}
    assert views(plan(market, capfd, "--select", "paid", "--full-refresh"))["paid"]["write"]["kind"] == "full"
    market.featurec("plan", "--select", "paid")
    text = capfd.readouterr().out
    assert "known since 2024-03-05" in text
    assert "looks:  at rows of the same instant of `raw.orders`" in text


def test_what_has_changed_reaches_views_below_and_services(market: Market, capfd: pytest.CaptureFixture[str]) -> None:
    assert market.featurec("run", "--no-export") == 0
    market.write(
        "features/spend.sql",
        SPEND.replace("ttl: 30d", "ttl: 20d")
        .replace("note: {type: varchar}", "country: {type: varchar}")
        .replace("note\nFROM", "country\nFROM"),
    )
    found = plan(market, capfd)
    spend, doubled = views(found)["spend"], views(found)["doubled"]
    assert (spend["status"], spend["class"], spend["lost"]) == ("changed", "value-changing", {"note": "is gone"})
    assert {change["what"] for change in spend["changes"]} == {
        "header `ttl`: 30d → 20d", "feature `note` is gone", "feature `country` is new",
    }  # fmt: skip
    assert (spend["below"], spend["services"]) == (["doubled"], ["all"])
    assert (doubled["status"], [c["what"] for c in doubled["changes"]]) == ("parent", ["parent `spend`"])
    assert views(found)["paid"]["status"] == "unchanged"
    assert found["services"] == [
        {"service": "all", "views": ["spend", "doubled"], "class": "value-changing", "breaks": ["`spend:note` is gone"]}
    ]
    market.featurec("plan")
    text = capfd.readouterr().out
    assert "breaks: `spend:note` is gone" in text
    assert "    · header `ttl`: 30d → 20d" in text


def test_what_only_describes_changes_no_table(market: Market, capfd: pytest.CaptureFixture[str]) -> None:
    assert market.featurec("run", "--no-export") == 0
    market.write("features/paid.sql", PAID.replace("entities: [user]", "entities: [user]\nowner: a@example.com"))
    paid = views(plan(market, capfd))["paid"]
    assert (paid["status"], paid["class"], paid["write"]["kind"]) == ("metadata", "metadata only", None)
    assert [change["what"] for change in paid["changes"]] == ["header `owner`"]
    assert market.featurec("run", "--no-export") == 0
    assert views(plan(market, capfd))["paid"]["status"] == "unchanged"


def test_a_view_that_is_gone(market: Market, capfd: pytest.CaptureFixture[str]) -> None:
    assert market.featurec("run", "--no-export") == 0
    (market.root / "features/places.sql").unlink()
    assert views(plan(market, capfd))["places"] == {
        "view": "places", "status": "removed", "class": None, "changes": [], "lost": {}, "below": [], "services": [],
        "write": None,
    }  # fmt: skip


@BOTH
def test_planning_writes_nothing(market: Market, capfd: pytest.CaptureFixture[str]) -> None:
    assert market.featurec("run", "--no-export") == 0
    tables = "SELECT table_schema, table_name FROM information_schema.tables ORDER BY 1, 2"
    state = "SELECT * FROM featurec.view_versions ORDER BY table_name"
    before = market.rows(tables), market.rows(state)
    market.write("features/spend.sql", SPEND.replace("amount, note\nFROM", "amount * 2 AS amount, note\nFROM"))
    plan(market, capfd, "--sample", "100")
    assert (market.rows(tables), market.rows(state)) == before
    assert not (market.root / "target" / "manifest.json").exists() or "amount * 2" not in json.dumps(
        [path.read_text() for path in (market.root / "target").rglob("*.sql")]
    )


class TestStoredManifest:
    """``--state``: without a target, for continuous integration."""

    @pytest.fixture
    def shop(self, tmp_path: Path) -> Market:
        market = Market.build(tmp_path / "shop", "duckdb", "postgresql:///nowhere")
        assert market.featurec("compile") == 0
        shutil.copytree(market.root / "target", tmp_path / "stored")
        return market

    def test_it_is_compared_with_offline(self, shop: Market, tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
        (shop.root / "orders.parquet").unlink()
        shop.write("features/spend.sql", SPEND.replace("amount, note\nFROM", "amount + 1 AS amount, note\nFROM"))
        shop.write("features/new.sql", DOUBLED)
        for path in ("stored", "stored/manifest.json"):
            found = views(plan(shop, capfd, "--state", str(tmp_path / path)))
            assert {name: view["status"] for name, view in found.items()} == {
                "places": "unchanged", "spend": "changed", "doubled": "parent", "new": "new",
            }  # fmt: skip
            assert {view["write"] for view in found.values()} == {None}
        shop.featurec("ls", "--select", "state:modified", "--state", str(tmp_path / "stored"), "--output", "json")
        assert [one["name"] for one in json.loads(capfd.readouterr().out)] == ["doubled", "new", "spend"]

    def test_a_service_as_it_was_deployed_breaks(
        self, shop: Market, tmp_path: Path, capfd: pytest.CaptureFixture[str]
    ) -> None:
        shop.write("services.yml", "services:\n  all: {features: ['spend:amount', doubled]}\n")
        shop.write("features/spend.sql", SPEND.replace("  note: {type: varchar}\n", "").replace(", note\n", "\n"))
        found = plan(shop, capfd, "--state", str(tmp_path / "stored"))
        assert found["services"][0]["breaks"] == ["`spend:note` is gone"]

    def test_a_service_that_asks_for_what_is_gone_is_told_with_the_plan(
        self, shop: Market, tmp_path: Path, capfd: pytest.CaptureFixture[str]
    ) -> None:
        shop.write("services.yml", "services:\n  all: {features: ['spend:note', doubled]}\n")
        shop.write("features/spend.sql", SPEND.replace("  note: {type: varchar}\n", "").replace(", note\n", "\n"))
        shop.featurec("plan", "--state", str(tmp_path / "stored"))
        out, err = capfd.readouterr()
        assert "FC216" in err
        assert "breaks: `spend:note` is gone" in out

    def test_lint_looks_at_what_is_modified(
        self, shop: Market, tmp_path: Path, capfd: pytest.CaptureFixture[str]
    ) -> None:
        shop.write("features/spend.sql", SPEND.replace("FROM", "FROM FROM"))
        shop.write("features/places.sql", (shop.root / "features/places.sql").read_text().replace("zip,", "zip,  "))
        capfd.readouterr()
        assert shop.featurec("lint", "--state", str(tmp_path / "stored"), "--format", "json") == 1
        assert '"features/spend.sql"' in capfd.readouterr().out

    def test_the_manifest_that_the_project_writes_itself_is_refused(
        self, shop: Market, capfd: pytest.CaptureFixture[str]
    ) -> None:
        for command in (["plan"], ["ls", "--select", "state:modified"]):
            assert shop.featurec(*command, "--state", str(shop.root / "target")) == 2
            assert "FC951" in capfd.readouterr().err

    @pytest.mark.parametrize("text", [None, "{", "[]", '{"metadata": {"schema_version": "featurec/manifest/v0"}}'])
    def test_what_is_no_manifest_is_refused(
        self, shop: Market, tmp_path: Path, capfd: pytest.CaptureFixture[str], text: str | None
    ) -> None:
        place = tmp_path / "other.json"
        if text is not None:
            place.write_text(text)
        assert shop.featurec("plan", "--state", str(place)) == 2
        assert "FC965" in capfd.readouterr().err

    def test_state_needs_something_to_compare_with(self, shop: Market, capfd: pytest.CaptureFixture[str]) -> None:
        assert shop.featurec("ls", "--select", "state:modified") == 2
        assert "--state is not given" in capfd.readouterr().err

    def test_a_manifest_has_no_values_to_sample(self, shop: Market, tmp_path: Path) -> None:
        assert shop.featurec("plan", "--state", str(tmp_path / "stored"), "--sample", "10") == 2


class TestSample:
    """``--sample``: what becomes of the values."""

    CHANGED = SPEND.replace(
        "amount, note\nFROM",
        "CASE WHEN user_id = 1 THEN 2 * amount ELSE amount END AS amount, coalesce(note, '') AS note\nFROM",
    )

    def features(self, found: Any, view: str = "spend") -> dict[str, Any]:
        (shift,) = [one for one in found["sample"] if one["view"] == view]
        return {feature["feature"]: feature for feature in shift["features"]}

    @BOTH
    def test_the_shift_of_each_feature(self, market: Market, capfd: pytest.CaptureFixture[str]) -> None:
        assert market.featurec("run", "--no-export") == 0
        market.write("features/spend.sql", self.CHANGED)
        found = plan(market, capfd, "--sample", "100", "--select", "spend")
        (shift,) = found["sample"]
        assert (shift["entities"], shift["rows_was"], shift["rows_now"]) == (2, 3, 3)
        amount, note = self.features(found)["amount"], self.features(found)["note"]
        assert (amount["equal"], amount["changed"]) == pytest.approx((1 / 3, 2 / 3))
        assert (amount["mean_was"], amount["mean_now"]) == pytest.approx((35.75 / 3, 66.5 / 3))
        # Amounts 5, 10.5, 20.25 become 5, 21, 40.5: sample variances 59.645833 and 316.083333.
        assert amount["standardized_mean_difference"] == pytest.approx(10.25 / ((59.645833 + 316.083333) / 2) ** 0.5)
        largest = amount["largest"][0]
        assert (largest["keys"], largest["was"], largest["now"]) == ({"user_id": "1"}, "20.25", "40.50")
        assert (note["appearing"], note["null_was"], note["null_now"]) == pytest.approx((1 / 3, 1 / 3, 0))

    def test_rows_that_go_and_come(self, market: Market, capfd: pytest.CaptureFixture[str]) -> None:
        assert market.featurec("run", "--no-export") == 0
        market.load(LATER)  # rows that came since are no change of the definition
        market.write("features/paid.sql", PAID + "WHERE amount > 6\n")
        amount = self.features(plan(market, capfd, "--sample", "100"), "paid")["amount"]
        assert (amount["equal"], amount["vanishing"], amount["appearing"]) == pytest.approx((2 / 3, 1 / 3, 0))

    @BOTH
    def test_the_same_entities_are_sampled_on_both_engines(
        self, market: Market, capfd: pytest.CaptureFixture[str]
    ) -> None:
        rows = ",".join(
            f"({n}, {n}, 'de', 1, {n}.5, 'x', '2024-03-01 10:00+00', '2024-03-01 10:00+00')" for n in range(1, 60)
        )
        market.load(rows)
        assert market.featurec("run", "--no-export", "--select", "spend") == 0
        market.write("features/spend.sql", SPEND.replace("amount, note\nFROM", "-amount AS amount, note\nFROM"))

        def sampled(*options: str) -> list[str]:
            found = self.features(plan(market, capfd, "--select", "spend", "--sample", "3", *options))["amount"][
                "largest"
            ]
            return sorted(one["keys"]["user_id"] for one in found)

        first = sorted(range(1, 60), key=lambda key: md5(f"0|{key}".encode()).hexdigest())[:3]
        assert sampled() == sorted(str(key) for key in first)
        assert sampled() == sampled("--seed", "0") != sampled("--seed", "other")

    def test_other_keys_are_not_compared(self, market: Market, capfd: pytest.CaptureFixture[str]) -> None:
        assert market.featurec("run", "--no-export") == 0
        market.write("features/paid.sql", PAID.replace("SELECT user_id", "SELECT user_id + 1 AS user_id"))
        found = plan(market, capfd, "--sample", "100", "--select", "paid")
        assert views(found)["paid"]["class"] == "key-changing"
        assert found["sample"][0]["reason"] == "its rows are told apart by other keys or times"

    @BOTH
    def test_types_that_change_are_compared_by_value(self, market: Market, capfd: pytest.CaptureFixture[str]) -> None:
        assert market.featurec("run", "--no-export") == 0
        text = PAID.replace('"decimal(18,2)"', "double").replace(
            "amount\nFROM", "CAST(amount AS DOUBLE PRECISION) AS amount\nFROM"
        )
        market.write("features/paid.sql", text)
        found = plan(market, capfd, "--sample", "100", "--select", "paid")
        assert self.features(found, "paid")["amount"]["equal"] == 1
        assert views(found)["paid"]["lost"] == {"amount": "has another type: decimal(18,2) → double"}

    def test_text_for_people(self, market: Market, capfd: pytest.CaptureFixture[str]) -> None:
        assert market.featurec("run", "--no-export") == 0
        market.featurec("plan", "--sample", "5")
        assert "there is nothing to sample" in capfd.readouterr().out
        market.write("features/spend.sql", self.CHANGED)
        market.featurec("plan", "--sample", "--select", "spend")
        text = capfd.readouterr().out
        assert "amount  user_id=1 at 2024-03-02 10:00:00+00: 20.25 → 40.50" in text
        assert "11.9167 → 22.1667" in text
