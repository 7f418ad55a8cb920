"""From declarations and SQL to an analyzed project: references, graph, names, types, lineage, contract."""

from collections.abc import Collection, Mapping
from typing import TYPE_CHECKING

from featurec.analysis import fingerprint
from featurec.analysis.graph import cycles, topological_order
from featurec.analysis.memory import Memory, Remembered
from featurec.analysis.model import AnalyzedProject, AnalyzedView
from featurec.analysis.names import RelationNames
from featurec.analysis.on_demand import check_on_demand
from featurec.analysis.scope import Resolved, resolve
from featurec.analysis.services import check_services
from featurec.analysis.tested import check_relationships, check_sources
from featurec.analysis.unit_tests import check_unit_tests
from featurec.analysis.upstream import Catalog, Upstream
from featurec.diagnostic import Diagnostic, has_errors, in_order
from featurec.parse import parse_select
from featurec.spec import FeatureView, Project, Spine
from featurec.template import TemplateContext, render

if TYPE_CHECKING:
    from featurec.analysis.time.scans import Knowledge


def analyze(
    project: Project,
    context: TemplateContext,
    names: Collection[str] | None = None,
    memory: Memory | None = None,
) -> tuple[AnalyzedProject, list[Diagnostic]]:
    """Understand every view and spine of a project.

    Args:
        project: the declarations.
        context: what templates see.
        names: only these views and spines, and the views that they read; None for all.
        memory: views of an earlier run, taken as they were where nothing that they depend on has changed.

    Returns:
        What could be understood, and all findings in order of place. A view with errors is missing from the
        result; so is a view below one, which has no findings for that.
    """
    work = _Analysis(project, context, memory)
    parents = work.read(names)
    order = topological_order(parents)
    if memory and len(order) < len(parents):
        # What is remembered has no places to show a cycle with.
        return analyze(project, context, names)
    work.findings += cycles(parents, {key: unit.references for key, unit in work.resolved.items()})
    for key in order:
        work.analyze(key)
    findings = [*context.macros.findings, *work.findings, *check_services(project, work.views, names)]
    findings += check_relationships(project, work.views, names)
    findings += check_unit_tests(project, work.views, names)
    findings += check_on_demand(project, work.views, names)
    conditions, of_sources = check_sources(project)
    views, spines = dict(sorted(work.views.items())), dict(sorted(work.spines.items()))
    of_unit = dict(sorted(work.of_unit.items()))
    analyzed = AnalyzedProject(project, views, spines, tuple(work.views), of_unit, conditions)
    findings += of_sources
    return analyzed, in_order(findings)


class _Analysis:
    """The views and spines of a project on their way from files to results, which grow in order of reference."""

    def __init__(self, project: Project, context: TemplateContext, memory: Memory | None) -> None:
        self.project = project
        self.context = context
        self.memory = memory
        self.names = RelationNames.of(project)
        declared: list[FeatureView | Spine] = [*project.views.values(), *project.spines.values()]
        self.units = {unit.key: unit for unit in declared}
        self.catalog = Catalog()
        for table in project.sources.values():
            self.catalog.add(Upstream.of_source(table, fingerprint.of_source(table)))
        self.known: Mapping[str, Knowledge] | None = None
        self.remembered: dict[str, Remembered] = {}
        self.resolved: dict[str, Resolved] = {}
        self.views: dict[str, AnalyzedView] = {}
        self.spines: dict[str, AnalyzedView] = {}
        self.findings: list[Diagnostic] = []
        self.of_unit: dict[str, tuple[Diagnostic, ...]] = {}

    def read(self, names: Collection[str] | None) -> dict[str, tuple[str, ...]]:
        """Recall or resolve what is wanted and what it reads; key -> relations read, broken ones missing."""
        waiting = [key for key, unit in self.units.items() if names is None or unit.name in names]
        seen = set(waiting)
        parents: dict[str, tuple[str, ...]] = {}
        while waiting:
            unit = self.units[waiting.pop()]
            known = self.memory.recall(unit) if self.memory else None
            if known:
                self.remembered[unit.key] = known
                parents[unit.key] = known.view.relations
            else:
                found = self.resolve(unit)
                if found is None:
                    continue
                parents[unit.key] = found.relations
            for relation in parents[unit.key]:
                if relation in self.units and relation not in seen:
                    seen.add(relation)
                    waiting.append(relation)
        return parents

    def note(self, unit: FeatureView | Spine, found: list[Diagnostic]) -> None:
        """Record what was found in a view or spine."""
        self.findings += found
        if found:
            self.of_unit[unit.key] = (*self.of_unit.get(unit.key, ()), *found)

    def resolve(self, unit: FeatureView | Spine) -> Resolved | None:
        """Render and parse a unit, and find out what its tables are; None where a finding forbids it."""
        rendered, rendering = render(unit, self.context)
        self.note(unit, rendering)
        if rendered is None or has_errors(rendering):
            return None
        tree, parsing = parse_select(rendered, unit.dialect)
        self.note(unit, parsing)
        if tree is None or has_errors(parsing):
            return None
        found, resolving = resolve(unit, rendered, tree, self.names)
        self.note(unit, resolving)
        if has_errors(resolving):
            return None
        self.resolved[unit.key] = found
        return found

    def analyze(self, key: str) -> None:
        """Analyze a unit whose parents are done, unless one of them is broken."""
        view = self.recalled(key)
        if view is None:
            unit = self.resolved.get(key) or self.resolve(self.units[key])
            if unit is None or unit.broken or not all(relation in self.catalog for relation in unit.relations):
                return
            view, found = self.analyze_view(unit)
            self.note(unit.spec, found)
            if view is None:
                return
            if self.memory:
                parents = {relation: self.catalog[relation].fingerprint for relation in view.relations}
                self.memory.remember(Remembered(view, parents, self.of_unit.get(key, ())))
        if isinstance(view.spec, Spine):
            self.spines[view.name] = view
        else:
            self.views[view.name] = view
            self.catalog.add(Upstream.of_view(view))

    def analyze_view(self, unit: Resolved) -> tuple[AnalyzedView | None, list[Diagnostic]]:
        """Analyze a view or spine whose relations are known."""
        # A third of what a command imports, which one that finds all views unchanged can do without.
        from featurec.analysis.time.check import knowledge
        from featurec.analysis.view import analyze_view

        if self.known is None:
            self.known = knowledge(self.project)
        return analyze_view(unit, self.catalog, self.project.entities, self.project.timezone, self.known)

    def recalled(self, key: str) -> AnalyzedView | None:
        """The view as it was, with its findings, if what it reads is as it was."""
        known = self.remembered.get(key)
        if known is None:
            return None
        now = {r: self.catalog[r].fingerprint for r in known.parents if r in self.catalog}
        if now != known.parents:
            return None
        self.note(known.view.spec, list(known.findings))
        return known.view
