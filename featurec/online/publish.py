"""An export is one transaction: lease, contract, window, stage, merge, delete, mark, commit.

Whatever stops it leaves what readers saw before. Each step has a failpoint of its name, ``export.stage``, where it is done;
``export.commit`` is where all is done and not yet committed, ``export.ack`` where nobody was told yet that it is. Rows
come one per entity, so that there is nothing to deduplicate. Tables of versions that are no longer active stay, for going back.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from featurec import clock
from featurec.diagnostic import Diagnostic
from featurec.errors import CannotOperate, FeaturecError
from featurec.failpoint import failpoint
from featurec.online.protocol import Batch, OnlineView, Published, Select, Turn, Watermark
from featurec.online.registry import Before, Registry, Table
from featurec.online.rejects import record_rejects
from featurec.online.session import Session
from featurec.postgres import translated

_COUNTS = ("rows", "inserted", "updated", "unchanged", "stale", "removed")
_STAGE = ("featurec_stage",)
_SAMPLE = 1_000
"""How many staged rows tell whether most of them are newer than what is there."""
_OF_THE_ROWS = ("23", "22P05", "54000")
"""How the SQLSTATE begins of what a table refuses, and not the query that makes its rows."""


def publish(
    session: Session,
    registry: Registry,
    view: OnlineView,
    batch: Callable[[Turn], Batch],
    as_of: datetime,
    max_future: timedelta,
) -> Published:
    """See ``protocol.OnlineStore.publish``."""
    with _refusing(session, view):
        registry.prepare()
        with registry.lease(view, clock.now()):
            before = registry.before(view)
            failpoint("export.contract")
            turn = _turn(session, before, as_of, max_future)
            export = _Export(session, registry, view, turn, before, batch(turn))
            failpoint("export.window")
            published = export.run()
    failpoint("export.ack")
    return published


def _turn(session: Session, before: Before, as_of: datetime, max_future: timedelta) -> Turn:
    ((told, database),) = session.rows("online/clock.sql")
    now = told.astimezone(UTC)
    latest = now + max_future
    return Turn(
        before.watermark,
        min(as_of, latest),
        now,
        clock.now() - now,
        latest,
        database,
        session.query,
        session.readable,
        before.active,
    )


@dataclass(frozen=True)
class _Export:
    """One export that has its rows before it."""

    session: Session
    registry: Registry
    view: OnlineView
    turn: Turn
    before: Before
    batch: Batch

    @property
    def table(self) -> Table:
        return self.registry.table(self.view)

    @property
    def run_number(self) -> int:
        return self.before.run + 1

    def run(self) -> Published:
        """All steps from the stage to the mark."""
        erased = 0
        watermark = self.before.watermark
        if watermark is None:
            counts, erased = self._fill()
        elif self.view.windowed and self.turn.as_of < watermark.as_of:
            counts = dict.fromkeys(_COUNTS, 0)
        else:
            counts, erased = self._merge()
        failpoint("export.delete")
        if self.batch.mark is None:
            record_rejects(self.session, self.registry.named(self.view), self.run_number, self.turn.as_of, self.batch)
        reached = self.batch.mark or Watermark(self.turn.as_of, self.batch.checksum)
        self.registry.record(self.view, counts, reached, self.before)
        failpoint("export.mark")
        switched = self.before.active != self.view.fingerprint
        return Published(**counts, switched=switched, rejected=self.batch.rejected, erased=erased)

    def _fill(self) -> tuple[dict[str, int], int]:
        """Rows into a table that does not exist yet."""
        self.session.run("upsert/table.sql", table=self.table, as_of=self.turn.as_of, run=self.run_number)
        rows = self._bring("upsert/fill.sql", self.table)
        erased = self._leave_out(self.table)
        failpoint("export.stage")
        self.session.run("upsert/filled.sql", table=self.table)
        failpoint("export.merge")
        return dict.fromkeys(_COUNTS, 0) | {"rows": rows, "inserted": rows - erased}, erased

    def _merge(self) -> tuple[dict[str, int], int]:
        """Rows into a table that may hold older, equal or newer ones."""
        self.session.run("upsert/stage.sql")
        rows = self._bring("upsert/stage_rows.sql", _STAGE)
        erased = self._leave_out(_STAGE)
        failpoint("export.stage")
        inserted, updated, stale = self._write_newer(rows - erased)
        failpoint("export.merge")
        removed = 0
        if self.view.windowed and self.batch.whole:
            ((removed,),) = self.session.rows("upsert/remove.sql", table=self.table)
        unchanged = rows - erased - inserted - updated - stale
        return dict(zip(_COUNTS, (rows, inserted, updated, unchanged, stale, removed), strict=True)), erased

    def _write_newer(self, rows: int) -> tuple[int, int, int]:
        """Write the staged rows that win: how many were inserted, updated, and older than what is there.

        Where the first rows all win, most of the others are taken to do so too; else they are compared first.
        """
        compared = {"table": self.table, "windowed": self.view.windowed}
        merged = {**compared, "as_of": self.turn.as_of, "run": self.run_number}
        ((sampled, winning, _),) = self.session.rows("upsert/compare.sql", sample=_SAMPLE, **compared)
        if winning == sampled:
            ((inserted, updated),) = self.session.rows("upsert/merge.sql", few=False, **merged)
            if self.view.windowed or inserted + updated == rows:
                return inserted, updated, 0
            ((_, _, stale),) = self.session.rows("upsert/compare.sql", sample=None, **compared)
            return inserted, updated, stale
        ((_, winning, stale),) = self.session.rows("upsert/compare.sql", sample=None, **compared)
        if self.view.windowed:
            stale = 0
        if not winning:
            return 0, 0, stale
        ((inserted, updated),) = self.session.rows("upsert/merge.sql", few=2 * winning < rows, **merged)
        return inserted, updated, stale

    def _bring(self, copy: str, into: Table | tuple[str]) -> int:
        """The rows, from the engine or from where the store itself reads them; how many."""
        if not isinstance(self.batch.rows, Select):
            return self.session.copy(copy, self.batch.rows, "export.stage", table=into, format=self.batch.format)
        try:
            with translated(self.session.url):
                return self.session.run("upsert/select.sql", table=into, query=self.batch.rows.sql)
        except FeaturecError as error:
            if (error.sqlstate or "").startswith(_OF_THE_ROWS):
                raise FeaturecError([refused_rows(self.view, error.diagnostics[0].cause)]) from None
            raise

    def _leave_out(self, table: Table | tuple[str]) -> int:
        """Take the rows of erased entities away again; how many there were."""
        found = 0
        names = [key.name.lower() for key in self.view.join_keys]
        for join_keys, salt in self.session.rows("online/erased_salts.sql", {"schema": self.registry.schema}):
            parameters = {"schema": self.registry.schema, "join_keys": join_keys, "salt": salt}
            wanted = join_keys.split(",")
            for first in range(len(names) - len(wanted) + 1):
                if names[first : first + len(wanted)] == wanted:
                    place = {"first": first, "count": len(wanted), "total": len(names)}
                    found += self.session.run("upsert/erased.sql", parameters, table=table, **place)
        return found


@contextmanager
def _refusing(session: Session, view: OnlineView) -> Iterator[None]:
    """What the server refuses inside, as FC933. Findings of others, such as of the rows' own source, pass."""
    passing: FeaturecError | None = None
    try:
        with translated(session.url):
            try:
                yield
            except FeaturecError as error:
                passing = error
                raise
    except FeaturecError as error:
        if error is passing or isinstance(error, CannotOperate) or error.retryable:
            raise
        raise FeaturecError([refused_rows(view, error.diagnostics[0].cause)]) from None


def refused_rows(view: OnlineView, reason: str) -> Diagnostic:
    """The finding for rows that the store does not take."""
    return Diagnostic(
        "FC933",
        f"the online store refused the rows of `{view.name}`",
        cause=f"{reason}\nPostgreSQL keeps no NUL character in text and no entity key over 512 bytes",
        fix="mend or filter in the view's SELECT what the message names; readers still see what was there before",
    )
