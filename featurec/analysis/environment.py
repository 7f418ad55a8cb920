"""Names inside one SELECT: its FROM items, its aliases, the scopes around it; and the findings of names that fail."""

from collections.abc import Iterator, Mapping
from typing import Protocol

from sqlglot import exp

from featurec.analysis.model import RELATION_DB, EdgeKind
from featurec.analysis.relation import NONE, Edges, Output, Relation, edge, union
from featurec.analysis.scope import FEATURE, INPUT
from featurec.analysis.types import canonical, field_type
from featurec.analysis.upstream import Catalog
from featurec.diagnostic import Diagnostic, did_you_mean
from featurec.parse import span_of
from featurec.spec import FeatureView, Spine
from featurec.template import Rendered

KEYWORDS = frozenset(
    {
        "all", "current_date", "current_time", "current_timestamp", "current_user", "level", "localtime",
        "localtimestamp", "now", "rowid", "rownum", "session_user", "sysdate", "systimestamp", "today", "user",
    }
)  # fmt: skip
"""Words that some dialects read as a call without parentheses, but sqlglot as a column."""

DATE_PARTS = frozenset(
    {
        "century", "day", "dayofweek", "dayofyear", "days", "decade", "dow", "doy", "epoch", "hour", "hours", "isodow",
        "isoweek", "isoyear", "microsecond", "millisecond", "minute", "minutes", "month", "months", "nanosecond",
        "quarter", "quarters", "second", "seconds", "week", "weeks", "year", "years",
    }
)  # fmt: skip

_TABLES_FIRST = frozenset({"duckdb", "postgres"})
"""Dialects in which an alias of the SELECT does not tell which of two columns of that name is meant."""


class Scope:
    """The names that a SELECT sees.

    Attributes:
        sources: FROM items by alias, in order; names that only a join's ON sees are in ``hidden``.
        merged: columns that USING made one.
        aliases: output columns known so far.
        ctes: relations of WITH by folded name, outer ones included.
        parent: the scope around a subquery, whose columns it may read.
    """

    __slots__ = ("aliases", "ctes", "hidden", "locals", "merged", "parent", "sources", "windows")

    def __init__(self, parent: "Scope | None", ctes: Mapping[str, Relation]) -> None:
        self.parent = parent
        self.ctes = ctes
        self.sources: dict[str, Relation] = {}
        self.hidden: set[str] = set()
        self.merged: dict[str, Output] = {}
        self.aliases: dict[str, Output] = {}
        self.locals: set[str] = set()
        self.windows: dict[str, exp.Expr] = {}

    def around(self) -> Iterator["Scope"]:
        """This scope and those around it, inside out."""
        scope: Scope | None = self
        while scope:
            yield scope
            scope = scope.parent

    def source(self, key: str) -> Relation | None:
        """The FROM item of that alias, here or further out."""
        return next((s.sources[key] for s in self.around() if key in s.sources), None)

    def column(self, key: str) -> Output | None:
        """A column by its bare name in this scope, then around it; an alias or a whole row too."""
        for around in self.around():
            if key in around.merged:
                return around.merged[key]
            for _, relation in around.visible():
                if key in relation.by_key:
                    return relation.by_key[key]
            if key in around.aliases:
                return around.aliases[key]
            if key in around.sources:
                return Output(key, key, around.sources[key].edges)
            unknown = [relation for _, relation in around.visible() if relation.opaque]
            if unknown:
                return Output(key, key, union(relation.edges for relation in unknown))
        return None

    def visible(self) -> Iterator[tuple[str, Relation]]:
        return ((key, relation) for key, relation in self.sources.items() if key not in self.hidden)


class Walk(Protocol):
    """What the parts of the lineage pass ask of each other."""

    @property
    def dialect(self) -> str: ...

    @property
    def catalog(self) -> Catalog: ...

    def relation(self, node: exp.Expr, parent: Scope | None, ctes: Mapping[str, Relation]) -> Relation:
        """What a query returns."""

    def value(self, node: exp.Expr, scope: Scope) -> Relation:
        """What a query in value position returns, walked once."""

    def edges(self, node: exp.Expr, scope: Scope, kind: EdgeKind = "value") -> Edges:
        """What an expression reads."""

    def output(self, column: exp.Column, scope: Scope) -> Output | None:
        """The column that a reference means."""

    def type_of(self, node: exp.Expr, scope: Scope) -> str | None:
        """The type of an expression."""

    def finding(self, code: str, at: exp.Expr, claim: str, cause: str, fix: str) -> None:
        """Report a finding at a node."""


