"""What a relation inside a query offers: its columns, where each comes from, and what decides its rows."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property, lru_cache
from typing import TypeAlias

from sqlglot import exp

from featurec.analysis.model import EdgeKind, LineageEdge

Edges: TypeAlias = frozenset[LineageEdge]
NONE: Edges = frozenset()


@dataclass(frozen=True, eq=False, slots=True)
class Output:
    """One column of a relation.

    Attributes:
        key: name after the dialect's case folding; what references are matched with.
        name: as the author or the declaration spells it.
        edges: where its value comes from.
        type: where it is certain.
        zones: time zones of the sources that its naive times come from; ``AWARE`` for times cast from an instant.
    """

    key: str
    name: str
    edges: Edges
    type: str | None = None
    zones: frozenset[str] = frozenset()


@dataclass(frozen=True, eq=False)
class Relation:
    """The columns of a table, CTE, subquery or FROM item in order.

    Attributes:
        rows: edges of what decides which rows there are.
        opaque: it may have more columns than are known (table functions, PIVOT without values); a name that is
            not found is taken as one of them.
        coarse: edges of a column that is not known by name.
        base: key of the source or view that this is, unchanged; its columns are spelled as declared.
    """

    outputs: Sequence[Output]
    rows: Edges = NONE
    opaque: bool = False
    coarse: Edges = NONE
    base: str | None = None

    @cached_property
    def by_key(self) -> Mapping[str, Output]:
        return {output.key: output for output in reversed(self.outputs)}

    @cached_property
    def edges(self) -> Edges:
        """Edges of all columns together."""
        return union(output.edges for output in self.outputs) | self.coarse

    def find(self, key: str) -> Output | None:
        """The column of that folded name; an opaque relation has any."""
        found = self.by_key.get(key)
        if found is None and self.opaque:
            return Output(key, key, self.edges)
        return found

    def renamed(self, names: Sequence[tuple[str, str]]) -> "Relation":
        """With the first columns called so (key, spelling), as by ``AS t(a, b)``."""
        if not names:
            return self
        outputs = [replace(o, key=key, name=name) for (key, name), o in zip(names, self.outputs, strict=False)]
        for key, name in names[len(self.outputs) :]:
            outputs.append(Output(key, name, self.edges))
        return replace(self, outputs=(*outputs, *self.outputs[len(names) :]), base=None)


def opaque(edges: Edges, names: Sequence[tuple[str, str]] = (), type_: str | None = None) -> Relation:
    """A relation of which only what it is made from is known; ``type_`` is that of its first column."""
    outputs = [Output(key, name, edges, type_ if i == 0 else None) for i, (key, name) in enumerate(names)]
    return Relation(outputs, opaque=True, coarse=edges)


@lru_cache(maxsize=65536)
def edge(relation: str, column: str, kind: EdgeKind) -> LineageEdge:
    """The one edge object of these values."""
    return LineageEdge(relation, column, kind)


def as_kind(edges: Edges, kind: EdgeKind) -> Edges:
    """The edges seen from a place that reads them so: ``value`` keeps each as it is, anything else wins."""
    if kind == "value" or not edges:
        return edges
    return frozenset(edge(e.relation, e.column, kind) for e in edges)


def union(parts: Iterable[Edges]) -> Edges:
    """All edges of all parts."""
    return NONE.union(*parts)


def aliases_of(node: exp.Expr) -> list[tuple[str, str]]:
    """Key and spelling of the columns of ``AS t(a, b)``."""
    alias = node.args.get("alias")
    columns = alias.args.get("columns") if isinstance(alias, exp.TableAlias) else None
    return [(c.name, str(c.meta.get("spelled") or c.name)) for c in columns or ()]
