"""How the values of a changed view differ from those in its table, on a sample of entities. Nothing is written."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from math import sqrt
from typing import Literal

from featurec.codegen import ident, render_sql
from featurec.compiler import AnalyzedProject, Physical, build_query, view_keys, windowed_features
from featurec.engines.protocol import Engine, Row
from featurec.errors import FeaturecError
from featurec.run.state import Version
from featurec.spec import FeatureView

SHOWN = 3
"""Changes of a feature that are shown."""

_WHOLE = frozenset(
    {"tinyint", "smallint", "integer", "bigint", "hugeint", "utinyint", "usmallint", "uinteger", "ubigint"}
)
_NUMBERS = _WHOLE | {"float", "double", "decimal"}
_UNORDERED = frozenset({"json", "jsonb", "map", "struct", "union"})


@dataclass(frozen=True)
class Difference:
    """One value before and after, as text; None for NULL, and where there is no row."""

    keys: Mapping[str, str]
    event: str
    was: str | None
    now: str | None


@dataclass(frozen=True)
class FeatureShift:
    """What became of a column's values.

    Attributes:
        equal, changed, appearing, vanishing: shares of the rows on either side, which sum to 1. A row that is missing on one
            side has NULL there.
        null_was, null_now: shares of the rows of each side.
        mean_was, mean_now: of finite numbers; None for what is no number.
        standardized: (mean_now − mean_was) ∕ √((sd_was² + sd_now²) ∕ 2), the standardized mean difference (Austin 2009, Statistics
            in Medicine 28:3083); None where a side has no spread, or fewer than two numbers.
        largest: those that differ the most.
    """

    name: str
    equal: float
    changed: float
    appearing: float
    vanishing: float
    null_was: float | None
    null_now: float | None
    mean_was: float | None
    mean_now: float | None
    standardized: float | None
    largest: tuple[Difference, ...]


@dataclass(frozen=True)
class ViewShift:
    """What became of a view's values.

    Attributes:
        table: that the values before are read from.
        entities: sampled.
        rows_was, rows_now: of these entities.
        left_out: features that are not compared, as one side does not have them, or they are computed over windows.
        reason: why nothing is compared; empty where something is.
    """

    view: str
    table: str = ""
    entities: int = 0
    rows_was: int = 0
    rows_now: int = 0
    features: tuple[FeatureShift, ...] = ()
    left_out: tuple[str, ...] = ()
    reason: str = ""


@dataclass(frozen=True)
class _Compared:
    """A column, as it is called on either side, and how its values are compared."""

    was: str
    now: str
    compared: Literal["plain", "number", "text"]
    number: bool
    orders: bool


def shift(
    engine: Engine, analyzed: AnalyzedProject, old: Version, physical: Physical, entities: int, seed: str
) -> ViewShift:
    """Compare a view's table with what the view's SQL gives now, for the same entities and instants.

    Entities are those with the smallest MD5 of seed and key, the same whatever the definition is. Join keys must be as they
    were.

    Args:
        old: the version whose table has the values before.
        physical: where the views that it reads live.
        entities: how many at most.

    Raises FeaturecError for whatever the view's SQL meets.
    """
    view = old.view
    query, findings = build_query(analyzed, view, engine.dialect, physical)
    if query is None:
        raise FeaturecError(findings)
    table = (engine.schema, old.table)
    had = engine.columns(ident(table, engine.dialect))
    has = engine.columns(f"({query.sql})")
    keys = view_keys(analyzed, view)
    columns = _columns(analyzed, view, had, has, keys)
    left_out = _left_out(analyzed, view, had, has)
    if not columns or not keys:
        return ViewShift(view, old.table, left_out=left_out, reason="no column of the table is one of the view")

    def rows(template: str) -> list[Row]:
        values = {"table": table, "keys": keys, "columns": columns, "query": query.sql.strip()}
        sql = render_sql(f"shift/{template}.sql", engine.dialect, **values, entities=entities, seed=seed, shown=SHOWN)
        return engine.query(sql)

    found = rows("statistics")
    largest: dict[int, list[Difference]] = {}
    for row in rows("largest"):
        named = {key: row[f"key_{n}"] for n, key in enumerate(keys, 1)}
        largest.setdefault(row["number"], []).append(Difference(named, row["event"], row["was"], row["now"]))
    features = tuple(_shift(c.now, row, largest.get(row["number"], ())) for c, row in zip(columns, found, strict=True))
    first = found[0]
    return ViewShift(view, old.table, first["entities"], first["rows_was"], first["rows_now"], features, left_out)


def _columns(
    analyzed: AnalyzedProject, view: str, had: Mapping[str, str], has: Mapping[str, str], keys: Sequence[str]
) -> list[_Compared]:
    """The author's columns that both sides have, but for keys and event time."""
    spec = analyzed.views[view].spec
    assert isinstance(spec, FeatureView)
    apart = {name.lower() for name in (*keys, spec.timestamp or "")}
    before = {name.lower(): name for name in had}
    return [
        _compared(before[name.lower()], name, had[before[name.lower()]], kind)
        for name, kind in has.items()
        if name.lower() in before and name.lower() not in apart and not name.startswith("__fc_")
    ]


def _compared(was: str, now: str, had: str, has: str) -> _Compared:
    kinds = {_kind(had), _kind(has)}
    numbers = kinds <= _NUMBERS
    plain = had == has and not kinds & _UNORDERED
    return _Compared(was, now, "plain" if plain else "number" if numbers else "text", numbers, plain)


def _kind(type_: str) -> str:
    return type_.partition("(")[0].strip().lower()


def _left_out(analyzed: AnalyzedProject, view: str, had: Mapping[str, str], has: Mapping[str, str]) -> tuple[str, ...]:
    names = {name.lower() for name in had}
    new = [f"`{name}` is new" for name in has if name.lower() not in names]
    gone = [f"`{name}` is gone" for name in had if name.lower() not in {n.lower() for n in has}]
    windows = [f"`{found.name}` is computed over a window" for found in windowed_features(analyzed, view)]
    return (*new, *gone, *windows)


def _shift(name: str, row: Row, largest: Sequence[Difference]) -> FeatureShift:
    count = max(row["row_count"], 1)
    changed, appearing, vanishing = (row[part] / count for part in ("changed", "appearing", "vanishing"))
    differing = row["changed"] + row["appearing"] + row["vanishing"]
    return FeatureShift(
        name,
        (row["row_count"] - differing) / count,
        changed,
        appearing,
        vanishing,
        _share(row["nulls_was"], row["rows_was"]),
        _share(row["nulls_now"], row["rows_now"]),
        row["mean_was"],
        row["mean_now"],
        _standardized(row["mean_was"], row["mean_now"], row["sd_was"], row["sd_now"]),
        tuple(largest),
    )


def _share(part: int, whole: int) -> float | None:
    return part / whole if whole else None


def _standardized(was: float | None, now: float | None, sd_was: float | None, sd_now: float | None) -> float | None:
    if was is None or now is None or sd_was is None or sd_now is None:
        return None
    spread = sqrt((sd_was * sd_was + sd_now * sd_now) / 2)
    return (now - was) / spread if spread else None
