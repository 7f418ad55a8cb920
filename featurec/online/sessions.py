"""Sessions that library reads share: as many as there are reads at one time, each used by one read and then by the next."""

import asyncio
import select
from collections import deque
from collections.abc import Callable, Mapping
from typing import Any
from weakref import WeakKeyDictionary

from featurec.errors import CannotOperate, FeaturecError
from featurec.postgres import AsyncConnection, AsyncCursor, Connection, Cursor, connect, connect_async, translated

Rows = list[tuple[Any, ...]]

_KEPT = 32
"""How many idle sessions are kept."""
_NO_PREPARED = ("26000", "42P05")
"""What a pooler that gives each statement another session says of prepared ones."""


class Sessions:
    """Runs single statements that only read. Any thread and any event loop may call it.

    A session that the server has ended is thrown away, and what was asked in it is asked again in a new one. Statements
    are prepared, unless a pooler turns out to be in between.

    Args:
        url: called for every new session.
    """

    def __init__(self, url: Callable[[], str]) -> None:
        self._url = url
        self._idle: deque[Cursor] = deque()
        self._idle_in: WeakKeyDictionary[asyncio.AbstractEventLoop, deque[AsyncCursor]] = WeakKeyDictionary()
        self._prepare = True

    def rows(self, sql: bytes, parameters: Mapping[str, object]) -> Rows:
        """The rows of a query. Raises CannotOperate where the database does not answer, FeaturecError where it refuses."""
        try:
            return self._rows(sql, parameters)
        except FeaturecError as error:
            self._again(error)
        return self._rows(sql, parameters)

    async def rows_async(self, sql: bytes, parameters: Mapping[str, object]) -> Rows:
        """As ``rows``, in the running event loop."""
        try:
            return await self._rows_async(sql, parameters)
        except FeaturecError as error:
            self._again(error)
        return await self._rows_async(sql, parameters)

    def close(self) -> None:
        """End the idle sessions. Those of event loops end without a word to the server, as only their loop may speak."""
        while self._idle:
            self._idle.pop().connection.close()
        for sessions in self._idle_in.values():
            while sessions:
                sessions.pop().connection.pgconn.finish()

    async def close_async(self) -> None:
        """End the idle sessions of the running event loop."""
        sessions = self._idle_in.pop(asyncio.get_running_loop(), deque())
        while sessions:
            await sessions.pop().connection.close()

    def _again(self, error: FeaturecError) -> None:
        """Raise the error, unless what was asked may be asked once more."""
        if error.sqlstate in _NO_PREPARED:
            self._prepare = False
        elif not (isinstance(error, CannotOperate) and error.retryable):
            raise error

    def _rows(self, sql: bytes, parameters: Mapping[str, object]) -> Rows:
        cursor = self._cursor()
        try:
            cursor.execute(sql, parameters, prepare=self._prepare)
            found: Rows = cursor.fetchall()
        except BaseException as error:
            cursor.connection.close()
            if isinstance(error, Exception):
                with translated(self._url()):
                    raise
            raise
        if len(self._idle) < _KEPT:
            self._idle.append(cursor)
        else:
            cursor.connection.close()
        return found

    def _cursor(self) -> Cursor:
        """A cursor of a session of its own, which no other read uses meanwhile."""
        while self._idle:
            try:
                cursor = self._idle.pop()
            except IndexError:  # another thread has taken the last one
                break
            if _alive(cursor.connection):
                return cursor
            cursor.connection.close()
        session = connect(self._url(), autocommit=True)
        session.prepare_threshold = 0  # without a threshold nothing is prepared, whatever `execute` is told
        return session.cursor(binary=True)

    async def _rows_async(self, sql: bytes, parameters: Mapping[str, object]) -> Rows:
        idle = self._idle_in.setdefault(asyncio.get_running_loop(), deque())
        cursor = await self._cursor_async(idle)
        try:
            await cursor.execute(sql, parameters, prepare=self._prepare)
            found: Rows = await cursor.fetchall()
        except BaseException as error:
            await cursor.connection.close()
            if isinstance(error, Exception):
                with translated(self._url()):
                    raise
            raise
        if len(idle) < _KEPT:
            idle.append(cursor)
        else:
            await cursor.connection.close()
        return found

    async def _cursor_async(self, idle: deque[AsyncCursor]) -> AsyncCursor:
        while idle:
            cursor = idle.pop()
            if _alive(cursor.connection):
                return cursor
            await cursor.connection.close()
        session = await connect_async(self._url())
        session.prepare_threshold = 0
        return session.cursor(binary=True)


def _alive(session: Connection | AsyncConnection) -> bool:
    """Whether the server has been silent: to a session that is asked nothing it speaks when it ends it, or hangs up."""
    if session.closed:
        return False
    poll = select.poll()
    poll.register(session.pgconn.socket, select.POLLIN | select.POLLHUP | select.POLLERR)
    return not poll.poll(0)
