"""DuckDB: a database file or memory, and Parquet and CSV files read where they lie. The only importer of duckdb."""

import json
import re
import time
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import replace
from datetime import datetime
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory, gettempdir
from threading import local
from typing import TYPE_CHECKING, Any, Literal

import duckdb

from featurec import clock
from featurec.codegen import render_sql
from featurec.codegen.on_demand import composed
from featurec.compiler import SpineTable
from featurec.diagnostic import Diagnostic
from featurec.dialects.dialect import get
from featurec.engines.file_marks import files_mark
from featurec.engines.holder import announce, held_since, withdraw
from featurec.engines.interruptible import interruptible, interruptibly
from featurec.engines.protocol import Access, Format, Row, SpineSource, StoredTable
from featurec.engines.spine import file_spine, first_lines, is_about_a_file, missing_file, table_spine, unreadable_file
from featurec.engines.tables import stored_tables
from featurec.engines.types import duckdb_type
from featurec.errors import CannotOperate, FeaturecError
from featurec.file_pattern import is_pattern, matching_only
from featurec.spec import Project, SourceTable, Target

# Arrow is imported where it is used: a training set from files and tables needs none, and its import takes long.
if TYPE_CHECKING:
    from featurec.engines.arrow import RecordBatchReader, Table

MEMORY = ":memory:"
_DATABASE = "__fc_database"
_BATCH_ROWS = 65_536
_HEADER_BYTES = 3 * 4096
_NEW_SECONDS = 2.0
_SMALL = {"threads": 1, "memory_limit": "256MB"}
"""What evaluating expressions over the rows of one request may take."""
_PLAIN = frozenset({"boolean", "tinyint", "smallint", "integer", "bigint", "hugeint", "double", "varchar"})
"""Types of which DuckDB itself makes the Python values that Arrow makes; for its times it needs another package."""
_INEXACT_IN_FILES = {"hugeint": "decimal(38,0)", "uhugeint": "decimal(38,0)"}
"""Types that Parquet files would hold as doubles -> what they are written as."""
_ELSE_IN_ARROW = {"timestamp_s": "timestamp"}
"""Types that Parquet files have no form of their own for -> what they hold instead."""


def open_engine(target: Target, project: Project, root: Path, access: Access) -> "DuckDBEngine":
    """Open the target's database: ``path`` relative to the project, default ``.featurec/<target>.duckdb``."""
    name = str(target.offline.get("path") or f".featurec/{target.name}.duckdb")
    schema = str(target.offline.get("schema") or "features")
    sources = [root / source.path for source in project.sources.values() if source.path]
    files = [*access.files, *(path for path in sources if not is_pattern(path.name))]
    folders = [path.parent for path in sources if is_pattern(path.name)]
    path = None if name == MEMORY else root / name
    if path and not access.write and not path.exists():
        path = None
    if path and access.write:
        path.parent.mkdir(parents=True, exist_ok=True)
    connection = _connected(path, read_only=not access.write, wait=access.wait)
    limits = {name: target.offline.get(name) for name in ("threads", "memory_limit")}
    release = None
    if path and access.write:
        announce(path)
        release = partial(withdraw, path)
    return DuckDBEngine(connection, schema, files, _spill_folder(root), folders, limits, release, root)


def open_files(files: Sequence[Path], limits: Mapping[str, object] | None = None) -> "DuckDBEngine":
    """A session in memory that reaches these files only, and a folder of its own for what does not fit into memory.

    ``limits``: ``threads`` and ``memory_limit``, where there are such.
    """
    every = {"threads": None, "memory_limit": None, **(limits or {})}
    spill = TemporaryDirectory(prefix="featurec-", ignore_cleanup_errors=True)
    return DuckDBEngine(_connected(None, read_only=False, wait=0), "main", files, spill.name, (), every, spill.cleanup)


