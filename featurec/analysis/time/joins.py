"""FROM and its joins: rows that stand beside each other, and what is known of them together.

A matched row waits for both sides. Where a side may be missing, it also waits until no match can come any more: for the last
row that the condition lets in, seen from the other side.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace

from sqlglot import exp

from featurec.analysis.time.bounds import latest
from featurec.analysis.time.comparisons import conjuncts
from featurec.analysis.time.expressions import Evaluator
from featurec.analysis.time.facts import Edge, Facts, Optional
from featurec.analysis.time.filters import joined_by
from featurec.analysis.time.merging import capped_rows
from featurec.analysis.time.nodes import Node, Var
from featurec.analysis.time.protocol import Surroundings
from featurec.analysis.time.tables import NO_WAITS, Case, Row, Table, Value, Waits, Way

_NULL = Value(null=True)
Relations = Callable[[exp.Expr, Row], Table]
"""The relation of a FROM item, for a row that it may read (LATERAL)."""


@dataclass
class Joined:
    """The rows of a FROM clause while it is read.

    Attributes:
        start: the row before any relation is read.
        own: variables of all its relations.
        side: how many outer joins there were.
    """

    start: Row
    rows: list[Row] = field(init=False)
    own: set[Node] = field(default_factory=set)
    side: int = 0

    def __post_init__(self) -> None:
        self.rows = [self.start]


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
        if kind == "ARRAY":
            self._product(node, None, joined)
        elif "SEMI" in (kind, side) or "ANTI" in (kind, side):
            self._existence(node, condition, joined)
        elif side in ("LEFT", "RIGHT", "FULL"):
            self._outer(node, condition, side, joined)
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
            known = (
                case if node is None else Case(case.facts, _blamed(case.rows, self.around.number(item)), case.values)
            )
            pair = _paired(left, item, table, known)
            for row, way, waits in self._ways(pair, condition):
                facts = row.facts.plus(way.edges, way.present)
                rows.append(replace(row, facts=facts, rows=row.rows | waits))
                if asof:
                    late, edges = self._latest(known.rows | waits, facts, table.own, item)
                    rows[-1] = replace(rows[-1], facts=facts.plus(edges), rows=rows[-1].rows | late)
        joined.rows = capped_rows(rows)
        joined.own |= own

    def _outer(self, node: exp.Join, condition: exp.Expr | None, side: str, joined: Joined) -> None:
        rows: list[Row] = []
        own: set[Node] = set()
        before = frozenset(joined.own)
        joined.side += 1
        is_pick = "ASOF" in (str(node.method or "").upper(), str(node.kind or "").upper())
        item = node.this
        blamed = self.around.number(item)
        alone: dict[int, Case] = {}
        tables: Mapping[str, Mapping[str, Value]] = {}
        for left, table in self._read(item, joined):
            own |= table.own
            tables = left.tables
            single = _is_single(table, condition, _alias(item))
            found: list[Row] = []
            for case in table.cases:
                known = Case(case.facts, _blamed(case.rows, blamed), case.values)
                alone.setdefault(id(case), known)
                for row, way, waits in self._ways(_paired(left, item, table, known), condition):
                    match = _Match(left, known, row, way, waits, single, is_pick)
                    found.append(self._unmatched(match, item, side, before, table, joined.side))
                    alone.pop(id(case), None)
            if not found and side != "RIGHT":
                # Nothing can match: the row stands alone all the same.
                found.append(replace(left, tables={**left.tables, _alias(item): dict.fromkeys(table.keys, _NULL)}))
            rows += found
        if side != "LEFT":
            if not joined.rows:
                table = self.relations(item, joined.start)
                own |= table.own
                alone = {id(case): case for case in table.cases}
            nothing = {alias: dict.fromkeys(values, _NULL) for alias, values in tables.items()}
            rows += [_paired(replace(joined.start, tables=nothing), item, table, case) for case in alone.values()]
        joined.rows = capped_rows(rows)
        joined.own |= own

    def _unmatched(
        self, match: "_Match", item: exp.Expr, side: str, before: frozenset[Node], table: Table, number: int
    ) -> Row:
        """The row of an outer join, matched or not: its optional side is NULL as a whole, or all that the match says holds."""
        left, right, row = match.left, match.right, match.row
        matched = row.facts.plus(match.way.edges, match.way.present)
        optional = [*left.facts.optional, *right.facts.optional]
        late: Waits = NO_WAITS
        early: Waits = NO_WAITS
        edges: list[Edge] = []
        name = _alias(item)
        tables = dict(row.tables)
        if side in ("LEFT", "FULL"):
            late, more = self._latest(right.rows | match.waits, matched, table.own, item)
            # Which row ASOF picks is not certain as long as others may come.
            late = late if match.is_pick else self._missing(late, table.own)
            edges += more
            optional.append(self._optional(table.own, matched if side == "LEFT" else right.facts))
            tables[name] = _waiting(tables[name], late | right.rows)
        if side in ("RIGHT", "FULL"):
            early, more = self._latest(left.rows | match.waits, matched, before, item)
            early = self._missing(early, before)
            edges += more
            optional.append(self._optional(before, matched if side == "RIGHT" else left.facts))
            tables |= {alias: _waiting(values, early) for alias, values in left.tables.items()}
        # What the condition says of one side alone does not hold where the other is missing.
        sides = {"LEFT": [table.own], "RIGHT": [before], "FULL": [table.own, before]}[side]
        kept = [edge for edge in match.way.edges if all(self._touches(edge, nodes) for nodes in sides)]
        facts = Facts(
            (*left.facts.edges, *right.facts.edges, *match.defined, *kept, *edges),
            {"LEFT": left.facts.present, "RIGHT": right.facts.present, "FULL": frozenset[Node]()}[side],
            tuple(optional),
        )
        new = right.rows | late | early | match.waits
        if side == "LEFT" and match.single:
            return replace(row, facts=facts, rows=left.rows, tables=tables, sides={**row.sides, name: number})
        if side == "LEFT":
            return replace(
                row,
                facts=facts,
                rows=left.rows | _tagged(new, number),
                tables=tables,
                sides={**row.sides, name: number},
            )
        return replace(row, facts=facts, rows=left.rows | new, tables=tables)

    def _existence(self, node: exp.Join, condition: exp.Expr | None, joined: Joined) -> None:
        """SEMI and ANTI: the left row stays or goes, by whether there is a match."""
        rows: list[Row] = []
        for left in joined.rows:
            found: Waits = NO_WAITS
            edges: list[Edge] = []
            table = self.relations(node.this, left)
            for case in table.cases:
                pair = _paired(left, node.this, table, case)
                for row, way, waits in self._ways(pair, condition):
                    late, more = self._latest(
                        case.rows | waits, row.facts.plus(way.edges, way.present), table.own, node.this
                    )
                    found |= {replace(w, rule="FC314") if w.rule == "FC305" else w for w in late}
                    edges += more
            rows.append(replace(left, facts=left.facts.plus(edges), rows=left.rows | found))
        joined.rows = rows

    def _pairs(self, item: exp.Expr, joined: Joined) -> Iterable[tuple[Row, Case, Table]]:
        for left, table in self._read(item, joined):
            for case in table.cases:
                yield left, case, table

    def _read(self, item: exp.Expr, joined: Joined) -> Iterable[tuple[Row, Table]]:
        """The relation of an item beside each row; what cannot look at the row is read once."""
        lateral = isinstance(item, exp.Lateral | exp.Unnest | exp.Subquery) or not isinstance(item.this, exp.Identifier)
        shared: Table | None = None
        for left in joined.rows:
            table = self.relations(item, left) if lateral or shared is None else shared
            shared = table
            yield left, table

    def _ways(self, row: Row, condition: exp.Expr | None) -> list[tuple[Row, Way, Waits]]:
        """The ways in which a pair passes: the row with what its condition's terms mean, the way, and what it waits for."""
        if condition is None:
            return [(row, Way(), NO_WAITS)]
        values = Evaluator(self.around, row)
        waits = joined_by(values, condition)
        ways = values.conditions.true(condition)
        known = replace(row, facts=row.facts.plus(values.edges, values.present))
        return [(known, way, waits) for way in ways]

    def _latest(self, waits: Waits, facts: Facts, own: frozenset[Node], item: exp.Expr) -> tuple[Waits, list[Edge]]:
        return latest(self.terms, waits, facts, own, "FC305", self.around.number(item))

    def _optional(self, own: frozenset[Node], facts: Facts) -> Optional:
        """A side that may be missing. ``facts``: what holds where it is there; of a LEFT JOIN, all that a match says."""
        return Optional(own, facts.present | self._total(own))

    def _missing(self, waits: Waits, own: frozenset[Node]) -> Waits:
        """What it waits for to be certain that a side has no row."""
        total = self._total(own)
        return frozenset(replace(w, unless=total) if not w.unless else w for w in waits)

    def _total(self, own: frozenset[Node]) -> frozenset[Node]:
        return frozenset(n for n in own if isinstance(term := self.terms[n], Var) and term.total)

    def _touches(self, edge: Edge, own: frozenset[Node]) -> bool:
        return not (self.terms.variables(edge.low) | self.terms.variables(edge.high)).isdisjoint(own)


