"""Where a SELECT reads a column that findings name: the FROM item, and what it is called there."""

from dataclasses import dataclass

from sqlglot import exp

from featurec.analysis.model import RELATION_DB
from featurec.analysis.time.stamps import column_index, items_of, query_of, source_of


@dataclass(frozen=True)
class Read:
    """A column of a relation in one SELECT.

    Attributes:
        select: that reads it.
        item: of its FROM clause, that the column comes from.
        name: of the column there, as the tree has it; None where the item only computes with it.
    """

    select: exp.Select
    item: exp.Expr
    name: str | None


def relation_of(table: exp.Table) -> str | None:
    """What findings call a relation of the project; None for any other table."""
    return table.name.partition(".")[2] if table.db == RELATION_DB else None


def read_in(select: exp.Select, relation: str, column: str) -> list[Read]:
    """The items of a SELECT that bring rows of a relation."""
    return [read for item in items_of(select) if (read := read_of(select, item, relation, column)) is not None]


def read_of(select: exp.Select, item: exp.Expr, relation: str, column: str) -> Read | None:
    """How an item brings a column of a relation; None where it does not read it."""
    if isinstance(item, exp.Table) and relation_of(item) is not None:
        return Read(select, item, column) if relation_of(item) == relation else None
    query = query_of(item)
    if query is None or not reads(query, relation):
        return None
    return Read(select, item, _passed(item, query, relation, column))


def reads(query: exp.Expr, relation: str, seen: frozenset[int] = frozenset()) -> bool:
    """Whether a query reads a relation, itself or by its common table expressions."""
    if id(query) in seen:
        return False
    seen |= {id(query)}
    for table in query.find_all(exp.Table):
        if relation_of(table) == relation:
            return True
        below = query_of(table) if relation_of(table) is None else None
        if below is not None and reads(below, relation, seen):
            return True
    return False


def passes_rows(query: exp.Expr) -> bool:
    """Whether a query returns the rows that it reads one by one."""
    select = query.this if isinstance(query, exp.Subquery) else query
    if not isinstance(select, exp.Select) or select.args.get("group") or select.args.get("distinct"):
        return False
    return not any(isinstance(projection.unalias(), exp.AggFunc) for projection in select.selects)


def _passed(item: exp.Expr, query: exp.Expr, relation: str, column: str) -> str | None:
    """The name under which a query passes a column on, row by row."""
    select = query.this if isinstance(query, exp.Subquery) else query
    if not isinstance(select, exp.Select) or not passes_rows(select):
        return None
    names = _given(item) or [projection.alias_or_name for projection in select.selects]
    for projection, name in zip(select.selects, names, strict=False):
        value = projection.unalias().unnest()
        source = source_of(select, value.table) if isinstance(value, exp.Column) else None
        below = read_of(select, source, relation, column) if source is not None else None
        if below is not None and below.name == value.name:
            return name if column_index(item, select, name) is not None else None
    return None


def _given(item: exp.Expr) -> list[str]:
    alias = item.args.get("alias")
    return [c.name for c in alias.columns] if isinstance(alias, exp.TableAlias) else []
