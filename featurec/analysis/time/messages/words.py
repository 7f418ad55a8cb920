"""Lists, lengths of time and names, as people write them."""

from collections.abc import Sequence

from sqlglot import exp

from featurec.analysis.time.nodes import DAY, HOUR, SECOND

MINUTE = 60 * SECOND
_UNITS = ((DAY, "d", "DAY"), (HOUR, "h", "HOUR"), (MINUTE, "min", "MINUTE"), (SECOND, "s", "SECOND"))
_QUOTED_INTERVALS = frozenset({"postgres", "redshift", "snowflake"})


def listed(names: Sequence[str]) -> str:
    """``a, b and c``; a long list by its first three."""
    if len(names) > 4:
        return ", ".join(names[:3]) + f" and {len(names) - 3} more"
    return " and ".join([", ".join(names[:-1]), names[-1]] if len(names) > 1 else names)


def duration(microseconds: int) -> str:
    """The shortest duration of a header that is not shorter: ``1d``, ``90min``."""
    count, short, _ = _whole(microseconds)
    return f"{count}{short}"


def interval(microseconds: int, dialect: str) -> str:
    """An interval in SQL that is not shorter."""
    count, _, unit = _whole(microseconds)
    return interval_of(count, unit, dialect)


def interval_of(count: int, unit: str, dialect: str) -> str:
    """``INTERVAL 1 DAY``, as the dialect writes it."""
    return f"INTERVAL '{count} {unit.lower()}'" if dialect in _QUOTED_INTERVALS else f"INTERVAL {count} {unit}"


def _whole(microseconds: int) -> tuple[int, str, str]:
    seconds = max(-(-microseconds // SECOND), 1) * SECOND
    width, short, unit = next(found for found in _UNITS if seconds % found[0] == 0)
    return seconds // width, short, unit


def name_of(name: str, dialect: str) -> str:
    """A declared or folded name as SQL."""
    plain = name.lower() if dialect == "snowflake" and name.isupper() else name
    return str(exp.to_identifier(plain).sql(dialect=dialect or None))


def spelled(identifier: exp.Expr | None, dialect: str) -> str:
    """An identifier as its author spells it."""
    if not isinstance(identifier, exp.Identifier):
        return ""
    name = identifier.meta.get("spelled") if identifier._meta else None
    return str(name) if name else name_of(identifier.name, dialect)
