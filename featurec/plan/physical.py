"""Where the relations of a project live in a target."""

from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True)
class Statistics:
    """What is known of the rows of a view without reading them: how many, of how many entities, over which time.

    Attributes:
        duration: microseconds from the first event to the last.
        full: aggregated columns that hold no NULL.
    """

    rows: int
    entities: int
    duration: int
    full: frozenset[str] = frozenset()


@dataclass(frozen=True)
class BuiltTable:
    """A view's offline table as it was built.

    Attributes:
        table: its name in the target's schema.
        unique: no two rows share keys and event time.
        ordered: within every key ``__fc_at`` strictly rises with the event time.
        statistics: None where they were not taken.
    """

    table: str
    unique: bool
    ordered: bool
    statistics: Statistics | None = None


@dataclass(frozen=True)
class Physical:
    """The tables of a target.

    Attributes:
        schema: schema of the built tables.
        built: view name -> its up-to-date table; a view that is not here is computed from its SQL.
        data_root: absolute folder that relative source paths are joined to; empty leaves them relative.
    """

    schema: str = "features"
    built: Mapping[str, BuiltTable] = field(default_factory=dict)
    data_root: str = ""