def _is_single(table: Table, condition: exp.Expr | None, alias: str) -> bool:
    """Whether a condition lets in one row at most: it says what each column is of a set that tells all rows apart."""
    given: set[str] = set()
    for part in conjuncts(condition) if condition is not None else ():
        if isinstance(part, exp.EQ):
            for ours, theirs in ((part.left, part.right), (part.right, part.left)):
                column = ours.unnest()
                if isinstance(column, exp.Column) and column.table == alias and not _reads(theirs, alias):
                    given.add(column.name)
    return any(columns <= given for columns in table.unique)


def _reads(node: exp.Expr, alias: str) -> bool:
    return any(column.table == alias for column in node.find_all(exp.Column))


def _condition(node: exp.Join) -> exp.Expr | None:
    parts = [node.args[key] for key in ("on", "match_condition") if node.args.get(key)]
    if not parts:
        return None
    return parts[0] if len(parts) == 1 else exp.and_(*(part.copy() for part in parts))


@dataclass(frozen=True)
class _Match:
    """A pair that passes the condition in one way.

    Attributes:
        left, right: the sides, each in one case.
        row: both together.
        waits: what the condition waits for.
        single: no other row of the right side matches the same row of the left one.
        is_pick: it is one of several that would (ASOF).
    """

    left: Row
    right: Case
    row: Row
    way: Way
    waits: Waits
    single: bool = False
    is_pick: bool = False

    @property
    def defined(self) -> tuple[Edge, ...]:
        """Facts about terms that the condition has made."""
        return self.row.facts.edges[len(self.left.facts.edges) + len(self.right.facts.edges) :]


