"""Sessions of the online store for many requests at a time. The only importer of psycopg_pool."""

import asyncio
import select
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from psycopg_pool import AsyncConnectionPool, PoolTimeout, TooManyRequests

from featurec.errors import CannotOperate, FeaturecError
from featurec.postgres import AsyncConnection, AsyncCursor, conninfo, translated
from featurec.serve.limits import Limits
from featurec.serve.problem import busy

Rows = list[tuple[Any, ...]]

_RECONNECT_SECONDS = 0.4
_RETRY_SECONDS = 0.02
_NO_PREPARED = ("26000", "42P05")
"""What a pooler that gives each statement another session says of prepared ones."""


@dataclass(frozen=True)
class Sizes:
    """How many sessions there are, how many of them are free, how many requests wait for one."""

    size: int
    free: int
    waiting: int


class Session(AsyncConnection):
    """A session that keeps what each of its queries needs: the cursor, and what its socket is looked at with."""

    @cached_property
    def reader(self) -> AsyncCursor:
        return self.cursor()

    @cached_property
    def _socket(self) -> select.poll:
        found = select.poll()
        found.register(self.pgconn.socket, select.POLLIN | select.POLLHUP | select.POLLERR)
        return found

    def is_alive(self, url: str) -> bool:
        """Whether the server has not hung up: to a session that is asked nothing it says little, and then that."""
        if self.closed:
            return False
        if not self._socket.poll(0):
            return True
        try:
            with translated(url):
                self.pgconn.consume_input()
        except CannotOperate:
            return False
        return not self._socket.poll(0)


class Pool:
    """Runs single statements, each in the first session that is free. A lost session costs no answer: reads are done again."""

    def __init__(self, url: str, limits: Limits) -> None:
        self._url = url
        self._limits = limits
        self._prepare = True
        self._pool = AsyncConnectionPool(
            conninfo(url),
            connection_class=Session,
            kwargs={"autocommit": True, "prepare_threshold": 0},  # with None nothing is prepared, whatever is asked
            min_size=min(2, limits.pool),
            max_size=limits.pool,
            max_waiting=limits.requests,
            timeout=limits.waiting,
            reconnect_timeout=_RECONNECT_SECONDS,
            open=False,
        )

    async def open(self) -> None:
        """Begin to connect; the database may be away."""
        await self._pool.open(wait=False)

    async def close(self) -> None:
        """End all sessions."""
        await self._pool.close(timeout=1)

    @property
    def sizes(self) -> Sizes:
        found = self._pool.get_stats()
        return Sizes(found["pool_size"], found["pool_available"], found["requests_waiting"])

    async def rows(self, sql: bytes, parameters: Mapping[str, object]) -> Rows:
        """The rows of a query.

        Raises Problem (503) where no session was free in time, CannotOperate where the database does not answer, and
        FeaturecError where it refuses.
        """
        try:
            return await self._rows(sql, parameters)
        except FeaturecError as error:
            if error.sqlstate in _NO_PREPARED:
                self._prepare = False
            elif not (isinstance(error, CannotOperate) and error.retryable):
                raise
        # Whatever took that session may be taking the others; what it took by then can be seen of them.
        await asyncio.sleep(_RETRY_SECONDS)
        return await self._rows(sql, parameters)

    async def _rows(self, sql: bytes, parameters: Mapping[str, object]) -> Rows:
        session = await self._session()
        try:
            with translated(self._url):
                async with asyncio.timeout(self._limits.query):
                    # Values come in binary, so that no setting of the session changes how they are read.
                    cursor = await session.reader.execute(sql, parameters, prepare=self._prepare, binary=True)
                    return await cursor.fetchall()
        except TimeoutError:
            await session.close()
            cause = f"the query took more than {self._limits.query:g} s"
            raise busy("the online store is too slow", cause, "timeout") from None
        finally:
            await self._pool.putconn(session)

    async def _session(self) -> Session:
        """A session that looks alive; those that are not are thrown away, and the pool makes new ones."""
        for _ in range(self._limits.pool + 1):
            try:
                session = await self._pool.getconn()
            except TooManyRequests:
                raise busy("too many requests wait for the online store", "its sessions are all in use") from None
            except PoolTimeout:
                cause = f"no session was free within {self._limits.waiting:g} s, or the database does not answer"
                raise busy("the online store is not to be had", cause) from None
            if session.is_alive(self._url):
                return session
            await session.close()
            await self._pool.putconn(session)
        raise busy("the online store is not to be had", "its sessions were lost")
