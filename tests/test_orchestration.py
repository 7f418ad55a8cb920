"""What orchestrators read: the list of resources, and the events of a run."""

import json
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest

from featurec.cli.app import main
from tests.market import DOUBLED, Market

Said = pytest.CaptureFixture[str]

RESOURCE = [
    "schema_version", "unique_id", "kind", "name", "about", "columns", "reads", "depends_on", "entities", "online",
    "on_demand", "schedule", "interval", "description", "owner", "tags", "meta", "path", "line",
]  # fmt: skip
EVENT = [
    "event", "run_id", "target", "unique_id", "view", "step", "number", "total", "status", "started_at", "completed_at",
    "seconds", "rows", "dropped", "table", "message", "diagnostics",
]  # fmt: skip

NIGHTLY = """/*---
entities: [user]
timestamp: ordered_at
available_at: paid_at
features: {doubled: {type: "decimal(18,2)"}}
schedule: "0 3 * * *"
interval: 36h
online: false
owner: pay@example.com
tags: [money]
description: Twice.
meta: {team: pay, since: 2024-03-01, ratio: .inf, 7: [1, null]}
---*/
SELECT s.user_id, s.ordered_at, s.paid_at, s.amount AS doubled
FROM {{ ref('spend') }} AS s JOIN {{ source('raw', 'orders') }} AS o
  ON o.user_id = s.user_id AND o.ordered_at = s.ordered_at AND o.paid_at = s.paid_at
"""


@pytest.fixture
def market(tmp_path: Path, postgres_database: str) -> Market:
    return Market.build(tmp_path, "duckdb", postgres_database)


def listed(market: Market, capfd: Said, *options: str) -> dict[str, dict[str, Any]]:
    assert market.featurec("ls", "--output", "json", *options) == 0
    return {item["unique_id"]: item for item in json.loads(capfd.readouterr().out)}


class TestList:
    def test_every_key_of_every_kind(self, market: Market, capfd: Said) -> None:
        market.write(
            "services.yml", "services:\n  risk: {features: [spend, 'places:orders', 'spend:note'], tags: [live]}\n"
        )
        market.write("spines/asked.sql", "/*---\nentities: [user]\ntimestamp: ordered_at\n---*/\n"
                     "SELECT user_id, ordered_at FROM {{ source('raw', 'orders') }}\n")  # fmt: skip
        found = listed(market, capfd)
        assert {kind for kind, _, _ in (key.partition(".") for key in found)} == {
            "view", "source", "entity", "spine", "service",
        }  # fmt: skip
        assert all(list(item) == RESOURCE for item in found.values())
        assert {item["schema_version"] for item in found.values()} == {1}
        assert found["service.risk"]["depends_on"] == {"views": ["spend", "places"], "sources": []}
        assert found["service.risk"]["tags"] == ["live"]
        assert found["spine.asked"]["depends_on"] == {"views": [], "sources": ["raw.orders"]}
        assert found["spine.asked"]["entities"] == ["user"]
        for key in ("depends_on", "entities", "online", "on_demand", "schedule", "interval"):
            assert found["source.raw.orders"][key] is None
            assert found["entity.user"][key] is None
        assert (found["spine.asked"]["online"], found["service.risk"]["schedule"]) == (None, None)

    def test_all_of_a_view(self, market: Market, capfd: Said) -> None:
        market.write("features/doubled.sql", NIGHTLY)
        found = listed(market, capfd, "--select", "doubled")
        assert list(found) == ["view.doubled"]
        view = found["view.doubled"]
        assert view["depends_on"] == {"views": ["spend"], "sources": ["raw.orders"]}
        assert sorted(view["reads"]) == ["raw.orders", "spend"]
        assert {
            k: view[k]
            for k in ("entities", "schedule", "interval", "online", "on_demand", "owner", "tags", "description")
        } == {
            "entities": ["user"],
            "schedule": "0 3 * * *",
            "interval": "36h",
            "online": False,
            "on_demand": False,
            "owner": "pay@example.com",
            "tags": ["money"],
            "description": "Twice.",
        }
        assert view["meta"] == {"team": "pay", "since": "2024-03-01", "ratio": "inf", "7": [1, None]}
        assert (view["path"], view["line"]) == ("features/doubled.sql", 2)

    def test_a_view_that_is_computed_on_demand(self, market: Market, capfd: Said) -> None:
        market.write(
            "features/asked.sql",
            "/*---\ninputs: {x: double}\nfeatures: {y: {type: double}}\n---*/\nSELECT 2.0 AS y\n",
        )
        assert market.featurec("ls", "--output", "json", "--select", "asked") == 0
        (found,) = json.loads(capfd.readouterr().out)
        assert (found["on_demand"], found["online"], found["entities"]) == (True, False, [])

    def test_parents_alone_give_the_order(self, market: Market, capfd: Said) -> None:
        """The same dependencies as `run` has."""
        found = listed(market, capfd, "--resource-type", "view")
        assert {key: item["depends_on"]["views"] for key, item in found.items()} == {
            "view.spend": [],
            "view.doubled": ["spend"],
            "view.places": [],
        }

    def test_a_broken_view_is_listed_without_what_it_reads(self, market: Market, capfd: Said) -> None:
        market.write("features/doubled.sql", DOUBLED.replace("2 * amount", "2 * amuont"))
        assert market.featurec("ls", "--output", "json", "--resource-type", "view") == 1
        broken = {item["name"]: item for item in json.loads(capfd.readouterr().out)}["doubled"]
        assert (broken["depends_on"], broken["columns"], list(broken)) == (None, [], RESOURCE)


