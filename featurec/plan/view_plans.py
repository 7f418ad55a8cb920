"""What is asked of one view, without a spine: its newest rows, all rows and windows of an entity, its build, its first rows."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

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


@dataclass(frozen=True)
class Arrivals:
    """How many rows a relation has, when the newest became known, and how many did before two instants.

    Attributes:
        relation: key of a source, or the rows of a view.
        time: when a row became known; None for a relation that does not say so.
        before: the first instant; None for none.
        settled: the second: the newest row's or this one, whichever is earlier, less ``lateness`` microseconds.
        recent: whether only rows from ``before`` on are asked for.
    """

    relation: str | ViewRows | StoredRows
    time: TimeColumn | None
    before: datetime | None
    settled: datetime
    lateness: int
    recent: bool = False


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