def _connected(path: Path | None, read_only: bool, wait: float) -> duckdb.DuckDBPyConnection:
    """A connection with the database file attached as ``_DATABASE``; without a file, that is memory too."""
    connection = duckdb.connect(MEMORY)
    place = str(path) if path else MEMORY
    attach = render_sql(
        "ddl/attach_duckdb.sql", get("duckdb"), path=place, name=_DATABASE, read_only=path and read_only
    )
    deadline = time.monotonic() + wait
    while True:
        try:
            connection.execute(attach)
            return connection
        except duckdb.IOException as error:
            assert path is not None
            held = re.search(r"Conflicting lock is held in (.*?) \(PID (\d+)\)", str(error))
            late = time.monotonic() >= deadline
            if held is None and (late or not _is_being_made(path)):
                raise CannotOperate([_unusable(path, str(error))]) from None
            if held is not None and late:
                raise CannotOperate([_held(path, held[1], held[2], wait)]) from None
            time.sleep(0.1)
        except duckdb.Error as error:
            raise CannotOperate([_unusable(Path(place), str(error))]) from None


def _is_being_made(path: Path) -> bool:
    """Whether another process may just be writing the headers of a new file: it is new, and shorter than they are."""
    try:
        found = path.stat()
    except OSError:
        return False
    return found.st_size < _HEADER_BYTES and clock.now().timestamp() - found.st_mtime < _NEW_SECONDS


def _reached(paths: Iterable[Path]) -> list[str]:
    """How settings name paths: as they are, and as queries write them, for DuckDB looks at both."""
    return sorted({spelled for path in paths for spelled in (str(path), matching_only(str(path)))})


def _held(path: Path, program: str, pid: str, wait: float) -> Diagnostic:
    since = held_since(path, pid)
    return Diagnostic(
        "FC903",
        f"`{path.name}` is in use by another process, {pid} ({Path(program).name}){f', since {since}' if since else ''}",
        cause=f"DuckDB lets one writing process into a database file; {path} was still held after {wait:g} seconds",
        fix=f"wait until process {pid} has ended, or give this target another `path:`",
    )


def _unusable(path: Path, message: str) -> Diagnostic:
    return Diagnostic(
        "FC912",
        f"`{path}` cannot be opened as a DuckDB database",
        cause=first_lines(message),
        fix="check `path:` of the target and the rights of its folder; a file that is no database may be moved away",
    )


def _spill_folder(root: Path) -> str:
    """Where DuckDB puts what does not fit into memory: in the project, unless nothing may be written there."""
    folder = root / ".featurec" / "tmp"
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError:
        return gettempdir()
    return str(folder)


