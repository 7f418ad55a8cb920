"""PostgreSQL as a warehouse: SQLAlchemy and psycopg for tables and transactions, ADBC for rows in bulk.

The two are separate sessions of the server. What is built and recorded goes through the first; spines, training
sets and exports, as Arrow batches, through the second, whose queries cannot write. Files are read and written by
DuckDB, so that a spine or a training set is the same file on either engine. It and pyarrow are imported when they are
needed, which a run does not.
"""

import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, contextmanager
from dataclasses import replace
from datetime import datetime
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Literal

from featurec.codegen import ident, render_sql
from featurec.compiler import SpineTable
from featurec.diagnostic import Diagnostic
from featurec.dialects.dialect import get
from featurec.engines.interruptible import interruptible
from featurec.engines.leases import Holder, leases
from featurec.engines.protocol import Access, Engine, Format, Row, SpineSource, StoredTable
from featurec.engines.spine import RELATION, file_spine, table_spine
from featurec.engines.tables import stored_tables
from featurec.engines.types import as_python, carried_by_arrow, cast_in_postgres, postgres_type
from featurec.errors import CannotOperate, FeaturecError
from featurec.postgres import (
    arrow_connection,
    cancel_arrow,
    cancel_session,
    copied,
    settings,
    sqlalchemy_engine,
    stream_refusal,
    translated,
)
from featurec.spec import Column, Project, SourceTable, Target

if TYPE_CHECKING:
    from featurec.engines.arrow import RecordBatchReader, Table
    from featurec.engines.duckdb import DuckDBEngine
    from featurec.postgres import ArrowConnection, ArrowCursor, SqlConnection

EMBEDDED = "embedded"
_STREAM = "result"
_NAME_BYTES = 63


def open_engine(target: Target, project: Project, root: Path, access: Access) -> "PostgresEngine":  # noqa: ARG001
    """Open a session at the target's ``url``; ``embedded`` is the project's own server, started if need be."""
    url = str(target.offline.get("url") or "")
    if not url:
        raise CannotOperate(
            [
                Diagnostic(
                    "FC902",
                    f"the offline store of target `{target.name}` has no `url`",
                    target.span,
                    fix="write `url: embedded`, or postgresql://USER@HOST:PORT/DATABASE",
                )
            ]
        )
    if url == EMBEDDED:
        from featurec.engines.embedded_postgres import ensure_running

        url = ensure_running(root)
    return PostgresEngine(url, str(target.offline.get("schema") or "features"), access)


