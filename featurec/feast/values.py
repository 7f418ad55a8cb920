"""What an expression of a definition file stands for, as far as it can be told without running it."""

import ast
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta

from featurec.source import SourceFile, Span


@dataclass(frozen=True, eq=False)
class Unknown:
    """Something that only running the file would tell. ``why`` continues "it …"."""

    span: Span
    why: str


@dataclass(frozen=True)
class Named:
    """A name that was imported, by its full path: ``feast.types.Int64``."""

    path: str

    @property
    def last(self) -> str:
        return self.path.rpartition(".")[2]


@dataclass(frozen=True, eq=False)
class Made:
    """A call of something imported: ``Entity(name="driver")``.

    Attributes:
        kind: the last part of what is called.
        decorated: the function below, where it stands as a decorator.
    """

    kind: str
    positional: tuple["Value", ...]
    named: Mapping[str, "Value"]
    span: Span
    decorated: str = ""

    def get(self, *names: str, at: int | None = None) -> "Value":
        """An argument by the first of its names that is there, or by its position; None where it is not given."""
        for name in names:
            if name in self.named:
                return self.named[name]
        return self.positional[at] if at is not None and at < len(self.positional) else None


@dataclass(frozen=True, eq=False)
class Projected:
    """Features of a view, in a role: ``view[["a"]].with_name("x").with_join_key_map({…})``."""

    view: "Value"
    features: tuple[str, ...] | None = None
    name: str | None = None
    join_keys: Mapping[str, str] = field(default_factory=dict)


Value = (
    str
    | int
    | float
    | bool
    | None
    | timedelta
    | Named
    | Made
    | Projected
    | Unknown
    | list["Value"]
    | dict[str, "Value"]
)


def place(file: SourceFile, node: ast.expr | ast.stmt) -> Span:
    """Where a node stands."""
    start = _offset(file, node.lineno, node.col_offset)
    end = _offset(file, node.end_lineno or node.lineno, node.end_col_offset or node.col_offset)
    return file.span(start, max(start, end))


def _offset(file: SourceFile, line: int, column: int) -> int:
    """An offset in characters of a column in bytes, as Python counts it."""
    lines = file.text.splitlines(keepends=True)
    before = sum(len(text) for text in lines[: line - 1])
    return before + (len(lines[line - 1].encode()[:column].decode(errors="ignore")) if line <= len(lines) else 0)
