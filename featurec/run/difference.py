"""Two collections of rows, compared whatever their order."""

import math
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal

from featurec.spec import Column

TOLERANCE = 1e-9
"""Relative difference up to which two floats are equal."""

Row = Mapping[str, object]


@dataclass(frozen=True)
class Changed:
    """A row that is there with other values.

    Attributes:
        number: of the expected row, from 0.
        columns: those whose values differ.
    """

    number: int
    expected: Row
    actual: Row
    columns: tuple[str, ...]


@dataclass(frozen=True)
class Difference:
    """What differs between expected and actual rows.

    Attributes:
        columns: those that are compared, in order.
        missing: number, from 0, and values of expected rows that are not there.
        unexpected: rows that are there and not expected.
    """

    columns: tuple[str, ...]
    missing: tuple[tuple[int, Row], ...]
    unexpected: tuple[Row, ...]
    changed: tuple[Changed, ...]


def difference(
    columns: Sequence[Column], identity: Collection[str | None], expected: Sequence[Row], actual: Sequence[Row]
) -> Difference | None:
    """What differs in the columns; None where both hold the same rows, each as often.

    Args:
        identity: columns that say which row is meant: what agrees in all of them that are compared, and occurs once on
            both sides, is one row with other values.
    """
    names = tuple(column.name for column in columns)
    rest = [{name: row[name] for name in names} for row in actual]
    missing: list[tuple[int, Row]] = []
    for number, row in enumerate(expected):
        at = next((n for n, other in enumerate(rest) if _same_row(row, other, names)), None)
        if at is None:
            missing.append((number, row))
        else:
            del rest[at]
    unexpected: list[Row] = sorted(rest, key=lambda row: [(row[n] is not None, str(row[n])) for n in names])
    if not missing and not unexpected:
        return None
    by = [name for name in names if name in identity]
    changed: list[Changed] = []
    for number, row in list(missing):
        others = [other for other in unexpected if _same_row(row, other, by)]
        rivals = [other for _, other in missing if _same_row(row, other, by)]
        if (by or len(unexpected) == 1) and len(others) == len(rivals) == 1:
            differing = tuple(name for name in names if not same(row[name], others[0][name]))
            changed.append(Changed(number, row, others[0], differing))
            missing.remove((number, row))
            unexpected.remove(others[0])
    return Difference(names, tuple(missing), tuple(unexpected), tuple(changed))


def same(left: object, right: object) -> bool:
    """Whether two values are equal: floats up to ``TOLERANCE``, NaN to NaN, nested values part by part."""
    if isinstance(left, float) or isinstance(right, float):
        if isinstance(left, int | float | Decimal) and isinstance(right, int | float | Decimal):
            one, other = float(left), float(right)
            return (math.isnan(one) and math.isnan(other)) or math.isclose(one, other, rel_tol=TOLERANCE)
        return False
    if isinstance(left, list) and isinstance(right, list):
        return len(left) == len(right) and all(same(a, b) for a, b in zip(left, right, strict=True))
    if isinstance(left, Mapping) and isinstance(right, Mapping):
        return left.keys() == right.keys() and all(same(value, right[name]) for name, value in left.items())
    return left == right


def _same_row(left: Row, right: Row, names: Sequence[str]) -> bool:
    return all(same(left[name], right[name]) for name in names)