def _paired(left: Row, item: exp.Expr, table: Table, case: Case) -> Row:
    """A row with one more relation in one of its cases."""
    values = dict(zip(table.keys, case.values, strict=False))
    tables = {**left.tables, _alias(item): values}
    return replace(left, facts=left.facts.and_(case.facts), rows=left.rows | case.rows, tables=tables)


def _blamed(waits: Waits, at: int) -> Waits:
    """Rows that are joined on are let in by the join."""
    return frozenset(replace(w, rule="FC305", at=at) if w.rule == "FC315" else w for w in waits)


def _waiting(values: Mapping[str, Value], waits: Waits) -> dict[str, Value]:
    return {key: replace(value, waits=value.waits | waits) for key, value in values.items()}


def _tagged(waits: Waits, side: int) -> Waits:
    return frozenset(replace(w, side=side) if not w.side else w for w in waits)


def _alias(item: exp.Expr) -> str:
    if isinstance(item, exp.Final):
        return _alias(item.this)
    pivots = item.args.get("pivots")
    if pivots and pivots[-1].alias:
        return str(pivots[-1].alias)
    if item.alias_or_name:
        return str(item.alias_or_name)
    alias = item.args.get("alias")
    return alias.columns[0].name if isinstance(alias, exp.TableAlias) and alias.columns else ""


def empty_row(outer: Row | None) -> Row:
    """A row before any relation is read."""
    return Row(Facts(), NO_WAITS, {}, outer=outer)


def sides_of(nodes: Iterable[exp.Expr], row: Row) -> set[int]:
    """The outer joins whose optional sides expressions read."""
    read = {column.table for node in nodes for column in node.find_all(exp.Column)}
    return {row.sides[alias] for alias in read if alias in row.sides}
