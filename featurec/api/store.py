"""``featurec.FeatureStore``: a project and one of its targets, for Python programs."""

from __future__ import annotations

import asyncio
import os
import threading
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING

from featurec import clock
from featurec.api.findings import RunFailed, report
from featurec.api.historical import RetrievalJob, asked_spine
from featurec.api.online import OnlineResponse
from featurec.api.reading import Reader, by_entity, entities_of, entity_columns
from featurec.api.requests import Asked, Features, instant, named, stretch, variables
from featurec.api.writing import Merge, need_online
from featurec.cli.opening import need
from featurec.cli.root import need_target, project_root
from featurec.compiler import AnalyzedProject, Loaded, analyze_project, load_project
from featurec.errors import CannotOperate
from featurec.online.on_demand import Prepared
from featurec.online.postgres import store_address, store_schema
from featurec.online.protocol import Published
from featurec.online.sessions import Sessions
from featurec.project import resolve_target
from featurec.run.events import RunResult
from featurec.run.run import RunOptions, run
from featurec.run.train import TrainOptions
from featurec.spec import Entity, FeatureView, Project, Service, SourceTable, Target

if TYPE_CHECKING:
    from featurec.engines.frames import Frame
    from featurec.report.plan import PlanReport


_KNOWN = 1024
"""How many different requests are kept."""


@dataclass(frozen=True, eq=False)
class _State:
    """What one look at the files found; replaced as a whole."""

    loaded: Loaded
    target: Target
    prepared: dict[tuple[object, ...], Prepared | None]
    asked: dict[object, Asked]


