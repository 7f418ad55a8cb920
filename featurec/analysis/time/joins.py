"""FROM and its joins: rows that stand beside each other, and what is known of them together.

A matched row waits for both sides. Where a side may be missing, it also waits until no match can come any more: for the last
row that the condition lets in, seen from the other side.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace

from sqlglot import exp

from featurec.analysis.time.bounds import latest
from featurec.analysis.time.conditions import Way
from featurec.analysis.time.expressions import Evaluator
from featurec.analysis.time.facts import Edge, Facts, Optional
from featurec.analysis.time.merging import capped_rows
from featurec.analysis.time.protocol import Surroundings
from featurec.analysis.time.tables import NO_WAITS, Case, Row, Table, Value, Wait, Waits
from featurec.analysis.time.terms import Node, Var

Relations = Callable[[exp.Expr, Row], Table]
"""The relation of a FROM item, for a row that it may read (LATERAL)."""


@dataclass
class Joined:
    """The rows of a FROM clause while it is read.

    Attributes:
        own: variables of all its relations.
    """

    rows: list[Row]
    own: set[Node] = field(default_factory=set)
    side: int = 0


class Joins:
    """Reads the FROM clause of one SELECT."""

    def __init__(self, around: Surroundings, relations: Relations) -> None:
        self.around = around
        self.terms = around.terms
        self.relations = relations

    def first(self, item: exp.Expr, joined: Joined) -> None:
        """The first relation, or one more after a comma."""
        self._product(item, None, joined)
        for join in item.args.get("joins") or ():
            self.join(join, joined)

    def join(self, node: exp.Join, joined: Joined) -> None:
        """One more relation."""
        kind = str(node.kind or "").upper()
        side = str(node.side or "").upper()
        method = str(node.method or "").upper()
        condition = _condition(node)
        if "SEMI" in (kind, side) or "ANTI" in (kind, side):
            self._existence(node, condition, joined)
        elif side in ("LEFT", "RIGHT", "FULL"):
            self._outer(node, condition, side, "ASOF" in (method, kind), joined)
        else:
            self._product(node.this, condition, joined, node, asof="ASOF" in (method, kind))
        for inner in node.this.args.get("joins") or ():
            self.join(inner, joined)

    def _product(
        self,
        item: exp.Expr,
        condition: exp.Expr | None,
        joined: Joined,
        node: exp.Expr | None = None,
        *,
        asof: bool = False,
    ) -> None:
        rows: list[Row] = []
        own: set[Node] = set()
        for left, case, table in self._pairs(item, joined):
            own |= table.own
            pair = _paired(left, item, table, case, blamed=self.around.number(item) if node is not None else None)
            for row, way, waits in self._ways(pair, condition):
                facts = row.facts.plus(way.edges, way.present)
                rows.append(replace(row, facts=facts, rows=row.rows | waits))
                if asof:
                    late, edges = self._latest(case.rows | waits, facts, table.own, item)
                    rows[-1] = replace(rows[-1], facts=facts.plus(edges), rows=rows[-1].rows | late)
        joined.rows = capped_rows(rows)
        joined.own |= own

    def _outer(self, node: exp.Join, condition: exp.Expr | None, side: str, asof: bool, joined: Joined) -> None:
        rows: list[Row] = []
        own: set[Node] = set()
        before = frozenset(joined.own)
        joined.side += 1
        number = joined.side
        item = node.this
        for left, case, table in self._pairs(item, joined):
            own |= table.own
            pair = _paired(left, item, table, case, blamed=self.around.number(item))
            for row, way, waits in self._ways(pair, condition):
                matched = left.facts.and_(case.facts).plus(
                    [*row.facts.edges, *way.edges], [*row.facts.present, *way.present]
                )
                optional: list[Optional] = list(left.facts.optional) + list(case.facts.optional)
                late: Waits = NO_WAITS
                early: Waits = NO_WAITS
                edges: list[Edge] = []
                right, base = row.tables[_alias(item)], row.tables
                if side in ("LEFT", "FULL"):
                    late, more = self._latest(case.rows | waits, matched, table.own, item)
                    edges += more
                    optional.append(self._optional(table.own, matched))
                    right = {key: replace(v, waits=v.waits | late | case.rows) for key, v in right.items()}
                if side in ("RIGHT", "FULL"):
                    early, more = self._latest(left.rows | waits, matched, before, item)
                    edges += more
                    optional.append(self._optional(before, matched))
                    base = {
                        alias: values
                        if alias == _alias(item)
                        else {k: replace(v, waits=v.waits | early) for k, v in values.items()}
                        for alias, values in base.items()
                    }
                tables = {**base, _alias(item): right}
                # Facts about one side alone do not hold where that side is missing, but then its nodes are NULL.
                kept = [e for e in way.edges if self._touches(e, table.own if side != "RIGHT" else before)]
                present = _kept_present(left, case, side)
                facts = Facts(
                    (*left.facts.edges, *case.facts.edges, *_new_edges(row, left, case), *kept, *edges),
                    present,
                    tuple(optional),
                )
                tagged = (
                    _tagged(case.rows | late | waits, number) if side == "LEFT" else case.rows | late | early | waits
                )
                sides = {**row.sides, _alias(item): number} if side == "LEFT" else row.sides
                rows.append(replace(row, facts=facts, rows=left.rows | tagged, tables=tables, sides=sides))
        joined.rows = capped_rows(rows)
        joined.own |= own

    def _existence(self, node: exp.Join, condition: exp.Expr | None, joined: Joined) -> None:
        """SEMI and ANTI: the left row stays or goes, by whether there is a match."""
        rows: list[Row] = []
        for left in joined.rows:
            found: Waits = NO_WAITS
            edges: list[Edge] = []
            table = self.relations(node.this, left)
            for case in table.cases:
                pair = _paired(left, node.this, table, case, blamed=None)
                for row, way, waits in self._ways(pair, condition):
                    late, more = self._latest(
                        case.rows | waits, row.facts.plus(way.edges, way.present), table.own, node.this
                    )
                    found |= late
                    edges += more
            rows.append(replace(left, facts=left.facts.plus(edges), rows=left.rows | found))
        joined.rows = rows

    def _pairs(self, item: exp.Expr, joined: Joined) -> Iterable[tuple[Row, Case, Table]]:
        lateral = isinstance(item, exp.Lateral | exp.Unnest | exp.Subquery) or not isinstance(item.this, exp.Identifier)
        shared: Table | None = None
        for left in joined.rows:
            table = self.relations(item, left) if lateral or shared is None else shared
            shared = table
            for case in table.cases:
                yield left, case, table

    def _ways(self, row: Row, condition: exp.Expr | None) -> list[tuple[Row, Way, Waits]]:
        """The ways in which a pair passes: the row with what its condition's terms mean, the way, and what it waits for."""
        if condition is None:
            return [(row, Way(), NO_WAITS)]
        values = Evaluator(self.around, row)
        waits = frozenset(replace(w, lasting=True) for w in values.conditions.waits(condition))
        ways = values.conditions.true(condition)
        known = replace(row, facts=row.facts.plus(values.edges, values.present))
        return [(known, way, waits) for way in ways]

    def _latest(self, waits: Waits, facts: Facts, own: frozenset[Node], item: exp.Expr) -> tuple[Waits, list[Edge]]:
        return latest(self.terms, waits, facts, own, "FC305", self.around.number(item))

    def _optional(self, own: frozenset[Node], facts: Facts) -> Optional:
        present = {n for n in facts.present if not self.terms.variables(n).isdisjoint(own)}
        total = {n for n in own if isinstance(term := self.terms[n], Var) and term.total}
        return Optional(own, frozenset(present | total))

    def _touches(self, edge: Edge, own: frozenset[Node]) -> bool:
        return not (self.terms.variables(edge.low) | self.terms.variables(edge.high)).isdisjoint(own)


