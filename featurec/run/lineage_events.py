"""A run in the words of OpenLineage: jobs, runs, datasets and their facets. The only importer of openlineage's classes."""

import uuid
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Literal
from urllib.parse import urlsplit

from openlineage.client.event_v2 import InputDataset, Job, OutputDataset, Run, RunEvent, RunState, set_producer
from openlineage.client.facet_v2 import (
    DatasetFacet,
    JobFacet,
    OutputDatasetFacet,
    RunFacet,
    column_lineage_dataset,
    documentation_job,
    error_message_run,
    job_type_job,
    output_statistics_output_dataset,
    parent_run,
    processing_engine_run,
    schema_dataset,
    sql_job,
)

import featurec
from featurec.column_lineage import ColumnLineage, Influence, online_lineage, table_lineage
from featurec.compiler import AnalyzedProject, windowed_features
from featurec.postgres import address
from featurec.run.events import RunResult, Step, StepResult
from featurec.spec import FeatureView, Target
from featurec.targets import EMBEDDED

__all__ = ["Lineage", "ParentRun", "RunEvent", "State"]

State = Literal["START", "COMPLETE", "FAIL", "ABORT"]

set_producer(f"urn:featurec:{featurec.__version__}")


@dataclass(frozen=True)
class ParentRun:
    """The run of an orchestrator that started this one: ``OPENLINEAGE_PARENT_ID``."""

    namespace: str
    job: str
    run: str

    @classmethod
    def parse(cls, text: str) -> "ParentRun | None":
        """Of ``namespace/job/run``, where only the namespace may hold slashes; None for anything else."""
        parts = text.rsplit("/", 2)
        try:
            return cls(parts[0], parts[1], str(uuid.UUID(parts[2])))
        except (IndexError, ValueError):
            return None


@dataclass(frozen=True)
class _Place:
    """A dataset's name, as OpenLineage names datasets."""

    namespace: str
    name: str


