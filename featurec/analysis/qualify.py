"""Runs sqlglot's ``qualify`` on a copy, and repairs what it gets wrong."""

import logging
from collections.abc import Iterable

from sqlglot import exp
from sqlglot.dialects.dialect import Dialect, NormalizationStrategy
from sqlglot.errors import SqlglotError
from sqlglot.optimizer.normalize_identifiers import normalize_identifiers
from sqlglot.optimizer.qualify import qualify
from sqlglot.schema import MappingSchema

from featurec.analysis.model import RELATION_DB
from featurec.analysis.upstream import Catalog

FAILURES = (SqlglotError, AttributeError, TypeError, ValueError, LookupError, AssertionError, RecursionError)
"""What sqlglot raises where it meets SQL that it does not model."""

_VALUES_COLUMNS = {
    "duckdb": ("col", 0),
    "spark": ("col", 1),
    "databricks": ("col", 1),
    "trino": ("_col", 0),
    "clickhouse": ("c", 1),
}
"""How engines call the columns of VALUES, and from what number."""

# What sqlglot would warn of on standard error, featurec reports as findings.
logging.getLogger("sqlglot").addHandler(logging.NullHandler())


def qualified_copy(tree: exp.Query, relations: Iterable[str], dialect: str, catalog: Catalog) -> tuple[exp.Query, bool]:
    """A copy with stars expanded and every column under its table, names folded as the dialect folds them.

    A folded identifier keeps the author's spelling in ``meta["spelled"]``. Columns that cannot be resolved stay as
    they are. The second value is false where sqlglot could not do it: the copy is then only folded.
    """
    copy = _prepared(tree, dialect)
    if copy.find(exp.Columns):  # DuckDB's, which qualify would name like one column
        return normalize_identifiers(copy, dialect=dialect), False
    asof = [join for join in copy.find_all(exp.Join) if _is_asof_using(join)]
    schema = MappingSchema(
        {RELATION_DB: {key: catalog.schema(key, dialect) for key in relations}}, dialect=dialect, normalize=False
    )
    try:
        done = qualify(
            copy,
            schema=schema,
            dialect=dialect,
            allow_partial_qualification=True,
            validate_qualify_columns=False,
        )
    except FAILURES:
        return normalize_identifiers(_prepared(tree, dialect), dialect=dialect), False
    for join in asof:
        _restore_inequality(join)
    if any(dot.is_star for dot in done.find_all(exp.Dot)):  # s.* of a struct, which no longer parses
        return normalize_identifiers(_prepared(tree, dialect), dialect=dialect), False
    return done, True


def _prepared(tree: exp.Query, dialect: str) -> exp.Query:
    """A copy that notes the spelling of each name that folding will change, with names for the columns of VALUES."""
    copy = tree.copy()
    strategy = Dialect.get_or_raise(dialect).normalization_strategy
    upper = strategy is NormalizationStrategy.UPPERCASE
    folds = strategy is not NormalizationStrategy.LOWERCASE  # Postgres outputs the folded name
    for node in copy.find_all(exp.Identifier, exp.Values, exp.Star):
        if isinstance(node, exp.Values):
            _name_values(node, dialect)
        elif isinstance(node, exp.Star):
            _note_place(node)
        elif upper or (folds and node.name != node.name.lower()):
            node.meta["spelled"] = node.name
    return copy


def _note_place(star: exp.Star) -> None:
    """Leave a star's place with its SELECT: the columns that it will become have none."""
    select = star.parent_select
    if select is not None and "start" in star.meta:
        select.meta.setdefault("star", (star.meta["start"], star.meta["end"] + 1))


def _name_values(values: exp.Values, dialect: str) -> None:
    alias = values.args.get("alias") or exp.TableAlias()
    rows = values.expressions
    if alias.args.get("columns") or not rows or not isinstance(rows[0], exp.Tuple):
        return
    prefix, first = _VALUES_COLUMNS.get(dialect, ("column", 1))
    names = [f"{prefix}{first + i}" for i in range(len(rows[0].expressions))]
    alias.set("columns", [exp.to_identifier(name) for name in names])
    values.set("alias", alias)


def _is_asof_using(join: exp.Join) -> bool:
    asof = "ASOF" in (join.method, join.kind)
    return asof and bool(join.args.get("using")) and not join.args.get("match_condition")


def _restore_inequality(join: exp.Join) -> None:
    """ASOF … USING (k, t) means equal k and left.t >= right.t; qualify makes both equalities."""
    on = join.args.get("on")
    last = on.expression if isinstance(on, exp.And) else on
    if not isinstance(last, exp.EQ):
        return
    right = last.expression
    last.replace(exp.GTE(this=last.this, expression=right))
    select = join.parent_select
    for call in list(select.find_all(exp.Coalesce)) if select else ():
        # `ts` alone is the left one; what an author wrote has positions.
        parts = [call.this, *call.expressions]
        made = all(isinstance(p, exp.Column) and "line" not in p.this.meta for p in parts)
        if made and parts[-1] == right and len(parts) > 1:
            call.replace(parts[0] if len(parts) == 2 else exp.func("coalesce", *parts[:-1]))
