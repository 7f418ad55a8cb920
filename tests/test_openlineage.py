"""Lineage of real runs, sent to a real HTTP server; servers that are down, slow or broken; columns and their influences."""

import signal
import time
from collections.abc import Collection, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from featurec import clock
from featurec.cli.compiling import CompiledProject, compile_loaded
from featurec.compiler import load_project
from featurec.dialects.dialect import get
from featurec.errors import CannotOperate, Terminated
from featurec.project import resolve_target
from featurec.run.events import Event, RunFinished, RunResult, RunStarted, StepFinished, StepResult, StepStarted
from featurec.run.openlineage import reporting
from featurec.run.run import run
from tests.lineage_server import Server
from tests.market import Market
from tests.processes import Process

TOTALS = """/*---
entities: [user]
timestamp: ordered_at
available_at: paid_at
description: What a user spent.
features: {total: {type: double, description: Twice the amount.}}
aggregations:
  - {function: sum, column: total, windows: [7d]}
---*/
SELECT s.user_id, s.ordered_at, s.paid_at, CAST(2 * s.amount AS DOUBLE) AS total
FROM {{ ref('spend') }} AS s
WHERE s.note IS NOT NULL
"""


@pytest.fixture
def market(tmp_path: Path, postgres_database: str) -> Market:
    return with_totals(tmp_path, postgres_database)


def with_totals(folder: Path, url: str) -> Market:
    market = Market.build(folder, "duckdb", url)
    market.write("features/totals.sql", TOTALS)
    return market


@pytest.fixture(scope="module", autouse=True)
def _environment() -> Iterator[None]:
    with pytest.MonkeyPatch.context() as patch:
        for name in ("URL", "CONFIG", "NAMESPACE", "API_KEY", "PARENT_ID", "DISABLED"):
            patch.delenv(f"OPENLINEAGE_{name}", raising=False)
        yield


@dataclass(frozen=True)
class Ran:
    """A run of all views, and the server that was told of it."""

    market: Market
    result: RunResult
    warnings: list[str]
    server: Server


@pytest.fixture(scope="module")
def done(tmp_path_factory: pytest.TempPathFactory, postgres_of_module: str) -> Ran:
    market = with_totals(tmp_path_factory.mktemp("lineage"), postgres_of_module)
    warnings: list[str] = []
    with Server() as server:
        configured(market, f"{{url: '{server.url}', namespace: prod}}")
        result = ran(market, warnings)
    return Ran(market, result, warnings, server)


class Told(list[Event]):
    def __call__(self, event: Event) -> None:
        self.append(event)


@contextmanager
def prepared(
    market: Market, warnings: list[str], environment: Mapping[str, str], patience: float = 5.0
) -> Iterator[tuple[Any, CompiledProject, Any]]:
    loaded = load_project(market.root)
    target, _ = resolve_target(loaded.project, None, {})
    assert target is not None
    compiled = compile_loaded(loaded, get(target.type), target.name)
    told = Told()
    with reporting(
        loaded.project, target, compiled.compilation.analyzed, compiled.files, told, environment, warnings.append,
        patience=patience,
    ) as reporter:  # fmt: skip
        yield reporter, compiled, target
    assert told or reporter is told


def ran(
    market: Market, warnings: list[str], environment: Mapping[str, str] | None = None, views: Collection[str] = ()
) -> RunResult:
    """A run of these views, or of all."""
    with prepared(market, warnings, environment or {}) as (reporter, compiled, target):
        project = compiled.compilation.analyzed
        return run(project, target, views or project.order, clock.now(), reporter)


def configured(market: Market, text: str) -> None:
    market.write("featurec.yml", (market.root / "featurec.yml").read_text() + f"\nopenlineage: {text}\n")


