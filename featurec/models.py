"""What the YAML files of a project may say: their keys, types and what they mean.

The models know structure only. What names refer to, and whether a duration or column type can be read, is
decided where a model becomes part of a project.
"""

from typing import Annotated, Any, Literal, get_args

from pydantic import BaseModel, ConfigDict, Discriminator, Field, Tag, WithJsonSchema

from featurec.duration import PATTERN as DURATION
from featurec.naming import MAX_NAME, NAME

LIST = "<list>"
MAPPING = "<mapping>"
SHORT = "<short>"
"""Tags of the alternatives of a value, as they appear in the places that pydantic reports."""


class Strict(BaseModel):
    """A mapping whose keys are all listed here, with values of exactly these types."""

    # Built when first used: a command reads few of these kinds of files. What the texts below keys say is read when
    # it is shown (featurec/documented.py), since reading it costs as much as all the rest.
    model_config = ConfigDict(extra="forbid", strict=True, frozen=True, defer_build=True)


def shape(value: object) -> str:
    """Which alternative of a value is meant: a list, a mapping, or the short form."""
    return LIST if isinstance(value, list) else MAPPING if isinstance(value, dict) else SHORT


Name = Annotated[str, Field(json_schema_extra={"pattern": NAME, "maxLength": MAX_NAME})]
Duration = Annotated[str | int | float, WithJsonSchema({"type": "string", "pattern": DURATION})]
"""Numbers pass here so that the reader of durations can ask for their unit."""
ColumnName = Annotated[str, Field(min_length=1)]
Text = Annotated[str, Field(min_length=1)]
Tags = list[Text]
Scalar = str | int | float | bool | None


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


class EntityModel(Strict):
    """What features describe, and the columns that identify one."""

    join_keys: Columns
    """Names and types of the columns that together identify one."""
    description: str = ""
    owner: Text | None = None
    tags: Tags = []


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

    columns: Columns
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
    unique: list[ColumnName] = []
    """Columns that identify a row."""
    labels: Flag = False
    """The table, or these columns of it, hold the label that a model predicts."""
    table: Text | None = None
    """Name in the warehouse, where it is another one."""
    path: Text | None = None
    """Parquet or CSV file, relative to the project."""
    schema_: Text | None = Field(default=None, alias="schema")
    """Schema in the warehouse, where it is not the source's."""
    timezone: Text | None = None
    """Zone of times without one."""
    description: str = ""
    owner: Text | None = None
    tags: Tags = []
    meta: dict[str, Any] = {}


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
    tags: Tags = []
    meta: dict[str, Any] = {}


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
    join_keys: dict[ColumnName, ColumnName] = {}
    """The view's key: the column of the spine or request that it is matched with."""
    features: list[ColumnName] | None = None
    """Default: all declared features and aggregations."""


class ServiceModel(Strict):
    """The features that one model needs."""

    features: list[Annotated[Annotated[Text, Tag(SHORT)] | Annotated[RequestModel, Tag(MAPPING)], Discriminator(shape)]]
    """`view:feature`, `view`, or a mapping with `view`, `as`, `join_keys`, `features`."""
    description: str = ""
    owner: Text | None = None
    tags: Tags = []


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
    data_folders: list[Text] = []
    """Further folders in which source files may lie."""
    threads: int | None = Field(default=None, ge=1, le=1024)
    memory_limit: Text | None = None
    """Such as 4GB; training sets that would take more than half of it are computed in parts."""


class ServerStore(Strict):
    """A warehouse reached by URL."""

    type: Literal["postgres", "spark", "clickhouse"]
    url: Text
    """Connection URL; take secrets from the environment: `{{ env_var('WAREHOUSE_URL') }}`."""
    schema_: Text | None = Field(default=None, alias="schema")
    """Schema that built tables go to; `{user}` stands for the user's name."""


class OnlineStore(Strict):
    """The key-value tables that a server reads."""

    type: Literal["postgres"]
    url: Text
    """Connection URL, or `embedded` for a private PostgreSQL on this machine."""
    schema_: Text | None = Field(default=None, alias="schema")


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
    exclude_rules: list[Text] = []
    severity: dict[Text, Literal["error", "warning"]] = {}
    """Code or family: how much its findings weigh."""
    per_file_ignores: dict[Text, list[Text]] = {}
    """Pattern of paths (`features/legacy/**`): codes or families that are not reported there."""
    strict: bool = False
    """Warnings count as errors."""


class ProjectFile(Strict):
    """featurec.yml: the project, its targets, variables and settings."""

    name: Name
    timezone: Text = "UTC"
    """Zone of times without one."""
    dialect: Text = "duckdb"
    """Dialect in which the SQL is written."""
    default_target: Text | None = None
    targets: dict[Name, TargetModel] = {}
    vars: dict[Text, Any] = {}
    """Values that templates read with `var('name')`."""
    lint: LintModel = LintModel()


Rows = list[dict[ColumnName, Scalar | list[Any] | dict[str, Any]]]


class UnitTestModel(Strict):
    """Given these rows, expect those."""

    name: Text
    view: Text
    given: dict[Text, Rows]
    """Source table (`shop.orders`) or view: its rows."""
    expect: Rows
    description: str = ""
    vars: dict[Text, Any] = {}


class UnitTestsFile(Strict):
    """tests/*.yml: unit tests of feature views."""

    unit_tests: list[UnitTestModel]
