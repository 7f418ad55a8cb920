"""What an online read answers, in Feast's form: columns by name, with statuses and event times beside them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from functools import cached_property
from typing import TYPE_CHECKING

from featurec.api.reading import Answer
from featurec.online.read import EntityFeatures, Status

if TYPE_CHECKING:
    import pandas
    import polars
    import pyarrow

_TIMES = "__ts"


class OnlineResponse:
    """Features of entities, in the order in which the entities were given."""

    def __init__(
        self, entities: Mapping[str, Sequence[object]], answer: Answer | None, computed: Sequence[EntityFeatures] | None
    ) -> None:
        self._entities = entities
        self._answer = answer
        self._computed = computed
        self._columns: dict[str, list[object]] | None = None

    @cached_property
    def _by_entity(self) -> Sequence[EntityFeatures]:
        if self._computed is not None:
            return self._computed
        assert self._answer is not None
        return self._answer.entity_features()

    @property
    def _values(self) -> dict[str, list[object]]:
        if self._columns is None:
            self._columns = self._answer.values() if self._answer is not None else self._from_entities()
        return self._columns

    def _from_entities(self) -> dict[str, list[object]]:
        names = list(self._by_entity[0].features) if self._by_entity else []
        return {name: [answer.features[name].value for answer in self._by_entity] for name in names}

    @property
    def feature_names(self) -> list[str]:
        """Names of the features, in the order asked for; the join keys are not among them."""
        return list(self._values)

    @cached_property
    def statuses(self) -> dict[str, list[Status]]:
        """Feature -> PRESENT, NULL_VALUE, NOT_FOUND or OUTSIDE_MAX_AGE of each entity."""
        return {name: [answer.features[name].status for answer in self._by_entity] for name in self._values}

    @cached_property
    def event_timestamps(self) -> dict[str, list[datetime | None]]:
        """Feature -> event time, in UTC, of the row that was found, also where it is too old; None where there is none."""
        return {name: [answer.features[name].event_timestamp for answer in self._by_entity] for name in self._values}

    def to_dict(self, include_event_timestamps: bool = False) -> dict[str, list[object]]:
        """Column -> list: what was given of the entities, then the features.

        Values are of the features' types: int, float, str, bool, Decimal, date, datetime, UUID, bytes, list, dict, or None;
        where there is no value, the feature's default. With ``include_event_timestamps`` there is ``NAME__ts`` beside each
        feature: whole seconds since 1970, 0 where no row was found, as Feast has it.
        """
        found: dict[str, list[object]] = {name: list(values) for name, values in self._entities.items()}
        if not include_event_timestamps:
            return found | {name: list(values) for name, values in self._values.items()}
        for name, values in self._values.items():
            found[name] = list(values)
            found[name + _TIMES] = [int(at.timestamp()) if at else 0 for at in self.event_timestamps[name]]
        return found

    def to_df(self, include_event_timestamps: bool = False) -> pandas.DataFrame:
        """The columns of ``to_dict`` as a pandas DataFrame."""
        import pandas

        return pandas.DataFrame(self.to_dict(include_event_timestamps))

    def to_arrow(self, include_event_timestamps: bool = False) -> pyarrow.Table:
        """The columns of ``to_dict`` as a pyarrow Table. Types are found in the values; a column that has several is text."""
        from featurec.engines.frames import table_of

        return table_of(self.to_dict(include_event_timestamps))

    def to_polars(self, include_event_timestamps: bool = False) -> polars.DataFrame:
        """The columns of ``to_dict`` as a polars DataFrame."""
        from featurec.engines.frames import to_polars

        return to_polars(self.to_arrow(include_event_timestamps))