class TestEvents:
    def test_a_run(self, done: Ran) -> None:
        result, server = done.result, done.server
        assert (result.exit_code, done.warnings) == (0, [])
        assert set(server.paths) == {"/api/v1/lineage"}
        events = server.events()
        steps = {f"{s.step}.{s.view}" for s in result.steps}
        assert set(events) == {(job, state) for job in {"run", *steps} for state in ("START", "COMPLETE")}
        assert {e["job"]["namespace"] for e in server.bodies} == {"prod"}
        assert len({e["run"]["runId"] for e in server.bodies}) == len(steps) + 1
        whole = events["run", "START"]
        assert "parent" not in whole["run"]["facets"]
        for (job, _), event in events.items():
            assert event["run"]["facets"]["processing_engine"]["name"] == "featurec"
            if job != "run":
                parent = event["run"]["facets"]["parent"]
                assert parent["run"]["runId"] == whole["run"]["runId"]
                assert (parent["job"]["namespace"], parent["job"]["name"]) == ("prod", whole["job"]["name"])

    def test_a_build(self, done: Ran) -> None:
        market, result = done.market, done.result
        event = done.server.events()["build.totals", "COMPLETE"]
        project = load_project(market.root).project
        assert event["job"]["name"] == f"{project.name}.dev.build.totals"
        assert event["job"]["facets"]["documentation"]["description"] == "What a user spent."
        sql = event["job"]["facets"]["sql"]
        assert sql["dialect"] == "duckdb"
        assert "2 * " in sql["query"]
        database = f"duckdb://{market.root.resolve()}/.featurec/dev.duckdb"
        (spend,) = event["inputs"]
        assert (spend["namespace"], spend["name"]) == (database, "features.spend")
        assert [f["name"] for f in spend["facets"]["schema"]["fields"]] == [
            "user_id", "ordered_at", "paid_at", "amount", "note",
        ]  # fmt: skip
        (totals,) = event["outputs"]
        assert (totals["namespace"], totals["name"]) == (database, "features.totals")
        fields = {f["name"]: f for f in totals["facets"]["schema"]["fields"]}
        assert (fields["total"]["type"], fields["total"]["description"]) == ("double", "Twice the amount.")
        assert fields["user_id"]["ordinal_position"] == 1
        (built,) = (s for s in result.steps if (s.view, s.step) == ("totals", "build"))
        assert totals["outputFacets"]["outputStatistics"]["rowCount"] == built.rows
        lineage = totals["facets"]["columnLineage"]
        assert set(lineage["fields"]) == {"user_id", "ordered_at", "paid_at", "total"}
        (amount,) = lineage["fields"]["total"]["inputFields"]
        assert (amount["namespace"], amount["name"], amount["field"]) == (database, "features.spend", "amount")
        assert [(t["type"], t["subtype"]) for t in amount["transformations"]] == [("DIRECT", "TRANSFORMATION")]
        (key,) = lineage["fields"]["user_id"]["inputFields"]
        assert [(t["type"], t["subtype"]) for t in key["transformations"]] == [("DIRECT", "IDENTITY")]
        (note,) = lineage["dataset"]
        assert (note["field"], [(t["type"], t["subtype"]) for t in note["transformations"]]) == (
            "note",
            [("INDIRECT", "FILTER")],
        )

    def test_an_export(self, done: Ran) -> None:
        event = done.server.events()["export.totals", "COMPLETE"]
        assert [d["name"] for d in event["inputs"]] == ["features.totals"]
        (online,) = event["outputs"]
        assert online["namespace"].startswith("postgres://localhost:5432")
        assert online["name"].endswith("features_online.totals")
        assert online["outputFacets"]["outputStatistics"]["rowCount"] == 2
        fields = {f["name"]: f["type"] for f in online["facets"]["schema"]["fields"]}
        assert fields == {"user_id": "bigint", "total": "double", "total_sum_7d": "double"}
        lineage = online["facets"]["columnLineage"]["fields"]
        window = {
            (f["field"], t["type"], t["subtype"])
            for f in lineage["total_sum_7d"]["inputFields"]
            for t in f["transformations"]
        }
        assert ("total", "DIRECT", "AGGREGATION") in window
        assert ("ordered_at", "INDIRECT", "WINDOW") in window

    def test_a_source_in_a_file(self, done: Ran) -> None:
        (source,) = done.server.events()["build.spend", "START"]["inputs"]
        assert (source["namespace"], source["name"]) == ("file", str((done.market.root / "orders.parquet").resolve()))

    def test_a_failure(self, market: Market) -> None:
        market.write(
            "features/spend.sql",
            (market.root / "features/spend.sql").read_text().replace(", amount, note", ", CAST('x' || note AS INTEGER) AS amount, note"),
        )  # fmt: skip
        with Server() as server:
            configured(market, f"{{url: '{server.url}'}}")
            result = ran(market, [])
        assert result.exit_code == 1
        events = server.events()
        failed = events["build.spend", "FAIL"]
        assert failed["run"]["facets"]["errorMessage"]["message"] == next(s.message for s in result.failed)
        assert "outputStatistics" not in failed["outputs"][0]["outputFacets"]
        assert not [job for job, _ in events if job == "build.totals"], "what was skipped never ran"
        assert "build.spend: " in events["run", "FAIL"]["run"]["facets"]["errorMessage"]["message"]

    def test_a_signal_aborts(self, market: Market) -> None:
        at = clock.now()
        stopped = StepResult("totals", "build", "error", at, at, 0.0, message="interrupted")
        skipped = StepResult("totals", "export", "skipped", at, at, 0.0, message="the run was interrupted")
        result = RunResult("r1", "dev", at, at, 0.0, (stopped, skipped), interrupted=130)
        with Server() as server:
            configured(market, f"{{url: '{server.url}'}}")
            with prepared(market, [], {}) as (reporter, _, _):
                reporter(RunStarted("r1", "dev", ("totals",), at))
                reporter(StepStarted("totals", "build", 1, 2, at))
                reporter(StepFinished(stopped, 1, 2))
                reporter(StepFinished(skipped, 2, 2))
                reporter(RunFinished(result))
        assert list(server.events()) == [
            ("run", "START"),
            ("build.totals", "START"),
            ("build.totals", "ABORT"),
            ("run", "ABORT"),
        ]

    @pytest.mark.parametrize(
        ("error", "state"), [(KeyboardInterrupt(), "ABORT"), (Terminated(), "ABORT"), (RuntimeError("stop"), "FAIL")]
    )
    def test_what_is_open_is_ended(self, market: Market, error: BaseException, state: str) -> None:
        at = clock.now()

        def broken() -> None:
            with prepared(market, [], {}) as (reporter, _, _):
                reporter(RunStarted("r1", "dev", ("totals",), at))
                reporter(StepStarted("totals", "build", 1, 2, at))
                raise error

        with Server() as server:
            configured(market, f"{{url: '{server.url}'}}")
            with pytest.raises(type(error)):
                broken()
        assert list(server.events()) == [
            ("run", "START"),
            ("build.totals", "START"),
            ("build.totals", state),
            ("run", state),
        ]

    def test_an_orchestrators_run_is_the_parent(self, market: Market) -> None:
        run_id = "0190a0a0-1111-7222-8333-444455556666"
        with Server() as server:
            configured(market, f"{{url: '{server.url}'}}")
            ran(market, [], {"OPENLINEAGE_PARENT_ID": f"airflow/eu/dag.task/{run_id}"}, ["places"])
        parent = server.events()["run", "START"]["run"]["facets"]["parent"]
        assert (parent["job"]["namespace"], parent["job"]["name"], parent["run"]["runId"]) == (
            "airflow/eu",
            "dag.task",
            run_id,
        )


