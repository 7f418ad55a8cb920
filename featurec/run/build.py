"""Builds one view's offline table beside the old one and switches to it, all in one transaction."""

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from featurec.codegen import ident, render_sql
from featurec.compiler import (
    AnalyzedProject,
    AnalyzedView,
    BuiltTable,
    Physical,
    Statistics,
    build_query,
    dropped_query,
    view_keys,
)
from featurec.engines.protocol import Engine
from featurec.errors import FeaturecError
from featurec.run.state import State, Version
from featurec.spec import FeatureView

_NAME_BYTES = 63


@dataclass(frozen=True)
class Built:
    """What a build made.

    Attributes:
        version: as it is recorded.
        superseded: older tables of the same definition, which nobody reads any more.
    """

    version: Version
    superseded: tuple[Version, ...]

    @property
    def table(self) -> BuiltTable:
        return self.version.built


def build_view(engine: Engine, analyzed: AnalyzedProject, view: str, physical: Physical, now: datetime) -> Built:
    """Compute a view into a new table and let readers see it. Raises FeaturecError; then nothing has changed.

    Args:
        physical: where the views that it reads live.
        now: recorded as the time of the build.
    """
    found = analyzed.views[view]
    query, findings = build_query(analyzed, view, engine.dialect, physical)
    counting, more = dropped_query(analyzed, view, engine.dialect, physical)
    if query is None or counting is None:
        raise FeaturecError([*findings, *more])
    state = State(engine)
    keys = view_keys(analyzed, view)
    with engine.transaction():
        state.lock(view)
        before = [version for version in state.versions() if version.view == view]
        name = _table_name(view, found.fingerprint, {version.table for version in before})
        table = (engine.schema, name)
        engine.execute(render_sql("build/create.sql", engine.dialect, table=table, keys=keys, query=query.sql.strip()))
        if engine.dialect.name == "postgres":
            engine.execute(render_sql("build/finish.sql", engine.dialect, table=table, keys=keys))
        columns = engine.columns(ident(table, engine.dialect))
        aggregated = _aggregated(found, columns)
        shape = engine.query(
            render_sql("build/shape.sql", engine.dialect, table=table, keys=keys, aggregated=aggregated)
        )[0]
        dropped = engine.query(counting.sql)[0]["dropped"]
        version = Version(
            view,
            found.fingerprint,
            name,
            shape["row_count"],
            dropped,
            shape["is_unique"],
            shape["is_ordered"],
            now,
            Statistics(
                shape["row_count"],
                shape["entities"],
                shape["duration"],
                frozenset(column for n, column in enumerate(aggregated, 1) if shape[f"full_{n}"]),
            ),
            True,
        )
        state.publish(version, [column for column in columns if not column.startswith("__fc_")])
    return Built(version, tuple(old for old in before if old.fingerprint == found.fingerprint))


def _aggregated(view: AnalyzedView, columns: Iterable[str]) -> list[str]:
    """The columns of a view's table that its windows aggregate."""
    assert isinstance(view.spec, FeatureView)
    asked = {found.name for a in view.spec.aggregations if a.column and (found := view.column(a.column))}
    return [column for column in columns if column in asked]


def _table_name(view: str, fingerprint: str, taken: set[str]) -> str:
    """``view__1f3a9c02``, with a number for a further build of the same definition."""
    stem = f"{view}__{fingerprint[:8]}"
    if len(stem.encode()) > _NAME_BYTES - 6:
        stem = f"{hashlib.sha256(view.encode()).hexdigest()[:32]}__{fingerprint[:8]}"
    number = 1
    while (name := stem if number == 1 else f"{stem}_{number}") in taken:
        number += 1
    return name