class DuckDBEngine:
    """A session; see ``protocol.Engine``. It reaches the named files and nothing else outside its database."""

    def __init__(
        self,
        connection: duckdb.DuckDBPyConnection,
        schema: str,
        files: Sequence[Path],
        spill: str,
        folders: Sequence[Path] = (),
        limits: Mapping[str, object] | None = None,
        release: Callable[[], None] | None = None,
        root: Path = Path(),
    ) -> None:
        self.dialect = get("duckdb")
        self.schema = schema
        self.copy_format: Literal["text", "binary"] = "text"
        self.database = None
        self._session = connection
        self._release = release
        self._root = root
        self._stream = connection.cursor()
        for one in (self._session, self._stream):
            one.execute(render_sql("ddl/connection_duckdb.sql", self.dialect, name=_DATABASE))
        settings = {"spill": spill, "folders": _reached(folders), "files": _reached(files), "limits": limits or {}}
        self.execute(render_sql("ddl/session_duckdb.sql", self.dialect, **settings))

    def close(self) -> None:
        self._stream.close()
        self._session.close()
        if self._release is not None:
            self._release()

    def execute(self, sql: str) -> int:
        with translated():
            rows = interruptible(lambda: self._session.execute(sql).fetchall(), self.cancel)
        return rows[0][0] if rows and isinstance(rows[0][0], int) else 0

    def query(self, sql: str) -> list[Row]:
        with translated():
            return interruptible(lambda: self._rows(sql), self.cancel)

    def _rows(self, sql: str) -> list[Row]:
        result = self._session.sql(sql)
        if all(duckdb_type(str(kind)) in _PLAIN for kind in result.types):
            return [dict(zip(result.columns, row, strict=True)) for row in result.fetchall()]
        from featurec.engines.arrow import records

        return records(result.to_arrow_table())

    def columns(self, relation: str) -> dict[str, str]:
        return self._result_columns(render_sql("ddl/columns.sql", self.dialect, relation=relation))

    def _result_columns(self, sql: str) -> dict[str, str]:
        with translated():
            result = self._session.sql(sql)
            return dict(zip(result.columns, (duckdb_type(str(kind)) for kind in result.types), strict=True))

    @contextmanager
    def transaction(self) -> Iterator[None]:
        with translated():
            self._session.begin()
        try:
            yield
            with translated():
                self._session.commit()
        except BaseException:
            with suppress(duckdb.Error):  # a failed commit has ended it already
                self._session.rollback()
            raise

    @contextmanager
    def lease(
        self,
        views: Sequence[str],  # noqa: ARG002  one process has the whole file
        run_id: str,  # noqa: ARG002
        since: datetime,  # noqa: ARG002
        wait: float,  # noqa: ARG002
    ) -> Iterator[Callable[[], None]]:
        yield lambda: None

    def mark(self, source: SourceTable) -> str | None:
        return files_mark(self._root, source.path) if source.path else None

    def load_spine(self, spine: SpineSource) -> SpineTable:
        return file_spine(self, spine) if isinstance(spine.place, Path) else table_spine(self, spine)

    def write(self, sql: str, path: Path, format: Format, types: Mapping[str, str], after: str | None = None) -> int:
        sql = composed(sql, after) if after else sql
        casts = self._casts(sql, types, arrow=False)
        return self.execute(
            render_sql("ddl/write_file.sql", self.dialect, query=sql, **casts, path=str(path), format=format)
        )

    def table(self, sql: str, types: Mapping[str, str], after: str | None = None) -> "Table":
        sql = composed(sql, after) if after else sql
        casts = self._casts(sql, types, arrow=True)
        query = render_sql("ddl/result.sql", self.dialect, query=sql, **casts)
        with translated():
            return interruptible(lambda: self._session.sql(query).to_arrow_table(_BATCH_ROWS), self.cancel)

    def _casts(self, sql: str, types: Mapping[str, str], *, arrow: bool) -> dict[str, object]:
        """The columns of a query, and what they must be cast to where they would else come out as another type."""
        with translated():
            result = self._session.sql(sql)
            told = dict(zip(result.columns, map(str, result.types), strict=True))
        casts = {}
        for name, text in told.items():
            kind = duckdb_type(text)
            wanted = types.get(name) or kind
            stored = _INEXACT_IN_FILES.get(wanted, wanted)
            if arrow:
                stored = _ELSE_IN_ARROW.get(stored, stored)
            if stored not in (kind, "null") or (arrow and text.startswith("ENUM(")):
                casts[name] = stored
        return {"columns": list(told), "casts": casts and {name: casts.get(name) for name in told}}

    def copy_rows(self, sql: str) -> Iterator[bytes]:
        from featurec.engines.arrow import lines

        with translated():
            reader = self._stream.sql(sql).to_arrow_reader(_BATCH_ROWS)
            yield from lines(interruptibly(reader, self._stream.interrupt))

    def tables(self) -> list[StoredTable]:
        return stored_tables(self, duckdb_type)

    def memory_limit(self) -> int | None:
        found: int = self.query(render_sql("ddl/memory_limit.sql", self.dialect))[0]["bytes"]
        return found

    def estimated_rows(self, relation: str) -> int:
        (found,) = self.query(render_sql("ddl/estimate_rows.sql", self.dialect, relation=relation))
        return int(json.loads(found["explain_value"])[0]["extra_info"].get("Estimated Cardinality", 0))

    def progress(self) -> float | None:
        percent = self._session.query_progress()
        return percent / 100 if percent >= 0 else None

    def cancel(self) -> None:
        self._session.interrupt()

    def reader(self, sql: str) -> "RecordBatchReader":
        """A result as a stream of Arrow batches. The session is busy until it is read to its end."""
        with translated():
            return self._session.sql(sql).to_arrow_reader(_BATCH_ROWS)

    def add_table(self, name: str, table: "Table") -> None:
        """Make Arrow data a relation of all queries, those of ``copy_rows`` too."""
        for session in (self._session, self._stream):
            session.register(name, table)

    def add_stream(self, name: str, reader: "RecordBatchReader") -> None:
        """Make a stream of Arrow batches a relation that can be read once."""
        self._session.register(name, reader)


