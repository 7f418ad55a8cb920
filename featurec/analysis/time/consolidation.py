"""One mistake is one finding: what only follows from something else that is said becomes part of it."""

from collections.abc import Callable, Hashable, Iterable, Sequence
from dataclasses import replace

from sqlglot import exp

from featurec.analysis.time.claims import Breach
from featurec.analysis.time.frames import definition
from featurec.analysis.time.queries import Queries
from featurec.analysis.time.reads import read_in, read_of
from featurec.analysis.time.stamps import Stamps, items_of, query_of, source_of

_LATE_ROWS = ("FC305", "FC309", "FC314")
_FOLLOWS = ("FC306", "FC310", "FC315")
_PICKS = ("FC301", "FC311")


def consolidated(found: Sequence[Breach], queries: Queries, stamps: Stamps) -> list[Breach]:
    """One breach for each mistake.

    A stamp that is too early is one mistake, however many columns are gathered until later. What a join lets in also
    reaches all that is computed of it, and the LIMIT that picks among it. A SELECT that gathers without end does so for
    each of its aggregates. No error is dropped, only told as part of another.
    """
    mistakes = _Mistakes(queries, stamps)
    groups: dict[Hashable, list[Breach]] = {}
    for breach in found:
        for named in mistakes.named(breach):
            groups.setdefault(mistakes.key(named), []).append(named)
    merged = [_merged(group) for group in groups.values()]
    for follows in (mistakes.follows_from_rows, mistakes.follows_from_stamp):
        merged = _absorbed(merged, follows)
    return merged


class _Mistakes:
    """Tells which breaches of a query are the same mistake."""

    def __init__(self, queries: Queries, stamps: Stamps) -> None:
        self.queries = queries
        self.stamps = stamps

    def named(self, breach: Breach) -> list[Breach]:
        """Under the rule of its reason: rows that other FROM items than the stamp's let in are the joins'."""
        if breach.at < 0:
            return [breach]
        node = self._node(breach)
        if breach.rule in ("FC305", "FC309") and isinstance(node.parent, exp.Except | exp.Intersect):
            return [replace(breach, rule="FC314")]
        if breach.rule == "FC305" and _is_item(node):
            return [self._at_its_item(breach, node)]
        items = self._joined(breach, node) if breach.rule in ("FC305", "FC306", "FC309", "FC315") else {}
        rule = "FC309" if breach.rule == "FC309" else "FC305"
        return [replace(breach, rule=rule, at=at, whats=whats) for at, whats in items.items()] or [breach]

    def key(self, breach: Breach) -> Hashable:
        """Equal for breaches that are one mistake."""
        whats = frozenset(breach.whats)
        if breach.rule in ("FC306", "FC315") and breach.late is not None:
            return "early"
        if breach.rule in ("FC306", "FC310"):
            return breach.rule, whats, id(self._node(breach).parent_select)
        if breach.rule in ("FC305", "FC309"):
            return "rows", whats, id(self._outermost(self._node(breach)))
        return "latest" if breach.rule == "FC311" else id(breach)

    def follows_from_rows(self, breach: Breach, root: Breach) -> bool:
        """What is computed of rows that a join or subquery lets in, and which of them is picked."""
        if root.rule not in _LATE_ROWS or not set(breach.whats) <= set(root.whats):
            return False
        node, item = self._node(breach), self._node(root)
        if isinstance(node, exp.Limit | exp.Fetch):
            return breach.rule in _PICKS and self._outermost(node) is self._outermost(item)
        if breach.rule in _FOLLOWS:
            return root.rule != "FC314" and _follows(node, item)
        if breach.rule in ("FC301", "FC302"):
            joined = root.rule == "FC305" and _is_item(item) and self._passes(item, root)
            return joined and isinstance(node, exp.Window) and self._looks_back(breach)
        return breach.rule in ("FC305", "FC309") and not _is_item(node) and _is_item(item) and _follows(node, item)

    def follows_from_stamp(self, breach: Breach, root: Breach) -> bool:
        """What looks ahead only because the stamp is the start of what it stands for."""
        if root.rule not in ("FC306", "FC315") or breach.at < 0:
            return False
        node = self._node(breach)
        if breach.rule == "FC303" and root.rule == "FC315":
            return isinstance(node, exp.Window) and isinstance(node.this, exp.Lag)
        early = root.late is not None and breach.late is not None and breach.late <= root.late
        return early and breach.rule == "FC301" and set(breach.whats) <= set(root.whats)

    def _looks_back(self, breach: Breach) -> bool:
        """Whether a window is ordered by when its late rows become known, or by another table's column, up to the row."""
        node = self._node(breach)
        named = node.parent_select.args.get("windows") if node.parent_select is not None else None
        window = definition(node, {part.name: part for part in named or ()})
        if not window.order or window.descending or _ends_later(window.spec):
            return False
        key, select = window.first.unnest(), node.parent_select
        if not isinstance(key, exp.Column) or not isinstance(select, exp.Select):
            return False
        columns = [_column(what) for what in breach.whats]
        late = [read for column in columns for read in read_in(select, *column)]
        return all(read.item.alias_or_name != key.table or read.name == key.name for read in late)

    def _passes(self, item: exp.Expr, breach: Breach) -> bool:
        """Whether an item says of its rows when they become known, so that they can be bounded."""
        select = item.parent_select
        if not isinstance(select, exp.Select):
            return False
        reads = [read_of(select, item, *_column(what)) for what in breach.whats]
        return all(read is not None and read.name is not None for read in reads)

    def _at_its_item(self, breach: Breach, node: exp.Expr) -> Breach:
        """Of a join, at the side that brings the late rows; an ASOF LEFT JOIN adds and drops no rows."""
        select = node.parent_select
        if breach.outputs and _is_asof_left(node.parent):
            breach = replace(breach, rows=False)
        if not isinstance(select, exp.Select) or not breach.whats:
            return breach
        found = [[r.item for name in w.split(" and ") for r in read_in(select, *_column(name))] for w in breach.whats]
        ours = found[0][0] if found[0] else node
        is_other = all(items and all(item is ours for item in items) for items in found)
        return replace(breach, at=self.queries.number(ours)) if is_other and ours is not node else breach

    def _joined(self, breach: Breach, node: exp.Expr) -> dict[int, list[str]]:
        """The FROM items that the late rows come from, and what is late of each; none where the stamp's own are late too."""
        level = self.stamps.at(node)
        if level is None or level.inner or len(items_of(level.select)) < 2:
            return {}
        ours = {column.table for column in level.stamp.find_all(exp.Column)}
        stamped = source_of(level.select, next(iter(ours))) if len(ours) == 1 else None
        if stamped is None or level.stamp.find(exp.AggFunc) or not _has_rows(stamped):
            return {}
        found: dict[int, list[str]] = {}
        for what in breach.whats:
            reads = [read for name in what.split(" and ") for read in read_in(level.select, *_column(name))]
            others = [read for read in reads if read.item is not stamped]
            own = [read.name for read in reads if read.item is stamped]
            stamp = level.stamp.unnest()
            known = all(isinstance(stamp, exp.Column) and name == stamp.name for name in own)
            if not others or not known or any(read.item is not others[0].item for read in others):
                return {}
            found.setdefault(self.queries.number(others[0].item), []).append(what)
        return found

    def _node(self, breach: Breach) -> exp.Expr:
        return self.queries.nodes[breach.at]

    def _outermost(self, node: exp.Expr) -> exp.Expr:
        """The FROM item or subquery that a node is part of, for nodes that stand for one read of a table."""
        top = node
        while node.parent is not None and not isinstance(node.parent, exp.CTE):
            node = node.parent
            if isinstance(node, exp.Subquery | exp.Lateral | exp.Exists | exp.In):
                top = node
        return top