class Names:
    """Finds the column behind a reference, and collects what could not be found.

    Attributes:
        findings: FC204, FC205, FC216 in order of discovery, each once.
        spelled: references to columns of a base relation -> declared name.
    """

    def __init__(self, spec: FeatureView | Spine, rendered: Rendered, catalog: Catalog) -> None:
        self.spec = spec
        self.rendered = rendered
        self.dialect = spec.dialect
        self.catalog = catalog
        self.findings: dict[Diagnostic, None] = {}
        self.spelled: dict[int, tuple[exp.Column, str]] = {}
        self._found: dict[int, Output | None] = {}

    def output(self, column: exp.Column, scope: Scope) -> Output | None:
        """The column that a reference means; None (with a finding) where there is none, or it is no column."""
        if id(column) in self._found:
            return self._found[id(column)]
        found = self._qualified(column, scope) if column.args.get("table") else self._bare(column, scope)
        self._found[id(column)] = found
        return found

    def forget(self) -> None:
        """Resolve again: a recursive CTE has got more columns' edges."""
        self._found.clear()

    def _qualified(self, column: exp.Column, scope: Scope) -> Output | None:
        first, second, *_ = [part.name for part in column.parts]
        if first in (INPUT, FEATURE):
            return self._input(column) if first == INPUT else self._feature(column)
        relation = scope.source(first)
        if relation is None and len(column.parts) > 2:
            relation, second = scope.source(second), column.parts[2].name
        if relation is not None:
            found = relation.find(second)
            if found is None:
                self._missing(column, second, relation)
            elif relation.base and found.key in relation.by_key and len(column.parts) == 2:
                self.spelled[id(column)] = (column, found.name)
            return found
        # ``w.end`` may be a field of the column w.
        if _invented(column):
            column.set("table", None)
            return self._bare(column, scope)
        root = scope.column(first)
        if root is not None:
            return Output(second, second, root.edges, field_type(root.type, second), root.zones)
        if first in scope.locals or any(r.opaque for s in scope.around() for r in s.sources.values()):
            return None
        self._unknown_table(column, first, scope)
        return None

    def _input(self, column: exp.Column) -> Output | None:
        """``input('x')``: a field of the request."""
        inputs = self.spec.inputs if isinstance(self.spec, FeatureView) else ()
        name = _written(column.this)
        for given in inputs:
            if given.name == name:
                return Output(name, name, NONE, canonical(given.type))
        self._add(
            "FC204",
            column,
            f"there is no input `{name}`",
            f"the header of `{self.spec.name}` does not declare it under `inputs`",
            did_you_mean(name, [given.name for given in inputs]),
        )
        return None

    def _feature(self, column: exp.Column) -> Output | None:
        """``feature('view:name')``: a feature of another view at the time of the request."""
        view, _, name = _written(column.this).partition(":")
        upstream = self.catalog[f"view.{view}"]
        found = {c.name.lower(): c for c in upstream.columns}.get(name.lower())
        if found is not None:
            edges = frozenset({edge(upstream.key, found.name, "value")})
            return Output(found.name, found.name, edges, found.type, upstream.zones.get(found.name, frozenset()))
        self._add(
            "FC216",
            column,
            f"`{view}` has no feature `{name}`",
            "it is neither a column nor an aggregation of the view",
            did_you_mean(name, [c.name for c in upstream.columns]),
        )
        return None

    def _bare(self, column: exp.Column, scope: Scope) -> Output | None:
        name = column.name
        clause = column.find_ancestor(exp.Order, exp.Distinct, exp.Query)
        if isinstance(clause, exp.Order | exp.Distinct) and isinstance(clause.parent, exp.Query):
            alias = scope.aliases.get(name)
            if alias is not None:
                return alias
        if name in scope.locals:
            return None
        holders = [(key, r) for key, r in scope.visible() if name in r.by_key]
        if len(holders) > 1 and name not in scope.merged:
            is_alias = name in scope.aliases and self.dialect not in _TABLES_FIRST
            if not is_alias and self.dialect != "clickhouse":  # where the leftmost table wins
                self._ambiguous(column, [key for key, _ in holders])
        elif len(holders) == 1:
            relation = holders[0][1]
            found = relation.by_key[name]
            if not holders[0][0].startswith("\0"):
                column.set("table", exp.Identifier(this=holders[0][0], quoted=True))
            if relation.base:
                self.spelled[id(column)] = (column, found.name)
            return found
        found_or_none = scope.column(name)
        if found_or_none is None and not self._is_word(column, scope):
            self._unknown(column, scope)
        return found_or_none

    def _is_word(self, column: exp.Column, scope: Scope) -> bool:
        name = column.name.lower()
        if any(name in around.locals for around in scope.around()):
            return True
        return name in KEYWORDS or (name in DATE_PARTS and isinstance(column.parent, exp.Func))

    def _missing(self, column: exp.Column, name: str, relation: Relation) -> None:
        of = f" of `{relation.base.partition('.')[2]}`" if relation.base else ""
        self._add(
            "FC204",
            column.parts[-1],
            f"there is no column `{_written(column.parts[-1])}`",
            f"it is none of the columns{of}",
            did_you_mean(name, self._spellings([relation])),
        )

    def _unknown(self, column: exp.Column, scope: Scope) -> None:
        relations = [relation for s in scope.around() for relation in s.sources.values()]
        written = _written(column.this)
        if not relations and isinstance(self.spec, FeatureView) and self.spec.inputs:
            declared = any(given.name == written for given in self.spec.inputs)
            fix = (
                f"write `{{{{ input('{written}') }}}}`"
                if declared
                else "write `{{ input('…') }}` or `{{ feature('view:feature') }}`"
            )
            self._add("FC204", column.this, f"there is no column `{written}`", "an on-demand view has no FROM", fix)
            return
        self._add(
            "FC204",
            column.this,
            f"there is no column `{_written(column.this)}`",
            "none of the relations in FROM has it" if relations else "the query has no FROM",
            did_you_mean(_written(column.this), self._spellings(relations)),
        )

    def _unknown_table(self, column: exp.Column, name: str, scope: Scope) -> None:
        if name == RELATION_DB:
            claim = "a table stands where a value is expected"
            cause = "`source()` and `ref()` name tables, which stand in FROM and JOIN"
            fix = "name a column of a table in FROM; an on-demand view reads `{{ feature('view:feature') }}`"
            self._add("FC204", column.parts[0], claim, cause, fix)
            return
        self._add(
            "FC204",
            column.parts[0],
            f"there is no relation `{_written(column.parts[0])}` in FROM",
            f"`{'.'.join(_written(part) for part in column.parts)}` names one that this SELECT does not read",
            did_you_mean(name, [key for s in scope.around() for key in s.sources]),
        )

    def _ambiguous(self, column: exp.Column, holders: list[str]) -> None:
        self._add(
            "FC205",
            column.this,
            f"the column `{_written(column.this)}` is ambiguous",
            "several relations in FROM have it: " + ", ".join(f"`{key}`" for key in holders),
            "write " + " or ".join(f"`{key}.{_written(column.this)}`" for key in holders),
        )

    def _spellings(self, relations: list[Relation]) -> list[str]:
        exact = self.dialect in ("postgres", "clickhouse")
        return [
            o.name if not exact or o.name == o.name.lower() else f'"{o.name}"' for r in relations for o in r.outputs
        ]

    def _add(self, code: str, at: exp.Expr, claim: str, cause: str, fix: str) -> None:
        self.findings[Diagnostic(code, claim, span_of(at, self.rendered), cause, fix)] = None


def _invented(column: exp.Column) -> bool:
    """Whether qualify made the prefix up, such as a lateral subquery's own alias for what is inside of it."""
    prefix = column.args["table"].meta
    return len(column.parts) == 2 and prefix.get("start", -1) >= column.this.meta.get("start", 0)


def _written(identifier: exp.Expr) -> str:
    """An identifier as the author wrote it, before folding."""
    return str(identifier.meta.get("spelled") or identifier.name)
