"""What a project says must hold: tests of rows, how fresh they are, and unit tests with rows of their own."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

from featurec.source import SourceFile, Span

TestKind = Literal["not_null", "unique", "accepted_values", "range", "relationships", "sql"]
TestSeverity = Literal["error", "warn"]

Value = str | int | float | bool | None


@dataclass(frozen=True)
class DataTest:
    """A condition on the rows of a view or source table. A row where it is NULL fulfils it, unless it asks for NULLs.

    Attributes:
        name: its own within the view or table.
        columns: those that it speaks of; none for ``sql``.
        where: condition that chooses the rows which are tested; None for all.
        values: the accepted ones.
        least, greatest: bounds, which are allowed themselves; None where there is none.
        to, to_column: view (``spend``) or source table (``shop.orders``) and its column, in which every value must occur.
        condition: what every row must fulfil.
        spans: ``test``, ``column``, ``columns.0``, ``where``, ``condition``, ``values.0``, ``min``, ``to`` and the like ->
            where it is written.
    """

    kind: TestKind
    name: str
    columns: tuple[str, ...] = ()
    severity: TestSeverity = "error"
    where: str | None = None
    values: tuple[Value, ...] = ()
    least: Value = None
    greatest: Value = None
    to: str | None = None
    to_column: str | None = None
    condition: str | None = None
    spans: Mapping[str, Span] = field(default_factory=dict, compare=False, repr=False)

    @property
    def span(self) -> Span | None:
        """Where it is declared."""
        return self.spans.get("test")

    def place(self, part: str) -> Span | None:
        """Where a part of it is written, else the whole."""
        return self.spans.get(part) or self.span

    @property
    def conditions(self) -> tuple[tuple[str, str], ...]:
        """Its conditions on rows, each with the part that it is: ``condition``, ``where``."""
        parts = (("condition", self.condition), ("where", self.where))
        return tuple((part, text) for part, text in parts if text is not None)


@dataclass(frozen=True)
class Freshness:
    """How old the newest row may be, in microseconds; None where that limit is not set."""

    warn_after: int | None
    error_after: int | None
    span: Span | None = field(default=None, compare=False, repr=False)


@dataclass(frozen=True)
class Cell:
    """A value as it is written, and where it and its column's name are."""

    value: Any
    span: Span = field(compare=False, repr=False)
    key: Span = field(compare=False, repr=False)


GivenRow = Mapping[str, Cell]
"""Column -> value; columns that are missing are NULL."""


@dataclass(frozen=True)
class Given:
    """Rows that stand for a source table (``shop.orders``) or a view."""

    relation: str
    rows: tuple[GivenRow, ...]
    span: Span = field(compare=False, repr=False)


@dataclass(frozen=True)
class UnitTest:
    """Given these rows, a view has those.

    Attributes:
        expect: rows of the columns that are compared.
        at: as-of instant as written; None where all rows of the view are compared.
        row_spans: where each expected row stands.
    """

    name: str
    view: str
    given: tuple[Given, ...]
    expect: tuple[GivenRow, ...]
    file: SourceFile = field(compare=False, repr=False)
    at: str | None = None
    description: str = ""
    vars: Mapping[str, Any] = field(default_factory=dict)
    span: Span | None = field(default=None, compare=False, repr=False)
    spans: Mapping[str, Span] = field(default_factory=dict, compare=False, repr=False)
    row_spans: tuple[Span, ...] = field(default=(), compare=False, repr=False)
