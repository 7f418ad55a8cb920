"""What headers and sources.yml may say of tests and freshness: their keys, types and what they mean."""

from typing import Annotated, Literal, get_args

from pydantic import Discriminator, Field, Tag

from featurec.expectations import TestKind
from featurec.model_parts import LIST, MAPPING, SHORT, ColumnName, Duration, Scalar, Strict, Text, shape


class TestOptions(Strict):
    """What any test may say beside its kind."""

    name: Text | None = None
    """Default: the kind and the columns."""
    severity: Literal["error", "warn"] | None = None
    """Whether a failing row stops the view and all below it, or is only reported. Default: error."""
    where: Text | None = None
    """SQL condition: only rows that fulfil it are tested."""
    column: ColumnName | None = None
    """The column that is tested; below a feature or column it is that one."""
    columns: list[ColumnName] | None = Field(default=None, min_length=1)
    """Columns that are unique together."""


class ValuesModel(TestOptions):
    """The values that a column may have."""

    values: list[Scalar] = Field(min_length=1)
    """The accepted values."""


class RangeModel(TestOptions):
    """Bounds of a column, which are allowed themselves."""

    min: Scalar = None
    """The least accepted value."""
    max: Scalar = None
    """The greatest accepted value."""


class RelationshipsModel(TestOptions):
    """Where every value of the column must occur."""

    to: Text
    """A view, or a source table: `shop.users`."""
    column: ColumnName | None = None
    """The column there; default: of the same name."""
    field: ColumnName | None = None
    """The same as `column`, as dbt calls it."""


class ConditionModel(TestOptions):
    """What every row must fulfil."""

    condition: Text
    """SQL condition over the columns."""


_OptionsOnly = TestOptions | None
_Columns = (
    Annotated[
        Annotated[list[ColumnName], Tag(LIST)] | Annotated[TestOptions, Tag(MAPPING)],
        Discriminator(shape),
    ]
    | None
)
_Values = Annotated[
    Annotated[list[Scalar], Tag(LIST)] | Annotated[ValuesModel, Tag(MAPPING)],
    Discriminator(shape),
]
_Condition = Annotated[
    Annotated[Text, Tag(SHORT)] | Annotated[ConditionModel, Tag(MAPPING)],
    Discriminator(shape),
]


class TestModel(TestOptions):
    """One test: one of the kinds `not_null`, `unique`, `accepted_values`, `range`, `relationships`, `sql`, and options."""

    not_null: _OptionsOnly = None
    """No value is NULL."""
    unique: _Columns = None
    """No value, or combination of columns, occurs twice; a NULL in it is equal to nothing."""
    accepted_values: _Values | None = None
    """Every value is one of these, or NULL."""
    range: RangeModel | None = None
    """Every value lies between `min` and `max`, or is NULL."""
    relationships: RelationshipsModel | None = None
    """Every value occurs in a column of another table, or is NULL."""
    sql: _Condition | None = None
    """A condition over the columns that no row breaks."""


Tests = list[
    Annotated[
        Annotated[Literal["not_null", "unique"], Tag(SHORT)] | Annotated[TestModel, Tag(MAPPING)],
        Discriminator(shape),
    ]
]
"""Tests as they are listed."""


class FreshnessModel(Strict):
    """How old the newest row may be."""

    warn_after: Duration | None = None
    """Past this age a warning is reported."""
    error_after: Duration | None = None
    """Past this age an error is reported."""


KINDS: tuple[TestKind, ...] = get_args(TestKind)


def kinds(model: TestModel) -> dict[TestKind, object]:
    """Kinds that a mapping names, with what they say."""
    return {kind: getattr(model, kind) for kind in KINDS if kind in model.model_fields_set}
