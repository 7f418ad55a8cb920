"""FROM items: tables, subqueries, laterals, functions that return rows, VALUES, PIVOT; and the joins between them."""

from collections.abc import Mapping, Sequence
from dataclasses import replace

from sqlglot import exp
from sqlglot.errors import SqlglotError

from featurec.analysis.environment import Scope, Walk
from featurec.analysis.model import RELATION_DB
from featurec.analysis.relation import NONE, Edges, Output, Relation, aliases_of, opaque, union
from featurec.analysis.types import merge

_FUNCTION_COLUMNS: Mapping[type[exp.Expr], str] = {
    exp.GenerateSeries: "generate_series",
    exp.ExplodingGenerateSeries: "generate_series",
    exp.GenerateDateArray: "value",
}


class Items:
    """Relations of FROM items, in the scopes of one walker."""

    def __init__(self, walker: Walk) -> None:
        self.walker = walker

    def add(self, node: exp.Expr, scope: Scope) -> Edges:
        """Register a FROM item under its alias; edges that it adds to the rows."""
        if isinstance(node, exp.Final):
            return self.add(node.this, scope)
        if isinstance(node, exp.Subquery) and not node.alias and isinstance(node.this, exp.Table | exp.Subquery):
            rows = [self.add(node.this, scope)]  # (a JOIN b ON …): a grouping, not a relation
            rows.extend(self.join(join, scope) for join in node.args.get("joins") or ())
            return union(rows)
        relation = self.relation(node, scope)
        key = _alias(node) or f"\0{len(scope.sources)}"
        if key in scope.sources:
            self.walker.finding(
                "FC208",
                node,
                f"two relations in FROM are called `{key}`",
                "a column with that prefix could be of either",
                "give one of them another alias",
            )
        scope.sources[key] = relation
        rows = [relation.rows]
        rows.extend(self.join(join, scope) for join in node.args.get("joins") or ())
        return union(rows)

    def join(self, join: exp.Join, scope: Scope) -> Edges:
        """Register the right side of a join; edges of what the join adds to the rows."""
        if join.kind == "ARRAY":
            return self._array_join(join, scope)
        before = dict(scope.visible())
        rows = [self.add(join.this, scope)]
        right = _last(scope)
        if join.args.get("using"):
            rows.append(self._using(join, before, scope.sources[right], scope))
        elif join.method == "NATURAL":
            shared = [k for k in scope.sources[right].by_key if any(k in r.by_key for r in before.values())]
            for key in shared:
                self._merge(key, before, scope.sources[right], scope)
        conditions = [join.args[key] for key in ("on", "match_condition") if join.args.get(key)]
        rows.extend(self.walker.edges(condition, scope, "join") for condition in conditions)
        if join.kind in ("SEMI", "ANTI"):
            scope.hidden.add(right)
        return union(rows)

    def match(self, node: exp.Expr, scope: Scope) -> None:
        """MATCH_RECOGNIZE: what is read from is only seen inside; outside there are its partition and its measures."""
        inner = Scope(scope, scope.ctes)
        inner.sources = dict(scope.sources)
        inner.locals = {part.alias for part in node.args.get("define") or ()}
        edges = union(r.edges for r in inner.sources.values())
        outputs = []
        for part in node.args.get("partition_by") or ():
            found = self.walker.output(part, inner) if isinstance(part, exp.Column) else None
            outputs += [found] if found else []
        for measure in node.args.get("measures") or ():
            alias = measure.this
            outputs.append(Output(alias.alias, alias.alias, edges, self.walker.type_of(alias.this, inner)))
        scope.sources = {_last(scope): Relation(outputs, opaque=True, coarse=edges)}

    def relation(self, node: exp.Expr, scope: Scope) -> Relation:
        """What a FROM item returns, under the column names of its alias."""
        found = self._unaliased(node, scope)
        pivots = node.args.get("pivots") or ()
        for pivot in pivots:
            found = _pivoted(found, pivot)
        return found.renamed(aliases_of(node))

    def _unaliased(self, node: exp.Expr, scope: Scope) -> Relation:
        if isinstance(node, exp.Table):
            return self._table(node, scope)
        if isinstance(node, exp.Subquery):
            return self.walker.relation(node, scope, scope.ctes)
        if isinstance(node, exp.Values):
            return self._values(node, scope)
        if isinstance(node, exp.Pivot):
            return self._pivot_statement(node, scope)
        if isinstance(node, exp.Lateral):
            inner = node.this
            if isinstance(inner, exp.Subquery | exp.Query):
                return self.walker.relation(inner, scope, scope.ctes)
            return self._function(inner, scope)
        if isinstance(node, exp.Query):
            return self.walker.relation(node, scope, scope.ctes)
        return self._function(node, scope)

    def _table(self, table: exp.Table, scope: Scope) -> Relation:
        if table.db == RELATION_DB:
            found = self.walker.catalog.relation(table.name, self.walker.dialect)
        elif isinstance(table.this, exp.Identifier):
            found = scope.ctes.get(table.name) or opaque(NONE)
        elif table.this is None:  # ROWS FROM (…)
            found = opaque(union(self.walker.edges(part, scope) for part in table.args.get("rows_from") or ()))
        else:
            found = self._function(table.this, scope)
        for key in ("when", "version", "sample"):
            if isinstance(table.args.get(key), exp.Expr):
                self.walker.edges(table.args[key], scope)
        return found

    def _function(self, node: exp.Expr, scope: Scope) -> Relation:
        """A function in FROM: every column that it yields comes from its arguments."""
        edges = self.walker.edges(node, scope)
        if isinstance(node, exp.Unnest):
            types = [_element(self.walker.type_of(part, scope)) for part in node.expressions]
        elif isinstance(node, exp.GenerateSeries | exp.ExplodingGenerateSeries):
            types = [self._series(node, scope)]
        else:
            types = [_element(self.walker.type_of(node.this, scope))] if isinstance(node, exp.Explode) else []
        outputs = [Output("", "", edges, type_) for type_ in types]
        offset = node.args.get("offset")
        if isinstance(offset, exp.Identifier):
            outputs.append(Output(offset.name, offset.name, edges, "bigint"))
        name = _FUNCTION_COLUMNS.get(type(node))
        if name and outputs:
            outputs[0] = replace(outputs[0], key=name, name=name)
        return Relation(outputs, opaque=True, coarse=edges)

    def _series(self, node: exp.Expr, scope: Scope) -> str | None:
        start = self.walker.type_of(node.args["start"], scope)
        return "bigint" if start in ("integer", "bigint") else start

    def _values(self, node: exp.Values, scope: Scope) -> Relation:
        columns: list[tuple[list[Edges], list[str | None]]] = []
        for row in node.expressions:
            cells = row.expressions if isinstance(row, exp.Tuple) else [row]
            for index, cell in enumerate(cells):
                if index == len(columns):
                    columns.append(([], []))
                columns[index][0].append(self.walker.edges(cell, scope))
                columns[index][1].append(self.walker.type_of(cell, scope))
        outputs = [
            Output(f"_col_{i}", f"_col_{i}", union(edges), merge(types)) for i, (edges, types) in enumerate(columns)
        ]
        return Relation(outputs, opaque=True)

    def _pivot_statement(self, node: exp.Pivot, scope: Scope) -> Relation:
        """DuckDB's ``PIVOT t ON … USING … GROUP BY …``: the groups keep their columns, the rest comes from all."""
        inner = Scope(scope, scope.ctes)
        rows = self.add(node.this, inner)
        for part in (*node.expressions, *(node.args.get("using") or ())):
            self.walker.edges(part, inner)
        group = node.args.get("group")
        columns = group.expressions if group else ()
        found = [self.walker.output(part, inner) for part in columns if isinstance(part, exp.Column)]
        edges = union(relation.edges for relation in inner.sources.values())
        return Relation([output for output in found if output], rows, opaque=True, coarse=edges)

    def _array_join(self, join: exp.Join, scope: Scope) -> Edges:
        """ClickHouse: arrays of the row become rows; an alias names the element, else the array's own name does."""
        for part in (join.this, *join.expressions):
            array = part.this if isinstance(part, exp.Alias) else part
            edges = self.walker.edges(array, scope)
            element = Output(part.alias_or_name, part.alias_or_name, edges, _element(self.walker.type_of(array, scope)))
            scope.merged[element.key] = element
        return NONE

    def _using(self, join: exp.Join, before: dict[str, Relation], right: Relation, scope: Scope) -> Edges:
        """Columns that USING makes one (only in trees that sqlglot could not qualify)."""
        rows: list[Edges] = []
        for name in join.args["using"]:
            sides = [r for r in before.values() if r.find(name.name)]
            if not sides or not right.find(name.name):
                self.walker.finding(
                    "FC204",
                    name,
                    f"USING names `{name.meta.get('spelled') or name.name}`, which is not a column of both sides",
                    "the relations on both sides of the join must have it",
                    "write the condition with ON",
                )
                continue
            rows.append(self._merge(name.name, before, right, scope))
        return union(rows)

    def _merge(self, key: str, before: dict[str, Relation], right: Relation, scope: Scope) -> Edges:
        found = [r.find(key) for r in (*before.values(), right) if key in r.by_key or r.opaque]
        outputs = [output for output in found if output]
        edges = union(o.edges for o in outputs)
        first = outputs[0]
        zones = frozenset[str]().union(*(o.zones for o in outputs))
        scope.merged[key] = Output(key, first.name, edges, merge(o.type for o in outputs), zones)
        return frozenset(edges)


