"""One view or spine: from resolved SQL to its analyzed form. Pure: the same arguments give the same result."""

from collections.abc import Mapping
from dataclasses import replace

from sqlglot import exp

from featurec.analysis import fingerprint
from featurec.analysis.contract import check
from featurec.analysis.definition import query_digests
from featurec.analysis.lineage import Walker
from featurec.analysis.model import AnalyzedView, Lineage
from featurec.analysis.on_demand import check_expressions
from featurec.analysis.qualify import qualified_copy
from featurec.analysis.relation import Output, Relation
from featurec.analysis.row_filters import check_filters
from featurec.analysis.scope import Resolved
from featurec.analysis.tested import check_tests
from featurec.analysis.time.check import check_time
from featurec.analysis.time.scans import Knowledge
from featurec.analysis.types import NAIVE, family, shown
from featurec.analysis.upstream import Catalog
from featurec.analysis.windowed_contract import check_aggregations
from featurec.column_type import canonical_type
from featurec.diagnostic import Diagnostic, has_errors
from featurec.parse import span_of
from featurec.source import Span
from featurec.spec import Aggregation, Entity, FeatureView, Spine


def analyze_view(
    resolved: Resolved,
    catalog: Catalog,
    entities: Mapping[str, Entity],
    timezone: str,
    known: Mapping[str, Knowledge],
) -> tuple[AnalyzedView | None, list[Diagnostic]]:
    """Analyze one view or spine.

    Args:
        resolved: its SQL with every relation known.
        catalog: those relations.
        entities: of the project.
        timezone: of the project, for naive times that come from no source.
        known: when rows of each relation become known.

    Returns:
        The view, None where a finding forbids to understand it; and every finding, not only the first. A view that sees
        the future is understood nevertheless.
    """
    spec = resolved.spec
    if isinstance(spec, FeatureView) and spec.inputs:
        refused = check_expressions(spec, resolved.rendered, resolved.tree)
        if refused:
            return None, refused
    _name_outputs(resolved.tree)
    tree, qualified = qualified_copy(resolved.tree, resolved.relations, spec.dialect, catalog)
    walker = Walker(spec, resolved.rendered, catalog)
    relation = walker.relation(tree, None, {})
    findings = list(walker.names.findings)
    places = _places(resolved, relation)
    problems, columns = check(spec, entities, relation.outputs, relation.opaque, places, not findings)
    findings += problems
    findings += check_aggregations(spec, columns, places, not walker.names.findings)
    if has_errors(findings) or _is_misdeclared(spec):
        return None, findings
    lineage = _lineage(relation)
    zones = _zones(relation, timezone)
    of_time, time = check_time(spec, resolved.rendered, tree, catalog, known, places, lineage, zones)
    findings += of_time
    resolved_sql = resolved.tree.sql(dialect=spec.dialect, comments=False, copy=False)
    qualified_sql = resolved_sql
    if qualified:
        _spell(tree, relation, walker)
        qualified_sql = tree.sql(dialect=spec.dialect, comments=False, copy=False)
    parents = [(key, catalog[key].fingerprint) for key in resolved.relations]
    outputs = [output.name for output in relation.outputs]
    known_tree = tree if qualified else None
    digests = query_digests(known_tree, qualified_sql, resolved.rendered.sql, spec.dialect, outputs)
    view = AnalyzedView(
        spec=spec,
        rendered=resolved.rendered.sql,
        map=resolved.rendered.map,
        resolved_sql=resolved_sql,
        qualified_sql=qualified_sql,
        columns=columns,
        inferred={output.name: shown(output.type) for output in relation.outputs},
        relations=resolved.relations,
        lineage=lineage,
        zones=zones,
        fingerprint=fingerprint.of_view(spec, resolved.rendered.sql, entities, parents),
        time=time,
        digests=digests,
    )
    filters, of_filters = check_filters(view, known, places)
    understood = len(filters) == len({a.filter for a in _aggregations(spec) if a.filter is not None})
    findings += of_filters
    if isinstance(spec, FeatureView) and spec.tests:
        conditions, of_tests = check_tests(view)
        findings += of_tests
        understood = understood and not has_errors(of_tests)
        view = replace(view, conditions=conditions)
    return (replace(view, filters=filters) if understood else None), findings