def _condition(node: exp.Join) -> exp.Expr | None:
    parts = [node.args[key] for key in ("on", "match_condition") if node.args.get(key)]
    if not parts:
        return None
    return parts[0] if len(parts) == 1 else exp.and_(*(part.copy() for part in parts))


def _paired(left: Row, item: exp.Expr, table: Table, case: Case, blamed: int | None) -> Row:
    """A row with one more relation in one of its cases."""
    values = dict(zip(table.keys, case.values, strict=False))
    rows = case.rows
    if blamed is not None:
        rows = frozenset(replace(w, rule="FC305", at=blamed) if w.rule == "FC315" else w for w in rows)
    tables = {**left.tables, _alias(item): values}
    return replace(left, facts=left.facts.and_(case.facts), rows=left.rows | rows, tables=tables)


def _new_edges(row: Row, left: Row, case: Case) -> Sequence[Edge]:
    """What evaluating the condition has added."""
    known = len(left.facts.edges) + len(case.facts.edges)
    return row.facts.edges[known:]


def _kept_present(left: Row, case: Case, side: str) -> frozenset[Node]:
    if side == "LEFT":
        return left.facts.present
    return case.facts.present if side == "RIGHT" else frozenset()


def _tagged(waits: Waits, side: int) -> Waits:
    return frozenset(replace(w, side=side) if not w.side else w for w in waits)


def _alias(item: exp.Expr) -> str:
    if item.alias_or_name:
        return str(item.alias_or_name)
    alias = item.args.get("alias")
    return alias.columns[0].name if isinstance(alias, exp.TableAlias) and alias.columns else ""


def alias_of(item: exp.Expr) -> str:
    """The name of a FROM item."""
    return _alias(item)


def empty_row(outer: Row | None) -> Row:
    """A row before any relation is read."""
    return Row(Facts(), NO_WAITS, {}, outer=outer)


Columns = Mapping[str, Value]
WaitSet = frozenset[Wait]
