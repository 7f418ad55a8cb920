"""How far before its stamp the source rows lie that a row is made of."""

from collections.abc import Iterator, Mapping

from sqlglot import exp

from featurec.analysis.time.claims import Claim, stamp_of
from featurec.analysis.time.nodes import FUTURE, Linear
from featurec.analysis.time.order import MAX_STEPS, Order
from featurec.analysis.time.queries import Queries
from featurec.analysis.time.tables import Case, Table, Wait

_OF_CALLS = ("FC301", "FC302", "FC303", "FC306", "FC310")
_LOST = "what its time is made of could not be followed"
_TIRED = "there are too many times in its SQL to find out how old the rows are that it reads"


def reaches(queries: Queries, table: Table, claim: Claim) -> tuple[Mapping[str, int], str]:
    """Key of a relation -> the least L for which every row of it that a row of the query is made of is known from the row's stamp − L on.

    Args:
        queries: worked out from behind.
        table: the relation of the whole query.

    Returns:
        The reaches, and the reason why there are none.
    """
    found: dict[str, int] = {}
    for case, stamp in _stamped(queries, table, claim):
        if stamp is None:
            return {}, _LOST
        order = Order(queries.terms, case.facts.plus(present=[stamp.plus]))
        if order.uppers(stamp.plus) is None:
            continue
        for wait in _waits(case):
            if wait.unless and order.knows(wait.unless):
                continue
            by = _by(order, stamp, wait)
            if by is None:
                return {}, _TIRED if queries.terms.steps > MAX_STEPS else _reason(queries, wait)
            found[wait.origin] = max(found.get(wait.origin, 0), by)
    return found, ""


def undated(queries: Queries, table: Table, claim: Claim, sources: frozenset[str]) -> frozenset[str]:
    """Those of ``sources`` of which rows without a time may have a part in a row of the query.

    ``queries`` were worked out of relations whose rows wait for nothing but a time of their own.
    """
    found: set[str] = set()
    for case, stamp in _stamped(queries, table, claim):
        order = Order(queries.terms, case.facts if stamp is None else case.facts.plus(present=[stamp.plus]))
        waits = [wait for wait in _waits(case) if not (wait.unless and order.knows(wait.unless))]
        if not all(wait.origin for wait in waits):
            return sources
        found |= {wait.origin for wait in waits}
    return frozenset(found)


def _stamped(queries: Queries, table: Table, claim: Claim) -> Iterator[tuple[Case, Linear | None]]:
    """The cases in which a row has a stamp, and that; None where it is no time that could be followed."""
    for case in table.cases:
        values = dict(zip(table.keys, case.values, strict=False))
        stamps = [values.get(name) for name in claim.stamp]
        if not any(stamp is not None and stamp.null for stamp in stamps):
            yield case, stamp_of(queries, stamps, claim)


def _waits(case: Case) -> Iterator[Wait]:
    waits = case.rows.union(*(value.waits for value in case.values))
    return iter(sorted(waits, key=lambda w: (w.node != FUTURE, w.origin, w.at, w.node)))


def _by(order: Order, stamp: Linear, wait: Wait) -> int | None:
    """The least c known with stamp ≤ wait + c, where there is something to wait for; None where there is no such."""
    if wait.node == FUTURE or not wait.origin:
        return None
    bounds = order.uppers(stamp.plus, frozenset({wait.node}))
    if bounds is None:
        return 0
    bound = bounds.get(wait.node)
    return None if bound is None else bound + stamp.offset


def _reason(queries: Queries, wait: Wait) -> str:
    name = wait.origin.partition(".")[2]
    call = queries.node(wait.at, exp.Null()) if wait.rule in _OF_CALLS else None
    if call is not None and isinstance(call, exp.Func | exp.Window | exp.Filter | exp.WithinGroup):
        return f"`{_said(call, queries.dialect)}` reads rows of any age"
    return f"nothing bounds how old the rows of `{name}` are" if name else wait.what or _LOST


def _said(call: exp.Expr, dialect: str) -> str:
    """A call as an author would write it, without its window."""
    plain = (call.this if isinstance(call, exp.Window) else call).copy()
    for column in plain.find_all(exp.Column):
        column.replace(exp.column(column.name))
    return str(plain.sql(dialect=dialect, normalize_functions="lower", identify=False))
