"""Stars and the names of output columns."""

import re

from sqlglot import exp

from featurec.analysis.environment import Names, Scope
from featurec.analysis.relation import Output, Relation, union
from featurec.analysis.types import fields_of

_SIMPLE = re.compile(r"(?:\w|\.\*|[.^$|])*")
"""Patterns that take no time to match; what an author writes is not trusted with more."""


def expand(projection: exp.Expr, scope: Scope) -> Relation | None:
    """The columns of ``*``, ``t.*`` (EXCLUDE, REPLACE and RENAME heeded) or DuckDB's COLUMNS; None for other items."""
    star = _star(projection)
    if star is None:
        columns = projection.find(exp.Columns)
        return None if columns is None else _columns(columns, scope)
    table = projection.table if isinstance(projection, exp.Column) else ""
    if table:
        relation = scope.source(table) or _fields(scope.column(table))
        relations = [relation] if relation else []
    else:
        relations = [relation for _, relation in scope.visible()]
    outputs: list[Output] = []
    merged: set[str] = set()
    for relation in relations:
        for output in relation.outputs:
            if not table and output.key in scope.merged:
                if output.key not in merged:
                    merged.add(output.key)
                    outputs.append(scope.merged[output.key])
                continue
            outputs.append(output)
    return _changed(star, outputs, relations)


def output_name(projection: exp.Expr, index: int, names: Names, scope: Scope) -> tuple[str, str]:
    """Key and spelling of a projection's column: the alias, else the column's own name, as the author wrote it."""
    if isinstance(projection, exp.Alias | exp.Subquery):
        alias = projection.args.get("alias")
        identifier = alias.this if isinstance(alias, exp.TableAlias) else alias
        if isinstance(identifier, exp.Identifier):
            if "spelled" in identifier.meta or "line" in identifier.meta:
                return identifier.name, str(identifier.meta.get("spelled") or identifier.name)
            own = projection.this.output_name == identifier.name  # else RENAME made the alias
            return identifier.name, (own and _spelling(projection.this, names, scope)) or identifier.name
    key = projection.output_name or f"_col_{index}"
    return key, _spelling(projection, names, scope) or key


def _spelling(node: exp.Expr, names: Names, scope: Scope) -> str | None:
    """The author's name of an unaliased column; a star's column is spelled as it is declared."""
    inner = node.unnest()
    if isinstance(inner, exp.Coalesce):  # what USING becomes
        inner = inner.this
    if isinstance(inner, exp.Dot):
        return str(inner.expression.meta.get("spelled") or inner.expression.name)
    if not isinstance(inner, exp.Column) or not isinstance(inner.this, exp.Identifier):
        return None
    found = names.output(inner, scope)
    return found.name if found else None


def _fields(column: Output | None) -> Relation | None:
    """The columns of ``s.*`` where s is a struct."""
    if column is None:
        return None
    fields = [Output(n.lower(), n, column.edges, type_, column.zones) for n, type_ in fields_of(column.type)]
    return Relation(fields, opaque=not fields, coarse=column.edges)


def _star(projection: exp.Expr) -> exp.Star | None:
    if isinstance(projection, exp.Star):
        return projection
    if isinstance(projection, exp.Column) and isinstance(projection.this, exp.Star):
        return projection.this
    return None


def _changed(star: exp.Star, outputs: list[Output], relations: list[Relation]) -> Relation:
    left_out = {part.name for part in star.args.get("except_") or ()}
    renamed = {part.this.name: part.args["alias"] for part in star.args.get("rename") or ()}
    kept = []
    for output in outputs:
        if output.key in left_out:
            continue
        alias = renamed.get(output.key)
        if alias is not None:
            kept.append(Output(alias.name, str(alias.meta.get("spelled") or alias.name), output.edges, output.type))
        else:
            kept.append(output)
    for part in star.args.get("replace") or ():
        kept = [Output(o.key, o.name, o.edges) if o.key == part.alias else o for o in kept]
    unknown = [relation for relation in relations if relation.opaque]
    return Relation(kept, opaque=bool(unknown), coarse=union(r.edges for r in unknown))


def _columns(node: exp.Columns, scope: Scope) -> Relation:
    """``COLUMNS('regex')``, ``COLUMNS(*)``: one column per match, its value not typed."""
    outputs = [output for _, relation in scope.visible() for output in relation.outputs]
    this = node.this
    if isinstance(this, exp.Literal) and _SIMPLE.fullmatch(this.name):
        pattern = re.compile(this.name, re.IGNORECASE)
        outputs = [output for output in outputs if pattern.search(output.name)]
    elif isinstance(this, exp.Star):
        left_out = {part.name for part in this.args.get("except_") or ()}
        outputs = [output for output in outputs if output.key not in left_out]
    else:
        return Relation((), opaque=True, coarse=union(output.edges for output in outputs))
    if node.parent and not isinstance(node.parent, exp.Select):
        outputs = [Output(o.key, o.name, o.edges) for o in outputs]
    return Relation(outputs)
