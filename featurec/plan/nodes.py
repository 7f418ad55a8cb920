"""The plan: what is to be computed, without a dialect. The time semantics of featurec are stated here, once.

A row of a view has keys, an event time τ and an available time κ = (``available_at``, else τ) + ``delay``.
From a = greatest(τ, κ) on it may be used. Rows whose τ or κ is NULL are dropped.

*As-of lookup at t*: among the rows with equal keys and a ≤ t (``strict``: a < t) take the one of highest
rank. A NULL key equals nothing.

*Rank*, ascending: τ, created time (NULL first), κ, then the output columns in declared order (text by
bytes, NULL last). Two rows that agree in all of these are the same row.

*TTL*: the row found counts while t − τ ≤ ttl. It is checked after the pick, so an expired row never lets an
older one through.

*Windows at t*: all rows with equal keys, t − start < τ ≤ t − end and a ≤ t (``strict``: both < instead of ≤, which is the
same as looking a microsecond earlier, instants being whole microseconds). Where ``row_key`` names what identifies an event,
of its rows with a ≤ t only the one of highest rank is there. So each row is in a window from greatest(a, τ + end) on until
least(b, τ + start), b being the first instant at which a row of higher rank has taken its place. A row whose τ is not
finite is in no window. The TTL does not touch windows.

Stored rows carry four columns beside the author's: ``__fc_event`` (τ), ``__fc_created``, ``__fc_available``
(κ) and ``__fc_at`` (a), all instants.

An engine's native as-of join picks by a single ordered column, so it is exact only on rows of which, within
a key, rank rises with a. ``Thinning`` names what gets rows into that shape (DESIGN §5).
"""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import Enum

from featurec.spec import AggregationFunction, Column, Scalar

EVENT = "__fc_event"
AT = "__fc_at"
RESERVED_PREFIX = "__fc_"


class Thinning(Enum):
    """How rows become such that, within a key, rank rises strictly with a.

    NONE: they are so already: one row per (keys, τ), and a strictly rises with τ.
    TIES: a is a function of τ, so only rows with equal τ compete: keep the highest of each (keys, τ).
    RUNNING_MAXIMUM: keep the rows whose rank is the greatest among all rows of the key with a ≤ their own
        a. Whatever is dropped is outranked by a row that is usable no later.
    """

    NONE = "none"
    TIES = "ties"
    RUNNING_MAXIMUM = "running_maximum"


@dataclass(frozen=True)
class TimeColumn:
    """A time column of the author's output: its type (date, timestamp, timestamptz) and the zone of naive values."""

    name: str
    type: str
    zone: str


@dataclass(frozen=True)
class Cast:
    """An output column of a view. ``type`` is given where a CAST must make it so, None where it is so already."""

    name: str
    type: str | None


@dataclass(frozen=True)
class ViewRows:
    """Rows of a view computed from the author's SQL, stamped with the four times.

    Attributes:
        view: name; the SQL is taken from the analyzed view.
        columns: the author's output columns in order.
        event, available, created: where τ, κ (without delay) and the created time come from.
        delay: microseconds added to κ.
    """

    view: str
    columns: tuple[Cast, ...]
    event: TimeColumn
    available: TimeColumn | None
    created: TimeColumn | None
    delay: int


@dataclass(frozen=True)
class StoredRows:
    """Rows of a view read from its built table, which already has the four times.

    Attributes:
        view: name.
        table: parts of the table's name.
        columns: the author's output columns in order.
    """

    view: str
    table: tuple[str, ...]
    columns: tuple[Cast, ...]


Rows = ViewRows | StoredRows


@dataclass(frozen=True)
class Rank:
    """The order of rows within a key; see the module's docstring.

    What is equal in all rows that compete is left out: the keys, and a created time that the view has not.

    Attributes:
        created, available: whether these times differ at all at equal τ.
        columns: output columns that break ties after the times.
    """

    created: bool
    available: bool
    columns: tuple[Column, ...]

    @property
    def by_event_alone(self) -> bool:
        """Whether τ alone decides, as no two rows of a key share it."""
        return not (self.created or self.available or self.columns)


@dataclass(frozen=True)
class FeatureColumn:
    """A feature as it leaves a lookup: column of the view, name in the answer, default for a missing value."""

    column: str
    output: str
    default: Scalar = None


@dataclass(frozen=True)
class Key:
    """An equality of a lookup: column of the view, column of the spine, and the key's declared type."""

    view: str
    spine: str
    type: str


@dataclass(frozen=True)
class AsOf:
    """One as-of lookup per spine row.

    Attributes:
        role: name of the lookup, unique in a plan.
        rows: where it looks.
        keys: equalities.
        features: what it returns, in order.
        rank, thinning: how the row is picked, and what the rows need before a native join may pick it.
        ttl: microseconds, inclusive, or None.
        strict: a < t instead of a ≤ t.
        timestamp_output: name under which τ of the row found is returned, or None.
        strategy: file of ``templates/sql/asof``.
    """

    role: str
    rows: Rows
    keys: tuple[Key, ...]
    features: tuple[FeatureColumn, ...]
    rank: Rank
    thinning: Thinning
    ttl: int | None
    strict: bool
    timestamp_output: str | None
    strategy: str


