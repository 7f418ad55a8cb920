"""The vocabulary: what a user declares, as frozen values without behaviour of engines or files.

Types of columns are spelled as DuckDB spells them, in lower case (``bigint``, ``double``,
``decimal(18,2)``, ``timestamptz``, ``varchar[]``). Durations are whole microseconds. ``span`` is where
the thing was declared; it takes no part in equality.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

from featurec.expectations import DataTest, Freshness, UnitTest
from featurec.source import SourceFile, Span

MICROSECONDS: Mapping[str, int] = {
    "us": 1,
    "ms": 1_000,
    "s": 1_000_000,
    "min": 60_000_000,
    "h": 3_600_000_000,
    "d": 86_400_000_000,
    "w": 604_800_000_000,
}
"""Microseconds in each unit of a duration; a day is 24 hours."""

Scalar = str | int | float | bool | None


@dataclass(frozen=True)
class Column:
    """A named column. ``type`` is None where it is not known."""

    name: str
    type: str | None
    span: Span | None = field(default=None, compare=False, repr=False)


@dataclass(frozen=True)
class Entity:
    """What features describe: a name and the join keys (name and type) that identify one."""

    name: str
    join_keys: tuple[Column, ...]
    description: str = ""
    owner: str | None = None
    tags: tuple[str, ...] = ()
    span: Span | None = field(default=None, compare=False, repr=False)


@dataclass(frozen=True)
class SourceTable:
    """A raw table and when its rows became known.

    Attributes:
        source, name: what ``source('source', 'name')`` says.
        table, schema: the physical name in the warehouse (default: ``name``, none).
        path: Parquet or CSV file, relative to the project; excludes ``table``.
        timestamp: event time column; None for static and purely mutable tables.
        available_at: column that says when the row became known, where that is not ``timestamp``.
        static: the rows hold at all times.
        mutable: True for a table rewritten in place, or the columns that are.
        valid_to: end column of a history table closed row by row.
        unique: columns that identify a row.
        labels: True, or the columns that hold the label.
        timezone: zone of naive times in this table, resolved from source and project.
        tests: of its rows; that ``unique`` columns are is one.
        freshness: how old the newest row may be.
    """

    source: str
    name: str
    columns: tuple[Column, ...]
    table: str
    schema: str | None = None
    path: str | None = None
    timestamp: str | None = None
    available_at: str | None = None
    static: bool = False
    mutable: bool | tuple[str, ...] = False
    valid_to: str | None = None
    unique: tuple[str, ...] = ()
    labels: bool | tuple[str, ...] = False
    timezone: str = "UTC"
    tests: tuple[DataTest, ...] = ()
    freshness: Freshness | None = None
    description: str = ""
    owner: str | None = None
    tags: tuple[str, ...] = ()
    meta: Mapping[str, Any] = field(default_factory=dict)
    span: Span | None = field(default=None, compare=False, repr=False)

    @property
    def key(self) -> str:
        """``source.nyc.arrivals``: the relation's name inside the compiler."""
        return f"source.{self.source}.{self.name}"


@dataclass(frozen=True)
class Feature:
    """One declared output column of a feature view. ``default`` replaces a missing value on both sides."""

    name: str
    type: str
    description: str = ""
    unit: str | None = None
    tags: tuple[str, ...] = ()
    default: Scalar = None
    tests: tuple[DataTest, ...] = ()
    span: Span | None = field(default=None, compare=False, repr=False)


AggregationFunction = Literal[
    "count", "count_distinct", "sum", "avg", "min", "max", "stddev", "variance",
    "first", "last", "last_not_null", "last_n",
]  # fmt: skip


@dataclass(frozen=True)
class Window:
    """A window's length in microseconds (None: lifetime) and as the author wrote it (``7d``)."""

    length: int | None
    text: str


