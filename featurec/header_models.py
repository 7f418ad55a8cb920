"""What the headers of feature views and spines may say: their keys, types and what they mean."""

from typing import Annotated, Any, Literal

from pydantic import Discriminator, Field, Tag

from featurec.expectation_models import FreshnessModel, Tests
from featurec.model_parts import MAPPING, SHORT, ColumnName, Duration, Name, Scalar, Strict, Tags, Text, shape
from featurec.models import ShortColumn


class FeatureModel(Strict):
    """A declared output column of a feature view."""

    type: Text
    """As DuckDB spells it."""
    description: str = ""
    unit: Text | None = None
    tags: Tags = Field(default_factory=list)
    default: Scalar = None
    """Replaces a missing value, in training and online."""
    tests: Tests = Field(default_factory=list)
    """Tests of its values, asked after every build."""


class AggregationModel(Strict):
    """A windowed aggregation over the view's rows."""

    function: Literal[
        "count", "count_distinct", "sum", "avg", "min", "max", "stddev", "variance",
        "first", "last", "last_not_null", "last_n",
    ]  # fmt: skip
    column: ColumnName | None = None
    windows: list[Text | int | float] = Field(json_schema_extra={"items": {"type": "string"}})
    """Durations such as 1d, or lifetime."""
    name: Text | None = None
    filter: Text | None = None
    """SQL condition over the view's columns."""
    offset: Duration | None = None
    n: int | None = Field(default=None, ge=1)
    """How many values, for last_n."""


Features = dict[
    ColumnName,
    Annotated[Annotated[Text, Tag(SHORT)] | Annotated[FeatureModel, Tag(MAPPING)], Discriminator(shape)],
]


class ViewHeader(Strict):
    """The header of a feature view."""

    name: Name | None = None
    """Default: the file's name without `.sql`."""
    description: str = ""
    owner: Text | None = None
    tags: Tags = Field(default_factory=list)
    entities: list[Text] = Field(default_factory=list)
    """What the features describe; their join keys must be output columns."""
    timestamp: ColumnName | None = None
    """Output column that stamps the row."""
    available_at: ColumnName | None = None
    """Output column with the time at which the row became known, where that is not `timestamp`."""
    created_timestamp: ColumnName | None = None
    """Output column that breaks ties between rows of one time: the newest wins."""
    row_key: list[ColumnName] = Field(default_factory=list)
    """Output columns that identify an event, so that a later row corrects an earlier one."""
    delay: Duration | None = None
    """How long after its time a row becomes known."""
    ttl: Duration | None = None
    """Past this age a value counts as missing."""
    features: Features = Field(default_factory=dict)
    aggregations: list[AggregationModel] = Field(default_factory=list)
    tests: Tests = Field(default_factory=list)
    """Tests of the view's rows; each names the column that it tests, or reads any of them."""
    freshness: FreshnessModel | None = None
    """How old the newest row may be."""
    inputs: dict[ColumnName, ShortColumn] = Field(default_factory=dict)
    """Request-time fields of an on-demand view."""
    online: bool = True
    """Whether the newest rows are exported."""
    schedule: Text | None = None
    """Cron expression in the project's time zone, five fields or such as `@daily`: when `run --due` runs the view."""
    start: Text | None = None
    """Date or time before which there are no rows."""
    interval: Duration | None = None
    """Length of the intervals in which the view is built."""
    max_lateness: Duration | None = None
    """How late rows may arrive and still be picked up."""
    window_strategy: Literal["range_join", "window_union", "prefix", "tiles"] | None = None
    """Plan of the windows, in the place of the one that costs least by what is known of the data."""
    dialect: Text | None = None
    """Dialect of this file's SQL; default: the project's."""
    deprecated: bool | Text = False
    """True, or what to use instead."""
    meta: dict[str, Any] = Field(default_factory=dict)


class SpineHeader(Strict):
    """The header of a spine."""

    name: Name | None = None
    """Default: the file's name without `.sql`."""
    description: str = ""
    owner: Text | None = None
    entities: list[Text]
    timestamp: ColumnName
    """Output column with the time for which features are asked."""
    labels: list[ColumnName] = Field(default_factory=list)
    """Output columns that hold the label."""
    strict: bool = False
    """Only rows known before the time, not at it."""
    dialect: Text | None = None
    meta: dict[str, Any] = Field(default_factory=dict)