class FeatureStore:
    """A project, read at one of its targets.

    Args:
        path: a folder of the project.
        target: name of a target; None for the project's default.
        vars: override the project's variables.

    Raises FeaturecError where the project's files cannot be read, and gives their warnings to ``warnings``.

    Any number of threads may use one store, and any number of event loops ``get_online_features_async``. Online reads go on
    side by side; what reads or writes the offline store goes one after the other. The files are read once, and again by
    ``refresh``; new versions of views in the online store are noticed at once.

    >>> with featurec.FeatureStore("shop") as store:
    ...     store.get_online_features("return_risk", [{"customer_id": 5, "sku": "boots"}]).to_dict()["price"]
    [Decimal('141.90')]
    """

    def __init__(
        self, path: str | Path = ".", target: str | None = None, vars: Mapping[str, object] | None = None
    ) -> None:
        self._root = project_root(None, Path(path))
        self._target_name = target
        self._vars = variables(vars)
        self._lock = threading.RLock()
        self._offline_turn = threading.RLock()
        self._turns: dict[str, threading.Lock] = {}
        self._state = self._look()
        self._sessions = Sessions(lambda: store_address(self._state.target, self._root)[0])
        self._reader = Reader(self._sessions, store_schema(self._state.target))

    def _look(self) -> _State:
        loaded = load_project(self._root, target=self._target_name, vars=self._vars)
        need_target(loaded.project, self._target_name)
        report(loaded.diagnostics)
        target, findings = resolve_target(loaded.project, self._target_name, os.environ)
        if target is None:
            raise CannotOperate(findings)
        report(findings)
        return _State(loaded, target, {}, {})

    def __enter__(self) -> FeatureStore:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """End the sessions of the online store. The store may be used again, and then opens new ones."""
        self._sessions.close()

    def refresh(self) -> None:
        """Read the project's files anew. Where they have errors it raises FeaturecError, and what was known stays."""
        self._state = self._look()

    @property
    def project(self) -> Project:
        """Everything that the project's files declare."""
        return self._state.loaded.project

    # Training sets

    def get_historical_features(
        self,
        entity_df: str | Path | Frame,
        features: Features,
        full_feature_names: bool = False,
        strict: bool = False,
        *,
        timestamp_field: str | None = None,
        with_timestamps: bool = False,
    ) -> RetrievalJob:
        """A training set: the rows of a spine, each with the features as they were known at its time.

        Args:
            entity_df: a pandas or polars DataFrame, a pyarrow Table or RecordBatchReader, a dict of lists, a list of dicts;
                a path to a Parquet or CSV file; the name of a spine of the project, or of a table; or a SELECT, which may
                use ``source()`` and ``ref()`` and goes through the same checks as a file of ``spines/``. It has the join
                keys, a time, and any other columns. Rows in memory are copied now.
            features: a service or its name, or a list of ``view:feature`` and ``view``.
            full_feature_names: name features ``view__feature``.
            strict: only rows usable before the spine's time, not at it.
            timestamp_field: the spine's time column; default ``event_timestamp``. A spine of the project has its own.
            with_timestamps: add the event time that each view's features are from.

        Raises FeaturecError, here or when rows are asked for.

        >>> orders = {"customer_id": [5], "sku": ["boots"], "event_timestamp": [datetime(2024, 3, 1, tzinfo=UTC)]}
        >>> store.get_historical_features(orders, ["product_price:price"]).to_arrow()["price"].to_pylist()
        [Decimal('116.10')]
        """
        state = self._state
        requests = Asked.of(state.loaded.project, features).requests
        spine = asked_spine(state.loaded, entity_df, timestamp_field)
        options = TrainOptions(
            timestamp=timestamp_field or TrainOptions.timestamp,
            strict=strict,
            full_feature_names=full_feature_names,
            with_timestamps=with_timestamps,
        )
        return RetrievalJob(spine, state.target, requests, options, self._offline)

    # Online reads

    def get_online_features(
        self,
        features: Features,
        entity_rows: Frame,
        full_feature_names: bool = False,
    ) -> OnlineResponse:
        """Features of entities as a model gets them at this instant, by one query.

        Args:
            features: as of ``get_historical_features``.
            entity_rows: a list of dicts, a dict of lists, or a frame: the join keys, and what on-demand views take as inputs.
                Text is read as the key's type.
            full_feature_names: name features ``view__feature``.

        Raises FeaturecError: FC940 a view or feature is not in the store, FC941 a key is missing, FC942 a key's value is not
        of its type; CannotOperate where the store does not answer.

        >>> answer = store.get_online_features(["product_price:price"], [{"sku": "boots"}, {"sku": "none such"}])
        >>> answer.to_dict()
        {'sku': ['boots', 'none such'], 'price': [Decimal('141.90'), None]}
        >>> [str(status) for status in answer.statuses["price"]]
        ['PRESENT', 'NOT_FOUND']
        """
        asked, columns = self._asked_online(features), entity_columns(entity_rows)
        prepared = self._prepared(asked, full_feature_names)
        if prepared is None:
            answer = self._reader.read(asked, full_feature_names, columns, clock.now())
            return OnlineResponse(columns, answer, None)
        entities = entities_of(columns)
        found = self._reader.read(Asked(prepared.requests), True, columns, clock.now()) if prepared.requests else None
        return OnlineResponse(columns, None, prepared.evaluate(entities, by_entity(found, entities)))

    async def get_online_features_async(
        self,
        features: Features,
        entity_rows: Frame,
        full_feature_names: bool = False,
    ) -> OnlineResponse:
        """As ``get_online_features``; the event loop is free while the store answers."""
        asked, columns = self._asked_online(features), entity_columns(entity_rows)
        prepared = self._prepared(asked, full_feature_names)
        if prepared is None:
            answer = await self._reader.read_async(asked, full_feature_names, columns, clock.now())
            return OnlineResponse(columns, answer, None)
        entities = entities_of(columns)
        wanted = Asked(prepared.requests) if prepared.requests else None
        found = await self._reader.read_async(wanted, True, columns, clock.now()) if wanted else None
        return OnlineResponse(columns, None, prepared.evaluate(entities, by_entity(found, entities)))

    def _asked_online(self, features: Features) -> Asked:
        """What is asked for, read once for the same words."""
        project, known = self._state.loaded.project, self._state.asked
        if not isinstance(features, list | str) or not all(isinstance(text, str) for text in features):
            return Asked.of(project, features)
        key = features if isinstance(features, str) else tuple(features)
        if (found := known.get(key)) is None:
            if len(known) >= _KNOWN:
                known.clear()
            found = known[key] = Asked.of(project, features)
        return found

    def _prepared(self, asked: Asked, full: bool) -> Prepared | None:
        """What computes the on-demand views that are asked for, made once."""
        if not asked.computed:
            return None
        state, requests = self._state, asked.requests
        key = (full, asked.key)
        with self._lock:
            if key not in state.prepared:
                compilation = analyze_project(state.loaded, {request.view for request in requests})
                report(compilation.diagnostics)
                made, findings = Prepared.of(compilation.analyzed, requests, full)
                report(findings)
                state.prepared[key] = made
            return state.prepared[key]

    # Writing

    def push(self, push_source_name: str, df: Frame, to: str = "online") -> Published:
        """Merge rows into the online store; see ``write_to_online_store``.

        Args:
            push_source_name: name of a feature view. There are no push sources: a view is what takes rows.
            to: ``online``. The offline store is computed from its sources, so that a row for it goes into the source.
        """
        need_online(to)
        return self.write_to_online_store(push_source_name, df)

    async def push_async(self, push_source_name: str, df: Frame, to: str = "online") -> Published:
        """As ``push``; see ``write_to_online_store_async``."""
        need_online(to)
        return await self.write_to_online_store_async(push_source_name, df)

    def write_to_online_store(self, feature_view_name: str, df: Frame) -> Published:
        """Merge rows into the version of a view that readers see, by the rules of exports: all of them, or none.

        A row replaces an older one, and one of equal times that differs; an older one changes nothing. A later export of a
        newer row replaces it, one of an older row changes nothing.

        Args:
            df: a frame, a dict of lists or a list of dicts. It has the view's join keys, all of its declared features, its
                timestamp, and its created timestamp where the header names one; nothing else. Values must be of the
                declared types. Times without a zone are meant in the project's.

        Returns how many rows came, were written, and were older than what is there.

        Raises FeaturecError: FC962 for rows that the view could not have, and for views that take none, as those with
        windows; FC940 where the view was never exported; FC932 while another process exports it.

        >>> row = {"sku": "boots", "changed_at": datetime(2024, 6, 1, tzinfo=UTC), "price": Decimal("89.00")}
        >>> store.write_to_online_store("product_price", [row]).updated
        1
        """
        return self._merge(feature_view_name, df).run()

    async def write_to_online_store_async(self, feature_view_name: str, df: Frame) -> Published:
        """As ``write_to_online_store``, in a thread: the event loop is free while rows are checked and merged.

        A frame must not be changed before the rows are there. A task that is cancelled does not stop a merge that has begun.
        """
        return await asyncio.to_thread(self._merge(feature_view_name, df).run)

    def _merge(self, view: str, df: Frame) -> Merge:
        return Merge.of(self._state.loaded, self._state.target, self._root, self._turns, view, df)

    def materialize(
        self, start_date: datetime, end_date: datetime, feature_views: Sequence[str] | None = None
    ) -> RunResult:
        """Compute rows of start ≤ event time < end anew, and export the newest row of each entity.

        Args:
            start_date, end_date: without a zone they are meant in the project's.
            feature_views: names; None for all views.

        Raises RunFailed, which has the result, where a step failed; FeaturecError where nothing could begin.

        >>> store.materialize(datetime(2024, 1, 1), datetime(2024, 2, 1), ["product_price"]).exit_code
        0
        """
        restated = stretch(start_date, end_date, self.project.timezone)
        return self._run(feature_views, RunOptions(restated=restated))

    def materialize_incremental(self, end_date: datetime, feature_views: Sequence[str] | None = None) -> RunResult:
        """Bring offline tables up to date and export what changed, as ``featurec run`` does.

        Args:
            end_date: the instant that exports are as of; a later one than now is now.
            feature_views: names; None for all views.

        Raises as ``materialize``.
        """
        return self._run(feature_views, RunOptions(), instant(end_date, self.project.timezone))

    def _run(self, views: Sequence[str] | None, options: RunOptions, at: datetime | None = None) -> RunResult:
        analyzed = self._analyzed()
        views = [views] if isinstance(views, str) else views
        need(views or (), analyzed.project.views, "feature view")
        now = clock.now()
        chosen = [name for name in analyzed.order if views is None or name in views]
        with self._offline():
            result = run(analyzed, self._state.target, chosen, min(at or now, now), lambda _: None, options)
        if result.exit_code:
            raise RunFailed(result)
        report(finding for step in result.steps for finding in step.diagnostics)
        return result

    def plan(self) -> PlanReport:
        """What has changed since the target's last run, and what a run would write; nothing is written."""
        from featurec.cli.planning import Judged, plan_report

        with self._offline():
            return plan_report(Judged(self._analyzed(), self._state.target, None, None, None), full_refresh=False)

    def _analyzed(self) -> AnalyzedProject:
        with self._lock:
            compilation = analyze_project(self._state.loaded)
        report(compilation.diagnostics)
        return compilation.analyzed

    @contextmanager
    def _offline(self) -> Iterator[None]:
        """Work on the offline store; DuckDB's file is opened by one at a time."""
        with self._offline_turn:
            yield

    # What there is

    def list_entities(self) -> list[Entity]:
        """Entities, in the order of ``entities.yml``."""
        return list(self.project.entities.values())

    def list_data_sources(self) -> list[SourceTable]:
        """Tables of ``sources.yml``."""
        return list(self.project.sources.values())

    def list_feature_views(self) -> list[FeatureView]:
        """Feature views by path, without on-demand views."""
        return [view for view in self.project.views.values() if not view.inputs]

    def list_on_demand_feature_views(self) -> list[FeatureView]:
        """Feature views that have inputs."""
        return [view for view in self.project.views.values() if view.inputs]

    def list_feature_services(self) -> list[Service]:
        """Services, in the order of ``services.yml``."""
        return list(self.project.services.values())

    def get_entity(self, name: str) -> Entity:
        """An entity. Raises FeaturecError (FC953) where there is none of that name; so do the others."""
        return named(self.project.entities, name, "entity")

    def get_data_source(self, name: str) -> SourceTable:
        """A table by ``source.table``."""
        return named({f"{t.source}.{t.name}": t for t in self.project.sources.values()}, name, "source")

    def get_feature_view(self, name: str) -> FeatureView:
        """A feature view, on-demand or not."""
        return named(self.project.views, name, "feature view")

    def get_feature_service(self, name: str) -> Service:
        """A service, which may stand where its name may."""
        return named(self.project.services, name, "service")
