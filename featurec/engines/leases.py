"""Leases on views in PostgreSQL: while one run has a view's, no other builds it.

A lease is the lock of a row, held by a transaction of a session of its own: it ends with the process, and works behind a
pooler that shares sessions. Who holds it is committed beforehand, as nobody can read what an open transaction writes.
"""

import os
import random
import socket
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from threading import Event, Thread

from featurec.codegen import render_sql
from featurec.diagnostic import Diagnostic
from featurec.dialects.dialect import get
from featurec.engines.tables import STATE_SCHEMA
from featurec.errors import CannotOperate, FeaturecError
from featurec.postgres import Connection, connect, translated

_DIALECT = get("postgres")
_PATIENCE = 60
"""Seconds without a sign of life after which the server ends a holder's session."""
_HEARTBEAT = 15.0
_RETRY = 0.5


@dataclass(frozen=True)
class Holder:
    """A run that wants leases. ``since``: when it began."""

    run_id: str
    since: datetime


@contextmanager
def leases(url: str, schema: str, views: Sequence[str], holder: Holder, wait: float) -> Iterator[Callable[[], None]]:
    """Hold the leases of all these views. What it gives raises CannotOperate where they were lost since.

    Raises CannotOperate (FC938) where another run has one of them for longer than ``wait`` seconds.
    """
    if not views:
        yield lambda: None
        return
    session = _Session(connect(url, autocommit=True), url, schema, sorted(views))
    try:
        session.take(holder, wait)
        with session.alive():
            yield session.check
    finally:
        session.close()


class _Session:
    """The session whose transaction holds leases."""

    def __init__(self, connection: Connection, url: str, schema: str, views: Sequence[str]) -> None:
        self._connection = connection
        self._url = url
        self._schema = schema
        self._views = views
        self._lost: CannotOperate | None = None

    def close(self) -> None:
        self._connection.close()

    def take(self, holder: Holder, wait: float) -> None:
        deadline = time.monotonic() + wait
        who = {"host": socket.gethostname(), "pid": os.getpid(), "since": holder.since, "run_id": holder.run_id}
        tries = 0
        while missing := self._try(holder, who):
            tries += 1
            if time.monotonic() >= deadline and tries > 1:
                raise CannotOperate([self._held(missing[0])])
            # Two runs that each took what the other lacks do not meet again.
            time.sleep(_RETRY * random.uniform(0.5, 1.5))

    def _try(self, holder: Holder, who: dict[str, object]) -> list[str]:
        """Take all leases; the views of those that others have, and then none is taken."""
        with translated(self._url):
            with self._connection.transaction():
                self._rows("create")
                missing = self._missing(self._rows("lock"))
                if missing:
                    return missing
                self._rows("announce", **who)
            # Another run may do the same in between; then its name stands there, and it goes first.
            self._connection.execute(b"BEGIN")
            self._rows("patience", seconds=_PATIENCE)
            found = self._rows("lock")
            missing = self._missing([row for row in found if row[1] == holder.run_id])
            if missing:
                self._connection.execute(b"ROLLBACK")
            return missing

    def check(self) -> None:
        """Raises CannotOperate where the leases were lost."""
        self._say_alive()
        if self._lost is not None:
            raise self._lost

    @contextmanager
    def alive(self) -> Iterator[None]:
        """Says now and then that the holder lives."""
        stopped = Event()
        thread = Thread(target=self._beat, args=(stopped,), daemon=True)
        thread.start()
        try:
            yield
        finally:
            stopped.set()
            thread.join()

    def _beat(self, stopped: Event) -> None:
        while self._lost is None and not stopped.wait(_HEARTBEAT):
            self._say_alive()

    def _say_alive(self) -> None:
        try:
            with translated(self._url):
                self._connection.execute(b"SELECT 1")
        except FeaturecError as lost:
            self._lost = CannotOperate(lost.diagnostics)

    def _missing(self, locked: Sequence[Sequence[object]]) -> list[str]:
        have = {row[0] for row in locked}
        return [view for view in self._views if view not in have]

    def _held(self, view: str) -> Diagnostic:
        with translated(self._url):
            host, pid, since = self._rows("holder", view=view)[0]
        return Diagnostic(
            "FC938",
            f"another run is building `{view}`",
            cause=f"process {pid} on {host} has held its lease since {str(since)[:19]} UTC"
            if pid is not None
            else "it has just begun, and has not said yet who it is",
            fix="wait until it has ended, or give --wait a number of seconds; the lease ends with its process",
        )

    def _rows(self, template: str, **values: object) -> list[tuple[object, ...]]:
        fixed = {"state_schema": STATE_SCHEMA, "schema": self._schema, "views": self._views}
        sql = render_sql(f"state/lease_{template}.sql", _DIALECT, **fixed, **values)
        cursor = self._connection.execute(sql.encode())
        return cursor.fetchall() if cursor.description else []
