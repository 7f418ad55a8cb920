"""Runs sqlglot's ``qualify`` on a copy, and repairs what it gets wrong."""

from collections.abc import Iterable

from sqlglot import exp
from sqlglot.dialects.dialect import Dialect
from sqlglot.errors import SqlglotError
from sqlglot.optimizer.normalize_identifiers import normalize_identifiers
from sqlglot.optimizer.qualify import qualify
from sqlglot.schema import MappingSchema

from featurec.analysis.model import RELATION_DB
from featurec.analysis.upstream import Catalog

FAILURES = (SqlglotError, AttributeError, TypeError, ValueError, LookupError, AssertionError, RecursionError)
"""What sqlglot raises where it meets SQL that it does not model."""


def qualified_copy(tree: exp.Query, relations: Iterable[str], dialect: str, catalog: Catalog) -> tuple[exp.Query, bool]:
    """A copy with stars expanded and every column under its table, names folded as the dialect folds them.

    A folded identifier keeps the author's spelling in ``meta["spelled"]``. Columns that cannot be resolved stay as
    they are. The second value is false where sqlglot could not do it: the copy is then only folded.
    """
    copy = tree.copy()
    _keep_spelling(copy, dialect)
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
        copy = tree.copy()
        _keep_spelling(copy, dialect)
        return normalize_identifiers(copy, dialect=dialect), False
    for join in asof:
        _restore_inequality(join)
    return done, True


def _keep_spelling(tree: exp.Query, dialect: str) -> None:
    """Note the spelling of each name that folding will change."""
    known = Dialect.get_or_raise(dialect)
    for identifier in tree.find_all(exp.Identifier):
        name = identifier.name
        if name != name.lower() or known.normalization_strategy.value.endswith("UPPERCASE"):
            identifier.meta["spelled"] = name


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