class UnfitRows(FeaturecError):
    """A value is not of the type of its column."""


class Expressions:
    """Prepared expressions in a database of their own in memory, which reaches nothing outside. Any thread may call it.

    Each thread has a session, in which the statement is planned once.
    """

    def __init__(self, prepare: str, assign: str, execute: str) -> None:
        self._statements = (prepare, assign, execute)
        self._root = duckdb.connect(MEMORY)
        settings = {"spill": "", "folders": (), "files": (), "limits": _SMALL}
        with translated():
            self._root.execute(render_sql("ddl/session_duckdb.sql", get("duckdb"), **settings))
        self._sessions = local()

    def __call__(self, rows: Mapping[str, Sequence[object]]) -> list[tuple[Any, ...]]:
        """A tuple per row; ``rows``: the parameter of ``assign``, lists of equal length by name. Raises UnfitRows."""
        session, execute = self.take(rows)
        with translated():
            return list(session.execute(execute).fetchall())

    def take(self, rows: Mapping[str, Sequence[object]]) -> tuple[duckdb.DuckDBPyConnection, duckdb.Statement]:
        """Assign the rows: the session that has them, and what evaluates them. Raises UnfitRows."""
        with translated():
            if not hasattr(self._sessions, "open"):
                self._sessions.open = self._opened()
            session, assign, execute = self._sessions.open
            try:
                session.execute(assign, {"1": rows})
            except (duckdb.ConversionException, duckdb.InvalidInputException) as error:
                raise UnfitRows(_refusal(error).diagnostics) from None
            return session, execute

    def _opened(self) -> tuple[duckdb.DuckDBPyConnection, duckdb.Statement, duckdb.Statement]:
        prepare, assign, execute = self._statements
        session = self._root.cursor()
        session.execute(prepare)
        return session, session.extract_statements(assign)[0], session.extract_statements(execute)[0]

    def close(self) -> None:
        """End it; the sessions of threads end with them."""
        self._root.close()


@contextmanager
def translated() -> Iterator[None]:
    """DuckDB's errors inside, as findings; an interrupted query as KeyboardInterrupt."""
    try:
        yield
    except duckdb.InterruptException:
        raise KeyboardInterrupt from None
    except RuntimeError as error:
        if str(error) == "Query interrupted":
            raise KeyboardInterrupt from None
        raise
    except duckdb.Error as error:
        raise _refusal(error) from None


def _refusal(error: duckdb.Error) -> FeaturecError:
    message = str(error)
    finding = Diagnostic(
        "FC904",
        "DuckDB refused the query",
        cause=first_lines(message),
        fix="mend the SQL or the data that the message names",
    )
    match error:
        case duckdb.PermissionException() if (missing := missing_file(message)) is not None:
            return FeaturecError([missing])
        case duckdb.PermissionException():
            return FeaturecError([replace(finding, code="FC905", claim="DuckDB denies access", fix=_REACH)])
        case duckdb.OutOfMemoryException():
            return FeaturecError([replace(finding, claim="DuckDB has no memory left for the query", fix=_MEMORY)])
        case duckdb.FatalException() | duckdb.InternalException():
            return CannotOperate([replace(finding, claim="DuckDB has failed and closed its database", fix=_BROKEN)])
    if is_about_a_file(message):
        return FeaturecError([unreadable_file(message)])
    return FeaturecError([finding])


_REACH = "a session reaches the files of sources.yml, the spine and the output, and nothing else"
_MEMORY = "run fewer views at once, or on a machine with more memory"
_BROKEN = "run the command again; if it fails again, report it with the message above"
