"""Symbolic times: variables and the monotone functions of them, each kept once.

A *node* stands for a time, or any other value that may be compared: microseconds since 1970 in UTC where it is a time. A
``Linear`` is ``plus - minus + offset``. Nodes are numbers; a ``Terms`` holds what they stand for.
"""

from dataclasses import dataclass, replace
from typing import Literal

Node = int
Kind = Literal["time", "number", "unknown"]

ZERO: Node = 0
"""The first instant of 1970; a literal time is ``ZERO`` and an offset."""
FUTURE: Node = 1
"""Later than every other node."""

SECOND = 1_000_000
HOUR = 3600 * SECOND
DAY = 24 * HOUR
WEEK = 7 * DAY
MONDAY = 3 * DAY
"""Phase of weeks that begin on Monday: 1970 began on a Thursday."""


@dataclass(frozen=True, slots=True)
class Var:
    """An atom.

    Attributes:
        total: never NULL, unless the row that it is of is the missing side of an outer join.
        kind: what its values are; times are whole microseconds.
        grid: every value is a multiple of so many microseconds; 0 where nothing is known.
    """

    name: str
    serial: int
    total: bool = False
    grid: int = 0
    kind: Kind = "unknown"


@dataclass(frozen=True, slots=True)
class Floor:
    """The greatest multiple of ``width``, shifted by ``-phase``, at or before ``node + offset``."""

    node: Node
    offset: int
    width: int
    phase: int


@dataclass(frozen=True, slots=True)
class MonthFloor:
    """The first day of the period of ``months`` months that ``node + offset`` lies in."""

    node: Node
    offset: int
    months: int


@dataclass(frozen=True, slots=True)
class Shift:
    """``node + offset`` and so many months, the day cut to the month's last."""

    node: Node
    offset: int
    months: int


@dataclass(frozen=True, slots=True)
class Zone:
    """``node + offset`` as the clocks of a zone show it (``local``), or the instant at which they show it.

    ``least`` and ``greatest`` are the zone's offsets from UTC in microseconds.
    """

    node: Node
    offset: int
    zone: str
    local: bool
    least: int
    greatest: int


@dataclass(frozen=True, slots=True)
class Greatest:
    """The latest of several; NULL arguments are skipped, or make it NULL where ``strict``."""

    arms: tuple[tuple[Node, int], ...]
    strict: bool


@dataclass(frozen=True, slots=True)
class Least:
    """The earliest of several; NULL arguments as in ``Greatest``."""

    arms: tuple[tuple[Node, int], ...]
    strict: bool


@dataclass(frozen=True, slots=True)
class Arm:
    """One outcome of a ``Choice``: ``node + offset`` (None: NULL), where the edges hold and the nodes are as said."""

    node: Node | None
    offset: int
    edges: tuple[tuple[Node, Node, int], ...] = ()
    present: frozenset[Node] = frozenset()
    absent: frozenset[Node] = frozenset()


@dataclass(frozen=True, slots=True)
class Choice:
    """One of its arms, as CASE and COALESCE pick it."""

    arms: tuple[Arm, ...]


@dataclass(frozen=True, slots=True)
class Rank:
    """What the number of a row in its partition says of the rows before it.

    Attributes:
        family: of the window; numbers of other windows count other rows.
        order: the time that the rows are numbered by.
        keys: of the partition.
    """

    family: int
    order: Node
    keys: tuple[Node, ...]


Term = Var | Floor | MonthFloor | Shift | Zone | Greatest | Least | Choice


@dataclass(frozen=True, slots=True)
class Linear:
    """``plus - minus + offset`` microseconds, each ``unit`` of which count one in the value itself.

    A time or an opaque value has no ``minus``; a constant has neither.
    """

    plus: Node = ZERO
    minus: Node = ZERO
    offset: int = 0
    unit: int = 1

    def shifted(self, microseconds: int) -> "Linear":
        return replace(self, offset=self.offset + microseconds)

    @property
    def is_time(self) -> bool:
        return self.minus == ZERO and self.unit == 1

    @property
    def is_constant(self) -> bool:
        return self.plus == self.minus
