"""The author's checked tree as SQL of a dialect, its relations replaced by what they are there."""

from collections.abc import Callable, Mapping

from sqlglot import ErrorLevel, exp
from sqlglot.errors import SqlglotError, UnsupportedError
from sqlglot.optimizer.annotate_types import annotate_types
from sqlglot.schema import MappingSchema, Schema

from featurec.analysis.model import RELATION_DB, AnalyzedProject, AnalyzedView
from featurec.analysis.scope import FEATURE, INPUT
from featurec.analysis.windowed import relation_columns
from featurec.diagnostic import Diagnostic
from featurec.dialects.dialect import Dialect

Relation = Callable[[str], str]
"""Relation key -> what stands in FROM: a table, a table function or a parenthesised query, in the target dialect."""


def author_sql(
    view: AnalyzedView, analyzed: AnalyzedProject, dialect: Dialect, relation: Relation
) -> tuple[str | None, list[Diagnostic]]:
    """The view's SELECT for a dialect, formatted, without comments.

    In the author's own dialect the tree is printed as it was checked. For another one it is the qualified,
    type-annotated tree with its stars expanded, and whatever the target is known not to have is a finding.
    """
    if dialect.sqlglot == view.spec.dialect:
        tree = view.resolved_tree()
    else:
        tree = annotate_types(view.qualified_tree(), schema=_schema(view, analyzed), dialect=view.spec.dialect)
        findings = list(_refusals(tree, view, dialect))
        if findings:
            return None, findings
    for table in list(tree.find_all(exp.Table)):
        if table.db == RELATION_DB:
            _replace(table, relation(table.name), dialect)
    return _printed(tree, view, dialect)


def condition_sql(condition: str, view: AnalyzedView, dialect: Dialect) -> tuple[str | None, list[Diagnostic]]:
    """A condition on a row of a view, as of ``AnalyzedView.filters``, for a dialect."""
    tree: exp.Expr = exp.maybe_parse(condition, dialect=view.spec.dialect)
    if dialect.sqlglot != view.spec.dialect:
        table = exp.to_identifier("rows", quoted=True)
        for column in tree.find_all(exp.Column):
            column.set("table", table.copy())
        columns = {c.name: c.type or "unknown" for c in view.columns}
        query = exp.select(tree).from_(exp.Table(this=table))
        query = annotate_types(
            query, schema=MappingSchema({"rows": columns}, dialect="duckdb", normalize=False), dialect=view.spec.dialect
        )
        findings = list(_refusals(query, view, dialect))
        if findings:
            return None, findings
        tree = query.expressions[0]
        for column in tree.find_all(exp.Column):
            column.set("table", None)
    return _printed(tree, view, dialect)


def expressions_sql(
    view: AnalyzedView, dialect: Dialect, reads: Callable[[str, str], exp.Expr]
) -> tuple[Mapping[str, str] | None, list[Diagnostic]]:
    """The outputs of an on-demand view as expressions: output column -> SQL of the dialect.

    Args:
        reads: what stands for a column of the stand-in tables of inputs and features, given table and name in lower case. It
            has a type of its own.
    """
    translated = dialect.sqlglot != view.spec.dialect
    tree = view.qualified_tree() if translated else view.resolved_tree()
    for column in list(tree.find_all(exp.Column)):
        if column.table in (INPUT, FEATURE):
            read = reads(column.table, column.name.lower())
            # Of typed operands sqlglot prints some functions anew; what is in DuckDB's SQL already stays as it is.
            column.replace(read if translated else exp.var(read.sql(dialect=dialect.sqlglot)))
    if translated:
        tree = annotate_types(tree, dialect=view.spec.dialect)
        findings = list(_refusals(tree, view, dialect))
        if findings:
            return None, findings
    found = {}
    for output, projection in zip(view.columns, tree.selects, strict=True):
        sql, findings = _printed(projection.unalias(), view, dialect)
        if sql is None:
            return None, findings
        found[output.name] = sql
    return found, []


def _printed(tree: exp.Expr, view: AnalyzedView, dialect: Dialect) -> tuple[str | None, list[Diagnostic]]:
    try:
        sql = tree.sql(
            dialect=dialect.sqlglot, pretty=True, comments=False, copy=False, unsupported_level=ErrorLevel.RAISE
        )
    except UnsupportedError as error:
        return None, [_finding(view, dialect, "FC501", str(error).strip(), "rewrite it with what both dialects have")]
    except (SqlglotError, AttributeError, ValueError, TypeError) as error:
        # sqlglot's generators have bugs of their own; to the author it is the same as a construct not supported.
        return None, [_finding(view, dialect, "FC501", f"sqlglot cannot print it: {error}", "rewrite it more simply")]
    return sql, []


def _replace(table: exp.Table, source: str, dialect: Dialect) -> None:
    """Put ``source`` in the table's place, keeping alias, joins and whatever else hangs on the node."""
    alias = table.args.get("alias") or exp.TableAlias(
        this=exp.to_identifier(table.name.rpartition(".")[2], quoted=True)
    )
    new = _parsed(source, dialect.sqlglot)
    kept = {key: value for key, value in table.args.items() if key not in {"this", "db", "catalog", "alias"} and value}
    for key, value in kept.items():
        new.set(key, value)
    new.set("alias", alias)
    table.replace(new)


def _parsed(source: str, dialect: str) -> exp.Expr:
    """The node of what may stand in FROM."""
    found: exp.Expr = exp.select().from_(source, dialect=dialect).args["from_"].this
    return found


def _schema(view: AnalyzedView, analyzed: AnalyzedProject) -> Schema:
    tables: dict[str, Mapping[str, str]] = {}
    for key in view.relations:
        name = key.partition(".")[2]
        is_view = key.startswith("view.")
        columns = relation_columns(analyzed.views[name]) if is_view else analyzed.project.sources[key].columns
        tables[key] = {c.name: c.type or "unknown" for c in columns}
    return MappingSchema({RELATION_DB: tables}, dialect="duckdb", normalize=False)


def _refusals(tree: exp.Expr, view: AnalyzedView, dialect: Dialect) -> list[Diagnostic]:
    found = []
    for node in tree.walk():
        if isinstance(node, exp.Join) and "ASOF" in (node.method, node.kind):
            found.append(
                _finding(
                    view,
                    dialect,
                    "FC503",
                    "an ASOF join of the author's is copied, not translated, and may mean another thing there",
                    "write it as LEFT JOIN LATERAL (… ORDER BY … DESC LIMIT 1), which both have",
                )
            )
            continue
        name = node.name.lower() if isinstance(node, exp.Anonymous) else type(node).__name__.lower()
        reason = dialect.refuses.get(name)
        if reason:
            found.append(_finding(view, dialect, "FC501", reason, "use a function that both dialects have"))
        elif isinstance(node, exp.Anonymous) and name not in dialect.functions:
            found.append(
                _finding(
                    view,
                    dialect,
                    "FC502",
                    f"`{name}` is not among the functions known to mean the same in {dialect.name}",
                    f"write the view in {dialect.name} SQL (`dialect: {dialect.name}` in its header) or use another function",
                )
            )
    return found


def _finding(view: AnalyzedView, dialect: Dialect, code: str, cause: str, fix: str) -> Diagnostic:
    return Diagnostic(
        code,
        f"`{view.name}` is written in {view.spec.dialect} SQL and cannot be rendered for {dialect.name}",
        view.spec.spans.get("dialect", view.spec.span),
        cause,
        fix,
    )