class PostgresEngine:
    """A session; see ``protocol.Engine``."""

    def __init__(self, url: str, schema: str, access: Access) -> None:
        self.dialect = get("postgres")
        self.schema = schema
        self.copy_format: Literal["text", "binary"] = "binary"
        self._url = url
        self._access = access
        self._in_transaction = False
        with translated(url):
            self._session: SqlConnection = sqlalchemy_engine(url).connect()

    @cached_property
    def _arrow(self) -> "ArrowConnection":
        """The session for rows in bulk, opened when it is first needed."""
        return arrow_connection(self._url)

    def close(self) -> None:
        self._session.close()
        if "_arrow" in self.__dict__:
            self._arrow.close()

    def execute(self, sql: str) -> int:
        return interruptible(lambda: self._execute(sql), self._cancel_statement)

    def _execute(self, sql: str) -> int:
        with translated(self._url), self._statement():
            return max(self._session.exec_driver_sql(sql).rowcount, 0)

    def query(self, sql: str) -> list[Row]:
        return interruptible(lambda: self._query(sql), self._cancel_statement)

    def _query(self, sql: str) -> list[Row]:
        with translated(self._url), self._statement():
            result = self._session.exec_driver_sql(sql)
            columns = self._described(result.cursor.description)
            return [
                {name: as_python(value, kind) for (name, kind), value in zip(columns.items(), row, strict=True)}
                for row in result
            ]

    def columns(self, relation: str) -> dict[str, str]:
        sql = render_sql("ddl/columns.sql", self.dialect, relation=relation)
        with translated(self._url), self._statement():
            return self._described(self._session.exec_driver_sql(sql).cursor.description)

    def _described(self, description: object) -> dict[str, str]:
        """Names and types of a result. psycopg shows types that it does not know by number."""
        shown = {column.name: column.type_display for column in description or ()}  # type: ignore[attr-defined]
        unknown = [int(name) for name in shown.values() if name.isdecimal()]
        if unknown:
            sql = render_sql("ddl/type_names.sql", self.dialect, numbers=unknown)
            names = {str(number): name for number, name in self._session.exec_driver_sql(sql)}
            shown = {column: names.get(name, name) for column, name in shown.items()}
        return {column: postgres_type(name) for column, name in shown.items()}

    @contextmanager
    def _statement(self) -> Iterator[None]:
        """A transaction of its own for a statement that is in none."""
        if self._in_transaction:
            yield
        else:
            with self._session.begin():
                self._set()
                yield

    def _set(self) -> None:
        """Begin a transaction of the first session: what it relies on, and whether it may write."""
        self._session.exec_driver_sql(settings(read_only=not self._access.write))

    @contextmanager
    def transaction(self) -> Iterator[None]:
        with translated(self._url), self._session.begin():
            self._set()
            self._in_transaction = True
            try:
                yield
            finally:
                self._in_transaction = False

    def lease(
        self, views: Sequence[str], run_id: str, since: datetime, wait: float
    ) -> AbstractContextManager[Callable[[], None]]:
        return leases(self._url, self.schema, views, Holder(run_id, since), wait)

    def mark(self, source: SourceTable) -> str | None:
        table = (source.schema, source.table) if source.schema else (source.table,)
        found = self.query(render_sql("ddl/mark_postgres.sql", self.dialect, table=table))
        return found[0]["mark"] if found else None

    def load_spine(self, spine: SpineSource) -> SpineTable:
        if not isinstance(spine.place, Path):
            found = table_spine(self, spine)
            _refuse(found.columns, ".".join(spine.place))
            return replace(found, rows=_counted(self, found))
        with self._files(spine.place) as files:
            read = file_spine(files, spine)
            _refuse(read.columns, spine.place.name)
            interruptible(lambda: self._ingest(files, read), self.cancel)
            return replace(read, rows=_counted(files, read))

    def _ingest(self, files: "DuckDBEngine", spine: SpineTable) -> None:
        """Copy a spine file into a temporary table, and lay a view over it with the types that Arrow does not carry."""
        rows = f"{RELATION}_rows"
        sql = render_sql(
            "ddl/carry.sql", files.dialect, columns=[(c.name, c.type) for c in spine.columns], name=RELATION
        )
        view = [{"name": c.name, "cast": cast_in_postgres(c.type or "")} for c in spine.columns]
        relation = ident((rows,), self.dialect)
        with translated(self._url), self._bulk() as cursor:
            cursor.execute(render_sql("ddl/drop_view.sql", self.dialect, view=(RELATION,)))
            cursor.adbc_ingest(rows, files.reader(sql), mode="replace", temporary=True)
            cursor.execute(render_sql("ddl/analyze.sql", self.dialect, table=(rows,)))
            cursor.execute(
                render_sql("ddl/spine_view.sql", self.dialect, name=RELATION, columns=view, relation=relation)
            )

    def write(self, sql: str, path: Path, format: Format, types: Mapping[str, str], after: str | None = None) -> int:
        return interruptible(lambda: self._write(sql, path, format, types, after), self.cancel)

    def _write(self, sql: str, path: Path, format: Format, types: Mapping[str, str], after: str | None) -> int:
        with self._result(sql, types, path) as (files, rows, wanted):
            return files.write(rows, path, format, wanted, after)

    def table(self, sql: str, types: Mapping[str, str], after: str | None = None) -> "Table":
        return interruptible(lambda: self._table(sql, types, after), self.cancel)

    def _table(self, sql: str, types: Mapping[str, str], after: str | None) -> "Table":
        with self._result(sql, types) as (files, rows, wanted):
            return files.table(rows, wanted, after)

    @contextmanager
    def _result(
        self, sql: str, types: Mapping[str, str], *written: Path
    ) -> Iterator[tuple["DuckDBEngine", str, dict[str, str]]]:
        """A query's result as a relation of a DuckDB session that may write these files; how to read it, and its types."""
        from featurec.engines.arrow import numeric_types

        with self._stream(sql) as reader, self._files(*written) as files:
            files.add_stream(_STREAM, reader)
            wanted = numeric_types(reader.schema) | {n: t for n, t in types.items() if t != "decimal"}
            try:
                yield files, render_sql("ddl/select_all.sql", files.dialect, relation=_STREAM), wanted
            except FeaturecError as failed:
                raise stream_refusal(self._url, failed) from None

    @cached_property
    def database(self) -> str:
        found: str = self.query(render_sql("online/clock.sql", self.dialect))[0]["database"]
        return found

    def copy_rows(self, sql: str) -> Iterator[bytes]:
        copy = render_sql("ddl/copy_rows.sql", self.dialect, query=sql)
        with translated(self._url), self._session.begin():
            self._session.exec_driver_sql(settings(read_only=True))
            yield from copied(self._session, copy)

    @contextmanager
    def _stream(self, sql: str) -> Iterator["RecordBatchReader"]:
        """A query's result as it comes, in a transaction that cannot write."""
        with translated(self._url), self._bulk(read_only=True) as cursor:
            cursor.execute(sql)
            yield cursor.fetch_record_batch()

    @contextmanager
    def _bulk(self, read_only: bool = False) -> Iterator["ArrowCursor"]:
        """A transaction of the session for rows in bulk."""
        cursor = self._arrow.cursor()
        try:
            cursor.execute(settings(read_only=read_only))
            cursor.fetchall()
            yield cursor
            cursor.close()
            self._arrow.commit()
        except BaseException:
            cursor.close()
            self._arrow.rollback()
            raise

    @contextmanager
    def _files(self, *paths: Path) -> Iterator["DuckDBEngine"]:
        from featurec.engines.duckdb import open_files

        files = open_files(paths)
        try:
            yield files
        finally:
            files.close()

    def tables(self) -> list[StoredTable]:
        return stored_tables(self, postgres_type)

    def memory_limit(self) -> int | None:
        return None

    def estimated_rows(self, relation: str) -> int:
        (found,) = self.query(render_sql("ddl/estimate_rows.sql", self.dialect, relation=relation))
        return int(json.loads(found["QUERY PLAN"])[0]["Plan"]["Plan Rows"])

    def progress(self) -> float | None:
        return None

    def _cancel_statement(self) -> None:
        cancel_session(self._session)

    def cancel(self) -> None:
        self._cancel_statement()
        if "_arrow" in self.__dict__:
            cancel_arrow(self._arrow)


def _counted(engine: Engine, spine: SpineTable) -> int:
    relation = ident(spine.relation, engine.dialect)
    found: int = engine.query(render_sql("ddl/count_rows.sql", engine.dialect, relation=relation))[0]["rows"]
    return found


def _refuse(columns: tuple[Column, ...], spine: str) -> None:
    """Raises FeaturecError (FC922) for columns of a spine that Postgres, or the way there, cannot hold."""
    found = [
        Diagnostic(
            "FC922",
            f"column `{column.name}` of spine `{spine}` cannot pass through PostgreSQL",
            cause=cause,
            fix="leave the column out or cast it when the spine is written",
        )
        for column in columns
        if (cause := _unfit(column))
    ]
    if found:
        raise FeaturecError(found)


def _unfit(column: Column) -> str:
    if len(column.name.encode()) > _NAME_BYTES:
        return f"PostgreSQL cuts names after {_NAME_BYTES} bytes"
    if not carried_by_arrow(column.type or ""):
        return f"it is of type {column.type}"
    return ""
