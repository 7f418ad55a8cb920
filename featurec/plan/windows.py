"""Windowed features to plans: which strategies are exact for what is asked, and which of them costs least."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from math import gcd

from featurec.analysis.model import AnalyzedProject, AnalyzedView
from featurec.analysis.types import family
from featurec.analysis.windowed import Windowed, windowed
from featurec.diagnostic import Diagnostic
from featurec.plan.costs import Load, WindowCosts, estimate
from featurec.plan.nodes import RESERVED_PREFIX, Key, Span, WindowAgg, WindowFeature
from featurec.plan.physical import Physical
from featurec.plan.rows import feature_view, output_column, rank_of, rows_of
from featurec.source import Span as Place
from featurec.spec import Column

RANGE_JOIN = "range_join"
"""The strategy that computes everything."""

PREFERENCE = ("prefix", "tiles", "window_union", RANGE_JOIN)
"""The order of strategies where nothing is known of the data: what grows least with it comes first."""

_RISK = {"prefix": 1, "tiles": 1, "window_union": 3, RANGE_JOIN: 100}
"""What one scan by a strategy may cost at worst, beside the others."""

_PLACED = frozenset({"first", "last", "last_not_null", "last_n"})
"""Functions that return values of single rows."""
_TILED = frozenset({"count", "sum", "avg", "min", "max"})
_EXACT_DIGITS = 27
"""A running total of numbers of so many digits has room for 10^11 of them in a decimal(38)."""
_ROWS_OF_A_TILE = 20
_DAY = 86_400_000_000


@dataclass(frozen=True)
class Windowing:
    """What decides how windows are computed, beside the view.

    Attributes:
        strategies: those that the dialect can run.
        costs: what they cost there.
        distinct_frames: whether COUNT(DISTINCT …) takes a frame there.
        asked: a strategy in the place of the cheapest.
        spine_rows: how many values are asked for; None where that is not known.
    """

    strategies: tuple[str, ...]
    costs: WindowCosts
    distinct_frames: bool
    asked: str | None = None
    spine_rows: int | None = None


@dataclass(frozen=True)
class Asked:
    """Windowed features that are asked of one view in one role; ``place`` is where, for findings."""

    view: AnalyzedView
    role: str
    keys: tuple[Key, ...]
    features: tuple[WindowFeature, ...]
    strict: bool = False
    place: Place | None = None

    @property
    def title(self) -> str:
        """The role for people, who have not named a lookup that an on-demand view needs."""
        return self.view.name if self.role.startswith(RESERVED_PREFIX) else self.role


@dataclass(frozen=True)
class _Part:
    """Features that one node computes. ``tile`` is its length for ``tiles``, in microseconds."""

    strategy: str
    features: tuple[WindowFeature, ...]
    tile: int | None = None

    @property
    def spans(self) -> tuple[Span, ...]:
        return tuple(dict.fromkeys(feature.span for feature in self.features))


def window_feature(view: AnalyzedView, found: Windowed, output: str) -> WindowFeature:
    """A windowed feature of a view under the name that it has in an answer."""
    aggregation, length = found.aggregation, found.window.length
    column = output_column(view, aggregation.column) if aggregation.column else None
    assert found.type is not None, f"{view.name}:{found.name} has no type"
    return WindowFeature(
        function=aggregation.function,
        column=Column(column.name, column.type) if column else None,
        condition=view.filters[aggregation.filter] if aggregation.filter is not None else None,
        n=aggregation.n,
        span=Span(None if length is None else aggregation.offset + length, aggregation.offset),
        name=found.name,
        output=output,
        type=found.type,
    )


def all_windows(view: AnalyzedView) -> tuple[WindowFeature, ...]:
    """Every windowed feature of a view under its own name."""
    return tuple(window_feature(view, found, name) for name, found in windowed(view).items())


def plan_windows(
    asked: Asked, analyzed: AnalyzedProject, physical: Physical, windowing: Windowing
) -> tuple[tuple[WindowAgg, ...], list[Diagnostic]]:
    """Nodes that together compute what is asked.

    No nodes where there are findings: FC505 for a dialect without windows, FC407 where a strategy was asked for that is
    not exact for a feature.
    """
    if not windowing.strategies:
        return (), [_unavailable(asked)]
    spec = feature_view(asked.view)
    late = spec.available_at is not None
    features = [_as_known(feature, 0 if late else spec.delay, asked.strict) for feature in asked.features]
    wanted = windowing.asked or spec.window_strategy
    findings = []
    exact: dict[WindowFeature, tuple[str, ...]] = {}
    for feature in features:
        refusals = {
            name: refusal(name, feature, windowing, late=late, replaced=bool(spec.row_key)) for name in PREFERENCE
        }
        why_not = refusals.get(wanted) if wanted else None
        if wanted and why_not:
            findings.append(_inexact(asked, wanted, feature, why_not))
        able = tuple(name for name in PREFERENCE if name in windowing.strategies and refusals[name] is None)
        exact[feature] = (wanted,) if wanted else able
    if findings:
        return (), findings
    built = physical.built.get(asked.view.name)
    load = Load.of(built, windowing.spine_rows)
    choosing = _Choosing(exact, load, windowing.costs)
    nodes = [
        WindowAgg(
            name=f"__fc_win_{asked.role}_{number}",
            role=asked.role,
            rows=rows_of(asked.view, physical),
            keys=asked.keys,
            features=part.features,
            rank=rank_of(asked.view, analyzed, physical),
            late=late,
            row_key=tuple(output_column(asked.view, name).name for name in spec.row_key),
            full=built.statistics.full if built and built.statistics else frozenset(),
            earlier=int(asked.strict),
            strategy=part.strategy,
            tile=part.tile,
            reason="asked for" if wanted else choosing.reason(part),
        )
        for number, part in enumerate((p for whole in choosing.parts() for p in choosing.apart(whole)), 1)
    ]
    return tuple(nodes), []


def _as_known(feature: WindowFeature, delay: int, strict: bool) -> WindowFeature:
    """The feature with its span as it is seen.

    Rows younger than the delay are not known. A strict look is a microsecond earlier, and the window begins as late as ever.
    """
    start = None if feature.span.start is None else feature.span.start - strict
    return replace(feature, span=Span(start, max(feature.span.end, delay)))


def refusal(strategy: str, feature: WindowFeature, windowing: Windowing, *, late: bool, replaced: bool) -> str | None:
    """Why a strategy is not exact for a feature; None where it is."""
    function, span = feature.function, feature.span
    if strategy == RANGE_JOIN:
        return None
    if span.start is not None and span.start <= span.end and not late:
        return "rows become known after they have left its window, which is always empty"
    moving = "rows become known later than they happen" if late else "rows replace each other" if replaced else None
    if strategy == "prefix":
        if function in _PLACED:
            return f"{moving}, so that the rows of a window do not follow each other" if moving else None
        if function in ("sum", "avg"):
            return _inexact_sum(feature.column)
        return None if function in ("count", "count_distinct") else f"`{function}` is no difference of two totals"
    if moving:
        return f"{moving}, which a frame does not follow"
    if strategy == "tiles":
        return None if function in _TILED else f"`{function}` is not made of what tiles hold"
    if function == "count_distinct" and not windowing.distinct_frames:
        return "the engine counts no distinct values in a frame"
    return None


def _inexact_sum(column: Column | None) -> str | None:
    """Why a difference of running totals of a column would not be exact; None where it is."""
    kind = (column.type if column else None) or ""
    if family(kind) == "integer":
        return "a running total of it may overflow" if "hugeint" in kind else None
    if family(kind) != "decimal":
        return f"a difference of sums of `{kind}` is not exact"
    digits = int(kind.partition("(")[2].partition(",")[0].rstrip(")") or 18)
    return None if digits <= _EXACT_DIGITS else f"a running total of `{kind}` may overflow"


class _Choosing:
    """The choice of strategies for the windowed features of one view and role."""

    def __init__(self, exact: dict[WindowFeature, tuple[str, ...]], load: Load | None, costs: WindowCosts) -> None:
        self._exact = exact
        self._load = load
        self._costs = costs

    def parts(self) -> list[_Part]:
        """The least costly way: each feature by what is best for it, or all of them by one strategy in one scan."""
        kinds: dict[tuple[str, ...], list[WindowFeature]] = {}
        for feature, names in self._exact.items():
            kinds.setdefault(names, []).append(feature)
        merged: dict[str, list[WindowFeature]] = {}
        for names, features in kinds.items():
            merged.setdefault(self._cheapest(names, features), []).extend(features)
        apart = [
            _Part(strategy, tuple(feature for feature in self._exact if feature in features))
            for strategy, features in merged.items()
        ]
        common = self._common(list(self._exact))
        if len(apart) == 1 or not common:
            return apart
        together = [_Part(self._cheapest(common, list(self._exact)), tuple(self._exact))]
        return together if self._cost(together) <= self._cost(apart) else apart

    def apart(self, part: _Part) -> list[_Part]:
        """What one skeleton computes at once: tiles of one end, totals of rows apart from those of distinct values."""
        groups: dict[object, list[WindowFeature]] = {}
        for feature in part.features:
            key: object = None
            if part.strategy == "tiles":
                key = feature.span.end
            elif part.strategy == "prefix":
                key = feature.function == "count_distinct"
            groups.setdefault(key, []).append(feature)
        found = [_Part(part.strategy, tuple(features)) for features in groups.values()]
        return [replace(p, tile=_tile(p.spans, self._load)) if p.strategy == "tiles" else p for p in found]

    def reason(self, part: _Part) -> str:
        """Why this strategy, for people."""
        names = self._common(part.features)
        if len(names) == 1:
            return "the only one that is exact here"
        if self._load is None:
            return "nothing is known of how many rows there are, and of the exact plans its cost grows least with them"
        estimates = sorted((self._seconds(_Part(name, part.features)), name) for name in names)
        shown = ", ".join(f"{name} {seconds:.2g} s" for seconds, name in estimates)
        entities = "1 entity" if self._load.entities == 1 else f"{self._load.entities:,} entities"
        return f"estimated {shown}, for {self._load.rows:,} rows of {entities} and {self._load.spine:,} values"

    def _common(self, features: Sequence[WindowFeature]) -> tuple[str, ...]:
        return tuple(name for name in PREFERENCE if all(name in self._exact[feature] for feature in features))

    def _cheapest(self, names: tuple[str, ...], features: Sequence[WindowFeature]) -> str:
        if self._load is None:
            return names[0]
        return min(names, key=lambda name: self._seconds(_Part(name, tuple(features))))

    def _cost(self, parts: Sequence[_Part]) -> float:
        """Seconds; where nothing is known, how badly a plan may turn out counts."""
        if self._load is None:
            return sum(_RISK[part.strategy] for part in parts)
        return sum(map(self._seconds, parts))

    def _seconds(self, part: _Part) -> float:
        assert self._load is not None
        return sum(estimate(p.strategy, p.spans, self._load, self._costs, p.tile) for p in self.apart(part))


def _tile(spans: Sequence[Span], load: Load | None) -> int:
    """Microseconds of a tile that divides every window, about ``_ROWS_OF_A_TILE`` rows of an entity long."""
    whole = gcd(*(span.start - span.end for span in spans if span.start is not None)) or _DAY
    if load is None:
        return whole
    wanted = max(1, round(whole / (_ROWS_OF_A_TILE / load.of_entity * load.duration)))
    return next((whole // parts for parts in range(wanted, min(wanted + 1000, whole)) if whole % parts == 0), whole)


def _inexact(asked: Asked, strategy: str, feature: WindowFeature, why: str) -> Diagnostic:
    spec = feature_view(asked.view)
    return Diagnostic(
        "FC407",
        f"`{strategy}` cannot compute `{asked.title}:{feature.name}`",
        asked.place or spec.spans.get("window_strategy") or spec.span,
        why,
        "leave the choice to featurec, or name `range_join`, which computes everything",
    )


def _unavailable(asked: Asked) -> Diagnostic:
    return Diagnostic(
        "FC505",
        f"`{asked.title}` has windowed features, which are not generated for this dialect",
        asked.place or asked.view.spec.span,
        "their plans are for duckdb and postgres, where they are tested",
        "compile for duckdb or postgres, or leave windowed features out of the request",
    )