def _aggregations(spec: FeatureView | Spine) -> tuple[Aggregation, ...]:
    return spec.aggregations if isinstance(spec, FeatureView) else ()


def _is_misdeclared(spec: FeatureView | Spine) -> bool:
    """Whether a feature's type is none, which the reader of the header has said."""
    return isinstance(spec, FeatureView) and any(canonical_type(feature.type) is None for feature in spec.features)


def _name_outputs(tree: exp.Query) -> None:
    """Give every output a name of its own: engines would each invent another."""
    select = leftmost(tree)
    for index, projection in enumerate(select.expressions if select else ()):
        named = isinstance(projection, exp.Alias | exp.Aliases | exp.Column | exp.Star) or projection.alias
        if named or projection.is_star or projection.find(exp.Columns):
            continue
        name = exp.to_identifier(projection.output_name or f"_col_{index}")
        projection.replace(exp.Alias(this=projection.copy(), alias=name))


def leftmost(tree: exp.Expr) -> exp.Select | None:
    """The SELECT that gives a query its column names."""
    node: exp.Expr | None = tree
    while isinstance(node, exp.SetOperation | exp.Subquery):
        node = node.this
    return node if isinstance(node, exp.Select) else None


def _places(resolved: Resolved, relation: Relation) -> dict[str, Span]:
    """Output name -> where the author's SELECT list says it; a star for those that it brings."""
    select = leftmost(resolved.tree)
    projections = list(select.expressions) if select else []
    found: dict[str, Span] = {}
    star: Span | None = None
    for projection in projections:
        alias = projection.args.get("alias") if isinstance(projection, exp.Alias) else None
        at = alias if isinstance(alias, exp.Identifier) and "line" in alias.meta else projection
        if projection.is_star:
            star = star or span_of(projection, resolved.rendered)
        else:
            place = span_of(at, resolved.rendered)
            found.setdefault(projection.alias_or_name, place)
            found.setdefault(projection.alias_or_name.lower(), place)
    places = ((o.name, found.get(o.name) or found.get(o.name.lower()) or star) for o in relation.outputs)
    return {name: place for name, place in places if place}


def _spell(tree: exp.Expr, relation: Relation, walker: Walker) -> None:
    """Give columns of relations their declared names and outputs their author's, quoted."""
    for column, name in walker.names.spelled.values():
        if column.name != name:
            column.this.set("this", name)
    select = leftmost(tree)
    if select is None or len(select.expressions) != len(relation.outputs):
        return
    changed: dict[str, str] = {}
    for projection, output in zip(select.expressions, relation.outputs, strict=True):
        alias = projection.args.get("alias")
        if isinstance(alias, exp.Identifier) and alias.name != output.name:
            changed[alias.name] = output.name
            alias.set("this", output.name)
    if not changed:
        return
    node: exp.Expr | None = select
    while isinstance(node, exp.Query):
        order = node.args.get("order")
        for column in order.find_all(exp.Column) if order else ():
            if not column.table and column.name in changed:
                column.this.set("this", changed[column.name])
        node = node.parent


def _lineage(relation: Relation) -> Lineage:
    return Lineage({o.name: tuple(sorted(o.edges)) for o in relation.outputs}, tuple(sorted(relation.rows)))


def _zones(relation: Relation, timezone: str) -> dict[str, str]:
    """The zone of each naive time; of texts and untyped columns too, which may become one."""
    found = {}
    for output in relation.outputs:
        if family(output.type) in NAIVE and not output.zones:
            found[output.name] = timezone
        elif len(output.zones) == 1 and _may_be_time(output):
            found[output.name] = next(iter(output.zones))
    return found


def _may_be_time(output: Output) -> bool:
    return family(output.type) in (*NAIVE, "text", None)