@dataclass(frozen=True)
class Aggregation:
    """A windowed aggregation: one function over one column (None: rows) in one or more windows."""

    function: AggregationFunction
    column: str | None
    windows: tuple[Window, ...]
    name: str | None = None
    filter: str | None = None
    offset: int = 0
    n: int | None = None
    span: Span | None = field(default=None, compare=False, repr=False)
    filter_span: Span | None = field(default=None, compare=False, repr=False)

    def output_name(self, window: Window) -> str:
        """The feature's name: ``name_7d``, ``column_sum_7d`` or ``count_7d`` (DESIGN §1)."""
        if self.name:
            return f"{self.name}_{window.text}"
        return f"{self.column}_{self.function}_{window.text}" if self.column else f"count_{window.text}"


@dataclass(frozen=True)
class Input:
    """A request-time field of an on-demand view."""

    name: str
    type: str
    span: Span | None = field(default=None, compare=False, repr=False)


@dataclass(frozen=True)
class FeatureView:
    """One SQL file with its header. ``delay``, ``ttl``, ``max_lateness``, ``interval`` are microseconds.

    Attributes:
        file: the whole file; the SQL starts at offset ``body``.
        features: declared features in order.
        tests: of its rows, those below features first.
        freshness: how old the newest row may be.
        spans: header key -> where its value stands, for diagnostics of later stages.
    """

    name: str
    file: SourceFile
    body: int
    entities: tuple[str, ...]
    timestamp: str | None
    available_at: str | None = None
    created_timestamp: str | None = None
    row_key: tuple[str, ...] = ()
    delay: int = 0
    ttl: int | None = None
    features: tuple[Feature, ...] = ()
    aggregations: tuple[Aggregation, ...] = ()
    inputs: tuple[Input, ...] = ()
    tests: tuple[DataTest, ...] = ()
    freshness: Freshness | None = None
    online: bool = True
    schedule: str | None = None
    start: str | None = None
    interval: int | None = None
    max_lateness: int | None = None
    window_strategy: str | None = None
    dialect: str = "duckdb"
    description: str = ""
    owner: str | None = None
    tags: tuple[str, ...] = ()
    deprecated: str | bool = False
    meta: Mapping[str, Any] = field(default_factory=dict)
    spans: Mapping[str, Span] = field(default_factory=dict, compare=False, repr=False)
    span: Span | None = field(default=None, compare=False, repr=False)

    @property
    def key(self) -> str:
        """``view.arrivals``: the relation's name inside the compiler."""
        return f"view.{self.name}"

    @property
    def title(self) -> Span:
        """Where to point when something is wrong with the whole: its name, else the first line of the header's keys."""
        return _title(self.file, self.span)


@dataclass(frozen=True)
class Spine:
    """A ``spines/*.sql`` file: keys, as-of time and label columns to join features onto."""

    name: str
    file: SourceFile
    body: int
    entities: tuple[str, ...]
    timestamp: str
    labels: tuple[str, ...] = ()
    strict: bool = False
    dialect: str = "duckdb"
    description: str = ""
    owner: str | None = None
    meta: Mapping[str, Any] = field(default_factory=dict)
    spans: Mapping[str, Span] = field(default_factory=dict, compare=False, repr=False)
    span: Span | None = field(default=None, compare=False, repr=False)

    @property
    def key(self) -> str:
        return f"spine.{self.name}"

    @property
    def title(self) -> Span:
        """Where to point when something is wrong with the whole: its name, else the first line of the header's keys."""
        return _title(self.file, self.span)


def _title(file: SourceFile, span: Span | None) -> Span:
    if span is None:
        return file.span(0, 0)
    return file.span(span.start, span.start + len(span.text.split("\n", 1)[0].rstrip()))


