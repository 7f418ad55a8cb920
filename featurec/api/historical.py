"""Training sets for Python programs: what is asked for, computed when an answer is asked for."""

from __future__ import annotations

import shutil
import tempfile
import weakref
from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

from featurec.api.findings import in_python, report
from featurec.compiler import Compilation, Loaded, analyze_project
from featurec.diagnostic import Diagnostic
from featurec.errors import CannotOperate, FeaturecError
from featurec.run.train import TrainOptions, TrainResult, train, train_table, training_sql
from featurec.source import SourceFile
from featurec.spec import FeatureRequest, Spine, Target

if TYPE_CHECKING:
    import pandas
    import polars
    import pyarrow

    from featurec.engines.frames import Frame

INLINE = "entity_df"
"""The name of a spine that is given as SQL."""


@dataclass(frozen=True)
class AskedSpine:
    """A spine as ``run.train`` takes it.

    Attributes:
        place: a spine of the project, a file, or the name parts of a table.
        loaded: the project; with one more spine, where that is given as SQL.
        folder: what the file lies in, if that is to go when nobody asks for rows any more.
    """

    place: str | Path | tuple[str, ...]
    loaded: Loaded
    folder: str | None = None


def asked_spine(loaded: Loaded, entity_df: str | Path | Frame, timestamp: str | None) -> AskedSpine:
    """The spine that is meant; rows in memory are written into a file of their own.

    Raises FeaturecError: FC951 for a time column that the spine declares itself, FC954 for what has no rows.
    """
    project = loaded.project
    if isinstance(entity_df, Path):
        return AskedSpine(entity_df, loaded)
    if isinstance(entity_df, str):
        if entity_df in project.spines:
            declared = project.spines[entity_df]
            if timestamp not in (None, declared.timestamp):
                claim = f"spine `{entity_df}` declares its own as-of column, `{declared.timestamp}`"
                fix = "leave out timestamp_field, or change the spine's header"
                raise CannotOperate([Diagnostic("FC951", claim, declared.spans.get("timestamp"), fix=fix)])
            return AskedSpine(entity_df, loaded)
        if any(mark.isspace() for mark in entity_df.strip()) and not Path(entity_df).exists():
            return AskedSpine(INLINE, _with_spine(loaded, entity_df, timestamp or TrainOptions.timestamp))
        if entity_df.lower().endswith((".parquet", ".csv")) or "/" in entity_df:
            return AskedSpine(Path(entity_df), loaded)
        return AskedSpine(tuple(entity_df.split(".")), loaded)
    from featurec.engines.frames import arrow_reader, write_parquet

    reader = arrow_reader(entity_df, INLINE)
    if not reader.schema.names:
        fix = "give it the join keys and a time, as columns; without rows they are empty"
        raise FeaturecError([Diagnostic("FC954", f"`{INLINE}` has no columns", fix=fix)])
    folder = tempfile.mkdtemp(prefix="featurec-")
    path = Path(folder) / f"{INLINE}.parquet"
    write_parquet(reader, path)
    return AskedSpine(path, loaded, folder)


def _with_spine(loaded: Loaded, sql: str, timestamp: str) -> Loaded:
    """With one more spine, a query that goes through the same checks as a file of ``spines/``."""
    spine = Spine(INLINE, SourceFile(INLINE, sql), 0, (), timestamp, dialect=loaded.project.dialect)
    project = replace(loaded.project, spines={**loaded.project.spines, INLINE: spine})
    return replace(loaded, project=project, context=replace(loaded.context, project=project))


class RetrievalJob:
    """A training set: every row of the spine once, in its order, with the features as they were known at its time.

    It is computed when rows are asked for, and each time anew; ``to_arrow`` and what is made of it share one table. Rows,
    order and types are those of ``featurec train -o x.parquet``, but that uuid and json are text. Any thread may use it.
    """

    def __init__(
        self,
        spine: AskedSpine,
        target: Target,
        requests: tuple[FeatureRequest, ...],
        options: TrainOptions,
        turn: Callable[[], AbstractContextManager[object]],
    ) -> None:
        self._spine = spine
        self._target = target
        self._requests = requests
        self._options = options
        self._turn = turn
        if spine.folder is not None:
            weakref.finalize(self, shutil.rmtree, spine.folder, ignore_errors=True)

    @cached_property
    def _compilation(self) -> Compilation:
        place = self._spine.place
        names = {request.view for request in self._requests} | ({place} if isinstance(place, str) else set())
        found = analyze_project(self._spine.loaded, names)
        report(found.diagnostics)
        return found

    @cached_property
    def _table(self) -> pyarrow.Table:
        with self._turn(), in_python():
            compiled = self._compilation
            found = train_table(compiled, self._target, self._spine.place, self._requests, self._options)
        report(found.warnings)
        return found.rows

    def to_arrow(self) -> pyarrow.Table:
        """The rows as a pyarrow Table."""
        return self._table

    def to_df(self) -> pandas.DataFrame:
        """The rows as a pandas DataFrame; whole numbers and booleans with NULL are ``Int64``, ``boolean`` and so on."""
        _need("pandas", "to_df")
        from featurec.engines.frames import to_pandas

        return to_pandas(self._table)

    def to_polars(self) -> polars.DataFrame:
        """The rows as a polars DataFrame."""
        _need("polars", "to_polars")
        from featurec.engines.frames import to_polars

        return to_polars(self._table)

    def to_sql(self) -> str:
        """The statements that make the rows, in the SQL of the target's warehouse; nothing is computed.

        The last of them yields the rows. A spine of rows or a file is the temporary relation ``__fc_spine_file`` in it.
        """
        with self._turn(), in_python():
            compiled = self._compilation
            found = training_sql(compiled, self._target, self._spine.place, self._requests, self._options)
        return ";\n\n".join(text.strip() for text in found) + "\n"

    def persist(self, path: str | Path) -> TrainResult:
        """Write the rows to a ``.parquet`` or ``.csv`` file, which appears when it is complete, or not at all.

        They need not fit into memory. Returns the number of rows, the columns, and how it was computed.
        """
        with self._turn(), in_python():
            compiled = self._compilation
            found = train(compiled, self._target, self._spine.place, self._requests, self._options, Path(path))
        report(found.warnings)
        return found


def _need(package: str, method: str) -> None:
    from importlib.util import find_spec

    if find_spec(package) is None:
        cause = f"{package} makes it, and is not installed"
        fix = f"pip install {package}, or take to_arrow()"
        raise FeaturecError([Diagnostic("FC951", f"there is no `{method}()` here", cause=cause, fix=fix)])
