"""Ranks of rows as ORDER BY lists."""

from featurec.codegen.query import Query
from featurec.codegen.spelling import sql_type
from featurec.plan.nodes import Rank
from featurec.spec import Column


def rank_terms(query: Query, rank: Rank, qualifier: str = "", descending: bool = True) -> str:
    """The ORDER BY list of a rank."""
    event = f"{qualifier}__fc_event {'DESC' if descending else 'ASC'}"
    return ", ".join([event, *tie_break(query, rank, qualifier, descending)])


def tie_break(query: Query, rank: Rank, qualifier: str = "", descending: bool = True) -> list[str]:
    """The terms of a rank after the event time."""
    way, least, greatest = ("DESC", "LAST", "FIRST") if descending else ("ASC", "FIRST", "LAST")
    terms = []
    if rank.created:
        terms.append(f"{qualifier}__fc_created {way} NULLS {least}")
    if rank.available:
        terms.append(f"{qualifier}__fc_available {way}")
    return terms + [f"{sortable(query, c, qualifier)} {way} NULLS {greatest}" for c in rank.columns]


def sortable(query: Query, column: Column, qualifier: str) -> str:
    """A column as it is ordered: text by bytes, and types without an order by their text."""
    expression = qualifier + query.id(column.name)
    cast = query.dialect.order_cast.get(column.type or "")
    if cast:
        expression = f"CAST({expression} AS {sql_type(cast, query.dialect.sqlglot)})"
    return query.dialect.order_text.format(x=expression) if "varchar" in (cast or column.type or "") else expression