class TestEvents:
    def run(self, market: Market, capfd: Said, code: int, *options: str) -> list[dict[str, Any]]:
        capfd.readouterr()
        assert main(["--log-format", "json", "run", "--project-dir", str(market.root), *options]) == code
        found = [json.loads(text) for text in capfd.readouterr().out.splitlines()]
        return [event for event in found if event["event"].startswith(("run_", "step_"))]

    def test_every_event_has_the_same_keys(self, market: Market, capfd: Said) -> None:
        events = self.run(market, capfd, 0)
        assert all(list(event)[: len(EVENT)] == EVENT for event in events)
        assert len({event["run_id"] for event in events}) == 1
        assert {event["target"] for event in events} == {"dev"}
        (began, *steps, ended) = events
        assert (began["event"], began["unique_id"], began["status"]) == ("run_started", "run", "running")
        assert began["views"] == ["places", "spend", "doubled"]
        assert (ended["event"], ended["status"], ended["exit_code"], ended["error"]) == (
            "run_finished",
            "success",
            0,
            0,
        )
        for start, finish in zip(steps[::2], steps[1::2], strict=True):
            assert (start["event"], finish["event"]) == ("step_started", "step_finished")
            for key in ("unique_id", "view", "step", "number", "total", "started_at"):
                assert start[key] == finish[key]
            assert finish["unique_id"] == f"{finish['step']}.{finish['view']}"
            assert (start["status"], finish["status"]) == ("running", "success")
            assert (start["completed_at"], start["seconds"], start["rows"]) == (None, None, None)
            assert datetime.fromisoformat(finish["started_at"]) <= datetime.fromisoformat(finish["completed_at"])
            assert isinstance(finish["rows"], int)
        assert began["started_at"] == ended["started_at"]

    def test_a_failure_is_told_with_its_reason(self, market: Market, capfd: Said) -> None:
        market.write("features/spend.sql", (market.root / "features/spend.sql").read_text().replace(
            "SELECT user_id, ordered_at, paid_at, amount, note", "SELECT user_id, ordered_at, paid_at, "
            "CAST(CAST('x' || user_id AS INTEGER) AS DECIMAL(18, 2)) AS amount, note"))  # fmt: skip
        events = self.run(market, capfd, 1, "--select", "+doubled", "--no-export")
        finished = {event["unique_id"]: event for event in events if event["event"] == "step_finished"}
        assert finished["build.spend"]["status"] == "error"
        assert finished["build.spend"]["rows"] is None
        assert finished["build.spend"]["message"]
        assert finished["build.spend"]["diagnostics"][0]["code"] == "FC904"
        assert finished["build.doubled"]["status"] == "skipped"
        assert (events[-1]["status"], events[-1]["exit_code"]) == ("error", 1)
