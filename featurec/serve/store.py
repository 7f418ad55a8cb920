"""Reads of the online store for many requests: the versions that are active, and queries that notice when they are not."""

import asyncio
import logging
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime

from featurec.codegen import render_sql
from featurec.diagnostic import Diagnostic
from featurec.dialects.dialect import get
from featurec.errors import FeaturecError
from featurec.online.protocol import ActiveView, OnlineView
from featurec.online.registry import features, keys
from featurec.serve.bound import Bound, Layout
from featurec.serve.keys import Columns
from featurec.serve.limits import Limits
from featurec.serve.pool import Pool, Rows
from featurec.serve.problem import Problem, busy, unanswerable
from featurec.serve.question import Question

_log = logging.getLogger(__name__)

REFRESH_SECONDS = 1.0
_ATTEMPTS = 4
_BOUND_AT_A_TIME = 256
_NOT_THERE = ("42P01", "3F000")
"""A table or schema that does not exist: nothing was exported yet, or a version was dropped."""


class Store:
    """The online store of one target, as a server reads it.

    A query says of itself whether its versions are those that readers see, in the snapshot in which it reads the rows.
    Where they are not, it is made anew for those that are; two versions never meet in one answer.
    """

    def __init__(self, pool: Pool, schema: str, views: Sequence[str], limits: Limits) -> None:
        self._pool = pool
        self._schema = schema
        self._views = list(views)
        self._limits = limits
        self._active: Mapping[str, ActiveView] | None = None
        self._bound: dict[Question, Bound] = {}
        self._asking: asyncio.Task[None] | None = None
        self.answers: bool | None = None
        """Whether the database answered when it was asked last; None before that."""

    async def refresh(self) -> None:
        """Ask which versions are active. Requests that need it at the same time share one question; what was known stays
        where there is no answer. Raises what ``Pool.rows`` raises."""
        if self._asking is None:
            self._asking = asyncio.create_task(self._ask())
            self._asking.add_done_callback(self._asked)
        await asyncio.shield(self._asking)

    def _asked(self, task: "asyncio.Task[None]") -> None:
        self._asking = None
        if not task.cancelled():
            task.exception()  # it was raised in all who waited

    async def _ask(self) -> None:
        sql = render_sql("online/active.sql", get("postgres")).encode()
        try:
            rows = await self._pool.rows(sql, {"schema": self._schema, "views": self._views})
        except FeaturecError as error:
            if error.sqlstate not in _NOT_THERE:
                raise
            rows = []
        found = {
            name: ActiveView(
                OnlineView(name, fingerprint, keys(join_keys), features(described), ttl), as_of.astimezone(UTC)
            )
            for name, fingerprint, join_keys, described, ttl, as_of in rows
        }
        views = {name: active.view for name, active in found.items()}
        if self._active is None or views != {name: active.view for name, active in self._active.items()}:
            self._bound = {}
        self._active = found

    async def ask_once(self) -> None:
        """Ask which versions are active where that is not known yet, as right after the start. Raises as ``refresh`` does."""
        if self._active is None:
            await self.refresh()

    @property
    def active(self) -> Mapping[str, ActiveView]:
        """The versions that were active a moment ago; none before the database first answered."""
        return self._active or {}

    def bindable(self, question: Question) -> tuple[Bound | None, list[Diagnostic]]:
        """A question bound to the versions that were active a moment ago, or why it cannot be."""
        found = self._bound.get(question)
        return (found, []) if found is not None else self._bind(question)

    def _bind(self, question: Question) -> tuple[Bound | None, list[Diagnostic]]:
        return Bound.of(self._schema, question.requests, self.active, question.full)

    async def bound(self, question: Question) -> Bound:
        """A question bound to the active versions. Raises Problem (503) where something of it is not in the store."""
        found = self._bound.get(question)
        if found is not None:
            return found
        await self.ask_once()
        made, findings = self._bind(question)
        if made is None:
            raise unanswerable(findings)
        if len(self._bound) >= _BOUND_AT_A_TIME:
            self._bound.pop(next(iter(self._bound)))
        self._bound[question] = made
        return made

    async def read(self, question: Question, columns: Columns, now: datetime, times: bool) -> tuple[Bound, Rows]:
        """Rows of one instant, and what they are bound to.

        Raises Problem: 422 for keys that cannot be looked up, 503 where the store does not answer in time.
        """
        for _ in range(_ATTEMPTS):
            bound = await self.bound(question)
            layout: Layout = bound.timed if times else bound.plain
            parameters = bound.parameters(columns, now, self._limits.key)
            try:
                rows = await self._pool.rows(layout.sql, parameters)
            except FeaturecError as error:
                if error.sqlstate not in _NOT_THERE:
                    raise
            else:
                if rows[0][0]:
                    return bound, rows
            await self.refresh()
        raise busy("the views are being exported anew", "their versions changed while they were read")

    async def watch(self, each: Callable[[], None]) -> None:
        """Refresh for ever; a database that does not answer is asked again.

        Args:
            each: done every time.
        """
        while True:
            before = self.answers
            try:
                await self.refresh()
            except (FeaturecError, Problem) as error:
                self.answers = False
                if before is not False:
                    _log.warning("the online store does not answer: %s", error)
            else:
                self.answers = True
                if before is False:
                    _log.warning("the online store answers again")
            each()
            await asyncio.sleep(REFRESH_SECONDS)