@dataclass(frozen=True)
class FeatureRequest:
    """What a service or ``--features`` asks of one view in one role.

    Attributes:
        view: the view's name.
        features: feature names in order; None means all declared features and aggregations.
        role: name of the role (default: the view's name); prefix of full feature names.
        join_keys: the view's join key -> column of the spine or request that it is matched with,
            for keys that are called otherwise there.
    """

    view: str
    features: tuple[str, ...] | None = None
    role: str = ""
    join_keys: Mapping[str, str] = field(default_factory=dict)
    span: Span | None = field(default=None, compare=False, repr=False)

    @property
    def prefix(self) -> str:
        return self.role or self.view


@dataclass(frozen=True)
class Service:
    """A feature service: the features that one model needs."""

    name: str
    features: tuple[FeatureRequest, ...]
    description: str = ""
    owner: str | None = None
    tags: tuple[str, ...] = ()
    span: Span | None = field(default=None, compare=False, repr=False)


@dataclass(frozen=True)
class Target:
    """A pair of stores, as written: strings may hold ``{{ env_var('X') }}`` until they are resolved.

    Attributes:
        offline: ``type`` (duckdb, postgres, spark, clickhouse) and that engine's settings.
        online: ``type`` (postgres) and its settings; None for a target without online store.
    """

    name: str
    offline: Mapping[str, Scalar | tuple[str, ...]]
    online: Mapping[str, Scalar] | None = None
    span: Span | None = field(default=None, compare=False, repr=False)

    @property
    def type(self) -> str:
        return str(self.offline["type"])


@dataclass(frozen=True)
class LintSettings:
    """What featurec.yml says of linting. Rules are named by code (``FC305``) or by how codes begin (``FC3``).

    Attributes:
        rules: only these; None for all.
        exclude_rules: all but these.
        severity: rule -> ``error`` or ``warning``, in the place of its own.
        per_file_ignores: pattern of project-relative paths -> rules that are not reported there.
        strict: warnings count as errors.
        spans: ``rules``, ``rules.0``, ``severity.FC601`` and the like -> where it is written.
    """

    rules: tuple[str, ...] | None = None
    exclude_rules: tuple[str, ...] = ()
    severity: Mapping[str, Literal["error", "warning"]] = field(default_factory=dict)
    per_file_ignores: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    strict: bool = False
    spans: Mapping[str, Span] = field(default_factory=dict, compare=False, repr=False)


@dataclass(frozen=True)
class OpenLineage:
    """Where lineage of runs is sent, as written: strings may hold ``{{ env_var('X') }}``.

    Attributes:
        url: of the server; None where the environment says it.
        namespace: of the jobs; None for the project's name.
    """

    url: str | None = None
    namespace: str | None = None
    span: Span | None = field(default=None, compare=False, repr=False)


@dataclass(frozen=True)
class Project:
    """Everything the files of a project declare, in the order of their paths.

    Attributes:
        root: absolute path of the folder with featurec.yml, for commands that open data files.
        sources: ``source.table`` name pairs joined as in ``SourceTable.key`` -> table.
        macros: files of ``macros/``.
        files: every file read, by project-relative path.
    """

    root: str
    name: str
    timezone: str = "UTC"
    dialect: str = "duckdb"
    default_target: str | None = None
    targets: Mapping[str, Target] = field(default_factory=dict)
    vars: Mapping[str, Any] = field(default_factory=dict)
    lint: LintSettings = field(default_factory=LintSettings)
    openlineage: OpenLineage | None = None
    entities: Mapping[str, Entity] = field(default_factory=dict)
    sources: Mapping[str, SourceTable] = field(default_factory=dict)
    views: Mapping[str, FeatureView] = field(default_factory=dict)
    spines: Mapping[str, Spine] = field(default_factory=dict)
    services: Mapping[str, Service] = field(default_factory=dict)
    macros: tuple[SourceFile, ...] = ()
    unit_tests: tuple[UnitTest, ...] = ()
    files: Mapping[str, SourceFile] = field(default_factory=dict)

    @property
    def units(self) -> tuple[FeatureView | Spine, ...]:
        """Everything with SQL of its own: feature views, then spines."""
        return (*self.views.values(), *self.spines.values())
