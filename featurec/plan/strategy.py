"""Which strategy runs a node: data that the compiler takes from the dialect and a caller may override."""

from dataclasses import dataclass

from featurec.plan.windows import Windowing


@dataclass(frozen=True)
class Strategies:
    """Names of files in ``templates/sql/asof`` and ``templates/sql/latest``.

    Attributes:
        asof_stored: as-of lookups in a built table, which has an index where the engine wants one.
        asof_computed: as-of lookups in rows computed on the spot.
        latest: newest row per entity.
        windowing: what decides on the strategies of windows.
    """

    asof_stored: str
    asof_computed: str
    latest: str
    windowing: Windowing
