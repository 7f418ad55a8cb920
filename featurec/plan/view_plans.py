"""What is asked of one view, without a spine: its newest rows, all rows and windows of an entity, its build, its first rows."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Literal

from featurec.plan.nodes import Cast, Numbered, Rank, Rows, StoredRows, TimeColumn, Training, ViewRows, WindowAgg
from featurec.plan.slices import Reading, Slice
from featurec.plan.tested import Failing, Newest
from featurec.spec import Column, Scalar


@dataclass(frozen=True)
class Latest:
    """The row of highest rank with a ≤ ``as_of`` for each entity, and its windows then; rows with a NULL key are left out.

    ``keys`` and ``features`` carry the types that the result must have. With ``since``, only entities of which the row or
    what a window holds may have changed after that instant.
    """

    rows: Rows
    keys: tuple[Column, ...]
    features: tuple[Column, ...]
    rank: Rank
    as_of: datetime
    strategy: str
    windows: tuple[WindowAgg, ...] = ()
    since: datetime | None = None


@dataclass(frozen=True)
class History:
    """All rows of one entity, highest rank first. ``keys`` are (column, value) pairs.

    With a ``condition``, an expression as of ``AnalyzedView.filters``, a column ``__fc_kept`` says for which it is true.
    """

    rows: Rows
    keys: tuple[tuple[Column, Scalar], ...]
    rank: Rank
    condition: str | None = None


@dataclass(frozen=True)
class Moment:
    """One row: windows of one entity at an instant. ``keys`` are (column, value) pairs."""

    keys: tuple[tuple[Column, Scalar], ...]
    at: datetime
    windows: tuple[WindowAgg, ...]


@dataclass(frozen=True)
class Build:
    """The rows of a view as they are stored: all, or those of a slice, which are made of what ``readings`` says."""

    rows: ViewRows
    slice: Slice | None = None
    readings: Mapping[str, Reading] = field(default_factory=dict)


@dataclass(frozen=True)
class Dropped:
    """How many rows a build leaves out because τ or κ is NULL: one row, one column ``dropped``.

    With ``readings``, of those that are made of what these say.
    """

    rows: ViewRows
    readings: Mapping[str, Reading] = field(default_factory=dict)


_NUMBERS = frozenset({"row_count", "undated_count", "before_count", "standing_count", "settled_count", "begin_us"})
_RESULTS = {
    "arrivals": (*sorted(_NUMBERS - {"begin_us"}), "row_sum", "before_sum", "settled_sum", "newest", "settled_at"),
    "recent": ("row_count", "newest"),
    "histogram": ("begin_us", "row_count"),
    "contents": ("contents",),
}


@dataclass(frozen=True)
class Arriving:
    """A question about what has become known of a relation.

    Attributes:
        what: one of the templates of ``build/``.
            ``arrivals``, one row: ``row_count``, ``row_sum``, rows with a time and what their times add up to, all rows and 0
            where the relation says of none; ``undated_count``, those without; ``before_count``, ``before_sum``, those from before ``since``;
            ``standing_count``, those at it (all 0 for None); ``newest``, the latest finite time as text, NULL where there is
            none from ``since`` on; ``settled_at``, the earlier of newest and ``until``, less ``lateness``; ``settled_count``,
            ``settled_sum``, what became known before that.
            ``recent``, one row: how many rows became known from ``since`` on, and ``newest`` of them.
            ``histogram``: how many became known from ``since`` on and before ``until`` in each stretch of time.
            ``contents``, one row: text that is the same while the rows without a time are.
        lateness, width: microseconds, the latter of a stretch.
    """

    what: Literal["arrivals", "recent", "histogram", "contents"]
    since: datetime | None = None
    until: datetime | None = None
    lateness: int = 0
    width: int = 0

    @property
    def columns(self) -> tuple[Column, ...]:
        """Of the answer."""
        return tuple(Column(name, "bigint" if name in _NUMBERS else "varchar") for name in _RESULTS[self.what])


@dataclass(frozen=True)
class Arrivals:
    """What has become known of a relation.

    Attributes:
        relation: key of a source, or the rows of a view.
        time: when a row became known; None for a relation that does not say so.
        columns: those that are declared of a source.
    """

    relation: str | ViewRows | StoredRows
    time: TimeColumn | None
    columns: tuple[Column, ...]
    asked: Arriving


@dataclass(frozen=True)
class SelectedRows:
    """Rows of a view or spine as its SELECT returns them, without times."""

    name: str
    columns: tuple[Cast, ...]


@dataclass(frozen=True)
class Preview:
    """The author's columns of a view or spine, at most ``limit`` rows (None: all).

    ``windows`` compute ``outputs``, the windowed features at each row's own time, which come after the columns.
    """

    rows: Rows | SelectedRows
    limit: int | None
    windows: tuple[WindowAgg, ...] = ()
    outputs: tuple[Column, ...] = ()


Plan = Training | Numbered | Latest | History | Moment | Build | Dropped | Arrivals | Preview | Failing | Newest
"""Every plan."""
