"""Queries, clause by clause: FROM, WHERE, GROUP BY, HAVING, windows, QUALIFY, DISTINCT, LIMIT; CTEs and set operations."""

from collections.abc import Mapping
from dataclasses import replace
from functools import reduce

from sqlglot import exp

from featurec.analysis.model import RELATION_DB
from featurec.analysis.time.columns import Scalar
from featurec.analysis.time.expressions import Evaluator
from featurec.analysis.time.facts import Facts
from featurec.analysis.time.habits import habits_of
from featurec.analysis.time.joins import Joined, Joins, empty_row
from featurec.analysis.time.nodes import Linear, Node
from featurec.analysis.time.pivots import pivoted, unpivoted
from featurec.analysis.time.recursion import Reading, recursive
from featurec.analysis.time.scans import Knowledge, scanned
from featurec.analysis.time.select import Selection, scoped
from featurec.analysis.time.setops import branches, by_name, compared, united
from featurec.analysis.time.table_functions import array_join, function_table
from featurec.analysis.time.tables import (
    NO_WAITS,
    OTHER,
    Case,
    Ctes,
    Named,
    Row,
    Table,
    Value,
    Waits,
    copied,
    later,
)
from featurec.analysis.time.terms import Terms
from featurec.analysis.time.zone_offsets import zone_offsets
from featurec.analysis.upstream import Catalog


class Cte:
    """A common table expression, worked out when it is first read."""

    def __init__(self, queries: "Queries", node: exp.Expr, keys: list[str], ctes: Ctes, row: Row | None) -> None:
        self._queries = queries
        self._node = node
        self._keys = keys
        self._ctes = ctes
        self._row = row
        self._table: Table | None = None

    def table(self) -> Table:
        """A fresh row of it."""
        if self._table is None:
            self._table = self._queries.relation(self._node, self._row, self._ctes).named(self._keys)
            return self._table
        return copied(self._table, self._queries.terms)


