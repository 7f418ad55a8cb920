"""A session of a PostgreSQL online store: statements from templates, in transactions that rely on nothing outside them."""

from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from typing import Any

from featurec.codegen import render_sql
from featurec.diagnostic import Diagnostic
from featurec.dialects.dialect import get
from featurec.errors import CannotOperate, FeaturecError
from featurec.failpoint import failpoint
from featurec.postgres import Connection, abandon, connect, settings, translated

DIALECT = get("postgres")


class Session:
    """One connection, which a pooler may serve by another server connection for every transaction."""

    def __init__(self, url: str) -> None:
        self.url = url
        self.connection: Connection = connect(url, autocommit=True)

    def close(self) -> None:
        """End it; an open transaction is rolled back."""
        self.connection.close()

    @contextmanager
    def transaction(self, work: str) -> Iterator[None]:
        """A transaction that a client which hangs in it loses.

        Raises CannotOperate (FC943) where the session is lost while ``work`` is being committed.
        """
        done = False
        try:
            with self.connection.transaction():
                self.connection.execute(settings(export=True).encode())
                try:
                    yield
                except BaseException:
                    abandon(self.connection)
                    raise
                done = True
        except Exception as error:
            if done:
                raise self._uncommitted(work, error) from None
            raise

    def _uncommitted(self, work: str, error: Exception) -> Exception:
        """What a COMMIT that was not answered with success leaves to be said."""
        try:
            with translated(self.url):
                raise error
        except CannotOperate as told:
            if told.retryable:
                return CannotOperate([_unknown(work, told)], retryable=True, sqlstate=told.sqlstate)
            return told
        except FeaturecError as told:
            return told

    @contextmanager
    def savepoint(self) -> Iterator[None]:
        """Part of a transaction: what the server refuses inside undoes that part alone."""
        with translated(self.url), self.connection.transaction():
            yield

    def run(self, template: str, parameters: Mapping[str, object] | None = None, /, **values: object) -> int:
        """Run a statement, or without parameters a script; how many rows the last statement wrote."""
        return self.connection.execute(render_sql(template, DIALECT, **values).encode(), parameters).rowcount

    def rows(
        self, template: str, parameters: Mapping[str, object] | None = None, /, **values: object
    ) -> list[tuple[Any, ...]]:
        """The rows of one statement; values come in binary, so that no setting of the session changes how they are read."""
        sql = render_sql(template, DIALECT, **values).encode()
        cursor = self.connection.execute(sql, parameters, binary=True)
        return cursor.fetchall() if cursor.description else []

    def query(self, sql: str) -> list[dict[str, Any]]:
        """The rows of a query by name. Raises FeaturecError."""
        with translated(self.url):
            cursor = self.connection.execute(sql.encode(), binary=True)
            names = [column.name for column in cursor.description or ()]
            return [dict(zip(names, row, strict=True)) for row in cursor]

    def copy(self, template: str, blocks: Iterable[bytes], after: str, /, **values: object) -> int:
        """Rows by COPY; how many. A failpoint of name ``after`` follows every block."""
        with self.connection.cursor() as cursor:
            with cursor.copy(render_sql(template, DIALECT, **values).encode()) as copy:
                for block in blocks:
                    copy.write(block)
                    failpoint(after)
            return cursor.rowcount

    def readable(self, query: str) -> bool:
        """Whether the role of this session may run a query of another one, and would see the same rows."""
        try:
            with self.savepoint():
                self.run("online/readable.sql", query=query)
        except FeaturecError as error:
            if error.sqlstate is None or (isinstance(error, CannotOperate) and error.retryable):
                raise
            return False
        return True


def _unknown(work: str, error: FeaturecError) -> Diagnostic:
    return Diagnostic(
        "FC943",
        f"whether {work} was committed is not known",
        cause=f"the connection was lost before the server's answer came: {error.diagnostics[0].cause}",
        fix="run again: either all of it is there, which then is not written twice, or nothing",
    )
