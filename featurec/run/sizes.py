"""About how many rows a training set is made of, as far as that can be told without computing anything."""

from collections.abc import Collection
from pathlib import Path

from featurec.codegen import ident, render_sql
from featurec.compiler import Compilation, Physical
from featurec.engines.protocol import Engine
from featurec.file_pattern import matching_only, source_pattern

_CSV_BYTES = 40
"""Bytes of a row of a CSV file, on average."""


class Rows:
    """The rows of tables, files and views of a project, each asked for once.

    A view that is computed counts as many rows as all that it reads together.
    """

    def __init__(self, engine: Engine, compilation: Compilation, home: Physical) -> None:
        self._engine = engine
        self._project = compilation.project
        self._analyzed = compilation.analyzed
        self._home = home
        self._known: dict[str, int] = {}

    def of_views(self, names: Collection[str]) -> dict[str, int]:
        """View -> its rows."""
        return {name: self._of(f"view.{name}") for name in names}

    def of_spine(self, spine: str | Path | tuple[str, ...]) -> int:
        """The rows of a file, of a table by the parts of its name, or those that a ``spines/*.sql`` reads."""
        if isinstance(spine, str):
            return sum(map(self._of, self._analyzed.spines[spine].relations))
        if isinstance(spine, Path):
            return self._of_file(matching_only(str(spine.resolve())))
        return self._engine.estimated_rows(ident(spine, self._engine.dialect))

    def _of(self, key: str) -> int:
        if key not in self._known:
            self._known[key] = self._found(key)
        return self._known[key]

    def _found(self, key: str) -> int:
        if not key.startswith("view."):
            return self._of_source(key)
        name = key.removeprefix("view.")
        built = self._home.built.get(name)
        if built is None:
            return sum(map(self._of, self._analyzed.views[name].relations))
        if built.statistics is not None:
            return built.statistics.rows
        return self._engine.estimated_rows(ident((self._home.schema, built.table), self._engine.dialect))

    def _of_source(self, key: str) -> int:
        table = self._project.sources[key]
        if table.path is None:
            name = (table.schema, table.table) if table.schema else (table.table,)
            return self._engine.estimated_rows(ident(name, self._engine.dialect))
        return self._of_file(source_pattern(table.path, self._home.data_root))

    def _of_file(self, path: str) -> int:
        dialect = self._engine.dialect
        if path.lower().endswith(".parquet"):
            return self._engine.estimated_rows(render_sql("ddl/file.sql", dialect, path=path, csv=False))
        found: int = self._engine.query(render_sql("ddl/file_size.sql", dialect, path=path))[0]["bytes"]
        return found // _CSV_BYTES
