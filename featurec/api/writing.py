"""Rows of a program on their way into the online store."""

from dataclasses import dataclass
from pathlib import Path
from threading import Lock
from typing import TYPE_CHECKING

from featurec import clock
from featurec.cli.opening import need
from featurec.compiler import Loaded
from featurec.diagnostic import Diagnostic
from featurec.errors import CannotOperate
from featurec.online.postgres import open_store
from featurec.online.protocol import Published
from featurec.spec import FeatureView, Target

if TYPE_CHECKING:
    from featurec.engines.arrow import Table
    from featurec.engines.frames import Frame


@dataclass(frozen=True, eq=False)
class Merge:
    """Rows that are to be merged into a view.

    Attributes:
        turn: held while they are merged, so that those of one process wait for each other; another process is FC932.
    """

    view: FeatureView
    rows: "Table"
    timezone: str
    target: Target
    root: Path
    turn: Lock

    @classmethod
    def of(cls, loaded: Loaded, target: Target, root: Path, turns: dict[str, Lock], view: str, df: "Frame") -> "Merge":
        """Take rows. Raises FeaturecError for a view that is not there, and for what holds no rows."""
        from featurec.engines.frames import arrow_reader

        need([view], loaded.project.views, "feature view")
        rows = arrow_reader(df, "df").read_all()
        turn = turns.setdefault(view, Lock())
        return cls(loaded.project.views[view], rows, loaded.project.timezone, target, root, turn)

    def run(self) -> Published:
        """Merge them, by a session of its own. Raises what ``push_rows`` raises."""
        from featurec.run.push import push_rows

        with self.turn:
            store = open_store(self.target, self.root)
            try:
                return push_rows(store, self.view, self.rows, self.timezone, clock.now())
            finally:
                store.close()


def need_online(to: str) -> None:
    """Raises CannotOperate where rows are pushed elsewhere; ``to`` is a text or a member of Feast's enumeration."""
    if str(getattr(to, "name", to)).lower() != "online":
        cause = "the offline store is computed from the sources by `featurec run`"
        claim, fix = f"rows cannot be pushed to `{to}`", "write them into the source"
        raise CannotOperate([Diagnostic("FC951", claim, cause=cause, fix=fix)])