@dataclass(frozen=True)
class Lineage:
    """Makes the events of one run.

    Attributes:
        target: with its settings filled in.
        sql: view -> what it compiles to.
        namespace: of the jobs.
    """

    analyzed: AnalyzedProject
    target: Target
    sql: Mapping[str, str]
    namespace: str
    run_id: str
    parent: ParentRun | None = None

    def run_event(self, state: State, at: datetime, message: str = "") -> RunEvent:
        """Of the whole run."""
        facets = self._run_facets(message)
        if self.parent is not None:
            facets["parent"] = _parent(self.parent.namespace, self.parent.job, self.parent.run)
        return self._event(state, at, "run", "RUN", facets, {})

    def run_finished(self, result: RunResult) -> RunEvent:
        """ABORT where a signal stopped it, FAIL where a step failed."""
        state: State = "ABORT" if result.interrupted is not None else "FAIL" if result.exit_code else "COMPLETE"
        message = "; ".join(f"{s.step}.{s.view}: {s.message}" for s in result.failed)
        return self.run_event(state, result.completed_at, message)

    def step_event(
        self, state: State, at: datetime, view: str, step: Step, message: str = "", rows: int | None = None
    ) -> RunEvent:
        """Of one step of one view, with what it reads and writes."""
        facets = self._run_facets(message)
        facets["parent"] = _parent(self.namespace, self._job("run"), self._id("run"))
        spec = self.analyzed.views[view].spec
        about: dict[str, JobFacet] = {}
        if spec.description:
            about["documentation"] = documentation_job.DocumentationJobFacet(spec.description)
        if step == "build" and view in self.sql:
            about["sql"] = sql_job.SQLJobFacet(self.sql[view], self.target.type)
        inputs = self.analyzed.views[view].relations if step == "build" else (spec.key,)
        outputs = [self._output(view, step, rows)] if step in {"build", "export"} else []
        return self._event(
            state, at, f"{step}.{view}", step.upper(), facets, about, [self._input(key) for key in inputs], outputs
        )

    def step_finished(self, result: StepResult) -> RunEvent:
        """ABORT where a signal stopped it, FAIL where it failed."""
        at, message = result.completed_at, result.message
        if result.status == "error":
            state: State = "ABORT" if result.interrupted else "FAIL"
            return self.step_event(state, at, result.view, result.step, message or "it failed")
        return self.step_event("COMPLETE", at, result.view, result.step, rows=result.rows)

    def _event(
        self,
        state: State,
        at: datetime,
        unique_id: str,
        kind: str,
        facets: dict[str, RunFacet],
        about: dict[str, JobFacet],
        inputs: Iterable[InputDataset] = (),
        outputs: Iterable[OutputDataset] = (),
    ) -> RunEvent:
        job_type = job_type_job.JobTypeJobFacet("BATCH", "FEATUREC", kind)
        return RunEvent(
            eventType=RunState(state),
            eventTime=at.isoformat(),
            run=Run(self._id(unique_id), facets),
            job=Job(self.namespace, self._job(unique_id), {"jobType": job_type, **about}),
            inputs=list(inputs),
            outputs=list(outputs),
        )

    def _job(self, unique_id: str) -> str:
        """``shop.prod.build.orders``: the same view on another target is another job."""
        return f"{self.analyzed.project.name}.{self.target.name}.{unique_id}"

    def _id(self, unique_id: str) -> str:
        """The run id of a node: the same whenever it is asked for."""
        return str(uuid.uuid5(uuid.NAMESPACE_URL, f"urn:featurec:run:{self.run_id}:{unique_id}"))

    def _run_facets(self, message: str) -> dict[str, RunFacet]:
        engine = processing_engine_run.ProcessingEngineRunFacet(featurec.__version__, "featurec", featurec.__version__)
        facets: dict[str, RunFacet] = {"processing_engine": engine}
        if message:
            facets["errorMessage"] = error_message_run.ErrorMessageRunFacet(message, "SQL")
        return facets

    def _input(self, key: str) -> InputDataset:
        place = self._place(key)
        source = self.analyzed.project.sources.get(key)
        columns = source.columns if source else self.analyzed.views[key.partition(".")[2]].columns
        return InputDataset(place.namespace, place.name, facets={"schema": _schema((c.name, c.type) for c in columns)})

    def _output(self, view: str, step: Step, rows: int | None) -> OutputDataset:
        found = self.analyzed.views[view]
        assert isinstance(found.spec, FeatureView)
        if step == "build":
            place, lineage = self._place(found.spec.key), table_lineage(found)
            columns = {c.name: c.type for c in found.columns}
        else:
            place, lineage = self._online(view), online_lineage(self.analyzed, view)
            types = {c.name: c.type for c in found.columns}
            types |= {w.name: w.type for w in windowed_features(self.analyzed, view)}
            columns = {name: types.get(name) for name in lineage.columns}
        about = {feature.name: feature.description for feature in found.spec.features}
        facets: dict[str, DatasetFacet] = {
            "schema": _schema(columns.items(), about),
            "columnLineage": self._column_lineage(lineage),
        }
        counted = output_statistics_output_dataset.OutputStatisticsOutputDatasetFacet(rowCount=rows)
        statistics: dict[str, OutputDatasetFacet] = {} if rows is None else {"outputStatistics": counted}
        return OutputDataset(place.namespace, place.name, facets=facets, outputFacets=statistics)

    def _column_lineage(self, lineage: ColumnLineage) -> column_lineage_dataset.ColumnLineageDatasetFacet:
        fields = {
            column: column_lineage_dataset.Fields(self._fields(influences))
            for column, influences in lineage.columns.items()
            if influences
        }
        return column_lineage_dataset.ColumnLineageDatasetFacet(fields, self._fields(lineage.rows))

    def _fields(self, influences: Iterable[Influence]) -> list[column_lineage_dataset.InputField]:
        """One entry a column, with every way in which it matters."""
        kinds: dict[tuple[str, str], list[column_lineage_dataset.Transformation]] = {}
        for influence in influences:
            kind = "DIRECT" if influence.direct else "INDIRECT"
            ways = kinds.setdefault((influence.relation, influence.column), [])
            ways.append(column_lineage_dataset.Transformation(kind, influence.kind, "", masking=False))
        places = {relation: self._place(relation) for relation, _ in kinds}
        return [
            column_lineage_dataset.InputField(places[relation].namespace, places[relation].name, column, ways)
            for (relation, column), ways in kinds.items()
        ]

    def _place(self, key: str) -> _Place:
        """Of a source table or a view's table: of a view, the name under which readers see whichever version is active."""
        root = Path(self.analyzed.project.root)
        source = self.analyzed.project.sources.get(key)
        if source is None:
            return self._offline(str(self.target.offline.get("schema") or "features"), key.partition(".")[2])
        if source.path is not None:
            return _Place("file", str((root / source.path).resolve()))
        return self._offline(source.schema or ("public" if self.target.type == "postgres" else "main"), source.table)

    def _offline(self, schema: str, table: str) -> _Place:
        settings = self.target.offline
        if self.target.type == "postgres":
            return self._server(str(settings["url"]), schema, table)
        if self.target.type == "duckdb":
            path = str(settings.get("path") or f".featurec/{self.target.name}.duckdb")
            file = path if path == ":memory:" else str((Path(self.analyzed.project.root) / path).resolve())
            return _Place(f"duckdb://{file}", f"{schema}.{table}")
        host = urlsplit(str(settings.get("url") or "")).netloc.rpartition("@")[2]
        return _Place(f"{self.target.type}://{host or 'localhost'}", f"{schema}.{table}")

    def _online(self, view: str) -> _Place:
        settings = self.target.online or {}
        schema = settings.get("schema") or self.target.offline.get("schema") or "features"
        return self._server(str(settings.get("url") or EMBEDDED), f"{schema}_online", view)

    def _server(self, url: str, schema: str, table: str) -> _Place:
        if url == EMBEDDED:
            return _Place(f"postgres://{EMBEDDED}", f"{self.analyzed.project.name}.{schema}.{table}")
        host, port, database = address(url)
        return _Place(f"postgres://{host}:{port}", f"{database}.{schema}.{table}")


def _parent(namespace: str, job: str, run: str) -> parent_run.ParentRunFacet:
    return parent_run.ParentRunFacet(parent_run.Run(run), parent_run.Job(namespace, job))


def _schema(
    columns: Iterable[tuple[str, str | None]], about: Mapping[str, str] | None = None
) -> schema_dataset.SchemaDatasetFacet:
    described = about or {}
    return schema_dataset.SchemaDatasetFacet(
        [
            schema_dataset.SchemaDatasetFacetFields(name, kind, described.get(name) or None, position)
            for position, (name, kind) in enumerate(columns, 1)
        ]
    )
