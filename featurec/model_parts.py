"""What the models of project files and headers are made of: strict mappings, and the values that many keys share."""

from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, Field, WithJsonSchema

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
Rows = list[dict[ColumnName, Scalar | list[Any] | dict[str, Any]]]
