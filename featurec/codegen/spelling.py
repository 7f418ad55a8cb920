"""The skeletons of ``templates/sql`` filled in for a dialect, and how names, values and types are spelled there."""

from datetime import UTC, date, datetime
from decimal import Decimal
from functools import cache, lru_cache

import jinja2
from sqlglot import exp

from featurec.dialects.dialect import Dialect
from featurec.resources import template_root


def render_sql(template: str, dialect: Dialect, /, **values: object) -> str:
    """Render ``templates/sql/<template>``.

    Filters: ``ident`` quotes a name, or a tuple of name parts; ``literal`` a value; ``sqltype`` turns a
    DuckDB-spelled type into the dialect's; ``interval`` whole microseconds; ``instant`` and ``duration`` an instant and
    microseconds as windows take them. In a template with ``%(placeholders)s``, which the driver fills, what is filled in here
    ends with ``doubled``: its percent signs are none of the driver's.
    """
    return environment(dialect).get_template(template).render(**values, dialect=dialect)


def ident(name: str | tuple[str, ...], dialect: Dialect) -> str:
    """A quoted identifier, or the dotted path of several."""
    parts = (name,) if isinstance(name, str) else name
    return ".".join(_quoted(part, dialect.sqlglot) for part in parts)


@lru_cache(maxsize=65536)
def _quoted(name: str, sqlglot_dialect: str) -> str:
    return exp.to_identifier(name, quoted=True).sql(sqlglot_dialect)


def literal(value: object, dialect: Dialect) -> str:
    """A SQL literal for None, bool, int, float, Decimal, str, date or an aware datetime."""
    match value:
        case None:
            return "NULL"
        case bool():
            return "TRUE" if value else "FALSE"
        case int() | Decimal():
            return str(value)
        case float():
            return exp.cast(exp.Literal.string(repr(value)), "double").sql(dialect.sqlglot)
        case datetime():
            return dialect.timestamptz.format(text=value.astimezone(UTC).isoformat(" ", "microseconds"))
        case date():
            return exp.cast(exp.Literal.string(value.isoformat()), "date").sql(dialect.sqlglot)
        case str():
            return exp.Literal.string(value).sql(dialect.sqlglot)
    raise TypeError(f"no SQL literal for {type(value).__name__}")


@lru_cache(maxsize=1024)
def sql_type(name: str, sqlglot_dialect: str) -> str:
    """A DuckDB-spelled type in another dialect's spelling."""
    return exp.DataType.build(name, dialect="duckdb").sql(sqlglot_dialect)


@cache
def environment(dialect: Dialect) -> jinja2.Environment:
    """The skeletons with the filters that spell for a dialect."""
    environment = jinja2.Environment(
        loader=jinja2.FileSystemLoader(template_root() / "sql"),
        undefined=jinja2.StrictUndefined,
        autoescape=False,
        keep_trailing_newline=False,
        auto_reload=False,
    )
    environment.filters |= {
        "ident": lambda name: ident(name, dialect),
        "literal": lambda value: literal(value, dialect),
        "sqltype": lambda name: sql_type(name, dialect.sqlglot),
        "doubled": lambda sql: sql.replace("%", "%%"),
        "interval": dialect.interval,
        "instant": dialect.window_instant,
        "duration": dialect.window_duration,
    }
    return environment
