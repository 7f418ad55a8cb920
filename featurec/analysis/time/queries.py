"""Queries, clause by clause: FROM, WHERE, GROUP BY, HAVING, windows, QUALIFY, DISTINCT, LIMIT; CTEs and set operations."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from typing import cast
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from sqlglot import exp

from featurec.analysis.model import RELATION_DB
from featurec.analysis.time.bounds import latest
from featurec.analysis.time.expressions import Evaluator, Special
from featurec.analysis.time.facts import Facts, Order
from featurec.analysis.time.groups import Grouping, Groups, aggregates
from featurec.analysis.time.joins import Joined, Joins, empty_row
from featurec.analysis.time.merging import capped_cases, capped_rows
from featurec.analysis.time.scans import Knowledge, scanned
from featurec.analysis.time.tables import NO_WAITS, Case, Row, Table, Value, Waits, copied, equal, later
from featurec.analysis.time.terms import DAY, Linear, Node, Terms
from featurec.analysis.time.windows import Windows
from featurec.analysis.upstream import Catalog

Ctes = Mapping[str, "Cte"]

_SERIES = (exp.GenerateSeries, exp.ExplodingGenerateSeries, exp.GenerateDateArray, exp.GenerateTimestampArray)


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
        zones: Mapping[str, tuple[int, int]] | None = None,
    ) -> None:
        self.terms = Terms()
        self.dialect = dialect
        self.nodes: list[exp.Expr] = []
        self._catalog = catalog
        self._known = known
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
        return self.relation(node, row, cast(Ctes, row.ctes))

    def relation(self, node: exp.Expr, outer: Row | None, ctes: Ctes) -> Table:
        """The relation that a query returns, for a row that it may read."""
        start = len(self.terms.terms)
        table = self._relation(node, outer, self._with(node, outer, ctes))
        return replace(table, own=self.terms.made_since(start))

    def _relation(self, node: exp.Expr, outer: Row | None, ctes: Ctes) -> Table:
        match node:
            case exp.Subquery():
                inner = self.relation(node.this, outer, ctes)
                return self._limited(node, inner, outer, ctes)
            case exp.Select():
                return _Select(self, node, outer, ctes).table()
            case exp.SetOperation():
                return self._limited(node, self._set_operation(node, outer, ctes), outer, ctes)
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
            return self._spread(table, node, "PIVOT")
        if node.args.get("sample"):
            what = "a sample has other rows at every run"
            wait = later("FC312", self.number(node), what)
            table = replace(table, cases=tuple(replace(c, rows=c.rows | {wait}) for c in table.cases))
        return table.named([c.name for c in columns or ()])

    def _item(self, node: exp.Expr, row: Row | None, ctes: Ctes) -> Table:
        match node:
            case exp.Table() if node.db == RELATION_DB:
                relation = self._catalog.relation(node.name, self.dialect)
                return scanned(self.terms, relation, self._known[node.name], self.number(node))
            case exp.Table() if isinstance(node.this, exp.Identifier):
                found = ctes.get(node.name)
                return found.table() if found is not None else self._doubt(node, f"`{node.name}` is not known")
            case exp.Table():
                return self._function(node.this or node, row, ctes)
            case exp.Lateral():
                inner = node.this
                if isinstance(inner, exp.Subquery | exp.Query):
                    return self.relation(inner, row, ctes)
                return self._function(inner, row, ctes)
            case exp.Subquery() | exp.Query():
                return self.relation(node, row, ctes)
        return self._function(node, row, ctes)

    def _function(self, node: exp.Expr, row: Row | None, ctes: Ctes) -> Table:
        """A function in FROM: rows made of its arguments."""
        values = Evaluator(self, scoped(row or empty_row(None), ctes))
        parts = [part for part in node.iter_expressions() if not isinstance(part, exp.TableAlias | exp.Identifier)]
        waits = values.waits(parts)
        clock = frozenset(replace(w, mild=True) for w in waits if w.rule == "FC304")
        if isinstance(node, _SERIES) and clock:
            waits = (waits - {w for w in waits if w.rule == "FC304"}) | clock
        dated = any((v := values.value(part)).linear is not None and self._is_day(v.linear) for part in parts[:2])
        own = [self.terms.var("a row", grid=DAY if dated else 0, total=isinstance(node, _SERIES)) for _ in range(4)]
        cases = (Case(Facts(), waits, tuple(Value(NO_WAITS, Linear(n)) for n in own)),)
        name = {exp.GenerateSeries: "generate_series", exp.Explode: "col"}.get(type(node), "unnest")
        return Table((name, "ordinality", "", ""), cases, frozenset(own), open=True)

    def _is_day(self, linear: Linear) -> bool:
        return linear.is_time and linear.offset % DAY == 0 and self.terms.residue(linear.plus, DAY) == 0

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
            if (
                with_.args.get("recursive")
                and isinstance(body, exp.SetOperation)
                and _reads(body.expression, cte.alias)
            ):
                seen[cte.alias] = self._recursive(body, cte.alias, keys, seen, outer)
            elif not cte.args.get("scalar"):
                seen[cte.alias] = Cte(self, body, keys, dict(seen), outer)
        return seen

    def _recursive(self, body: exp.SetOperation, name: str, keys: list[str], ctes: Ctes, outer: Row | None) -> Cte:
        """Rows that are made of constants hold at all times; of any others too little is known."""
        found = Cte(self, body.this, keys, ctes, outer)
        base = found.table()
        reads = any(
            t.db == RELATION_DB or (t.name in ctes and t.name != name) for t in body.expression.find_all(exp.Table)
        )
        waits = (
            NO_WAITS
            if not reads
            else frozenset(
                {
                    later(
                        "FC399",
                        self.number(body),
                        "a recursive query over tables",
                        doubt="a recursive query over tables",
                    )
                }
            )
        )
        own = [self.terms.var(key) for key in base.keys]
        values = tuple(Value(NO_WAITS, Linear(node)) for node in own)
        rows = NO_WAITS.union(waits, *(c.rows for c in base.cases), *(v.waits for c in base.cases for v in c.values))
        found._table = Table(base.keys, (Case(Facts(), rows, values),), frozenset(own) | base.own)
        return found

    def _set_operation(self, node: exp.SetOperation, outer: Row | None, ctes: Ctes) -> Table:
        left, right = self.relation(node.this, outer, ctes), self.relation(node.expression, outer, ctes)
        if isinstance(node, exp.Union):
            cases = (*left.cases, *(Case(c.facts, c.rows, c.values[: len(left.keys)]) for c in right.cases))
            return Table(left.keys, capped_cases(cases), left.own | right.own, left.open or right.open)
        # INTERSECT keeps what is on the other side too, EXCEPT what is not: both wait for all rows that it may have.
        new = []
        for case in left.cases:
            waits, facts = case.rows, case.facts
            for other in right.cases:
                both = case.facts.and_(other.facts)
                for a, b in zip(case.values, other.values, strict=False):
                    both = both.plus(equal(a.linear, b.linear))
                all_waits = other.rows.union(*(v.waits for v in other.values))
                found, edges = latest(self.terms, all_waits, both, right.own, "FC305", self.number(node.expression))
                waits |= found
                facts = facts.plus(edges)
            new.append(Case(facts, waits, case.values))
        return Table(left.keys, tuple(new), left.own)

    def _limited(self, node: exp.Expr, table: Table, outer: Row | None, ctes: Ctes) -> Table:
        """ORDER BY and LIMIT around a set operation or a subquery."""
        if not node.args.get("limit") and not node.args.get("fetch"):
            return table
        what = "which rows a LIMIT around several queries keeps is not worked out"
        return self._with_waits(table, frozenset({later("FC399", self.number(node), what, doubt=what)}))

    def _spread(self, table: Table, node: exp.Expr, what: str) -> Table:
        doubt = later("FC399", self.number(node), f"{what} is not understood", doubt=f"{what} is not understood")
        return replace(self._with_waits(table, frozenset({doubt})), open=True)

    def _doubt(self, node: exp.Expr, what: str) -> Table:
        wait = later("FC399", self.number(node), what, doubt=what)
        return Table((), (Case(Facts(), frozenset({wait}), ()),), open=True)

    def _with_waits(self, table: Table, waits: Waits) -> Table:
        return replace(table, cases=tuple(replace(c, rows=c.rows | waits) for c in table.cases))


def scoped(row: Row, ctes: Ctes) -> Row:
    """The row, with the CTEs that its subqueries see."""
    return replace(row, ctes=ctes)


class _Select:
    """One SELECT on its way through its clauses."""

    def __init__(self, queries: Queries, node: exp.Select, outer: Row | None, ctes: Ctes) -> None:
        self.queries = queries
        self.node = node
        self.outer = outer
        self.ctes = ctes
        self.start = len(queries.terms.terms)
        self.projections = list(node.expressions)

    def table(self) -> Table:
        rows = self._from()
        for key in ("prewhere", "where"):
            if self.node.args.get(key):
                rows = self._filtered(rows, self.node.args[key].this, None)
        special: Special | None = None
        grouping = self._grouping()
        if grouping is not None:
            groups = Groups(self.queries, rows, self._own(), grouping, self._calls())
            rows = groups.rows
            special = groups.special
            having = self.node.args.get("having")
            if having is not None:
                rows = self._filtered(rows, having.this, special)
        windows = Windows(self.queries, rows, self._own(), self._named_windows(), special)

        def both(node: exp.Expr, row: Evaluator) -> Value | None:
            if isinstance(node, exp.Window):
                return windows.value(node, row)
            return special(node, row) if special is not None else None

        qualify = self.node.args.get("qualify")
        if qualify is not None:
            rows = self._filtered(rows, qualify.this, both)
        cases = [self._case(row, both, windows) for row in rows]
        return Table(tuple(self._keys()), tuple(cases), open=self._is_open())

    def _from(self) -> list[Row]:
        joined = Joined([replace(empty_row(self.outer), ctes=self.ctes)])
        joins = Joins(self.queries, lambda item, row: self.queries.item(item, row, self.ctes))
        from_ = self.node.args.get("from_")
        if from_ is not None:
            joins.first(from_.this, joined)
        for lateral in self.node.args.get("laterals") or ():
            joins.first(lateral, joined)
        for join in self.node.args.get("joins") or ():
            joins.join(join, joined)
        rows = [scoped(row, self.ctes) for row in joined.rows]
        if self.node.args.get("match"):
            what = "MATCH_RECOGNIZE is not understood"
            doubt = later("FC399", self.queries.number(self.node.args["match"]), what, doubt=what)
            rows = [scoped(replace(row, rows=row.rows | {doubt}), self.ctes) for row in rows]
        return rows

    def _filtered(self, rows: Sequence[Row], condition: exp.Expr, special: Special | None) -> list[Row]:
        """Rows that pass a condition, in every way in which they may."""
        found: list[Row] = []
        for row in rows:
            values = Evaluator(self.queries, row, special)
            waits = values.conditions.filtered(condition)
            ways = values.conditions.true(condition)
            facts = row.facts.plus(values.edges, values.present)
            found += [
                scoped(replace(row, facts=facts.plus(way.edges, way.present), rows=row.rows | waits), self.ctes)
                for way in ways
                if not any(Order(self.queries.terms, facts).is_present(n) for n in way.absent if n in facts.present)
            ]
        return capped_rows(found)

    def _grouping(self) -> Grouping | None:
        """What rows are grouped by; None where they are not."""
        group = self.node.args.get("group")
        having = self.node.args.get("having")
        if group is None:
            calls = [*self._calls(), *(aggregates(having.this) if having is not None else [])]
            return Grouping(()) if calls or having is not None else None
        if group.args.get("all"):
            plain = (p.unalias() for p in self.projections if not aggregates(p) and not p.find(exp.Window))
            return Grouping(tuple(plain))
        sets = any(group.args.get(key) for key in ("cube", "rollup", "grouping_sets"))
        keys = [self._key(key.unnest()) for key in group.expressions]
        if sets or any(isinstance(key, exp.Cube | exp.Rollup | exp.GroupingSets) for key in keys):
            return Grouping((), partial=True)
        return Grouping(tuple(keys))

    def _key(self, key: exp.Expr) -> exp.Expr:
        """A key of GROUP BY; numbers and aliases mean what is selected."""
        if isinstance(key, exp.Literal) and not key.is_string:
            return self.projections[int(key.this) - 1].unalias()
        aliases = {p.alias: p.this for p in self.projections if isinstance(p, exp.Alias)}
        return aliases.get(key.name, key) if isinstance(key, exp.Column) and not key.table else key

    def _calls(self) -> list[exp.Expr]:
        """The aggregates of the SELECT list, HAVING, QUALIFY and ORDER BY."""
        parts: list[exp.Expr] = list(self.projections)
        parts += [self.node.args[key] for key in ("having", "qualify", "order") if self.node.args.get(key)]
        return [call for part in parts for call in aggregates(part)]

    def _named_windows(self) -> dict[str, exp.Expr]:
        return {window.name: window for window in self.node.args.get("windows") or ()}

    def _case(self, row: Row, special: Special, windows: Windows) -> Case:
        values = Evaluator(self.queries, row, special)
        found = tuple(
            values.star() if isinstance(projection, exp.Star) else values.value(projection)
            for projection in self.projections
        )
        rows = row.rows
        distinct = self.node.args.get("distinct")
        order = self.node.args.get("order")
        keys = list(order.expressions) if order is not None else []
        on = distinct.args.get("on") if distinct is not None else None
        if on is not None:
            parts = on.expressions if isinstance(on, exp.Tuple) else [on]
            given = {part.sql() for part in parts}
            keys = [k for k in keys if (k.this if isinstance(k, exp.Ordered) else k).sql() not in given]
            rows |= windows.pick(parts, keys, values, self.node)
        limit = self.node.args.get("limit") or self.node.args.get("fetch")
        if limit is not None and not self._is_single():
            rows |= windows.pick([], keys, values, limit)
        return Case(row.facts.plus(values.edges, values.present), rows, found)

    def _is_single(self) -> bool:
        """Whether the SELECT has one row at most, or only its existence is asked for."""
        if isinstance(self.node.parent, exp.Exists) or isinstance(
            getattr(self.node.parent, "parent", None), exp.Exists
        ):
            return True
        return self.node.args.get("group") is None and bool(self._calls())

    def _own(self) -> frozenset[Node]:
        """The variables of this SELECT so far."""
        return self.queries.terms.made_since(self.start)

    def _keys(self) -> list[str]:
        return [projection.alias_or_name for projection in self.projections]

    def _is_open(self) -> bool:
        return any(p.is_star for p in self.projections)


@lru_cache(maxsize=256)
def zone_offsets(name: str) -> tuple[int, int] | None:
    """The least and the greatest offset of a zone from UTC since 1970, in microseconds; None for no zone."""
    try:
        zone = ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        return None
    months = (datetime(year, month, 1, tzinfo=UTC) for year in range(1970, 2040) for month in (1, 3, 5, 7, 9, 11))
    offsets = {moment.astimezone(zone).utcoffset() for moment in months}
    found = [offset // timedelta(microseconds=1) for offset in offsets if offset is not None]
    return min(found), max(found)


def _reads(node: exp.Expr, name: str) -> bool:
    return any(t.name == name and not t.args.get("db") for t in node.find_all(exp.Table))