def _absorbed(breaches: Sequence[Breach], follows: Callable[[Breach, Breach], bool]) -> list[Breach]:
    """With those that follow from another made part of it."""
    kept = list(breaches)
    for breach in breaches:
        root = next((other for other in kept if other is not breach and follows(breach, other)), None)
        if root is not None and breach in kept:
            kept[kept.index(root)] = _with(root, breach)
            kept.remove(breach)
    return kept


def _with(root: Breach, other: Breach) -> Breach:
    """A breach that also tells what another one affects."""
    return replace(
        root,
        mild=root.mild and other.mild,
        outputs=_distinct([*root.outputs, *other.outputs]),
        rows=root.rows or other.rows,
        late=_later([root, other]),
    )


def _merged(breaches: Sequence[Breach]) -> Breach:
    """One breach for several; buckets are the reason where there are any, and a time of its own where it is compared with."""
    rules = {b.rule for b in breaches}
    rule = "FC309" if "FC309" in rules else min(rules)
    items = [b for b in breaches if b.rule == rule]
    merged = Breach(rule, items[0].at, all(b.mild for b in breaches), rows=any(b.rows for b in breaches))
    merged.whats = _distinct(what for b in breaches for what in b.whats)
    merged.outputs = _distinct(name for b in breaches for name in b.outputs)
    merged.late = _later(breaches)
    return merged


def _later(breaches: Sequence[Breach]) -> int | None:
    lates = [b.late for b in breaches]
    return None if None in lates else max(late or 0 for late in lates)


def _distinct(names: Iterable[str]) -> list[str]:
    return list(dict.fromkeys(names))


def _column(what: str) -> tuple[str, str]:
    """Relation and column of a name for people."""
    relation, _, column = what.strip("`").rpartition(".")
    return relation, column


def _is_asof_left(node: exp.Expr | None) -> bool:
    """A join that gives each row of its left side one match or none."""
    if not isinstance(node, exp.Join) or str(node.side).upper() != "LEFT":
        return False
    return "ASOF" in (str(node.method).upper(), str(node.kind).upper())


def _ends_later(spec: exp.Expr | None) -> bool:
    """Whether a frame ends after the row."""
    return spec is not None and str(spec.args.get("end_side") or "").upper() == "FOLLOWING"


def _has_rows(item: exp.Expr) -> bool:
    """Whether a FROM item is a relation or a query, not a function that makes rows of its arguments."""
    return isinstance(item.this, exp.Identifier | exp.Query)


def _is_item(node: exp.Expr) -> bool:
    return isinstance(node.parent, exp.From | exp.Join)


def _follows(node: exp.Expr, item: exp.Expr) -> bool:
    """Whether a node is computed of the rows of the SELECT that an item is read in, or of the item itself."""
    select, around = node.parent_select, item.parent_select
    if not isinstance(select, exp.Select) or not isinstance(around, exp.Select):
        return False
    return select is around or _is_read(around, select) or _is_read(select, around)


def _is_read(inner: exp.Select, outer: exp.Select, seen: frozenset[int] = frozenset()) -> bool:
    """Whether a SELECT is what a FROM item of another one stands for."""
    if id(outer) in seen:
        return False
    for item in items_of(outer):
        query = query_of(item)
        for select in query.find_all(exp.Select) if query is not None else ():
            if select is inner or _is_read(inner, select, seen | {id(outer)}):
                return True
    return False
