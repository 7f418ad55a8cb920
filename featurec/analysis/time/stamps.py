"""Where the stamp comes from: what it is in each SELECT on its way through common table expressions and subqueries."""

from collections.abc import Iterator
from dataclasses import dataclass

from sqlglot import exp

from featurec.analysis.model import RELATION_DB


@dataclass(frozen=True)
class Level:
    """A SELECT that the stamp comes through. ``inner``: it is seen from a subquery of that SELECT."""

    select: exp.Select
    stamp: exp.Expr
    inner: bool = False


class Stamps:
    """The stamp of a query, SELECT by SELECT."""

    def __init__(self, tree: exp.Query, name: str | None) -> None:
        self._levels: dict[int, Level] = {}
        self._origins: set[tuple[object, str]] = set()
        names = [projection.alias_or_name for projection in tree.selects]
        if name in names:
            self._trace(tree, names.index(name))

    def at(self, node: exp.Expr) -> Level | None:
        """What the stamp is where a node stands; None where nothing of it is seen from there."""
        select = node if isinstance(node, exp.Select) else node.parent_select
        inner = False
        while isinstance(select, exp.Select):
            found = self._levels.get(id(select))
            if found is not None:
                return Level(found.select, found.stamp, inner)
            if not _sees_outwards(select):
                beside = self._beside(select)
                return None if beside is None else Level(select, beside, inner)
            select, inner = select.parent_select, True
        return None

    @property
    def is_generated(self) -> bool:
        """Whether the stamp is a value of a series, which says nothing of rows."""
        for level in self._levels.values():
            column = level.stamp.find(exp.Column)
            source = source_of(level.select, column.table) if column is not None else None
            if source is not None and not isinstance(source.this, exp.Identifier | exp.Query):
                return True
        return False

    def is_other_branch(self, level: Level, tree: exp.Query) -> bool:
        """Whether a level is another SELECT of a set operation than the one that names its columns."""
        return any(level.select is select for select in list(_selects(tree))[1:])

    def _beside(self, select: exp.Select) -> exp.Expr | None:
        """The stamp in a SELECT that it does not come through, but that reads the rows that it comes from."""
        for item in items_of(select):
            for identity, name in self._origins:
                alias = item.args.get("alias")
                if identity is not None and identity == _identity(item) and isinstance(alias, exp.TableAlias):
                    return exp.Column(this=exp.to_identifier(name), table=alias.this.copy())
        return None

    def _trace(self, query: exp.Expr | None, index: int) -> None:
        for select in _selects(query):
            if id(select) in self._levels or index >= len(select.selects):
                continue
            stamp = select.selects[index].unalias()
            self._levels[id(select)] = Level(select, stamp)
            column = stamp.unnest()
            source = source_of(select, column.table) if isinstance(column, exp.Column) else None
            if source is not None:
                self._origins.add((_identity(source), column.name))
            below = query_of(source) if source is not None else None
            place = None if below is None or source is None else column_index(source, below, column.name)
            if place is not None:
                self._trace(below, place)


def _identity(item: exp.Expr) -> object:
    """Equal for items that are the same relation or common table expression."""
    if not isinstance(item, exp.Table):
        return None
    query = query_of(item)
    return item.name if item.db == RELATION_DB else None if query is None else id(query)


def _selects(query: exp.Expr | None) -> Iterator[exp.Select]:
    """The SELECTs that give a query its rows."""
    match query:
        case exp.Subquery():
            yield from _selects(query.this)
        case exp.SetOperation():
            yield from _selects(query.this)
            yield from _selects(query.expression)
        case exp.Select():
            yield query


def _sees_outwards(select: exp.Select) -> bool:
    """Whether a SELECT may read columns of the one around it."""
    around = select.parent
    while isinstance(around, exp.Subquery | exp.SetOperation):
        if isinstance(around, exp.Subquery) and isinstance(around.parent, exp.From | exp.Join):
            return False
        around = around.parent
    return around is not None and not isinstance(around, exp.CTE)


def items_of(select: exp.Select) -> list[exp.Expr]:
    """The items of a FROM clause, in order."""
    from_ = select.args.get("from_")
    first = [from_.this] if from_ is not None else []
    joins = [join.this for join in select.args.get("joins") or ()]
    items = [*first, *(select.args.get("laterals") or ()), *joins]
    return [inner for item in items for inner in _parenthesised(item)]


def _parenthesised(item: exp.Expr) -> list[exp.Expr]:
    """The items of a join in parentheses, or the item itself."""
    if not isinstance(item, exp.Subquery) or isinstance(item.this, exp.Query) or item.alias:
        return [item]
    first = item.this
    return [first, *(join.this for join in first.args.get("joins") or ())]


def source_of(select: exp.Select, alias: str) -> exp.Expr | None:
    """The FROM item that is called so."""
    return next((item for item in items_of(select) if alias and item.alias_or_name == alias), None)


def query_of(item: exp.Expr) -> exp.Expr | None:
    """The query that a FROM item stands for; None for a relation of the project."""
    if isinstance(item, exp.Subquery | exp.Lateral):
        return item.this if isinstance(item.this, exp.Query) else None
    if not isinstance(item, exp.Table) or item.db == RELATION_DB or item.db:
        return None
    around = item.parent
    while around is not None:
        with_ = around.args.get("with_")
        for cte in with_.expressions if isinstance(with_, exp.With) else ():
            if cte.alias == item.name:
                return cte.this if isinstance(cte.this, exp.Query) and not _is_within(item, cte) else None
        around = around.parent
    return None


def column_index(item: exp.Expr, query: exp.Expr, name: str) -> int | None:
    """Which column of a FROM item's query has a name."""
    alias = item.args.get("alias")
    given = [c.name for c in alias.columns] if isinstance(alias, exp.TableAlias) else []
    names = given or (
        [projection.alias_or_name for projection in query.selects] if isinstance(query, exp.Query) else []
    )
    return names.index(name) if name in names else None


def _is_within(node: exp.Expr, other: exp.Expr) -> bool:
    at: exp.Expr | None = node
    while at is not None and at is not other:
        at = at.parent
    return at is not None