class Queries:
    """Relations of the queries of one tree. Satisfies ``protocol.Surroundings``."""

    def __init__(
        self,
        dialect: str,
        catalog: Catalog,
        known: Mapping[str, Knowledge],
        *,
        zoned: bool = False,
        backward: bool = False,
    ) -> None:
        self.terms = Terms(backward=backward)
        self.dialect = dialect
        self.habits = habits_of(dialect)
        self.nodes: list[exp.Expr] = []
        self.stamped: tuple[exp.Expr | None, frozenset[str]] = (None, frozenset())
        self.shared: dict[object, Node] = {}
        self._catalog = catalog
        self._known = known
        self._zoned = zoned
        self._numbers: dict[int, int] = {}

    def number(self, node: exp.Expr) -> int:
        found = self._numbers.get(id(node))
        if found is None:
            found = self._numbers[id(node)] = len(self.nodes)
            self.nodes.append(node)
        return found

    def node(self, number: int, otherwise: exp.Expr) -> exp.Expr:
        """The syntax node of a number."""
        return self.nodes[number] if number >= 0 else otherwise

    def zone(self, name: str) -> tuple[int, int] | None:
        return zone_offsets(name)

    def subquery(self, node: exp.Expr, row: Row) -> Table:
        return self.relation(node, row, row.ctes)

    def relation(self, node: exp.Expr, outer: Row | None, ctes: Ctes) -> Table:
        """The relation that a query returns, for a row that it may read."""
        start = len(self.terms.terms)
        table = self._relation(node, outer, self._with(node, outer, ctes))
        return replace(table, own=self.terms.made_since(start))

    def _relation(self, node: exp.Expr, outer: Row | None, ctes: Ctes) -> Table:
        match node:
            case exp.Subquery():
                inner = self.relation(node.this, outer, ctes)
                return self._limited(node, inner)
            case exp.Select():
                return self._sampled(node, Selection(self, node, outer, ctes).table())
            case exp.SetOperation():
                return self._limited(node, self._set_operation(node, outer, ctes))
            case exp.Values():
                return self._values(node)
            case exp.Table():
                return self.item(node, outer, ctes)
        return self._doubt(node, f"{type(node).__name__.upper()} is not understood")

    def item(self, node: exp.Expr, row: Row | None, ctes: Ctes) -> Table:
        """The relation of a FROM item."""
        start = len(self.terms.terms)
        table = self._item(node, row, ctes)
        table = replace(table, own=table.own | self.terms.made_since(start))
        alias = node.args.get("alias")
        columns = alias.args.get("columns") if isinstance(alias, exp.TableAlias) else None
        if node.args.get("pivots"):
            return reduce(lambda found, pivot: self._pivoted(found, pivot, node), node.args["pivots"], table)
        table = self._sampled(node, table)
        return table.named([c.name for c in columns or ()])

    def _sampled(self, node: exp.Expr, table: Table) -> Table:
        sample = node.args.get("sample")
        if sample is None:
            return table
        at = self.number(node if isinstance(node, exp.Table) else sample)
        return self._with_waits(table, frozenset({later("FC312", at, "a sample has other rows at every run")}))

    def _item(self, node: exp.Expr, row: Row | None, ctes: Ctes) -> Table:
        match node:
            case exp.Table() if node.db == RELATION_DB:
                relation = self._catalog.relation(node.name, self.dialect)
                return scanned(self.terms, relation, self._known[node.name], self.number(node), zoned=self._zoned)
            case exp.Table() if isinstance(node.this, exp.Identifier):
                found = ctes.get(node.name)
                return found.table() if found is not None else self._doubt(node, f"`{node.name}` is not known")
            case exp.Table():
                return self._function(node, row, ctes)
            case exp.Lateral() if isinstance(node.this, exp.Subquery | exp.Query):
                return self.relation(node.this, row, ctes)
            case exp.Join():
                return array_join(Evaluator(self, scoped(row or empty_row(None), ctes)), node)
            case exp.Final():
                return self._newest(node, self.item(node.this, row, ctes))
            case exp.Subquery() if isinstance(node.this, exp.Table) and node.this.args.get("joins"):
                return self._joined(node, row, ctes)
            case exp.Subquery() | exp.Query():
                return self.relation(node, row, ctes)
            case exp.Pivot():
                return self._doubt(node, "PIVOT is not understood")
        return self._function(node, row, ctes)

    def _newest(self, node: exp.Expr, table: Table) -> Table:
        """``FINAL``: of rows with equal keys only the newest is there."""
        what = "a later version takes the place of a row"
        return self._with_waits(table, frozenset({replace(later("FC307", self.number(node), what), passing=True)}))

    def _joined(self, node: exp.Subquery, row: Row | None, ctes: Ctes) -> Table:
        """``(a JOIN b ON …)``: columns are called by the names of a and b, or by that of the whole."""
        joined = Joined(scoped(empty_row(row), ctes))
        Joins(self, lambda item, inner: self.item(item, inner, ctes)).first(node.this, joined)
        keys = [
            (alias, key) for alias, values in (joined.rows[0].tables if joined.rows else {}).items() for key in values
        ]
        cases = []
        for found in joined.rows:
            values = tuple(found.tables[alias][key] for alias, key in keys)
            cases.append(Case(found.facts, frozenset(replace(w, side=0) for w in found.rows), values))
        names = [key if node.alias else f"{alias}.{key}" for alias, key in keys]
        return Table(tuple(names), tuple(cases))

    def _function(self, node: exp.Expr, row: Row | None, ctes: Ctes) -> Table:
        """A function in FROM: rows made of its arguments."""
        return function_table(Evaluator(self, scoped(row or empty_row(None), ctes)), node)

    def _values(self, node: exp.Values) -> Table:
        width = max((len(r.expressions) if isinstance(r, exp.Tuple) else 1 for r in node.expressions), default=0)
        own = [self.terms.var("a constant") for _ in range(width)]
        row = Evaluator(self, empty_row(None))
        waits = row.waits(
            cell for r in node.expressions for cell in (r.expressions if isinstance(r, exp.Tuple) else [r])
        )
        values = tuple(Value(waits, Linear(n)) for n in own)
        return Table(tuple(f"_col_{i}" for i in range(width)), (Case(Facts(), NO_WAITS, values),), frozenset(own))

    def _with(self, node: exp.Expr, outer: Row | None, ctes: Ctes) -> Ctes:
        with_ = node.args.get("with_")
        if not isinstance(with_, exp.With):
            return ctes
        seen = dict(ctes)
        for cte in with_.expressions:
            alias = cte.args.get("alias")
            columns = alias.args.get("columns") if isinstance(alias, exp.TableAlias) else None
            keys = [c.name for c in columns or ()]
            body = cte.this
            may_recur = with_.args.get("recursive") or self.dialect == "snowflake"
            if may_recur and isinstance(body, exp.Union) and _reads(body, cte.alias):
                seen[cte.alias] = self._recursive(body, cte.alias, keys, seen, outer)
            elif cte.args.get("scalar"):
                seen[cte.alias] = Scalar(body)
            else:
                seen[cte.alias] = Cte(self, body, keys, dict(seen), outer)
        return seen

    def _recursive(self, body: exp.SetOperation, name: str, keys: list[str], ctes: Ctes, outer: Row | None) -> Named:
        """A query that reads itself: its first rows, and what rounds make of them."""
        start = len(self.terms.terms)
        parts = list(branches(body))
        first = [part for part in parts if not _reads(part, name)]
        steps = [part for part in parts if _reads(part, name)]
        distinct = bool(body.args.get("distinct"))
        if not first or any(body.args.get(key) for key in ("limit", "offset")):
            return Cte(
                self, body, keys, {**ctes, name: _Unknown(self._doubt(body, "a recursive query like this"))}, outer
            )
        base = united([self.relation(part, outer, ctes).named(keys) for part in first], distinct=distinct)

        def rounds(reading: Reading) -> Table:
            return united([self.relation(step, outer, {**ctes, name: reading}) for step in steps], distinct=distinct)

        found = replace(recursive(self.terms, base, rounds), own=self.terms.made_since(start))
        if self.terms.backward:
            found = self._with_waits(found, frozenset({later("FC399", self.number(body), "a query that reads itself")}))
        return Reading(self.terms, found)

    def _set_operation(self, node: exp.SetOperation, outer: Row | None, ctes: Ctes) -> Table:
        left, right = self.relation(node.this, outer, ctes), self.relation(node.expression, outer, ctes)
        if node.args.get("by_name"):
            left, right = by_name(left, right)
        if isinstance(node, exp.Union):
            return united([left, right], distinct=bool(node.args.get("distinct")))
        return compared(self.terms, left, right, self.number(node.expression))

    def _limited(self, node: exp.Expr, table: Table) -> Table:
        """ORDER BY and LIMIT around a set operation or a subquery."""
        if not node.args.get("limit") and not node.args.get("fetch"):
            return table
        what = "which rows a LIMIT around several queries keeps is not worked out"
        return self._with_waits(table, frozenset({later("FC399", self.number(node), what, doubt=what)}))

    def _pivoted(self, table: Table, pivot: exp.Pivot, node: exp.Expr) -> Table:
        if pivot.unpivot:
            found = unpivoted(self, table, pivot)
        else:
            made = pivoted(self, table, pivot, node.alias_or_name or pivot.alias or "_")
            if made is None:
                return self._doubted(table, node, "PIVOT without a list of all columns is not understood")
            found = made
        alias = pivot.args.get("alias")
        columns = alias.args.get("columns") if isinstance(alias, exp.TableAlias) else None
        return found.named([c.name for c in columns or ()][: len(found.keys) - 1])

    def _doubted(self, table: Table, node: exp.Expr, what: str) -> Table:
        """The relation, of which everything is in doubt."""
        wait = later("FC399", self.number(node), what, doubt=what)
        cases = [
            Case(
                case.facts,
                frozenset(replace(w, doubt=w.doubt or what) for w in case.rows) | {wait},
                (*case.values, Value(frozenset({wait}))),
            )
            for case in table.cases
        ]
        return Table((*table.keys, OTHER), tuple(cases), table.own, open=True)

    def _doubt(self, node: exp.Expr, what: str) -> Table:
        wait = later("FC399", self.number(node), what, doubt=what)
        return Table((OTHER,), (Case(Facts(), frozenset({wait}), (Value(frozenset({wait})),)),), open=True)

    def _with_waits(self, table: Table, waits: Waits) -> Table:
        return replace(table, cases=tuple(replace(c, rows=c.rows | waits) for c in table.cases))


class _Unknown:
    """A relation of which nothing is known. Attributes: ``_table``, that says so."""

    def __init__(self, table: Table) -> None:
        self._table = table

    def table(self) -> Table:
        """It, each time."""
        return self._table


def _reads(node: exp.Expr, name: str) -> bool:
    return any(t.name == name and not t.args.get("db") for t in node.find_all(exp.Table))
