"""Frames of windows: how far from a row, along its order, the rows lie that a function may read."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from fractions import Fraction

from sqlglot import exp

from featurec.analysis.time.constants import parsed_span
from featurec.analysis.time.nodes import Linear
from featurec.analysis.time.tables import Span

NOWHERE = Span()
"""No distance: the row itself and its peers."""
_FIRST = frozenset({"first_value", "firstvalue"})
_LAST = frozenset({"last_value", "lastvalue"})
_NTH = frozenset({"nth_value", "nthvalue"})
_WHOLE_BY_DEFAULT = frozenset({"snowflake"})
"""Dialects in which FIRST_VALUE and its like read the whole partition where no frame is given."""


@dataclass(frozen=True)
class Reach:
    """How far from the row's own order key candidates may lie, in the direction of the order; None: any distance.

    Attributes:
        after: greatest distance behind the row, negative where all candidates are before it.
        before: greatest distance ahead of it.
        strict: rows with equal order keys are not among them.
        itself: but for the row itself.
    """

    after: Span | None = None
    before: Span | None = None
    strict: bool = False
    itself: bool = False


TO_ITSELF = Reach(NOWHERE)
FROM_ITSELF = Reach(None, NOWHERE)
ANYWHERE = Reach()
STRICTLY_BEFORE = Reach(NOWHERE, strict=True)


@dataclass(frozen=True)
class Definition:
    """A window with its names resolved."""

    partition: tuple[exp.Expr, ...]
    order: tuple[exp.Expr, ...]
    spec: exp.Expr | None = None

    @property
    def first(self) -> exp.Expr:
        """The first order key, which alone says where candidates lie."""
        return key_of(self.order[0])

    @property
    def descending(self) -> bool:
        return is_descending(self.order[0])

    @property
    def keys(self) -> list[exp.Expr]:
        """All keys, those of the partition first."""
        return [*self.partition, *map(key_of, self.order)]


def is_whole(spec: exp.Expr | None) -> bool:
    """Whether a frame without ORDER BY holds the whole partition."""
    if spec is None:
        return True
    ends = [str(spec.args.get(end) or "").upper() for end in ("start", "end")]
    return ends == ["UNBOUNDED", "UNBOUNDED"] and not spec.args.get("exclude")


def is_descending(ordered: exp.Expr) -> bool:
    """Whether an order key has DESC."""
    return bool(isinstance(ordered, exp.Ordered) and ordered.args.get("desc"))


def key_of(ordered: exp.Expr) -> exp.Expr:
    """An order key without its direction."""
    return ordered.this if isinstance(ordered, exp.Ordered) else ordered


def definition(node: exp.Expr, named: Mapping[str, exp.Expr]) -> Definition:
    """The definition of ``OVER (…)`` or ``OVER name``; what it does not say itself, the window that it names says."""
    order = node.args.get("order")
    own = Definition(
        tuple(node.args.get("partition_by") or ()),
        tuple(order.expressions) if order is not None else (),
        node.args.get("spec"),
    )
    for part in (node.args.get("alias"), node.args.get("this")):
        name = part if isinstance(part, str) else part.name if isinstance(part, exp.Identifier) else ""
        base = named.get(name)
        if base is not None and base is not node:
            under = definition(base, named)
            return Definition(own.partition or under.partition, own.order or under.order, own.spec or under.spec)
    return own


def reach(
    window: Definition,
    name: str,
    dialect: str,
    constant: Callable[[exp.Expr], object],
    *,
    every_row: bool,
    unit: int = 0,
) -> Reach:
    """How far the frame of a function reaches.

    Args:
        name: of the function, lower case.
        constant: the value of an expression, where the SQL says it.
        unit: microseconds that count one in the order key, where it is a number made of a time.
        every_row: the function skips no row of its frame (IGNORE NULLS, FILTER).
    """
    if not window.order:
        return ANYWHERE
    spec = window.spec
    if spec is None:
        valued = name in _FIRST | _LAST | _NTH
        whole = valued and dialect in _WHOLE_BY_DEFAULT
        return TO_ITSELF if not whole or (name in _FIRST and every_row) else ANYWHERE
    kind = str(spec.args.get("kind") or "RANGE").upper()

    def edge(at: object, side: object, *, is_start: bool) -> Span | None:
        return _edge(at, side, kind, constant, is_start=is_start, unit=unit)

    start = edge(spec.args.get("start"), spec.args.get("start_side"), is_start=True)
    end = edge(spec.args.get("end") or "CURRENT ROW", spec.args.get("end_side"), is_start=False)
    before = None if start is None else start.times(-1)
    exact = every_row and not spec.args.get("exclude")
    starts_behind = _side(spec, "start") == "FOLLOWING"
    if name in _FIRST and exact and not starts_behind:
        # The row itself is in its frame, or all of the frame is before it.
        return Reach(_nearer(end), before)
    if name in _LAST and exact and _side(spec, "end") != "PRECEDING":
        # The last row of the frame lies at or after the row itself.
        return Reach(end, before if starts_behind else NOWHERE)
    excluded = str(spec.args.get("exclude") or "").upper().removeprefix("EXCLUDE").strip()
    peerless = end == NOWHERE and (excluded in ("GROUP", "TIES") or _is_group_before(spec, kind, constant))
    return Reach(end, before, strict=peerless, itself=excluded == "TIES")


def turned(linear: Linear) -> Linear:
    """The value with its sign changed."""
    return Linear(linear.minus, linear.plus, -linear.offset, linear.unit)


def _edge(
    at: object, side: object, kind: str, constant: Callable[[exp.Expr], object], *, is_start: bool, unit: int
) -> Span | None:
    """Where a frame begins or ends, as a distance from the row in the order's direction; None: at no certain one.

    A number of rows, groups or units says on which side of the row it is, and no more.
    """
    if isinstance(at, str):
        return NOWHERE if at.upper() == "CURRENT ROW" else None
    if not isinstance(at, exp.Expr):
        return None
    following = str(side or "").upper() == "FOLLOWING"
    found = constant(at)
    span = parsed_span(found) if isinstance(found, str) else found
    if isinstance(span, Fraction) and kind == "RANGE" and unit:
        span = Span(microseconds=int(span * unit))
    if isinstance(span, Fraction):
        inside = span >= 0 and following == is_start
        return NOWHERE if inside or not span else None
    if not isinstance(span, Span) or kind != "RANGE":
        return None
    if span.months:
        return NOWHERE if min(span.months, span.microseconds) >= 0 and following == is_start else None
    return span if following else span.times(-1)


def _is_group_before(spec: exp.Expr, kind: str, constant: Callable[[exp.Expr], object]) -> bool:
    """Whether a frame ends a whole group of peers before the row, or more."""
    end = spec.args.get("end")
    groups = constant(end) if isinstance(end, exp.Expr) else None
    return kind == "GROUPS" and _side(spec, "end") == "PRECEDING" and isinstance(groups, Fraction) and groups >= 1


def _nearer(end: Span | None) -> Span:
    return end if end is not None and not end.months and end.microseconds < 0 else NOWHERE


def _side(spec: exp.Expr, end: str) -> str:
    return str(spec.args.get(f"{end}_side") or "").upper()
