"""Requests and answers as models, of which the description at ``/openapi.json`` is made. No request passes through them."""

from typing import Literal

from pydantic import BaseModel, ConfigDict, Field, JsonValue

from featurec.serve.limits import Limits

_LIMITS = Limits()

KeyValue = int | str | bool
Status = Literal["PRESENT", "NULL_VALUE", "NOT_FOUND", "OUTSIDE_MAX_AGE"]
Time = str


class RowRequest(BaseModel):
    """Entities of one service."""

    model_config = ConfigDict(extra="allow")

    entities: list[dict[str, JsonValue]] = Field(
        min_length=1,
        max_length=_LIMITS.entities,
        description="Join keys and inputs of each entity, by name.",
        examples=[[{"user_id": 1}, {"user_id": 2}]],
    )
    metadata: bool = Field(False, description="Whether answers have event_timestamps and as_of.")
    full_feature_names: bool = Field(False, description="Whether features are named view__feature.")


class RowResult(BaseModel):
    """What one entity was answered."""

    features: dict[str, JsonValue] = Field(
        description="Name -> value; of one that is not there its default, else null."
    )
    statuses: dict[str, Status] = Field(description="Of the features that are not PRESENT.")
    event_timestamps: dict[str, Time | None] | None = Field(None, description="View or role -> time of its row.")
    as_of: dict[str, Time | None] | None = Field(
        None, description="View or role with windowed features -> the instant at which they hold."
    )


class RowAnswer(BaseModel):
    """An object for each entity, in the order of the request."""

    results: list[RowResult]


class ColumnRequest(BaseModel):
    """Entities by column, as Feast has them, and either features or a service."""

    model_config = ConfigDict(extra="allow")

    entities: dict[str, list[JsonValue]] = Field(
        min_length=1,
        description="Join key or input -> values; all of one length.",
        examples=[{"user_id": [1, 2]}],
    )
    features: list[str] | None = Field(
        None, min_length=1, max_length=_LIMITS.features, description="view:feature", examples=[["spend:amount"]]
    )
    feature_service: str | None = Field(None, description="Instead of features.")
    full_feature_names: bool = Field(False, description="Whether features are named view__feature.")


class Column(BaseModel):
    """A feature or join key: one item for each entity in all three."""

    values: list[JsonValue]
    statuses: list[Status]
    event_timestamps: list[Time]


class Names(BaseModel):
    """What the results are of."""

    feature_names: list[str] = Field(description="Join keys and inputs first, then features.")


class ColumnAnswer(BaseModel):
    """A result for each name, in the same order."""

    metadata: Names
    results: list[Column]


class NamedType(BaseModel):
    """A join key or input."""

    name: str
    type: str | None


class OfferedFeature(BaseModel):
    """A feature of a service. Types are spelled as DuckDB does."""

    name: str
    view: str
    feature: str
    type: str
    windowed: bool


class OfferedService(BaseModel):
    """A service; without lists while it is not ready."""

    name: str
    ready: bool
    entities: list[NamedType]
    inputs: list[NamedType]
    features: list[OfferedFeature]


class Services(BaseModel):
    """The services that the caller may read."""

    services: list[OfferedService]


class State(BaseModel):
    """That all is well."""

    status: Literal["ok", "ready"]


class Finding(BaseModel):
    """One thing that is wrong."""

    code: str
    claim: str
    cause: str
    fix: str


class Error(BaseModel):
    """Why a request was not answered."""

    detail: str = Field(description="The findings as one text.")
    errors: list[Finding]
