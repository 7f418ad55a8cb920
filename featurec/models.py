"""What the YAML files of a project may say: their keys, types and what they mean.

The models know structure only. What names refer to, and whether a duration or column type can be read, is
decided where a model becomes part of a project.
"""

from typing import Annotated, Any, Literal, get_args

from pydantic import Discriminator, Field, Tag

from featurec.expectation_models import FreshnessModel, Tests
from featurec.model_parts import LIST, MAPPING, SHORT, ColumnName, Duration, Name, Rows, Strict, Tags, Text, shape


class ColumnModel(Strict):
    """A column: its type as DuckDB spells it, and what it holds."""

    type: Text
    """Such as bigint, double, decimal(18,2), varchar, boolean, date, timestamp, timestamptz, varchar[]."""
    description: str = ""


class NamedColumn(ColumnModel):
    """A column in a list."""

    name: ColumnName


ShortColumn = Annotated[Annotated[Text, Tag(SHORT)] | Annotated[ColumnModel, Tag(MAPPING)], Discriminator(shape)]
Columns = Annotated[
    Annotated[list[NamedColumn], Tag(LIST)] | Annotated[dict[ColumnName, ShortColumn], Tag(MAPPING)],
    Discriminator(shape),
]


class SourceColumnModel(ColumnModel):
    """A column of a source table."""

    tests: Tests = Field(default_factory=list)
    """Tests of its values."""


class NamedSourceColumn(SourceColumnModel):
    """A column in a list."""

    name: ColumnName


SourceColumns = Annotated[
    Annotated[list[NamedSourceColumn], Tag(LIST)]
    | Annotated[
        dict[
            ColumnName,
            Annotated[Annotated[Text, Tag(SHORT)] | Annotated[SourceColumnModel, Tag(MAPPING)], Discriminator(shape)],
        ],
        Tag(MAPPING),
    ],
    Discriminator(shape),
]


class EntityModel(Strict):
    """What features describe, and the columns that identify one."""

    join_keys: Columns
    """Names and types of the columns that together identify one."""
    description: str = ""
    owner: Text | None = None
    tags: Tags = Field(default_factory=list)


class NamedEntity(EntityModel):
    """An entity in a list."""

    name: Name


class EntitiesFile(Strict):
    """entities.yml: entities and their join keys."""

    entities: Annotated[
        Annotated[list[NamedEntity], Tag(LIST)] | Annotated[dict[Name, EntityModel], Tag(MAPPING)],
        Discriminator(shape),
    ]


Flag = Annotated[
    Annotated[bool, Tag(SHORT)] | Annotated[list[ColumnName], Tag(LIST)],
    Discriminator(lambda value: LIST if isinstance(value, list) else SHORT),
]


class TableModel(Strict):
    """A raw table, and when its rows became known: `timestamp`, `static` or `mutable` must say."""

    columns: SourceColumns
    timestamp: ColumnName | None = None
    """Column with the time at which the row's event happened."""
    available_at: ColumnName | None = None
    """Column with the time at which the row became known, where that is not `timestamp`."""
    static: bool = False
    """The rows hold at all times."""
    mutable: Flag = False
    """The table, or these columns of it, are rewritten in place."""
    valid_to: ColumnName | None = None
    """End column of a history table that is closed row by row; `timestamp` is its start."""
    unique: list[ColumnName] = Field(default_factory=list)
    """Columns that identify a row; that they do is tested."""
    labels: Flag = False
    """The table, or these columns of it, hold the label that a model predicts."""
    table: Text | None = None
    """Name in the warehouse, where it is another one."""
    path: Text | None = None
    """Parquet or CSV file, relative to the project. Times are read in their declared type, also those of pandas in nanoseconds."""
    schema_: Text | None = Field(default=None, alias="schema")
    """Schema in the warehouse, where it is not the source's."""
    timezone: Text | None = None
    """Zone of times without one."""
    tests: Tests = Field(default_factory=list)
    """Tests of the rows; each names the column that it tests."""
    freshness: FreshnessModel | None = None
    """How old the newest row may be, by `available_at` or else `timestamp`."""
    description: str = ""
    owner: Text | None = None
    tags: Tags = Field(default_factory=list)
    meta: dict[str, Any] = Field(default_factory=dict)


class NamedTable(TableModel):
    """A table in a list."""

    name: Name


class SourceModel(Strict):
    """Tables that come from one place."""

    tables: Annotated[
        Annotated[list[NamedTable], Tag(LIST)] | Annotated[dict[Text, TableModel], Tag(MAPPING)],
        Discriminator(shape),
    ]
    schema_: Text | None = Field(default=None, alias="schema")
    """Schema of the tables in the warehouse."""
    timezone: Text | None = None
    """Zone of times without one; default: the project's."""
    description: str = ""
    owner: Text | None = None
    tags: Tags = Field(default_factory=list)
    meta: dict[str, Any] = Field(default_factory=dict)


class NamedSource(SourceModel):
    """A source in a list."""

    name: Name


class SourcesFile(Strict):
    """sources.yml: raw tables, their columns, and when a row became known."""

    sources: Annotated[
        Annotated[list[NamedSource], Tag(LIST)] | Annotated[dict[Text, SourceModel], Tag(MAPPING)],
        Discriminator(shape),
    ]