class TestSettings:
    def test_off_by_default(self, market: Market) -> None:
        warnings: list[str] = []
        told = Told()
        loaded = load_project(market.root)
        target, _ = resolve_target(loaded.project, None, {})
        assert target is not None
        project = compile_loaded(loaded, get("duckdb"), "dev").compilation.analyzed
        with reporting(loaded.project, target, project, {}, told, {}, warnings.append) as reporter:
            assert reporter is told
        assert warnings == []

    def test_the_file_reads_the_environment(self, market: Market) -> None:
        with Server() as server:
            configured(market, "{url: \"{{ env_var('LINEAGE') }}\", namespace: \"{{ env_var('STAGE', 'dev') }}\"}")
            ran(market, [], {"LINEAGE": server.url, "OPENLINEAGE_API_KEY": "secret"}, views=["places"])
        assert {e["job"]["namespace"] for e in server.bodies} == {"dev"}
        assert set(server.keys) == {"Bearer secret"}

    def test_a_variable_that_is_not_set(self, market: Market) -> None:
        configured(market, "{url: \"{{ env_var('LINEAGE') }}\"}")
        with pytest.raises(CannotOperate) as refused:
            ran(market, [], views=["places"])
        (found,) = refused.value.diagnostics
        assert (found.code, found.cause) == ("FC122", "`url` of `openlineage` reads it")
        assert found.span is not None

    def test_the_environment_alone(self, market: Market, monkeypatch: pytest.MonkeyPatch) -> None:
        with Server() as server:
            said = {"OPENLINEAGE_URL": server.url, "OPENLINEAGE_NAMESPACE": "from_env"}
            for name, value in said.items():
                monkeypatch.setenv(name, value)
            ran(market, [], said, views=["places"])
        assert {e["job"]["namespace"] for e in server.bodies} == {"from_env"}

    def test_a_config_file_of_the_client(self, market: Market, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        """The environment counts more than featurec.yml."""
        configured(market, "{url: 'http://127.0.0.1:1', namespace: file}")
        with Server() as server:
            config = tmp_path / "client.yml"
            config.write_text(f"transport: {{type: http, url: '{server.url}', endpoint: elsewhere}}\n")
            monkeypatch.setenv("OPENLINEAGE_CONFIG", str(config))
            warnings: list[str] = []
            ran(market, warnings, {"OPENLINEAGE_CONFIG": str(config)}, views=["places"])
        assert warnings == []
        assert set(server.paths) == {"/elsewhere"}

    def test_disabled(self, market: Market) -> None:
        with Server() as server:
            configured(market, f"{{url: '{server.url}'}}")
            ran(market, [], {"OPENLINEAGE_DISABLED": "true"}, views=["places"])
        assert server.bodies == []

    def test_a_project_named_jobs_by_default(self, market: Market) -> None:
        with Server() as server:
            configured(market, f"{{url: '{server.url}'}}")
            ran(market, [], views=["places"])
        assert {e["job"]["namespace"] for e in server.bodies} == {load_project(market.root).project.name}


class TestServersThatFail:
    """The run is the same, and one sentence says what was not sent."""

    def test_down(self, market: Market) -> None:
        with Server() as server:
            url = server.url
        configured(market, f"{{url: '{url}'}}")
        warnings: list[str] = []
        assert ran(market, warnings).exit_code == 0
        (said,) = warnings
        assert said.startswith("18 of 18 events of lineage were not sent: ConnectionError")

    def test_answers_500(self, market: Market) -> None:
        warnings: list[str] = []
        with Server(status=500) as server:
            configured(market, f"{{url: '{server.url}'}}")
            assert ran(market, warnings).exit_code == 0
        (said,) = warnings
        assert said.startswith("18 of 18 events of lineage were not sent: ")
        assert server.bodies, "it was asked"

    def test_answers_404(self, market: Market) -> None:
        warnings: list[str] = []
        with Server(status=404) as server:
            configured(market, f"{{url: '{server.url.replace('//', '//me:hunter22@')}'}}")
            assert ran(market, warnings).exit_code == 0
        (said,) = warnings
        assert "404" in said
        assert "hunter22" not in said

    def test_slow(self, market: Market) -> None:
        """The server holds the first request for minutes. The run's end waits for half a second."""
        warnings: list[str] = []
        with Server(seconds=300) as server:
            configured(market, f"{{url: '{server.url}'}}")
            with prepared(market, warnings, {}, patience=0.5) as (reporter, compiled, target):
                project = compiled.compilation.analyzed
                assert run(project, target, project.order, clock.now(), reporter).exit_code == 0
                finished = time.monotonic()
            waited = time.monotonic() - finished
        assert warnings == ["18 of 18 events of lineage were not sent: the server did not answer within 0.5s"]
        assert 0.4 < waited < 30

    def test_no_server_at_all(self, market: Market) -> None:
        warnings: list[str] = []
        configured(market, "{url: 'no url'}")
        assert ran(market, warnings).exit_code == 0
        assert len(warnings) == 1


class TestCommand:
    """The command line as it is."""

    def test_run_tells_the_server_of_the_environment(self, market: Market, monkeypatch: pytest.MonkeyPatch) -> None:
        with Server() as server:
            monkeypatch.setenv("OPENLINEAGE_URL", server.url)
            assert market.featurec("run") == 0
        events = server.events()
        assert {("run", "COMPLETE"), ("build.totals", "COMPLETE"), ("export.totals", "COMPLETE")} <= set(events)

    def test_a_server_that_is_down_is_a_note(self, market: Market, capfd: pytest.CaptureFixture[str]) -> None:
        with Server() as server:
            url = server.url
        configured(market, f"{{url: '{url}'}}")
        assert market.featurec("run") == 0
        assert "lineage: 18 of 18 events of lineage were not sent" in capfd.readouterr().out

    def test_a_signal_in_the_midst_of_a_step(self, market: Market) -> None:
        with Server() as server:
            configured(market, f"{{url: '{server.url}'}}")
            with Process("run", "--project-dir", market.root, failpoint="build.write:60") as run:
                server.await_event("build.places", "START")
                run.signal(signal.SIGINT)
                code, said = run.ended()
        assert code == 130, said
        aborted = {job for job, state in server.events() if state == "ABORT"}
        assert aborted == {"build.places", "run"}
