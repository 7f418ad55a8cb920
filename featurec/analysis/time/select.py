"""One SELECT, clause by clause: FROM, WHERE, GROUP BY, HAVING, windows, QUALIFY, DISTINCT, LIMIT."""

from collections.abc import Sequence
from dataclasses import replace
from functools import cached_property

from sqlglot import exp

from featurec.analysis.time.aggregates import aggregates
from featurec.analysis.time.expressions import Evaluator, Special
from featurec.analysis.time.filters import filtered
from featurec.analysis.time.frames import key_of
from featurec.analysis.time.groups import Grouping, Groups, grouping_sets
from featurec.analysis.time.joins import Joined, Joins, empty_row, sides_of
from featurec.analysis.time.merging import capped_rows
from featurec.analysis.time.nodes import Node
from featurec.analysis.time.order import Order
from featurec.analysis.time.protocol import Relations
from featurec.analysis.time.table_functions import rows_of
from featurec.analysis.time.tables import (
    HERE,
    NEVER_SETTLED,
    NO_WAITS,
    OTHER,
    Case,
    Ctes,
    Row,
    Table,
    Value,
    Waits,
    later,
)
from featurec.analysis.time.windows import Windows

_MAX_SETS = 16
_LIMITS = ("limit", "fetch", "offset")


def scoped(row: Row, ctes: Ctes) -> Row:
    """The row, with the CTEs that its subqueries see."""
    return replace(row, ctes=ctes)