class RequestModel(Strict):
    """Features of one view in one role."""

    view: Text
    as_: Name | None = Field(default=None, alias="as")
    """Name of the role; default: the view's name."""
    join_keys: dict[ColumnName, ColumnName] = Field(default_factory=dict)
    """The view's key: the column of the spine or request that it is matched with."""
    features: list[ColumnName] | None = None
    """Default: all declared features and aggregations."""


class ServiceModel(Strict):
    """The features that one model needs."""

    features: list[Annotated[Annotated[Text, Tag(SHORT)] | Annotated[RequestModel, Tag(MAPPING)], Discriminator(shape)]]
    """`view:feature`, `view`, or a mapping with `view`, `as`, `join_keys`, `features`."""
    description: str = ""
    owner: Text | None = None
    tags: Tags = Field(default_factory=list)


class NamedService(ServiceModel):
    """A service in a list."""

    name: Name


class ServicesFile(Strict):
    """services.yml: feature services."""

    services: Annotated[
        Annotated[list[NamedService], Tag(LIST)] | Annotated[dict[Name, ServiceModel], Tag(MAPPING)],
        Discriminator(shape),
    ]


class DuckDBStore(Strict):
    """A DuckDB file, or memory."""

    type: Literal["duckdb"]
    path: Text | None = None
    """File, relative to the project, or `:memory:`; default: `.featurec/<target>.duckdb`."""
    schema_: Text | None = Field(default=None, alias="schema")
    data_folders: list[Text] = Field(default_factory=list)
    """Further folders in which source files may lie."""
    threads: int | None = Field(default=None, ge=1, le=1024)
    memory_limit: Text | None = None
    """Such as 4GB; training sets that would take more than half of it are computed in parts."""
    keep_versions: Duration = "7d"
    """How long versions that readers no longer see are kept, offline and online, for going back; `0s`: not at all."""


class ServerStore(Strict):
    """A warehouse reached by URL."""

    type: Literal["postgres", "spark", "clickhouse"]
    url: Text
    """Connection URL; take secrets from the environment: `{{ env_var('WAREHOUSE_URL') }}`."""
    schema_: Text | None = Field(default=None, alias="schema")
    """Schema that built tables go to; `{user}` stands for the user's name."""
    keep_versions: Duration = "7d"
    """How long versions that readers no longer see are kept, offline and online, for going back; `0s`: not at all."""


class OnlineStore(Strict):
    """The key-value tables that a server reads."""

    type: Literal["postgres"]
    url: Text
    """Connection URL, or `embedded` for a private PostgreSQL on this machine."""
    schema_: Text | None = Field(default=None, alias="schema")
    max_future: Duration = "5min"
    """How far ahead of the store's clock a row may be stamped; later ones are rejected and counted."""


_SERVERS = get_args(ServerStore.model_fields["type"].annotation)


def _store(value: object) -> str:
    if not isinstance(value, dict):
        return MAPPING
    kind = value.get("type")
    return MAPPING if kind != "duckdb" and (kind in _SERVERS or "url" in value) else SHORT


class TargetModel(Strict):
    """An offline store, and the online store that is filled from it."""

    offline: Annotated[Annotated[DuckDBStore, Tag(SHORT)] | Annotated[ServerStore, Tag(MAPPING)], Discriminator(_store)]
    online: OnlineStore | None = None


class LintModel(Strict):
    """Settings of `featurec lint`."""

    rules: list[Text] | None = None
    """Only these codes or families."""
    exclude_rules: list[Text] = Field(default_factory=list)
    severity: dict[Text, Literal["error", "warning"]] = Field(default_factory=dict)
    """Code or family: how much its findings weigh."""
    per_file_ignores: dict[Text, list[Text]] = Field(default_factory=dict)
    """Pattern of paths (`features/legacy/**`): codes or families that are not reported there."""
    strict: bool = False
    """Warnings count as errors."""


class OpenLineageModel(Strict):
    """Where lineage of runs is sent to."""

    url: Text | None = None
    """URL of the server, without `/api/v1/lineage`; default: what the environment says (`OPENLINEAGE_URL`)."""
    namespace: Text | None = None
    """Namespace of the jobs; default: the project's name."""


class ProjectFile(Strict):
    """featurec.yml: the project, its targets, variables and settings."""

    name: Name
    timezone: Text = "UTC"
    """Zone of times without one."""
    dialect: Text = "duckdb"
    """Dialect in which the SQL is written."""
    default_target: Text | None = None
    targets: dict[Name, TargetModel] = Field(default_factory=dict)
    vars: dict[Text, Any] = Field(default_factory=dict)
    """Values that templates read with `var('name')`."""
    lint: LintModel = LintModel()
    openlineage: OpenLineageModel | None = None
    """Sends lineage of runs to an OpenLineage server; takes the extra `openlineage`."""


class UnitTestModel(Strict):
    """Given these rows, expect those."""

    name: Text
    view: Text
    given: dict[Text, Rows]
    """Source table (`shop.orders`) or view: its rows; columns that are left out are NULL."""
    expect: Rows
    """The rows that the view then has, in any order; only the columns that are named are compared."""
    at: Text | None = None
    """As-of instant: the features of each entity at this time are compared, instead of all rows."""
    description: str = ""
    vars: dict[Text, Any] = Field(default_factory=dict)


class UnitTestsFile(Strict):
    """tests/*.yml: unit tests of feature views."""

    unit_tests: list[UnitTestModel]
