"""What a warehouse can do and how it spells it: one frozen value per dialect, found by file name."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache
from importlib import import_module
from importlib.util import find_spec

from featurec.plan.costs import WindowCosts
from featurec.plan.windows import Windowing
from featurec.registry import members

AsOfStrategy = str
"""Name of a file in ``templates/sql/asof``."""

LatestStrategy = str
"""Name of a file in ``templates/sql/latest``."""


@dataclass(frozen=True, eq=False)
class Dialect:
    """Spelling and abilities of one SQL dialect.

    Patterns are ``str.format`` texts. ``{x}`` is an expression, ``{zone}`` a zone name as SQL literal.

    Attributes:
        name: as in ``--dialect`` and ``targets``.
        sqlglot: sqlglot's name of it.
        executed: whether featurec's tests run its SQL, or only compare it with golden files.
        asof: as-of strategies for a built table, the preferred one first.
        asof_inline: the strategy for rows computed on the spot, where there is no index.
        latest: strategies for the newest row per entity, the preferred one first.
        instant: column type (``date``, ``timestamp``, ``timestamptz``) -> pattern that makes it an instant.
        instant_utc: the same for naive times in UTC, where that has a cheaper spelling.
        seconds, microseconds: patterns of an interval of ``{n}`` such units.
        timestamptz: pattern of an instant literal; ``{text}`` is ``2024-01-31 12:00:00.000000+00:00``.
        order_text: pattern that makes a text column sort by bytes.
        order_cast: types without an order of their own -> type to cast to for ranking.
        csv, parquet: patterns of a table function over the file ``{path}``; None where files are not read.
        recast: pattern of a query over the file ``{relation}`` with some columns in other types, ``{columns}``; None where a
            file has no times that are finer than those that it is declared to have.
        windows: window strategies that it can run; none where windowed features are not generated.
        window_costs: what their steps cost.
        distinct_frames: whether COUNT(DISTINCT …) takes a window frame.
        ordered_windows: whether a window without PARTITION BY and ORDER BY goes through the rows of a subquery in its order.
        counts_time: whether windows count in microseconds since 1970, where intervals are slow, instead of in instants.
        epoch: pattern of the whole microseconds since 1970 of an instant.
        footer: what ends a query, such as settings.
        materialized: whether ``WITH x AS MATERIALIZED`` is known.
        refuses: name of a sqlglot node class or function, lower case -> why it cannot be generated here.
        functions: names, lower case, of functions that pass through unchanged though sqlglot has no node for them.
    """

    name: str
    sqlglot: str
    executed: bool
    asof: tuple[AsOfStrategy, ...]
    asof_inline: AsOfStrategy
    latest: tuple[LatestStrategy, ...]
    instant: Mapping[str, str]
    instant_utc: Mapping[str, str]
    seconds: str
    microseconds: str
    timestamptz: str
    order_text: str = "{x}"
    order_cast: Mapping[str, str] = field(default_factory=dict)
    csv: str | None = None
    parquet: str | None = None
    recast: str | None = None
    windows: tuple[str, ...] = ()
    window_costs: WindowCosts = field(default_factory=WindowCosts)
    distinct_frames: bool = False
    ordered_windows: bool = False
    counts_time: bool = False
    epoch: str = ""
    footer: str = ""
    materialized: bool = False
    refuses: Mapping[str, str] = field(default_factory=dict)
    functions: frozenset[str] = frozenset()

    @property
    def windowing(self) -> Windowing:
        """What decides how windows are computed here."""
        return Windowing(self.windows, self.window_costs, self.distinct_frames)

    def window_instant(self, instant: str) -> str:
        """An instant as windows compare it."""
        return self.epoch.format(x=instant) if self.counts_time else instant

    def finite_instant(self, instant: str) -> str:
        """An instant, NULL where it is infinite; microseconds since 1970 are NULL then anyway."""
        if self.counts_time:
            return instant
        ends = (self.window_end(last=last) for last in (False, True))
        return f"NULLIF(NULLIF({instant}, {next(ends)}), {next(ends)})"

    def window_duration(self, microseconds: int) -> str:
        """A length of time as windows add it."""
        return str(microseconds) if self.counts_time else self.interval(microseconds)

    def window_end(self, *, last: bool) -> str:
        """An instant before, or after, all that are compared."""
        if self.counts_time:
            return str(2**62 if last else -(2**62))
        return self.timestamptz.format(text="infinity" if last else "-infinity")

    def interval(self, microseconds: int) -> str:
        """An interval of a whole number of microseconds, in the largest of the two units that is exact."""
        if microseconds % 1_000_000 == 0:
            return self.seconds.format(n=microseconds // 1_000_000)
        return self.microseconds.format(n=microseconds)

    def instant_of(self, expression: str, column_type: str, zone: str) -> str:
        """An expression of type ``date``, ``timestamp`` or ``timestamptz`` as an instant.

        ``zone`` is the IANA name in which naive times are read; it does nothing to a ``timestamptz``.
        """
        patterns = self.instant_utc if zone == "UTC" else self.instant
        return patterns[column_type].format(x=expression, zone="'" + zone.replace("'", "''") + "'")


@cache
def get(name: str) -> Dialect:
    """The dialect of that name. Raises KeyError for an unknown one; ``names`` lists the accepted."""
    if name.isidentifier() and name != "dialect" and find_spec(f"featurec.dialects.{name}"):
        found: Dialect = import_module(f"featurec.dialects.{name}").DIALECT
        return found
    return _all()[name]


def names() -> tuple[str, ...]:
    """All dialect names, sorted, those of other packages included."""
    return tuple(_all())


@cache
def _all() -> Mapping[str, Dialect]:
    found = members("featurec.dialects", "featurec.dialects")
    return {name: module.DIALECT for name, module in found.items() if name != "dialect"}