def _last(scope: Scope) -> str:
    """The alias of the newest FROM item."""
    return next(reversed(scope.sources), "")


def _alias(node: exp.Expr) -> str:
    """The name of a FROM item; BigQuery's ``UNNEST(xs) AS x`` names a column only."""
    pivots = node.args.get("pivots")
    if pivots and pivots[-1].alias:
        return str(pivots[-1].alias)
    if node.alias_or_name:
        return str(node.alias_or_name)
    alias = node.args.get("alias")
    return alias.columns[0].name if isinstance(alias, exp.TableAlias) and alias.columns else ""


def _pivoted(relation: Relation, pivot: exp.Expr) -> Relation:
    """The columns that PIVOT or UNPIVOT leaves; those that it makes come from all columns."""
    if not isinstance(pivot, exp.Pivot):
        return relation
    edges = relation.edges
    try:
        names: Sequence[str] = list(pivot.output_columns([o.key for o in relation.outputs]))
    except (SqlglotError, AttributeError, TypeError, ValueError, KeyError, IndexError):
        names = []
    if not names or relation.opaque:
        return Relation((), relation.rows, opaque=True, coarse=edges)
    outputs = [relation.by_key.get(name) or Output(name, name, edges) for name in names]
    return Relation(outputs, relation.rows, coarse=edges)


def _element(type_: str | None) -> str | None:
    return type_[:-2] if type_ and type_.endswith("[]") else None
