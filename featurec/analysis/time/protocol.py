"""What the parts of the checker ask of each other."""

from collections.abc import Sequence
from typing import Protocol

from sqlglot import exp

from featurec.analysis.time.facts import Edge
from featurec.analysis.time.habits import Habits
from featurec.analysis.time.nodes import Linear, Node
from featurec.analysis.time.tables import Ctes, Row, Table, Value, Waits, Way
from featurec.analysis.time.terms import Terms


class Surroundings(Protocol):
    """What an expression needs of the query around it.

    Attributes:
        shared: nodes that several calls stand for, by what they say.
    """

    terms: Terms
    dialect: str
    habits: Habits
    shared: dict[object, Node]

    def number(self, node: exp.Expr) -> int:
        """A number by which a wait names a syntax node."""

    def subquery(self, node: exp.Expr, row: Row) -> Table:
        """The relation of a query, computed for a row."""

    def zone(self, name: str) -> tuple[int, int] | None:
        """The least and the greatest offset of a time zone from UTC, in microseconds."""


class Relations(Surroundings, Protocol):
    """What a SELECT needs of the query around it. ``stamped``: the outermost query and its stamp columns."""

    stamped: tuple[exp.Expr | None, frozenset[str]]

    def item(self, node: exp.Expr, row: Row | None, ctes: Ctes) -> Table:
        """The relation of a FROM item."""


class Truths(Protocol):
    """Conditions over one row."""

    nothing: Way

    def true(self, node: exp.Expr) -> list[Way]:
        """The ways in which a condition is true; none where it cannot be."""

    def untrue(self, node: exp.Expr) -> list[Way]:
        """The ways in which a condition is false or NULL."""

    def both(self, left: Sequence[Way], right: Sequence[Way]) -> list[Way]:
        """The ways in which two conditions hold."""

    def waits(self, node: exp.Expr) -> Waits:
        """What the truth of a condition waits for."""


class Values(Protocol):
    """Values of expressions over one row."""

    around: Surroundings
    terms: Terms
    row: Row
    edges: list[Edge]
    present: list[Node]

    @property
    def conditions(self) -> Truths:
        """Conditions over the same row."""

    def value(self, node: exp.Expr) -> Value:
        """The value of an expression."""

    def opaque(self, node: exp.Expr) -> Value:
        """A value of which only the waits are known: those of all parts."""

    def time_of(self, value: Value) -> Linear | None:
        """The value as a time; a text that reads as one is."""

    def instant(self, time: Linear) -> Node:
        """A node that is exactly this time."""