@dataclass(frozen=True)
class Span:
    """Which rows a window holds, in microseconds before t: t − start < τ ≤ t − end. ``start`` is None for all before."""

    start: int | None
    end: int


@dataclass(frozen=True)
class WindowFeature:
    """A windowed feature as it leaves a plan.

    Attributes:
        column: what is aggregated; None counts rows.
        condition: which rows count, an expression as of ``AnalyzedView.filters``.
        n: how many values, for ``last_n``.
        span: the window.
        name: of the feature.
        output, type: name in the answer, and the type that it has there.
    """

    function: AggregationFunction
    column: Column | None
    condition: str | None
    n: int | None
    span: Span
    name: str
    output: str
    type: str


@dataclass(frozen=True)
class WindowAgg:
    """Windowed features of one view and role that one strategy computes together, one value per spine row.

    Attributes:
        name: of the relation that it becomes, unique in a plan.
        rows, keys, rank: as of ``AsOf``.
        late: rows may become known by more than a constant after their time, so that their order by a is not that by τ.
        row_key: columns that identify an event; none where no row replaces another.
        full: columns of the view that are known to hold no NULL.
        earlier: microseconds before the spine's time at which is looked: 1 where rows at that very time do not count.
        strategy: file of ``templates/sql/window``.
        tile: length of a tile in microseconds, for ``tiles``.
        reason: why this strategy, for people.
    """

    name: str
    role: str
    rows: Rows
    keys: tuple[Key, ...]
    features: tuple[WindowFeature, ...]
    rank: Rank
    late: bool
    row_key: tuple[str, ...]
    full: frozenset[str]
    earlier: int
    strategy: str
    tile: int | None
    reason: str


@dataclass(frozen=True)
class SpineTable:
    """A spine that is a table, temporary view or file which the engine made a relation of.

    Attributes:
        relation: parts of the relation's name.
        columns: columns in order, DuckDB-spelled types.
        timestamp: the as-of column; its type is date, timestamp or timestamptz.
        timezone: zone of a naive as-of column.
        rows: how many there are, where that was counted.
    """

    relation: tuple[str, ...]
    columns: tuple[Column, ...]
    timestamp: str
    timezone: str = "UTC"
    rows: int | None = None


@dataclass(frozen=True)
class SpineQuery:
    """A spine that is a ``spines/*.sql`` file."""

    name: str
    columns: tuple[Column, ...]
    timestamp: TimeColumn


@dataclass(frozen=True)
class ByKey:
    """Spine rows, and rows of views, with the same key are in the same part; those without one are somewhere.

    Attributes:
        spine: column of the spine.
        views: view -> its column that the lookups match with it.
        type: what the key is read as, so that equal values are the same.
    """

    spine: str
    views: Mapping[str, str]
    type: str


@dataclass(frozen=True)
class ByTime:
    """A part is the spine rows of a span of time, those without a time in the first; it sees what is known at its end.

    Attributes:
        bounds: variable of the session that holds the ends of all parts but the last.
        reach: view -> microseconds before a spine row's time of which no older row matters; None where all do.
    """

    bounds: str
    reach: Mapping[str, int | None]


@dataclass(frozen=True)
class Part:
    """One of ``total`` parts of a spine, of which the row numbers and ``outputs`` of a training set are asked, without order.

    Attributes:
        relation: parts of the name of what ``Numbered`` made.
        columns: those that lookups match.
        by: how parts are told apart.
        number: of this part, from 0.
    """

    relation: tuple[str, ...]
    columns: tuple[Column, ...]
    by: ByKey | ByTime
    number: int
    total: int


Spine = SpineTable | SpineQuery | Part


@dataclass(frozen=True)
class OnDemand:
    """An on-demand view in one role, which is evaluated over each row of a training set.

    Attributes:
        inputs: input, in lower case -> column of the spine that brings it.
        reads: ``view:feature`` as its SQL has it, in lower case -> output that holds it.
        features: columns of the view as they leave it.
    """

    role: str
    view: str
    inputs: Mapping[str, Column]
    reads: Mapping[str, str]
    features: tuple[FeatureColumn, ...]


@dataclass(frozen=True)
class Training:
    """A training set: every spine row exactly once, its columns, then ``outputs`` in order.

    Attributes:
        spine: the rows.
        lookups: one per view and role of which features of the latest row are asked.
        windows: one or more per view and role of which windowed features are asked.
        outputs: (role, feature) pairs in the order asked for.
        on_demand: what is evaluated over these rows.
        answer: names of what then follows the spine's columns, in the order asked for; only where there is ``on_demand``.
    """

    spine: Spine
    lookups: tuple[AsOf, ...]
    windows: tuple[WindowAgg, ...]
    outputs: tuple[tuple[str, FeatureColumn | WindowFeature], ...]
    on_demand: tuple[OnDemand, ...] = ()
    answer: tuple[str, ...] = ()


@dataclass(frozen=True)
class Numbered:
    """The rows of a spine with their numbers, in order, and instants."""

    spine: SpineTable | SpineQuery
