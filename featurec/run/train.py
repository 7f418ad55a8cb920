"""Training sets: a spine, and for each of its rows the features as they were known then, in one file."""

import os
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, cast

from featurec.codegen.on_demand import looked_up
from featurec.compiler import Compilation, CompiledQuery, Physical, Sizes, SpineTable, TrainingRequest, training_query
from featurec.diagnostic import Diagnostic, has_errors
from featurec.engines.open import open_engine
from featurec.engines.protocol import Access, Engine, Format, SpineSource
from featurec.errors import CannotOperate, FeaturecError
from featurec.failpoint import failpoint
from featurec.run.sizes import Rows
from featurec.run.state import physical
from featurec.run.watch import Progress, Watch
from featurec.spec import FeatureRequest, Target

if TYPE_CHECKING:
    from featurec.engines.arrow import Table

FORMATS = (".parquet", ".csv")


@dataclass(frozen=True)
class TrainOptions:
    """How a training set is asked for.

    Attributes:
        timestamp: the as-of column of a spine that is a file or a table.
        strict: only rows usable before the spine's time, not at it.
        full_feature_names: name features ``view__feature``.
        with_timestamps: add the event time that each view's features are from.
        strategy: as-of strategy in the place of the dialect's choice.
        window_strategy: window strategy in the place of the one that is chosen by what is known of the data.
        parts: in how many parts each group of lookups is computed, where the engine has a limit of memory; by default as
            many as that needs.
    """

    timestamp: str = "event_timestamp"
    strict: bool = False
    full_feature_names: bool = False
    with_timestamps: bool = False
    strategy: str | None = None
    window_strategy: str | None = None
    parts: int | None = None


@dataclass(frozen=True)
class TrainResult:
    """A training set that was written.

    Attributes:
        columns: of the file, in order.
        notes: per view where it was read and how it was looked up; in which parts, where it was computed in parts.
        computed: views that have no up-to-date table, in the order asked for.
        warnings: findings that did not stop it.
    """

    rows: int
    columns: tuple[str, ...]
    seconds: float
    notes: tuple[str, ...]
    computed: tuple[str, ...]
    warnings: tuple[Diagnostic, ...]


@dataclass(frozen=True)
class TrainTable:
    """A training set in memory: the rows that a Parquet file would have, in its order, and findings that did not stop it."""

    rows: "Table"
    warnings: tuple[Diagnostic, ...]


def train(
    compilation: Compilation,
    target: Target,
    spine: str | Path | tuple[str, ...],
    requests: Sequence[FeatureRequest],
    options: TrainOptions,
    out: Path,
    progress: Progress = lambda _: None,
) -> TrainResult:
    """Write a training set; ``out`` appears when it is complete, or not at all.

    Args:
        target: with its settings filled in.
        spine: name of a ``spines/*.sql``, a Parquet or CSV file, or the name parts of a table.
        requests: features per view and role, in order.
        out: ``.parquet`` or ``.csv``; replaced where it exists.
        progress: is told how much is done.

    Raises FeaturecError: FC261 to FC265 for what cannot be joined, FC954 and FC955 for the spine, what the engine
    refuses; CannotOperate: FC957 for ``out``, FC901 and on for the engine.
    """
    started = time.monotonic()
    with _replacing(out) as temporary, _planned(compilation, target, spine, requests, options, temporary) as planned:
        form = cast(Format, out.suffix.lower()[1:])
        with _prepared(planned, progress):
            rows = planned.engine.write(planned.query.sql, temporary, form, planned.types, planned.query.after)
    query = planned.query
    names = tuple(column.name for column in query.columns)
    notes = (*query.notes, query.division.note) if query.division and query.before else query.notes
    views = looked_up(requests, compilation.analyzed)
    computed = tuple(view for view in views if view not in planned.home.built)
    seconds = time.monotonic() - started
    return TrainResult(rows, names, seconds, notes, computed, tuple(planned.findings))


@contextmanager
def _prepared(planned: "_Planned", progress: Progress) -> Iterator[None]:
    """Run what comes before the query, which is run inside."""
    engine, before = planned.engine, planned.query.before
    with Watch(engine, len(before) + 1, progress) as watch:
        for statement in before:
            engine.execute(statement)
            watch.step()
            failpoint("train.part")
        yield


def train_table(
    compilation: Compilation,
    target: Target,
    spine: str | Path | tuple[str, ...],
    requests: Sequence[FeatureRequest],
    options: TrainOptions,
) -> TrainTable:
    """A training set in memory. Arguments and errors as of ``train``."""
    with _planned(compilation, target, spine, requests, options) as planned, _prepared(planned, lambda _: None):
        return TrainTable(
            planned.engine.table(planned.query.sql, planned.types, planned.query.after), tuple(planned.findings)
        )


def training_sql(
    compilation: Compilation,
    target: Target,
    spine: str | Path | tuple[str, ...],
    requests: Sequence[FeatureRequest],
    options: TrainOptions,
) -> tuple[str, ...]:
    """The statements that make a training set, the last of which yields its rows. Arguments and errors as of ``train``.

    FC402 where the warehouse is not the one that evaluates on-demand views.
    """
    with _planned(compilation, target, spine, requests, options) as planned:
        if planned.query.after:
            raise FeaturecError([_not_one_query(planned.engine.dialect.name)])
        return (*planned.query.before, planned.query.sql)


