"""From declarations and SQL to an analyzed project: references, graph, names, types, lineage, contract."""

from collections.abc import Collection

from featurec.analysis import fingerprint
from featurec.analysis.graph import cycles, topological_order
from featurec.analysis.model import AnalyzedProject, AnalyzedView
from featurec.analysis.names import RelationNames
from featurec.analysis.scope import Resolved, resolve
from featurec.analysis.services import check_services
from featurec.analysis.upstream import Catalog, Upstream
from featurec.analysis.view import analyze_view
from featurec.diagnostic import Diagnostic, has_errors, in_order
from featurec.parse import parse_select
from featurec.spec import FeatureView, Project, Spine
from featurec.template import TemplateContext, render


def analyze(
    project: Project, context: TemplateContext, names: Collection[str] | None = None
) -> tuple[AnalyzedProject, list[Diagnostic]]:
    """Understand every view and spine of a project.

    Args:
        project: the declarations.
        context: what templates see.
        names: only these views and spines, and the views that they read; None for all.

    Returns:
        What could be understood, and all findings in order of place. A view with errors is missing from the
        result; so is a view below one, which has no findings for that.
    """
    findings: list[Diagnostic] = []
    resolved = _resolve(project, context, names, findings)
    parents = {key: unit.relations for key, unit in resolved.items()}
    findings += cycles(parents, {key: unit.references for key, unit in resolved.items()})
    catalog = Catalog()
    for table in project.sources.values():
        catalog.add(Upstream.of_source(table, fingerprint.of_source(table)))
    views: dict[str, AnalyzedView] = {}
    spines: dict[str, AnalyzedView] = {}
    for key in topological_order(parents):
        unit = resolved[key]
        if unit.broken or not all(relation in catalog for relation in unit.relations):
            continue
        found, found_findings = analyze_view(unit, catalog, project.entities, project.timezone)
        findings += found_findings
        if found is None:
            continue
        if isinstance(unit.spec, Spine):
            spines[unit.spec.name] = found
        else:
            views[unit.spec.name] = found
            catalog.add(Upstream.of_view(found))
    findings += check_services(project, views, names)
    ordered = dict(sorted(views.items()))
    result = AnalyzedProject(project, ordered, dict(sorted(spines.items())), tuple(views))
    return result, in_order(findings)


def _resolve(
    project: Project, context: TemplateContext, names: Collection[str] | None, findings: list[Diagnostic]
) -> dict[str, Resolved]:
    """Render, parse and resolve the views and spines that are wanted, and what they read; broken ones are missing."""
    relation_names = RelationNames.of(project)
    declared: list[FeatureView | Spine] = [*project.views.values(), *project.spines.values()]
    units = {unit.key: unit for unit in declared}
    waiting = [key for key, unit in units.items() if names is None or unit.name in names]
    seen = set(waiting)
    resolved: dict[str, Resolved] = {}
    while waiting:
        unit = units[waiting.pop()]
        rendered, rendering = render(unit, context)
        findings += rendering
        if rendered is None or has_errors(rendering):
            continue
        tree, parsing = parse_select(rendered, unit.dialect)
        findings += parsing
        if tree is None or has_errors(parsing):
            continue
        found, resolving = resolve(unit, rendered, tree, relation_names)
        findings += resolving
        if has_errors(resolving):
            continue
        resolved[unit.key] = found
        for relation in found.relations:
            if relation in units and relation not in seen:
                seen.add(relation)
                waiting.append(relation)
    return resolved
