"""Too many alternatives become fewer: what all of them share is kept, and a doubt tells that something was given up."""

from collections.abc import Sequence
from dataclasses import replace
from functools import reduce

from featurec.analysis.time.facts import Facts, Optional
from featurec.analysis.time.tables import Case, Row, Value, Waits

MAX_ALTERNATIVES = 48
_DOUBT = f"there are more than {MAX_ALTERNATIVES} alternatives in what the conditions allow"


def capped_rows(rows: Sequence[Row]) -> list[Row]:
    """At most ``MAX_ALTERNATIVES`` rows of one FROM clause; the last stands for all that are left over."""
    if len(rows) <= MAX_ALTERNATIVES:
        return list(rows)
    return [*rows[: MAX_ALTERNATIVES - 1], reduce(_either_row, map(_doubted_row, rows[MAX_ALTERNATIVES - 1 :]))]


def capped_cases(cases: Sequence[Case]) -> tuple[Case, ...]:
    """At most ``MAX_ALTERNATIVES`` cases; the last stands for all that are left over."""
    if len(cases) <= MAX_ALTERNATIVES:
        return tuple(cases)
    rest = reduce(_either_case, map(_doubted_case, cases[MAX_ALTERNATIVES - 1 :]))
    return (*cases[: MAX_ALTERNATIVES - 1], rest)


def _either_row(a: Row, b: Row) -> Row:
    tables = {
        alias: {key: _either_value(value, b.tables[alias][key]) for key, value in values.items()}
        for alias, values in a.tables.items()
    }
    return replace(a, facts=_either_facts(a.facts, b.facts), rows=a.rows | b.rows, tables=tables)


def _either_case(a: Case, b: Case) -> Case:
    values = tuple(_either_value(x, y) for x, y in zip(a.values, b.values, strict=True))
    return Case(_either_facts(a.facts, b.facts), a.rows | b.rows, values)


def _either_facts(a: Facts, b: Facts) -> Facts:
    edges = set(b.edges)
    sides = {side.variables: side.present for side in a.optional}
    for side in b.optional:
        sides[side.variables] = sides.get(side.variables, side.present) & side.present
    optional = tuple(Optional(variables, present) for variables, present in sides.items())
    return Facts(tuple(edge for edge in a.edges if edge in edges), a.present & b.present, optional)


def _either_value(a: Value, b: Value) -> Value:
    if a == b:
        return a
    return Value(
        a.waits | b.waits,
        a.linear if a.linear == b.linear else None,
        a.null and b.null,
        a.constant if a.constant == b.constant else None,
        a.nature if a.nature == b.nature else None,
        a.aware and b.aware,
    )


def _doubted_row(row: Row) -> Row:
    tables = {alias: {k: _doubted_value(v) for k, v in values.items()} for alias, values in row.tables.items()}
    return replace(row, rows=_doubted(row.rows), tables=tables)


def _doubted_case(case: Case) -> Case:
    return Case(case.facts, _doubted(case.rows), tuple(map(_doubted_value, case.values)))


def _doubted_value(value: Value) -> Value:
    return replace(value, waits=_doubted(value.waits)) if value.waits else value


def _doubted(waits: Waits) -> Waits:
    return frozenset(replace(wait, doubt=wait.doubt or _DOUBT) for wait in waits)