def _not_one_query(dialect: str) -> Diagnostic:
    return Diagnostic(
        "FC402",
        f"a training set with on-demand views is no query of {dialect}",
        cause=f"{dialect} joins what they read, and DuckDB computes them of its rows",
        fix="write it to a file or take it as a table; or leave the on-demand views out",
    )


def explain_training(
    compilation: Compilation,
    target: Target,
    spine: str | Path | tuple[str, ...],
    requests: Sequence[FeatureRequest],
    options: TrainOptions,
) -> tuple[str, ...]:
    """How a training set would be computed: per view where it is read, by which strategy, and why; the memory that it takes.

    Arguments as of ``train``.
    """
    with _planned(compilation, target, spine, requests, options) as planned:
        query = planned.query
        return (*query.notes, query.division.note) if query.division else query.notes


@dataclass(frozen=True)
class _Planned:
    """A training set that only needs to be run: the session, where views live in it, the query and warnings."""

    engine: Engine
    home: Physical
    query: CompiledQuery
    findings: Sequence[Diagnostic]

    @property
    def types(self) -> Mapping[str, str]:
        """Column -> type, where it is known."""
        return {column.name: column.type for column in self.query.columns if column.type}


@contextmanager
def _planned(
    compilation: Compilation,
    target: Target,
    spine: str | Path | tuple[str, ...],
    requests: Sequence[FeatureRequest],
    options: TrainOptions,
    *written: Path,
) -> Iterator[_Planned]:
    """Open the engine and plan; ``written`` are files that will be. Raises as ``train`` does."""
    analyzed, project = compilation.analyzed, compilation.project
    files = [*written, spine.resolve()] if isinstance(spine, Path) else [*written]
    engine = open_engine(target, project, Path(project.root), Access(files=files))
    try:
        fingerprints = {name: view.fingerprint for name, view in analyzed.views.items()}
        home = physical(engine, fingerprints, project.root)
        loaded = _loaded(engine, compilation, spine, requests, options)
        sizes = _sizes(engine, compilation, home, spine, requests, options)
        request = TrainingRequest(
            loaded,
            tuple(requests),
            options.strict,
            options.full_feature_names,
            options.with_timestamps,
            options.strategy,
            options.window_strategy,
            None if isinstance(loaded, str) else sizes.spine if sizes else loaded.rows,
            sizes,
        )
        query, findings = training_query(analyzed, request, engine.dialect, home)
        if query is None or has_errors(findings):
            raise FeaturecError(findings)
        yield _Planned(engine, home, query, findings)
    finally:
        engine.close()


def _sizes(
    engine: Engine,
    compilation: Compilation,
    home: Physical,
    spine: str | Path | tuple[str, ...],
    requests: Sequence[FeatureRequest],
    options: TrainOptions,
) -> Sizes | None:
    """What decides on parts; None where the engine needs none."""
    limit = engine.memory_limit()
    if limit is None:
        return None
    rows = Rows(engine, compilation, home)
    views = set(looked_up(requests, compilation.analyzed)) & compilation.analyzed.views.keys()
    return Sizes(rows.of_views(views), rows.of_spine(spine), limit, options.parts)


def _loaded(
    engine: Engine,
    compilation: Compilation,
    spine: str | Path | tuple[str, ...],
    requests: Sequence[FeatureRequest],
    options: TrainOptions,
) -> SpineTable | str:
    """The spine as the compiler takes it."""
    if isinstance(spine, str):
        return spine
    place = spine.resolve() if isinstance(spine, Path) else spine
    types = _key_types(compilation, requests)
    project = compilation.project
    return engine.load_spine(SpineSource(place, options.timestamp, project.timezone, types, tuple(project.spines)))


def _key_types(compilation: Compilation, requests: Sequence[FeatureRequest]) -> Mapping[str, str]:
    """Column of the spine -> type of the join key that it is matched with, or of the input that it is."""
    project, types = compilation.project, {}
    for request in requests:
        view = project.views.get(request.view)
        for entity in view.entities if view else ():
            for key in project.entities[entity].join_keys if entity in project.entities else ():
                if key.type:
                    types[request.join_keys.get(key.name, key.name)] = key.type
        types |= {given.name: given.type for given in view.inputs} if view else {}
    return types


@contextmanager
def _replacing(out: Path) -> Iterator[Path]:
    """A file beside ``out`` that takes its place at the end, and is removed where that is not reached."""
    if out.suffix.lower() not in FORMATS:
        raise _unwritable(out, "its suffix is neither .parquet nor .csv", "name a file .parquet or .csv")
    final = out.resolve()
    if not final.parent.is_dir():
        raise _unwritable(out, f"there is no folder {final.parent}", "make the folder, or write elsewhere")
    if final.is_dir():
        raise _unwritable(out, "it is a folder", "name a file in it")
    temporary = final.parent / f".featurec-{os.getpid()}{out.suffix.lower()}"
    try:
        temporary.touch()
    except OSError as error:
        raise _unwritable(out, str(error.strerror), "write where you have the rights") from None
    try:
        yield temporary
        with temporary.open("rb") as file:
            os.fsync(file.fileno())
        temporary.replace(final)
    finally:
        temporary.unlink(missing_ok=True)


def _unwritable(out: Path, cause: str, fix: str) -> CannotOperate:
    return CannotOperate([Diagnostic("FC957", f"`{out}` cannot be written", cause=cause, fix=fix)])
