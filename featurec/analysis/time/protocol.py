"""What the parts of the checker ask of each other."""

from typing import Protocol

from sqlglot import exp

from featurec.analysis.time.facts import Edge
from featurec.analysis.time.tables import Row, Table, Value
from featurec.analysis.time.terms import Linear, Node, Terms


class Surroundings(Protocol):
    """What an expression needs of the query around it."""

    terms: Terms
    dialect: str

    def number(self, node: exp.Expr) -> int:
        """A number by which a wait names a syntax node."""

    def subquery(self, node: exp.Expr, row: Row) -> Table:
        """The relation of a query, computed for a row."""

    def zone(self, name: str) -> tuple[int, int] | None:
        """The least and the greatest offset of a time zone from UTC, in microseconds."""


class Values(Protocol):
    """Values of expressions over one row."""

    around: Surroundings
    terms: Terms
    row: Row
    edges: list[Edge]
    present: list[Node]

    def value(self, node: exp.Expr) -> Value:
        """The value of an expression."""

    def opaque(self, node: exp.Expr) -> Value:
        """A value of which only the waits are known: those of all parts."""

    def time_of(self, value: Value) -> Linear | None:
        """The value as a time; a text that reads as one is."""

    def instant(self, time: Linear) -> Node:
        """A node that is exactly this time."""