class Selection:
    """One SELECT on its way through its clauses."""

    def __init__(self, queries: Relations, node: exp.Select, outer: Row | None, ctes: Ctes) -> None:
        self.queries = queries
        self.node = node
        self.outer = outer
        self.ctes = ctes
        self.start = len(queries.terms.terms)
        self.projections = list(node.expressions)
        self.exploding = rows_of(self.projections)
        self.read: Table | None = None

    def table(self) -> Table:
        rows = self._from()
        for key in ("prewhere", "where"):
            if self.node.args.get(key):
                rows = self._filtered(rows, self.node.args[key].this, None)
        cases = [case for grouping in self._groupings for case in self._cases(rows, grouping)]
        keys = tuple(projection.alias_or_name for projection in self.projections)
        if self.exploding:
            # A struct may become columns of any names.
            keys = (*keys, OTHER)
            cases = [replace(case, values=(*case.values, Value(case.rows))) for case in cases]
        is_open = any(projection.is_star for projection in self.projections)
        return Table(keys, tuple(cases), open=is_open, unique=self._unique())

    def _used(self, row: Row, special: Special) -> Row:
        """The row, as far as it is used: where its stamp is NULL it is not."""
        top, stamps = self.queries.stamped
        if self.node is not top:
            return row
        values = Evaluator(self.queries, row, special)
        found = [values.value(part).linear for part in self.projections if part.alias_or_name in stamps]
        present = [linear.plus for linear in found if linear is not None and linear.is_time]
        return replace(row, facts=row.facts.plus(values.edges, [*values.present, *present]))

    def _unique(self) -> tuple[frozenset[str], ...]:
        """Sets of columns that tell all rows apart: the keys of groups, what a SELECT of one relation passes on."""
        limit = self.node.args.get("limit")
        if self.exploding:
            return ()
        if limit is not None and _is_one(limit):
            return (frozenset(),)
        names = {part.unalias(): part.alias_or_name for part in self.projections}
        grouping, *more = self._groupings
        if grouping is not None:
            whole = not more and not grouping.partial and all(key in names for key in grouping.keys)
            return (frozenset(names[key] for key in grouping.keys),) if whole else ()
        distinct = self.node.args.get("distinct")
        if distinct is not None and distinct.args.get("on") is None:
            return (frozenset(names.values()),)
        from_ = self.node.args.get("from_")
        several = (
            self.node.args.get("joins") or self.node.args.get("laterals") or (from_ and from_.this.args.get("joins"))
        )
        if self.read is None or several:
            return ()
        passed = {part.name: name for part, name in names.items() if isinstance(part, exp.Column)}
        return tuple(frozenset(passed[c] for c in keys) for keys in self.read.unique if keys <= passed.keys())

    def _cases(self, rows: Sequence[Row], grouping: Grouping | None) -> list[Case]:
        """What is selected, of rows that are grouped in one way, or not at all."""
        special: Special | None = None
        if grouping is not None:
            groups = Groups(self.queries, rows, self._own(), grouping, self._calls())
            rows = groups.rows
            special = groups.special
            having = self.node.args.get("having")
            if having is not None:
                rows = self._filtered(rows, having.this, special)
        named = {window.name: window for window in self.node.args.get("windows") or ()}
        windows = Windows(self.queries, rows, self._own(), named, special)

        def both(node: exp.Expr, row: Evaluator) -> Value | None:
            if isinstance(node, exp.Window):
                return windows.value(node, row)
            return special(node, row) if special is not None else None

        rows = [self._used(row, both) for row in rows]
        qualify = self.node.args.get("qualify")
        if qualify is not None:
            rows = self._filtered(rows, qualify.this, both)
        return [self._case(row, both, windows) for row in rows]

    def _from(self) -> list[Row]:
        joined = Joined(replace(empty_row(self.outer), ctes=self.ctes))
        joins = Joins(self.queries, self._item)
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

    def _item(self, item: exp.Expr, row: Row) -> Table:
        self.read = self.queries.item(item, row, self.ctes)
        return self.read

    def _filtered(self, rows: Sequence[Row], condition: exp.Expr, special: Special | None) -> list[Row]:
        """Rows that pass a condition, in every way in which they may."""
        found: list[Row] = []
        for row in rows:
            values = Evaluator(self.queries, row, special)
            waits = filtered(values, condition)
            ways = values.conditions.true(condition)
            facts = row.facts.plus(values.edges, values.present)
            found += [
                scoped(replace(row, facts=facts.plus(way.edges, way.present), rows=row.rows | waits), self.ctes)
                for way in ways
                if not any(Order(self.queries.terms, facts).is_present(n) for n in way.absent if n in facts.present)
            ]
        return capped_rows(found)

    @cached_property
    def _groupings(self) -> list[Grouping | None]:
        """What rows are grouped by, for each grouping set; None where they are not grouped."""
        group = self.node.args.get("group")
        having = self.node.args.get("having")
        if group is None:
            calls = [*self._calls(), *(aggregates(having.this) if having is not None else [])]
            return [Grouping(()) if calls or having is not None else None]
        if group.args.get("all"):
            plain = (p.unalias() for p in self.projections if not aggregates(p) and not p.find(exp.Window))
            return [Grouping(tuple(plain))]
        found = grouping_sets(group)
        if len(found) > 1 and (len(found) > _MAX_SETS or self.node.find(exp.Window)):
            return [Grouping((), partial=True)]
        every = [self._key(key) for key in dict.fromkeys(key for keys in found for key in keys)]
        sets = [tuple(self._key(key) for key in keys) for keys in found]
        return [Grouping(keys, absent=tuple(key for key in every if key not in keys)) for keys in sets]

    def _key(self, key: exp.Expr) -> exp.Expr:
        """A key of GROUP BY; numbers and aliases mean what is selected."""
        if isinstance(key, exp.Literal) and not key.is_string:
            selected: exp.Expr = self.projections[int(key.this) - 1].unalias()
            return selected
        aliases: dict[str, exp.Expr] = {p.alias: p.this for p in self.projections if isinstance(p, exp.Alias)}
        return aliases.get(key.name, key) if isinstance(key, exp.Column) and not key.table else key

    def _ordered(self, ordered: exp.Expr) -> exp.Expr:
        """A key of ORDER BY, likewise."""
        key = self._key(key_of(ordered))
        if key is key_of(ordered) or not isinstance(ordered, exp.Ordered):
            return ordered
        found = ordered.copy()
        found.set("this", key.copy())
        return found

    def _calls(self) -> list[exp.Expr]:
        """The aggregates of the SELECT list, HAVING, QUALIFY and ORDER BY."""
        parts: list[exp.Expr] = list(self.projections)
        parts += [self.node.args[key] for key in ("having", "qualify", "order") if self.node.args.get(key)]
        return [call for part in parts for call in aggregates(part)]

    def _case(self, row: Row, special: Special, windows: Windows) -> Case:
        values = Evaluator(self.queries, row, special)
        found = tuple(
            values.star() if isinstance(projection, exp.Star) else values.value(projection)
            for projection in self.projections
        )
        if not self._is_outermost():
            found = tuple(self._unplaced(part, value) for part, value in zip(self.projections, found, strict=True))
        rows = row.rows | values.waits(self.exploding)
        distinct = self.node.args.get("distinct")
        if distinct is not None and distinct.args.get("on") is None:
            # Rows that differ only in what is not selected become one.
            read = sides_of(self.projections, row)
            rows = frozenset(w for w in rows if not w.side or w.side in read).union(*(v.waits for v in found))
        order = self.node.args.get("order")
        keys = [self._ordered(key) for key in order.expressions] if order is not None else []
        on = distinct.args.get("on") if distinct is not None else None
        if on is not None:
            parts = on.expressions if isinstance(on, exp.Tuple) else [on]
            rows |= windows.pick(parts, keys, values, self.node)
        limit = next((part for key in _LIMITS if (part := self.node.args.get(key)) is not None), None)
        if limit is not None and not self._is_single():
            picked = windows.pick(limit.expressions, keys, values, limit)
            if self.node.args.get("offset") is not None or limit.args.get("offset") is not None:
                # A row that others come before is there because they are.
                picked = frozenset(replace(wait, passing=False, lasting=True) for wait in picked)
            rows |= picked | self._number(limit, windows, values)
        return Case(row.facts.plus(values.edges, values.present), rows, found)

    def _is_outermost(self) -> bool:
        node: exp.Expr | None = self.node.parent
        while isinstance(node, exp.SetOperation) or (
            isinstance(node, exp.Subquery) and isinstance(node.parent, exp.SetOperation | None)
        ):
            node = node.parent
        return node is None

    def _unplaced(self, projection: exp.Expr, value: Value) -> Value:
        """A column that is only passed on is blamed where it is used."""
        column = projection.unalias()
        if not isinstance(column, exp.Column) or column.name != projection.alias_or_name or not value.waits:
            return value
        at = self.queries.number(column)
        passed = (replace(w, at=HERE) if w.at == at and w.rule in NEVER_SETTLED else w for w in value.waits)
        return replace(value, waits=frozenset(passed))

    def _number(self, limit: exp.Expr, windows: Windows, values: Evaluator) -> Waits:
        """What the number of rows of a LIMIT waits for; a share is one of all rows."""
        number = limit.args.get("count") or limit.args.get("expression") or limit.this
        options = limit.args.get("limit_options")
        if number is None:
            return NO_WAITS
        if isinstance(number, exp.Mod) or (options is not None and options.args.get("percent")):
            return windows.whole(values, limit)
        return frozenset(replace(wait, lasting=True) for wait in values.value(number).waits)

    def _is_single(self) -> bool:
        """Whether the SELECT has one row at most, or only its existence is asked for."""
        around = self.node.parent
        if isinstance(around, exp.Subquery):
            around = around.parent
        return isinstance(around, exp.Exists) or (self.node.args.get("group") is None and bool(self._calls()))

    def _own(self) -> frozenset[Node]:
        """The variables of this SELECT so far."""
        return self.queries.terms.made_since(self.start)


def _is_one(limit: exp.Expr) -> bool:
    """``LIMIT 1``: one row of all, not of each (LIMIT BY), no share and no ties."""
    number = limit.args.get("expression")
    plain = not limit.expressions and not limit.args.get("limit_options")
    return plain and isinstance(number, exp.Literal) and number.name == "1"
